"""How a craft comes to the Moon: the B-plane of a hyperbolic arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks, constants
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits.plane import check_orbital_plane
from lunarsim.orbits.state import State

_SIDES = {"north": -1.0, "south": 1.0}
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

    @property
    def points_m(self) -> NDArray[np.float64]:
        """Both components (m), shape (2,) or (n, 2), as :func:`lunarsim.statistics.covariance_ellipse` takes them."""
        return np.stack([self.b_dot_t.to_value(u.m), self.b_dot_r.to_value(u.m)], axis=-1)

    @property
    def impact_radius(self) -> u.Quantity:
        """The size of B within which a craft so fast comes down on the 1737.4 km sphere: its capture radius."""
        radius = constants.MOON_RADIUS_M * u.m
        fall2 = 2.0 * constants.GM_MOON_M3_S2 * u.m**3 / u.s**2 / radius
        return radius * np.sqrt(1.0 + (fall2 / self.excess_speed**2).to_value(u.one))


def b_plane(state: State) -> BPlane:
    """Return the B-plane parameters of a state on a hyperbola about the Moon (Vallado 2013, section 12.3).

    Parameters
    ----------
    state : State
        Of positive energy about the Moon alone; of many states those on closed orbits give NaN.

    Returns
    -------
    BPlane
        Components of the impact parameter, and the hyperbolic excess speed, each of the shape of the epoch.

    Raises
    ------
    InputError
        If a single state is on a closed orbit, or one has no orbital plane or comes in along the Moon's pole, where T
        has no direction.

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
    asymptote, b, speed = _asymptote(state)
    t = np.cross(asymptote, rot_me_from_icrf(state.epoch)[..., 2, :])
    size = np.linalg.norm(t, axis=-1, keepdims=True)
    if np.any(size < _LEAST_SINE):
        raise InputError(f"{state!r} comes in along the Moon's pole, across which T has no direction")
    t /= size
    return BPlane(
        b_dot_t=np.sum(b * t, axis=-1) * u.m,
        b_dot_r=np.sum(b * np.cross(asymptote, t), axis=-1) * u.m,
        excess_speed=speed * u.m / u.s,
    )


def aim(
    state: State,
    *,
    perilune: u.Quantity,
    inclination: u.Quantity,
    side: Literal["north", "south"] = "south",
) -> BPlane:
    """Return where a hyperbola would have to be aimed for a perilune and an inclination, as fast as a state comes in.

    Parameters
    ----------
    state : State
        At one time, of positive energy about the Moon alone.
    perilune : Quantity
        Height above the 1737.4 km sphere.
    inclination : Quantity
        To the Moon's equator of date.
    side : {'south', 'north'}
        Over which side of the Moon the asymptote passes: the sign of ``b_dot_r``.

    Returns
    -------
    BPlane
        The aim.

    Raises
    ------
    InputError
        If the state is not as for :func:`b_plane`, or its asymptote is steeper to the equator than the inclination.

    Notes
    -----
    Kizner (1961), "A method of describing miss distances for lunar and interplanetary trajectories", Planet. Space Sci.
    7. The size of B is the impact parameter of the perilune; the cosine of the inclination is that of the angle
    between B and T times that of the declination of S.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> r, v = [20000, 5000, 0] * u.km, [-1.5, 0, 0] * u.km / u.s
    >>> state = ls.State(r, v, Time("2023-08-16T09:03:00", scale="utc"))
    >>> print(ls.orbits.aim(state, perilune=100 * u.km, inclination=90 * u.deg).b_dot_r.to(u.km).round(1))
    3678.3 km
    """
    if state.epoch.shape:
        raise InputError(f"aim needs a state at one time, this one holds {state.epoch.size}: pick one, state[i]")
    s, _, speed = _asymptote(state)
    low_m = float(checks.quantity("perilune", perilune, u.m).value) + constants.MOON_RADIUS_M
    tilt = float(np.radians(checks.quantity("inclination", inclination, u.deg).value))
    return aim_of(speed * s, state.epoch, low_m, tilt, side)


def aim_of(excess_mps: NDArray[np.float64], epoch: Time, low_m: float, inclination: float, side: str) -> BPlane:
    """Return the aim of an excess velocity (ICRF axes) for a perilune (m from the centre) and an inclination (rad).

    Raises
    ------
    InputError
        If there is no such side, or the velocity is steeper to the Moon's equator than the inclination.
    """
    if side not in _SIDES:
        raise InputError(f"side = {side!r}: expected 'north' or 'south'")
    speed = float(np.linalg.norm(excess_mps))
    size = low_m * np.sqrt(1.0 + 2.0 * constants.GM_MOON_M3_S2 / (low_m * speed * speed))
    declination = float(np.arcsin(excess_mps @ rot_me_from_icrf(epoch)[2] / speed))
    cosine = np.cos(inclination) / np.cos(declination)
    if abs(cosine) > 1.0:
        least = abs(np.degrees(declination))
        raise InputError(
            f"inclination = {np.degrees(inclination):g} deg of the arrival: the craft comes in at {least:.1f} deg to "
            f"the Moon's equator, so that the inclination lies between {least:.1f} and {180.0 - least:.1f} deg"
        )
    return BPlane(
        b_dot_t=float(size * cosine) * u.m,
        b_dot_r=float(_SIDES[side] * size * np.sqrt(1.0 - cosine * cosine)) * u.m,
        excess_speed=speed * u.m / u.s,
    )


def _asymptote(state: State) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the direction of the incoming asymptote, B (m), and the excess speed (m/s); NaN on closed orbits."""
    check_orbital_plane(state, "an arrival along the radius has no B vector to tell apart from the centre")
    gm = constants.GM_MOON_M3_S2
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    distance = np.linalg.norm(r, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        speed = np.sqrt(np.sum(v * v, axis=-1, keepdims=True) - 2.0 * gm / distance)
    momentum = np.cross(r, v)
    eccentricity = np.cross(v, momentum) / gm - r / distance
    e = np.linalg.norm(eccentricity, axis=-1, keepdims=True)
    towards, normal = eccentricity / e, momentum / np.linalg.norm(momentum, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        asymptote = (towards + np.sqrt(e * e - 1.0) * np.cross(normal, towards)) / e  # the velocity far away, coming in
    if not state.epoch.shape and not speed[0] > 0.0:
        raise InputError(f"{state!r} is on a closed orbit: only a hyperbola comes in along an asymptote")
    return asymptote, np.cross(asymptote, momentum) / speed, speed[..., 0]
