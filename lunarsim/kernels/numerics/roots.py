"""Roots between two times, step by step: the caller evaluates the function, so that any kernel can be one."""

from math import inf
from typing import NamedTuple

from lunarsim.kernels.compiled import part_of_kernel

_MOST_STEPS = 60


class Bracket(NamedTuple):
    """Two times between which a function changes its sign, its values there, and the root as far as it is known."""

    before_s: float
    before: float
    after_s: float
    after: float
    root_s: float  #: the time looked at last
    shift_s: float  #: how far that was from the one before
    moved: int  #: -1 or 1: which end moved last
    steps: int


@part_of_kernel
def bracket_of(before_s: float, before: float, after_s: float, after: float) -> Bracket:
    """Return a bracket at which nothing was looked yet."""
    return Bracket(before_s, before, after_s, after, after_s, inf, 0, 0)


@part_of_kernel
def trial(bracket: Bracket) -> float:
    """Return the time to look at next: where the chord is zero."""
    at = bracket.before_s + (bracket.after_s - bracket.before_s) * bracket.before / (bracket.before - bracket.after)
    return min(max(at, bracket.before_s), bracket.after_s)


@part_of_kernel
def narrowed(bracket: Bracket, t_s: float, value: float) -> Bracket:
    """Return the bracket with a looked-at time as one of its ends.

    An end that stays twice running counts half, so that both close in (the Illinois algorithm; Dowell & Jarratt
    1971, BIT 11, 168).
    """
    shift_s = abs(t_s - bracket.root_s) if value != 0.0 else 0.0
    if (value > 0.0) == (bracket.before > 0.0):
        after = 0.5 * bracket.after if bracket.moved == -1 else bracket.after
        return Bracket(t_s, value, bracket.after_s, after, t_s, shift_s, -1, bracket.steps + 1)
    before = 0.5 * bracket.before if bracket.moved == 1 else bracket.before
    return Bracket(bracket.before_s, before, t_s, value, t_s, shift_s, 1, bracket.steps + 1)


@part_of_kernel
def is_open(bracket: Bracket, tolerance_s: float) -> bool:
    """Return whether the root is not yet known to a tolerance."""
    return bracket.shift_s > tolerance_s and bracket.steps < _MOST_STEPS
