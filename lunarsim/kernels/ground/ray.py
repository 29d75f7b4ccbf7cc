"""The ground along a straight line, as a beam from a craft meets it: never through a ridge."""

from math import inf, isnan, sqrt

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.ground.contact import height_and_safe_time
from lunarsim.kernels.ground.passage import Bounds
from lunarsim.kernels.ground.terrain import Ground, clearance_me
from lunarsim.kernels.numerics.vectors import Three, combined, dot

_SHORTEST_M = 1e-3  # of a stride: ground that is thinner along the line may be missed
_SHARE = 0.99  # of a safe stride: rounding


@formula
def range_along(origin: Three, direction: Three, farthest_m: float, ground: Ground) -> float:
    """Return how far (m) it is along a line to the first ground.

    Parameters
    ----------
    origin, direction : tuple of three floats
        Where the line begins (m), and a unit vector, in the axes of the map (ME). From below the ground it is zero.
    farthest_m : float
        Where the search ends.
    ground : Ground
        What is to be met.

    Returns
    -------
    float
        Infinite where there is no ground up to ``farthest_m``; NaN where the line comes low over ground of unknown
        height.

    Notes
    -----
    The line is a path that is flown at 1 m/s, on which the search for a contact strides as on any path; the last
    stride, of a millimetre, is divided as the clearances at its ends.
    """
    start_m, end_m = _within_sphere(origin, direction, ground.radius_m + ground.highest_m)
    end_m = min(end_m, farthest_m)
    if not start_m <= end_m:
        return inf
    if ground.heights_m.size == 1:
        return start_m
    bounds = Bounds(0.0, 1.0, 0.0, 1.0 / (ground.radius_m + ground.lowest_m), 0.0)
    before_m, s_m = start_m, start_m
    while True:
        at = combined(1.0, origin, s_m, direction)
        above_m, safe_m = height_and_safe_time(at, direction, bounds, ground)
        if isnan(above_m):
            return above_m
        if above_m <= 0.0:
            return _between(before_m, s_m, origin, direction, ground)
        if s_m >= end_m:
            return inf
        before_m, s_m = s_m, min(s_m + max(_SHARE * safe_m, _SHORTEST_M), end_m)


@part_of_kernel
def _within_sphere(origin: Three, direction: Three, radius_m: float) -> tuple[float, float]:
    """Return from where to where, not before its origin, a line is within a sphere; from infinity if it passes by."""
    along = dot(origin, direction)
    past = combined(1.0, origin, -along, direction)  # where it is nearest to the centre
    half2 = radius_m * radius_m - dot(past, past)
    if half2 < 0.0:
        return inf, -inf
    half = sqrt(half2)
    return max(-along - half, 0.0), half - along


@part_of_kernel
def _between(before_m: float, after_m: float, origin: Three, direction: Three, ground: Ground) -> float:
    """Return where between two places of a line, on either side of the ground, the ground is."""
    above = clearance_me(combined(1.0, origin, before_m, direction), ground)
    below = clearance_me(combined(1.0, origin, after_m, direction), ground)
    if not above > below:
        return after_m
    return before_m + (after_m - before_m) * min(max(above / (above - below), 0.0), 1.0)
