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
from lunarsim.kernels.driver.engine import (
    as_it_ran,
    burn_propulsion,
    engine_off,
    propulsion_of,
    thrust_line,
    true_exhaust_velocity,
    true_thrust,
)
from lunarsim.kernels.driver.refusals import LONGEST_RUN_ON_S, why_not
from lunarsim.kernels.driver.transients import DEAF, OFF, be_gone, commanded_off, commanded_on, ignite, lasts, use
from lunarsim.kernels.forces.motion import Environment, Propulsion, thrust_at
from lunarsim.kernels.forces.standstill import above_standstill
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.limits import empty_mass, valve_position
from lunarsim.kernels.guidance.look import Command, Guide, axis_at, begin, is_empty, point, rest
from lunarsim.kernels.navigation.leg import LONGEST_LEG_S
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.vectors import length, three, write
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
    guided: bool | None  #: None where no phase is guided: none of the guidance is compiled then
    navigates: bool  #: whether the computer keeps an estimate of its own, and follows each leg
    navigation: int  #: the address of what follows a leg in machine code, in this process; 0: nothing does there
    engines: NDArray[np.int64]  #: which of the craft's engines the phases use; 0: the main one


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
def craft_at(t_s: float, flown: Flown, which: int = 0) -> Record:
    """Return the craft as its faults have left it by a time, with one of its engines in use; 0: the main one."""
    craft = flown.run.craft
    for i in range(flown.changes.size):
        if flown.changes[i].at_s <= t_s and flown.changes[i].engine == which:
            craft = flown.changes[i].craft
    return craft


@formula
def _craft_now(t_s: float, flown: Flown) -> Record:
    """Return the craft as its faults have left it by a time, with the engine that was used last."""
    return craft_at(t_s, flown, int(flown.computer.engine.which))


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
    engine: int = OFF  #: what it does, see :mod:`lunarsim.kernels.driver.transients`


class Driver(NamedTuple):
    """What flies the legs, and what is told on the way; each takes first what it works on, the ``means``."""

    #: ``(means, t_s, y, leg) -> (t_s, ended)``: moves ``y`` on to the end of a leg, or to what ends it before.
    fly_to: Any
    #: ``(means, t_s, y, phase)``: a burn ignites, or a guided phase begins.
    begins: Any
    #: ``(means, t_s, y, phase, flown) -> Command``: the computer looks.
    look: Any
    #: ``(means, t_s, y, phase, reason)``: a burn is commanded to stop, or cannot go on.
    cuts: Any
    #: ``(means, t_s, y, phase, reason, start_s, before, cut_s)``: a burn or a guided phase is over, from a state
    #: before; the burn's engine had been commanded to stop at a time.
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
        nothing_flown = Leg(0, t_s, engine_off(), inf, OFF)
        driver.follow(means, _followed(t_s, y, t_s, y, nothing_flown, flown), craft_at(t_s, flown), flown)
    latest_s = t_s  # when the phases before can end at the latest: burns with their timers
    for k in range(plan.kinds.size):
        if failure != SOUND or ended == ON_GROUND:
            break
        phase, kind = phases[k], plan.kinds[k]
        if not _in_sky(t_s, _latest_end(t_s, phase, kind) + _overrun(k, True, flown), flown.environment):
            failure = OUTSIDE_SKY
        elif kind == BURN and phase.burn.ignition_s < latest_s - _ON_TIME_S:
            failure = LATE
        else:
            t_s, ended = _fly_phase(driver, means, t_s, y, k, flown)
            failure = _failure_of(ended)
        latest_s = _latest_end(latest_s, phase, kind) + _overrun(k, False, flown)
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
def _overrun(k: int, runs_on: bool, flown: Flown) -> float:
    """Return by how much (s) a burn outlasts its timer at most: by a thrust that falls or, if asked for, does not."""
    if flown.plan.kinds[k] != BURN:
        return 0.0
    which, throttle = flown.plan.engines[k], flown.phases[k].burn.throttle
    longest_s = _overrun_of(craft_at(flown.run.state.epoch_s, flown, which), throttle, runs_on)
    for i in range(flown.changes.size):
        if runs_on and flown.changes[i].engine == which:
            longest_s = max(longest_s, _overrun_of(flown.changes[i].craft, throttle, runs_on))
    return longest_s


@formula
def _overrun_of(craft: Record, throttle: float, runs_on: bool) -> float:
    engine = craft.engine
    throttle = valve_position(throttle, throttle, engine)
    thrust_n = true_thrust(throttle, engine)
    if not runs_on or engine.shuts_down != 0.0 or thrust_n <= 0.0:
        return float(engine.tail_off_s)
    lasts_s = craft.propellant_mass_kg * true_exhaust_velocity(throttle, engine) / thrust_n
    return float(engine.tail_off_s + min(engine.build_up_s + lasts_s, LONGEST_RUN_ON_S))


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
        return _coast(driver, means, t_s, y, t_s + phase.coast.duration_s, k, flown)
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
def _coast(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], end_s: float, k: int, flown: Flown
) -> tuple[float, int]:
    """Coast, after which the computer knows of no throttle and no turning."""
    rest(flown.computer)
    return _fly_without(driver, means, t_s, y, end_s, k, flown)


@formula
def _fly_without(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], end_s: float, k: int, flown: Flown
) -> tuple[float, int]:
    """Fly until a time with an engine that is commanded to be off."""
    ended = AT_END
    if flown.computer.engine.thrust_n > 0.0:
        t_s, ended = _fly_remainder(driver, means, t_s, y, end_s, k, False, flown)
        if ended != AT_END:
            return t_s, ended
    flown.computer.engine.lit = 0.0
    return _fly_leg(driver, means, t_s, y, Leg(k, end_s, engine_off(), inf, OFF), flown)


@formula
def _fly_remainder(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], end_s: float, k: int, steers: bool, flown: Flown
) -> tuple[float, int]:
    """Fly what an engine still gives after it was commanded to stop, until a time; a burn steers it on."""
    engine, ended = flown.computer.engine, AT_END
    while ended == AT_END and engine.thrust_n > 0.0 and t_s < end_s:
        craft = _craft_now(t_s, flown)
        if is_empty(y[6], empty_mass(craft)):
            be_gone(engine)
            break
        ran = _burning(craft, k, flown) if steers else as_it_ran(craft, engine, flown.run.state.epoch_s)
        propulsion, does, gone_s = commanded_off(t_s, ran, craft.engine, engine)
        dry_s = t_s + lasts(t_s, y[6], empty_mass(craft), propulsion)
        until_s = min(end_s, gone_s, dry_s, _next_change(t_s, flown))
        if does == OFF or until_s <= t_s:
            be_gone(engine)
            break
        t_s, ended = _fly_leg(driver, means, t_s, y, Leg(k, until_s, propulsion, inf, does), flown)
        if t_s >= min(gone_s, dry_s):
            be_gone(engine)
        else:
            engine.thrust_n = thrust_at(t_s, propulsion)
    return t_s, ended


@formula
def _burning(craft: Record, k: int, flown: Flown) -> Propulsion:
    """Return the engine in a burn at the thrust to which it rises."""
    plan = flown.plan
    return burn_propulsion(craft, flown.phases[k].burn, plan.steering[k], plan.laws[k], flown.run.state.epoch_s)


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
        part = Leg(leg.phase, until_s, leg.propulsion, leg.target_dv_mps, leg.engine)
        t_s, ended = driver.fly_to(means, t_s, y, part)
        driver.follow(means, _followed(start_s, before, t_s, y, leg, flown), craft_at(start_s, flown), flown)
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
    burn, engine = flown.phases[k].burn, flown.computer.engine
    t_s, ended = _coast(driver, means, t_s, y, burn.ignition_s, k, flown)
    if ended != AT_END:
        return t_s, ended
    use(flown.plan.engines[k], engine)
    driver.begins(means, t_s, y, k)
    ignite(t_s, engine)
    start_s, before, reason, deaf = t_s, y.copy(), TIMER_RAN_OUT, False
    deaf_until_s, gm = inf, flown.run.moon.gravity.gm_m3_s2
    while True:  # once, and once more after each fault, and when the engine does something else
        craft = _craft_now(t_s, flown)
        if deaf and craft.engine.shuts_down != 0.0:  # the fault has passed
            break
        full = _burning(craft, k, flown)
        propulsion, does, does_until_s = commanded_on(t_s, full, craft.engine, engine)
        if deaf and propulsion.thrust_n <= 0.0:
            break
        timer_s = deaf_until_s - t_s if deaf else burn.timer_s - (t_s - start_s)
        longest_s, why = _longest_burn(t_s, y, empty_mass(craft), timer_s, propulsion, gm)
        end_s, other_s = t_s + longest_s, min(_next_change(t_s, flown), does_until_s)
        target_mps = inf if deaf else before[8] + burn.target_delta_v_mps
        leg = Leg(k, min(end_s, other_s), propulsion, target_mps, DEAF if deaf else does)
        t_s, ended = _fly_leg(driver, means, t_s, y, leg, flown)
        engine.thrust_n = thrust_at(t_s, propulsion)
        if ended == AT_END and end_s > other_s:
            continue
        reason = reason if deaf and _is_cut(ended, why) else _reason_of(ended, why)
        if deaf or not _is_cut(ended, reason) or craft.engine.shuts_down != 0.0 or engine.thrust_n <= 0.0:
            break
        deaf, ended, deaf_until_s = True, AT_END, t_s + LONGEST_RUN_ON_S
    driver.cuts(means, t_s, y, k, reason)
    cut_s = t_s
    if _is_cut(ended, reason) and craft.engine.shuts_down != 0.0:
        last_s = t_s + _overrun(k, True, flown)
        t_s, ended = _fly_remainder(driver, means, t_s, y, last_s, k, True, flown)
    be_gone(engine)
    engine.lit = 0.0
    driver.ends(means, t_s, y, k, reason, start_s, before, cut_s)
    point(t_s, y, full, flown.computer)
    return t_s, ended


@formula
def _reason_of(ended: int, why: int) -> int:
    """Return what ended a burn, whose last leg ended in a way, and at its end would have ended for a reason."""
    if ended == AT_CUTOFF:
        return SENSED_DELTA_V
    if ended == ON_GROUND:
        return BURN_MET_GROUND
    return ZERO_SPEED if ended == AT_REST else why


@formula
def _is_cut(ended: int, reason: int) -> bool:
    """Return whether a burn is over because the computer commands it, not for want of anything."""
    return ended in (AT_END, AT_CUTOFF) and reason in (SENSED_DELTA_V, TIMER_RAN_OUT)


@formula
def _longest_burn(
    t_s: float, y: NDArray[np.float64], empty_kg: float, timer_s: float, propulsion: Propulsion, gm: float
) -> tuple[float, int]:
    """Return how long (s) a burn from a state lasts at most, and what ends it then; 0 where it cannot begin."""
    if is_empty(y[6], empty_kg):
        return 0.0, PROPELLANT_OUT
    if follows_velocity(propulsion.steering) and above_standstill(y, propulsion.thrust_n, gm) <= 0.0:
        return 0.0, ZERO_SPEED
    lasts_s = lasts(t_s, y[6], empty_kg, propulsion)
    if timer_s <= lasts_s:
        return timer_s, TIMER_RAN_OUT
    return lasts_s, PROPELLANT_OUT


@formula
def _fly_guided(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int]:
    """Fly a guided phase, cycle by cycle, until an exit, its limit of time or the ground ends it."""
    phase, computer = flown.phases[k].guided, flown.computer
    start_s, before = t_s, y.copy()
    use(flown.plan.engines[k], computer.engine)
    begin(t_s, y, _craft_now(t_s, flown), flown.run.site_m, phase, flown.environment, flown.ground, computer)
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
    if command.throttle > 0.0 and command.stop_s > command.start_s:
        on_s, off_s = t_s + command.start_s, t_s + command.stop_s
        if on_s > t_s and not is_empty(y[6], empty_mass(flown.run.craft)):
            t_s, ended = _fly_without(driver, means, t_s, y, on_s, k, flown)
        ignite(t_s, engine)
        while ended == AT_END and t_s < off_s and not is_empty(y[6], empty_mass(flown.run.craft)):
            craft = _craft_now(t_s, flown)
            full = _guided_propulsion(t_s, command, craft, flown)
            propulsion, does, does_until_s = commanded_on(t_s, full, craft.engine, engine)
            dry_s = t_s + lasts(t_s, y[6], empty_mass(craft), propulsion)
            until_s = min(off_s, dry_s, _next_change(t_s, flown), does_until_s)
            if until_s <= t_s:  # the last of the propellant lasts less than a rounding of the time
                break
            t_s, ended = _fly_leg(driver, means, t_s, y, Leg(k, until_s, propulsion, inf, does), flown)
            engine.thrust_n = thrust_at(t_s, propulsion)
    if ended == AT_END and end_s > t_s:
        t_s, ended = _fly_without(driver, means, t_s, y, end_s, k, flown)
    return t_s, ended


@formula
def _guided_propulsion(t_s: float, command: Command, craft: Record, flown: Flown) -> Propulsion:
    """Return the engine as guidance commands it, and let it be remembered how it ran."""
    run, computer = flown.run, flown.computer
    direction = thrust_line(t_s, command.direction, craft.engine, run.site_m, computer.downrange, flown.environment)
    full = propulsion_of(command, direction, craft, computer.engine, run.state.epoch_s)
    memory = computer.engine
    memory.throttle = valve_position(command.throttle, memory.throttle, craft.engine)
    memory.exhaust_velocity_mps = full.exhaust_velocity_mps
    write(three(direction), memory.direction)
    return full
