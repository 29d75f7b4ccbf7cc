"""A flown segment as arrays: the steps of DOP853 and what interpolates within them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import DenseOutput, OdeSolution

from lunarsim.errors import InputError
from lunarsim.flight.result.segment import Segment
from lunarsim.kernels.forces import motion

_ROUNDING = 1e-9  # of a step's end as its interpolant has it; it is 1e-16
_TERMS = 7  # of DOP853's interpolant beside the state at the start of the step


class StoredSegment(NamedTuple):
    """A segment of n steps in SI units, times in seconds after the start of the flight."""

    step_ends_s: NDArray[np.float64]  #: shape (n + 1,), the start included
    end_y: NDArray[np.float64]  #: shape (9,), the integrated vector at the end
    start_y: NDArray[np.float64]  #: shape (n, 9), the vector at the start of each step
    terms: NDArray[np.float64]  #: shape (n, 7, 9), the coefficients of each step's interpolant

    @classmethod
    def of(cls, segment: Segment) -> StoredSegment:
        """Return what has to be kept of a segment that DOP853 integrated."""
        pieces = segment.solution.interpolants
        return cls(
            step_ends_s=segment.step_ends_s,
            end_y=segment.end_y,
            start_y=np.array([piece.y_old for piece in pieces]),
            terms=np.array([piece.F for piece in pieces]),
        )

    def restored(self) -> Segment:
        """Return the segment: the same motion to the last bit.

        Its triggers are not kept. What they found stands in the flight's timeline.

        Raises
        ------
        InputError
            If the arrays do not fit each other, the times do not increase, or a number is not finite.
        """
        self._check()
        ends = self.step_ends_s
        steps = [Dop853Step(*step) for step in zip(ends[:-1], ends[1:], self.start_y, self.terms, strict=True)]
        return Segment(
            solution=OdeSolution(ends, steps),
            start_s=float(ends[0]),
            end_s=float(ends[-1]),
            end_y=self.end_y,
            step_ends_s=ends,
            crossings=(),
            ended_by=None,
        )

    def _check(self) -> None:
        steps = self.step_ends_s.size - 1
        shapes = ((steps + 1,), (motion.SIZE,), (steps, motion.SIZE), (steps, _TERMS, motion.SIZE))
        for name, array, shape in zip(self._fields, self, shapes, strict=True):
            if steps < 1 or array.shape != shape or array.dtype != np.float64 or not np.all(np.isfinite(array)):
                raise InputError(f"{name} of a segment: expected finite doubles of shape {shape}, at least one step")
        if np.any(np.diff(self.step_ends_s) <= 0.0):
            raise InputError("step_ends_s of a segment: expected times that increase")
        with np.errstate(over="ignore", invalid="ignore"):
            reached, ends = self.start_y + self.terms[:, 0], np.vstack((self.start_y[1:], self.end_y))
            fits = np.abs(reached - ends) <= _ROUNDING * (1.0 + np.abs(ends))  # the first term is the whole step
        if not fits.all():
            raise InputError(f"step {int(np.argmin(fits.all(axis=1)))} of a segment does not end where the next begins")


class Dop853Step(DenseOutput):  # type: ignore[misc]  # scipy has no types
    """The interpolant of degree 7 within one step of DOP853.

    Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, section II.6, and the routine
    CONTD8 of their DOP853 code; in the order of scipy's arithmetic, so that both give the same bits.
    """

    def __init__(self, t_old: float, t: float, start_y: NDArray[np.float64], terms: NDArray[np.float64]) -> None:
        super().__init__(t_old, t)
        self.y_old = start_y
        self.F = terms

    def _call_impl(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        x = np.asarray((t - self.t_old) / (self.t - self.t_old))[..., None]
        y = np.zeros_like(self.y_old)
        for k in reversed(range(_TERMS)):
            y = (y + self.F[k]) * (x if k % 2 == 0 else 1.0 - x)
        states: NDArray[np.float64] = (y + self.y_old).T
        return states
