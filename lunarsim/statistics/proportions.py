"""How often an outcome comes, and between which bounds its probability lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from lunarsim.errors import InputError
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.tails import doubt_of

Method = Literal["wilson", "clopper-pearson"]
_TITLES = {"wilson": "Wilson", "clopper-pearson": "Clopper-Pearson"}


@dataclass(frozen=True, kw_only=True)
class Rate:
    """The share of runs with some outcome, and an interval for its probability.

    Attributes
    ----------
    count, total : int
        Runs with that outcome, and all runs.
    value : float
        Estimated probability: ``count / total``, or the share of the weights.
    low, high : float
        Bounds of the two-sided interval.
    confidence : float
        How often such an interval holds the probability.
    method : {"wilson", "clopper-pearson"}
        How the interval was made.
    effective_total : float
        Number of equally weighted runs that tell as much about this outcome; ``total`` without weights.
    stopped : bool
        Whether a stopping rule was asked when to end the runs: ``value`` is then corrected for it.
    doubt : str
        Why the rate is not to be trusted; empty where nothing speaks against it.
    """

    count: int
    total: int
    value: float
    low: float
    high: float
    confidence: float
    method: Method
    effective_total: float
    stopped: bool = False
    doubt: str = ""

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.high - self.low) / 2.0

    def __str__(self) -> str:
        """Return such as ``97.30 % (973 of 1,000 runs; 95 % Wilson interval 96.10 % to 98.14 %)``."""
        runs = f"{self.count:,} of {self.total:,} runs"
        if self.effective_total != self.total:
            runs += f", weighted, as good as {self.effective_total:,.0f}"
        if self.stopped:
            runs += ", corrected for the stopping rule"
        interval = f"{100.0 * self.confidence:g} % {_TITLES[self.method]} interval"
        low, high = columns.percent(self.low), columns.percent(self.high)
        doubt = f"; {self.doubt}" if self.doubt else ""
        return f"{columns.percent(self.value)} ({runs}; {interval} {low} to {high}{doubt})"


def rate(count: int, total: int, *, confidence: float = 0.95, method: Method = "wilson") -> Rate:
    """Return the rate of an outcome with its interval.

    Wilson's interval covers the probability nearly as often as ``confidence`` on average over
    probabilities (Wilson 1927, doi:10.1080/01621459.1927.10502953; Brown, Cai & DasGupta 2001,
    doi:10.1214/ss/1009213286); Clopper and Pearson's at least as often whatever the probability
    (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404), and is wider.

    Parameters
    ----------
    count, total : int
        Runs with that outcome, and all runs.
    confidence : float
        Between 0 and 1.
    method : {"wilson", "clopper-pearson"}
        Which interval.

    Raises
    ------
    InputError
        If there are no runs, more with the outcome than in all, or another method.
    """
    check_counts(count, total)
    low, high = _interval(count / total, float(total), columns.fraction("confidence", confidence), method)
    return Rate(
        count=int(count),
        total=int(total),
        value=count / total,
        low=low,
        high=high,
        confidence=confidence,
        method=method,
        effective_total=float(total),
    )


def weighted_rate(
    happened: ArrayLike, weights: ArrayLike, *, confidence: float = 0.95, method: Method = "wilson"
) -> Rate:
    """Return the rate of an outcome among weighted runs.

    The interval is that of as many equally weighted runs as would scatter as much: p (1 - p) / v, where
    v = sum w^2 (happened - p)^2 is the variance of a ratio of means, with weights that sum to 1 (Owen 2013, Monte
    Carlo theory, methods and examples, sec. 9.2). Where no run or every run has the outcome, v says nothing and
    Kish's effective number of all runs stands in.

    Parameters
    ----------
    happened : array_like of bool, shape (n,)
        Which runs had the outcome.
    weights : array_like, shape (n,)
        Weights of the runs, of any scale.
    confidence : float
        Between 0 and 1.
    method : {"wilson", "clopper-pearson"}
        Which interval.

    Raises
    ------
    InputError
        If ``happened`` is not of booleans, or the weights do not fit.
    """
    with_outcome = _booleans(happened)
    share = columns.normalised(weights, with_outcome.size)
    value = min(float(share[with_outcome].sum()), 1.0)
    all_or_none = with_outcome.all() or not with_outcome.any() or not 0.0 < value < 1.0
    variance = float(np.sum((share * (with_outcome - value)) ** 2))
    effective = columns.effective_size(share) if all_or_none else value * (1.0 - value) / variance
    low, high = _interval(value, effective, columns.fraction("confidence", confidence), method)
    return Rate(
        count=int(with_outcome.sum()),
        total=with_outcome.size,
        value=value,
        low=low,
        high=high,
        confidence=confidence,
        method=method,
        effective_total=effective,
        doubt=doubt_of(share),
    )


def outcome_rates(
    codes: ArrayLike,
    names: Mapping[int, str],
    *,
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
    method: Method = "wilson",
) -> dict[str, Rate]:
    """Return the rate of every outcome by its name, in the order of ``names``; each interval holds for itself.

    Parameters
    ----------
    codes : array_like of int, shape (n,)
        The outcome of each run.
    names : mapping of int to str
        What the codes mean; an outcome that never came has rate zero.
    weights : array_like, shape (n,), optional
        Weights of the runs.
    confidence : float
        Between 0 and 1.
    method : {"wilson", "clopper-pearson"}
        Which interval.

    Raises
    ------
    InputError
        If a run has a code without a name.
    """
    column = np.asarray(codes)
    unknown = sorted(set(np.unique(column).tolist()) - set(names))
    if unknown:
        raise InputError(f"outcome codes {unknown} have no name: expected codes among {sorted(names)}")
    if weights is None:
        return {
            name: rate(int(np.count_nonzero(column == code)), column.size, confidence=confidence, method=method)
            for code, name in names.items()
        }
    return {
        name: weighted_rate(column == code, weights, confidence=confidence, method=method)
        for code, name in names.items()
    }


def clopper_pearson_low(count: float, total: float, miss: float) -> float:
    """Return the probability below which ``count`` or more of ``total`` come with a probability under ``miss``."""
    return float(_clopper_pearson_low(count, total, miss))


def bounds(value: ArrayLike, total: ArrayLike, confidence: float, method: str) -> tuple[Column, Column]:
    """Return the bounds of intervals for rates among so many runs, of any number of rates at once.

    Raises
    ------
    InputError
        If the method is another.
    """
    share, runs, miss = np.asarray(value, dtype=float), np.asarray(total, dtype=float), (1.0 - confidence) / 2.0
    if method == "wilson":
        return _wilson(share, runs, float(scipy.stats.norm.isf(miss)))
    if method == "clopper-pearson":
        count = share * runs
        return _clopper_pearson_low(count, runs, miss), 1.0 - _clopper_pearson_low(runs - count, runs, miss)
    raise InputError(f"method = {method!r}: expected 'wilson' or 'clopper-pearson'")


def check_counts(count: int, total: int) -> None:
    """Check the number of runs with an outcome and of all.

    Raises
    ------
    InputError
        If they are not whole, there are no runs, or the count is outside 0 to total.
    """
    whole = all(isinstance(number, int | np.integer) and not isinstance(number, bool) for number in (count, total))
    if not whole or not (0 <= count <= total and total > 0):
        raise InputError(f"count = {count}, total = {total}: expected whole numbers, 0 <= count <= total, total > 0")


def _interval(value: float, total: float, confidence: float, method: str) -> tuple[float, float]:
    low, high = bounds(value, total, confidence, method)
    return float(low), float(high)


def _clopper_pearson_low(count: ArrayLike, total: ArrayLike, miss: float) -> Column:
    came = np.asarray(count) > 0.0
    return np.where(came, scipy.stats.beta.ppf(miss, np.where(came, count, 1.0), total - np.asarray(count) + 1.0), 0.0)


def _wilson(value: Column, total: Column, z: float) -> tuple[Column, Column]:
    """Return Wilson's bounds: where (value - p)^2 = z^2 p (1 - p) / total."""
    z2 = z * z / total
    middle = (value + z2 / 2.0) / (1.0 + z2)
    reach = np.sqrt(z2 * (value * (1.0 - value) + z2 / 4.0)) / (1.0 + z2)
    low = np.where(value == 0.0, 0.0, np.maximum(middle - reach, 0.0))
    return low, np.where(value == 1.0, 1.0, np.minimum(middle + reach, 1.0))


def _booleans(happened: ArrayLike) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    column = np.asarray(happened)
    if column.dtype != np.bool_ or column.ndim != 1 or column.size == 0:
        raise InputError(
            f"happened is {column.dtype} of shape {column.shape}: expected True or False for each run, such as "
            "outcome == 1"
        )
    return column
