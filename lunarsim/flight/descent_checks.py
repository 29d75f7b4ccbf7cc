"""What a descent is planned from: a craft that can land, phases that lead there, targets above the ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u

from lunarsim import constants
from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.flight.scenario import Site
from lunarsim.moon import Terrain
from lunarsim.plan import Guided

_GRAVITY = constants.GM_MOON_M3_S2 / constants.MOON_RADIUS_M**2 * (u.m / u.s**2)


def check_craft(craft: Spacecraft) -> None:
    """Refuse a craft without propellant, or too weak to carry its own weight when its tanks are empty."""
    if not isinstance(craft, Spacecraft):
        raise InputError(f"craft = {craft!r}: expected a Spacecraft")
    if not craft.propellant_mass.value > 0.0:
        raise InputError("craft.propellant_mass = 0: expected propellant for the descent")
    weight = (craft.dry_mass * _GRAVITY).to(u.N)
    if craft.engine.thrust <= weight:
        raise InputError(
            f"craft.engine.thrust = {craft.engine.thrust:g} is not more than the weight of the empty craft on the "
            f"Moon, {weight:.0f}: no guidance can land it"
        )


def check_landing(phases: tuple[Guided, ...]) -> None:
    """Refuse phases whose first has no time to go that could be solved for."""
    if not phases or not all(isinstance(phase, Guided) for phase in phases):
        raise InputError(f"landing = {phases!r}: expected Guided phases, from braking to touchdown")
    law: Any = phases[0].law
    if not (hasattr(law, "time_to_go") and hasattr(law, "target_downrange_rate")):
        raise InputError(
            f"landing[0] has the law '{law.title}': expected one that leads to a target in a time to go, such as "
            "EGuidance(time_to_go=...)"
        )
    if getattr(law, "target_downrange_jerk", None) is not None:
        raise InputError(
            "landing[0] has a target_downrange_jerk, which settles the time to go: expected none, so that the "
            "time to go can be solved for"
        )


def check_targets(phases: tuple[Guided, ...], site: Site, terrain: Terrain, azimuth: u.Quantity) -> None:
    """Refuse a target below the site, or below the ground where it lies.

    Parameters
    ----------
    phases : tuple of Guided
        Of the landing.
    site : Site
        From which the targets are counted.
    terrain : Terrain
        The ground.
    azimuth : Quantity
        Direction of flight at the site.
    """
    level = terrain.height(site.latitude, site.longitude)
    for phase in phases:
        law: Any = phase.law
        altitude = getattr(law, "target_altitude", None)
        if altitude is None:
            continue
        if altitude < 0.0 * u.m:
            raise InputError(
                f"target_altitude = {altitude:g} of phase '{phase.name}' lies below the site: expected zero or more"
            )
        ahead = float(getattr(law, "target_downrange", 0.0 * u.m).to_value(u.m)) / constants.MOON_RADIUS_M
        ground = terrain.height(*_away(site, azimuth, ahead))
        if ground > level + altitude:
            raise InputError(
                f"target_altitude = {altitude:g} of phase '{phase.name}' lies below the ground, which rises to "
                f"{(ground - level).to(u.m):.0f} above the site there: expected more than that"
            )


def _away(site: Site, azimuth: u.Quantity, angle_rad: float) -> tuple[u.Quantity, u.Quantity]:
    """Return latitude and longitude of the place at an angle from a site along an azimuth."""
    latitude, longitude = site.latitude.to_value(u.rad), site.longitude.to_value(u.rad)
    heading = azimuth.to_value(u.rad)
    sine = np.sin(latitude) * np.cos(angle_rad) + np.cos(latitude) * np.sin(angle_rad) * np.cos(heading)
    east = np.sin(heading) * np.sin(angle_rad) * np.cos(latitude)
    return (
        float(np.arcsin(np.clip(sine, -1.0, 1.0))) * u.rad,
        (longitude + float(np.arctan2(east, np.cos(angle_rad) - np.sin(latitude) * sine))) * u.rad,
    )
