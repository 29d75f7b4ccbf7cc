"""The making of a gridded residual field: charts over the Moon, the spline through exact values, its error."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import MOON_RADIUS_M
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.forces import gravity_grid as kernels
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.forces.gravity_grid import SPLINE_DEGREE, ResidualGrid
from lunarsim.moon.gravity.field import GravityField

TRIALS = 20_000
_PIECE = 4096  # positions that a thread takes at a time
_VERSION = 1  # of what stands below: another spline, other charts, another number
_HIGHEST_LATITUDE_RAD = np.deg2rad(60.0)  # in a corridor's chart, where cells have half their width

Array = NDArray[np.float64]


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Chart:
    """A box in longitude and latitude about a turned pole: begin and number of cells of each."""

    rot_chart_from_pa: Array
    first_rad: tuple[float, float]
    cells: tuple[int, int]


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe:
    """All that a grid is made from."""

    field: GravityField
    low_degree: int
    bottom_m: float  #: altitude above the 1737.4 km sphere
    top_m: float
    step_rad: float
    charts: tuple[Chart, ...]

    @property
    def layers(self) -> int:
        """Number of cells in radius: about as long as those on the ground."""
        return max(1, int(np.ceil((self.top_m - self.bottom_m) / (MOON_RADIUS_M * self.step_rad))))

    @property
    def shapes(self) -> list[tuple[int, int, int]]:
        """Number of each chart's coefficients in latitude, longitude, radius."""
        more = SPLINE_DEGREE
        return [(chart.cells[1] + more, chart.cells[0] + more, self.layers + more) for chart in self.charts]

    @property
    def size(self) -> int:
        """Number of all coefficients."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def digest(self) -> str:
        """Return the hash of all that the grid is made from, and of the way it is made."""
        field = self.field.lower()
        made = hashlib.sha256(f"{_VERSION} {field.gm!r} {field.radius_m!r} {self.low_degree} {self.layers}".encode())
        for values in (field.c, field.s, [self.bottom_m, self.top_m, self.step_rad]):
            made.update(np.asarray(values, dtype="<f8").tobytes())
        for chart in self.charts:
            made.update(np.asarray([*chart.rot_chart_from_pa.ravel(), *chart.first_rad, *chart.cells], "<f8").tobytes())
        return made.hexdigest()

    def assemble(self, coefficients: Array) -> ResidualGrid:
        """Return the grid as the kernels take it."""
        sizes = [int(np.prod(shape)) for shape in self.shapes]
        return ResidualGrid(
            exact=self.field.lower(),
            low_degree=self.low_degree,
            rot_chart_from_pa=np.array([chart.rot_chart_from_pa for chart in self.charts]),
            first_rad=np.array([chart.first_rad for chart in self.charts]),
            cells=np.array([chart.cells for chart in self.charts], dtype=np.int64),
            start=np.cumsum([0, *sizes[:-1]], dtype=np.int64),
            step_rad=self.step_rad,
            bottom_m=MOON_RADIUS_M + self.bottom_m,
            step_m=(self.top_m - self.bottom_m) / self.layers,
            layers=self.layers,
            coefficients=coefficients,
        )


def whole_moon_charts(step_rad: float) -> tuple[Chart, ...]:
    """Return two boxes that cover the sphere without coming near their poles.

    The second is the first with its axes exchanged (the Yin-Yang grid: Kageyama & Sato 2004, Geochem. Geophys.
    Geosyst. 5, Q09005): within 45 deg of latitude and 135 deg of longitude.
    """
    cells = (int(np.ceil(np.deg2rad(270.0) / step_rad)) + 1, int(np.ceil(np.deg2rad(90.0) / step_rad)) + 1)
    yang = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    return (_centred_chart(np.eye(3), cells, step_rad), _centred_chart(yang, cells, step_rad))


def corridor_chart(positions: Array, margin_m: float, step_rad: float) -> Chart:
    """Return a box about the great circle that lies nearest to some positions (PA, shape (n, 3)), with a margin.

    Raises
    ------
    InputError
        If the positions reach too far from one great circle.
    """
    directions = positions / np.linalg.norm(positions, axis=1)[:, None]
    normal = np.linalg.svd(np.vstack((directions, np.zeros((2, 3)))))[2][2]
    middle = directions.mean(axis=0) - normal * (directions.mean(axis=0) @ normal)
    if np.linalg.norm(middle) < 1e-6:  # all around: any longitude is as good
        middle = directions[0] - normal * (directions[0] @ normal)
    x = middle / np.linalg.norm(middle)
    rot = np.array([x, np.cross(normal, x), normal])
    a, b, c = rot @ directions.T
    margin = margin_m / MOON_RADIUS_M
    latitude = np.abs(np.arcsin(np.clip(c, -1.0, 1.0))).max() + margin
    if latitude > _HIGHEST_LATITUDE_RAD:
        raise InputError(
            f"corridor: its positions and margin reach {np.rad2deg(latitude):.0f} deg from the nearest great circle, "
            f"expected at most 60: build the whole Moon (corridor=None)"
        )
    longitude = min(np.pi, np.abs(np.arctan2(b, a)).max() + margin / np.cos(latitude))
    cells = tuple(int(np.ceil(2.0 * reach / step_rad)) + 1 for reach in (longitude, latitude))
    return _centred_chart(rot, (cells[0], cells[1]), step_rad)


def _centred_chart(rot: Array, cells: tuple[int, int], step_rad: float) -> Chart:
    first = (-0.5 * cells[0] * step_rad, -0.5 * cells[1] * step_rad)
    return Chart(rot_chart_from_pa=rot, first_rad=first, cells=cells)


def fit(recipe: Recipe) -> Array:
    """Return the coefficients of the splines through the exact residual potential, one chart after another."""
    residual = recipe.field.lower()
    n = np.tril_indices(residual.degree + 1)[0]
    keep = n > recipe.low_degree
    residual = residual._replace(c=np.where(keep, residual.c, 0.0), s=np.where(keep, residual.s, 0.0))
    parts = []
    for chart, shape in zip(recipe.charts, recipe.shapes, strict=True):
        values = _at_all(kernels.sample, _site_positions(recipe, chart), residual).reshape(shape)
        for axis, cells in enumerate((chart.cells[1], chart.cells[0], recipe.layers)):
            values = _coefficients_along(values, axis, cells)
        parts.append(np.ascontiguousarray(values).ravel())
    return np.concatenate(parts)


def _site_positions(recipe: Recipe, chart: Chart) -> Array:
    step = recipe.step_rad
    longitude = chart.first_rad[0] + step * _sites(chart.cells[0])
    latitude = chart.first_rad[1] + step * _sites(chart.cells[1])
    step_m = (recipe.top_m - recipe.bottom_m) / recipe.layers
    radius = MOON_RADIUS_M + recipe.bottom_m + step_m * _sites(recipe.layers)
    return _positions(chart, longitude[None, :, None], latitude[:, None, None], radius[None, None, :])


def _positions(chart: Chart, longitude: Array, latitude: Array, radius: Array) -> Array:
    axes = np.broadcast_arrays(
        radius * np.cos(latitude) * np.cos(longitude),
        radius * np.cos(latitude) * np.sin(longitude),
        radius * np.sin(latitude),
    )
    return np.stack([axis.ravel() for axis in axes], axis=1) @ chart.rot_chart_from_pa


def _sites(cells: int) -> Array:
    """Places (in cells) where the spline meets the exact values: as many as coefficients, denser at the ends.

    Means of seven neighbouring knots that pile up at the ends (Greville's sites; de Boor 1978, ch. XIII).
    """
    d = SPLINE_DEGREE
    knots = np.concatenate((np.zeros(d), np.arange(cells + 1.0), np.full(d, float(cells))))
    return np.array([knots[i + 1 : i + 1 + d].mean() for i in range(cells + d)])


def _coefficients_along(values: Array, axis: int, cells: int) -> Array:
    """Turn values at the sites into coefficients of the spline, along one axis."""
    matrix, weights = np.zeros((cells + SPLINE_DEGREE, cells + SPLINE_DEGREE)), np.empty(SPLINE_DEGREE + 1)
    for row, site in enumerate(_sites(cells)):
        cell = min(int(site), cells - 1)
        kernels.basis(site - cell, weights)
        matrix[row, cell : cell + SPLINE_DEGREE + 1] = weights
    first = np.moveaxis(values, axis, 0)
    solved: Array = np.asarray(np.linalg.solve(matrix, first.reshape(first.shape[0], -1)), dtype=float)
    return np.moveaxis(solved.reshape(first.shape), 0, axis)


def measure(recipe: Recipe, coefficients: Array) -> tuple[float, float]:
    """Return the largest and the rms error over GM / r**2 at random points of the grid (fixed seed)."""
    random = np.random.default_rng(_VERSION)
    each = TRIALS // len(recipe.charts)
    positions = []
    for chart in recipe.charts:
        end = np.array(chart.first_rad) + recipe.step_rad * np.array(chart.cells)
        longitude = random.uniform(chart.first_rad[0], end[0], each)
        latitude = np.arcsin(random.uniform(np.sin(chart.first_rad[1]), np.sin(end[1]), each))
        radius = MOON_RADIUS_M + random.uniform(recipe.bottom_m, recipe.top_m, each)
        positions.append(_positions(chart, longitude, latitude, radius))
    errors = _at_all(kernels.compare, np.concatenate(positions), recipe.assemble(coefficients))
    return float(errors.max()), float(np.sqrt(np.mean(errors**2)))


def _at_all(
    kernel: Callable[[Array, Any, Array], None], positions: Array, source: HarmonicField | ResidualGrid
) -> Array:
    """Run a kernel over all positions, with all processors."""
    values = np.empty(len(positions))
    pieces = [slice(i, i + _PIECE) for i in range(0, len(positions), _PIECE)]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(lambda piece: kernel(positions[piece], source, values[piece]), pieces))
    return values
