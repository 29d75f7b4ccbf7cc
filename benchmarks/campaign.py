"""Luna-25 campaigns: runs per second of lunarsim, of heyoka and of scipy, in one run on the same cores.

    python benchmarks/campaign.py [-n 4096] [--peers 512] [--rounds 3] [--cores 2]
    python benchmarks/campaign.py --whole 1000000 [--terrain LDEM_4.IMG] [--cores 2]

The first form flies one table of runs (see ``campaign_runs``; degree 50, Earth and Sun, ground a sphere) with every
system, each as coarse as keeps all impact points within 10 m of lunarsim's reference driver: for lunarsim's compiled
driver a local error of 3 m a step, and its default of 1 mm beside it. Peers fly the first ``--peers`` of the runs,
a mixture of one half that meets the ground after 47 minutes and one that coasts for three hours. The second form runs
the catalogue's own campaign as a user does, from the random numbers to the columns in memory, and prints what the
process held at most.
"""

from __future__ import annotations

import argparse
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
from astropy import units as u
from campaign_heyoka import heyoka_impacts
from campaign_peers import best_of, reference, report
from campaign_runs import Flown, Impacts, Runs, luna25_runs
from campaign_scipy import scipy_impacts

import lunarsim as ls
from lunarsim.campaign.inputs.rows import Drawn, Rows
from lunarsim.campaign.outputs import Results
from lunarsim.kernels import codes
from lunarsim.kernels.driver import run

COARSE_M, DEFAULT_M = 3.0, 1e-3  # local error of a step: as the peers, and the default
SHARE = 256  # runs that a thread takes at once


def rows_of(runs: Runs) -> tuple[Rows, Drawn]:
    """Return the table of runs as rows of the compiled driver."""
    rows = Rows.of(runs.scenario, ())
    drawn = Drawn(*(np.repeat(base, len(runs), axis=0) for base in rows.bases))
    state, craft = drawn.runs["state"], drawn.runs["craft"]
    state["position_m"], state["velocity_mps"] = runs.r, runs.v
    craft["propellant_mass_kg"] = runs.mass_kg - craft["dry_mass_kg"]
    craft["engine"]["thrust_n"] = runs.thrust_n
    craft["engine"]["specific_impulse_s"] = runs.exhaust_velocity_mps / ls.constants.STANDARD_GRAVITY_MPS2
    craft["accelerometer"]["powered"] = runs.sound
    drawn.phases["burn"]["ignition_s"][:, 0] = runs.ignition_s
    return rows, drawn


def compiled_impacts(runs: Runs, *, gridded: bool, tolerance_m: float, threads: int) -> Flown:
    """Fly the runs with lunarsim's compiled driver, the burns ended by its own computer."""
    start = time.perf_counter()
    if gridded:
        moon = replace(runs.scenario.moon, gravity=ls.GriddedField.build(runs.scenario.moon.gravity))
        runs = replace(runs, scenario=replace(runs.scenario, moon=moon))
    rows, drawn = rows_of(runs)
    results = Results.empty(len(runs), 1)

    def fly(first: int, last: int) -> None:
        part = slice(first, last)
        mine, theirs = (each[part] for each in drawn), (each[part] for each in results)
        run.fly_runs(*mine, rows.plan, rows.environment, rows.ground, tolerance_m, *theirs)  # type: ignore[call-arg]

    fly(0, 1)
    ready_s = time.perf_counter() - start
    start, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda first: fly(first, first + SHARE), range(0, len(runs), SHARE)))
    taken, processor_s = time.perf_counter() - start, time.process_time() - processor
    ended = results.runs
    where = np.stack([ended[axis] for axis in ("x_m", "y_m", "z_m")], axis=1)
    ends = Impacts(ended["end_s"], where, ended["outcome"] == codes.IMPACT)
    name = f"lunarsim {'gridded' if gridded else 'exact'}, {tolerance_m * 1e3:g} mm"
    return Flown(name, ends, taken, processor_s, ready_s, 8.0 * ended["evaluations"].mean())


def compare(n: int, peers: int, few: int, rounds: int, cores: int) -> None:
    """Fly the table with every system and print a line for each."""
    runs = luna25_runs(n, seed=1)
    some = runs[:peers]
    known = reference(runs, few)
    report(runs, known, known.impacts, ", one core")
    ours = [
        partial(compiled_impacts, runs, gridded=gridded, tolerance_m=tolerance_m, threads=cores)
        for gridded in (False, True)
        for tolerance_m in (COARSE_M, DEFAULT_M)
    ]
    theirs = [partial(heyoka_impacts, some, threads=cores), partial(scipy_impacts, some, processes=cores)]
    flown = best_of([*ours, *theirs], rounds)
    for each in flown:
        table = some if each.impacts.t_s.size == len(some) else runs
        report(table, each, known.impacts, f", {cores} cores")
    rates = [each.impacts.t_s.size / each.seconds for each in flown]
    costs = [each.processor_s / each.impacts.t_s.size for each in flown]
    print("ratios to heyoka, of runs per second (of processor time a run):")
    for each, rate, cost in zip(flown, rates, costs, strict=True):
        print(f"  {each.system:32s} {rate / rates[-2]:6.1f}  ({costs[-2] / cost:.1f})")


def whole(n: int, terrain: str | None, cores: int, tolerance: float) -> None:
    """Run the catalogue's campaign, exact and gridded, and print its rate and the memory of the process."""
    campaign = ls.load_campaign("luna25")
    scenario = campaign.scenario
    if terrain is not None:
        scenario = scenario.with_terrain(ls.Terrain.from_file(terrain))
    fields = {"exact": scenario.moon.gravity, "gridded": ls.GriddedField.build(scenario.moon.gravity)}
    for name, gravity in fields.items():
        moon = replace(scenario.moon, gravity=gravity)
        own = replace(campaign, scenario=replace(scenario, moon=moon), tolerance=tolerance * u.m)
        own.run(64, seed=0, workers=cores)
        start = time.perf_counter()
        result = own.run(n, seed=1, workers=cores, keep=["outcome", "latitude_deg", "longitude_deg"])
        taken = time.perf_counter() - start
        memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        print(f"{name}: {n} runs in {taken:.1f} s, {n / taken:.0f} runs/s, at most {memory_gb:.2f} GB; {result!r}")


def main() -> None:
    """Compare, or run the whole."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=4096)
    parser.add_argument("--peers", type=int, default=512)
    parser.add_argument("--few", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--whole", type=int, default=0)
    parser.add_argument("--terrain")
    parser.add_argument("--tolerance", type=float, default=DEFAULT_M)
    given = parser.parse_args()
    if given.whole:
        whole(given.whole, given.terrain, given.cores, given.tolerance)
    else:
        compare(given.n, given.peers, given.few, given.rounds, given.cores)


if __name__ == "__main__":
    main()
