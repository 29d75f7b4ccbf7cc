"""Quadrature along a step: integrals of what has values at eight Gauss-Legendre nodes, and how good they are."""

from math import sqrt
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

from lunarsim.kernels.compiled import part_of_kernel
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, total

TERMS = WIDTH + 2  #: of the Chebyshev series of a step: the position is of degree 9


def _nodes() -> tuple[Any, Any]:
    """Nodes on 0 to 1 and the factors that turn values there into Legendre coefficients, shape (8, 8)."""
    x, w = legendre.leggauss(WIDTH)
    n = np.arange(WIDTH)
    return 0.5 * (x + 1.0), (n[:, None] + 0.5) * w * legendre.legvander(x, WIDTH - 1).T


def _integrals(times: int) -> Any:
    """Legendre coefficients of the repeated integral from 0 of the polynomial through eight values, on 0 to 1."""
    series = _nodes()[1]
    for _ in range(times):
        series = 0.5 * legendre.legint(series, lbnd=-1)
    return series


def _at_nodes(times: int) -> Any:
    return np.ascontiguousarray(legendre.legval(2.0 * NODES - 1.0, _integrals(times))).ravel()


def _at_end(times: int) -> Any:
    return legendre.legval(1.0, _integrals(times))


def _as_chebyshev(times: int) -> Any:
    """Chebyshev coefficients of the repeated integral, shape (terms, 8)."""
    points = np.cos(np.pi * (np.arange(TERMS) + 0.5) / TERMS)
    values = legendre.legval(points, _integrals(times)).T
    return np.linalg.solve(chebyshev.chebvander(points, TERMS - 1), values)


NODES = _nodes()[0]
HIGHEST_TERM = _nodes()[1][-1]  # Legendre coefficient of degree 7
TO_VELOCITY, TO_POSITION = _at_nodes(1), _at_nodes(2)  # node k's share in all nodes begins at 8 k
END_VELOCITY, END_POSITION = _at_end(1), _at_end(2)
PATH_VELOCITY, PATH_POSITION = _as_chebyshev(1).ravel(), _as_chebyshev(2).ravel()  # term k's begin at 8 k

#: Node k's share in the terms of the path begins at 16 k; there are ten.
TERMS_OF_NODE = np.hstack((_as_chebyshev(2).T, np.zeros((WIDTH, 2 * WIDTH - TERMS)))).ravel()
TO_POWERS = np.ascontiguousarray(np.linalg.inv(np.vander(2.0 * NODES - 1.0, increasing=True)).T).ravel()

_TERM_TO_ERROR = 0.005  # of h^2 a_7, the term that ends the series; on the safe side, see decision 0009


@part_of_kernel
def positions(y: NDArray[np.float64], t: Lanes, h_s: float, a: Any) -> tuple[Lanes, Lanes, Lanes]:
    """Return the positions (m) at the nodes, ``t`` seconds after the start of a step, by the accelerations there."""
    k = h_s * h_s
    return (
        y[0] + (y[3] * t + k * integrated(a[0], TO_POSITION)),
        y[1] + (y[4] * t + k * integrated(a[1], TO_POSITION)),
        y[2] + (y[5] * t + k * integrated(a[2], TO_POSITION)),
    )


@part_of_kernel
def velocities(y: NDArray[np.float64], h_s: float, a: Any) -> tuple[Lanes, Lanes, Lanes]:
    """Return the velocities (m/s) at the nodes of a step by the accelerations there."""
    return (
        y[3] + h_s * integrated(a[0], TO_VELOCITY),
        y[4] + h_s * integrated(a[1], TO_VELOCITY),
        y[5] + h_s * integrated(a[2], TO_VELOCITY),
    )


@part_of_kernel
def integrated(a: Lanes, integrals: NDArray[np.float64]) -> Lanes:
    """Return an integral at the nodes, of a step of length 1, of what has the values ``a`` there."""
    result = everywhere(0.0)
    for k in range(WIDTH):
        result = result + lane(a, k) * load(integrals, WIDTH * k)
    return result


@part_of_kernel
def distance(r: Any, other: Any) -> float:
    """Return the root of the sum of squares of how far all nodes are from where they were."""
    x, y, z = r[0] - other[0], r[1] - other[1], r[2] - other[2]
    return sqrt(total(x * x + y * y + z * z))


@part_of_kernel
def local_error(h_s: float, a: Any) -> float:
    """Return an estimate of the local error of the position (m), from the last term of the acceleration's series."""
    term = load(HIGHEST_TERM, 0)
    x, y, z = total(term * a[0]), total(term * a[1]), total(term * a[2])
    return _TERM_TO_ERROR * h_s * h_s * sqrt(x * x + y * y + z * z)
