"""Orientation of the Moon: from ICRF axes to principal axes (PA) and mean Earth / polar axis (ME)."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, part_of_kernel
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate, evaluate_with_rate
from lunarsim.kernels.simd.points import Real, cos_sin


@part_of_kernel
def euler_313(phi: Real, theta: Real, psi: Real) -> tuple[tuple[Real, Real, Real], ...]:
    """Return R3(psi) R1(theta) R3(phi), each a rotation of axes, row by row (Archinal et al. 2018, section 2).

    The angles are floats, or lanes for eight rotations at once.
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
    euler = np.empty(3)
    evaluate(angles, et_s, euler)
    return np.array(euler_313(euler[0], euler[1], euler[2]))


@kernel
def rotations_pa_from_icrf(angles: ChebyshevTable, et_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return :func:`rot_pa_from_icrf` at many times, shape (n, 3, 3)."""
    rotations = np.empty((et_s.size, 3, 3))
    for i in range(et_s.size):
        rotations[i] = rot_pa_from_icrf(angles, et_s[i])
    return rotations


@kernel
def angular_velocity_pa(angles: NDArray[np.float64], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Moon's angular velocity (rad/s) in PA components, from 3-1-3 angles (rad) and rates (rad/s).

    Goldstein, Poole & Safko 2002, equation 4.87.
    """
    st, ct = np.sin(angles[1]), np.cos(angles[1])
    sp, cp = np.sin(angles[2]), np.cos(angles[2])
    omega = np.empty(3)
    omega[0] = rates[0] * st * sp + rates[1] * cp
    omega[1] = rates[0] * st * cp - rates[1] * sp
    omega[2] = rates[0] * ct + rates[2]
    return omega


@kernel
def rotation_rate(rot: NDArray[np.float64], omega: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the time derivative of a rotation into axes that turn with ``omega`` (rad/s, in those axes).

    It is minus the cross product of ``omega`` with each column of ``rot``.
    """
    rate = np.empty((3, 3))
    for j in range(3):
        rate[0, j] = omega[2] * rot[1, j] - omega[1] * rot[2, j]
        rate[1, j] = omega[0] * rot[2, j] - omega[2] * rot[0, j]
        rate[2, j] = omega[1] * rot[0, j] - omega[0] * rot[1, j]
    return rate


@kernel
def rotations_and_rates_pa_from_icrf(
    angles: ChebyshevTable, et_s: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rotations from ICRF to PA components and their derivatives (1/s), each (n, 3, 3)."""
    rotations = np.empty((et_s.size, 3, 3))
    rates = np.empty((et_s.size, 3, 3))
    euler, euler_rate = np.empty(3), np.empty(3)
    for i in range(et_s.size):
        evaluate_with_rate(angles, et_s[i], euler, euler_rate)
        rotations[i] = np.array(euler_313(euler[0], euler[1], euler[2]))
        rates[i] = rotation_rate(rotations[i], angular_velocity_pa(euler, euler_rate))
    return rotations, rates
