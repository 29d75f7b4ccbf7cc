"""Time of the landings of the catalogue by the reference driver, and of dispersed ones by the campaign driver.

    python benchmarks/landing.py [-n 200]

Kernels warm: each is flown once before it is timed. A campaign is flown in memory, on all processors.
"""

from __future__ import annotations

import argparse
import time
import warnings

import lunarsim as ls


def shortest_s(scenario: ls.Scenario, repeats: int = 3) -> tuple[float, int]:
    """Return the shortest wall time of a flight, and how many segments it has."""
    flight = ls.simulate(scenario)
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        ls.simulate(scenario)
        taken.append(time.perf_counter() - start)
    return min(taken), len(flight.trajectory.phases)


def runs_per_second(name: str, runs: int) -> float:
    """Return how many dispersed landings are flown in a second."""
    campaign = ls.load_campaign(name)
    campaign.run(2, seed=1)
    start = time.perf_counter()
    campaign.run(runs, seed=1, chunk_size=max(1, runs // 8))
    return runs / (time.perf_counter() - start)


def main() -> None:
    """Print a line for each landing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=200, help="runs of each campaign")
    given = parser.parse_args()
    warnings.simplefilter("ignore", ls.ModelWarning)
    for name in ls.scenario_names():
        scenario = ls.load_scenario(name)
        if not scenario.guided:
            continue
        taken_s, segments = shortest_s(scenario)
        line = f"{name:16} {taken_s:5.2f} s for {segments:5d} segments"
        try:
            line += f", {runs_per_second(name, given.n):6.0f} dispersed runs/s"
        except ls.InputError:  # nothing is said of how it scatters
            line += ", no dispersions"
        print(line, flush=True)


if __name__ == "__main__":
    main()
