"""How each cost grows: one flight with its duration, degree and tolerance; a campaign and its statistics with n.

    python benchmarks/costs.py [--parts duration degree tolerance runs field statistics] [--most 1000000] [--into FILE]

All times are processor times, of all threads together, the shortest of some calls; machine code is read before. A
flight is the whole call of ``propagate`` of a 100 km polar orbit with Earth and Sun, apsides and the ground looked for
(see ``propagation_case``), by collocation; it takes three days, at degree 50 and 1 mm, where nothing else is said. A
campaign is Luna-25's of the catalogue, from the random numbers to the columns, at degree 50 and a tolerance of 3 m,
with which all ends are within 10 m, where nothing else is said. What its statistics take is measured on runs that
nobody flew (see ``statistics_at_scale``). ``--into`` writes what was measured into a JSON file, beside the parts that
are there. For wall clock, threads and workers of a cluster see ``campaign_scaling``. Degrees above 50 need
``LP165P.cof``.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from campaign_scaling import CARRIED, KEEP, KINDS, campaign, field
from propagation_case import Case
from statistics_at_scale import parts as statistics_of
from statistics_at_scale import synthetic

import lunarsim as ls

DAYS = (1, 3, 10, 30, 100)
DEGREES = {"exact": (2, 8, 20, 35, 50, 70, 100, 150), "gridded": (20, 50)}
TOLERANCES_M = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
COARSE_M = 3.0  # local error of a step: all ends within 10 m
RUNS_OF_FIELD = 1000
MOST_EXACT = 100_000
STATISTICS = ("draw, Monte Carlo", "dataset", "rates", "quantiles", "footprint", "tornado")

Result = list[dict[str, Any]]


def processor_seconds(call: Callable[[], object], rounds: int = 3) -> float:
    """Return the shortest processor time of some calls, all threads together."""
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def flight_seconds(days: int, gravity: ls.GravityField | ls.GriddedField, tolerance_m: float = 1e-3) -> float:
    """Return what a call of ``propagate`` takes."""
    case = Case(days, bodies=True)
    moon, accuracy = replace(case.moon, gravity=gravity), ls.Accuracy(position=tolerance_m * u.m)

    def fly() -> ls.Flight:
        return ls.propagate(case.state, days * u.day, moon, accuracy=accuracy, integrator="collocation")

    fly()
    return processor_seconds(fly)


def by_duration(_most: int) -> Result:
    """Return the seconds of flights against their duration."""
    return [
        {"kind": kind, "days": days, "seconds": flight_seconds(days, field(CARRIED, kind))}
        for kind in KINDS
        for days in DAYS
    ]


def by_degree(_most: int) -> Result:
    """Return the seconds of flights against the degree of the field."""
    return [
        {"kind": kind, "degree": degree, "seconds": flight_seconds(3, field(degree, kind))}
        for kind, degrees in DEGREES.items()
        for degree in degrees
    ]


def by_tolerance(_most: int) -> Result:
    """Return the seconds of flights against the tolerance, and how far their ends are from that of the tightest."""
    case, rows, reference = Case(3, bodies=True), [], None
    for tolerance_m in (1e-9, *TOLERANCES_M):
        accuracy = ls.Accuracy(position=tolerance_m * u.m)
        flight = ls.propagate(case.state, 3 * u.day, case.moon, accuracy=accuracy, integrator="collocation")
        end = flight.trajectory.end_y[:3]
        reference = end if reference is None else reference
        if tolerance_m in TOLERANCES_M:
            seconds = flight_seconds(3, case.moon.gravity, tolerance_m)
            error_m = float(np.linalg.norm(end - reference))
            rows.append({"tolerance_m": tolerance_m, "seconds": seconds, "error_m": error_m})
    return rows


def coarse_campaign(degree: int, kind: str) -> ls.Campaign:
    """Return Luna-25's campaign in a field, at the coarse tolerance."""
    return replace(campaign(degree, kind), tolerance=COARSE_M * u.m)


def by_runs(most: int) -> Result:
    """Return the seconds of campaigns against the number of runs."""
    rows = []
    for kind in KINDS:
        run = partial(coarse_campaign(CARRIED, kind).run, seed=1, keep=KEEP)
        run(64)
        for n in (10**k for k in range(2, 9)):
            if n <= (most if kind == "gridded" else min(most, MOST_EXACT)):
                seconds = processor_seconds(partial(run, n), 1)
                rows.append({"kind": kind, "n": n, "seconds": seconds})
    return rows


def by_field(_most: int) -> Result:
    """Return the seconds of a run of a campaign against the degree of the field."""
    rows = []
    for kind, degrees in DEGREES.items():
        for degree in degrees:
            work = coarse_campaign(degree, kind).work(2**40, 1)
            work(0, 8)
            seconds = processor_seconds(partial(work, 0, RUNS_OF_FIELD))
            rows.append({"kind": kind, "degree": degree, "seconds": seconds / RUNS_OF_FIELD})
    return rows


def by_statistic(most: int) -> Result:
    """Return the seconds of statistics against the number of runs, and of a plain sort of as many numbers."""
    rows = []
    for n in (10**k for k in range(4, 9)):
        if n > most:
            break
        plain = np.random.default_rng(2).standard_normal(n)
        rows.append({"part": "a plain sort", "n": n, "seconds": processor_seconds(partial(np.sort, plain))})
        for name, call in statistics_of(synthetic(n)):
            if name in STATISTICS:
                rows.append({"part": name, "n": n, "seconds": processor_seconds(call, 2)})
    return rows


PARTS: dict[str, Callable[[int], Result]] = {
    "duration": by_duration,
    "degree": by_degree,
    "tolerance": by_tolerance,
    "runs": by_runs,
    "field": by_field,
    "statistics": by_statistic,
}


def measure(parts: tuple[str, ...] = tuple(PARTS), most: int = 1_000_000, into: Path | None = None) -> dict[str, Any]:
    """Return what the parts found, and print it.

    Parameters
    ----------
    parts : tuple of str
        Of ``PARTS``.
    most : int
        The largest campaign.
    into : Path, optional
        A JSON file, to which each part is written as soon as it is measured.
    """
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ls.ModelWarning)  # low degrees, on purpose
        for part in parts:
            found[part] = PARTS[part](most)
            for row in found[part]:
                numbers = (f"{key} {value:.4g}" for key, value in row.items() if not isinstance(value, str))
                print(part, *(value for value in row.values() if isinstance(value, str)), *numbers, flush=True)
            if into is not None:
                before = json.loads(into.read_text(encoding="utf-8")) if into.exists() else {}
                into.write_text(json.dumps({**before, **found}, indent=1) + "\n", encoding="utf-8")
    return found


def growth(rows: Result, of: str) -> float:
    """Return the power with which the seconds grow over the last two rows."""
    before, last = sorted(rows, key=lambda row: float(row[of]))[-2:]
    return float(np.log(last["seconds"] / before["seconds"]) / np.log(last[of] / before[of]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    measure(tuple(given.parts), given.most, given.into)
