"""How the cost of campaigns grows, by the benchmark; and the share of the processor's peak that the field reaches."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, PercentFormatter

from lunarsim.plots.style import style
from lunarsim.plots.style.colours import ink

from . import report

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
PEERS = ("scipy", "dask", "distributed", "pyarrow", "matplotlib")
LOOKS: dict[str, dict[str, Any]] = {
    "exact": {"color": style.BLUE, "marker": "o", "linestyle": "-"},
    "gridded": {"color": style.VERMILION, "marker": "s", "linestyle": "--"},
}
DEGREES_IN_TABLE = (0, 2, 8, 20, 35, 50, 70, 100, 150)


def measure() -> dict[str, Any]:
    """Run the benchmark."""
    sys.path.insert(0, str(BENCHMARKS))
    import campaign_scaling  # noqa: PLC0415  (the benchmarks are scripts)

    start = time.perf_counter()
    found = campaign_scaling.measure()
    return {**found, "made": report.made_by("scaling", PEERS, time.perf_counter() - start)}


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of degrees; the figure shows the rest."""
    rates = {(row["kind"], row["degree"]): row for row in results["degree"]}
    peak = {row["degree"]: row for row in results["peak"]["rows"]}
    rows = []
    for degree in DEGREES_IN_TABLE:
        exact, gridded, at_peak = rates["exact", degree], rates.get(("gridded", degree)), peak.get(degree)
        in_field = at_peak and 8e-9 * at_peak["eight_ns"] * exact["evaluations"] * exact["runs_per_s"]
        rows.append(
            (
                str(degree),
                f"{exact['runs_per_s']:,.0f}",
                f"{gridded['runs_per_s']:,.0f}" if gridded else "-",
                f"{exact['evaluations']:.0f}",
                f"{at_peak['eight_ns']:.0f}" if at_peak else "-",
                f"{in_field:.0%}" if in_field else "-",
                f"{at_peak['eight']:.0%}" if at_peak else "-",
            )
        )
    header = (
        "degree",
        "runs/s of one core, exact",
        "gridded",
        "evaluations a run, at eight places",
        "ns a place",
        "share of the run",
        "share of the peak",
    )
    beside = (
        f"\nPeak of one core, measured: {results['peak']['gflops']:.1f} GFLOP/s in double precision. "
        f"A run takes {results['store']['bytes_per_run']:.0f} bytes on the disk with all of its "
        f"{results['store']['columns']} columns, and one process stores {results['store']['runs_per_s']:,.0f} runs/s. "
        f"{results['processors']} processors.\n"
    )
    return {"scaling": report.table(header, rows) + beside + report.footer(results["made"])}


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure: five panels."""
    figure = plt.figure(figsize=(style.WIDTH_IN, 7.6), dpi=style.DPI, layout="constrained")
    grid = figure.add_gridspec(3, 2)
    draw_degrees(figure.add_subplot(grid[0, :]), results["degree"])
    draw_numbers(figure.add_subplot(grid[1, 0]), results["runs"])
    draw_memory(figure.add_subplot(grid[1, 1]), results["runs"])
    draw_counts(figure.add_subplot(grid[2, 0]), results)
    draw_peak(figure.add_subplot(grid[2, 1]), results["peak"]["rows"])
    for letter, ax in zip("abcde", figure.axes, strict=True):
        ax.set_title(f"({letter})", fontsize=style.AXIS_SIZE, loc="left")
    return {"scaling": figure}


def draw_degrees(ax: Axes, rows: list[dict[str, Any]]) -> None:
    """Draw runs per second against the degree."""
    style.dress(ax, "Degree of the field", "Runs per second of one core")
    draw_kinds(ax, rows, "degree", lambda row: row["runs_per_s"])
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for row in rows:
        if row["degree"] in (50, 150) or (row["degree"], row["kind"]) == (0, "exact"):
            above = row["kind"] == "gridded" or row["degree"] == 0
            shift, ha = (5, 6) if above else (-5, -11), "left" if above and row["degree"] < 150 else "right"
            note(ax, f"{row['runs_per_s']:,.0f}", (row["degree"], row["runs_per_s"]), shift, ha=ha)
    ax.margins(x=0.06, y=0.12)
    ax.legend(fontsize=style.TEXT_SIZE, frameon=False)


def draw_numbers(ax: Axes, rows: list[dict[str, Any]]) -> None:
    """Draw runs per second against the number of runs."""
    style.dress(ax, "Runs in the campaign", "Runs per second, all processors")
    draw_kinds(ax, rows, "n", lambda row: row["n"] / row["seconds"])
    ax.set_xscale("log")
    ax.set_ylim(bottom=0.0)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    last = max(rows, key=lambda row: (row["n"], row["kind"] == "gridded"))
    note(ax, f"{last['n']:,} in {last['seconds']:.0f} s", (last["n"], last["n"] / last["seconds"]), (2, 6), ha="right")
    ax.margins(y=0.15)


def draw_memory(ax: Axes, rows: list[dict[str, Any]]) -> None:
    """Draw the memory of the process against the number of runs."""
    style.dress(ax, "Runs in the campaign", "Peak memory (MB)")
    draw_kinds(ax, rows, "n", lambda row: row["memory_mb"])
    ax.set_xscale("log")
    ax.set_ylim(0.0, 1.25 * max(row["memory_mb"] for row in rows))


def draw_counts(ax: Axes, results: dict[str, Any]) -> None:
    """Draw runs per second against the number of threads, and of worker processes of a cluster."""
    style.dress(ax, "Threads, or workers of a cluster", "Runs per second")
    counts = sorted({row["threads"] for row in results["threads"]})
    for kind, look in LOOKS.items():
        for name, face in (("threads", look["color"]), ("workers", "white")):
            shown = [row for row in results[name] if row["kind"] == kind]
            heights = [row["runs_per_s"] for row in shown]
            label = kind if name == "threads" else f"{kind}, dask"
            style_of = {**look, "markerfacecolor": face, "markersize": 5}
            ax.plot([row[name] for row in shown], heights, label=label, **style_of)
    ax.set_xticks(counts)
    ax.set_ylim(0.0, 1.5 * max(row["runs_per_s"] for row in results["threads"] + results["workers"]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.legend(fontsize=style.TEXT_SIZE, frameon=False, loc="upper center", ncols=2, columnspacing=0.8)
    ax.margins(x=0.15)


def draw_peak(ax: Axes, rows: list[dict[str, Any]]) -> None:
    """Draw what share of the processor's peak the evaluation of the field reaches."""
    style.dress(ax, "Degree of the field", "Share of the peak of one core")
    degrees = [row["degree"] for row in rows]
    looks = (("eight", "eight places a call", style.BLUE, "o", "-"), ("one", "one place", style.GREEN, "^", ":"))
    for name, label, color, marker, dashes in looks:
        shares = [row[name] for row in rows]
        ax.plot(degrees, shares, color=color, marker=marker, markersize=5, linestyle=dashes, label=label)
    ax.set_ylim(0.0, 1.0)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    ax.legend(fontsize=style.TEXT_SIZE, frameon=False, loc="lower right")


def draw_kinds(ax: Axes, rows: list[dict[str, Any]], x: str, height: Any) -> None:
    """Draw a line for exact gravity and one for gridded."""
    for kind, look in LOOKS.items():
        shown = [row for row in rows if row["kind"] == kind]
        ax.plot([row[x] for row in shown], [height(row) for row in shown], markersize=5, label=kind, **look)


def note(ax: Axes, text: str, place: tuple[float, float], shift: tuple[float, float], ha: str = "left") -> None:
    """Write a number beside its point."""
    look: dict[str, Any] = {"fontsize": style.TEXT_SIZE, "color": ink(), "ha": ha}
    ax.annotate(text, place, shift, textcoords="offset points", **look)
