"""``lunarsim survivability``: where the outcome of a flight changes, over one number or two."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import typer
from astropy import units as u
from rich.console import Console
from rich.markup import escape

from lunarsim import plots
from lunarsim.cli.figures import figure_writer, json_writer
from lunarsim.cli.flying import leave
from lunarsim.cli.report import table
from lunarsim.cli.settings import value_of
from lunarsim.errors import InputError, ScenarioError
from lunarsim.inquiry import Survivability, SurvivabilityMap, survivability, survivability_map
from lunarsim.inquiry.varied_flights import path_of
from lunarsim.io import prepare_folder
from lunarsim.kernels.notice import FLYING
from lunarsim.mission import Scenario

_POINTS = 33
_TOLD_MPS = 1e-3  # a shortfall of the nominal mission that is worth a word


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options say."""

    vary: Sequence[str]
    low: Sequence[str]
    high: Sequence[str]
    points: int | None
    tolerance: str | None
    orbits: float


def run(scenario: Scenario, asked: Asked, out: Path | None, *, as_json: bool) -> None:
    """Vary one number or two, print where the outcome changes, and leave files."""
    console = Console(stderr=as_json)
    if not len(asked.vary) == len(asked.low) == len(asked.high) <= 2:
        raise ScenarioError(
            f"--vary is given {len(asked.vary)} times, --from {len(asked.low)} and --to {len(asked.high)}: expected "
            "each once, or each twice"
        )
    folder = out or Path(f"{scenario.name}-survivability")
    prepare_folder(folder)
    try:
        with console.status(FLYING):
            found = _line(scenario, asked) if len(asked.vary) == 1 else _map(scenario, asked)
    except ScenarioError:
        raise
    except InputError as error:
        raise ScenarioError(f"--vary: {error}") from error
    summary = _summary(found)
    files = {"survivability.json": json_writer(summary)}
    if isinstance(found, Survivability):
        print_line(console, found)
    else:
        print_map(console, found)
        files["survivability_map.png"] = figure_writer(lambda: plots.survivability_map(found))
    leave(console, folder, files)
    if as_json:
        typer.echo(json.dumps(summary, indent=2, allow_nan=False))


def _line(scenario: Scenario, asked: Asked) -> Survivability:
    (path,) = asked.vary
    closest = None if asked.tolerance is None else _value(scenario, path, asked.tolerance, "--tolerance")
    low, high = _value(scenario, path, asked.low[0], "--from"), _value(scenario, path, asked.high[0], "--to")
    return survivability(
        scenario, path, low, high, points=asked.points or _POINTS, tolerance=closest, orbits=asked.orbits
    )


def _map(scenario: Scenario, asked: Asked) -> SurvivabilityMap:
    axes = {}
    for path, low, high in zip(asked.vary, asked.low, asked.high, strict=True):
        ends = _value(scenario, path, low, "--from"), _value(scenario, path, high, "--to")
        axes[path] = u.Quantity(np.linspace(*ends, asked.points or _POINTS))
    return survivability_map(scenario, axes, orbits=asked.orbits)


def _value(scenario: Scenario, path: str, text: str, option: str) -> Any:
    return value_of(path_of(scenario, path), path, text, option)


def print_line(console: Console, found: Survivability) -> None:
    """Print between which values a flight ends how."""
    rows = table("from", "to", "outcome", "survives", title=escape(f"{found.scenario.name} over {found.path}"))
    edges = [found.values[0], *(each.middle for each in found.boundaries), found.values[-1]]
    kinds = [found.outcomes[0], *(each.above for each in found.boundaries)]
    safe = found.survives_of
    for low, high, kind in zip(edges[:-1], edges[1:], kinds, strict=True):
        colour = "green" if safe(kind) else "red"
        rows.add_row(f"{low:.7g}", f"{high:.7g}", kind, f"[{colour}]{'yes' if safe(kind) else 'no'}[/]")
    console.print(rows)
    _print_failures(console, found)
    console.print(_cost(found))


def print_map(console: Console, found: SurvivabilityMap) -> None:
    """Print how much of a map survives."""
    share = float(np.mean(found.survives))
    console.print(
        f"{found.scenario.name} over {found.paths[0]} and {found.paths[1]}: {100.0 * share:.1f} % of "
        f"{found.survives.size} flights survive",
        highlight=False,
    )
    _print_failures(console, found)
    console.print(_cost(found))


def _print_failures(console: Console, found: Survivability | SurvivabilityMap) -> None:
    for each in found.failures:
        console.print(f"failed: {each}", highlight=False)


def _cost(found: Survivability | SurvivabilityMap) -> str:
    """Return what the mission without faults pays."""
    short = found.nominal_shortfall.to_value(u.m / u.s)
    values = found.values if isinstance(found, Survivability) else found.values[0]
    cut = np.abs(short) > _TOLD_MPS
    if not np.any(cut):
        return "The mission without faults loses nothing at any of these values."
    first, last = values[cut][0], values[cut][-1]
    return (
        f"The mission without faults has up to {np.max(np.abs(short)):.3g} m/s less or more than planned, at values "
        f"from {first:.6g} to {last:.6g}."
    )


def _summary(found: Survivability | SurvivabilityMap) -> dict[str, Any]:
    """Return what was found as JSON can hold it."""
    short = [float(each) for each in found.nominal_shortfall.to_value(u.m / u.s)]
    if isinstance(found, SurvivabilityMap):
        return {
            "scenario": found.scenario.name,
            "paths": list(found.paths),
            "units": [axis.unit.to_string() for axis in found.values],
            "values": [axis.value.tolist() for axis in found.values],
            "outcomes": found.outcomes.tolist(),
            "survives": found.survives.tolist(),
            "nominal_shortfall_mps": short,
            "failures": list(found.failures),
        }
    grid = zip(found.values.value, found.outcomes, found.survives, found.nominal_outcomes, short, strict=True)
    return {
        "scenario": found.scenario.name,
        "path": found.path,
        "unit": found.values.unit.to_string(),
        "boundaries": [
            {
                "low": float(each.low.value),
                "high": float(each.high.value),
                "below": each.below,
                "above": each.above,
                "survives_below": found.survives_of(each.below),
                "survives_above": found.survives_of(each.above),
            }
            for each in found.boundaries
        ],
        "grid": [
            {
                "value": float(value),
                "outcome": outcome,
                "survives": bool(survives),
                "nominal_outcome": nominal,
                "nominal_shortfall_mps": missing,
            }
            for value, outcome, survives, nominal, missing in grid
        ],
        "failures": list(found.failures),
    }
