"""When a phase is over: conditions on what the computer believes."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula

ALTITUDE = 0  #: above the site (m)
SPEED = 1  #: over the ground (m/s)
HORIZONTAL_SPEED = 2
ALTITUDE_RATE = 3  #: negative in a descent
RANGE_TO_GO = 4  #: along the ground to the site (m), negative beyond it
TIME = 5  #: since the phase began (s)
TIME_TO_GO = 6  #: of the guidance law (s)

NO_EXIT = -1
_ROUNDING_S = 1e-6  # of times that are sums of cycles


@formula
def exit_of(
    position: tuple[float, float, float],
    velocity: tuple[float, float, float],
    time_s: float,
    to_go_s: float,
    quantities: NDArray[np.int64],
    signs: NDArray[np.int64],
    values: NDArray[np.float64],
) -> int:
    """Return which condition is met, the first of them, or NO_EXIT.

    Position and velocity are along the Moon (downrange, crossrange, up); ``signs`` are +1 for above and -1 for below.
    """
    for k in range(quantities.size):
        if quantities[k] < 0:
            continue
        value = _believed(quantities[k], position, velocity, time_s, to_go_s)
        room = _ROUNDING_S if quantities[k] in (TIME, TIME_TO_GO) else 0.0
        if signs[k] * (value - values[k]) >= -room:
            return k
    return NO_EXIT


@formula
def _believed(
    quantity: int,
    position: tuple[float, float, float],
    velocity: tuple[float, float, float],
    time_s: float,
    to_go_s: float,
) -> float:
    horizontal2 = velocity[0] * velocity[0] + velocity[1] * velocity[1]
    if quantity == ALTITUDE:
        return position[2]
    if quantity == SPEED:
        return sqrt(horizontal2 + velocity[2] * velocity[2])
    if quantity == HORIZONTAL_SPEED:
        return sqrt(horizontal2)
    if quantity == ALTITUDE_RATE:
        return velocity[2]
    if quantity == RANGE_TO_GO:
        return -position[0]
    return time_s if quantity == TIME else to_go_s


@formula
def time_left(time_s: float, to_go_s: float, quantities: NDArray[np.int64], values: NDArray[np.float64]) -> float:
    """Return how long it is (s) until a condition on a time is met, so that a cycle can end there; else infinite."""
    left = np.inf
    for k in range(quantities.size):
        if quantities[k] == TIME and values[k] > time_s + _ROUNDING_S:
            left = min(left, values[k] - time_s)
        if quantities[k] == TIME_TO_GO and to_go_s > values[k] + _ROUNDING_S:
            left = min(left, to_go_s - values[k])
    return left
