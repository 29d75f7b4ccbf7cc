"""Two-body quantities that need no element set."""

from math import atan2, sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel


@kernel
def apsides(r: NDArray[np.float64], v: NDArray[np.float64], gm: float) -> tuple[float, float]:
    """Return the osculating perilune and apolune radii (m); an open orbit's apolune is infinite.

    From the semi-latus rectum h^2 / gm and the eccentricity vector (Vallado 2013, algorithm 9).
    """
    radius = sqrt(r @ r)
    v2 = v @ v
    rv = r @ v
    e = ((v2 - gm / radius) * r - rv * v) / gm
    eccentricity = sqrt(e @ e)
    p = float((radius * radius * v2 - rv * rv) / gm)
    if eccentricity >= 1.0:
        return p / (1.0 + eccentricity), np.inf
    return p / (1.0 + eccentricity), p / (1.0 - eccentricity)


@kernel
def flight_path_angle(r: NDArray[np.float64], v: NDArray[np.float64]) -> float:
    """Return the angle of the velocity above the local horizontal (rad)."""
    h0 = r[1] * v[2] - r[2] * v[1]
    h1 = r[2] * v[0] - r[0] * v[2]
    h2 = r[0] * v[1] - r[1] * v[0]
    return atan2(r @ v, sqrt(h0 * h0 + h1 * h1 + h2 * h2))


@kernel
def spherical(r: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return longitude (rad, -pi to pi), latitude (rad) and radius (m) of a vector in its own axes."""
    radius = sqrt(r @ r)
    return atan2(r[1], r[0]), atan2(r[2], sqrt(r[0] * r[0] + r[1] * r[1])), radius
