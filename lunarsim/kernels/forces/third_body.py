"""Attraction by a distant body, less what it does to the Moon itself."""

from math import sqrt
from typing import Any

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.simd.points import Real


@formula
def third_body(r: Any, d: Any, gm: float) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2) at ``r`` by a body at ``d``, both Moon-centred (m).

    Battin's form (Battin 1999, An Introduction to the Mathematics and Methods of Astrodynamics,
    eqs. 8.60 to 8.62): the small difference of two large attractions, without their cancellation.
    """
    d2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    q = (r[0] * (r[0] - 2.0 * d[0]) + r[1] * (r[1] - 2.0 * d[1]) + r[2] * (r[2] - 2.0 * d[2])) / d2
    f = q * (3.0 + q * (3.0 + q)) / (1.0 + (1.0 + q) * sqrt(1.0 + q))
    e0, e1, e2 = r[0] - d[0], r[1] - d[1], r[2] - d[2]
    separation2 = e0 * e0 + e1 * e1 + e2 * e2
    k = -gm / (separation2 * sqrt(separation2))
    return k * (r[0] + f * d[0]), k * (r[1] + f * d[1]), k * (r[2] + f * d[2])
