"""What a guidance law sees: coordinates about the target, their rates, and what happens without thrust.

Guidance axes: downrange (in the direction of flight), crossrange (to the left of it), up. Two kinds of coordinates:

* ``LEVEL``: along the Moon. Downrange and crossrange are arcs at the radius of the site, up is the height above it;
  the local axes turn with the craft. Long arcs and short ones look alike to a law.
* ``SITE``: Cartesian, in the axes of the site, as in Klumpp's papers.

Both turn with the Moon, so that a rate of zero is rest over the ground.
"""

from math import atan2, sqrt
from typing import Any, NamedTuple

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.numerics.vectors import Three, across, along_axes, combined, cross, dot, length, scaled

LEVEL = 0
SITE = 1

DOWNRANGE, CROSSRANGE, UP = 0, 1, 2  #: components of a vector in guidance axes

Axes = tuple[Three, Three, Three]


class Site(NamedTuple):
    """The site and its axes, in the Moon's principal axes (PA)."""

    radius_m: float
    downrange: Three  #: unit vectors
    crossrange: Three
    up: Three


class Seen(NamedTuple):
    """Where a craft is for a law; vectors are (downrange, crossrange, up)."""

    position: Three  #: m
    velocity: Three  #: m/s
    free: Three  #: m/s2
    scale: Three
    axes: Axes  #: local ones, in PA


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


@formula
def site_of(position_pa: Any, r_pa: Any, v_pa: Any) -> Site:
    """Return a site's axes for a craft that comes from a position with a velocity over the ground, all in PA.

    Downrange is the horizontal at the site in the plane of flight: the plane through the Moon's centre and the
    site that holds the direction from the craft to the site; beyond or above the site, that of the velocity.
    """
    radius = length(position_pa)
    up = scaled(1.0 / radius, position_pa)
    away = across(r_pa, up)  # from the site's vertical to the craft
    ahead = across(v_pa, up)
    if length(away) > _NEAR_M and dot(away, ahead) < 0.0:
        ahead = scaled(-1.0, away)
    size = length(ahead)
    if size <= 1e-9:  # straight down: any horizontal
        ahead = (-up[2], 0.0, up[0]) if abs(up[2]) > 0.5 else (up[1], -up[0], 0.0)
        size = length(ahead)
    downrange = scaled(1.0 / size, ahead)
    return Site(radius, downrange, cross(up, downrange), up)


_NEAR_M = 2000.0  # closer to the site's vertical, the direction from craft to site says little


@part_of_kernel
def local_axes(r_pa: Any, site: Site) -> Axes:
    """Return the unit vectors downrange, crossrange and up at a place, in PA."""
    x, y, z = dot(r_pa, site.downrange), dot(r_pa, site.crossrange), dot(r_pa, site.up)
    flat, radius = sqrt(x * x + z * z), length(r_pa)
    st, ct, sb, cb = x / flat, z / flat, y / radius, flat / radius
    return (
        combined(ct, site.downrange, -st, site.up),
        combined(cb, site.crossrange, -sb, combined(st, site.downrange, ct, site.up)),
        scaled(1.0 / radius, r_pa),
    )


@formula
def level(r_pa: Any, v_pa: Any, g_pa: Any, site: Site) -> Seen:
    """Return position, velocity, free acceleration, scale and local axes along the Moon.

    Spherical coordinates about the axis ``crossrange`` of the site: theta along the track, beta across it, r. Their
    accelerations follow from the components of an acceleration (Goldstein, Poole & Safko 2002, section 1.6):
    a_r = r'' - r beta'^2 - r theta'^2 cos^2 beta, and so on. ``g_pa`` is all that acts besides thrust, with what
    turning axes add.
    """
    y = dot(r_pa, site.crossrange)
    radius = length(r_pa)
    flat = sqrt(radius * radius - y * y)
    sb, cb = y / radius, flat / radius
    axes = local_axes(r_pa, site)
    v, g = along_axes(axes, v_pa), along_axes(axes, g_pa)
    theta1, beta1, radius1 = v[0] / flat, v[1] / radius, v[2]
    theta2 = (g[0] - 2.0 * radius1 * theta1 * cb + 2.0 * radius * theta1 * beta1 * sb) / flat
    beta2 = (g[1] - 2.0 * radius1 * beta1 - radius * theta1 * theta1 * sb * cb) / radius
    radius2 = g[2] + radius * beta1 * beta1 + radius * theta1 * theta1 * cb * cb
    k = site.radius_m
    return Seen(
        along_moon(r_pa, site),
        (k * theta1, k * beta1, radius1),
        (k * theta2, k * beta2, radius2),
        (flat / k, radius / k, 1.0),
        axes,
    )


@part_of_kernel
def along_moon(r_pa: Any, site: Site) -> Three:
    """Return a position as arcs along the Moon and the height above the site (m)."""
    y, radius, k = dot(r_pa, site.crossrange), length(r_pa), site.radius_m
    theta = atan2(dot(r_pa, site.downrange), dot(r_pa, site.up))
    return k * theta, k * atan2(y, sqrt(radius * radius - y * y)), radius - k


@formula
def cartesian(r_pa: Any, v_pa: Any, g_pa: Any, site: Site) -> Seen:
    """Return what :func:`level` returns in the Cartesian axes of the site."""
    axes = (site.downrange, site.crossrange, site.up)
    q = along_axes(axes, r_pa)
    above = (q[0], q[1], q[2] - site.radius_m)
    return Seen(above, along_axes(axes, v_pa), along_axes(axes, g_pa), (1.0, 1.0, 1.0), axes)


@formula
def acceleration_without_thrust(r_pa: Any, v_pa: Any, omega_pa: Any, gm: float) -> Three:
    """Return the acceleration (m/s2) in axes that turn with the Moon, as the flight computer models it.

    A point mass, and what turning axes add; the computer knows no harmonics. ``omega_pa`` is the Moon's angular
    velocity (rad/s), ``v_pa`` the velocity over the turning Moon.
    """
    r2 = dot(r_pa, r_pa)
    coriolis, centrifugal = cross(omega_pa, v_pa), cross(omega_pa, cross(omega_pa, r_pa))
    turning = combined(-2.0, coriolis, -1.0, centrifugal)
    return combined(-gm / (r2 * sqrt(r2)), r_pa, 1.0, turning)


@part_of_kernel
def thrust_for(acceleration: Three, s: Situation) -> Three:
    """Return the acceleration by thrust (m/s2, local axes) that gives the position an acceleration (m/s2)."""
    return (
        (acceleration[0] - s.free[0]) * s.scale[0],
        (acceleration[1] - s.free[1]) * s.scale[1],
        (acceleration[2] - s.free[2]) * s.scale[2],
    )
