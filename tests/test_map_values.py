"""What a map's samples mean: fill values, null keywords, impossible heights; labels that name images or never end."""

from __future__ import annotations

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

MOON = "+proj=longlat +R=1737400"
EDGES = (-180, -90, 180, 90)
EVERYWHERE = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
BESIDE_THE_GAP = (0 * u.deg, 40 * u.deg, 100 * u.deg, 200 * u.deg)
CPU_S = 1.0  # a linear reader needs 0.1 s for a quarter of a megabyte, a quadratic one minutes to hours


def ground(dtype="<i2"):
    return np.random.default_rng(8).integers(-16000, 20000, (18, 36)).astype(dtype)


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
    assert "OTHER.IMG: there is no such image" in complaint(label)
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
