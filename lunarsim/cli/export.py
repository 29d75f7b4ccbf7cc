"""``lunarsim export``: a flight or a campaign in a file of another program."""

from __future__ import annotations

import json
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from lunarsim import data
from lunarsim.errors import DataError, InputError, ScenarioError
from lunarsim.flight import Flight, simulate
from lunarsim.flight.result.flight_file.archive import is_netcdf
from lunarsim.io.exchange.export_formats import FORMATS, format_of
from lunarsim.io.scenario_file.state_file import kind_of
from lunarsim.kernels.notice import FLYING
from lunarsim.scenarios import load_campaign, load_scenario

_TAKEN = "a file that Flight.save wrote, or a scenario by its name or its .toml file"
_STATES = {"oem": "an OEM", "opm": "an OPM", "spk": "an SPK", "gmat": "a script of GMAT"}


def export(what: str, to: str | None, out: Path, campaign: str | None, *, as_json: bool) -> None:
    """Write a saved flight, the flight of a scenario, or a campaign's folder in another format; tell which files."""
    console = Console(stderr=True)
    name = format_of(to, out)
    form = FORMATS[name]
    _keep_input(what, out)
    if campaign is not None:
        if not form.of_campaign:
            raise InputError(f"--to {name} takes one flight, not a campaign: give a scenario or a saved flight alone")
        if _file(what) is not None:
            raise InputError(
                f"{what} is no scenario: --campaign takes, before it, the name or the .toml file of the scenario whose "
                "runs the folder holds"
            )
        subject: Any = load_campaign(what).open(campaign)
    else:
        if not form.of_flight:
            raise InputError(f"--to {name} takes a campaign: give its scenario, and its folder with --campaign")
        subject = _flight(what, console)
    written = form.write(subject, out)
    files = [str(file) for file in written] if isinstance(written, tuple) else [str(out)]
    console.print(Text(f"{name}: {', '.join(files)}"), soft_wrap=True)
    if as_json:
        typer.echo(json.dumps({"format": name, "files": files}, indent=2))


def _file(what: str) -> Path | None:
    """Return the path of a file that is no scenario; None of a scenario, by its name or its file."""
    path = data.user_path(what)
    return path if not what.endswith(".toml") and path.is_file() else None


def _keep_input(what: str, out: Path) -> None:
    """Raise an InputError if the file to write is the one that was read."""
    source, target = data.user_path(what), data.user_path(out)
    if source.is_file() and target.exists() and source.samefile(target):
        raise InputError(f"--out {out} is the file that is read, {what}: give another name")


def _flight(what: str, console: Console) -> Flight:
    """Return a flight: of a file that ``Flight.save`` wrote, or of a scenario, flown now."""
    if (path := _file(what)) is not None:
        if is_netcdf(path) or zipfile.is_zipfile(path):
            return Flight.load(path)
        with suppress(DataError):  # of another kind, which the reader of scenarios tells
            kind = kind_of(path)
            raise InputError(
                f"{what} is {_STATES[kind]}, which holds states and no flight: export takes {_TAKEN}; a scenario "
                f'starts in it by [state] file = "{path.name}"'
            )
    scenario = load_scenario(what)
    with console.status(FLYING):
        try:
            return simulate(scenario)
        except InputError as error:
            raise ScenarioError(f"{what}: {error}") from error
