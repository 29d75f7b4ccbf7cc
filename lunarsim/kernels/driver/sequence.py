"""The sequence of a run, once for both drivers: its phases in order, the cycles of the computer, what ends what.

A driver is a table of four functions. The compiled one flies by collocation and listens to nothing; the reference
driver flies by scipy's DOP853, in Python, and writes the log. What they are called for, and when, stands here alone.
In Python these functions run as they stand; in machine code they are compiled into the run.
"""

from math import inf
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.codes import (
    AT_CUTOFF,
    AT_END,
    AT_EXIT,
    AT_REST,
    BELOW_GROUND,
    BURN,
    BURN_MET_GROUND,
    COAST,
    GROUND_UNKNOWN,
    LATE,
    LOST,
    NO_FORCE,
    NO_TIME,
    NOT_CONVERGED,
    ON_GROUND,
    OUTSIDE_SKY,
    PROPELLANT_OUT,
    SENSED_DELTA_V,
    SOUND,
    STUCK,
    TIMER_RAN_OUT,
    UNFORCED,
    ZERO_SPEED,
)
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.driver.engine import burn_propulsion, engine_off, propulsion_of
from lunarsim.kernels.driver.pointing import begin_step, coasted, end_step, passes_rest
from lunarsim.kernels.driver.refusals import why_not
from lunarsim.kernels.forces.motion import Environment, Propulsion
from lunarsim.kernels.forces.standstill import above_standstill
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.limits import until_empty
from lunarsim.kernels.guidance.look import Command, Guide, axis_at, begin, is_empty, point, rest
from lunarsim.kernels.navigation.leg import LONGEST_LEG_S
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.vectors import length, three
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.within_callers import OPTIONS

_ON_TIME_S = 1e-3  # of a planned ignition against the sum of durations, as a scenario allows
_ROUNDING_S = 1e-9  # of the limit of a phase against the sum of its cycles
_MOST_SHORTENED = 10_000  # cycles that a condition on a time has cut short: beyond, the phase gets nowhere


class Plan(NamedTuple):
    """What all runs of a campaign share: the kinds of the phases, the laws of burns and of guided phases."""

    kinds: NDArray[np.int64]
    steering: NDArray[np.int64]
    laws: NDArray[np.int64]  #: addresses in this process: of guidance laws, and of steering laws of the user's, else 0
    idle: NDArray[np.int64]  #: where the thrust axis points while a law wants no thrust
    frames: NDArray[np.int64]
    quantities: NDArray[np.int64]  #: of the exits, shape (phases, 4), or addresses in this process; -1: none
    signs: NDArray[np.int64]
    guided: bool | None  #: None where no phase is guided, and the axis follows at once: none of that is compiled then
    navigates: bool  #: whether the computer keeps an estimate of its own, and follows each leg
    navigation: int  #: the address of what follows a leg in machine code, in this process; 0: nothing does there


@formula
def guide_of(plan: Plan, k: int) -> Guide:
    """Return what all runs share of a guided phase."""
    return Guide(plan.laws[k], plan.idle[k], plan.frames[k], plan.quantities[k], plan.signs[k])


class Flown(NamedTuple):
    """What is flown: the records of a run, where it flies, and what its computer remembers."""

    run: Record
    changes: Records  #: of the craft by faults, in the order of their onsets
    phases: Records
    plan: Plan
    environment: Environment
    ground: Ground
    computer: Record
    known: bool  #: whether none of its numbers is NaN


@formula
def craft_at(t_s: float, flown: Flown) -> Record:
    """Return the craft as its faults have left it by a time."""
    craft = flown.run.craft
    for i in range(flown.changes.size):
        if flown.changes[i].at_s <= t_s:
            craft = flown.changes[i].craft
    return craft


@formula
def _next_change(t_s: float, flown: Flown) -> float:
    """Return when, after a time, a fault next changes the craft; infinite if none does."""
    for i in range(flown.changes.size):
        if flown.changes[i].at_s > t_s:
            return float(flown.changes[i].at_s)
    return inf


class Leg(NamedTuple):
    """A part of a phase that is flown with one engine setting."""

    phase: int  #: which
    end_s: float
    propulsion: Propulsion
    target_dv_mps: float  #: the sensed delta-v that cuts the engine off; infinite where nothing does


class Driver(NamedTuple):
    """What flies the legs, and what is told on the way; each takes first what it works on, the ``means``."""

    #: ``(means, t_s, y, leg) -> (t_s, ended)``: moves ``y`` on to the end of a leg, or to what ends it before.
    fly_to: Any
    #: ``(means, t_s, y, phase)``: a burn ignites, or a guided phase begins.
    begins: Any
    #: ``(means, t_s, y, phase, flown) -> Command``: the computer looks.
    look: Any
    #: ``(means, t_s, y, phase, reason, start_s, before)``: a burn or a guided phase is over, from a state before.
    ends: Any
    #: ``(means, leg, craft, flown)``: the navigation follows what was flown, a :class:`FlownLeg`.
    follow: Any


@formula
def fly_phases(driver: Driver, means: Any, y: NDArray[np.float64], flown: Flown) -> tuple[float, int, int]:
    """Fly the phases of a run; return when it ended, how its last leg did, and why it cannot be flown, or SOUND."""
    run, phases, plan = flown.run, flown.phases, flown.plan
    start_s = t_s = float(run.state.epoch_s)
    ended, failure = AT_END, _why_not_begun(y, flown)
    if failure == SOUND and plan.navigates:
        nothing_flown = Leg(0, t_s, engine_off(), inf)
        driver.follow(means, _followed(t_s, y, t_s, y, nothing_flown, flown), craft_at(t_s, flown), flown)
    latest_s = t_s  # when the phases before can end at the latest: burns with their timers
    for k in range(plan.kinds.size):
        if failure != SOUND or ended == ON_GROUND:
            break
        phase, kind = phases[k], plan.kinds[k]
        if not _in_sky(t_s, _latest_end(t_s, phase, kind), flown.environment):
            failure = OUTSIDE_SKY
        elif kind == BURN and phase.burn.ignition_s < latest_s - _ON_TIME_S:
            failure = LATE
        else:
            t_s, ended = _fly_phase(driver, means, t_s, y, k, flown)
            failure = _failure_of(ended)
        latest_s = _latest_end(latest_s, phase, kind)
    if failure == SOUND and t_s <= start_s:  # no burn could begin, and nothing else was flown
        failure = NO_TIME
    return t_s, ended, failure


@formula
def _why_not_begun(y: NDArray[np.float64], flown: Flown) -> int:
    """Return why a run cannot begin, or SOUND."""
    run, environment = flown.run, flown.environment
    failure: int = why_not(run, flown.phases, flown.plan.kinds, flown.known)
    if failure == SOUND and is_below(run.state.epoch_s, y, environment, flown.ground):
        failure = BELOW_GROUND
    return failure


@formula
def is_below(t_s: float, y: NDArray[np.float64], environment: Environment, ground: Ground) -> bool:
    """Return whether a craft is below the ground; not where the terrain is not known."""
    return bool(clearance(environment.epoch_et_s + t_s, y[0:3], environment.angles, ground) <= 0.0)


@formula
def _failure_of(ended: int) -> int:
    if ended == LOST:
        return GROUND_UNKNOWN
    if ended >= UNFORCED:
        return NO_FORCE + (ended - UNFORCED)
    return NOT_CONVERGED if ended == STUCK else SOUND


@formula
def _latest_end(t_s: float, phase: Record, kind: int) -> float:
    """Return when a phase that begins at ``t_s`` ends at the latest."""
    if kind == BURN:
        return float(phase.burn.ignition_s + phase.burn.timer_s)
    return float(t_s + (phase.coast.duration_s if kind == COAST else phase.guided.max_duration_s))


@formula
def _in_sky(t_s: float, end_s: float, environment: Environment) -> bool:
    """Return whether the Moon's rotation and the bodies are tabulated from now to the end of a phase."""
    from_et_s, to_et_s = environment.epoch_et_s + t_s, environment.epoch_et_s + end_s
    if not _covers(environment.angles, from_et_s, to_et_s):
        return False
    return environment.body_gm.size == 0 or _covers(environment.body_positions, from_et_s, to_et_s)


@formula
def _covers(table: ChebyshevTable, from_et_s: float, to_et_s: float) -> bool:
    return bool(
        table.start_s <= from_et_s and to_et_s <= table.start_s + table.coefficients.shape[0] * table.interval_s
    )


@formula
def _fly_phase(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int]:
    phase, kind = flown.phases[k], flown.plan.kinds[k]
    if kind == COAST:
        return _coast(driver, means, t_s, y, Leg(k, t_s + phase.coast.duration_s, engine_off(), inf), flown)
    if kind == BURN:
        return _burn(driver, means, t_s, y, k, flown)
    return _fly_guided_where(flown.plan.guided, driver, means, t_s, y, k, flown)


def _fly_guided_where(
    guided: bool | None, driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int]:
    """Fly a guided phase, where a plan may have one."""
    return (t_s, STUCK) if guided is None else _fly_guided(driver, means, t_s, y, k, flown)


@overload(_fly_guided_where, strict=False, jit_options=OPTIONS)
def _fly_guided_by_type(guided: Any, driver: Any, means: Any, t_s: Any, y: Any, k: Any, flown: Any) -> Any:
    del driver, means, t_s, y, k, flown
    if isinstance(guided, types.NoneType):
        return lambda guided, driver, means, t_s, y, k, flown: (t_s, STUCK)  # noqa: ARG005
    return lambda guided, driver, means, t_s, y, k, flown: _fly_guided(driver, means, t_s, y, k, flown)  # noqa: ARG005


@formula
def _coast(driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], leg: Leg, flown: Flown) -> tuple[float, int]:
    """Coast, after which the computer knows of no throttle and no turning."""
    rest(flown.computer)
    start_s = t_s
    t_s, ended = _fly_leg(driver, means, t_s, y, leg, flown)
    coasted(t_s - start_s, craft_at(start_s, flown), flown.computer)
    return t_s, ended


@formula
def _fly_leg(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], leg: Leg, flown: Flown
) -> tuple[float, int]:
    """Fly a leg; a navigation with an estimate of its own follows, in parts that are short enough for it."""
    if not flown.plan.navigates:
        t_s, ended = driver.fly_to(means, t_s, y, leg)
        return t_s, ended
    while True:
        before, start_s = y.copy(), t_s
        until_s = min(leg.end_s, t_s + LONGEST_LEG_S, _next_change(t_s, flown))
        t_s, ended = driver.fly_to(means, t_s, y, Leg(leg.phase, until_s, leg.propulsion, leg.target_dv_mps))
        driver.follow(means, _followed(start_s, before, t_s, y, leg, flown), craft_at(start_s, flown), flown)
        if ended != AT_END or t_s >= leg.end_s:
            return t_s, ended


def _fly_turning(
    guided: bool | None,
    driver: Driver,
    means: Any,
    t_s: float,
    y: NDArray[np.float64],
    leg: Leg,
    law: Any,
    flown: Flown,
) -> tuple[float, int]:
    """Fly a leg whose thrust is to go where a law says; a plan of burns alone has no attitude control."""
    if guided is None:
        return _fly_leg(driver, means, t_s, y, leg, flown)
    return _fly_pointed(driver, means, t_s, y, leg, law, flown)


@overload(_fly_turning, strict=False, jit_options=OPTIONS)
def _fly_turning_by_type(guided: Any, driver: Any, means: Any, t_s: Any, y: Any, leg: Any, law: Any, flown: Any) -> Any:
    del driver, means, t_s, y, leg, law, flown
    if isinstance(guided, types.NoneType):
        return lambda guided, driver, means, t_s, y, leg, law, flown: _fly_leg(driver, means, t_s, y, leg, flown)  # noqa: ARG005
    return lambda guided, driver, means, t_s, y, leg, law, flown: _fly_pointed(  # noqa: ARG005
        driver, means, t_s, y, leg, law, flown
    )


@formula
def _fly_pointed(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], leg: Leg, law: Propulsion, flown: Flown
) -> tuple[float, int]:
    """Fly a leg in steps of the attitude control, which turns the thrust axis to where a law points."""
    computer, since_s, gm = flown.computer, flown.run.state.epoch_s, flown.run.moon.gravity.gm_m3_s2
    while True:
        craft = craft_at(t_s, flown)
        if craft.attitude_control.time_step_s == 0.0:  # none: the thrust goes where it is commanded
            computer.body.begun = 0.0
            return _fly_leg(driver, means, t_s, y, leg, flown)
        if passes_rest(y, law, craft, computer, gm):
            return t_s, AT_REST
        until_s = min(leg.end_s, _next_change(t_s, flown))
        step = begin_step(t_s, until_s, y, leg.propulsion, law, craft, computer, since_s, gm)
        part = Leg(leg.phase, step.end_s, step.propulsion, leg.target_dv_mps)
        t_s, ended = _fly_leg(driver, means, t_s, y, part, flown)
        end_step(t_s, craft, computer)
        if ended != AT_END or t_s >= leg.end_s:
            return t_s, ended


@formula
def _followed(
    start_s: float, before: NDArray[np.float64], t_s: float, y: NDArray[np.float64], leg: Leg, flown: Flown
) -> FlownLeg:
    """Return what was flown, as the navigation takes it."""
    environment, sun = flown.environment, (0.0, 0.0, 0.0)
    which = environment.sunlight.body
    if which >= 0 and craft_at(start_s, flown).star_tracker.rate_per_s > 0.0:
        positions = np.empty(3 * environment.body_gm.size)
        evaluate(environment.body_positions, environment.epoch_et_s + t_s, positions)
        sun = (positions[3 * which], positions[3 * which + 1], positions[3 * which + 2])
    axis, site_m = axis_at(before, flown.computer), flown.run.site_m
    return FlownLeg(start_s, t_s, before, y, leg.propulsion, environment.epoch_et_s, axis, sun, length(three(site_m)))


@formula
def _burn(driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown) -> tuple[float, int]:
    """Coast to an ignition, and burn until the sensed delta-v, timer, propellant, standstill or the ground ends it."""
    burn = flown.phases[k].burn
    t_s, ended = _coast(driver, means, t_s, y, Leg(k, burn.ignition_s, engine_off(), inf), flown)
    if ended != AT_END:
        return t_s, ended
    driver.begins(means, t_s, y, k)
    start_s, before = t_s, y.copy()
    while True:  # once, and once more after each fault
        craft = craft_at(t_s, flown)
        propulsion = burn_propulsion(craft, burn, flown.plan.steering[k], flown.plan.laws[k], flown.run.state.epoch_s)
        timer_s = burn.timer_s - (t_s - start_s)
        longest_s, reason = _longest_burn(y, craft.dry_mass_kg, timer_s, propulsion, flown.run.moon.gravity.gm_m3_s2)
        end_s, change_s = t_s + longest_s, _next_change(t_s, flown)
        leg = Leg(k, min(end_s, change_s), propulsion, before[8] + burn.target_delta_v_mps)
        t_s, ended = _fly_turning(flown.plan.guided, driver, means, t_s, y, leg, propulsion, flown)
        if ended != AT_END or end_s <= change_s:
            break
    if ended == AT_CUTOFF:
        reason = SENSED_DELTA_V
    elif ended == ON_GROUND:
        reason = BURN_MET_GROUND
    elif ended == AT_REST:
        reason = ZERO_SPEED
    driver.ends(means, t_s, y, k, reason, start_s, before)
    point(t_s, y, propulsion, flown.computer)
    return t_s, ended


@formula
def _longest_burn(
    y: NDArray[np.float64], dry_mass_kg: float, timer_s: float, propulsion: Propulsion, gm: float
) -> tuple[float, int]:
    """Return how long (s) a burn from a state lasts at most, and what ends it then; 0 where it cannot begin."""
    if is_empty(y[6], dry_mass_kg):
        return 0.0, PROPELLANT_OUT
    if follows_velocity(propulsion.steering) and above_standstill(y, propulsion.thrust_n, gm) <= 0.0:
        return 0.0, ZERO_SPEED
    lasts_s = _lasts(y, dry_mass_kg, propulsion)
    if timer_s <= lasts_s:
        return timer_s, TIMER_RAN_OUT
    return lasts_s, PROPELLANT_OUT


@formula
def _lasts(y: NDArray[np.float64], dry_mass_kg: float, propulsion: Propulsion) -> float:
    """Return how long (s) the propellant lasts."""
    if propulsion.thrust_n <= 0.0:  # an engine that has failed
        return inf
    return float(until_empty(y[6], dry_mass_kg, propulsion.thrust_n, propulsion.exhaust_velocity_mps))


@formula
def _fly_guided(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int]:
    """Fly a guided phase, cycle by cycle, until an exit, its limit of time or the ground ends it."""
    phase, computer = flown.phases[k].guided, flown.computer
    start_s, before = t_s, y.copy()
    begin(t_s, y, craft_at(t_s, flown), flown.run.site_m, phase, flown.environment, flown.ground, computer)
    driver.begins(means, t_s, y, k)
    ended, reason = AT_END, TIMER_RAN_OUT
    while ended == AT_END and not _is_over(t_s, phase, computer):
        command = driver.look(means, t_s, y, k, flown)
        if command.exit != NO_EXIT:
            reason = AT_EXIT + command.exit
            break
        if gets_nowhere(phase, computer):
            return t_s, STUCK
        t_s, ended = _fly_cycle(driver, means, t_s, y, k, command, flown)
    if ended == ON_GROUND:
        reason = BURN_MET_GROUND
    driver.ends(means, t_s, y, k, reason, start_s, before)
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
    ended, end_s = AT_END, t_s + command.cycle_s
    law = propulsion_of(command, craft_at(t_s, flown), flown.run.state.epoch_s)
    if command.throttle > 0.0 and command.stop_s > command.start_s:
        on_s, off_s = t_s + command.start_s, t_s + command.stop_s
        if on_s > t_s and not is_empty(y[6], flown.run.craft.dry_mass_kg):
            t_s, ended = _fly_pointed(driver, means, t_s, y, Leg(k, on_s, engine_off(), inf), law, flown)
        while ended == AT_END and t_s < off_s and not is_empty(y[6], flown.run.craft.dry_mass_kg):
            craft = craft_at(t_s, flown)
            propulsion = propulsion_of(command, craft, flown.run.state.epoch_s)
            until_s = min(off_s, t_s + _lasts(y, craft.dry_mass_kg, propulsion), _next_change(t_s, flown))
            if until_s <= t_s:  # the last of the propellant lasts less than a rounding of the time
                break
            t_s, ended = _fly_pointed(driver, means, t_s, y, Leg(k, until_s, propulsion, inf), law, flown)
    if ended == AT_END and end_s > t_s:
        t_s, ended = _fly_pointed(driver, means, t_s, y, Leg(k, end_s, engine_off(), inf), law, flown)
    return t_s, ended
