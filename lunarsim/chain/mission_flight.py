"""The flight of a mission: one flight for each link."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.table import QTable, Table, vstack
from astropy.time import Time

from lunarsim.chain.archive import load_legs, save_legs
from lunarsim.chain.leg import Leg
from lunarsim.chain.link import CRAFT, STATE, Link
from lunarsim.chain.mission import Mission
from lunarsim.chain.way import way_to
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.flight import BurnRecord, Event, EventKind, Flight, Outcome
from lunarsim.mission.clock import seconds_after

_SEAMS = {EventKind.START, EventKind.END}


class MissionEvent(NamedTuple):
    """An event, and the link in which it happened."""

    link: str
    event: Event


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class MissionFlight:
    """What came out of :func:`fly_mission`.

    Attributes
    ----------
    name : str
        Of the mission.
    title : str
        One line for people.
    legs : tuple of Leg
        Of each link that was flown: its flight, what was handed over to it, and its rows of the table.
    planned : int
        How many links the mission has.

    Notes
    -----
    A mission whose links fork has several ways. Its timeline tells the events of all of them by time; its burns and its
    delta-v are those of all.
    """

    name: str
    title: str
    legs: tuple[Leg, ...]
    planned: int

    def __post_init__(self) -> None:
        if not self.legs:
            raise InputError("legs is empty: expected the flight of at least one link")

    @property
    def flights(self) -> tuple[Flight, ...]:
        """The flight of each link."""
        return tuple(leg.flight for leg in self.legs)

    @property
    def way(self) -> tuple[Flight, ...]:
        """The flights that lead to the last one: all of them, where the mission does not fork."""
        legs = {leg.flight.scenario.name: leg for leg in self.legs}
        names = way_to(list(legs)[-1], {name: leg.handover.after for name, leg in legs.items()})
        return tuple(legs[name].flight for name in names)

    @property
    def outcome(self) -> Outcome:
        """How the last one ended; see :attr:`outcomes` for a mission that forks."""
        return self.flights[-1].outcome

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """How each way of the mission ended, by the name of its last link."""
        return {flight.scenario.name: flight.outcome for flight in self._last}

    @property
    def start(self) -> Time:
        """When the first one started."""
        return self.flights[0].start

    @property
    def end(self) -> Time:
        """When the last of its ways ended."""
        return max(flight.end for flight in self._last)

    @property
    def burns(self) -> tuple[BurnRecord, ...]:
        """All burns, in order."""
        return tuple(burn for flight in self.flights for burn in flight.burns)

    @property
    def delta_v(self) -> u.Quantity:
        """True delta-v of all of it."""
        return np.sum(u.Quantity([flight.delta_v[-1] for flight in self.flights]))

    @property
    def timeline(self) -> tuple[MissionEvent, ...]:
        """What happened, in order; the starts and ends of links within the mission are left out."""
        kept = [self.flights[0].timeline[0], *(flight.timeline[-1] for flight in self._last)]
        told = [
            MissionEvent(flight.scenario.name, event)
            for flight in self.flights
            for event in flight.timeline
            if event.kind not in _SEAMS or any(event is each for each in kept)
        ]
        if len(self._last) == 1:
            return tuple(told)
        seconds = [float(seconds_after(self.start, each.event.time)) for each in told]
        return tuple(told[k] for k in np.argsort(seconds, kind="stable"))

    @property
    def solved(self) -> Mission:
        """The mission with the numbers that were found in place of those that were free."""
        links = [
            Link(
                scenario=leg.flight.scenario,
                anew=_anew(leg) if k else (),
                leaves=leg.handover.leaves,
                after=leg.handover.after,
            )
            for k, leg in enumerate(self.legs)
        ]
        return Mission(name=self.name, title=self.title, links=tuple(links))

    def at(self, time: Time) -> Flight:
        """Return the flight of the link that was under way at a time; of two that meet or fly there, the later one.

        Raises
        ------
        InputError
            If the time lies outside the mission.
        """
        for flight in reversed(self.flights):
            if flight.start <= time <= flight.end:
                return flight
        raise InputError(f"time = {time.isot}: the mission flew from {self.start.utc.isot} to {self.end.utc.isot} UTC")

    def table(self) -> Table:
        """Return what was given, free, met and compared, and what came out: a row for each number.

        Returns
        -------
        Table
            ``link``, ``kind``, ``quantity``, ``asked`` (or published), ``flown``, ``miss`` (flown less asked),
            ``tolerance`` and their ``unit``, and ``kept``: whether the one is within the other, or "".
        """
        told = [(leg.flight.scenario.name, row) for leg in self.legs for row in leg.rows]
        columns = {
            "link": [name for name, _ in told],
            "kind": [row.kind.value for _, row in told],
            **{key: [getattr(row, key) for _, row in told] for key in ("quantity", "asked", "flown")},
            **{key: [getattr(row, key) for _, row in told] for key in ("miss", "tolerance", "unit")},
            "kept": [{None: "", True: "yes", False: "no"}[row.kept] for _, row in told],
        }
        return Table(columns, meta={"mission": self.name})

    def to_table(self) -> QTable:
        """Return the histories of all flights as one table, as :meth:`Flight.to_table`, with the name of the link."""
        parts = []
        for flight in self.flights:
            part = flight.to_table()
            part.remove_columns([name for name in part.colnames if name not in _SHARED])
            part["time"] = part["time"].utc
            part["elapsed"] = (part["time"].tdb - self.start.tdb).to(u.s)
            part.add_column([flight.scenario.name] * len(part), name="link", index=0)
            part.meta.clear()
            parts.append(part)
        joined = vstack(parts)
        joined.meta = {"mission": self.name}
        return joined

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all of it into one file, from which :meth:`load` returns the same.

        Raises
        ------
        InputError
            If a scenario holds something of a class that is not lunarsim's.
        OutputError
            If the file cannot be written.
        """
        save_legs(path, {"name": self.name, "title": self.title, "planned": self.planned}, self.legs)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> MissionFlight:
        """Return a flight of a mission that :meth:`save` wrote; nothing in the file is executed.

        Raises
        ------
        DataError
            If the file is missing, damaged, or no saved mission.
        """
        about, legs = load_legs(path)
        return cls(legs=legs, **about)

    @property
    def _last(self) -> tuple[Flight, ...]:
        """The flight of the last link of each way."""
        names = [flight.scenario.name for flight in self.flights]
        followed = {leg.handover.after or before for before, leg in zip(names, self.legs[1:], strict=False)}
        return tuple(flight for name, flight in zip(names, self.flights, strict=True) if name not in followed)

    def __repr__(self) -> str:
        ends = "; ".join(map(str, self.outcomes.values()))
        return f"<mission {self.name}, {len(self.legs)} of {self.planned} links: {ends}>"

    def _repr_html_(self) -> str:
        rows = [(leg.flight.scenario.name, f"{leg.handover}\n{leg.flight.outcome}") for leg in self.legs]
        return as_table(self.title or self.name, rows)


def _anew(leg: Leg) -> tuple[str, ...]:
    return tuple(word for word in leg.handover.anew if word in {STATE, CRAFT})


_SHARED = {
    *("time", "elapsed", "position", "velocity", "latitude", "longitude", "altitude", "speed"),
    *("flight_path_angle", "thrust", "mass"),
}
