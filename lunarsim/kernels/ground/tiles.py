"""Tiles of a raster, small and large, each with the highest ground in its reach: how far one may go above them.

A maximum pyramid (Tevs, Ihrke & Seidel 2008), made for a sphere: a tile's maximum is over all ground that is no
farther from it than it is high in latitude. A craft above this maximum may cover that angle in any
direction, over the edges of tiles, the meridian and the poles, and no edge need be looked for.
"""

from math import asin, ceil, cos, inf, pi, sin

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, part_of_kernel
from lunarsim.kernels.ground.passage import time_within
from lunarsim.kernels.ground.terrain import Ground, Place, is_outside

FINEST = 1  #: level of the smallest tiles; one of level n has 2^n x 2^n cells
_LARGEST_REACH_RAD = 0.5


@part_of_kernel
def reach_rad(level: int, ground: Ground) -> float:
    """Return the angle at the Moon's centre that may be covered above the tiles of a level."""
    return float(1 << level) * ground.lat_step_rad


@part_of_kernel
def time_over_tiles(
    r2: float, rate: float, sink: float, angular_speed: float, place: Place, ground: Ground
) -> tuple[float, float]:
    """Return a time (s) within which a craft cannot reach the ground, and the highest ground (m) about its place.

    Parameters
    ----------
    r2, rate : float
        The squared radius (m2) and its derivative.
    sink : float
        Bound of how far the second derivative lies below zero (m2/s2).
    angular_speed : float
        Bound of the speed over the ground, as an angle at the Moon's centre (rad/s).
    place : Place
        Where the craft is. Outside a raster only the highest ground of all counts.
    """
    radius = ground.radius_m + ground.highest_m
    time = time_within(r2 - radius * radius, -rate, sink)
    if is_outside(place):
        return time, ground.highest_m
    level, start, fall, across = FINEST, 0, inf, 0.0
    while start < ground.tops_m.size and fall >= across:
        tile_rows, tile_columns = _tiles(level, ground)
        tile = ((place.row + 1) >> level) * tile_columns + (place.column >> level)
        radius = ground.radius_m + float(ground.tops_m[start + tile])
        fall, across = time_within(r2 - radius * radius, -rate, sink), reach_rad(level, ground) / angular_speed
        time = max(time, min(fall, across))
        level, start = level + 1, start + tile_rows * tile_columns
    tile = ((place.row + 1) >> FINEST) * _tiles(FINEST, ground)[1] + (place.column >> FINEST)
    return time, float(ground.tops_m[tile])


@kernel
def tile_tops(ground: Ground) -> NDArray[np.float32]:
    """Return the highest ground (m) in reach of each tile: level after level from the finest, each row after row.

    Rows of cells are counted from the northern polar cap, 0, to the southern one. Outside the raster the
    ground is as high as the outside, or, where that is not known, as the highest there may be.
    """
    levels, size = 0, 0
    while levels == 0 or reach_rad(FINEST + levels, ground) < _LARGEST_REACH_RAD:
        tile_rows, tile_columns = _tiles(FINEST + levels, ground)
        levels, size = levels + 1, size + tile_rows * tile_columns
    tops, start = np.empty(size, dtype=np.float32), 0
    for level in range(FINEST, FINEST + levels):
        tile_rows, tile_columns = _tiles(level, ground)
        for i in range(tile_rows):
            _fill(tops[start : start + tile_columns], i, level, ground)
            start += tile_columns
    return tops


@part_of_kernel
def _tiles(level: int, ground: Ground) -> tuple[int, int]:
    """Return the numbers of rows and columns of tiles; with both caps there is one row of cells more than of nodes."""
    rows, columns = ground.heights_m.shape
    return (rows >> level) + 1, ((columns - 1) >> level) + 1


@part_of_kernel
def _fill(tops: NDArray[np.float32], i: int, level: int, ground: Ground) -> None:
    """Write the highest ground in reach of each tile of a row."""
    columns, cells = ground.heights_m.shape[1], 1 << level
    reach = _reach_in_columns(i, level, ground)
    line, beyond = _highest_in_reach(i, level, ground)
    gap = inf if ground.around else 2.0 * pi / ground.lon_step_rad - columns  # may be crossed to the other side
    for tile in range(tops.size):
        left, right = tile * cells - reach, min((tile + 1) * cells, columns) + reach  # nodes, both included
        over_edge = not ground.around and (left < 0 or right > columns - 1)
        top = beyond if over_edge else np.float32(-inf)
        if right - left >= columns - 1 or (over_edge and reach >= gap):
            left, right = 0, columns - 1
        elif not ground.around:
            left, right = max(left, 0), min(right, columns - 1)
        for j in range(left, right + 1):
            top = max(top, line[j % columns])
        tops[tile] = top


@part_of_kernel
def _highest_in_reach(i: int, level: int, ground: Ground) -> tuple[NDArray[np.float32], np.float32]:
    """Return the highest node of each column in reach of a row of tiles, and the height beyond the raster's edges.

    Where a cap is in reach, so is the other side of the pole: no row of it that is not in reach on this side.
    """
    rows, columns = ground.heights_m.shape
    first, last = (i - 1) << level, ((i + 2) << level) - 1  # rows of cells
    beyond = np.float32(ground.highest_m if np.isnan(ground.outside_m) else ground.outside_m)
    outside = (first <= 0 and np.isnan(ground.north_pole_m)) or (last >= rows and np.isnan(ground.south_pole_m))
    line = np.full(columns, beyond if outside else np.float32(-inf))
    for row in range(max(first - 1, 0), min(last, rows - 1) + 1):  # a pole is no higher than the row beside it
        for j in range(columns):
            line[j] = max(line[j], ground.heights_m[row, j])
    return line, beyond


@part_of_kernel
def _reach_in_columns(i: int, level: int, ground: Ground) -> int:
    """Return how many columns a way of the reach may cross from a row of tiles; all of them where it reaches a pole."""
    rows, columns = ground.heights_m.shape
    first, last = max(i << level, 1), min((i + 1) << level, rows)  # the rows of nodes around it, counted from 1
    north = ground.north_rad - (first - 1) * ground.lat_step_rad
    south = ground.north_rad - (last - 1) * ground.lat_step_rad
    cap = (i == 0 and np.isfinite(ground.north_pole_m)) or (last == rows and np.isfinite(ground.south_pole_m))
    latitude, reach = max(abs(north), abs(south)), reach_rad(level, ground)
    if cap or latitude + reach >= 0.5 * pi:
        return int(columns)
    return min(ceil(asin(sin(reach) / cos(latitude)) / ground.lon_step_rad + 1e-6), int(columns))
