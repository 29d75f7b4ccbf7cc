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
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, store, total
from lunarsim.kernels.simd.points import Real
from lunarsim.kernels.within_callers import OPTIONS

SPLINE_DEGREE = WIDTH - 1
_WEIGHTS, _PLACES = 4 * WIDTH, 8 * WIDTH  # floats of room for the weights of a cell, for eight places
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
    weights, places, a = np.empty(_WEIGHTS), np.empty(_PLACES), np.empty(3 * WIDTH)
    chart = _write_places(x, y, z, grid, places)
    store(ax, a, 0)
    store(ay, a, WIDTH)
    store(az, a, 2 * WIDTH)
    for i in range(WIDTH):
        where = _place_of(i, chart, places, grid)
        if where.chart < 0:
            where = place(lane(x, i), lane(y, i), lane(z, i), grid)
        if where.chart < 0:
            a[i], a[WIDTH + i], a[2 * WIDTH + i] = harmonics(where.x, where.y, where.z, grid.exact)
        else:
            bx, by, bz = _residual(where, grid, weights)
            a[i] += bx
            a[WIDTH + i] += by
            a[2 * WIDTH + i] += bz
    return load(a, 0), load(a, WIDTH), load(a, 2 * WIDTH)


@part_of_kernel
def _write_places(x: Real, y: Real, z: Real, grid: ResidualGrid, places: NDArray[np.float64]) -> int:
    """Write the seven numbers of eight places, see :class:`Place`, and how near they are; return their chart.

    The trigonometry is that of one of them; the others' angles follow from it by the tangents between.
    """
    first = place(lane(x, _MIDDLE), lane(y, _MIDDLE), lane(z, _MIDDLE), grid)
    rot = grid.rot_chart_from_pa[max(first.chart, 0)]
    a = rot[0, 0] * x + rot[0, 1] * y + rot[0, 2] * z
    b = rot[1, 0] * x + rot[1, 1] * y + rot[1, 2] * z
    c = rot[2, 0] * x + rot[2, 1] * y + rot[2, 2] * z
    rho2 = a * a + b * b
    rho: Real = sqrt(rho2)
    r: Real = sqrt(rho2 + c * c)
    first_rho = sqrt(first.x * first.x + first.y * first.y)
    east = (b * first.x - a * first.y) / (a * first.x + b * first.y)
    north = (c * first_rho - rho * first.z) / (rho * first_rho + c * first.z)
    store(a, places, 0)
    store(b, places, WIDTH)
    store(c, places, 2 * WIDTH)
    store(r, places, 3 * WIDTH)
    store(first.along_longitude + _small_angle(east) * (1.0 / grid.step_rad), places, 4 * WIDTH)
    store(first.along_latitude + _small_angle(north) * (1.0 / grid.step_rad), places, 5 * WIDTH)
    store((r - grid.bottom_m) * (1.0 / grid.step_m), places, 6 * WIDTH)
    store(east * east + north * north, places, 7 * WIDTH)
    return first.chart


@part_of_kernel
def _place_of(i: int, chart: int, places: NDArray[np.float64], grid: ResidualGrid) -> Place:
    """Return one of the eight places; chart -1 where it is not near the others, or beyond their chart."""
    longitude, latitude, height = places[4 * WIDTH + i], places[5 * WIDTH + i], places[6 * WIDTH + i]
    if chart >= 0 and not (
        places[7 * WIDTH + i] < _NEAR
        and 0.0 <= longitude < grid.cells[chart, 0]
        and 0.0 <= latitude < grid.cells[chart, 1]
        and 0.0 <= height < grid.layers
    ):
        chart = -1
    x, y, z, r = places[i], places[WIDTH + i], places[2 * WIDTH + i], places[3 * WIDTH + i]
    return Place(chart, x, y, z, r, longitude, latitude, height)


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
    outward = radial * rho / where.r - north * where.z / where.r  # away from the chart's axis
    bx = (outward * where.x - east * where.y) / rho
    by = (outward * where.y + east * where.x) / rho
    bz = radial * where.z / where.r + north * rho / where.r
    rot = grid.rot_chart_from_pa[where.chart]
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
    depth = grid.layers + SPLINE_DEGREE
    width = grid.cells[where.chart, 0] + SPLINE_DEGREE
    start = grid.start[where.chart] + (cell_lat * width + cell_lon) * depth + cell_r
    value = by_longitude = by_latitude = everywhere(0.0)
    for i in range(WIDTH):
        row = row_slope = everywhere(0.0)
        for j in range(WIDTH):
            column = load(grid.coefficients, start + (i * width + j) * depth)
            row = row + weights[j] * column
            row_slope = row_slope + weights[WIDTH + j] * column
        value = value + weights[2 * WIDTH + i] * row
        by_longitude = by_longitude + weights[2 * WIDTH + i] * row_slope
        by_latitude = by_latitude + weights[3 * WIDTH + i] * row
    rho = sqrt(where.x * where.x + where.y * where.y)
    return (
        total(value * d_r) / grid.step_m,
        total(by_longitude * w_r) / (grid.step_rad * rho),
        total(by_latitude * w_r) / (grid.step_rad * where.r),
    )


@part_of_kernel
def _write_weights(t: float, weights: NDArray[np.float64], start: int) -> None:
    """Write the eight B-splines at ``t`` (0 to 1) of a cell, then their derivatives."""
    value, slope = _weights(t)
    store(value, weights, start)
    store(slope, weights, start + WIDTH)


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
