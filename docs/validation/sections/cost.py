"""What a derivative costs against the degree of the field, and three days in orbit: by the benchmarks."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from . import report

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"
PEERS = ("scipy", "matplotlib")


def measure() -> dict[str, Any]:
    """Run both benchmarks."""
    sys.path.insert(0, str(BENCHMARKS))
    import derivative_cost  # noqa: PLC0415  (the benchmarks are scripts)
    import propagation  # noqa: PLC0415

    start = time.perf_counter()
    rows, flights = derivative_cost.measure(), propagation.measure()
    return {"rows": rows, "flights": flights, "made": report.made_by("cost", PEERS, time.perf_counter() - start)}


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of three days in orbit."""
    rows = [
        (row["case"], f"{row['steps']:,}", f"{row['propagate_s']:.2f}", report.few(row["moved_m"]))
        for row in results["flights"]
    ]
    header = ("LP165P, Earth and Sun", "steps", "`propagate`, s", "end from that of exact, m")
    return {"cost": report.table(header, rows) + report.footer(results["made"])}


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of cost against degree."""
    ax = report.axes("Degree of the field", "Time of one derivative (µs)")
    looks = {"exact": ("#0072B2", "o", "-"), "gridded": ("#D55E00", "s", "--")}
    for kind, (color, marker, dashes) in looks.items():
        rows = [row for row in results["rows"] if row["kind"] == kind]
        degrees, times = [row["degree"] for row in rows], [row["us"] for row in rows]
        ax.plot(degrees, times, color=color, marker=marker, markersize=5, linestyle=dashes, label=kind)
        ax.annotate(
            f"{times[-1]:.2g} µs at degree {degrees[-1]}",
            (degrees[-1], times[-1]),
            xytext=(-6, 6),
            textcoords="offset points",
            ha="right",
            fontsize=8,
        )
    ax.set_xlim(0, 172)
    ax.set_ylim(0, 1.12 * max(row["us"] for row in results["rows"]))
    ax.legend(fontsize=8, frameon=False, loc="upper left")
    return {"cost": ax.figure}
