"""Keplerian elements by boinor's core, behind functions that numba keeps on disk.

Called directly, boinor's own functions compile anew in every process.
"""

import numpy as np
from boinor.core.elements import coe2rv, rv2coe
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel


@kernel
def state_from_elements(
    gm: float, p: float, e: float, inclination: float, node: float, argument: float, anomaly: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return position (m) and velocity (m/s) for a semi-latus rectum (m), eccentricity and angles (rad)."""
    rv = coe2rv(gm, p, e, inclination, node, argument, anomaly)
    return rv[0].copy(), rv[1].copy()


@kernel
def elements_from_state(
    gm: float, r: NDArray[np.float64], v: NDArray[np.float64]
) -> tuple[float, float, float, float, float, float]:
    """Return semi-latus rectum (m), eccentricity, inclination, node, argument, true anomaly (rad)."""
    p, e, inclination, node, argument, anomaly = rv2coe(gm, r, v)
    return p, e, inclination, node, argument, anomaly


@kernel
def conic(lowest_m: float, highest_m: float) -> tuple[float, float]:
    """Return the semi-latus rectum (m) and the eccentricity of an orbit between two radii."""
    total = lowest_m + highest_m
    return 2.0 * lowest_m * highest_m / total, (highest_m - lowest_m) / total


@kernel
def states_from_elements(
    elements: NDArray[np.float64], gm: float, radius_m: float, rot: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return states (m, m/s) in inertial axes, shape (n, 6), of many orbits.

    ``elements`` has the shape (n, 6): the altitudes of perilune and apolune above ``radius_m`` (m), then
    inclination, node, argument of perilune and true anomaly (rad) in the axes to which ``rot`` turns. An orbit
    that is impossible, its perilune above its apolune or below the centre, gives NaN.
    """
    states = np.full((elements.shape[0], 6), np.nan)
    for i in range(elements.shape[0]):
        low, high = radius_m + elements[i, 0], radius_m + elements[i, 1]
        if 0.0 < low <= high:
            p, e = conic(low, high)
            r, v = state_from_elements(gm, p, e, elements[i, 2], elements[i, 3], elements[i, 4], elements[i, 5])
            for k in range(3):
                states[i, k] = rot[0, k] * r[0] + rot[1, k] * r[1] + rot[2, k] * r[2]
                states[i, 3 + k] = rot[0, k] * v[0] + rot[1, k] * v[1] + rot[2, k] * v[2]
    return states
