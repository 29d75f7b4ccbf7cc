"""``lunarsim run``, ``luna25`` and ``ladder``: the flights of a scenario, what is said of them, and their files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from lunarsim.cli import figures, landing
from lunarsim.cli import ladder as climbing
from lunarsim.cli import report as printed
from lunarsim.cli.faults import with_faults_of
from lunarsim.cli.options import read_option
from lunarsim.errors import InputError, ScenarioError
from lunarsim.flight import Flight, simulate
from lunarsim.io import flight_summary, prepare_folder, write_files
from lunarsim.io.output import Write
from lunarsim.kernels.notice import FLYING
from lunarsim.mission import Scenario
from lunarsim.moon import Terrain
from lunarsim.pages import headline
from lunarsim.scenarios import load_scenario


def run(
    name: str,
    out: Path | None,
    terrain: str | None,
    *,
    faults: Sequence[str] = (),
    without_faults: bool = False,
    report: bool = False,
    as_json: bool,
) -> None:
    """Fly a scenario, and without its faults too; print what happened and leave files."""
    console = Console(stderr=True)
    scenario = described(name, terrain, faults, without_faults=without_faults)
    folder = out or Path(scenario.name)
    prepare_folder(folder)
    with console.status(FLYING):
        flights = _fly(scenario, name)
    printed.print_provenance(console, scenario)
    printed.print_timelines(console, flights)
    landing.print_landing(console, flights["flown"])
    console.print(Text(headline.verdict(flights["flown"], flights.get("planned")), style="bold"))
    summary = summary_of(scenario, flights)
    writers = figures.files(flights, summary)
    if report:
        writers[figures.REPORT] = figures.report_writer(flights, name)
    leave(console, folder, writers)
    if as_json:
        typer.echo(json.dumps(summary, indent=2, allow_nan=False))


def described(name: str, terrain: str | None, faults: Sequence[str] = (), *, without_faults: bool = False) -> Scenario:
    """Return a scenario over another ground and with other faults, as options say."""
    scenario = load_scenario(name)
    if terrain is not None:
        scenario = scenario.with_terrain(read_option("--terrain", terrain, Terrain.from_file))
    return with_faults_of(scenario, faults, without_own=without_faults)


def climb(name: str, field: str | None, terrain: str | None, out: Path | None, *, as_json: bool) -> None:
    """Fly a scenario in ever better models."""
    console = Console(stderr=True)
    scenario = load_scenario(name)
    folder = out or Path(scenario.name)
    prepare_folder(folder)
    rungs = climbing.climb(scenario, field, terrain, console)
    climbing.print_ladder(console, rungs)
    leave(console, folder, climbing.files(scenario, rungs))
    if as_json:
        typer.echo(json.dumps(climbing.summary(scenario, rungs), indent=2, allow_nan=False))


def summary_of(scenario: Scenario, flights: Mapping[str, Flight]) -> dict[str, Any]:
    """Return what ``run --json`` prints: the name of the scenario, and each of its flights."""
    return {"scenario": scenario.name, **{name: flight_summary(flight) for name, flight in flights.items()}}


def leave(console: Console, folder: Path, writers: dict[str, Write]) -> None:
    """Write the files of a command, and tell which."""
    with console.status("drawing"):
        files = write_files(folder, writers)
    names = ", ".join(file.name for file in files)
    console.print(Text(f"{len(files)} files in {folder}: {names}"), soft_wrap=True)


def _fly(scenario: Scenario, name: str) -> dict[str, Flight]:
    try:
        flights = {"planned": simulate(scenario.without_faults())} if scenario.faults else {}
        return {**flights, "flown": simulate(scenario)}
    except InputError as error:
        raise ScenarioError(f"{name}: {error}") from error
