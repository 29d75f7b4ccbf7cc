"""What the command line tells a person: provenance, timelines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from astropy import units as u
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lunarsim.flight import Event, Flight
from lunarsim.mission import Provenance, Scenario
from lunarsim.pages import timeline

if TYPE_CHECKING:
    from lunarsim.chain import Mission

_MPS = u.m / u.s
_COLOURS = {"published": "green", "inferred": "yellow", "assumed": "magenta"}


def print_provenance(console: Console, scenario: Scenario | Mission, *, dispersions: bool = False) -> None:
    """Print where each number of a scenario or a mission comes from; those of dispersions only where they are used."""
    certificates = {
        key: certificate
        for key, certificate in scenario.provenance.items()
        if dispersions or not key.startswith("dispersions.")
    }
    if not certificates:
        console.print("The scenario file does not say where its numbers come from.")
        return
    rows = table(
        "number",
        "value\n[dim]90 % interval[/]",
        "status",
        "from",
        title=f"{escape(scenario.name)}: where the numbers come from",
    )
    for column in rows.columns[:3]:
        column.no_wrap = True
    sources = list(scenario.sources)
    notes: list[str] = []
    for key, certificate in certificates.items():
        status = certificate.status.value
        if certificate.sources:
            origin = ", ".join(str(sources.index(source) + 1) for source in certificate.sources)
        else:
            origin = "script" if certificate.script else "note"
            told = [f"script: {certificate.script}"] if certificate.script else []
            told += [f"{key}: {certificate.note}"] if certificate.note else []
            notes += [note for note in told if note not in notes]
        rows.add_row(escape(key), _value(certificate), f"[{_COLOURS[status]}]{status}[/]", origin)
    console.print(rows)
    for number, name in enumerate(sources, start=1):
        console.print(f"  {number:2d} {escape(scenario.sources[name].title)}", highlight=False, soft_wrap=True)
    for note in notes:
        console.print(f"   - {escape(note)}", highlight=False, soft_wrap=True)
    console.print()


def _value(certificate: Provenance) -> str:
    """Return a number as it is known: an inferred one to the digits of its interval, which stands below it."""
    if certificate.interval is None:
        return escape(certificate.value)
    return f"{escape(certificate.rounded)}\n[dim]{escape(certificate.interval_text)}[/]"


def print_timelines(console: Console, flights: dict[str, Flight]) -> None:
    """Print the events of several flights side by side, with true and estimated delta-v.

    Without the apsides of guided thrust, of which a hover has many: they are those of no orbit.
    """
    aligned = timeline.aligned(flights)
    known = [flight.scenario.delta_v_decimals(2) for flight in flights.values()]
    errs = [
        _estimates_otherwise(column, known) for column, known in zip(zip(*aligned, strict=True), known, strict=True)
    ]
    beside = "what was true" + " beside what the navigation estimated" * any(errs)
    rows = table("event", title=f"Timeline: {beside}; heights above the sphere of 1737.4 km")
    for name, is_off in zip(flights, errs, strict=True):
        estimated = ["est.\n\u0394v m/s"] * is_off
        for column in (f"{name}\nUTC", "height\nkm", f"{'true' * is_off}\n\u0394v m/s", *estimated):
            rows.add_column(column, justify="right", no_wrap=True)
    for row in aligned:
        kinds = dict.fromkeys(_in_words(event) for event in row if event is not None)
        cells = (_cells(*of_flight) for of_flight in zip(row, known, errs, strict=True))
        rows.add_row("\n".join(kinds), *(cell for of_flight in cells for cell in of_flight))
    console.print(rows)
    for name, flight in flights.items():
        for parting in flight.partings:
            console.print(f"{name}: {parting}", highlight=False, markup=False)


def table(*columns: str, title: str) -> Table:
    """Return a table that leaves most of 80 columns to its contents."""
    return Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, pad_edge=False)


def _estimates_otherwise(events: Iterable[Event | None], decimals: int) -> bool:
    """Return whether an estimated delta-v is not the true one to the digits that are printed."""
    spent = ((event.true.delta_v, event.estimated.delta_v) for event in events if event is not None)
    return any(_rounded(true, decimals) != _rounded(estimated, decimals) for true, estimated in spent)


def _rounded(delta_v: u.Quantity, decimals: int) -> str:
    return f"{delta_v.to_value(_MPS):.{decimals}f}"


def _in_words(event: Event) -> str:
    """Return the kind of an event, and what more is to be said of it."""
    detail = timeline.detail(event)
    return f"{event.kind.value}: [dim]{escape(detail)}[/]" if detail else event.kind.value


def _cells(event: Event | None, decimals: int, estimates: bool) -> tuple[str, ...]:
    if event is None:
        return ("",) * (3 + estimates)
    return (
        str(event.time.utc.strftime("%H:%M:%S")),
        f"{event.true.state.altitude.to_value(u.km):.2f}",
        _rounded(event.true.delta_v, decimals),
        *([_rounded(event.estimated.delta_v, decimals)] if estimates else []),
    )
