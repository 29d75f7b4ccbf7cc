"""Published points of a descent, drawn over a flight with their tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from lunarsim.errors import InputError
from lunarsim.mission import ProfilePoint
from lunarsim.plots.style import notes
from lunarsim.plots.style.colours import ink, paper

_LOOK: dict[str, Any] = {
    "linestyle": "",
    "markersize": 4.0,
    "markeredgewidth": 0.9,
    "elinewidth": 0.9,
    "capsize": 1.8,
    "zorder": 5.0,
}
#: The markers: a circle for what is relative to the ground, a diamond for inertial speeds, a triangle for an altitude
#: without a time.
CIRCLE, DIAMOND, TRIANGLE = "o", "D", "<"
_REACH_PT = 32.0  # of the letters from their points: a longer leader looks like data
_EDGE = 0.96  # where altitudes stand of which nothing else was published, as a share of the width of a panel


class Axis(NamedTuple):
    """A value of the points on an axis, and how many SI units are one of the axis."""

    name: str
    unit: float


def checked(points: Sequence[ProfilePoint]) -> list[ProfilePoint]:
    """Return the points as a list.

    Raises
    ------
    InputError
        If one is not a ProfilePoint.
    """
    for i, point in enumerate(points):
        if not isinstance(point, ProfilePoint):
            raise InputError(f"published[{i}] = {point!r}: expected a ProfilePoint")
    return list(points)


def letter(i: int) -> str:
    """Return the letter by which a figure names point i: a to z, then aa."""
    return ascii_lowercase[i % 26] * (1 + i // 26)


def is_level(point: ProfilePoint) -> bool:
    """Return whether of a point the altitude alone can be drawn: it has no place on an axis to draw it over."""
    placed = (point.time, point.range_to_go, point.ground_speed)
    return (point.value("altitude") or 0.0) > 0.0 and all(value is None for value in placed)


def has_place(point: ProfilePoint) -> bool:
    """Return whether a point can be drawn at all."""
    return is_level(point) or any(value is not None for value in (point.time, point.range_to_go, point.ground_speed))


def overlay_levels(ax: Axes, points: Sequence[ProfilePoint], y: Axis) -> list[notes.Note]:
    """Draw altitudes of which nothing else was published as dotted lines with a triangle at the right edge.

    The limits of the axes are to be set before.
    """
    texts = []
    x = float(ax.transData.inverted().transform(ax.transAxes.transform((_EDGE, 0.0)))[0])
    for i, point in enumerate(points):
        if not is_level(point):
            continue
        value = (point.value(y.name) or 0.0) / y.unit
        ax.axhline(value, color=ink(ax), linewidth=0.6, linestyle=(0.0, (1.0, 3.0)), zorder=1.0)
        ax.errorbar([x], [value], yerr=point.width(y.name) / y.unit or None, marker=TRIANGLE, **_colours(ax), **_LOOK)
        texts.append(notes.Note(x, value, letter(i), reach=_REACH_PT))
    return texts


def overlay(ax: Axes, points: Sequence[ProfilePoint], x: Axis, y: Axis, marker: str = CIRCLE) -> list[notes.Note]:
    """Draw the points that have both values, and return their letters as notes."""
    texts = []
    for i, point in enumerate(points):
        at, value = point.value(x.name), point.value(y.name)
        if at is None or value is None:
            continue
        widths = point.width(x.name) / x.unit, point.width(y.name) / y.unit
        bars: dict[str, Any] = {"xerr": widths[0] or None, "yerr": widths[1] or None}
        ax.errorbar([at / x.unit], [value / y.unit], marker=marker, **bars, **_colours(ax), **_LOOK)
        texts.append(notes.Note(at / x.unit, value / y.unit, letter(i), reach=_REACH_PT))
    return texts


def _colours(ax: Axes) -> dict[str, Any]:
    return {"color": ink(ax), "markeredgecolor": ink(ax), "markerfacecolor": paper(ax)}
