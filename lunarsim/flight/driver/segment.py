"""The reference driver: one smooth segment at a time, events located on the dense output.

Written around three habits of scipy's ``solve_ivp``: it looks for events only at the ends of steps,
fires an event again when restarted at its root, and drops the event from the requested output.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from scipy.integrate import DOP853
from scipy.optimize import brentq, minimize_scalar

from lunarsim import constants
from lunarsim.errors import IntegrationError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.result.path import Path, joined, series_of_dop853
from lunarsim.flight.result.segment import TOGETHER_S, Crossing, Search, Segment, Trigger, Vector
from lunarsim.kernels.driver.segment import most_steps
from lunarsim.kernels.forces import motion

Derivative = Callable[[float, Vector], Vector]

_SEEN_TOGETHER = 64  # steps over which what ends no segment is looked for at once: numpy asks a price for each call
_MANY = 4  # brackets from which on they are narrowed together
_EPS = 4.0 * float(np.finfo(float).eps)
_ROOT_S = 1e-12  # how closely roots are found, beside the rounding of the time
_MOST_STEPS = 60  # of a search for them
_SLOPE_SHARE = 1e-3  # of the time between samples: over it a function's slope is read
_AT_ONCE_S = 5.0  # a segment this short is tried as one step; scipy would feel its way with three
_PACE = 1000  # so many steps in less than _PACE_S have collapsed: a microsecond each
_PACE_S = 1e-3
_FAR = 0.5  # of the nearer sample: where the tangents meet beyond this, the function does not reach zero
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
    longest_step: Callable[[float, Vector], float] | None = None,
    nearness: Callable[[float, Vector], float] | None = None,
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
        The longest step (s) from a time and a state; default: as long as the tolerances allow.
    nearness : callable, optional
        The distance of the body that is near, as a share of that of the Moon, at a time and a state: of the nearer one
        the relative error of the position is meant. Default: 1.

    Raises
    ------
    IntegrationError
        If the integrator cannot go on, or its steps become too short or too many.
    """
    ends = [trigger for trigger in triggers if trigger.terminal]
    others = [trigger for trigger in triggers if not trigger.terminal]
    times, steps, crossings, seen = [start_s], [], [], 0
    for_an_end, for_others = Watch(ends, start_s, y, disarmed), Watch(others, start_s, y, disarmed)
    solver = _solver(derivative, start_s, y, end_s, accuracy)
    last: Crossing | None = None
    while solver.status == "running" and last is None:
        y_before = solver.y
        if nearness is not None:
            solver.rtol = _relative(accuracy, nearness(solver.t, solver.y))
        _step(solver, times, accuracy, longest_step)
        step = _path_of(solver)
        found = for_an_end.crossings(step, accuracy.samples_per_step)
        if found:  # step to the event itself, so that the end is integrated, not interpolated
            solver = _step_to(derivative, solver.t_old, y_before, found[0].t_s, accuracy)
            step, last = _path_of(solver), found[0]._replace(t_s=solver.t, y=solver.y)
        times.append(solver.t)
        steps.append(step)
        if last is not None or solver.status != "running" or len(steps) - seen == _SEEN_TOGETHER:
            crossings += for_others.crossings(joined(steps[seen:]), accuracy.samples_per_step)
            seen = len(steps)
    if last is not None:
        crossings += [*at_the_end(others, last.t_s, last.y, last.y + TOGETHER_S * derivative(last.t_s, last.y)), last]
    ended_by = last.trigger if last is not None else None
    return Segment(path=joined(steps), end_y=solver.y, crossings=tuple(crossings), ended_by=ended_by)


def at_the_end(watched: Sequence[Trigger], t_s: float, y: Vector, after: Vector) -> list[Crossing]:
    """Return what crosses zero within a microsecond after an event that ended a segment: it belongs to that.

    ``after`` is the vector a microsecond later.
    """
    found = []
    for trigger in watched:
        now, then = trigger.function(t_s, y), trigger.function(t_s + TOGETHER_S, after)
        if trigger.crosses(now, then):
            found.append(Crossing(trigger, t_s, y, then > now))
    return found


def _relative(accuracy: Accuracy, nearness: float) -> Vector:
    """Return the relative tolerances in the order of the integrated vector."""
    tolerances = np.full(motion.SIZE, accuracy.relative)
    tolerances[motion.POSITION] *= nearness
    return tolerances


def _path_of(solver: DOP853) -> Path:
    """Return the motion along the step that was taken last."""
    piece = solver.dense_output()
    return Path(np.array([solver.t_old, solver.t]), piece.y_old[np.newaxis], series_of_dop853(piece.F)[np.newaxis])


def _step(
    solver: DOP853, times: Sequence[float], accuracy: Accuracy, longest_step: Callable[[float, Vector], float] | None
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
        solver.max_step = min(longest_s, longest_step(solver.t, solver.y))
    message = solver.step()
    if solver.status == "failed":
        raise _stopped(solver, message)


def _stopped(solver: DOP853, why: str) -> IntegrationError:
    return IntegrationError(f"{where_it_stopped(solver.t, solver.y)}: {why}")


def where_it_stopped(t_s: float, y: Vector) -> str:
    """Return in words where an integrator could not go on."""
    height_m = np.linalg.norm(y[motion.POSITION]) - constants.MOON_RADIUS_M
    return (
        f"the integration stopped {t_s:.3f} s after the start of the flight, at a height of "
        f"{1e-3 * height_m:.3f} km and a speed of {np.linalg.norm(y[motion.VELOCITY]):.6g} m/s"
    )


@cache
def _looks(samples: int) -> Vector:
    """Return where a step is looked at, in parts of it: at samples but the first, then close beside each sample.

    What is beside lies on the inner side of the step, to see the slope there.
    """
    at = np.linspace(0.0, 1.0, samples + 1)
    beside = at - _SLOPE_SHARE / samples
    beside[0] = _SLOPE_SHARE / samples
    return np.concatenate((at[1:], beside))


class Watch:
    """Follows the signs of the triggers along a segment, over one step of an integrator or many at once.

    Parameters
    ----------
    triggers : sequence of Trigger
        What is watched.
    t_s : float
        When the segment begins.
    y : ndarray, shape (9,)
        The vector then.
    disarmed : collection of Trigger
        What fired at the end of the segment before.
    """

    def __init__(self, triggers: Sequence[Trigger], t_s: float, y: Vector, disarmed: Collection[Trigger]) -> None:
        self._triggers = triggers
        self._disarmed = disarmed
        self._values = [np.nan if trigger in disarmed else trigger.function(t_s, y) for trigger in triggers]

    def crossings(self, path: Path, samples: int) -> list[Crossing]:
        """Return the crossings along some steps, in order, up to the first terminal one."""
        times, states = path.at_parts(_looks(samples))
        times[:, samples - 1] = path.ends_s[1:]
        found: list[Crossing] = []
        for i, trigger in enumerate(self._triggers):
            if trigger.search is None:
                found += self._sampled(i, path, times, states)
            else:
                found += self._searched(trigger, trigger.search, path)
        self._disarmed = ()
        found.sort(key=lambda crossing: crossing.t_s)
        first = next((count for count, crossing in enumerate(found, start=1) if crossing.trigger.terminal), len(found))
        return found[:first]

    def _sampled(self, i: int, path: Path, looks_s: Vector, states: Vector) -> list[Crossing]:
        """Return where a trigger changes its sign between samples, or dips through zero and back."""
        trigger, samples = self._triggers[i], looks_s.shape[1] // 2
        seen = trigger.along(looks_s.ravel(), states.reshape(-1, states.shape[-1])).reshape(looks_s.shape)
        at_end = seen[:, samples - 1]
        times = np.column_stack((path.ends_s[:-1], looks_s[:, :samples]))
        values = np.column_stack((np.append(self._values[i], at_end[:-1]), seen[:, :samples]))
        self._values[i] = float(at_end[-1])
        slopes = values - seen[:, samples:]
        slopes[:, 0] *= -1.0
        before, after = values[:, :-1], values[:, 1:]
        dips = _dip(before, after, slopes[:, :-1] / _SLOPE_SHARE, slopes[:, 1:] / _SLOPE_SHARE)
        brackets: list[_Bracket] = []
        for n, k in np.argwhere(dips | (np.sign(before) != np.sign(after))):
            step, points = path.step(n), [(times[n, k], before[n, k]), (times[n, k + 1], after[n, k])]
            if dips[n, k] and (turn := _turn(trigger, step, times[n, k], times[n, k + 1], before[n, k])):
                points.insert(1, turn)
            brackets += [_Bracket(step, *a, *b) for a, b in pairwise(points) if trigger.crosses(a[1], b[1])]
        roots = _roots(trigger, path, brackets)
        states = path(roots)
        return [
            Crossing(trigger, float(t_s), y, bool(each.g1 > each.g0))
            for each, t_s, y in zip(brackets, roots, states, strict=True)
        ]

    def _searched(self, trigger: Trigger, search: Search, path: Path) -> list[Crossing]:
        """Return the first event that a trigger's own search finds."""
        for n in range(len(path.start_y)):
            step = path.step(n)
            bracket = search(step, n > 0 or trigger not in self._disarmed)
            if bracket is not None:
                (t0, t1), (g0, g1) = bracket, (trigger.function(t, step(t)) for t in bracket)
                # no change of sign: the step starts on the root, or the end of the bracket lies on it to the last bit
                t_root = _root(trigger, _Bracket(step, t0, g0, t1, g1)) if g0 * g1 < 0.0 else t1
                return [Crossing(trigger, t_root, step(t_root), g1 > g0)]
        return []


def _dip(before: Vector, after: Vector, slope_before: Vector, slope_after: Vector) -> NDArray[np.bool_]:
    """Return between which samples a function of one sign may reach zero: it falls towards it, and rises away from it.

    Slopes are those in the time between two samples. A function that bends one way lies beyond both its tangents, so
    where those meet far from zero, it is not looked for closer.
    """
    turns = (before * after > 0.0) & (slope_before * before < 0.0) & (slope_after * after > 0.0)
    with np.errstate(all="ignore"):  # where it does not turn, the tangents are parallel or worse
        met = before + slope_before * (after - before - slope_after) / (slope_before - slope_after)
        far = met * np.sign(before) > _FAR * np.minimum(np.abs(before), np.abs(after))
    near: NDArray[np.bool_] = turns & ~far
    return near


def _turn(trigger: Trigger, step: Path, t0: float, t1: float, g0: float) -> tuple[float, float] | None:
    """Return time and value where a function comes nearest to zero between two times, if it reaches beyond zero."""
    sign = float(np.sign(g0))
    found = minimize_scalar(
        lambda t: sign * trigger.function(t, step(t)), bounds=(t0, t1), method="bounded", options={"xatol": _TURN_S}
    )
    return (float(found.x), sign * float(found.fun)) if found.fun < 0.0 else None


class _Bracket(NamedTuple):
    """A change of sign between two times of a step."""

    step: Path
    t0: float
    g0: float
    t1: float
    g1: float


def _roots(trigger: Trigger, path: Path, brackets: Sequence[_Bracket]) -> Vector:
    """Return the roots in some brackets: all at once where there are many, and the trigger takes many times."""
    found = np.full(len(brackets), np.nan)
    if trigger.many is not None and len(brackets) >= _MANY:
        many = trigger.many
        found = _narrowed(lambda t: many(t, path(t)), brackets)
    return np.array([_root(trigger, each) if np.isnan(t) else t for each, t in zip(brackets, found, strict=True)])


def _narrowed(function: Callable[[Vector], Vector], brackets: Sequence[_Bracket]) -> Vector:
    """Return the roots of a function of many times, one in each bracket; NaN where it is not a number.

    The Illinois algorithm, as of :mod:`lunarsim.kernels.numerics.roots`, in all brackets at once.
    """
    before, g_before, after, g_after = np.array([each[1:] for each in brackets]).T
    root: Vector = after
    tolerance = _ROOT_S + _EPS * np.abs(after)
    moved = np.zeros(len(brackets))  # -1 or 1: which end moved last
    for _ in range(_MOST_STEPS):
        span = g_before - g_after  # zero where both ends are on the root
        share = np.divide(g_before, span, out=np.zeros_like(span), where=span != 0.0)
        at = np.clip(before + (after - before) * share, before, after)
        g, shift, root = function(at), np.abs(at - root), at
        first = (g > 0.0) == (g_before > 0.0)  # the end before moves; one that stays twice running counts half
        g_before, g_after = (
            np.where(first, g, np.where(moved == 1.0, 0.5, 1.0) * g_before),
            np.where(first, np.where(moved == -1.0, 0.5, 1.0) * g_after, g),
        )
        before, after, moved = np.where(first, at, before), np.where(first, after, at), np.where(first, -1.0, 1.0)
        if not np.any((shift > tolerance) & (g != 0.0)):
            break
    return root


def _root(trigger: Trigger, bracket: _Bracket) -> float:
    step, t0, g0, t1, g1 = bracket
    if g1 == 0.0:
        return float(t1)
    if np.sign(trigger.function(t0, step(t0))) != np.sign(g0):
        return float(t0)  # a root on the edge: there the last bits of one evaluation are not those of the other
    if np.sign(trigger.function(t1, step(t1))) != np.sign(g1):
        return float(t1)
    return float(brentq(lambda t: trigger.function(t, step(t)), t0, t1, xtol=_ROOT_S, rtol=_EPS))


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
