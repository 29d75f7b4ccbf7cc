"""Where a step first comes down to the height over the Earth at which flights end."""

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.forces.near_earth import NearEarth, height_over_earth, is_by_earth
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.roots import bracket_of, is_open, narrowed, trial
from lunarsim.kernels.within_callers import OPTIONS

_SAMPLES = 16  # of a step
_LOW_M = 1e6  # above the height that is looked for: higher samples have no dip beside them that reaches it
_SLOPE_SHARE = 1e-3  # of the time between samples: over it a slope is read
_ROOT_S = 1e-9  # how closely the time is found: 11 micrometres of an entry
_TURN_S = 1e-4  # how closely a least height is found: it errs there by 50 nm


def is_below_entry(t_s: float, y: NDArray[np.float64], environment: Environment, earth: NearEarth | None) -> bool:
    """Return whether a craft is below the height over the Earth at which flights end."""
    return False if earth is None else _is_below(t_s, y, environment, earth)


@overload(is_below_entry, strict=False, jit_options=OPTIONS)
def _is_below_entry(t_s: Any, y: Any, environment: Any, earth: Any) -> Any:  # noqa: ARG001
    if isinstance(earth, types.NoneType):
        return lambda t_s, y, environment, earth: False  # noqa: ARG005
    return _is_below


def _is_below(t_s: float, y: NDArray[np.float64], environment: Environment, earth: NearEarth) -> bool:
    if not is_by_earth(y, earth):
        return False
    et_s = environment.epoch_et_s + t_s
    return bool(height_over_earth(et_s, y[0:3], environment.body_positions, earth) < earth.end_height_m)


def entry_time(
    path: ChebyshevTable, y: NDArray[np.float64], until_s: float, environment: Environment, earth: NearEarth | None
) -> float:
    """Return when within a step the craft comes down to the end of flights over the Earth; infinite if it does not.

    In seconds after the start of the step, which begins in the state ``y``. A dip between two samples is found if the
    height turns there once.
    """
    raise NotImplementedError


@overload(entry_time, strict=False, jit_options=OPTIONS)
def _entry_time(path: Any, y: Any, until_s: Any, environment: Any, earth: Any) -> Any:  # noqa: ARG001
    if isinstance(earth, types.NoneType):
        return lambda path, y, until_s, environment, earth: np.inf  # noqa: ARG005
    return _first_entry


def _first_entry(
    path: ChebyshevTable, y: NDArray[np.float64], until_s: float, environment: Environment, earth: NearEarth
) -> float:
    if not is_by_earth(y, earth):
        return np.inf
    span_s = until_s / _SAMPLES
    before_s = path.start_s
    before = _above(path, before_s, environment, earth)
    for k in range(1, _SAMPLES + 1):
        after_s = path.start_s + span_s * k
        after = _above(path, after_s, environment, earth)
        if before > 0.0 and after > 0.0 and min(before, after) < _LOW_M:
            low_s, low = _turn(path, before_s, before, after_s, after, environment, earth)
            if low <= 0.0:
                after_s, after = low_s, low
        if before > 0.0 >= after:
            bracket = bracket_of(before_s, before, after_s, after)
            while is_open(bracket, _ROOT_S):
                at = trial(bracket)
                bracket = narrowed(bracket, at, _above(path, at, environment, earth))
            return float(bracket.root_s - path.start_s)
        before_s, before = after_s, after
    return np.inf


@formula
def _turn(
    path: ChebyshevTable,
    before_s: float,
    before: float,
    after_s: float,
    after: float,
    environment: Environment,
    earth: NearEarth,
) -> tuple[float, float]:
    """Return time and value of the least height between two times where it turns there, else of the latter."""
    small_s = _SLOPE_SHARE * (after_s - before_s)
    falls = _above(path, before_s + small_s, environment, earth) < before
    rises = _above(path, after_s - small_s, environment, earth) < after
    if not (falls and rises):
        return after_s, after
    low_s, high_s = before_s, after_s
    while high_s - low_s > _TURN_S:  # by thirds, a few dozen times, in a pass of the Earth alone
        third_s = (high_s - low_s) / 3.0
        if _above(path, low_s + third_s, environment, earth) < _above(path, high_s - third_s, environment, earth):
            high_s -= third_s
        else:
            low_s += third_s
    at_s = 0.5 * (low_s + high_s)
    return at_s, _above(path, at_s, environment, earth)


@formula
def _above(path: ChebyshevTable, t_s: float, environment: Environment, earth: NearEarth) -> float:
    """Return the height (m) of a place on the path above that at which flights end."""
    r = np.empty(3)
    evaluate(path, t_s, r)
    return float(
        height_over_earth(environment.epoch_et_s + t_s, r, environment.body_positions, earth) - earth.end_height_m
    )
