"""Height rasters of the Planetary Data System: LOLA's .IMG with its detached PDS3 label."""

from __future__ import annotations

from math import isclose
from pathlib import Path

import numpy as np

from lunarsim import constants
from lunarsim.errors import DataError
from lunarsim.moon.terrain.heights import Heights, Samples
from lunarsim.moon.terrain.pds_pair import label_and_image
from lunarsim.moon.terrain.raster import Grid

_SAMPLES = {  # NASA PDS Standards Reference 3.8, appendix C
    ("LSB_INTEGER", 16): "<i2",
    ("LSB_INTEGER", 32): "<i4",
    ("MSB_INTEGER", 16): ">i2",
    ("MSB_INTEGER", 32): ">i4",
    ("PC_REAL", 32): "<f4",
}
_UNITS_M = {"METER": 1.0, "METERS": 1.0, "M": 1.0, "KILOMETER": 1e3, "KILOMETERS": 1e3, "KM": 1e3}
_NULLS = {  # Planetary Science Data Dictionary: samples that are no heights; ISIS writes CORE_ before the same words
    *("MISSING_CONSTANT", "NULL_CONSTANT", "INVALID_CONSTANT", "UNKNOWN_CONSTANT", "NOT_APPLICABLE_CONSTANT"),
    *("NULL", "MISSING", "INVALID", "DEFAULT_NULL", "FILL_CONSTANT", "FILL_VALUE", "NODATA", "NO_DATA_VALUE"),
    *("LOW_REPR_SATURATION", "LOW_INSTR_SATURATION", "HIGH_REPR_SATURATION", "HIGH_INSTR_SATURATION"),
    *("LOW_REPR_SAT", "LOW_INSTR_SAT", "HIGH_REPR_SAT", "HIGH_INSTR_SAT"),
}


class PdsRaster:
    """An image file and what its label says of it; heights are read from the disk when asked for."""

    def __init__(self, path: Path) -> None:
        self._label, image = label_and_image(path)
        self._image, self._start = image
        self.name = self._image.name
        self._shape = self._label.whole("IMAGE.LINES"), self._label.whole("IMAGE.LINE_SAMPLES")
        self._check_frame()
        self.grid = self._grid()
        self.samples = self._sample_scale(self._sample_type())
        self._nulls = self._null_values()
        self._least, self._greatest = self._valid("MINIMUM", -np.inf), self._valid("MAXIMUM", np.inf)
        self._check_size()

    def read(self, rows: slice, columns: slice) -> Heights:
        """Return heights (m) above 1737.4 km of some rows and columns; NaN where the file has none."""
        image = np.memmap(self._image, dtype=self.samples.dtype, mode="r", offset=self._start, shape=self._shape)
        stored = image[rows, columns]
        heights = self.samples.heights(stored)
        for null in self._nulls:
            heights[stored == null] = np.nan
        if np.isfinite(self._least) or np.isfinite(self._greatest):
            heights[(stored < self._least) | (stored > self._greatest)] = np.nan
        return heights

    def _check_frame(self) -> None:
        label = self._label
        label.expect(".TARGET_NAME", "MOON", "MOON")
        label.expect("IMAGE_MAP_PROJECTION.MAP_PROJECTION_TYPE", "SIMPLE CYLINDRICAL")
        label.expect("IMAGE_MAP_PROJECTION.COORDINATE_SYSTEM_NAME", "MEAN EARTH")
        label.expect("IMAGE_MAP_PROJECTION.POSITIVE_LONGITUDE_DIRECTION", "EAST", "EAST")
        label.expect("IMAGE.LINE_DISPLAY_DIRECTION", "DOWN", "DOWN")
        label.expect("IMAGE.SAMPLE_DISPLAY_DIRECTION", "RIGHT", "RIGHT")
        if label.number("IMAGE_MAP_PROJECTION.MAP_PROJECTION_ROTATION", 0.0) != 0.0:
            label.fail("IMAGE_MAP_PROJECTION.MAP_PROJECTION_ROTATION", "0, north up")
        axes = [f"IMAGE_MAP_PROJECTION.{axis}_AXIS_RADIUS" for axis in "ABC"]
        radii = [label.number(axis, np.nan) for axis in axes]
        for axis, radius in zip(axes[1:], radii[1:], strict=True):
            if not np.isnan(radii[0] + radius) and not isclose(radius, radii[0], rel_tol=1e-6):
                label.fail(axis, f"{radii[0]:g} as along the first axis: latitudes on a sphere")

    def _grid(self) -> Grid:
        """Return the grid between the map's edges, and hold it against resolution and projection offsets."""
        label = self._label
        south, north, west, east = (
            label.number(f"IMAGE_MAP_PROJECTION.{key}")
            for key in ("MINIMUM_LATITUDE", "MAXIMUM_LATITUDE", "WESTERNMOST_LONGITUDE", "EASTERNMOST_LONGITUDE")
        )
        if not -90.0 <= south < north <= 90.0:
            label.fail("IMAGE_MAP_PROJECTION.MAXIMUM_LATITUDE", "latitudes that rise within -90 to 90")
        east = east if east > west else east + 360.0
        if not -360.0 <= west < east <= west + 360.0 + 1e-6:
            label.fail(
                "IMAGE_MAP_PROJECTION.EASTERNMOST_LONGITUDE", "up to 360 deg east of the westernmost, in degrees"
            )
        grid = Grid.between(self._shape, (south, north, west, east))
        resolution = label.number("IMAGE_MAP_PROJECTION.MAP_RESOLUTION")
        for step in (grid.lat_step_deg, grid.lon_step_deg):
            if not abs(step * resolution - 1.0) <= 1e-6:
                label.fail("IMAGE_MAP_PROJECTION.MAP_RESOLUTION", f"{1.0 / step:g} from the edges and the lines")
        for key, centre, first_deg in (
            ("LINE_PROJECTION_OFFSET", "CENTER_LATITUDE", grid.north_deg),
            ("SAMPLE_PROJECTION_OFFSET", "CENTER_LONGITUDE", -grid.west_deg),
        ):
            sign = 1.0 if key.startswith("LINE") else -1.0
            expected = resolution * (first_deg - sign * label.number(f"IMAGE_MAP_PROJECTION.{centre}", 0.0))
            offset = label.number(f"IMAGE_MAP_PROJECTION.{key}", expected)
            if not abs(offset - expected) <= 1.0 + 1e-6:  # labels count pixels from 0 or from 1
                label.fail(f"IMAGE_MAP_PROJECTION.{key}", f"{expected:g} from the map's edges")
        return grid

    def _sample_type(self) -> np.dtype[np.generic]:
        kind, bits = self._label.text("IMAGE.SAMPLE_TYPE"), self._label.whole("IMAGE.SAMPLE_BITS")
        if (kind, bits) not in _SAMPLES:
            known = ", ".join(f"{name} of {size} bits" for name, size in _SAMPLES)
            self._label.fail("IMAGE.SAMPLE_TYPE", f"one of {known}, not {bits} bits of it")
        return np.dtype(_SAMPLES[kind, bits])

    def _sample_scale(self, dtype: np.dtype[np.generic]) -> Samples:
        label = self._label
        to_metres = label.choice("IMAGE.UNIT", _UNITS_M, "METER")
        scale = label.number("IMAGE.SCALING_FACTOR", 1.0)
        if scale <= 0.0:
            label.fail("IMAGE.SCALING_FACTOR", "a number above zero")
        radius_m = label.number("IMAGE.OFFSET", constants.MOON_RADIUS_M / to_metres) * to_metres
        return Samples(
            dtype=dtype,
            scale_m=scale * to_metres,
            offset_m=radius_m - constants.MOON_RADIUS_M,
            declare=f"write MISSING_CONSTANT = {{}} into the IMAGE object of {label.path.name}",
            declare_km=f"write UNIT = KILOMETER into the IMAGE object of {label.path.name}, and OFFSET = 1737.4",
        )

    def _null_values(self) -> list[float]:
        """Return the stored values that stand for no height, under whichever of the keywords."""
        words = {key: key.rpartition(".")[2].rpartition(":")[2].removeprefix("CORE_") for key in self._label.keys}
        keys = [key for key, word in words.items() if word in _NULLS]
        return [value for key in keys for value in self._label.sample_values(key, self.samples.dtype)]

    def _valid(self, end: str, default: float) -> float:
        """Return the least or greatest stored value that is a height."""
        keys = [key for key in (f"IMAGE.VALID_{end}", f"IMAGE.CORE_VALID_{end}") if key in self._label.keys]
        return next((v for key in keys for v in self._label.sample_values(key, self.samples.dtype)), default)

    def _check_size(self) -> None:
        lines, samples = self._shape
        each = self.samples.dtype.itemsize
        needed, size = self._start + lines * samples * each, self._image.stat().st_size
        if size != needed:
            problem = "the file is truncated" if size < needed else "the label does not belong to the file"
            after = f" after {self._start} bytes" if self._start else ""
            raise DataError(
                f"{self._image}: {size} bytes, where {self._label.path.name} says {lines} x {samples} samples of "
                f"{each} bytes{after}, {needed} in all: {problem}; fetch both again"
            )
        record = self._label.whole("UNCOMPRESSED_FILE.RECORD_BYTES", needed)
        records = self._label.whole("UNCOMPRESSED_FILE.FILE_RECORDS", 1)
        if record * records != needed:
            self._label.fail("UNCOMPRESSED_FILE.RECORD_BYTES", f"{needed} bytes in {records} records")
