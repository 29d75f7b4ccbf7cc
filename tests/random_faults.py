"""Random pairs of the package's faults, for tests and a soak; pair i of a scenario is the same in each run.

A pair is of two faults that the scenario can have and that do not contradict each other: what is refused is drawn anew,
and is no pair.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from astropy import units as u
from landing_example import LANDER, landing
from random_flights import both

import lunarsim as ls
from lunarsim.faults import FAULTS, Fault

MPS2 = u.m / u.s**2
OF_BURNS = {"wrong timer", "wrong target", "late command", "thrust misaligned"}
OF_COMMANDS = {"command lost", "command delayed", "command doubled", "command reordered"}
FROM_THE_START = {*OF_BURNS, "data arrays filled at random"}

POSITION_M = 1.0  #: between the drivers
SHORTER = ls.Accuracy(max_step=0.4 * u.s)


def by_chance(rng: random.Random) -> dict[str, object]:
    """What the faults of commands draw by."""
    return {"probability": rng.choice([1.0, rng.random()]), "seed": float(rng.randrange(1000))}


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
    "command lost": by_chance,
    "command delayed": lambda rng: {**by_chance(rng), "delay": rng.uniform(0.0, 200.0) * u.s},
    "command doubled": lambda rng: {**by_chance(rng), "after": rng.uniform(0.0, 200.0) * u.s},
    "command reordered": by_chance,
    "wrong timer": lambda rng: {"timer": 10.0 ** rng.uniform(-3.0, 3.0) * u.s},
    "wrong target": lambda rng: {"target_delta_v": 10.0 ** rng.uniform(-3.0, 2.5) * u.m / u.s},
    "late command": lambda rng: {"delay": rng.uniform(0.0, 3000.0) * u.s},
    "thrust misaligned": lambda rng: {
        "pitch": rng.uniform(-180.0, 180.0) * u.deg,
        "yaw": rng.uniform(-180.0, 180.0) * u.deg,
    },
    "altimeter off": lambda _: {},
    "altimeter range gate": lambda rng: {"max_range": 10.0 ** rng.uniform(0.0, 4.0) * u.m},
    "altimeter noise": lambda rng: {"factor": 10.0 ** rng.uniform(0.0, 4.0)},
    "altimeter dropouts": lambda rng: {"probability": rng.random()},
    "altimeter scale": lambda rng: {"factor": rng.uniform(0.0, 2.0)},
    "altimeter bias": lambda rng: {"bias": rng.uniform(-1e3, 1e3) * u.m},
    "altimeter false lock": lambda rng: {"offset": rng.uniform(-5e3, 5e3) * u.m},
    "velocimeter off": lambda _: {},
    "velocimeter range gate": lambda rng: {"max_range": 10.0 ** rng.uniform(0.0, 4.0) * u.m},
    "velocimeter noise": lambda rng: {"factor": 10.0 ** rng.uniform(0.0, 4.0)},
    "velocimeter dropouts": lambda rng: {"probability": rng.random()},
    "velocimeter scale": lambda rng: {"factor": rng.uniform(0.0, 2.0)},
    "velocimeter bias": lambda rng: {"bias": rng.uniform(-10.0, 10.0) * u.m / u.s},
    "wrong gate": lambda rng: {"gate": 10.0 ** rng.uniform(-1.0, 4.0)},
    "wrong map": lambda _: {},
    "wrong noise": lambda rng: {"acceleration_noise": 10.0 ** rng.uniform(-4.0, 2.0) * u.m / u.s**1.5},
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
    burns = any(isinstance(phase, ls.Burn) for phase in scenario.plan)
    titles = sorted(NUMBERS.keys() - (set() if burns else OF_BURNS) - (set() if scenario.commands else OF_COMMANDS))
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


def burning() -> ls.Scenario:
    """Luna-25's burn without faults, its accelerometer switched on by a command."""
    return ls.load_scenario("luna25-commands").without_faults()


def landing_by_sensors() -> ls.Scenario:
    """The short landing by a filter, with an altimeter that one command switches off and another on again."""
    craft = replace(
        LANDER,
        altimeter=ls.Altimeter(rate=2 * u.Hz, noise=1 * u.m),
        velocimeter=ls.Velocimeter(rate=1 * u.Hz, noise=0.1 * u.m / u.s),
        navigation=ls.KalmanFilter(
            altitude_sigma=20 * u.m, downrange_sigma=50 * u.m, crossrange_sigma=50 * u.m, seed=3
        ),
        computer=ls.FlightComputer(array_size=2),
    )
    commands = (
        ls.TimeTaggedCommand(name="altimeter off", target="altimeter.powered", on=False, time=30 * u.s),
        ls.TimeTaggedCommand(name="altimeter on", target="altimeter.powered", time=50 * u.s, priority=2),
    )
    return replace(landing(craft), commands=commands)


def is_settled(scenario: ls.Scenario, flight: ls.Flight) -> bool:
    """Whether a flight stays the same in the reference driver with shorter steps, or begun a nanometre beside."""

    def is_same(other: ls.Flight) -> bool:
        apart = (other.outcome.state.position - flight.outcome.state.position).to_value(u.m)
        return type(other.outcome) is type(flight.outcome) and bool(np.linalg.norm(apart) < 0.1 * POSITION_M)

    rng, state = np.random.default_rng(0), scenario.state
    moved = (ls.State(state.position + rng.normal(size=3) * u.nm, state.velocity, state.epoch) for _ in range(3))
    return is_same(ls.simulate(scenario, accuracy=SHORTER)) and all(
        is_same(ls.simulate(replace(scenario, state=start))) for start in moved
    )


def how_the_drivers_differ(scenario: ls.Scenario, flight: ls.Flight) -> tuple[str, float]:
    """How the drivers differ, "ill-conditioned" where the flight is, and by how much (m)."""
    found, _, why = both(scenario)
    if found.alike and found.position_m <= POSITION_M:
        return "", found.position_m
    if not is_settled(scenario, flight):
        return "ill-conditioned", 0.0
    return f"the drivers are {found.position_m:.3g} m apart; {why}", found.position_m
