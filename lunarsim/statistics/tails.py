"""Whether weights of runs can be trusted: how heavy the tail of their distribution is."""

from __future__ import annotations

import numpy as np

from lunarsim.statistics.columns import Column

_INFINITE = 0.5  # a generalised Pareto distribution of this shape and above has no variance
_FEWEST = 5  # weights in the tail, below which nothing is known of its shape


def pareto_shape(weights: Column) -> float:
    """Return the shape k of the generalised Pareto distribution of the largest weights; NaN where they are too few.

    From 1/2 on, the variance of the weights is infinite, and intervals from it hold too rarely. The tail and the prior
    are those of Pareto-smoothed importance sampling (Vehtari et al. 2024, J. Mach. Learn. Res. 25(72), sec. 2.4 and
    app. C); the estimate is that of Zhang & Stephens (2009, doi:10.1198/tech.2009.08017).
    """
    count = tail_size(weights.size)
    if count < _FEWEST or count >= weights.size:
        return np.nan
    largest = np.sort(np.partition(weights, weights.size - count - 1)[-count - 1 :])
    above = (largest[1:] - largest[0]) / largest[-1]
    above = above[above > 0.0]
    if above.size < _FEWEST:  # most of the largest are alike: there is no tail
        return -np.inf
    shape = _zhang_stephens(above)
    return float((above.size * shape + 10.0 * 0.5) / (above.size + 10.0))


def tail_size(count: int) -> int:
    """Return how many of the weights make their tail."""
    return int(np.ceil(min(0.2 * count, 3.0 * np.sqrt(count))))


def doubt_of(weights: Column) -> str:
    """Return why intervals from these weights are not to be trusted, or an empty text."""
    shape = pareto_shape(weights)
    error = (1.0 + shape) / np.sqrt(tail_size(weights.size))
    if not shape + error >= _INFINITE:
        return ""
    how = "are not to be trusted" if shape >= _INFINITE else "may be too narrow"
    return (
        f"intervals {how}: the largest weights have a heavy tail (Pareto k = {shape:.2f}; from 0.5 on the variance is "
        "infinite), as where the target is wider than what was flown; fly a wider distribution"
    )


def _zhang_stephens(above: Column) -> float:
    """Return the shape of a generalised Pareto distribution, for ordered values above its threshold."""
    points = 30 + int(np.sqrt(above.size))
    quarter = above[int(above.size / 4.0 + 0.5) - 1]
    theta = 1.0 / above[-1] + (1.0 - np.sqrt(points / (np.arange(points) + 0.5))) / (3.0 * quarter)
    shapes = np.mean(np.log1p(-theta[:, np.newaxis] * above), axis=1)
    fit = above.size * (np.log(-theta / shapes) - shapes - 1.0)
    likely = np.exp(fit - fit.max())
    best = float(np.sum(theta * likely) / np.sum(likely))
    return float(np.mean(np.log1p(-best * above)))
