"""Evaluation of piecewise Chebyshev series: orientation angles, positions of the Earth and the Sun."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel


class ChebyshevTable(NamedTuple):
    """Vector-valued Chebyshev series on adjoining intervals of equal length."""

    start_s: float  #: start of the first interval, TDB seconds past J2000
    interval_s: float  #: length of an interval
    coefficients: NDArray[np.float64]  #: shape (intervals, components, terms)


@kernel
def evaluate(table: ChebyshevTable, et_s: float, out: NDArray[np.float64]) -> None:
    """Write the components at ``et_s`` into ``out`` by Clenshaw's recurrence (Clenshaw 1955)."""
    intervals, components, terms = table.coefficients.shape
    elapsed = (et_s - table.start_s) / table.interval_s
    i = min(max(int(np.floor(elapsed)), 0), intervals - 1)
    tau = 2.0 * (elapsed - i) - 1.0
    for component in range(components):
        b1 = 0.0
        b2 = 0.0
        for k in range(terms - 1, 0, -1):
            b1, b2 = table.coefficients[i, component, k] + 2.0 * tau * b1 - b2, b1
        out[component] = table.coefficients[i, component, 0] + tau * b1 - b2


@kernel
def evaluate_with_rate(table: ChebyshevTable, et_s: float, out: NDArray[np.float64], rate: NDArray[np.float64]) -> None:
    """Write the components at ``et_s`` into ``out`` and their derivatives, per second, into ``rate``.

    The derivative is that of the series: Clenshaw's recurrence, differentiated term by term.
    """
    intervals, components, terms = table.coefficients.shape
    elapsed = (et_s - table.start_s) / table.interval_s
    i = min(max(int(np.floor(elapsed)), 0), intervals - 1)
    tau = 2.0 * (elapsed - i) - 1.0
    for component in range(components):
        b1, b2, d1, d2 = 0.0, 0.0, 0.0, 0.0
        for k in range(terms - 1, 0, -1):
            d1, d2 = 2.0 * (b1 + tau * d1) - d2, d1
            b1, b2 = table.coefficients[i, component, k] + 2.0 * tau * b1 - b2, b1
        out[component] = table.coefficients[i, component, 0] + tau * b1 - b2
        rate[component] = (b1 + tau * d1 - d2) * 2.0 / table.interval_s
