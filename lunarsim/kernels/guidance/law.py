"""The guidance laws by their codes."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.guidance.laws.bang_bang import bang_bang
from lunarsim.kernels.guidance.laws.descent_rate import descent_rate
from lunarsim.kernels.guidance.laws.gravity_turn import gravity_turn
from lunarsim.kernels.guidance.laws.held import attitude_hold
from lunarsim.kernels.guidance.laws.pitch import pitch_guidance
from lunarsim.kernels.guidance.laws.polynomial import e_guidance, fractional, quadratic
from lunarsim.kernels.guidance.laws.zem_zev import zem_zev
from lunarsim.kernels.guidance.situation import Situation, Three

ENGINE_OFF = 0  #: no thrust
ATTITUDE_HOLD = 1
GRAVITY_TURN = 2
PITCH = 3
E_GUIDANCE = 4
QUADRATIC = 5
DESCENT_RATE = 6
ZEM_ZEV = 7
FRACTIONAL = 8
BANG_BANG = 9

# Where the thrust axis points under ENGINE_OFF, its own first parameter.
AS_IT_WAS, UPRIGHT, FREE = 0, 1, 2


@kernel
def wanted(code: int, s: Situation, p: NDArray[np.float64], m: NDArray[np.float64]) -> Three:  # noqa: PLR0911
    """Return the acceleration by thrust (m/s2, local axes) that a law wants; see its own module."""
    if code == ATTITUDE_HOLD:
        return attitude_hold(s, p)
    if code == GRAVITY_TURN:
        return gravity_turn(s, p, m)
    if code == E_GUIDANCE:
        return e_guidance(s, p, m)
    if code == QUADRATIC:
        return quadratic(s, p, m)
    if code == DESCENT_RATE:
        return descent_rate(s, p)
    if code == ZEM_ZEV:
        return zem_zev(s, p, m)
    if code == FRACTIONAL:
        return fractional(s, p, m)
    if code == PITCH:
        return pitch_guidance(s, p, m)
    if code == BANG_BANG:
        return bang_bang(s, p, m)
    if code == ENGINE_OFF:
        return 0.0, 0.0, 0.0
    return np.nan, np.nan, np.nan  # no law of ours: no command
