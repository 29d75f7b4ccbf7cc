"""How a craft moves over the turning Moon: its velocity there, and how far it has to go to a site."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.mission.site import Site, direction_me
from lunarsim.moon.orientation import rot_me_from_icrf, rot_pa_from_icrf_with_rate
from lunarsim.orbits import State

_SAME_PLACE_RAD = 1e-6  # 2 m: from nearer than this, a great circle through both places has no direction


def over_ground_pa(state: State) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (m) and velocities over the turning Moon (m/s) in principal axes, each (3,) or (n, 3)."""
    rot, rate = rot_pa_from_icrf_with_rate(state.epoch)
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    r_pa = np.einsum("...ij,...j->...i", rot, r)
    return r_pa, np.einsum("...ij,...j->...i", rot, v) + np.einsum("...ij,...j->...i", rate, r)


def ground_velocity(state: State) -> tuple[u.Quantity, u.Quantity]:
    """Return the velocity over the turning Moon: upwards, and the size of its horizontal part.

    Parameters
    ----------
    state : State
        At one time or n times.

    Returns
    -------
    up, horizontal : Quantity, scalar or shape (n,)
        The first is the rate of the altitude above the sphere, negative in a descent.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> up, across = ls.ground_velocity(state)
    >>> print(f"{across:.0f} over the ground, {up:.0f} upwards")
    1633 m / s over the ground, 11 m / s upwards
    """
    r_pa, v_pa = over_ground_pa(state)
    zenith = r_pa / np.linalg.norm(r_pa, axis=-1)[..., np.newaxis]
    up = np.sum(zenith * v_pa, axis=-1)
    across = np.linalg.norm(v_pa - up[..., np.newaxis] * zenith, axis=-1)
    return up * (u.m / u.s), across * (u.m / u.s)


def range_to_go(states: State, site: Site, start: State) -> u.Quantity:
    """Return the distance to a site over the 1737.4 km sphere, along the great circle from a start to the site.

    Parameters
    ----------
    states : State
        At n times.
    site : Site
        Where the range is zero; beyond it the range is negative.
    start : State
        Its place on the turning Moon and the site span the great circle; within 2 m of the site, its velocity does.

    Returns
    -------
    Quantity, shape (n,)
        What lies across the great circle does not count.

    Raises
    ------
    InputError
        If ``site`` is not a Site.
    """
    if not isinstance(site, Site):
        raise InputError(f"site = {site!r}: expected a Site, such as scenario.sites['planned']")
    there, normal = direction_me(site), _plane_me(site, start)
    places = _unit(np.einsum("...ij,...j->...i", rot_me_from_icrf(states.epoch), states.position.to_value(u.m)))
    angle = np.arctan2(np.cross(places, there) @ normal, places @ there)
    return np.asarray(angle) * constants.MOON_RADIUS_M * u.m


def lean(directions: NDArray[np.float64], states: State, site: Site, start: State) -> NDArray[np.float64]:
    """Return the angles (rad) from the zenith to directions (ICRF axes, shape (n, 3)), positive towards the site.

    In the plane of the great circle of :func:`range_to_go`.
    """
    rot = rot_me_from_icrf(states.epoch)
    zenith = _unit(np.einsum("...ij,...j->...i", rot, states.position.to_value(u.m)))
    downrange = np.cross(_plane_me(site, start), zenith)
    pointed = np.einsum("...ij,...j->...i", rot, directions)
    return np.asarray(np.arctan2(np.sum(pointed * downrange, axis=-1), np.sum(pointed * zenith, axis=-1)))


def thrust_elevation(directions: NDArray[np.float64], states: State) -> NDArray[np.float64]:
    """Return the angles (rad) of directions (ICRF axes, shape (n, 3)) above the local horizontal."""
    zenith = _unit(states.position.to_value(u.m))
    up = np.sum(directions * zenith, axis=-1)
    return np.asarray(np.arctan2(up, np.linalg.norm(directions - up[:, np.newaxis] * zenith, axis=-1)))


def _plane_me(site: Site, start: State) -> NDArray[np.float64]:
    """Return the normal of the plane through the Moon's centre, the start and the site, ME axes."""
    rot = rot_me_from_icrf(start.epoch)
    place, there = _unit(rot @ start.position.to_value(u.m)), direction_me(site)
    normal = np.cross(place, there)
    if np.linalg.norm(normal) < _SAME_PLACE_RAD:
        normal = np.cross(place, rot @ start.velocity.to_value(u.m / u.s))
    return _unit(normal)


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def way_from(
    began: NDArray[np.float64], going: NDArray[np.float64], position: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the direction in which a flight came to a place (m), from where it began and with which velocity.

    That of the chord, and after more than half a turn against it: such a flight went the longer way round.
    """
    chord = position - began
    ahead = np.cross(np.cross(began, going), position)
    way: NDArray[np.float64] = chord * np.copysign(1.0, ahead @ chord)
    return way
