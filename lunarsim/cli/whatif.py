"""``lunarsim whatif``: a scenario as it is, and with some of its numbers changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lunarsim.cli import figures
from lunarsim.cli.flying import leave, summary_of
from lunarsim.cli.report import table
from lunarsim.cli.settings import settings_of
from lunarsim.errors import InputError, ScenarioError
from lunarsim.flight import Flight, simulate
from lunarsim.inquiry import Counterfactual, what_if
from lunarsim.inquiry.counterfactual import in_words
from lunarsim.io import prepare_folder
from lunarsim.mission import Scenario
from lunarsim.pages.headline import verdict


def run(scenario: Scenario, given: Sequence[str], out: Path | None, *, as_json: bool) -> None:
    """Fly a scenario as it is and as options set its numbers; print the differences and leave files."""
    console = Console(stderr=as_json)
    values = settings_of(scenario, given)
    folder = out or Path(f"{scenario.name}-whatif")
    prepare_folder(folder)
    try:
        with console.status("flying"):
            asked = what_if(scenario, values)
            sides = {"base": _flights(asked.base), "changed": _flights(asked.changed)}
    except InputError as error:
        raise ScenarioError(f"--set: {error}") from error
    print_differences(console, asked)
    console.print(Text(verdict(asked.changed, sides["changed"].get("planned")), style="bold"))
    summary = {name: summary_of(scenario, flights) for name, flights in sides.items()}
    flown = {"base": asked.base, "changed": asked.changed}
    leave(console, folder, figures.files(flown, summary))
    if as_json:
        typer.echo(json.dumps(summary, indent=2, allow_nan=False))


def _flights(flown: Flight) -> dict[str, Flight]:
    """Return a flight, and before it that without its faults, as ``run`` flies them."""
    sound = {"planned": simulate(flown.scenario.without_faults())} if flown.scenario.faults else {}
    return {**sound, "flown": flown}


def print_differences(console: Console, asked: Counterfactual) -> None:
    """Print in what two flights differ."""
    set_to = ", ".join(f"{name} = {in_words(value)}" for name, value in asked.values.items()) or "nothing set"
    title = f"{asked.base.scenario.name}: what differs with {set_to}"
    if not asked.differences:
        console.print(Text(f"{title}: nothing"))
        return
    rows = table("", "as it is", "changed", "change", title=escape(title))
    for row in asked.differences:
        change = "" if row.change is None else f"{'+' if row.change.value >= 0.0 else ''}{in_words(row.change)}"
        rows.add_row(*(escape(text) for text in (row.name, in_words(row.base), in_words(row.changed), change)))
    console.print(rows)
