"""How far an expansion may be wrong, run by run: a scale, and a factor that exact runs hold it to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Table = NDArray[np.float64]

_ROUNDS = 8  # of the weighted fit of the scale
_FLOOR_M = 1e-4  # no scale is below: exact runs themselves are not better


@dataclass(frozen=True, eq=False)
class ErrorScale:
    """The error of a position that no more than a share of the runs exceeds.

    The square of its scale is the sum of a constant, of the squared size of the terms of the highest order, and of the
    squared distance from the middle to the order that comes next, each with the weight that the errors of the
    training runs gave it. The factor is a split-conformal quantile (Lei et al. 2018,
    doi:10.1080/01621459.2017.1307116): of exact runs that the polynomials have not seen, so many in a hundred
    are closer.

    Attributes
    ----------
    weights : ndarray, shape (3,)
        Of the three parts.
    order : int
        Of the expansion.
    factor : float
        What the scale is multiplied by.
    """

    weights: Table
    order: int
    factor: float

    def of(self, highest_order_m: Table, coordinates: Table) -> Table:
        """Return the error (m) that is seldom exceeded, shape (n,)."""
        return self.factor * scale_m(self.weights, features(highest_order_m, coordinates, self.order))


def features(highest_order_m: Table, coordinates: Table, order: int) -> Table:
    """Return what the square of an error is made of, shape (n, 3)."""
    size = max(coordinates.shape[1], 1)
    distance2 = np.sum(coordinates * coordinates, axis=1) / size
    return np.stack([np.ones(len(coordinates)), highest_order_m**2, distance2 ** (order + 1)], axis=1)


def scale_m(weights: Table, made_of: Table) -> Table:
    """Return the scale of errors (m) from what they are made of."""
    return np.sqrt(made_of @ weights + _FLOOR_M**2)


def fitted_weights(errors_m: Table, made_of: Table) -> Table:
    """Return the weights, none of them negative, with which the parts give the mean square of errors.

    Iterated least squares, each error weighted by the scale that it has so far: large errors are not all that counts.
    """
    sizes = np.maximum(made_of.mean(axis=0), 1e-300)
    scaled, squares = made_of / sizes, errors_m**2
    expected = np.full(len(errors_m), max(float(squares.mean()), _FLOOR_M**2))
    weights = np.zeros(made_of.shape[1])
    for _ in range(_ROUNDS):
        weights, _ = scipy.optimize.nnls(scaled / expected[:, np.newaxis], squares / expected)
        expected = np.maximum(scaled @ weights, max(1e-3 * float(squares.mean()), _FLOOR_M**2))
    return np.asarray(weights / sizes)


def conformal_factor(errors_m: Table, scales_m: Table, confidence: float) -> float:
    """Return the factor by which a scale has to be multiplied so that a further error is within with a probability.

    Infinite where there are too few errors to say it.
    """
    ratios = np.sort(errors_m / scales_m)
    rank = int(np.ceil((ratios.size + 1) * confidence - 1e-6))
    return float(ratios[rank - 1]) if rank <= ratios.size else np.inf


def errors_needed(confidence: float) -> int:
    """Return how many errors :func:`conformal_factor` needs."""
    return int(np.ceil(confidence / (1.0 - confidence) - 1e-6))
