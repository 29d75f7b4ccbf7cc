"""Height rasters in GeoTIFF, read with rasterio where it is installed."""

from __future__ import annotations

from math import isclose, pi
from pathlib import Path
from typing import Any

import numpy as np

from lunarsim import constants
from lunarsim.errors import DataError, LunarsimError
from lunarsim.moon.terrain_grid import Grid
from lunarsim.moon.terrain_heights import Heights, Samples

_PROJECTIONS = {"longlat", "latlong", "eqc"}


class GeotiffRaster:
    """A GeoTIFF on the 1737.4 km sphere, in degrees or in the metres of the equidistant cylindrical projection.

    The frame is taken to be ME: a GeoTIFF does not say which selenographic frame it is in.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        if not path.is_file():
            raise DataError(f"{path}: there is no such file")
        with self._open() as file:
            self.grid = self._grid(file)
            self.samples = Samples(dtype=np.dtype(file.dtypes[0]), scale_m=file.scales[0], offset_m=file.offsets[0])

    def read(self, rows: slice, columns: slice) -> Heights:
        """Return heights (m) above 1737.4 km of some rows and columns; NaN where the file has none."""
        with self._open() as file:
            try:
                stored = file.read(1, window=((rows.start, rows.stop), (columns.start, columns.stop)), masked=True)
            except _rasterio().errors.RasterioError as error:
                raise DataError(
                    f"{self._path}: the heights cannot be read, the file may be truncated: {error}"
                ) from None
        heights = self.samples.heights(np.ma.getdata(stored))
        heights[np.ma.getmaskarray(stored)] = np.nan
        return heights

    def _open(self) -> Any:
        rasterio = _rasterio()
        try:
            return rasterio.open(self._path)
        except rasterio.errors.RasterioIOError as error:
            raise DataError(f"{self._path}: this is no GeoTIFF that can be read: {error}") from None

    def _grid(self, file: Any) -> Grid:
        if file.count != 1:
            raise DataError(f"{self._path}: {file.count} bands: expected one, of heights")
        degrees = self._degrees_per_unit(file.crs)
        to_map = file.transform
        if to_map.b != 0.0 or to_map.d != 0.0 or to_map.a <= 0.0 or to_map.e >= 0.0:
            raise DataError(f"{self._path}: the map is rotated or mirrored: expected north up and east to the right")
        origin = float(file.crs.to_dict().get("lon_0", 0.0)) if degrees != 1.0 else 0.0
        west, north = origin + to_map.c * degrees, to_map.f * degrees
        east, south = west + file.width * to_map.a * degrees, north + file.height * to_map.e * degrees
        slack = 1e-3 * abs(to_map.e) * degrees  # rounding of edges in metres
        if north > 90.0 + slack or south < -90.0 - slack:
            raise DataError(f"{self._path}: the rows span the latitudes {south:g} to {north:g}: expected -90 to 90 deg")
        if isclose(east - west, 360.0, abs_tol=slack):
            east = west + 360.0
        return Grid.between((file.height, file.width), (max(south, -90.0), min(north, 90.0), west, east))

    def _degrees_per_unit(self, crs: Any) -> float:
        """Return what one unit of the map is in degrees, for the projections that are read."""
        words = crs.to_dict() if crs else {}
        if words.get("proj") not in _PROJECTIONS or float(words.get("lat_ts", 0.0)) or float(words.get("lat_0", 0.0)):
            raise DataError(
                f"{self._path}: projection {words or None}: expected latitude and longitude, or equidistant "
                "cylindrical about the equator; convert it, e.g. with gdalwarp -t_srs '+proj=longlat +R=1737400'"
            )
        radius_m = float(words.get("R", words.get("a", np.nan)))
        if not isclose(radius_m, constants.MOON_RADIUS_M, abs_tol=1.0):
            raise DataError(f"{self._path}: a map of a sphere of {radius_m:g} m: expected the Moon's, 1737400 m")
        return 1.0 if words["proj"] != "eqc" else 180.0 / (pi * radius_m)


def _rasterio() -> Any:
    try:
        import rasterio  # noqa: PLC0415  (an optional extra)
    except ImportError:
        raise LunarsimError(
            "reading a GeoTIFF needs rasterio: install it with 'python -m pip install lunarsim[geotiff]'"
        ) from None
    return rasterio
