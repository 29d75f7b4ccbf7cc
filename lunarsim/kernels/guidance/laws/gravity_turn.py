"""Gravity turn: thrust against the velocity over the ground."""

from math import inf, isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.memory import SHARED, parameters_of
from lunarsim.kernels.guidance.situation import UP, Situation
from lunarsim.kernels.numerics.vectors import Three

#: The throttle is a share of full thrust; NaN: as the target's altitude and rate need it.
GRAVITY_TURN = parameters_of("throttle")

_LEAST_WEIGHT = 0.5  # a craft slower than wanted gains speed, but at least half of its weight stays carried


@kernel
def gravity_turn(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration (m/s2): against the velocity, to the target's rate at the target's altitude.

    No more is asked than makes the target's rate within the cycle; at the target's altitude and below, that is asked.
    Once gravity alone would make the craft's speed within a cycle, thrust points up: held against such a velocity for
    a cycle, it could push the craft up and then turn it over.
    """
    own = p.view(GRAVITY_TURN)[0]
    along, across, up = s.velocity[0] * s.scale[0], s.velocity[1] * s.scale[1], s.velocity[2] * s.scale[2]
    speed = sqrt(along * along + across * across + up * up)
    g = max(-s.free[2], 0.0)
    slow = speed <= g * s.cycle_s or speed == 0.0
    cosine = 1.0 if slow else -up / speed
    wanted = abs(own.velocity_mps[UP])
    a = own.throttle * s.thrust_n / s.mass_kg
    if isnan(own.throttle):
        needed = constant_thrust(s.position[2] - own.position_m[UP], speed * speed - wanted * wanted, cosine, g)
        within_cycle = g * cosine + (speed - wanted) / s.cycle_s
        a = max(min(needed, within_cycle), _LEAST_WEIGHT * g)
    m.view(SHARED)[0].to_go_s = max(speed - wanted, 0.0) * (a + g * cosine) / (a * a - g * g) if a > g else inf
    if slow:
        return 0.0, 0.0, a
    k = -a / speed
    return k * along, k * across, k * up


@kernel
def constant_thrust(height_m: float, speed2: float, cosine: float, g: float) -> float:
    """Return the thrust acceleration a (m/s2), kept constant, that stops a gravity turn after a fall.

    In flat uniform gravity dv/dt = g cos(psi) - a, v dpsi/dt = -g sin(psi), with psi the angle of the velocity from
    straight down. v as a function of psi (Culler & Fried 1957, J. Appl. Phys. 28, 672) integrates to a fall to rest of
    h = v^2 (a cos(psi) + g (1 + cos^2(psi)) / 2) / (2 (a^2 - g^2)), a quadratic in a (Citron, Dunn & Meissinger
    1964, AIAA J. 2, 503). For a rate at the end, v^2 is less its square: exact for a vertical fall, and ever better
    as the path steepens. At the end of the fall and below it is infinite.
    """
    if height_m <= 0.0:
        return inf
    fall, c = 2.0 * height_m, cosine * speed2
    if speed2 < 0.0:
        return g + speed2 / fall
    return (c + sqrt(c * c + 4.0 * fall * g * (fall * g + 0.5 * speed2 * (1.0 + cosine * cosine)))) / (2.0 * fall)
