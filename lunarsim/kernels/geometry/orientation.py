"""Orientation of the Moon: from ICRF axes to principal axes (PA) and mean Earth / polar axis (ME)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel, part_of_kernel
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate, evaluated, evaluated_with_rates
from lunarsim.kernels.simd.points import Real, cos_sin

Rows = tuple[tuple[Real, Real, Real], ...]


@part_of_kernel
def euler_313(phi: Real, theta: Real, psi: Real) -> Rows:
    """Return R3(psi) R1(theta) R3(phi), each a rotation of axes, row by row (Archinal et al. 2018, section 2).

    The angles are floats, arrays of them (from Python), or lanes for eight rotations at once.
    """
    (cf, sf), (ct, st), (cp, sp) = cos_sin(phi), cos_sin(theta), cos_sin(psi)
    return (
        (cp * cf - sp * ct * sf, cp * sf + sp * ct * cf, sp * st),
        (-sp * cf - cp * ct * sf, -sp * sf + cp * ct * cf, cp * st),
        (st * sf, -st * cf, ct),
    )


@kernel
def rot_pa_from_icrf(angles: ChebyshevTable, et_s: float) -> NDArray[np.float64]:
    """Return the rotation that maps ICRF components to PA components at TDB seconds past J2000."""
    return np.array(rows_at(angles, et_s))


@formula
def rows_at(angles: ChebyshevTable, et_s: float) -> Rows:
    """Return :func:`rot_pa_from_icrf` row by row."""
    euler = np.empty(3)
    evaluate(angles, et_s, euler)
    return euler_313(euler[0], euler[1], euler[2])


def rotations_pa_from_icrf(angles: ChebyshevTable, et_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return :func:`rot_pa_from_icrf` at many times, shape (n, 3, 3)."""
    return _stacked(euler_313(*evaluated(angles, et_s)))


def rotations_and_rates_pa_from_icrf(
    angles: ChebyshevTable, et_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rotations from ICRF to PA components and their derivatives (1/s), each (n, 3, 3)."""
    euler, rates = evaluated_with_rates(angles, et_s)
    rows = euler_313(*euler)
    return _stacked(rows), _stacked(rotation_rate(rows, spin_pa(euler, rates)))


def _stacked(rows: Rows) -> NDArray[np.float64]:
    """Return rotations that are given row by row, each component an array of n, in the shape (n, 3, 3)."""
    return np.ascontiguousarray(np.moveaxis(np.array(rows), -1, 0))


@part_of_kernel
def spin_pa(angles: Any, rates: Any) -> tuple[Real, Real, Real]:
    """Return the Moon's angular velocity (rad/s) in PA components, from 3-1-3 angles (rad) and rates (rad/s).

    Goldstein, Poole & Safko 2002, equation 4.87.
    """
    (ct, st), (cp, sp) = cos_sin(angles[1]), cos_sin(angles[2])
    return rates[0] * st * sp + rates[1] * cp, rates[0] * st * cp - rates[1] * sp, rates[0] * ct + rates[2]


@part_of_kernel
def rotation_rate(rows: Rows, omega: Any) -> Rows:
    """Return the time derivative of a rotation into axes that turn with ``omega`` (rad/s, in those axes), row by row.

    It is minus the cross product of ``omega`` with each column of the rotation.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rows
    a, b, c = omega
    return (
        (c * yx - b * zx, c * yy - b * zy, c * yz - b * zz),
        (a * zx - c * xx, a * zy - c * xy, a * zz - c * xz),
        (b * xx - a * yx, b * xy - a * yy, b * xz - a * yz),
    )
