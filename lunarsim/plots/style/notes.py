"""Events in words and in markers."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes

from lunarsim.flight import Event, EventKind, Flight
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.style import Curve

_MARKERS = {EventKind.IGNITION: "^", EventKind.CUTOFF: "s", EventKind.PERILUNE: "o", EventKind.IMPACT: "X"}


class Note(NamedTuple):
    """A text that belongs to a point, in data coordinates."""

    x: float
    y: float
    text: str
    color: str = ""  #: empty: that of the ink
    radius: float = 3.0  #: of the marker, points
    reach: float = 100.0  #: how far the text may stand from it, points
    rank: int = 0  #: 0 gives way only where the axes have no room; the higher, the sooner


def events(flight: Flight) -> list[Event]:
    """Return the events that figures name: ignitions, cut-offs, perilunes, impact."""
    return [event for event in flight.timeline if event.kind in _MARKERS]


def name(event: Event, flight: Flight) -> str:
    """Return an event's name; an ignition carries its burn's name only where there are several burns."""
    return event.kind.value if event.kind is EventKind.IGNITION and len(flight.burns) == 1 else event.name


def mark(ax: Axes, x: float, y: float, event: Event, curve: Curve) -> None:
    """Draw the marker of an event."""
    fill = curve.color if event.kind is EventKind.IMPACT else paper(ax)
    size = 60.0 if event.kind is EventKind.IMPACT else 22.0
    edge = ink(ax) if event.kind is EventKind.IMPACT else curve.color
    width = 0.7 if event.kind is EventKind.IMPACT else 1.2
    ax.scatter([x], [y], s=size, marker=_MARKERS[event.kind], facecolor=fill, edgecolor=edge, linewidth=width, zorder=5)
