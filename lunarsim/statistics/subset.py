"""Probabilities of rare events by subset simulation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lunarsim.errors import InputError

Table = NDArray[np.float64]

_ACCEPTED = 0.44  # of the steps of a chain: where the samples depend least on each other
_MOST_LEVELS = 30  # of a tenth each: beyond, it is not found


@dataclass(frozen=True, kw_only=True, eq=False)
class SubsetEstimate:
    """A probability by subset simulation.

    Attributes
    ----------
    value : float
        The probability; 0 where the event was not reached.
    reached : bool
        Whether the event was reached. Where not, the value says nothing: the margin is level, or NaN, among most of
        the samples, or there were too few evaluations.
    levels : tuple of float
        The margins by which it was approached.
    evaluations : int
        How many margins were asked for.
    samples : ndarray, shape (n, dimensions)
        Standard normal numbers for which the event happens, distributed as they are where it does.
    """

    value: float
    reached: bool
    levels: tuple[float, ...]
    evaluations: int
    samples: Table = field(repr=False)


def subset_simulation(
    margin: Callable[[Table], Table],
    dimensions: int,
    *,
    samples: int = 5000,
    share: float = 0.1,
    most: int | None = None,
    seed: int,
) -> SubsetEstimate:
    """Return the probability that a margin of independent standard normal numbers is zero or more.

    The event is approached by levels of the margin, each of which a share of the samples above the last one reaches:
    the probability is the product of the shares (Au and Beck 2001, doi:10.1016/S0266-8920(01)00019-4). Samples above
    a level are made by Markov chains with the step of Papaioannou et al. (2015,
    doi:10.1016/j.probengmech.2015.06.006), whose length is adapted.

    Parameters
    ----------
    margin : callable
        ``margin(normals)`` gives n numbers for normals of shape (n, dimensions); NaN is never reached.
    dimensions : int
        How many normal numbers there are.
    samples : int
        At each level.
    share : float
        Of them that reaches the next level, above 0 to 0.5.
    most : int, optional
        How many margins are asked for at most, at all levels together; those of the first level are in any case.
    seed : int
        Of the samples.

    Raises
    ------
    InputError
        If there are too few samples, or the share is none.

    Examples
    --------
    >>> from lunarsim.statistics import subset_simulation
    >>> found = subset_simulation(lambda z: z[:, 0] - 4.0, 3, samples=5000, seed=1)  # exactly 3.17e-5
    >>> 2e-5 < found.value < 5e-5
    True
    """
    if not 0.0 < share <= 0.5 or not samples * share >= 10.0:
        raise InputError(f"samples = {samples}, share = {share}: expected a share up to 0.5, and 10 samples in it")
    generator = np.random.default_rng(seed)
    seeds = round(samples * share)
    further = (-(-samples // seeds) - 1) * seeds  # margins of chains, for each level
    normals = generator.standard_normal((samples, dimensions))
    margins = _known(margin(normals))
    levels: list[float] = []
    value, evaluations, step = 1.0, samples, 0.6
    while len(levels) < _MOST_LEVELS:
        happened = margins >= 0.0
        order = np.argsort(-margins, kind="stable")
        level = float(margins[order[seeds - 1]])
        if level >= 0.0 or np.count_nonzero(happened) >= seeds:
            value *= float(np.mean(happened))
            return SubsetEstimate(
                value=value,
                reached=True,
                levels=(*levels, 0.0),
                evaluations=evaluations,
                samples=normals[happened],
            )
        if level == -np.inf or (levels and level <= levels[-1]):
            break  # the margin does not say which way the event lies
        if most is not None and evaluations + further > most:
            break
        value *= float(np.mean(margins >= level))
        levels.append(level)
        kept = order[:seeds]
        normals, margins, step = _chains(margin, normals[kept], margins[kept], level, samples, step, generator)
        evaluations += further
    return SubsetEstimate(
        value=0.0, reached=False, levels=tuple(levels), evaluations=evaluations, samples=np.empty((0, dimensions))
    )


def _chains(
    margin: Callable[[Table], Table],
    normals: Table,
    margins: Table,
    level: float,
    samples: int,
    step: float,
    generator: np.random.Generator,
) -> tuple[Table, Table, float]:
    """Return samples above a level, by a chain from each of some that are, and the length of their steps."""
    all_normals, all_margins, count = [normals], [margins], len(normals)
    steps = -(-samples // count) - 1
    for k in range(steps):
        ahead = np.sqrt(1.0 - step * step) * normals + step * generator.standard_normal(normals.shape)
        found = _known(margin(ahead))
        accepted = found >= level
        normals, margins = np.where(accepted[:, np.newaxis], ahead, normals), np.where(accepted, found, margins)
        all_normals.append(normals)
        all_margins.append(margins)
        step = float(np.clip(step * np.exp((np.mean(accepted) - _ACCEPTED) / np.sqrt(k + 1.0)), 0.05, 1.0))
    return np.concatenate(all_normals)[:samples], np.concatenate(all_margins)[:samples], step


def _known(margins: Table) -> Table:
    return np.where(np.isnan(margins), -np.inf, margins)
