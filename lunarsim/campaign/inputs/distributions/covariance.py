"""Covariances: what is one, and its Cholesky factor."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from lunarsim.campaign.inputs.distributions.distribution import Floats
from lunarsim.errors import InputError

_SYMMETRIC = 1e-9  # of a correlation; nine printed digits
_NOT_NEGATIVE = 1e-9  # of an eigenvalue of the correlations; nine printed digits
_SINGULAR = 1e-12  # of a pivot: below it, a value follows from those before it


def symmetric(name: str, matrix: ArrayLike, size: int) -> Floats:
    """Return a finite symmetric matrix, or raise an error that names the element."""
    try:
        square = np.array(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected {size} rows of {size} numbers, without units") from None
    if square.shape != (size, size):
        raise InputError(f"{name} has shape {square.shape}: expected ({size}, {size})")
    if not np.all(np.isfinite(square)):
        raise InputError(f"{name} has elements that are not finite")
    scale = _spreads(square)
    apart = np.abs(square - square.T) / scale / scale[:, np.newaxis]
    i, j = np.unravel_index(np.argmax(apart), apart.shape)
    if apart[i, j] > _SYMMETRIC:
        raise InputError(f"{name} is not symmetric: [{i}][{j}] = {square[i, j]}, [{j}][{i}] = {square[j, i]}")
    return np.tril(square) + np.tril(square, -1).T


def check_not_negative(covariance: Floats) -> None:
    """Raise an error if a symmetric matrix is not positive semi-definite, or is zero."""
    variances = np.diag(covariance)
    if np.any(variances < 0.0):
        i = int(np.argmin(variances))
        raise InputError(f"covariance[{i}][{i}] = {variances[i]}: expected a variance, zero or more")
    if not np.any(variances > 0.0):
        raise InputError("covariance is zero: nothing would scatter")
    scale = _spreads(covariance)
    values, vectors = np.linalg.eigh(covariance / scale / scale[:, np.newaxis])
    if values[0] < -_NOT_NEGATIVE:
        along = ", ".join(f"{part:.3f}" for part in vectors[:, 0])
        raise InputError(
            f"covariance is not positive semi-definite: its correlations have the eigenvalue {values[0]:.3g}, along "
            f"({along}); expected none below zero. Were correlations rounded, or put together from several sources?"
        )


def _spreads(covariance: Floats) -> Floats:
    """Return the standard deviations, and 1 in place of zero."""
    spreads = np.sqrt(np.abs(np.diag(covariance)))
    return np.where(spreads > 0.0, spreads, 1.0)


def cholesky(covariance: Floats) -> Floats:
    """Return the lower triangular factor of a covariance; a column of zeros where a value follows from those before.

    By single sums (Golub and Van Loan 2013, section 4.2), not by LAPACK: so it is the same on every machine.
    """
    scale = _spreads(covariance)
    correlation = (covariance / scale / scale[:, np.newaxis]).tolist()
    size = len(scale)
    factor = [[0.0] * size for _ in range(size)]
    for j in range(size):
        pivot = correlation[j][j] - math.fsum(part * part for part in factor[j][:j])
        if pivot <= _SINGULAR:
            continue
        factor[j][j] = math.sqrt(pivot)
        for i in range(j + 1, size):
            products = (a * b for a, b in zip(factor[i][:j], factor[j][:j], strict=True))
            factor[i][j] = (correlation[i][j] - math.fsum(products)) / factor[j][j]
    return np.array(factor) * scale[:, np.newaxis]
