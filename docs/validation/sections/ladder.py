"""The model ladder of a grazing impact and of three days in orbit."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim.analysis import distance_to_top
from lunarsim.data import find
from lunarsim.plan import Coast

from . import report

PEERS = ("astropy", "scipy", "matplotlib")


def scenarios() -> dict[str, ls.Scenario]:
    """Return what is flown up the ladder."""
    luna25 = ls.load_scenario("luna25")
    orbit = ls.Scenario(
        name="100 km polar orbit, three days",
        state=report.polar_orbit(),
        craft=luna25.craft,
        plan=(Coast(duration=report.DAYS_3),),
    )
    return {"luna25": luna25, "orbit": orbit}


def measure() -> dict[str, Any]:
    """Climb both ladders with LP165P; the impact's last rung is LOLA's terrain."""
    start, lola = time.perf_counter(), ls.Terrain.from_file(find("LDEM_4.IMG"))
    found = {}
    for name, scenario in scenarios().items():
        ground = lola if name == "luna25" else None
        rungs = ls.ladder(scenario, field=report.lunar_prospector, highest_degree=150, terrain=ground)
        found[name] = [
            {
                "rung": rung.name,
                "end": type(rung.flight.outcome).__name__,
                "moved_m": plain(rung.displacement, u.m),
                "later_s": plain(rung.time_shift, u.s),
                "to_top_m": plain(to_top, u.m),
            }
            for rung, to_top in zip(rungs, distance_to_top(rungs), strict=True)
        ]
    return {"ladders": found, "made": report.made_by("ladder", PEERS, time.perf_counter() - start)}


def plain(quantity: u.Quantity | None, unit: u.UnitBase) -> float | None:
    """Return a number, or None as it is."""
    return None if quantity is None else float(quantity.to_value(unit))


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return one table for each ladder."""

    def cell(value: float | None) -> str:
        return "-" if value is None else f"{value:,.3g}".replace(",", " ") if abs(value) < 1e3 else f"{value:,.0f}"

    header = ("what is added", "end", "moves the end, m", "later, s", "from the last rung, m")
    foot = report.footer(results["made"])
    return {
        f"ladder_{name}": report.table(
            header,
            [
                (row["rung"], row["end"], cell(row["moved_m"]), cell(row["later_s"]), cell(row["to_top_m"]))
                for row in rungs
            ],
        )
        + foot
        for name, rungs in results["ladders"].items()
    }


def words(metres: float) -> str:
    """Return a distance in three digits."""
    return f"{metres / 1e3:.3g} km" if metres >= 999.5 else f"{metres:.3g} m"


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of both ladders, side by side on one axis."""
    names = [row["rung"] for row in results["ladders"]["luna25"]][1:]
    ax = report.axes("Distance that the end moves when this is added (m)", "", height=4.4)
    ax.set_xscale("log")
    looks = (
        ("luna25", "#D55E00", "o", -0.2, "Luna-25: place of impact"),
        ("orbit", "#0072B2", "s", 0.2, "100 km orbit after three days"),
    )
    for name, color, marker, shift, label in looks:
        shown = [row for row in results["ladders"][name][1:] if row["moved_m"] is not None]
        for count, row in enumerate(shown):
            at, moved = names.index(row["rung"]) + shift, max(row["moved_m"], 1e-3)
            ax.plot(
                [1e-3, moved],
                [at, at],
                color=color,
                linewidth=2,
                marker=marker,
                markevery=[1],
                label=label if count == 0 else "_",
            )
            ax.annotate(words(moved), (moved, at), (7, 0), textcoords="offset points", va="center", fontsize=8)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(1e-3, 3e6)
    ax.set_xticks(10.0 ** np.arange(-3, 7))
    ax.grid(visible=False, axis="y")
    ax.legend(fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=2)
    return {"ladder": ax.figure}
