"""Orbit Parameter Messages (OPM) of the CCSDS: CCSDS 502.0-B-2, key-value notation, version 2.0."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.attitude import PlannedBurn, planned_burns, thrust_directions
from lunarsim.flight.result.trajectory import FlownPhase
from lunarsim.io.exchange.message_text import (
    ascii_of,
    check_time_system,
    covariance_in_km,
    header,
    identity,
    named_triangle,
    time_texts,
)
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import seconds_after

_SAME_CYCLE_S = 1e-3  # a covariance is of a guidance cycle; one so near counts as that of the epoch
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_LONGEST_PART_S = 10.0  # over which the thrust is integrated by these


class _Maneuver(NamedTuple):
    """A burn as it was flown."""

    name: str
    start_s: float
    end_s: float
    mass_kg: float  #: that it used
    dv_mps: NDArray[np.float64]  #: ICRF axes, shape (3,)


def write_opm(
    flight: Flight,
    path: str | os.PathLike[str],
    *,
    epoch: Time | None = None,
    time_system: str = "UTC",
    object_id: str | None = None,
    created: Time | None = None,
) -> None:
    """Write a state of a flight, and the burns that follow it, as an Orbit Parameter Message: Moon, axes of the ICRF.

    Each burn, flown as it was, is a maneuver: ignition, duration, mass and the velocity that the thrust gave, the
    integral of its acceleration in axes of the ICRF. Where the craft navigates by a Kalman filter and the epoch is
    that of a guidance cycle, the message has the covariance of its estimate. The state is the true one.

    Parameters
    ----------
    flight : Flight
        Any flight.
    path : path
        The file; usually ``.opm``.
    epoch : Time, optional
        Of the state, within the flight; default: its start. Burns that began before are left out.
    time_system : str
        ``"UTC"`` (default) or ``"TDB"``.
    object_id : str, optional
        International designator, such as ``"2023-118A"``. Default: the name of the scenario.
    created : Time, optional
        The creation date in the header; default now.

    Raises
    ------
    InputError
        If the time system is another one.
    SpanError
        If the epoch lies outside the flight.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.write_opm(ls.simulate(ls.load_scenario("luna25")), "luna25.opm")
    >>> ls.State.from_opm("luna25.opm")
    <83.2 x 107.4 km lunar orbit at 2023-08-19T11:10:00.000 UTC>
    """
    scale = check_time_system(time_system)
    at_s = 0.0 if epoch is None else _seconds(flight, epoch)
    (text,), times = time_texts(flight, np.array([at_s]), scale)
    written_s = np.clip(seconds_after(flight.start, times), 0.0, flight.trajectory.end_s)
    y = flight.trajectory.at(written_s)[0][0]  # at what the text says
    state_km = np.concatenate([y[motion.POSITION], y[motion.VELOCITY]]) / 1e3
    lines = [
        *header("OPM", created),
        *identity(flight, object_id),
        "CENTER_NAME = MOON",
        "REF_FRAME = ICRF",
        f"TIME_SYSTEM = {time_system}",
        f"EPOCH = {text}",
        *(f"{name} = {value:.15e}" for name, value in zip(_NAMES, state_km, strict=True)),
        *_craft(flight, float(y[motion.MASS])),
        *_covariance(flight, at_s),
    ]
    for maneuver in _maneuvers(flight, at_s):
        lines += _of_maneuver(flight, maneuver, scale)
    with written_whole(path) as draft:
        draft.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


_NAMES = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")


def _seconds(flight: Flight, epoch: Time) -> float:
    """Return an epoch that lies within the flight, in seconds after its start."""
    flight.at(checks.instant("epoch", epoch))
    return float(np.clip(seconds_after(flight.start, epoch), 0.0, flight.trajectory.end_s))


def _craft(flight: Flight, mass_kg: float) -> Iterator[str]:
    craft = flight.scenario.craft
    if craft is None:
        return
    yield f"MASS = {mass_kg:.9f}"
    yield f"SOLAR_RAD_AREA = {craft.radiation_area.to_value(u.m**2):.9g}"
    yield f"SOLAR_RAD_COEFF = {craft.radiation_coefficient:.9g}"


def _covariance(flight: Flight, at_s: float) -> Iterator[str]:
    if flight.navigation is None:
        return
    cycle = int(np.argmin(np.abs(flight.navigation.elapsed_s - at_s)))
    covariance = covariance_in_km(flight, cycle)
    if covariance is not None and abs(float(flight.navigation.elapsed_s[cycle]) - at_s) < _SAME_CYCLE_S:
        yield "COMMENT Covariance of what the craft estimated then; the state is the true one"
        yield "COV_REF_FRAME = ICRF"
        yield from named_triangle(covariance)


def _maneuvers(flight: Flight, from_s: float) -> Iterator[_Maneuver]:
    """Give the burns that begin at a time or after it: pieces under thrust that follow each other under one name."""
    burns = planned_burns(flight.scenario)

    def kind(piece: FlownPhase) -> tuple[bool, str]:
        return piece.thrust_n > 0.0, piece.name

    for (lit, name), group in groupby(flight.trajectory.phases, key=kind):
        pieces = list(group)
        if not lit or pieces[0].segment.start_s < from_s - _SAME_CYCLE_S:
            continue
        mass_kg = pieces[0].segment.path.start_y[0][motion.MASS] - pieces[-1].segment.end_y[motion.MASS]
        dv_mps = np.sum([_gained_mps(burns, piece) for piece in pieces], axis=0)
        yield _Maneuver(name, pieces[0].segment.start_s, pieces[-1].segment.end_s, float(mass_kg), dv_mps)


def _gained_mps(burns: list[PlannedBurn], piece: FlownPhase) -> NDArray[np.float64]:
    """Return the integral of the acceleration by thrust over a piece (m/s), ICRF axes."""
    segment = piece.segment
    parts = max(1, int(np.ceil((segment.end_s - segment.start_s) / _LONGEST_PART_S)))
    edges = np.linspace(segment.start_s, segment.end_s, parts + 1)
    half = 0.5 * np.diff(edges)[:, np.newaxis]
    t_s = (edges[:-1, np.newaxis] + half * (1.0 + _NODES)).ravel()
    y = segment.path(t_s)
    accelerations = piece.thrust_n / y[:, motion.MASS, np.newaxis] * thrust_directions(burns, piece, t_s, y)
    gained: NDArray[np.float64] = (half * _WEIGHTS).ravel() @ accelerations
    return gained


def _of_maneuver(flight: Flight, maneuver: _Maneuver, scale: str) -> list[str]:
    (text, _), ends = time_texts(flight, np.array([maneuver.start_s, maneuver.end_s]), scale)
    duration_s = float((ends[1] - ends[0]).to_value(u.s))  # of the message's time system, whose seconds are not TDB's
    return [
        f"COMMENT {ascii_of(maneuver.name)}",
        f"MAN_EPOCH_IGNITION = {text}",
        f"MAN_DURATION = {duration_s:.9f}",
        f"MAN_DELTA_MASS = {-maneuver.mass_kg:.9f}",
        "MAN_REF_FRAME = ICRF",
        *(f"MAN_DV_{i} = {value:.15e}" for i, value in enumerate(maneuver.dv_mps / 1e3, start=1)),
    ]
