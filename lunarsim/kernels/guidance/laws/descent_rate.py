"""Rate of descent: an altitude rate is held, horizontal velocity is nulled, and at wish a place is held."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.memory import parameters_of
from lunarsim.kernels.guidance.situation import CROSSRANGE, DOWNRANGE, UP, Situation, thrust_for
from lunarsim.kernels.numerics.vectors import Three
from lunarsim.kernels.records import Record

DESCENT_RATE = parameters_of(
    "vertical_time_s",  # time constant of the altitude rate
    "horizontal_time_s",  # of the horizontal velocity
    "tilt_tangent",  # of the largest angle of thrust to the vertical
    "position_time_s",  # time constant of the way to the target point; 0: wherever it is
    "drift_speed_mps",  # the fastest on that way
)


@kernel
def descent_rate(s: Situation, p: NDArray[np.float64], _m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration (m/s2) that brings the velocity to the one wanted.

    The Lunar Module's P66 (Klumpp 1974, Automatica 10, 133; Luminary 099, "Guidance for P66"): the wanted change of
    altitude rate within a time constant, on top of what holds against the free acceleration; horizontally the same
    with a time constant of its own and a limit. No time constant is less than a cycle, so that nothing overshoots.
    Thrust is never less than the engine's least, so that it never turns away from the vertical to point down.
    """
    own = p.view(DESCENT_RATE)[0]
    vertical = max(own.vertical_time_s, s.cycle_s)
    horizontal = max(own.horizontal_time_s, s.cycle_s)
    drift = _drift(s, own)
    along, across, up = thrust_for(
        (
            (drift[0] - s.velocity[0]) / horizontal,
            (drift[1] - s.velocity[1]) / horizontal,
            (own.velocity_mps[UP] - s.velocity[2]) / vertical,
        ),
        s,
    )
    up = max(up, s.min_throttle * s.thrust_n / s.mass_kg)
    most, asked = max(up, 0.0) * own.tilt_tangent, sqrt(along * along + across * across)
    share = most / asked if asked > most else 1.0
    return share * along, share * across, max(up, 0.0)


@kernel
def _drift(s: Situation, own: Record) -> tuple[float, float]:
    """Return the horizontal velocity wanted (m/s): the target's, and what leads over the target point."""
    position, velocity = own.position_m, own.velocity_mps
    if own.position_time_s <= 0.0:
        return velocity[DOWNRANGE], velocity[CROSSRANGE]
    along = (position[DOWNRANGE] - s.position[0]) / own.position_time_s
    across = (position[CROSSRANGE] - s.position[1]) / own.position_time_s
    speed = sqrt(along * along + across * across)
    share = own.drift_speed_mps / speed if speed > own.drift_speed_mps else 1.0
    return velocity[DOWNRANGE] + share * along, velocity[CROSSRANGE] + share * across
