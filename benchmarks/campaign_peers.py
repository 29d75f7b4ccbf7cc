"""What other systems make of a dispersed Luna-25 campaign: runs per second on the same cores, and where they end.

    python benchmarks/campaign_peers.py [-n 512] [--seed 1] [--rounds 3] [--few 32] [--cores 2] [--tolerances]

Degree 50, Earth and Sun, the ground a sphere at the height of Luna-25's crater. heyoka in its fastest form that was
found (see ``campaign_heyoka``), scipy's DOP853 on lunarsim's compiled equations of motion, and lunarsim's reference
driver, against whose ends of the first few runs the others are held. ``--tolerances`` tries the peers' tolerances:
the loosest whose impact points agree with the reference within 10 m is the one to quote. Quote the ratio of two
systems of one run of this command; beside other work on the machine, the ratio of processor times.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

from campaign_heyoka import heyoka_impacts
from campaign_runs import Flown, Impacts, Runs, disagreement, luna25_runs, reference_impacts
from campaign_scipy import scipy_impacts

HEYOKA_TOLERANCES = (1e-5, 1e-6, 5e-7, 1e-7, 1e-8, 1e-10)  # orders 7, 8, 9, 10, 11, 13
SCIPY_TOLERANCES = (1e-6, 3e-7, 1e-7, 3e-8, 1e-8)


def best_of(flights: Sequence[Callable[[], Flown]], rounds: int) -> list[Flown]:
    """Return the fastest flight of each system, taking turns; what is made ready counts the first time."""
    flown = [[fly() for fly in flights] for _ in range(rounds)]
    return [
        min(same, key=lambda each: each.seconds)._replace(
            processor_s=min(each.processor_s for each in same), ready_s=same[0].ready_s
        )
        for same in zip(*flown, strict=True)
    ]


def reference(runs: Runs, few: int) -> Flown:
    """Fly the first few runs with the reference driver."""
    reference_impacts(runs, [0])  # so that kernels are read from disk
    start, processor = time.perf_counter(), time.process_time()
    impacts = reference_impacts(runs, range(few))
    return Flown("reference driver", impacts, time.perf_counter() - start, time.process_time() - processor, 0.0)


def report(runs: Runs, flown: Flown, held_against: Impacts, note: str = "") -> None:
    """Print one line for a system; ``held_against`` are the reference's ends of the first runs."""
    n, few = flown.impacts.t_s.size, held_against.t_s.size
    apart = disagreement(runs[:few], flown.impacts.of(slice(few)), held_against)
    counted = f", {flown.evaluations:.0f} evaluations" if flown.evaluations == flown.evaluations else ""
    print(
        f"{flown.system + note:32s} {n / flown.seconds:9.1f} runs/s   {flown.processor_s / n * 1e3:8.3f} ms of a core "
        f"a run{counted}   made ready in {flown.ready_s:.1f} s\n{'':32s} apart at most {apart.ground_m:.3g} m and "
        f"{apart.time_s:.2g} s at impact, {apart.orbit_m:.3g} m in orbit, {apart.undecided} runs decided otherwise",
        flush=True,
    )


def main() -> None:
    """Fly and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=512)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--few", type=int, default=32)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--tolerances", action="store_true")
    given = parser.parse_args()
    runs = luna25_runs(given.n, given.seed)
    ours = reference(runs, min(given.few, given.n))
    report(runs, ours, ours.impacts, ", one core")
    heyoka = partial(heyoka_impacts, runs, threads=given.cores)
    scipy = partial(scipy_impacts, runs, processes=given.cores)
    if given.tolerances:
        for fly, tolerances in ((heyoka, HEYOKA_TOLERANCES), (scipy, SCIPY_TOLERANCES)):
            for tolerance in tolerances:
                (flown,) = best_of([partial(fly, tolerance=tolerance)], given.rounds)
                report(runs, flown, ours.impacts, f", tolerance {tolerance:g}")
    else:
        for flown in best_of([heyoka, scipy], given.rounds):
            report(runs, flown, ours.impacts, f", {given.cores} cores")


if __name__ == "__main__":
    main()
