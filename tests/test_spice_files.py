"""SPK and CK files, read back by NAIF's own toolkit (spiceypy), without any kernel but those that were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from exchange_example import apart_m, burn, guided, low, times_of

import lunarsim as ls
from lunarsim.flight.result.attitude import planned_burns, thrust_directions
from lunarsim.mission.clock import time_after
from lunarsim.moon.orientation import et_seconds

spice = pytest.importorskip("spiceypy")

CRAFT, MOON = -77123, 301
# SPICE has one double for a time: TDB seconds past J2000, which round to 6e-8 s or 0.1 mm of flight at 1.7 km/s
_ROUNDING_M = 2e-4


@pytest.fixture
def pool() -> Iterator[None]:
    """Leave SPICE's kernel pool empty."""
    spice.kclear()
    yield
    spice.kclear()


def read(times) -> tuple[np.ndarray, np.ndarray]:
    """Return positions (m) and velocities (m/s) of the craft about the Moon, as SPICE has them."""
    states = np.array([spice.spkgeo(CRAFT, et, "J2000", MOON)[0] for et in et_seconds(times).tolist()])
    return states[:, :3] * 1e3, states[:, 3:] * 1e3


@pytest.mark.parametrize("flight", [burn, low, guided], ids=lambda f: f.__name__)
def test_spice_finds_the_craft_where_the_flight_has_it_within_a_millimetre(flight, tmp_path: Path, pool) -> None:
    flight = flight()
    ls.write_spk(flight, tmp_path / "craft.bsp", body=CRAFT)
    spice.furnsh(str(tmp_path / "craft.bsp"))
    times = times_of(flight, 211)
    position_m, velocity_mps = read(times)
    assert apart_m(position_m, flight, times) < 1e-3
    flown_mps = flight.at(times).velocity.to_value(u.m / u.s)
    # the slope of the interpolation over a step of seconds; measured 1.2e-5
    assert np.abs(velocity_mps - flown_mps).max() < 1e-4


def test_each_smooth_piece_is_a_segment_of_type_13_about_the_moon_and_they_meet(tmp_path: Path, pool) -> None:
    ls.write_spk(burn(), tmp_path / "craft.bsp", body=CRAFT)
    file = spice.dafopr(str(tmp_path / "craft.bsp"))
    spice.dafbfs(file)
    spans = []
    while spice.daffna():
        span, (body, centre, frame, kind, *_) = spice.dafus(spice.dafgs(5), 2, 6)
        assert (body, centre, frame, kind) == (CRAFT, MOON, 1, 13)
        spans.append(tuple(span))
    spice.dafcls(file)
    pieces = [phase.segment for phase in burn().trajectory.phases]
    assert len(spans) == len(pieces) == 3
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    starts = time_after(burn().start, np.array([piece.start_s for piece in pieces]))
    np.testing.assert_allclose([span[0] for span in spans], et_seconds(starts), rtol=0, atol=1.2e-7)


def test_at_the_cut_off_the_acceleration_jumps_by_thrust_over_mass(tmp_path: Path, pool) -> None:
    ls.write_spk(burn(), tmp_path / "craft.bsp", body=CRAFT)
    spice.furnsh(str(tmp_path / "craft.bsp"))
    cutoff, beside = burn().burns[0].after.epoch, np.array([-0.2, -0.1, 0.1, 0.2]) * u.s
    velocity = read(cutoff + beside)[1]
    jump = np.linalg.norm((velocity[3] - velocity[2]) - (velocity[1] - velocity[0])) / 0.1
    thrust_mps2 = 4000.0 / burn().moment(cutoff).true.mass.to_value(u.kg)
    assert jump == pytest.approx(thrust_mps2, rel=2e-3)  # gravity turns by 2e-4 rad between the slopes


def test_the_comments_say_how_far_the_interpolation_is_from_the_flight(tmp_path: Path) -> None:
    path = tmp_path / "coarse.bsp"
    ls.write_spk(burn(), path, body=CRAFT, step=300 * u.s)
    file = spice.dafopr(str(path))
    comments = spice.dafec(file, 10, 200)[1]
    spice.dafcls(file)
    said_m = float(re.findall(r"within (\S+) m", " ".join(comments))[0])
    times = times_of(burn(), 997)
    found_m = apart_m(ls.State.from_spk(path, CRAFT, times).position.to_value(u.m), burn(), times)
    assert 0.9 * said_m < found_m < 1.3 * said_m + _ROUNDING_M  # two digits; the worst lies a little beside the middle


def test_the_thrust_axis_is_the_bodys_z_within_two_microradians_and_none_is_known_in_coasts(tmp_path: Path, pool):
    flight = burn()
    files = ls.write_ck(flight, tmp_path / "craft.bc", body=CRAFT)
    assert files == (tmp_path / "craft.bc", tmp_path / "craft.tsc")
    for file in files:
        spice.furnsh(str(file))
    piece = flight.trajectory.phases[1]
    t_s = np.linspace(piece.segment.start_s, piece.segment.end_s, 77)[1:-1]
    flown = thrust_directions(planned_burns(flight.scenario), piece, t_s, piece.segment.path(t_s))
    for et, direction, left in zip(et_seconds(time_after(flight.start, t_s)), flown, lefts(piece, t_s), strict=True):
        matrix, _ = spice.ckgp(1000 * CRAFT, spice.sce2c(CRAFT, et), 0.0, "J2000")
        # 1e-6 of the interpolation and 6e-8 s of SPICE's time
        assert np.linalg.norm(matrix[2] - direction) < 2e-6
        assert matrix[1] @ left > 1.0 - 1e-9  # against the motion, y is the left of the flight itself
    for coasting in (piece.segment.start_s - 1.0, piece.segment.end_s + 1.0):
        ticks = spice.sce2c(CRAFT, float(et_seconds(time_after(flight.start, coasting))))
        with pytest.raises(spice.utils.exceptions.NotFoundError):
            spice.ckgp(1000 * CRAFT, ticks, 0.0, "J2000")


def lefts(piece, t_s) -> np.ndarray:
    y = piece.segment.path(t_s)
    left = np.cross(y[:, :3], y[:, 3:6])
    return left / np.linalg.norm(left, axis=1)[:, None]


def test_under_guidance_each_cycle_has_the_direction_that_it_held(tmp_path: Path, pool) -> None:
    flight = guided()
    for file in ls.write_ck(flight, tmp_path / "craft.bc"):
        spice.furnsh(str(file))
    lit = [phase for phase in flight.trajectory.phases if phase.thrust_n > 0.0]
    for phase in lit[::7]:
        middle_s = 0.5 * (phase.segment.start_s + phase.segment.end_s)
        et = float(et_seconds(time_after(flight.start, middle_s)))
        matrix, _ = spice.ckgp(-999000, spice.sce2c(-999, et), 0.0, "J2000")
        np.testing.assert_allclose(matrix[2], phase.direction, rtol=0, atol=1e-9)


def test_a_flight_without_a_burn_has_no_thrust_axis(tmp_path: Path) -> None:
    coast = ls.propagate(burn().scenario.state, 60 * u.s, burn().scenario.moon)
    with pytest.raises(ls.InputError, match="the engine never burned in this flight"):
        ls.write_ck(coast, tmp_path / "x.bc")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("body", [301, 0, -1_000_000, True, 2.5, "LRO"])
def test_a_number_that_is_no_crafts_is_refused(tmp_path: Path, body) -> None:
    for write in (ls.write_spk, ls.write_ck):
        with pytest.raises(ls.InputError, match="body = "):
            write(burn(), tmp_path / "x.bsp", body=body)
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_be_written_leave_nothing_behind(tmp_path: Path) -> None:
    for write in (ls.write_spk, ls.write_ck):
        with pytest.raises(ls.OutputError, match="the file cannot be written"):
            write(burn(), tmp_path / "missing" / "x.bsp")
        (tmp_path / "folder.bc").mkdir(exist_ok=True)
        with pytest.raises(ls.OutputError):
            write(burn(), tmp_path / "folder.bc")
    assert [each.name for each in tmp_path.iterdir()] == ["folder.bc"]


def test_an_older_file_of_the_name_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "craft.bsp"
    path.write_bytes(b"older")
    ls.write_spk(burn(), path)
    assert path.read_bytes().startswith(b"DAF/SPK")
    assert [each.name for each in tmp_path.iterdir()] == ["craft.bsp"]
