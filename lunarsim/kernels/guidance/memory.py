"""Records of the parameters and of the memory of a guidance law, and of how the engine runs.

Both travel as arrays of one size, so that a phase of any law fits one record; a law reads and writes them by its own
names, as ``p.view(HELD)[0].throttle``. The memory is zero when a phase begins.
"""

from typing import Any

import numpy as np

from lunarsim.kernels.records import record

PARAMETERS = 26  #: numbers in the parameters of any law
MEMORY = 16  #: numbers in the memory of any law

_TARGET = (("position_m", float, (3,)), ("velocity_mps", float, (3,)), ("acceleration_mps2", float, (3,)))
_SHARED = ("to_go_s", "delay_s", "cut_s")


def parameters_of(*own: str) -> np.dtype[Any]:
    """Return the type of a law's parameters: the target, the time to go when the phase begins, and its own.

    The target's vectors are downrange, crossrange and up from the site. A time to go of 0: the law finds it.
    """
    return _padded([*_TARGET, *((name, float) for name in ("time_to_go_s", *own))], PARAMETERS)


def memory_of(*own: str | tuple[str, int]) -> np.dtype[Any]:
    """Return the type of a law's memory: what all laws share, and its own; ``(name, n)`` for a vector.

    Shared are the time to go (s) as of the last command; the delay after which the engine follows the command (s),
    within the cycle, 0: at once; and the cut after which it stops (s), 0: it does not.
    """
    vectors = [(each, float) if isinstance(each, str) else (each[0], float, (each[1],)) for each in own]
    return _padded([*((name, float) for name in _SHARED), *vectors], MEMORY)


def _padded(fields: list[Any], size: int) -> np.dtype[Any]:
    rest = size - np.dtype(fields).itemsize // 8
    return record([*fields, ("rest", float, (rest,))] if rest > 0 else fields)


OWN = PARAMETERS - 10  #: numbers that a law may have of its own, after the target and the time to go
OWN_MEMORY = len(_SHARED)  #: from here on the law's own
TARGET = parameters_of()  #: what any law can be asked for
SHARED = memory_of()  #: what any law says beside its command

#: How the engine truly runs, which no computer knows; zero when a flight begins. What it still gives after a cut-off
#: reaches into the cycle or the phase that follows.
ENGINE = record(
    [
        ("which", float),  # of the craft's engines; 0: the main one
        ("lit", float),  # whether it is commanded to run
        ("command_s", float),  # when it was, after the start of the flight
        ("risen", float),  # whether it has come to what was commanded since
        ("thrust_n", float),  # true, at the end of the last leg
        ("share", float),  # that this is of what the engine is to give: 1 without a fault
        ("gone_s", float),  # when a thrust that falls is gone; 0: it does not fall
        ("throttle", float),  # of its valve
        ("exhaust_velocity_mps", float),
        ("direction", float, (3,)),  # of its thrust, ICRF
    ]
)
