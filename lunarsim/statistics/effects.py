"""What moves an output, from the runs of a plain campaign: effects of each input from low to high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from lunarsim.errors import InputError, nearest
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.interval import Interval

_APART = 1e-5  # least eigenvalue of the inputs' correlations whose inverse still has ten good digits


@dataclass(frozen=True, kw_only=True)
class Effect:
    """How one input moves the output while the others stay.

    Attributes
    ----------
    name : str
        The input.
    low_input, high_input : float
        Its quantiles between which it is moved; both values of an input that has only two.
    low, high : float
        Change of the output from its mean with the input at either, by the linear model.
    low_interval, high_interval : Interval
        Their bounds.
    standardised : float
        Standardised regression coefficient: standard deviations of the output per standard deviation of the input.
    partial_rank : float
        Partial rank correlation coefficient, -1 to 1: how surely a higher input brings a higher output, also where the
        relation is curved but monotone. NaN for an input that is the same in every run.
    unit : str
        Of the input's values, such as ``"deg"``; empty for numbers, and where it is not known.
    title : str
        What people call the input, for figures; empty: its name.
    """

    name: str
    low_input: float
    high_input: float
    low: float
    high: float
    low_interval: Interval
    high_interval: Interval
    standardised: float
    partial_rank: float
    unit: str = ""
    title: str = ""

    @property
    def swing(self) -> float:
        """Change of the output from the input's low end to its high end."""
        return self.high - self.low


@dataclass(frozen=True, kw_only=True)
class Tornado:
    """The effects of all inputs, the greatest first; one by its name: ``tornado["thrust"]``.

    Attributes
    ----------
    effects : tuple of Effect
        By falling size of the swing.
    mean : float
        Mean of the output, from which effects count.
    r_squared : float
        Share of the output's variance that the linear model explains. Where it is low, trust ``partial_rank``
        if ``rank_r_squared`` is high, and Sobol' indices if neither is.
    rank_r_squared : float
        The same, of a linear model of the ranks.
    probability : float
        Share of the runs between an input's low and high end.
    confidence : float
        Of the intervals.
    total : int
        Number of runs.
    """

    effects: tuple[Effect, ...]
    mean: float
    r_squared: float
    rank_r_squared: float
    probability: float
    confidence: float
    total: int

    def __getitem__(self, name: str) -> Effect:
        """Return the effect of one input.

        Raises
        ------
        InputError
            If there is no such input.
        """
        by_name = {effect.name: effect for effect in self.effects}
        if name not in by_name:
            raise InputError(f"no input '{name}': {nearest(name, by_name)}")
        return by_name[name]


def tornado(
    inputs: Mapping[str, ArrayLike],
    output: ArrayLike,
    *,
    probability: float = 0.9,
    confidence: float = 0.95,
    units: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> Tornado:
    """Return how far each input moves an output, by linear regression on all inputs at once.

    An input's effect is its regression coefficient times the way from its mean to its low and high quantile, with
    the others held: no special design of runs is needed. The intervals are from standard errors that allow the
    scatter to differ between runs (HC1: MacKinnon & White 1985, doi:10.1016/0304-4076(85)90158-7). Standardised
    coefficients and partial rank correlations: Helton & Davis 2002, Risk Analysis 22, 591. An input that is the same
    in every run has no effect.

    Parameters
    ----------
    inputs : mapping of str to array_like, shape (n,)
        One column per input; n at least three more than the inputs.
    output : array_like, shape (n,)
        One value per run. For the rate of an outcome, 1 where it came and 0 elsewhere.
    probability : float
        Share of the runs between an input's low and high end; 0.9: from its 5 % to its 95 % quantile.
    confidence : float
        Of the intervals, between 0 and 1.
    units : mapping of str to str, optional
        Units of the inputs, which the effects keep for figures.
    titles : mapping of str to str, optional
        What people call the inputs, which the effects keep as well.

    Raises
    ------
    InputError
        If columns do not fit, runs are too few, the output never changes, or an input is a combination of others.
    """
    names = tuple(inputs)
    if not names:
        raise InputError("inputs is empty: expected at least one column")
    y = columns.finite("output", output, least=len(names) + 3)
    table = {name: columns.finite(name, values) for name, values in inputs.items()}
    columns.alike(output=y, **table)
    if np.ptp(y) == 0.0:
        raise InputError(f"output is {y[0]:g} in every run: nothing moves it")
    varied = {name: table[name] for name in names if np.ptp(table[name]) > 0.0}
    slopes, errors, r_squared = _regression(varied, y)
    ranks, rank_r_squared = _partial_ranks([*varied.values(), y])
    tails = (1.0 - columns.fraction("probability", probability)) / 2.0
    t = float(scipy.stats.t.ppf((1.0 + columns.fraction("confidence", confidence)) / 2.0, y.size - len(varied) - 1))
    effects = [_still(name, float(table[name][0])) for name in names if name not in varied]
    for i, (name, column) in enumerate(varied.items()):
        standardised = float(slopes[i] * column.std() / y.std())
        reach = t * float(errors[i])
        effects.append(_effect(name, column, tails, (float(slopes[i]), reach), (standardised, float(ranks[i]))))
    known, called = units or {}, titles or {}
    effects = [replace(each, unit=known.get(each.name, ""), title=called.get(each.name, "")) for each in effects]
    return Tornado(
        effects=tuple(sorted(effects, key=lambda effect: -abs(effect.swing))),
        mean=float(y.mean()),
        r_squared=r_squared,
        rank_r_squared=rank_r_squared,
        probability=probability,
        confidence=confidence,
        total=y.size,
    )


def _effect(
    name: str, column: Column, tails: float, slope_and_reach: tuple[float, float], coefficients: tuple[float, float]
) -> Effect:
    low_input, high_input = _ends(column, tails)
    slope, reach = slope_and_reach
    ways = (low_input - float(column.mean()), high_input - float(column.mean()))
    low, high = (Interval(slope * way - reach * abs(way), slope * way + reach * abs(way)) for way in ways)
    return Effect(
        name=name,
        low_input=low_input,
        high_input=high_input,
        low=slope * ways[0],
        high=slope * ways[1],
        low_interval=low,
        high_interval=high,
        standardised=coefficients[0],
        partial_rank=coefficients[1],
    )


def _still(name: str, value: float) -> Effect:
    none = Interval(0.0, 0.0)
    return Effect(
        name=name,
        low_input=value,
        high_input=value,
        low=0.0,
        high=0.0,
        low_interval=none,
        high_interval=none,
        standardised=0.0,
        partial_rank=float("nan"),
    )


def _ends(column: Column, tails: float) -> tuple[float, float]:
    """Return the low and high quantile of an input, or its two values: a rare fault's quantiles are both 'absent'."""
    least, most = float(column.min()), float(column.max())
    if np.count_nonzero(column == least) + np.count_nonzero(column == most) == column.size:
        return least, most
    low, high = np.quantile(column, [tails, 1.0 - tails])
    return float(low), float(high)


def _regression(inputs: Mapping[str, Column], y: Column) -> tuple[Column, Column, float]:
    """Return the slopes of a linear model with a constant, their HC1 standard errors, and R squared."""
    if not inputs:
        return np.empty(0), np.empty(0), 0.0
    x, y = np.empty((len(inputs), y.size)), y - y.mean()
    for row, column in zip(x, inputs.values(), strict=True):
        np.subtract(column, column.mean(), out=row)
    products = x @ x.T
    scale = np.sqrt(np.diag(products) / y.size)
    correlation = products / (y.size * np.outer(scale, scale))
    if np.linalg.eigvalsh(correlation)[0] > _APART:
        inverse = np.linalg.inv(correlation)
        slopes = inverse @ (x @ y / (y.size * scale)) / scale
        rest = y - slopes @ x
        x *= rest  # in place: nothing else takes as much memory
        scatter = x @ x.T / (y.size**2 * np.outer(scale, scale))
        errors = np.sqrt(np.diag(inverse @ scatter @ inverse)) / scale
    else:
        slopes, errors, rest = _by_triangle(tuple(inputs), x.T / scale, y)
        slopes, errors = slopes / scale, errors / scale
    errors *= np.sqrt(y.size / (y.size - len(inputs) - 1))
    return slopes, errors, 1.0 - float(rest @ rest) / float(y @ y)


def _by_triangle(names: Sequence[str], z: NDArray[np.float64], y: Column) -> tuple[Column, Column, Column]:
    """Return slopes, standard errors and residuals for inputs that nearly follow from each other.

    Their products, of which the inverse has twice as many wrong digits, will not do.
    """
    q, r = np.linalg.qr(z)
    dependent = np.flatnonzero(np.abs(np.diag(r)) < 1e-7 * np.sqrt(y.size))
    if dependent.size:
        name = names[int(dependent[0])]
        raise InputError(f"input '{name}' is a linear combination of the inputs before it in every run: leave one out")
    slopes = np.linalg.solve(r, q.T @ y)
    rest = y - z @ slopes
    pull = np.linalg.solve(r, (q * rest[:, np.newaxis]).T)
    return slopes, np.sqrt(np.sum(pull**2, axis=1)), rest


def _partial_ranks(table: Sequence[Column]) -> tuple[Column, float]:
    """Return partial rank correlations of each input with the output, the last column, and R squared of the ranks."""
    last = len(table) - 1
    if last == 0:
        return np.empty(0), 0.0
    ranks = np.empty((len(table), table[0].size))
    for row, column in zip(ranks, table, strict=True):
        row[:] = _centred_ranks(column)
    products = ranks @ ranks.T
    spread = np.sqrt(np.diag(products))
    correlation = products / np.outer(spread, spread)
    found = [_partial(correlation, [i, last]) for i in range(last)]
    explained = correlation[last, :last] @ np.linalg.pinv(correlation[:last, :last]) @ correlation[:last, last]
    return np.array(found), float(min(explained, 1.0))


def _centred_ranks(column: Column) -> Column:
    """Return the ranks of values less their mean, of equal values the mean of theirs.

    As scipy.stats.rankdata, in a third of the time.
    """
    order = np.argsort(column)
    ordered = column[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    counts = np.diff(first, append=column.size)
    ranks = np.empty(column.size)
    ranks[order] = np.repeat(first + (counts - column.size) / 2.0, counts)
    return ranks


def _partial(correlation: NDArray[np.float64], pair: list[int]) -> float:
    """Return the correlation of two columns after the others have been regressed out of both."""
    others = [i for i in range(correlation.shape[0]) if i not in pair]
    across = correlation[np.ix_(pair, others)]
    left = correlation[np.ix_(pair, pair)] - across @ np.linalg.pinv(correlation[np.ix_(others, others)]) @ across.T
    spread = float(np.sqrt(max(left[0, 0], 0.0) * max(left[1, 1], 0.0)))
    return float(np.clip(left[0, 1] / spread, -1.0, 1.0)) if spread > 0.0 else float("nan")
