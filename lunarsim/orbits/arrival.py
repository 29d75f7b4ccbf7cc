"""How a craft comes to the Moon: the B-plane of a hyperbolic arrival."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u

from lunarsim import constants
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits.plane import check_orbital_plane
from lunarsim.orbits.state import State

_LEAST_SINE = 1e-9  # between the asymptote and the pole


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class BPlane:
    """Where the incoming asymptote pierces the plane across it through the Moon's centre.

    With the asymptote S, along which the craft comes: T = S x pole lies in the Moon's equator of date, and R = S x T
    points southward. A craft that is aimed at the Moon's centre has both components zero.
    """

    b_dot_t: u.Quantity
    b_dot_r: u.Quantity
    excess_speed: u.Quantity  #: far away, relative to the Moon


def b_plane(state: State) -> BPlane:
    """Return the B-plane parameters of a state on a hyperbola about the Moon (Vallado 2013, section 12.3).

    Parameters
    ----------
    state : State
        At one time, of positive energy about the Moon alone.

    Returns
    -------
    BPlane
        Components of the impact parameter, and the hyperbolic excess speed.

    Raises
    ------
    InputError
        If the state holds many times, is on a closed orbit, has no orbital plane, or comes in along the Moon's pole,
        where T has no direction.

    Notes
    -----
    With the GM of GRGM900C (Lemoine et al. 2014), as osculating elements have it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> r, v = [20000, 5000, 0] * u.km, [-1.5, 0, 0] * u.km / u.s
    >>> plane = ls.orbits.b_plane(ls.State(r, v, Time("2023-08-16T09:03:00", scale="utc")))
    >>> print(plane.excess_speed.to(u.km / u.s).round(3))
    1.332 km / s
    """
    if state.epoch.shape:
        raise InputError(f"b_plane needs a state at one time, this one holds {state.epoch.size}: pick one, state[i]")
    check_orbital_plane(state, "an arrival along the radius has no B vector to tell apart from the centre")
    gm = constants.GM_MOON_M3_S2
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    energy2 = float(v @ v - 2.0 * gm / np.linalg.norm(r))  # the square of the excess speed
    if energy2 <= 0.0:
        raise InputError(f"{state!r} is on a closed orbit: only a hyperbola comes in along an asymptote")
    momentum = np.cross(r, v)
    eccentricity = np.cross(v, momentum) / gm - r / np.linalg.norm(r)
    e = float(np.linalg.norm(eccentricity))
    towards, normal = eccentricity / e, momentum / np.linalg.norm(momentum)
    ahead = np.cross(normal, towards)
    asymptote = (towards + np.sqrt(e * e - 1.0) * ahead) / e  # the velocity far away, coming in
    b = np.cross(asymptote, momentum) / np.sqrt(energy2)
    pole = rot_me_from_icrf(state.epoch)[2]
    t = np.cross(asymptote, pole)
    if np.linalg.norm(t) < _LEAST_SINE:
        raise InputError(f"{state!r} comes in along the Moon's pole, across which T has no direction")
    t /= np.linalg.norm(t)
    return BPlane(
        b_dot_t=float(b @ t) * u.m,
        b_dot_r=float(b @ np.cross(asymptote, t)) * u.m,
        excess_speed=np.sqrt(energy2) * u.m / u.s,
    )
