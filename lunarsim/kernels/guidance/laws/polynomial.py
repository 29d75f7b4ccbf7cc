"""Laws whose acceleration is a polynomial of the time to go, to a position and velocity at a time.

All of them are one: with t the time to go, the acceleration of the position is
a(t) = a_T + c1 t^gamma1 + c2 t^gamma2, where c1 and c2 follow from position and velocity now and at the target
(Lu 2020, JGCD 43, 398). Exponents (0, 1) give E-guidance (Cherry 1964, AIAA 64-638), which does not see a_T; (1, 2)
give Apollo's quadratic guidance (Klumpp 1974, Automatica 10, 133).

The gains grow without bound as the time to go vanishes. Below a floor the polynomial is therefore frozen: it is flown
to its end as it was found last, and what goes wrong by then is not corrected.
"""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.memory import memory_of, parameters_of
from lunarsim.kernels.guidance.situation import DOWNRANGE, Situation, thrust_for
from lunarsim.kernels.numerics.vectors import Three

# All laws to a target share the time to go below which the polynomial is frozen, never less than LEAST_CYCLES, and how
# far ahead of the look it is evaluated; two numbers before them are of each law alone.
_OF_ALL = ("frozen_below_s", "lead_s")
TO_TARGET = parameters_of("first", "second", *_OF_ALL)
FRACTIONAL = parameters_of("first_exponent", "second_exponent", *_OF_ALL)
#: With the downrange jerk at the target; NaN: the time to go is counted down.
QUADRATIC = parameters_of("downrange_jerk_mps3", "none", *_OF_ALL)

POLYNOMIAL = memory_of(
    "fitted_s",  # time to go at which the polynomial was found last; 0: not yet
    "looked_s",  # time of the last look
    ("first_mps2", 3),  # the two terms of the acceleration at that time
    ("second_mps2", 3),
)

# A velocity error gains up to 6 h / t within a cycle h, and must not come back larger with its sign changed:
# 6 h / t < 2.
LEAST_CYCLES = 3.0

_MOST_STEPS = 20
_NEAR_S = 1e-6


@kernel
def expected(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> float:
    """Return the time to go (s) that the last look leaves; at the first look, the one given."""
    memory = m.view(POLYNOMIAL)[0]
    if memory.fitted_s == 0.0:
        return float(p.view(TO_TARGET)[0].time_to_go_s - s.time_s)
    return float(memory.to_go_s - (s.time_s - memory.looked_s))


@kernel
def floor_of(s: Situation, p: NDArray[np.float64]) -> float:
    """Return the time to go (s) below which the polynomial is frozen."""
    return float(max(p.view(TO_TARGET)[0].frozen_below_s, LEAST_CYCLES * s.cycle_s))


@kernel
def fit(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64], t_s: float, gamma1: float, gamma2: float) -> None:
    """Find the polynomial that leads to the target in a time, and remember it.

    Velocity and position are the integrals of a(t) back from the target. Both terms at the present time,
    x = c1 t^gamma1 and y = c2 t^gamma2, then follow from

        x / (gamma1 + 1) + y / (gamma2 + 1) = (v_T - v) / t - a_T,
        x / ((gamma1 + 1)(gamma1 + 2)) + y / ((gamma2 + 1)(gamma2 + 2)) = (r - r_T + v_T t) / t^2 - a_T / 2.
    """
    target, memory = p.view(TO_TARGET)[0], m.view(POLYNOMIAL)[0]
    memory.fitted_s = t_s
    for i in range(3):
        speed = (target.velocity_mps[i] - s.velocity[i]) / t_s - target.acceleration_mps2[i]
        way = (s.position[i] - target.position_m[i]) / t_s + target.velocity_mps[i]
        way = way / t_s - 0.5 * target.acceleration_mps2[i]
        memory.first_mps2[i] = (gamma1 + 1.0) * (gamma1 + 2.0) * ((gamma2 + 2.0) * way - speed) / (gamma2 - gamma1)
        memory.second_mps2[i] = (gamma2 + 1.0) * (gamma2 + 2.0) * (speed - (gamma1 + 2.0) * way) / (gamma2 - gamma1)


@kernel
def acceleration_at(p: NDArray[np.float64], m: NDArray[np.float64], t_s: float, gamma1: float, gamma2: float) -> Three:
    """Return the remembered polynomial's acceleration (m/s2) at a time to go; behind the target, that at it."""
    memory, at_target = m.view(POLYNOMIAL)[0], p.view(TO_TARGET)[0].acceleration_mps2
    share = max(t_s, 0.0) / memory.fitted_s
    first, second = share**gamma1, share**gamma2
    one, two = memory.first_mps2, memory.second_mps2
    return (
        at_target[0] + first * one[0] + second * two[0],
        at_target[1] + first * one[1] + second * two[1],
        at_target[2] + first * one[2] + second * two[2],
    )


@kernel
def to_target(
    s: Situation, p: NDArray[np.float64], m: NDArray[np.float64], t_s: float, gamma1: float, gamma2: float
) -> Three:
    """Return the thrust acceleration (m/s2) that leads to the target in a time to go, and remember that time.

    The polynomial is evaluated ``lead_s`` after the look (Klumpp 1974, eq. 11: the lag of computer and engine). A
    frozen one is evaluated at least in the middle of the cycle, where it has its mean to second order.
    """
    target, memory = p.view(TO_TARGET)[0], m.view(POLYNOMIAL)[0]
    memory.to_go_s, memory.looked_s = t_s, s.time_s
    if t_s > floor_of(s, p) or memory.fitted_s == 0.0:
        t_s = max(t_s, LEAST_CYCLES * s.cycle_s)
        fit(s, p, m, t_s, gamma1, gamma2)
        lead_s = target.lead_s
    else:
        lead_s = max(target.lead_s, 0.5 * s.cycle_s)
    return thrust_for(acceleration_at(p, m, t_s - lead_s, gamma1, gamma2), s)


@kernel
def e_guidance(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration of E-guidance: linear in time.

    Cherry 1964, AIAA 64-638: a = 6 (r_T - r) / t^2 - (4 v + 2 v_T) / t, with t the time to go.
    """
    return to_target(s, p, m, expected(s, p, m), 0.0, 1.0)


@kernel
def quadratic(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration of Apollo's quadratic guidance: quadratic in time, ending at the target's.

    Klumpp 1974, eq. 7: a = a_T + 12 (r_T - r) / t^2 - 6 (v_T + v) / t, with t the time to go (Klumpp's T is -t).
    """
    t_s = expected(s, p, m)
    if not isnan(p.view(QUADRATIC)[0].downrange_jerk_mps3) and t_s > floor_of(s, p):
        t_s = time_of_jerk(s, p, t_s)
    return to_target(s, p, m, t_s, 1.0, 2.0)


@kernel
def fractional(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration of fractional-polynomial guidance (Lu 2020), with any exponents."""
    own = p.view(FRACTIONAL)[0]
    return to_target(s, p, m, expected(s, p, m), own.first_exponent, own.second_exponent)


@kernel
def time_of_jerk(s: Situation, p: NDArray[np.float64], start_s: float) -> float:
    """Return the time to go (s) with which the quadratic law meets its downrange jerk at the target.

    Klumpp 1974, eq. 12, for the time to go t: J_T t^3 - 6 A_T t^2 + (18 V_T + 6 V) t + 24 (R - R_T) = 0, by Newton's
    method. Where that leads nowhere or more than a factor of two away, ``start_s`` stays.
    """
    own = p.view(QUADRATIC)[0]
    jerk, last = own.downrange_jerk_mps3, own.acceleration_mps2[DOWNRANGE]
    linear = 18.0 * own.velocity_mps[DOWNRANGE] + 6.0 * s.velocity[0]
    constant = 24.0 * (s.position[0] - own.position_m[DOWNRANGE])
    t_s = start_s
    for _ in range(_MOST_STEPS):
        value = ((jerk * t_s - 6.0 * last) * t_s + linear) * t_s + constant
        step = value / ((3.0 * jerk * t_s - 12.0 * last) * t_s + linear)
        t_s -= step
        if abs(step) < _NEAR_S:
            return t_s if 0.5 * start_s < t_s < 2.0 * start_s else start_s
    return start_s
