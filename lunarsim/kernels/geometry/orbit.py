"""Two-body quantities that need no element set."""

from math import atan2, sqrt
from typing import Any

import numpy as np

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.numerics.vectors import cross, dot, length


@formula
def apsides(r: Any, v: Any, gm: float) -> tuple[float, float]:
    """Return the osculating perilune and apolune radii (m); an open orbit's apolune is infinite.

    The energy alone says whether an orbit is open: a state at rest, or that moves along its radius, may be bound. The
    perilune p / (1 + e) and the apolune a (1 + e) keep their digits at any eccentricity, where p / (1 - e) and
    a (1 - e) lose them near 1. The radius itself lies between them, whatever the rounding.
    """
    p, inverse_a, e_cos, e_sin = conic_of_state(r, v, gm)
    radius, eccentricity = length(r), sqrt(e_cos * e_cos + e_sin * e_sin)
    lowest = min(p / (1.0 + eccentricity), radius)
    if inverse_a <= 0.0:
        return lowest, np.inf
    return lowest, max((1.0 + eccentricity) / inverse_a, radius)


@formula
def conic_of_state(r: Any, v: Any, gm: float) -> tuple[float, float, float, float]:
    """Return the conic of a state: semi-latus rectum p (m), 1 / a (1/m), e cos(nu) and e sin(nu).

    1 / a follows from the energy (vis-viva), the others from the equation of the conic, p / r = 1 + e cos(nu), and
    its derivative (Battin 1999, sec. 3.3). All are finite for a state at rest, a vertical and a parabolic one.
    """
    radius, h = length(r), cross(r, v)  # not from r2 v2 - (r v)^2, which loses all digits near the radius
    h2 = dot(h, h)
    p = h2 / gm
    return p, 2.0 / radius - dot(v, v) / gm, p / radius - 1.0, sqrt(h2) * dot(r, v) / (gm * radius)


@formula
def around(angle: float) -> float:
    """Return an angle (rad) from 0 to 2 pi, the latter excluded: a tiny negative one would be rounded up to it."""
    turned = angle % (2.0 * np.pi)
    return 0.0 if turned >= 2.0 * np.pi else turned


@formula
def flight_path_angle(r: Any, v: Any) -> float:
    """Return the angle of the velocity above the local horizontal (rad)."""
    return atan2(dot(r, v), length(cross(r, v)))


@formula
def spherical(r: Any) -> tuple[float, float, float]:
    """Return longitude (rad, -pi to pi), latitude (rad) and radius (m) of a vector in its own axes."""
    return atan2(r[1], r[0]), atan2(r[2], sqrt(r[0] * r[0] + r[1] * r[1])), length(r)
