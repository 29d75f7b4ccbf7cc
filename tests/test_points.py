"""Kernels at eight places as one, against the same kernels at each of the places alone; steering and its errors."""

# mypy: disable-error-code=call-arg
# an array that is spread is of any length to a type checker: f(*r, field) seems one argument too many

from __future__ import annotations

import numba
import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.forces import gravity_grid, motion, steering
from lunarsim.kernels.forces.gravity import harmonics
from lunarsim.kernels.forces.gravity_grid import place, without_grid
from lunarsim.kernels.forces.radiation import radiation_force
from lunarsim.kernels.forces.third_body import third_body
from lunarsim.kernels.forces.tide import solid_tide
from lunarsim.kernels.simd.lanes import WIDTH, everywhere, load, store
from lunarsim.kernels.simd.points import Eights, cos_sin
from lunarsim.moon.gravity.grid import GriddedField
from lunarsim.moon.orientation import orientation_angles

RADIUS_M = 1_738_000.0  # reference radius of GRGM900C, the header of the published file
START_ET_S = 7.45e8  # in August 2023
ROUNDING = 1.7e-15  # measured at most 8.4e-16, doubled: both sum the same terms, and may fuse a product with a sum

CRAFT = ls.Spacecraft(
    dry_mass=900 * u.kg,
    propellant_mass=100 * u.kg,
    engine=ls.Engine(thrust=400 * u.N, specific_impulse=300 * u.s),
    radiation_area=10 * u.m**2,
    radiation_coefficient=1.3,
)


def compiled(function):
    """Compile for this session alone: what it calls may change, and numba would not see it."""
    return numba.njit(error_model="numpy")(function)


gridded = compiled(gravity_grid.gridded)


@compiled
def _attraction_of_eight(r, field, out):
    ax, ay, az = motion.attraction(load(r, 0), load(r, WIDTH), load(r, 2 * WIDTH), field)
    store(ax, out, 0)
    store(ay, out, WIDTH)
    store(az, out, 2 * WIDTH)


@compiled
def _pull_of_eight(r, mass, bodies, environment, out):
    sky = motion.Sky(Eights(bodies), Eights(bodies))  # the rotation is not looked at
    where = (load(r, 0), load(r, WIDTH), load(r, 2 * WIDTH))
    ax, ay, az = motion.pull_of_sky(where, load(mass, 0), sky, environment)
    store(ax, out, 0)
    store(ay, out, WIDTH)
    store(az, out, 2 * WIDTH)


@compiled
def _thrust_of_eight(r, v, specific_force, propulsion, out):
    where = (load(r, 0), load(r, WIDTH), load(r, 2 * WIDTH))
    speed = (load(v, 0), load(v, WIDTH), load(v, 2 * WIDTH))
    now = steering.Motion(everywhere(0.0), where, speed, everywhere(1.0))
    ax, ay, az = motion.thrust(now, load(specific_force, 0), propulsion)
    store(ax, out, 0)
    store(ay, out, WIDTH)
    store(az, out, 2 * WIDTH)


@compiled
def _sensed_of_eight(specific_force, propulsion, out):
    store(motion.sensed(everywhere(0.0), everywhere(1.0), load(specific_force, 0), propulsion), out, 0)


@compiled
def _sky_of_eight(et_s, environment, rot, bodies):
    sky = motion.sky_at_eight(load(et_s, 0), environment)
    store(sky.rot[0], rot, 0)
    store(sky.rot[1], rot, WIDTH)
    store(sky.rot[2], rot, 2 * WIDTH)
    store(sky.rot[3], rot, 3 * WIDTH)
    store(sky.rot[4], rot, 4 * WIDTH)
    store(sky.rot[5], rot, 5 * WIDTH)
    store(sky.rot[6], rot, 6 * WIDTH)
    store(sky.rot[7], rot, 7 * WIDTH)
    store(sky.rot[8], rot, 8 * WIDTH)
    bodies[:] = sky.bodies.values


@compiled
def _cos_sin_of_eight(angle, out):
    c, s = cos_sin(load(angle, 0))
    store(c, out, 0)
    store(s, out, WIDTH)


def flat(vectors):
    """Lay eight vectors, shape (8, 3), out as lanes are loaded: all x, all y, all z."""
    return np.ascontiguousarray(np.asarray(vectors, dtype=float).T).ravel()


def attraction_of_eight(r, field):
    out = np.empty(3 * WIDTH)
    _attraction_of_eight(flat(r), field, out)
    return out.reshape(3, WIDTH).T


def thrust_of_eight(r, v, specific_force, propulsion):
    out = np.empty(3 * WIDTH)
    _thrust_of_eight(flat(r), flat(v), specific_force, propulsion, out)
    return out.reshape(3, WIDTH).T


def apart(actual, expected):
    """Largest difference over the size of the vector it belongs to."""
    sizes = np.linalg.norm(expected, axis=-1)
    return float(np.max(np.linalg.norm(np.subtract(actual, expected), axis=-1) / sizes))


def directions(seed, count=WIDTH):
    vectors = np.random.default_rng(seed).normal(size=(count, 3))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


SPECIAL = np.array(
    [[0, 0, 1], [0, 0, -1], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [1e-9, 0, 1], [0.6, 0.8, -1e-12]], dtype=float
)  # poles, a place a millimetre from one, the equator


@pytest.mark.parametrize("distance_m", [RADIUS_M, 1.8e6, 2.5e6, 2.0e7])
@pytest.mark.parametrize("degree", [0, 1, 2, 8, 50])
def test_the_harmonics_at_eight_places_are_those_at_each_of_them(degree, distance_m):
    field = without_grid(ls.GravityField.grail(degree).lower())
    for eight in (SPECIAL, directions(degree), directions(degree + 1)):
        r = distance_m * eight
        expected = [harmonics(*each, field.exact) for each in r]
        assert apart(attraction_of_eight(r, field), expected) <= ROUNDING


@given(st.integers(0, 2**32), st.floats(0.0, 2e7))
def test_eight_places_far_from_each_other_do_not_mix(seed, height_m):
    field = without_grid(ls.GravityField.grail(8).lower())
    heights = height_m * np.random.default_rng(seed).random(WIDTH)
    r = (RADIUS_M + heights)[:, None] * directions(seed)
    assert apart(attraction_of_eight(r, field), [harmonics(*each, field.exact) for each in r]) <= ROUNDING


def test_the_gridded_field_at_eight_places_is_that_at_each_within_the_grid_and_outside(tmp_path):
    site = RADIUS_M * np.array([1.0, 0.0, 0.0]) * u.m
    grid = GriddedField.build(ls.GravityField.grail(8), corridor=site, cache=tmp_path).lower()
    across_the_edge = np.array([[1.0, y, 0.02] for y in np.linspace(-0.4, 0.4, WIDTH)])
    inside = np.array([[1.0, y, -0.01] for y in np.linspace(-0.01, 0.01, WIDTH)])
    charts = []
    for eight in (inside, across_the_edge, inside * [-1.0, 1.0, 1.0]):
        r = (RADIUS_M + 2e4) * eight / np.linalg.norm(eight, axis=1, keepdims=True)
        charts.append([place(*each, grid).chart for each in r])
        assert apart(attraction_of_eight(r, grid), [gridded(*each, grid) for each in r]) <= ROUNDING
    assert min(charts[0]) >= 0
    assert min(charts[1]) < 0 <= max(charts[1])
    assert max(charts[2]) < 0


def environment_of(**options):
    moon = ls.Moon(gravity=ls.GravityField.grail(2), **options)
    return moon.lower(START_ET_S, 3e6, CRAFT)


def pull_at_one(r, mass_kg, bodies, environment):
    """Sum what the bodies do, each by its own kernel."""
    total, sunlight = np.zeros(3), environment.sunlight
    for k, gm in enumerate(environment.body_gm):
        d = bodies[3 * k : 3 * k + 3]
        if k < environment.third_bodies:
            total += third_body(tuple(r), tuple(d), gm)
        if environment.love_number > 0.0:
            total += solid_tide(tuple(r), tuple(d), gm, environment.love_number, environment.field.exact.radius_m)
        if k == sunlight.body and sunlight.strength_n_m2 > 0.0:
            total += np.array(radiation_force(r, d, sunlight)) / mass_kg
    return total


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"third_bodies": ("jupiter",)},
        {"tide": True},
        {"third_bodies": (), "tide": True},
        {"radiation": True},
        {"third_bodies": ("earth",), "tide": True, "radiation": True},
    ],
    ids=lambda options: ", ".join(f"{name} {value}" for name, value in options.items()) or "earth and sun",
)
def test_the_pull_of_the_sky_at_eight_places_is_that_at_each(options):
    environment = environment_of(**options)
    times_s = START_ET_S + np.linspace(0.0, 2e4, WIDTH)
    bodies = np.array([motion.sky_at(t, environment).bodies for t in times_s])
    masses = np.linspace(900.0, 1000.0, WIDTH)
    for distance_m, seed in ((1.75e6, 1), (2e6, 2), (2e7, 3)):
        r = distance_m * directions(seed)
        out = np.empty(3 * WIDTH)
        _pull_of_eight(flat(r), masses, np.ascontiguousarray(bodies.T).ravel(), environment, out)
        expected = [pull_at_one(*each, environment) for each in zip(r, masses, bodies, strict=True)]
        # small differences of what pulls the craft and the Moon: measured 1.3e-15, doubled
        assert apart(out.reshape(3, WIDTH).T, expected) <= 2.7e-15


def test_light_shadow_and_penumbra_may_lie_side_by_side_in_the_eight():
    environment = environment_of(third_bodies=(), radiation=True)
    sun = np.array(motion.sky_at(START_ET_S, environment).bodies)
    to_sun = sun / np.linalg.norm(sun)
    aside = np.cross(to_sun, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside)
    # behind the Moon, from the shadow's axis out to the light; the penumbra there is 19 km wide
    offsets_m = np.array([0.0, 1.70e6, 1.726e6, 1.731e6, 1.7365e6, 1.741e6, 1.76e6, 3e6])
    r = -2e6 * to_sun + offsets_m[:, None] * aside
    out = np.empty(3 * WIDTH)
    _pull_of_eight(flat(r), np.full(WIDTH, 1000.0), np.repeat(sun, WIDTH), environment, out)
    expected = np.array([radiation_force(each, sun, environment.sunlight) for each in r]) / 1000.0
    lit = np.linalg.norm(expected, axis=1) / np.linalg.norm(expected[-1])
    assert lit[0] == lit[1] == 0.0
    assert np.count_nonzero((lit > 0.01) & (lit < 0.99)) >= 2
    assert lit[-2] > 0.99
    np.testing.assert_array_equal(out.reshape(3, WIDTH).T, expected)  # taken one by one: the same bits


@given(st.floats(-1e5, 1e5), st.floats(0.0, 0.0035), st.integers(0, 2**32))
def test_cosine_and_sine_of_eight_near_angles_keep_their_digits(first, spread, seed):
    angles = first + spread * (2.0 * np.random.default_rng(seed).random(WIDTH) - 1.0)
    out = np.empty(2 * WIDTH)
    _cos_sin_of_eight(angles, out)
    with mp.workdps(30):
        expected = [float(mp.cos(a)) for a in angles.tolist()] + [float(mp.sin(a)) for a in angles.tolist()]
    np.testing.assert_allclose(out, expected, rtol=0, atol=4.5e-16)  # two roundings of numbers up to 1


@given(st.lists(st.floats(-1e5, 1e5), min_size=WIDTH, max_size=WIDTH))
def test_cosine_and_sine_of_eight_angles_far_apart_are_those_of_each(angles):
    out = np.empty(2 * WIDTH)
    _cos_sin_of_eight(np.array(angles), out)
    np.testing.assert_allclose(out, [*np.cos(angles), *np.sin(angles)], rtol=0, atol=4.5e-16)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_series_for_near_angles_meets_the_functions_where_it_gives_way_to_them(sign):
    for spread in (0.0035355, 0.0035356):  # times the root of eight: on either side of 0.01
        angles = 0.7 + sign * spread * np.array([0.0, 1, 1, 1, 1, 1, 1, np.sqrt(2.0)])
        out = np.empty(2 * WIDTH)
        _cos_sin_of_eight(angles, out)
        np.testing.assert_allclose(out, [*np.cos(angles), *np.sin(angles)], rtol=0, atol=4.5e-16)


def sky_of_eight(et_s, environment):
    rot, bodies = np.empty(9 * WIDTH), np.empty(3 * WIDTH * environment.body_gm.size)
    _sky_of_eight(et_s, environment, rot, bodies)
    return rot.reshape(9, WIDTH).T, bodies.reshape(-1, WIDTH).T


def boundaries(table):
    """Inner edges of the intervals of a table."""
    return table.start_s + table.interval_s * np.arange(1, table.coefficients.shape[0])


@pytest.mark.parametrize("span_s", [1e-3, 10.0, 400.0, 86400.0])
@pytest.mark.parametrize("where", ["start", "angles", "bodies", "before", "after"])
def test_the_sky_at_eight_times_is_that_at_each_of_them(where, span_s):
    environment = environment_of()
    tables = {"angles": environment.angles, "bodies": environment.body_positions}
    if where in tables:  # four times before an edge of the table's intervals, four behind it
        edges = boundaries(tables[where])
        middle = edges[np.searchsorted(edges, START_ET_S + 1e5)]
    else:
        middle = START_ET_S + {"start": 0.0, "before": -2e6, "after": 8e6}[where]  # two of them beyond the tables
    times_s = middle + span_s * (np.arange(WIDTH) - 3.5) / WIDTH
    rot, bodies = sky_of_eight(times_s, environment)
    for k, t_s in enumerate(times_s):
        sky = motion.sky_at(t_s, environment)
        np.testing.assert_allclose(rot[k], sky.rot, rtol=0, atol=1e-15)  # measured 3.4e-16: roundings
        np.testing.assert_allclose(rot[k].reshape(3, 3) @ rot[k].reshape(3, 3).T, np.eye(3), rtol=0, atol=1e-15)
        assert apart(bodies[k].reshape(-1, 3), sky.bodies.reshape(-1, 3)) <= 1e-15  # roundings of the recurrence


def test_the_edges_of_the_tables_were_among_those_times():
    assert boundaries(orientation_angles()).size > 1000
    edges = boundaries(environment_of().body_positions)
    assert edges[0] < START_ET_S + 1e5 < edges[-1]


def propulsion_of(law, pitch=0.0, yaw=0.0, direction=(0.6, 0.0, -0.8)):
    return motion.Propulsion(400.0, 3000.0, law, np.array(direction), True, 0.98, 0.01, pitch, yaw)


LAWS = [steering.FIXED, steering.ALONG_VELOCITY, steering.AGAINST_VELOCITY]
angles_of_error = st.floats(-0.5, 0.5)


def states(seed):
    """Eight states of bound orbits, none of them straight up or down."""
    random = np.random.default_rng(seed)
    r = (1.75e6 + 2e5 * random.random(WIDTH))[:, None] * directions(seed)
    aside = np.cross(r, directions(seed + 1))
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    return r, 1600.0 * aside + 300.0 * random.normal(size=(WIDTH, 1)) * r / np.linalg.norm(r, axis=1, keepdims=True)


@pytest.mark.parametrize("law", LAWS)
@given(st.integers(0, 2**32), angles_of_error, angles_of_error)
def test_the_thrust_in_eight_states_is_that_in_each(law, seed, pitch, yaw):
    r, v = states(seed)
    force, propulsion = np.linspace(0.2, 0.4, WIDTH), propulsion_of(law, pitch, yaw)
    expected = []
    for each_r, each_v, each_force in zip(r, v, force, strict=True):
        direction = steering.thrust_direction(law, propulsion.direction, tuple(each_v))
        if pitch != 0.0 or yaw != 0.0:
            direction = steering.mispointed(direction, tuple(each_r), tuple(each_v), pitch, yaw)
        expected.append(each_force * np.array(direction))
    # a fixed direction along the normal loses digits in the projection; none here is within a degree of it
    assert apart(thrust_of_eight(r, v, force, propulsion), expected) <= 2e-14


@pytest.mark.parametrize("law", LAWS)
@given(st.integers(0, 2**32), angles_of_error, angles_of_error)
def test_a_mispointed_thrust_keeps_its_size_and_is_off_by_its_error(law, seed, pitch, yaw):
    r, v = states(seed)
    ones = np.ones(WIDTH)
    meant = thrust_of_eight(r, v, ones, propulsion_of(law))
    by_pitch, by_yaw, by_both = (
        thrust_of_eight(r, v, ones, propulsion_of(law, *errors)) for errors in ((pitch, 0), (0, yaw), (pitch, yaw))
    )
    for turned, angle in (
        (by_pitch, abs(pitch)),
        (by_yaw, abs(yaw)),
        (by_both, np.arccos(np.cos(pitch) * np.cos(yaw))),
    ):
        np.testing.assert_allclose(np.linalg.norm(turned, axis=1), 1.0, rtol=0, atol=4e-14)  # as above
        between = np.arctan2(np.linalg.norm(np.cross(meant, turned), axis=1), np.sum(meant * turned, axis=1))
        np.testing.assert_allclose(between, angle, rtol=0, atol=3e-8)  # an arc cosine near 1 keeps half the digits


@pytest.mark.parametrize(("law", "upwards"), [(steering.ALONG_VELOCITY, -1.0), (steering.AGAINST_VELOCITY, 1.0)])
@given(st.integers(0, 2**32), st.floats(1e-3, 0.5))
def test_pitch_turns_the_thrust_right_handed_about_the_normal_of_the_orbit(law, upwards, seed, pitch):
    r, v = states(seed)
    meant, turned = (thrust_of_eight(r, v, np.ones(WIDTH), propulsion_of(law, error)) for error in (0.0, pitch))
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v), axis=1, keepdims=True)
    np.testing.assert_allclose(np.sum(turned * normal, axis=1), 0.0, rtol=0, atol=1e-14)  # roundings
    about_normal = np.sum(np.cross(meant, turned) * normal, axis=1)
    np.testing.assert_allclose(about_normal, np.sin(pitch), rtol=0, atol=1e-14)
    lifted = np.sum((turned - np.cos(pitch) * meant) * r, axis=1)  # what the error added, along the zenith
    assert np.all(upwards * lifted > 0.0)


@pytest.mark.parametrize("law", [steering.ALONG_VELOCITY, steering.AGAINST_VELOCITY])
@given(st.integers(0, 2**32), angles_of_error)
def test_yaw_turns_the_thrust_towards_the_normal_of_the_orbit(law, seed, yaw):
    r, v = states(seed)
    turned = thrust_of_eight(r, v, np.ones(WIDTH), propulsion_of(law, 0.0, yaw))
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v), axis=1, keepdims=True)
    np.testing.assert_allclose(np.sum(turned * normal, axis=1), np.sin(yaw), rtol=0, atol=1e-14)  # roundings


@pytest.mark.parametrize("powered", [True, False])
def test_the_accelerometer_senses_eight_forces_as_it_senses_each(powered):
    propulsion = propulsion_of(steering.FIXED)._replace(sensor_powered=powered)
    force, out = np.linspace(0.1, 3.0, WIDTH), np.empty(WIDTH)
    _sensed_of_eight(force, propulsion, out)
    expected = 0.98 * force + 0.01 if powered else np.zeros(WIDTH)
    np.testing.assert_allclose(out, expected, rtol=2.3e-16, atol=0)  # one rounding less, where both fuse


def test_sunlight_is_counted_at_its_published_pressure():
    sunlight = environment_of(radiation=True).sunlight
    pressure_pa = sunlight.strength_n_m2 / constants.ASTRONOMICAL_UNIT_M**2 / (10 * 1.3)
    assert pressure_pa == pytest.approx(4.56e-6, rel=0.01)  # at 1 au, Montenbruck & Gill 2000, section 3.4
