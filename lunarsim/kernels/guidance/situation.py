"""What a guidance law sees: coordinates about the target, their rates, and what happens without thrust.

Guidance axes: downrange (in the direction of flight), crossrange (to the left of it), up. Two kinds of coordinates:

* ``LEVEL``: along the Moon. Downrange and crossrange are arcs at the radius of the site, up is the height above it;
  the local axes turn with the craft. Long arcs and short ones look alike to a law.
* ``SITE``: Cartesian, in the axes of the site, as in Klumpp's papers.

Both turn with the Moon, so that a rate of zero is rest over the ground.
"""

from math import atan2, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel

LEVEL = 0
SITE = 1

DOWNRANGE, CROSSRANGE, UP = 0, 1, 2  #: components of a vector in guidance axes

Three = tuple[float, float, float]


class Site(NamedTuple):
    """The site and its axes, in the Moon's principal axes (PA)."""

    radius_m: float
    downrange: NDArray[np.float64]  #: unit vectors
    crossrange: NDArray[np.float64]
    up: NDArray[np.float64]


class Situation(NamedTuple):
    """What the guidance believes at the start of a cycle; vectors are (downrange, crossrange, up)."""

    time_s: float  #: since the phase began
    cycle_s: float  #: until the next look
    position: Three  #: from the site (m); downrange is negative before it
    velocity: Three  #: rates of the position (m/s), over the turning Moon
    free: Three  #: accelerations of the position (m/s2) without thrust
    scale: Three  #: thrust acceleration along the local axes for an acceleration of the position
    mass_kg: float
    thrust_n: float  #: of the engine at full throttle, as the computer knows it
    exhaust_velocity_mps: float
    min_throttle: float
    attitude: Three  #: where the thrust axis points now, unit vector in the local axes
    radius_m: float  #: of the site, from the Moon's centre
    gm: float


@kernel
def site_of(position_pa: NDArray[np.float64], r_pa: NDArray[np.float64], v_pa: NDArray[np.float64]) -> Site:
    """Return a site's axes for a craft that comes from a position with a velocity over the ground, all in PA.

    Downrange is the horizontal at the site in the plane of flight: the plane through the Moon's centre and the
    site that holds the direction from the craft to the site; beyond or above the site, that of the velocity.
    """
    radius = sqrt(position_pa @ position_pa)
    up = position_pa / radius
    away = r_pa - (r_pa @ up) * up  # from the site's vertical to the craft
    ahead = v_pa - (v_pa @ up) * up
    if sqrt(away @ away) > _NEAR_M and away @ ahead < 0.0:
        ahead = -away
    length = sqrt(ahead @ ahead)
    if length <= 1e-9:  # straight down: any horizontal
        ahead = np.array([-up[2], 0.0, up[0]]) if abs(up[2]) > 0.5 else np.array([up[1], -up[0], 0.0])
        length = sqrt(ahead @ ahead)
    downrange = ahead / length
    return Site(radius, downrange, np.cross(up, downrange), up)


_NEAR_M = 2000.0  # closer to the site's vertical, the direction from craft to site says little


@kernel
def local_axes(r_pa: NDArray[np.float64], site: Site) -> NDArray[np.float64]:
    """Return the unit vectors downrange, crossrange and up at a place, as rows, in PA."""
    x, y, z = r_pa @ site.downrange, r_pa @ site.crossrange, r_pa @ site.up
    flat, radius = sqrt(x * x + z * z), sqrt(r_pa @ r_pa)
    st, ct, sb, cb = x / flat, z / flat, y / radius, flat / radius
    axes = np.empty((3, 3))
    axes[0] = ct * site.downrange - st * site.up
    axes[1] = cb * site.crossrange - sb * (st * site.downrange + ct * site.up)
    axes[2] = r_pa / radius
    return axes


@kernel
def level(r_pa: NDArray[np.float64], v_pa: NDArray[np.float64], g_pa: NDArray[np.float64], site: Site) -> Any:
    """Return position, velocity, free acceleration, scale and local axes along the Moon.

    Spherical coordinates about the axis ``crossrange`` of the site: theta along the track, beta across it, r. Their
    accelerations follow from the components of an acceleration (Goldstein, Poole & Safko 2002, section 1.6):
    a_r = r'' - r beta'^2 - r theta'^2 cos^2 beta, and so on. ``g_pa`` is all that acts besides thrust, with what
    turning axes add.
    """
    y = r_pa @ site.crossrange
    radius = sqrt(r_pa @ r_pa)
    flat = sqrt(radius * radius - y * y)
    theta, beta = atan2(r_pa @ site.downrange, r_pa @ site.up), atan2(y, flat)
    sb, cb = y / radius, flat / radius
    axes = local_axes(r_pa, site)
    v, g = axes @ v_pa, axes @ g_pa
    theta1, beta1, radius1 = v[0] / flat, v[1] / radius, v[2]
    theta2 = (g[0] - 2.0 * radius1 * theta1 * cb + 2.0 * radius * theta1 * beta1 * sb) / flat
    beta2 = (g[1] - 2.0 * radius1 * beta1 - radius * theta1 * theta1 * sb * cb) / radius
    radius2 = g[2] + radius * beta1 * beta1 + radius * theta1 * theta1 * cb * cb
    k = site.radius_m
    return (
        (k * theta, k * beta, radius - k),
        (k * theta1, k * beta1, radius1),
        (k * theta2, k * beta2, radius2),
        (flat / k, radius / k, 1.0),
        axes,
    )


@kernel
def cartesian(r_pa: NDArray[np.float64], v_pa: NDArray[np.float64], g_pa: NDArray[np.float64], site: Site) -> Any:
    """Return what :func:`level` returns in the Cartesian axes of the site."""
    axes = np.empty((3, 3))
    axes[0], axes[1], axes[2] = site.downrange, site.crossrange, site.up
    q, q1, q2 = axes @ r_pa, axes @ v_pa, axes @ g_pa
    return (
        (q[0], q[1], q[2] - site.radius_m),
        (q1[0], q1[1], q1[2]),
        (q2[0], q2[1], q2[2]),
        (1.0, 1.0, 1.0),
        axes,
    )


@kernel
def acceleration_without_thrust(
    r_pa: NDArray[np.float64], v_pa: NDArray[np.float64], omega_pa: NDArray[np.float64], gm: float
) -> NDArray[np.float64]:
    """Return the acceleration (m/s2) in axes that turn with the Moon, as the flight computer models it.

    A point mass, and what turning axes add; the computer knows no harmonics. ``omega_pa`` is the Moon's angular
    velocity (rad/s), ``v_pa`` the velocity over the turning Moon.
    """
    r2 = r_pa @ r_pa
    gravity = -gm / (r2 * sqrt(r2)) * r_pa
    return gravity - 2.0 * np.cross(omega_pa, v_pa) - np.cross(omega_pa, np.cross(omega_pa, r_pa))


@kernel
def thrust_for(acceleration: Three, s: Situation) -> Three:
    """Return the acceleration by thrust (m/s2, local axes) that gives the position an acceleration (m/s2)."""
    return (
        (acceleration[0] - s.free[0]) * s.scale[0],
        (acceleration[1] - s.free[1]) * s.scale[1],
        (acceleration[2] - s.free[2]) * s.scale[2],
    )
