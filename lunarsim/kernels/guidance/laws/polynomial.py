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
from lunarsim.kernels.guidance.memory import OWN, OWN_MEMORY, TIME_TO_GO, TO_GO
from lunarsim.kernels.guidance.situation import Situation, Three, thrust_for

# Own parameters.
EXPONENT = OWN  #: of the fractional law, gamma1 and gamma2 here and in the next place
DOWNRANGE_JERK = OWN  #: of the quadratic law, at the target (m/s3); NaN: the time to go is counted down
FROZEN_BELOW = OWN + 2  #: time to go (s); never less than LEAST_CYCLES
LEAD = OWN + 3  #: how far ahead of the look the polynomial is evaluated (s)

# Own memory.
FITTED = OWN_MEMORY  #: time to go (s) at which the polynomial was found last; 0: not yet
LOOKED = OWN_MEMORY + 1  #: time of the last look (s)
FIRST = OWN_MEMORY + 2  #: the two terms of the acceleration at that time (m/s2), three places each
SECOND = OWN_MEMORY + 5

# A velocity error gains up to 6 h / t within a cycle h, and must not come back larger with its sign changed:
# 6 h / t < 2.
LEAST_CYCLES = 3.0

_MOST_STEPS = 20
_NEAR_S = 1e-6


@kernel
def expected(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> float:
    """Return the time to go (s) that the last look leaves; at the first look, the one given."""
    if m[FITTED] == 0.0:
        return float(p[TIME_TO_GO] - s.time_s)
    return float(m[TO_GO] - (s.time_s - m[LOOKED]))


@kernel
def floor_of(s: Situation, p: NDArray[np.float64]) -> float:
    """Return the time to go (s) below which the polynomial is frozen."""
    return float(max(p[FROZEN_BELOW], LEAST_CYCLES * s.cycle_s))


@kernel
def fit(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64], t_s: float, gamma1: float, gamma2: float) -> None:
    """Find the polynomial that leads to the target in a time, and remember it.

    Velocity and position are the integrals of a(t) back from the target. Both terms at the present time,
    x = c1 t^gamma1 and y = c2 t^gamma2, then follow from

        x / (gamma1 + 1) + y / (gamma2 + 1) = (v_T - v) / t - a_T,
        x / ((gamma1 + 1)(gamma1 + 2)) + y / ((gamma2 + 1)(gamma2 + 2)) = (r - r_T + v_T t) / t^2 - a_T / 2.
    """
    m[FITTED] = t_s
    for i in range(3):
        speed = (p[3 + i] - s.velocity[i]) / t_s - p[6 + i]
        way = ((s.position[i] - p[i]) / t_s + p[3 + i]) / t_s - 0.5 * p[6 + i]
        m[FIRST + i] = (gamma1 + 1.0) * (gamma1 + 2.0) * ((gamma2 + 2.0) * way - speed) / (gamma2 - gamma1)
        m[SECOND + i] = (gamma2 + 1.0) * (gamma2 + 2.0) * (speed - (gamma1 + 2.0) * way) / (gamma2 - gamma1)


@kernel
def acceleration_at(p: NDArray[np.float64], m: NDArray[np.float64], t_s: float, gamma1: float, gamma2: float) -> Three:
    """Return the remembered polynomial's acceleration (m/s2) at a time to go; behind the target, that at it."""
    share = max(t_s, 0.0) / m[FITTED]
    first, second = share**gamma1, share**gamma2
    return (
        p[6] + first * m[FIRST] + second * m[SECOND],
        p[7] + first * m[FIRST + 1] + second * m[SECOND + 1],
        p[8] + first * m[FIRST + 2] + second * m[SECOND + 2],
    )


@kernel
def to_target(
    s: Situation, p: NDArray[np.float64], m: NDArray[np.float64], t_s: float, gamma1: float, gamma2: float
) -> Three:
    """Return the thrust acceleration (m/s2) that leads to the target in a time to go, and remember that time.

    The polynomial is evaluated ``LEAD`` after the look (Klumpp 1974, eq. 11: the lag of computer and engine). A
    frozen one is evaluated at least in the middle of the cycle, where it has its mean to second order.
    """
    m[TO_GO], m[LOOKED] = t_s, s.time_s
    if t_s > floor_of(s, p) or m[FITTED] == 0.0:
        t_s = max(t_s, LEAST_CYCLES * s.cycle_s)
        fit(s, p, m, t_s, gamma1, gamma2)
        lead_s = p[LEAD]
    else:
        lead_s = max(p[LEAD], 0.5 * s.cycle_s)
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
    if not isnan(p[DOWNRANGE_JERK]) and t_s > floor_of(s, p):
        t_s = time_of_jerk(s, p, t_s)
    return to_target(s, p, m, t_s, 1.0, 2.0)


@kernel
def fractional(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration of fractional-polynomial guidance (Lu 2020), with any exponents."""
    return to_target(s, p, m, expected(s, p, m), p[EXPONENT], p[EXPONENT + 1])


@kernel
def time_of_jerk(s: Situation, p: NDArray[np.float64], start_s: float) -> float:
    """Return the time to go (s) with which the quadratic law meets its downrange jerk at the target.

    Klumpp 1974, eq. 12, for the time to go t: J_T t^3 - 6 A_T t^2 + (18 V_T + 6 V) t + 24 (R - R_T) = 0, by Newton's
    method. Where that leads nowhere or more than a factor of two away, ``start_s`` stays.
    """
    jerk, linear, constant = p[DOWNRANGE_JERK], 18.0 * p[3] + 6.0 * s.velocity[0], 24.0 * (s.position[0] - p[0])
    t_s = start_s
    for _ in range(_MOST_STEPS):
        value = ((jerk * t_s - 6.0 * p[6]) * t_s + linear) * t_s + constant
        step = value / ((3.0 * jerk * t_s - 12.0 * p[6]) * t_s + linear)
        t_s -= step
        if abs(step) < _NEAR_S:
            return t_s if 0.5 * start_s < t_s < 2.0 * start_s else start_s
    return start_s
