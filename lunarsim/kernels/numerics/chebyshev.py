"""Evaluation of piecewise Chebyshev series: orientation angles, positions of the Earth and the Sun."""

from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebder, chebval
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, part_of_kernel
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, store


class ChebyshevTable(NamedTuple):
    """Vector-valued Chebyshev series on adjoining intervals of equal length."""

    start_s: float  #: start of the first interval, TDB seconds past J2000
    interval_s: float  #: length of an interval
    coefficients: NDArray[np.float64]  #: shape (intervals, components, terms)


@part_of_kernel
def interval_of(table: ChebyshevTable, et_s: float) -> int:
    """Return the interval of a time; times outside the table belong to its first or last one."""
    last = int(table.coefficients.shape[0]) - 1
    return min(max(int(np.floor((et_s - table.start_s) / table.interval_s)), 0), last)


def evaluated(table: ChebyshevTable, et_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the components at many times, shape (components, n): what :func:`evaluate` does, by numpy."""
    tau, terms = _series_at(table, et_s)
    values: NDArray[np.float64] = np.asarray(chebval(tau, terms, tensor=False), dtype=float)
    return values


def evaluated_with_rates(
    table: ChebyshevTable, et_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the components at many times and their derivatives, per second, each of shape (components, n)."""
    tau, terms = _series_at(table, et_s)
    rates = chebval(tau, chebder(terms), tensor=False) * (2.0 / table.interval_s)
    return np.asarray(chebval(tau, terms, tensor=False), dtype=float), np.asarray(rates, dtype=float)


def _series_at(table: ChebyshevTable, et_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far many times are in their intervals, -1 to 1, and the series there: (terms, components, n)."""
    along = (et_s - table.start_s) / table.interval_s
    i = np.clip(np.floor(along).astype(int), 0, table.coefficients.shape[0] - 1)
    return 2.0 * (along - i) - 1.0, np.moveaxis(table.coefficients[i], 0, -1).swapaxes(0, 1)


@kernel
def evaluate(table: ChebyshevTable, et_s: float, out: NDArray[np.float64]) -> None:
    """Write the components at ``et_s`` into ``out`` by Clenshaw's recurrence (Clenshaw 1955)."""
    _, components, terms = table.coefficients.shape
    i = interval_of(table, et_s)
    tau = 2.0 * ((et_s - table.start_s) / table.interval_s - i) - 1.0
    for component in range(components):
        b1 = 0.0
        b2 = 0.0
        for k in range(terms - 1, 0, -1):
            b1, b2 = table.coefficients[i, component, k] + 2.0 * tau * b1 - b2, b1
        out[component] = table.coefficients[i, component, 0] + tau * b1 - b2


@kernel
def evaluate_at_eight(table: ChebyshevTable, et_s: Lanes, out: NDArray[np.float64]) -> None:
    """Write the components at eight times into ``out``, those of component k from 8 k on."""
    _, components, terms = table.coefficients.shape
    first, last = interval_of(table, lane(et_s, 0)), interval_of(table, lane(et_s, WIDTH - 1))
    if first != last:
        _evaluate_one_by_one(table, et_s, out)
        return
    tau = 2.0 * ((et_s - table.start_s) / table.interval_s - first) - 1.0
    for component in range(components):
        b1 = b2 = everywhere(0.0)
        for k in range(terms - 1, 0, -1):
            b1, b2 = table.coefficients[first, component, k] + 2.0 * tau * b1 - b2, b1
        store(table.coefficients[first, component, 0] + tau * b1 - b2, out, WIDTH * component)


@kernel
def _evaluate_one_by_one(table: ChebyshevTable, et_s: Lanes, out: NDArray[np.float64]) -> None:
    values = np.empty(table.coefficients.shape[1])
    for i in range(WIDTH):
        evaluate(table, lane(et_s, i), values)
        for k in range(values.size):
            out[WIDTH * k + i] = values[k]


@kernel
def evaluate_with_rate(table: ChebyshevTable, et_s: float, out: NDArray[np.float64], rate: NDArray[np.float64]) -> None:
    """Write the components at ``et_s`` into ``out`` and their derivatives, per second, into ``rate``.

    The derivative is that of the series: Clenshaw's recurrence, differentiated term by term.
    """
    _, components, terms = table.coefficients.shape
    i = interval_of(table, et_s)
    tau = 2.0 * ((et_s - table.start_s) / table.interval_s - i) - 1.0
    for component in range(components):
        b1, b2, d1, d2 = 0.0, 0.0, 0.0, 0.0
        for k in range(terms - 1, 0, -1):
            d1, d2 = 2.0 * (b1 + tau * d1) - d2, d1
            b1, b2 = table.coefficients[i, component, k] + 2.0 * tau * b1 - b2, b1
        out[component] = table.coefficients[i, component, 0] + tau * b1 - b2
        rate[component] = (b1 + tau * d1 - d2) * 2.0 / table.interval_s
