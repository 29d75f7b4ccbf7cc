"""Detectors of flights between the Earth and the Moon; used as those of :mod:`lunarsim.flight.events.detectors`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FAR_M, REQUIRED, number
from lunarsim.flight.events.sky import Sky
from lunarsim.flight.events.timeline import EventKind
from lunarsim.flight.events.watched import Vector, Watched
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.near_earth import SPHERE_SHARE


@dataclass(frozen=True)
class EarthApsides:
    """Perigee and apogee: the distance from the Earth turns, outside of the Moon's sphere of influence."""

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""

        def radial_rate(t_s: float, y: Vector) -> float:
            earth, velocity = sky.earth_motion(t_s)
            return float((y[motion.POSITION] - earth) @ (y[motion.VELOCITY] - velocity))

        def outside(t_s: float, y: Vector) -> bool:
            return _outside_m(sky, t_s, y) > 0.0

        return (Watched(function=radial_rate, rising=EventKind.PERIGEE, falling=EventKind.APOGEE, within=outside),)


@dataclass(frozen=True)
class SphereOfInfluence:
    """Where a flight enters and leaves the Moon's sphere of influence, 66,000 km; the model knows no such edge.

    Its radius is that of Laplace, (GM of the Moon / GM of the Earth)**0.4 of the distance of the two at the time.
    """

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        return (
            Watched(
                function=lambda t_s, y: _outside_m(sky, t_s, y),
                rising=EventKind.SPHERE_LEFT,
                falling=EventKind.SPHERE_ENTERED,
                detail="Moon",
            ),
        )


@dataclass(frozen=True)
class AtEarthHeight:
    """Passages of a height over the Earth's WGS84 ellipsoid; the flight's Moon must have a near Earth.

    Raises
    ------
    InputError
        If the height is not one length from 0 to 1e6 km.
    """

    height: u.Quantity = number(REQUIRED, u.m, low=0.0, high=FAR_M, text="Over the WGS84 ellipsoid.")

    def __post_init__(self) -> None:
        declarations.check(self)

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        height_m = float(self.height.to_value(u.m))

        def above(t_s: float, y: Vector) -> float:
            return sky.height_over_earth(t_s, y[motion.POSITION]) - height_m

        detail = f"height {self.height:g} over the Earth"
        return (Watched(function=above, rising=EventKind.ASCENDING, falling=EventKind.DESCENDING, detail=detail),)


def _outside_m(sky: Sky, t_s: float, y: Vector) -> float:
    """Return by how much (m) a craft is outside of the Moon's sphere of influence."""
    distance_m = np.linalg.norm(y[motion.POSITION])
    return float(distance_m - SPHERE_SHARE * np.linalg.norm(sky.earth(t_s)))
