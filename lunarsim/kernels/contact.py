"""The first contact of a path with the ground, found by steps that cannot reach over it."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.terrain import Ground, clearance

CLEAR = 0  #: no contact along the path
CONTACT = 1
UNKNOWN = 2  #: the path comes low where the height of the ground is not known

#: A contact that lasts no longer than this may be missed: 1.7 m along the path of a low orbit.
SHORTEST_S = 1e-3

_SHARE = 0.99  # of the safe time: position and velocity of an interpolant agree to the integrator's tolerance


@kernel
def acceleration_bound(path: ChebyshevTable) -> float:
    """Return a bound (m/s2) of the acceleration along a path of one interval: |T_k'| is at most k^2."""
    total2 = 0.0
    for component in range(3, 6):
        rate = 0.0
        for k in range(1, path.coefficients.shape[2]):
            rate += k * k * abs(path.coefficients[0, component, k])
        total2 += rate * rate
    return 2.0 / path.interval_s * sqrt(total2)


@kernel
def _time_within(distance: float, rate: float, growth: float) -> float:
    """Return the time in which a rate that grows steadily covers a distance."""
    return 2.0 * distance / (rate + sqrt(rate * rate + 2.0 * growth * distance))


@kernel
def safe_time(above_ground_m: float, y: NDArray[np.float64], acceleration_mps2: float, ground: Ground) -> float:
    """Return a time (s) within which a craft cannot reach the ground, whatever its shape within its bounds.

    Two bounds hold: the fall to the ground's highest point, and the fall plus the steepest rise of the
    ground under the craft's motion over it. Both let the speeds grow by ``acceleration_mps2``.
    """
    radius = sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    speed = sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
    fall = max(-(y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / radius, 0.0)
    time = 0.0
    above_all = radius - ground.radius_m - ground.highest_m
    if above_all > 0.0:
        time = _time_within(above_all, fall, acceleration_mps2)
    if above_ground_m > 0.0:
        lowest_radius = ground.radius_m + ground.lowest_m
        rise = ground.steepest_m_per_rad * (speed / lowest_radius + ground.spin_rad_s)
        growth = acceleration_mps2 * (1.0 + ground.steepest_m_per_rad / lowest_radius)
        time = max(time, _time_within(above_ground_m, fall + rise, growth))
    return max(_SHARE * time, SHORTEST_S)


@kernel
def first_contact(
    path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground, armed: bool
) -> tuple[int, float, float]:
    """Return whether a path meets the ground, and times (s) just before and after it first does.

    Parameters
    ----------
    path : ChebyshevTable
        One interval of position (m) and velocity (m/s), Moon-centred in ICRF axes, over seconds of a flight.
    epoch_et_s : float
        When those seconds are zero, TDB seconds past J2000.
    angles : ChebyshevTable
        Orientation angles of the Moon.
    ground : Ground
        What is to be met.
    armed : bool
        If false, the path starts on the ground, and must leave it before it can meet it.

    Notes
    -----
    Each step ends before the craft could reach the ground. Steps shorter than ``SHORTEST_S`` are not taken,
    so that the two times of a contact are at most that far apart.
    """
    end_s = path.start_s + path.interval_s
    acceleration = acceleration_bound(path)
    y = np.empty(6)
    before_s, t_s = path.start_s, path.start_s
    while True:
        evaluate(path, t_s, y)
        above = clearance(epoch_et_s + t_s, y[0:3], angles, ground)
        if np.isnan(above):
            if y[0:3] @ y[0:3] <= (ground.radius_m + ground.highest_m) ** 2:
                return UNKNOWN, before_s, t_s
        elif above > 0.0:
            armed = True
        elif armed:
            return CONTACT, before_s, t_s
        if t_s >= end_s:
            return CLEAR, before_s, t_s
        before_s, t_s = t_s, min(t_s + safe_time(above, y, acceleration, ground), end_s)
