"""Fly random coasts, burns and landings by either integrator, and look whether they are one flight.

    python soaks/integrators.py                      1,000 flights
    python soaks/integrators.py --first 500 --count 500

A finding is a flight that meets other events or ends otherwise, is 1 cm or 10 us away at its end, or 10 us at an
event. Flights are counted apart, as ill-conditioned, that are another in the reference alone when its steps are made
shorter, or whose events move by as much when they begin 1 cm beside. Every third flight is a coast of up to three days
in the default field, with detectors. Flight i is the same in each run.
"""

from __future__ import annotations

import argparse
import random
import sys
import traceback
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import numpy as np
from astropy import units as u
from random_flights import EPOCH, by_either, random_scenario

import lunarsim as ls
from lunarsim import detectors
from lunarsim.flight.integrator_comparison import IntegratorComparison, compared

APART, LATE = 1 * u.cm, 10 * u.us
SHORTER = 0.4 * u.s
SHORTER_IN_ORBIT = 5.0 * u.s  # the tolerances allow some 30 s; at 0.4 s three days cost minutes
BESIDE = 1 * u.um  # so far beside, a flight begins to show how it answers its start
WATCHED = (
    detectors.Nodes(),
    detectors.Eclipse(),
    detectors.EarthInView(),
    detectors.AtHeight(height=50 * u.km),
    detectors.AtLatitude(latitude=30 * u.deg),
    detectors.AtLongitude(longitude=10 * u.deg),
)


def a_coast(i: int) -> ls.Scenario:
    """Return a coast in an orbit of any inclination, which may meet the ground."""
    rng = random.Random(f"coast {i}")
    low = rng.uniform(-20.0, 300.0)
    state = ls.State.from_elements(
        perilune=low * u.km,
        apolune=(low + rng.choice([0.01, rng.uniform(1.0, 100.0), rng.uniform(100.0, 5000.0)])) * u.km,
        inclination=rng.uniform(0.0, 180.0) * u.deg,
        node_longitude=rng.uniform(0.0, 360.0) * u.deg,
        argument_of_perilune=rng.uniform(0.0, 360.0) * u.deg,
        true_anomaly=rng.uniform(90.0, 270.0) * u.deg,
        epoch=EPOCH + rng.uniform(-9000.0, 9000.0) * u.day,
    )
    plan = (ls.Coast(duration=rng.uniform(0.01, 3.0) * u.day),)
    return ls.Scenario(name="coast", state=state, moon=ls.Moon(), plan=plan)


def is_far(check: IntegratorComparison) -> bool:
    """Return whether two flights are not one."""
    return not check.alike or check.end > APART or abs(check.duration) > LATE or check.events > LATE


def what_came(i: int) -> tuple[str, IntegratorComparison | None]:
    """Return what is wrong with a flight, and how far the integrators are apart."""
    coasts = i % 3 == 0
    scenario = a_coast(i) if coasts else random_scenario(i)
    if scenario is None:
        return "refused", None
    watched = WATCHED if coasts else ()
    try:
        check = by_either(scenario, watched)
    except Exception:
        return traceback.format_exc(limit=-3), None
    if check is None:
        return "neither goes on", None
    if not is_far(check):
        return "", check
    return "ill-conditioned" if is_ill_conditioned(check, scenario, coasts) else f"apart: {check}", check


def is_ill_conditioned(check: IntegratorComparison, scenario: ls.Scenario, coasts: bool) -> bool:
    """Return whether a flight is another in the reference alone, or its events move with the last digits of its start.

    The apsides of an orbit that is a circle but for the field do: they move by far more than the craft takes for 1 cm.
    """
    state, watched = scenario.state, WATCHED if coasts else ()
    up = state.position * (1.0 + (BESIDE / np.linalg.norm(state.position)).to_value(u.one))
    begun_beside = replace(scenario, state=ls.State(up, state.velocity, state.epoch))
    shorter = ls.Accuracy(max_step=SHORTER_IN_ORBIT if coasts else SHORTER)
    one = ls.simulate(scenario, detect=watched, integrator="DOP853")
    by_shorter = compared(one, ls.simulate(scenario, detect=watched, integrator="DOP853", accuracy=shorter))
    by_start = compared(one, ls.simulate(begun_beside, detect=watched, integrator="DOP853"))
    if is_far(by_shorter) or not by_start.alike:
        return True
    ends_alike = check.alike and check.end <= APART and abs(check.duration) <= LATE
    return bool(ends_alike and check.events < by_start.events * (APART / BESIDE).to_value(u.one))


def main() -> int:
    """Soak, and print a summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    ends: Counter[str] = Counter()
    findings, farthest, latest = 0, 0.0, 0.0
    for i in range(chosen.first, chosen.first + chosen.count):
        what, check = what_came(i)
        ends[what if what in {"refused", "neither goes on", "ill-conditioned"} else "flown"] += 1
        if what and what not in ends:
            findings += 1
            print(f"flight {i}: {what}", flush=True)
        elif not what and check is not None:
            farthest = max(farthest, float(check.end.to_value(u.m)))
            latest = max(latest, float(check.events.to_value(u.s)))
    print(
        f"{chosen.count} flights: {dict(ends)}; {findings} findings; at most {farthest:.2g} m and {latest:.2g} s apart"
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
