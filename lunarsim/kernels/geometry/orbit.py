"""Two-body quantities that need no element set."""

from math import atan2, sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel


@kernel
def apsides(r: NDArray[np.float64], v: NDArray[np.float64], gm: float) -> tuple[float, float]:
    """Return the osculating perilune and apolune radii (m); an open orbit's apolune is infinite.

    The energy alone says whether an orbit is open: a state at rest, or that moves along its radius, may be bound. The
    perilune p / (1 + e) and the apolune a (1 + e) keep their digits at any eccentricity, where p / (1 - e) and
    a (1 - e) lose them near 1. The radius itself lies between them, whatever the rounding.
    """
    p, inverse_a, e_cos, e_sin = conic_of_state(r, v, gm)
    radius, eccentricity = sqrt(r @ r), sqrt(e_cos * e_cos + e_sin * e_sin)
    lowest = min(p / (1.0 + eccentricity), radius)
    if inverse_a <= 0.0:
        return lowest, np.inf
    return lowest, max((1.0 + eccentricity) / inverse_a, radius)


@kernel
def conic_of_state(r: NDArray[np.float64], v: NDArray[np.float64], gm: float) -> tuple[float, float, float, float]:
    """Return the conic of a state: semi-latus rectum p (m), 1 / a (1/m), e cos(nu) and e sin(nu).

    1 / a follows from the energy (vis-viva), the others from the equation of the conic, p / r = 1 + e cos(nu), and
    its derivative (Battin 1999, sec. 3.3). All are finite for a state at rest, a vertical and a parabolic one.
    """
    radius, h = sqrt(r @ r), angular_momentum(r, v)
    h2 = h[0] * h[0] + h[1] * h[1] + h[2] * h[2]
    p = h2 / gm
    v2, rv = float(v @ v), float(r @ v)
    return p, 2.0 / radius - v2 / gm, p / radius - 1.0, sqrt(h2) * rv / (gm * radius)


@kernel
def angular_momentum(r: NDArray[np.float64], v: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return r x v; not from r2 v2 - (r v)^2, which loses all digits where the velocity is along the radius."""
    return r[1] * v[2] - r[2] * v[1], r[2] * v[0] - r[0] * v[2], r[0] * v[1] - r[1] * v[0]


@kernel
def around(angle: float) -> float:
    """Return an angle (rad) from 0 to 2 pi, the latter excluded: a tiny negative one would be rounded up to it."""
    turned = angle % (2.0 * np.pi)
    return 0.0 if turned >= 2.0 * np.pi else turned


@kernel
def flight_path_angle(r: NDArray[np.float64], v: NDArray[np.float64]) -> float:
    """Return the angle of the velocity above the local horizontal (rad)."""
    h0, h1, h2 = angular_momentum(r, v)
    return atan2(r @ v, sqrt(h0 * h0 + h1 * h1 + h2 * h2))


@kernel
def spherical(r: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return longitude (rad, -pi to pi), latitude (rad) and radius (m) of a vector in its own axes."""
    radius = sqrt(r @ r)
    return atan2(r[1], r[0]), atan2(r[2], sqrt(r[0] * r[0] + r[1] * r[1])), radius
