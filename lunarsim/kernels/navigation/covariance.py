"""The covariance of an extended Kalman filter: how it grows between measurements, and what a measurement leaves of it.

The states are position (m), velocity (m/s), both in ICRF axes, and the bias of the altitude (m). Equations as in
Bar-Shalom, Li & Kirubarajan 2001, Estimation with Applications to Tracking and Navigation: sections 5.2 (filter), 5.4
(tests of consistency) and 7.4 (Joseph's form).
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.numerics.vectors import Three, dot

STATES = 7
BIAS = 6  #: where the bias stands; before it position and velocity

Row = tuple[float, float, float, float, float, float, float]


class Measurement(NamedTuple):
    """One number that was measured, less what the filter had expected."""

    innovation: float
    row: Row  #: derivative of what is expected by the states
    variance: float  #: of its noise


@formula
def grow(p: NDArray[np.float64], r: Three, h: float, gm: float, noise: float, walk: float) -> None:
    """Let a covariance grow over a time.

    Parameters
    ----------
    p : ndarray, shape (7, 7)
        Overwritten.
    r : tuple of three floats
        The position (m) about which the attraction, that of a point mass, is linear.
    h : float
        The time (s).
    gm : float
        Of the Moon (m3/s2).
    noise : float
        Power spectral density of the acceleration's white noise (m2/s3), in each direction.
    walk : float
        That of the bias's random walk (m2/s).
    """
    r2 = dot(r, r)
    k = gm / (r2 * sqrt(r2))
    f = np.zeros((STATES, STATES))
    f[BIAS, BIAS] = 1.0
    for i in range(3):
        for j in range(3):
            one = 1.0 if i == j else 0.0
            gradient = k * (3.0 * r[i] * r[j] / r2 - one)
            f[i, j] = f[3 + i, 3 + j] = one + 0.5 * h * h * gradient
            f[i, 3 + j] = h * one + h * h * h / 6.0 * gradient
            f[3 + i, j] = h * gradient
    transformed(p, f)
    for i in range(3):
        p[i, i] += noise * h * h * h / 3.0
        p[i, 3 + i] += 0.5 * noise * h * h
        p[3 + i, i] += 0.5 * noise * h * h
        p[3 + i, 3 + i] += noise * h
    p[BIAS, BIAS] += walk * h


@formula
def transformed(p: NDArray[np.float64], f: NDArray[np.float64]) -> None:
    """Overwrite a covariance ``p`` by ``f p f^T``."""
    half = np.zeros((STATES, STATES))
    for i in range(STATES):  # in this order the innermost loop runs along rows
        for m in range(STATES):
            for j in range(STATES):
                half[i, j] += f[i, m] * p[m, j]
    for i in range(STATES):
        for j in range(i + 1):
            total = 0.0
            for m in range(STATES):
                total += half[i, m] * f[j, m]
            p[i, j] = p[j, i] = total


@formula
def normalised(p: NDArray[np.float64], measured: Measurement) -> float:
    """Return the square of an innovation over its variance: chi-square of one degree of freedom if all is sound."""
    return measured.innovation * measured.innovation / _spread(p, measured)


@formula
def corrections(p: NDArray[np.float64], measured: Measurement) -> NDArray[np.float64]:
    """Return by how much a measurement moves the states; the covariance becomes that after it.

    Joseph's form, (1 - k h) P (1 - k h)^T + k R k^T, one factor after the other.
    """
    row, spread = measured.row, _spread(p, measured)
    gain, along = np.empty(STATES), np.empty(STATES)
    for i in range(STATES):
        along[i] = _along(p, i, row)
        gain[i] = along[i] / spread
    for i in range(STATES):
        for j in range(STATES):
            p[i, j] -= gain[i] * along[j]
    for i in range(STATES):
        along[i] = _along(p, i, row) - measured.variance * gain[i]
    for i in range(STATES):
        for j in range(STATES):
            p[i, j] -= along[i] * gain[j]
    for i in range(STATES):
        for j in range(i):
            p[i, j] = p[j, i] = 0.5 * (p[i, j] + p[j, i])
    return gain * measured.innovation


@formula
def turned(p: NDArray[np.float64], turn: Three) -> None:
    """Turn the position in a covariance by a small rotation vector (rad)."""
    x, y, z = turn
    for j in range(STATES):
        a, b, c = p[0, j], p[1, j], p[2, j]
        p[0, j], p[1, j], p[2, j] = a + y * c - z * b, b + z * a - x * c, c + x * b - y * a
    for i in range(STATES):
        a, b, c = p[i, 0], p[i, 1], p[i, 2]
        p[i, 0], p[i, 1], p[i, 2] = a + y * c - z * b, b + z * a - x * c, c + x * b - y * a


@formula
def _spread(p: NDArray[np.float64], measured: Measurement) -> float:
    """Return the variance of an innovation."""
    total = measured.variance
    for i in range(STATES):
        total += measured.row[i] * _along(p, i, measured.row)
    return total


@formula
def _along(p: NDArray[np.float64], i: int, row: Row) -> float:
    total = 0.0
    for j in range(STATES):
        total += p[i, j] * row[j]
    return total


@formula
def normalised_error(p: NDArray[np.float64], error: Any) -> float:
    """Return e^T P^-1 e of an error of position and velocity, six numbers: chi-square of six degrees of freedom.

    By Cholesky's factor of the covariance; NaN where that is not positive.
    """
    n = 6
    factor, solved = np.zeros((n, n)), np.zeros(n)
    total = 0.0
    for i in range(n):
        for j in range(i + 1):
            s = p[i, j]
            for m in range(j):
                s -= factor[i, m] * factor[j, m]
            if i > j:
                factor[i, j] = s / factor[j, j]
            elif s > 0.0:
                factor[i, i] = sqrt(s)
            else:
                return np.nan
        s = error[i]
        for m in range(i):
            s -= factor[i, m] * solved[m]
        solved[i] = s / factor[i, i]
        total += solved[i] * solved[i]
    return total
