"""The conic from a perigee to a distance in a given time: which eccentricity it has."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import GM_EARTH_M3_S2

Array = NDArray[np.float64]

_HALVINGS = 60  # of the span of the root: to the last bits of a double
_SMALL = 0.1  # of the square of an angle, below which Stumpff's function is summed
_LARGEST_E = 100.0  # eccentricity where the search begins: from 200 km over the Earth 80 km/s


class Conics(NamedTuple):
    """Conics about the Earth, from perigee to a distance; NaN where there is none. Each of shape (n,)."""

    perigee_m: float
    eccentricity: Array
    anomaly: Array  #: true anomaly at the distance, 0 to 2 pi
    perigee_mps: Array
    radial_mps: Array  #: of the velocity at the distance
    transverse_mps: Array


def conics_from_perigee(perigee_m: float, radius_m: Array, seconds: Array) -> Conics:
    """Return the conics that lead from a perigee to some distances in some times, on the way out or past the apogee.

    The time is monotonic in ``s``, whose square is what the eccentricity has above that of the ellipse whose apogee
    lies at the distance, and whose sign is that of the way out: bisection finds it, for all at once.
    """
    least = (radius_m - perigee_m) / (radius_m + perigee_m)
    low, high = -np.sqrt(1.0 - least) * (1.0 - 1e-6), np.sqrt(_LARGEST_E - least)
    reached = (_seconds(perigee_m, radius_m, high) <= seconds) & (seconds <= _seconds(perigee_m, radius_m, low))
    for _ in range(_HALVINGS):
        s = 0.5 * (low + high)
        late = _seconds(perigee_m, radius_m, s) > seconds
        low, high = np.where(late, s, low), np.where(late, high, s)
    s = np.where(reached, 0.5 * (low + high), np.nan)
    e = least + s * s
    anomaly = 2.0 * np.arctan2(
        np.sqrt((1.0 + e) * (radius_m / perigee_m - 1.0)), s * np.sqrt(1.0 + radius_m / perigee_m)
    )
    momentum = np.sqrt(GM_EARTH_M3_S2 * perigee_m * (1.0 + e))
    return Conics(
        perigee_m,
        e,
        anomaly,
        momentum / perigee_m,
        GM_EARTH_M3_S2 / momentum * e * np.sin(anomaly),
        momentum / radius_m,
    )


def _seconds(perigee_m: float, radius_m: Array, s: Array) -> Array:
    """Return the time from perigee to a distance (Battin 1999, section 4.5: universal variables).

    With the square of the eccentric anomaly, negative on a hyperbola, from quantities that keep their digits near the
    parabola.
    """
    q = perigee_m
    e = (radius_m - q) / (radius_m + q) + s * s
    across = np.sqrt(np.abs(1.0 - e) * (radius_m - q) / q)
    along = s * np.sqrt(1.0 + radius_m / q)
    with np.errstate(invalid="ignore", divide="ignore"):
        angle = np.where(e < 1.0, 2.0 * np.arctan2(across, along), 2.0 * np.arctanh(np.minimum(across / along, 1.0)))
        square = np.where(e < 1.0, 1.0, -1.0) * angle * angle
        # near the parabola the anomaly over the root of 1 - e, which both go to zero, is that of across over along
        chi = np.where(
            np.abs(square) < 1e-12,
            2.0 * np.sqrt(radius_m - q) / along,
            angle * np.sqrt(q) / np.sqrt(np.abs(1.0 - e)),
        )
    return np.asarray((q * chi + e * chi**3 * _stumpff_s(square)) / np.sqrt(GM_EARTH_M3_S2))


def _stumpff_s(z: Array) -> Array:
    """Return (sqrt z - sin sqrt z) / sqrt(z^3), and its continuation to negative z."""
    root = np.sqrt(np.abs(np.where(np.abs(z) < _SMALL, 1.0, z)))
    with np.errstate(over="ignore"):
        far = np.where(z > 0.0, root - np.sin(root), np.sinh(root) - root) / root**3
    near = 1.0 / 6.0 - z / 120.0 * (1.0 - z / 42.0 * (1.0 - z / 72.0 * (1.0 - z / 110.0 * (1.0 - z / 156.0))))
    return np.asarray(np.where(np.abs(z) < _SMALL, near, far))
