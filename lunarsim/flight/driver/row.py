"""A scenario as records of plain numbers, the form in which kernels take the craft, its errors and its phases."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import asked
from lunarsim.craft import Spacecraft
from lunarsim.faults import AtEvent, AtHeight, Fault
from lunarsim.kernels import codes
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.own import MOST_FORCES, MOST_NUMBERS
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.guidance.attitude import turn_of
from lunarsim.kernels.guidance.exits import MOST_NUMBERS as OF_CONDITION
from lunarsim.kernels.guidance.look import COMPUTER
from lunarsim.kernels.guidance.memory import PARAMETERS
from lunarsim.kernels.navigation.by_address import address_for
from lunarsim.kernels.navigation.estimate import TRUTH
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.records import Record, Records, record
from lunarsim.kernels.sequence import onsets
from lunarsim.kernels.sequence.engine import engine_off
from lunarsim.kernels.sequence.flown import Plan
from lunarsim.kernels.sequence.onsets import ONSETS
from lunarsim.kernels.simd.asked import NUMBERS
from lunarsim.mission.clock import seconds_after
from lunarsim.mission.onset_events import place_of_event
from lunarsim.mission.scenario import Scenario
from lunarsim.mission.site import position_pa
from lunarsim.moon.own_forces import numbers_of
from lunarsim.plan import Burn, Coast, Guided, Phase
from lunarsim.plan.laws.law import address
from lunarsim.plan.own_termination import Condition
from lunarsim.plan.own_termination import address as address_of_condition
from lunarsim.plan.phases import MAX_TERMINATIONS
from lunarsim.plan.steering import lowered_steering
from lunarsim.plan.terminations import Termination
from lunarsim.records import fields_of, filled, record_of

#: The numbers of a run besides its phases. Names are those of the paths that a campaign disperses.
RUN = record(
    [
        ("state", record([("epoch_s", float), ("position_m", float, (3,)), ("velocity_mps", float, (3,))])),
        ("craft", record_of(Spacecraft)),
        ("site_m", float, (3,)),  # the landing site, PA; zero: there is none
        ("onsets", ONSETS),  # of faults that wait for an event
        (
            "moon",
            record(
                [
                    ("love_number", float),
                    ("gravity", record([("gm_m3_s2", float)])),
                    ("terrain", record([("elevation_m", float)])),  # by which the ground lies above the terrain
                    ("forces", float, (MOST_FORCES, MOST_NUMBERS)),  # last: numbers that are left out are NaN
                ]
            ),
        ),
    ]
)
#: What a fault that begins or passes in flight makes of the craft, and when; beside which of the faults that wait for
#: an event, fault j as 2**j; and with which of its engines in use.
CHANGE = record([("at_s", float), ("present", float), ("engine", float), ("craft", record_of(Spacecraft))])
#: The numbers of a phase: of whichever kind it is, the others are zero.
PHASE = record(
    [
        ("coast", record_of(Coast)),
        (
            "burn",
            record(
                [
                    *fields_of(Burn),
                    ("ignition_s", float),
                    ("direction", float, (3,)),
                    ("own_steering", float, (NUMBERS,)),
                ]
            ),
        ),
        (
            "guided",
            record(
                [
                    *fields_of(Guided),
                    ("exits", float, (MAX_TERMINATIONS,)),
                    ("conditions", float, (MAX_TERMINATIONS, OF_CONDITION)),  # last: numbers left out are NaN
                    ("parameters", float, (PARAMETERS,)),
                ]
            ),
        ),
    ]
)
#: The part of a phase's record that belongs to a kind of phases, and the code of that kind.
PARTS = {Coast: "coast", Burn: "burn", Guided: "guided"}
_KINDS = {Coast: codes.COAST, Burn: codes.BURN, Guided: codes.GUIDED}


def run_of(scenario: Scenario, initial: NDArray[np.float64], love_number: float, gm: float) -> Record:
    """Return the record of a scenario with its faults.

    Parameters
    ----------
    scenario : Scenario
        What is flown.
    initial : ndarray, shape (9,)
        The vector that is integrated, at the start.
    love_number, gm : float
        Of the Moon.
    """
    run = np.zeros(1, RUN)[0]
    run.state.position_m, run.state.velocity_mps = initial[motion.POSITION], initial[motion.VELOCITY]
    run.moon = love_number, (gm,), (0.0,), numbers_of(scenario.moon.forces)
    run.craft = filled(scenario.flown_craft, Spacecraft)
    if scenario.craft is None:
        run.craft.dry_mass_kg = initial[motion.MASS]
    if scenario.landing_site is not None:
        run.site_m = position_pa(scenario.landing_site, scenario.moon.terrain)
    return run


def changes_of(scenario: Scenario, waiting: Sequence[Fault]) -> Records:
    """Return the records of what faults and commands make of a craft in flight: for each choice, in the order of time.

    Of a plan that uses other engines than the main one, they hold the craft with each of those as well, from before the
    flight on.

    Parameters
    ----------
    scenario : Scenario
        Its faults are there at their times.
    waiting : sequence of Fault
        Faults that wait for an event, each of which may be there or not.
    """
    names, changes, made = engines_used(scenario), scenario.craft_changes, []
    for choice in range(2 ** len(waiting)):
        beside = [fault for j, fault in enumerate(waiting) if choice >> j & 1]
        at_first = scenario.craft_at(0.0 * u.s, beside) if beside else scenario.flown_craft
        later = [(change.at, scenario.craft_at(change.at, beside) if beside else change.craft) for change in changes]
        crafts = [(-inf, at_first), *((at.to_value(u.s), craft) for at, craft in later)]
        for n, (at_s, craft) in enumerate(crafts):
            for i, name in enumerate(names):
                if n or beside or i:  # the craft as it begins, with its main engine, is that of the run
                    made.append((at_s, choice, i, _with_engine(craft, name)))
    return np.array(made, CHANGE) if made else np.zeros(0, CHANGE)


def engines_used(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the engines that a plan uses, by their numbers; the main one, "", first, used or not."""
    names = [phase.engine for phase in scenario.plan if isinstance(phase, Burn | Guided) and phase.engine]
    return ("", *dict.fromkeys(names))


def _with_engine(craft: Spacecraft | None, name: str) -> tuple[Any, ...]:
    """Return the record of a craft with one of its engines in use."""
    return filled(craft.with_engine(name) if craft is not None else None, Spacecraft)


def onsets_of(scenario: Scenario, waiting: Sequence[Fault]) -> Record:
    """Return the record of the events for which faults wait; of one whose time is known, that time."""
    own = np.zeros(1, ONSETS)[0]
    own.lasts_s = own.end_s = np.inf
    for j, fault in enumerate(waiting):
        own.kind[j], own.phase[j], own.value[j] = _onset_of(fault, scenario)
        if fault.duration is not None:
            own.lasts_s[j] = fault.duration.to_value(u.s)
        if fault.end is not None:
            own.end_s[j] = fault.end.to_value(u.s)
    return own


_EVENTS = {"ignition": onsets.AT_IGNITION, "cut-off": onsets.AT_CUTOFF, "phase": onsets.AT_PHASE}


def _onset_of(fault: Fault, scenario: Scenario) -> tuple[int, int, float]:
    """Return what lets a fault begin: the kind, the place of the phase, and the time or height."""
    event = fault.waits_for
    if isinstance(event, AtHeight):
        return onsets.RISING if event.rising else onsets.FALLING, -1, event.height_m
    if isinstance(event, AtEvent):
        place = place_of_event(fault, scenario.plan)
        assert place is not None, "the scenario has looked"
        return _EVENTS[event.event], place, 0.0
    assert fault.begins is not None
    return onsets.AT_TIME, -1, float(fault.begins.to_value(u.s))


def phases_of(scenario: Scenario) -> Records:
    """Return the records of the phases of a scenario, shape (phases,)."""
    plan = scenario.flown_plan
    phases = np.zeros(len(plan), PHASE)
    for phase, own in zip(plan, phases, strict=True):
        if isinstance(phase, Coast):
            own.coast = filled(phase)
        elif isinstance(phase, Burn):
            ignition_s = float(seconds_after(scenario.state.epoch, phase.ignition))
            law = lowered_steering(phase.steering)
            own.burn = (*filled(phase), ignition_s, tuple(law.direction), tuple(law.numbers))
        else:
            limits, numbers = _limits_of(phase)
            own.guided = (*filled(phase), limits, numbers, tuple(phase.law.lower().parameters))
    return phases


def plan_of(scenario: Scenario) -> Plan:
    """Return what all runs of a scenario share of its plan."""
    phases = scenario.flown_plan
    steering = [lowered_steering(p.steering) if isinstance(p, Burn) else None for p in phases]
    laws = [p.law.lower() if isinstance(p, Guided) else None for p in phases]
    quantities, signs = (
        np.full((len(phases), MAX_TERMINATIONS), -1),
        np.zeros((len(phases), MAX_TERMINATIONS), dtype=np.int64),
    )
    for k, phase in enumerate(phases):
        for i, condition in enumerate(phase.terminations if isinstance(phase, Guided) else ()):
            quantities[k, i], signs[k, i] = _exit_of(condition)
    return Plan(
        kinds=np.array([_KINDS[type(phase)] for phase in phases], dtype=np.int64),
        steering=np.array([law.code if law else 0 for law in steering], dtype=np.int64),
        laws=np.array([_address(phase) for phase in phases], dtype=np.int64),
        navigates=keeps_an_estimate(scenario),
        navigation=0,
        watches=has_monitors(scenario),
        idle=np.array([law.idle if law else 0 for law in laws], dtype=np.int64),
        frames=np.array([law.frame if law else 0 for law in laws], dtype=np.int64),
        quantities=quantities.astype(np.int64),
        signs=signs,
        engines=np.array([engines_used(scenario).index(getattr(p, "engine", "")) for p in phases], dtype=np.int64),
    )


def own_parts(scenario: Scenario) -> list[Any]:
    """Return the laws, terminations and sensors of a scenario, of which some may be a user's own."""
    laws = [
        each.steering if isinstance(each, Burn) else each.law
        for each in scenario.flown_plan
        if not isinstance(each, Coast)
    ]
    ends = [each for phase in scenario.guided for each in phase.terminations]
    return [*laws, *ends, *(craft.accelerometer for craft in _crafts(scenario))]


def keeps_an_estimate(scenario: Scenario) -> bool:
    """Return whether the craft is guided by an estimate of its own, not by the truth with errors."""
    return bool(scenario.guided) and any(craft.navigation.kind != TRUTH for craft in _crafts(scenario))


def has_monitors(scenario: Scenario) -> bool:
    """Return whether the flight computer of a craft has a monitor that can look at something."""
    powered = any(isinstance(phase, Burn | Guided) for phase in scenario.plan)
    return powered and any(craft.computer is not None and bool(craft.computer.monitors) for craft in _crafts(scenario))


def _crafts(scenario: Scenario) -> list[Spacecraft]:
    """Return the craft of a scenario, and what its faults make of it."""
    return [] if scenario.craft is None else [scenario.craft, *scenario.possible_crafts]


def navigation_address(run: Record, environment: motion.Environment, ground: Ground) -> int:
    """Return where the machine code lies that lets the navigation of such runs follow a leg, in this process."""
    zero, y = (0.0, 0.0, 0.0), np.zeros(motion.SIZE)
    computer = np.zeros(1, COMPUTER)[0]
    leg = FlownLeg(0.0, 0.0, y, y, engine_off(), 0.0, zero, turn_of(computer.body), zero, 0.0)
    return address_for(leg, environment.angles, environment.field.exact, ground, run.craft, computer.navigation)


def _address(phase: Phase) -> int:
    """Return where the machine code of a phase's law lies, if it is called by its address."""
    if isinstance(phase, Guided):
        return address(phase.law)
    return asked.address(phase.steering) if isinstance(phase, Burn) else 0


def _exit_of(condition: Termination | Condition) -> tuple[int, int]:
    """Return what a condition asks for, or its address, and the sign of being beyond."""
    if not isinstance(condition, Termination):
        return address_of_condition(condition), 1
    quantity, sign, _ = condition.lower()
    return quantity, sign


def _limits_of(phase: Guided) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values at which a phase ends, and the numbers of conditions of the user's own; zero for the others."""
    limits, numbers = np.zeros(MAX_TERMINATIONS), np.zeros((MAX_TERMINATIONS, OF_CONDITION))
    for i, each in enumerate(phase.terminations):
        if isinstance(each, Termination):
            limits[i] = each.lower()[2]
        else:
            one: Any = each
            numbers[i] = one.lower().numbers
    return limits, numbers
