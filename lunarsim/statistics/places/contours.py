"""Where the runs come down most densely: a kernel density estimate, and contours that hold given shares of the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from lunarsim.errors import InputError
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.order_statistics import at_share
from lunarsim.statistics.places.projection import points

_CELLS_PER_BANDWIDTH = 4.0  # linear binning then widens the kernel by 1 %
_MOST_CELLS = 1024  # on a side
_FARTHEST = 12.0  # standard deviations from the mean that the grid reaches


@dataclass(frozen=True, kw_only=True, eq=False)
class Density:
    """A density of runs on a grid along the principal axes of the runs, and the levels of its contours.

    Attributes
    ----------
    east_m, north_m : ndarray, shape (ny, nx)
        The grid's points; its rows and columns are not along east and north.
    per_m2 : ndarray, shape (ny, nx)
        Probability per square metre.
    probabilities : tuple of float
        Shares of the runs, falling.
    levels_per_m2 : tuple of float
        Density of the contour that holds each share, rising: as ``matplotlib`` wants them.
    total : int
        Number of runs.
    """

    east_m: NDArray[np.float64] = field(repr=False)
    north_m: NDArray[np.float64] = field(repr=False)
    per_m2: NDArray[np.float64] = field(repr=False)
    probabilities: tuple[float, ...]
    levels_per_m2: tuple[float, ...]
    total: int
    _frame: _Frame = field(repr=False)

    def at(self, xy_m: ArrayLike) -> Column:
        """Return the density at points (n, 2), linear between those of the grid and zero outside it."""
        return _interpolate(self.per_m2, self._frame.cells(points("xy_m", xy_m)))


@dataclass(frozen=True)
class _Frame:
    """Grid coordinates of points: (xy - centre) @ unit, divided by the cell, counted from ``first``."""

    centre: NDArray[np.float64]
    to_unit: NDArray[np.float64]
    first: NDArray[np.float64]
    cell: float
    shape: tuple[int, int]

    def cells(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return ((xy - self.centre) @ self.to_unit - self.first) / self.cell


def density(
    xy_m: ArrayLike, probabilities: Sequence[float] = (0.5, 0.9), *, weights: ArrayLike | None = None
) -> Density:
    """Return a Gaussian kernel density estimate, with the levels whose contours hold given shares of the runs.

    The estimate is that of ``scipy.stats.gaussian_kde``: kernels with the covariance of the runs times n^(-1/3), n the
    effective number of runs (Scott 2015, doi:10.1002/9781118575574, ch. 6). It is found by sharing the runs out
    to a fine grid along their principal axes and smoothing that, so that its cost hardly grows with their number.
    A contour's level is the quantile of the density at the runs, so that the share of the runs within it is the one
    asked for (Hyndman 1996, doi:10.1080/00031305.1996.10474359). Farther than 12 standard deviations from
    the mean, runs count but are not drawn on the grid.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        Metres east and north; n at least 3, not all on a line.
    probabilities : sequence of float
        Shares of the runs, each between 0 and 1.
    weights : array_like, shape (n,), optional
        Weights of the runs.

    Raises
    ------
    InputError
        If the runs are too few or lie on a line, or an argument is not of the kind above.
    """
    xy = points("xy_m", xy_m, least=3)
    share = np.full(xy.shape[0], 1.0 / xy.shape[0]) if weights is None else columns.normalised(weights, xy.shape[0])
    wanted = sorted({columns.fraction("probabilities", p) for p in probabilities}, reverse=True)
    centre = np.average(xy, axis=0, weights=share)
    variances, axes = np.linalg.eigh(np.cov(xy.T, aweights=share))
    if variances[0] <= 1e-12 * variances[1]:
        raise InputError(
            f"the {xy.shape[0]} positions lie on a line or in a point and have no density in the plane: "
            "disperse more than one input, or look at quantiles of the distance along the line"
        )
    deviations = np.sqrt(variances)
    bandwidth = columns.effective_size(share) ** (-1.0 / 6.0)
    frame = _frame(xy, centre, axes / deviations, bandwidth)
    cells = frame.cells(xy)
    smooth = scipy.ndimage.gaussian_filter(_binned(cells, share, frame.shape), bandwidth / frame.cell, truncate=6.0)
    per_m2 = np.asarray(smooth / (frame.cell**2 * deviations.prod()))
    at_runs = _interpolate(per_m2, cells)
    order = np.argsort(at_runs)
    reached = np.cumsum(share[order])
    i, j = np.meshgrid(*(np.arange(n) for n in frame.shape), indexing="ij")
    unit = frame.first + frame.cell * np.stack([i, j], axis=-1)
    east, north = np.moveaxis(centre + unit @ (axes * deviations).T, -1, 0)
    return Density(
        east_m=east,
        north_m=north,
        per_m2=per_m2,
        probabilities=tuple(wanted),
        levels_per_m2=tuple(at_share(at_runs[order], reached, 1.0 - p) for p in wanted),
        total=xy.shape[0],
        _frame=frame,
    )


def _frame(
    xy: NDArray[np.float64], centre: NDArray[np.float64], to_unit: NDArray[np.float64], bandwidth: float
) -> _Frame:
    """Return a grid that reaches four bandwidths beyond the runs, in units of their standard deviations."""
    unit = (xy - centre) @ to_unit
    first = np.maximum(unit.min(axis=0), -_FARTHEST) - 4.0 * bandwidth
    last = np.minimum(unit.max(axis=0), _FARTHEST) + 4.0 * bandwidth
    cell = max(bandwidth / _CELLS_PER_BANDWIDTH, float(np.max(last - first)) / (_MOST_CELLS - 2))
    rows, across = np.ceil((last - first) / cell).astype(int) + 1
    return _Frame(centre, to_unit, first, cell, (int(rows), int(across)))


def _binned(cells: NDArray[np.float64], share: Column, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Share each run out to the four grid points round it."""
    corner = np.floor(cells).astype(np.int64)
    inside = np.all((corner >= 0) & (corner < np.array(shape) - 1), axis=1)
    corner, offset, share = corner[inside], (cells - corner)[inside], share[inside]
    grid = np.zeros(shape[0] * shape[1])
    for di in (0, 1):
        for dj in (0, 1):
            part = share * np.abs(1 - di - offset[:, 0]) * np.abs(1 - dj - offset[:, 1])
            place = (corner[:, 0] + di) * shape[1] + corner[:, 1] + dj
            grid += np.bincount(place, weights=part, minlength=grid.size)
    return grid.reshape(shape)


def _interpolate(per_m2: NDArray[np.float64], cells: NDArray[np.float64]) -> Column:
    return np.asarray(scipy.ndimage.map_coordinates(per_m2, cells.T, order=1, mode="constant", cval=0.0))
