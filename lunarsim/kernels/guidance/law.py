"""How a guidance law is called: by its address, see :mod:`lunarsim.kernels.by_address`.

A law is a function of a :class:`~lunarsim.kernels.guidance.situation.Situation`, its parameters and its memory, and
gives the acceleration by thrust (m/s2, local axes) that it wants.
"""

from typing import Any

from numba import types

from lunarsim.kernels.by_address import calling
from lunarsim.kernels.guidance.situation import Situation

# Where the thrust axis points while a law wants no thrust.
AS_IT_WAS, UPRIGHT, FREE = 0, 1, 2

_VECTORS = frozenset({"position", "velocity", "free", "scale", "attitude"})
_NUMBERS = types.Array(types.float64, 1, "C")

#: What a law gives: three floats.
THREE: Any = types.UniTuple(types.float64, 3)  # type: ignore[no-untyped-call]
#: What a law takes: the situation, its parameters and its memory.
TAKES = (
    types.NamedTuple(  # type: ignore[no-untyped-call]
        [THREE if name in _VECTORS else types.float64 for name in Situation._fields], Situation
    ),
    _NUMBERS,
    _NUMBERS,
)

called: Any = calling(THREE)
