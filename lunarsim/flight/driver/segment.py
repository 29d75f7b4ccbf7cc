"""The reference driver: one smooth segment at a time, events located on the dense output.

Written around three habits of scipy's ``solve_ivp``: it looks for events only at the ends of steps,
fires an event again when restarted at its root, and drops the event from the requested output.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from scipy.integrate import DOP853, OdeSolution
from scipy.optimize import brentq, minimize_scalar

from lunarsim import constants
from lunarsim.errors import IntegrationError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.result.segment import TOGETHER_S, Crossing, Search, Segment, Trigger, Vector
from lunarsim.kernels.driver.segment import most_steps
from lunarsim.kernels.forces import motion

Derivative = Callable[[float, Vector], Vector]

_SLOPE_SHARE = 1e-3  # of the time between samples: over it a function's slope is read
_AT_ONCE_S = 5.0  # a segment this short is tried as one step; scipy would feel its way with three
_PACE = 1000  # so many steps in less than _PACE_S have collapsed: a microsecond each
_PACE_S = 1e-3
_TURN_S = 1e-5  # how closely the turn of a function is found; two zeros closer than some of this are lost


def fly_segment(
    derivative: Derivative,
    start_s: float,
    y: Vector,
    end_s: float,
    triggers: Sequence[Trigger],
    accuracy: Accuracy,
    *,
    disarmed: Collection[Trigger] = (),
    longest_step: Callable[[Vector], float] | None = None,
) -> Segment:
    """Integrate one smooth segment from ``start_s`` to ``end_s`` or to the first terminal event.

    Parameters
    ----------
    derivative : callable
        ``derivative(t_s, y)``, smooth over the segment.
    start_s, end_s : float
        Seconds after the start of the flight.
    y : ndarray
        State at ``start_s``.
    triggers : sequence of Trigger
        Events to look for, at several samples within each step.
    accuracy : Accuracy
        Tolerances.
    disarmed : collection of Trigger
        What fired at the end of the segment before: it cannot fire again at the same root.
    longest_step : callable, optional
        The longest step (s) from a state; default: as long as the tolerances allow.

    Raises
    ------
    IntegrationError
        If the integrator cannot go on, or its steps become too short or too many.
    """
    times, pieces, crossings = [start_s], [], []
    watch = _Watch(triggers, start_s, y, disarmed)
    solver = _solver(derivative, start_s, y, end_s, accuracy)
    ended_by: Trigger | None = None
    while solver.status == "running" and ended_by is None:
        y_before = solver.y
        _step(solver, times, accuracy, longest_step)
        piece = solver.dense_output()
        found = watch.crossings(piece, solver.t_old, solver.t, accuracy.samples_per_step)
        ended_by = found[-1].trigger if found and found[-1].trigger.terminal else None
        if ended_by is not None:  # step to the event itself, so that the end is integrated, not interpolated
            solver = _step_to(derivative, solver.t_old, y_before, found[-1].t_s, accuracy)
            piece = solver.dense_output()
            found[-1] = found[-1]._replace(t_s=solver.t, y=solver.y)
        crossings += found
        times.append(solver.t)
        pieces.append(piece)
    return Segment(
        solution=OdeSolution(times, pieces),
        start_s=start_s,
        end_s=solver.t,
        end_y=solver.y,
        step_ends_s=np.array(times),
        crossings=tuple(crossings),
        ended_by=ended_by,
    )


def _step(
    solver: DOP853, times: Sequence[float], accuracy: Accuracy, longest_step: Callable[[Vector], float] | None
) -> None:
    """Take one step after those that ended at some times, or say why there can be none."""
    longest_s = accuracy.max_step.to_value(u.s)
    if not np.all(np.isfinite(solver.f)):  # scipy would look for a first step for ever
        raise _stopped(solver, "the force is not a number")
    if len(times) > most_steps(solver.t_bound - times[0], longest_s):
        raise _stopped(solver, f"{len(times)} steps did not lead to its end at {solver.t_bound:.3f} s")
    if len(times) > _PACE and solver.t - times[-_PACE] < _PACE_S:
        raise _stopped(solver, f"the last {_PACE} steps together are shorter than {_PACE_S:g} s")
    if longest_step is not None:
        solver.max_step = min(longest_s, longest_step(solver.y))
    message = solver.step()
    if solver.status == "failed":
        raise _stopped(solver, message)


def _stopped(solver: DOP853, why: str) -> IntegrationError:
    height_m = np.linalg.norm(solver.y[motion.POSITION]) - constants.MOON_RADIUS_M
    return IntegrationError(
        f"the integration stopped {solver.t:.3f} s after the start of the flight, at a height of "
        f"{1e-3 * height_m:.3f} km and a speed of {np.linalg.norm(solver.y[motion.VELOCITY]):.6g} m/s: {why}"
    )


class _Looks(NamedTuple):
    """Where a step is looked at: at samples, and close beside each, on the inner side, to see the slope."""

    times: Vector  #: the samples, both ends of the step included
    all_times: Vector  #: the samples but the first, then the times beside each
    all_states: Vector  #: shape (n, size)

    @classmethod
    def within(cls, piece: Any, start_s: float, end_s: float, samples: int) -> _Looks:
        all_times = start_s + (end_s - start_s) * _fractions(samples)
        all_times[samples - 1] = end_s
        times = np.empty(samples + 1)
        times[0], times[1:] = start_s, all_times[:samples]
        return cls(times, all_times, piece(all_times).T)


@cache
def _fractions(samples: int) -> Vector:
    """Return where a step is looked at, in parts of it: at its samples but the first, then beside each."""
    at = np.linspace(0.0, 1.0, samples + 1)
    beside = at - _SLOPE_SHARE / samples
    beside[0] = _SLOPE_SHARE / samples
    return np.concatenate((at[1:], beside))


class _Watch:
    """Follows the signs of the triggers along a segment."""

    def __init__(self, triggers: Sequence[Trigger], t_s: float, y: Vector, disarmed: Collection[Trigger]) -> None:
        self._triggers = triggers
        self._disarmed = disarmed
        self._values = [np.nan if trigger in disarmed else trigger.function(t_s, y) for trigger in triggers]

    def crossings(self, piece: Any, start_s: float, end_s: float, samples: int) -> list[Crossing]:
        """Return the crossings within one step, in order, up to the first terminal one."""
        looks = _Looks.within(piece, start_s, end_s, samples)
        found: list[Crossing] = []
        for i, trigger in enumerate(self._triggers):
            if trigger.search is None:
                found += self._sampled(i, piece, looks)
            else:
                found += self._searched(trigger, trigger.search, piece, start_s, end_s)
        self._disarmed = ()
        found.sort(key=lambda crossing: crossing.t_s)
        for count, crossing in enumerate(found, start=1):
            if crossing.trigger.terminal:  # what crosses together with it comes before it
                late = [c for c in found[count:] if c.t_s - crossing.t_s <= TOGETHER_S and not c.trigger.terminal]
                return [*found[: count - 1], *(c._replace(t_s=crossing.t_s) for c in late), crossing]
        return found

    def _sampled(self, i: int, piece: Any, looks: _Looks) -> list[Crossing]:
        """Return where a trigger changes its sign between samples, or dips through zero and back."""
        trigger, found, times = self._triggers[i], [], looks.times
        seen = trigger.along(looks.all_times, looks.all_states)
        values, beside = np.empty(times.size), seen[times.size - 1 :]
        values[0], values[1:] = self._values[i], seen[: times.size - 1]
        self._values[i] = values[-1]
        slopes = values - beside
        slopes[0] = -slopes[0]
        before, after = values[:-1], values[1:]
        dips = (before * after > 0.0) & (slopes[:-1] * before < 0.0) & (slopes[1:] * after > 0.0)
        for k in np.flatnonzero(dips | (np.sign(before) != np.sign(after))):
            points = [(times[k], before[k]), (times[k + 1], after[k])]
            if dips[k] and (turn := _turn(trigger, piece, times[k], times[k + 1], before[k])):
                points.insert(1, turn)
            for (ta, ga), (tb, gb) in pairwise(points):
                if _crosses(ga, gb, trigger.direction):
                    t_root = _root(trigger, piece, ta, tb, ga, gb)
                    found.append(Crossing(trigger, t_root, piece(t_root), bool(gb > ga)))
        return found

    def _searched(self, trigger: Trigger, search: Search, piece: Any, start_s: float, end_s: float) -> list[Crossing]:
        """Return the first event that a trigger's own search finds."""
        bracket = search(piece, start_s, end_s, trigger not in self._disarmed)
        if bracket is None:
            return []
        (t0, t1), (g0, g1) = bracket, (trigger.function(t, piece(t)) for t in bracket)
        # no change of sign: the step starts on the root, or the end of the bracket lies on it to the last bit
        t_root = _root(trigger, piece, t0, t1, g0, g1) if g0 * g1 < 0.0 else t1
        return [Crossing(trigger, t_root, piece(t_root), g1 > g0)]


def _turn(trigger: Trigger, piece: Any, t0: float, t1: float, g0: float) -> tuple[float, float] | None:
    """Return time and value where a function comes nearest to zero between two times, if it reaches beyond zero."""
    sign = float(np.sign(g0))
    found = minimize_scalar(
        lambda t: sign * trigger.function(t, piece(t)), bounds=(t0, t1), method="bounded", options={"xatol": _TURN_S}
    )
    return (float(found.x), sign * float(found.fun)) if found.fun < 0.0 else None


def _crosses(before: float, after: float, direction: int) -> bool:
    """Whether a function went through zero; one that starts on zero does not, nor one that is not known (NaN)."""
    rises = before < 0.0 <= after
    falls = before > 0.0 >= after
    return (rises and direction >= 0) or (falls and direction <= 0)


def _root(trigger: Trigger, piece: Any, t0: float, t1: float, g0: float, g1: float) -> float:
    if g1 == 0.0:
        return float(t1)
    if np.sign(trigger.function(t0, piece(t0))) != np.sign(g0):
        return float(t0)  # the interpolant and the step differ at the last bit of a root on the step's edge
    return float(brentq(lambda t: trigger.function(t, piece(t)), t0, t1, xtol=1e-12, rtol=4 * np.finfo(float).eps))


def _solver(derivative: Derivative, start_s: float, y: Vector, end_s: float, accuracy: Accuracy) -> DOP853:
    length_s, longest_s = end_s - start_s, float(accuracy.max_step.to_value(u.s))
    return DOP853(
        derivative,
        start_s,
        y,
        end_s,
        rtol=accuracy.relative,
        atol=accuracy.absolute(),
        max_step=longest_s,
        first_step=length_s if 0.0 < length_s <= min(_AT_ONCE_S, longest_s) else None,
    )


def _step_to(derivative: Derivative, start_s: float, y: Vector, end_s: float, accuracy: Accuracy) -> DOP853:
    """Return a solver that has reached ``end_s`` in one step: it lies within a step already accepted."""
    end_s = max(end_s, float(np.nextafter(start_s, np.inf)))
    solver = DOP853(derivative, start_s, y, end_s, first_step=end_s - start_s, rtol=1.0, atol=accuracy.absolute())
    solver.step()
    return solver
