"""Orbit Ephemeris Messages (OEM) of the CCSDS: CCSDS 502.0-B-2, key-value notation, version 2.0."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.segment import Segment
from lunarsim.io.exchange.hermite_states import DEGREE, smooth_pieces, state_times, states_at, step_of
from lunarsim.io.exchange.message_text import (
    ascii_of,
    check_time_system,
    covariance_in_km,
    header,
    identity,
    time_texts,
    triangle,
)
from lunarsim.mission.clock import seconds_after


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
    of each segment how far that is from the flight. Where the craft navigates by a Kalman filter, each segment has the
    covariances of its estimate at the guidance cycles; the states are the true ones.

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
    >>> ls.write_oem(ls.simulate(ls.load_scenario("luna25")), "luna25.oem", object_id="2023-118A")
    >>> ls.State.from_oem("luna25.oem")
    <83.2 x 107.4 km lunar orbit at 2023-08-19T11:10:00.000 UTC>
    """
    check_time_system(time_system)
    step_s = step_of(step)
    lines = header("OEM", created)
    pieces = smooth_pieces(flight)
    for piece in pieces:
        about = [f"COMMENT {ascii_of(piece.name)}", *identity(flight, object_id)]
        lines += _segment(flight, piece.segment, step_s, time_system, about, last=piece is pieces[-1])
    with written_whole(path) as draft:
        draft.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


def _segment(
    flight: Flight, segment: Segment, step_s: float | None, time_system: str, about: list[str], *, last: bool
) -> Iterator[str]:
    """Give the lines of one segment."""
    t_s, error_m = state_times(segment, step_s)
    texts, times = time_texts(flight, t_s, time_system.lower())
    states_km = states_at(segment, seconds_after(flight.start, times)) / 1e3  # at what the text says
    yield from (
        "",
        "META_START",
        about[0],
        f"COMMENT Interpolated as said below, positions midway between states meet the flight within {error_m:.1e} m.",
        *about[1:],
        "CENTER_NAME = MOON",
        "REF_FRAME = ICRF",
        f"TIME_SYSTEM = {time_system}",
        f"START_TIME = {texts[0]}",
        f"USEABLE_START_TIME = {texts[0]}",
        f"USEABLE_STOP_TIME = {texts[-1]}",
        f"STOP_TIME = {texts[-1]}",
        "INTERPOLATION = HERMITE",
        f"INTERPOLATION_DEGREE = {DEGREE}",
        "META_STOP",
        "",
    )
    for text, state in zip(texts, states_km, strict=True):
        yield " ".join([text, *(f"{component: .15e}" for component in state)])
    yield from _covariances(flight, segment, time_system, last=last)


def _covariances(flight: Flight, segment: Segment, time_system: str, *, last: bool) -> Iterator[str]:
    """Give the lines of the covariances of the guidance cycles that lie in a segment, if there are any."""
    if flight.navigation is None:
        return
    cycles_s = flight.navigation.elapsed_s
    ends = cycles_s <= segment.end_s if last else cycles_s < segment.end_s
    found = [(i, covariance_in_km(flight, i)) for i in np.flatnonzero((cycles_s >= segment.start_s) & ends).tolist()]
    rows = [(i, covariance) for i, covariance in found if covariance is not None]
    if not rows:
        return
    texts, _ = time_texts(flight, cycles_s[[i for i, _ in rows]], time_system.lower())
    yield "COVARIANCE_START"
    for text, (_, covariance) in zip(texts, rows, strict=True):
        yield f"EPOCH = {text}"
        yield "COV_REF_FRAME = ICRF"
        yield from triangle(covariance)
    yield "COVARIANCE_STOP"
