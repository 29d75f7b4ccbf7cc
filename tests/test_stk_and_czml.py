"""Ephemerides for STK and scenes for Cesium: their grammar, and what their readers interpolate."""

from __future__ import annotations

import calendar
import json
import re
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from exchange_example import apart_m, burn, guided, low, times_of
from scipy.interpolate import KroghInterpolator

import lunarsim as ls
from lunarsim.mission.clock import seconds_after

FLIGHTS = pytest.mark.parametrize("flight", [burn, low, guided], ids=lambda f: f.__name__)


def hermite(rows: np.ndarray, at_s: float, samples: int) -> np.ndarray:
    """Return the position at a time among rows of time, position and velocity, as readers of STK and Cesium do."""
    first = min(max(int(np.searchsorted(rows[:, 0], at_s)) - samples // 2, 0), len(rows) - samples)
    near = rows[first : first + samples]
    values = np.stack([near[:, 1:4], near[:, 4:7]], axis=1).reshape(-1, 3)
    return KroghInterpolator(np.repeat(near[:, 0] - at_s, 2), values)(0.0)


class StkFile:
    """An ephemeris file as its format's description has it: keywords, boundaries, rows of time and state."""

    def __init__(self, path: Path) -> None:
        text = path.read_text(encoding="ascii")
        assert text.startswith("stk.v.11.0\n")
        body = re.search(r"(?s)BEGIN Ephemeris\n(.*)END Ephemeris\n$", text)[1]
        head, table = body.split("EphemerisTimePosVel\n")
        edges = re.search(r"(?s)BEGIN SegmentBoundaryTimes\n(.*)END SegmentBoundaryTimes\n", head)[1].split()
        self.words = dict(re.findall(r"(?m)^([A-Z]\w+) (.*)$", head))
        self.rows = np.array([line.split() for line in table.splitlines()], dtype=float)
        self.edges = [float(edge) for edge in edges]
        day, month, year, clock = self.words["ScenarioEpoch"].split()
        number = list(calendar.month_abbr).index(month)
        self.epoch = Time(f"{year}-{number:02d}-{int(day):02d}T{clock}", scale="utc")

    def position(self, at_s: float) -> np.ndarray:
        segment = int(np.searchsorted(self.edges, at_s, side="right"))
        ends = np.flatnonzero(np.diff(self.rows[:, 0]) == 0.0) + 1
        piece = np.split(self.rows, ends)[segment]
        return hermite(piece, at_s, int(self.words["InterpolationSamplesM1"]) + 1)


@FLIGHTS
def test_stk_finds_the_craft_where_the_flight_has_it_within_a_millimetre(flight, tmp_path: Path) -> None:
    flight = flight()
    ls.write_stk(flight, tmp_path / "craft.e")
    file = StkFile(tmp_path / "craft.e")
    assert int(file.words["NumberOfEphemerisPoints"]) == len(file.rows)
    assert (file.words["CentralBody"], file.words["CoordinateSystem"]) == ("Moon", "ICRF")
    assert (file.words["InterpolationMethod"], file.words["DistanceUnit"]) == ("Hermite", "Meters")
    assert len(file.edges) == len(flight.trajectory.phases) - 1  # at each jump one boundary, its time twice among rows
    assert np.count_nonzero(np.diff(file.rows[:, 0]) == 0.0) == len(file.edges)
    assert np.all(np.diff(file.rows[:, 0]) >= 0.0)
    times = times_of(flight, 151)
    after_s = (times.tai - file.epoch.tai).to_value(u.s)
    found = np.array([file.position(each) for each in after_s])
    assert apart_m(found, flight, times) < 1e-3


def craft_of(path: Path) -> dict:
    document, craft, *_ = json.loads(path.read_text(encoding="utf-8"))
    assert (document["id"], document["version"]) == ("document", "1.0")
    return craft


@FLIGHTS
def test_cesium_finds_the_craft_over_the_turning_moon_within_a_millimetre(flight, tmp_path: Path) -> None:
    flight = flight()
    ls.write_czml(flight, tmp_path / "craft.czml")
    pieces = craft_of(tmp_path / "craft.czml")["position"]
    assert len(pieces) == len(flight.trajectory.phases)
    for piece in pieces[:: max(1, len(pieces) // 12)]:
        assert (piece["referenceFrame"], piece["interpolationAlgorithm"]) == ("FIXED", "HERMITE")
        rows = np.reshape(piece["cartesianVelocity"], (-1, 7))
        begin = Time(piece["epoch"].removesuffix("Z"), scale="utc")
        stop = Time(piece["interval"].split("/")[1].removesuffix("Z"), scale="utc")
        assert rows[-1, 0] == pytest.approx((stop - begin).to_value(u.s), abs=2e-9)
        at_s = np.linspace(rows[0, 0], rows[-1, 0], 9)[1:-1]
        flown = flight.at(begin + at_s * u.s).in_frame(ls.MoonME()).cartesian.xyz.to_value(u.m).T
        found = [hermite(rows, each, (piece["interpolationDegree"] + 1) // 2) for each in at_s]
        assert np.linalg.norm(found - flown, axis=1).max() < 1e-3


def test_a_validator_of_czml_takes_the_packets(tmp_path: Path) -> None:
    czml3 = pytest.importorskip("czml3", reason="the extra test is not installed")
    ls.write_czml(burn(), tmp_path / "craft.czml")
    document, craft, site = json.loads((tmp_path / "craft.czml").read_text(encoding="utf-8"))
    for piece in craft["position"]:
        position = czml3.properties.Position(**{name: value for name, value in piece.items() if name != "interval"})
        assert position.cartesianVelocity is not None
    packets = [
        czml3.Packet(**document),
        czml3.Packet(id=craft["id"], availability=craft["availability"]),
        czml3.Packet(id=site["id"], position=czml3.properties.Position(**site["position"])),
    ]
    assert [packet.id for packet in packets] == ["document", "craft", "site/site"]


def test_a_site_stands_where_its_latitude_and_longitude_are(tmp_path: Path) -> None:
    ls.write_czml(burn(), tmp_path / "a.czml", sites={"x": ls.Site(latitude=-30 * u.deg, longitude=60 * u.deg)})
    site = json.loads((tmp_path / "a.czml").read_text(encoding="utf-8"))[2]
    x, y, z = site["position"]["cartesian"]
    assert np.degrees(np.arctan2(y, x)) == pytest.approx(60.0, abs=1e-8)  # 0.1 mm
    assert z == pytest.approx(-0.5 * 1737400.0, abs=1e-3)


@pytest.mark.parametrize("write", [ls.write_stk, ls.write_czml, ls.write_spk, ls.write_ck])
def test_a_step_that_is_none_is_refused_and_nothing_is_left(write, tmp_path: Path) -> None:
    for step, words in ((0 * u.s, "step = 0.0 s: expected from 0.001 s"), (5 * u.m, "step = 5.0 m is of the wrong")):
        with pytest.raises(ls.InputError, match=words):
            write(burn(), tmp_path / "x", step=step)
    assert not list(tmp_path.iterdir())


def test_an_opm_says_what_the_burn_gave_and_used(tmp_path: Path) -> None:
    ndm_io = pytest.importorskip("ccsds_ndm.ndm_io", reason="the extra test is not installed")
    flight = burn()
    ls.write_opm(flight, tmp_path / "a.opm")
    data = ndm_io.NdmIo().from_path(tmp_path / "a.opm").body.segment.data
    read = [getattr(data.state_vector, name).value for name in ("x", "y", "z")]
    np.testing.assert_allclose(read, flight.states[0].position.to_value(u.km), rtol=1e-14)
    (maneuver,) = data.maneuver_parameters
    check_burn(flight, maneuver.man_epoch_ignition, maneuver.man_duration.value, maneuver.man_delta_mass.value,
               [getattr(maneuver, f"man_dv_{i}").value for i in (1, 2, 3)])  # fmt: skip


def test_an_opm_in_plain_text_says_the_same(tmp_path: Path) -> None:
    ls.write_opm(burn(), tmp_path / "a.opm")
    values = dict(re.findall(r"(?m)^(\w+) = (.*)$", (tmp_path / "a.opm").read_text(encoding="ascii")))
    duration_s, mass_kg, *dv = (
        float(values[f"MAN_{name}"]) for name in ("DURATION", "DELTA_MASS", "DV_1", "DV_2", "DV_3")
    )
    check_burn(burn(), values["MAN_EPOCH_IGNITION"], duration_s, mass_kg, dv)


def check_burn(flight: ls.Flight, ignition: str, duration_s: float, mass_kg: float, dv_kmps: list[float]) -> None:
    record = flight.burns[0]
    assert abs(Time(ignition, scale="utc") - record.before.epoch) < 1 * u.ns
    assert duration_s == pytest.approx((record.after.epoch - record.before.epoch).to_value(u.s), abs=1e-8)
    used = flight.mass[0] - flight.mass[-1]
    assert -mass_kg == pytest.approx(used.to_value(u.kg), abs=1e-8)
    # Tsiolkovsky gives the length of the path in velocity; the vector is shorter, as the direction turned
    along = 310 * 9.80665 * np.log(flight.mass[0] / flight.mass[-1])
    assert 0.995 * along < 1e3 * np.linalg.norm(dv_kmps) < along
    # and beside gravity, it is the change of velocity: about a point mass that is the integral along the flown path
    from lunarsim import constants  # noqa: PLC0415

    start_s, end_s = (float(seconds_after(flight.start, each.epoch)) for each in (record.before, record.after))
    nodes, weights = np.polynomial.legendre.leggauss(40)
    t_s = start_s + 0.5 * (end_s - start_s) * (1.0 + nodes)
    r = flight.trajectory.at(t_s)[0][:, :3]
    pull = -constants.GM_MOON_M3_S2 * r / np.linalg.norm(r, axis=1)[:, None] ** 3
    gained = (record.after.velocity - record.before.velocity).to_value(u.m / u.s)
    by_thrust = gained - 0.5 * (end_s - start_s) * weights @ pull
    np.testing.assert_allclose(1e3 * np.array(dv_kmps), by_thrust, rtol=0, atol=1e-6)


def test_an_opm_of_a_later_time_has_the_burns_that_follow_it(tmp_path: Path) -> None:
    flight = burn()
    for epoch, burns in ((flight.start + 30 * u.s, 1), (flight.start + 200 * u.s, 0)):
        ls.write_opm(flight, tmp_path / "a.opm", epoch=epoch, time_system="TDB")
        assert (tmp_path / "a.opm").read_text(encoding="ascii").count("MAN_DURATION") == burns
        read = ls.State.from_opm(tmp_path / "a.opm")
        assert abs(read.epoch - epoch) < 1 * u.ns
        assert apart_m(read.position.to_value(u.m), flight, read.epoch) < 1e-5
    with pytest.raises(ls.SpanError, match="nothing is extrapolated"):
        ls.write_opm(flight, tmp_path / "a.opm", epoch=flight.start - 1 * u.h)
    with pytest.raises(ls.InputError, match="time_system = 'GPS': expected one of UTC, TDB"):
        ls.write_opm(flight, tmp_path / "a.opm", time_system="GPS")
