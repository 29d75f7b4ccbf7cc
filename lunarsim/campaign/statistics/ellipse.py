"""The covariance ellipse of points in a plane, and how well the runs fix it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from lunarsim.campaign.statistics import columns
from lunarsim.campaign.statistics.columns import Column
from lunarsim.campaign.statistics.interval import Interval
from lunarsim.campaign.statistics.projection import points
from lunarsim.errors import InputError

_MOST_BATCHES = 10_000


@dataclass(frozen=True, kw_only=True)
class Ellipse:
    """The ellipse that holds a given probability of the Gaussian with the mean and the covariance of the runs.

    Attributes
    ----------
    east_m, north_m : float
        Its centre, the mean of the runs.
    semi_major_m, semi_minor_m : float
        Its semi-axes; the minor one is zero where the runs lie on a line.
    azimuth_deg : float
        Direction of the major axis from north through east, 0 to 180.
    probability : float
        What it holds of that Gaussian; of a distribution that is none, it may hold more or less.
    total : int
        Number of runs.
    """

    east_m: float
    north_m: float
    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float
    probability: float
    total: int

    def contains(self, xy_m: ArrayLike) -> NDArray[np.bool_]:
        """Return which points (n, 2), metres east and north, lie in it.

        Raises
        ------
        InputError
            If the ellipse has no width, or the points are not of shape (n, 2).
        """
        if self.semi_minor_m == 0.0:
            raise InputError("the ellipse has no width, since all runs lie on a line: nothing lies in it")
        along, across = self._axes() @ (points("xy_m", xy_m) - (self.east_m, self.north_m)).T
        return np.asarray((along / self.semi_major_m) ** 2 + (across / self.semi_minor_m) ** 2 <= 1.0)

    def outline(self, count: int = 181) -> Column:
        """Return points round it, shape (count, 2), metres east and north; the last is the first."""
        turn = np.linspace(0.0, 2.0 * np.pi, count)
        on_axes = np.stack([self.semi_major_m * np.cos(turn), self.semi_minor_m * np.sin(turn)], axis=-1)
        return np.asarray(on_axes @ self._axes() + (self.east_m, self.north_m))

    def __str__(self) -> str:
        """Return such as ``95 % ellipse 1,200 x 310 m (semi-axes), major axis at azimuth 31.0 deg, 1,000 runs``."""
        digits = max(0, 3 - int(np.floor(np.log10(max(self.semi_major_m, 1e-3)))))
        axes = f"{self.semi_major_m:,.{digits}f} x {self.semi_minor_m:,.{digits}f} m (semi-axes)"
        share = f"{100.0 * self.probability:g} % ellipse"
        return f"{share} {axes}, major axis at azimuth {self.azimuth_deg:.1f} deg, {self.total:,} runs"

    def _axes(self) -> NDArray[np.float64]:
        """Return the unit vectors of the major axis and of the minor one, as rows."""
        azimuth = np.radians(self.azimuth_deg)
        return np.array([[np.sin(azimuth), np.cos(azimuth)], [np.cos(azimuth), -np.sin(azimuth)]])


@dataclass(frozen=True, kw_only=True)
class EllipseInterval:
    """Bootstrap intervals of an ellipse.

    Attributes
    ----------
    semi_major_m, semi_minor_m, east_m, north_m : Interval
        Bounds of the semi-axes and of the centre; each holds for itself.
    confidence : float
        How often such an interval holds the value, nearly.
    """

    semi_major_m: Interval
    semi_minor_m: Interval
    east_m: Interval
    north_m: Interval
    confidence: float


def covariance_ellipse(xy_m: ArrayLike, probability: float = 0.95, *, weights: ArrayLike | None = None) -> Ellipse:
    """Return the covariance ellipse of points: semi-axes sqrt(-2 ln(1 - probability)) times the standard deviations.

    The square of the distance in standard deviations of a Gaussian in the plane is chi-square with 2 degrees of
    freedom. Mean and covariance (with n - 1, or its counterpart for weights) are those of the runs; with few runs the
    ellipse holds a little less of what comes next: with 30 runs, 92 % in place of 95 %.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        Metres east and north; n at least 3.
    probability : float
        Between 0 and 1.
    weights : array_like, shape (n,), optional
        Weights of the runs.

    Raises
    ------
    InputError
        If there are fewer than three runs, or an argument is not of the kind above.
    """
    xy = points("xy_m", xy_m, least=3)
    share = None if weights is None else columns.normalised(weights, xy.shape[0])
    east, north = np.average(xy, axis=0, weights=share)
    covariance = np.cov(xy.T, aweights=share)
    major, minor, azimuth = _principal(covariance[0, 0], covariance[0, 1], covariance[1, 1])
    reach = radius(probability)
    return Ellipse(
        east_m=float(east),
        north_m=float(north),
        semi_major_m=reach * float(major),
        semi_minor_m=reach * float(minor),
        azimuth_deg=float(np.degrees(azimuth)) % 180.0,
        probability=probability,
        total=xy.shape[0],
    )


def ellipse_interval(
    xy_m: ArrayLike,
    probability: float = 0.95,
    *,
    seed: int = 0,
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
    resamples: int = 999,
) -> EllipseInterval:
    """Return bootstrap intervals of the semi-axes and the centre of the covariance ellipse.

    Percentiles over samples drawn anew from the runs (Efron & Tibshirani 1993, doi:10.1201/9780429246593,
    ch. 13). More than 10,000 runs are drawn in batches of neighbours, which says the same of runs that are
    independent of each other, and costs little. For runs of a Latin hypercube or a Sobol sequence the intervals are
    too wide.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        Metres east and north; n at least 3.
    probability : float
        Of the ellipse, between 0 and 1.
    seed : int
        Of the drawing; the same seed gives the same intervals.
    weights : array_like, shape (n,), optional
        Weights of the runs.
    confidence : float
        Of the intervals, between 0 and 1.
    resamples : int
        How many samples are drawn.

    Raises
    ------
    InputError
        As :func:`covariance_ellipse`.
    """
    xy = points("xy_m", xy_m, least=3)
    share = np.full(xy.shape[0], 1.0 / xy.shape[0]) if weights is None else columns.normalised(weights, xy.shape[0])
    middle = np.average(xy, axis=0, weights=share)
    sums = _batch_sums(share, *(xy - middle).T)
    found = scipy.stats.bootstrap(
        sums,
        _shape_of_sums,
        paired=True,
        vectorized=True,
        axis=-1,
        n_resamples=resamples,
        batch=max(1, 1_000_000 // sums[0].size),
        confidence_level=columns.fraction("confidence", confidence),
        method="percentile",
        random_state=np.random.default_rng(seed),  # rng= only from scipy 1.15 on
    ).confidence_interval
    reach = radius(probability)
    # np.cov's n - 1 for the bootstrap's n: only for the length of the axes
    unbias = reach / np.sqrt(1.0 - 1.0 / columns.effective_size(share))
    scaled = (np.stack(found, axis=1).T * [unbias, unbias, 1.0, 1.0] + [0.0, 0.0, *middle]).T.tolist()
    major, minor, east, north = (Interval(*bounds) for bounds in scaled)
    return EllipseInterval(semi_major_m=major, semi_minor_m=minor, east_m=east, north_m=north, confidence=confidence)


def radius(probability: float) -> float:
    """Return the distance, in standard deviations, within which a plane Gaussian holds a probability.

    Raises
    ------
    InputError
        If the probability is not between 0 and 1.
    """
    return float(np.sqrt(-2.0 * np.log1p(-columns.fraction("probability", probability))))


def _principal(xx: Column, xy: Column, yy: Column) -> tuple[Column, Column, Column]:
    """Return the greater and the smaller standard deviation, and the azimuth of the greater, of covariances."""
    half_sum, half_difference = (xx + yy) / 2.0, np.hypot((xx - yy) / 2.0, xy)
    major2 = half_sum + half_difference
    determinant = np.maximum(xx * yy - xy * xy, 0.0)
    thin = determinant < 1e-15 * major2 * major2  # rounding: the runs lie on a line
    minor2 = np.divide(determinant, major2, out=np.zeros_like(major2), where=~thin & (major2 > 0.0))
    azimuth = np.arctan2(xy, (yy - xx) / 2.0) / 2.0
    return np.sqrt(major2), np.sqrt(minor2), azimuth


def _batch_sums(share: Column, east: Column, north: Column) -> tuple[Column, ...]:
    """Return the moments of batches of neighbours: w, w x, w y, w x2, w x y, w y2."""
    moments = (share, share * east, share * north, share * east**2, share * east * north, share * north**2)
    size = -(-share.size // _MOST_BATCHES)
    return tuple(np.add.reduceat(moment, np.arange(0, share.size, size)) for moment in moments)


def _shape_of_sums(*sums: Column, axis: int) -> Column:
    """Return standard deviations along the axes and the centre, shape (4, ...), of samples of batches."""
    total, *firsts = (moment.sum(axis=axis) for moment in sums)
    x, y, xx, xy, yy = (moment / total for moment in firsts)
    major, minor, _ = _principal(xx - x * x, xy - x * y, yy - y * y)
    return np.stack([major, minor, x, y])
