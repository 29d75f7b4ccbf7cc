"""The command that converts a map of another projection into one in latitude and longitude."""

from __future__ import annotations

import shlex
from math import ceil, cos, floor, radians, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPHERE = "+proj=longlat +R=1737400 +no_defs"

_MOST_PIXELS = 2**28  # as many as are read at once
_LATTICE = np.linspace(0.0, 1.0, 21)

Box = tuple[float, float, float, float]  # west, south, east, north (deg)


def to_sphere(
    file: Any, column: NDArray[np.float64], row: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitudes and east longitudes (deg) of places in an open raster, counted in pixels from its corner."""
    to_map = file.transform
    x, y = to_map.a * column + to_map.b * row + to_map.c, to_map.d * column + to_map.e * row + to_map.f
    lon, lat = _transform(file.crs, SPHERE, x.ravel(), y.ravel())
    return lat.reshape(x.shape), lon.reshape(x.shape)


def command(file: Any, path: Path) -> str:
    """Return a gdalwarp command for the largest part of a raster that fills a box of latitudes and longitudes.

    Left to itself, gdalwarp takes the box around the raster, with corners that hold no heights, and for a map of a pole
    so coarse a step in longitude and latitude that a crater vanishes.
    """
    try:
        box = _box_within(file)
        columns, rows = _size(file, box)
    except Exception:  # a projection that cannot be inverted there: the general advice is all there is
        return f"gdalwarp -r bilinear -t_srs '{SPHERE}' -te WEST SOUTH EAST NORTH -ts COLUMNS ROWS IN.tif OUT.tif"
    edges = " ".join(f"{edge:.7f}".rstrip("0").rstrip(".") for edge in box)
    return (
        f"gdalwarp -r bilinear -t_srs '{SPHERE}' -te {edges} -ts {columns} {rows} {shlex.quote(str(path))} "
        f"{shlex.quote(path.stem + '-latlon.tif')}"
    )


def _box_within(file: Any) -> Box:
    """Return the largest box about the middle of a raster, or about the pole in it, that lies within it."""
    poles = [lat for lat in (-90.0, 90.0) if _inside(file, np.array([lat]), np.array([0.0]))]
    middle = to_sphere(file, np.array([0.5 * file.width]), np.array([0.5 * file.height]))
    middle_lat, middle_lon = (float(angle[0]) for angle in middle)
    edge = np.concatenate([_LATTICE, _LATTICE, 0.0 * _LATTICE, 0.0 * _LATTICE + 1.0])
    other = np.roll(edge, 2 * _LATTICE.size)
    lat, lon = to_sphere(file, edge * file.width, other * file.height)
    lat_reach, lon_reach = np.abs(lat - middle_lat).max(), np.abs((lon - middle_lon + 180.0) % 360.0 - 180.0).max()

    def box(share: float) -> Box:
        if len(poles) == 1:
            outer = poles[0] - np.sign(poles[0]) * share * np.abs(lat - poles[0]).max()
            return -180.0, min(outer, poles[0]), 180.0, max(outer, poles[0])
        return (
            middle_lon - share * lon_reach, middle_lat - share * lat_reach,
            middle_lon + share * lon_reach, middle_lat + share * lat_reach,
        )  # fmt: skip

    low, high = 0.0, 1.0
    for _ in range(20):
        share = 0.5 * (low + high)
        low, high = (share, high) if _holds(file, box(share)) else (low, share)
    if low < 1e-3:
        raise ValueError("no box lies within the raster")
    west, south, east, north = box(low)
    return _up(west), _up(south), _down(east), _down(north)


def _holds(file: Any, box: Box) -> bool:
    west, south, east, north = box
    if south < -90.0 or north > 90.0:
        return False
    lon, lat = np.meshgrid(west + _LATTICE * (east - west), south + _LATTICE * (north - south))
    return _inside(file, lat.ravel(), lon.ravel())


def _inside(file: Any, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> bool:
    """Return whether all places lie within the raster, a pixel from its edges."""
    try:
        x, y = _transform(SPHERE, file.crs, lon, lat)
    except Exception:  # beyond what the projection can show
        return False
    back = ~file.transform
    column, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
    return bool(np.all((column >= 1.0) & (column <= file.width - 1.0) & (row >= 1.0) & (row <= file.height - 1.0)))


def _size(file: Any, box: Box) -> tuple[int, int]:
    """Return columns and rows for pixels as large on the ground as those in the middle of the raster."""
    west, south, east, north = box
    column, row = np.array([0.0, 1.0, 0.0]) + file.width / 2, np.array([0.0, 0.0, 1.0]) + file.height / 2
    lat, lon = (np.radians(angle) for angle in to_sphere(file, column, row))
    unit = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    pixel_deg = float(np.degrees(np.linalg.norm(unit[:, 1:] - unit[:, :1], axis=0).min()))
    widest = 1.0 if south <= 0.0 <= north else cos(radians(min(abs(south), abs(north))))
    columns, rows = max((east - west) * widest / pixel_deg, 2.0), max((north - south) / pixel_deg, 2.0)
    coarser = max(sqrt(columns * rows / _MOST_PIXELS), 1.0)
    return ceil(columns / coarser), floor(rows / coarser)


def _up(angle_deg: float) -> float:
    return ceil(angle_deg * 1e7) / 1e7


def _down(angle_deg: float) -> float:
    return floor(angle_deg * 1e7) / 1e7


def _transform(
    source: Any, target: Any, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from rasterio.warp import transform  # noqa: PLC0415  (an optional extra)

    first, second = transform(source, target, x.tolist(), y.tolist())
    return np.array(first), np.array(second)
