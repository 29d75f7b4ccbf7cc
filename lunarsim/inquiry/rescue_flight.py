"""The flight after a failed burn, with another burn in it: its craft, its faults, its commands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u

from lunarsim.craft import FlightComputer, Spacecraft
from lunarsim.declarations import FAST_MPS, Number
from lunarsim.errors import InputError
from lunarsim.faults import Fault, with_faults
from lunarsim.flight import Flight, simulate
from lunarsim.inquiry.varied_flights import flown_on
from lunarsim.kernels.forces import motion
from lunarsim.mission import Scenario
from lunarsim.mission.clock import time_after
from lunarsim.mission.craft_history import craft_by
from lunarsim.orbits import State
from lunarsim.plan import AlongVelocity, Burn, Coast

_THRUST = Number(unit=u.N, low=1e-6, high=1e9)
_STEP_S = 1.0  # between the heights of which the least is told; in between a low orbit rises by 0.1 m


def rescue_flight(
    scenario: Scenario, start: State, craft: Spacecraft, faults: tuple[Fault, ...], left_s: float, lasts_s: float
) -> Scenario:
    """Return the flight from the failed cut-off on, with the rescue burn as late as it is tried."""
    return Scenario(
        name=scenario.name,
        state=start,
        craft=craft,
        moon=scenario.moon,
        faults=faults,
        plan=(
            Burn(
                ignition=time_after(start.epoch, left_s),  # the latest that is tried
                target_delta_v=FAST_MPS * (u.m / u.s),  # never: the timer ends it
                timer=lasts_s * u.s,
                steering=AlongVelocity(),
                name="rescue burn",
            ),
            Coast(duration=1.0 * u.s),
        ),
    )


def with_commands(after: Scenario, scenario: Scenario, cutoff_s: float) -> Scenario:
    """Return the flight with the commands that are carried out after the cut-off: when, and as, the computer does."""
    late = [each for each in scenario.executions if each.time is not None and each.time > cutoff_s * u.s]
    setting = [each for each in late if each.command.target]
    commands = tuple(
        replace(
            each.command,
            name=f"{each.command.name} ({k})",  # copies have a time each
            time=each.time - cutoff_s * u.s,
            priority=1.0,
            copies=1.0,
        )
        for k, each in enumerate(setting, start=1)
    )
    if not commands or after.craft is None:
        return after
    computer = FlightComputer(array_size=len(commands))  # what it makes of them is known
    return replace(after, craft=replace(after.craft, computer=computer), commands=commands)


def clearance(after: Scenario, ignition_s: float, orbits: float) -> u.Quantity:
    """Return the least height above the ground of the flight whose rescue burn ignites so long after the cut-off."""
    burn = after.plan[0]
    assert isinstance(burn, Burn)
    sooner = replace(burn, ignition=time_after(after.state.epoch, ignition_s))
    rescued = simulate(flown_on(replace(after, plan=(sooner, *after.plan[1:])), orbits))
    states = rescued.at(rescued.start + np.arange(0.0, float(rescued.duration.to_value(u.s)), _STEP_S) * u.s)
    heights = states.altitude - after.moon.terrain.height(states.latitude, states.longitude)
    return np.min(heights).to(u.km)


def craft_after(flight: Flight, cutoff_s: float, thrust: u.Quantity | None) -> Spacecraft:
    """Return the craft as the failed burn has left it and faults to the end have it, with the engine of the rescue."""
    scenario = flight.scenario
    assert scenario.craft is not None  # it burnt
    lasting = [fault for fault in scenario.faults if _lasts_from(fault, cutoff_s)]
    craft = craft_by(scenario.craft, scenario.executions, lasting, cutoff_s * u.s)
    left = float(flight.trajectory.at(np.array([cutoff_s]))[0][0, motion.MASS]) * u.kg - craft.dry_mass
    engine = craft.engine
    if thrust is not None:
        engine = replace(engine, thrust=_THRUST.checked("thrust", thrust), count=1.0, thrust_error=0.0)
    unusable = min(craft.unusable_propellant, left)
    return replace(craft, propellant_mass=left, unusable_propellant=unusable, engine=engine)


def _lasts_from(fault: Fault, cutoff_s: float) -> bool:
    begins = fault.begins
    return fault.passes is None and begins is not None and bool(begins <= cutoff_s * u.s)


def faults_after(
    scenario: Scenario, craft: Spacecraft, cutoff_s: float, over_s: float, *, own_engine: bool
) -> tuple[Fault, ...]:
    """Return the faults that begin or pass after the cut-off and before the last rescue burn is over, from it on."""
    shifted = []
    for fault in scenario.faults:
        if fault.begins is None:
            raise InputError(
                f"fault '{fault.title}' has onset = {fault.onset}: a rescue takes faults whose times are known before "
                "the flight; give the time at which it began"
            )
        onset_s = max(0.0, float(fault.begins.to_value(u.s)) - cutoff_s)
        end_s = None if fault.passes is None else float(fault.passes.to_value(u.s)) - cutoff_s
        is_over = end_s is not None and end_s <= 0.0
        if _lasts_from(fault, cutoff_s) or is_over or onset_s >= over_s or fault.edits_commands:
            continue
        if own_engine or with_faults(craft, [fault]).engine == craft.engine:
            end = None if end_s is None else end_s * u.s
            shifted.append(replace(fault, onset=onset_s * u.s, end=end, duration=None))
    return tuple(shifted)
