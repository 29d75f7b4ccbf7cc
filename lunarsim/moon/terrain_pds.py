"""Height rasters of the Planetary Data System: LOLA's .IMG with its detached PDS3 label."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import NoReturn

import numpy as np

from lunarsim import constants
from lunarsim.errors import DataError
from lunarsim.moon.terrain_grid import Grid, Heights

_SAMPLES = {  # NASA PDS Standards Reference 3.8, appendix C
    ("LSB_INTEGER", 16): "<i2",
    ("LSB_INTEGER", 32): "<i4",
    ("MSB_INTEGER", 16): ">i2",
    ("MSB_INTEGER", 32): ">i4",
    ("PC_REAL", 32): "<f4",
}
_UNITS_M = {"METER": 1.0, "METERS": 1.0, "M": 1.0, "KILOMETER": 1e3, "KILOMETERS": 1e3, "KM": 1e3}
_STATEMENT = re.compile(r'^\s*(\^?[\w:]+)\s*=\s*("[^"]*"|\'[^\']*\'|\([^)]*\)|\{[^}]*\}|[^\r\n]*)', re.MULTILINE)


class PdsRaster:
    """An image file and what its label says of it; heights are read from the disk when asked for."""

    def __init__(self, path: Path) -> None:
        image, label = _pair(path)
        self.name = image.name
        self._image = image
        self._label = _Label(label)
        self._shape = self._label.whole("IMAGE.LINES"), self._label.whole("IMAGE.LINE_SAMPLES")
        self._check_frame()
        self.grid = self._grid()
        self._dtype = self._sample_type()
        self._check_size()

    def read(self, rows: slice, columns: slice) -> Heights:
        """Return heights (m) above 1737.4 km of some rows and columns; NaN where the file has none."""
        label = self._label
        stored = np.memmap(self._image, dtype=self._dtype, mode="r", shape=self._shape)[rows, columns]
        to_metres = label.choice("IMAGE.UNIT", _UNITS_M, "METER")
        heights = stored.astype(np.float32)
        scale = label.number("IMAGE.SCALING_FACTOR", 1.0)
        if scale <= 0.0:
            label.fail("IMAGE.SCALING_FACTOR", "a number above zero")
        heights *= scale * to_metres
        radius_m = label.number("IMAGE.OFFSET", constants.MOON_RADIUS_M / to_metres) * to_metres
        heights += radius_m - constants.MOON_RADIUS_M
        missing = label.number("IMAGE.MISSING_CONSTANT", np.nan)
        heights[stored == missing] = np.nan
        return heights

    def _check_frame(self) -> None:
        label = self._label
        label.expect("IMAGE_MAP_PROJECTION.MAP_PROJECTION_TYPE", "SIMPLE CYLINDRICAL")
        label.expect("IMAGE_MAP_PROJECTION.COORDINATE_SYSTEM_NAME", "MEAN EARTH")
        label.expect("IMAGE_MAP_PROJECTION.POSITIVE_LONGITUDE_DIRECTION", "EAST", "EAST")

    def _grid(self) -> Grid:
        """Return the grid between the map's edges, and hold it against resolution and projection offsets."""
        label = self._label
        south, north, west, east = (
            label.number(f"IMAGE_MAP_PROJECTION.{key}")
            for key in ("MINIMUM_LATITUDE", "MAXIMUM_LATITUDE", "WESTERNMOST_LONGITUDE", "EASTERNMOST_LONGITUDE")
        )
        if not -90.0 <= south < north <= 90.0:
            label.fail("IMAGE_MAP_PROJECTION.MAXIMUM_LATITUDE", "latitudes that rise within -90 to 90")
        grid = Grid.between(self._shape, (south, north, west, east if east > west else east + 360.0))
        resolution = label.number("IMAGE_MAP_PROJECTION.MAP_RESOLUTION")
        for step in (grid.lat_step_deg, grid.lon_step_deg):
            if abs(step * resolution - 1.0) > 1e-6:
                label.fail("IMAGE_MAP_PROJECTION.MAP_RESOLUTION", f"{1.0 / step:g} from the edges and the lines")
        for key, centre, first_deg in (
            ("LINE_PROJECTION_OFFSET", "CENTER_LATITUDE", grid.north_deg),
            ("SAMPLE_PROJECTION_OFFSET", "CENTER_LONGITUDE", -grid.west_deg),
        ):
            sign = 1.0 if key.startswith("LINE") else -1.0
            expected = resolution * (first_deg - sign * label.number(f"IMAGE_MAP_PROJECTION.{centre}", 0.0))
            offset = label.number(f"IMAGE_MAP_PROJECTION.{key}", expected)
            if abs(offset - expected) > 1.0 + 1e-6:  # labels count pixels from 0 or from 1
                label.fail(f"IMAGE_MAP_PROJECTION.{key}", f"{expected:g} from the map's edges")
        return grid

    def _sample_type(self) -> np.dtype[np.generic]:
        kind, bits = self._label.text("IMAGE.SAMPLE_TYPE"), self._label.whole("IMAGE.SAMPLE_BITS")
        if (kind, bits) not in _SAMPLES:
            known = ", ".join(f"{name} of {size} bits" for name, size in _SAMPLES)
            self._label.fail("IMAGE.SAMPLE_TYPE", f"one of {known}, not {bits} bits of it")
        return np.dtype(_SAMPLES[kind, bits])

    def _check_size(self) -> None:
        lines, samples = self._shape
        needed, size = lines * samples * self._dtype.itemsize, self._image.stat().st_size
        if size != needed:
            problem = "the file is truncated" if size < needed else "the label does not belong to the file"
            raise DataError(
                f"{self._image}: {size} bytes, where {self._label.path.name} says {lines} x {samples} samples of "
                f"{self._dtype.itemsize} bytes, {needed} in all: {problem}; fetch both again"
            )
        record = self._label.whole("UNCOMPRESSED_FILE.RECORD_BYTES", needed)
        records = self._label.whole("UNCOMPRESSED_FILE.FILE_RECORDS", 1)
        if record * records != needed:
            self._label.fail("UNCOMPRESSED_FILE.RECORD_BYTES", f"{needed} bytes in {records} records")


def _pair(path: Path) -> tuple[Path, Path]:
    """Return the image and the label, one of which was given."""
    image, label = (_beside(path, suffix) for suffix in (".IMG", ".LBL"))
    for file, role in ((image, "image"), (label, "label")):
        if not file.is_file():
            raise DataError(f"{file}: there is no such {role}: an .IMG needs its .LBL of the same name beside it")
    return image, label


def _beside(path: Path, suffix: str) -> Path:
    if path.suffix.upper() == suffix:
        return path
    return next(
        (p for p in (path.with_suffix(suffix), path.with_suffix(suffix.lower())) if p.is_file()),
        path.with_suffix(suffix),
    )


class _Label:
    """The keywords of a PDS3 label, by object and name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._values = _keywords(path)

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.get(key, default)
        if value is None:
            raise DataError(f"{self.path}: the label has no {key.replace('.', ': ')}: expected a label of a map")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        text = self.text(key, None if default is None else repr(default))
        try:
            value = float(text.split("<")[0])
        except ValueError:
            return self.fail(key, "a number")
        return value if key not in self._values or isfinite(value) else self.fail(key, "a finite number")

    def whole(self, key: str, default: int | None = None) -> int:
        value = self.number(key, default)
        return int(value) if value > 0 and value.is_integer() else self.fail(key, "a whole number above zero")

    def choice(self, key: str, known: Mapping[str, float], default: str) -> float:
        text = self.text(key, default).upper()
        return known[text] if text in known else self.fail(key, "one of " + ", ".join(known))

    def expect(self, key: str, words: str, default: str | None = None) -> None:
        if words not in " ".join(self.text(key, default).upper().replace("_", " ").split()):
            self.fail(key, words)

    def fail(self, key: str, expected: str) -> NoReturn:
        shown = f"{key.rpartition('.')[2]} = {self._values.get(key)}"
        raise DataError(f"{self.path}: {shown}: expected {expected}")


def _keywords(path: Path) -> dict[str, str]:
    """Return the values of a label under ``OBJECT.KEYWORD``, quotes taken off."""
    text = path.read_bytes()[:1_000_000].decode("latin-1")
    if not re.match(r'\s*PDS_VERSION_ID\s*=\s*"?PDS3\b', text):
        raise DataError(f"{path}: this is no PDS3 label: it does not start with PDS_VERSION_ID = PDS3")
    values: dict[str, str] = {}
    objects = [""]
    for match in _STATEMENT.finditer(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        key, value = match[1], match[2].strip().strip("\"'").strip()
        if key == "OBJECT":
            objects.append(value)
        elif key == "END_OBJECT":
            objects.pop() if len(objects) > 1 else None
        else:
            values.setdefault(f"{objects[-1]}.{key}", value)
    return values
