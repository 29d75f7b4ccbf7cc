"""Maps of heights: PDS3 labels, PDS images, GeoTIFF."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np

from file_formats import FileFormat
from lunarsim.moon import Terrain

_LABEL = """PDS_VERSION_ID = "PDS3"\r
/* a comment */\r
DESCRIPTION = "Words over\r
  two lines"\r
OBJECT = UNCOMPRESSED_FILE\r
  FILE_RECORDS = 18\r
  RECORD_BYTES = 72\r
  ^IMAGE = {pointer}\r
  OBJECT = IMAGE\r
    LINES = 18\r
    LINE_SAMPLES = 36\r
    SAMPLE_TYPE = LSB_INTEGER\r
    SAMPLE_BITS = 16\r
    UNIT = METER\r
    SCALING_FACTOR = 0.5\r
    OFFSET = 1737400.\r
    MISSING_CONSTANT = {missing}\r
  END_OBJECT = IMAGE\r
END_OBJECT = UNCOMPRESSED_FILE\r
OBJECT = IMAGE_MAP_PROJECTION\r
  MAP_PROJECTION_TYPE = "SIMPLE CYLINDRICAL"\r
  MAP_RESOLUTION = 0.1 <pix/deg>\r
  POSITIVE_LONGITUDE_DIRECTION = "EAST"\r
  CENTER_LATITUDE = 0 <deg>\r
  CENTER_LONGITUDE = 180 <deg>\r
  MAXIMUM_LATITUDE = 90 <deg>\r
  MINIMUM_LATITUDE = -90 <deg>\r
  WESTERNMOST_LONGITUDE = 0 <deg>\r
  EASTERNMOST_LONGITUDE = 360 <deg>\r
  COORDINATE_SYSTEM_NAME = "MEAN EARTH/POLAR AXIS OF DE421"\r
END_OBJECT = IMAGE_MAP_PROJECTION\r
END\r
"""
_MISSING = ("-32768", "16#8000#", "(-32768, -32767 <m>)")


def heights() -> np.ndarray:
    """Return small heights, in half metres."""
    return np.random.default_rng(1).integers(-16000, 20000, (18, 36)).astype("<i2")


def labels(folder: Path) -> list[bytes]:
    """Return labels of one image, which is put beside them."""
    (folder / "HEIGHTS.IMG").write_bytes(heights().tobytes())
    pointers = ('"HEIGHTS.IMG"', '("HEIGHTS.IMG", 1)', '("HEIGHTS.IMG", 1 <BYTES>)')
    return [_LABEL.format(pointer=p, missing=m).encode() for p, m in zip(pointers, _MISSING, strict=True)]


def images(folder: Path) -> list[bytes]:
    """Return an image; labels for it, and for what becomes of it, are put beside it."""
    for name in ("original0", "file"):
        label = _LABEL.format(pointer=f'"{name}.IMG"', missing=_MISSING[0])
        (folder / f"{name}.LBL").write_text(label, newline="")
    return [heights().tobytes()]


def geotiffs(_: Path) -> list[bytes]:
    """Return GeoTIFFs of several systems, samples, layouts and compressions."""
    turn_m = np.pi * 1_737_400.0
    degrees, metres = (-180.0, 90.0, 10.0, 10.0), (-turn_m, turn_m / 2, turn_m / 18, turn_m / 18)
    moon, cylindrical = "+proj=longlat +R=1737400", "+proj=eqc +R=1737400 +lon_0=30 +x_0=1000 +units=m"
    return [
        _geotiff(moon, degrees, "float32", 1.0),
        _geotiff(cylindrical, metres, "int16", 0.5, compress="deflate", nodata=-32768),
        _geotiff(moon, degrees, "int16", 0.5, tiled=True, blockxsize=16, blockysize=16, compress="lzw", BIGTIFF="YES"),
        _geotiff(moon, degrees, "float64", 1e-3, ENDIANNESS="BIG"),
    ]


def _geotiff(crs: str, corner: tuple[float, float, float, float], dtype: str, scale: float, **options: object) -> bytes:
    import rasterio  # noqa: PLC0415  (an optional extra)

    west, north, east_step, south_step = corner
    content = BytesIO()
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", count=1, height=18, width=36, dtype=dtype, crs=crs,
            transform=rasterio.Affine(east_step, 0.0, west, 0.0, -south_step, north), **options,
        ) as file:  # fmt: skip
            file.write((0.5 * heights() / scale).astype(dtype), 1)
            file.scales, file.units, file.descriptions = (scale,), ("m",), ("heights",)
        content.write(memory.read())
    return content.getvalue()


FORMATS = (
    FileFormat(name="pds_label", suffix=".LBL", originals=labels, load=Terrain.from_file),
    FileFormat(name="pds_image", suffix=".IMG", originals=images, load=Terrain.from_file),
    FileFormat(name="geotiff", suffix=".tif", originals=geotiffs, load=Terrain.from_file),
)
