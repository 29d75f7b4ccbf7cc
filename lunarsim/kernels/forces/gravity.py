"""Gravity: the point mass, and spherical harmonics of any degree, regular at the poles."""

from math import log, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, part_of_kernel
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, load_first, total, with_lane
from lunarsim.kernels.simd.points import Real

_NUMBERS = np.arange(float(WIDTH))
_UNITS = np.eye(WIDTH).ravel()
_FAR = 0.6  #: reference radius over distance, below which high degrees are looked at for being needed
_NEGLIGIBLE = 32.0  #: a degree counts while (radius / r)**degree > exp(-32) = 1.3e-14; see decision 0031


class HarmonicField(NamedTuple):
    """A fully normalised field and the factors of its recursion.

    The first four arrays run over n = 0..degree and m = 0..n; row n starts at n (n + 1) / 2.
    """

    gm: float  #: m3/s2
    radius_m: float
    degree: int
    c: NDArray[np.float64]
    s: NDArray[np.float64]
    up: NDArray[np.float64]  #: factor of u H[n-1, m]
    down: NDArray[np.float64]  #: factor of H[n-2, m]
    sectoral: NDArray[np.float64]  #: H[m, m], then at least seven zeros


class Columns(NamedTuple):
    """Eight neighbouring orders on the way from low degrees to high: two rows, and the sums up to there.

    For eight positions at once: one order at each of them.

    H is without (radius / r)**m and H[m, m]; w = u radius / r.
    """

    last: Lanes  #: H[n, m]
    before: Lanes  #: H[n - 1, m]
    slope: Lanes  #: dH[n, m]/dw
    slope_before: Lanes
    c: Lanes  #: sum of C H
    s: Lanes  #: sum of S H
    c_slope: Lanes  #: sum of C dH/dw
    s_slope: Lanes
    c_degree: Lanes  #: sum of n C H
    s_degree: Lanes  #: sum of n S H


class Row(NamedTuple):
    """What eight neighbouring orders bring to one degree."""

    c: Lanes
    s: Lanes
    up: Lanes
    down: Lanes
    begin: Lanes  #: 1 where a column begins, else 0


class Powers(NamedTuple):
    """Re, Im of ((s + i t) radius / r)**m for eight neighbouring m, and what leads to the next eight."""

    re: Lanes
    im: Lanes
    re_before: Lanes  #: of m - 1
    im_before: Lanes
    re_seventh: Lanes  #: of m = 7 everywhere
    im_seventh: Lanes
    re_eighth: Lanes
    im_eighth: Lanes


@kernel
def point_mass(x: Real, y: Real, z: Real, gm: float) -> tuple[Real, Real, Real]:
    """Return the acceleration (m/s2) of a point mass at the origin."""
    r2 = x * x + y * y + z * z
    k = -gm / (r2 * sqrt(r2))  # r2**1.5 rounds differently
    return k * x, k * y, k * z


@kernel
def harmonics(x: float, y: float, z: float, field: HarmonicField) -> tuple[float, float, float]:
    """Return the acceleration (m/s2) of a field at a position (m), both in the field's own axes (PA).

    Pines' formulation (Pines 1973, AIAA J. 11, 1508) with normalised derived Legendre functions
    H[n, m](u) = P[n, m](u) / cos(latitude)**m, so nothing is divided by the distance from the pole.
    The sums over n are taken first, for eight orders at a time that stay in registers; the powers of
    s + i t multiply each sum once. ``field.c[0]`` is not looked at: the central term is 1.
    """
    r = sqrt(x * x + y * y + z * z)
    s, t, u = x / r, y / r, z / r
    q = field.radius_m / r
    degree = _degree_that_counts(field.degree, q)
    powers = _first_powers(s * q, t * q)
    a1 = a2 = a3 = a4 = everywhere(0.0)
    for first in range(0, degree + 1, WIDTH):
        sums = _summed_columns(first, degree, everywhere(u * q), everywhere(q * q), field)
        sectoral = load(field.sectoral, first)
        m = everywhere(float(first)) + load(_NUMBERS, 0)
        re, im = sectoral * powers.re, sectoral * powers.im
        m_re, m_im = m * sectoral * powers.re_before, m * sectoral * powers.im_before
        a1 = a1 + sums.c * m_re + sums.s * m_im
        a2 = a2 + sums.s * m_re - sums.c * m_im
        a3 = a3 + sums.c_slope * re + sums.s_slope * im
        m_1 = m + everywhere(1.0)
        a4 = a4 + (sums.c_degree + m_1 * sums.c) * re + (sums.s_degree + m_1 * sums.s) * im
        powers = _next_powers(powers)
    return _assembled(field.gm / (r * r), q, (s, t, u), (total(a1), total(a2), total(a3), total(a4)))


@part_of_kernel
def harmonics_of_eight(x: Real, y: Real, z: Real, field: HarmonicField) -> tuple[Real, Real, Real]:
    """Return :func:`harmonics` at eight positions at once.

    The recursion is the same; here a lane is a position, and the orders follow one another.
    """
    one_over_r: Real = 1.0 / sqrt(x * x + y * y + z * z)
    s, t, u = x * one_over_r, y * one_over_r, z * one_over_r
    q = field.radius_m * one_over_r
    degree = _degree_that_counts(field.degree, _greatest(q))
    re, im, re_before, im_before = everywhere(1.0), everywhere(0.0), everywhere(0.0), everywhere(0.0)
    a1 = a2 = a3 = a4 = everywhere(0.0)
    for m in range(degree + 1):
        sums = _summed_column(m, degree, u * q, q * q, field)
        sectoral = field.sectoral[m]
        m_re, m_im = m * sectoral * re_before, m * sectoral * im_before
        a1 = a1 + sums.c * m_re + sums.s * m_im
        a2 = a2 + sums.s * m_re - sums.c * m_im
        a3 = a3 + sectoral * (sums.c_slope * re + sums.s_slope * im)
        a4 = a4 + sectoral * ((sums.c_degree + (m + 1.0) * sums.c) * re + (sums.s_degree + (m + 1.0) * sums.s) * im)
        re_before, im_before = re, im
        re, im = q * (re_before * s - im_before * t), q * (re_before * t + im_before * s)
    return _assembled(field.gm * one_over_r * one_over_r, q, (s, t, u), (a1, a2, a3, a4))


@part_of_kernel
def _assembled(k: Real, q: Real, direction: Any, sums: Any) -> tuple[Real, Real, Real]:
    """Return the acceleration from the sums over all terms, without the central one (Pines 1973, eqs. 30 to 33)."""
    s, t, u = direction
    b1, b2, b3 = q * sums[0], q * sums[1], q * sums[2]
    radial = -(1.0 + sums[3] + u * b3)
    return k * (b1 + radial * s), k * (b2 + radial * t), k * (b3 + radial * u)


@kernel
def disturbing_potential(x: float, y: float, z: float, field: HarmonicField) -> float:
    """Return the potential (m2/s2) of a field at a position (m, PA) without its central term GM / r."""
    r = sqrt(x * x + y * y + z * z)
    q = field.radius_m / r
    degree = _degree_that_counts(field.degree, q)
    powers = _first_powers(x / r * q, y / r * q)
    value = everywhere(0.0)
    for first in range(0, degree + 1, WIDTH):
        sums = _summed_columns(first, degree, everywhere(z / r * q), everywhere(q * q), field)
        value = value + load(field.sectoral, first) * (sums.c * powers.re + sums.s * powers.im)
        powers = _next_powers(powers)
    return field.gm / r * total(value)


@part_of_kernel
def _degree_that_counts(degree: int, q: float) -> int:
    """Return the highest degree that a double can still feel; also keeps q**n out of the denormals.

    What is left out is (n + 1) sqrt(2n + 1) c_n q**n of the central term for each degree n, c_n the root mean square of
    its coefficients: 2.5e-4 / n**2 for the Moon (Kaula's rule). All together that is less than 1e-17, a tenth of the
    last bit.
    """
    if q < _FAR:
        return min(degree, int(_NEGLIGIBLE / -log(q)) + 1)
    return degree


@part_of_kernel
def _greatest(q: Lanes) -> float:
    """Return the greatest of eight numbers."""
    greatest = lane(q, 0)
    for i in range(1, WIDTH):
        greatest = max(greatest, lane(q, i))
    return greatest


@part_of_kernel
def _summed_columns(first: int, degree: int, w: Lanes, q2: Lanes, field: HarmonicField) -> Columns:
    """Return the sums over n for the orders ``first`` to ``first + 7``."""
    i = first * (first + 1) // 2 + first
    only = min(first, 1)  # the row of n = m = 0 is the central term, which is no part of the sums
    c, s = load_first(field.c, i, only), load_first(field.s, i, only)
    n_first, zero = everywhere(float(first)), everywhere(0.0)
    columns = Columns(load(_UNITS, 0), zero, zero, zero, c, s, zero, zero, n_first * c, n_first * s)
    for n in range(first + 1, min(first + WIDTH, degree + 1)):  # columns of orders above n have not begun
        i += n
        begun = n - first
        c, s = load_first(field.c, i, begun + 1), load_first(field.s, i, begun + 1)
        up, down = load_first(field.up, i, begun), load_first(field.down, i, begun)
        columns = _next_row(columns, n, Row(c, s, up, down, load(_UNITS, WIDTH * begun)), w, q2)
    for n in range(first + WIDTH, degree + 1):
        i += n
        row = Row(load(field.c, i), load(field.s, i), load(field.up, i), load(field.down, i), zero)
        columns = _next_row(columns, n, row, w, q2)
    return columns


@part_of_kernel
def _summed_column(m: int, degree: int, w: Lanes, q2: Lanes, field: HarmonicField) -> Columns:
    """Return the sums over n for one order at eight positions."""
    i = m * (m + 1) // 2 + m
    zero, only = everywhere(0.0), float(min(m, 1))  # n = m = 0 is the central term, which is no part of the sums
    c, s = everywhere(only * field.c[i]), everywhere(field.s[i])
    columns = Columns(everywhere(1.0), zero, zero, zero, c, s, zero, zero, m * c, m * s)
    for n in range(m + 1, degree + 1):
        i += n
        c, s = everywhere(field.c[i]), everywhere(field.s[i])
        row = Row(c, s, everywhere(field.up[i]), everywhere(field.down[i]), zero)
        columns = _next_row(columns, n, row, w, q2)
    return columns


@part_of_kernel
def _next_row(columns: Columns, n: int, row: Row, w: Lanes, q2: Lanes) -> Columns:
    """Return the columns one degree higher.

    H[n] = up w H[n-1] - down q**2 H[n-2] (Lundberg & Schutz 1988, J. Guid. Control Dyn. 11, 32: stable
    in either hemisphere); the slope by w follows the derivative of that recursion.
    """
    a, b = row.up * w, row.down * q2
    h = (a * columns.last - b * columns.before) + row.begin
    slope = a * columns.slope + (row.up * columns.last - b * columns.slope_before)
    n_h = everywhere(float(n)) * h
    return Columns(
        h,
        columns.last,
        slope,
        columns.slope,
        columns.c + row.c * h,
        columns.s + row.s * h,
        columns.c_slope + row.c * slope,
        columns.s_slope + row.s * slope,
        columns.c_degree + row.c * n_h,
        columns.s_degree + row.s * n_h,
    )


@part_of_kernel
def _first_powers(re_1: float, im_1: float) -> Powers:
    """Return the powers 0 to 7 of re_1 + i im_1."""
    re = im = re_before = im_before = everywhere(0.0)
    re_m, im_m = 1.0, 0.0
    for m in range(WIDTH):
        re, im = with_lane(re, m, re_m), with_lane(im, m, im_m)
        if m < WIDTH - 1:
            re_before, im_before = with_lane(re_before, m + 1, re_m), with_lane(im_before, m + 1, im_m)
        re_m, im_m = re_1 * re_m - im_1 * im_m, re_1 * im_m + im_1 * re_m
    re_seventh, im_seventh = everywhere(lane(re, WIDTH - 1)), everywhere(lane(im, WIDTH - 1))
    return Powers(re, im, re_before, im_before, re_seventh, im_seventh, everywhere(re_m), everywhere(im_m))


@part_of_kernel
def _next_powers(last: Powers) -> Powers:
    """Return the next eight powers."""
    return Powers(
        last.re * last.re_eighth - last.im * last.im_eighth,
        last.re * last.im_eighth + last.im * last.re_eighth,
        last.re * last.re_seventh - last.im * last.im_seventh,
        last.re * last.im_seventh + last.im * last.re_seventh,
        last.re_seventh,
        last.im_seventh,
        last.re_eighth,
        last.im_eighth,
    )
