"""Detectors: what to look for on a flight, beyond ignition, cut-off and impact.

Each gives the driver continuous functions whose zeros are events, and says what a rising and a falling zero are
called. A zero is found wherever the function changes its sign or dips through zero and back within a step. Grazing
ones are reported or not by the rounding of the integration: a dip of the height by 1e-5 m and more, whose two zeros
lie some 0.05 s apart in a low orbit, is reported; a shallower one may or may not be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import cos, sin

import numpy as np
from astropy import units as u
from astropy.coordinates import EarthLocation

from lunarsim import constants, declarations
from lunarsim.declarations import FAR_M, LOWEST_M, REQUIRED, TURNS_DEG, number
from lunarsim.errors import InputError
from lunarsim.flight.events.earth_detectors import AtEarthHeight, EarthApsides, SphereOfInfluence
from lunarsim.flight.events.sky import Sky
from lunarsim.flight.events.timeline import EventKind
from lunarsim.flight.events.watched import Detector, Vector, Watched
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.near_earth import is_by_earth
from lunarsim.kernels.forces.shadow import contacts_along
from lunarsim.kernels.geometry.orbit import apsides
from lunarsim.kernels.geometry.visibility import elevations, heights_over_limb
from lunarsim.mission.clock import time_after
from lunarsim.orbits import State

__all__ = [
    "Apsides",
    "AtEarthHeight",
    "AtHeight",
    "AtLatitude",
    "AtLongitude",
    "Detector",
    "EarthApsides",
    "EarthInView",
    "Eclipse",
    "Nodes",
    "SphereOfInfluence",
    "StationInView",
    "Watched",
    "Zero",
]


@dataclass(frozen=True)
class Apsides:
    """Perilune and apolune: the radial velocity is zero. Every flight looks for them.

    An orbit of an eccentricity below 1e-9, a few millimetres between the two, has none, nor has a way beyond 250,000 km
    from the Moon where the Earth is a near body.
    """

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        earth = sky.near_earth

        def of_the_moon(t_s: float, y: Vector) -> bool:
            return not is_by_earth(y, earth) and _eccentric(t_s, y)

        return (
            Watched(
                function=_radial_rate,
                many=_radial_rates,
                rising=EventKind.PERILUNE,
                falling=EventKind.APOLUNE,
                within=of_the_moon,
            ),
        )


@dataclass(frozen=True)
class Nodes:
    """Passages of the Moon's equator (ME)."""

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""

        def north(times: Vector, states: Vector) -> Vector:
            return sky.me_along(times, states[:, motion.POSITION])[:, 2]

        return (_watched(north, EventKind.ASCENDING_NODE, EventKind.DESCENDING_NODE),)


@dataclass(frozen=True)
class Eclipse:
    """Entry into and exit from the Moon's penumbra and umbra, past the limb of the 1737.4 km sphere."""

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""

        def edge(i: int) -> Callable[[Vector, Vector], Vector]:
            def angle(times: Vector, states: Vector) -> Vector:
                r, sun = states[:, motion.POSITION], sky.sun_along(times)
                return contacts_along(r, sun, constants.SUN_RADIUS_M, constants.MOON_RADIUS_M)[:, i]

            return angle

        return (
            _watched(edge(0), EventKind.PENUMBRA_EXIT, EventKind.PENUMBRA_ENTRY),
            _watched(edge(1), EventKind.UMBRA_EXIT, EventKind.UMBRA_ENTRY),
        )


@dataclass(frozen=True)
class EarthInView:
    """Rise and set of the Earth's centre over the Moon's limb (the 1737.4 km sphere)."""

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""

        def over_limb(times: Vector, states: Vector) -> Vector:
            return heights_over_limb(states[:, motion.POSITION], sky.earth_along(times), constants.MOON_RADIUS_M)

        return (_watched(over_limb, EventKind.RISE, EventKind.SET, "Earth"),)


@dataclass(frozen=True, kw_only=True)
class StationInView:
    """Rise and set of a ground station: over the Moon's limb, and the craft over the station's horizon.

    The line of sight is geometric: the light takes 1.3 s more.

    Parameters
    ----------
    name : str
        For the timeline.
    location : EarthLocation
        Where the station stands.
    minimum_elevation : Quantity
        Of the craft over the station's horizon (perpendicular to the Earth's radius); default 0.

    Raises
    ------
    InputError
        If the location or the elevation is of another kind.
    """

    name: str
    location: EarthLocation
    minimum_elevation: u.Quantity = number(0.0, u.deg, low=-90.0, high=90.0, text="Over the station's horizon.")

    def __post_init__(self) -> None:
        declarations.check(self)
        if not isinstance(self.location, EarthLocation) or not self.location.isscalar:
            raise InputError(f"location = {self.location!r}: expected one EarthLocation, e.g. from_geodetic(lon, lat)")

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        station, lowest = sky.station(self.location), float(self.minimum_elevation.to_value(u.rad))

        def in_view(times: Vector, states: Vector) -> Vector:
            (places, zeniths), r = station.along(times), states[:, motion.POSITION]
            over_limb = heights_over_limb(r, places, constants.MOON_RADIUS_M)
            return np.minimum(over_limb, elevations(places, zeniths, r) - lowest)

        return (_watched(in_view, EventKind.RISE, EventKind.SET, self.name),)


@dataclass(frozen=True)
class AtHeight:
    """Passages of a height above the 1737.4 km sphere.

    Raises
    ------
    InputError
        If the height is not one length from -20 km to 1e6 km.
    """

    height: u.Quantity = number(REQUIRED, u.m, low=LOWEST_M, high=FAR_M, text="Above the 1737.4 km sphere.")

    def __post_init__(self) -> None:
        declarations.check(self)

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        del sky
        radius_m = constants.MOON_RADIUS_M + float(self.height.to_value(u.m))

        def above(_times: Vector, states: Vector) -> Vector:
            r = states[:, motion.POSITION]
            height: Vector = np.sqrt(np.einsum("ni,ni->n", r, r)) - radius_m
            return height

        return (_watched(above, EventKind.ASCENDING, EventKind.DESCENDING, f"height {self.height:g}"),)


@dataclass(frozen=True)
class AtLatitude:
    """Passages of a selenographic (ME) latitude.

    Raises
    ------
    InputError
        If the latitude is not one angle from -90 to 90 deg.
    """

    latitude: u.Quantity = number(REQUIRED, u.deg, low=-90.0, high=90.0, text="Selenographic (ME).")

    def __post_init__(self) -> None:
        declarations.check(self)

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        sine = sin(self.latitude.to_value(u.rad))

        def north(times: Vector, states: Vector) -> Vector:
            r_me = sky.me_along(times, states[:, motion.POSITION])
            over: Vector = r_me[:, 2] / np.sqrt(np.einsum("ni,ni->n", r_me, r_me)) - sine
            return over

        return (_watched(north, EventKind.NORTHBOUND, EventKind.SOUTHBOUND, f"latitude {self.latitude:g}"),)


@dataclass(frozen=True)
class AtLongitude:
    """Passages of a selenographic (ME) meridian, on its own side of the Moon.

    Raises
    ------
    InputError
        If the longitude is not one angle of up to a hundred turns.
    """

    longitude: u.Quantity = number(REQUIRED, u.deg, low=-TURNS_DEG, high=TURNS_DEG, text="East, selenographic (ME).")

    def __post_init__(self) -> None:
        declarations.check(self)

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""
        angle = self.longitude.to_value(u.rad)

        def east(times: Vector, states: Vector) -> Vector:
            r_me = sky.me_along(times, states[:, motion.POSITION])
            off: Vector = r_me[:, 1] * cos(angle) - r_me[:, 0] * sin(angle)
            return off

        def on_this_side(t_s: float, y: Vector) -> bool:
            x, y_me, _ = sky.me(t_s, y[motion.POSITION])
            return bool(x * cos(angle) + y_me * sin(angle) > 0.0)

        detail = f"longitude {self.longitude:g}"
        return (replace(_watched(east, EventKind.EASTBOUND, EventKind.WESTBOUND, detail), within=on_this_side),)


@dataclass(frozen=True)
class Zero:
    """Zeros of any continuous function of the state.

    Parameters
    ----------
    name : str
        For the timeline.
    function : callable
        From a :class:`lunarsim.State` to a number or a Quantity. It is called many times a step: a plain
        function of numbers is faster than this, see :class:`Watched`.
    """

    name: str
    function: Callable[[State], u.Quantity | float]

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise InputError(f"function = {self.function!r}: expected a function of a State")

    def watched(self, sky: Sky) -> tuple[Watched, ...]:
        """Return the functions to follow."""

        def value(t_s: float, y: Vector) -> float:
            state = State(y[motion.POSITION] * u.m, y[motion.VELOCITY] * (u.m / u.s), time_after(sky.start, t_s))
            result = self.function(state)
            try:
                return float(getattr(result, "value", result))
            except (TypeError, ValueError):
                raise InputError(f"the function of Zero '{self.name}' gave {result!r}: expected one number") from None

        return (Watched(function=value, rising=EventKind.RISING, falling=EventKind.FALLING, detail=self.name),)


def _watched(
    many: Callable[[Vector, Vector], Vector], rising: EventKind, falling: EventKind, detail: str = ""
) -> Watched:
    """Return a function of many times to follow: at one time it is asked for an array of one."""

    def one(t_s: float, y: Vector) -> float:
        return float(many(np.array([t_s]), y[np.newaxis])[0])

    return Watched(function=one, many=many, rising=rising, falling=falling, detail=detail)


def _radial_rate(_t_s: float, y: Vector) -> float:
    return float(y[0] * y[3] + y[1] * y[4] + y[2] * y[5])


def _eccentric(_t_s: float, y: Vector) -> bool:
    low_m, high_m = apsides(y[motion.POSITION], y[motion.VELOCITY], constants.GM_MOON_M3_S2)
    return bool(high_m - low_m > 2e-9 * low_m)


def _radial_rates(_times: Vector, states: Vector) -> Vector:
    rates: Vector = np.einsum("ni,ni->n", states[:, motion.POSITION], states[:, motion.VELOCITY])
    return rates
