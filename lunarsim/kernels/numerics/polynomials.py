"""Polynomials in several coordinates at many places, eight at a time."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import threaded_kernel
from lunarsim.kernels.simd.lanes import WIDTH, everywhere, lane, load, store

GROUP = 4  #: polynomials whose sums grow together; there is a whole number of such groups


@threaded_kernel
def evaluate_polynomials(
    parents: NDArray[np.int64],
    factors: NDArray[np.int64],
    kept: NDArray[np.int64],
    coefficients: NDArray[np.float64],
    coordinates: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write the values of polynomials; those at one place have the same bits whichever places are beside it.

    Parameters
    ----------
    parents, factors : ndarray, shape (monomials - 1,)
        Each monomial after the first, which is one, is the product of an earlier one and a coordinate.
    kept : ndarray, shape (terms,)
        Which monomials the polynomials have.
    coefficients : ndarray, shape (polynomials, terms)
        Their factors; a multiple of ``GROUP`` polynomials.
    coordinates : ndarray, shape (n, size)
        The places.
    out : ndarray, shape (n, up to as many as there are polynomials)
        Written: the values of the first polynomials.
    """
    count, size = coordinates.shape
    places, made = np.empty(WIDTH * size), np.empty(WIDTH * (parents.size + 1))
    for first in range(0, count, WIDTH):
        for k in range(WIDTH):
            i = min(first + k, count - 1)
            for j in range(size):
                places[WIDTH * j + k] = coordinates[i, j]
        store(everywhere(1.0), made, 0)
        for t in range(parents.size):
            product = load(made, WIDTH * parents[t]) * load(places, WIDTH * factors[t])
            store(product, made, WIDTH * (t + 1))
        for p in range(0, coefficients.shape[0], GROUP):
            a = b = c = d = everywhere(0.0)
            for t in range(kept.size):
                monomial = load(made, WIDTH * kept[t])
                a = a + monomial * coefficients[p, t]
                b = b + monomial * coefficients[p + 1, t]
                c = c + monomial * coefficients[p + 2, t]
                d = d + monomial * coefficients[p + 3, t]
            for k in range(min(WIDTH, count - first)):
                for j in range(min(GROUP, out.shape[1] - p)):
                    out[first + k, p + j] = lane(a if j == 0 else b if j == 1 else c if j == 2 else d, k)
