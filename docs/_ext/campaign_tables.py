"""The directives ``dispersible``, ``outputs`` and ``billion``: what goes into a campaign, comes out of it, and costs.

``.. dispersible:: luna25`` makes a table of the paths of a scenario, ``.. outputs::`` one of the columns of results.
``.. billion::`` makes one of the cost of 10^9 runs, from what ``python docs/validation/make.py scaling`` measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from provenance import load
from sphinx.application import Sphinx
from tables import table

from lunarsim.campaign import dispersible, nominal
from lunarsim.campaign.outputs import OF_BURN, OF_RUN, Output

RESULTS = Path(__file__).parents[1] / "validation" / "results" / "scaling.json"
RUNS = 10**9
WORKERS = (2, 16, 128)


class DispersibleTable(Directive):
    """A table of the values of a scenario that a campaign may disperse."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        scenario = load(self)
        rows = []
        for path in dispersible(scenario).values():
            value = nominal(scenario, path.name)
            says = "offset" if path.offset else "is there or not" if path.parts[0] == "faults" else f"{value.value:.7g}"
            rows.append([[nodes.literal("", path.name)], [nodes.Text(str(path.unit) or "-")], [nodes.Text(says)]])
        return [table(("path", "unit of the column", "scenario's value"), rows, style="dispersible")]


class OutputsTable(Directive):
    """A table of the columns of results, as they are declared."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [_row_of(each, each.column, each.text) for each in OF_RUN if each.kept]
        rows += [
            _row_of(each, f"burn0_{each.column}", each.text.format("a burn or a guided phase")) for each in OF_BURN
        ]
        return [table(("column", "unit", "what"), rows, style="outputs")]


def _row_of(output: Output, name: str, text: str) -> list[list[nodes.Node]]:
    unit = "code" if output.code else str(output.unit) or "-"
    where = "; of scenarios with guided phases" if output.guided else ""
    where = "; of crafts that keep an estimate of their own" if output.estimates else where
    return [[nodes.literal("", name)], [nodes.Text(unit)], [nodes.Text(text + where)]]


class BillionTable(Directive):
    """A table of what 10^9 runs cost."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.state.document.settings.record_dependencies.add(str(RESULTS))
        measured = json.loads(RESULTS.read_text(encoding="utf-8"))
        rows = [[[nodes.Text(text)] for text in row] for row in cost(measured)]
        return [table(("10^9 runs of Luna-25, degree 50", "exact", "gridded"), rows, style="billion")]


def cost(measured: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give the rows of the table: words, exact, gridded."""
    most = max(row["workers"] for row in measured["workers"])
    rates = {row["kind"]: row["runs_per_s"] / most for row in measured["workers"] if row["workers"] == most}
    both = (rates["exact"], rates["gridded"])
    store = measured["store"]
    yield "measured: runs/s of one worker", *(f"{rate:,.0f}" for rate in both)
    yield "core hours", *(f"{RUNS / rate / 3600.0:,.0f}" for rate in both)
    for workers in WORKERS:
        taken = (RUNS / min(workers * rate, store["runs_per_s"]) for rate in both)
        yield f"time with {workers} workers", *(in_words(seconds) for seconds in taken)
    yield "workers that one client can store for", *(f"{store['runs_per_s'] / rate:.0f}" for rate in both)
    yield f"on the disk, all {store['columns']} columns", *(2 * (f"{RUNS * store['bytes_per_run'] / 1e9:.0f} GB",))


def in_words(seconds: float) -> str:
    """Return a time in hours or days."""
    hours = seconds / 3600.0
    return f"{hours:.1f} h" if hours < 48.0 else f"{hours / 24.0:.1f} d"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("dispersible", DispersibleTable)
    app.add_directive("outputs", OutputsTable)
    app.add_directive("billion", BillionTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
