"""Where many paths meet the ground, and how far that moves with a small error of the path."""

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, part_of_kernel, threaded_kernel
from lunarsim.kernels.ground.contact import CONTACT, UNKNOWN, contact_time, over_ground, search_along
from lunarsim.kernels.ground.passage import LowPart, Passage, low_part
from lunarsim.kernels.ground.terrain import Ground, raised
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate, evaluate_with_rate
from lunarsim.kernels.numerics.vectors import length

#: What is known of a path: it meets the ground; it does not; it begins lower than the highest ground, or comes low
#: where the height of the ground is not known.
MET, MISSED, BELOW = 0, 1, 2


@threaded_kernel
def meet_ground(
    paths: NDArray[np.float64],
    start_s: float,
    length_s: float,
    elevation_m: NDArray[np.float64],
    error_m: NDArray[np.float64],
    epoch_et_s: float,
    angles: ChebyshevTable,
    ground: Ground,
    met: NDArray[np.int64],
    times_s: NDArray[np.float64],
    states: NDArray[np.float64],
    apart_m: NDArray[np.float64],
) -> None:
    """Write where paths first meet the ground, none of which depends on those beside it.

    Parameters
    ----------
    paths : ndarray, shape (n, 3, terms)
        Chebyshev series of positions (m), Moon-centred, ICRF axes, over one interval of time.
    start_s, length_s : float
        That interval, in seconds of the flight.
    elevation_m : ndarray, shape (n,)
        By which the ground of each lies above that of the map.
    error_m : ndarray, shape (n,)
        By how much the height of each path may be wrong.
    epoch_et_s : float
        When the flight's seconds are zero, TDB seconds past J2000.
    angles : ChebyshevTable
        Orientation angles of the Moon.
    ground : Ground
        The map.
    met : ndarray, shape (n,)
        Written: MET, MISSED or BELOW.
    times_s, states : ndarray, shapes (n,) and (n, 6)
        Written: when and with which position and velocity each meets the ground; of one that does not, NaN.
    apart_m : ndarray, shape (n,)
        Written: how far the meeting moves along the path when the ground is raised or lowered by ``error_m``, the
        farther of the two; infinite where one of them is not met. That holds the slope of the ground, and the ridges
        that the path comes close to.
    """
    velocity = np.empty(3)
    for i in range(paths.shape[0]):
        path = ChebyshevTable(start_s, length_s, paths[i : i + 1])
        own, wrong_m = raised(ground, elevation_m[i]), error_m[i]
        higher, lower = raised(own, wrong_m), raised(own, -wrong_m)
        times_s[i], states[i, :], apart_m[i] = np.nan, np.nan, inf
        low = low_part(path, higher.radius_m + higher.highest_m)
        if low.from_s > start_s + length_s:
            met[i] = MISSED
            continue
        if not _is_above(path, higher):  # what it met before is not known
            met[i] = BELOW
            continue
        over = over_ground(path, low, epoch_et_s, angles, lower)
        met[i], before_s, from_s = _meeting(path, over, low, epoch_et_s, angles, higher)
        if met[i] != MET:
            continue
        met[i], at_s, from_s = _meeting(path, over, _from(from_s, low), epoch_et_s, angles, own)
        if met[i] != MET:
            continue
        times_s[i] = at_s
        evaluate_with_rate(path, at_s, states[i, 0:3], velocity)
        states[i, 3:6] = velocity
        after, after_s, _ = _meeting(path, over, _from(from_s, low), epoch_et_s, angles, lower)
        if after == MET:
            apart_m[i] = max(_apart(path, before_s, states[i]), _apart(path, after_s, states[i]))


@formula
def _is_above(path: ChebyshevTable, ground: Ground) -> bool:
    """Return whether a path begins above the highest ground."""
    r = np.empty(3)
    evaluate(path, path.start_s, r)
    return bool(length(r) > ground.radius_m + ground.highest_m)


@part_of_kernel
def _from(from_s: float, low: LowPart) -> LowPart:
    """Return the part of a path that may be low, from a time on at which it was above higher ground."""
    return LowPart(from_s, low.to_s, low.sink_m2ps2)


@formula
def _meeting(
    path: ChebyshevTable, over: Passage, low: LowPart, epoch_et_s: float, angles: ChebyshevTable, ground: Ground
) -> tuple[int, float, float]:
    """Return whether and when a path meets the ground, and a time shortly before."""
    found, before_s, after_s, _ = search_along(path, over, low, epoch_et_s, angles, ground, True)
    if found == UNKNOWN:
        return BELOW, np.nan, np.nan
    if found != CONTACT:
        return MISSED, np.nan, np.nan
    return MET, contact_time(path, before_s, after_s, epoch_et_s, angles, ground), before_s


@formula
def _apart(path: ChebyshevTable, at_s: float, state: NDArray[np.float64]) -> float:
    r = np.empty(3)
    evaluate(path, at_s, r)
    x, y, z = r[0] - state[0], r[1] - state[1], r[2] - state[2]
    return sqrt(x * x + y * y + z * z)
