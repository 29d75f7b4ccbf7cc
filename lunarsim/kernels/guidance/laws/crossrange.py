"""Crossrange beside a law that plans in the plane downrange and up."""

from math import cos, sin, sqrt

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.linear_in_time import linear_acceleration
from lunarsim.kernels.guidance.situation import CROSSRANGE, Situation
from lunarsim.kernels.numerics.vectors import Three
from lunarsim.kernels.records import Record


@kernel
def crossrange_thrust(s: Situation, target: Record, starts_s: float, time_to_go_s: float, most_mps2: float) -> float:
    """Return the crossrange acceleration by thrust (m/s2) to the target's crossrange position and rate.

    E-guidance on that axis alone (Cherry 1964, AIAA 64-638), for a burn that starts after ``starts_s`` and lasts
    ``time_to_go_s``; at most ``most_mps2`` to either side.
    """
    y = s.position[1] + s.velocity[1] * starts_s
    a = linear_acceleration(
        target.position_m[CROSSRANGE] - y, s.velocity[1], target.velocity_mps[CROSSRANGE], time_to_go_s
    )[0]
    a = (a - s.free[1]) * s.scale[1]
    return float(min(max(a, -most_mps2), most_mps2))


@kernel
def with_crossrange(total_mps2: float, across_mps2: float, along: float, up: float) -> Three:
    """Return a thrust acceleration of a given size with a given crossrange part, the rest along (along, up)."""
    rest = sqrt(max(total_mps2 * total_mps2 - across_mps2 * across_mps2, 0.0))
    return rest * along, across_mps2, rest * up


@kernel
def held_from_now(along: float, up: float, rate_mps: float, later_s: float, radius_m: float) -> tuple[float, float]:
    """Return a direction of local axes ``later_s`` from now in the local axes of now.

    The thrust keeps its direction during a cycle while the vertical turns by x' t / k; what is meant for the middle
    of the cycle is commanded at its start.
    """
    angle = rate_mps * later_s / radius_m
    return along * cos(angle) + up * sin(angle), up * cos(angle) - along * sin(angle)
