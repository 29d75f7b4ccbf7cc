"""How the costs of flights, campaigns and statistics grow, by the benchmark."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink

from . import report

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
LOOKS: dict[str, dict[str, Any]] = {
    "exact": {"color": style.BLUE, "marker": "o", "linestyle": "-"},
    "gridded": {"color": style.VERMILION, "marker": "s", "linestyle": "--"},
}
COLOURS = (style.PURPLE, style.GREEN, style.SKY, style.BLUE, style.ORANGE, style.VERMILION)
MARKS = "v^Dos*"
TITLES = (
    "A flight, by its duration",
    "A flight of 3 days, by the degree",
    "A flight of 3 days, by the tolerance",
    "A campaign, by its runs",
    "A run of a campaign, by the degree",
    "Statistics of a campaign",
)

Rows = Sequence[dict[str, Any]]


def measure() -> dict[str, Any]:
    """Run the benchmark."""
    sys.path.insert(0, str(BENCHMARKS))
    import costs  # noqa: PLC0415  (the benchmarks are scripts)

    start = time.perf_counter()
    found = costs.measure()
    return {**found, "made": report.made_by("costs", ("scipy", "astropy"), time.perf_counter() - start)}


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table: what each cost is at both ends of its range, and the power with which it grows at the upper."""
    rows = [
        *_grown("a flight, with its duration", results["duration"], "days", "{:g} d"),
        *_grown("a flight of 3 days, with the degree", results["degree"], "degree", "degree {:g}"),
        *_grown("a campaign, with the number of runs", results["runs"], "n", "{:,.0f}"),
        *_grown("a run, with the degree", results["field"], "degree", "degree {:g}"),
    ]
    for part in dict.fromkeys(row["part"] for row in results["statistics"]):
        own = [row for row in results["statistics"] if row["part"] == part]
        rows.append(_line(part, own, "n", "{:,.0f}"))
    rows.append(_line("a flight of 3 days, with the tolerance", results["tolerance"][::-1], "tolerance_m", "{:g} m"))
    header = ("what", "from", "seconds", "to", "seconds", "grows as the power")
    return {"costs": report.table(header, rows) + report.footer(results["made"])}


def _grown(what: str, rows: Rows, of: str, text: str) -> Iterable[tuple[str, ...]]:
    for kind in dict.fromkeys(row["kind"] for row in rows):
        yield _line(f"{what}, {kind}", [row for row in rows if row["kind"] == kind], of, text)


def _line(what: str, rows: Rows, of: str, text: str) -> tuple[str, ...]:
    first, before, last = rows[0], rows[-2], rows[-1]
    power = np.log(last["seconds"] / before["seconds"]) / np.log(last[of] / before[of])
    ends = [(text.format(row[of]), report.few(row["seconds"])) for row in (first, last)]
    return (what, *ends[0], *ends[1], f"{power:.2f}")


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure: six panels."""
    figure = plt.figure(figsize=(style.WIDTH_IN, 8.2), dpi=style.DPI, layout="constrained")
    axes = figure.subplots(3, 2).ravel()
    _draw_kinds(axes[0], results["duration"], "days", "Duration of the flight (days)", 1.0)
    _draw_kinds(axes[1], results["degree"], "degree", "Degree of the field", 1.0)
    _draw_tolerance(axes[2], results["tolerance"])
    _draw_kinds(axes[3], results["runs"], "n", "Runs in the campaign", 1.0)
    _draw_kinds(axes[4], results["field"], "degree", "Degree of the field", 1e6)
    axes[4].set_ylabel("Processor time of a run (µs)")
    _draw_statistics(axes[5], results["statistics"])
    axes[0].legend(fontsize=style.TEXT_SIZE, frameon=False)
    for letter, title, ax in zip("abcdef", TITLES, axes, strict=True):
        ax.set_title(f"({letter}) {title}", fontsize=style.AXIS_SIZE, loc="left")
    return {"costs": figure}


def _draw_kinds(ax: Axes, rows: Rows, of: str, label: str, scale: float) -> None:
    style.dress(ax, label, "Processor time (s)")
    for kind, look in LOOKS.items():
        own = [row for row in rows if row["kind"] == kind]
        ax.loglog([row[of] for row in own], [scale * row["seconds"] for row in own], markersize=5, label=kind, **look)
    ax.yaxis.set_minor_formatter(NullFormatter())
    if max(row["seconds"] for row in rows) < 10.0 * min(row["seconds"] for row in rows):
        ax.set_yscale("linear")
        ax.set_ylim(bottom=0.0)
    _plain_numbers(ax, [row[of] for row in rows])


def _draw_tolerance(ax: Axes, rows: Rows) -> None:
    style.dress(ax, "Tolerance of a step (m)", "Processor time (s)")
    tolerances = [row["tolerance_m"] for row in rows]
    ax.semilogx(tolerances, [row["seconds"] for row in rows], markersize=5, **LOOKS["exact"])
    ax.set_ylim(0.0, 1.25 * max(row["seconds"] for row in rows))
    for row in rows[::2]:
        look: dict[str, Any] = {"fontsize": style.TEXT_SIZE - 1.0, "color": ink(), "ha": "center"}
        at = row["tolerance_m"], row["seconds"]
        ax.annotate(_as_length(row["error_m"]), at, (0, 8), textcoords="offset points", **look)
    ax.margins(x=0.12)


def _as_length(length_m: float) -> str:
    """Return a length in words: 0.0002 is 0.2 mm."""
    return f"{length_m:.2g} m" if length_m >= 0.05 else f"{1e3 * length_m:.2g} mm"


def _draw_statistics(ax: Axes, rows: Rows) -> None:
    style.dress(ax, "Runs in the campaign", "Processor time (s)")
    parts = dict.fromkeys(row["part"] for row in rows if row["part"] != "a plain sort")
    for part, color, mark in zip(parts, COLOURS, MARKS, strict=False):
        own = [row for row in rows if row["part"] == part]
        numbers, seconds = [row["n"] for row in own], [row["seconds"] for row in own]
        ax.loglog(numbers, seconds, color=color, marker=mark, markersize=5, label=part)
    sort = [row for row in rows if row["part"] == "a plain sort"]
    ax.loglog(
        [row["n"] for row in sort], [row["seconds"] for row in sort], color=ink(), linestyle=":", label="a plain sort"
    )
    ax.set_ylim(bottom=1e-7)
    ax.legend(fontsize=style.TEXT_SIZE - 1.5, frameon=False, loc="lower right", ncols=2, columnspacing=0.8)


def _plain_numbers(ax: Axes, values: Iterable[float]) -> None:
    """Mark an axis with a few of the values themselves, where they span less than two decades."""
    values = sorted(set(values))
    if values[-1] / values[0] < 200.0:
        ax.set_xticks(values[:: max(1, len(values) // 5)], minor=False)
        ax.set_xticks([], minor=True)
        ax.xaxis.set_major_formatter("{x:g}")
