"""Places on the Moon in metres east and north of a centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lunarsim import checks, constants
from lunarsim.errors import InputError
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column

_RADIUS_M = constants.MOON_RADIUS_M
#: The one sign of crossrange: right-handed with downrange and up, as guidance, navigation and diverts have it.
CROSSRANGE = "crossrange, positive left of the motion"


@dataclass(frozen=True, kw_only=True)
class LocalPlane:
    """The azimuthal equidistant projection of the 1737.4 km sphere about a centre.

    Distances and azimuths from the centre are true; across them lengths grow by c / sin c at an angle c from
    the centre: by 6e-6 at 10 km and 6e-4 at 100 km (Snyder 1987, Map projections: a working manual,
    doi:10.3133/pp1395, ch. 25, with arctangents in place of an arccosine). North is the ME pole; at a pole
    the longitude that the centre was given with says where north is. The point opposite to the centre has no direction.

    Attributes
    ----------
    latitude_deg, longitude_deg : float
        The centre, ME.
    """

    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        """Check the centre."""
        checks.number("latitude_deg", self.latitude_deg, minimum=-90.0, maximum=90.0)
        checks.number("longitude_deg", self.longitude_deg, minimum=-360.0, maximum=360.0)

    @classmethod
    def about_mean(
        cls, latitude_deg: ArrayLike, longitude_deg: ArrayLike, *, weights: ArrayLike | None = None
    ) -> LocalPlane:
        """Return the plane about the mean of places: the direction of the mean of their unit vectors.

        Raises
        ------
        InputError
            If a place is not on the Moon, or the places are so spread that their mean has no direction.
        """
        latitude, longitude = places(latitude_deg, longitude_deg)
        share = None if weights is None else columns.normalised(weights, latitude.size)
        x, y, z = np.average(_directions(latitude, longitude), axis=0, weights=share)
        if np.sqrt(x * x + y * y + z * z) < 1e-6:
            raise InputError("the places lie all round the Moon and have no mean: give the centre, about=(lat, lon)")
        return cls(
            latitude_deg=float(np.degrees(np.arctan2(z, np.hypot(x, y)))),
            longitude_deg=float(np.degrees(np.arctan2(y, x))),
        )

    def forward(self, latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> Column:
        """Return metres east and north of the centre, shape (n, 2), of ME latitudes and longitudes in degrees.

        Raises
        ------
        InputError
            If a place is not on the Moon.
        """
        latitude, longitude = places(latitude_deg, longitude_deg)
        lat0, lat = np.radians(self.latitude_deg), np.radians(latitude)
        ahead = np.radians(longitude - self.longitude_deg)
        east = np.cos(lat) * np.sin(ahead)
        north = np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(ahead)
        up = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(ahead)
        across = np.hypot(east, north)
        away = np.arctan2(across, up)
        scale = np.divide(away, across, out=np.ones_like(away), where=across > 0.0)
        return np.asarray(_RADIUS_M * np.stack([scale * east, scale * north], axis=-1))

    def inverse(self, xy_m: ArrayLike) -> tuple[Column, Column]:
        """Return ME latitudes and longitudes (degrees, -180 to 180) of metres east and north, shape (n, 2).

        Raises
        ------
        InputError
            If the points are not of shape (n, 2).
        """
        east, north = points("xy_m", xy_m).T / _RADIUS_M
        away = np.hypot(east, north)
        lat0 = np.radians(self.latitude_deg)
        sinc = np.sinc(away / np.pi)  # sin(c) / c
        z = np.cos(away) * np.sin(lat0) + sinc * north * np.cos(lat0)
        x = np.cos(away) * np.cos(lat0) - sinc * north * np.sin(lat0)
        y = sinc * east
        longitude = self.longitude_deg + np.degrees(np.arctan2(y, x))
        return np.degrees(np.arctan2(z, np.hypot(x, y))), (longitude + 180.0) % 360.0 - 180.0


def downrange_crossrange(xy_m: ArrayLike, azimuth_deg: float) -> Column:
    """Return metres downrange and crossrange, shape (n, 2), of metres east and north.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        East and north.
    azimuth_deg : float
        Direction of flight over the ground, from north through east; crossrange is positive to its left.

    Raises
    ------
    InputError
        If the points are not of shape (n, 2).
    """
    east, north = points("xy_m", xy_m).T
    azimuth = np.radians(checks.number("azimuth_deg", azimuth_deg))
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    return np.stack([east * sine + north * cosine, north * sine - east * cosine], axis=-1)


def east_north(along_m: ArrayLike, azimuth_deg: float) -> Column:
    """Return metres east and north, shape (n, 2), of metres downrange and crossrange: undoes their turn.

    Raises
    ------
    InputError
        If the points are not of shape (n, 2).
    """
    downrange, crossrange = points("along_m", along_m).T
    azimuth = np.radians(checks.number("azimuth_deg", azimuth_deg))
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    return np.stack([downrange * sine - crossrange * cosine, downrange * cosine + crossrange * sine], axis=-1)


def places(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> tuple[Column, Column]:
    """Return checked latitudes and longitudes in degrees, one per run.

    Raises
    ------
    InputError
        If they are not finite, not equally long, or a latitude is beyond a pole.
    """
    latitude = columns.finite("latitude_deg", np.atleast_1d(latitude_deg))
    longitude = columns.finite("longitude_deg", np.atleast_1d(longitude_deg))
    columns.alike(latitude_deg=latitude, longitude_deg=longitude)
    beyond = float(latitude[np.argmax(np.abs(latitude))])
    if abs(beyond) > 90.0:
        raise InputError(f"latitude_deg holds {beyond:g}: expected -90 to 90 degrees")
    return latitude, longitude


def points(name: str, xy: ArrayLike, *, least: int = 1) -> NDArray[np.float64]:
    """Return checked points in a plane, shape (n, 2).

    Raises
    ------
    InputError
        If they have another shape, are not finite, or too few.
    """
    array = np.asarray(xy, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 2:
        raise InputError(f"{name} has shape {array.shape}: expected (n, 2), metres east and north of each run")
    if array.shape[0] < least:
        raise InputError(f"{name} holds {array.shape[0]} runs: expected at least {least}; fly more runs")
    if not np.all(np.isfinite(array)):
        bad = int(np.count_nonzero(~np.isfinite(array).all(axis=1)))
        raise InputError(f"{name}: {bad} of {array.shape[0]} runs have no finite position; choose those that have one")
    return array


def _directions(latitude_deg: Column, longitude_deg: Column) -> Column:
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
