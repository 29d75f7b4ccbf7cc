"""GeoTIFF: pixel centres through the file's own coordinate system; nothing but the file itself is opened."""

from __future__ import annotations

import os
import re
import shlex
import socket
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from map_files import write_geotiff

import lunarsim as ls

rasterio = pytest.importorskip("rasterio", reason="the extra geotiff is not installed")

RADIUS_M = 1_737_400.0
MOON = "+proj=longlat +R=1737400"
EDGES = (-180, -90, 180, 90)
EVEN_DEG = 1e-9


def ground(rows=18, columns=36, seed=9):
    return np.random.default_rng(seed).uniform(-4e3, 4e3, (rows, columns)).astype("f4")


def complaint(path):
    with pytest.raises(ls.DataError) as error:
        ls.Terrain.from_file(path)
    return str(error.value)


def write_with(path, heights, crs, affine, **options):
    """Write a GeoTIFF with the six numbers of its transform."""
    rows, columns = heights.shape
    with rasterio.open(path, "w", driver="GTiff", count=1, height=rows, width=columns, dtype=heights.dtype, crs=crs,
                       transform=rasterio.Affine(*affine), **options) as file:  # fmt: skip
        file.write(heights, 1)
    return path


# --- coordinate systems ---


@dataclass(frozen=True)
class System:
    """A coordinate system, and its equation: map coordinates are linear in longitude and latitude."""

    crs: str
    x_per_deg: float
    y_per_deg: float
    lon_at_zero_deg: float
    lat_at_zero_deg: float


GEOGRAPHIC = (
    'GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],PRIMEM["Reference meridian",0],UNIT["{unit}",{radians!r}]]'
)


@st.composite
def systems(draw):
    """Return a system whose pixels can be even: geographic, or equidistant cylindrical (Snyder 1987, eq. 12-1 f.)."""
    meridian = draw(st.sampled_from([0.0, 23.0, -100.5]))
    if draw(st.booleans()):
        unit, radians = draw(st.sampled_from([("degree", np.pi / 180), ("grad", np.pi / 200), ("radian", 1.0)]))
        if unit == "degree":
            return System(f"{MOON} +pm={meridian}", 1.0, 1.0, meridian, 0.0)
        per_deg = np.pi / 180 / radians
        return System(GEOGRAPHIC.format(unit=unit, radians=radians), per_deg, per_deg, 0.0, 0.0)
    lon_0, lat_0, lat_ts = (draw(st.integers(-w, w)) for w in (179, 40, 60))
    east_m, north_m = (draw(st.sampled_from([0.0, 1000.0, -2_500_000.0])) for _ in range(2))
    unit, metres = draw(st.sampled_from([("m", 1.0), ("km", 1000.0), ("ft", 0.3048)]))
    y_per_deg = RADIUS_M * np.pi / 180 / metres
    x_per_deg = y_per_deg * np.cos(np.radians(lat_ts))
    crs = (
        f"+proj=eqc +R=1737400 +lon_0={lon_0} +lat_0={lat_0} +lat_ts={lat_ts} +x_0={east_m} +y_0={north_m} "
        f"+units={unit} +pm={meridian}"
    )
    lon = meridian + lon_0 - east_m / metres / x_per_deg
    return System(crs, x_per_deg, y_per_deg, lon, lat_0 - north_m / metres / y_per_deg)


@given(systems(), st.floats(-80, 80), st.floats(-150, 150), st.floats(0.001, 0.4), st.booleans())
def test_pixel_centres_lie_where_the_files_own_coordinate_system_puts_them(system, north, from_origin, step, as_points):
    rows, columns = 17, 40
    south, west = north - rows * step, system.lon_at_zero_deg + from_origin
    corner = from_origin * system.x_per_deg, (north - system.lat_at_zero_deg) * system.y_per_deg
    affine = step * system.x_per_deg, 0.0, corner[0], 0.0, -step * system.y_per_deg, corner[1]
    with TemporaryDirectory() as folder:
        options = {"AREA_OR_POINT": "Point"} if as_points else {}
        path = write_with(Path(folder, "map.tif"), ground(rows, columns), system.crs, affine)
        with rasterio.open(path, "r+") as file:
            file.update_tags(**options)
        made = ls.Terrain.from_file(path).ground
    lat = np.degrees(made.north_rad - np.arange(rows) * made.lat_step_rad)
    lon = np.degrees(made.west_rad + np.arange(columns) * made.lon_step_rad)
    assert south > -90
    np.testing.assert_allclose(lat, north - (np.arange(rows) + 0.5) * step, rtol=0, atol=EVEN_DEG)
    off = (lon - (west + (np.arange(columns) + 0.5) * step) + 180) % 360 - 180
    np.testing.assert_allclose(off, 0.0, rtol=0, atol=EVEN_DEG)
    np.testing.assert_array_equal(made.heights_m, ground(rows, columns))


@given(
    st.sampled_from(["stere +lat_0=-90", "stere +lat_0=90", "stere +lat_0=40", "merc", "cea", "sinu", "ortho", "laea",
                     "tmerc", "moll", "robin", "lcc +lat_1=20 +lat_2=40", "aeqd +lat_0=-90"]),
    st.integers(-170, 170),
    st.integers(10_000, 20_000),
)  # fmt: skip
def test_a_projection_whose_pixels_are_not_even_is_refused_with_a_command_that_converts_it(projection, lon_0, pixel_m):
    affine = pixel_m, 0.0, -18 * pixel_m, 0.0, -pixel_m, 9 * pixel_m
    with TemporaryDirectory() as folder:
        crs = f"+proj={projection} +lon_0={lon_0} +R=1737400"
        told = complaint(write_with(Path(folder, "map.tif"), ground(), crs, affine))
    assert "expected latitude and longitude, or equidistant cylindrical, in even steps with north up" in told
    assert re.search(
        r"gdalwarp -r bilinear -t_srs '\+proj=longlat \+R=1737400 \+no_defs' -te [-0-9. ]+ -ts \d+ \d+ ", told
    )


@pytest.mark.parametrize(
    "affine",
    [
        (10.0, 0.5, -180.0, 0.0, -10.0, 90.0),  # sheared
        (10.0, 0.0, -180.0, 0.1, -10.0, 85.0),
        (10.0, 0.0, -180.0, 0.0, 10.0, -90.0),  # south up
        (-10.0, 0.0, 180.0, 0.0, -10.0, 90.0),  # mirrored
        (0.0, 10.0, -90.0, -5.0, 0.0, 90.0),  # turned
    ],
)
def test_a_map_that_is_turned_sheared_or_mirrored_is_refused(tmp_path, affine):
    told = complaint(write_with(tmp_path / "map.tif", ground(), MOON, affine))
    assert "in even steps with north up; convert it: gdalwarp" in told


@pytest.mark.parametrize(
    ("crs", "text"),
    [
        ("+proj=longlat +a=1738140 +b=1735970", "a map of an ellipsoid of 1.73814e+06 m: expected the Moon's sphere"),
        ("+proj=eqc +R=3396190", "a map of a sphere of 3.39619e+06 m: expected the Moon's, 1737400 m"),
        ("EPSG:4326", "a map of an ellipsoid of 6.37814e+06 m: expected the Moon's sphere"),
        ("+proj=geocent +R=1737400", "expected geographic or projected coordinates"),
        ("+proj=longlat +R=1737400 +towgs84=1,2,3", "expected geographic or projected coordinates"),
        (None, "the file itself names no coordinate system"),
    ],
)
def test_a_map_of_another_body_or_of_no_system_is_refused(tmp_path, crs, text):
    affine = 10.0, 0.0, -180.0, 0.0, -10.0, 90.0
    assert text in complaint(write_with(tmp_path / "map.tif", ground(), crs, affine))


def test_a_map_that_does_not_say_where_its_pixels_lie_is_refused(tmp_path):
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = write_with(tmp_path / "map.tif", ground(), MOON, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    assert "the file itself does not say where its pixels lie" in complaint(path)


def test_a_map_that_repeats_its_first_meridian_is_refused_with_how_to_cut_it(tmp_path):
    told = complaint(write_with(tmp_path / "map.tif", ground(16, 37), MOON, (10.0, 0.0, -185.0, 0.0, -10.0, 80.0)))
    assert "the columns span 370 deg: expected 360 deg at most" in told
    assert "gdal_translate -srcwin 0 0 36 16 map.tif" in told


# --- the advice ---


def hills(lat, lon):
    """Return heights (m) that bend over 10 deg: over a pixel of 1/40 deg they are straight to 0.03 m."""
    return 1000.0 * np.cos(np.radians(36 * lat)) + 500.0 * np.cos(np.radians(lat)) ** 2 * np.cos(np.radians(2 * lon))


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # within rasterio's reproject
@pytest.mark.parametrize(
    ("projection", "middle"),
    [
        ("stere +lat_0=-90", (0.0, 0.0)),
        ("stere +lat_0=90 +lon_0=30", (5e3, -8e3)),
        ("stere +lat_0=-90", (0.0, 250e3)),
        ("ortho +lat_0=-43 +lon_0=-11", (0.0, 0.0)),
        ("sinu", (900e3, -600e3)),
    ],
)
def test_the_advice_for_another_projection_gives_the_same_ground(tmp_path, projection, middle):
    from rasterio.warp import Resampling, reproject, transform  # noqa: PLC0415

    size, pixel_m, crs = 240, 750.0, f"+proj={projection} +R=1737400"
    affine = rasterio.Affine(pixel_m, 0.0, middle[0] - 120 * pixel_m, 0.0, -pixel_m, middle[1] + 120 * pixel_m)
    x, y = np.meshgrid(affine.c + pixel_m * (np.arange(size) + 0.5), affine.f - pixel_m * (np.arange(size) + 0.5))
    lon, lat = (np.reshape(v, x.shape) for v in transform(crs, MOON, x.ravel(), y.ravel()))
    stored = np.round(2.0 * hills(lat, lon)).astype("i2")
    words = shlex.split(
        complaint(write_with(tmp_path / "map.tif", stored, crs, affine[:6])).partition("convert it: ")[2]
    )
    west, south, east, north = edges = [float(word) for word in words[words.index("-te") + 1 :][:4]]
    columns, rows = (int(word) for word in words[words.index("-ts") + 1 :][:2])
    assert rows > 60  # of 240 lines, half of them on each side of a pole
    warped = np.full((rows, columns), -32768, "i2")
    target = rasterio.transform.from_bounds(*edges, columns, rows)
    reproject(
        stored,
        warped,
        src_transform=affine,
        src_crs=crs,
        dst_transform=target,
        dst_crs=MOON,
        init_dest_nodata=False,
        resampling=Resampling.bilinear,
    )  # fmt: skip  (what gdalwarp does with these words)
    converted = ls.Terrain.from_file(write_geotiff(tmp_path / "b.tif", warped, MOON, edges, scale=0.5, nodata=-32768))
    rng = np.random.default_rng(3)
    margin_lat, margin_lon = 0.51 * (north - south) / rows, 0.51 * (east - west) / columns
    lat = rng.uniform(south + (margin_lat if south > -90 else 0), north - (margin_lat if north < 90 else 0), 500)
    lon = rng.uniform(west + margin_lon, east - margin_lon, 500)
    heights = converted.height(lat * u.deg, lon * u.deg).to_value(u.m)
    # gdalwarp places pixels to an eighth of one, 2 m on these hills; samples are half metres; bends as above, twice
    np.testing.assert_allclose(heights, hills(lat, lon), rtol=0, atol=3.0)


# --- nothing else is opened ---


@pytest.fixture
def listener():
    """Listen on this machine; what calls can be asked for afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def nobody_called(server):
    try:
        server.accept()
    except BlockingIOError:
        return True
    return False


VRT = """<VRTDataset rasterXSize="36" rasterYSize="18"><SRS>GEOGCS["Moon",DATUM["Moon",SPHEROID["Moon",1737400,0]],
PRIMEM["Reference meridian",0],UNIT["degree",0.0174532925199433]]</SRS><GeoTransform>-180,10,0,90,0,-10</GeoTransform>
<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename relativeToVRT="0">{source}</SourceFilename>
<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"""

SCENARIO = """
name = "shared"
plan = [{{ type = "coast", duration = "1 s" }}]
[orbit]
epoch = "2023-08-19T10:00:00 TDB"
perilune = "18 km"
apolune = "100 km"
inclination = "82 deg"
node_longitude = "270 deg"
argument_of_perilune = "40 deg"
true_anomaly = "0 deg"
[moon]
gravity_degree = 0
terrain = "{terrain}"
"""


def test_a_virtual_raster_that_is_named_as_a_geotiff_reads_no_file_and_calls_nobody(tmp_path, listener):
    private = write_geotiff(tmp_path / "private.tif", ground(), MOON, EDGES)
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "a.toml").write_text(SCENARIO.format(terrain="evil.tif"))
    for source in (private, f"/vsicurl/http://127.0.0.1:{listener.getsockname()[1]}/private.tif"):
        (shared / "evil.tif").write_text(VRT.format(source=source))
        with pytest.raises(
            ls.ScenarioError, match=r"evil\.tif: this is no GeoTIFF that can be read: it starts with b'<VRT'"
        ):
            ls.load_scenario(shared / "a.toml")
    assert nobody_called(listener)
    (shared / "evil.tif").write_text(VRT.format(source=private))
    with rasterio.open(shared / "evil.tif") as file:  # what GDAL would have done of itself
        np.testing.assert_array_equal(file.read(1), ground())


def test_files_beside_a_geotiff_change_nothing(tmp_path, listener):
    path = write_geotiff(tmp_path / "map.tif", ground(), MOON, EDGES)
    url = f"/vsicurl/http://127.0.0.1:{listener.getsockname()[1]}/x.tif"
    Path(f"{path}.aux.xml").write_text(
        '<PAMDataset><GeoTransform>0,2,0,0,0,-2</GeoTransform><PAMRasterBand band="1"><Scale>7</Scale>'
        f'<Offset>5</Offset><NoDataValue>0</NoDataValue></PAMRasterBand><Metadata domain="OVERVIEWS">'
        f'<MDI key="OVERVIEW_FILE">{url}</MDI></Metadata></PAMDataset>'
    )
    path.with_suffix(".tfw").write_text("3\n0\n0\n-3\n0\n0\n")
    for suffix in (".msk", ".ovr"):
        Path(f"{path}{suffix}").write_text(VRT.format(source=url))
    terrain = ls.Terrain.from_file(path)
    np.testing.assert_array_equal(terrain.ground.heights_m, ground())
    assert np.degrees(terrain.ground.north_rad) == pytest.approx(85.0, abs=EVEN_DEG)
    assert nobody_called(listener)


def test_an_address_within_a_geotiff_is_not_called(tmp_path, listener):
    path = write_geotiff(tmp_path / "map.tif", ground(), MOON, EDGES)
    with rasterio.open(path, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=f"/vsicurl/http://127.0.0.1:{listener.getsockname()[1]}/x.tif")
    assert b"OVERVIEW_FILE" in path.read_bytes()
    np.testing.assert_array_equal(ls.Terrain.from_file(path).ground.heights_m, ground())
    assert nobody_called(listener)


@pytest.mark.parametrize(
    "name", ["/vsicurl/http://127.0.0.1:1/a.tif", "http://127.0.0.1:1/a.tif", "/vsizip/a.zip/a.tif"]
)
def test_the_name_of_a_map_is_the_name_of_a_file(name):
    with pytest.raises(ls.DataError, match="there is no such file"):
        ls.Terrain.from_file(name)


# --- damaged and oversized files ---


def test_text_in_a_geotiff_that_is_not_unicode_is_refused_without_a_traceback(tmp_path, capfd):
    path = write_geotiff(tmp_path / "map.tif", ground(), MOON, EDGES)
    for byte in (0xB0, 0xFF, 0x80):
        data = path.read_bytes()
        assert b"unknown" in data
        (tmp_path / "a.tif").write_bytes(data.replace(b"unknown", bytes([byte]) + b"nknown"))
        try:
            ls.Terrain.from_file(tmp_path / "a.tif")
        except ls.DataError as error:
            assert "a.tif: this is no GeoTIFF that can be read" in str(error)  # noqa: PT017  (GDAL may read over it)
    assert "Traceback" not in capfd.readouterr().err


def test_a_small_file_that_declares_a_large_map_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "map.tif"
    affine = rasterio.Affine(0.018, 0, -180, 0, -0.018, 90)
    with rasterio.open(path, "w", driver="GTiff", count=1, height=10_000, width=20_000, dtype="float32", crs=MOON,
                       transform=affine, tiled=True, SPARSE_OK="TRUE"):  # fmt: skip
        pass
    assert path.stat().st_size < 1e5
    assert "10000 x 20000 pixels in a file of" in complaint(path)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_samples_are_no_heights(tmp_path, dtype):
    affine = 10.0, 0.0, -180.0, 0.0, -10.0, 90.0
    path = write_with(tmp_path / "map.tif", np.zeros((18, 36), dtype), MOON, affine)
    assert f"samples of type {dtype}: expected integers or reals" in complaint(path)


@pytest.mark.parametrize("units", ["km", "m", "us-ft", "ft"])
def test_reading_a_map_prints_nothing(tmp_path, capfd, units):
    half_turn = 1737.4e3 * np.pi / {"km": 1e3, "m": 1.0, "us-ft": 1200 / 3937, "ft": 0.3048}[units]
    heights = np.arange(-500, 148, dtype="<i2").reshape(18, 36)
    edges = (-half_turn, -half_turn / 2, half_turn, half_turn / 2)
    path = write_geotiff(tmp_path / "map.tif", heights, f"+proj=eqc +R=1737400 +units={units}", edges)
    capfd.readouterr()  # what writing it printed
    environment = dict(os.environ)
    ls.Terrain.from_file(path)
    assert capfd.readouterr() == ("", "")
    assert dict(os.environ) == environment
