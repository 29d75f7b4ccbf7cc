"""No guidance: the engine off, or thrust along the axis as it points."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.memory import parameters_of
from lunarsim.kernels.guidance.situation import Situation
from lunarsim.kernels.numerics.vectors import Three

HELD = parameters_of("throttle")  #: share of full thrust


@kernel
def engine_off(_s: Situation, _p: NDArray[np.float64], _m: NDArray[np.float64]) -> Three:
    """Want no thrust."""
    return 0.0, 0.0, 0.0


@kernel
def attitude_hold(s: Situation, p: NDArray[np.float64], _m: NDArray[np.float64]) -> Three:
    """Return a share of the full thrust's acceleration (m/s2) along the thrust axis as it points now."""
    k = p.view(HELD)[0].throttle * s.thrust_n / s.mass_kg
    return k * s.attitude[0], k * s.attitude[1], k * s.attitude[2]
