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

#: Stored values that are common for missing heights; from -32768 to -32764 those of ISIS.
FILL_VALUES = (
    *(-999.0, 999.0, -9999.0, 9999.0, -99999.0, 99999.0, -999999.0, 999999.0, 65535.0),
    *(-32768.0, -32767.0, -32766.0, -32765.0, -32764.0, 32767.0),
    *(-2147483648.0, -2147483647.0, 2147483647.0, -3.4028234663852886e38, 3.4028234663852886e38),
    *(-3.4028226550889045e38, 9.969209968386869e36, 1e20, -1e20, -1e32),
)
_RELIEF_M = 25e3  # of the Moon, rounded up: how far a height may lie from where a mistaken zero would put it
# LOLA's flattest square of 10 deg spans 416 m, of 5 deg 174 m, of 3 deg 67 m (LDEM_4).
_LEAST_M_PER_DEG, _FLAT_FROM_DEG, _FLAT_TO_DEG = 10.0, 3.0, 10.0
_FLAT_FROM_SAMPLES = 100
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
    declare_km : str
        How it is declared that heights are in kilometres.
    """

    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))
    scale_m: float = 1.0
    offset_m: float = 0.0
    declare: str = "put NaN instead of {}"
    declare_km: str = "give them in metres"

    def heights(self, stored: NDArray[Any]) -> Heights:
        """Return heights (m) above 1737.4 km, calculated in doubles: radii keep their centimetres."""
        heights = np.empty(stored.shape, dtype=np.float32)
        rows = max(_CHUNK_PIXELS // max(stored.shape[1], 1), 1)
        with np.errstate(over="ignore", invalid="ignore"):
            for first in range(0, stored.shape[0], rows):
                part = slice(first, first + rows)
                heights[part] = stored[part].astype(np.float64) * self.scale_m + self.offset_m
        return heights

    def height(self, stored: float) -> np.float32:
        """Return the height (m) that one stored value means."""
        height: np.float32 = self.heights(np.array([[stored]]))[0, 0]
        return height

    def stored(self, height_m: float) -> float:
        """Return the value that stands in the source for a height."""
        value = (height_m - self.offset_m) / self.scale_m
        return float(np.rint(value)) if self.limits else value

    def fill_advice(self, stored: float) -> str:
        """Return what to do where a stored value is a fill value."""
        return (
            f"the stored value {stored:.10g} looks like a fill value for missing heights: if it is, "
            f"{self.declare.format(f'{stored:.10g}')}, and choose a window without gaps"
        )

    @property
    def limits(self) -> tuple[float, ...]:
        """The least and the greatest integer that can be stored; none for reals."""
        return (float(np.iinfo(self.dtype).min), float(np.iinfo(self.dtype).max)) if self.dtype.kind in "iu" else ()

    @property
    def extremes_m(self) -> set[float]:
        """What the least and the greatest signed integer would mean: no map is scaled to reach them.

        Not those of unsigned integers, or of 8 bits: from its lowest to its highest place a map may be scaled to these.
        """
        wide = self.dtype.kind == "i" and self.dtype.itemsize >= 2
        return {float(self.height(limit)) for limit in self.limits} if wide else set()


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


def check_relief(heights: Heights, extent_deg: float, name: str, samples: Samples) -> None:
    """Raise an error if a map is flatter than any part of the Moon of its extent.

    Raises
    ------
    DataError
        With what is likely wrong with the unit or the scale.
    """
    relief_m = float(heights.max()) - float(heights.min())
    least_m = _LEAST_M_PER_DEG * min(extent_deg, _FLAT_TO_DEG)
    if extent_deg < _FLAT_FROM_DEG or heights.size < _FLAT_FROM_SAMPLES or relief_m >= least_m:
        return
    in_km = least_m <= 1e3 * relief_m <= _RELIEF_M
    slip = (
        f"are they in kilometres? If so, {samples.declare_km}" if in_km else "is a scaling factor missing, or the map?"
    )
    raise DataError(
        f"{name}: its heights span {relief_m:.3g} m over {extent_deg:.3g} deg, from {heights.min():.6g} to "
        f"{heights.max():.6g} m, where no part of the Moon is as flat (expected {least_m:.3g} m at least): {slip}"
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
    known = first in samples.extremes_m or any(abs(value - fill) <= 1e-6 * abs(fill) for fill in FILL_VALUES)
    if not known and abs(first - constants.MOON_RADIUS_M) < _RELIEF_M:
        return "it looks like a radius: give heights above 1737.4 km, the radius less 1737400 m"
    if not known and abs(first + constants.MOON_RADIUS_M) < _RELIEF_M:
        return "heights seem to be taken for radii: the offset should be that of the sphere, 1737400 m"
    if known or (finite.size > 1 and bool(np.all(finite == finite[0]))):
        return samples.fill_advice(value)
    if greatest <= 2.0 * _HIGHEST_M:
        return "is a scaling factor missing? LOLA's integers are in half metres"
    if greatest <= 1e3 * _HIGHEST_M:
        return "is it in metres, and not in millimetres, or in metres that are taken for kilometres?"
    return "is it in metres above 1737.4 km, in this byte order?"
