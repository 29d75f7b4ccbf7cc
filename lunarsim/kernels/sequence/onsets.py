"""Faults whose onset is no time that is known before the flight: an event of the sequence, or a height."""

from math import floor, inf
from typing import Any, NamedTuple

from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.roots import bracket_of, is_open, narrowed, trial
from lunarsim.kernels.records import Record, record

#: So many faults of a scenario may begin so: each choice of them has a craft of its own.
MOST_ONSETS = 4

# What lets one begin: a time after the start of the flight (of each run another one), the ignition or the cut-off of
# a burn, the beginning of a phase, or the height above the ground as it falls or rises through a value.
NONE, AT_TIME, AT_IGNITION, AT_CUTOFF, AT_PHASE, FALLING, RISING = 0, 1, 2, 3, 4, 5, 6

#: When faults of a run begin, and what has become of them.
ONSETS = record(
    [
        ("kind", float, (MOST_ONSETS,)),  # NONE after the last
        ("phase", float, (MOST_ONSETS,)),  # of which burn or phase, its place in the plan
        ("value", float, (MOST_ONSETS,)),  # a time after the start of the flight (s), or a height (m)
        ("lasts_s", float, (MOST_ONSETS,)),  # infinite: it stays
        ("end_s", float, (MOST_ONSETS,)),  # when it passes at the latest, after the start of the flight
        ("begun", float, (MOST_ONSETS,)),  # written in flight: whether it has begun, and when
        ("begun_s", float, (MOST_ONSETS,)),
    ]
)

HEIGHT_STEP_S = 1.0  #: how often heights are looked at; one that is passed and passed back between may be missed
_HEIGHT_S = 1e-7  # how closely the time is found at which a height is passed
_SAME_HEIGHT_M = 1e-3  # a craft goes so far, and less, in this time


@formula
def forget(onsets: Record) -> None:
    """Let a run begin: no fault that waits for something has begun."""
    onsets.begun[:] = 0.0
    onsets.begun_s[:] = 0.0


@formula
def happens(kind: int, phase: int, t_s: float, onsets: Record) -> None:
    """Let the faults begin that wait for an event."""
    for j in range(MOST_ONSETS):
        if onsets.kind[j] == kind and onsets.phase[j] == phase and onsets.begun[j] == 0.0:
            begins(j, t_s, onsets)


@formula
def begins(j: int, t_s: float, onsets: Record) -> None:
    """Let a fault begin."""
    onsets.begun[j], onsets.begun_s[j] = 1.0, t_s


@formula
def reaches_height(j: int, t_s: float, onsets: Record) -> None:
    """Let a fault begin whose height is reached, and those that wait for the same height on the same way.

    Their passages are one: after it the craft is beyond all their heights, and none would be passed again.
    """
    kind, height_m = onsets.kind[j], onsets.value[j]
    for i in range(MOST_ONSETS):
        if onsets.kind[i] == kind and onsets.begun[i] == 0.0 and abs(onsets.value[i] - height_m) < _SAME_HEIGHT_M:
            begins(i, t_s, onsets)


@formula
def onset_s(j: int, start_s: float, onsets: Record) -> float:
    """Return when a fault begins or has begun, in a flight that began at ``start_s``; infinite: not yet known."""
    if onsets.kind[j] == AT_TIME:
        return float(start_s + onsets.value[j])
    return float(onsets.begun_s[j]) if onsets.begun[j] != 0.0 else inf


@formula
def over_s(j: int, start_s: float, onsets: Record) -> float:
    """Return when a fault that has begun is over; infinite: never."""
    return float(min(onset_s(j, start_s, onsets) + onsets.lasts_s[j], start_s + onsets.end_s[j]))


@formula
def present(t_s: float, start_s: float, onsets: Record) -> int:
    """Return which faults are there at a time: fault j as 2**j."""
    there, one = 0, 1
    for j in range(MOST_ONSETS):
        if onsets.kind[j] == NONE:
            break
        if onset_s(j, start_s, onsets) <= t_s < over_s(j, start_s, onsets):
            there += one
        one *= 2
    return there


@formula
def next_change(t_s: float, start_s: float, onsets: Record) -> float:
    """Return when, after a time, a fault next begins or is over, as far as it is known; infinite: not at all."""
    first_s = inf
    for j in range(MOST_ONSETS):
        if onsets.kind[j] == NONE:
            break
        begins_s, ends_s = onset_s(j, start_s, onsets), over_s(j, start_s, onsets)
        if t_s < begins_s < first_s and begins_s < ends_s:
            first_s = begins_s
        if t_s < ends_s < first_s and begins_s < ends_s:
            first_s = ends_s
    return first_s


@formula
def waits_for_height(j: int, onsets: Record) -> bool:
    """Return whether a fault waits for a height, and has not begun."""
    return bool((onsets.kind[j] == FALLING or onsets.kind[j] == RISING) and onsets.begun[j] == 0.0)


@formula
def waits(onsets: Record) -> bool:
    """Return whether a fault waits for a height."""
    waiting = False
    for j in range(MOST_ONSETS):
        if onsets.kind[j] == NONE:
            break
        waiting = waiting or waits_for_height(j, onsets)
    return waiting


class Heights(NamedTuple):
    """A path over the ground, and the heights along it for which faults wait."""

    path: ChebyshevTable  #: one interval of position (m), Moon-centred in ICRF axes, over seconds of a flight
    epoch_et_s: float  #: when those seconds are zero, TDB seconds past J2000
    angles: ChebyshevTable  #: orientation angles of the Moon
    ground: Ground  #: above which heights are counted
    onsets: Record  #: which heights
    room: NDArray[Any]  #: for a position, shape (3,) or more


@formula
def first_height(heights: Heights) -> tuple[int, float]:
    """Return which fault's height a path passes first, and when (s); -1: none.

    It is looked at every second of the flight, so that the drivers, whose steps differ, find the same passage.
    """
    which, first_s = -1, inf
    for j in range(MOST_ONSETS):
        if waits_for_height(j, heights.onsets):
            before_s, after_s = passage(j, heights)
            if before_s < after_s:
                at_s = _narrowed(before_s, after_s, j, heights)
                if at_s < first_s:
                    which, first_s = j, at_s
    return which, first_s


@formula
def passage(j: int, heights: Heights) -> tuple[float, float]:
    """Return times (s) before and after a path first passes the height for which a fault waits; two alike: not."""
    path = heights.path
    end_s = path.start_s + path.interval_s
    sign = 1.0 if heights.onsets.kind[j] == FALLING else -1.0
    before_s = path.start_s
    before = sign * _above(before_s, j, heights)
    k = floor(before_s / HEIGHT_STEP_S) + 1.0
    while before_s < end_s:
        after_s = min(k * HEIGHT_STEP_S, end_s)
        after = sign * _above(after_s, j, heights)
        if before > 0.0 >= after:
            return before_s, after_s
        before_s, before, k = after_s, after, k + 1.0
    return end_s, end_s


@formula
def _narrowed(before_s: float, after_s: float, j: int, heights: Heights) -> float:
    before, after = _above(before_s, j, heights), _above(after_s, j, heights)
    if after == 0.0:
        return after_s
    bracket = bracket_of(before_s, before, after_s, after)
    while is_open(bracket, _HEIGHT_S):
        at = trial(bracket)
        bracket = narrowed(bracket, at, _above(at, j, heights))
    return bracket.root_s


@formula
def _above(t_s: float, j: int, heights: Heights) -> float:
    """Return by how much (m) a path is above a fault's height."""
    evaluate(heights.path, t_s, heights.room)
    r, et_s = heights.room[0:3], heights.epoch_et_s + t_s
    return float(clearance(et_s, r, heights.angles, heights.ground) - heights.onsets.value[j])
