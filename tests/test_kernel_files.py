"""NAIF's binary kernels, good and hostile: read, or refused when they are opened by an error that says what to do."""

from __future__ import annotations

import random
import struct
from contextlib import closing
from pathlib import Path

import kernel_files as files
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from jplephem.pck import PCK
from jplephem.spk import SPK
from mutations import mutated

import lunarsim as ls
from lunarsim import data
from lunarsim.moon import orientation

EPOCH = Time(2451545.0, files.START_S / 86400.0 + 3.1, format="jd", scale="tdb")
KERNEL = "moon_pa_de421_1900-2050.bpc"
BODIES = ("earth", "sun", "jupiter")


@pytest.fixture(scope="module")
def segments():
    return files.solar_system()


@pytest.fixture(scope="module")
def kernel():
    found = data.locate(KERNEL)
    assert found is not None
    return found.path


@pytest.fixture(scope="module")
def whole_file(segments):
    return files.daf_bytes(list(segments.values()))


def written(folder: Path, content: bytes, name: str = "own.bsp") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def told(read, path: Path) -> str:
    """Return what an error says of a file, or the file's name where it is read."""
    try:
        read(path)
    except ls.DataError as error:
        return str(error)
    return path.name


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("data_type", [2, 3])
def test_segments_of_types_2_and_3_in_either_byte_order_give_what_they_were_made_of(tmp_path, data_type, order):
    made = files.solar_system(data_type=data_type)
    ephemeris = ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes(list(made.values()), order=order)))
    for body in BODIES:
        apart = ephemeris.position(body, EPOCH) - ls.Ephemeris.builtin().position(body, EPOCH)
        assert np.linalg.norm(apart.to_value("km")) < 1.0  # 12 terms over 4 days of the Moon: 0.1 km


def test_the_file_that_the_tests_write_is_one_that_jplephem_reads(segments, tmp_path):
    path = written(tmp_path, files.daf_bytes(list(segments.values()), a_record=2))
    with closing(SPK.open(str(path))) as found:
        moon = found[3, 301].compute(EPOCH.jd1, EPOCH.jd2) - found[3, 399].compute(EPOCH.jd1, EPOCH.jd2)
    mine = ls.Ephemeris.from_file(path).position("earth", EPOCH)
    np.testing.assert_allclose(mine.to_value("km"), -moon, rtol=0, atol=1e-9)  # the same sums


@pytest.mark.parametrize("data_type", [0, 1, 5, 8, 9, 12, 13, 21])
@pytest.mark.parametrize("pair", [(301, 3), (3, 0), (399, 3), (10, 0)])
def test_a_segment_of_another_type_on_the_way_to_the_moon_is_refused_when_the_file_is_opened(
    segments, tmp_path, pair, data_type
):
    other = segments[pair]._replace(codes=(*pair, 1, data_type))
    path = written(tmp_path, files.daf_bytes([*segments.values(), other]))
    with pytest.raises(ls.DataError) as error:
        ls.Ephemeris.from_file(path)
    for words in (f"own.bsp: the segment of NAIF {pair[0]} about {pair[1]}", f"type {data_type},", "types 2 and 3"):
        assert words in str(error.value)
    assert "take DE440" in str(error.value)


@pytest.mark.parametrize("data_type", [1, 9, 13])
def test_a_segment_of_another_type_that_leads_elsewhere_does_no_harm(segments, tmp_path, data_type):
    others = [files.Segment((code, center, 17, data_type), np.arange(9.0)) for code, center in ((-31, 301), (499, 4))]
    path = written(tmp_path, files.daf_bytes([*others, *segments.values()], a_record=2))
    plain = written(tmp_path, files.daf_bytes(list(segments.values())), "plain.bsp")
    for body in BODIES:
        mine, same = (ls.Ephemeris.from_file(file).position(body, EPOCH) for file in (path, plain))
        assert np.all(mine == same)


@pytest.mark.parametrize("data_type", [5, 8, 9, 12, 13])
def test_files_that_naifs_own_toolkit_wrote_with_other_types_are_refused(tmp_path, data_type):
    spice = pytest.importorskip("spiceypy")
    path = str(tmp_path / "states.bsp")
    times = files.START_S + 3600.0 * np.arange(20)
    states = np.ones((20, 6))
    handle = spice.spkopn(path, "states", 0)
    ends = (handle, 301, 3, "J2000", times[0], times[-1], "states")
    match data_type:
        case 5:
            spice.spkw05(*ends, 4.9e3, 20, states, times)
        case 8 | 12:
            write = spice.spkw08 if data_type == 8 else spice.spkw12
            write(*ends, 3, 20, states, times[0], 3600.0)
        case _:
            write = spice.spkw09 if data_type == 9 else spice.spkw13
            write(*ends, 3, 20, states, times)
    spice.spkcls(handle)
    with pytest.raises(ls.DataError, match=rf"states\.bsp: the segment of NAIF 301 about 3.*type {data_type},"):
        ls.Ephemeris.from_file(path)


def test_a_list_of_segments_that_points_to_itself_ends_in_an_error(segments, tmp_path):
    content = bytearray(files.daf_bytes(list(segments.values()), a_record=2))
    for at, target in ((1024, 2), (3 * 1024, 2), (5 * 1024, 4)):  # the three records of summaries: to itself, in rings
        own = bytearray(content)
        own[at : at + 8] = struct.pack("<d", target)
        with pytest.raises(ls.DataError, match=rf"list of segments goes on at record {target}"):
            ls.Ephemeris.from_file(written(tmp_path, own))


def test_segments_that_lead_in_a_circle_are_refused(segments, tmp_path):
    ring = [segments[3, 0]._replace(codes=(3, 301, 1, 2)), segments[301, 3]]
    with pytest.raises(ls.DataError, match="lead in a circle"):
        ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes(ring)))
    itself = [segments[301, 3]._replace(codes=(301, 301, 1, 2))]
    with pytest.raises(ls.DataError, match="lead in a circle"):
        ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes(itself)))


def test_what_a_way_lacks_is_named(segments, tmp_path):
    with pytest.raises(ls.DataError, match=r"no segment for NAIF 3 on the way to moon \(NAIF 301\)"):
        ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes([segments[301, 3]])))


@pytest.mark.parametrize("word", ["start", "interval", "size", "records"])
def test_a_segment_whose_directory_does_not_fit_it_is_refused_when_the_file_is_opened(segments, tmp_path, word):
    for value in (0.0, -1.0, 0.5, 1e300, np.inf, np.nan, 3.0, 1e9):
        words = segments[301, 3].words.copy()
        words[-4 + ["start", "interval", "size", "records"].index(word)] = value
        damaged = {**segments, (301, 3): segments[301, 3]._replace(words=words)}
        with pytest.raises(ls.DataError, match=r"own\.bsp.*damaged"):
            ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes(list(damaged.values()))))


def test_an_excerpt_that_promises_more_than_it_holds_is_believed_as_far_as_it_holds(segments, tmp_path):
    """As jplephem's excerpts do beyond the end of what they were cut from."""
    long = [segment._replace(end_s=segment.end_s + 1e9) for segment in segments.values()]
    ephemeris = ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes(long)))
    ephemeris.position("sun", EPOCH)
    with pytest.raises(ls.EpochError, match="covers 2023-08-19 to 2023-08-27"):
        ephemeris.position("sun", EPOCH + 8 * u.day)


@pytest.mark.parametrize("factor", [1e-3, 1e3, -1e9, 1e299])
def test_positions_that_no_ephemeris_has_are_refused_with_what_was_expected(segments, tmp_path, factor):
    words = segments[301, 3].words.copy()
    words[:-4].reshape(int(words[-1]), int(words[-2]))[:, 2:] *= factor
    wrong = {**segments, (301, 3): segments[301, 3]._replace(words=words)}
    ephemeris = ls.Ephemeris.from_file(written(tmp_path, files.daf_bytes(list(wrong.values()))))
    with pytest.raises(ls.DataError, match=r"earth .* km from the Moon, expected 320000 to 450000 km|not finite"):
        ephemeris.position("earth", EPOCH)


def test_a_file_of_the_other_kind_is_told_so(kernel, segments, tmp_path):
    with pytest.raises(ls.DataError, match="this is no SPK ephemeris"):
        ls.Ephemeris.from_file(kernel)
    with pytest.raises(ls.DataError, match="this is no binary PCK"):
        orientation.read_angles(written(tmp_path, files.daf_bytes(list(segments.values()))))


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_angles_of_a_kernel_are_those_that_jplephem_reads(kernel, tmp_path, order):
    path = written(tmp_path, files.orientation_bytes(kernel, order=order), "own.bpc")
    table = orientation.read_angles(path)
    with closing(PCK.open(str(kernel))) as found:
        (segment,) = found.segments
        for t in (-3155716800.0, -3.14e9, -3.1303e9):
            i, tau = divmod((t - table.start_s) / table.interval_s, 1.0)
            mine = np.polynomial.chebyshev.chebval(2.0 * tau - 1.0, table.coefficients[int(i)].T)
            np.testing.assert_allclose(
                mine, segment.compute(2451545.0 + t / 86400.0, 0.0, derivative=False), rtol=0, atol=1e-8
            )  # a Julian date keeps 4e-5 s, in which the Moon turns by 1e-10 rad


@pytest.mark.parametrize("word", [0, 1, 2, 100, 600, 1200])
def test_one_wrong_number_in_the_orientation_kernel_is_found(kernel, tmp_path, word):
    content = bytearray(files.orientation_bytes(kernel))
    at = 3 * 1024 + 8 * word
    (value,) = struct.unpack_from("<d", content, at)
    content[at : at + 8] = struct.pack("<d", value + 1e-5 * max(abs(value), 1.0))
    with pytest.raises(ls.DataError, match=r"moon\.bpc.*damaged.*record"):
        orientation.read_angles(written(tmp_path, bytes(content), "moon.bpc"))


def test_a_damaged_orientation_kernel_in_the_data_folder_is_named_by_whoever_meets_it(kernel, tmp_path, monkeypatch):
    (tmp_path / KERNEL).write_bytes(kernel.read_bytes()[:1_000_000])
    monkeypatch.setenv("LUNARSIM_DATA", str(tmp_path))
    orientation.orientation_angles.cache_clear()
    try:
        with pytest.raises(ls.DataError, match=rf"{KERNEL}: the file is cut short"):
            orientation.rot_pa_from_icrf(EPOCH)
    finally:
        orientation.orientation_angles.cache_clear()


@given(seed=st.integers(0, 2**32))
def test_a_mutated_ephemeris_is_read_or_refused_by_name(segments, tmp_path_factory, seed):
    rng = random.Random(seed)
    whole = files.daf_bytes(list(segments.values()), a_record=rng.choice((2, 25)), order=rng.choice("<>"))
    path = written(tmp_path_factory.mktemp("spk"), mutated(whole, rng))
    assert "own.bsp" in told(files.use_ephemeris, path)


@given(at=st.integers(0, 127), record=st.sampled_from([0, 1]), value=st.integers(0, 2**64 - 1))
def test_an_ephemeris_with_any_word_in_its_lists_is_read_or_refused_by_name(
    whole_file, tmp_path_factory, at, record, value
):
    content = bytearray(whole_file)
    content[1024 * record + 8 * at : 1024 * record + 8 * at + 8] = struct.pack("<Q", value)
    path = written(tmp_path_factory.mktemp("spk"), bytes(content))
    assert "own.bsp" in told(files.use_ephemeris, path)


@given(seed=st.integers(0, 2**32))
def test_a_mutated_orientation_kernel_is_read_or_refused_by_name(kernel, tmp_path_factory, seed):
    rng = random.Random(seed)
    whole = files.orientation_bytes(kernel, order=rng.choice("<>"))
    path = written(tmp_path_factory.mktemp("bpc"), mutated(whole, rng), "own.bpc")
    assert "own.bpc" in told(orientation.read_angles, path)
