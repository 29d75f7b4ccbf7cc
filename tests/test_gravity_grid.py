"""The gridded residual field: against the exact field, its conservation, its span, its corridor, its cache."""

# mypy: disable-error-code=call-arg
# an array that is spread is of any length to a type checker: f(*r, field) seems one argument too many

import random
import zipfile

import numba
import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from mutations import mutated
from repetitions import examples
from scipy.integrate import solve_ivp
from scipy.interpolate import BSpline

import lunarsim as ls
from lunarsim.errors import InputError
from lunarsim.kernels.forces import gravity_grid
from lunarsim.kernels.forces.gravity import harmonics
from lunarsim.kernels.forces.gravity_grid import basis, without_grid
from lunarsim.moon.gravity import cache as gravity_cache
from lunarsim.moon.gravity.grid import GriddedField

SPHERE_M = 1.7374e6

gridded = numba.njit(error_model="numpy")(gravity_grid.gridded)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("grids")


@pytest.fixture(scope="module")
def whole(folder):
    return GriddedField.build(ls.GravityField.grail(), cache=folder)


@pytest.fixture
def small(tmp_path):
    """A grid that is made in a moment, and how to make it again."""
    site = SPHERE_M * np.array([1.0, 0.0, 0.0]) * u.m
    return lambda: GriddedField.build(ls.GravityField.grail(8), corridor=site, cache=tmp_path)


def position(altitude_m, z, longitude):
    rho = np.sqrt(max(0.0, 1.0 - z * z))
    return (SPHERE_M + altitude_m) * np.array([rho * np.cos(longitude), rho * np.sin(longitude), z])


def error(r, grid):
    """Difference to the exact field over GM / r**2."""
    difference = np.subtract(gridded(*r, grid), harmonics(*r, grid.exact))
    return np.linalg.norm(difference) * (r @ r) / grid.exact.gm


def test_the_pieces_of_the_spline_are_those_of_scipys_b_spline_of_degree_seven():
    values, knots = np.empty(8), np.arange(-7.0, 9.0)
    for t in (0.0, 0.2, 0.5, 0.999):
        basis(t, values)
        expected = [BSpline.basis_element(knots[i : i + 9], extrapolate=False)(t) for i in range(8)]
        # the last one begins at 0; roundings of eight terms of up to 0.5
        np.testing.assert_allclose(values, np.nan_to_num(expected), rtol=0, atol=4e-15)
        assert values.sum() == pytest.approx(1.0, rel=4e-15)


@given(st.floats(-9.9e3, 1.199e5), st.floats(-1.0, 1.0), st.floats(-np.pi, np.pi))
@examples(300)
def test_the_grid_gives_the_exact_field_to_1e_7_all_over_the_moon(whole, altitude_m, z, longitude):
    assert error(position(altitude_m, z, longitude), whole.lower()) < 1e-7  # the aim; measured at most 7e-8


@pytest.mark.parametrize("z", [1.0, -1.0, 1.0 - 1e-15, 0.5**0.5, 0.0])
@pytest.mark.parametrize("longitude", [0.0, 0.75 * np.pi, np.pi, -np.pi])
def test_poles_and_the_seams_of_the_charts_are_places_like_any_other(whole, z, longitude):
    assert error(position(1e3, z, longitude), whole.lower()) < 1e-7


def test_the_error_that_was_measured_at_the_build_is_that_of_other_points_and_is_printed(whole):
    random = np.random.default_rng(5)
    errors = [
        error(position(h, z, lon), whole.lower())
        for h, z, lon in random.uniform((-1e4, -1, -3), (1.2e5, 1, 3), (4000, 3))
    ]
    # another random set of points: its rms is within a tenth, its largest error at most half as much again
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(whole.error_rms, rel=0.1)
    assert max(errors) < 1.5 * whole.error_max
    assert f"at most {whole.error_max:.1e}, rms {whole.error_rms:.1e}" in whole.describe()


def test_smaller_cells_lower_the_error_by_at_least_the_order_of_the_spline(folder):
    def built(degrees):
        site = position(0.0, 0.3, 0.2) * u.m
        return GriddedField.build(
            ls.GravityField.grail(), corridor=site, margin=300 * u.km, spacing=degrees * u.deg, cache=folder
        ).error_rms

    # the slope of a spline of degree 7 errs by step**7 at least: 128 for half the step (measured: 528)
    assert built(2.4) / built(1.2) > 120.0


@given(st.floats(0.0, 1.1e5), st.floats(-1.0, 1.0), st.floats(-np.pi, np.pi))
@examples(40)
def test_the_gridded_force_has_no_curl(whole, altitude_m, z, longitude):
    grid, r, step_m = whole.lower(), position(altitude_m + 4e3, z, longitude), 200.0
    columns = []
    for axis in np.eye(3):
        differences = [
            np.subtract(gridded(*(r + k * step_m * axis), grid), gridded(*(r - k * step_m * axis), grid))
            for k in (1, 2, 3)
        ]
        columns.append((45.0 * differences[0] - 9.0 * differences[1] + differences[2]) / (60.0 * step_m))
    slopes = np.array(columns).T
    scale = grid.exact.gm / np.linalg.norm(r) ** 3
    if grid_is_smooth_around(r, grid, 3.0 * step_m):
        # rounding of the differences: eps r / step = 2e-12, some times over
        assert np.abs(slopes - slopes.T).max() <= 1e-11 * scale


def grid_is_smooth_around(r, grid, reach_m):
    """False where two charts meet: there the force jumps by the grid's error."""
    from lunarsim.kernels.forces.gravity_grid import place  # noqa: PLC0415

    corners = [place(*(r + reach_m * sign * axis), grid).chart for axis in np.eye(3) for sign in (-1, 1)]
    return len(set(corners)) == 1


def test_outside_its_altitudes_the_exact_field_takes_over_and_the_grid_says_so(whole):
    grid = whole.lower()
    for altitude_m in (-1.01e4, 1.2001e5, 1e7):
        r = position(altitude_m, 0.4, 1.0)
        assert gridded(*r, grid) == harmonics(*r, grid.exact)
        assert not whole.covers(r * u.m)
    inside = np.array([position(h, 0.4, 1.0) for h in (-9.9e3, 0.0, 1.19e5, 2e5)]) * u.m
    np.testing.assert_array_equal(whole.covers(inside), [True, True, True, False])


def test_a_field_without_a_grid_is_the_exact_field_everywhere():
    field = ls.GravityField.grail().lower()
    for altitude_m in (0.0, 5e4, 1e6):
        r = position(altitude_m, -0.7, 2.0)
        assert gridded(*r, without_grid(field)) == harmonics(*r, field)


def test_a_corridor_covers_its_flight_and_the_margin_and_leaves_the_rest_to_the_exact_field(folder):
    pole = np.array([0.3, -0.5, 0.8]) / np.linalg.norm([0.3, -0.5, 0.8])
    start = np.cross(pole, [0.0, 0.0, 1.0])
    start /= np.linalg.norm(start)
    angles = np.linspace(0.0, 2.5, 40)[:, None]
    track = SPHERE_M * (np.cos(angles) * start + np.sin(angles) * np.cross(pole, start))
    grid = GriddedField.build(ls.GravityField.grail(), corridor=track * u.m, margin=60 * u.km, cache=folder)
    assert grid.covers(track * u.m).all()
    assert grid.covers((track + 55e3 * pole) * u.m).all()
    assert not grid.covers((track + 400e3 * pole) * u.m).any()
    assert not grid.covers(-track[20] * u.m)
    for r in track[::4] + 5e3 * pole:
        assert error(r, grid.lower()) < 1e-7
    whole_size = 25e6 / 9  # of degree 150's, which goes with the square of the degree
    assert grid.coefficients.nbytes < whole_size
    assert "corridor" in grid.describe()


def test_a_corridor_all_around_the_moon_and_one_of_a_single_place_are_built(folder):
    angles = np.linspace(0.0, 2.0 * np.pi, 60)
    ring = SPHERE_M * np.column_stack((np.cos(angles), 0 * angles, np.sin(angles))) * u.m
    field = ls.GravityField.grail(20)
    assert GriddedField.build(field, corridor=ring, cache=folder).covers(ring).all()
    assert GriddedField.build(field, corridor=ring[7], cache=folder).covers(ring[7])


def test_a_low_orbit_ends_within_a_metre_of_where_the_exact_field_takes_it(whole):
    grid = whole.lower()

    def flown(force):
        def slope(_, y):
            return np.concatenate((y[3:], force(y[0], y[1], y[2])))

        start = np.concatenate((position(1.8e4, 0.1, 1.0), [300.0, -150.0, 1660.0]))
        return solve_ivp(slope, (0.0, 4000.0), start, method="DOP853", rtol=1e-11, atol=1e-6).y[:3, -1]

    exact = flown(lambda x, y, z: harmonics(x, y, z, grid.exact))
    # two thirds of a turn at 18 km; 1e-8 (rms) of 1.6 m/s2 along 4000 s at worst: 0.1 m
    assert np.linalg.norm(flown(lambda x, y, z: gridded(x, y, z, grid)) - exact) < 0.1


def test_a_grid_is_made_once_and_then_read(small, tmp_path):
    first = small()
    (path,) = tmp_path.iterdir()
    written = path.stat().st_mtime_ns
    second = small()
    assert path.stat().st_mtime_ns == written
    np.testing.assert_array_equal(second.coefficients, first.coefficients)
    assert (second.error_max, second.error_rms) == (first.error_max, first.error_rms)


def test_another_field_span_or_spacing_is_another_file(small, tmp_path):
    small()
    site = SPHERE_M * np.array([1.0, 0.0, 0.0]) * u.m
    options = [
        {"low_degree": 3},
        {"altitude": (-10, 110) * u.km},
        {"spacing": 9 * u.deg},
        {"margin": 300 * u.km},
        {"corridor": site[::-1]},
    ]
    for i, option in enumerate(options):
        GriddedField.build(ls.GravityField.grail(8), **{"corridor": site, "cache": tmp_path, **option})
        assert len(list(tmp_path.iterdir())) == i + 2
    GriddedField.build(ls.GravityField.grail(9), corridor=site, spacing=9 * u.deg, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == len(options) + 2


def with_header(path, text):
    """Let the array of coefficients in the archive begin with another header."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = text.ljust(117).encode("latin-1") + b"\n"
    members["coefficients.npy"] = members["coefficients.npy"][:8] + b"\x76\x00" + header
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def with_another_compression(path):
    whole = bytearray(path.read_bytes())
    for place in (whole.index(b"PK\x03\x04") + 8, whole.index(b"PK\x01\x02") + 10):
        whole[place] = 99  # a method that nobody knows
    path.write_bytes(whole)


def with_other_values(path):
    """A sound file whose contents are not those that were hashed."""
    with np.load(path) as file:
        contents = dict(file)
    contents["coefficients"][3] += 1.0
    np.savez(path, **contents)


def with_one_bit_flipped(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "flipped": with_one_bit_flipped,
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("<html>not found</html>"),
    "other values": with_other_values,
    "one array": lambda path: path.write_bytes(zipfile.ZipFile(path).read("coefficients.npy")),
    "members that are no arrays": lambda path: np.savez(path, coefficients="none", checksum=3, error_max="x"),
    "objects": lambda path: np.savez(path, coefficients=np.array([None, {}])),
    "compression": with_another_compression,
    "a bomb": lambda path: np.savez_compressed(path, coefficients=np.zeros(2_000_000)),
    "too large": lambda path: path.write_bytes(path.read_bytes() + bytes(200_000)),
    "a header that does not end": lambda path: with_header(path, "{'descr': '<f8', 'shape': (("),
    "a header of brackets": lambda path: with_header(path, "(" * 117),
    "more than all memory": lambda path: with_header(
        path, "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,)}"
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_file_is_noticed_and_made_again(small, tmp_path, damage, caplog):
    first = small()
    (path,) = tmp_path.iterdir()
    DAMAGES[damage](path)
    again = small()
    assert "is damaged and will be built again" in caplog.text
    np.testing.assert_array_equal(again.coefficients, first.coefficients)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]  # nothing half-written stays behind
    caplog.clear()
    small()
    assert not caplog.text


def test_a_grid_of_another_size_is_noticed_and_made_again(small, tmp_path, caplog):
    first = small()
    stored = gravity_cache.StoredGrid(coefficients=first.coefficients[:-1], error_max=0.0, error_rms=0.0)
    gravity_cache.store_grid(first.recipe, stored, tmp_path)
    np.testing.assert_array_equal(small().coefficients, first.coefficients)
    assert "is damaged and will be built again" in caplog.text


def test_a_mutated_cache_file_gives_the_grid_that_was_stored_or_none(small, tmp_path):
    first = small()
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    for i in range(200):
        path.write_bytes(mutated(whole, random.Random(f"grid {i}")))
        stored = gravity_cache.load_grid(first.recipe, tmp_path)
        if stored is not None:
            np.testing.assert_array_equal(stored.coefficients, first.coefficients)
            assert (stored.error_max, stored.error_rms) == (first.error_max, first.error_rms)


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    site = SPHERE_M * np.array([1.0, 0.0, 0.0]) * u.m
    grid = GriddedField.build(ls.GravityField.grail(8), corridor=site, cache=blocked / "below")
    assert "cannot be written" in caplog.text
    assert grid.covers(site)


def test_the_cache_lies_where_lunarsim_cache_says(monkeypatch, tmp_path):
    monkeypatch.setenv("LUNARSIM_CACHE", str(tmp_path))
    assert gravity_cache.cache_folder(None) == tmp_path
    assert gravity_cache.cache_folder(tmp_path / "given") == tmp_path / "given"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"low_degree": 50}, "low_degree = 50: expected a number from 0 to 49"),
        ({"altitude": (10, 5) * u.km}, "the lower altitude first"),
        ({"altitude": 100 * u.km}, "altitude has shape"),
        ({"spacing": 0 * u.deg}, "spacing"),
        ({"corridor": [1, 2] * u.km}, "corridor has shape"),
        ({"corridor": np.eye(3) * u.km, "margin": -1 * u.km}, "margin"),
        ({"corridor": np.vstack((np.eye(3), -np.eye(3))) * u.km, "margin": 1500 * u.km}, "build the whole Moon"),
    ],
)
def test_a_grid_without_sense_is_refused(options, text, tmp_path):
    with pytest.raises(InputError, match=text):
        GriddedField.build(ls.GravityField.grail(), cache=tmp_path, **options)
