"""Terrain: bilinear heights, slopes and normals against closed forms; maps read from files, whole and in windows."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from map_files import write_geotiff, write_map
from repetitions import examples
from scipy.interpolate import RegularGridInterpolator

import lunarsim as ls
from lunarsim import constants

RADIUS_M = constants.MOON_RADIUS_M
EVERYWHERE = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
PATCH = (-10 * u.deg, -9 * u.deg, 40 * u.deg, 42 * u.deg)
FLOAT32_M = 5e-4  # half the spacing of float32 between 4 and 8 km

few = examples(30)
latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-360.0, 720.0)


def rough(rows=18, columns=36, seed=1, window=EVERYWHERE, **options):
    heights = np.random.default_rng(seed).uniform(-4e3, 4e3, (rows, columns))
    return ls.Terrain.from_array(heights * u.m, window=window, **options)


def unit(latitude_deg, longitude_deg):
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def metres(terrain, latitude_deg, longitude_deg):
    return terrain.height(latitude_deg * u.deg, longitude_deg * u.deg).to_value(u.m)


MADE = {"radius": 40 * u.km, "wall_width": 8 * u.km, "rim": 500 * u.m, "floor": -2.5 * u.km}


@pytest.mark.parametrize("latitude_deg", [0.0, -60.0, 75.0])
@pytest.mark.parametrize("towards", range(8))
def test_a_made_crater_is_round_and_its_wall_falls_evenly(latitude_deg, towards):
    made = ls.Terrain.crater(latitude=latitude_deg * u.deg, longitude=20 * u.deg, **MADE)
    away_m, azimuth = np.array([0.0, 20e3, 31e3, 34e3, 36e3, 38e3, 41e3, 200e3]), towards * np.pi / 4.0
    angle, lat = away_m / RADIUS_M, np.radians(latitude_deg)
    north = np.arcsin(np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(azimuth))
    east = np.arctan2(np.sin(azimuth) * np.sin(angle) * np.cos(lat), np.cos(angle) - np.sin(lat) * np.sin(north))
    expected = np.interp(away_m, [32e3, 40e3], [-2500.0, 500.0])
    # bilinear on pixels of a twelfth of the wall: at its two edges it cuts the corner by less than a pixel's slope
    assert np.abs(metres(made, np.degrees(north), 20.0 + np.degrees(east)) - expected).max() < 3.0


def test_the_largest_crater_far_from_the_equator_has_a_map():
    made = ls.Terrain.crater(latitude=-75 * u.deg, longitude=0 * u.deg, **MADE | {"radius": 200 * u.km})
    assert (made.lowest, made.highest) == (-2500 * u.m, 500 * u.m)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"floor": 600 * u.m}, "floor = 600.0 m: expected a height below the rim, which is 500.0 m"),
        ({"wall_width": 41 * u.km}, "wall_width = 41.0 km: expected no more than the radius, 40.0 km"),
        ({"wall_width": 10 * u.m}, "more than 4000000 pixels: expected a wider wall"),
        ({"radius": 3 * u.s}, "radius"),
        ({"latitude": 89 * u.deg}, "latitude = 89.0 deg: expected from -75 deg to 75 deg"),
    ],
)
def test_numbers_that_make_no_crater_are_refused(changed, told):
    with pytest.raises(ls.InputError, match=told):
        ls.Terrain.crater(**{"latitude": 0 * u.deg, "longitude": 0 * u.deg, **MADE, **changed})


# --- the surface ---


@few
@given(latitudes, longitudes)
def test_a_raster_of_one_height_is_a_sphere(latitude, longitude):
    raster = ls.Terrain.from_array(np.full((4, 6), -360.0) * u.m, window=EVERYWHERE)
    for terrain in (raster, ls.Terrain.sphere(-360 * u.m)):
        assert metres(terrain, latitude, longitude) == pytest.approx(-360.0, abs=1e-9)  # weights that sum to 1
        assert terrain.slope(latitude * u.deg, longitude * u.deg).value == pytest.approx(0.0, abs=1e-9)
        up = terrain.normal(latitude * u.deg, longitude * u.deg).value
        np.testing.assert_allclose(up, unit(latitude, longitude), rtol=0, atol=1e-15 * 360)  # radians of 720 deg


def test_between_pixels_heights_are_those_of_scipys_bilinear_interpolation():
    heights = np.random.default_rng(2).uniform(-4e3, 4e3, (40, 80))
    terrain = ls.Terrain.from_array(heights * u.m, window=PATCH)
    lat, lon = -9 - (np.arange(40) + 0.5) / 40, 40 + (np.arange(80) + 0.5) / 40
    theirs = RegularGridInterpolator((lat[::-1], lon), heights[::-1])
    places = np.random.default_rng(3).uniform((lat[-1], lon[0]), (lat[0], lon[-1]), (500, 2))
    ours = terrain.height(places[:, 0] * u.deg, places[:, 1] * u.deg).to_value(u.m)
    np.testing.assert_allclose(ours, theirs(places), rtol=0, atol=FLOAT32_M)


@pytest.mark.parametrize(("east", "north"), [(0.1, 0.0), (0.0, -0.2), (0.3, 0.4), (-0.05, 1.0)])
def test_a_tilted_plane_has_its_slope_and_normal(east, north):
    rows = columns = 40
    lat = (0.1 - (np.arange(rows) + 0.5) * 0.2 / rows)[:, None]
    lon = (30 - 0.1 + (np.arange(columns) + 0.5) * 0.2 / columns)[None, :]
    heights = np.radians(lat) * RADIUS_M * north + np.radians(lon - 30) * RADIUS_M * east
    terrain = ls.Terrain.from_array(heights * u.m, window=(-0.1 * u.deg, 0.1 * u.deg, 29.9 * u.deg, 30.1 * u.deg))
    place = 0 * u.deg, 30 * u.deg
    tolerance = 2e-6  # float32 at 3 km, 1.2e-4 m, over a pixel of 152 m, doubled
    assert terrain.slope(*place).to_value(u.rad) == pytest.approx(np.arctan(np.hypot(east, north)), abs=tolerance)
    up, to_east, to_north = unit(0, 30), unit(0, 120), unit(90, 0)
    expected = (up - east * to_east - north * to_north) / np.sqrt(1 + east**2 + north**2)
    np.testing.assert_allclose(terrain.normal(*place).value, expected, rtol=0, atol=tolerance)


@few
@given(st.integers(0, 1000), st.floats(-89.9, 89.9), st.floats(0.0, 360.0))
def test_the_normal_is_across_two_steps_along_the_surface(seed, latitude, longitude):
    terrain, step = rough(seed=seed), 1e-6

    def point(lat, lon):
        return (RADIUS_M + metres(terrain, lat, lon)) * unit(lat, lon)

    # one-sided, towards the middle of the cell, where the surface is smooth
    lat_step = step if (latitude - 5.0) % 10.0 < 5.0 else -step
    lon_step = step if (longitude - 5.0) % 10.0 < 5.0 else -step
    here = point(latitude, longitude)
    north = (point(latitude + lat_step, longitude) - here) * np.sign(lat_step)
    east = (point(latitude, longitude + lon_step) - here) * np.sign(lon_step)
    expected = np.cross(east, north)
    normal = terrain.normal(latitude * u.deg, longitude * u.deg).value
    # differences of metres over 3 cm to 50 um (beside a pole), rounded to 2e-10 m
    size = min(np.linalg.norm(east), np.linalg.norm(north))
    np.testing.assert_allclose(normal, expected / np.linalg.norm(expected), rtol=0, atol=1e-5 + 4e-9 / size)  # type: ignore[call-overload]
    assert np.arccos(normal @ unit(latitude, longitude)) == pytest.approx(
        terrain.slope(latitude * u.deg, longitude * u.deg).to_value(u.rad), abs=1e-7
    )  # arc cosine near 1 keeps half the digits


@few
@given(st.integers(0, 1000), latitudes, st.floats(-1.0, 1.0))
def test_heights_close_over_the_meridian(seed, latitude, longitude):
    terrain = rough(seed=seed)
    before, after = metres(terrain, latitude, longitude), metres(terrain, latitude, longitude + 360.0)
    assert before == pytest.approx(after, abs=1e-6)  # 360 deg in radians, rounded, on slopes of a kilometre a degree
    west, east = metres(terrain, latitude, -1e-9), metres(terrain, latitude, 1e-9)
    assert west == pytest.approx(east, abs=1e-5)  # 2e-9 deg on such slopes


@pytest.mark.parametrize(("pole", "row"), [(90.0, 0), (-90.0, -1)])
def test_a_pole_has_one_height_from_all_sides_the_mean_of_its_row(pole, row):
    terrain = rough()
    around = np.linspace(0.0, 350.0, 36)
    at, near = metres(terrain, pole, around), metres(terrain, pole * (1 - 1e-9), around)
    expected = terrain.ground.heights_m[row].mean(dtype=float)
    np.testing.assert_allclose(at, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(near, expected, rtol=0, atol=1e-4)  # 1e-7 deg on slopes of a kilometre a degree
    assert np.all(np.isfinite(terrain.normal(pole * u.deg, around * u.deg)))


@examples(60)
@given(st.integers(0, 1000), latitudes, longitudes, st.floats(0.0, 2 * np.pi), st.floats(1e-6, 0.5))
def test_no_way_over_the_surface_is_steeper_than_its_bound(seed, latitude, longitude, azimuth, degrees):
    terrain = rough(seed=seed, outside=1 * u.km, window=(-90 * u.deg, 60 * u.deg, 0 * u.deg, 360 * u.deg))
    start = unit(latitude, longitude)
    side = np.cross([0.0, 0.6, 0.8] if abs(start[2]) > 0.7 else [0.0, 0.0, 1.0], start)
    side /= np.linalg.norm(side)
    ahead = np.cos(azimuth) * side + np.sin(azimuth) * np.cross(start, side)
    end = np.cos(np.radians(degrees)) * start + np.sin(np.radians(degrees)) * ahead
    there = np.degrees([np.arcsin(np.clip(end[2], -1, 1)), np.arctan2(end[1], end[0])])
    rise = abs(metres(terrain, *there) - metres(terrain, latitude, longitude))
    # places are rounded: 1e-8 rad beside a pole, where the arc sine is flat
    assert rise <= terrain.ground.steepest_m_per_rad * (np.radians(degrees) + 4e-8)
    assert terrain.lowest.value <= metres(terrain, *there) <= terrain.highest.value


# --- windows and their edges ---


def test_outside_a_window_the_ground_is_not_known():
    terrain = rough(window=PATCH)
    for place in ((-8.9, 41.0), (-10.1, 41.0), (-9.5, 39.9), (-9.5, 42.1), (90.0, 0.0)):
        with pytest.raises(ls.InputError, match=r"lies outside the window of terrain array: read a larger window"):
            terrain.height(*place * u.deg)
    assert terrain.highest == 10786 * u.m  # the highest place of the Moon may lie there


def test_a_known_outside_is_met_without_a_jump():
    terrain = rough(window=PATCH, outside=500 * u.m)
    assert metres(terrain, 50.0, 200.0) == 500.0
    assert terrain.slope(50 * u.deg, 200 * u.deg) == 0 * u.deg
    along = np.linspace(38.0, 44.0, 60_001)
    steps = np.abs(np.diff(metres(terrain, -9.51, along)))
    # 1e-4 deg on a parallel, on the steepest ground there is
    assert steps.max() <= terrain.ground.steepest_m_per_rad * np.radians(1e-4) * (1 + 1e-9)


def test_a_known_outside_is_refused_for_a_sector_of_a_polar_cap():
    with pytest.raises(ls.InputError, match="touches a pole and lacks longitudes"):
        rough(window=(80 * u.deg, 90 * u.deg, 0 * u.deg, 90 * u.deg), outside=0 * u.m)


@pytest.mark.parametrize(
    ("window", "text"),
    [
        ((0, 91, 0, 10), "window spans the latitudes 0 to 91 deg: expected -90 <= lat_min"),
        ((10, 0, 0, 10), "window spans the latitudes 10 to 0 deg"),
        ((0, 10, 20, 20), "window spans the longitudes 20 to 20 deg"),
        ((0, 10, 0, 361), "window spans the longitudes 0 to 361 deg"),
        ((0, np.nan, 0, 10), "window's lat_max = nan deg is not finite"),
    ],
)
def test_windows_that_make_no_sense_are_refused(window, text):
    with pytest.raises(ls.InputError, match=text):
        ls.Terrain.from_array(np.zeros((3, 3)) * u.m, window=tuple(window * u.deg))


def test_places_beyond_a_pole_are_refused():
    with pytest.raises(ls.InputError, match=r"latitude = 90\.1 deg: expected -90 to 90 deg"):
        rough().height(90.1 * u.deg, 0 * u.deg)


@pytest.mark.parametrize("heights", [np.zeros((3, 3)), np.zeros(3) * u.m, np.zeros((1, 3)) * u.m])
def test_heights_of_the_wrong_kind_are_refused(heights):
    with pytest.raises(ls.InputError, match="heights: expected a Quantity of shape"):
        ls.Terrain.from_array(heights, window=PATCH)


@pytest.mark.parametrize(("bad", "text"), [(np.nan, "no height"), (np.inf, "no height"), (1737.4e3, "no place on")])
def test_a_height_that_cannot_be_is_refused_with_its_place(bad, text):
    heights = np.zeros((10, 20))
    heights[3, 5] = bad
    with pytest.raises(ls.DataError, match=rf"at -9\.350 N 40\.550 E there is .*{text}"):
        ls.Terrain.from_array(heights * u.m, window=PATCH)


# --- files ---


@pytest.fixture
def stored():
    return np.random.default_rng(5).integers(-16000, 16000, (180, 360)).astype("<i2")


def test_an_image_and_its_label_give_the_heights_at_the_centres_of_pixels(tmp_path, stored):
    image = write_map(tmp_path, stored)
    for path in (image, str(image), image.with_suffix(".LBL")):
        terrain = ls.Terrain.from_file(path)
        lat, lon = 89.5 - np.arange(180)[:, None], 0.5 + np.arange(360)[None, :]
        np.testing.assert_allclose(metres(terrain, lat, lon), 0.5 * stored, rtol=0, atol=1e-8)  # half metres are exact


@pytest.mark.parametrize(
    ("dtype", "options"),
    [
        ("<f4", {"kind": "PC_REAL", "scale": 1}),
        ("<f4", {"kind": "PC_REAL", "scale": 1, "unit": "KILOMETER", "offset": 1737.4}),
        (">i2", {"kind": "MSB_INTEGER"}),
        ("<i4", {}),
        ("<i2", {"offset": 1738000}),
        ("<i2", {"resolution": 2, "north": 45, "west": 90}),
    ],
)
def test_other_samples_units_and_tiles_are_read_as_their_label_says(tmp_path, dtype, options):
    kilometres = options.get("unit") == "KILOMETER"
    stored = np.random.default_rng(6).integers(*((-8, 8) if kilometres else (-8000, 8000)), (30, 40)).astype(dtype)
    options = {"north": 20, "west": 100, "resolution": 1} | options
    terrain = ls.Terrain.from_file(write_map(tmp_path, stored, **options))
    metres_each = options.get("scale", 0.5) * (1000 if options.get("unit") == "KILOMETER" else 1)
    zero = float(options.get("offset", 1737400)) * (1000 if options.get("unit") == "KILOMETER" else 1) - RADIUS_M
    north, west = (options[key] + sign * 0.5 / options["resolution"] for key, sign in (("north", -1), ("west", 1)))
    row, column = 7, 11
    place = north - row / options["resolution"], west + column / options["resolution"]
    assert metres(terrain, *place) == pytest.approx(stored[row, column] * metres_each + zero, abs=1e-3)  # of float32


@pytest.mark.parametrize(
    ("window", "columns"),
    [((-20, 10, 30, 50), 22), ((-20, 10, 350, 20), 32), ((-20, 10, -10, 20), 32), ((60, 90, 0, 360), 360)],
)
def test_a_window_holds_what_the_whole_map_holds_there(tmp_path, stored, window, columns):
    image = write_map(tmp_path, stored)
    whole, part = ls.Terrain.from_file(image), ls.Terrain.from_file(image, window=tuple(window * u.deg))
    assert part.ground.heights_m.shape[1] == columns  # and no more than a pixel around
    south, north, west, east = window
    lat = np.linspace(south, north, 41)[:, None]
    lon = np.linspace(west, east if east > west else east + 360, 37)[None, :]
    np.testing.assert_allclose(metres(part, lat, lon), metres(whole, lat, lon), rtol=0, atol=1e-8)  # rounding of angles


def test_a_window_of_a_large_file_is_read_without_the_rest(tmp_path):
    shape = 128 * 180, 128 * 360
    image = write_map(tmp_path, np.empty((0, 0), "<i2"), write=False, lines=shape[0], samples=shape[1], bits=16,
                      record=2 * shape[1], resolution=128, south=-90, east=360, line_offset=11519.5)  # fmt: skip
    with image.open("wb") as file:  # 2.1 GB of zeros that take no room, and one height
        file.truncate(2 * shape[0] * shape[1])
        file.seek(2 * ((90 + 58) * 128 * shape[1] + 61 * 128))
        file.write(np.array([-720], "<i2").tobytes())
    with pytest.raises(ls.InputError, match=r"MAP\.IMG: 23040 x 46080 pixels are more than .* a smaller window="):
        ls.Terrain.from_file(image)
    tracemalloc.start()
    terrain = ls.Terrain.from_file(image, window=(-60 * u.deg, -56 * u.deg, 60 * u.deg, 62 * u.deg))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16e6  # 514 x 258 heights of 4 bytes, a few times over
    assert metres(terrain, -58 - 0.5 / 128, 61 + 0.5 / 128) == pytest.approx(-360.0, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"projection": "POLAR STEREOGRAPHIC"},
            "MAP_PROJECTION_TYPE = POLAR STEREOGRAPHIC: expected SIMPLE CYLINDRICAL",
        ),
        ({"frame": "PRINCIPAL AXES"}, "COORDINATE_SYSTEM_NAME = PRINCIPAL AXES: expected MEAN EARTH"),
        ({"north": 91, "south": -89, "line_offset": 90.5}, "MAXIMUM_LATITUDE = 91 <deg>: expected latitudes that rise"),
        ({"resolution": 2, "south": -90, "east": 360}, "MAP_RESOLUTION = 2 <pix/deg>: expected 1 from the edges"),
        ({"line_offset": 80}, "LINE_PROJECTION_OFFSET = 80 <pix>: expected 89.5"),
        ({"bits": 8}, "SAMPLE_TYPE = LSB_INTEGER: expected one of .* not 8 bits"),
        ({"kind": "VAX_REAL"}, "SAMPLE_TYPE = VAX_REAL: expected one of"),
        ({"lines": "many"}, "LINES = many: expected a number"),
        ({"samples": 0}, "LINE_SAMPLES = 0: expected a whole number above zero"),
        ({"unit": "FOOT"}, "UNIT = FOOT: expected one of METER"),
        ({"record": 700}, "RECORD_BYTES = 700: expected 129600 bytes in 180 records"),
        ({"kind": "MSB_INTEGER", "scale": 50}, "there is .* which no place on the Moon has"),
    ],
)
def test_a_label_that_does_not_fit_is_refused_by_name(tmp_path, stored, changes, text):
    image = write_map(tmp_path, stored, **changes)
    with pytest.raises(ls.DataError, match=text) as error:
        ls.Terrain.from_file(image)
    assert "MAP." in str(error.value)


def test_a_missing_sample_is_refused_and_a_window_beside_it_is_not(tmp_path, stored):
    stored[100, 200] = -32768
    image = write_map(tmp_path, stored, extra="MISSING_CONSTANT = -32768")
    with pytest.raises(ls.DataError, match=r"MAP\.IMG: at -10\.500 N 200\.500 E there is no height"):
        ls.Terrain.from_file(image)
    ls.Terrain.from_file(image, window=(0 * u.deg, 20 * u.deg, 190 * u.deg, 210 * u.deg))


def test_a_nan_in_an_image_of_reals_is_refused(tmp_path):
    stored = np.zeros((180, 360), "<f4")
    stored[0, 0] = np.nan
    with pytest.raises(ls.DataError, match=r"MAP\.IMG: at 89\.500 N 0\.500 E there is no height"):
        ls.Terrain.from_file(write_map(tmp_path, stored, kind="PC_REAL"))


def test_a_truncated_or_foreign_image_is_refused(tmp_path, stored):
    image = write_map(tmp_path, stored)
    for content, text in ((stored.tobytes()[:-100], "the file is truncated"), (bytes(200_000), "does not belong")):
        image.write_bytes(content)
        with pytest.raises(ls.DataError, match=rf"MAP\.IMG: {len(content)} bytes, where MAP\.LBL says .*{text}"):
            ls.Terrain.from_file(image)


def test_what_is_no_map_is_refused(tmp_path, stored):
    image = write_map(tmp_path, stored)
    label = image.with_suffix(".LBL")
    label.write_bytes(b"CDF\x01" + label.read_bytes())
    with pytest.raises(ls.DataError, match=r"MAP\.LBL: this is no PDS3 label"):
        ls.Terrain.from_file(image)
    label.write_text("PDS_VERSION_ID = PDS3\nEND\n")
    with pytest.raises(ls.DataError, match=r"MAP\.LBL: the label has no IMAGE: LINES"):
        ls.Terrain.from_file(image)
    label.unlink()
    with pytest.raises(ls.DataError, match=r"MAP\.IMG: its label MAP\.LBL is not in the same folder"):
        ls.Terrain.from_file(image)
    with pytest.raises(ls.DataError, match=r"heights\.png: a map of heights ends in \.img, \.lbl, \.tif"):
        ls.Terrain.from_file("heights.png")


def test_a_label_alone_says_which_image_it_needs_and_where(tmp_path, stored):
    image = write_map(tmp_path, stored)
    content = image.read_bytes()
    image.unlink()
    for name in ("MAP.LBL", "MAP.IMG"):
        with pytest.raises(ls.DataError, match=r"MAP\.LBL.* the label alone.*put .* (there|beside it)$"):
            ls.Terrain.from_file(tmp_path / name)
    (tmp_path / "other.LBL").write_bytes((tmp_path / "MAP.LBL").read_bytes())
    (tmp_path / "other.IMG").write_bytes(content)
    with pytest.raises(ls.DataError, match=r"if other\.IMG holds them, give it back the name MAP\.IMG"):
        ls.Terrain.from_file(tmp_path / "other.LBL")


def test_an_image_alone_says_which_label_it_needs_or_names_the_one_that_describes_it(tmp_path, stored):
    image = write_map(tmp_path, stored)
    label = image.with_suffix(".LBL").rename(tmp_path / "description.lbl")
    (tmp_path / "a.lbl").write_text("no label")
    with pytest.raises(ls.DataError, match=r"description\.lbl, beside it, describes MAP\.IMG: give description\.lbl"):
        ls.Terrain.from_file(image)
    assert ls.Terrain.from_file(label).name == "MAP.IMG"
    label.unlink()
    with pytest.raises(ls.DataError, match=r"the label says how many, .* put MAP\.LBL there$"):
        ls.Terrain.from_file(image)
    with pytest.raises(
        ls.DataError, match=r"no such file.*MAP\.IMG is there, which is the heights alone: put the label"
    ):
        ls.Terrain.from_file(tmp_path / "MAP.LBL")


def test_of_a_map_of_the_registry_the_error_says_how_it_is_fetched(tmp_path):
    (tmp_path / "LDEM_4.IMG").write_bytes(b"")
    with pytest.raises(ls.DataError, match=r"put LDEM_4\.LBL there \('lunarsim data fetch LDEM_4\.LBL' fetches it\)"):
        ls.Terrain.from_file(tmp_path / "LDEM_4.IMG")


def test_a_window_beyond_a_tile_is_refused(tmp_path):
    image = write_map(tmp_path, np.arange(1200, dtype="<i2").reshape(30, 40), north=20, west=100)
    for window in ((0, 30, 110, 120), (-20, 0, 110, 120), (0, 10, 90, 120), (0, 10, 130, 150)):
        with pytest.raises(ls.InputError, match=r"MAP\.IMG holds -10 to 20 N, 100 to 140 E"):
            ls.Terrain.from_file(image, window=tuple(window * u.deg))
    ls.Terrain.from_file(image, window=tuple((-10, 20, 100, 140) * u.deg))  # to its very edges


# --- GeoTIFF ---


HALF_TURN_M = np.pi * RADIUS_M


@pytest.mark.parametrize(
    ("crs", "edges"),
    [
        ("+proj=longlat +R=1737400 +no_defs", (-180, -90, 180, 90)),
        ("+proj=eqc +R=1737400 +lat_ts=0 +lon_0=0", (-HALF_TURN_M, -HALF_TURN_M / 2, HALF_TURN_M, HALF_TURN_M / 2)),
        ("+proj=eqc +R=1737400 +lat_ts=0 +lon_0=180", (-HALF_TURN_M, -HALF_TURN_M / 2, HALF_TURN_M, HALF_TURN_M / 2)),
    ],
)
def test_a_geotiff_gives_the_heights_at_the_centres_of_pixels(tmp_path, stored, crs, edges):
    path = write_geotiff(tmp_path / "map.tif", stored, crs, edges, scale=0.5)
    terrain = ls.Terrain.from_file(path)
    west = 0 if "lon_0=180" in crs else -180
    lat, lon = 89.5 - np.arange(180)[:, None], west + 0.5 + np.arange(360)[None, :]
    np.testing.assert_allclose(metres(terrain, lat, lon), 0.5 * stored, rtol=0, atol=1e-6)  # edges in metres, rounded
    part = ls.Terrain.from_file(path, window=(-20 * u.deg, 10 * u.deg, 170 * u.deg, 190 * u.deg))
    lat, lon = np.linspace(-20, 10, 31)[:, None], np.linspace(170, 190, 31)[None, :]
    np.testing.assert_allclose(metres(part, lat, lon), metres(terrain, lat, lon), rtol=0, atol=1e-6)


def test_a_geotiff_of_another_body_projection_or_with_gaps_is_refused(tmp_path):
    heights, edges = np.zeros((18, 36), "f4"), (-180, -90, 180, 90)
    moon = "+proj=longlat +R=1737400"
    for crs, text in (
        ("+proj=longlat +R=3396190", "a map of a sphere of 3.39619e\\+06 m: expected the Moon's"),
        ("+proj=stere +lat_0=-90 +R=1737400", "projection .*stere.*: expected latitude and longitude"),
    ):
        with pytest.raises(ls.DataError, match=text):
            ls.Terrain.from_file(write_geotiff(tmp_path / "a.tif", heights, crs, edges))
    with pytest.raises(ls.DataError, match=r"b\.tif: the rows span the latitudes -90 to 95"):
        ls.Terrain.from_file(write_geotiff(tmp_path / "b.tif", heights, moon, (-180, -90, 180, 95)))
    heights[4, 5] = -9999
    with pytest.raises(ls.DataError, match=r"c\.tif: at 45\.000 N 235\.000 E there is no height"):
        ls.Terrain.from_file(write_geotiff(tmp_path / "c.tif", heights, moon, edges, nodata=-9999))
    noise = np.random.default_rng(7).uniform(0, 1, (180, 360)).astype("f4")
    cut = write_geotiff(tmp_path / "cut.tif", noise, moon, edges)
    cut.write_bytes(cut.read_bytes()[:-100_000])
    with pytest.raises(ls.DataError, match=r"cut\.tif: "):
        ls.Terrain.from_file(cut)
    (tmp_path / "d.tif").write_bytes(b"no tiff")
    with pytest.raises(ls.DataError, match=r"d\.tif: this is no GeoTIFF that can be read"):
        ls.Terrain.from_file(tmp_path / "d.tif")


# --- LOLA itself ---


@pytest.fixture(scope="module")
def lola():
    folder = os.environ.get("LUNARSIM_DATA")
    if not folder:
        pytest.skip("LUNARSIM_DATA is not set: it names the folder with LDEM_4.IMG")
    return ls.Terrain.from_file(Path(folder, "LDEM_4.IMG"))


def test_lola_has_its_known_heights(lola):
    assert metres(lola, -69.37, 32.35) == pytest.approx(544.5, abs=0.05)  # digits of the check value
    assert metres(lola, 5.375, 201.375) == pytest.approx(10504.0, abs=1e-6)
    assert lola.highest == 10504.0 * u.m
    assert lola.lowest.value == pytest.approx(
        0.5 * -17758, abs=0.5
    )  # MINIMUM of the label; the file ends a count above
