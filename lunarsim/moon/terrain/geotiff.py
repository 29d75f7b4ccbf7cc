"""Height rasters in GeoTIFF, read with rasterio where it is installed."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from lunarsim.errors import DataError, LunarsimError
from lunarsim.moon.terrain.geotiff_grid import grid_of
from lunarsim.moon.terrain.heights import Heights, Samples

_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")  # TIFF and BigTIFF, in either byte order
_NOTHING_BESIDE = {  # GDAL takes much from files beside a map, and they may name other files and addresses
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_GEOREF_SOURCES": "INTERNAL",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
}
_UNITS_M = {
    **dict.fromkeys(("", "m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), 1e3),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
    "us survey foot": 1200.0 / 3937.0,
}
# Heights compress to a half or a tenth. A small file that declares a large map is damaged, or made to fill the memory.
_FREE_PIXELS, _PIXELS_PER_BYTE = 2**22, 100


class GeotiffRaster:
    """A GeoTIFF on the 1737.4 km sphere, in any projection whose pixels are even in latitude and longitude.

    The frame is taken to be ME: a GeoTIFF does not say which selenographic frame it is in. Nothing but the file
    itself is opened: no sidecar, no file or address that it names.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path.resolve()
        self._check_signature()
        with self._opened() as file:
            self._check_size(file)
            self.grid = grid_of(file, path)
            self.samples = self._samples(file)

    def read(self, rows: slice, columns: slice) -> Heights:
        """Return heights (m) above 1737.4 km of some rows and columns; NaN where the file has none."""
        with self._opened() as file:
            stored = file.read(1, window=((rows.start, rows.stop), (columns.start, columns.stop)), masked=True)
        heights = self.samples.heights(np.ma.getdata(stored))
        heights[np.ma.getmaskarray(stored)] = np.nan
        return heights

    def _check_signature(self) -> None:
        """Raise an error unless the file is a TIFF, before GDAL sees it: its other formats can refer to other files."""
        try:
            with self._path.open("rb") as file:
                start = file.read(4)
        except OSError as error:
            raise DataError(f"{self._path}: the map cannot be read: {error.strerror or error}") from None
        if start not in _TIFF:
            raise DataError(
                f"{self._path}: this is no GeoTIFF that can be read: it starts with {start!r}, not as a TIFF does"
            )

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the file with GDAL's one driver that is meant; what GDAL raises on a damaged one becomes one error."""
        rasterio = _rasterio()
        with (
            warnings.catch_warnings(),
            _text_that_cannot_be_logged(),
            _units_of_projections(rasterio),
            rasterio.Env(**_NOTHING_BESIDE),
        ):
            warnings.simplefilter("ignore")  # of what is missing in the file; our errors say it
            try:
                with rasterio.open(self._path, driver="GTiff") as file:
                    yield file
            except LunarsimError:
                raise
            except Exception as error:  # GDAL's own classes, and what damaged text, sizes and numbers make of Python's
                raise DataError(
                    f"{self._path}: this is no GeoTIFF that can be read, the file may be truncated or damaged: {error}"
                ) from error

    def _check_size(self, file: Any) -> None:
        pixels, size = file.width * file.height, self._path.stat().st_size
        blocks = max(height * width for height, width in file.block_shapes)
        if max(pixels, blocks) > max(_FREE_PIXELS, _PIXELS_PER_BYTE * size):
            raise DataError(
                f"{self._path}: {file.height} x {file.width} pixels in a file of {size} bytes: expected no more than "
                f"{_PIXELS_PER_BYTE} pixels a byte; the file is damaged, or almost all of it is empty: cut out a part"
            )

    def _samples(self, file: Any) -> Samples:
        if file.count != 1:
            raise DataError(f"{self._path}: {file.count} bands: expected one, of heights")
        dtype = np.dtype(file.dtypes[0])
        if dtype.kind not in "iuf":
            raise DataError(f"{self._path}: samples of type {dtype}: expected integers or reals")
        unit, scale, offset = file.units[0] or "", float(file.scales[0]), float(file.offsets[0])
        if unit.lower() not in _UNITS_M:
            raise DataError(f"{self._path}: heights in the unit {unit!r}: expected metres, kilometres or feet")
        if scale == 0.0 or not isfinite(scale) or not isfinite(offset):
            raise DataError(
                f"{self._path}: a scale of {scale:g} and an offset of {offset:g}: expected finite numbers, and a scale "
                "that is not zero"
            )
        to_metres = _UNITS_M[unit.lower()]
        return Samples(
            dtype=dtype,
            scale_m=scale * to_metres,
            offset_m=offset * to_metres,
            declare=f"declare it, with gdal_edit.py -a_nodata {{}} {self.name}",
            declare_km=f"say so in the file, with gdal_edit.py -units km {self.name}",
        )


@contextmanager
def _text_that_cannot_be_logged() -> Iterator[None]:
    """Keep off the screen the tracebacks of rasterio's log, which cannot decode what GDAL says of damaged text."""
    hooks = sys.excepthook, sys.unraisablehook  # Cython uses both for what happens within a callback from C

    def print_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if kind is not UnicodeDecodeError:
            hooks[0](kind, error, trace)

    def print_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not UnicodeDecodeError:
            hooks[1](unraisable)

    sys.excepthook, sys.unraisablehook = print_exception, print_unraisable
    try:
        yield
    finally:
        sys.excepthook, sys.unraisablehook = hooks


@contextmanager
def _units_of_projections(rasterio: Any) -> Iterator[None]:
    """Let GDAL's reader of a file's own keys find PROJ's units, too; it asks the environment, and prints if it cannot.

    rasterio's wheels bring them along, and tell all other parts of GDAL where they are.
    """
    folder = Path(rasterio.__file__).with_name("proj_data")
    if {"PROJ_DATA", "PROJ_LIB"} & os.environ.keys() or not folder.is_dir():
        yield
        return
    os.environ["PROJ_DATA"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("PROJ_DATA", None)


def _rasterio() -> Any:
    try:
        import rasterio  # noqa: PLC0415  (an optional extra)
    except ImportError:
        raise LunarsimError(
            "reading a GeoTIFF needs rasterio: install it with 'python -m pip install lunarsim[geotiff]'"
        ) from None
    return rasterio
