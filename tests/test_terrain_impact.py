"""Meeting the ground: ridges that no step reaches over, against closed forms and against dense sampling."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples, repeated

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight.driver.ground import GroundSearch
from lunarsim.flight.driver.segment import fly_segment
from lunarsim.kernels.forces import motion
from lunarsim.moon.orientation import et_seconds, rot_me_from_icrf

RADIUS_M = constants.MOON_RADIUS_M
GM = constants.GM_MOON_M3_S2
EPOCH = Time("2023-08-19T11:57:00", scale="tdb")
EVERYWHERE = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)

#: The patch with the ridge: half a degree, pixels of 50 m, 200 m from foot to foot, 300 m high, over a plain at zero.
CENTRE_DEG = (-40.0, 60.0)
PIXELS = 303
HALF_WIDTH_M, RIDGE_M, OVER_PATH_M = 100.0, 300.0, 100.0


def point_moon(terrain):
    return ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=(), terrain=terrain)


def local_axes(latitude_deg, longitude_deg):
    """Return east, north and up in ME components."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    return east, np.cross(up, east), up


def distance_to_ridge_m(latitude_deg, longitude_deg, strike_rad):
    """Return the distance from a line through the centre, in the plane of the patch."""
    north = np.radians(latitude_deg - CENTRE_DEG[0]) * RADIUS_M
    east = np.radians(longitude_deg - CENTRE_DEG[1]) * RADIUS_M * np.cos(np.radians(CENTRE_DEG[0]))
    return np.abs(east * np.cos(strike_rad) - north * np.sin(strike_rad))


def ridge(strike_rad):
    """Return a plain with a straight ridge through its middle, of a cosine's shape."""
    half_lat, half_lon = 0.25, 0.25 / np.cos(np.radians(CENTRE_DEG[0]))
    share = (np.arange(PIXELS) + 0.5) / PIXELS
    lat = (CENTRE_DEG[0] + half_lat * (1 - 2 * share))[:, None]
    lon = (CENTRE_DEG[1] - half_lon * (1 - 2 * share))[None, :]
    from_axis = np.minimum(distance_to_ridge_m(lat, lon, strike_rad) / HALF_WIDTH_M, 1.0)
    heights = 0.5 * RIDGE_M * (1 + np.cos(np.pi * from_axis))
    window = (CENTRE_DEG[0] - half_lat, CENTRE_DEG[0] + half_lat, CENTRE_DEG[1] - half_lon, CENTRE_DEG[1] + half_lon)
    return ls.Terrain.from_array(heights * u.m, window=tuple(window * u.deg), outside=0 * u.m)


def falling_path(rng, terrain, strike_rad):
    """Return a state before, and the time to, the passing of the ridge's axis 100 m under its top."""
    along_m = rng.uniform(-3e3, 3e3)  # where on the ridge
    lat = CENTRE_DEG[0] + np.degrees(along_m * np.cos(strike_rad) / RADIUS_M)
    lon = CENTRE_DEG[1] + np.degrees(along_m * np.sin(strike_rad) / (RADIUS_M * np.cos(np.radians(CENTRE_DEG[0]))))
    height_m = terrain.height(lat * u.deg, lon * u.deg).to_value(u.m) - OVER_PATH_M
    grazing = np.radians(rng.uniform(0.5, 10.0))
    azimuth = strike_rad + rng.choice([-1, 1]) * np.radians(rng.uniform(20.0, 90.0))
    speed, before_s = rng.uniform(1500.0, 1900.0), rng.uniform(5.0, 40.0)
    east, north, up = local_axes(lat, lon)
    ahead = np.sin(azimuth) * east + np.cos(azimuth) * north
    rot = rot_me_from_icrf(EPOCH).T
    spin = np.cross([0.0, 0.0, constants.MOON_SPIN_RAD_S], (RADIUS_M + height_m) * up)
    v = rot @ (speed * (np.cos(grazing) * ahead - np.sin(grazing) * up) + spin)
    r, v = kepler_step(rot @ ((RADIUS_M + height_m) * up), v, -before_s)
    return ls.State(r * u.m, v * (u.m / u.s), EPOCH - before_s * u.s), before_s


def kepler_step(r, v, duration_s):
    """Integrate the two-body problem by the classical Runge-Kutta method: to a millimetre over 40 s."""
    h = duration_s / 40

    def rates(y):
        return np.concatenate([y[3:], -GM * y[:3] / np.linalg.norm(y[:3]) ** 3])

    y = np.concatenate([r, v])
    for _ in range(40):
        k1 = rates(y)
        k2 = rates(y + 0.5 * h * k1)
        k3 = rates(y + 0.5 * h * k2)
        k4 = rates(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y[:3], y[3:]


def hits_on_the_ridge(flights, seed):
    """Return how many of some random flights end on the ridge that stands in their way."""
    rng, hits = np.random.default_rng(seed), 0
    for i in range(flights):
        if i % 50 == 0:
            strike = rng.uniform(0.0, np.pi)
            terrain = ridge(strike)
            moon = point_moon(terrain)
        state, before_s = falling_path(rng, terrain, strike)
        flight = ls.propagate(state, (before_s + 60) * u.s, moon)
        impact = flight.outcome
        assert abs(impact.elevation - terrain.height(impact.latitude, impact.longitude)) < 1e-3 * u.m
        off_axis_m = distance_to_ridge_m(impact.latitude.deg, impact.longitude.deg, strike)
        # bilinear pixels of 50 m spread the foot of the ridge by a pixel's diagonal
        hits += bool(off_axis_m < HALF_WIDTH_M + 71.0) and bool(flight.duration < before_s * u.s)
    return hits


@repeated(40, 1000)
def test_a_ridge_in_the_way_is_hit_in_each_of_many_random_flights(count):
    assert hits_on_the_ridge(count, seed=20230819) == count


def test_the_ridge_is_far_narrower_than_the_steps_that_pass_it():
    terrain = ridge(0.3)
    state, before_s = falling_path(np.random.default_rng(4), terrain, 0.3)
    steps = np.diff(ls.propagate(state, before_s * u.s, point_moon(ls.Terrain.sphere(-20 * u.km)))
                    .trajectory.phases[0].segment.path.ends_s)  # fmt: skip
    assert steps.max() / 8 * 1500 > 5 * 2 * HALF_WIDTH_M  # samples an eighth of a step apart see nothing of it


@examples(25)
@given(st.integers(0, 10_000))
def test_nothing_before_the_contact_lies_below_the_ground(seed):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(-2e3, 2e3, (90, 180))
    heights[rng.integers(90), rng.integers(180)] = 8e3
    terrain = ls.Terrain.from_array(heights * u.m, window=EVERYWHERE)
    state = ls.State.from_elements(
        perilune=rng.uniform(-3.0, 3.0) * u.km, apolune=rng.uniform(20.0, 100.0) * u.km,
        inclination=rng.uniform(60.0, 120.0) * u.deg, node_longitude=rng.uniform(0.0, 360.0) * u.deg,
        argument_of_perilune=rng.uniform(0.0, 360.0) * u.deg, true_anomaly=180 * u.deg, epoch=EPOCH,
    )  # fmt: skip
    flight = ls.propagate(state, 2 * u.hour, point_moon(terrain))
    duration_s = flight.duration.to_value(u.s)
    t_s = np.linspace(max(duration_s - 1500.0, 0.0), duration_s - 1e-3, 20_000)
    y = flight.trajectory.at(t_s)[0][:, :3]
    r_me = np.einsum("nij,nj->ni", rot_me_from_icrf(EPOCH + t_s * u.s), y)
    radius = np.linalg.norm(r_me, axis=1)
    lat, lon = np.arcsin(r_me[:, 2] / radius), np.arctan2(r_me[:, 1], r_me[:, 0])
    above = radius - RADIUS_M - terrain.height(lat * u.rad, lon * u.rad).to_value(u.m)
    assert above.min() > 0.0
    if isinstance(flight.outcome, ls.Impact):
        ground = terrain.height(flight.outcome.latitude, flight.outcome.longitude)
        assert abs(flight.outcome.elevation - ground) < 1e-3 * u.m


@pytest.fixture(scope="module")
def falling():
    return ls.State.from_elements(
        perilune=-30 * u.km, apolune=100 * u.km, inclination=85 * u.deg, node_longitude=15 * u.deg,
        argument_of_perilune=130 * u.deg, true_anomaly=180 * u.deg, epoch=EPOCH,
    )  # fmt: skip


def test_a_raster_of_one_height_ends_a_flight_where_the_sphere_does(falling):
    flat = ls.Terrain.from_array(np.full((36, 72), -360.0) * u.m, window=EVERYWHERE)
    on_sphere = ls.propagate(falling, 2 * u.hour, point_moon(ls.Terrain.sphere(-360 * u.m)))
    on_raster = ls.propagate(falling, 2 * u.hour, point_moon(flat))
    assert abs(on_sphere.duration - on_raster.duration) < 2e-9 * u.s  # roots to 1e-12 s of times of 1 h: 5e-13 s each
    assert on_raster.outcome.incidence.value == pytest.approx(-on_raster.outcome.flight_path_angle.value, abs=1e-9)  # type: ignore[attr-defined]
    assert on_raster.outcome.slope.value == pytest.approx(0.0, abs=1e-9)  # type: ignore[attr-defined]


def test_a_path_that_stays_above_the_ridge_goes_on():
    terrain = ridge(0.3)
    rng = np.random.default_rng(8)
    for _ in range(20):
        state, before_s = falling_path(rng, terrain, 0.3)
        up = state.position / np.linalg.norm(state.position)
        higher = ls.State(state.position + 201 * u.m * up, state.velocity, state.epoch)  # 101 m above its top
        flight = ls.propagate(higher, before_s * u.s, point_moon(terrain))
        assert isinstance(flight.outcome, ls.Aloft)


@pytest.mark.parametrize(("east", "north"), [(0.0, 0.2), (0.1, 0.0), (-0.3, 0.1), (0.02, -0.02)])
def test_incidence_is_measured_to_the_slope_that_was_hit(falling, east, north):
    sphere = ls.propagate(falling, 2 * u.hour, point_moon(ls.Terrain.sphere())).outcome
    lat, lon = sphere.latitude.deg, sphere.longitude.deg
    half, narrow = 0.3, np.cos(np.radians(lat))
    share = (np.arange(200) + 0.5) / 200
    to_north = np.radians(half * (1 - 2 * share))[:, None] * RADIUS_M
    to_east = -np.radians(half / narrow * (1 - 2 * share))[None, :] * RADIUS_M * narrow
    window = (lat - half, lat + half, lon - half / narrow, lon + half / narrow)
    # falling away before the place and rising behind it, or the other way about: the plane passes through it
    terrain = ls.Terrain.from_array((north * to_north + east * to_east) * u.m, window=tuple(window * u.deg),
                                    outside=-3 * u.km)  # fmt: skip
    impact = ls.propagate(falling, 2 * u.hour, point_moon(terrain)).outcome
    rot = rot_me_from_icrf(impact.time)
    to_east, to_north, up = local_axes(impact.latitude.deg, impact.longitude.deg)
    east = east * np.cos(np.radians(lat)) / np.cos(np.radians(impact.latitude.deg))  # of the plane, there
    normal = (up - east * to_east - north * to_north) / np.sqrt(1 + east**2 + north**2)
    v = rot @ impact.state.velocity.to_value(u.m / u.s)
    # float32 heights over pixels of 90 m, and 1 + height / radius on the gradient: 3 km over 1737 km
    tolerance = np.degrees(2e-3 * max(abs(east), abs(north)) + 1e-5)
    expected = np.degrees(np.arcsin(-v @ normal / np.linalg.norm(v)))
    assert impact.incidence.to_value(u.deg) == pytest.approx(expected, abs=tolerance)  # type: ignore[attr-defined]
    assert impact.slope.to_value(u.deg) == pytest.approx(np.degrees(np.arctan(np.hypot(east, north))), abs=tolerance)  # type: ignore[attr-defined]
    spin = np.cross([0.0, 0.0, 2 * np.pi / (27.321661 * 86400)], rot @ impact.state.position.to_value(u.m))
    relative = np.linalg.norm(v - spin)  # sidereal month, Explanatory Supplement
    assert impact.ground_relative_speed.to_value(u.m / u.s) == pytest.approx(  # type: ignore[attr-defined]
        relative, abs=5e-3
    )  # librations change the spin by 4e-4 of 4.6 m/s, more than doubled


def test_a_flight_that_comes_low_outside_its_window_is_refused_with_the_place(falling):
    heights = np.zeros((10, 10)) * u.m
    elsewhere = ls.Terrain.from_array(heights, window=(0 * u.deg, 1 * u.deg, 0 * u.deg, 1 * u.deg), name="a corner")
    with pytest.raises(
        ls.InputError, match=r"comes down to a height of 10\.\d+ km at .* the window of terrain a corner"
    ):
        ls.propagate(falling, 2 * u.hour, point_moon(elsewhere))
    high = ls.propagate(falling, 10 * u.min, point_moon(elsewhere))
    assert isinstance(high.outcome, ls.Aloft)


def test_a_flight_that_starts_inside_a_mountain_is_refused_with_its_height():
    terrain = ls.Terrain.from_array(np.full((4, 4), 5000.0) * u.m, window=EVERYWHERE)
    state = ls.State([RADIUS_M + 4e3, 0, 0] * u.m, [0, 1680, 0] * u.m / u.s, EPOCH)
    with pytest.raises(ls.InputError, match=r"starts at a height of 4000\.0 m, below the ground: .* there, 5000\.0 m"):
        ls.propagate(state, 1 * u.hour, point_moon(terrain))


def test_a_craft_that_leaves_the_ground_meets_it_again_and_not_at_once():
    """A hop: thrown up at 10 m/s from the ground, it is back after 2 v / g."""
    moon = point_moon(ls.Terrain.from_array(np.zeros((4, 4)) * u.m, window=EVERYWHERE))
    environment = moon.lower(float(et_seconds(EPOCH)), 100.0)
    search = GroundSearch(moon.terrain, environment, EPOCH)
    y = np.zeros(motion.SIZE)
    y[:6], y[motion.MASS] = (RADIUS_M - 1e-6, 0, 0, 10, 0, 0), 1.0  # a micrometre in the dust
    coasting = motion.Propulsion(0.0, 1.0, 0, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0)
    trigger = search.trigger()
    segment = fly_segment(
        lambda t, y: motion.derivative(t, y, environment, coasting), 0.0, y, 60.0, [trigger], ls.Accuracy(),
        disarmed=[trigger],
    )  # fmt: skip
    assert segment.ended_by is trigger
    gravity = GM / RADIUS_M**2
    assert segment.end_s == pytest.approx(20.0 / gravity, rel=1e-4)  # gravity is 4e-5 less at 31 m


def test_luna25_falls_short_on_the_relief_of_lola():
    folder = os.environ.get("LUNARSIM_DATA")
    if not folder:
        pytest.skip("LUNARSIM_DATA is not set: it names the folder with LDEM_4.IMG")
    terrain = ls.Terrain.from_file(Path(folder, "LDEM_4.IMG"))
    scenario = ls.load_scenario("luna25")
    scenario = replace(scenario, moon=replace(scenario.moon, terrain=terrain))
    planned, flown = ls.simulate(scenario.without_faults()), ls.simulate(scenario)
    assert isinstance(planned.outcome, ls.InOrbit)  # its perilune is 18 km, the Moon's highest place 10.8 km
    impact = flown.outcome
    assert isinstance(impact, ls.Impact)
    assert abs(impact.elevation - terrain.height(impact.latitude, impact.longitude)) < 1e-3 * u.m
    assert impact.distance_to(scenario.sites["crater"]) < 45 * u.km  # of a kilometre of relief at 1.3 deg
    # a plane tilted by the slope changes the angle to it by the slope at most
    assert abs(impact.incidence + impact.flight_path_angle) <= impact.slope
