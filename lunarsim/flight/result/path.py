"""The motion along the steps of an integrator, as one Chebyshev series a step, whichever integrator took them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from lunarsim.equality import by_value

Vector = NDArray[np.float64]

_TOGETHER = 4096  # so many times are evaluated at once: their series take some MB
_DOP853_TERMS = 8  # its interpolant is of degree 7


@by_value
@dataclass(frozen=True, eq=False)
class Path:
    """The integrated vector along n steps that follow each other.

    Within a step it is the vector at its start and a Chebyshev series, which is zero there: the numbers that change
    keep their digits beside a position of thousands of kilometres.

    Attributes
    ----------
    ends_s : ndarray, shape (n + 1,)
        Seconds after the start of the flight at which steps begin and end.
    start_y : ndarray, shape (n, 9)
        The vectors at the starts of the steps, as they were integrated.
    series : ndarray, shape (n, terms, 9)
        What is added within each step: coefficients over -1 to 1.
    """

    ends_s: Vector
    start_y: Vector
    series: Vector

    def __call__(self, t_s: float | Vector) -> Vector:
        """Return the vectors at some times, shape (..., 9); where two steps meet, by the earlier."""
        if isinstance(t_s, float):
            return self._at_one(t_s)
        times = np.asarray(t_s, dtype=float)
        if times.size > _TOGETHER:
            parts = np.array_split(times.ravel(), times.size // _TOGETHER + 1)
            return np.concatenate([self(part) for part in parts]).reshape(*times.shape, -1)
        which = np.clip(np.searchsorted(self.ends_s, times, side="left") - 1, 0, len(self.start_y) - 1)
        before, after = self.ends_s[which], self.ends_s[which + 1]
        at = _polynomials((times - before) / (after - before), self.series.shape[1])
        states: Vector = self.start_y[which] + (at[..., np.newaxis, :] @ self.series[which])[..., 0, :]
        states[times == before] = self.start_y[which][times == before]  # to the last bit
        return states

    def _at_one(self, t_s: float) -> Vector:
        """Return the vector at one time: for searches, which ask a thousand times."""
        last = len(self.start_y) - 1
        i = min(max(int(self.ends_s.searchsorted(t_s)) - 1, 0), last) if last else 0
        before = float(self.ends_s[i])
        if t_s == before:
            start: Vector = self.start_y[i].copy()
            return start
        x = 2.0 * ((t_s - before) / (float(self.ends_s[i + 1]) - before)) - 1.0
        values = [1.0, x]
        for _ in range(self.series.shape[1] - 2):
            values.append(2.0 * x * values[-1] - values[-2])
        state: Vector = self.start_y[i] + np.array(values) @ self.series[i]
        return state

    def step(self, i: int) -> Path:
        """Return one of the steps."""
        return Path(self.ends_s[i : i + 2], self.start_y[i : i + 1], self.series[i : i + 1])

    def at_parts(self, parts: Vector) -> tuple[Vector, Vector]:
        """Return times and vectors at the same m parts (0 to 1) of each step, shapes (n, m) and (n, m, 9)."""
        before, lengths = self.ends_s[:-1, np.newaxis], np.diff(self.ends_s)[:, np.newaxis]
        at = _polynomials(parts, self.series.shape[1])
        states = at @ self.series
        states += self.start_y[:, np.newaxis]  # in place: it is megabytes
        states[:, parts == 0.0] = self.start_y[:, np.newaxis]
        return before + lengths * parts, states


def joined(paths: Sequence[Path]) -> Path:
    """Return the steps of some paths, each of which begins where the one before it ends."""
    return Path(
        np.concatenate([paths[0].ends_s[:1], *(each.ends_s[1:] for each in paths)]),
        np.concatenate([each.start_y for each in paths]),
        np.concatenate([each.series for each in paths]),
    )


def _polynomials(parts: Vector, terms: int) -> Vector:
    """Return the Chebyshev polynomials at parts (0 to 1) of a step, shape (..., terms)."""
    x = 2.0 * parts - 1.0
    values = [np.ones_like(x), x]
    while len(values) < terms:
        values.append(2.0 * x * values[-1] - values[-2])
    return np.stack(values, axis=-1)


def series_of_dop853(terms: Vector) -> Vector:
    """Return the series of steps of DOP853, shape (..., 8, 9), from the terms of its interpolant, shape (..., 7, 9).

    Its form: Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, section II.6, and the routine
    CONTD8 of their DOP853 code.
    """
    series: Vector = _dop853_as_series() @ terms
    return series


@cache
def _dop853_as_series() -> Vector:
    """Return the matrix, shape (8, 7), that makes Chebyshev coefficients of the terms of DOP853's interpolant."""
    x = np.cos(np.pi * (np.arange(_DOP853_TERMS) + 0.5) / _DOP853_TERMS)
    part = 0.5 * (1.0 + x)
    factors = [part if k % 2 == 0 else 1.0 - part for k in range(_DOP853_TERMS - 1)]
    of_terms = np.cumprod(factors, axis=0).T  # term k has the first k + 1 factors
    return np.linalg.solve(chebyshev.chebvander(x, _DOP853_TERMS - 1), of_terms)
