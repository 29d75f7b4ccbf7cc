"""``lunarsim export``: a flight or a campaign in a file of another program."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from lunarsim import data
from lunarsim.errors import InputError, ScenarioError
from lunarsim.flight import Flight, simulate
from lunarsim.io.exchange.export_formats import FORMATS, format_of
from lunarsim.kernels.notice import HOW_LONG
from lunarsim.scenarios import load_campaign, load_scenario

_NETCDF = (b"CDF", b"\x89HDF")


def export(what: str, to: str | None, out: Path, campaign: str | None, *, as_json: bool) -> None:
    """Write a saved flight, the flight of a scenario, or a campaign's folder in another format; tell which files."""
    console = Console(stderr=True)
    name = format_of(to, out)
    form = FORMATS[name]
    if campaign is not None:
        if not form.of_campaign:
            raise InputError(f"--to {name} takes one flight, not a campaign: give a scenario or a saved flight alone")
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


def _flight(what: str, console: Console) -> Flight:
    """Return a flight: of a file that ``Flight.save`` wrote, or of a scenario, flown now."""
    if not what.endswith(".toml") and (path := data.user_path(what)).is_file():
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith(_NETCDF):
            raise InputError(
                f"{what} holds histories alone, as write_netcdf leaves them: give a file that Flight.save wrote, or "
                "the scenario"
            )
        if zipfile.is_zipfile(path):
            return Flight.load(path)
    scenario = load_scenario(what)
    with console.status(f"flying (a machine's first run compiles the physics: {HOW_LONG})"):
        try:
            return simulate(scenario)
        except InputError as error:
            raise ScenarioError(f"{what}: {error}") from error
