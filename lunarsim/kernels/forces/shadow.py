"""Shadow of a sphere in the light of the Sun: contacts of the two discs, and how much of the Sun is seen.

All positions are relative to the centre of the sphere that casts the shadow, in any one set of axes. For an
eclipse by the Earth, subtract the Earth's position from those of the craft and the Sun, and give its radius.
"""

from math import asin, atan2, cos, pi, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.numerics.vectors import angle_between, length


@formula
def discs(r: Any, sun: Any, sun_radius_m: float, radius_m: float) -> tuple[float, float, float]:
    """Return the apparent radii of the Sun and of the sphere, and the angle between their centres (rad).

    Seen from ``r`` (m). At and below its surface the sphere fills half the sky.
    """
    to_sun = sun[0] - r[0], sun[1] - r[1], sun[2] - r[2]
    return (
        asin(sun_radius_m / length(to_sun)),
        asin(min(1.0, radius_m / length(r))),
        angle_between(to_sun, (-r[0], -r[1], -r[2])),
    )


@kernel
def contacts(r: Any, sun: Any, sun_radius_m: float, radius_m: float) -> tuple[float, float]:
    """Return how far ``r`` (m) is from penumbra and from umbra, as angles (rad): negative inside.

    The first is zero where the discs touch from outside (the penumbra's cone), the second where the Sun's disc
    touches the limb from inside (the umbra's cone). Both are smooth where they are zero, so that an event can
    be located on them. Beyond the umbra's tip the second is positive: an annular eclipse is penumbra.
    """
    sun_disc, disc, separation = discs(r, sun, sun_radius_m, radius_m)
    return separation - disc - sun_disc, separation - disc + sun_disc


@kernel
def contacts_along(
    r: NDArray[np.float64], sun: NDArray[np.float64], sun_radius_m: float, radius_m: float
) -> NDArray[np.float64]:
    """Return :func:`contacts` at n places, shape (n, 2), for n places of the Sun."""
    both = np.empty((len(r), 2))
    for i in range(len(r)):
        both[i, 0], both[i, 1] = contacts(r[i], sun[i], sun_radius_m, radius_m)
    return both


@formula
def sunlit_fraction(r: Any, sun: Any, sun_radius_m: float, radius_m: float) -> float:
    """Return the part of the Sun's disc seen from ``r`` (m): 1 in sunlight, 0 in umbra.

    The shadow function of a conical penumbra (Montenbruck & Gill 2000, Satellite Orbits, section 3.4.2): the
    overlap of two circles, the Sun's disc uniformly bright. The limb is drawn with its true curvature, the
    cotangent of its apparent radius, so that the fraction is within 1e-6 of the integral over the sphere of the
    sky (within 1e-5 at the umbra's tip, 380,000 km behind the Moon), where two flat circles are 3e-4 off.
    """
    a, b, separation = discs(r, sun, sun_radius_m, radius_m)
    gap = separation - b  # from the Sun's centre to the limb; negative behind it
    if gap >= a:
        return 1.0
    if separation <= b - a:
        return 0.0
    if separation <= a - b:
        return 1.0 - (sin(0.5 * b) / sin(0.5 * a)) ** 2
    return 1.0 - _overlap(a, gap, max(cos(b) / sin(b), 0.0)) / (pi * a * a)


@formula
def _overlap(a: float, gap: float, curvature: float) -> float:
    """Return the area common to a circle of radius ``a`` and one whose edge passes ``gap`` from its centre."""
    x = (curvature * (gap * gap + a * a) + 2.0 * gap) / (2.0 * (1.0 + curvature * gap))
    x = max(-a, min(a, x))  # the chord that the two circles share
    y = sqrt(a * a - x * x)
    area = a * a * atan2(y, x) - x * y
    half_angle = atan2(curvature * y, 1.0 + curvature * (gap - x))
    if half_angle < 1e-3:  # the limb is nearly straight: the segment's series, without 0 / 0
        return area + 2.0 / 3.0 * curvature * y * y * y * (1.0 + 0.3 * half_angle * half_angle)
    return area + (half_angle - sin(half_angle) * cos(half_angle)) / (curvature * curvature)
