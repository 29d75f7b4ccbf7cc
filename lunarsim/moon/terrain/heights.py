"""From stored samples to heights, and whether the Moon can have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import DataError

Heights = NDArray[np.float32]

# LOLA finds -9.2 to 10.8 km (Smith et al. 2010, doi:10.1029/2010GL043751); 0.7 km are added below and above,
# which leaves out -9999, the commonest of fill values.
_LOWEST_M, _HIGHEST_M = -9.9e3, 11.5e3

_FILL_VALUES = (
    *(-9999.0, 9999.0, -99999.0, 99999.0, -999999.0, -32768.0, -32767.0, 32767.0, 65535.0),
    *(-2147483648.0, -2147483647.0, 2147483647.0, -3.4028234663852886e38, 3.4028234663852886e38),
    *(-3.4028226550889045e38, 9.969209968386869e36, 1e20, -1e20, -1e32),
)
_RELIEF_M = 25e3  # of the Moon, rounded up: how far a height may lie from where a mistaken zero would put it
_CHUNK_PIXELS = 2**18


@dataclass(frozen=True, kw_only=True)
class Samples:
    """How a source stores heights: height = stored value * scale_m + offset_m.

    Attributes
    ----------
    dtype : dtype
        Of the stored values.
    scale_m, offset_m : float
        Metres of one unit, and above 1737.4 km at zero.
    declare : str
        How a fill value is declared, with ``{}`` for the value.
    """

    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))
    scale_m: float = 1.0
    offset_m: float = 0.0
    declare: str = "put NaN instead of {}"

    def heights(self, stored: NDArray[Any]) -> Heights:
        """Return heights (m) above 1737.4 km, calculated in doubles: radii keep their centimetres."""
        heights = np.empty(stored.shape, dtype=np.float32)
        rows = max(_CHUNK_PIXELS // max(stored.shape[1], 1), 1)
        with np.errstate(over="ignore", invalid="ignore"):
            for first in range(0, stored.shape[0], rows):
                part = slice(first, first + rows)
                heights[part] = stored[part].astype(np.float64) * self.scale_m + self.offset_m
        return heights

    def stored(self, height_m: float) -> float:
        """Return the value that stands in the source for a height."""
        return (height_m - self.offset_m) / self.scale_m

    @property
    def extremes_m(self) -> set[float]:
        """Return what the least and the greatest signed integer would mean: no map is scaled to reach them."""
        if self.dtype.kind != "i" or self.dtype.itemsize < 2:
            return set()
        limits = np.iinfo(self.dtype)
        return {float(np.float32(limit * self.scale_m + self.offset_m)) for limit in (limits.min, limits.max)}


def check_heights(heights: Heights, position: Callable[[int, int], str], name: str, samples: Samples) -> None:
    """Raise an error unless all heights are finite and possible on the Moon.

    Raises
    ------
    DataError
        Naming the first pixel that is not by its ``position``, and what is likely wrong.
    """
    lowest, highest = float(heights.min()), float(heights.max())
    if lowest >= _LOWEST_M and highest <= _HIGHEST_M and not {lowest, highest} & samples.extremes_m:
        return
    with np.errstate(invalid="ignore"):
        wrong = ~((heights >= _LOWEST_M) & (heights <= _HIGHEST_M))
    for extreme in samples.extremes_m:
        wrong |= heights == extreme
    row, column = np.unravel_index(int(np.argmax(wrong)), heights.shape)
    first, count = float(heights[row, column]), int(np.count_nonzero(wrong))
    where = f"{name}: at {position(int(row), int(column))} there is"
    how_many = f"{count} of {heights.size} samples are like it"
    if not np.isfinite(first):
        raise DataError(
            f"{where} no height (missing or NaN); {how_many}: choose a window without gaps, or fill the gaps"
        )
    raise DataError(
        f"{where} {first:.10g} m, {_impossible(first)}; {how_many}: {_likely_slip(heights[wrong], samples)}"
    )


def _impossible(height_m: float) -> str:
    if _LOWEST_M <= height_m <= _HIGHEST_M:
        return "stored as the last integer that its samples can hold, which no map is scaled to"
    low, high = _LOWEST_M / 1e3, _HIGHEST_M / 1e3
    return f"which no place on the Moon has (expected {low:g} to {high:g} km above 1737.4 km)"


def _likely_slip(wrong: Heights, samples: Samples) -> str:
    """Return what probably happened: an undeclared fill value, or a mistaken zero, unit or scale."""
    first, finite = float(wrong[0]), wrong[np.isfinite(wrong)]
    value, greatest = samples.stored(first), float(np.abs(finite).max())
    known = first in samples.extremes_m or any(abs(value - fill) <= 1e-6 * abs(fill) for fill in _FILL_VALUES)
    if not known and abs(first - constants.MOON_RADIUS_M) < _RELIEF_M:
        return "it looks like a radius: give heights above 1737.4 km, the radius less 1737400 m"
    if not known and abs(first + constants.MOON_RADIUS_M) < _RELIEF_M:
        return "heights seem to be taken for radii: the offset should be that of the sphere, 1737400 m"
    if known or (finite.size > 1 and bool(np.all(finite == finite[0]))):
        return (
            f"the stored value {value:.10g} looks like a fill value for missing heights: if it is, "
            f"{samples.declare.format(f'{value:.10g}')}, and choose a window without gaps"
        )
    if greatest <= 2.0 * _HIGHEST_M:
        return "is a scaling factor missing? LOLA's integers are in half metres"
    if greatest <= 1e3 * _HIGHEST_M:
        return "is it in metres, and not in millimetres, or in metres that are taken for kilometres?"
    return "is it in metres above 1737.4 km, in this byte order?"
