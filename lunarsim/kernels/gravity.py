"""Gravity: the point mass, and spherical harmonics of any degree, regular at the poles."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, reordering_kernel


class HarmonicField(NamedTuple):
    """A fully normalised field and the factors of its recursion.

    Arrays run over n = 0..degree and m = 0..n; row n starts at n (n + 1) / 2.
    """

    gm: float  #: m3/s2
    radius_m: float
    degree: int
    c: NDArray[np.float64]
    s: NDArray[np.float64]
    up: NDArray[np.float64]  #: factor of u H[n-1, m]
    down: NDArray[np.float64]  #: factor of H[n-2, m]
    slope: NDArray[np.float64]  #: dH[n, m]/du = slope H[n, m+1]


@kernel
def point_mass(x: float, y: float, z: float, gm: float) -> tuple[float, float, float]:
    """Return the acceleration (m/s2) of a point mass at the origin."""
    r2 = x * x + y * y + z * z
    k = -gm / (r2 * sqrt(r2))  # r2**1.5 rounds differently
    return k * x, k * y, k * z


@reordering_kernel
def harmonics(x: float, y: float, z: float, field: HarmonicField) -> tuple[float, float, float]:
    """Return the acceleration (m/s2) of a field at a position (m), both in the field's own axes (PA).

    Pines' formulation (Pines 1973, AIAA J. 11, 1508) with normalised derived Legendre functions
    H[n, m](u) = P[n, m](u) / cos(latitude)**m, so nothing is divided by the distance from the pole.
    Rows are built from the two before (Lundberg & Schutz 1988, J. Guid. Control Dyn. 11, 32: stable
    in either hemisphere), already multiplied by (radius / r)**n.
    """
    r = sqrt(x * x + y * y + z * z)
    s, t, u = x / r, y / r, z / r
    q = field.radius_m / r
    size = field.degree + 2

    cos_m = np.empty(size)  # Re, Im of (s + i t)**m, and m times those of (s + i t)**(m - 1)
    sin_m = np.empty(size)
    m_cos = np.empty(size)
    m_sin = np.empty(size)
    cos_m[0], sin_m[0], m_cos[0], m_sin[0] = 1.0, 0.0, 0.0, 0.0
    for m in range(1, size):
        m_cos[m] = m * cos_m[m - 1]
        m_sin[m] = m * sin_m[m - 1]
        cos_m[m] = s * cos_m[m - 1] - t * sin_m[m - 1]
        sin_m[m] = s * sin_m[m - 1] + t * cos_m[m - 1]

    before = np.zeros(size)
    last = np.zeros(size)
    row = np.zeros(size)
    last[0] = 1.0
    sectoral = 1.0
    uq = u * q
    q2 = q * q
    a1 = a2 = a3 = a4 = 0.0
    for n in range(1, field.degree + 1):
        start = n * (n + 1) // 2
        up = field.up[start : start + n]
        down = field.down[start : start + n]
        for m in range(n):
            row[m] = up[m] * uq * last[m] - down[m] * q2 * before[m]
        sectoral *= q * (sqrt(3.0) if n == 1 else sqrt((2.0 * n + 1.0) / (2.0 * n)))
        row[n] = sectoral
        row[n + 1] = 0.0
        c = field.c[start : start + n + 1]
        d = field.s[start : start + n + 1]
        slope = field.slope[start : start + n + 1]
        for m in range(n + 1):
            h = row[m]
            a1 += h * (c[m] * m_cos[m] + d[m] * m_sin[m])
            a2 += h * (d[m] * m_cos[m] - c[m] * m_sin[m])
            term = c[m] * cos_m[m] + d[m] * sin_m[m]
            a3 += slope[m] * row[m + 1] * term
            a4 += (n + m + 1) * h * term
        before, last, row = last, row, before
    k = field.gm / (r * r)
    radial = -(1.0 + a4 + u * a3)
    return k * (a1 + radial * s), k * (a2 + radial * t), k * (a3 + radial * u)
