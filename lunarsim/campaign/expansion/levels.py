"""The values of distributions that have but some: where their uniform numbers lie, and how probable they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.inputs.distributions import Discrete, Distribution, Empirical, Probability
from lunarsim.errors import InputError

Table = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Levels:
    """Values, and the intervals of uniform numbers that lead to them, in increasing order.

    Attributes
    ----------
    values : ndarray, shape (k, size)
        In the distribution's unit; none that has no probability.
    low, high : ndarray, shape (k,)
        Of the uniform numbers.
    """

    values: Table
    low: Table
    high: Table

    @property
    def shares(self) -> Table:
        """Their probabilities."""
        return self.high - self.low

    def uniforms(self, which: NDArray[np.int64], within: Table) -> Table:
        """Return uniform numbers that lead to some of the values, by their places (0 to 1) within the intervals."""
        inside = np.clip(within, 1e-3, 0.999)  # rounding must not lead to a neighbour
        return np.asarray(self.low[which] + self.shares[which] * inside)

    def some(self, chosen: NDArray[np.bool_]) -> Levels:
        """Return some of them."""
        return Levels(self.values[chosen], self.low[chosen], self.high[chosen])


def levels_of(distribution: Distribution) -> Levels | None:
    """Return the values of a distribution; None: it has more than some."""
    if isinstance(distribution, Probability):
        tops = np.array([1.0 - distribution.p, 1.0])
    elif isinstance(distribution, Discrete):
        order = np.argsort(distribution.outcomes.value)
        tops = np.minimum(np.cumsum(np.array(distribution.probabilities)[order]), 1.0)
        tops[np.flatnonzero(np.array(distribution.probabilities)[order])[-1] :] = 1.0
    elif isinstance(distribution, Empirical):
        rows = len(distribution.columns[0])
        tops = np.arange(1, rows + 1) / rows
    else:
        return None
    low = np.concatenate([[0.0], tops[:-1]])
    there = tops > low
    middles = 0.5 * (low + tops)[there]
    return Levels(distribution.values(middles[:, np.newaxis]), low[there], tops[there])


def probability_on(distribution: Distribution) -> float:
    """Return how probable it is that a switch is on."""
    levels = _of_switch(distribution)
    return float(levels.shares[levels.values[:, 0] != 0.0].sum())


def drawn_where(distribution: Distribution, on: bool, places: Table) -> Table:
    """Return uniform numbers for which a switch is on, or off: those at some places (0 to 1) among all of them."""
    levels = _of_switch(distribution)
    there = levels.some((levels.values[:, 0] != 0.0) == on)
    tops = np.cumsum(there.shares)
    scaled = places * tops[-1]
    which = np.minimum(np.searchsorted(tops, scaled, side="left"), len(tops) - 1)
    return there.uniforms(which, (scaled - tops[which] + there.shares[which]) / there.shares[which])


def _of_switch(distribution: Distribution) -> Levels:
    levels = levels_of(distribution)
    if levels is None:
        raise InputError(
            f"{distribution!r}: for a value that is on or off, expected a Probability, Discrete or Empirical"
        )
    return levels
