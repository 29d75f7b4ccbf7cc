"""Chebyshev tables of positions: what a slow function of time becomes before a flight."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import ceil

import numpy as np
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.kernels.numerics.chebyshev import ChebyshevTable

J2000_JD = 2451545.0
DAY_S = 86400.0

Positions = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def intervals_within(duration_s: float, interval_s: float) -> int:
    """Return how many intervals cover a duration; at least one."""
    return max(1, ceil(duration_s / interval_s))


def fit(positions: Positions, start_et_s: float, interval_s: float, intervals: int, terms: int) -> ChebyshevTable:
    """Interpolate a vector function of time at the Chebyshev nodes of adjoining intervals.

    Parameters
    ----------
    positions : callable
        From n days of TDB past J2000 to components of shape (components, n).
    start_et_s, interval_s : float
        Start of the first interval (TDB seconds past J2000) and length of each.
    intervals, terms : int
        How many intervals, and terms in each.
    """
    nodes, basis = nodes_and_basis(terms)
    starts = start_et_s + interval_s * np.arange(intervals)
    days = (starts[:, None] + 0.5 * interval_s * (1.0 + nodes)) / DAY_S
    samples = positions(days.ravel())
    coefficients = np.einsum("kj,cij->ick", basis, samples.reshape(-1, intervals, terms))
    return ChebyshevTable(start_et_s, interval_s, np.ascontiguousarray(coefficients))


@cache
def nodes_and_basis(terms: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nodes on -1 to 1, and the matrix that turns values at them into coefficients."""
    nodes = np.cos(np.pi * (np.arange(terms) + 0.5) / terms)
    basis = np.cos(np.outer(np.arange(terms), np.arccos(nodes))) * (2.0 / terms)
    basis[0] *= 0.5
    return nodes, basis


def tdb(days: NDArray[np.float64]) -> Time:
    """Return the times that lie some days of TDB past J2000."""
    return Time(J2000_JD, days, format="jd", scale="tdb")
