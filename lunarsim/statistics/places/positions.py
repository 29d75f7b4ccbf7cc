"""Where the runs came down, about a centre: one object that the other statistics of places start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.order_statistics import Quantile, quantile, weighted_quantile
from lunarsim.statistics.places.contours import Density, density
from lunarsim.statistics.places.ellipse import Ellipse, EllipseInterval, covariance_ellipse, ellipse_interval
from lunarsim.statistics.places.projection import LocalPlane, downrange_crossrange, points


@dataclass(frozen=True, kw_only=True, eq=False)
class Footprint:
    """Positions of runs in a plane about a centre.

    Attributes
    ----------
    plane : LocalPlane
        The centre and its projection.
    xy_m : ndarray, shape (n, 2)
        Metres east and north of the centre.
    weights : ndarray, shape (n,), or None
        Weights of the runs, of sum 1; None: all alike.
    """

    plane: LocalPlane
    xy_m: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        """Return the number of runs."""
        return int(self.xy_m.shape[0])

    def ellipse(self, probability: float = 0.95) -> Ellipse:
        """Return the ellipse that holds a further run; see :func:`covariance_ellipse`."""
        return covariance_ellipse(self.xy_m, probability, weights=self.weights)

    def ellipse_interval(self, probability: float = 0.95, *, confidence: float = 0.95) -> EllipseInterval:
        """Return intervals of the ellipse's semi-axes and centre; see :func:`ellipse_interval`."""
        return ellipse_interval(self.xy_m, probability, weights=self.weights, confidence=confidence)

    def density(self, probabilities: Sequence[float] = (0.5, 0.9)) -> Density:
        """Return the density of runs with contour levels; see :func:`density`."""
        return density(self.xy_m, probabilities, weights=self.weights)

    def circular_error_probable(
        self, about_m: tuple[float, float] = (0.0, 0.0), *, confidence: float = 0.95
    ) -> Quantile:
        """Return the radius round a point that holds half the runs; see :func:`circular_error_probable`."""
        return circular_error_probable(self.xy_m, about_m, weights=self.weights, confidence=confidence)

    def downrange_crossrange(self, azimuth_deg: float) -> Column:
        """Return metres downrange and crossrange of the centre, shape (n, 2); see :func:`downrange_crossrange`."""
        return downrange_crossrange(self.xy_m, azimuth_deg)


def footprint(
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    *,
    about: LocalPlane | tuple[float, float] | None = None,
    weights: ArrayLike | None = None,
) -> Footprint:
    """Return the positions of runs in a plane about their mean or a given centre.

    Parameters
    ----------
    latitude_deg, longitude_deg : array_like, shape (n,)
        Places, ME; longitudes of any turn.
    about : LocalPlane or (latitude, longitude) in degrees, optional
        The centre; default: the mean of the places.
    weights : array_like, shape (n,), optional
        Weights of the runs.

    Raises
    ------
    InputError
        If a place is not on the Moon, or the columns do not fit together.
    """
    if about is None:
        plane = LocalPlane.about_mean(latitude_deg, longitude_deg, weights=weights)
    elif isinstance(about, LocalPlane):
        plane = about
    else:
        plane = LocalPlane(latitude_deg=about[0], longitude_deg=about[1])
    xy_m = plane.forward(latitude_deg, longitude_deg)
    share = None if weights is None else columns.normalised(weights, xy_m.shape[0])
    return Footprint(plane=plane, xy_m=xy_m, weights=share)


def circular_error_probable(
    xy_m: ArrayLike,
    about_m: tuple[float, float] = (0.0, 0.0),
    *,
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Quantile:
    """Return the circular error probable: the median distance (m) of the runs from a point, with its interval.

    Parameters
    ----------
    xy_m : array_like, shape (n, 2)
        Metres east and north.
    about_m : (float, float)
        East and north of the aim; default: the centre of the plane.
    weights : array_like, shape (n,), optional
        Weights of the runs.
    confidence : float
        Between 0 and 1.

    Raises
    ------
    InputError
        If the points are not of shape (n, 2), or another argument does not fit.
    """
    away = np.hypot(*(points("xy_m", xy_m) - about_m).T)
    if weights is None:
        return quantile(away, 0.5, confidence=confidence)
    return weighted_quantile(away, weights, 0.5, confidence=confidence)
