"""``lunarsim faults``, and the faults that an option ``--fault`` adds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from lunarsim.declarations import declared
from lunarsim.errors import InputError, ScenarioError, shown
from lunarsim.faults import FAULTS, Fault
from lunarsim.io import fault_of
from lunarsim.mission import Scenario

_OF_ALL = ("onset", "end", "duration")


def print_faults(*, as_json: bool) -> None:
    """Print all faults that are known, those of the package."""
    if as_json:
        typer.echo(json.dumps({"faults": [_described(kind) for kind in FAULTS.values()]}, indent=2))
        return
    from lunarsim.cli.report import table  # noqa: PLC0415  (loads what flies, which JSON does not need)

    # Two columns: beside a third, 80 do not hold the longest path
    rows = table(
        "fault", "what it is\nits numbers\n[dim]what it sets[/]", title="Faults, for --fault and for scenario files"
    )
    rows.columns[1].overflow = "fold"
    for kind in FAULTS.values():
        told = _described(kind)
        numbers = list(told["names"]) + [
            _in_words(name, number["unit"]) for name, number in told["numbers"].items() if name not in _OF_ALL
        ]
        lines = [escape(told["what"])]
        lines += [escape(f"numbers: {', '.join(numbers)}")] if numbers else []
        lines += [f"[dim]{escape(edit)}[/]" for edit in told["edits"]]
        rows.add_row(escape(kind.title), "\n".join(lines))
    console = Console()
    console.print(rows)
    console.print(
        "Each has an onset, after the start of the flight (else it is there from the start), and an end or a\n"
        "duration (else it stays); those of the plan have none of them. An onset may be an event too: ignition,\n"
        "ignition of burn 1, cut-off, phase braking begins, at 5 km (above the ground), at 5 km rising, at random\n"
        "from 0 s to 84 s with seed 1. An example: --fault 'thrust error: error=-0.4, onset=60 s'",
        highlight=False,
        soft_wrap=True,
    )


def _in_words(name: str, unit: str) -> str:
    """Return a number and its unit in brackets."""
    return f"{name} ({unit.replace(' ', '')})" if unit else name


def with_faults_of(scenario: Scenario, given: Sequence[str], *, without_own: bool) -> Scenario:
    """Return a scenario with the faults that options name, beside its own or in place of them.

    One of the same title takes the place of the scenario's.

    Raises
    ------
    ScenarioError
        If there is no such fault, or the scenario cannot have it.
    """
    if not given and not without_own:
        return scenario
    added = [_fault(text) for text in given]
    titles = [fault.title for fault in added]
    own = [] if without_own else [fault for fault in scenario.faults if fault.title not in titles]
    try:
        return scenario.with_faults(*own, *added)
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError(f"--fault: {error}") from error


def _fault(text: str) -> Fault:
    """Return the fault of a text such as ``thrust error: error=-0.4, onset=60 s``."""
    title, _, rest = text.partition(":")
    table: dict[str, Any] = {"type": title.strip()}
    for pair in filter(None, (part.strip() for part in rest.split(","))):
        name, equals, value = pair.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise ScenarioError(
                f"--fault {shown(text)}: {shown(pair)}: expected NUMBER=VALUE, as in "
                "'thrust error: error=-0.4, onset=60 s'"
            )
        table[name.strip()] = plain_value(value.strip())
    return fault_of(table, f"--fault {shown(text)}")


def plain_value(text: str) -> Any:
    """Return what a text stands for in a scenario file: a number, true or false, else the text itself."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _described(kind: type[Fault]) -> dict[str, Any]:
    defaults = {each.name: each.default for each in fields(kind)}
    return {
        "title": kind.title,
        "what": (kind.__doc__ or "").partition("\n")[0],
        "edits": list(kind.edits),
        "names": [name for name in defaults if name == "command"],
        "numbers": {
            name: {
                "text": number.text,
                "bounds": number.bounds,
                "unit": number.unit.to_string(),
                "required": defaults[name] is MISSING,
                "default": None if defaults[name] in (MISSING, None) else str(defaults[name]),
            }
            for name, number in declared(kind).items()
        },
    }
