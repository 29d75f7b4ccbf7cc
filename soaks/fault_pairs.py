"""Fly random pairs of faults on Luna-25's burn and on a short landing, and look whether each ends as a flight should.

    python soaks/fault_pairs.py                      500 pairs, half of them on either
    python soaks/fault_pairs.py --first 500 --count 100

A finding is a pair that ends in an error, without an outcome and a reason, with a number that is none, or otherwise
when it is flown again, or in the other driver, unless the flight is ill-conditioned: it then moves in the reference
driver alone, with shorter steps or begun a nanometre beside. Faults that the scenario cannot have, or that contradict
each other, are no pair: others are drawn. Pair i is the same in each run.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from random_faults import burning, how_the_drivers_differ, landing_by_sensors, what_is_wrong, with_pair

#: What the faults are drawn on, and until when, after the start, they begin.
ON = {"burn": (burning(), 200.0), "landing": (landing_by_sensors(), 120.0)}


def main() -> int:
    """Soak, and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    started, findings, far = time.process_time(), 0, 0.0
    ends: Counter[str] = Counter()
    for i in range(chosen.first, chosen.first + chosen.count):
        name = list(ON)[i % len(ON)]
        scenario = with_pair(ON[name][0], i, ON[name][1])
        wrong, flight = what_is_wrong(scenario)
        if not wrong and flight is not None:
            verdict = getattr(flight.outcome, "verdict", None)
            ends[f"{name}: {type(flight.outcome).__name__}{f', {verdict.value}' if verdict else ''}"] += 1
            wrong, apart = how_the_drivers_differ(scenario, flight)
            far = max(far, apart)
        if wrong == "ill-conditioned":
            ends[wrong] += 1
        elif wrong:
            findings += 1
            print(f"pair {i} on the {name}: {[fault.title for fault in scenario.faults]}: {wrong}", flush=True)
    spent = time.process_time() - started
    print(f"pairs {chosen.first} to {chosen.first + chosen.count - 1}: {dict(sorted(ends.items()))}")
    print(f"the drivers at most {far:.2g} m apart; {spent / max(chosen.count, 1):.2f} s a pair")
    print(f"{findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
