"""GeoTIFF of where the runs of a campaign came down: counts and densities on an equal-area grid of the Moon."""

from __future__ import annotations

import os
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.campaign.outcome import GROUND
from lunarsim.declarations import Number
from lunarsim.errors import InputError, LunarsimError, OutputError
from lunarsim.files import written_whole
from lunarsim.statistics import LocalPlane

if TYPE_CHECKING:
    from lunarsim.campaign import CampaignResult

_PIXEL = Number(unit=u.m, low=1e-3, high=1e6)
_MOST_PIXELS = 4096  # on a side
_ACROSS = 50.0  # pixels over the longer side, about, where none is given
_NARROWEST_M = 1.0  # of a footprint that is a point
_M2_PER_KM2 = 1e6


class _Grid(NamedTuple):
    """Pixels of a map, north up."""

    west_m: float
    north_m: float
    pixel_m: float
    rows: int
    columns: int

    def counts(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many points lie in each pixel; one on an edge lies south or east of it."""
        column = np.floor((xy_m[:, 0] - self.west_m) / self.pixel_m).astype(int)
        row = np.floor((self.north_m - xy_m[:, 1]) / self.pixel_m).astype(int)
        counts = np.zeros((self.rows, self.columns))
        within = np.clip(row, 0, self.rows - 1), np.clip(column, 0, self.columns - 1)  # the outermost edges may round
        np.add.at(counts, within, 1.0)
        return counts


def write_geotiff(
    result: CampaignResult, path: str | os.PathLike[str], *, outcome: str = GROUND, pixel: u.Quantity | None = None
) -> None:
    """Write where the runs of a campaign came down as a GeoTIFF of two bands.

    The grid is Lambert's azimuthal equal-area projection of the 1737.4 km sphere about the mean of the runs, so that
    all pixels have the same area, at the poles too; its coordinates are selenographic (ME).

    Parameters
    ----------
    result : CampaignResult
        The campaign.
    path : path
        The file; usually ``.tif``.
    outcome : str
        Of which runs, such as ``"impact"``; default: all that came down.
    pixel : Quantity, optional
        Side of a pixel, 1 mm to 1000 km; default: about a fiftieth of the longer side of the footprint.

    Raises
    ------
    InputError
        If no run ended so, or the grid would have more than 4096 pixels on a side.
    LunarsimError
        If rasterio is not installed, of the extra ``geotiff``.
    OutputError
        If the file cannot be written; nothing is then left half-written.

    Notes
    -----
    The first band is the number of runs in a pixel; the second the probability per square kilometre that a run ends
    there so: its sum times the pixel's area is the rate of the outcome.

    Examples
    --------
    >>> import lunarsim as ls
    >>> result = ls.load_campaign("luna25").run(100, seed=1)
    >>> ls.write_geotiff(result, "luna25.tif")
    """
    rasterio = _rasterio()
    chosen = result.where(outcome)
    if not chosen.any():
        raise InputError(f"outcome = {outcome!r}: no run ended so; see rates()")
    latitude_deg, longitude_deg = (result.column(name)[chosen] for name in ("latitude_deg", "longitude_deg"))
    plane = LocalPlane.about_mean(latitude_deg, longitude_deg)
    centre = LocalPlane(latitude_deg=round(plane.latitude_deg, 6), longitude_deg=round(plane.longitude_deg, 6))
    xy_m = equal_area(centre, latitude_deg, longitude_deg)
    grid = _grid(xy_m, None if pixel is None else float(_PIXEL.checked("pixel", pixel).value))
    counts = grid.counts(xy_m)
    density = counts / (result.runs * grid.pixel_m**2 / _M2_PER_KM2)
    with written_whole(path) as draft, rasterio.Env(GDAL_PAM_ENABLED="NO"):
        try:
            _write(rasterio, str(draft), grid, centre, {"runs": counts, "probability per km2": density}, outcome)
        except rasterio.errors.RasterioError as error:
            raise OutputError(f"{os.fspath(path)}: the file cannot be written: {error}") from None


def _write(
    rasterio: Any, name: str, grid: _Grid, centre: LocalPlane, bands: dict[str, NDArray[np.float64]], outcome: str
) -> None:
    profile = {
        "driver": "GTiff",
        "height": grid.rows,
        "width": grid.columns,
        "count": len(bands),
        "dtype": "float64",
        "crs": rasterio.crs.CRS.from_wkt(projection(centre)),
        "transform": rasterio.Affine(grid.pixel_m, 0.0, grid.west_m, 0.0, -grid.pixel_m, grid.north_m),
        "compress": "deflate",
    }
    with rasterio.open(name, "w", **profile) as file:
        file.update_tags(TIFFTAG_SOFTWARE="lunarsim", OUTCOME=outcome, AREA_OR_POINT="Area")
        for i, (title, values) in enumerate(bands.items(), start=1):
            file.write(values, i)
            file.set_band_description(i, title)


def _grid(xy_m: NDArray[np.float64], pixel_m: float | None) -> _Grid:
    """Return the pixels that hold all points, their edges at multiples of their side."""
    low, high = xy_m.min(axis=0), xy_m.max(axis=0)
    side_m = pixel_m or _round(max(float((high - low).max()), _NARROWEST_M) / _ACROSS)
    first, last = np.floor(low / side_m), np.floor(high / side_m) + 1.0
    north = ceil(high[1] / side_m) if high[1] % side_m else high[1] / side_m
    south = min(first[1], ceil(low[1] / side_m) - 1.0)
    columns, rows = int(last[0] - first[0]), int(north - south)
    if max(columns, rows) > _MOST_PIXELS:
        least = max(float((high - low).max()) / (_MOST_PIXELS - 2), side_m)
        raise InputError(
            f"pixel = {side_m:g} m makes a grid of {rows} x {columns}: expected up to {_MOST_PIXELS} on a side, "
            f"such as pixel={_round(least):g} * u.m"
        )
    return _Grid(float(first[0] * side_m), float(north * side_m), side_m, rows, columns)


def _round(size_m: float) -> float:
    """Return the next of 1, 2, 5, 10, ... that is not less."""
    power = 10.0 ** floor(log10(size_m))
    return next(float(step * power) for step in (1, 2, 5, 10) if step * power >= size_m * (1.0 - 1e-12))


def equal_area(
    centre: LocalPlane, latitude_deg: NDArray[np.float64], longitude_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return metres east and north of a centre, shape (n, 2): Snyder 1987, eq. 24-2, 22-4 and 22-5 of the sphere."""
    xy_m = centre.forward(latitude_deg, longitude_deg)  # azimuths and distances are true
    away = np.hypot(xy_m[:, 0], xy_m[:, 1]) / constants.MOON_RADIUS_M
    chord: NDArray[np.float64] = np.sinc(0.5 * away / np.pi)  # 2 sin(c / 2) / c
    return xy_m * chord[:, np.newaxis]


def projection(centre: LocalPlane) -> str:
    """Return the projection as text: OGC 01-009, well-known text."""
    return (
        'PROJCS["Moon (2015) - Sphere / Lambert azimuthal equal-area",'
        'GEOGCS["Moon (2015) - Sphere / Ocentric",DATUM["Moon (2015) - Sphere",'
        f'SPHEROID["Moon (2015) - Sphere",{constants.MOON_RADIUS_M:.0f},0]],'
        'PRIMEM["Reference Meridian",0],UNIT["degree",0.0174532925199433]],'
        'PROJECTION["Lambert_Azimuthal_Equal_Area"],'
        f'PARAMETER["latitude_of_center",{centre.latitude_deg!r}],'
        f'PARAMETER["longitude_of_center",{centre.longitude_deg!r}],'
        'PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]'
    )


def _rasterio() -> Any:
    try:
        import rasterio  # noqa: PLC0415  (an optional extra)
        import rasterio.errors  # noqa: PLC0415
    except ImportError:
        raise LunarsimError(
            "writing a GeoTIFF needs rasterio: install it with 'python -m pip install lunarsim[geotiff]'"
        ) from None
    return rasterio
