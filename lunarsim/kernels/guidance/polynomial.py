"""Laws whose acceleration is a polynomial of the time to go."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.memory import TIME_TO_GO, TO_GO
from lunarsim.kernels.guidance.situation import Situation, Three, thrust_for


@kernel
def counted_down(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> float:
    """Return the time to go (s) that was given when the phase began, less the time since; at least half a cycle."""
    m[TO_GO] = p[TIME_TO_GO] - s.time_s
    return max(m[TO_GO], 0.5 * s.cycle_s)


@kernel
def e_guidance(s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the thrust acceleration of E-guidance: linear in time, to a position and velocity at a time.

    Cherry 1964, AIAA 64-638: a = 6 (r_T - r) / t^2 - (4 v + 2 v_T) / t, with t the time to go.
    """
    t = counted_down(s, p, m)
    k = 6.0 / (t * t)
    return thrust_for(
        (
            k * (p[0] - s.position[0]) - (4.0 * s.velocity[0] + 2.0 * p[3]) / t,
            k * (p[1] - s.position[1]) - (4.0 * s.velocity[1] + 2.0 * p[4]) / t,
            k * (p[2] - s.position[2]) - (4.0 * s.velocity[2] + 2.0 * p[5]) / t,
        ),
        s,
    )
