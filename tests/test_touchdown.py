"""The verdict at touchdown: speeds over the turning ground, tilt and slope, tipping over, margins and reasons."""

import dataclasses

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim.flight.result.flight_file.encoding import Encoder, decode
from lunarsim.flight.result.touchdown import VERDICTS, touchdown_outcome
from lunarsim.kernels.ground import touchdown as kernels
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_me_from_icrf, rot_pa_from_icrf_with_rate

EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
MPS = u.m / u.s
RADIUS_M = 1_737_400.0
GM = 4.90279996708864e12  # of GRGM900C
LIMITS = {"vertical_speed": 3 * MPS, "horizontal_speed": 1 * MPS, "tilt": 10 * u.deg, "slope": 15 * u.deg}
GEAR = ls.LandingGear(**LIMITS, turn_rate=2 * u.deg / u.s, crash_speed=8 * MPS)
STANDING = ls.LandingGear(**LIMITS, stance=2 * u.m, mass_centre_height=1.5 * u.m)
STILL, LEVEL = np.zeros(3), np.array([0.0, 0.0, 1.0])


def leaning(degrees):
    """A unit vector that leans from up (z) towards x."""
    return np.array([np.sin(np.radians(degrees)), 0.0, np.cos(np.radians(degrees))])


def contact(down=0.0, across=0.0, tilt=0.0, slope=0.0, turn=0.0, gear=GEAR):
    """The kernel over a Moon that does not turn, at its pole; ground of a positive slope falls towards x."""
    r, v = RADIUS_M * LEVEL, np.array([across, 0.0, -down])
    return kernels.touchdown(r, v, leaning(tilt), np.radians(turn), np.eye(3), STILL, leaning(slope), gear.lower())


def at_rest(latitude=-69.5, longitude=43.5):
    """Position and velocity (ICRF) of a point of the turning ground."""
    rot, rate = rot_pa_from_icrf_with_rate(EPOCH)
    lat, lon = np.radians([latitude, longitude])
    r_me = RADIUS_M * np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    r = rot_me_from_icrf(EPOCH).T @ r_me
    return r, -rot.T @ (rate @ r)


def landing(down=1.0, across=0.2, gear=GEAR, terrain=None, turn=0.0):
    """A craft that comes down upright at a place in the south."""
    r, v = at_rest()
    up = r / np.linalg.norm(r)
    north = np.cross(up, np.cross(rot_me_from_icrf(EPOCH)[2], up))
    v = v - down * up + across * north / np.linalg.norm(north)
    state = ls.State(r * u.m, v * MPS, EPOCH)
    return touchdown_outcome(state, up, np.radians(turn), terrain or ls.Terrain.sphere(), gear)


def slope_of_56_deg():
    """Ground that rises by 7.2 km on 4.85 km, four pixels of 0.04 deg."""
    rise = np.linspace(3600, -3600, 5)[:, None] * np.ones(5) * u.m
    return ls.Terrain.from_array(rise, window=(-69.6 * u.deg, -69.4 * u.deg, 43.4 * u.deg, 43.6 * u.deg))


def test_what_falls_from_rest_touches_down_at_the_speed_of_free_fall(point_moon):
    r, _ = at_rest()
    r0 = RADIUS_M + 30.0
    state = ls.State(r / RADIUS_M * r0 * u.m, np.zeros(3) * MPS, EPOCH)
    end = ls.propagate(state, 1 * u.min, point_moon).outcome.state
    up = end.position.value / np.linalg.norm(end.position.value)
    found = touchdown_outcome(end, up, 0.0, point_moon.terrain, GEAR)
    expected = np.sqrt(2 * GM * (1 / RADIUS_M - 1 / r0))
    # 30 m in steps of the default tolerance: the ground is found to a micrometre, the speed to 1e-7 m/s
    assert found.vertical_speed.to_value(MPS) == pytest.approx(expected, abs=1e-7)
    turning = np.linalg.norm(at_rest()[1])  # the ground moves away under a craft at inertial rest
    assert found.horizontal_speed.to_value(MPS) == pytest.approx(turning, abs=1e-4)  # 6 s later, elsewhere
    assert found.verdict is ls.Verdict.CRASHED


def test_a_craft_that_moves_with_the_ground_has_no_speed():
    found = landing(0.0, 0.0)
    assert abs(found.vertical_speed.value) < 1e-12  # roundings of 1.6 m/s
    assert found.horizontal_speed.value < 1e-12
    assert found.verdict is ls.Verdict.LANDED


def test_axes_of_the_principal_moments_and_of_the_mean_earth_give_the_same_touchdown():
    rot, rate = rot_pa_from_icrf_with_rate(EPOCH)
    spin = rate @ rot.T  # minus the cross product with the angular velocity
    omega = -np.array([spin[2, 1], spin[0, 2], spin[1, 0]])
    r, v = at_rest()
    axis, ground = leaning(7.0), leaning(3.0)
    args = (v + np.array([0.3, -0.4, 0.5]), axis, 0.0)
    pa = kernels.touchdown(r, *args, rot, omega, ground, GEAR.lower())
    to_me = ROT_ME_FROM_PA
    me = kernels.touchdown(r, *args, to_me @ rot, to_me @ omega, to_me @ ground, GEAR.lower())
    np.testing.assert_allclose(me, pa, rtol=0, atol=1e-12)  # roundings of speeds of 4 m/s


@given(st.floats(0.0, 44.0), st.floats(0.0, 44.0))
def test_slope_adds_to_a_tilt_uphill_and_is_taken_from_one_downhill(tilt, slope):
    assert np.degrees(contact(tilt=-tilt, slope=slope).ground_angle_rad) == pytest.approx(tilt + slope, abs=1e-12)
    assert np.degrees(contact(tilt=tilt, slope=slope).ground_angle_rad) == pytest.approx(abs(tilt - slope), abs=1e-12)
    # 1e-12 deg: roundings of sines and cosines


@given(st.floats(-12.0, 12.0), st.floats(0.0, 12.0), st.floats(0.0, 90.0), st.floats(0.0, 80.0), st.floats(0.0, 5.0))
def test_the_verdict_is_the_worst_that_applies(down, across, tilt, slope, turn):
    found = contact(down, across, tilt, slope, turn)
    if np.hypot(down, across) > 8.0:
        expected = ls.Verdict.CRASHED
    elif max(tilt, slope) > 25.0:  # the sum of the limits of tilt and slope; tilted downhill
        expected = ls.Verdict.TIPPED_OVER
    elif abs(down) > 3.0 or across > 1.0 or tilt > 10.0 or slope > 15.0 or turn > 2.0:
        expected = ls.Verdict.HARD_LANDING
    else:
        expected = ls.Verdict.LANDED
    assert VERDICTS[found.verdict] is expected


@given(
    st.tuples(*(st.floats(0.0, high) for high in (10.0, 10.0, 60.0, 60.0, 4.0))),
    st.tuples(*(st.floats(0.0, high) for high in (10.0, 10.0, 60.0, 60.0, 4.0))),
    st.sampled_from([GEAR, STANDING]),
)
def test_nothing_that_grows_makes_a_verdict_better(values, more, gear):
    def uphill(down, across, tilt, slope, turn):
        return contact(down, across, -tilt, slope, turn, gear)

    worse = uphill(*(a + b for a, b in zip(values, more, strict=True)))
    assert worse.verdict >= uphill(*values).verdict


@pytest.mark.parametrize(
    ("name", "limit"), [("down", 3.0), ("across", 1.0), ("tilt", 10.0), ("slope", 15.0), ("turn", 2.0)]
)
def test_each_limit_alone_makes_the_landing_hard(name, limit):
    assert VERDICTS[contact(**{name: limit * (1 - 1e-9)}).verdict] is ls.Verdict.LANDED
    assert VERDICTS[contact(**{name: limit * (1 + 1e-9)}).verdict] is ls.Verdict.HARD_LANDING


def test_the_footprint_stands_up_to_the_angle_whose_tangent_is_stance_over_height():
    assert STANDING.tip_over_angle.to_value(u.deg) == pytest.approx(np.degrees(np.arctan(2 / 1.5)), rel=1e-14)
    assert GEAR.tip_over_angle.to_value(u.deg) == pytest.approx(25.0, rel=1e-14)  # 10 + 15, no footprint
    steep = STANDING.tip_over_angle.to_value(u.deg)
    for name in ("tilt", "slope"):
        assert VERDICTS[contact(**{name: steep - 1e-6}, gear=STANDING).verdict] is ls.Verdict.HARD_LANDING
        assert VERDICTS[contact(**{name: steep + 1e-6}, gear=STANDING).verdict] is ls.Verdict.TIPPED_OVER


def test_a_craft_that_leans_uphill_meets_the_ground_at_tilt_and_slope_together():
    assert VERDICTS[contact(tilt=-10.0 + 1e-9, slope=15.0 - 1e-9).verdict] is ls.Verdict.LANDED
    assert VERDICTS[contact(tilt=-13.0, slope=13.0).verdict] is ls.Verdict.TIPPED_OVER
    assert VERDICTS[contact(tilt=13.0, slope=13.0).verdict] is ls.Verdict.HARD_LANDING


@pytest.mark.parametrize("lean", [0.0, 12.0, 40.0])
def test_the_tip_over_speed_just_carries_a_pendulum_over_its_feet(lean):
    threshold = contact(slope=lean, gear=STANDING).tip_over_mps
    lever, gravity = 2.5, GM / RADIUS_M**2
    start = np.radians(STANDING.tip_over_angle.to_value(u.deg) - lean)

    def passes(speed):
        def rates(_t, y):
            return [y[1], gravity / lever * np.sin(y[0])]

        def over(_t, y):
            return y[0]

        def back(_t, y):
            return y[0] + 1e-3 - start if y[1] > 0 else -1.0

        over.terminal = back.terminal = True  # type: ignore[attr-defined]
        flown = solve_ivp(rates, (0, 60), [start, -speed / lever], events=[over, back], rtol=1e-10, atol=1e-12)
        return len(flown.t_events[0]) > 0

    assert passes(threshold * 1.001)
    assert not passes(threshold * 0.999)


def test_a_craft_may_tip_over_at_a_speed_that_its_limits_allow():
    high = ls.LandingGear(**LIMITS, stance=1 * u.m, mass_centre_height=3 * u.m)
    assert landing(1.0, 0.9, STANDING).verdict is ls.Verdict.LANDED
    found = landing(1.0, 0.9, high)
    assert found.verdict is ls.Verdict.TIPPED_OVER
    assert found.margins["tip-over speed"] < 0 * MPS
    assert found.reasons[0].startswith("tip-over speed 0.90 m/s, ")


def test_margins_are_limits_less_values_and_reasons_name_what_is_exceeded():
    found = landing(3.5, 0.25, turn=0.5)
    assert found.verdict is ls.Verdict.HARD_LANDING
    left = {name: margin.value for name, margin in found.margins.items()}
    assert left["vertical speed"] == pytest.approx(-0.5, abs=1e-9)
    assert left["horizontal speed"] == pytest.approx(0.75, abs=1e-9)
    assert left["turn rate"] == pytest.approx(1.5, abs=1e-9)
    assert left["crash speed"] == pytest.approx(8 - np.hypot(3.5, 0.25), abs=1e-9)
    assert found.reasons == ("vertical speed 3.50 m/s, 0.50 m/s above the limit of 3.00 m/s",)
    assert str(found).startswith(
        "hard landing (vertical speed 3.50 m/s, 0.50 m/s above the limit of 3.00 m/s) at 2023-08-19 09:58:50 UTC, "
        "69.500 S 43.500 E, 3.50 m/s down and 0.25 m/s across"
    )


def test_the_reason_that_decides_the_verdict_leads():
    found = landing(2.9, 7.9)
    assert found.verdict is ls.Verdict.CRASHED
    assert [reason.partition(" speed")[0] for reason in found.reasons] == ["crash", "horizontal"]


def test_ground_too_steep_to_stand_on_is_told_once_and_before_the_speed():
    found = landing(1.0, 0.0, STANDING, slope_of_56_deg())
    assert found.verdict is ls.Verdict.TIPPED_OVER
    assert [reason.partition(" ")[0] for reason in found.reasons] == ["lean", "slope"]
    assert "tip-over speed" not in found.margins  # it tips over at rest: there is none to keep below
    assert str(found).startswith("tipped over (lean 56")
    assert "0.00 m/s above" not in str(found)


@pytest.mark.parametrize(("excess", "words"), [
    (0.003, "vertical speed 3.003 m/s, 0.003 m/s above the limit of 3.000 m/s"),
    (2e-5, "vertical speed 3.00002 m/s, 0.00002 m/s above the limit of 3.00000 m/s"),
])  # fmt: skip
def test_an_excess_is_told_with_as_many_digits_as_it_takes_to_see_it(excess, words):
    assert landing(3.0 + excess, 0.0).reasons == (words,)


def test_a_tank_that_ran_dry_is_among_the_reasons_of_what_went_wrong():
    dry = dataclasses.replace(landing(3.5, 0.25), tank_dry=True)
    assert dry.reasons == ("the tank had run dry", "vertical speed 3.50 m/s, 0.50 m/s above the limit of 3.00 m/s")
    assert str(dry).startswith("hard landing (the tank had run dry; vertical speed 3.50 m/s")
    safe = dataclasses.replace(landing(2.7, 0.2), tank_dry=True)
    assert safe.reasons == landing(2.7, 0.2).reasons


def test_a_safe_landing_says_how_near_the_nearest_limit_was():
    found = landing(2.7, 0.2)
    assert found.reasons == ("all limits are kept; the nearest is that of the vertical speed, 2.70 m/s of 3.00 m/s",)
    assert all(margin.value > 0.0 for margin in found.margins.values())
    assert "lean" in found.margins
    assert "tip-over speed" not in found.margins  # no footprint


def test_the_slope_under_the_feet_is_that_of_the_terrain():
    rise = np.linspace(0, 4000, 5)[:, None] * np.ones(5) * u.m  # falls to the north
    window = (-71 * u.deg, -68 * u.deg, 42 * u.deg, 45 * u.deg)
    terrain = ls.Terrain.from_array(rise, window=window)
    found = landing(terrain=terrain)
    assert found.slope > 1 * u.deg
    assert found.margins["slope"].to_value(u.deg) == pytest.approx(15 - found.slope.to_value(u.deg), abs=1e-9)
    assert found.ground_angle.to_value(u.deg) == pytest.approx(found.slope.to_value(u.deg), abs=1e-9)  # upright
    assert "on ground that slopes" in str(found)


def test_a_crash_leaves_a_crater_that_an_impact_of_the_same_state_would_leave():
    found = landing(200.0, 1500.0)
    assert found.verdict is ls.Verdict.CRASHED
    impact = ls.Impact(found.state, found.terrain)
    assert found.crater_diameter(900 * u.kg) == impact.crater_diameter(900 * u.kg)
    rising = landing(-200.0, 1500.0)
    assert rising.crater_diameter(900 * u.kg).high == 0 * u.m


def test_a_landing_can_be_stored_and_comes_back_with_its_verdict():
    found = landing(3.5, 0.25, gear=STANDING)
    encoder = Encoder()
    again = decode(encoder.encode(found, "outcome"), encoder.arrays)
    assert isinstance(again, ls.Landed)
    assert str(again) == str(found)
    assert again.gear == found.gear


def test_without_a_crash_speed_it_is_three_times_the_greater_limit():
    assert STANDING.lower().crash_mps == pytest.approx(9.0, rel=1e-15)
    assert STANDING.lower().turn_rate_rad_s == np.inf
    assert dataclasses.replace(STANDING, crash_speed=5 * MPS).lower().crash_mps == 5.0


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({"vertical_speed": 3}, ["vertical_speed = 3 has no unit"]),
        ({"horizontal_speed": 0 * MPS}, ["horizontal_speed = 0.0 m / s: expected from 0.001 m / s"]),
        ({"tilt": 91 * u.deg}, ["tilt = 91.0 deg: expected from 0.001 deg to 90 deg"]),
        ({"slope": 1 * u.m}, ["slope = 1.0 m is of the wrong dimension"]),
        ({"turn_rate": -1 * u.deg / u.s}, ["turn_rate = -1.0 deg / s: expected from 1e-06 deg / s"]),
        ({"stance": 2 * u.m}, ["mass_centre_height is missing", "together, or neither"]),
        ({"mass_centre_height": 2 * u.m}, ["stance is missing"]),
        ({"crash_speed": 2 * MPS}, ["crash_speed = 2.0 m / s is below a limit of speed, 3.0 m / s"]),
    ],
)
def test_a_gear_refuses_what_cannot_be(options, parts):
    with pytest.raises(ls.InputError) as error:
        ls.LandingGear(**{**LIMITS, **options})
    assert all(part in str(error.value) for part in parts)


@pytest.mark.parametrize("axis", [np.array([0.0, 0.0, 2.0]), np.array([np.nan, 0.0, 1.0]), np.ones(2)])
def test_an_axis_that_is_no_unit_vector_is_refused(axis):
    good = landing()
    with pytest.raises(ls.InputError, match="expected a unit vector"):
        dataclasses.replace(good, axis=axis)
