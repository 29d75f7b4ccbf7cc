"""A gridded residual field: the potential above a low degree as a spline, its gradient as the acceleration.

The residual is one potential, not three components of acceleration, so its force has no curl by construction
and an orbit's energy cannot drift in it. Charts of longitude and latitude about turned poles keep away from
their own poles. The spline is of degree 7 in each direction on equal cells: eight coefficients in radius lie
side by side and fill the lanes of one load.
"""

from math import asin, atan2, comb, factorial, floor, sqrt
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, part_of_kernel, threaded_kernel
from lunarsim.kernels.forces.gravity import HarmonicField, disturbing_potential, harmonics, harmonics_of_eight
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, store, total, with_lane
from lunarsim.kernels.simd.points import Real
from lunarsim.kernels.within_callers import OPTIONS

SPLINE_DEGREE = WIDTH - 1
_WEIGHTS = 4 * WIDTH  # floats of room for the weights of a cell
_LONGITUDE = WIDTH * _WEIGHTS  # where in the room of eight places, after their weights, what they are along begins,
_LATITUDE, _RADIUS = _LONGITUDE + WIDTH, _LONGITUDE + 2 * WIDTH
_START, _SUMS = _LONGITUDE + 3 * WIDTH, _LONGITUDE + 4 * WIDTH  # where their cells begin, and what the spline gives
_ROOM = _SUMS + 3 * WIDTH
_MIDDLE = WIDTH // 2
_NEAR = 0.04  # of a squared tangent: the series of its angle ends with 3e-15 of it


def _basis_polynomials() -> NDArray[np.float64]:
    """Polynomials of the eight B-splines that reach into a cell: row p has the factors of t**p.

    w[l](t) = sum over k of (-1)**k C(8, k) (t + 7 - l - k)**7 / 7!, k = 0..7 - l (Schoenberg 1946), in whole numbers.
    """
    d = SPLINE_DEGREE
    rows = [
        [
            sum((-1) ** k * comb(d + 1, k) * comb(d, p) * (d - w - k) ** (d - p) for k in range(d - w + 1))
            for w in range(WIDTH)
        ]
        for p in range(WIDTH)
    ]
    return np.array(rows, dtype=float).ravel() / factorial(d)


_BASIS = _basis_polynomials()


class ResidualGrid(NamedTuple):
    """A field as harmonics of low degree and a spline of the rest; where there is no spline, the exact field.

    A chart's cells begin at ``first_rad`` and ``bottom_m``. Its coefficients run over latitude, longitude, radius,
    in each seven more than cells, and start at ``start`` in ``coefficients``.
    """

    exact: HarmonicField
    low_degree: int  #: the exact field cut here is summed, the rest is in the spline
    rot_chart_from_pa: NDArray[np.float64]  #: shape (charts, 3, 3)
    first_rad: NDArray[np.float64]  #: shape (charts, 2): longitude, latitude in the chart
    cells: NDArray[np.int64]  #: shape (charts, 2)
    start: NDArray[np.int64]  #: shape (charts,)
    step_rad: float
    bottom_m: float
    step_m: float
    layers: int
    coefficients: NDArray[np.float64]  #: m2/s2


def exact_field(field: Any) -> HarmonicField:
    """Return the exact field of a grid, or of itself."""
    exact: HarmonicField = getattr(field, "exact", field)
    return exact


@overload(exact_field, strict=False, jit_options=OPTIONS, inline="always")
def _exact_field(field: Any) -> Any:
    if field.instance_class is HarmonicField:
        return lambda field: field
    return lambda field: field.exact


def without_grid(field: HarmonicField) -> ResidualGrid:
    """Return a grid of no chart: the exact field everywhere, for callers that take either."""
    none = np.zeros(0, dtype=np.int64)
    return ResidualGrid(
        exact=field,
        low_degree=field.degree,
        rot_chart_from_pa=np.zeros((0, 3, 3)),
        first_rad=np.zeros((0, 2)),
        cells=np.zeros((0, 2), dtype=np.int64),
        start=none,
        step_rad=1.0,
        bottom_m=0.0,
        step_m=1.0,
        layers=0,
        coefficients=np.zeros(0),
    )


class Place(NamedTuple):
    """Where a position lies in a grid: the chart or -1, the position in its axes, and how many cells along it is."""

    chart: int
    x: float
    y: float
    z: float
    r: float
    along_longitude: float
    along_latitude: float
    along_radius: float


@part_of_kernel
def place(x: float, y: float, z: float, grid: ResidualGrid) -> Place:
    """Return where a position (m, PA) lies; chart -1 is outside the grid."""
    r = sqrt(x * x + y * y + z * z)
    height = (r - grid.bottom_m) / grid.step_m
    if 0.0 <= height < grid.layers:
        for chart in range(grid.start.size):
            rot = grid.rot_chart_from_pa[chart]
            a = rot[0, 0] * x + rot[0, 1] * y + rot[0, 2] * z
            b = rot[1, 0] * x + rot[1, 1] * y + rot[1, 2] * z
            c = rot[2, 0] * x + rot[2, 1] * y + rot[2, 2] * z
            longitude = (atan2(b, a) - grid.first_rad[chart, 0]) / grid.step_rad
            latitude = (asin(c / r) - grid.first_rad[chart, 1]) / grid.step_rad
            if 0.0 <= longitude < grid.cells[chart, 0] and 0.0 <= latitude < grid.cells[chart, 1]:
                return Place(chart, a, b, c, r, longitude, latitude, height)
    return Place(-1, x, y, z, r, 0.0, 0.0, 0.0)


@kernel
def covered(r: NDArray[np.float64], grid: ResidualGrid) -> NDArray[np.bool_]:
    """Return for each position (m, PA, shape (n, 3)) whether it lies within the grid."""
    inside = np.empty(r.shape[0], dtype=np.bool_)
    for i in range(r.shape[0]):
        inside[i] = place(r[i, 0], r[i, 1], r[i, 2], grid).chart >= 0
    return inside


@part_of_kernel  # as a call of its own, with all the grid's fields as arguments, it costs half as much again
def gridded(x: float, y: float, z: float, grid: ResidualGrid) -> tuple[float, float, float]:
    """Return the acceleration (m/s2) at a position (m), both in PA; outside the grid, of the exact field."""
    where = place(x, y, z, grid)
    if where.chart < 0:
        return harmonics(x, y, z, grid.exact)
    ax, ay, az = harmonics(x, y, z, _low_field(grid))
    bx, by, bz = _residual(where, grid, np.empty(_WEIGHTS))
    return ax + bx, ay + by, az + bz


@part_of_kernel
def gridded_of_eight(x: Lanes, y: Lanes, z: Lanes, grid: ResidualGrid) -> tuple[Lanes, Lanes, Lanes]:
    """Return :func:`gridded` at eight positions at once, quickest where they lie near each other."""
    ax, ay, az = harmonics_of_eight(x, y, z, _low_field(grid))
    if grid.start.size == 0:
        return ax, ay, az
    room = np.empty(_ROOM)
    first = place(lane(x, _MIDDLE), lane(y, _MIDDLE), lane(z, _MIDDLE), grid)
    chart = max(first.chart, 0)
    rot = grid.rot_chart_from_pa[chart]
    a = rot[0, 0] * x + rot[0, 1] * y + rot[0, 2] * z
    b = rot[1, 0] * x + rot[1, 1] * y + rot[1, 2] * z
    c = rot[2, 0] * x + rot[2, 1] * y + rot[2, 2] * z
    rho2 = a * a + b * b
    rho: Any = sqrt(rho2)
    r: Any = sqrt(rho2 + c * c)
    apart = _write_places(a, b, c, rho, r, first, grid, room)
    beside = _write_cells(apart, first.chart, grid, room)
    _write_weights_of_eight(load(room, _LONGITUDE), room, 0)
    _write_weights_of_eight(load(room, _LATITUDE), room, 2 * WIDTH)
    for i in range(WIDTH):
        if room[_START + i] >= 0.0:
            w_r, d_r = _weights(room[_RADIUS + i])
            sums = _summed(int(room[_START + i]), chart, grid, room, i, WIDTH, w_r, d_r)
            room[_SUMS + i], room[_SUMS + WIDTH + i], room[_SUMS + 2 * WIDTH + i] = sums
    radial = load(room, _SUMS) * (1.0 / grid.step_m)
    east = load(room, _SUMS + WIDTH) / (grid.step_rad * rho)
    north = load(room, _SUMS + 2 * WIDTH) / (grid.step_rad * r)
    bx, by, bz = _turned_to_pa(a, b, c, rho, r, radial, east, north, rot)
    ax, ay, az = ax + bx, ay + by, az + bz
    if beside < WIDTH:
        for i in range(WIDTH):
            if room[_START + i] < 0.0:
                at_one = gridded(lane(x, i), lane(y, i), lane(z, i), grid)
                ax, ay, az = with_lane(ax, i, at_one[0]), with_lane(ay, i, at_one[1]), with_lane(az, i, at_one[2])
    return ax, ay, az


@part_of_kernel
def _write_places(
    a: Lanes, b: Lanes, c: Lanes, rho: Lanes, r: Lanes, first: Place, grid: ResidualGrid, room: NDArray[np.float64]
) -> Lanes:
    """Write how many cells along a chart eight positions in its axes are; return how far from one of them, squared.

    The trigonometry is that of one of them; the others' angles follow from it by the tangents between.
    """
    first_rho = sqrt(first.x * first.x + first.y * first.y)
    east = (b * first.x - a * first.y) / (a * first.x + b * first.y)
    north = (c * first_rho - rho * first.z) / (rho * first_rho + c * first.z)
    store(first.along_longitude + _small_angle(east) * (1.0 / grid.step_rad), room, _LONGITUDE)
    store(first.along_latitude + _small_angle(north) * (1.0 / grid.step_rad), room, _LATITUDE)
    store((r - grid.bottom_m) * (1.0 / grid.step_m), room, _RADIUS)
    return east * east + north * north


@part_of_kernel
def _write_cells(apart: Lanes, chart: int, grid: ResidualGrid, room: NDArray[np.float64]) -> int:
    """Write where the cells of eight places begin; how far within them they are takes the place of how far along.

    -1 stands for a place that is not near the others, or beyond their chart. Return how many places are near.
    """
    count = 0
    for i in range(WIDTH):
        longitude, latitude, height = room[_LONGITUDE + i], room[_LATITUDE + i], room[_RADIUS + i]
        room[_START + i] = -1.0
        if (
            chart >= 0
            and lane(apart, i) < _NEAR
            and 0.0 <= longitude < grid.cells[chart, 0]
            and 0.0 <= latitude < grid.cells[chart, 1]
            and 0.0 <= height < grid.layers
        ):
            cell_lon, cell_lat, cell_r = floor(longitude), floor(latitude), floor(height)
            room[_LONGITUDE + i], room[_LATITUDE + i] = longitude - cell_lon, latitude - cell_lat
            room[_RADIUS + i] = height - cell_r
            room[_START + i] = _start_of(cell_lon, cell_lat, cell_r, chart, grid)
            count += 1
    return count


@part_of_kernel
def _small_angle(tangent: Lanes) -> Lanes:
    """Return the angle of a small tangent by its series."""
    t2 = tangent * tangent
    value = everywhere(1.0 / 19.0)
    for k in range(8, -1, -1):
        value = 1.0 / (2.0 * k + 1.0) - t2 * value
    return tangent * value


@part_of_kernel
def _residual(where: Place, grid: ResidualGrid, weights: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the acceleration (m/s2, PA) that the spline gives at a place within the grid; ``weights`` is room."""
    radial, east, north = _gradient(where, grid, weights)
    rho = sqrt(where.x * where.x + where.y * where.y)
    rot = grid.rot_chart_from_pa[where.chart]
    return _turned_to_pa(where.x, where.y, where.z, rho, where.r, radial, east, north, rot)


@part_of_kernel
def _turned_to_pa(
    x: Real, y: Real, z: Real, rho: Real, r: Real, radial: Real, east: Real, north: Real, rot: NDArray[np.float64]
) -> tuple[Real, Real, Real]:
    """Return a vector along the radius, to a chart's east and to its north, in PA; at one position or eight."""
    outward = (radial * rho - north * z) / r  # away from the chart's axis
    bx = (outward * x - east * y) / rho
    by = (outward * y + east * x) / rho
    bz = (radial * z + north * rho) / r
    return (
        rot[0, 0] * bx + rot[1, 0] * by + rot[2, 0] * bz,
        rot[0, 1] * bx + rot[1, 1] * by + rot[2, 1] * bz,
        rot[0, 2] * bx + rot[1, 2] * by + rot[2, 2] * bz,
    )


@part_of_kernel
def _low_field(grid: ResidualGrid) -> HarmonicField:
    """Return the exact field up to the low degree: its rows are the first ones of the same arrays."""
    exact = grid.exact
    return HarmonicField(
        exact.gm, exact.radius_m, grid.low_degree, exact.c, exact.s, exact.up, exact.down, exact.sectoral
    )


@part_of_kernel
def _gradient(where: Place, grid: ResidualGrid, weights: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the gradient (m/s2) of the spline: along the radius, to the chart's east, to its north."""
    cell_lon, cell_lat = floor(where.along_longitude), floor(where.along_latitude)
    cell_r = floor(where.along_radius)
    _write_weights(where.along_longitude - cell_lon, weights, 0)  # in memory, whence one goes to all lanes at once
    _write_weights(where.along_latitude - cell_lat, weights, 2 * WIDTH)
    w_r, d_r = _weights(where.along_radius - cell_r)
    start = _start_of(cell_lon, cell_lat, cell_r, where.chart, grid)
    sums = _summed(start, where.chart, grid, weights, 0, 1, w_r, d_r)
    rho = sqrt(where.x * where.x + where.y * where.y)
    return sums[0] / grid.step_m, sums[1] / (grid.step_rad * rho), sums[2] / (grid.step_rad * where.r)


@part_of_kernel
def _start_of(cell_lon: int, cell_lat: int, cell_r: int, chart: int, grid: ResidualGrid) -> int:
    """Return where the coefficients of a cell begin."""
    width = grid.cells[chart, 0] + SPLINE_DEGREE
    start: int = grid.start[chart] + (cell_lat * width + cell_lon) * (grid.layers + SPLINE_DEGREE) + cell_r
    return start


@part_of_kernel
def _summed(
    start: int,
    chart: int,
    grid: ResidualGrid,
    weights: NDArray[np.float64],
    first: int,
    stride: int,
    w_r: Lanes,
    d_r: Lanes,
) -> tuple[float, float, float]:
    """Return the derivatives of the spline by radius, longitude and latitude, each over a step of the grid (m2/s2).

    The weights of longitude, their derivatives, those of latitude and their derivatives stand from ``first`` on, eight
    each, ``stride`` apart; those of the radius fill the lanes.
    """
    depth = grid.layers + SPLINE_DEGREE
    width = grid.cells[chart, 0] + SPLINE_DEGREE
    value = by_longitude = by_latitude = everywhere(0.0)
    for i in range(WIDTH):
        row = row_slope = everywhere(0.0)
        for j in range(WIDTH):
            column = load(grid.coefficients, start + (i * width + j) * depth)
            row = row + weights[first + stride * j] * column
            row_slope = row_slope + weights[first + stride * (WIDTH + j)] * column
        value = value + weights[first + stride * (2 * WIDTH + i)] * row
        by_longitude = by_longitude + weights[first + stride * (2 * WIDTH + i)] * row_slope
        by_latitude = by_latitude + weights[first + stride * (3 * WIDTH + i)] * row
    return total(value * d_r), total(by_longitude * w_r), total(by_latitude * w_r)


@part_of_kernel
def _write_weights(t: float, weights: NDArray[np.float64], start: int) -> None:
    """Write the eight B-splines at ``t`` (0 to 1) of a cell, then their derivatives."""
    value, slope = _weights(t)
    store(value, weights, start)
    store(slope, weights, start + WIDTH)


@part_of_kernel
def _write_weights_of_eight(t: Lanes, weights: NDArray[np.float64], start: int) -> None:
    """Write the eight B-splines at eight ``t``, then their derivatives: each at all of them, one after the other."""
    for k in range(WIDTH):
        value, slope = everywhere(_BASIS[WIDTH * SPLINE_DEGREE + k]), everywhere(0.0)
        for p in range(SPLINE_DEGREE - 1, -1, -1):
            slope = slope * t + value
            value = value * t + _BASIS[WIDTH * p + k]
        store(value, weights, WIDTH * (start + k))
        store(slope, weights, WIDTH * (start + WIDTH + k))


@part_of_kernel
def _weights(t: float) -> tuple[Lanes, Lanes]:
    """Return the eight B-splines at ``t`` (0 to 1) of a cell, and their derivatives by t."""
    t_lanes = everywhere(t)
    value = load(_BASIS, WIDTH * SPLINE_DEGREE)
    slope = everywhere(0.0)
    for p in range(SPLINE_DEGREE - 1, -1, -1):
        slope = slope * t_lanes + value
        value = value * t_lanes + load(_BASIS, WIDTH * p)
    return value, slope


@kernel
def basis(t: float, values: NDArray[np.float64]) -> None:
    """Write the eight B-splines at ``t`` (0 to 1) of a cell into ``values``."""
    weights, _ = _weights(t)
    for i in range(WIDTH):
        values[i] = lane(weights, i)


@threaded_kernel
def sample(positions: NDArray[np.float64], field: HarmonicField, values: NDArray[np.float64]) -> None:
    """Write the disturbing potential (m2/s2) at each position (m, PA; shape (n, 3)) into ``values``."""
    for i in range(positions.shape[0]):
        values[i] = disturbing_potential(positions[i, 0], positions[i, 1], positions[i, 2], field)


@threaded_kernel
def compare(positions: NDArray[np.float64], grid: ResidualGrid, errors: NDArray[np.float64]) -> None:
    """Write |gridded - exact| over GM / r**2 at each position (m, PA; shape (n, 3)) into ``errors``."""
    for i in range(positions.shape[0]):
        x, y, z = positions[i, 0], positions[i, 1], positions[i, 2]
        ax, ay, az = gridded(x, y, z, grid)
        bx, by, bz = harmonics(x, y, z, grid.exact)
        difference = sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2)
        errors[i] = difference * (x * x + y * y + z * z) / grid.exact.gm
