"""When a phase is over: conditions on what the computer believes."""

from math import sqrt
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from lunarsim.kernels.by_address import calling
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.guidance import law
from lunarsim.kernels.guidance.situation import Situation

ALTITUDE = 0  #: above the site (m)
SPEED = 1  #: over the ground (m/s)
HORIZONTAL_SPEED = 2
ALTITUDE_RATE = 3  #: negative in a descent
RANGE_TO_GO = 4  #: along the ground to the site (m), negative beyond it
TIME = 5  #: since the phase began (s)
TIME_TO_GO = 6  #: of the guidance law (s)
OWN = 7  #: from here on, the address of a condition of the user's own, which is met at zero and more

MOST_NUMBERS = 6  #: that a condition of the user's own may have

NO_EXIT = -1
_ROUNDING_S = 1e-6  # of times that are sums of cycles

#: What a condition of the user's own gives, and takes: what the computer estimates, and its numbers.
GIVES: Any = types.float64
TAKES = law.TAKES[:2]

_valued: Any = calling(GIVES)


@formula
def exit_of(
    estimate: Situation,
    to_go_s: float,
    quantities: NDArray[np.int64],
    signs: NDArray[np.int64],
    values: NDArray[np.float64],
    numbers: NDArray[np.float64],
) -> int:
    """Return which condition is met, the first of them, or NO_EXIT.

    The estimate is along the Moon; ``signs`` are +1 for above and -1 for below; ``numbers`` are those of conditions of
    the user's own, a row each.
    """
    for k in range(quantities.size):
        if quantities[k] < 0:
            continue
        if quantities[k] >= OWN:
            value = _valued(quantities[k], (estimate, numbers[k]))
        else:
            value = _believed(quantities[k], estimate.position, estimate.velocity, estimate.time_s, to_go_s)
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
