"""Fly random pairs of faults on Luna-25's burn and on a landing, and look whether each ends as a flight should.

    python soaks/faults.py                      500 pairs, half of them on either
    python soaks/faults.py --first 500 --count 100

A finding is a pair that ends in an error, without an outcome and a reason, with a number that is none, or otherwise
when it is flown again, or in the other driver. Pair i is the same in each run.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
from astropy import units as u
from random_faults import what_is_wrong, with_pair
from random_flights import both

import lunarsim as ls

#: What the faults are drawn on, and until when, after the start, they begin.
ON = {"luna25": 200.0, "chandrayaan3": 900.0}
POSITION_M = 1.0  # between the drivers


def is_settled(scenario: ls.Scenario, flight: ls.Flight) -> bool:
    """Return whether a flight stays the same when its start is moved by a nanometre, three times."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        moved = scenario.state.position + rng.normal(size=3) * u.nm
        start = ls.State(moved, scenario.state.velocity, scenario.state.epoch)
        other = ls.simulate(replace(scenario, state=start)).outcome
        apart = (other.state.position - flight.outcome.state.position).to_value(u.m)
        if type(other) is not type(flight.outcome) or np.linalg.norm(apart) > 0.1 * POSITION_M:
            return False
    return True


def main() -> int:
    """Soak, and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=500)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    started, findings, far = time.process_time(), 0, 0.0
    ends: Counter[str] = Counter()
    described = {name: ls.load_scenario(name).without_faults() for name in ON}
    for i in range(chosen.first, chosen.first + chosen.count):
        name = list(ON)[i % len(ON)]
        scenario = with_pair(described[name], i, ON[name])
        wrong, flight = what_is_wrong(scenario)
        if not wrong and flight is not None:
            ends[f"{name}: {type(flight.outcome).__name__} {getattr(flight.outcome, 'verdict', '')}".strip()] += 1
            found, _, why = both(scenario)
            if not found.alike or found.position_m > POSITION_M:
                if is_settled(scenario, flight):
                    wrong = f"the drivers are {found.position_m:.3g} m apart; {why}"
                else:
                    ends["ill-conditioned"] += 1
            else:
                far = max(far, found.position_m)
        if wrong:
            findings += 1
            print(f"pair {i} on {name}: {[fault.title for fault in scenario.faults]}: {wrong}", flush=True)
    spent = time.process_time() - started
    print(f"pairs {chosen.first} to {chosen.first + chosen.count - 1}: {dict(sorted(ends.items()))}")
    print(f"the drivers at most {far:.2g} m apart; {spent / max(chosen.count, 1):.2f} s a pair")
    print(f"{findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
