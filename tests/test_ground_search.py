"""The search for the ground against dense sampling: rough rasters, grazing paths, seams, poles, edges of windows."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numba
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.geometry.orientation import rotations_and_rates_pa_from_icrf, rotations_pa_from_icrf
from lunarsim.kernels.ground import contact
from lunarsim.kernels.ground.contact import CLEAR, CONTACT, SHORTEST_S, UNKNOWN, first_contact_with_map
from lunarsim.kernels.ground.passage import SPIN_CHANGE_RAD_S2, low_part, over_turning_moon, position_and_velocity
from lunarsim.kernels.ground.terrain import over_many_points
from lunarsim.kernels.ground.tiles import FINEST, reach_rad
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.moon.ephemeris.chebyshev import nodes_and_basis
from lunarsim.moon.orientation import ROT_ME_FROM_PA, et_seconds, orientation_angles

search = numba.njit(error_model="numpy")(contact.search)

RADIUS_M = constants.MOON_RADIUS_M
EPOCH_S = float(et_seconds(Time("2023-08-19T11:57:00", scale="tdb")))
ANGLES = orientation_angles()

#: Rasters of every kind: south, north, west, east (deg), rows, columns, and the height outside (m) or None.
RASTERS = {
    "the whole Moon": ((-90, 90, 0, 360), 90, 180, None),
    "the whole Moon, an odd number of pixels, from -180": ((-90, 90, -180, 180), 61, 127, None),
    "the whole Moon, four pixels high": ((-90, 90, 0, 360), 4, 6, None),
    "a belt": ((-60, 60, 10, 370), 70, 150, None),
    "a belt over a known plain": ((-60, 60, 10, 370), 70, 150, 300.0),
    "the southern polar cap": ((-90, -60, 0, 360), 40, 90, None),
    "the northern polar cap over a known plain": ((60, 90, 0, 360), 33, 90, 500.0),
    "a window over the meridian": ((-20, 10, 345, 375), 50, 47, None),
    "a window over the meridian on a known plain": ((-20, 10, 345, 375), 50, 47, 800.0),
    "a fine window on a known plain": ((-0.5, 0.5, 9, 10), 100, 90, 0.0),
    "all but a strip": ((-70, 70, 3, 355), 60, 140, None),
}


def rough(kind, rng):
    """Return a terrain of one kind: hills over a random pattern of pixels, some of it flat."""
    window, rows, columns, outside = RASTERS[kind]
    heights = rng.uniform(-1.0, 1.0, (rows, columns)) * rng.choice([10.0, 300.0, 2000.0])
    heights[rng.uniform(size=heights.shape) < 0.5] = 0.0
    heights[rng.integers(rows), rng.integers(columns)] = 3e3
    outside = None if outside is None else outside * u.m
    return ls.Terrain.from_array(heights * u.m, window=tuple(window * u.deg), outside=outside)


def me_axes(t_s):
    return ROT_ME_FROM_PA @ rotations_pa_from_icrf(ANGLES, EPOCH_S + np.atleast_1d(np.asarray(t_s, dtype=float)))


def chebyshev(positions, start_s, length_s, terms=8):
    """Return the path through positions (function of n times, (n, 3)) as the search takes it."""
    nodes, basis = nodes_and_basis(terms)
    samples = positions(start_s + 0.5 * length_s * (1.0 + nodes))
    return ChebyshevTable(start_s, length_s, np.ascontiguousarray((samples.T @ basis.T)[np.newaxis]))


def positions_on(path, t_s):
    tau = 2.0 * (np.asarray(t_s) - path.start_s) / path.interval_s - 1.0
    return np.polynomial.chebyshev.chebval(tau, path.coefficients[0, :3].T).T


def clearances(path, t_s, terrain):
    """Return heights (m) above the ground, NaN where it is not known, and radii (m), by numpy but for the raster."""
    r = np.einsum("nij,nj->ni", me_axes(t_s), positions_on(path, t_s))
    radius = np.linalg.norm(r, axis=1)
    latitude, longitude = np.arctan2(r[:, 2], np.hypot(r[:, 0], r[:, 1])), np.arctan2(r[:, 1], r[:, 0])
    return radius - terrain.ground.radius_m - over_many_points(latitude, longitude, terrain.ground)[0], radius


def grazing_path(kind, rng, terrain):
    """Return a path that passes low over some place of interest at a small angle, up or down, at a random time."""
    (south, north, west, east), rows, columns, _ = RASTERS[kind]
    latitude = rng.choice(
        [south, north, rng.uniform(south, north), south + (north - south) * (rng.integers(rows) + 0.5) / rows]
    )
    longitude = rng.choice(
        [west, east, rng.uniform(west, east), west + (east - west) * (rng.integers(columns) + 0.5) / columns]
    )
    lat, lon = np.radians(np.clip(latitude, -90.0, 90.0)), np.radians(longitude)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east_axis = np.array([-np.sin(lon), np.cos(lon), 0.0])
    azimuth = rng.choice([0.0, 0.5 * np.pi, rng.uniform(0.0, 2 * np.pi)])  # along the edges of cells, or across
    ahead = np.sin(azimuth) * east_axis + np.cos(azimuth) * np.cross(up, east_axis)
    angle, speed = np.radians(rng.choice([-1, 1, 1]) * rng.uniform(0.0, 6.0)), rng.uniform(100.0, 2000.0)
    height = rng.choice([rng.uniform(-500.0, 2500.0), terrain.highest.value + rng.uniform(-20.0, 5.0)])
    length_s, share = rng.choice([5.0, 40.0, 150.0]), rng.uniform(0.0, 1.0)
    middle_s = 1000.0 + share * length_s
    rot = me_axes(middle_s)[0].T
    r, v = rot @ (up * (RADIUS_M + height)), rot @ (speed * (np.cos(angle) * ahead - np.sin(angle) * up))
    pull = -1.62 * rot @ up
    return chebyshev(
        lambda t: r + np.outer(t - middle_s, v) + 0.5 * np.outer((t - middle_s) ** 2, pull), 1000.0, length_s
    )


def first_of_a_run(flags):
    """Return the index of the second of the first two flags in a row, or None."""
    pairs = np.flatnonzero(flags[1:] & flags[:-1])
    return pairs[0] + 1 if pairs.size else None


def hold_against_samples(path, terrain):
    """Assert that the search finds what samples of the path see, no later than they do, and nothing else."""
    t_s = np.append(np.arange(path.start_s, path.start_s + path.interval_s, SHORTEST_S), path.start_s + path.interval_s)
    above, radius = clearances(path, t_s, terrain)
    unknown = np.isnan(above) & (radius <= terrain.ground.radius_m + terrain.ground.highest_m)
    armed = bool(above[0] > 0.0 or np.isnan(above[0]))
    left = 0 if armed else int(np.argmax(above > 0.0))  # a path that starts under the ground comes out of it first
    found, before_s, after_s = first_contact_with_map(path, EPOCH_S, ANGLES, terrain.ground, armed)
    met = first_of_a_run(above[left:] < -1e-6) if armed or left else None  # places are rounded: 1e-9 m on steep slopes
    lost = first_of_a_run(unknown)
    if met is not None:
        assert found != CLEAR
        assert after_s <= t_s[left + met] + 1e-9
    if lost is not None:
        assert found != CLEAR
        assert after_s <= t_s[lost] + 1e-9
    if found == CONTACT:
        (higher, lower), _ = clearances(path, np.array([before_s, after_s]), terrain)
        assert after_s - before_s <= SHORTEST_S * (1 + 1e-9)
        assert higher > -1e-6
        assert lower <= 1e-6
    if found == UNKNOWN:
        (there,), (low,) = clearances(path, np.array([after_s]), terrain)
        assert np.isnan(there)
        assert low <= terrain.ground.radius_m + terrain.ground.highest_m


@pytest.mark.parametrize("kind", RASTERS)
@examples(8)
@given(seed=st.integers(0, 100_000))
def test_no_contact_is_found_late_and_none_is_false(kind, seed):
    rng = np.random.default_rng(seed)
    terrain = rough(kind, rng)
    hold_against_samples(grazing_path(kind, rng, terrain), terrain)


@pytest.mark.slow
@examples(440)
@given(kind=st.sampled_from(list(RASTERS)), seed=st.integers(0, 100_000))
def test_of_hundreds_of_contacts_none_is_found_late_and_none_is_false(kind, seed):
    rng = np.random.default_rng(seed)
    terrain = rough(kind, rng)
    hold_against_samples(grazing_path(kind, rng, terrain), terrain)


@examples(30)
@given(seed=st.integers(0, 100_000))
def test_ground_that_bends_upwards_under_a_diagonal_is_not_met_late(seed):
    """Saddles: from the middle of a cell to a high corner the rise itself grows, from nothing."""
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((180, 360))
    terrain = ls.Terrain.from_array(
        2e3 * (-1.0) ** (rows + columns) * u.m, window=tuple(RASTERS["the whole Moon"][0] * u.deg)
    )
    lat, lon = np.radians([1.0, 1.0 + rng.integers(300)])  # a middle, between four centres of pixels
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    azimuth = np.radians(45.0 + 90.0 * rng.integers(4) + rng.uniform(-10.0, 10.0))
    ahead = np.sin(azimuth) * east + np.cos(azimuth) * np.cross(up, east)
    height, speed = rng.uniform(1.0, 1500.0), rng.uniform(500.0, 3000.0)
    rot = me_axes(1000.0)[0].T
    r, v = rot @ (up * (RADIUS_M + height)), rot @ (speed * ahead)
    hold_against_samples(chebyshev(lambda t: r + np.outer(t - 1000.0, v), 1000.0, 2e4 / speed), terrain)


@pytest.mark.parametrize("kind", RASTERS)
@examples(20)
@given(seed=st.integers(0, 100_000))
def test_no_ground_in_reach_of_a_tile_is_higher_than_its_top(kind, seed):
    rng = np.random.default_rng(seed)
    ground = rough(kind, rng).ground
    rows, columns = ground.heights_m.shape
    start, level = 0, FINEST
    while start < ground.tops_m.size:
        shape = (rows >> level) + 1, ((columns - 1) >> level) + 1
        tops = ground.tops_m[start : start + shape[0] * shape[1]].reshape(shape)
        start, level = start + tops.size, level + 1
        row, column = rng.uniform(0.0, rows - 1.0), rng.uniform(0.0, columns - (not ground.around))
        lat, lon = ground.north_rad - row * ground.lat_step_rad, ground.west_rad + column * ground.lon_step_rad
        top = float(tops[(int(row) + 1) >> (level - 1), int(column) >> (level - 1)])
        way, azimuth = reach_rad(level - 1, ground) * rng.uniform(0, 1, 500), rng.uniform(0, 2 * np.pi, 500)
        up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        east = np.array([-np.sin(lon), np.cos(lon), 0.0])
        ahead = np.outer(np.sin(azimuth), east) + np.outer(np.cos(azimuth), np.cross(up, east))
        there = np.cos(way)[:, None] * up + np.sin(way)[:, None] * ahead
        places = np.arctan2(there[:, 2], np.hypot(there[:, 0], there[:, 1])), np.arctan2(there[:, 1], there[:, 0])
        heights = over_many_points(*places, ground)[0]
        heights[np.isnan(heights)] = ground.highest_m
        assert heights.max() <= top + 1e-6  # bilinear sums of heights of kilometres, rounded
    assert start == ground.tops_m.size


def random_path(seed):
    """Return a path with curves of every order, from a hop to a quarter of an orbit."""
    rng = np.random.default_rng(seed)
    length_s, terms = 10.0 ** rng.uniform(-1.0, 3.0), int(rng.integers(4, 13))
    sizes = np.minimum(1700.0 * length_s, 3e5) * 0.1 ** np.arange(terms)
    coefficients = rng.normal(size=(1, 6, terms)) * sizes
    middle = rng.normal(size=3)
    coefficients[0, :3, 0] = middle / np.linalg.norm(middle) * (RADIUS_M + rng.uniform(-1e4, 1e5))
    return ChebyshevTable(0.0, length_s, coefficients)


@examples(200)
@given(seed=st.integers(0, 100_000))
def test_a_path_is_low_only_when_it_may_be_and_sinks_no_faster(seed):
    path = random_path(seed)
    t_s = np.linspace(0.0, path.interval_s, 4001)
    r2 = (positions_on(path, t_s) ** 2).sum(axis=1)
    radius = np.sqrt(np.quantile(r2, np.random.default_rng(seed).uniform(0.0, 0.5))) - 1.0
    low = low_part(path, radius)
    is_low = t_s[r2 < radius**2]
    assert np.all((low.from_s <= is_low) & (is_low <= low.to_s))
    tau = np.linspace(-1.0, 1.0, 101)
    series = np.polynomial.chebyshev
    x, v, a = (
        series.chebval(tau, series.chebder(path.coefficients[0, :3].T, order)) * (2.0 / path.interval_s) ** order
        for order in range(3)
    )
    second = 2.0 * ((v**2).sum(axis=0) + (x * a).sum(axis=0))
    assert second.min() >= -low.sink_m2ps2 - 1e-9 * np.abs(second).max()


@examples(100)
@given(seed=st.integers(0, 100_000))
def test_a_path_over_the_turning_moon_is_where_the_exact_rotation_puts_it(seed):
    path = random_path(seed)
    epoch_s = np.random.default_rng(seed).uniform(-3e9, 1.5e9)  # 1905 to 2047
    ground = ls.Terrain.sphere().ground
    turned, error_m = over_turning_moon(path, epoch_s, ANGLES, ground)
    assert error_m < 0.02 * max(path.interval_s / 1e3, 0.1) ** 2
    for t_s in np.linspace(0.0, path.interval_s, 7):
        exact = ROT_ME_FROM_PA @ rotations_pa_from_icrf(ANGLES, np.array([epoch_s + t_s]))[0] @ positions_on(path, t_s)
        there = np.array(position_and_velocity(turned, t_s))
        assert np.linalg.norm(there[:3] - exact) <= error_m
        h = 1e-3 * path.interval_s
        slope = [np.array(position_and_velocity(turned, t_s + side * h)[:3]) for side in (-1, 1)]
        rate = (slope[1] - slope[0]) / (2 * h)
        assert np.linalg.norm(there[3:] - rate) <= 1e-3 * np.linalg.norm(there[3:]) + 1e-6 / h  # h^2 of the third order


def test_the_bound_of_the_moons_angular_acceleration_is_twice_the_largest():
    t_s, h = np.linspace(-3e9, 1.5e9, 200_001), 100.0

    def spin(at):
        rot, rate = rotations_and_rates_pa_from_icrf(ANGLES, at)
        turning = -np.einsum("nij,nkj->nik", rate, rot)  # the cross product with the angular velocity, in PA
        return np.stack((turning[:, 2, 1], turning[:, 0, 2], turning[:, 1, 0]), axis=1)

    change = np.linalg.norm(spin(t_s + h) - spin(t_s - h), axis=1) / (2 * h)
    assert 2.0 * change.max() == pytest.approx(SPIN_CHANGE_RAD_S2, rel=0.2)  # one digit is given


def looks(path, terrain):
    low = low_part(path, terrain.ground.radius_m + terrain.ground.highest_m)
    return search(path, low, EPOCH_S, ANGLES, terrain.ground, True)[3] if np.isfinite(low.from_s) else 0


def test_a_flight_along_the_edge_of_cells_does_not_crawl():
    """Along a row of nodes, where no bound within a cell holds for any time."""
    heights = np.random.default_rng(1).uniform(-500.0, 0.0, (180, 360))
    heights[0, 0] = 3e3
    terrain = ls.Terrain.from_array(
        heights * u.m, window=(-90.5 * u.deg + 0.5 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
    )
    edge = np.radians(0.5)

    def on_the_parallel(t):
        lon = 1e-3 * (t - 1000.0)
        r = (RADIUS_M + 50.0) * np.stack(
            (np.cos(edge) * np.cos(lon), np.cos(edge) * np.sin(lon), np.full_like(lon, np.sin(edge))), axis=1
        )
        return np.einsum("nji,nj->ni", me_axes(t), r)

    path = chebyshev(on_the_parallel, 1000.0, 100.0, terms=12)
    assert first_contact_with_map(path, EPOCH_S, ANGLES, terrain.ground, True)[0] == CLEAR
    assert looks(path, terrain) < 300  # in steps of SHORTEST_S it were 100,000


def test_a_descent_over_lola_is_decided_in_a_few_dozen_looks():
    folder = os.environ.get("LUNARSIM_DATA")
    if not folder:
        pytest.skip("LUNARSIM_DATA is not set: it names the folder with LDEM_4.IMG")
    terrain = ls.Terrain.from_file(Path(folder, "LDEM_4.IMG"))
    flight = ls.simulate(ls.load_scenario("luna25").with_terrain(terrain))
    coast = flight.trajectory.phases[-1].segment
    epoch_s, total, nodes_basis = float(et_seconds(flight.times[0])), 0, nodes_and_basis(12)
    edges = np.linspace(coast.start_s, coast.end_s, 24)
    for start_s, end_s in pairwise(edges):
        t_s = start_s + 0.5 * (end_s - start_s) * (1.0 + nodes_basis[0])
        coefficients = np.ascontiguousarray((coast.path(t_s)[:, :3].T @ nodes_basis[1].T)[np.newaxis])
        path = ChebyshevTable(start_s, end_s - start_s, coefficients)
        low = low_part(path, terrain.ground.radius_m + terrain.ground.highest_m)
        if np.isfinite(low.from_s):
            total += search(path, low, epoch_s, ANGLES, terrain.ground, True)[3]
    assert 5 < total < 40  # under the steepest slope of the whole map: 2671
