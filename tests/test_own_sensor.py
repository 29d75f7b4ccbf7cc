"""A sensor of the user's own: as good as the package's accelerometer, in both drivers, plain or compiled."""

from dataclasses import replace
from math import log

import numba
import numpy as np
import pytest
from astropy import units as u
from random_flights import EPOCH, MOON, MPS, both, compiled
from test_scenario_files import VALID, write

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import nominal
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.craft import SENSORS

MPS2 = u.m / u.s**2
LOW = ls.State([constants.MOON_RADIUS_M + 1e5, 0, 0] * u.m, [0, 1600, 0] * MPS, EPOCH)
ENGINE = ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
EXHAUST_MPS = 320 * constants.STANDARD_GRAVITY_MPS2
FLOW_KG_S = 3e3 / EXHAUST_MPS
LIMIT_MPS2 = 2.2


def own_sensor(title, reading, base=ls.Sensor, **numbers):
    """Make a sensor of a function and of the numbers that it declares."""
    annotations = dict.fromkeys(numbers, u.Quantity)
    body = {**numbers, "reading": reading, "__annotations__": annotations, "__qualname__": title}
    return ls.sensor(title)(type("Own", (base,), body))


def linear(motion, own):
    """The package's accelerometer, written again."""
    return own.scale_factor * motion.specific_force_mps2 + own.bias_mps2


def saturating(motion, own):
    return min(motion.specific_force_mps2, own.limit_mps2)


def dead_below(motion, own):
    """A sensor with a dead band: what it reports jumps within the burn."""
    return motion.specific_force_mps2 if motion.specific_force_mps2 > own.limit_mps2 else 0.0


def drifting(motion, own):
    """A bias that grows from the start of the flight on."""
    return motion.specific_force_mps2 + own.drift_mps3 * motion.time_s


def limit(text="The most that it reports."):
    return ls.number(LIMIT_MPS2, MPS2, low=0.1, high=100.0, text=text, dispersible=True)


def drift():
    return ls.number(1e-3, u.m / u.s**3, low=-1.0, high=1.0, text="Of the bias.", dispersible=True)


def pair(title, reading, **how):
    """Make a sensor twice: plain and compiled."""
    return {
        "plain": own_sensor(f"{title}, plain", reading, **{name: each() for name, each in how.items()}),
        "compiled": own_sensor(
            f"{title}, compiled", numba.njit(reading), **{name: each() for name, each in how.items()}
        ),
    }


LINEAR = {
    "plain": own_sensor("linear, plain", linear, base=ls.Accelerometer),
    "compiled": own_sensor("linear, compiled", numba.njit(linear), base=ls.Accelerometer),
}
MISTAKEN = own_sensor(
    "mistaken", lambda motion, own: own.scale_factor * motion.specific_force_mps2 - own.bias_mps2, base=ls.Accelerometer
)
SATURATING = pair("saturating", saturating, limit=limit)
DEAD_BELOW = pair("dead below", dead_below, limit=limit)
DRIFTING = pair("drifting", drifting, drift=drift)
EACH = pytest.mark.parametrize("kind", ["plain", "compiled"])


def scenario(sensor, target_mps=500.0, *faults, timer_s=300.0):
    craft = ls.Spacecraft(dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ENGINE, accelerometer=sensor)
    burn = ls.Burn(ignition=EPOCH + 10 * u.s, target_delta_v=target_mps * MPS, timer=timer_s * u.s)
    plan = (burn, ls.Coast(duration=200 * u.s))
    return ls.Scenario(name="own sensor", state=LOW, craft=craft, moon=MOON, plan=plan, faults=faults)


def lasted_s(flight):
    return flight.burns[0].duration.to_value(u.s)


def sound_burn_s(dv_mps):
    return 1500.0 / FLOW_KG_S * (1.0 - np.exp(-dv_mps / EXHAUST_MPS))


def saturated_burn_s(target_mps, limit_mps2):
    """How long a burn lasts whose sensor follows the rocket equation to its limit, and from then on reports that."""
    mass_kg = 3e3 / limit_mps2  # at which the limit is reached
    sensed_mps, since_s = EXHAUST_MPS * log(1500.0 / mass_kg), (1500.0 - mass_kg) / FLOW_KG_S
    return since_s + (target_mps - sensed_mps) / limit_mps2


@EACH
def test_the_accelerometer_written_again_by_a_user_cuts_a_burn_off_as_ours(kind):
    errors = {"scale_factor": 0.97, "bias": 0.02 * MPS2}
    found, theirs, why = both(scenario(LINEAR[kind](**errors)))
    assert found.alike, why
    assert found.position_m < 1e-3
    ours = ls.simulate(scenario(ls.Accelerometer(**errors)))
    assert theirs.burns[0].cutoff is ls.Cutoff.SENSED_DELTA_V
    assert lasted_s(theirs) == pytest.approx(lasted_s(ours), abs=1e-9)
    apart = (theirs.outcome.state.position - ours.outcome.state.position).to_value(u.m)
    assert np.linalg.norm(apart) < 1e-3
    mistaken = ls.simulate(scenario(MISTAKEN(**errors)))
    assert abs(lasted_s(mistaken) - lasted_s(ours)) > 1.0


@EACH
def test_a_burn_whose_sensor_saturates_lasts_as_long_as_the_rocket_equation_says(kind):
    found, flight, why = both(scenario(SATURATING[kind]()))
    assert found.alike, why
    assert found.position_m < 1e-2  # of 0.1 ms at the cut-off, 2 m/s2, 200 s: 0.04 m
    expected = saturated_burn_s(500.0, LIMIT_MPS2)
    assert lasted_s(flight) == pytest.approx(expected, abs=1e-6)
    row = compiled(scenario(SATURATING[kind]()))
    assert row["burn0_duration_s"] == pytest.approx(expected, abs=1e-6)
    assert expected - sound_burn_s(500.0) > 1.0
    assert flight.burns[0].delta_v_sensed.to_value(MPS) == pytest.approx(500.0, abs=1e-6)


@EACH
def test_a_sensor_that_jumps_within_a_burn_is_integrated_as_it_reports(kind):
    found, flight, why = both(scenario(DEAD_BELOW[kind](), 60.0))
    assert found.alike, why
    # it reports nothing until the mass has fallen to that of its limit, and all of what then comes
    mass_kg = 3e3 / LIMIT_MPS2
    since_s = (1500.0 - mass_kg) / FLOW_KG_S
    expected = since_s + mass_kg / FLOW_KG_S * (1.0 - np.exp(-60.0 / EXHAUST_MPS))
    assert lasted_s(flight) == pytest.approx(expected, abs=1e-6)
    assert compiled(scenario(DEAD_BELOW[kind](), 60.0))["burn0_duration_s"] == pytest.approx(expected, abs=1e-6)


@EACH
def test_the_time_of_a_sensor_counts_from_the_start_of_the_flight(kind):
    flight = ls.simulate(scenario(DRIFTING[kind](drift=2e-3 * u.m / u.s**3), 1e4, timer_s=100.0))
    true = EXHAUST_MPS * log(1500.0 / (1500.0 - 100.0 * FLOW_KG_S))
    assert flight.burns[0].delta_v_sensed.to_value(MPS) == pytest.approx(true + 1e-3 * (110.0**2 - 10.0**2), abs=1e-6)
    # a campaign that disperses the start: the burn is ignited at its date, and the drift has gone on for longer
    one = scenario(DRIFTING[kind](drift=2e-3 * u.m / u.s**3))
    campaign = ls.Campaign(one, {"state.epoch": ls.Uniform(-9 * u.s, 9 * u.s)}).run(4, seed=1)
    assert campaign.cross_check(4, seed=1).position.to_value(u.m).max() < 1e-2
    assert np.ptp(campaign.dataset["burn0_duration_s"].values) > 0.1


@pytest.mark.parametrize("onset_s", [0.0, 50.0])
def test_the_fault_that_switches_the_accelerometer_off_silences_a_users_sensor(onset_s):
    off = ls.AccelerometerOff(onset=onset_s * u.s)
    found, flight, why = both(scenario(SATURATING["compiled"](), 500.0, off))
    assert found.alike, why
    assert flight.burns[0].cutoff is ls.Cutoff.TIMER
    sensed = EXHAUST_MPS * log(1500.0 / (1500.0 - max(onset_s - 10.0, 0.0) * FLOW_KG_S))
    assert flight.burns[0].delta_v_sensed.to_value(MPS) == pytest.approx(sensed, abs=1e-8)
    assert ls.simulate(scenario(SATURATING["plain"](powered=False))).burns[0].cutoff is ls.Cutoff.TIMER


def test_a_fault_may_put_a_users_sensor_in_the_place_of_ours():
    @ls.fault("accelerometer saturates")
    class Saturates(ls.Fault):
        def apply(self, craft):
            return replace(craft, accelerometer=SATURATING["compiled"](limit=2.1 * MPS2))

    late = Saturates(onset=30 * u.s)  # before it matters
    found, flight, why = both(scenario(ls.Accelerometer(), 500.0, late))
    assert found.alike, why
    assert lasted_s(flight) == pytest.approx(saturated_burn_s(500.0, 2.1), abs=1e-6)
    campaign = ls.Campaign(
        scenario(ls.Accelerometer(), 500.0, late), {"faults.accelerometer saturates": ls.Probability(0.5)}
    ).run(8, seed=1)
    there = campaign.dataset["faults.accelerometer saturates"].values
    expected = np.where(there, saturated_burn_s(500.0, 2.1), sound_burn_s(500.0))
    assert 0 < there.sum() < 8
    assert campaign.dataset["burn0_duration_s"].values == pytest.approx(expected, abs=5e-6)


def test_a_number_is_not_dispersed_where_a_fault_puts_another_sensor_in_place_of_the_one_that_has_it():
    """Also where the other one has the same number at the same place."""

    @ls.fault("another sensor")
    class Swapped(ls.Fault):
        def apply(self, craft):
            return replace(craft, accelerometer=DEAD_BELOW["compiled"]())

    one = scenario(SATURATING["compiled"](), 500.0, Swapped(onset=30 * u.s))
    with pytest.raises(ls.InputError, match=r"accelerometer.limit' is dispersed, .*'another sensor' sets it"):
        ls.Campaign(one, {"craft.accelerometer.limit": ls.Uniform(2.05 * MPS2, 2.3 * MPS2)}).run(2, seed=1)


@EACH
def test_a_number_of_a_sensor_is_dispersed_and_both_drivers_fly_it_alike(kind):
    one, path = scenario(SATURATING[kind]()), "craft.accelerometer.limit"
    assert nominal(one, path) == LIMIT_MPS2 * MPS2
    campaign = ls.Campaign(one, {path: ls.Uniform(2.05 * MPS2, 2.3 * MPS2)}).run(4, seed=1)
    drawn = campaign.dataset[path].values
    assert [campaign.rerun(i).scenario.craft.accelerometer.limit.to_value(MPS2) for i in range(4)] == pytest.approx(
        drawn
    )
    assert campaign.cross_check(4, seed=1).position.to_value(u.m).max() < 1e-2
    expected = [saturated_burn_s(500.0, each) for each in drawn]
    # at the tolerance of a campaign a step errs by up to 1e-6 m/s, and the kink lies in one of a few
    assert campaign.dataset["burn0_duration_s"].values == pytest.approx(expected, abs=5e-6)


def test_a_number_beyond_its_bounds_is_no_run_and_the_base_has_numbers_to_disperse_too():
    path = "craft.accelerometer.limit"
    one = ls.Campaign(scenario(SATURATING["compiled"]()), {path: ls.Normal(0.1 * MPS2, 1 * MPS2)}).run(8, seed=3)
    beyond = one.dataset[path].values < 0.1
    assert 0 < beyond.sum() < 8
    assert (one.dataset["outcome"].values == 0).tolist() == beyond.tolist()  # the code of a failed run
    scatter = {f"craft.accelerometer.{name}": given for name, given in FROM_BASE.items()}
    theirs, ours = (
        ls.Campaign(scenario(sensor), scatter).run(4, seed=1) for sensor in (LINEAR["compiled"](), ls.Accelerometer())
    )
    lasted = [each.dataset["burn0_duration_s"].values for each in (theirs, ours)]
    np.testing.assert_allclose(lasted[0], lasted[1], rtol=0, atol=1e-8)


FROM_BASE = {
    "scale_factor": ls.Normal(1.0, 0.01),
    "bias": ls.Normal(0 * MPS2, 0.01 * MPS2),
    "powered": ls.Probability(0.8),
}


def test_the_hash_of_a_campaign_holds_a_sensor_by_its_title_and_its_code():
    def digest(sensor):
        return Rows.of(scenario(sensor), ()).digest()

    again = own_sensor("saturating again", lambda motion, own: own.limit_mps2, limit=limit())
    before = digest(again())
    assert digest(again()) == before
    del SENSORS["saturating again"]
    changed = own_sensor("saturating again", saturating, limit=limit())
    after = digest(changed())
    assert after != before
    del SENSORS["saturating again"]  # the same once more, at another address
    assert digest(own_sensor("saturating again", saturating, limit=limit())()) == after


def test_a_scenario_file_names_a_users_sensor_by_its_title_and_gives_its_numbers(tmp_path):
    def sensor_in(table):
        text = VALID.replace("[craft.engine]", f"[craft.accelerometer]\n{table}\n[craft.engine]")
        return ls.load_scenario(write(tmp_path, text)).craft.accelerometer

    assert sensor_in('type = "saturating, plain"\nlimit = "300 cm/s2"\npowered = false') == SATURATING["plain"](
        limit=3 * MPS2, powered=False
    )
    assert sensor_in('type = "accelerometer"\nscale_factor = 0.9') == ls.Accelerometer(scale_factor=0.9)
    assert sensor_in("scale_factor = 0.9") == ls.Accelerometer(scale_factor=0.9)
    with pytest.raises(ls.ScenarioError, match=r"limit = 300\.0 m / s2: expected from 0\.1 m / s2 to 100 m / s2"):
        sensor_in('type = "saturating, plain"\nlimit = "300 m/s2"')
    with pytest.raises(ls.ScenarioError, match=r"craft\.accelerometer\.type = 'saturates': "):
        sensor_in('type = "saturates"')
    with pytest.raises(ls.ScenarioError, match=r"craft\.accelerometer.*scale_factor"):
        sensor_in('type = "saturating, plain"\nscale_factor = 0.9')


def test_a_saved_flight_with_a_users_sensor_is_the_same_flight(tmp_path, monkeypatch):
    flight = ls.simulate(scenario(SATURATING["plain"](limit=2.1 * MPS2)))
    flight.save(tmp_path / "own.flight")
    loaded = ls.Flight.load(tmp_path / "own.flight")
    assert loaded == flight
    assert loaded.scenario.craft.accelerometer == SATURATING["plain"](limit=2.1 * MPS2)
    assert loaded != ls.simulate(scenario(SATURATING["plain"](limit=2.15 * MPS2)))
    monkeypatch.delitem(SENSORS, "saturating, plain")
    with pytest.raises(ls.DataError, match=r"the sensor 'saturating, plain' is not known here: import the module"):
        ls.Flight.load(tmp_path / "own.flight")


def lost(motion, own):
    return np.nan if motion.time_s > 60.0 else 1.0


def fails(motion, own):
    if motion.time_s > 60.0:
        raise ValueError("no reading")
    return 1.0


@pytest.mark.parametrize("wrap", [lambda f: f, numba.njit], ids=["plain", "compiled"])
def test_a_reading_that_is_no_number_ends_the_flight_and_is_a_failed_run(wrap):
    one = scenario(own_sensor(f"lost {wrap.__name__}", wrap(lost))())
    with pytest.raises(ls.IntegrationError, match=rf"sensor 'lost {wrap.__name__}'.*the integration stopped 60\.\d+ s"):
        ls.simulate(one)
    row = compiled(one)
    assert row["outcome"] == 0
    assert "the integration cannot go on" in ls.campaign.outcome.FAILURES[int(row["failure"])]


@pytest.mark.parametrize("wrap", [lambda f: f, numba.njit], ids=["plain", "compiled"])
def test_a_sensor_that_raises_ends_a_flight_and_a_campaign_with_its_name(wrap):
    sensor = own_sensor(f"fails {wrap.__name__}", wrap(fails))
    for fly in (ls.simulate, compiled):
        with pytest.raises(ls.IntegrationError, match=f"sensor '{sensor.title}' ended with ValueError: no reading"):
            fly(scenario(sensor()))


def test_a_reading_that_is_not_one_number_is_refused_by_name():
    two = own_sensor("two readings", numba.njit(lambda motion, own: (0.0, 1.0)))
    with pytest.raises(ls.InputError, match="sensor 'two readings': its reading cannot be compiled"):
        ls.simulate(scenario(two()))
    words = own_sensor("words", lambda motion, own: "much")
    with pytest.raises(ls.IntegrationError, match=r"sensor 'words' gave 'much', 10\.000 s after the start"):
        ls.simulate(scenario(words()))


@pytest.mark.parametrize(
    ("reading", "said"),
    [(lambda motion: 0.0, r"its reading takes \(motion\): expected reading\(motion, own\)"), (3, "is missing")],
)
def test_a_reading_of_the_wrong_signature_is_refused_by_name(reading, said):
    with pytest.raises(ls.InputError, match=f"sensor 'odd': .*{said}"):
        own_sensor("odd", reading)


def test_what_cannot_be_a_sensor_is_refused_with_its_name():
    with pytest.raises(ls.InputError, match=r"title = 'accelerometer': .*Accelerometer has this title"):
        own_sensor("accelerometer", saturating)
    with pytest.raises(ls.InputError, match=r"sensor 'nothing': expected a class derived from lunarsim.Sensor"):
        ls.sensor("nothing")(type("Nothing", (), {"reading": saturating}))
    with pytest.raises(ls.InputError, match="its field 'gain' is declared neither by"):
        own_sensor("undeclared", saturating, gain=1.0)
    with pytest.raises(ls.InputError, match=r"expected an Accelerometer\(...\), or a sensor of a class that"):
        scenario(type("Undecorated", (ls.Sensor,), {})())
    with pytest.raises(ls.InputError, match=r"limit = 0\.0 m / s2: expected from 0\.1 m / s2 to 100 m / s2"):
        SATURATING["plain"](limit=0 * MPS2)
