"""A function of a user's own, asked at one moment of a flight or at eight: by its address, moment by moment.

Steering laws and sensors of a user's own are called here, and nowhere else. See decision 0016.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import carray, types  # type: ignore[attr-defined]
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.by_address import calling, floats_at
from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.simd.lanes import WIDTH, LanesType, lane
from lunarsim.kernels.simd.points import Eights, Real
from lunarsim.kernels.within_callers import OPTIONS

NUMBERS = 16  #: that a steering law or a sensor may declare

_FLOATS = types.Array(types.float64, 1, "C")
#: What such a function takes: what it is told, its numbers, and where it writes what it gives. It returns nothing.
TAKES = (_FLOATS, _FLOATS, _FLOATS)
GIVES: Any = types.none

_called: Any = calling(GIVES)


class Own(NamedTuple):
    """A function of a user's own in one run."""

    address: int  #: of its machine code in this process; 0: there is none
    since_s: float  #: from when its time counts, in seconds after the epoch of the scenario's state
    numbers: Any  #: where the 16 numbers lie in memory that it declares, in SI: an array would slow down each call


#: No function: nobody may call it.
NONE = Own(0, 0.0, 0)


def asked(own: Own, told: tuple[Real, ...], count: int) -> Any:
    """Return the ``count`` numbers that a function gives for what it is told; see :func:`points.component`.

    What it is told may be floats, or eight of each.
    """
    given = np.empty(count)
    _ask(own, np.array(told, dtype=float), given)
    return given


@kernel
def _ask(own: Own, told: NDArray[np.float64], given: NDArray[np.float64]) -> None:
    _called(own.address, (told, carray(floats_at(own.numbers), (NUMBERS,)), given))


@overload(asked, strict=False, jit_options=OPTIONS)
def _asked(own: Any, told: Any, count: Any) -> Any:  # noqa: ARG001
    return _asked_at_eight if isinstance(told[0], LanesType) else _asked_at_one


def _asked_at_one(own: Own, told: tuple[Real, ...], count: int) -> Any:
    each, given = np.empty(len(told)), np.empty(count)
    for i in range(len(told)):
        each[i] = told[i]
    _called(own.address, (each, carray(floats_at(own.numbers), (NUMBERS,)), given))
    return given


def _asked_at_eight(own: Own, told: tuple[Real, ...], count: int) -> Any:
    each, given, all_given = np.empty(len(told)), np.empty(count), np.empty(count * WIDTH)
    numbers = carray(floats_at(own.numbers), (NUMBERS,))
    for k in range(WIDTH):
        for i in range(len(told)):
            each[i] = lane(told[i], k)
        _called(own.address, (each, numbers, given))
        for i in range(count):
            all_given[i * WIDTH + k] = given[i]
    return Eights(all_given)
