"""The events of flights side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from lunarsim.flight import Cutoff, Event, EventKind, Flight

_APSIDES = (EventKind.PERILUNE, EventKind.APOLUNE)
_ENDS = (EventKind.IMPACT, EventKind.TOUCHDOWN, EventKind.END)
_NAMING = (EventKind.IGNITION, EventKind.PHASE, EventKind.FAULT, EventKind.COMMAND)
_REASONS = {cutoff.value for cutoff in Cutoff}  # of a burn's cut-off; that of a guided phase names the phase
_Key: TypeAlias = tuple[EventKind, str, int]
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
    """Return the events row by row, in the order of time, how a flight ends last.

    Beside each other stand events of one kind, and of one phase, fault or command where they name it: the first of one
    flight beside the first of another. No flight's events are out of order: those that would be stand alone.
    """
    waiting = [_keyed(_told(flight)) for flight in flights.values()]
    rows: list[list[Event | None]] = []
    while any(waiting):
        heads = [next(iter(events), None) for events in waiting]
        keys = sorted({key for key in heads if key is not None}, key=lambda key: _earliest(key, waiting, heads))
        whole = [
            key for key in keys if all(head == key or key not in of for head, of in zip(heads, waiting, strict=True))
        ]
        key = next(iter(whole), keys[0])
        rows.append([of.pop(key) if head == key else None for head, of in zip(heads, waiting, strict=True)])
    return rows


def _keyed(events: list[Event]) -> dict[_Key, Event]:
    """Return events by what is the same of flights: kind, what they name, and which of those."""
    seen: Counter[tuple[EventKind, str]] = Counter()
    keyed: dict[_Key, Event] = {}
    for event in events:
        named = event.kind in _NAMING or (event.kind is EventKind.CUTOFF and event.detail not in _REASONS)
        same = (event.kind, event.detail if named else "")
        seen[same] += 1
        keyed[(*same, seen[same])] = event
    return keyed


def _earliest(key: _Key, waiting: list[dict[_Key, Event]], heads: list[_Key | None]) -> tuple[bool, float]:
    """Return when the event of a key that comes next does, in the first of the flights, for sorting: ends last."""
    times = [of[key].time.tdb.jd for of, head in zip(waiting, heads, strict=True) if head == key]
    return key[0] in _ENDS, min(times)


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
