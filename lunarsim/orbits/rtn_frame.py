"""Radial, transverse, normal: the local orbital frame of a state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.orbits.plane import check_orbital_plane, radial_momentum_speed
from lunarsim.orbits.state import State

_SAME_TIME_S = 1e-6  # rounding of a Time in other scales; less than 2 mm of flight


class RTN(NamedTuple):
    """Radial, transverse and normal components, in this order along the last axis.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> apart = ls.RTN([10, 0, 5] * u.m, [0, 0.1, 0] * u.m / u.s)
    >>> print(apart.position, apart.velocity)
    [10.  0.  5.] m [0.  0.1 0. ] m / s
    """

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
    radial, momentum, _ = radial_momentum_speed(state)
    normal = momentum / np.linalg.norm(momentum, axis=-1, keepdims=True)
    return np.stack([radial, np.cross(normal, radial), normal], axis=-2)


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

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> higher = ls.State(state.position * 1.001, state.velocity, state.epoch)
    >>> print(f"{ls.rtn(higher, state).position[0]:.1f} farther out")
    1835.4 m farther out
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
