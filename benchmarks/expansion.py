"""What an expansion of a campaign costs, how wrong it is, and how often its error estimate holds.

Luna-25's campaign (half of the runs with the fault, timer and thrust among the inputs), over a sphere and over LOLA's
map, and without the fault with a timer that comes as often as the delta-v before it: an expansion of each is held
against exact runs that it has not seen. Then the whole campaign with files written, and an event of one in 100,000,
confirmed by exact runs, whose method is held against plain exact runs for one of one in a thousand.

``python benchmarks/expansion.py`` takes some ten minutes of one core. ``--runs`` says how many runs are held out,
``--orders`` which orders are trained; ``--out`` where the JSON goes. ``LUNARSIM_DATA`` names the folder with LDEM_4.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign import Campaign, CampaignExpansion, Normal
from lunarsim.campaign.expansion.result import apart
from lunarsim.statistics import rate

SEED = 20230819
BLOCK = 8192
RARE_DEG, SELDOM_DEG = -54.82, -55.6  # latitudes that few impacts lie north of: 1 in 100,000 and 1 in 1,000, or about


def cases() -> dict[str, Campaign]:
    """Return the campaigns by their names."""
    campaign = ls.load_campaign("luna25")
    found = {"sphere": campaign}
    if "LUNARSIM_DATA" in os.environ:
        lola = ls.Terrain.from_file(Path(os.environ["LUNARSIM_DATA"], "LDEM_4.IMG"))
        found["LOLA"] = _over(campaign, lola)
    others = {name: each for name, each in campaign.dispersions.items() if name != "faults.accelerometer off"}
    late = campaign.with_dispersions({**others, "plan.0.timer": Normal(84.0 * u.s, 0.3 * u.s)})
    found["timer or delta-v"] = replace(late, scenario=late.scenario.without_faults())
    return found


def _over(campaign: Campaign, terrain: ls.Terrain) -> Campaign:
    moon = replace(campaign.scenario.moon, terrain=terrain)
    return replace(campaign, scenario=replace(campaign.scenario, moon=moon))


@contextmanager
def processor_time(found: dict[str, Any], name: str) -> Iterator[None]:
    """Put the processor time of what is done into a dictionary."""
    begin = time.process_time()
    yield
    found[name] = time.process_time() - begin


def held_out(campaign: Campaign, orders: list[int], runs: int) -> list[dict[str, Any]]:
    """Return what expansions of some orders cost, and how they do against the same exact runs."""
    trained = [campaign.expand(order=order) for order in orders]
    works, made = [each.work(runs, SEED) for each in trained], [_costs(each) for each in trained]
    sums: list[dict[str, list[Any]]] = [
        {"apart": [], "error": [], "outcome": [], "flown": [], "other": []} for _ in made
    ]
    for expanded in works:
        expanded(0, 1)  # lowered before the time is taken
    exact_s = 0.0
    work = campaign.work(runs, SEED)
    for first in range(0, runs, BLOCK):
        begin = time.process_time()
        exact = work(first, min(BLOCK, runs - first))
        exact_s += time.process_time() - begin
        for expanded, own, one in zip(works, sums, made, strict=True):
            begin = time.process_time()
            found = expanded(first, min(BLOCK, runs - first))
            one["seconds"] += time.process_time() - begin
            own["apart"].append(apart(found, exact))
            own["error"].append(found["position_error_m"])
            own["flown"].append(found["flown_exactly"])
            own["outcome"].append(exact["outcome"])
            codes = [name for name in exact if name == "outcome" or name.endswith("_cutoff")]
            own["other"].append(np.any([found[name] != exact[name] for name in codes], axis=0))
    for own, one in zip(sums, made, strict=True):
        one.update(_errors({name: np.concatenate(parts) for name, parts in own.items()}))
        one["us_a_run"] = 1e6 * one.pop("seconds") / runs
        one["exact_us_a_run"] = 1e6 * exact_s / runs
    return made


def _costs(expansion: CampaignExpansion) -> dict[str, Any]:
    training = expansion.training
    expansion.work(100, SEED)(0, 100)  # compiled before the time is taken
    return {
        "order": training.options.order,
        "terms": training.terms,
        "training_flights": training.flights,
        "training_s": training.seconds,
        "always_exact": list(training.exact),
        "seconds": 0.0,
    }


def _errors(found: dict[str, Any]) -> dict[str, Any]:
    own = ~found["flown"]
    made: dict[str, Any] = {
        "runs": own.size,
        "flown_exactly": float(np.mean(found["flown"])),
        "ended_otherwise": int(np.count_nonzero(found["other"])),
    }
    for name, chosen in (("impacts", own & (found["outcome"] == 1)), ("in orbit", own & (found["outcome"] != 1))):
        if chosen.any():
            apart_m, error_m = found["apart"][chosen], found["error"][chosen]
            made[name] = {
                "runs": int(chosen.sum()),
                "rms_m": float(np.sqrt(np.mean(apart_m**2))),
                "largest_m": float(apart_m.max()),
                "median_estimate_m": float(np.median(error_m)),
                "covered": float(np.mean(apart_m <= error_m)),
                "covered_of_worst_tenth": float(np.mean((apart_m <= error_m)[error_m >= np.quantile(error_m, 0.9)])),
            }
    return made


def whole(campaign: Campaign, runs: int, exact_runs: int) -> dict[str, Any]:
    """Return the speed of campaigns with files written, expanded and exact, by one worker."""
    found: dict[str, Any] = {"runs": runs, "exact_runs": exact_runs}
    expansion = campaign.expand()
    with tempfile.TemporaryDirectory() as folder:
        with processor_time(found, "expanded_s"):
            result = expansion.run(runs, seed=SEED, out=Path(folder, "expanded"), workers=1)
        print(result)
        with processor_time(found, "exact_s"):
            campaign.run(exact_runs, seed=SEED, out=Path(folder, "exact"), workers=1)
    found["expanded_us_a_run"] = 1e6 * found["expanded_s"] / runs
    found["exact_us_a_run"] = 1e6 * found["exact_s"] / exact_runs
    found["times_as_fast"] = found["exact_us_a_run"] / found["expanded_us_a_run"]
    return found


def north_of(latitude_deg: float) -> Callable[[Any], Any]:
    """Return the event that a run comes down north of a latitude."""
    return lambda runs: np.where(runs["outcome"] == "impact", runs["latitude_deg"].value - latitude_deg, np.nan)


def rare(campaign: Campaign, exact_runs: int) -> dict[str, Any]:
    """Return probabilities by an expansion, confirmed by weighted exact runs, one of them counted in plain ones too."""
    expansion = campaign.expand()
    found: dict[str, Any] = {}
    for name, latitude_deg in (("rare", RARE_DEG), ("seldom", SELDOM_DEG)):
        own: dict[str, Any] = {"latitude_deg": latitude_deg}
        with processor_time(own, "seconds"):
            probability = expansion.probability(north_of(latitude_deg))
        own |= vars(probability)
        print(f"north of {latitude_deg} deg: {probability}")
        found[name] = own
    plain = campaign.run(exact_runs, seed=SEED + 1, workers=1, keep=["outcome", "latitude_deg"])
    count = int(np.count_nonzero(plain.where("impact") & (plain.column("latitude_deg") >= SELDOM_DEG)))
    found["plain"] = vars(rate(count, exact_runs))
    print(f"north of {SELDOM_DEG} deg, plain exact runs: {rate(count, exact_runs)}")
    return found


def main() -> None:
    """Measure, print and write."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=100_000)
    asked.add_argument("--orders", type=int, nargs="+", default=[2, 3])
    asked.add_argument("--cases", nargs="+", default=["sphere", "LOLA", "timer or delta-v"])
    asked.add_argument("--parts", nargs="+", default=["held out", "whole", "rare"])
    asked.add_argument("--out", type=Path, default=Path("expansion.json"))
    given = asked.parse_args()
    found: dict[str, Any] = {}
    every = cases()
    if "held out" in given.parts:
        for name, campaign in ((name, every[name]) for name in given.cases if name in every):
            found[name] = held_out(campaign, given.orders, given.runs)
            print(name, json.dumps(found[name], indent=1))
    if "whole" in given.parts:
        found["whole"] = whole(every["sphere"], 10 * given.runs, given.runs // 5)
        print(json.dumps(found["whole"], indent=1))
    if "rare" in given.parts:
        found["rare"] = rare(every["sphere"], given.runs)
    given.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
