"""What the command line tells a person: provenance, timelines, verdict."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest

from astropy import units as u
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lunarsim import checks
from lunarsim.flight import BurnRecord, Cutoff, Event, EventKind, Flight, GroundContact, Impact
from lunarsim.flight.idle_faults import idle_faults
from lunarsim.mission import Provenance, Scenario, Site
from lunarsim.moon.crater import GRAZING
from lunarsim.orbits import State

_MPS = u.m / u.s
_DETAILED = (
    EventKind.CUTOFF,
    EventKind.PHASE,
    EventKind.FAULT,
    EventKind.COMMAND,
    EventKind.COMMAND_DISPLACED,
)
_MOST_ALARMS = 5  # that are told in words; a monitor may call at each window
_APSIDES = (EventKind.PERILUNE, EventKind.APOLUNE)
_COLOURS = {"published": "green", "inferred": "yellow", "assumed": "magenta"}


def print_provenance(console: Console, scenario: Scenario, *, dispersions: bool = False) -> None:
    """Print where each number of a scenario comes from; those of dispersions only where they are used."""
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
    rows = table("event", title="Timeline: what was true beside what the navigation estimated")
    for name in flights:
        for column in (f"{name}\nUTC", "height\nkm", "true\n\u0394v m/s", "estimated\n\u0394v m/s"):
            rows.add_column(column, justify="right")
    known = [flight.scenario.delta_v_decimals(2) for flight in flights.values()]
    for row in _aligned(flights):
        first = next(event for event in row if event is not None)
        cells = (_cells(event, decimals) for event, decimals in zip(row, known, strict=True))
        rows.add_row(first.kind.value, *(cell for of_flight in cells for cell in of_flight))
    console.print(rows)


def table(*columns: str, title: str) -> Table:
    """Return a table that leaves most of 80 columns to its contents."""
    return Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0, pad_edge=False)


def verdict(flight: Flight, planned: Flight | None) -> str:
    """Return in a sentence or two what happened, and how it differs from the plan."""
    plans = planned.burns if planned else ()
    decimals = flight.scenario.delta_v_decimals(1)
    pairs = zip_longest(flight.burns, plans[: len(flight.burns)])
    sentences = [_burn_sentence(*pair, decimals) for pair in pairs]
    outcome = str(flight.outcome)
    if isinstance(flight.outcome, GroundContact):
        for name, site in flight.scenario.sites.items():
            outcome += f", {_distance(flight.outcome.distance_to(site))} from {site_words(name, site)}"
    if isinstance(flight.outcome, Impact):
        outcome += _crater(flight, flight.outcome)
    sentences += [
        f"At {event.time.utc.strftime('%H:%M:%S')} UTC a monitor called ({event.detail})."
        for event in flight.timeline
        if event.kind is EventKind.MONITOR
    ][:_MOST_ALARMS]
    idle = [f"The fault '{fault.title}' had no effect: {why}." for fault, why in idle_faults(flight, planned)]
    return " ".join([*sentences, f"Flown: {outcome}.", *idle, flight.scenario.remark]).strip()


def site_words(name: str, site: Site) -> str:
    """Return a site by its title, or by its name where it has none."""
    return f"the {site.title}" if site.title else f"the site '{name}'"


def _burn_sentence(record: BurnRecord, planned: BurnRecord | None, decimals: int) -> str:
    true, sensed, target = (
        f"{delta_v.to_value(_MPS):.{decimals}f}"
        for delta_v in (record.delta_v, record.delta_v_sensed, record.target_delta_v)
    )
    words = (
        f"The {record.name} was cut off {_by_what(record.cutoff)} after {record.duration.to_value(u.s):.1f} s, "
        f"at a true delta-v of {true} m/s; the computer had sensed {sensed} of {target} m/s. "
        f"It left an orbit of {_orbit(record.after)}."
    )
    if planned is not None:
        words += (
            f" The plan was {planned.duration.to_value(u.s):.1f} s, {planned.delta_v.to_value(_MPS):.{decimals}f} m/s "
            f"and {_orbit(planned.after)}."
        )
    return words


def _by_what(cutoff: Cutoff) -> str:
    return "as the speed reached zero" if cutoff is Cutoff.ZERO_SPEED else f"by the {cutoff.value}"


def _distance(distance: u.Quantity) -> str:
    km = distance.to_value(u.km)
    if km < 1.0:
        return f"{1e3 * km:.0f} m"
    return f"{km:.{2 if km < 10.0 else 0}f} km"


def _crater(flight: Flight, impact: Impact) -> str:
    """Return how wide the crater should be, and how wide it is if that is known."""
    if flight.scenario.craft is None:
        return ""
    words = f"; crater: {impact.crater_diameter(flight.mass[-1])} estimated (Holsapple 1993{_at_what_angle(impact)})"
    observed = flight.scenario.published.get("crater_diameter")
    if observed is None:
        return words
    observed = checks.quantity("published.crater_diameter", observed, u.m)
    return f"{words}, {observed.value:.0f} m observed"


def _at_what_angle(impact: Impact) -> str:
    """Return what the estimate hangs on where a flat flight met ground whose slope is not known; else nothing."""
    if impact.slope > 0.0 * u.deg or impact.incidence >= GRAZING:
        return ""
    return f"; at {impact.incidence.to_value(u.deg):.1f} deg to level ground, more on a slope"


def _orbit(state: State) -> str:
    return f"{state.perilune.to_value(u.km):.1f} x {state.apolune.to_value(u.km):.1f} km"


def _aligned(flights: dict[str, Flight]) -> list[list[Event | None]]:
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


def _cells(event: Event | None, decimals: int) -> tuple[str, ...]:
    if event is None:
        return ("", "", "", "")
    clock = str(event.time.utc.strftime("%H:%M:%S"))
    return (
        f"{clock}\n[dim]{escape(event.detail)}[/]" if event.kind in _DETAILED else clock,
        f"{event.true.state.altitude.to_value(u.km):.2f}",
        f"{event.true.delta_v.to_value(_MPS):.{decimals}f}",
        f"{event.estimated.delta_v.to_value(_MPS):.{decimals}f}",
    )
