"""A crater that is made of a few numbers, where no map of the real one is at hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.declarations import HIGHEST_M, LOWEST_M, TURNS_DEG, Number
from lunarsim.errors import InputError

#: What :meth:`Terrain.crater` takes.
CRATER = {
    # nearer to a pole the map of the largest would go around it
    "latitude": Number(unit=u.deg, low=-75.0, high=75.0, text="Of the centre."),
    "longitude": Number(unit=u.deg, low=-TURNS_DEG, high=TURNS_DEG, text="Of the centre."),
    "radius": Number(unit=u.m, low=100.0, high=2e5, text="From the centre to the rim."),
    "wall_width": Number(unit=u.m, low=1.0, high=2e5, text="Over which the wall falls from the rim to the floor."),
    "rim": Number(unit=u.m, low=LOWEST_M, high=HIGHEST_M, text="Height above 1737.4 km, of the plain around it too."),
    "floor": Number(unit=u.m, low=LOWEST_M, high=HIGHEST_M, text="Height above 1737.4 km."),
}
_ON_WALL = 12.0  # pixels, so that its upper and lower edges are sharp
_MOST_PIXELS = 4_000_000


def made_crater(given: dict[str, u.Quantity]) -> tuple[NDArray[np.float64], tuple[float, float, float, float]]:
    """Return the heights (m) of a crater, rows from the north, and the edges of its map (deg): S, N, W, E.

    Raises
    ------
    InputError
        If a number is out of its bounds, the floor is not below the rim, or the wall is wider than the crater or too
        narrow for a map.
    """
    numbers = {name: float(CRATER[name].checked(name, value).value) for name, value in given.items()}
    lat, lon, radius_m, wall_m, rim_m, floor_m = numbers.values()
    if floor_m >= rim_m:
        raise InputError(f"floor = {given['floor']}: expected a height below the rim, which is {given['rim']}")
    if wall_m > radius_m:
        raise InputError(f"wall_width = {given['wall_width']}: expected no more than the radius, {given['radius']}")
    step_deg = float(np.degrees(wall_m / _ON_WALL / constants.MOON_RADIUS_M))
    half = int(np.ceil(radius_m / wall_m * _ON_WALL)) + 2
    centre, edge = np.cos(np.radians(lat)), np.cos(np.radians(abs(lat) + half * step_deg))
    across_deg, columns = step_deg / centre, int(np.ceil(half * centre / edge))
    if 4 * half * columns > _MOST_PIXELS:
        raise InputError(
            f"wall_width = {given['wall_width']}: a map of it over a radius of {given['radius']} would have more than "
            f"{_MOST_PIXELS} pixels: expected a wider wall"
        )
    rows_deg = lat + step_deg * (half - 0.5 - np.arange(2 * half))
    columns_deg = lon + across_deg * (np.arange(2 * columns) + 0.5 - columns)
    away_m = _distance_m(rows_deg[:, np.newaxis], columns_deg, lat, lon)
    heights = np.interp(away_m, [radius_m - wall_m, radius_m], [floor_m, rim_m])
    edges = (lat - half * step_deg, lat + half * step_deg, lon - columns * across_deg, lon + columns * across_deg)
    return heights, edges


def _distance_m(lat_deg: Any, lon_deg: Any, lat: float, lon: float) -> NDArray[np.float64]:
    """Return the distances along the ground from a place (deg)."""
    north, there = np.radians(lat_deg), np.radians(lat)
    half_north, half_east = 0.5 * (north - there), 0.5 * np.radians(lon_deg - lon)
    square = np.sin(half_north) ** 2 + np.cos(north) * np.cos(there) * np.sin(half_east) ** 2
    away: NDArray[np.float64] = 2.0 * constants.MOON_RADIUS_M * np.arcsin(np.sqrt(square))
    return away
