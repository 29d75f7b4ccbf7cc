"""Roots between two times, step by step: the caller evaluates the function, so that any kernel can be one."""

from typing import NamedTuple

from lunarsim.kernels.compiled import part_of_kernel

_HALVINGS = 60  # after as many steps even halving is down to the last bit


class Bracket(NamedTuple):
    """Two times between which a function changes its sign, and its values there."""

    before_s: float
    before: float
    after_s: float
    after: float
    steps: int = 0
    moved: int = 0  #: -1 or 1: which end moved last


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
    if (value > 0.0) == (bracket.before > 0.0):
        after = 0.5 * bracket.after if bracket.moved == -1 else bracket.after
        return Bracket(t_s, value, bracket.after_s, after, bracket.steps + 1, -1)
    before = 0.5 * bracket.before if bracket.moved == 1 else bracket.before
    return Bracket(bracket.before_s, before, t_s, value, bracket.steps + 1, 1)


@part_of_kernel
def is_wide(bracket: Bracket, tolerance_s: float) -> bool:
    """Return whether a bracket can be narrowed further, down to a tolerance."""
    wide = bracket.after_s - bracket.before_s > tolerance_s and bracket.after != 0.0
    return wide and bracket.steps < _HALVINGS
