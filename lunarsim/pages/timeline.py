"""The events of flights side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lunarsim.flight import Event, EventKind, Flight

_APSIDES = (EventKind.PERILUNE, EventKind.APOLUNE)
_DETAILED = (
    EventKind.CUTOFF,
    EventKind.PHASE,
    EventKind.FAULT,
    EventKind.COMMAND,
    EventKind.COMMAND_DISPLACED,
    EventKind.COMMAND_LOST,
    EventKind.COMMAND_MOVED,
    EventKind.MONITOR,
    EventKind.ALTIMETER_ACQUIRED,
    EventKind.ALTIMETER_REJECTED,
    EventKind.ALTIMETER_ACCEPTED,
    EventKind.ALTIMETER_IGNORED,
    EventKind.VELOCIMETER_ACQUIRED,
    EventKind.VELOCIMETER_REJECTED,
    EventKind.VELOCIMETER_ACCEPTED,
    EventKind.VELOCIMETER_IGNORED,
)


def aligned(flights: Mapping[str, Flight]) -> list[list[Event | None]]:
    """Return the events row by row: the first perilune of one flight beside the first of another, by time."""
    rows: dict[tuple[EventKind, int], list[Event | None]] = {}
    for column, flight in enumerate(flights.values()):
        seen: Counter[EventKind] = Counter()
        for event in _told(flight):
            seen[event.kind] += 1
            row = rows.setdefault((event.kind, seen[event.kind]), [None] * len(flights))
            row[column] = event
    return sorted(rows.values(), key=lambda row: min(event.time.tdb.jd for event in row if event is not None))


def _told(flight: Flight) -> list[Event]:
    """Return the events without the apsides from the first guided thrust to the end of the last guided phase."""
    if not flight.phases:
        return list(flight.timeline)
    guided = [event for event in flight.timeline if flight.phases[0].start <= event.time <= flight.phases[-1].end]
    ignition = next((event.time for event in guided if event.kind is EventKind.IGNITION), flight.phases[-1].end)
    spoilt = [event for event in guided if event.kind in _APSIDES and event.time >= ignition]
    return [event for event in flight.timeline if event not in spoilt]


def detail(event: Event) -> str:
    """Return what is to be said of an event beside its kind; empty where that says all."""
    return event.detail if event.kind in _DETAILED else ""
