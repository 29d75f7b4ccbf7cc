"""Orbit Ephemeris Messages (OEM) of the CCSDS: CCSDS 502.0-B-2, key-value notation, version 2.0."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import ceil

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.declarations import LONG_S, Number
from lunarsim.errors import InputError
from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.segment import Segment
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import seconds_after, time_after

_DEGREE = 7  # of the Hermite polynomials that a reader is told to use
_POINTS = (_DEGREE + 1) // 2  # states that one of them goes through
_ERROR_M = 1e-3  # largest error of interpolation where no step is given
_LONGEST_STEP_S, _SHORTEST_STEP_S = 60.0, 1.0
_SHORTEST_SEGMENT_S = 1e-6  # below it the times, which are written to a nanosecond, hardly differ
_STEP = Number(unit=u.s, low=1e-3, high=LONG_S)
_TIME_SYSTEMS = ("UTC", "TDB")


def write_oem(
    flight: Flight,
    path: str | os.PathLike[str],
    *,
    step: u.Quantity | None = None,
    time_system: str = "UTC",
    object_id: str | None = None,
    created: Time | None = None,
) -> None:
    """Write the motion of a flight as an Orbit Ephemeris Message: centre Moon, axes of the ICRF.

    Each smooth piece of the flight is a segment of its own, so that no reader interpolates across an ignition
    or a cut-off. The file tells readers to interpolate with Hermite polynomials of degree 7, and says in a comment
    of each segment how far that is from the flight.

    Parameters
    ----------
    flight : Flight
        Any flight.
    path : path
        The file; usually ``.oem``.
    step : Quantity, optional
        Longest time between states. Default: for each segment 60 s, halved until the interpolation meets the
        flight within a millimetre, down to 1 s.
    time_system : str
        ``"UTC"`` (default) or ``"TDB"``.
    object_id : str, optional
        International designator, such as ``"2023-118A"``. Default: the name of the scenario.
    created : Time, optional
        The creation date in the header; default now.

    Raises
    ------
    InputError
        If the step is not a time span from 1 ms to 200 years, or the time system is another one.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> coast = ls.propagate(ls.load_scenario("luna25").state, 1 * u.hour)
    >>> ls.write_oem(coast, "coast.oem", step=1 * u.min)
    """
    if time_system not in _TIME_SYSTEMS:
        raise InputError(f"time_system = {time_system!r}: expected one of {', '.join(_TIME_SYSTEMS)}")
    step_s = None if step is None else float(_STEP.checked("step", step).value)
    name = _ascii(flight.scenario.name) or "UNKNOWN"
    lines = [
        "CCSDS_OEM_VERS = 2.0",
        f"CREATION_DATE = {(created or Time.now()).utc.isot}",
        "ORIGINATOR = LUNARSIM",
    ]
    for phase in flight.trajectory.phases:
        if phase.segment.end_s - phase.segment.start_s >= _SHORTEST_SEGMENT_S:
            lines += _segment(flight, phase.segment, step_s, time_system, [
                f"COMMENT {_ascii(phase.name)}",
                f"OBJECT_NAME = {name}",
                f"OBJECT_ID = {_ascii(object_id or '') or name}",
            ])  # fmt: skip
    with written_whole(path) as draft:
        draft.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


def _segment(
    flight: Flight, segment: Segment, step_s: float | None, time_system: str, identity: list[str]
) -> Iterator[str]:
    """Give the lines of one segment."""
    t_s, error_m = _times(segment, step_s)
    texts, states = _states(flight, segment, t_s, time_system)
    yield from (
        "",
        "META_START",
        identity[0],
        f"COMMENT Interpolated as said below, positions midway between states meet the flight within {error_m:.1e} m.",
        *identity[1:],
        "CENTER_NAME = MOON",
        "REF_FRAME = ICRF",
        f"TIME_SYSTEM = {time_system}",
        f"START_TIME = {texts[0]}",
        f"USEABLE_START_TIME = {texts[0]}",
        f"USEABLE_STOP_TIME = {texts[-1]}",
        f"STOP_TIME = {texts[-1]}",
        "INTERPOLATION = HERMITE",
        f"INTERPOLATION_DEGREE = {_DEGREE}",
        "META_STOP",
        "",
    )
    for text, state in zip(texts, states, strict=True):
        yield " ".join([text, *(f"{component: .15e}" for component in state)])


def _times(segment: Segment, step_s: float | None) -> tuple[NDArray[np.float64], float]:
    """Return the times of a segment's states, and the error of the interpolation between them."""
    longest_s = step_s or _LONGEST_STEP_S
    while True:
        intervals = max(_POINTS - 1, ceil((segment.end_s - segment.start_s) / longest_s))
        t_s = np.linspace(segment.start_s, segment.end_s, intervals + 1)
        error_m = _interpolation_error_m(segment, t_s)
        if step_s is not None or error_m <= _ERROR_M or longest_s <= _SHORTEST_STEP_S:
            return t_s, error_m
        longest_s /= 2.0


def _interpolation_error_m(segment: Segment, t_s: NDArray[np.float64]) -> float:
    """Return how far the Hermite polynomials are from the flight, at worst, in the middles between states."""
    from scipy.interpolate import KroghInterpolator  # noqa: PLC0415  (what few ask for)

    states = segment.path(t_s)
    middles_s = 0.5 * (t_s[:-1] + t_s[1:])
    flown = segment.path(middles_s)[:, motion.POSITION]
    worst_m = 0.0
    for i, middle_s in enumerate(middles_s):
        first = min(max(i + 1 - _POINTS // 2, 0), t_s.size - _POINTS)
        near = slice(first, first + _POINTS)
        values = np.stack([states[near, motion.POSITION], states[near, motion.VELOCITY]], axis=1).reshape(-1, 3)
        position = KroghInterpolator(np.repeat(t_s[near] - middle_s, 2), values)(0.0)
        worst_m = max(worst_m, float(np.linalg.norm(position - flown[i])))
    return worst_m


def _states(
    flight: Flight, segment: Segment, t_s: NDArray[np.float64], time_system: str
) -> tuple[list[str], NDArray[np.float64]]:
    """Return times as text, and positions (km) and velocities (km/s), shape (n, 6), at what the text says."""
    scale = time_system.lower()
    texts = Time(getattr(time_after(flight.start, t_s), scale), precision=9).isot
    written_s = seconds_after(flight.start, Time(texts, format="isot", scale=scale))
    y = segment.path(np.clip(written_s, segment.start_s, segment.end_s))
    return texts.tolist(), np.hstack([y[:, motion.POSITION], y[:, motion.VELOCITY]]) / 1e3


def _ascii(text: str) -> str:
    """Return text as one line of printable ASCII, all that an OEM may hold."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text).strip()
