"""The ellipse that holds further runs in a plane, and how well the runs fix its axes and its centre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from lunarsim.errors import InputError
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.interval import Interval
from lunarsim.statistics.places.projection import points
from lunarsim.statistics.places.wishart import axis_intervals
from lunarsim.statistics.tails import doubt_of

_FEWEST = 3  # runs, of which a covariance in the plane can be made
_WIDENED = 1.1  # by so much and more, the text says it
_OWN_SHAPE = 100.0  # runs from about which their own fourth moments count, and not those of a Gaussian


@dataclass(frozen=True, kw_only=True)
class Ellipse:
    """The ellipse that holds a further run with a given probability, if the runs are Gaussian.

    Attributes
    ----------
    east_m, north_m : float
        Its centre, the mean of the runs.
    semi_major_m, semi_minor_m : float
        Its semi-axes; the minor one is zero where the runs lie on a line.
    azimuth_deg : float
        Direction of the major axis from north through east, 0 to 180, the latter excluded.
    probability : float
        What it holds of further runs, on average over campaigns of so many runs, if they are Gaussian. Of another
        distribution it may hold more or less.
    total : int
        Number of runs.
    widened : float
        How many times as wide it is as that of unlimited runs with this covariance.
    doubt : str
        Why it is not to be trusted; empty where nothing speaks against it.
    """

    east_m: float
    north_m: float
    semi_major_m: float
    semi_minor_m: float
    azimuth_deg: float
    probability: float
    total: int
    widened: float = 1.0
    doubt: str = ""

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
        """Return such as ``95 % ellipse 1,200 x 310 m (semi-axes), major axis at azimuth 31.0 deg, 1,000 runs``.

        With few runs it says by how much their number widens it.
        """
        digits = max(0, 3 - int(np.floor(np.log10(max(self.semi_major_m, 1e-3)))))
        axes = f"{self.semi_major_m:,.{digits}f} x {self.semi_minor_m:,.{digits}f} m (semi-axes)"
        share = f"{100.0 * self.probability:g} % ellipse"
        few = f", so few that it is {self.widened:.3g} times as wide as of many" if self.widened > _WIDENED else ""
        doubt = f"; {self.doubt}" if self.doubt else ""
        return f"{share} {axes}, major axis at azimuth {self.azimuth_deg:.1f} deg, {self.total:,} runs{few}{doubt}"

    def _axes(self) -> NDArray[np.float64]:
        """Return the unit vectors of the major axis and of the minor one, as rows."""
        azimuth = np.radians(self.azimuth_deg)
        return np.array([[np.sin(azimuth), np.cos(azimuth)], [np.cos(azimuth), -np.sin(azimuth)]])


@dataclass(frozen=True, kw_only=True)
class EllipseInterval:
    """Intervals of the ellipse that unlimited runs would have, whose factor is that of the chi-square distribution.

    The ellipse of few runs is wider, for it allows for these intervals: it need not lie within them.

    Attributes
    ----------
    semi_major_m, semi_minor_m, east_m, north_m : Interval
        Bounds of the semi-axes and of the centre; each holds for itself.
    confidence : float
        How often such an interval holds the value.
    total : int
        Number of runs.
    doubt : str
        Why they are not to be trusted; empty where nothing speaks against it.
    """

    semi_major_m: Interval
    semi_minor_m: Interval
    east_m: Interval
    north_m: Interval
    confidence: float
    total: int
    doubt: str = ""

    def __str__(self) -> str:
        """Return such as ``95 % intervals for unlimited runs: semi-axes 1.1 to 1.4 m and ...``."""
        axes = f"semi-axes {self.semi_major_m} m and {self.semi_minor_m} m"
        centre = f"centre {self.east_m} m east, {self.north_m} m north"
        doubt = f"; {self.doubt}" if self.doubt else ""
        return (
            f"{100.0 * self.confidence:g} % intervals for unlimited runs: {axes}; {centre} ({self.total:,} runs){doubt}"
        )


def covariance_ellipse(xy_m: ArrayLike, probability: float = 0.95, *, weights: ArrayLike | None = None) -> Ellipse:
    """Return the ellipse in which a further run lies with a given probability, from the covariance of the runs.

    It is the prediction ellipse of Hotelling's T2: its semi-axes are sqrt(2 (n + 1) (n - 1) / (n (n - 2)) F) times the
    standard deviations, with F the quantile of the F distribution with 2 and n - 2 degrees of freedom (Chew 1966,
    doi:10.1080/01621459.1966.10480888; Johnson & Wichern 2007, Applied Multivariate Statistical Analysis, sec. 5.4).
    For many runs the factor goes to sqrt(-2 ln(1 - probability)), that of a Gaussian whose covariance is known. Mean
    and covariance (with n - 1, or its counterpart for weights) are those of the runs.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        Metres east and north; n at least 3.
    probability : float
        Between 0 and 1.
    weights : array_like, shape (n,), optional
        Weights of the runs; n is then their effective number, also at least 3.

    Raises
    ------
    InputError
        If there are fewer than three runs, or an argument is not of the kind above.
    """
    runs = _Runs.of(xy_m, weights)
    reach = prediction_radius(probability, runs.effective)
    return Ellipse(
        east_m=float(runs.centre_m[0]),
        north_m=float(runs.centre_m[1]),
        semi_major_m=reach * runs.major_m,
        semi_minor_m=reach * runs.minor_m,
        azimuth_deg=runs.azimuth_deg,
        probability=probability,
        total=runs.share.size,
        widened=reach / radius(probability),
        doubt=runs.doubt,
    )


def ellipse_interval(
    xy_m: ArrayLike, probability: float = 0.95, *, weights: ArrayLike | None = None, confidence: float = 0.95
) -> EllipseInterval:
    """Return intervals of the semi-axes and the centre of the ellipse that unlimited runs would have.

    Those of the centre are Student's. Those of the semi-axes follow from the distribution of the eigenvalues of a
    sample covariance, see :func:`~lunarsim.statistics.places.wishart.axis_intervals`: of Gaussian runs, from three
    on, they hold the true value in 93 to 99 % of all campaigns where 95 % are asked for, whatever the shape of the
    ellipse; more than 95 % where it is neither round nor long. From some hundred runs on, the fourth moments of the
    runs take the place of the Gaussian ones: of a logistic distribution, whose tails are heavier, 150 runs give
    intervals that hold 90 %, and 1,000 runs 95 %. For runs of a Latin hypercube or a Sobol sequence the intervals are
    too wide.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        Metres east and north; n at least 3.
    probability : float
        Of the ellipse, between 0 and 1.
    weights : array_like, shape (n,), optional
        Weights of the runs; their effective number must be 3 at least.
    confidence : float
        Of the intervals, between 0 and 1.

    Raises
    ------
    InputError
        As :func:`covariance_ellipse`.
    """
    runs = _Runs.of(xy_m, weights)
    miss = 1.0 - columns.fraction("confidence", confidence)
    factors = axis_intervals(*runs.degrees_of_freedom(), miss)
    reach = radius(probability)
    major, minor = (
        Interval(reach * size_m * low, reach * size_m * high)
        for size_m, (low, high) in zip((runs.major_m, runs.minor_m), factors, strict=True)
    )
    away = scipy.special.stdtrit(runs.effective - 1.0, 1.0 - miss / 2.0) * runs.centre_errors_m()
    east, north = (Interval(*bounds) for bounds in np.stack([runs.centre_m - away, runs.centre_m + away], 1).tolist())
    return EllipseInterval(
        semi_major_m=major,
        semi_minor_m=minor,
        east_m=east,
        north_m=north,
        confidence=confidence,
        total=runs.share.size,
        doubt=runs.doubt,
    )


def radius(probability: float) -> float:
    """Return the distance, in standard deviations, within which a plane Gaussian holds a probability.

    Raises
    ------
    InputError
        If the probability is not between 0 and 1.
    """
    return float(np.sqrt(-2.0 * np.log1p(-columns.fraction("probability", probability))))


def prediction_radius(probability: float, runs: float) -> float:
    """Return the same distance for a Gaussian of which so many runs are known: see :func:`covariance_ellipse`.

    The quantile of F with 2 and m degrees of freedom is m / 2 ((1 - probability)^(-2 / m) - 1).
    """
    grown = np.expm1(radius(probability) ** 2 / (runs - 2.0))
    return float(np.sqrt((runs - 1.0) * (runs + 1.0) / runs * grown))


class _Runs(NamedTuple):
    """Points with their weights, and what follows from both."""

    xy_m: NDArray[np.float64]
    share: Column
    effective: float  #: so many runs of equal weight tell as much
    centre_m: Column
    major_m: float  #: standard deviation along the major axis
    minor_m: float
    azimuth_deg: float
    doubt: str

    @classmethod
    def of(cls, xy_m: ArrayLike, weights: ArrayLike | None) -> _Runs:
        xy = points("xy_m", xy_m, least=_FEWEST)
        count = xy.shape[0]
        share = np.full(count, 1.0 / count) if weights is None else columns.normalised(weights, count)
        effective = float(count) if weights is None else columns.effective_size(share)
        if effective < _FEWEST * (1.0 - 1e-9):  # rounding of three equal weights
            raise InputError(
                f"the weights leave {effective:.2f} effective runs of {count}: expected at least {_FEWEST}; fly more"
            )
        centre = np.average(xy, axis=0, weights=share)
        covariance = np.cov(xy.T, aweights=share)
        major, minor, azimuth = _principal(covariance[0, 0], covariance[0, 1], covariance[1, 1])
        turned = float(np.degrees(azimuth)) % 180.0
        turned = turned if turned < 180.0 else 0.0  # a tiny negative angle is rounded up
        doubt = "" if weights is None else doubt_of(share)
        return cls(xy, share, effective, centre, float(major), float(minor), turned, doubt)

    def degrees_of_freedom(self) -> tuple[float, float]:
        """Return those of the variance along the major axis and along the minor one: 2 over its relative variance.

        Of a Gaussian n - 1; of the runs themselves from sum w^2 (x^2 / s^2 - 1)^2, the variance of a weighted mean.
        The latter is a poor guess where runs are few, and is mixed in as they are many.
        """
        azimuth, trusted = np.radians(self.azimuth_deg), self.effective / (self.effective + _OWN_SHAPE)
        axes = np.array([[np.sin(azimuth), np.cos(azimuth)], [np.cos(azimuth), -np.sin(azimuth)]])
        of_gaussian = 2.0 / (self.effective - 1.0)
        found = []
        for away_m, size_m in zip(axes @ (self.xy_m - self.centre_m).T, (self.major_m, self.minor_m), strict=True):
            own = of_gaussian if size_m == 0.0 else float(np.sum((self.share * ((away_m / size_m) ** 2 - 1.0)) ** 2))
            found.append(max(2.0 / (trusted * own + (1.0 - trusted) * of_gaussian), _FEWEST - 1.0))
        return found[0], found[1]

    def centre_errors_m(self) -> Column:
        """Return the standard errors of the centre, metres east and north."""
        scatter = np.sum((self.share[:, np.newaxis] * (self.xy_m - self.centre_m)) ** 2, axis=0)
        return np.asarray(np.sqrt(scatter / (1.0 - 1.0 / self.effective)))


def _principal(xx: float, xy: float, yy: float) -> tuple[float, float, float]:
    """Return the greater and the smaller standard deviation, and the azimuth of the greater, of a covariance."""
    half_sum, half_difference = (xx + yy) / 2.0, np.hypot((xx - yy) / 2.0, xy)
    major2 = half_sum + half_difference
    determinant = max(xx * yy - xy * xy, 0.0)
    thin = determinant < 1e-15 * major2 * major2  # rounding: the runs lie on a line
    minor2 = 0.0 if thin or major2 == 0.0 else determinant / major2
    return float(np.sqrt(major2)), float(np.sqrt(minor2)), float(np.arctan2(xy, (yy - xx) / 2.0) / 2.0)
