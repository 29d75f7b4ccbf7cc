"""What a descent is measured by: speeds over the ground, range to go, the direction of thrust, the powered part."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from astropy import units as u
from descent_example import IGNITION_S, START, landing

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight.result.attitude import thrust_directions
from lunarsim.flight.result.trajectory import Trajectory
from lunarsim.plots.descent import phases


@pytest.fixture(scope="module")
def lander():
    return landing()


@pytest.fixture(scope="module")
def site(lander):
    return lander.scenario.sites["landing"]


def orbit(**changes):
    elements = {
        "perilune": 30 * u.km,
        "apolune": 90 * u.km,
        "inclination": 40 * u.deg,
        "node_longitude": 20 * u.deg,
        "epoch": START,
    }
    return ls.State.from_elements(**{**elements, **changes})


def burning(*plan, state=None):
    craft = ls.Spacecraft(
        dry_mass=1000 * u.kg,
        propellant_mass=400 * u.kg,
        engine=ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s),
    )
    moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    return ls.simulate(ls.Scenario(name="burns", state=state or orbit(), craft=craft, moon=moon, plan=plan))


def burn(at_s, seconds=20.0, **options):
    return ls.Burn(ignition=START + at_s * u.s, timer=seconds * u.s, target_delta_v=1e3 * u.m / u.s, **options)


def test_speeds_over_the_ground_are_those_of_the_mean_earth_frame():
    flight = ls.propagate(orbit(), 10 * u.min)
    i = flight.elapsed.size // 2
    state = flight.states[i]
    at = state.in_frame(ls.MoonME(obstime=state.epoch))  # by astropy's way through the frames
    velocity = at.velocity.d_xyz.to_value(u.m / u.s)
    zenith = at.cartesian.xyz.value / np.linalg.norm(at.cartesian.xyz.value)
    up = velocity @ zenith
    # m/s, of rounding and of astropy's own transformations
    assert flight.ground_speed[i].value == pytest.approx(np.linalg.norm(velocity), abs=1e-5)
    assert flight.altitude_rate[i].value == pytest.approx(up, abs=1e-5)
    assert flight.horizontal_speed[i].value == pytest.approx(np.linalg.norm(velocity - up * zenith), abs=1e-5)
    angle = np.degrees(np.arctan2(up, np.linalg.norm(velocity - up * zenith)))
    assert flight.ground_flight_path_angle[i].to_value(u.deg) == pytest.approx(angle, abs=1e-7)


def test_the_altitude_rate_is_the_slope_of_the_altitude():
    flight = ls.propagate(orbit(), 20 * u.min)
    times = flight.start + [599.0, 600.0, 601.0] * u.s
    low, _, high = flight.at(times).altitude.to_value(u.m)
    rate = np.interp(600.0, flight.elapsed.value, flight.altitude_rate.value)
    # m/s: the third derivative of the height over a second, and straight lines between samples
    assert (high - low) / 2.0 == pytest.approx(rate, abs=0.02)


def test_over_a_pole_of_rest_the_ground_speed_of_a_standing_craft_is_what_the_moon_turns():
    still = ls.State([0.0, 0.0, 2e6] * u.m, [0.0, 0.0, 0.0] * (u.m / u.s), START)
    flight = ls.propagate(still, 1 * u.s)
    turn_rad_s = 2.6617e-6  # 2 pi in 27.3217 days
    latitude = flight.latitude[0].rad
    expected = turn_rad_s * 2e6 * np.cos(latitude)  # inertial speed zero: the ground runs away below
    assert flight.ground_speed[0].value == pytest.approx(expected, rel=3e-3)  # physical libration
    assert flight.speed[0].value == 0.0


def test_range_to_go_falls_with_the_ground_speed_and_ends_at_the_miss(lander, site):
    to_go = lander.range_to_go(site).to_value(u.m)
    assert abs(to_go[-1]) <= lander.outcome.distance_to(site).to_value(u.m) + 1e-3  # rounding of a Time
    i, j = np.searchsorted(lander.elapsed.value, [100.0, 104.0])
    span_s = lander.elapsed.value[j] - lander.elapsed.value[i]
    below = 0.5 * (lander.horizontal_speed[i] + lander.horizontal_speed[j]).value
    below *= constants.MOON_RADIUS_M / (constants.MOON_RADIUS_M + lander.altitude[i].value)
    # the trapezoidal rule over 4 s; across the plane the Moon turns by 3 m/s of 1400
    assert (to_go[i] - to_go[j]) / span_s == pytest.approx(below, rel=1e-4)


def test_range_to_go_is_the_great_circle_and_negative_beyond_the_site():
    flight = ls.propagate(orbit(inclination=0 * u.deg, node_longitude=0 * u.deg), 8 * u.min)
    middle = flight.longitude[flight.elapsed.size // 2]
    site = ls.Site(latitude=0 * u.deg, longitude=u.Quantity(middle))
    to_go = flight.range_to_go(site).to_value(u.m)
    east = (middle.deg - flight.longitude.deg + 180.0) % 360.0 - 180.0
    # the orbit's plane is the equator of the epoch, and leaves it by some 1e-6 in minutes
    np.testing.assert_allclose(to_go, np.radians(east) * constants.MOON_RADIUS_M, atol=1.0)
    assert to_go[0] > 0.0 > to_go[-1]
    with pytest.raises(ls.InputError, match="expected a Site"):
        flight.range_to_go("crater")


def test_a_range_from_above_the_site_itself_is_along_the_way_that_is_flown():
    flight = ls.propagate(orbit(), 2 * u.min)
    above = ls.Site(latitude=u.Quantity(flight.latitude[0]), longitude=u.Quantity(flight.longitude[0]))
    to_go = flight.range_to_go(above).to_value(u.m)
    assert to_go[0] == pytest.approx(0.0, abs=1e-3)  # rounding of angles on 1737 km
    assert np.all(np.diff(to_go[:-1]) < 0.0)
    assert to_go[-1] == pytest.approx(-flight.outcome.distance_to(above).to_value(u.m), rel=1e-5)  # the Moon turns


@pytest.mark.parametrize(("pitch", "yaw"), [(0.0, 0.0), (5.0, 0.0), (-3.0, 2.0)])
def test_the_direction_of_thrust_is_what_moves_the_craft(pitch, yaw):
    flight = burning(burn(60.0, pitch_error=pitch * u.deg, yaw_error=yaw * u.deg), ls.Coast(duration=10 * u.s))
    t_s, h = 70.0, 0.25
    before, now, after = flight.at(flight.start + [t_s - h, t_s, t_s + h] * u.s)
    r = now.position.value
    total = (after.velocity.value - before.velocity.value) / (2.0 * h)
    thrust = total + constants.GM_MOON_M3_S2 * r / np.linalg.norm(r) ** 3
    directions = np.array([np.interp(t_s, flight.elapsed.value, column) for column in flight.thrust_direction.value.T])
    np.testing.assert_allclose(directions, thrust / np.linalg.norm(thrust), atol=1e-5)  # central differences over 0.5 s


def test_pitch_is_against_the_flight_path_plus_its_error_and_unknown_without_thrust():
    flight = burning(burn(60.0, pitch_error=5 * u.deg), ls.Coast(duration=10 * u.s))
    on = flight.thrust.value > 0.0
    expected = -flight.flight_path_angle.to_value(u.deg)[on] + 5.0
    np.testing.assert_allclose(flight.pitch.to_value(u.deg)[on], expected, atol=1e-9)  # rounding
    assert np.all(np.isnan(flight.pitch.value[~on]))


def test_burns_of_one_name_keep_their_own_directions():
    first, second = ls.FixedDirection([1, 0, 0] * u.one), ls.FixedDirection([0, 0, -2] * u.one)
    flight = burning(burn(10.0, steering=first), burn(60.0, steering=second))
    middle = np.searchsorted(flight.elapsed.value, [15.0, 65.0])
    np.testing.assert_array_equal(flight.thrust_direction.value[middle], [[1, 0, 0], [0, 0, -1]])


def test_a_segment_that_holds_a_direction_says_it_itself():
    held = SimpleNamespace(name="braking", thrust_n=5.0, direction=np.array([0.0, 0.6, 0.8]))
    np.testing.assert_array_equal(thrust_directions([], held, np.zeros(2), np.zeros((2, 9))), [[0.0, 0.6, 0.8]] * 2)


def test_the_powered_descent_leaves_out_the_burn_that_led_to_the_descent_orbit():
    flight = burning(burn(10.0, 5.0, name="DOI"), burn(3000.0), burn(3060.0), ls.Coast(duration=1 * u.min))
    first, last = flight.powered_descent
    assert abs(first - (START + 3000 * u.s)) < 1 * u.us
    assert abs(last - (START + 3080 * u.s)) < 1 * u.us
    assert [span.name for span in phases.spans(flight)] == [
        "coast to DOI", "DOI", "coast to burn", "burn", "coast to burn", "burn", "coast"
    ]  # fmt: skip
    assert ls.propagate(orbit(), 1 * u.min).powered_descent is None


def test_the_example_lands_softly_where_it_should(lander, site):
    assert lander.outcome.ground_relative_speed.value < 3.0
    assert lander.outcome.distance_to(site) < 1 * u.m
    first, _ = lander.powered_descent
    assert abs(first - START - IGNITION_S * u.s) < 1 * u.us


def test_a_scenario_keeps_its_published_profile_in_a_file(tmp_path):
    points = (ls.ProfilePoint(label="PDI", time=0 * u.s, speed=1.69 * u.km / u.s, tolerance={"speed": 2 * u.m / u.s}),)
    flight = ls.propagate(orbit(), 1 * u.min)
    kept = replace(flight, scenario=replace(flight.scenario, published_profile=points))
    kept.save(tmp_path / "flight.zip")
    (back,) = ls.Flight.load(tmp_path / "flight.zip").scenario.published_profile
    assert (back.label, back.time, back.speed, dict(back.tolerance)) == (
        "PDI", 0 * u.s, 1.69 * u.km / u.s, {"speed": 2 * u.m / u.s}
    )  # fmt: skip
    assert back.value("speed") == 1690.0
    assert back.altitude is None


def test_samples_are_counted_phase_by_phase(lander):
    trajectory: Trajectory = lander.trajectory
    assert sum(trajectory.samples_per_phase()) == lander.elapsed.size
