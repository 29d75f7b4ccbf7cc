"""One smooth segment of a flight: its motion, what was watched along it and what ended it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.flight.result.path import Path

Vector = NDArray[np.float64]

TOGETHER_S = 1e-6  # events closer than this to the end of a segment are events of its end

#: ``search(step, armed)``: times just before and after the first event within a step, a path, or None. Where ``armed``
#: is false the step starts on a root that has been dealt with.
Search = Callable[[Path, bool], tuple[float, float] | None]


@dataclass(frozen=True)
class Trigger:
    """A scalar function of time and state whose zero is an event.

    Attributes
    ----------
    name : str
        What happens at the zero.
    function : callable
        ``function(t_s, y)``, continuous along a flight.
    direction : int
        +1: only where the function rises through zero; -1: only where it falls; 0: both.
    terminal : bool
        Whether the event ends the segment.
    search : callable, optional
        Finds the first event within a step, where samples of the function could step over it; default: samples.
    many : callable, optional
        ``many(times, states)``: the function at n times at once, states of shape (n, size), for speed.
    """

    name: str
    function: Callable[[float, Vector], float]
    direction: int = 0
    terminal: bool = False
    search: Search | None = None
    many: Callable[[Vector, Vector], Vector] | None = None

    def along(self, times: Vector, states: Vector) -> Vector:
        """Return the function's values at many times."""
        if self.many is not None:
            return self.many(times, states)
        return np.array([self.function(t, y) for t, y in zip(times, states, strict=True)])

    def crosses(self, before: float, after: float) -> bool:
        """Whether a function went through zero; one that starts on zero does not, nor one that is not known (NaN)."""
        rises = before < 0.0 <= after
        falls = before > 0.0 >= after
        return (rises and self.direction >= 0) or (falls and self.direction <= 0)


class Crossing(NamedTuple):
    """A trigger that fired, when, and in which state."""

    trigger: Trigger
    t_s: float
    y: Vector
    rising: bool


@dataclass(frozen=True, eq=False)
class Segment:
    """One smooth piece of a flight; two are equal that are the same motion, whatever was watched along them."""

    path: Path
    end_y: Vector  #: the vector at the end, as it was integrated
    crossings: tuple[Crossing, ...]  #: in order of time; the last one may have ended the segment
    ended_by: Trigger | None  #: None where it reached its end time, or machine code found its end

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Segment):
            return NotImplemented
        return self.path == other.path and np.array_equal(self.end_y, other.end_y)

    __hash__ = None  # type: ignore[assignment]  # as of all that is compared by arrays

    @property
    def start_s(self) -> float:
        """When it begins, in seconds after the start of the flight."""
        return float(self.path.ends_s[0])

    @property
    def end_s(self) -> float:
        """When it ends, in seconds after the start of the flight."""
        return float(self.path.ends_s[-1])

    @property
    def fired_at_end(self) -> frozenset[Trigger]:
        """The triggers with a root at the end of the segment."""
        return frozenset(c.trigger for c in self.crossings if self.end_s - c.t_s <= TOGETHER_S)
