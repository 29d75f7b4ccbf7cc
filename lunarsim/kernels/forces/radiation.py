"""Solar radiation pressure on a sphere of constant reflectivity, with the shadow of the Moon."""

from math import sqrt
from typing import Any, NamedTuple

from numba import types
from numba.extending import overload

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.shadow import sunlit_fraction
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, LanesType, everywhere, lane, with_lane
from lunarsim.kernels.simd.points import Real
from lunarsim.kernels.within_callers import OPTIONS


class Sunlight(NamedTuple):
    """The Sun's light during one flight, and how much of it the craft catches."""

    body: int  #: place of the Sun among the bodies of the environment; -1 if it has none
    strength_n_m2: float  #: force in full light times distance squared; 0 where radiation is off
    sun_radius_m: float
    moon_radius_m: float


@formula
def radiation_force(r: Any, sun: Any, sunlight: Sunlight) -> tuple[float, float, float]:
    """Return the force (N) of sunlight at ``r``, with the Sun at ``sun``, both Moon-centred (m).

    The cannonball model (Montenbruck & Gill 2000, Satellite Orbits, eq. 3.75): away from the Sun, falling with
    the square of its distance, times the part of its disc that the Moon leaves free.
    """
    s0, s1, s2 = r[0] - sun[0], r[1] - sun[1], r[2] - sun[2]
    s_squared = s0 * s0 + s1 * s1 + s2 * s2
    lit = sunlit_fraction(r, sun, sunlight.sun_radius_m, sunlight.moon_radius_m)
    k = lit * sunlight.strength_n_m2 / (s_squared * sqrt(s_squared))
    return k * s0, k * s1, k * s2


def push_of_light(b: int, r: Any, d: Any, mass_kg: Real, sunlight: Sunlight | None) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2) by :func:`radiation_force` if body ``b`` at ``d`` is the Sun, else zero.

    The position, and with it the result, is one or eight.

    A flight without radiation may give None, and compiles none of it.
    """
    raise NotImplementedError


@overload(push_of_light, strict=False, jit_options=OPTIONS)
def _push_of_light(b: Any, r: Any, d: Any, mass_kg: Any, sunlight: Any) -> Any:  # noqa: ARG001
    if isinstance(sunlight, types.NoneType):
        return _none
    return _on_eight if isinstance(r[0], LanesType) else _on_one


def _none(b: int, r: Any, d: Any, mass_kg: Real, sunlight: None) -> tuple[float, float, float]:  # noqa: ARG001
    return 0.0, 0.0, 0.0


def _on_one(b: int, r: Any, d: Any, mass_kg: Real, sunlight: Sunlight) -> tuple[float, float, float]:
    if b != sunlight.body or sunlight.strength_n_m2 <= 0.0:
        return 0.0, 0.0, 0.0
    fx, fy, fz = radiation_force(r, d, sunlight)
    return fx / mass_kg, fy / mass_kg, fz / mass_kg


def _on_eight(b: int, r: Any, d: Any, mass_kg: Real, sunlight: Sunlight) -> tuple[Lanes, Lanes, Lanes]:
    fx = fy = fz = everywhere(0.0)
    if b == sunlight.body and sunlight.strength_n_m2 > 0.0:
        for i in range(WIDTH):
            r_i = lane(r[0], i), lane(r[1], i), lane(r[2], i)
            sun_i = lane(d[0], i), lane(d[1], i), lane(d[2], i)
            x, y, z = radiation_force(r_i, sun_i, sunlight)
            fx, fy, fz = with_lane(fx, i, x), with_lane(fy, i, y), with_lane(fz, i, z)
        return fx / mass_kg, fy / mass_kg, fz / mass_kg
    return fx, fy, fz
