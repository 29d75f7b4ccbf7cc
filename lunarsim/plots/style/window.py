"""The part of the Moon that a map shows, and how longitudes lie on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks, constants
from lunarsim.errors import InputError
from lunarsim.flight import Flight, GroundContact, Histories
from lunarsim.mission import Site

KM_PER_DEGREE = np.pi * constants.MOON_RADIUS_M / 180.0 / 1e3

_MARGIN = 0.35  # of the box round the points
_SMALLEST_DEG = 3.0  # height of a map round a single point
_WIDTH_TO_HEIGHT = 1.3  # least, so that a map fills a page's width
_FLATTEST = 2.0  # most, about, so that a track along a parallel has room for its texts


class Window(NamedTuple):
    """A map's edges in degrees; east is greater than west."""

    west: float
    east: float
    south: float
    north: float

    @classmethod
    def of(cls, extent: Any) -> Window:
        """Return the window of a user's extent.

        Raises
        ------
        InputError
            If the extent is not four angles, is upside down, or reaches beyond a pole or round the Moon.
        """
        west, east, south, north = checks.quantity("extent", extent, u.deg, shape=(4,)).value
        if not (0.0 < east - west <= 360.0 and -90.0 <= south < north <= 90.0):
            raise InputError(
                f"extent = {extent}: expected west < east, at most 360 deg apart, and -90 <= south < north <= 90 deg, "
                "such as [40, 70, -75, -55] * u.deg"
            )
        return cls(west, east, south, north)

    @classmethod
    def around(cls, flights: Sequence[Flight | Histories], sites: Mapping[str, Site]) -> Window:
        """Return a window round the sites, the ends on the ground and the powered descents of landings.

        Where there are none, the whole Moon.
        """
        points: list[Any] = [*sites.values(), *(f.outcome for f in flights if isinstance(f.outcome, GroundContact))]
        places = [(point.longitude.to_value(u.deg), point.latitude.to_value(u.deg)) for point in points]
        places += [place for flight in flights for place in _descent(flight)]
        places += [_last(flight) for flight in flights if isinstance(flight, Histories) and flight.contact]
        if not places:
            return cls(-180.0, 180.0, -90.0, 90.0)
        lon, lat = np.array(places, dtype=float).T
        lon = lon[0] + (lon - lon[0] + 180.0) % 360.0 - 180.0
        return cls._round(lon, lat)

    @classmethod
    def _round(cls, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Window:
        half_height = (0.5 + _MARGIN) * max(float(np.ptp(lat)), _SMALLEST_DEG)
        middle = float(lat.min() + lat.max()) / 2.0
        half_height = max(half_height, (0.5 + _MARGIN) * float(np.ptp(lon)) * _shrink(middle) / _FLATTEST)
        south, north = max(middle - half_height, -90.0), min(middle + half_height, 90.0)
        shrink = _shrink((south + north) / 2.0)
        least = _WIDTH_TO_HEIGHT * (north - south) / 2.0 / shrink
        half_width = min(max((0.5 + _MARGIN) * float(np.ptp(lon)), least), 180.0)
        centre = float(lon.min() + lon.max()) / 2.0
        return cls(centre - half_width, centre + half_width, south, north)

    @property
    def middle_latitude(self) -> float:
        """The latitude at which the map is to scale."""
        return (self.south + self.north) / 2.0

    @property
    def shrink(self) -> float:
        """Length of a degree of longitude, in degrees of latitude, at the middle latitude."""
        return _shrink(self.middle_latitude)

    @property
    def height_to_width(self) -> float:
        """Ratio of the sides of the map as it is drawn."""
        return (self.north - self.south) / ((self.east - self.west) * self.shrink)

    @property
    def width_km(self) -> float:
        """Width of the map at the middle latitude."""
        return (self.east - self.west) * self.shrink * KM_PER_DEGREE

    def wrapped(self, lon: Any) -> Any:
        """Return longitudes within half a turn of the map's middle."""
        least = (self.west + self.east) / 2.0 - 180.0
        return least + (lon - least) % 360.0

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points lie on the map."""
        x = self.wrapped(lon)
        return np.asarray((x >= self.west) & (x <= self.east) & (lat >= self.south) & (lat <= self.north))

    def unrolled(self, lon: NDArray[np.float64], *others: NDArray[Any]) -> list[NDArray[np.float64]]:
        """Return wrapped longitudes and their companions, with a NaN where the line goes round the back of the map."""
        x = self.wrapped(lon)
        breaks = np.flatnonzero(np.abs(np.diff(x)) > 180.0) + 1
        return [np.insert(np.asarray(values, dtype=float), breaks, np.nan) for values in (x, *others)]


def _last(flight: Histories) -> tuple[float, float]:
    return float(flight.longitude.deg[-1]), float(flight.latitude.deg[-1])


def _descent(flight: Flight | Histories) -> list[tuple[float, float]]:
    """Return longitudes and latitudes (deg) of a powered descent to a landing site, from its first ignition."""
    if isinstance(flight, Histories):
        return []
    found = flight.powered_descent
    if flight.scenario.landing_site is None or found is None:
        return []
    descending = flight.elapsed >= (found[0] - flight.start).to(u.s)
    return list(zip(flight.longitude.deg[descending], flight.latitude.deg[descending], strict=True))


def degrees_east(lon: float, _position: object = None) -> str:
    """Return a longitude as text, such as ``61° E``."""
    lon = round((lon + 180.0) % 360.0 - 180.0, 6)
    side = "" if lon in (0.0, -180.0) else " E" if lon > 0.0 else " W"
    return f"{abs(lon):g}°{side}"


def degrees_north(lat: float, _position: object = None) -> str:
    """Return a latitude as text, such as ``58° S``; nothing beyond a pole."""
    lat = round(lat, 6)
    if abs(lat) > 90.0:
        return ""
    return f"{abs(lat):g}°{'' if lat == 0.0 else ' N' if lat > 0.0 else ' S'}"


def _shrink(latitude: float) -> float:
    return max(float(np.cos(np.radians(latitude))), 0.02)
