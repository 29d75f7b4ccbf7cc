"""Ephemerides of Ansys STK (``.e``): times, positions and velocities, a boundary at each jump."""

from __future__ import annotations

import os

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.io.exchange.hermite_states import POINTS, smooth_pieces, state_times, states_at, step_of
from lunarsim.io.exchange.message_text import ascii_of
from lunarsim.mission.clock import seconds_after, time_after


def write_stk(flight: Flight, path: str | os.PathLike[str], *, step: u.Quantity | None = None) -> None:
    """Write the motion of a flight as an ephemeris file of STK: central body Moon, coordinate system ICRF.

    Each smooth piece of the flight lies between segment boundaries, across which STK does not interpolate; where two
    meet, the time stands twice. Within them, the file tells it to interpolate with Hermite polynomials of degree 7.

    Parameters
    ----------
    flight : Flight
        Any flight.
    path : path
        The file; usually ``.e``.
    step : Quantity, optional
        Longest time between states. Default: for each segment 60 s, halved until the interpolation meets the
        flight within a millimetre, down to 1 s.

    Raises
    ------
    InputError
        If the step is not a time span from 1 ms to 200 years.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Notes
    -----
    Times are seconds of TAI after the epoch in UTC that the file names, which is the start of the flight to a
    nanosecond.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.write_stk(ls.simulate(ls.load_scenario("luna25")), "luna25.e")
    """
    step_s = step_of(step)
    epoch = Time(_rounded(flight.start), format="isot", scale="utc")
    times: list[NDArray[np.float64]] = []
    states: list[NDArray[np.float64]] = []
    worst_m = 0.0
    for piece in smooth_pieces(flight):
        t_s, error_m = state_times(piece.segment, step_s)
        worst_m = max(worst_m, error_m)
        at_s = np.round(np.asarray((time_after(flight.start, t_s).tai - epoch.tai).to_value(u.s)), 9)
        times.append(at_s)
        states.append(states_at(piece.segment, seconds_after(flight.start, epoch + at_s * u.s)))
    lines = [
        "stk.v.11.0",
        f"# Written by lunarsim: {ascii_of(flight.scenario.name)}",
        f"# Interpolated, positions midway between states meet the flight within {worst_m:.1e} m.",
        "BEGIN Ephemeris",
        f"NumberOfEphemerisPoints {sum(map(len, times))}",
        f"ScenarioEpoch {_as_stk(epoch)}",
        "InterpolationMethod Hermite",
        f"InterpolationSamplesM1 {POINTS - 1}",
        "CentralBody Moon",
        "CoordinateSystem ICRF",
        "DistanceUnit Meters",
        "BEGIN SegmentBoundaryTimes",
        *(_seconds(each[0]) for each in times[1:]),
        "END SegmentBoundaryTimes",
        "EphemerisTimePosVel",
        *(
            " ".join([_seconds(at_s), *(f"{value: .15e}" for value in state)])
            for each, rows in zip(times, states, strict=True)
            for at_s, state in zip(each, rows, strict=True)
        ),
        "END Ephemeris",
    ]
    with written_whole(path) as draft:
        draft.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


def _rounded(time: Time) -> str:
    return str(Time(time.utc, precision=9).isot)


def _as_stk(epoch: Time) -> str:
    """Return a time as STK writes it in UTC: ``19 Aug 2023 11:10:00.000000000``."""
    date, clock = _rounded(epoch).split("T")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    year, month, day = date.split("-")
    return f"{int(day)} {months[int(month) - 1]} {year} {clock}"


def _seconds(at_s: float) -> str:
    return f"{at_s:.9f}"
