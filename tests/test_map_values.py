"""What a map's samples mean: fill values, null keywords, impossible heights; labels that name images or never end."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from map_files import write_geotiff, write_map

import lunarsim as ls
from lunarsim.moon.terrain.fill_values import check_ground
from lunarsim.moon.terrain.heights import Samples, check_relief
from lunarsim.moon.terrain.raster import Grid

MOON = "+proj=longlat +R=1737400"
EDGES = (-180, -90, 180, 90)
EVERYWHERE = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
BESIDE_THE_GAP = (0 * u.deg, 40 * u.deg, 100 * u.deg, 200 * u.deg)
HALF_METRES = Samples(dtype=np.dtype("<i2"), scale_m=0.5)
CPU_S = 1.0  # a linear reader needs 0.1 s for a quarter of a megabyte, a quadratic one minutes to hours


def ground(dtype="<i2"):
    return np.random.default_rng(8).integers(-16000, 20000, (18, 36)).astype(dtype)


@pytest.fixture(scope="module")
def ldem():
    folder = os.environ.get("LUNARSIM_DATA", "")
    if not Path(folder, "LDEM_4.IMG").is_file():
        pytest.skip("LDEM_4.IMG is not in $LUNARSIM_DATA")
    return Path(folder, "LDEM_4.IMG")


def complaint(path, **options):
    with pytest.raises(ls.DataError) as error:
        ls.Terrain.from_file(path, **options)
    return str(error.value)


# --- heights that no place on the Moon has ---


@pytest.mark.parametrize(
    ("dtype", "scale", "fill", "shown"),
    [
        ("<f4", 1, -9999, "-9999 m"),
        ("<i2", 0.5, -32768, "-16384 m"),
        ("<i2", 0.5, 32767, "16383.5 m"),
        ("<i2", 0.25, -32768, "-8192 m"),  # within the Moon's heights, and the end of the integers
        ("<i4", 1, -2147483648, "-2147483648 m"),
        ("<f4", 1, -3.4028235e38, "m, which no place"),
        ("<f4", 1, 1e20, "1.00000002e"),
    ],
)
@pytest.mark.parametrize("kind", ["PDS", "GeoTIFF"])
def test_a_fill_value_that_is_not_declared_is_refused_by_its_value_number_and_place(
    tmp_path, kind, dtype, scale, fill, shown
):
    stored = (ground() // 8).astype(dtype)
    stored[4, 20] = stored[7, 3] = fill
    if kind == "PDS":
        sample_type = "PC_REAL" if stored.dtype.kind == "f" else "LSB_INTEGER"
        path = write_map(tmp_path, stored, kind=sample_type, scale=scale, resolution=0.1, line_offset=8.5)
        longitude, declare = "205.000 E", r"write MISSING_CONSTANT = .* into the IMAGE object of MAP\.LBL"
    else:
        path = write_geotiff(tmp_path / "map.tif", stored, MOON, EDGES, scale=scale)
        longitude, declare = "25.000 E", r"declare it, with gdal_edit\.py -a_nodata .* map\.tif"
    with pytest.raises(ls.DataError, match=f"at 45.000 N {longitude} there is .*({shown})") as error:
        ls.Terrain.from_file(path)
    assert "2 of 648 samples are like it: the stored value" in str(error.value)
    with pytest.raises(ls.DataError, match=f"looks like a fill value for missing heights: if it is, {declare}"):
        ls.Terrain.from_file(path)


@given(st.one_of(st.floats(-1e30, -9.9001e3), st.floats(11.5001e3, 1e30)), st.integers(0, 17), st.integers(0, 35))
def test_no_array_may_hold_a_height_that_no_place_on_the_moon_has(height_m, row, column):
    heights = np.zeros((18, 36))
    heights[row, column] = height_m
    with pytest.raises(ls.DataError, match=r"no place on the Moon has .*1 of 648 samples"):
        ls.Terrain.from_array(heights * u.m, window=EVERYWHERE)


@pytest.mark.parametrize(
    ("change", "slip"),
    [
        (lambda h: h + 1737.4e3, "looks like a radius: give heights above 1737.4 km"),
        (lambda h: h - 1737.4e3, "heights seem to be taken for radii: the offset should be that of the sphere"),
        (lambda h: 2.0 * h, "is a scaling factor missing"),
        (lambda h: 1e3 * h, "metres that are taken for kilometres"),
        (lambda h: 1e9 * h, "in this byte order"),
    ],
)
def test_an_impossible_height_names_the_likely_slip(change, slip):
    heights = change(0.5 * ground("f8"))
    with pytest.raises(ls.DataError, match=slip):
        ls.Terrain.from_array(heights * u.m, window=EVERYWHERE)


def test_heights_of_the_wrong_dimension_are_refused():
    with pytest.raises(ls.InputError, match=r"heights: expected a Quantity of shape .* in metres"):
        ls.Terrain.from_array(np.zeros((3, 3)) * u.kg, window=EVERYWHERE)


def test_radii_in_a_geotiff_with_an_offset_keep_their_centimetres(tmp_path):
    heights = 0.5 * ground("f8") + 0.01
    path = write_geotiff(tmp_path / "map.tif", heights + 1737.4e3, MOON, EDGES)
    rasterio = pytest.importorskip("rasterio")
    with rasterio.open(path, "r+") as file:
        file.offsets = (-1737.4e3,)
    read = ls.Terrain.from_file(path).ground.heights_m
    np.testing.assert_allclose(read, heights, rtol=0, atol=5e-4)  # half the spacing of float32 up to 8 km


@pytest.mark.parametrize(("unit", "metres"), [("m", 1.0), ("metre", 1.0), ("km", 1e3), ("ft", 0.3048)])
def test_the_unit_of_a_geotiffs_heights_is_honoured(tmp_path, unit, metres):
    rasterio = pytest.importorskip("rasterio")
    path = write_geotiff(tmp_path / "map.tif", 0.5 * ground("f8") / metres, MOON, EDGES)
    with rasterio.open(path, "r+") as file:
        file.units = (unit,)
    np.testing.assert_allclose(ls.Terrain.from_file(path).ground.heights_m, 0.5 * ground("f8"), rtol=0, atol=5e-4)


def test_a_unit_of_heights_that_is_not_known_is_refused(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    path = write_geotiff(tmp_path / "map.tif", ground(), MOON, EDGES, scale=0.5)
    with rasterio.open(path, "r+") as file:
        file.units = ("counts",)
    assert "heights in the unit 'counts': expected metres, kilometres or feet" in complaint(path)


# --- fill values within the heights of the Moon, and units that flatten it ---

KINDS = pytest.mark.parametrize("kind", ["PDS", "GeoTIFF"])


def relief(shape, seed=8, rms_m=1800.0):
    """Return heights (m) with the Moon's power law: each octave of wavelength has 1.6 times as much as the next."""
    rows, columns = shape
    rng = np.random.default_rng(seed)
    waves = np.hypot(np.fft.fftfreq(rows)[:, None] * rows, np.fft.rfftfreq(columns)[None, :] * columns / 2)
    waves[0, 0] = np.inf
    heights = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * waves**-1.7, shape)
    return np.clip(heights / heights.std() * rms_m, -9000, 10500)


def written(folder, stored, *, scale, kind="PDS"):
    """Write a map of the whole Moon."""
    if kind == "GeoTIFF":
        return write_geotiff(folder / "map.tif", stored, MOON, EDGES, scale=scale)
    rows = stored.shape[0]
    sample_type = "PC_REAL" if stored.dtype.kind == "f" else "LSB_INTEGER"
    return write_map(folder, stored, kind=sample_type, scale=scale, resolution=rows / 180, line_offset=rows / 2 - 0.5)


GAPS = {
    "a block": np.s_[20:40, 100:130],
    "a stripe": np.s_[:, 77],
    "a row": np.s_[50, :],
    "a strip as wide as the map": np.s_[10:15, :],
    "each seventh": np.s_[::7, ::7],
}


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize(
    ("dtype", "scale", "fill"),
    [
        ("<i2", 0.5, -9999), ("<i2", 0.5, 9999), ("<i2", 0.25, -32767), ("<i2", 0.25, -32765), ("<i4", 0.001, -9999),
        ("<i2", 0.3, -32766), ("<i4", 0.1, 99999), ("<f4", 1, 9999), ("<f4", 0.1, -32768), ("<f4", 1, -999),
    ],
)  # fmt: skip
@KINDS
def test_a_gap_of_a_fill_value_within_the_moons_heights_is_refused_by_that_value(
    tmp_path, kind, dtype, scale, fill, gap
):
    stored = np.rint(relief((90, 180)) / scale).astype(dtype)
    stored[GAPS[gap]] = fill
    text = complaint(written(tmp_path, stored, scale=scale, kind=kind))
    assert f"the stored value {fill} looks like a fill value for missing heights" in text
    assert f"{np.count_nonzero(stored == fill)} of 16200 samples are like it" in text


@pytest.mark.parametrize(("scale", "offset", "fill"), [(0.1, 0.0, 65535), (0.25, -9000.0, 0), (0.1, 0.0, 9999)])
def test_the_ends_of_unsigned_samples_are_looked_at_as_well(tmp_path, scale, offset, fill):
    rasterio = pytest.importorskip("rasterio")
    stored = np.rint((np.abs(relief((90, 180))) - offset) / scale).astype("<u2")
    stored[30:50, 20:40] = fill
    path = written(tmp_path, stored, scale=scale, kind="GeoTIFF")
    with rasterio.open(path, "r+") as file:
        file.offsets = (offset,)
    assert f"the stored value {fill} looks like a fill value" in complaint(path)


@pytest.mark.parametrize(("dtype", "scale", "fill"), [("<i2", 0.5, -9999), ("<f4", 1, 9999), ("<i2", 0.25, -32767)])
@pytest.mark.parametrize("step", [2.0, 0.5, 0.25])
def test_one_sample_of_a_fill_value_on_ground_far_from_it_is_refused(tmp_path, dtype, scale, fill, step):
    heights = relief((round(180 / step), round(360 / step)), rms_m=1000)
    stored = np.rint(heights / scale).astype(dtype)
    row, column = np.unravel_index(np.argmin(np.abs(heights)), heights.shape)
    stored[row, column] = fill
    assert f"1 of {heights.size} samples are like it: the stored value {fill}" in complaint(
        written(tmp_path, stored, scale=scale)
    )


@given(st.integers(0, 2**32), st.sampled_from([(18, 36), (90, 180), (45, 400)]), st.sampled_from([-9999, 9999, -32767]))
def test_ground_that_has_the_number_of_a_fill_value_by_chance_is_ground(seed, shape, fill):
    scale = 0.25 if fill == -32767 else 0.5
    stored = np.rint(relief(shape, seed) / scale)
    rng = np.random.default_rng(seed)
    stored += fill - stored.flat[rng.integers(stored.size)]  # one sample has it, and those of its height
    heights = np.clip(scale * stored, -9800, 11400)
    window = (0 * u.deg, shape[0] * 0.01 * u.deg, 0 * u.deg, shape[1] * 0.01 * u.deg)  # 300 m a sample
    samples = Samples(dtype=np.dtype("<i2"), scale_m=scale)
    grid = Grid.between(shape, tuple(bound.value for bound in window))
    smooth = (fill * scale + (heights - fill * scale) / 40.0).astype(np.float32)
    check_ground(np.float32(scale) * np.rint(smooth / scale).astype(np.float32), grid, "map", samples)
    whole = Grid.between(shape, (-90.0, 90.0, 0.0, 360.0))
    check_ground(heights.astype(np.float32), whole, "map", samples)


@given(st.integers(0, 2**32))
def test_noise_without_any_likeness_to_ground_is_not_taken_for_fill_values(seed):
    stored = np.random.default_rng(seed).integers(-16000, 16000, (90, 180))
    grid = Grid.between(stored.shape, (-90.0, 90.0, 0.0, 360.0))
    check_ground((0.5 * stored).astype(np.float32), grid, "noise", Samples(dtype=np.dtype("<i2"), scale_m=0.5))


def test_lola_is_ground_with_and_without_the_numbers_of_fill_values(ldem):
    stored = np.fromfile(ldem, "<i2").reshape(720, 1440)
    assert np.count_nonzero(stored == -9999) == 12  # they are ground
    grid = Grid.between(stored.shape, (-90.0, 90.0, 0.0, 360.0))
    for part in (stored, stored[::2, ::2], stored[::4, ::4], stored[::8, ::8]):
        coarse = Grid.between(part.shape, (-90.0, 90.0, 0.0, 360.0))
        for fill in (-9999, 9999, -999, 999):
            nearest = part + (fill - part.flat[np.argmin(np.abs(part - fill))])
            check_ground((0.5 * nearest).astype(np.float32), coarse, "LOLA", HALF_METRES)
    gap = stored.copy()
    gap.flat[5000:9000] = -9999
    with pytest.raises(ls.DataError, match="4012 of 1036800 samples are like it: the stored value -9999 looks like"):
        check_ground((0.5 * gap).astype(np.float32), grid, "LOLA", HALF_METRES)


def test_a_window_within_a_gap_is_refused(tmp_path):
    stored = np.rint(2 * relief((90, 180))).astype("<i2")
    stored[20:40, 100:130] = -9999
    path = written(tmp_path, stored, scale=0.5)
    assert "the stored value -9999 looks like a fill" in complaint(path, window=(20, 40, 210, 240) * u.deg)


def test_an_array_with_a_fill_value_is_refused():
    heights = relief((90, 180))
    heights[3:6, 5:9] = 9999
    with pytest.raises(ls.DataError, match=r"the stored value 9999 looks like a fill value .* put NaN instead of 9999"):
        ls.Terrain.from_array(heights * u.m, window=EVERYWHERE)


@KINDS
def test_a_fill_value_of_integers_is_named_as_an_integer(tmp_path, kind):
    stored = np.rint(relief((90, 180), rms_m=600) / 0.1).astype("<i2")
    stored[4, 20] = -32768  # -3276.8 m is no 32-bit float
    text = complaint(written(tmp_path, stored, scale=0.1, kind=kind))
    assert "the stored value -32768 looks like" in text
    assert ("-a_nodata -32768 map.tif" if kind == "GeoTIFF" else "MISSING_CONSTANT = -32768 into") in text


@KINDS
@pytest.mark.parametrize(("shape", "resolution", "north"), [((90, 180), 0.5, 90), ((60, 61), 6, 5)])
def test_heights_in_kilometres_without_their_unit_are_refused(tmp_path, kind, shape, resolution, north):
    heights = (relief(shape) / 1e3).astype("<f4")
    if kind == "GeoTIFF":
        edges = (0, north - shape[0] / resolution, shape[1] / resolution, north)
        path = write_geotiff(tmp_path / "map.tif", heights, MOON, edges)
    else:
        path = write_map(tmp_path, heights, kind="PC_REAL", scale=1, resolution=resolution, north=north)
    text = complaint(path)
    assert "no part of the Moon is as flat (expected 100 m at least): are they in kilometres? If so, " in text
    assert ("gdal_edit.py -units km map.tif" if kind == "GeoTIFF" else "write UNIT = KILOMETER into") in text


def test_what_is_advised_for_kilometres_gives_the_heights(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    heights = relief((90, 180)).astype("<f4")
    path = write_geotiff(tmp_path / "map.tif", heights / 1e3, MOON, EDGES)
    with rasterio.open(path, "r+") as file:
        file.units = ("km",)
    image = write_map(tmp_path, (heights / 1e3).astype("<f4"), kind="PC_REAL", scale=1, resolution=0.5,
                      line_offset=44.5, unit="KILOMETER", offset=1737.4)  # fmt: skip
    for each in (path, image):
        np.testing.assert_allclose(ls.Terrain.from_file(each).ground.heights_m, heights, rtol=0, atol=2e-3)  # 32 bits


def test_the_flattest_squares_of_lola_are_not_too_flat_for_the_moon(ldem):
    stored = np.fromfile(ldem, "<i2").reshape(720, 1440)
    for degrees, south, west in ((10, 24.25, 13.0), (5, 35.0, 339.0), (3, 7.0, 312.0), (2, 7.0, 312.5)):
        row, column, size = round((90 - south - degrees) * 4), round(west * 4), 4 * degrees
        part = stored[row : row + size, column : column + size]
        check_relief((0.5 * part).astype(np.float32), float(degrees), "LOLA", HALF_METRES)


# --- samples that are no heights, as their label says ---


@pytest.mark.parametrize(
    "keyword",
    [
        "MISSING_CONSTANT = -9000", "CORE_NULL = -9000", "NULL_CONSTANT = -9000", "INVALID_CONSTANT = -9000 <m>",
        "UNKNOWN_CONSTANT = -9000", "NOT_APPLICABLE_CONSTANT = -9000", "CORE_LOW_REPR_SATURATION = -9000",
        "MISSING_CONSTANT = (-9001, -9000)", "core_null = -9000", "MISSING_CONSTANT = 16#DCD8#",
        "VALID_MINIMUM = -8000", "CORE_VALID_MINIMUM = -8000", "LRO:MISSING_CONSTANT = -9000",
        'INVALID_CONSTANT = "-9000"',
        "MISSING_CONSTANT = 1\n    INVALID_CONSTANT = -9000",
    ],
)  # fmt: skip
def test_samples_that_a_label_calls_null_are_no_ground(tmp_path, keyword):
    stored = (ground() % 3000).astype("<i2")
    stored[12, 30] = -9000  # -4.5 km: a height that the Moon has
    path = write_map(tmp_path, stored, resolution=0.1, line_offset=8.5, extra=keyword)
    assert "at -35.000 N 305.000 E there is no height (missing or NaN); 1 of 648" in complaint(path)
    assert ls.Terrain.from_file(path, window=BESIDE_THE_GAP).lowest.value >= 0.0


def test_the_bits_of_a_real_may_stand_for_null(tmp_path):
    stored = ground("<f4") / 4.0
    stored[3, 4] = np.array(0xFF7FFFFB, np.uint32).view(np.float32)  # the null of ISIS
    options = {"kind": "PC_REAL", "scale": 1, "resolution": 0.1, "line_offset": 8.5}
    path = write_map(tmp_path, stored, extra="CORE_NULL = 16#FF7FFFFB#", **options)
    assert "at 55.000 N 45.000 E there is no height" in complaint(path)
    assert "which no place on the Moon has" in complaint(write_map(tmp_path, stored, **options))


@pytest.mark.parametrize("none", ['"N/A"', "UNK", "NULL"])
def test_a_null_keyword_that_has_no_value_names_no_sample(tmp_path, none):
    path = write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5, extra=f"MISSING_CONSTANT = {none}")
    np.testing.assert_array_equal(ls.Terrain.from_file(path).ground.heights_m, 0.5 * ground())


def test_a_null_keyword_that_is_no_value_of_a_sample_is_refused(tmp_path):
    path = write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5, extra="CORE_NULL = 16#XY#")
    assert "CORE_NULL = 16#XY#: expected a sample's value" in complaint(path)


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ("LINE_DISPLAY_DIRECTION = UP", "LINE_DISPLAY_DIRECTION = UP: expected DOWN"),
        ("SAMPLE_DISPLAY_DIRECTION = LEFT", "SAMPLE_DISPLAY_DIRECTION = LEFT: expected RIGHT"),
    ],
)
def test_an_image_that_is_turned_over_is_refused(tmp_path, extra, text):
    assert text in complaint(write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5, extra=extra))


def with_label(path, old, new):
    label = path.with_suffix(".LBL")
    label.write_bytes(label.read_bytes().replace(old.encode(), new.encode()))
    return path


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("TARGET_NAME = MARS", "TARGET_NAME = MARS: expected MOON"),
        (
            "OBJECT = IMAGE_MAP_PROJECTION\r\n  MAP_PROJECTION_ROTATION = 90\r\nEND_OBJECT = X",
            "ROTATION = 90: expected 0",
        ),
        (
            "OBJECT = IMAGE_MAP_PROJECTION\r\nA_AXIS_RADIUS = 1738 <km>\r\nC_AXIS_RADIUS = 1736 <km>\r\nEND_OBJECT = X",
            "C_AXIS_RADIUS = 1736 <km>: expected 1738 as along the first axis",
        ),
    ],
)
def test_a_label_of_another_body_shape_or_direction_is_refused(tmp_path, line, text):
    path = write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5)
    assert text in complaint(with_label(path, "DESCRIPTION", f"{line}\r\nDESCRIPTION"))


# --- where the label says that the image is ---


def offset_map(folder, pointer, before):
    """Write a map whose image starts after some bytes of its file."""
    path = write_map(folder, ground(), resolution=0.1, line_offset=8.5, lines=18)
    path.write_bytes(bytes(before) + path.read_bytes())
    records = 18 + before // 72
    path = with_label(path, "FILE_RECORDS = 18", f"FILE_RECORDS = {records}")
    return with_label(path, '^IMAGE = "MAP.IMG"', f"^IMAGE = {pointer}")


@pytest.mark.parametrize(
    ("pointer", "before"),
    [
        ('"MAP.IMG"', 0), ("MAP.IMG", 0), ('("MAP.IMG", 1)', 0), ('("MAP.IMG",3)', 144),
        ('("map.img", 73 <BYTES>)', 72),
    ],
)  # fmt: skip
def test_an_image_is_read_from_where_its_label_says_that_it_starts(tmp_path, pointer, before):
    path = offset_map(tmp_path, pointer, before)
    for given_path in (path, path.with_suffix(".LBL")):
        np.testing.assert_array_equal(ls.Terrain.from_file(given_path).ground.heights_m, 0.5 * ground())


def test_a_label_that_names_another_image_is_that_images_label(tmp_path):
    path = with_label(write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5), '"MAP.IMG"', '"OTHER.IMG"')
    assert "^IMAGE = OTHER.IMG: expected MAP.IMG: the label describes another image" in complaint(path)
    label = path.with_suffix(".LBL")
    assert "the heights, OTHER.IMG, are not in the same folder" in complaint(label)
    (tmp_path / "OTHER.IMG").write_bytes((ground() // 2).tobytes())
    np.testing.assert_array_equal(ls.Terrain.from_file(label).ground.heights_m, 0.5 * (ground() // 2))


@pytest.mark.parametrize(
    ("pointer", "text"),
    [
        ("12", "an image in the label's own file is not read"),
        ("7200 <BYTES>", "an image in the label's own file is not read"),
        ('"../MAP.IMG"', "expected a plain name: the image lies beside its label"),
        ('"/etc/MAP.IMG"', "expected a plain name"),
        ('("MAP.IMG", 0)', "expected a start counted from 1"),
        ('("MAP.IMG", 2)', "says 18 x 36 samples of 2 bytes after 72 bytes, 1368 in all: the file is truncated"),
        ('("A.IMG", "B.IMG")', "expected the name of an image"),
    ],
)
def test_a_pointer_to_what_is_no_image_beside_the_label_is_refused(tmp_path, pointer, text):
    path = with_label(write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5), '"MAP.IMG"\r\n  OBJECT', "@")
    path = with_label(path, "@", f"{pointer}\r\n  OBJECT")
    assert text in complaint(path.with_suffix(".LBL"))


# --- labels that cost much ---


@pytest.mark.parametrize(
    "filling",
    [
        "\n", " ", "\r\n", "A\n", "A =\n", "A = \n\n", "/* ", "/* */", "A = (\n", 'A = "\n', 'A = ("\n', "A = {\n", "=",
        "^", "A = '\n", "\t\n", "^IMAGE = (", "A = 16#", '"/*', "A = /*\n",
    ],
)  # fmt: skip
def test_the_time_that_a_label_takes_is_linear_in_its_length(tmp_path, filling):
    path = write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5)
    filled = filling * (240_000 // len(filling))
    with_label(path, "DESCRIPTION", f"{filled}\r\nDESCRIPTION")
    started = time.process_time()
    with suppress(ls.DataError):
        ls.Terrain.from_file(path)
    assert time.process_time() - started < CPU_S


def test_a_file_that_is_too_long_for_a_label_is_refused_unread(tmp_path):
    path = write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5)
    with path.with_suffix(".LBL").open("ab") as file:
        file.truncate(50 * 2**30)  # a file of zeros that takes no room
    started = time.process_time()
    assert "this is no label of a map: it has more than 250000 bytes" in complaint(path)
    assert time.process_time() - started < CPU_S


def test_a_bracket_that_is_not_closed_is_named_by_its_line(tmp_path):
    path = with_label(write_map(tmp_path, ground()), "DESCRIPTION", "A = (1, 2\r\nDESCRIPTION")
    text = path.with_suffix(".LBL").read_text().partition('"Words')[0]
    path.with_suffix(".LBL").write_text(text)
    assert "MAP.LBL: line 3: expected ) that closes what begins here" in complaint(path)


# --- windows ---


@pytest.mark.parametrize(
    "window", [(89.9, 90, 0, 360), (-90, -89.9, 0, 360), (89.9, 90, 0.1, 0.2), (-0.1, 0.1, 10, 10.1)]
)
def test_a_window_within_one_pixel_holds_the_lines_on_both_sides(tmp_path, window):
    path = write_map(tmp_path, ground(), resolution=0.1, line_offset=8.5)
    whole, part = ls.Terrain.from_file(path), ls.Terrain.from_file(path, window=tuple(window * u.deg))
    assert min(part.ground.heights_m.shape) >= 2
    lat, lon = 0.5 * (window[0] + window[1]), 0.5 * (window[2] + window[3])
    if window[3] - window[2] == 360 or abs(lat) < 80:
        assert part.height(lat * u.deg, lon * u.deg).value == pytest.approx(
            whole.height(lat * u.deg, lon * u.deg).value, abs=1e-6
        )


def test_a_label_must_not_choose_a_file_of_another_folder_by_a_link(tmp_path):
    folder, elsewhere = tmp_path / "shared", tmp_path / "private"
    folder.mkdir()
    elsewhere.mkdir()
    path = write_map(folder, ground(), resolution=0.1, line_offset=8.5)
    path.rename(elsewhere / "SECRET.IMG")
    Path(folder, "MAP.IMG").symlink_to(elsewhere / "SECRET.IMG")
    assert "a link that leads to another folder, where MAP.LBL is none" in complaint(folder / "MAP.LBL")
    np.testing.assert_array_equal(ls.Terrain.from_file(folder / "MAP.IMG").ground.heights_m, 0.5 * ground())
