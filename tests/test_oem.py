"""Orbit Ephemeris Messages, read back by a reader that was not written here: the package oem."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from test_navigation_flights import ALTIMETER, FILTER, VELOCIMETER, flown

import lunarsim as ls
from lunarsim.io import write_oem
from lunarsim.mission.clock import time_after

oem = pytest.importorskip("oem", reason="the reader of OEM files is not installed: it comes with the extra test")

CREATED = Time("2024-01-01T00:00:00", scale="utc")


@pytest.fixture(scope="module")
def flight() -> ls.Flight:
    """Luna-25 as it flew: a burn, then a coast to the ground in a Moon of degree 50."""
    return ls.simulate(ls.load_scenario("luna25"))


@pytest.fixture(scope="module")
def written(flight, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("oem") / "luna25.oem"
    write_oem(flight, path, object_id="2023-118A", created=CREATED)
    return path


def read(path: Path):
    return oem.OrbitEphemerisMessage.open(path)


def times_within(flight, i: int, count: int) -> Time:
    segment = flight.trajectory.phases[i].segment
    # off the edges, where a time falls into one segment or the other by its last bit
    return time_after(flight.start, np.linspace(segment.start_s + 1e-3, segment.end_s - 1e-3, count))


def misses(flight, message, i: int, count: int = 33) -> tuple[float, float]:
    """Return how far (m, m/s) the reader's own interpolation of one segment is from the flight, at worst."""
    segment = list(message)[i]
    pairs = [(segment(time.utc), flight.at(time)) for time in times_within(flight, i, count)]
    return (
        max(float(np.linalg.norm(read.position * 1e3 - flown.position.to_value(u.m))) for read, flown in pairs),
        max(float(np.linalg.norm(read.velocity * 1e3 - flown.velocity.to_value(u.m / u.s))) for read, flown in pairs),
    )


def test_the_reader_finds_who_about_what_and_in_which_frame(written, flight) -> None:
    message = read(written)
    assert message.version == "2.0"
    assert message.header["ORIGINATOR"] == "LUNARSIM"
    assert message.header["CREATION_DATE"] == CREATED.isot
    for segment in message:
        metadata = segment.metadata
        assert (metadata["OBJECT_NAME"], metadata["OBJECT_ID"]) == ("luna25", "2023-118A")
        assert (metadata["CENTER_NAME"], metadata["REF_FRAME"], metadata["TIME_SYSTEM"]) == ("MOON", "ICRF", "UTC")
        assert (metadata["INTERPOLATION"], int(metadata["INTERPOLATION_DEGREE"])) == ("HERMITE", 7)
    # written to a nanosecond; of the metadata this reader keeps microseconds
    assert abs(message.span[0] - flight.start) < 1 * u.us
    assert abs(message.span[1] - flight.end) < 1 * u.us


def test_each_smooth_piece_is_a_segment_and_segments_meet(written, flight) -> None:
    segments = list(read(written))
    assert len(segments) == len(flight.trajectory.phases) == 2
    assert segments[0].useable_stop_time == segments[1].useable_start_time
    last, first = list(segments[0].states)[-1], next(iter(segments[1].states))
    assert last.epoch == first.epoch
    assert abs(last.epoch - flight.burns[0].after.epoch) < 0.6 * u.ns  # written to a nanosecond


def test_the_states_are_those_of_the_flight(written, flight) -> None:
    for state in read(written).states:
        flown = flight.at(state.epoch)
        # 16 digits of 1.7e3 km are 1e-9 m; the time since the start rounds to 2e-11 s, in which it flies 4e-8 m
        np.testing.assert_allclose(state.position * 1e3, flown.position.to_value(u.m), rtol=0, atol=5e-8)
        np.testing.assert_allclose(state.velocity * 1e3, flown.velocity.to_value(u.m / u.s), rtol=0, atol=1e-10)


def test_the_readers_interpolation_meets_the_flight_within_a_millimetre(written, flight) -> None:
    for i in (0, 1):
        position_m, velocity_mps = misses(flight, read(written), i)
        # what the writer promises midway between states, where the error is largest but for the ends; measured 1e-5 m
        assert position_m < 1e-3
        assert velocity_mps < 1e-4  # its slope over a step of some 10 s; measured 5e-6


@pytest.mark.parametrize("step_s", [240, pytest.param(120, marks=pytest.mark.slow)])
def test_the_file_says_how_far_its_interpolation_is_from_the_flight(flight, tmp_path, step_s) -> None:
    path = tmp_path / "coarse.oem"
    write_oem(flight, path, step=step_s * u.s, created=CREATED)
    said_m = float(re.findall(r"meet the flight within (\S+) m", path.read_text(encoding="ascii"))[1])
    found_m = misses(flight, read(path), 1, count=160)[0]
    # two digits are written; the worst time lies a little beside the middle of the first or the last interval
    assert 0.9 * said_m < found_m < 1.3 * said_m


def test_about_a_point_mass_the_error_falls_with_the_eighth_power_of_the_step(tmp_path) -> None:
    state = ls.State.from_elements(
        perilune=100 * u.km, apolune=300 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg, epoch=CREATED
    )
    flight = ls.propagate(state, 1 * u.h, ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=()))
    found = []
    for step in (600 * u.s, 300 * u.s):
        write_oem(flight, tmp_path / "coast.oem", step=step)
        found.append(misses(flight, read(tmp_path / "coast.oem"), 0, count=100)[0])
    # Hermite interpolation of degree 7 has an error of order 8; other places of the worst time shift it by a half
    assert 7.5 < np.log2(found[0] / found[1]) < 8.7


def test_the_jump_of_the_acceleration_at_a_cut_off_stands_in_the_file(written, flight) -> None:
    burning, coasting = list(read(written))
    cutoff = flight.burns[0].after.epoch.utc
    shift = 0.5 * u.s
    before = (burning(cutoff - 1e-6 * u.s).velocity - burning(cutoff - shift).velocity) * 1e3 / shift.value
    after = (coasting(cutoff + shift).velocity - coasting(cutoff + 1e-6 * u.s).velocity) * 1e3 / shift.value
    thrust = flight.scenario.craft.engine.thrust.to_value(u.N)
    mass_kg = flight.moment(cutoff).true.mass.to_value(u.kg)
    # the slopes are of half a second on either side: gravity turns by 5e-4 rad in it, 7e-4 m/s2
    assert np.linalg.norm(before - after) == pytest.approx(thrust / mass_kg, abs=2e-3)


def test_tdb_and_utc_say_the_same(flight, written, tmp_path) -> None:
    write_oem(flight, tmp_path / "tdb.oem", time_system="TDB", created=CREATED)
    for a, b in zip(read(written).states, read(tmp_path / "tdb.oem").states, strict=True):
        assert (a.epoch.scale, b.epoch.scale) == ("utc", "tdb")
        assert abs(a.epoch - b.epoch) < 1.2 * u.ns  # both are written to a nanosecond
        np.testing.assert_allclose(a.position, b.position, rtol=0, atol=1.7 * 1.2e-9)  # km flown in that


def test_a_file_is_ascii_and_its_lines_are_short_enough(tmp_path, flight) -> None:
    named = replace(flight, scenario=replace(flight.scenario, name="Луна\n25"))
    write_oem(named, tmp_path / "name.oem")
    lines = (tmp_path / "name.oem").read_bytes().decode("ascii").splitlines()
    assert "OBJECT_NAME = ?????25" in lines
    assert max(map(len, lines)) <= 254  # CCSDS 502.0-B-2, section 7.3


def test_the_same_flight_gives_the_same_file(flight, written, tmp_path) -> None:
    write_oem(flight, tmp_path / "again.oem", object_id="2023-118A", created=CREATED)
    assert (tmp_path / "again.oem").read_bytes() == written.read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": 0 * u.s}, "step = 0.0 s: expected from 0.001 s"),
        ({"step": 60}, "step = 60 has no unit"),
        ({"time_system": "GPS"}, "time_system = 'GPS': expected one of UTC, TDB"),
    ],
)
def test_wrong_options_are_refused(flight, tmp_path, options, words) -> None:
    with pytest.raises(ls.InputError, match=words):
        write_oem(flight, tmp_path / "x.oem", **options)
    assert not list(tmp_path.iterdir())


def test_the_covariances_of_a_kalman_filter_stand_at_their_guidance_cycles(tmp_path) -> None:
    landed = flown(FILTER, ALTIMETER, VELOCIMETER)
    write_oem(landed, tmp_path / "a.oem")
    found = [each for segment in read(tmp_path / "a.oem") for each in segment.covariances]
    cycles = time_after(landed.start, landed.navigation.elapsed_s)
    assert len(found) == cycles.size
    for each, time, covariance in zip(found, cycles, landed.navigation.covariances, strict=True):
        assert abs(each.epoch - time) < 1 * u.us  # this reader keeps microseconds
        np.testing.assert_allclose(each.matrix * 1e6, covariance[:6, :6], rtol=1e-14, atol=1e-14)


def test_the_covariance_of_an_opm_is_that_of_its_guidance_cycle_and_between_cycles_there_is_none(tmp_path) -> None:
    landed = flown(FILTER, ALTIMETER, VELOCIMETER)
    cycle = time_after(landed.start, landed.navigation.elapsed_s[20])
    ls.write_opm(landed, tmp_path / "a.opm", epoch=cycle)
    values = dict(re.findall(r"(?m)^(C\w+) = (.*)$", (tmp_path / "a.opm").read_text(encoding="ascii")))
    expected = landed.navigation.covariances[20] / 1e6
    for name, (i, j) in {"CX_X": (0, 0), "CZ_X": (2, 0), "CX_DOT_Y": (3, 1), "CZ_DOT_Z_DOT": (5, 5)}.items():
        assert float(values[name]) == pytest.approx(expected[i, j], rel=1e-14)
    ls.write_opm(landed, tmp_path / "b.opm", epoch=cycle + 0.3 * u.s)
    assert "COV_REF_FRAME" not in (tmp_path / "b.opm").read_text(encoding="ascii")


def test_dead_reckoning_has_no_covariance_to_write(tmp_path) -> None:
    write_oem(flown(ls.DeadReckoning()), tmp_path / "a.oem")
    assert "COVARIANCE" not in (tmp_path / "a.oem").read_text(encoding="ascii")
