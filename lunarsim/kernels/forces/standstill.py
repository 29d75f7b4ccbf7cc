"""Where a thrust loses its direction: at rest if it follows the velocity, in vertical flight if it is mispointed.

Near rest a law that follows the velocity turns ever faster. A burn that it steers ends a little before, and until then
no step is so long that the craft could come to rest within it. Near the vertical the plane turns over in which pointing
errors are measured; no step is so long that it reaches over that. Both drivers ask the functions below.
"""

from math import cos, inf, sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion, commanded_direction
from lunarsim.kernels.forces.steering import FADING_MPS, Motion, follows_velocity
from lunarsim.kernels.numerics.vectors import cross, dot, length

#: The speed at which a burn ends is what thrust and gravity together take away in this time: 0.1 mm/s at 10 m/s2.
STANDSTILL_S = 1e-5

#: The strongest acceleration by thrust that the drivers resolve: then the speed of standstill is 1 m/s.
STRONGEST_MPS2 = 1e5

_OF_SPEED = 0.5  # a step takes no more of the speed away, but for what the mass loses meanwhile
_OF_MASS = 0.25


@formula
def slowing(y: NDArray[np.float64], thrust_n: float, gm: float) -> float:
    """Return the most by which thrust and gravity can change the speed (m/s2)."""
    return float(thrust_n / y[6] + gm / (y[0] * y[0] + y[1] * y[1] + y[2] * y[2]))


@formula
def _speed(y: NDArray[np.float64]) -> float:
    return sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])


@formula
def above_standstill(y: NDArray[np.float64], thrust_n: float, gm: float) -> float:
    """Return the speed (m/s) less that at which a burn which follows the velocity ends."""
    return _speed(y) - STANDSTILL_S * slowing(y, thrust_n, gm)


@formula
def longest_step(t_s: float, y: NDArray[np.float64], propulsion: Propulsion, gm: float) -> float:
    """Return a time (s) within which the direction of thrust stays smooth; infinite where it always does.

    How smooth a law of the user's is, nobody knows beforehand.
    """
    if propulsion.thrust_n <= 0.0:
        return inf
    longest_s = inf
    if follows_velocity(propulsion.steering):
        longest_s = _OF_SPEED * _speed(y) / slowing(y, propulsion.thrust_n, gm)
        longest_s = min(longest_s, _OF_MASS * y[6] * propulsion.exhaust_velocity_mps / propulsion.thrust_n)
    if propulsion.pitch_error_rad != 0.0 or propulsion.yaw_error_rad != 0.0:
        longest_s = min(longest_s, _before_turning_over(t_s, y, propulsion))
    return longest_s


@formula
def _before_turning_over(t_s: float, y: NDArray[np.float64], propulsion: Propulsion) -> float:
    """Return how long (s) thrust takes to change the speed across the thrust by itself, or by that of the fading."""
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    radius, u = length(r), commanded_direction(Motion(t_s, r, v, y[6]), propulsion)
    normal = cross(r, v)
    part = dot(normal, u)  # along the thrust
    across = length((normal[0] - part * u[0], normal[1] - part * u[1], normal[2] - part * u[2])) / radius
    ahead = cos(propulsion.pitch_error_rad) * cos(propulsion.yaw_error_rad)
    share = sqrt(1.0 - ahead * ahead)
    if not follows_velocity(propulsion.steering):
        share += length(cross(r, u)) / radius
    turning = share * propulsion.thrust_n / y[6]
    if turning == 0.0:  # of errors so small that their cosine is one
        return inf
    return float(max(across, FADING_MPS) / turning)
