"""States from OEM, OPM and SPK: as their writers meant them, in all frames and time systems, or refused with words."""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from exchange_example import EPOCH, STATE, apart_m, burn, times_of
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls

spice = pytest.importorskip("spiceypy")

#: A message of another program's making: three states of a straight line, in the middle of 2024.
OEM = """CCSDS_OEM_VERS = 2.0
COMMENT of another program
CREATION_DATE = 2024-06-30T00:00:00
ORIGINATOR = SOMEONE
META_START
OBJECT_NAME = CRAFT
OBJECT_ID = 2024-001A
CENTER_NAME = MOON
REF_FRAME = EME2000
TIME_SYSTEM = UTC
START_TIME = 2024-06-30T12:00:00.000
STOP_TIME = 2024-06-30T12:02:00.000
INTERPOLATION = LAGRANGE
INTERPOLATION_DEGREE = 2
META_STOP

2024-06-30T12:00:00.000 1800.0 0.0 10.0 0.0 1.5 0.25
2024-06-30T12:01:00.000 1800.0 90.0 25.0 0.0 1.5 0.25
2024-06-30T12:02:00.000 1800.0 180.0 40.0 0.0 1.5 0.25
"""

FIRST, _, LAST = OEM.splitlines(keepends=True)[-3:]

OPM = """CCSDS_OPM_VERS = 2.0
CREATION_DATE = 2024-06-30T00:00:00
ORIGINATOR = SOMEONE
OBJECT_NAME = CRAFT
OBJECT_ID = 2024-001A
CENTER_NAME = Moon
REF_FRAME = ICRF
TIME_SYSTEM = TDB
EPOCH = 2024-182T12:00:00.5
X = 1800.0 [km]
Y = -90.5
Z = 2.5E1 [KM]
X_DOT = 0.001 [km/s]
Y_DOT = 1.5
Z_DOT = .25
MASS = 800 [kg]
MAN_EPOCH_IGNITION = 2024-06-30T13:00:00
MAN_DURATION = 10
MAN_DELTA_MASS = -1
MAN_REF_FRAME = RTN
MAN_DV_1 = 0.1
MAN_DV_2 = 0.1
MAN_DV_3 = 0.1
MAN_EPOCH_IGNITION = 2024-06-30T14:00:00
"""


def write(folder: Path, text: str, name: str = "file.oem") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def at(text: str, scale: str = "utc") -> Time:
    return Time(text, scale=scale)


def test_an_oem_gives_the_state_that_stands_in_it_and_the_first_where_no_time_is_asked(tmp_path: Path) -> None:
    path = write(tmp_path, OEM)
    first = ls.State.from_oem(path)
    assert first.epoch == at("2024-06-30T12:00:00")
    np.testing.assert_array_equal(first.position.to_value(u.km), [1800.0, 0.0, 10.0])
    second = ls.State.from_oem(path, at("2024-06-30T12:01:00"))
    np.testing.assert_array_equal(second.velocity.to_value(u.km / u.s), [0.0, 1.5, 0.25])
    between = ls.State.from_oem(path, at("2024-06-30T12:00:20"))
    np.testing.assert_allclose(between.position.to_value(u.km), [1800.0, 30.0, 15.0], rtol=1e-12)  # of the time


@pytest.mark.parametrize(
    "method", ["HERMITE\nINTERPOLATION_DEGREE = 3", "LINEAR", "Lagrange\nINTERPOLATION_DEGREE = 7"]
)
def test_all_methods_of_interpolation_keep_a_straight_line(tmp_path: Path, method: str) -> None:
    path = write(tmp_path, OEM.replace("LAGRANGE\nINTERPOLATION_DEGREE = 2", method))
    found = ls.State.from_oem(path, at("2024-06-30T12:01:40"))
    np.testing.assert_allclose(found.position.to_value(u.km), [1800.0, 150.0, 35.0], rtol=1e-13)
    np.testing.assert_allclose(found.velocity.to_value(u.km / u.s), [0.0, 1.5, 0.25], rtol=0, atol=1e-13)


@pytest.mark.parametrize("time_system", ["UTC", "TDB"])
def test_what_was_written_is_read_back_within_a_millimetre_through_a_burn(tmp_path: Path, time_system: str) -> None:
    flight = burn()
    ls.write_oem(flight, tmp_path / "a.oem", time_system=time_system)
    times = times_of(flight, 301)
    read = ls.State.from_oem(tmp_path / "a.oem", times)
    assert apart_m(read.position.to_value(u.m), flight, times) < 1e-3
    assert np.abs(read.velocity - flight.at(times).velocity).max() < 1e-4 * u.m / u.s


def test_our_interpolation_is_that_of_the_package_oem(tmp_path: Path) -> None:
    oem = pytest.importorskip("oem", reason="the extra test is not installed")
    ls.write_oem(burn(), tmp_path / "a.oem", step=200 * u.s)  # so coarse that ways of interpolating differ by metres
    theirs = oem.OrbitEphemerisMessage.open(tmp_path / "a.oem")
    for time in times_of(burn(), 41):
        ours = ls.State.from_oem(tmp_path / "a.oem", time)
        np.testing.assert_allclose(ours.position.to_value(u.km), theirs(time.utc).position, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("system", "scale"), [("UTC", "utc"), ("TDB", "tdb"), ("TT", "tt"), ("TAI", "tai")])
def test_each_time_system_is_its_own(tmp_path: Path, system: str, scale: str) -> None:
    state = ls.State.from_oem(write(tmp_path, OEM.replace("= UTC", f"= {system.lower()}")))
    assert abs(state.epoch - at("2024-06-30T12:00:00", scale)) < 1 * u.ns


def test_a_day_with_a_leap_second_has_one_more(tmp_path: Path) -> None:
    text = OEM.replace("2024-06-30T12:00:00.000", "2016-12-31T23:59:30").replace(
        "2024-06-30T12:01:00.000", "2017-01-01T00:00:29"
    ).replace("2024-06-30T12:02:00.000", "2017-01-01T00:01:29")  # fmt: skip
    # a minute after 23:59:30 of that day it is 00:00:29; so the straight line stays straight
    found = ls.State.from_oem(write(tmp_path, text), at("2017-01-01T00:00:09"))
    np.testing.assert_allclose(found.position.to_value(u.km), [1800.0, 60.0, 20.0], rtol=1e-13)


@pytest.mark.parametrize(("name", "frame"), [("MOON_ME", ls.MoonME()), ("MOON_PA_DE421", ls.MoonPA())])
def test_states_fixed_in_the_moon_are_turned_with_it(tmp_path: Path, name: str, frame) -> None:
    fixed = STATE.in_frame(frame).cartesian
    numbers = [*fixed.xyz.to_value(u.km), *fixed.differentials["s"].d_xyz.to_value(u.km / u.s)]
    keys = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
    text = OPM.replace("ICRF", name).replace("TDB", "UTC").replace("2024-182T12:00:00.5", EPOCH.isot)
    for key, number in zip(keys, numbers, strict=True):
        text = re.sub(rf"(?m)^{key} = .*$", f"{key} = {float(number)!r}", text)
    read = ls.State.from_opm(write(tmp_path, text))
    # two ways of turning by the same angles
    assert np.linalg.norm(read.position - STATE.position) < 1e-6 * u.m
    assert np.linalg.norm(read.velocity - STATE.velocity) < 1e-9 * u.m / u.s


def test_an_opm_gives_its_state_and_not_its_maneuvers(tmp_path: Path) -> None:
    state = ls.State.from_opm(write(tmp_path, OPM))
    assert abs(state.epoch - at("2024-06-30T12:00:00.5", "tdb")) < 1 * u.ns
    assert state.epoch.isot == str(state.epoch) == "2024-06-30T12:00:00.500"
    np.testing.assert_array_equal(state.position.to_value(u.km), [1800.0, -90.5, 25.0])
    np.testing.assert_array_equal(state.velocity.to_value(u.km / u.s), [0.001, 1.5, 0.25])


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_of_other_systems_do_not_matter(tmp_path: Path, end: str, mark: str) -> None:
    path = write(tmp_path, mark + OEM.replace("\n", end))
    assert ls.State.from_oem(path) == ls.State.from_oem(write(tmp_path, OEM, "plain.oem"))


def test_where_segments_meet_the_later_one_counts(tmp_path: Path) -> None:
    later = OEM[OEM.index("META_START") :].replace("12:02:00.000", "12:04:00").replace("12:01:00.000", "12:03:00")
    later = later.replace("12:00:00.000", "12:02:00").replace("1800.0 0.0", "1800.0 180.0").replace("1.5", "1.6")
    state = ls.State.from_oem(write(tmp_path, OEM + later), at("2024-06-30T12:02:00"))
    assert state.velocity[1] == 1.6 * u.km / u.s


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("= MOON", "= EARTH", r"line 8: CENTER_NAME = 'EARTH': expected MOON, .* write states about the Moon"),
        ("EME2000", "TOD", r"line 9: REF_FRAME = 'TOD': expected one of ICRF, "),
        ("EME2000", "MOON_PA_DE440", r"REF_FRAME = 'MOON_PA_DE440': expected .* those of the Moon of DE421"),
        ("= UTC", "= GPS", r"line 10: TIME_SYSTEM = 'GPS': expected UTC, TDB, TT, TAI; convert"),
        ("12:01:00.000 1800", "12:00:00.000 1800", r"line 18: the epoch .* is not after the one before it, .* rise"),
        ("12:01:00.000 1800", "11:59:00.000 1800", r"line 18: the epoch .* is not after the one before it"),
        ("90.0", "NaN", r"line 18: 'NaN' is no finite number"),
        ("90.0", "1e999", r"line 18: '1e999' is no finite number"),
        ("90.0", "9O.0", r"line 18: '9O.0' is no finite number: expected e.g. 1837.4"),
        (" 25.0", "", r"line 18: .* has 6 fields: expected an epoch, a position \(km\)"),
        ("06-30T12:01", "06-31T12:01", r"line 18: '2024-06-31T12:01:00.000' is not a date of the calendar"),
        ("06-30T12:01", "06-30 12:01", r"line 18: .* has 8 fields|is no time"),
        ("META_STOP\n", "", r"line 5: META_START has no META_STOP"),
        ("META_START\n", "", r"there is no META_START"),
        ("REF_FRAME = EME2000\n", "", r"the segment at line 5 has no REF_FRAME: the message needs it"),
        ("REF_FRAME = EME2000", "REF_FRAME = ICRF\nREF_FRAME = EME2000", r"line 10: REF_FRAME stands a second time"),
        ("OBJECT_ID = ", "OBJECT_ID: ", r"line 7: .* is not of the form KEYWORD = value"),
        ("DEGREE = 2", "DEGREE = " + "9" * 5000, r"line 14: INTERPOLATION_DEGREE = '9.*: expected a whole number"),
        ("DEGREE = 2", "DEGREE = 200", r"line 14: INTERPOLATION_DEGREE = '200': expected a whole number from 1 to 27"),
        ("LAGRANGE", "SPLINE", r"line 13: INTERPOLATION = 'SPLINE': expected HERMITE, LAGRANGE or LINEAR"),
        ("_VERS = 2.0", "_VERS = 9.0", r"line 1: CCSDS_OEM_VERS = '9.0': expected one of 1.0, 2.0, 3.0"),
        ("CCSDS_OEM", "CCSDS_OPM", r"line 1: the file begins with .*: expected an Orbit Ephemeris Message \(OEM\)"),
        ("CCSDS_OEM_VERS = 2.0", "<?xml version='1.0'?>", r"the file is XML: expected .* in key-value notation"),
        ("STOP_TIME = 2024-06-30T12:02", "USEABLE_STOP_TIME = 2024-06-30T13:02", r"lies outside the states"),
        (LAST, "", r"line 12: STOP_TIME = .* is 60 s after the last .*: the message is cut short or damaged"),
        (FIRST, "", r"line 11: START_TIME = .* is 60 s before the first .* cut short"),
        ("12:02:00.000\nINT", "12:02:01.5\nINT", r"STOP_TIME = .* is 1.5 s after the last"),
        ("COMMENT of", "COVARIANCE \x00", "byte 0x00 is no text in UTF-8"),
    ],
)  # fmt: skip
def test_a_broken_oem_is_refused_with_the_line_and_what_was_expected(tmp_path: Path, old, new, words) -> None:
    assert old in OEM
    with pytest.raises(ls.DataError, match=words):
        ls.State.from_oem(write(tmp_path, OEM.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1800.0 [km]", "1800000 [m]", r"line 10: '1800000 \[m\]' is in m: CCSDS messages give it in km"),
        ("0.001 [km/s]", "1 [m/s]", r"line 13: .* is in m/s: .* in km/s"),
        ("1800.0 [km]", "1" + " " * 200_000 + "km", r"line 10: .* is no finite number"),
        ("= Moon", "= Mars", r"CENTER_NAME = 'Mars': expected MOON"),
        ("Y = -90.5\n", "", r"the message has no Y: the message needs it"),
        ("Y = -90.5", "Y = ", r"the message has no Y: the message needs it"),
        ("MAN_DURATION = 10", "burn for 10 s", r"line 18: 'burn for 10 s' is not of the form KEYWORD = value"),
        ("MAN_DURATION = 10", "MAN_DURATION = 1\nMAN_DURATION = 2", r"line 19: MAN_DURATION stands a second time"),
        ("2024-182T", "2024-367T", r"line 9: '2024:367:12:00:00.5' is not a date of the calendar"),
    ],
)
def test_a_broken_opm_is_refused_with_the_line_and_what_was_expected(tmp_path: Path, old, new, words) -> None:
    assert old in OPM
    with pytest.raises(ls.DataError, match=words):
        ls.State.from_opm(write(tmp_path, OPM.replace(old, new, 1)))


@pytest.mark.parametrize("minutes", [-1.0, 2.01, 1e6])
def test_a_time_outside_the_message_is_refused(tmp_path: Path, minutes: float) -> None:
    with pytest.raises(
        ls.SpanError, match=r"the file covers 2024-06-30T12:00:00.000000 to .*, and nothing is extrapola"
    ):
        ls.State.from_oem(write(tmp_path, OEM), at("2024-06-30T12:00:00") + minutes * u.min)


@examples(150)
@given(data=st.data())
def test_a_message_with_any_damage_is_read_or_refused_with_words(data, tmp_path_factory) -> None:
    text = data.draw(st.sampled_from([OEM, OPM]))
    for _ in range(data.draw(st.integers(1, 3))):
        i = data.draw(st.integers(0, len(text)))
        j = min(len(text), i + data.draw(st.integers(0, 40)))
        text = text[:i] + data.draw(st.text(max_size=6)) + text[j:]
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for read in (ls.State.from_oem, ls.State.from_opm):
        with suppress(ls.DataError, ls.InputError):  # anything else that it raises fails here
            state = read(path)
            assert np.isfinite(state.position.value).all()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("spk") / "craft.bsp"
    ls.write_spk(burn(), path, body=-77)
    return path


def test_an_spk_gives_one_state_or_many(kernel: Path) -> None:
    times = times_of(burn(), 5)
    many, one = ls.State.from_spk(kernel, -77, times), ls.State.from_spk(kernel, -77, times[2])
    assert many.position.shape == (5, 3)
    assert one == many[2]
    assert ls.State.from_spk(kernel, "GLL", times[2]) == one  # NAIF's own name of that number


def spk_of_type_9(path: Path, *, centre: int = 301, frame: str = "J2000") -> Path:
    """Write an SPK with NAIF's toolkit alone: a straight line of a minute, Lagrange interpolation."""
    file = spice.spkopn(str(path), "test", 0)
    times = np.linspace(7.6e8, 7.6e8 + 60.0, 4)
    states = np.array([[1800.0, 1.5 * (t - 7.6e8), 10.0, 0.0, 1.5, 0.0] for t in times])
    spice.spkw09(file, -88, centre, frame, times[0], times[-1], "straight", 3, 4, states, times)
    spice.spkcls(file)
    return path


def test_of_an_spk_that_changes_its_centre_the_part_about_the_moon_is_read(tmp_path: Path) -> None:
    file = spice.spkopn(str(tmp_path / "a.bsp"), "test", 0)
    times = 7.6e8 + np.array([0.0, 30.0, 60.0])
    states = np.array([[1800.0, 1.5 * (t - 7.6e8), 10.0, 0.0, 1.5, 0.0] for t in times])
    for centre, shift in ((301, 0.0), (399, 60.0)):
        spice.spkw09(file, -88, centre, "J2000", times[0] + shift, times[-1] + shift, "x", 1, 3, states, times + shift)
    spice.spkcls(file)
    start = Time(2451545.0 + 7.6e8 // 86400, (7.6e8 % 86400) / 86400, format="jd", scale="tdb")
    assert ls.State.from_spk(tmp_path / "a.bsp", -88, start + 15 * u.s).speed.value == pytest.approx(1500.0)
    with pytest.raises(ls.DataError, match="the body is given about 399: expected MOON"):
        ls.State.from_spk(tmp_path / "a.bsp", -88, start + 75 * u.s)


def test_an_spk_of_another_type_and_in_the_ecliptic_is_read(tmp_path: Path) -> None:
    epoch = Time(2451545.0 + 7.6e8 // 86400, (7.6e8 % 86400 + 30.0) / 86400, format="jd", scale="tdb")
    state = ls.State.from_spk(spk_of_type_9(tmp_path / "a.bsp"), -88, epoch)
    np.testing.assert_allclose(state.position.to_value(u.km), [1800.0, 45.0, 10.0], rtol=0, atol=1e-6)
    tilt = np.radians(84381.448 / 3600)  # NAIF's obliquity of ECLIPJ2000: "Frames Required Reading"
    ecliptic = ls.State.from_spk(spk_of_type_9(tmp_path / "b.bsp", frame="ECLIPJ2000"), -88, epoch)
    expected = [1800.0, 45.0 * np.cos(tilt) - 10.0 * np.sin(tilt), 45.0 * np.sin(tilt) + 10.0 * np.cos(tilt)]
    np.testing.assert_allclose(ecliptic.position.to_value(u.km), expected, rtol=0, atol=1e-6)


def test_an_spk_about_the_earth_of_another_body_or_of_another_time_is_refused(tmp_path: Path, kernel: Path) -> None:
    epoch = Time("2024-02-01T00:00:00", scale="tdb")
    with pytest.raises(ls.DataError, match=r"body -88 is given about \[399\] of NAIF, 301 is the Moon: expected MOON"):
        ls.State.from_spk(spk_of_type_9(tmp_path / "a.bsp", centre=399), -88, epoch)
    with pytest.raises(ls.InputError, match=r"body = -99 is not in .*: expected one of \[-77\]"):
        ls.State.from_spk(kernel, -99, EPOCH)
    with pytest.raises(ls.InputError, match="body = 'Nobody' is no name that SPICE knows"):
        ls.State.from_spk(kernel, "Nobody", EPOCH)
    with pytest.raises(ls.SpanError, match=r"there are no states at 2024-03-05T07:07:08.900000 UTC"):
        ls.State.from_spk(kernel, -77, EPOCH + 1 * u.h)
    with pytest.raises(ls.InputError, match="epoch = '2024-03-05': expected one Time or an array of n"):
        ls.State.from_spk(kernel, -77, "2024-03-05")


@examples(80)
@given(data=st.data())
def test_an_spk_with_any_damage_is_read_or_refused_with_words(data, kernel: Path, tmp_path_factory) -> None:
    content = bytearray(kernel.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        i = data.draw(st.integers(0, len(content) - 8))
        content[i : i + 8] = data.draw(st.binary(min_size=8, max_size=8))
    path = tmp_path_factory.mktemp("damaged") / "a.bsp"
    path.write_bytes(bytes(content[: data.draw(st.integers(1, len(content)))] if data.draw(st.booleans()) else content))
    with suppress(ls.DataError, ls.InputError, ls.SpanError):  # anything else that it raises fails here
        ls.State.from_spk(path, -77, EPOCH + 5 * u.min)


@pytest.mark.parametrize("read", [ls.State.from_oem, ls.State.from_opm, lambda p: ls.State.from_spk(p, -1, EPOCH)])
def test_files_that_are_missing_empty_or_something_else_are_refused(tmp_path: Path, read) -> None:
    with pytest.raises(ls.DataError, match="the file cannot be read"):
        read(tmp_path / "missing")
    for content in (b"", b"\x00\x01\x02", b"hello\n", "\u1234".encode("utf-16")):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(ls.DataError):
            read(tmp_path / "file")


def test_a_span_that_is_rounded_or_that_covariances_fill_is_whole(tmp_path: Path) -> None:
    rounded = OEM.replace("STOP_TIME = 2024-06-30T12:02:00.000", "STOP_TIME = 2024-06-30T12:02:01")
    assert ls.State.from_oem(write(tmp_path, rounded)) == ls.State.from_oem(write(tmp_path, OEM, "plain.oem"))
    longer = OEM.replace("STOP_TIME = 2024-06-30T12:02", "STOP_TIME = 2024-06-30T12:05")
    filled = longer + "COVARIANCE_START\nEPOCH = 2024-06-30T12:05:00\nCOV_REF_FRAME = RTN\n1.0\nCOVARIANCE_STOP\n"
    assert ls.State.from_oem(write(tmp_path, filled)) == ls.State.from_oem(tmp_path / "plain.oem")


def test_a_keyword_that_no_oem_has_is_named(tmp_path: Path) -> None:
    misspelt = OEM.replace(
        "INTERPOLATION = LAGRANGE", "USABLE_STOP_TIME = 2024-06-30T12:01:00\nINTERPOLATION = LAGRANGE"
    )
    with pytest.warns(ls.ModelWarning, match=r"does not have are left aside: USABLE_STOP_TIME \(line 13\)$"):
        ls.State.from_oem(write(tmp_path, misspelt))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ls.State.from_oem(write(tmp_path, OEM))


def test_the_maneuvers_of_an_opm_are_counted(tmp_path: Path) -> None:
    with pytest.warns(
        ls.ModelWarning, match=r"2 maneuvers are left aside, the first at 2024-06-30T13:00:00 \(line 17\)"
    ):
        ls.State.from_opm(write(tmp_path, OPM))


def test_the_number_of_a_body_may_come_out_of_an_array(kernel: Path) -> None:
    assert ls.State.from_spk(kernel, np.int64(-77), EPOCH) == ls.State.from_spk(kernel, -77, EPOCH)
