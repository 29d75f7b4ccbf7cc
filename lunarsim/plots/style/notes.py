"""Events in words and in markers."""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes

from lunarsim.flight import Event, EventKind, Flight, Histories
from lunarsim.plots.style.colours import ink, paper
from lunarsim.plots.style.style import AnyCurve

_MARKERS = {
    EventKind.IGNITION: "^",
    EventKind.CUTOFF: "s",
    EventKind.FAULT: "v",
    EventKind.ALTIMETER_IGNORED: "v",
    EventKind.PERILUNE: "o",
    EventKind.IMPACT: "X",
    EventKind.TOUCHDOWN: "D",
}
_DOWN = {EventKind.IMPACT: 60.0, EventKind.TOUCHDOWN: 36.0}  # areas of their markers, square points


class Note(NamedTuple):
    """A text that belongs to a point, in data coordinates."""

    x: float
    y: float
    text: str
    color: str = ""  #: empty: that of the ink
    radius: float = 3.0  #: of the marker, points
    reach: float = 100.0  #: how far the text may stand from it, points
    rank: int = 0  #: 0 gives way only where the axes have no room; the higher, the sooner


def events(flight: Flight | Histories) -> list[Event]:
    """Return the events that figures name: of engine, orbit and ground, faults, and an altimeter that is given up.

    Where guidance turns from descent to hover is no perilune of an orbit. Histories alone have no events.
    """
    if isinstance(flight, Histories):
        return []
    named = [event for event in flight.timeline if event.kind in _MARKERS]
    return [event for event in named if event.kind is not EventKind.PERILUNE or not _is_guided(event, flight)]


def _is_guided(event: Event, flight: Flight) -> bool:
    return any(phase.start <= event.time <= phase.end for phase in flight.phases)


def is_down(event: Event) -> bool:
    """Return whether an event ends a flight on the ground."""
    return event.kind in _DOWN


def rank(event: Event) -> int:
    """Return the rank of an event's note: where a flight ended stands before all else."""
    return 0 if is_down(event) else 1


def name(event: Event, flight: Flight) -> str:
    """Return an event's name; an ignition carries its burn's name only where there are several burns."""
    plain = event.kind is EventKind.ALTIMETER_IGNORED or (event.kind is EventKind.IGNITION and len(flight.burns) == 1)
    return event.kind.value if plain else event.name


def contact(flight: Histories) -> str:
    """Return what is told of the end of histories on the ground, such as ``impact, 11:57:29 UTC``."""
    assert flight.contact is not None
    return f"{flight.contact.value}, {flight.end.utc.strftime('%H:%M:%S')} UTC"


def mark(ax: Axes, x: float, y: float, kind: EventKind, curve: AnyCurve) -> None:
    """Draw the marker of an event."""
    down = kind in _DOWN
    fill, edge, width = (curve.color, ink(ax), 0.7) if down else (paper(ax), curve.color, 1.2)
    size = _DOWN.get(kind, 22.0)
    ax.scatter([x], [y], s=size, marker=_MARKERS[kind], facecolor=fill, edgecolor=edge, linewidth=width, zorder=5)
