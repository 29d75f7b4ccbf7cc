"""Fly random burns and landings with odd engines in both drivers, and look whether they end alike.

    python soaks/random_drivers.py                      2,000 flights
    python soaks/random_drivers.py --first 500 --count 500

A finding is a flight that ends otherwise, burns other propellant, goes on in one driver alone, gains mass, ends in
anything but the package's own errors, or takes more than 60 s of processor time. Flights are counted apart, as
ill-conditioned, whose end moves in the reference driver alone when its steps are made shorter, or its start is moved
by a nanometre. Flight i is the same in each run.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
from astropy import units as u
from random_flights import both, random_scenario

import lunarsim as ls

SECONDS = 60.0
NEIGHBOURS = 30  # flights from a nanometre beside, which a sound flight does not tell apart
POSITION_M, TIME_S, PROPELLANT = 1.0, 1e-3, 1e-6  # of the propellant, as a share of the craft's mass


class TooSlow(BaseException):
    """A flight cost more processor time than it may."""


def on_time(*_: object) -> None:
    """Stop the reference driver."""
    raise TooSlow(f"more than {SECONDS:g} s of processor time")


def is_settled(scenario: ls.Scenario, flight: ls.Flight) -> bool:
    """Return whether a flight stays the same when its steps change, or its start by a nanometre.

    A law may turn roundings into other commands: the search of bang-bang for one, which ends on one of two solutions.
    """
    rng = np.random.default_rng(0)
    others = [ls.simulate(scenario, accuracy=ls.Accuracy(max_step=0.4 * u.s))]
    for _ in range(NEIGHBOURS):
        moved = scenario.state.position + rng.normal(size=3) * u.nm
        start = ls.State(moved, scenario.state.velocity, scenario.state.epoch)
        others.append(ls.simulate(replace(scenario, state=start)))
    ends = [[b.cutoff for b in each.burns] + [p.ended_by for p in each.phases] for each in (flight, *others)]
    places = [each.outcome.state.position.to_value(u.m) for each in (flight, *others)]
    apart = max(float(np.linalg.norm(place - places[0])) for place in places)
    return all(each == ends[0] for each in ends) and apart < 0.1 * POSITION_M


def what_came(i: int) -> tuple[str, list[str], tuple[float, float, float, float], int]:
    """Return what is wrong with a flight, what its burns and phases ended by, how far it is apart, and its steps."""
    nothing = (0.0, 0.0, 0.0, 0.0)
    scenario = random_scenario(i)
    if scenario is None:
        return "", ["refused"], nothing, 0
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        found, flight, why = both(scenario)
    except (Exception, TooSlow):
        return traceback.format_exc(limit=-4), [], nothing, 0
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    if flight is None:
        return ("" if found.alike else why), ["neither driver goes on"], nothing, 0
    ends = [b.cutoff.value for b in flight.burns]
    ends += [
        "an exit" if " " in p.ended_by and "limit" not in p.ended_by else p.ended_by.split(",")[0]
        for p in flight.phases
    ]
    mass = flight.mass.value
    wrong = []
    if not found.alike:
        wrong.append(f"ends otherwise {why}")
    if found.position_m > POSITION_M or found.time_s > TIME_S or found.propellant_kg > PROPELLANT * mass[0]:
        wrong.append(f"apart: {found}")
    if wrong and not is_settled(scenario, flight):
        return "", [*ends, "ILL-CONDITIONED"], nothing, 0
    if np.any(np.diff(mass) > 1e-12 * mass[0]):
        wrong.append("gains mass")
    steps = sum(phase.segment.path.ends_s.size for phase in flight.trajectory.phases)
    return "; ".join(wrong), ends, found[:4], steps


def main() -> int:
    """Soak, and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, on_time)
    ends: Counter[str] = Counter()
    findings, most_steps, far = 0, 0, np.zeros(4)
    both(next(filter(None, map(random_scenario, range(100)))))  # what compiles is not a flight's cost
    started = time.process_time()
    for i in range(chosen.first, chosen.first + chosen.count):
        wrong, ended, apart, steps = what_came(i)
        ends.update(ended)
        if wrong:
            findings += 1
            print(f"flight {i}: {wrong}", flush=True)
        else:
            far, most_steps = np.maximum(far, apart), max(most_steps, steps)
    spent = time.process_time() - started
    print(f"flights {chosen.first} to {chosen.first + chosen.count - 1}: {dict(ends)}")
    print(
        f"at most {far[0]:.2g} m, {far[1]:.2g} s, cut-off {far[2]:.2g} s, propellant {far[3]:.2g} kg apart, "
        f"{most_steps} steps a flight, {spent / chosen.count:.2f} s a flight"
    )
    print(f"{findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
