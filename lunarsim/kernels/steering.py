"""Steering laws: the direction of thrust as a unit vector in ICRF axes."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel

FIXED = 0  #: a direction that does not turn in inertial space
ALONG_VELOCITY = 1  #: along the Moon-centred inertial velocity
AGAINST_VELOCITY = 2  #: against the Moon-centred inertial velocity


@kernel
def thrust_direction(law: int, direction: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the unit vector of thrust for a law's code; ``direction`` serves the fixed law alone."""
    if law == FIXED:
        return direction[0], direction[1], direction[2]
    k = 1.0 / sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    if law == AGAINST_VELOCITY:
        k = -k
    return k * v[0], k * v[1], k * v[2]
