"""An acceleration that is linear in time and leads to a place and a rate, and the pitch of a thrust that gives it."""

from math import asin

from lunarsim.kernels.compiled import kernel

STEEPEST_RAD = 1.4  # of such a pitch


@kernel
def linear_acceleration(gap_m: float, rate_mps: float, target_rate_mps: float, t_s: float) -> tuple[float, float]:
    """Return the acceleration (m/s2) now and at the end that closes a gap in a time, and ends with a rate.

    Cherry 1964, AIAA 64-638: 6 gap / t^2 - (4 v + 2 v_T) / t now; the same seen from the end, with time reversed, then.
    """
    close = 6.0 * gap_m / (t_s * t_s)
    return close - (4.0 * rate_mps + 2.0 * target_rate_mps) / t_s, (
        2.0 * rate_mps + 4.0 * target_rate_mps
    ) / t_s - close


@kernel
def pitch_for(share: float) -> float:
    """Return the pitch (rad) of a thrust whose upward share is given; beyond what it can be, nearly vertical."""
    return min(max(asin(min(max(share, -1.0), 1.0)), -STEEPEST_RAD), STEEPEST_RAD)
