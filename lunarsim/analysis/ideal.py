"""What a landing costs at least: the bound of impulses, and that of the craft's full thrust.

Both come to rest on the turning surface, from any point of the orbit, about a point mass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.mission.site import Site
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import State
from lunarsim.planning.full_thrust import FullThrust, least_delta_v_mps

_GM = constants.GM_MOON_M3_S2


@dataclass(frozen=True, kw_only=True)
class IdealDescent:
    """A bound of a landing's cost.

    Attributes
    ----------
    name : str
        Which bound.
    delta_v : Quantity
        Least delta-v.
    propellant : Quantity
        What the craft's exhaust velocity makes of it.
    """

    name: str
    delta_v: u.Quantity
    propellant: u.Quantity


def impulsive_bound(state: State, craft: Spacecraft, site: Site) -> IdealDescent:
    """Return what no descent from a state to rest at a site goes below, however strong the engine.

    With the energy E, w = sqrt(2 (E + gm / R)) is the speed that the craft would have at the radius R of the
    site. Above it w is at least the speed v, so that dw/dt = a.v / w never changes faster than the thrust
    acceleration a: the delta-v is at least w at the start less the speed of the surface at the site.

    Parameters
    ----------
    state : State
        At one time.
    craft : Spacecraft
        Its mass at that time and its exhaust velocity.
    site : Site
        Where it comes to rest; the bound is strict as long as the craft stays above its radius.

    Raises
    ------
    InputError
        If the state holds many times, or lies below the site.
    """
    radius = _site_radius_m(site)
    r, v = _vectors(state, radius)
    w = np.sqrt(float(v @ v + 2.0 * _GM * (1.0 / radius - 1.0 / np.linalg.norm(r))))
    surface = constants.MOON_SPIN_RAD_S * radius * np.cos(site.latitude.to_value(u.rad))
    return _ideal("impulsive", max(float(w - surface), 0.0), craft)


def continuous_bound(state: State, craft: Spacecraft, site: Site) -> IdealDescent | None:
    """Return the least cost of a descent at the craft's full thrust; None from an open orbit or where none is found.

    A planar descent from the best ignition on the osculating orbit, steered by the primer vector (Lawden 1963,
    Optimal Trajectories for Space Navigation, chapter 5); linear tangent steering is its limit over flat ground.
    Before it an impulse at apolune lowers the perilune where that saves propellant. The necessary conditions of
    the optimum are solved by least squares on the end of an integration (scipy, DOP853), the impulse by a
    bounded search. What is out of plane is left out, so it bounds landings at the side of the orbit as well.

    Parameters
    ----------
    state, craft, site
        As for :func:`impulsive_bound`.

    Raises
    ------
    InputError
        As :func:`impulsive_bound`.
    """
    radius = _site_radius_m(site)
    r, v = _vectors(state, radius)
    momentum = np.cross(r, v)
    major = 2.0 / float(2.0 / np.linalg.norm(r) - v @ v / _GM)  # axis, not half of it
    if not 0.0 < major < np.inf:
        return None
    parameter = float(momentum @ momentum) / _GM
    low = float(parameter / (1.0 + np.sqrt(max(1.0 - 2.0 * parameter / major, 0.0))))
    pole = constants.MOON_SPIN_RAD_S * rot_me_from_icrf(state.epoch)[2]
    along = float(pole @ momentum) / max(float(np.linalg.norm(momentum)), 1e-9) * radius
    engine = FullThrust(
        gm=_GM,
        thrust_n=float(craft.engine.total_thrust.to_value(u.N)),
        exhaust_velocity_mps=_best_exhaust_mps(craft),
        mass_kg=float(craft.mass.to_value(u.kg)),
        radius_m=radius,
        surface_mps=along,
    )
    found = least_delta_v_mps(engine, low, major - low)
    return None if found is None else _ideal("continuous thrust", found, craft)


def _ideal(name: str, delta_v_mps: float, craft: Spacecraft) -> IdealDescent:
    share = -np.expm1(-delta_v_mps / _best_exhaust_mps(craft))
    return IdealDescent(name=name, delta_v=delta_v_mps * u.m / u.s, propellant=share * craft.mass.to(u.kg))


def _site_radius_m(site: Site) -> float:
    return float(site.elevation.to_value(u.m)) + constants.MOON_RADIUS_M


def _vectors(state: State, radius_m: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return position (m) and velocity (m/s) of a state above a radius."""
    if state.epoch.shape:
        raise InputError(f"state holds {state.epoch.size} times: expected one; pick one, state[i]")
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    if np.linalg.norm(r) < radius_m:
        raise InputError(
            f"the state is at a height of {state.altitude.to(u.m):.1f}, below the site, at "
            f"{(radius_m - constants.MOON_RADIUS_M):.1f} m: expected one above it"
        )
    return r, v


def _best_exhaust_mps(craft: Spacecraft) -> float:
    """Return the greatest exhaust velocity at any throttle, so that a bound of propellant is one."""
    engine = craft.engine
    least = (
        engine.specific_impulse
        if engine.specific_impulse_at_min_throttle is None
        else engine.specific_impulse_at_min_throttle
    )
    impulses = (engine.specific_impulse, least)
    return float(max(impulse.to_value(u.s) for impulse in impulses)) * constants.STANDARD_GRAVITY_MPS2
