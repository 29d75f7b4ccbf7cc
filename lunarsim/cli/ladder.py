"""``lunarsim ladder``: which fidelity a flight needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from astropy import units as u
from rich.console import Console
from rich.text import Text

from lunarsim import plots
from lunarsim.analysis import Rung, distance_to_top, ladder
from lunarsim.cli import report
from lunarsim.cli.figures import figure_writer, json_writer
from lunarsim.cli.options import read_option
from lunarsim.data import find, locate
from lunarsim.io.output import Write
from lunarsim.mission import Scenario
from lunarsim.moon import GravityField, Terrain

_USUAL_FIELD = "LP165P.cof"


def climb(scenario: Scenario, field: str | None, terrain: str | None, console: Console) -> tuple[Rung, ...]:
    """Fly the ladder in the field that is asked for, or the largest usual one on this machine."""
    cut, highest = _field(field, console)
    ground = read_option("--terrain", terrain, Terrain.from_file) if terrain is not None else None
    with console.status("flying the ladder"):
        return ladder(scenario, field=cut, highest_degree=highest, terrain=ground)


def print_ladder(console: Console, rungs: tuple[Rung, ...]) -> None:
    """Print the ladder as a table."""
    table = report.table("model", "end", title="How far the end moves with each rung")
    for column in ("from the rung\nabove, m", "later\ns", "to the last\nrung, m"):
        table.add_column(column, justify="right")
    for rung, to_top in zip(rungs, distance_to_top(rungs), strict=True):
        kind = type(rung.flight.outcome).__name__.lower().replace("inorbit", "in orbit")
        table.add_row(
            rung.name, kind, _number(rung.displacement, u.m), _number(rung.time_shift, u.s), _number(to_top, u.m)
        )
    console.print(table)


def summary(scenario: Scenario, rungs: tuple[Rung, ...]) -> dict[str, Any]:
    """Return the ladder as JSON can hold it."""
    return {
        "scenario": scenario.name,
        "rungs": [
            {
                "model": rung.name,
                "outcome": str(rung.flight.outcome),
                "moved_m": _plain(rung.displacement, u.m),
                "later_s": _plain(rung.time_shift, u.s),
                "to_last_m": _plain(to_top, u.m),
            }
            for rung, to_top in zip(rungs, distance_to_top(rungs), strict=True)
        ],
    }


def files(scenario: Scenario, rungs: tuple[Rung, ...]) -> dict[str, Write]:
    """Return, for each file name, what writes it."""
    return {
        "ladder.json": json_writer(summary(scenario, rungs)),
        "ladder.png": figure_writer(lambda: plots.ladder(rungs)),
    }


def _field(name: str | None, console: Console) -> tuple[Callable[[int], GravityField], int]:
    path: Path | None = read_option("--field", name, find) if name is not None else None
    if path is None:
        usual = locate(_USUAL_FIELD)
        if usual is None:
            console.print(f"The embedded field ends at degree 50; --field {_USUAL_FIELD} goes on to 150.", style="dim")
            return GravityField.grail, 50
        path = usual.path
    whole = GravityField.from_file(path)
    console.print(Text(f"Field: {whole.name}, degree {whole.degree} ({path})", style="dim"), soft_wrap=True)
    return whole.truncate, whole.degree


def _plain(quantity: u.Quantity | None, unit: u.UnitBase) -> float | None:
    return None if quantity is None else float(quantity.to_value(unit))


def _number(quantity: u.Quantity | None, unit: u.UnitBase) -> str:
    return "" if quantity is None else f"{quantity.to_value(unit):,.4g}".replace(",", " ")
