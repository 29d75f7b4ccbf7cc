"""Orientation of the Moon: from ICRF axes to principal axes (PA) and mean Earth / polar axis (ME)."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.compiled import kernel


@kernel
def euler_313(phi: float, theta: float, psi: float) -> NDArray[np.float64]:
    """Return R3(psi) R1(theta) R3(phi), each a rotation of axes (Archinal et al. 2018, section 2)."""
    cf, sf = np.cos(phi), np.sin(phi)
    ct, st = np.cos(theta), np.sin(theta)
    cp, sp = np.cos(psi), np.sin(psi)
    rot = np.empty((3, 3))
    rot[0, 0] = cp * cf - sp * ct * sf
    rot[0, 1] = cp * sf + sp * ct * cf
    rot[0, 2] = sp * st
    rot[1, 0] = -sp * cf - cp * ct * sf
    rot[1, 1] = -sp * sf + cp * ct * cf
    rot[1, 2] = cp * st
    rot[2, 0] = st * sf
    rot[2, 1] = -st * cf
    rot[2, 2] = ct
    return rot


@kernel
def rot_pa_from_icrf(angles: ChebyshevTable, et_s: float) -> NDArray[np.float64]:
    """Return the rotation that maps ICRF components to PA components at TDB seconds past J2000."""
    euler = np.empty(3)
    evaluate(angles, et_s, euler)
    return euler_313(euler[0], euler[1], euler[2])


@kernel
def rotations_pa_from_icrf(angles: ChebyshevTable, et_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return :func:`rot_pa_from_icrf` at many times, shape (n, 3, 3)."""
    rotations = np.empty((et_s.size, 3, 3))
    for i in range(et_s.size):
        rotations[i] = rot_pa_from_icrf(angles, et_s[i])
    return rotations
