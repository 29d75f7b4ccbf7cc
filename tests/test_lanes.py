"""The four lanes of a flight: true, measured, estimated and commanded, where they part, and their figure."""

import io
import json
from dataclasses import replace
from math import exp

import numpy as np
import pytest
from astropy import units as u
from astropy.table import QTable
from command_line import here
from landing_example import LANDER, landing
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from random_faults import landing_by_sensors
from scipy import stats

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight.result.parting import AXIS, DELTA_V, NEES, POSITION, VELOCITY
from lunarsim.plots.flight.lanes import _letters, _Mark, _names

MPS = u.m / u.s
LUNA25 = ls.load_scenario("luna25")


@pytest.fixture(scope="module")
def lost():
    return ls.simulate(LUNA25)


@pytest.fixture(scope="module")
def landed():
    return ls.simulate(replace(landing_by_sensors(), commands=()))


def reached_s(delta_v_mps):
    """When Luna-25's engine has given a delta-v: Tsiolkovsky's equation."""
    craft = LUNA25.craft
    exhaust = craft.engine.specific_impulse.to_value(u.s) * constants.STANDARD_GRAVITY_MPS2
    flow = craft.engine.thrust.to_value(u.N) / exhaust
    return craft.mass.to_value(u.kg) * (1.0 - exp(-delta_v_mps / exhaust)) / flow


def test_a_dead_accelerometer_parts_from_the_truth_when_the_rocket_equation_says(lost):
    (parting,) = lost.partings
    assert (parting.quantity, parting.lane) == ("delta-v", "measured")
    assert parting.elapsed.to_value(u.s) == pytest.approx(reached_s(DELTA_V.to_value(MPS)), abs=1e-6)
    assert parting.apart.to_value(MPS) == pytest.approx(DELTA_V.to_value(MPS), abs=1e-9)
    assert str(parting) == (
        "measured and true delta-v part at 11:10:00 UTC, 0.5 s after the start, in 'pre-landing burn': 0.1 m/s apart"
    )


@pytest.mark.parametrize("integrator", ["DOP853", "collocation"])
def test_a_scale_factor_of_99_percent_parts_at_a_hundred_times_the_limit(integrator):
    sensor = ls.Accelerometer(scale_factor=0.99)
    off = replace(LUNA25.without_faults(), craft=replace(LUNA25.craft, accelerometer=sensor))
    (parting,) = ls.simulate(off, integrator=integrator).partings
    assert parting.elapsed.to_value(u.s) == pytest.approx(reached_s(100.0 * DELTA_V.to_value(MPS)), abs=1e-5)


def test_an_accelerometer_that_fails_within_a_burn_parts_from_the_truth_from_then_on():
    flown = ls.simulate(LUNA25.with_faults(ls.AccelerometerOff(onset=40 * u.s)))
    gone_s = reached_s(0.1) * (LUNA25.craft.mass.value - 40 * 265.797 / (315 * 9.80665)) / LUNA25.craft.mass.value
    assert flown.partings[0].elapsed.to_value(u.s) == pytest.approx(40.0 + gone_s, abs=1e-4)


def test_the_lanes_of_a_sound_burn_do_not_part():
    assert ls.simulate(LUNA25.without_faults()).partings == ()


def test_the_table_of_a_burn_holds_what_is_sensed_true_and_commanded(lost):
    table, burn = lost.lanes(), lost.burns[0]
    burning = np.isfinite(table["delta_v_commanded"])
    assert table["elapsed"][burning].max() == burn.duration
    assert set(table["delta_v_commanded"][burning].value) == {burn.target_delta_v.value}
    assert set(table["delta_v_measured"].value) == {0.0}
    assert table["delta_v_true"].max() == lost.delta_v[-1]
    np.testing.assert_allclose(table["thrust_commanded"][burning], table["thrust_true"][burning], rtol=1e-12)
    assert table.meta["partings"] == [str(lost.partings[0])]
    np.testing.assert_array_equal(table["altitude_true"].to_value(u.km), lost.altitude.to_value(u.km))


def test_a_weak_engine_gives_less_than_is_commanded():
    weak = ls.simulate(LUNA25.with_faults(ls.faults.ThrustError(error=-0.25)))
    table = weak.lanes()
    burning = table["thrust_true"] > 0 * u.N
    np.testing.assert_allclose(table["thrust_true"][burning] / table["thrust_commanded"][burning], 0.75, rtol=1e-12)


def test_a_misaligned_thrust_points_off_what_is_commanded():
    flown = ls.simulate(LUNA25.with_faults(ls.faults.ThrustMisaligned(pitch=3 * u.deg)))
    table = flown.lanes()
    burning = np.isfinite(table["pitch_commanded"])
    apart = np.abs((table["pitch_true"] - table["pitch_commanded"])[burning].to_value(u.deg))
    np.testing.assert_allclose(apart, 3.0, atol=1e-6)  # against the velocity, in the plane of the orbit


def test_the_table_of_a_landing_agrees_with_what_its_navigation_kept(landed):
    table, kept = landed.lanes(), landed.navigation
    np.testing.assert_array_equal(table["elapsed"].value, kept.elapsed_s)
    error = (table["altitude_estimated"] - table["altitude_true"]).to_value(u.m)
    np.testing.assert_allclose(error, kept.altitude_error.to_value(u.m), atol=1e-6)
    np.testing.assert_array_equal(table["altitude_sigma"].value, kept.altitude_sigma.value)
    commanded = np.linalg.norm(kept.commanded_n, axis=1)
    np.testing.assert_array_equal(table["thrust_commanded"].value, commanded)
    assert landed.partings == ()


def test_what_is_measured_without_noise_is_the_truth():
    """The ground is a sphere as high as the site, so that the range along a slanted beam gives the altitude."""
    beside = ls.Altimeter(rate=2 * u.Hz, off_nadir=30 * u.deg, azimuth=180 * u.deg)
    one = replace(landing_by_sensors(), commands=())
    craft = replace(one.craft, altimeter=beside, velocimeter=ls.Velocimeter(rate=1 * u.Hz))
    table = ls.simulate(replace(one, craft=craft)).lanes()
    for name, unit, worst in (("altitude", u.m, 1e-6), ("altitude_rate", MPS, 1e-9), ("horizontal_speed", MPS, 1e-6)):
        off = (table[f"{name}_measured"] - table[f"{name}_true"]).to_value(unit)
        known = np.isfinite(off)
        assert known.sum() > 100, name
        assert np.max(np.abs(off[known])) < worst, name


def test_nothing_is_measured_while_the_altimeter_is_off(landed):
    off = ls.simulate(landing_by_sensors())
    table = off.lanes()
    blind = (table["elapsed"] > 30 * u.s) & (table["elapsed"] < 50 * u.s)
    assert not np.any(np.isfinite(table["altitude_measured"][blind]))
    assert np.isfinite(landed.lanes()["altitude_measured"][blind]).all()


@pytest.mark.parametrize("share", [0.75, 0.0], ids=["weak", "out"])
def test_under_guidance_an_engine_gives_a_share_of_what_is_commanded_and_parts_at_once(share):
    """No navigation keeps a history here: what guidance asked for is kept all the same."""
    fault = ls.faults.ThrustError(error=share - 1.0) if share else ls.faults.NoIgnition()
    flown = ls.simulate(landing().with_faults(fault))
    table = flown.lanes()
    asked = table["thrust_commanded"].to_value(u.N)
    assert np.count_nonzero(asked > 0.0) > 10
    np.testing.assert_allclose(table["thrust_true"].value[asked > 0.0], share * asked[asked > 0.0], rtol=1e-9)
    parting = flown.partings[0]
    assert (parting.quantity, parting.lane) == ("thrust", "commanded")
    assert parting.elapsed.value == table["elapsed"].value[np.argmax(asked > 0.0)]
    assert parting.apart.to_value(u.N) == pytest.approx((1.0 - share) * asked[asked > 0.0][0], rel=1e-9)
    assert flown.has_lanes


def test_an_axis_that_turns_too_slowly_parts_from_where_it_is_to_point():
    slow = ls.AttitudeControl(slew_rate=5 * u.deg / u.s, angular_acceleration=0.5 * u.deg / u.s**2)
    flown = ls.simulate(landing(replace(LANDER, slew_rate=None, attitude_control=slow)))
    (parting,) = flown.partings
    assert (parting.quantity, parting.lane, parting.where) == ("thrust axis", "commanded", "vertical descent")
    after = (flown.elapsed >= parting.elapsed) & (flown.elapsed < parting.elapsed + 1 * u.s) & (flown.thrust > 0 * u.N)
    assert parting.apart > AXIS
    assert np.any(np.abs(flown.pointing_error[after] - parting.apart) < 2 * u.deg)
    assert np.all(flown.pointing_error[flown.elapsed < parting.elapsed] < AXIS + 1 * u.deg)


def test_a_navigation_without_errors_has_no_panel_of_its_rounding():
    flown = ls.simulate(landing())
    assert flown.partings == ()
    assert not flown.has_lanes
    labels = [ax.get_ylabel().replace("\n", " ").split(" (")[0] for ax in ls.plots.lanes(flown)]
    assert labels == ["Altitude", "Altitude rate", "Horizontal speed", "Thrust", "Pitch"]


@pytest.mark.parametrize(
    ("altitude", "rate", "quantity"), [(90, 0.9, None), (110, 0.0, "position"), (0, 1.1, "velocity")]
)
def test_an_estimate_without_an_uncertainty_parts_at_the_stated_limits(altitude, rate, quantity):
    navigation = ls.Navigation(altitude=altitude * u.m, altitude_rate=rate * MPS)
    flown = ls.simulate(landing(replace(LANDER, navigation=navigation)))
    assert [(each.quantity, each.elapsed.value) for each in flown.partings] == ([(quantity, 0.0)] if quantity else [])
    assert (100 * u.m, 1 * MPS) == (POSITION, VELOCITY)


def test_a_filter_parts_where_it_is_further_off_than_its_own_uncertainty_allows():
    faulty = replace(landing_by_sensors(), commands=()).with_faults(
        ls.faults.AccelerometerBias(bias=0.05 * u.m / u.s**2, onset=20 * u.s)
    )
    flown = ls.simulate(faulty)
    (parting,) = flown.partings
    before = flown.navigation.elapsed < parting.elapsed
    assert np.all(flown.navigation.normalised_errors[before] <= NEES)
    assert flown.navigation.normalised_errors[np.count_nonzero(before)] > NEES
    assert stats.chi2.sf(NEES, 6) == pytest.approx(1e-6, rel=1e-3)
    assert 20.0 < parting.elapsed.value < 60.0
    assert parting.lane == "estimated"
    assert parting.apart > parting.sigma
    assert "where the filter takes" in str(parting)


def test_a_coast_has_no_lanes_and_no_figure_of_them():
    coast = ls.propagate(LUNA25.state, 10 * u.min, LUNA25.moon)
    assert not coast.has_lanes
    with pytest.raises(ls.InputError, match=r"has no burn and no guided phase"):
        ls.plots.lanes(coast)


def test_the_table_is_the_same_after_it_was_written_as_ecsv(lost):
    file = io.StringIO()
    lost.lanes().write(file, format="ascii.ecsv", delimiter=",")
    read = QTable.read(file.getvalue(), format="ascii.ecsv")
    np.testing.assert_array_equal(read["delta_v_true"], lost.lanes()["delta_v_true"])
    assert read["altitude_true"].unit == u.m


def names_on(ax):
    return {text.get_text() for text in ax.texts if text.get_visible()}


def test_the_figure_of_a_burn_names_its_lanes_and_marks_where_they_part(lost):
    axes = ls.plots.lanes(lost)
    figure = axes[0].figure
    figure.draw_without_rendering()
    assert {"true", "measured", "commanded"} <= names_on(axes[0])
    assert {"true = commanded"} <= names_on(axes[1])
    listed = figure.get_supxlabel()
    assert "measured and true delta-v part" in listed
    assert "accelerometer off (from the start)" in listed
    at = lost.partings[0].elapsed.value
    assert all(any(np.allclose(line.get_xdata(), at) for line in ax.lines) for ax in axes)


def test_letters_stand_over_their_lines_above_each_other_where_these_are_close():
    _, ax = plt.subplots()
    ax.set_xlim(0.0, 100.0)
    places = [10.0, 10.5, 11.0, 50.0]
    _letters(ax, [_Mark(x, letter, "", False) for x, letter in zip(places, "abcd", strict=True)], places)
    notes = [text for text in ax.texts if isinstance(text, Annotation)]
    assert [note.xy[0] for note in notes] == places
    heights = [note.xyann[1] for note in notes]
    assert len(set(heights[:3])) == 3
    assert heights[3] == heights[0]


def test_the_name_of_lanes_that_are_one_stands_where_both_are_known():
    x = np.linspace(0.0, 1.0, 11)
    late = np.where(x > 0.75, x, np.nan)
    _, ax = plt.subplots()
    (note,) = _names(ax, {"true": x, "measured": late}, x, np.ones(11, dtype=bool))
    assert note.text == "true = measured"
    assert note.x > 0.75


def test_the_figure_of_a_landing_tells_the_lanes_apart_without_colour(landed):
    axes = ls.plots.lanes(landed)
    assert [ax.get_ylabel().replace("\n", " ").split(" (")[0] for ax in axes] == [
        "Altitude",
        "Altitude error",
        "Altitude rate",
        "Horizontal speed",
        "Thrust",
        "Pitch",
    ]
    looks = {line.get_label(): (line.get_linestyle(), line.get_marker()) for line in axes[0].lines}
    lanes = [looks[lane] for lane in ("true", "measured", "estimated")]
    assert len(set(lanes)) == 3
    assert "The lanes do not part." in axes[0].figure.get_supxlabel()


def test_what_cannot_be_drawn_is_refused(lost):
    with pytest.raises(ls.InputError, match=r"view = .*: expected two times in order"):
        ls.plots.lanes(lost, view=(3 * u.s, 1 * u.s))
    used = Figure()
    used.subplots()
    with pytest.raises(ls.InputError, match=r"expected an empty matplotlib Figure"):
        ls.plots.lanes(lost, figure=used)
    with pytest.raises(ls.InputError, match=r"flight = 3: expected a Flight"):
        ls.plots.lanes(3)


@pytest.mark.slow
def test_the_command_line_says_where_the_lanes_part_and_leaves_figure_and_tables(tmp_path):
    done = here("run", "luna25", "--out", "told", "--json", cwd=tmp_path)
    assert done.status == 0, done.err
    assert "flown: measured and true delta-v part at 11:10:00 UTC" in " ".join(done.err.split())
    result = json.loads(done.out)
    (parting,) = result["flown"]["partings"]
    assert (parting["quantity"], parting["lane"], parting["where"]) == ("delta-v", "measured", "pre-landing burn")
    assert parting["apart_mps"] == pytest.approx(0.1)
    assert result["planned"]["partings"] == []
    assert {"lanes.png", "flown_lanes.ecsv"} <= {file.name for file in (tmp_path / "told").iterdir()}
