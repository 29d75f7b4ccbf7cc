"""The axes of the craft's body, and small turns of them.

``z`` is the craft's axis, so that it stands on its ``-z`` side: where no attitude control turns it, that of its thrust.
The attitude that guidance commands is that axis alone; how the craft is rolled about it is a rule: ``y`` is the
horizontal to the left of the flight as near as it can be, ``x = y x z``. So ``x`` points up in braking, when the engine
fires against the motion, and downrange in upright descent; in the turn from one to the other nothing jumps, as it would
with an ``x`` that follows a velocity which dies out. Axes are three rows, as of a rotation from the axes in which they
are given to those of the body.
"""

from math import atan2, cos, sin
from typing import Any, NamedTuple

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.numerics.vectors import (
    Three,
    across,
    combined,
    cross,
    dot,
    from_axes,
    length,
    scaled,
    some_across,
)

Axes = tuple[Three, Three, Three]

#: Sides of the body: that to which the thrust points, and that on which the craft stands.
ABOVE, BELOW = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)

_ALONG = 1e-9  # closer to the axis, the left of the flight says nothing of the roll


class Pose(NamedTuple):
    """Where a craft truly is and how it is turned, in the Moon's principal axes (PA)."""

    time_s: float  #: since the start of the flight
    position: Three  #: m
    velocity: Three  #: over the turning ground (m/s)
    axes: Axes  #: of the body, as :func:`body_axes` gives them


@formula
def body_axes(axis: Three, left: Three) -> Axes:
    """Return the axes of a body from that of the craft, a unit vector, and the left of the flight.

    ``left`` may have any length: the axis crossrange of the landing site, or position cross velocity. Where it lies
    along it, the roll is any.
    """
    y = across(left, axis)
    size = length(y)
    y = scaled(1.0 / size, y) if size > _ALONG * length(left) else some_across(axis)
    return cross(y, axis), y, axis


@formula
def turned_about(a: Three, turn: Three) -> Three:
    """Return a vector, turned about the direction of another by its length (rad): Rodrigues' formula."""
    angle = length(turn)
    if angle == 0.0:
        return a
    k = scaled(1.0 / angle, turn)
    flat = combined(cos(angle), a, sin(angle), cross(k, a))
    return combined(1.0, flat, (1.0 - cos(angle)) * dot(k, a), k)


@formula
def turned_axes(axes: Axes, turn: Three) -> Axes:
    """Return the axes of a body that has turned, by a rotation vector (rad) along its own axes."""
    return (
        from_axes(axes, turned_about((1.0, 0.0, 0.0), turn)),
        from_axes(axes, turned_about((0.0, 1.0, 0.0), turn)),
        from_axes(axes, turned_about((0.0, 0.0, 1.0), turn)),
    )


@formula
def turn_between(before: Axes, after: Axes) -> Three:
    """Return the rotation vector (rad, along the axes of the body) that takes axes to others: less than half a turn.

    It is the axial vector of the rotation between them, which has the length of the sine of the angle, made as long as
    the angle.
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = _products(after, before)
    sine_axis = (0.5 * (yz - zy), 0.5 * (zx - xz), 0.5 * (xy - yx))
    sine, cosine = length(sine_axis), 0.5 * (xx + yy + zz - 1.0)
    return scaled(atan2(sine, cosine) / sine, sine_axis) if sine > 0.0 else sine_axis


@part_of_kernel
def _products(a: Any, b: Any) -> Axes:
    """Return the inner products of the rows of axes with those of others."""
    return (
        (dot(a[0], b[0]), dot(a[0], b[1]), dot(a[0], b[2])),
        (dot(a[1], b[0]), dot(a[1], b[1]), dot(a[1], b[2])),
        (dot(a[2], b[0]), dot(a[2], b[1]), dot(a[2], b[2])),
    )


@formula
def off_axis(side: Three, angle_rad: float, azimuth_rad: float) -> Three:
    """Return the direction in the body at an angle from a side, at an azimuth from ``x`` towards ``y``."""
    s = sin(angle_rad)
    return s * cos(azimuth_rad), s * sin(azimuth_rad), side[2] * cos(angle_rad)
