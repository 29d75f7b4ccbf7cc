"""What a beam from the craft meets: the ground in its cone, along a line or over a footprint."""

from math import cos, inf, isfinite, pi, sin, sqrt

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.ground.ray import range_along
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.numerics.vectors import (
    Three,
    across,
    angle_between,
    combined,
    cross,
    from_axes,
    length,
    rotated,
    scaled,
    some_across,
)
from lunarsim.kernels.sensors.body import Pose

_ON_EDGE = 6  # lines about the middle one
_MIDDLE_SHARE = 0.25  # of the mean over a disc; each of six others at sqrt(2/3) of the radius has 1/8
_MEAN_RADIUS = sqrt(2.0 / 3.0)
_UPRIGHT_RAD = 1e-9


@formula
def range_of_beam(beam: Three, pose: Pose, farthest_m: float, ground: Ground) -> float:
    """Return the distance (m) to the ground along a direction in the body; infinite: none; NaN: of unknown height."""
    origin, direction = _in_map(beam, pose, ground)
    return range_along(origin, direction, farthest_m, ground)


@formula
def range_of_footprint(
    beam: Three, half_width_rad: float, first_return: bool, pose: Pose, farthest_m: float, ground: Ground
) -> float:
    """Return the distance (m) that a beam with a width measures: the mean over its cone, or the nearest ground in it.

    The mean is Radon's formula of seven points over a disc, which is exact to the fifth degree in the angles
    (Abramowitz & Stegun 1964, 25.4.61); where some lines meet no ground, that over the others. The nearest ground is
    that along the middle, along six lines on the edge, the first of them towards the nadir, and along the nadir itself
    where that is within the cone. Infinite where no line meets ground.
    """
    origin, direction = _in_map(beam, pose, ground)
    middle = range_along(origin, direction, farthest_m, ground)
    if half_width_rad <= 0.0:
        return middle
    nadir = scaled(-1.0 / length(origin), origin)
    to_nadir = angle_between(direction, nadir)
    lower, aside = _about(direction, nadir, to_nadir)
    off = half_width_rad if first_return else _MEAN_RADIUS * half_width_rad
    nearest, total, weight = inf, 0.0, 0.0
    if isfinite(middle):
        nearest, total, weight = middle, _MIDDLE_SHARE * middle, _MIDDLE_SHARE
    if first_return and to_nadir < half_width_rad:
        nearest = _nearer(nearest, range_along(origin, nadir, farthest_m, ground))
    for k in range(_ON_EDGE):
        round_rad = 2.0 * pi * k / _ON_EDGE
        ring = combined(cos(round_rad), lower, sin(round_rad), aside)
        found = range_along(origin, combined(cos(off), direction, sin(off), ring), farthest_m, ground)
        nearest = _nearer(nearest, found)
        if isfinite(found):
            total += (1.0 - _MIDDLE_SHARE) / _ON_EDGE * found
            weight += (1.0 - _MIDDLE_SHARE) / _ON_EDGE
    if first_return:
        return nearest
    return total / weight if weight > 0.0 else inf


@part_of_kernel
def _in_map(beam: Three, pose: Pose, ground: Ground) -> tuple[Three, Three]:
    """Return where the craft is (m) and where a direction in the body points, in the axes of the map (ME)."""
    rot = ground.rot_me_from_pa
    return rotated(rot, pose.position), rotated(rot, from_axes(pose.axes, beam))


@part_of_kernel
def _about(direction: Three, nadir: Three, to_nadir_rad: float) -> tuple[Three, Three]:
    """Return unit vectors across a direction: towards the nadir, and to its side."""
    lower = across(nadir, direction)
    if to_nadir_rad < _UPRIGHT_RAD or to_nadir_rad > pi - _UPRIGHT_RAD:
        lower = some_across(direction)
    lower = scaled(1.0 / length(lower), lower)
    return lower, cross(direction, lower)


@part_of_kernel
def _nearer(a: float, b: float) -> float:
    """Return the lesser of two distances; one that is no number is not known, and is left out."""
    return b if b < a else a
