"""The compiled driver of campaigns beside the reference driver, run by run: random Luna-25 flights, sphere and LOLA."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import CUTOFFS, OUTCOMES
from lunarsim.data import find
from lunarsim.plots.style import style

from . import report

PEERS = ("scipy", "matplotlib")
RUNS, SEED = 500, 4
GROUNDS = ("sphere at -360 m", "LOLA, 4 px/deg")
TOLERANCES_M = (1e-1, 1e-3, 1e-5)
DEFAULT_M = 1e-3
PROCESSES = 2
LOOKS = ((style.VERMILION, "--"), (style.BLUE, "-"), (style.GREEN, ":"))

Ends = dict[str, NDArray[Any]]


def campaign(ground: str) -> ls.Campaign:
    """Return Luna-25's campaign of the catalogue over a ground."""
    whole = ls.load_campaign("luna25")
    if ground == GROUNDS[0]:
        return whole
    lola = ls.Terrain.from_file(find("LDEM_4.IMG"))
    return replace(whole, scenario=whole.scenario.with_terrain(lola))


def by_reference(ground: str, runs: range) -> Ends:
    """Return how runs end for the reference driver."""
    flown, epoch = campaign(ground), None
    ends: dict[str, list[Any]] = {"how": [], "cutoff": [], "seconds": [], "burn_s": [], "place": []}
    for i in runs:
        flight = flown.rerun(i, seed=SEED)
        epoch, (burn,), outcome = flight.start, flight.burns, flight.outcome
        ends["how"].append({"Impact": "impact", "InOrbit": "in orbit", "Aloft": "still aloft"}[type(outcome).__name__])
        ends["cutoff"].append(burn.cutoff.value)
        ends["seconds"].append(float((outcome.time - epoch).to_value(u.s)))
        ends["burn_s"].append(float(burn.duration.to_value(u.s)))
        height = outcome.elevation if isinstance(outcome, ls.Impact) else outcome.state.altitude
        ends["place"].append(place(outcome.state.latitude, outcome.state.longitude, height.to_value(u.m)))
    return {name: np.array(values) for name, values in ends.items()}


def by_campaign(ground: str, tolerance_m: float) -> Ends:
    """Return how the same runs end for the compiled driver."""
    result = replace(campaign(ground), tolerance=tolerance_m * u.m).run(RUNS, seed=SEED)
    column = result.column
    latitude, longitude = column("latitude_deg") * u.deg, column("longitude_deg") * u.deg
    return {
        "how": np.array([OUTCOMES[code] for code in column("outcome")]),
        "cutoff": np.array([CUTOFFS[code] for code in column("burn0_cutoff")]),
        "seconds": column("end_s"),
        "burn_s": column("burn0_duration_s"),
        "place": place(latitude, longitude, column("altitude_m")),
    }


def place(latitude: u.Quantity, longitude: u.Quantity, height_m: Any) -> NDArray[np.float64]:
    """Return places over the turning Moon (m, ME), in the last axis."""
    unit = [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    return np.stack([u.Quantity(each).value for each in unit], axis=-1) * np.atleast_1d(
        constants.MOON_RADIUS_M + np.asarray(height_m)
    ).reshape(*np.shape(height_m), 1)


def measure() -> dict[str, Any]:
    """Fly the runs with both drivers."""
    start, rows, distances = time.perf_counter(), [], {}
    for ground in GROUNDS:
        campaign(ground).rerun(0, seed=SEED)  # compile here what the processes load
        shares = [range(first, RUNS, PROCESSES) for first in range(PROCESSES)]
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            parts = list(pool.map(partial(by_reference, ground), shares))
        reference = {name: np.empty((RUNS, *part.shape[1:]), part.dtype) for name, part in parts[0].items()}
        for share, part in zip(shares, parts, strict=True):
            for name, values in part.items():
                reference[name][share] = values
        for tolerance_m in TOLERANCES_M:
            ours = by_campaign(ground, tolerance_m)
            row, apart_m = compared(ours, reference)
            rows.append({"ground": ground, "tolerance_m": tolerance_m, **row})
            distances[f"{ground}, {tolerance_m:g}"] = np.sort(apart_m).tolist()
    return {
        "rows": rows,
        "impacts_apart_m": distances,
        "made": report.made_by("drivers", PEERS, time.perf_counter() - start),
    }


def compared(ours: Ends, reference: Ends) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Return the largest differences, and the distances between the impacts of each run."""
    down = reference["how"] == "impact"
    apart_m = np.linalg.norm(ours["place"] - reference["place"], axis=-1)
    later_s = np.abs(ours["seconds"] - reference["seconds"])
    otherwise = (ours["how"] != reference["how"]) | (ours["cutoff"] != reference["cutoff"])
    row = {
        "runs": down.size,
        "impacts": int(down.sum()),
        "otherwise": int(otherwise.sum()),
        "impact_m": float(apart_m[down].max()),
        "impact_median_m": float(np.median(apart_m[down])),
        "impact_s": float(later_s[down].max()),
        "orbit_m": float(apart_m[~down].max()),
        "cutoff_s": float(np.abs(ours["burn_s"] - reference["burn_s"]).max()),
    }
    return row, apart_m[down]


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table of differences."""
    rows = [
        (
            row["ground"],
            f"{1e3 * row['tolerance_m']:g} mm{', the default' if row['tolerance_m'] == DEFAULT_M else ''}",
            f"{row['runs']} ({row['impacts']})",
            str(row["otherwise"]),
            report.few(row["impact_median_m"]),
            report.few(row["impact_m"]),
            report.few(1e3 * row["impact_s"]),
            report.few(1e6 * row["cutoff_s"]),
            report.few(row["orbit_m"]),
        )
        for row in results["rows"]
    ]
    header = (
        "ground",
        "local error asked for",
        "runs (impacts)",
        "ended otherwise",
        "impacts apart, median, m",
        "at most, m",
        "at most, ms",
        "cut-off, at most, µs",
        "in orbit after 3 h, at most, m",
    )
    return {"drivers": report.table(header, rows) + report.footer(results["made"])}


def draw(results: dict[str, Any]) -> dict[str, Any]:
    """Return the figure of the distances between both drivers' impacts, one panel a ground."""
    figure, panels = plt.subplots(
        1, 2, figsize=(style.WIDTH_IN, 3.2), dpi=style.DPI, layout="constrained", sharex=True, sharey=True
    )
    for ground, ax in zip(GROUNDS, panels, strict=True):
        style.dress(ax, "Distance between the impacts (m)", "Share of the impacts" if ax is panels[0] else "")
        ax.set_title(ground, fontsize=style.AXIS_SIZE, loc="left")
        ax.set_xscale("log")
        for tolerance_m, (color, dashes) in zip(TOLERANCES_M, LOOKS, strict=True):
            apart = np.array(results["impacts_apart_m"][f"{ground}, {tolerance_m:g}"])
            shares = (np.arange(apart.size) + 1.0) / apart.size
            label = f"{1e3 * tolerance_m:g} mm"
            ax.plot(np.maximum(apart, 1e-7), shares, color=color, linestyle=dashes, linewidth=1.6, label=label)
        ax.axvline(1.0, color="0.4", linewidth=1)
        ax.annotate("asked for", (0.85, 0.3), fontsize=style.TEXT_SIZE, color="0.2", ha="right", rotation=90)
        ax.set_ylim(0.0, 1.02)
    sizes = {"fontsize": style.TEXT_SIZE, "title_fontsize": style.TEXT_SIZE}
    panels[0].legend(title="local error", frameon=False, loc="center", bbox_to_anchor=(0.68, 0.75), **sizes)
    return {"drivers": figure}
