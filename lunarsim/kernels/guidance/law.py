"""The guidance laws by their codes."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.bang_bang import bang_bang
from lunarsim.kernels.guidance.pitch import pitch_guidance
from lunarsim.kernels.guidance.polynomial import e_guidance
from lunarsim.kernels.guidance.situation import Situation, Three

ENGINE_OFF = 0  #: no thrust; the thrust axis turns to the vertical
ATTITUDE_HOLD = 1
GRAVITY_TURN = 2
PITCH = 3
E_GUIDANCE = 4
QUADRATIC = 5
DESCENT_RATE = 6
ZEM_ZEV = 7
FRACTIONAL = 8
BANG_BANG = 9


@kernel
def wanted(code: int, s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:
    """Return the acceleration by thrust (m/s2, local axes) that a law wants; see its own module."""
    if code == E_GUIDANCE:
        return e_guidance(s, p, m)
    if code == PITCH:
        return pitch_guidance(s, p, m)
    if code == BANG_BANG:
        return bang_bang(s, p, m)
    return 0.0, 0.0, 0.0
