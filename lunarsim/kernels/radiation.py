"""Solar radiation pressure on a sphere of constant reflectivity, with the shadow of the Moon."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.shadow import sunlit_fraction


class Sunlight(NamedTuple):
    """The Sun's light during one flight, and how much of it the craft catches."""

    body: int  #: place of the Sun among the bodies of the environment; -1 if it has none
    strength_n_m2: float  #: force in full light times distance squared; 0 where radiation is off
    sun_radius_m: float
    moon_radius_m: float


@kernel
def radiation_force(r: NDArray[np.float64], sun: NDArray[np.float64], sunlight: Sunlight) -> tuple[float, float, float]:
    """Return the force (N) of sunlight at ``r``, with the Sun at ``sun``, both Moon-centred (m).

    The cannonball model (Montenbruck & Gill 2000, Satellite Orbits, eq. 3.75): away from the Sun, falling with
    the square of its distance, times the part of its disc that the Moon leaves free.
    """
    s0, s1, s2 = r[0] - sun[0], r[1] - sun[1], r[2] - sun[2]
    s_squared = s0 * s0 + s1 * s1 + s2 * s2
    lit = sunlit_fraction(r, sun, sunlight.sun_radius_m, sunlight.moon_radius_m)
    k = lit * sunlight.strength_n_m2 / (s_squared * sqrt(s_squared))
    return k * s0, k * s1, k * s2
