"""What a detector is: something that gives functions to follow, whose zeros are events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lunarsim.flight.events.sky import Sky
from lunarsim.flight.events.timeline import EventKind

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One function to follow, and the names of its zeros.

    Attributes
    ----------
    function : callable
        ``function(t_s, y)``: continuous; seconds after the start, and the integrated vector.
    rising, falling : EventKind or None
        What a zero with rising or falling function is; None is not reported.
    detail : str
        For the timeline.
    within : callable, optional
        ``within(t_s, y)``: whether a zero there counts; default: all do.
    many : callable, optional
        ``many(times, states)``: the function at n times at once, states of shape (n, size), for speed.
    """

    function: Callable[[float, Vector], float]
    rising: EventKind | None = None
    falling: EventKind | None = None
    detail: str = ""
    within: Callable[[float, Vector], bool] | None = None
    many: Callable[[Vector, Vector], Vector] | None = None


class Detector(Protocol):
    """Something to look for on a flight."""

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow, under the sky of one flight."""
        ...
