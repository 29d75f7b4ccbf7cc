"""Fill values for missing heights that nobody declared, and that lie within the heights of the Moon.

The Moon may have such a height by chance: in half metres -9999 is 5 km below the sphere. A fill value is told from
ground by what is around it, never by its number alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import DataError
from lunarsim.moon.terrain.heights import FILL_VALUES, Heights, Samples, check_heights
from lunarsim.moon.terrain.raster import Grid

# LOLA's greatest jump from one sample to all four beside it (LDEM_4, each second, fourth, ... sample of it) is 2.33 km
# at a step of 7.6 km, 3.25 at 15, 4.63 at 30 and 6.73 at 61: 0.86 km times the root of the step in km. Over short steps
# it is bounded by the steepest slopes, 45 deg at most.
_JUMP_M_PER_ROOT_M = 1e3 / np.sqrt(1e3)
_STEEPEST = 1.0
# So many times as often as any value near it, and in so many samples more: LDEM_4 holds -4999.5 m 12 times, and none of
# the values near it more than 18 times.
_TIMES = 4
_NEAR = 64  # stored integers, or metres of reals
_APART_M = 1e3  # from all other heights, and half as far as those are apart
_OTHERS, _SHARE = 2**16, 0.999  # a map that jumps like this elsewhere is rough, or made so
_MOST_LOOKED_AT = 2**20


def check_ground(heights: Heights, grid: Grid, name: str, samples: Samples) -> None:
    """Raise an error unless all heights are finite and possible on the Moon, and none is a fill value.

    Raises
    ------
    DataError
        Naming the first pixel that is not, and what is likely wrong.
    """
    check_heights(heights, grid.position, name, samples)
    lowest, highest = heights.min(), heights.max()
    for fill_m, stored in _candidates(samples).items():
        if not lowest <= fill_m <= highest:
            continue
        is_fill = heights == fill_m
        count = int(np.count_nonzero(is_fill))
        signs = _too_often, _alone, _apart
        sign = next((words for look in signs if (words := look(heights, is_fill, grid, samples))), "") if count else ""
        if sign:
            row, column = np.unravel_index(int(np.argmax(is_fill)), heights.shape)
            raise DataError(
                f"{name}: at {grid.position(int(row), int(column))} there is {fill_m:.10g} m, {sign}; {count} of "
                f"{heights.size} samples are like it: {samples.fill_advice(stored)}"
            )


def _candidates(samples: Samples) -> dict[np.float32, float]:
    """Return the heights (m) that fill values would have, given as stored or as metres, with the stored values."""
    limits = samples.limits
    stored = {value for value in (*FILL_VALUES, *limits) if not limits or limits[0] <= value <= limits[-1]}
    in_metres = {np.float32(value): samples.stored(value) for value in FILL_VALUES if abs(value) < 1e5}
    return in_metres | {samples.height(value): value for value in sorted(stored)}


def _too_often(heights: Heights, is_fill: NDArray[np.bool_], _grid: Grid, samples: Samples) -> str:
    """Return what is wrong if a value is far more common than those near it."""
    count = int(np.count_nonzero(is_fill))
    if count <= _TIMES:
        return ""
    fill_m = heights[is_fill][0]
    near_m = _NEAR * (abs(samples.scale_m) if samples.limits else 1.0)
    near = heights[(np.abs(heights - fill_m) <= near_m) & ~is_fill]
    most = int(np.unique(near, return_counts=True)[1].max(initial=0))
    return f"{count / max(most, 1):.3g} times as often as any height near it" if count > _TIMES * (most + 1) else ""


def _alone(heights: Heights, is_fill: NDArray[np.bool_], grid: Grid, _samples: Samples) -> str:
    """Return what is wrong if a value stands beside others that no slope of the Moon, or of this map, leads to."""
    step_m = float(np.radians(max(grid.lat_step_deg, grid.lon_step_deg))) * constants.MOON_RADIUS_M
    steepest_m = min(_STEEPEST * step_m, _JUMP_M_PER_ROOT_M * np.sqrt(step_m))
    jump_m = float(_least_jumps(heights, np.flatnonzero(is_fill)[:_MOST_LOOKED_AT]).max(initial=0.0))
    if jump_m <= steepest_m:
        return ""
    others = np.flatnonzero(~is_fill.ravel()[:: max(heights.size // _OTHERS, 1)]) * max(heights.size // _OTHERS, 1)
    if jump_m <= np.quantile(_least_jumps(heights, others), _SHARE):
        return ""
    return f"{jump_m:.0f} m from all that is beside it, {step_m:.0f} m away"


def _least_jumps(heights: Heights, places: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the least differences between samples and those beside them that are not the same; 0 if all are."""
    rows, columns = np.unravel_index(places, heights.shape)
    jumps = np.full(places.size, np.inf)
    for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        beside = heights[
            np.clip(rows + down, 0, heights.shape[0] - 1), np.clip(columns + right, 0, heights.shape[1] - 1)
        ]
        jump = np.abs(beside - heights[rows, columns])
        jumps = np.minimum(jumps, np.where(jump == 0.0, np.inf, jump))
    return np.where(np.isfinite(jumps), jumps, 0.0)


def _apart(heights: Heights, is_fill: NDArray[np.bool_], _grid: Grid, _samples: Samples) -> str:
    """Return what is wrong if a value lies far above or below all others, or is the only one."""
    others = heights[~is_fill]
    if not others.size:
        return "as everywhere"
    gap_m = max(float(heights.max() - others.max()), float(others.min() - heights.min()))
    alone = gap_m > max(_APART_M, 0.5 * float(np.ptp(others)))
    return f"{gap_m:.0f} m from all other heights" if alone else ""
