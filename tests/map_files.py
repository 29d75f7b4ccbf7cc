"""Maps of heights as their makers write them: PDS3 images with labels, GeoTIFF."""

from __future__ import annotations

import pytest

LABEL = """PDS_VERSION_ID = "PDS3"\r
/* a comment with LINES = 3 */\r
DESCRIPTION = "Words over\r
  two lines, LINES = 4 among them"\r
OBJECT = UNCOMPRESSED_FILE\r
  FILE_NAME = "{name}.IMG"\r
  RECORD_TYPE = FIXED_LENGTH\r
  FILE_RECORDS = {lines}\r
  RECORD_BYTES = {record}\r
  ^IMAGE = "{name}.IMG"\r
  OBJECT = IMAGE\r
    LINES = {lines}\r
    LINE_SAMPLES = {samples}\r
    SAMPLE_TYPE = {kind}\r
    SAMPLE_BITS = {bits}\r
    UNIT = {unit}\r
    SCALING_FACTOR = {scale}\r
    OFFSET = {offset}\r
    {extra}\r
  END_OBJECT = IMAGE\r
END_OBJECT = UNCOMPRESSED_FILE\r
OBJECT = IMAGE_MAP_PROJECTION\r
  MAP_PROJECTION_TYPE = "{projection}"\r
  MAP_RESOLUTION = {resolution} <pix/deg>\r
  POSITIVE_LONGITUDE_DIRECTION = "EAST"\r
  CENTER_LATITUDE = 0 <deg>\r
  CENTER_LONGITUDE = 180 <deg>\r
  MAXIMUM_LATITUDE = {north} <deg>\r
  MINIMUM_LATITUDE = {south} <deg>\r
  WESTERNMOST_LONGITUDE = {west} <deg>\r
  EASTERNMOST_LONGITUDE = {east} <deg>\r
  LINE_PROJECTION_OFFSET = {line_offset} <pix>\r
  COORDINATE_SYSTEM_NAME = "{frame}"\r
END_OBJECT = IMAGE_MAP_PROJECTION\r
END\r
"""


def write_map(folder, stored, *, resolution=1, north=90, west=0, write=True, **changes):
    """Write an image and its label as the PDS has them, and return the image's path."""
    lines, samples = stored.shape
    words = {
        "name": "MAP", "lines": lines, "samples": samples, "record": samples * stored.itemsize,
        "kind": "LSB_INTEGER", "bits": 8 * stored.itemsize, "unit": "METER", "scale": 0.5, "offset": "1737400.",
        "extra": "", "projection": "SIMPLE CYLINDRICAL", "resolution": resolution, "north": north,
        "south": north - lines / resolution, "west": west, "east": west + samples / resolution,
        "line_offset": north * resolution - 0.5, "frame": "MEAN EARTH/POLAR AXIS OF DE421",
    }  # fmt: skip
    (folder / "MAP.LBL").write_bytes(LABEL.format(**words | changes).encode())
    if write:
        (folder / "MAP.IMG").write_bytes(stored.tobytes())
    return folder / "MAP.IMG"


def write_geotiff(path, heights, crs, edges, **options):
    """Write a GeoTIFF of one band between its edges: west, south, east, north."""
    rasterio = pytest.importorskip("rasterio", reason="the extra geotiff is not installed")
    rows, columns = heights.shape
    scale = options.pop("scale", 1.0)
    west, south, east, north = edges
    transform = rasterio.Affine((east - west) / columns, 0.0, west, 0.0, (south - north) / rows, north)
    with rasterio.open(path, "w", driver="GTiff", count=1, height=rows, width=columns, dtype=heights.dtype, crs=crs,
                       transform=transform, **options) as file:  # fmt: skip
        file.write(heights, 1)
        file.scales = (scale,)
    return path
