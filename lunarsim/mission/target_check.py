"""Targets of a landing against the ground that they lie over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.kernels.ground.terrain import clearance_pa
from lunarsim.kernels.guidance import situation
from lunarsim.kernels.guidance.aim import axes_at
from lunarsim.mission.over_ground import over_ground_pa
from lunarsim.mission.site import Site, direction_me, position_pa
from lunarsim.moon import Terrain
from lunarsim.moon.orientation import ROT_ME_FROM_PA
from lunarsim.orbits import State
from lunarsim.plan import Guided, Phase

_ROUNDING_M = 1e-3


def check_targets(plan: Sequence[Phase], site: Site, terrain: Terrain, start: State) -> None:
    """Refuse targets below the ground, where the direction of flight is known: of a plan that begins under guidance.

    Raises
    ------
    InputError
        If there is one, or the terrain is not known at the site.
    """
    if isinstance(plan[0], Guided):
        guided = [phase for phase in plan if isinstance(phase, Guided)]
        refuse_low_targets(guided, situation.site_of(position_pa(site, terrain), *over_ground_pa(start)), terrain)


def axes_along(site: Site, terrain: Terrain, azimuth: u.Quantity) -> situation.Site:
    """Return the axes of a site for a flight along an azimuth, in principal axes."""
    up, heading = direction_me(site), float(azimuth.to_value(u.rad))
    longitude = float(site.longitude.to_value(u.rad))
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    downrange = np.sin(heading) * east + np.cos(heading) * np.cross(up, east)
    axes: situation.Site = axes_at(position_pa(site, terrain), ROT_ME_FROM_PA.T @ downrange)
    return axes


def refuse_low_targets(phases: Sequence[Guided], axes: situation.Site, terrain: Terrain) -> None:
    """Refuse a target that a phase leads to and that lies below the ground, up to the first divert.

    Raises
    ------
    InputError
        If there is one.
    """
    for phase in phases:
        if phase.divert is not None or phase.hazard_detection is not None:
            return
        altitude = getattr(phase.law, "target_altitude", None)
        wherever = getattr(phase.law, "target_downrange", None) is None
        if altitude is None or wherever or phase.ends_before_target:
            continue
        above_m = clearance_pa(_place(phase.law, axes), terrain.lower())
        if above_m < -_ROUNDING_M:
            raise InputError(
                f"target_altitude = {altitude:g} of phase '{phase.name}' lies below the ground, which rises to "
                f"{altitude.to_value(u.m) - above_m:.0f} m above the site there: expected more than that"
            )


def _place(law: Any, axes: situation.Site) -> NDArray[np.float64]:
    """Return where the target of a law lies (PA, m), in the coordinates of its frame."""
    x, y, z = (
        float(getattr(law, f"target_{name}", 0.0 * u.m).to_value(u.m))
        for name in ("downrange", "crossrange", "altitude")
    )
    downrange, crossrange, up = np.array((axes.downrange, axes.crossrange, axes.up))
    if getattr(law, "frame", "level") == "site":
        place = x * downrange + y * crossrange + (axes.radius_m + z) * up
    else:
        along, across = x / axes.radius_m, y / axes.radius_m
        level = np.cos(along) * up + np.sin(along) * downrange
        place = (axes.radius_m + z) * (np.cos(across) * level + np.sin(across) * crossrange)
    return np.asarray(place)
