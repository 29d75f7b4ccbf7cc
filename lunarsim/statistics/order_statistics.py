"""Quantiles of a column, with intervals that hold whatever its distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.tails import doubt_of

_WITHOUT_SIGN = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """One quantile of a column, and an interval for it.

    Attributes
    ----------
    probability : float
        Share of the distribution below the quantile.
    value : float
        Estimate, in the unit of the column.
    low, high : float
        Bounds of the two-sided interval; infinite where the runs are too few to give one.
    confidence : float
        How often such an interval holds the quantile, at least.
    total : int
        Number of runs.
    doubt : str
        Why it is not to be trusted; empty where nothing speaks against it.
    """

    probability: float
    value: float
    low: float
    high: float
    confidence: float
    total: int
    doubt: str = ""

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2.0

    def __str__(self) -> str:
        """Return such as ``5 % quantile 12.3 (95 % interval 11.9 to 12.8, 1,000 runs)``."""
        interval = f"{100.0 * self.confidence:g} % interval {self.low:.6g} to {self.high:.6g}"
        if np.isinf(self.low) or np.isinf(self.high):
            interval += ", too few runs for two bounds"
        doubt = f"; {self.doubt}" if self.doubt else ""
        return f"{100.0 * self.probability:g} % quantile {self.value:.6g} ({interval}, {self.total:,} runs{doubt})"


def quantile(values: ArrayLike, probability: float, *, confidence: float = 0.95) -> Quantile:
    """Return a quantile of a column, with an interval between two of its order statistics.

    The number of runs below the quantile is binomial, whatever the distribution, so ranks from the binomial
    distribution bound it (Conover 1999, Practical Nonparametric Statistics, sec. 3.2; David & Nagaraja 2003,
    doi:10.1002/0471722162, sec. 7.1). The interval holds the quantile at least as often as ``confidence``. The estimate
    is linear between order statistics, as numpy's default, and kept within the interval, which matters for a quantile
    beyond the outermost runs alone.

    Parameters
    ----------
    values : array_like, shape (n,)
        Finite values, one per run.
    probability : float
        Between 0 and 1.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    InputError
        If the column is empty or holds values that are not finite, or a fraction is out of range.
    """
    (found,) = quantiles(values, (probability,), confidence=confidence)
    return found


def quantiles(values: ArrayLike, probabilities: ArrayLike, *, confidence: float = 0.95) -> tuple[Quantile, ...]:
    """Return several quantiles of a column, as :func:`quantile` does; each interval holds for itself.

    Raises
    ------
    InputError
        As :func:`quantile`.
    """
    ordered = np.sort(columns.finite("values", values))
    columns.fraction("confidence", confidence)
    return tuple(
        _of_sorted(ordered, columns.fraction("probability", probability), confidence)
        for probability in np.atleast_1d(np.asarray(probabilities, dtype=float)).tolist()
    )


def weighted_quantile(
    values: ArrayLike, weights: ArrayLike, probability: float, *, confidence: float = 0.95
) -> Quantile:
    """Return a quantile of a column of weighted runs.

    The estimate is the smallest value at which the weights up to it reach ``probability``. The interval is
    Woodruff's (1952, doi:10.1080/01621459.1952.10483443): a normal interval for the share of the
    weights below the estimate, carried over to values through the weighted distribution.

    Parameters
    ----------
    values, weights : array_like, shape (n,)
        Values and weights of the runs.
    probability : float
        Between 0 and 1.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    InputError
        As :func:`quantile`, or if the weights do not fit.
    """
    column = columns.finite("values", values)
    columns.fraction("probability", probability)
    z = float(scipy.stats.norm.ppf((1.0 + columns.fraction("confidence", confidence)) / 2.0))
    order = np.argsort(column, kind="stable")
    ordered, share = column[order], columns.normalised(weights, column.size)[order]
    reached = np.cumsum(share)
    value = at_share(ordered, reached, probability)
    spread = z * float(np.sqrt(np.sum((share * ((ordered <= value) - probability)) ** 2)))
    return Quantile(
        probability=probability,
        value=value,
        low=at_share(ordered, reached, probability - spread) if probability > spread else -np.inf,
        high=at_share(ordered, reached, probability + spread) if probability + spread < 1.0 else np.inf,
        confidence=confidence,
        total=column.size,
        doubt=doubt_of(share),
    )


def at_share(ordered: Column, reached: Column, share: float) -> float:
    """Return the first of ordered values at which the summed weights reach a share."""
    return float(ordered[min(int(np.searchsorted(reached, share * (1.0 - 1e-12))), ordered.size - 1)])


def ranks_of_interval(total: int, probability: float, confidence: float) -> tuple[int, int]:
    """Return the ranks, from 1, between which a quantile lies; 0 or total + 1 where runs are too few for a bound."""
    miss = (1.0 - confidence) / 2.0
    lower, upper = (scipy.stats.binom.ppf(each, total, probability) for each in (miss, 1.0 - miss))
    return int(lower), int(upper) + 1


class RisingColumn:
    """Values that come bit by bit, of which that of any rank can be asked for at any time.

    They are kept in sorted pieces, each more than twice as long as the next: n values take the time of one sort of n,
    in however many bits they come.
    """

    def __init__(self) -> None:
        self._pieces: list[Column] = []

    def __len__(self) -> int:
        """Return how many values there are."""
        return sum(piece.size for piece in self._pieces)

    def add(self, values: Column) -> None:
        """Take more values."""
        piece = np.sort(values)
        while self._pieces and self._pieces[-1].size <= 2 * piece.size:
            piece = np.sort(np.concatenate([self._pieces.pop(), piece]), kind="stable")  # which merges what is sorted
        self._pieces.append(piece)

    def ranked(self, rank: int) -> float:
        """Return the value of a rank, from 1; infinite beyond the first and the last."""
        if not 1 <= rank <= len(self):
            return -np.inf if rank < 1 else np.inf
        low = min(_to_integer(piece[0]) for piece in self._pieces if piece.size)
        high = max(_to_integer(piece[-1]) for piece in self._pieces if piece.size)
        while low < high:
            middle = (low + high) // 2
            value = _from_integer(middle)
            if sum(int(np.searchsorted(piece, value, side="right")) for piece in self._pieces) >= rank:
                high = middle
            else:
                low = middle + 1
        return _from_integer(low)


def _to_integer(value: float) -> int:
    """Return a whole number for each double, in the same order: a bisection between two ends after 64 steps."""
    bits = int(np.float64(value).view(np.int64))
    return bits if bits >= 0 else -(bits & _WITHOUT_SIGN)


def _from_integer(number: int) -> float:
    size = float(np.int64(abs(number)).view(np.float64))
    return size if number >= 0 else -size


def _of_sorted(ordered: Column, probability: float, confidence: float) -> Quantile:
    lower, upper = ranks_of_interval(ordered.size, probability, confidence)
    low = float(ordered[lower - 1]) if lower >= 1 else -np.inf
    high = float(ordered[upper - 1]) if upper <= ordered.size else np.inf
    return Quantile(
        probability=probability,
        value=min(max(float(np.quantile(ordered, probability)), low), high),
        low=low,
        high=high,
        confidence=confidence,
        total=ordered.size,
    )
