"""The surface that ends a flight: a sphere, or heights read from a map."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks, constants, data
from lunarsim.declarations import HIGHEST_M, LOWEST_M, Number
from lunarsim.equality import by_value
from lunarsim.errors import DataError, InputError
from lunarsim.kernels.ground import terrain as terrain_kernels
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.moon.orientation import ROT_ME_FROM_PA
from lunarsim.moon.terrain.bounds import bounded
from lunarsim.moon.terrain.fill_values import check_ground
from lunarsim.moon.terrain.geotiff import GeotiffRaster
from lunarsim.moon.terrain.heights import Heights, Samples, check_relief
from lunarsim.moon.terrain.made_crater import made_crater
from lunarsim.moon.terrain.pds import PdsRaster
from lunarsim.moon.terrain.pds_pair import missing_half
from lunarsim.moon.terrain.raster import Grid, RasterSource, Window, read_window, window_degrees

#: Of the ground above the 1737.4 km sphere.
ELEVATION = Number(unit=u.m, low=LOWEST_M, high=HIGHEST_M)
_FEW, _FEW_ON_SPHERE = 2_000, 50_000  # places that Python goes through in 0.1 s; to compile it for one takes seconds
_READERS: dict[str, Callable[[Path], RasterSource]] = {
    ".img": PdsRaster,
    ".lbl": PdsRaster,
    ".tif": GeotiffRaster,
    ".tiff": GeotiffRaster,
}


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Terrain:
    """The ground, as heights above 1737.4 km over latitude and longitude in the mean Earth / polar axis frame (ME).

    Made by :meth:`sphere`, :meth:`crater`, :meth:`from_array` or :meth:`from_file`. Between the centres of pixels
    heights are bilinear in latitude and longitude. A map of all longitudes whose last row ends at a pole goes on to it:
    the pole has the mean height of that row. Slopes are those of the map: over less than a pixel the Moon is rougher.

    Outside a window the ground is not known, unless ``outside`` gave it a height. A flight may pass there as
    long as it is higher than the Moon's highest place, 10.8 km; lower, it is refused with an error.

    Attributes
    ----------
    name : str
        What it is.
    ground : Ground
        The same as the kernels take it; bounds and poles are found anew from its heights, whatever it says of them.

    Raises
    ------
    InputError
        If the ground is no raster of at least two rows and columns, or one pixel, that lies on the Moon.
    DataError
        If a height is not finite, or no place on the Moon has it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> terrain = ls.Terrain.crater(
    ...     latitude=10 * u.deg,
    ...     longitude=20 * u.deg,
    ...     radius=20 * u.km,
    ...     wall_width=5 * u.km,
    ...     rim=0 * u.m,
    ...     floor=-3 * u.km,
    ... )
    >>> print(terrain.height(10 * u.deg, 20 * u.deg))
    -3000.0 m
    """

    name: str
    ground: Ground

    def __post_init__(self) -> None:
        object.__setattr__(self, "ground", bounded(self.ground, self.name))

    @classmethod
    def sphere(cls, elevation: u.Quantity = 0.0 * u.m) -> Terrain:
        """Return the sphere at an elevation above the 1737.4 km sphere of LOLA and LROC.

        Raises
        ------
        InputError
            If ``elevation`` is not one length of up to 20 km either way.
        """
        elevation_m = float(ELEVATION.checked("elevation", elevation).value)
        grid = Grid(rows=1, columns=1, north_deg=0.0, west_deg=0.0, lat_step_deg=180.0, lon_step_deg=360.0)
        ground = _ground(grid, np.zeros((1, 1), dtype=np.float32), np.nan)
        return cls(name=f"sphere at {elevation}", ground=ground._replace(radius_m=ground.radius_m + elevation_m))

    @classmethod
    def from_array(
        cls, heights: u.Quantity, *, window: Window, outside: u.Quantity | None = None, name: str = "array"
    ) -> Terrain:
        """Return a terrain of given heights.

        Parameters
        ----------
        heights : Quantity, shape (rows, columns)
            Above 1737.4 km; rows from north to south, columns from west to east, at least two of each.
        window : tuple of Quantity
            Latitudes and east longitudes (ME) of the outer edges of the pixels: south, north, west, east.
        outside : Quantity, optional
            Height of the ground beyond the outer pixels; default: not known.
        name : str
            For reports and errors.

        Raises
        ------
        InputError
            If the shape, a dimension, the window or ``outside`` is not as above.
        DataError
            If a height is not finite, no place on the Moon has it, or it is likely a fill value; the text says what is
            likely wrong.
        """
        shaped = isinstance(heights, u.Quantity) and heights.ndim == 2 and min(heights.shape) >= 2
        if not shaped or not heights.unit.is_equivalent(u.m):
            raise InputError("heights: expected a Quantity of shape (rows, columns), at least two of each, in metres")
        with np.errstate(over="ignore", invalid="ignore"):
            heights_m = heights.to_value(u.m).astype(np.float32)
        grid = Grid.between(heights.shape, window_degrees(window))
        check_ground(heights_m, grid, name, Samples())
        return cls(name=name, ground=_ground(*_with_outside(grid, heights_m, outside)))

    @classmethod
    def crater(
        cls,
        *,
        latitude: u.Quantity,
        longitude: u.Quantity,
        radius: u.Quantity,
        wall_width: u.Quantity,
        rim: u.Quantity,
        floor: u.Quantity,
    ) -> Terrain:
        """Return a level plain with a round crater in it, made for a purpose: it is no map of any place.

        Parameters
        ----------
        latitude, longitude : Quantity
            Of its centre (ME).
        radius : Quantity
            From the centre to the rim.
        wall_width : Quantity
            Over which the wall falls evenly from the rim to the floor, which is level.
        rim, floor : Quantity
            Heights above 1737.4 km; the plain around the crater is as high as its rim.

        Raises
        ------
        InputError
            If a value is of the wrong dimension or out of its bounds, or the numbers make no crater.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> made = ls.Terrain.crater(
        ...     latitude=10 * u.deg,
        ...     longitude=20 * u.deg,
        ...     radius=40 * u.km,
        ...     wall_width=5 * u.km,
        ...     rim=0 * u.m,
        ...     floor=-3 * u.km,
        ... )
        >>> made.height(10 * u.deg, 20 * u.deg)
        <Quantity -3000. m>
        """
        given = {"latitude": latitude, "longitude": longitude, "radius": radius, "wall_width": wall_width}
        heights_m, edges_deg = made_crater({**given, "rim": rim, "floor": floor})
        window: Any = tuple(edge * u.deg for edge in edges_deg)
        name = f"made crater, {rim - floor:g} deep"
        return cls.from_array(heights_m * u.m, window=window, outside=rim, name=name)

    @classmethod
    def from_file(
        cls, path: str | PathLike[str], *, window: Window | None = None, outside: u.Quantity | None = None
    ) -> Terrain:
        """Read a map of heights: a LOLA ``.IMG`` with its PDS3 label ``.LBL`` beside it, or a GeoTIFF.

        Parameters
        ----------
        path : path
            The file, or the name of one of lunarsim's data files: an ``.IMG`` or its ``.LBL``, in simple cylindrical
            projection in ME; or a ``.tif`` (with the extra ``geotiff``) whose pixels its own coordinate system puts in
            even steps of latitude and longitude, taken to be in ME.
        window : tuple of Quantity, optional
            Latitudes and east longitudes that are needed: south, north, west, east; ``west`` may be greater than
            ``east``, across the meridian. Only this part is read. Default: the whole map.
        outside : Quantity, optional
            Height of the ground beyond the window; default: not known.

        Raises
        ------
        DataError
            If the file or its label is missing, truncated, damaged or of another kind, a height is missing, likely a
            fill value, or one that no place on the Moon has, or the map is flatter than the Moon is anywhere.
        InputError
            If no file can have this name, the window reaches beyond the map, or the part asked for has more than
            2^28 pixels.
        LunarsimError
            If a GeoTIFF is asked for and rasterio is not installed.
        """
        reader = _READERS.get(data.user_path(path).suffix.lower())
        if reader is None:
            raise DataError(f"{path}: a map of heights ends in {', '.join(_READERS)}: this one does not")
        source = reader(_found(path))
        grid, heights = read_window(source, window)
        check_ground(heights, grid, source.name, source.samples)
        check_relief(heights, grid.extent_deg, source.name, source.samples)
        return cls(name=source.name, ground=_ground(*_with_outside(grid, heights, outside)))

    @property
    def lowest(self) -> u.Quantity:
        """Least height of this terrain above 1737.4 km."""
        return (self.ground.radius_m + self.ground.lowest_m - constants.MOON_RADIUS_M) * u.m

    @property
    def highest(self) -> u.Quantity:
        """Greatest height above 1737.4 km; where the outside is not known, at least that of the whole Moon."""
        return (self.ground.radius_m + self.ground.highest_m - constants.MOON_RADIUS_M) * u.m

    def height(self, latitude: u.Quantity, longitude: u.Quantity) -> u.Quantity:
        """Return the height above 1737.4 km at places (ME); the two arguments broadcast against each other.

        Raises
        ------
        InputError
            If a latitude is beyond a pole, or a place lies outside the terrain's window.
        """
        zero_m = self.ground.radius_m - constants.MOON_RADIUS_M
        return (self._over(latitude, longitude)[0] + zero_m) * u.m

    def height_where_known(self, latitude: u.Quantity, longitude: u.Quantity) -> u.Quantity:
        """Return the height above 1737.4 km at places (ME); NaN outside the terrain's window.

        Raises
        ------
        InputError
            If a latitude is beyond a pole.
        """
        zero_m = self.ground.radius_m - constants.MOON_RADIUS_M
        return (self._anywhere(latitude, longitude)[0] + zero_m) * u.m

    def slope(self, latitude: u.Quantity, longitude: u.Quantity) -> u.Quantity:
        """Return the angle between ground and local horizontal at places (ME).

        Raises
        ------
        InputError
            As for :meth:`height`.
        """
        return np.degrees(self._over(latitude, longitude)[1]) * u.deg

    def normal(self, latitude: u.Quantity, longitude: u.Quantity) -> u.Quantity:
        """Return the outward unit normal of the ground at places, ME components, shape (..., 3).

        Raises
        ------
        InputError
            As for :meth:`height`.
        """
        return self._over(latitude, longitude)[2] * u.one

    def raised(self, by: u.Quantity) -> Terrain:
        """Return the same ground, everywhere higher by a length.

        Raises
        ------
        InputError
            If ``by`` is not one length of up to 20 km either way.
        """
        by_m = float(ELEVATION.checked("by", by).value)
        higher = copy(self)  # its bounds are those of this one: they need not be found anew
        object.__setattr__(higher, "name", f"{self.name}, raised by {by}")
        object.__setattr__(higher, "ground", terrain_kernels.raised(self.ground, by_m))
        return higher

    def lower(self) -> Ground:
        """Return the terrain as the kernels take it."""
        return self.ground

    def __repr__(self) -> str:
        rows, columns = self.ground.heights_m.shape
        return f"<terrain {self.name}>" if rows == 1 else f"<terrain {self.name}, {rows} x {columns} pixels>"

    def _over(self, latitude: u.Quantity, longitude: u.Quantity) -> tuple[NDArray[np.float64], ...]:
        """Return heights, slopes and normals, or raise an error where one is not known."""
        found = self._anywhere(latitude, longitude)
        if np.isnan(found[0]).any():
            i = int(np.argmax(np.isnan(found[0])))
            lat, lon = (np.broadcast_to(each.to_value(u.deg), found[0].shape).flat[i] for each in (latitude, longitude))
            raise InputError(
                f"the ground at {lat:.3f} N {lon:.3f} E lies outside the window of terrain {self.name}: "
                "read a larger window, or say what is outside with outside="
            )
        return found

    def _anywhere(self, latitude: u.Quantity, longitude: u.Quantity) -> tuple[NDArray[np.float64], ...]:
        """Return heights (m, from the datum of the ground), slopes (rad) and normals; NaN where they are not known."""
        lat = checks.quantity("latitude", latitude, u.rad, shape=None).value
        lon = checks.quantity("longitude", longitude, u.rad, shape=None).value
        lat, lon = np.broadcast_arrays(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
        if np.any(np.abs(lat) > 0.5 * np.pi):
            raise InputError(f"latitude = {latitude}: expected -90 to 90 deg")
        few = lat.size <= (_FEW_ON_SPHERE if self.ground.heights_m.size == 1 else _FEW)
        over = terrain_kernels.over_points if few else terrain_kernels.over_many_points
        heights, slopes, normals = over(lat.ravel(), lon.ravel(), self.ground)
        return heights.reshape(lat.shape), slopes.reshape(lat.shape), normals.reshape(*lat.shape, 3)


def _found(path: str | PathLike[str]) -> Path:
    """Return where a file is; of an image or a label that is missing, the error says that its other half is there."""
    try:
        return data.find(path)
    except DataError as error:
        if words := missing_half(data.user_path(path)):
            raise DataError(f"{error}; {words}") from error
        raise


def _with_outside(grid: Grid, heights: Heights, outside: u.Quantity | None) -> tuple[Grid, Heights, float]:
    """Return a grid, its heights and the outside (m); a known outside gets a rim of pixels, so that nothing jumps."""
    if outside is None:
        return grid, heights, np.nan
    outside_m = float(ELEVATION.checked("outside", outside).value)
    top, bottom = grid.north_deg + grid.lat_step_deg > 90.0, grid.south_deg - grid.lat_step_deg < -90.0
    if (top or bottom) and not grid.around:
        raise InputError("outside: not for a window that touches a pole and lacks longitudes: take them all")
    pad = (int(not top), int(not bottom)), (int(not grid.around),) * 2
    padded = np.pad(heights, pad, constant_values=np.float32(outside_m))
    rim = Grid(
        rows=padded.shape[0],
        columns=padded.shape[1],
        north_deg=grid.north_deg + pad[0][0] * grid.lat_step_deg,
        west_deg=grid.west_deg - pad[1][0] * grid.lon_step_deg,
        lat_step_deg=grid.lat_step_deg,
        lon_step_deg=grid.lon_step_deg,
    )
    return rim, padded, float(np.float32(outside_m))


def _ground(grid: Grid, heights: Heights, outside_m: float) -> Ground:
    """Return a ground whose bounds are not yet known."""
    return Ground(
        radius_m=constants.MOON_RADIUS_M,
        heights_m=heights,
        north_rad=float(np.radians(grid.north_deg)),
        west_rad=float(np.radians(grid.west_deg)),
        lat_step_rad=float(np.radians(grid.lat_step_deg)),
        lon_step_rad=float(np.radians(grid.lon_step_deg)),
        around=grid.around,
        north_pole_m=np.nan,
        south_pole_m=np.nan,
        outside_m=outside_m,
        lowest_m=0.0,
        highest_m=0.0,
        steepest_m_per_rad=0.0,
        steepest_by_row_m_per_rad=np.zeros(heights.shape[0] + 1),
        tops_m=np.empty(0, dtype=np.float32),
        rot_me_from_pa=ROT_ME_FROM_PA,
    )
