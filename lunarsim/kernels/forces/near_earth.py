"""The Earth as a near body: its oblateness, the height over its ellipsoid, and where its pull is solved for.

A flight without a near Earth gives None for it, and compiles none of this.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.constants import GM_EARTH_M3_S2, GM_MOON_M3_S2, WGS84_FLATTENING, WGS84_RADIUS_M
from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.forces.gravity import point_mass
from lunarsim.kernels.geometry.orbit import apsides
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate, evaluate_at_eight, evaluate_with_rate
from lunarsim.kernels.numerics.vectors import added
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, LanesType, load
from lunarsim.kernels.simd.points import Real, component
from lunarsim.kernels.within_callers import OPTIONS

#: From the Moon's centre: beyond it the Earth may be near, as near as 106,000 km. Nearer to the Moon its attraction
#: changes by less than 1e-9 of a metre a second squared in a metre.
BEYOND_M = 2.5e8

#: Radius of the Moon's sphere of influence as a share of the Earth's distance (Laplace; Battin 1999, section 8.4).
SPHERE_SHARE = (GM_MOON_M3_S2 / GM_EARTH_M3_S2) ** 0.4

_SQUARED_ECCENTRICITY = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING)
_POLAR_RADIUS_M = WGS84_RADIUS_M * (1.0 - WGS84_FLATTENING)
_SECOND_ECCENTRICITY = _SQUARED_ECCENTRICITY / (1.0 - _SQUARED_ECCENTRICITY)  # squared


class NearEarth(NamedTuple):
    """The Earth during one flight, as more than a distant point mass."""

    body: int  #: place of the Earth among the bodies of the environment
    oblateness_m5_s2: float  #: 3/2 GM J2 R**2
    pole: ChebyshevTable  #: unit vector of its axis (of the ITRF), ICRF axes
    end_height_m: float  #: over the ellipsoid, at which a flight that comes down ends


def is_by_earth(y: NDArray[np.float64], earth: NearEarth | None) -> bool:
    """Return whether a craft is so far from the Moon that the Earth may be near."""
    return False if earth is None else bool(y[0] * y[0] + y[1] * y[1] + y[2] * y[2] > BEYOND_M * BEYOND_M)


@overload(is_by_earth, strict=False, jit_options=OPTIONS)
def _is_by_earth(y: Any, earth: Any) -> Any:  # noqa: ARG001
    if isinstance(earth, types.NoneType):
        return lambda y, earth: False  # noqa: ARG005
    return lambda y, earth: y[0] * y[0] + y[1] * y[1] + y[2] * y[2] > BEYOND_M * BEYOND_M  # noqa: ARG005


def pole_at(et_s: Real, earth: NearEarth | None) -> tuple[Real, Real, Real]:
    """Return the unit vector of the Earth's axis (ICRF axes) at one time or eight; of no use without a near Earth."""
    return (0.0, 0.0, 1.0) if earth is None else _pole(et_s, earth)


@overload(pole_at, strict=False, jit_options=OPTIONS)
def _pole_at(et_s: Any, earth: Any) -> Any:
    if isinstance(earth, types.NoneType):
        return lambda et_s, earth: (0.0, 0.0, 1.0)  # noqa: ARG005
    return _pole_at_eight if isinstance(et_s, LanesType) else _pole


def _pole(et_s: float, earth: NearEarth) -> tuple[float, float, float]:
    axis = np.empty(3)
    evaluate(earth.pole, et_s, axis)
    return axis[0], axis[1], axis[2]


def _pole_at_eight(et_s: Lanes, earth: NearEarth) -> tuple[Lanes, Lanes, Lanes]:
    axis = np.empty(3 * WIDTH)
    evaluate_at_eight(earth.pole, et_s, axis)
    return load(axis, 0), load(axis, WIDTH), load(axis, 2 * WIDTH)


@formula
def oblate_pull(s: Any, pole: Any, k: float) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2) by the oblateness of a body at a position (m) from its centre.

    The gradient of -(k / 3) (3 sin(latitude)**2 - 1) / s**3, with k = 3/2 GM J2 R**2 (Vallado 2013, chapter 8).
    """
    s2 = s[0] * s[0] + s[1] * s[1] + s[2] * s[2]
    north = s[0] * pole[0] + s[1] * pole[1] + s[2] * pole[2]
    f = -k / (s2 * s2 * sqrt(s2))
    radial, along = f * (1.0 - 5.0 * north * north / s2), 2.0 * f * north
    return radial * s[0] + along * pole[0], radial * s[1] + along * pole[1], radial * s[2] + along * pole[2]


@formula
def from_earth(r: Any, sky: Any, earth: NearEarth) -> tuple[Real, Real, Real]:
    """Return a Moon-centred position (m) as one from the Earth's centre, of one point or eight."""
    b = 3 * earth.body
    return r[0] - component(sky.bodies, b), r[1] - component(sky.bodies, b + 1), r[2] - component(sky.bodies, b + 2)


def with_oblateness(
    total: tuple[Real, Real, Real], r: Any, sky: Any, earth: NearEarth | None
) -> tuple[Real, Real, Real]:
    """Return an acceleration with that by the Earth's oblateness, less what this does to the Moon itself.

    Position and acceleration are of one point or eight. The Moon falls by 1e-9 m/s2: 100 m in five days.
    """
    return total if earth is None else _with_oblateness_of(total, r, sky, earth)


@overload(with_oblateness, strict=False, jit_options=OPTIONS)
def _with_oblateness(total: Any, r: Any, sky: Any, earth: Any) -> Any:  # noqa: ARG001
    if isinstance(earth, types.NoneType):
        return lambda total, r, sky, earth: total  # noqa: ARG005
    return _with_oblateness_of


def _with_oblateness_of(total: tuple[Real, Real, Real], r: Any, sky: Any, earth: NearEarth) -> tuple[Real, Real, Real]:
    b, k = 3 * earth.body, earth.oblateness_m5_s2
    to_earth = component(sky.bodies, b), component(sky.bodies, b + 1), component(sky.bodies, b + 2)
    at_craft = oblate_pull(from_earth(r, sky, earth), sky.pole, k)
    return added(added(total, at_craft), oblate_pull(to_earth, sky.pole, k))


def with_pull_of_earth(
    a: Any, r: Any, sign: float, sky: Any, by_earth: bool, body_gm: NDArray[np.float64], earth: NearEarth | None
) -> Any:
    """Return accelerations with what the Earth gives at positions (m) added, or taken off by the sign -1.

    Only where the Earth may be near; without what it does to the Moon.
    """
    return a if earth is None else _with_pull_of(a, r, sign, sky, by_earth, body_gm, earth)


@overload(with_pull_of_earth, strict=False, jit_options=OPTIONS)
def _with_pull_of_earth(a: Any, r: Any, sign: Any, sky: Any, by_earth: Any, body_gm: Any, earth: Any) -> Any:
    del a, r, sign, sky, by_earth, body_gm
    if isinstance(earth, types.NoneType):
        return lambda a, r, sign, sky, by_earth, body_gm, earth: a  # noqa: ARG005
    return _with_pull_of


def _with_pull_of(
    a: Any, r: Any, sign: float, sky: Any, by_earth: bool, body_gm: NDArray[np.float64], earth: NearEarth
) -> Any:
    if not by_earth:
        return a
    s = from_earth(r, sky, earth)
    x, y, z = added(point_mass(s[0], s[1], s[2], body_gm[earth.body]), oblate_pull(s, sky.pole, earth.oblateness_m5_s2))
    return added(a, (sign * x, sign * y, sign * z))


@formula
def height_over_ellipsoid(axis_m: float, north_m: float) -> float:
    """Return the height (m) over the WGS84 ellipsoid, from the distance from its axis and from its equator (m).

    Bowring 1985, Survey Review 28, 202; the height errs by the square of the latitude's error: by less than 1e-9 m up
    to 1000 km, and far out by less than the rounding.
    """
    radius_m = sqrt(axis_m * axis_m + north_m * north_m)
    sine = _POLAR_RADIUS_M * north_m * (1.0 + _SECOND_ECCENTRICITY * _POLAR_RADIUS_M / radius_m)
    cosine = WGS84_RADIUS_M * axis_m
    length = sqrt(sine * sine + cosine * cosine)
    sine, cosine = sine / length, cosine / length
    sine = north_m + _SECOND_ECCENTRICITY * _POLAR_RADIUS_M * sine * sine * sine
    cosine = axis_m - _SQUARED_ECCENTRICITY * WGS84_RADIUS_M * cosine * cosine * cosine
    length = sqrt(sine * sine + cosine * cosine)
    sine, cosine = sine / length, cosine / length
    return axis_m * cosine + north_m * sine - WGS84_RADIUS_M * sqrt(1.0 - _SQUARED_ECCENTRICITY * sine * sine)


@kernel
def height_over_earth(et_s: float, r: NDArray[np.float64], bodies: ChebyshevTable, earth: NearEarth) -> float:
    """Return the height (m) of a Moon-centred position (m, ICRF axes) over the Earth's ellipsoid at a time."""
    positions, axis, b = np.empty(bodies.coefficients.shape[1]), np.empty(3), 3 * earth.body
    evaluate(bodies, et_s, positions)
    evaluate(earth.pole, et_s, axis)
    x, y, z = r[0] - positions[b], r[1] - positions[b + 1], r[2] - positions[b + 2]
    north = x * axis[0] + y * axis[1] + z * axis[2]
    return height_over_ellipsoid(sqrt(max(x * x + y * y + z * z - north * north, 0.0)), north)


def orbits_earth(
    et_s: float, y: NDArray[np.float64], body_gm: NDArray[np.float64], bodies: ChebyshevTable, earth: NearEarth | None
) -> bool:
    """Return whether a craft outside of the Moon's sphere of influence is on a closed orbit about the Earth."""
    return False if earth is None else _orbits(et_s, y, body_gm, bodies, earth)


@overload(orbits_earth, strict=False, jit_options=OPTIONS)
def _orbits_earth(et_s: Any, y: Any, body_gm: Any, bodies: Any, earth: Any) -> Any:
    del et_s, y, body_gm, bodies
    if isinstance(earth, types.NoneType):
        return lambda et_s, y, body_gm, bodies, earth: False  # noqa: ARG005
    return _orbits


def _orbits(
    et_s: float, y: NDArray[np.float64], body_gm: NDArray[np.float64], bodies: ChebyshevTable, earth: NearEarth
) -> bool:
    count, b = bodies.coefficients.shape[1], 3 * earth.body
    positions, rates = np.empty(count), np.empty(count)
    evaluate_with_rate(bodies, et_s, positions, rates)
    distance_m = sqrt(positions[b] ** 2 + positions[b + 1] ** 2 + positions[b + 2] ** 2)
    if y[0] * y[0] + y[1] * y[1] + y[2] * y[2] < (SPHERE_SHARE * distance_m) ** 2:
        return False
    r = y[0] - positions[b], y[1] - positions[b + 1], y[2] - positions[b + 2]
    v = y[3] - rates[b], y[4] - rates[b + 1], y[5] - rates[b + 2]
    _, highest_m = apsides(r, v, body_gm[earth.body])
    return bool(highest_m < np.inf)
