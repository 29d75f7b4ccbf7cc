"""``lunarsim run`` of a mission: what is told of its chain of flights, and its files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import typer
from astropy import units as u
from astropy.table import QTable
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lunarsim import plots
from lunarsim.chain import Mission, MissionFlight, Row, RowKind, fly_mission
from lunarsim.cli import figures, flying
from lunarsim.cli import report as printed
from lunarsim.cli.warned import plain_warnings
from lunarsim.errors import InputError, ScenarioError
from lunarsim.flight import EventKind, Flight, GroundContact
from lunarsim.io import flight_summary, prepare_folder
from lunarsim.io.output import Write
from lunarsim.kernels.notice import FLYING
from lunarsim.plots.flight.cislunar_views import comes_near, goes_beyond
from lunarsim.scenarios import load_mission

_APSIDES = {EventKind.PERILUNE, EventKind.APOLUNE}
_COLOURS = {RowKind.MET: "green", RowKind.FREE: "cyan", RowKind.CAME_OUT: "yellow"}


def run(name: str, out: Path | None, *, without_faults: bool = False, as_json: bool) -> None:
    """Fly a mission; print what was given, free, met and compared, and its time line; leave files."""
    console = Console(stderr=True)
    mission = load_mission(name)
    folder = out or Path(mission.name + "-without-faults" * without_faults)
    mission = mission.without_faults() if without_faults else mission
    prepare_folder(folder)
    with plain_warnings(console), console.status(FLYING):
        flown = _fly(mission, name)
    printed.print_provenance(console, mission)
    _print_chain(console, flown)
    _print_table(console, flown)
    _print_timeline(console, flown)
    console.print(Text(f"{_verdict(flown)} {mission.remark}".strip(), style="bold"))
    summary = summary_of(flown)
    flying.leave(console, folder, _files(flown, summary))
    if as_json:
        typer.echo(json.dumps(summary, indent=2, allow_nan=False))


def refuse_options(name: str, options: Sequence[str]) -> None:
    """Refuse options of one flight, of which a mission has many.

    Raises
    ------
    InputError
        If there are any.
    """
    if options:
        raise InputError(
            f"{' and '.join(options)}: '{name}' is a mission, and its links say what is wrong with the craft and what "
            "the ground is: write it into the file, or leave the option out"
        )


def _fly(mission: Mission, name: str) -> MissionFlight:
    try:
        return fly_mission(mission)
    except InputError as error:
        raise ScenarioError(f"{name}: {error}") from error


def _verdict(flown: MissionFlight) -> str:
    short = len(flown.legs) < flown.planned
    after = f", after {len(flown.legs)} of {flown.planned} links" if short else ""
    return f"Flown: {'; '.join(map(str, flown.outcomes.values()))}{after}."


def _print_chain(console: Console, flown: MissionFlight) -> None:
    rows = printed.table("link", "begins\nUTC", "with", title="The chain: what is handed on, and what is given anew")
    for leg in flown.legs:
        begins = leg.flight.start.utc.strftime("%d %b %H:%M")
        rows.add_row(escape(leg.flight.scenario.name), begins, escape(str(leg.handover)))
    console.print(rows)


def _print_table(console: Console, flown: MissionFlight) -> None:
    rows = printed.table(
        "number", "given or\npublished", "flown", "off by", title="What was given, free, met, compared; what came out"
    )
    for leg in flown.legs:
        rows.add_row(f"[bold]{escape(leg.flight.scenario.name)}[/]", "", "", "")
        for row in leg.rows:
            rows.add_row(f" {_kind(row)}: {escape(row.quantity)}", escape(row.asked), escape(row.flown), _off(row))
    console.print(rows)


def _kind(row: Row) -> str:
    colour = _COLOURS.get(row.kind, "")
    return f"[{colour}]{row.kind.value}[/]" if colour else row.kind.value


def _off(row: Row) -> str:
    if isnan(row.miss):
        return ""
    text = f"{row.miss:+.2f} {row.unit}"
    return text if row.kept is not False else f"[red]{text}[/]"


def _print_timeline(console: Console, flown: MissionFlight) -> None:
    rows = printed.table("UTC", "event", "height\nkm", title="Timeline, without apsides; heights above 1737.4 km")
    for told in flown.timeline:
        if told.event.kind not in _APSIDES:
            height = f"{told.event.true.state.altitude.to_value(u.km):.2f}"
            rows.add_row(str(told.event.time.utc.strftime("%d %b %H:%M:%S")), escape(told.event.name), height)
    console.print(rows)


def summary_of(flown: MissionFlight) -> dict[str, Any]:
    """Return what ``run --json`` prints of a mission: each link with its rows and the summary of its flight."""
    return {
        "mission": flown.name,
        "outcome": str(flown.outcome),
        "outcomes": {name: str(outcome) for name, outcome in flown.outcomes.items()},
        "links": [
            {
                "name": leg.flight.scenario.name,
                "start_utc": f"{leg.flight.start.utc.isot}Z",
                "handed_on": list(leg.handover.handed_on),
                "given_anew": list(leg.handover.anew),
                "left_behind": leg.handover.leaves or None,
                "left_behind_kg": leg.handover.left_kg,
                "numbers": [_plain(row) for row in leg.rows],
                "flight": flight_summary(leg.flight),
            }
            for leg in flown.legs
        ],
    }


def _plain(row: Row) -> dict[str, Any]:
    told = {**row._asdict(), "kind": row.kind.value, "kept": row.kept}
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in told.items()}


def _lowest(flown: MissionFlight) -> Flight:
    """Return the flight that came to the ground; the last one where none did."""
    return next((f for f in flown.flights if isinstance(f.outcome, GroundContact)), flown.flights[-1])


def _files(flown: MissionFlight, summary: dict[str, Any]) -> dict[str, Write]:
    timeline = QTable(
        {
            "link": [told.link for told in flown.timeline],
            "utc": [told.event.time.utc.isot for told in flown.timeline],
            "event": [told.event.name for told in flown.timeline],
            "altitude": u.Quantity([told.event.true.state.altitude.to(u.km) for told in flown.timeline]),
        }
    )
    about_the_moon = figures.figure_writer(lambda: plots.mission(flown).orbits)
    way = figures.figure_writer(lambda: plots.cislunar(flown).still)
    return {
        "summary.json": figures.json_writer(summary),
        **({"cislunar.png": way} if goes_beyond(flown.way) else {}),
        "numbers.ecsv": lambda path: flown.table().write(path, format="ascii.ecsv", delimiter=","),
        "timeline.ecsv": lambda path: timeline.write(path, format="ascii.ecsv", delimiter=","),
        "mission.lunarsim": flown.save,
        **({"mission.png": about_the_moon} if comes_near(flown.flights) else {}),
        "last_altitude_profile.png": figures.figure_writer(lambda: plots.altitude_profile(_lowest(flown))),
    }
