"""Random pairs of the package's faults, for tests and a soak; pair i of a scenario is the same in each run."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim.faults import FAULTS, Fault

MPS2 = u.m / u.s**2
OF_BURNS = {"wrong timer", "wrong target", "late command", "thrust misaligned"}
FROM_THE_START = {*OF_BURNS, "data arrays filled at random"}

#: What each fault is given at random; kept in step with what there is by a test.
NUMBERS: dict[str, Callable[[random.Random], dict[str, object]]] = {
    "accelerometer off": lambda _: {},
    "accelerometer scale": lambda rng: {"factor": rng.choice([0.0, rng.uniform(-1.0, 3.0)])},
    "accelerometer bias": lambda rng: {"bias": rng.uniform(-0.3, 0.3) * MPS2},
    "accelerometer upside down": lambda _: {},
    "accelerometer stuck": lambda rng: {"reading": rng.uniform(-0.1, 1.0) * MPS2},
    "thrust error": lambda rng: {"error": rng.choice([-1.0, rng.uniform(-0.9, 0.5)])},
    "no ignition": lambda _: {},
    "engine out": lambda _: {},
    "specific impulse error": lambda rng: {"error": rng.uniform(-0.5, 0.5)},
    "engine misaligned": lambda rng: {
        "pitch": rng.uniform(-90.0, 90.0) * u.deg,
        "yaw": rng.uniform(-90.0, 90.0) * u.deg,
    },
    "no shutdown": lambda _: {},
    "valve stuck": lambda rng: {"throttle": rng.choice([None, rng.uniform(0.05, 1.0)])},
    "throttle stuck": lambda _: {},
    "slow throttle": lambda rng: {"rate": 10.0 ** rng.uniform(-4.0, 1.0) / u.s},
    "slow attitude": lambda rng: {"rate": 10.0 ** rng.uniform(-2.0, 1.0) * u.deg / u.s},
    "weak attitude control": lambda rng: {"slew_rate": 10.0 ** rng.uniform(-2.0, 1.0) * u.deg / u.s},
    "attitude control lost": lambda _: {},
    "wrong attitude": lambda rng: {"pitch": rng.uniform(-90.0, 90.0) * u.deg, "yaw": rng.uniform(-90.0, 90.0) * u.deg},
    "data arrays filled at random": lambda _: {},
    "wrong timer": lambda rng: {"timer": 10.0 ** rng.uniform(-3.0, 3.0) * u.s},
    "wrong target": lambda rng: {"target_delta_v": 10.0 ** rng.uniform(-3.0, 2.5) * u.m / u.s},
    "late command": lambda rng: {"delay": rng.uniform(0.0, 3000.0) * u.s},
    "thrust misaligned": lambda rng: {
        "pitch": rng.uniform(-180.0, 180.0) * u.deg,
        "yaw": rng.uniform(-180.0, 180.0) * u.deg,
    },
}


def a_fault(rng: random.Random, title: str, lasts_s: float) -> Fault:
    """A fault with random numbers; one of the craft begins, and may pass, at random within so many seconds."""
    when: dict[str, u.Quantity] = {}
    if title not in FROM_THE_START:
        first, last = sorted((rng.choice([0.0, rng.uniform(0.0, lasts_s)]), rng.uniform(0.0, lasts_s)))
        when["onset"] = first * u.s
        if rng.random() < 0.4 and last > first:
            when["end"] = last * u.s
    return FAULTS[title](**NUMBERS[title](rng), **when)


def with_pair(scenario: ls.Scenario, i: int, lasts_s: float) -> ls.Scenario:
    """A scenario with its i-th pair of faults, two that do not contradict each other and that it can have."""
    rng = random.Random(f"pair {i} of {scenario.name}")
    titles = (
        sorted(NUMBERS)
        if any(isinstance(phase, ls.Burn) for phase in scenario.plan)
        else sorted(set(NUMBERS) - OF_BURNS)
    )
    while True:
        pair = [a_fault(rng, title, lasts_s) for title in rng.sample(titles, 2)]
        try:
            return scenario.with_faults(*pair)
        except ls.InputError:
            continue


def what_is_wrong(scenario: ls.Scenario) -> tuple[str, ls.Flight | None]:
    """What is wrong with the flight of a scenario, if anything is, and the flight."""
    try:
        flight = ls.simulate(scenario)
    except Exception as error:
        return f"{type(error).__name__}: {error}", None
    told = str(flight.outcome)
    numbers = [flight.outcome.state.position.value, flight.outcome.state.velocity.value, flight.mass.value]
    numbers += [np.array([burn.delta_v.value, burn.duration.value, burn.propellant.value]) for burn in flight.burns]
    reasons = [burn.cutoff.value for burn in flight.burns] + [phase.ended_by for phase in flight.phases]
    if not told or "nan" in told or not all(reasons):
        return f"ends without a reason: {told!r}, {reasons}", flight
    if not all(np.all(np.isfinite(each)) for each in numbers):
        return "holds a number that is none", flight
    if ls.simulate(scenario) != flight:
        return "ends otherwise when it is flown again", flight
    return "", flight
