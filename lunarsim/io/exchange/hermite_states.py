"""States of a flight at times between which Hermite polynomials meet it: what most formats of ephemerides hold."""

from __future__ import annotations

from math import ceil

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.declarations import LONG_S, Number
from lunarsim.flight import Flight
from lunarsim.flight.result.segment import Segment
from lunarsim.flight.result.trajectory import FlownPhase
from lunarsim.kernels.forces import motion

DEGREE = 7  # of the Hermite polynomials that a reader is told to use
POINTS = (DEGREE + 1) // 2  # states that one of them goes through
SHORTEST_SEGMENT_S = 1e-6  # below it the times, which are written to a nanosecond, hardly differ

_ERROR_M = 1e-3  # largest error of interpolation where no step is given
_LONGEST_STEP_S, _SHORTEST_STEP_S = 60.0, 1.0
_STEP = Number(unit=u.s, low=1e-3, high=LONG_S)


def step_of(step: u.Quantity | None) -> float | None:
    """Return the longest time between states (s) that a caller asked for.

    Raises
    ------
    InputError
        If it is not a time span from 1 ms to 200 years.
    """
    return None if step is None else float(_STEP.checked("step", step).value)


def smooth_pieces(flight: Flight) -> list[FlownPhase]:
    """Return the pieces of a flight between its jumps that last long enough to be written."""
    phases = flight.trajectory.phases
    return [each for each in phases if each.segment.end_s - each.segment.start_s >= SHORTEST_SEGMENT_S]


def state_times(segment: Segment, step_s: float | None) -> tuple[NDArray[np.float64], float]:
    """Return the times of a segment's states, and the error of the interpolation between them (m).

    Parameters
    ----------
    segment : Segment
        A smooth piece of a flight.
    step_s : float or None
        Longest time between states; None: 60 s, halved until the error is a millimetre, down to 1 s.
    """
    longest_s = step_s or _LONGEST_STEP_S
    while True:
        intervals = max(POINTS - 1, ceil((segment.end_s - segment.start_s) / longest_s))
        t_s = np.linspace(segment.start_s, segment.end_s, intervals + 1)
        error_m = interpolation_error_m(segment, t_s)
        if step_s is not None or error_m <= _ERROR_M or longest_s <= _SHORTEST_STEP_S:
            return t_s, error_m
        longest_s /= 2.0


def interpolation_error_m(segment: Segment, t_s: NDArray[np.float64]) -> float:
    """Return how far the Hermite polynomials are from the flight, at worst, in the middles between states."""
    from scipy.interpolate import KroghInterpolator  # noqa: PLC0415  (what few ask for)

    states = segment.path(t_s)
    middles_s = 0.5 * (t_s[:-1] + t_s[1:])
    flown = segment.path(middles_s)[:, motion.POSITION]
    worst_m = 0.0
    for i, middle_s in enumerate(middles_s):
        first = min(max(i + 1 - POINTS // 2, 0), t_s.size - POINTS)
        near = slice(first, first + POINTS)
        values = np.stack([states[near, motion.POSITION], states[near, motion.VELOCITY]], axis=1).reshape(-1, 3)
        position = KroghInterpolator(np.repeat(t_s[near] - middle_s, 2), values)(0.0)
        worst_m = max(worst_m, float(np.linalg.norm(position - flown[i])))
    return worst_m


def states_at(segment: Segment, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return positions (m) and velocities (m/s), ICRF axes, shape (n, 6), at times of a segment."""
    y = segment.path(np.clip(t_s, segment.start_s, segment.end_s))
    return np.hstack([y[:, motion.POSITION], y[:, motion.VELOCITY]])
