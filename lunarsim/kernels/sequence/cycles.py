"""Guided phases: the cycles of the computer, and what the engine makes of each command."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import AT_END, AT_EXIT, BURN_MET_GROUND, ON_GROUND, STUCK, TIMER_RAN_OUT
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.limits import empty_mass, valve_position
from lunarsim.kernels.guidance.look import Command, begin, is_empty, rest
from lunarsim.kernels.guidance.monitors import begin_to_watch
from lunarsim.kernels.numerics.vectors import three, write
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.engine import engine_off, held_along, propulsion_of, thrust_line, told_alone
from lunarsim.kernels.sequence.flown import Driver, Flown, Leg, craft_now, next_change_after
from lunarsim.kernels.sequence.legs import fly_pointed, fly_without
from lunarsim.kernels.sequence.monitoring import heed_monitors, watch_leg
from lunarsim.kernels.sequence.transients import commanded_on, gave, ignite, lasts, share_given, use

_ROUNDING_S = 1e-9  # of the limit of a phase against the sum of its cycles
_MOST_SHORTENED = 10_000  # cycles that a condition on a time has cut short: beyond, the phase gets nowhere


@formula
def fly_guided(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int]:
    """Fly a guided phase, cycle by cycle, until an exit, its limit of time or the ground ends it."""
    phase, computer, watches = flown.phases[k].guided, flown.computer, flown.plan.watches
    start_s, before = t_s, y.copy()
    use(flown.plan.engines[k], computer.engine)
    if watches:
        begin_to_watch(t_s, y[8], computer.navigation.range_check.calls, computer.watch)
    begin(t_s, y, craft_now(t_s, flown), flown.run.site_m, phase, flown.environment, flown.ground, computer)
    driver.begins(means, t_s, y, k)
    ended, reason = AT_END, TIMER_RAN_OUT
    while ended == AT_END and not _is_over(t_s, phase, computer):
        if watches:
            latest_s = start_s + phase.max_duration_s
            t_s, ended = heed_monitors(driver, means, t_s, y, k, latest_s, flown)
            if ended != AT_END or _is_over(t_s, phase, computer):
                break
        command = driver.look(means, t_s, y, k, flown)
        if command.exit != NO_EXIT:
            reason = AT_EXIT + command.exit
            break
        if gets_nowhere(phase, computer):
            return t_s, STUCK
        if watches and computer.watch.off != 0.0:
            rest(computer)
            command = Command(NO_EXIT, 0.0, command.direction, 0.0, 0.0, command.cycle_s)
        t_s, ended = _fly_cycle(driver, means, t_s, y, k, command, flown)
    if ended == ON_GROUND:
        reason = BURN_MET_GROUND
    driver.ends(means, t_s, y, k, reason, start_s, before, t_s)
    return t_s, ended


@formula
def _is_over(t_s: float, phase: Record, computer: Record) -> bool:
    """Return whether a phase has come to its limit of time."""
    return bool(t_s >= computer.phase_start_s + phase.max_duration_s - _ROUNDING_S)


@formula
def gets_nowhere(phase: Record, computer: Record) -> bool:
    """Return whether a phase has had far more looks than its limit of time holds cycles."""
    planned = phase.max_duration_s / phase.cycle_time_s
    return bool(computer.looks - computer.looks_before > 2.0 * planned + _MOST_SHORTENED)


@formula
def _fly_cycle(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, command: Command, flown: Flown
) -> tuple[float, int]:
    """Fly what was commanded until the next look: engine off, on, off, as far as each lasts."""
    ended, end_s, engine = AT_END, t_s + command.cycle_s, flown.computer.engine
    law = held_along(engine_off(), command.direction)
    if command.throttle > 0.0 and command.stop_s > command.start_s:
        on_s, off_s = t_s + command.start_s, t_s + command.stop_s
        if on_s > t_s and not is_empty(y[6], empty_mass(craft_now(t_s, flown))):
            t_s, ended = fly_without(driver, means, t_s, y, on_s, k, law, flown)
        ignite(t_s, engine)
        while ended == AT_END and t_s < off_s:
            craft = craft_now(t_s, flown)
            if is_empty(y[6], empty_mass(craft)):
                break
            full = _guided_propulsion(t_s, y[6], command, craft, flown)
            propulsion, does, does_until_s = commanded_on(t_s, full, craft.engine, engine)
            dry_s = t_s + lasts(t_s, y[6], empty_mass(craft), propulsion)
            until_s = min(off_s, dry_s, next_change_after(t_s, flown), does_until_s)
            if until_s <= t_s:  # the last of the propellant lasts less than a rounding of the time
                break
            from_s, from_y = t_s, y.copy() if flown.plan.watches else y
            leg = Leg(k, until_s, propulsion, inf, flown.run.onsets, does)
            t_s, ended = fly_pointed(driver, means, t_s, y, leg, law, flown)
            _remember_engine(t_s, command, full, propulsion, craft, flown.computer)
            if flown.plan.watches:
                y[8] += told_alone(propulsion, flown.computer.navigation.in_use) * (t_s - from_s)
                share = command.throttle * share_given(from_s, t_s, does, propulsion, full)
                watch_leg(from_s, from_y, t_s, y, share, craft, flown.computer)
    if ended == AT_END and end_s > t_s:
        t_s, ended = fly_without(driver, means, t_s, y, end_s, k, law, flown)
    return t_s, ended


@formula
def _guided_propulsion(t_s: float, mass_kg: float, command: Command, craft: Record, flown: Flown) -> Propulsion:
    """Return the engine as guidance commands it."""
    run, computer = flown.run, flown.computer
    direction = thrust_line(t_s, command.direction, craft.engine, run.site_m, computer.downrange, flown.environment)
    in_use = computer.navigation.in_use
    return propulsion_of(command, direction, craft, computer.engine, run.state.epoch_s, in_use, mass_kg)


@formula
def _remember_engine(
    t_s: float, command: Command, full: Propulsion, given: Propulsion, craft: Record, computer: Record
) -> None:
    """Let it be remembered how the engine ran, for what it still gives when it is off."""
    memory = computer.engine
    gave(t_s, given, craft.engine, memory)
    memory.throttle = valve_position(command.throttle, memory.throttle, craft.engine)
    memory.exhaust_velocity_mps = full.exhaust_velocity_mps
    write(three(full.direction), memory.direction)
