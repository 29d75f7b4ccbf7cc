"""Rate of descent: an altitude rate is held, horizontal velocity is nulled, and at wish a place is held."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.memory import OWN
from lunarsim.kernels.guidance.situation import Situation, Three, thrust_for

VERTICAL_TIME = OWN  #: time constant of the altitude rate (s)
HORIZONTAL_TIME = OWN + 1  #: of the horizontal velocity (s)
TILT_TANGENT = OWN + 2  #: of the largest angle of thrust to the vertical
POSITION_TIME = OWN + 3  #: of the way to the target point (s); 0: wherever it is
DRIFT_SPEED = OWN + 4  #: the fastest on that way (m/s)


@kernel
def descent_rate(s: Situation, p: NDArray[np.float64], _m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration (m/s2) that brings the velocity to the one wanted.

    The Lunar Module's P66 (Klumpp 1974, Automatica 10, 133; Luminary 099, "Guidance for P66"): the wanted change of
    altitude rate within a time constant, on top of what holds against the free acceleration; horizontally the same
    with a time constant of its own and a limit. No time constant is less than a cycle, so that nothing overshoots.
    Thrust is never less than the engine's least, so that it never turns away from the vertical to point down.
    """
    vertical = max(p[VERTICAL_TIME], s.cycle_s)
    horizontal = max(p[HORIZONTAL_TIME], s.cycle_s)
    drift = _drift(s, p)
    along, across, up = thrust_for(
        (
            (drift[0] - s.velocity[0]) / horizontal,
            (drift[1] - s.velocity[1]) / horizontal,
            (p[5] - s.velocity[2]) / vertical,
        ),
        s,
    )
    up = max(up, s.least_throttle * s.thrust_n / s.mass_kg)
    most, asked = max(up, 0.0) * p[TILT_TANGENT], sqrt(along * along + across * across)
    share = most / asked if asked > most else 1.0
    return share * along, share * across, max(up, 0.0)


@kernel
def _drift(s: Situation, p: NDArray[np.float64]) -> tuple[float, float]:
    """Return the horizontal velocity wanted (m/s): the target's, and what leads over the target point."""
    if p[POSITION_TIME] <= 0.0:
        return p[3], p[4]
    along, across = (p[0] - s.position[0]) / p[POSITION_TIME], (p[1] - s.position[1]) / p[POSITION_TIME]
    speed = sqrt(along * along + across * across)
    share = p[DRIFT_SPEED] / speed if speed > p[DRIFT_SPEED] else 1.0
    return p[3] + share * along, p[4] + share * across
