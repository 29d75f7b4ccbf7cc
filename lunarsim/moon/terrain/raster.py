"""Where the pixels of a height raster lie, and the reading of a window of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Protocol

import numpy as np
from astropy import units as u

from lunarsim import checks
from lunarsim.errors import DataError, InputError
from lunarsim.moon.terrain.heights import Heights, Samples

#: Latitudes and longitudes (ME) of a window: south, north, west, east; east of it may be less than west of it.
Window = tuple[u.Quantity, u.Quantity, u.Quantity, u.Quantity]

_ROUNDING = 1e-6  # of a pixel
_LARGEST_PIXELS = 2**28  # 1 GiB of heights


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Pixels evenly spaced in latitude and longitude (ME, degrees), rows from the north, columns from the west."""

    rows: int
    columns: int
    north_deg: float  #: of the centres of row 0
    west_deg: float  #: of the centres of column 0
    lat_step_deg: float
    lon_step_deg: float

    @classmethod
    def between(cls, shape: tuple[int, int], edges_deg: tuple[float, float, float, float]) -> Grid:
        """Return the grid of a raster between the outer edges of its pixels: south, north, west, east."""
        rows, columns = shape
        south, north, west, east = edges_deg
        lat_step, lon_step = (north - south) / rows, (east - west) / columns
        return cls(
            rows=rows,
            columns=columns,
            north_deg=north - 0.5 * lat_step,
            west_deg=west + 0.5 * lon_step,
            lat_step_deg=lat_step,
            lon_step_deg=lon_step,
        )

    @property
    def around(self) -> bool:
        """Whether the columns close around the Moon."""
        return abs(self.columns * self.lon_step_deg - 360.0) < _ROUNDING * self.lon_step_deg

    @property
    def south_deg(self) -> float:
        """Latitude of the centres of the last row."""
        return self.north_deg - (self.rows - 1) * self.lat_step_deg

    @property
    def extent_deg(self) -> float:
        """The lesser of its extents north and east, on the ground."""
        middle = np.radians(0.5 * (self.north_deg + self.south_deg))
        return min(self.rows * self.lat_step_deg, self.columns * self.lon_step_deg * float(np.cos(middle)))

    def position(self, row: int, column: int) -> str:
        """Return where the centre of a pixel lies, for errors."""
        latitude = self.north_deg - row * self.lat_step_deg
        longitude = (self.west_deg + column * self.lon_step_deg) % 360.0
        return f"{latitude:.3f} N {longitude:.3f} E"

    def __str__(self) -> str:
        half_lat, half_lon = 0.5 * self.lat_step_deg, 0.5 * self.lon_step_deg
        return (
            f"{self.south_deg - half_lat:g} to {self.north_deg + half_lat:g} N, {self.west_deg - half_lon:g} to "
            f"{self.west_deg - half_lon + self.columns * self.lon_step_deg:g} E"
        )


class RasterSource(Protocol):
    """Something that heights can be read from, piece by piece."""

    name: str
    grid: Grid
    samples: Samples

    def read(self, rows: slice, columns: slice) -> Heights:
        """Return heights (m) above 1737.4 km; NaN where there is none."""


def window_degrees(window: Window) -> tuple[float, float, float, float]:
    """Return south, north, west and east of a window in degrees, east above west by up to 360.

    Raises
    ------
    InputError
        If a bound is no angle, a latitude lies beyond a pole, or the window is empty.
    """
    if len(window) != 4:
        raise InputError(f"window = {window}: expected (lat_min, lat_max, lon_min, lon_max)")
    names = ("lat_min", "lat_max", "lon_min", "lon_max")
    south, north, west, east = (
        float(checks.quantity(f"window's {name}", bound, u.deg).value)
        for name, bound in zip(names, window, strict=True)
    )
    if south < -90.0 or north > 90.0 or south >= north:
        raise InputError(
            f"window spans the latitudes {south:g} to {north:g} deg: expected -90 <= lat_min < lat_max <= 90"
        )
    span = east - west
    if span > 360.0 or span == 0.0:
        raise InputError(
            f"window spans the longitudes {west:g} to {east:g} deg: expected more than 0 and up to 360 deg"
        )
    return south, north, west, west + (span if span > 0.0 else span % 360.0)


def read_window(source: RasterSource, window: Window | None) -> tuple[Grid, Heights]:
    """Return the part of a raster that a window needs, with the pixels around its edges.

    Raises
    ------
    InputError
        If the window reaches beyond the raster, or the part is too large to hold.
    DataError
        If the raster has no two rows and columns.
    """
    grid = source.grid
    if min(grid.rows, grid.columns) < 2:
        raise DataError(f"{source.name}: {grid.rows} x {grid.columns} pixels: a map has at least two rows and columns")
    first_row, last_row, first_column, columns = _part(source, window)
    part = replace(
        grid,
        rows=last_row - first_row + 1,
        columns=columns,
        north_deg=grid.north_deg - first_row * grid.lat_step_deg,
        west_deg=grid.west_deg + first_column * grid.lon_step_deg,
    )
    if part.rows * part.columns > _LARGEST_PIXELS:
        raise InputError(
            f"{source.name}: {part.rows} x {part.columns} pixels are more than the {_LARGEST_PIXELS} that are read "
            "at once: give a smaller window=(lat_min, lat_max, lon_min, lon_max)"
        )
    rows, beyond = slice(first_row, last_row + 1), first_column + columns - grid.columns
    if beyond <= 0:
        heights = source.read(rows, slice(first_column, first_column + columns))
    else:  # over the edge of the map
        pieces = source.read(rows, slice(first_column, grid.columns)), source.read(rows, slice(0, beyond))
        heights = np.concatenate(pieces, axis=1)
    return part, heights


def _part(source: RasterSource, window: Window | None) -> tuple[int, int, int, int]:
    """Return the first and last row, the first column and the number of columns that a window needs."""
    grid = source.grid
    if window is None:
        return 0, grid.rows - 1, 0, grid.columns
    south, north, west, east = window_degrees(window)
    top, bottom = ((grid.north_deg - lat) / grid.lat_step_deg for lat in (north, south))
    edge = 0.5 + _ROUNDING
    if top < -edge or bottom > grid.rows - 1 + edge:
        raise InputError(f"window spans the latitudes {south:g} to {north:g} deg: {source.name} holds {grid}")
    rows = _two_or_more(floor(top), ceil(bottom), grid.rows)
    turn = 360.0 / grid.lon_step_deg
    left = (((west - grid.west_deg) / grid.lon_step_deg + edge) % turn) - edge
    right = left + (east - west) / grid.lon_step_deg
    if not grid.around:
        if right > grid.columns - 1 + edge:
            raise InputError(f"window spans the longitudes {west:g} to {east:g} deg: {source.name} holds {grid}")
        first, last = _two_or_more(floor(left), ceil(right), grid.columns)
        return *rows, first, last - first + 1
    first, columns = floor(left), ceil(right) - floor(left) + 1
    return (*rows, 0, grid.columns) if columns >= grid.columns else (*rows, first % grid.columns, columns)


def _two_or_more(first: int, last: int, size: int) -> tuple[int, int]:
    """Return the first and last of ``size`` lines, kept within them; at least two, as heights lie between lines."""
    first, last = max(first, 0), min(last, size - 1)
    return (first, last) if last > first else (min(first, size - 2), min(first, size - 2) + 1)
