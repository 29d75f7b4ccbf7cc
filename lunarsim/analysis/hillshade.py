"""Shaded relief: how bright each place of a map is where the light comes from one side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import ArrayLike, NDArray

from lunarsim import checks, constants
from lunarsim.errors import InputError
from lunarsim.moon import Terrain

#: From where maps are lit by custom, the upper left (Imhof 1982, Cartographic relief presentation, ch. 9).
AZIMUTH_DEG, ELEVATION_DEG = 315.0, 45.0
_NARROWEST = 0.02  # least cosine of a latitude: at a pole a degree of longitude has no length
_CONTRAST = 0.35  # slope that the 95th percentile of a map is stretched to, and no less than the map's own


class ShadedRelief(NamedTuple):
    """Brightness over a window of latitude and longitude, rows from north to south."""

    brightness: NDArray[np.float64]  #: 0 to 1, shape (rows, columns); NaN where the terrain is not known
    exaggeration: float  #: times that heights are taken too large, so that gentle ground is seen


def has_relief(terrain: Terrain) -> bool:
    """Return whether a terrain is a map of heights, and no sphere."""
    return bool(terrain.highest > terrain.lowest)


def shaded_relief(terrain: Terrain, window: u.Quantity, *, columns: int = 400, rows: int = 240) -> ShadedRelief:
    """Return the shaded relief of a window of a terrain, lit from the north-west at 45 deg.

    Lambert's cosine of the angle between the normal of the ground and the light (Horn 1981, Proc. IEEE 69, 14,
    doi:10.1109/PROC.1981.11918). Heights are exaggerated until the steepest twentieth of the map has a slope of 19 deg.

    Parameters
    ----------
    terrain : Terrain
        A map of heights.
    window : Quantity, shape (4,)
        West and east edge (east longitude), south and north edge.
    columns, rows : int
        Of the picture, at least 2.

    Raises
    ------
    InputError
        If the window is not four angles with west < east and south < north within the poles, or the picture is too
        small.

    Examples
    --------
    >>> import numpy as np
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> hill = np.outer(np.hanning(9), np.hanning(9)) * 900 * u.m
    >>> terrain = ls.Terrain.from_array(hill, window=(-1, 1, -1, 1) * u.deg)
    >>> lit = ls.analysis.shaded_relief(terrain, [-0.8, 0.8, -0.8, 0.8] * u.deg, columns=9, rows=9).brightness
    >>> bool(lit[2, 2] > lit[6, 6])  # the north-western side is lit, the south-eastern is not
    True
    """
    west, east, south, north = checks.quantity("window", window, u.deg, shape=(4,)).value
    if not (0.0 < east - west <= 360.0 and -90.0 <= south < north <= 90.0):
        raise InputError(
            f"window = {window}: expected west < east, at most 360 deg apart, and -90 <= south < north <= 90 deg"
        )
    if min(columns, rows) < 2:
        raise InputError(f"columns = {columns}, rows = {rows}: expected at least 2 of each")
    wide, tall = (east - west) / columns, (north - south) / rows
    latitude = north - tall * (np.arange(rows) + 0.5)
    longitude = west + wide * (np.arange(columns) + 0.5)
    heights = terrain.height_where_known(latitude[:, np.newaxis] * u.deg, longitude * u.deg).to_value(u.m)
    degree_m = np.pi * constants.MOON_RADIUS_M / 180.0
    east_m = degree_m * wide * np.maximum(np.cos(np.radians(latitude)), _NARROWEST)
    return lit(heights, east_m[:, np.newaxis], degree_m * tall)


def lit(heights_m: ArrayLike, east_m: ArrayLike, north_m: ArrayLike) -> ShadedRelief:
    """Return the relief of heights, rows from north to south, whose pixels are so wide and tall (m)."""
    heights = np.asarray(heights_m, dtype=float)
    to_east = np.gradient(heights, axis=1) / east_m
    to_north = -np.gradient(heights, axis=0) / north_m
    steep = np.hypot(to_east, to_north)
    steepest = float(np.nanpercentile(steep, 95.0)) if np.isfinite(steep).any() else 0.0
    times = max(1.0, _CONTRAST / steepest) if steepest > 0.0 else 1.0
    azimuth, elevation = np.radians(AZIMUTH_DEG), np.radians(ELEVATION_DEG)
    light = np.cos(elevation) * np.array([np.sin(azimuth), np.cos(azimuth)])
    facing = np.sin(elevation) - times * (to_east * light[0] + to_north * light[1])
    return ShadedRelief(np.clip(facing / np.sqrt(1.0 + (times * steep) ** 2), 0.0, 1.0), times)
