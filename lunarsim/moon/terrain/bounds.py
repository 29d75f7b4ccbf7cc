"""What follows from the heights of a raster: poles, bounds of height and slope, the tiles of the search for the ground.

The kernels index by these without a look, so they are found here, and never taken from a file or a caller.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.errors import InputError
from lunarsim.kernels.ground import terrain as kernels
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.ground.tiles import tile_tops
from lunarsim.moon.orientation import ROT_ME_FROM_PA
from lunarsim.moon.terrain.heights import Samples, check_heights
from lunarsim.moon.terrain.raster import Grid

_HIGHEST_ON_THE_MOON_M = 10_786.0  # 5.41 N 201.37 E, LROC (Robinson 2010, lroc.im-ldi.com/images/249)
_SMALLEST_STEP_RAD = 1e-9  # 2 mm on the ground
_ROUNDING = 1e-6  # of a pixel
_POLE_RAD, _TURN_RAD = 0.5 * np.pi, 2.0 * np.pi
_RANGES = {
    "radius_m": (1.0, 1e9),
    "north_rad": (-_POLE_RAD, _POLE_RAD + _ROUNDING),
    "west_rad": (-4.0 * _TURN_RAD, 4.0 * _TURN_RAD),
    "lat_step_rad": (_SMALLEST_STEP_RAD, 2.0 * _POLE_RAD),
    "lon_step_rad": (_SMALLEST_STEP_RAD, _TURN_RAD),
}

_Float = TypeVar("_Float", np.float32, np.float64)


def bounded(ground: Ground, name: str) -> Ground:
    """Return a ground with all that follows from its heights and their grid.

    Raises
    ------
    InputError
        If the heights are no raster of at least two rows and columns, or one pixel, that lies on the Moon.
    DataError
        If a height is not finite or impossible.
    """
    _check_grid(ground, name)
    heights = _read_only(np.ascontiguousarray(ground.heights_m))
    full_turn = _TURN_RAD - heights.shape[1] * ground.lon_step_rad
    around = bool(abs(full_turn) < _ROUNDING * ground.lon_step_rad)
    caps, step = around and heights.size > 1, (1.0 - _ROUNDING) * ground.lat_step_rad
    ground = ground._replace(
        **{name: float(getattr(ground, name)) for name in (*_RANGES, "outside_m")},  # kernels are compiled for floats
        heights_m=heights,
        around=around,
        north_pole_m=_pole(heights[0], caps and ground.north_rad + step > _POLE_RAD),
        south_pole_m=_pole(heights[-1], caps and _south_rad(ground) - step < -_POLE_RAD),
        lowest_m=float(heights.min()),
        highest_m=float(heights.max()),
        steepest_m_per_rad=0.0,
        steepest_by_row_m_per_rad=_read_only(np.zeros(heights.shape[0] + 1)),
        tops_m=_read_only(np.empty(0, dtype=np.float32)),
        rot_me_from_pa=_read_only(ROT_ME_FROM_PA.copy()),
    )  # one type for all grounds: kernels compile once
    return ground if heights.size == 1 else _with_slopes_and_tiles(ground)


def _with_slopes_and_tiles(ground: Ground) -> Ground:
    whole = np.isfinite(ground.north_pole_m) and np.isfinite(ground.south_pole_m)
    unknown_m = _HIGHEST_ON_THE_MOON_M if np.isnan(ground.outside_m) and not whole else -np.inf
    slopes = np.pad(kernels.steepest_by_row(ground), 1)
    slopes = np.max((slopes[:-2], slopes[1:-1], slopes[2:]), axis=0)
    ground = ground._replace(
        highest_m=max(ground.highest_m, unknown_m),
        steepest_m_per_rad=float(slopes.max()),
        steepest_by_row_m_per_rad=_read_only(slopes),
    )
    return ground._replace(tops_m=_read_only(tile_tops(ground)))


def _check_grid(ground: Ground, name: str) -> None:
    """Refuse a raster that the kernels could not find their way in."""
    if not isinstance(ground, Ground):
        raise InputError(f"ground = {ground!r} of terrain {name}: expected a Ground; see Terrain.from_array")
    heights, lat_step, lon_step = ground.heights_m, ground.lat_step_rad, ground.lon_step_rad
    shape = np.shape(heights)
    if getattr(heights, "dtype", None) != np.float32 or not (shape == (1, 1) or (len(shape) == 2 and min(shape) > 1)):
        raise InputError(f"terrain {name} has heights of shape {shape}: expected rows and columns of 32-bit floats")
    for number, (least, most) in _RANGES.items():
        checks.number(f"{number} of terrain {name}", getattr(ground, number), minimum=least, maximum=most)
    if np.isinf(ground.outside_m):
        raise InputError(f"terrain {name} is infinite outside: expected a height, or NaN where it is not known")
    if _south_rad(ground) < -_POLE_RAD - _ROUNDING * lat_step or shape[1] * lon_step > _TURN_RAD + _ROUNDING * lon_step:
        raise InputError(
            f"terrain {name} has {shape[0]} x {shape[1]} pixels of {lat_step:g} x {lon_step:g} rad from "
            f"{ground.north_rad:g} rad north: expected a part of the Moon"
        )
    degrees = {f"{number.removesuffix('rad')}deg": np.degrees(getattr(ground, number)) for number in list(_RANGES)[1:]}
    grid = Grid(rows=shape[0], columns=shape[1], **degrees)
    check_heights(heights, grid.position, name, Samples())


def _south_rad(ground: Ground) -> float:
    """Return the latitude of the last row."""
    rows: int = ground.heights_m.shape[0]
    return ground.north_rad - (rows - 1) * ground.lat_step_rad


def _pole(row: NDArray[np.float32], reached: bool) -> float:
    return float(row.mean(dtype=np.float64)) if reached else np.nan


def _read_only(array: NDArray[_Float]) -> NDArray[_Float]:
    view = array.view()
    view.flags.writeable = False
    return view
