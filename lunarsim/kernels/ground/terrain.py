"""The ground: bilinear heights of a raster, their gradient and normal, and the clearance above them."""

from math import atan, cos, floor, pi, sin, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel, part_of_kernel
from lunarsim.kernels.geometry.orbit import spherical
from lunarsim.kernels.geometry.orientation import rows_at
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.kernels.numerics.vectors import dot, length, rotated

_EDGE = 1e-6  # of a pixel: rounding of angles at the edge of a raster


class Ground(NamedTuple):
    """A surface of heights over latitude and longitude (ME); a raster of one pixel is a sphere.

    Rows run from north to south and columns from west to east, both evenly spaced. Between a raster's
    last row and a pole the height goes linearly to the height of the pole.
    """

    radius_m: float  #: of the sphere where heights are zero
    heights_m: NDArray[np.float32]  #: shape (rows, columns), read-only
    north_rad: float  #: latitude of row 0
    west_rad: float  #: longitude of column 0
    lat_step_rad: float
    lon_step_rad: float
    around: bool  #: the columns close around the Moon
    north_pole_m: float  #: NaN where the raster does not reach to the pole
    south_pole_m: float
    outside_m: float  #: height beyond the raster's edges; NaN: not known
    lowest_m: float  #: bounds of the surface, the known outside included
    highest_m: float
    steepest_m_per_rad: float  #: greatest slope of height over an angle at the Moon's centre
    steepest_by_row_m_per_rad: NDArray[np.float64]  #: the same of each row of cells, the rows beside it, and the caps
    tops_m: NDArray[np.float32]  #: the highest ground near each tile of cells, as kernels/ground/tiles.py lays them out
    rot_me_from_pa: NDArray[np.float64]  #: shape (3, 3), read-only


class Place(NamedTuple):
    """Where a latitude and longitude lie in a raster: the cell between four nodes, and where in it."""

    row: int  #: of the cell's northern nodes; -1: in the northern cap; -2: outside
    column: int  #: of the western nodes; -1: outside
    south: float  #: share of the way to the next row, 0 to 1
    east: float
    way_rad: float  #: from this row to the next


@part_of_kernel
def _column(longitude: float, ground: Ground) -> tuple[int, float]:
    """Return the column to the west and the share of the way to the next; column -1 is outside."""
    columns = ground.heights_m.shape[1]
    turn = 2.0 * pi / ground.lon_step_rad
    eastward = longitude - ground.west_rad
    column = (eastward - 2.0 * pi * floor(eastward / (2.0 * pi))) / ground.lon_step_rad
    if ground.around:
        j = int(column)
        return j if j < columns else 0, column - j
    if column > turn - _EDGE:
        column = 0.0
    if column > columns - 1 + _EDGE:
        return -1, 0.0
    j = min(int(column), columns - 2)
    return j, column - j


@part_of_kernel
def _row(latitude: float, ground: Ground) -> tuple[int, float, float]:
    """Return the row to the north, the share of the way to the next, and that way (rad); row -2 is outside.

    Row -1 is the north pole, and behind the last row comes the south pole.
    """
    rows = ground.heights_m.shape[0]
    row = (ground.north_rad - latitude) / ground.lat_step_rad
    if -_EDGE <= row <= rows - 1 + _EDGE:
        i = min(max(floor(row), 0), rows - 2)
        return i, row - i, ground.lat_step_rad
    i = -1 if row < 0.0 else rows - 1
    if not np.isfinite(_node(i if i < 0 else rows, 0, ground)):
        return -2, 0.0, ground.lat_step_rad
    span = _way(i, ground)
    from_upper_rad = 0.5 * pi - latitude if i < 0 else ground.north_rad - i * ground.lat_step_rad - latitude
    return i, from_upper_rad / span, span


@part_of_kernel
def _way(i: int, ground: Ground) -> float:
    """Return the angle (rad) from row i to the next, from the north pole (-1) to row 0, from the last to the south."""
    if i < 0:
        return 0.5 * pi - ground.north_rad
    if i == ground.heights_m.shape[0] - 1:
        return ground.north_rad - i * ground.lat_step_rad + 0.5 * pi
    return ground.lat_step_rad


@part_of_kernel
def _node(i: int, j: int, ground: Ground) -> float:
    """Return the height (m) at a row and column; row -1 and the one behind the last are the poles."""
    if i < 0:
        return ground.north_pole_m
    if i == ground.heights_m.shape[0]:
        return ground.south_pole_m
    return float(ground.heights_m[i, j])


@part_of_kernel
def locate(latitude: float, longitude: float, ground: Ground) -> Place:
    """Return where a latitude and longitude (rad, ME) lie in a raster of more than one pixel."""
    column, east = _column(longitude, ground)
    row, south, way = _row(latitude, ground)
    return Place(row, column, south, east, way)


@part_of_kernel
def is_outside(place: Place) -> bool:
    """Return whether a place is beyond the edges of the raster."""
    return place.row == -2 or place.column == -1


@part_of_kernel
def corners(place: Place, ground: Ground) -> tuple[float, float, float, float]:
    """Return the heights (m) of the nodes around a place: NW, NE, SW, SE. All outside is as high as the outside."""
    if is_outside(place):
        return ground.outside_m, ground.outside_m, ground.outside_m, ground.outside_m
    i, j = place.row, place.column
    k = j + 1 if j + 1 < ground.heights_m.shape[1] else 0
    return _node(i, j, ground), _node(i, k, ground), _node(i + 1, j, ground), _node(i + 1, k, ground)


@part_of_kernel
def height_at(place: Place, ground: Ground) -> float:
    """Return the height (m) above the zero sphere at a place; NaN where unknown."""
    nw, ne, sw, se = corners(place, ground)
    x, y = place.east, place.south
    return (1.0 - y) * (nw + x * (ne - nw)) + y * (sw + x * (se - sw))


@formula
def height(latitude: float, longitude: float, ground: Ground) -> float:
    """Return the height (m) above the zero sphere at a latitude and longitude (rad, ME); NaN where unknown."""
    if ground.heights_m.size == 1:
        return float(ground.heights_m[0, 0])
    return height_at(locate(latitude, longitude, ground), ground)


@formula
def gradient(latitude: float, longitude: float, ground: Ground) -> tuple[float, float]:
    """Return the rise of the ground per distance along it, towards east and towards north."""
    if ground.heights_m.size == 1:
        return 0.0, 0.0
    place = locate(latitude, longitude, ground)
    nw, ne, sw, se = corners(place, ground)
    x, y = place.east, place.south
    radius = ground.radius_m + height_at(place, ground)
    parallel = radius * max(cos(latitude), 1e-15)  # at the pole itself the cap has no slope towards the east
    east = ((1.0 - y) * (ne - nw) + y * (se - sw)) / (ground.lon_step_rad * parallel)
    north = ((1.0 - x) * (nw - sw) + x * (ne - se)) / (place.way_rad * radius)
    return east, north


@formula
def slope(latitude: float, longitude: float, ground: Ground) -> float:
    """Return the angle (rad) between the ground and the local horizontal."""
    east, north = gradient(latitude, longitude, ground)
    return atan(sqrt(east * east + north * north))


@formula
def normal(latitude: float, longitude: float, ground: Ground) -> tuple[float, float, float]:
    """Return the outward unit normal of the ground in ME components."""
    east, north = gradient(latitude, longitude, ground)
    cf, sf, cl, sl = cos(latitude), sin(latitude), cos(longitude), sin(longitude)
    n = cf * cl + east * sl + north * sf * cl, cf * sl - east * cl + north * sf * sl, sf - north * cf
    size = length(n)
    return n[0] / size, n[1] / size, n[2] / size


@formula
def clearance(et_s: float, r: Any, angles: ChebyshevTable, ground: Ground) -> float:
    """Return the height (m) of a point, Moon-centred in ICRF axes (m), above the ground below it; NaN: unknown.

    ``et_s`` is the time, TDB seconds past J2000; ``angles`` are the Moon's orientation angles.
    """
    if ground.heights_m.size == 1:
        return length(r) - ground.radius_m - float(ground.heights_m[0, 0])
    return clearance_over_map(et_s, r, angles, ground)


@kernel
def clearance_over_map(et_s: float, r: NDArray[np.float64], angles: ChebyshevTable, ground: Ground) -> float:
    """Return :func:`clearance` where the ground turns with the Moon."""
    rows = rows_at(angles, et_s)
    return clearance_pa((dot(rows[0], r), dot(rows[1], r), dot(rows[2], r)), ground)


@formula
def clearance_pa(r_pa: Any, ground: Ground) -> float:
    """Return the height (m) of a point (PA, m) above the ground below it; NaN: unknown."""
    return clearance_me(rotated(ground.rot_me_from_pa, r_pa), ground)


@formula
def clearance_me(r_me: Any, ground: Ground) -> float:
    """Return the height (m) of a point (ME, m) above the ground below it; NaN: unknown."""
    longitude, latitude, radius = spherical(r_me)
    return radius - ground.radius_m - height(latitude, longitude, ground)


@formula
def slope_pa(r_pa: Any, ground: Ground) -> float:
    """Return the slope (rad) of the ground below a point (PA, m); NaN: unknown."""
    longitude, latitude, _ = spherical(rotated(ground.rot_me_from_pa, r_pa))
    return slope(latitude, longitude, ground)


@kernel
def steepest_by_row(ground: Ground) -> NDArray[np.float64]:
    """Return bounds (m/rad) of the slope over an angle at the Moon's centre: north cap, rows of cells, south cap.

    In a cell either component of the gradient is at most that along one of its edges, on the narrower
    parallel. In a polar cap the rise towards the east shrinks as the share of the way from the pole does,
    and that no slower than the parallel.
    """
    rows, columns = ground.heights_m.shape
    bounds = np.zeros(rows + 1)
    for i in range(-1, rows):
        if not np.isfinite(_node(i, 0, ground) + _node(i + 1, 0, ground)):
            continue
        upper = cos(ground.north_rad - i * ground.lat_step_rad) if i >= 0 else np.inf
        lower = cos(ground.north_rad - (i + 1) * ground.lat_step_rad) if i < rows - 1 else np.inf
        east_span, north_span = ground.lon_step_rad * min(upper, lower), _way(i, ground)
        bound2 = 0.0
        for j in range(columns if ground.around else columns - 1):
            k = (j + 1) % columns
            nw, ne = _node(i, j, ground), _node(i, k, ground)
            sw, se = _node(i + 1, j, ground), _node(i + 1, k, ground)
            north = max(abs(nw - sw), abs(ne - se)) / north_span
            east = max(abs(ne - nw), abs(se - sw)) / east_span
            bound2 = max(bound2, north * north + east * east)
        bounds[i + 1] = sqrt(bound2)
    return bounds


@formula
def over_points(
    latitudes: NDArray[np.float64], longitudes: NDArray[np.float64], ground: Ground
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return heights (m), slopes (rad) and normals (ME), shapes (n,), (n,), (n, 3), at n places (rad)."""
    heights, slopes = np.empty(latitudes.size), np.empty(latitudes.size)
    normals = np.empty((latitudes.size, 3))
    for i in range(latitudes.size):
        heights[i] = height(latitudes[i], longitudes[i], ground)
        slopes[i] = slope(latitudes[i], longitudes[i], ground)
        normals[i, 0], normals[i, 1], normals[i, 2] = normal(latitudes[i], longitudes[i], ground)
    return heights, slopes, normals


@kernel
def over_many_points(
    latitudes: NDArray[np.float64], longitudes: NDArray[np.float64], ground: Ground
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return :func:`over_points`, for more places than it is quick to go through in Python."""
    return over_points(latitudes, longitudes, ground)


@formula
def raised(ground: Ground, by_m: float) -> Ground:
    """Return the same surface, everywhere higher by so much."""
    return Ground(
        ground.radius_m + by_m,
        ground.heights_m,
        ground.north_rad,
        ground.west_rad,
        ground.lat_step_rad,
        ground.lon_step_rad,
        ground.around,
        ground.north_pole_m,
        ground.south_pole_m,
        ground.outside_m,
        ground.lowest_m,
        ground.highest_m,
        ground.steepest_m_per_rad,
        ground.steepest_by_row_m_per_rad,
        ground.tops_m,
        ground.rot_me_from_pa,
    )
