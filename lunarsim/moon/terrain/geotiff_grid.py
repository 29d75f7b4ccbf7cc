"""Where the pixels of a GeoTIFF lie: their centres, through the file's own coordinate reference system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import floor, isclose
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import DataError
from lunarsim.moon.terrain.geotiff_conversion import SPHERE, command, to_sphere
from lunarsim.moon.terrain.raster import Grid

_EVEN_DEG = 1e-9  # 30 um on the ground; PROJ's rounding is 1e-13
_EDGE = 1e-3  # of a pixel: rounding of pixel sizes in metres, at the poles and where a map closes around the Moon
_LINES = 33  # so many rows and columns are looked at, the outermost among them: projections are smooth
_KINDS = {"GeographicCRS", "ProjectedCRS"}
_OTHER_FILES = ("grids", "PROJ ", "EXTENSION")  # words of systems that are defined by files, or by PROJ's own pipelines


def grid_of(file: Any, path: Path) -> Grid:
    """Return the grid of an open GeoTIFF.

    Raises
    ------
    DataError
        If the map is of another body or has no coordinates, or its pixels are not even in latitude and longitude.
    """
    if file.crs is None:
        raise DataError(
            f"{path}: the file itself names no coordinate system (files beside it are not read): if it is in latitude "
            f"and longitude, write so with gdal_edit.py -a_srs '{SPHERE}' {path.name}"
        )
    if file.transform.is_identity:
        raise DataError(f"{path}: the file itself does not say where its pixels lie (files beside it are not read)")
    if min(file.height, file.width) < 2:
        raise DataError(f"{path}: {file.height} x {file.width} pixels: a map has at least two rows and columns")
    _check_system(file.crs, path)
    grid = _even_grid(file)
    if grid is None:
        words = {word: value for word, value in file.crs.to_dict().items() if word not in {"no_defs", "type"}}
        raise DataError(
            f"{path}: projection {words}: expected latitude and longitude, or equidistant cylindrical, in even steps "
            f"with north up; convert it: {command(file, path)}"
        )
    return _around_the_moon(grid, path)


def _check_system(crs: Any, path: Path) -> None:
    """Raise an error unless a coordinate system is of the Moon's sphere, and defined by itself alone."""
    described = crs.to_dict(projjson=True)
    if described["type"] == "CompoundCRS":
        described, vertical = described["components"]
        unit = vertical.get("coordinate_system", {}).get("axis", [{}])[0].get("unit", "metre")
        if unit != "metre":
            raise DataError(f"{path}: heights in the unit {unit}: expected metres in its vertical coordinate system")
    if described["type"] not in _KINDS or any(word in crs.wkt for word in _OTHER_FILES):
        raise DataError(f"{path}: coordinate system {crs.wkt[:200]}: expected geographic or projected coordinates")
    base = described.get("base_crs", described)
    ellipsoid = (base.get("datum") or base["datum_ensemble"])["ellipsoid"]
    radius, equatorial = (_metres(ellipsoid.get(key)) for key in ("radius", "semi_major_axis"))
    if np.isnan(radius):
        raise DataError(f"{path}: a map of an ellipsoid of {equatorial:g} m: expected the Moon's sphere, 1737400 m")
    if not isclose(radius, constants.MOON_RADIUS_M, abs_tol=1.0):
        raise DataError(f"{path}: a map of a sphere of {radius:g} m: expected the Moon's, 1737400 m")


def _metres(length: Any) -> float:
    """Return a length of PROJJSON in metres: a number, or a value with its unit; NaN if there is none."""
    if isinstance(length, Mapping):
        unit = length.get("unit", "metre")
        return float(length["value"]) * (float(unit["conversion_factor"]) if isinstance(unit, Mapping) else 1.0)
    return float("nan") if length is None else float(length)


def _even_grid(file: Any) -> Grid | None:
    """Return the grid that the centres of all pixels lie on; None if they lie on none with north up."""
    rows, columns = _lines(file.height), _lines(file.width)
    column, row = np.meshgrid(columns.astype(np.float64), rows.astype(np.float64))
    lat, lon = to_sphere(file, column + 0.5, row + 0.5)
    if not np.all(np.isfinite(lat + lon)):
        return None
    lat_step = float(lat[0, 0] - lat[-1, 0]) / (file.height - 1)
    first_step = float(lon[0, 1] - lon[0, 0]) % 360.0
    across = float(lon[0, -1] - lon[0, 0])
    turns = round((first_step * (file.width - 1) - across) / 360.0)
    lon_step = (across + 360.0 * turns) / (file.width - 1)
    lat_off = lat - (lat[0, 0] - row * lat_step)
    lon_off = (lon - (lon[0, 0] + column * lon_step) + 180.0) % 360.0 - 180.0
    even = max(np.abs(lat_off).max(), np.abs(lon_off).max()) <= _EVEN_DEG
    if not even or lat_step <= 0.0 or not 0.0 < lon_step * (file.width - 1) <= 360.0 + _EDGE * lon_step:
        return None
    return Grid(
        rows=file.height,
        columns=file.width,
        north_deg=float(lat[0, 0]),
        west_deg=float(lon[0, 0]),
        lat_step_deg=lat_step,
        lon_step_deg=lon_step,
    )


def _lines(size: int) -> NDArray[np.int64]:
    return np.unique(np.append(np.linspace(0, size - 1, _LINES).astype(np.int64), 1))


def _around_the_moon(grid: Grid, path: Path) -> Grid:
    """Return the grid, closed where it is all around but for rounding; its rows must end at the poles."""
    half = 0.5 * grid.lat_step_deg
    south, north = grid.south_deg - half, grid.north_deg + half
    beyond = _EDGE * grid.lat_step_deg
    if north > 90.0 + beyond or south < -90.0 - beyond:
        raise DataError(f"{path}: the rows span the latitudes {south:g} to {north:g}: expected -90 to 90 deg")
    if grid.columns * grid.lon_step_deg > 360.0 + _EDGE * grid.lon_step_deg:
        columns = floor(360.0 / grid.lon_step_deg + _EDGE)
        raise DataError(
            f"{path}: the columns span {grid.columns * grid.lon_step_deg:g} deg: expected 360 deg at most; cut off "
            f"what is there twice: gdal_translate -srcwin 0 0 {columns} {grid.rows} {path.name} OUT.tif"
        )
    all_around = abs(grid.columns * grid.lon_step_deg - 360.0) <= _EDGE * grid.lon_step_deg
    return replace(grid, lon_step_deg=360.0 / grid.columns) if all_around else grid
