"""Radial, transverse, normal: the local orbital frame of a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.errors import InputError

if TYPE_CHECKING:
    from lunarsim.orbits import State

_ALONG_RADIUS = 1e-12  # sine of the angle between radius and velocity
_SAME_TIME_S = 1e-6  # rounding of a Time in other scales; less than 2 mm of flight


class RTN(NamedTuple):
    """Radial, transverse and normal components, in this order along the last axis."""

    position: u.Quantity  #: shape (3,) or (n, 3)
    velocity: u.Quantity  #: shape (3,) or (n, 3)


def rot_rtn_from_icrf(state: State) -> NDArray[np.float64]:
    """Return the rotation that maps ICRF components to RTN components of a state.

    Radial is along the position from the Moon's centre, normal along the orbital angular momentum, and
    transverse completes them to a right-handed triad: in a circular orbit it is along the velocity. Also
    called RSW (Vallado 2013, section 3.3) or QSW.

    Parameters
    ----------
    state : State
        At one time or many.

    Returns
    -------
    ndarray, shape (3, 3) or (n, 3, 3)
        Its rows are the unit vectors of R, T and N in ICRF components.

    Raises
    ------
    InputError
        If a velocity is zero or along the radius, so that there is no orbital plane.
    """
    check_orbital_plane(state, "the transverse and normal directions are not defined")
    radial, momentum, _ = _radial_momentum_speed(state)
    normal = momentum / np.linalg.norm(momentum, axis=-1, keepdims=True)
    return np.stack([radial, np.cross(normal, radial), normal], axis=-2)


def check_orbital_plane(state: State, without_it: str) -> None:
    """Check that a state, or each of many, has an orbital plane.

    Raises
    ------
    InputError
        If a velocity is zero, or along the radius to 1e-12 rad, where rounding would turn the plane by 1e-4 rad; the
        text ends with what is missing without it.
    """
    _, momentum, speed = _radial_momentum_speed(state)
    if np.any(np.linalg.norm(momentum, axis=-1) <= _ALONG_RADIUS * speed):
        how = "is at rest" if np.any(speed == 0.0) else "moves along its radius"
        raise InputError(f"{state!r} {how}, so that it has no orbital plane: {without_it}")


def _radial_momentum_speed(state: State) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the unit vector along the radius, its vector product with the velocity, and the speed."""
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    radial = r / np.linalg.norm(r, axis=-1, keepdims=True)
    return radial, np.cross(radial, v), np.linalg.norm(v, axis=-1)


def rtn(state: State, reference: State) -> RTN:
    """Return where a state lies and how it moves relative to a reference, in RTN components of the reference.

    Parameters
    ----------
    state, reference : State
        At the same time, or at the same n times.

    Returns
    -------
    RTN
        ``state`` minus ``reference``. The velocity is the difference of the inertial velocities, resolved
        along R, T and N; the turning of the RTN axes is not subtracted.

    Raises
    ------
    InputError
        If the times differ, or the reference has no orbital plane.
    """
    if state.epoch.shape != reference.epoch.shape:
        raise InputError(
            f"state holds {state.epoch.size} times and reference {reference.epoch.size}: expected the same times"
        )
    apart = np.max(np.abs((state.epoch - reference.epoch).to_value(u.s)), initial=0.0)
    if apart > _SAME_TIME_S:
        raise InputError(f"state and reference are up to {apart:g} s apart: expected states at the same times")
    rot = rot_rtn_from_icrf(reference)
    return RTN(
        np.einsum("...ij,...j->...i", rot, state.position - reference.position),
        np.einsum("...ij,...j->...i", rot, state.velocity - reference.velocity),
    )
