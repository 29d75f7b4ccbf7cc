"""The Moon's own tide: the pull of the bulge that another body raises."""

from math import sqrt
from typing import Any

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.simd.points import Real


@formula
def solid_tide(r: Any, d: Any, gm: float, love_number: float, radius_m: float) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2) at ``r`` by the degree-2 tide that a body at ``d`` raises, both in m.

    The gradient of k2 (gm / d) (R / d)**2 (R / r)**3 P2(cos psi), psi the angle between ``r`` and ``d``
    (Montenbruck & Gill 2000, Satellite Orbits, section 3.7.2): elastic, without lag, the same k2 for all
    orders, and with the permanent tide in it.
    """
    r_squared = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    d_squared = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    r_length, d_length = sqrt(r_squared), sqrt(d_squared)
    cosine = (r[0] * d[0] + r[1] * d[1] + r[2] * d[2]) / (r_length * d_length)
    ratio = radius_m * radius_m / r_squared
    k = 0.5 * love_number * gm * radius_m * ratio * ratio / (d_squared * d_length)
    radial = k * (3.0 - 15.0 * cosine * cosine) / r_length
    towards = 6.0 * k * cosine / d_length
    return radial * r[0] + towards * d[0], radial * r[1] + towards * d[1], radial * r[2] + towards * d[2]
