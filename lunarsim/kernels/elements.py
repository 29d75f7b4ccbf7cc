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
