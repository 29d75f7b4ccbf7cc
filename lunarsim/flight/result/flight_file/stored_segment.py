"""A flown segment as arrays: the steps of an integrator and the series within them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight.result.path import Path, series_of_dop853
from lunarsim.flight.result.segment import Segment
from lunarsim.kernels.forces import motion

_ROUNDING = 1e-9  # of a step's end as its series has it; it is 1e-16
_MOST_TERMS = 32


class StoredSegment(NamedTuple):
    """A segment of n steps in SI units, times in seconds after the start of the flight."""

    step_ends_s: NDArray[np.float64]  #: shape (n + 1,), the start included
    end_y: NDArray[np.float64]  #: shape (9,), the integrated vector at the end
    start_y: NDArray[np.float64]  #: shape (n, 9), the vector at the start of each step
    series: NDArray[np.float64] | None = None  #: shape (n, terms, 9), see :class:`~lunarsim.flight.result.path.Path`
    terms: NDArray[np.float64] | None = None  #: in its place up to version 2: shape (n, 7, 9), as scipy has them

    @classmethod
    def of(cls, segment: Segment) -> StoredSegment:
        """Return what has to be kept of a segment."""
        path = segment.path
        return cls(step_ends_s=path.ends_s, end_y=segment.end_y, start_y=path.start_y, series=path.series)

    def restored(self) -> Segment:
        """Return the segment: the same motion to the last bit.

        Its triggers are not kept. What they found stands in the flight's timeline.

        Raises
        ------
        InputError
            If the arrays do not fit each other, the times do not increase, or a number is not finite.
        """
        steps = self.step_ends_s.size - 1
        for name, shape in (
            ("step_ends_s", (steps + 1,)),
            ("end_y", (motion.SIZE,)),
            ("start_y", (steps, motion.SIZE)),
            *([("terms", (steps, 7, motion.SIZE))] if self.series is None else []),
        ):
            self._check(name, shape)
        if np.any(np.diff(self.step_ends_s) <= 0.0):
            raise InputError("step_ends_s of a segment: expected times that increase")
        path = Path(self.step_ends_s, self.start_y, self._series(steps))
        self._check_ends(path)
        return Segment(path=path, end_y=self.end_y, crossings=(), ended_by=None)

    def _series(self, steps: int) -> NDArray[np.float64]:
        if self.series is None:
            assert self.terms is not None
            return series_of_dop853(self.terms)
        terms = self.series.shape[1] if self.series.ndim == 3 and self.series.shape[1] <= _MOST_TERMS else 1
        self._check("series", (steps, max(terms, 2), motion.SIZE))
        return self.series

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        array = getattr(self, name)
        sound = array is not None and array.shape == shape and array.dtype == np.float64 and np.all(np.isfinite(array))
        if shape[0] < 1 or not sound:
            raise InputError(f"{name} of a segment: expected finite doubles of shape {shape}, at least one step")

    def _check_ends(self, path: Path) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            _, at = path.at_parts(np.array([0.0, 1.0]))
            expected = np.stack((self.start_y, np.vstack((self.start_y[1:], self.end_y))), axis=1)
            fits = np.all(np.abs(at - expected) <= _ROUNDING * (1.0 + np.abs(expected)), axis=2)
        if not fits.all():
            step = int(np.argmin(fits.all(axis=1)))
            raise InputError(f"step {step} of a segment does not end where the next begins")
