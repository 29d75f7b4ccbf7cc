"""Solar radiation pressure on a sphere of constant reflectivity, with the shadow of the Moon."""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.forces.shadow import sunlit_fraction
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, LanesType, everywhere, lane, with_lane
from lunarsim.kernels.simd.points import Real


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


def force_of_light(r: Any, sun: Any, sunlight: Sunlight) -> tuple[Real, Real, Real]:
    """Return :func:`radiation_force` at one position or eight, given as their three components."""
    raise NotImplementedError


@overload(force_of_light, strict=False)
def _force_of_light(r: Any, sun: Any, sunlight: Any) -> Any:  # noqa: ARG001
    return _on_eight if isinstance(r[0], LanesType) else _on_one


def _on_one(r: Any, sun: Any, sunlight: Sunlight) -> tuple[float, float, float]:
    return radiation_force(np.array(r), np.array(sun), sunlight)


def _on_eight(r: Any, sun: Any, sunlight: Sunlight) -> tuple[Lanes, Lanes, Lanes]:
    fx = fy = fz = everywhere(0.0)
    for i in range(WIDTH):
        r_i = np.array((lane(r[0], i), lane(r[1], i), lane(r[2], i)))
        sun_i = np.array((lane(sun[0], i), lane(sun[1], i), lane(sun[2], i)))
        x, y, z = radiation_force(r_i, sun_i, sunlight)
        fx, fy, fz = with_lane(fx, i, x), with_lane(fy, i, y), with_lane(fz, i, z)
    return fx, fy, fz
