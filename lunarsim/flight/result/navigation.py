"""What a flight's computer estimated, cycle by cycle, beside what was true, measured and commanded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.navigation.covariance import STATES, normalised_error

_MPS = u.m / u.s
_SHAPES: dict[str, tuple[int, ...]] = {
    "elapsed_s": (),
    "true_state": (6,),
    "estimated_state": (6,),
    "altitude_bias_m": (),
    "covariances": (STATES, STATES),
    "measured_range_m": (),
    "measured_velocity_mps": (3,),
    "sensed_delta_v_mps": (3,),
    "commanded_n": (3,),
}


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class NavigationHistory:
    """The navigation of a flight at each guidance cycle, and at the end: true, measured, estimated, commanded.

    It is there where the craft's navigation is a :class:`~lunarsim.DeadReckoning` or a :class:`~lunarsim.KalmanFilter`
    and the plan has a guided phase.
    Vectors are Moon-centred, ICRF axes, unless said.

    Attributes
    ----------
    elapsed_s : ndarray, shape (n,)
        Seconds after the start of the flight.
    true_state, estimated_state : ndarray, shape (n, 6)
        Position (m) and velocity (m/s), ICRF axes.
    altitude_bias_m : ndarray, shape (n,)
        Estimated constant error of the altimeter over its map.
    covariances : ndarray, shape (n, 7, 7)
        Of the filter: position (m), velocity (m/s), altitude bias (m); NaN for dead reckoning.
    measured_range_m : ndarray, shape (n,)
        By the altimeter, its last valid one, also if the filter rejects or ignores it; NaN while it has none.
    measured_velocity_mps : ndarray, shape (n, 3)
        By the velocimeter, along the axes of the body, the same.
    sensed_delta_v_mps : ndarray, shape (n, 3)
        Sum of what the inertial unit has reported, as the computer turns it.
    commanded_n : ndarray, shape (n, 3)
        Thrust; NaN at the end, where nothing is commanded.

    nis : float
        Mean normalised squared innovation of the measurements that were taken; a consistent filter's is 1. NaN where
        there was none.
    innovations : int
        How many numbers those were.
    altimeter_rejected, velocimeter_rejected : int
        Samples that the filter rejected.
    restarts : int
        How often the filter began again.

    Raises
    ------
    InputError
        If an array has another shape.
    """

    elapsed_s: NDArray[np.float64]
    true_state: NDArray[np.float64]
    estimated_state: NDArray[np.float64]
    altitude_bias_m: NDArray[np.float64]
    covariances: NDArray[np.float64]
    measured_range_m: NDArray[np.float64]
    measured_velocity_mps: NDArray[np.float64]
    sensed_delta_v_mps: NDArray[np.float64]
    commanded_n: NDArray[np.float64]
    nis: float = np.nan
    innovations: int = 0
    altimeter_rejected: int = 0
    velocimeter_rejected: int = 0
    restarts: int = 0

    def __post_init__(self) -> None:
        n = np.shape(self.elapsed_s)[:1]
        for name, shape in _SHAPES.items():
            if np.shape(getattr(self, name)) != n + shape:
                raise InputError(
                    f"{name} of the navigation has the shape {np.shape(getattr(self, name))}: expected {n + shape}"
                )

    @property
    def elapsed(self) -> u.Quantity:
        """Times, after the start of the flight."""
        return self.elapsed_s * u.s

    @property
    def position_error(self) -> u.Quantity:
        """Estimated less true position, shape (n, 3)."""
        return (self.estimated_state - self.true_state)[:, :3] * u.m

    @property
    def velocity_error(self) -> u.Quantity:
        """Estimated less true velocity, shape (n, 3)."""
        return (self.estimated_state - self.true_state)[:, 3:] * _MPS

    @property
    def altitude_error(self) -> u.Quantity:
        """Estimated less true distance from the Moon's centre."""
        return (_radius(self.estimated_state) - _radius(self.true_state)) * u.m

    @property
    def position_sigma(self) -> u.Quantity:
        """What the filter takes for the standard deviation of its position: root of the trace, shape (n,)."""
        return np.sqrt(np.trace(self.covariances[:, :3, :3], axis1=1, axis2=2)) * u.m

    @property
    def velocity_sigma(self) -> u.Quantity:
        """The same of the velocity."""
        return np.sqrt(np.trace(self.covariances[:, 3:6, 3:6], axis1=1, axis2=2)) * _MPS

    @property
    def altitude_sigma(self) -> u.Quantity:
        """What the filter takes for the standard deviation of its altitude, shape (n,)."""
        up = self.estimated_state[:, :3] / _radius(self.estimated_state)[:, None]
        return np.sqrt(np.einsum("ni,nij,nj->n", up, self.covariances[:, :3, :3], up)) * u.m

    @property
    def normalised_errors(self) -> NDArray[np.float64]:
        """NEES: e^T P^-1 e of position and velocity, chi-square of six degrees of freedom if the filter is consistent.

        NaN where the covariance is not positive, and for dead reckoning. Bar-Shalom et al. 2001, section 5.4.
        """
        errors = self.estimated_state - self.true_state
        return np.array([normalised_error(p, e) for p, e in zip(self.covariances, errors, strict=True)], dtype=float)


def _radius(states: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths: NDArray[np.float64] = np.linalg.norm(states[:, :3], axis=1)
    return lengths
