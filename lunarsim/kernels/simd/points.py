"""One point or eight: what a kernel needs that is written once for floats and for lanes."""

from __future__ import annotations

from math import cos, sin
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.simd.lanes import WIDTH, Lanes, LanesType, everywhere, lane, load, total, with_lane
from lunarsim.kernels.within_callers import OPTIONS

#: A float, or eight of them as one.
Real = Any

_NEAR_RAD2 = 0.01**2  # the series ends with d^8 / 40320, 1e-21 there


class Eights(NamedTuple):
    """Quantities of eight points: the eight values of quantity k begin at 8 k."""

    values: NDArray[np.float64]


def component(table: Any, k: int) -> Real:
    """Return quantity ``k``: a float of an array of them, lanes of :class:`Eights`, an item of a tuple."""
    return table[k]


@overload(component, strict=False, jit_options=OPTIONS, inline="always")
def _component(table: Any, k: Any) -> Any:  # noqa: ARG001
    if getattr(table, "instance_class", None) is Eights:
        return lambda table, k: load(table.values, WIDTH * k)
    return lambda table, k: table[k]


def like(value: float, example: Real) -> Real:
    """Return a float as what the example is: a float, or eight times the same."""
    del example
    return value


@overload(like, strict=False, jit_options=OPTIONS, inline="always")
def _like(value: Any, example: Any) -> Any:  # noqa: ARG001
    if isinstance(example, LanesType):
        return lambda value, example: everywhere(value)  # noqa: ARG005
    return lambda value, example: value  # noqa: ARG005


def cos_sin(angle: Real) -> tuple[Real, Real]:
    """Return cosine and sine of one angle or eight (rad); from Python, of an array of them as well."""
    return np.cos(angle), np.sin(angle)


@overload(cos_sin, strict=False, jit_options=OPTIONS)
def _cos_sin(angle: Any) -> Any:
    return _cos_sin_of_eight if isinstance(angle, LanesType) else lambda angle: (cos(angle), sin(angle))


def _cos_sin_of_eight(angle: Lanes) -> tuple[Lanes, Lanes]:
    """Eight angles near each other are turned from the first by a series; others are taken one by one."""
    first = lane(angle, 0)
    d = angle - first
    d2 = d * d
    c, s = everywhere(cos(first)), everywhere(sin(first))
    if total(d2) < _NEAR_RAD2:
        cos_d = 1.0 - d2 * (1.0 / 2.0 - d2 * (1.0 / 24.0 - d2 * (1.0 / 720.0)))
        sin_d = d * (1.0 - d2 * (1.0 / 6.0 - d2 * (1.0 / 120.0 - d2 * (1.0 / 5040.0))))
        return c * cos_d - s * sin_d, s * cos_d + c * sin_d
    for i in range(1, WIDTH):
        c, s = with_lane(c, i, cos(lane(angle, i))), with_lane(s, i, sin(lane(angle, i)))
    return c, s
