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
    AT_HEIGHT,
    AT_REST,
    BELOW_GROUND,
    BURN,
    BURN_MET_GROUND,
    COAST,
    GROUND_UNKNOWN,
    LATE,
    LOST,
    MONITOR_CALLED,
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
from lunarsim.kernels.driver.onsets import AT_CUTOFF as ONSET_AT_CUTOFF
from lunarsim.kernels.driver.onsets import AT_IGNITION, AT_PHASE, begins, forget, happens, next_change, present
from lunarsim.kernels.driver.pointing import begin_step, coasted, end_step, passes_rest, points_nowhere
from lunarsim.kernels.driver.refusals import LONGEST_RUN_ON_S, why_not
from lunarsim.kernels.driver.transients import (
    DEAF,
    OFF,
    be_gone,
    commanded_off,
    commanded_on,
    ignite,
    lasts,
    share_given,
    use,
)
from lunarsim.kernels.forces.motion import Environment, Propulsion, thrust_at
from lunarsim.kernels.forces.standstill import above_standstill
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.limits import empty_mass, full_thrust, valve_position
from lunarsim.kernels.guidance.look import Command, Guide, axis_at, begin, is_empty, point, rest
from lunarsim.kernels.guidance.monitors import (
    NO_MONITOR,
    RANGE,
    add_leg,
    begin_to_watch,
    forget_sums,
    judge,
    next_window_end,
    spare_for,
    watch_anew,
)
from lunarsim.kernels.navigation.estimate import begin_estimate
from lunarsim.kernels.navigation.leg import LONGEST_LEG_S
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.vectors import length, three, write
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.sensors.reading_check import CUT_OFF, HOLD, RESTART, SWITCH
from lunarsim.kernels.sensors.redundancy import COMMANDED
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
    engines: NDArray[np.int64]  #: which of the craft's engines the phases use; 0: the main one
    watches: bool  #: whether the computer has a monitor


@formula
def guide_of(plan: Plan, k: int) -> Guide:
    """Return what all runs share of a guided phase."""
    return Guide(plan.laws[k], plan.idle[k], plan.frames[k], plan.quantities[k], plan.signs[k])


class Flown(NamedTuple):
    """What is flown: the records of a run, where it flies, and what its computer remembers."""

    run: Record
    changes: Records  #: of the craft by faults: for each choice of those that wait for an event, in the order of time
    phases: Records
    plan: Plan
    environment: Environment
    ground: Ground
    computer: Record
    known: bool  #: whether none of its numbers is NaN


@formula
def craft_at(t_s: float, flown: Flown, which: int = 0) -> Record:
    """Return the craft as its faults have left it by a time, with one of its engines in use; 0: the main one."""
    there = present(t_s, flown.run.state.epoch_s, flown.run.onsets)
    craft = flown.run.craft
    for i in range(flown.changes.size):
        change = flown.changes[i]
        if change.at_s <= t_s and change.present == there and change.engine == which:
            craft = change.craft
    return craft


@formula
def _craft_now(t_s: float, flown: Flown) -> Record:
    """Return the craft as its faults have left it by a time, with the engine that was used last."""
    return craft_at(t_s, flown, int(flown.computer.engine.which))


@formula
def _next_change(t_s: float, flown: Flown) -> float:
    """Return when, after a time, a fault next changes the craft; infinite if none does."""
    first_s = next_change(t_s, flown.run.state.epoch_s, flown.run.onsets)
    for i in range(flown.changes.size):  # each choice, and each engine, changes at the same times
        if flown.changes[i].at_s > t_s and flown.changes[i].present == 0.0:
            return min(first_s, float(flown.changes[i].at_s))
    return first_s


class Leg(NamedTuple):
    """A part of a phase that is flown with one engine setting."""

    phase: int  #: which
    end_s: float
    propulsion: Propulsion
    target_dv_mps: float  #: the sensed delta-v that cuts the engine off; infinite where nothing does
    onsets: Record  #: of the run: the heights for which faults wait end a leg
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
    #: ``(means, t_s, y, phase, monitor, flown)``: a monitor has called; what was done stands in ``computer.watch``.
    alarmed: Any


@formula
def fly_phases(driver: Driver, means: Any, y: NDArray[np.float64], flown: Flown) -> tuple[float, int, int]:
    """Fly the phases of a run; return when it ended, how its last leg did, and why it cannot be flown, or SOUND."""
    run, phases, plan = flown.run, flown.phases, flown.plan
    start_s = t_s = float(run.state.epoch_s)
    forget(run.onsets)
    ended, failure = AT_END, _why_not_begun(y, flown)
    if failure == SOUND and plan.navigates:
        nothing_flown = Leg(0, t_s, engine_off(), inf, run.onsets, OFF)
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
    happens(AT_PHASE, k, t_s, flown.run.onsets)
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
    return _fly_without(driver, means, t_s, y, end_s, k, engine_off(), flown)


@formula
def _fly_without(
    driver: Driver,
    means: Any,
    t_s: float,
    y: NDArray[np.float64],
    end_s: float,
    k: int,
    law: Propulsion,
    flown: Flown,
) -> tuple[float, int]:
    """Fly until a time, whatever begins on the way, with an engine that is commanded to be off.

    ``law`` says where the thrust axis is to point meanwhile; an engine that is off, nowhere.
    """
    ended = AT_END
    if flown.computer.engine.thrust_n > 0.0:
        t_s, ended = _fly_remainder(driver, means, t_s, y, end_s, k, False, law, flown)
        if ended != AT_END:
            return t_s, ended
    flown.computer.engine.lit = 0.0
    leg = Leg(k, end_s, engine_off(), inf, flown.run.onsets, OFF)
    while True:
        t_s, ended = _fly_turning(flown.plan.guided, driver, means, t_s, y, leg, law, flown)
        if ended != AT_END or t_s >= end_s:
            return t_s, ended


@formula
def _fly_remainder(
    driver: Driver,
    means: Any,
    t_s: float,
    y: NDArray[np.float64],
    end_s: float,
    k: int,
    steers: bool,
    law: Propulsion,
    flown: Flown,
) -> tuple[float, int]:
    """Fly what an engine still gives after it was commanded to stop, until a time.

    A burn steers it on; else ``law`` says where the thrust axis is to point.
    """
    engine, ended = flown.computer.engine, AT_END
    while ended == AT_END and engine.thrust_n > 0.0 and t_s < end_s:
        craft = _craft_now(t_s, flown)
        if is_empty(y[6], empty_mass(craft)):
            be_gone(engine)
            break
        ran = (
            _burning(craft, k, flown)
            if steers
            else as_it_ran(craft, engine, flown.run.state.epoch_s, flown.computer.navigation.in_use)
        )
        propulsion, does, gone_s = commanded_off(t_s, ran, craft.engine, engine)
        dry_s = t_s + lasts(t_s, y[6], empty_mass(craft), propulsion)
        until_s = min(end_s, gone_s, dry_s, _next_change(t_s, flown))
        if does == OFF or until_s <= t_s:
            be_gone(engine)
            break
        leg = Leg(k, until_s, propulsion, inf, flown.run.onsets, does)
        t_s, ended = _fly_turning(flown.plan.guided, driver, means, t_s, y, leg, ran if steers else law, flown)
        if t_s >= min(gone_s, dry_s):
            be_gone(engine)
        else:
            engine.thrust_n = thrust_at(t_s, propulsion)
    return t_s, ended


@formula
def _burning(craft: Record, k: int, flown: Flown) -> Propulsion:
    """Return the engine in a burn at the thrust to which it rises."""
    plan = flown.plan
    in_use, epoch_s = flown.computer.navigation.in_use, flown.run.state.epoch_s
    return burn_propulsion(craft, flown.phases[k].burn, plan.steering[k], plan.laws[k], epoch_s, in_use)


@formula
def _fly_leg(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], leg: Leg, flown: Flown
) -> tuple[float, int]:
    """Fly a leg, or as far as to a height at which a fault begins.

    A navigation with an estimate of its own follows, in parts that are short enough for it.
    """
    if not flown.plan.navigates:
        t_s, ended = driver.fly_to(means, t_s, y, leg)
        return t_s, _begun_there(t_s, ended, flown)
    while True:
        before, start_s = y.copy(), t_s
        until_s = min(leg.end_s, t_s + LONGEST_LEG_S, _next_change(t_s, flown))
        part = Leg(leg.phase, until_s, leg.propulsion, leg.target_dv_mps, leg.onsets, leg.engine)
        t_s, ended = driver.fly_to(means, t_s, y, part)
        driver.follow(means, _followed(start_s, before, t_s, y, leg, flown), craft_at(start_s, flown), flown)
        if ended <= AT_HEIGHT:
            return t_s, _begun_there(t_s, ended, flown)
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
        if points_nowhere(law):  # as in a coast
            start_s = t_s
            t_s, ended = _fly_leg(driver, means, t_s, y, leg, flown)
            coasted(t_s - start_s, craft, computer)
            return t_s, ended
        if passes_rest(y, law, craft, computer, gm):
            return t_s, AT_REST
        until_s = min(leg.end_s, _next_change(t_s, flown))
        step = begin_step(t_s, until_s, y, leg.propulsion, law, craft, computer, since_s, gm)
        part = Leg(leg.phase, step.end_s, step.propulsion, leg.target_dv_mps, leg.onsets, leg.engine)
        t_s, ended = _fly_leg(driver, means, t_s, y, part, flown)
        end_step(t_s, craft, computer)
        if ended != AT_END or t_s >= leg.end_s:
            return t_s, ended


@formula
def _begun_there(t_s: float, ended: int, flown: Flown) -> int:
    """Return how a leg ended; where it is at a height for which a fault waited, that begins."""
    if ended > AT_HEIGHT:
        return ended
    begins(AT_HEIGHT - ended, t_s, flown.run.onsets)
    return AT_END


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
    """Coast to an ignition, and burn until the sensed delta-v, timer, propellant, standstill or the ground ends it.

    Or a monitor does.
    """
    computer, engine, onsets = flown.computer, flown.computer.engine, flown.run.onsets
    t_s, ended = _coast(driver, means, t_s, y, flown.phases[k].burn.ignition_s, k, flown)
    if ended != AT_END:
        return t_s, ended
    use(flown.plan.engines[k], engine)
    happens(AT_IGNITION, k, t_s, onsets)
    driver.begins(means, t_s, y, k)
    if flown.plan.watches:
        begin_to_watch(t_s, y[8], computer.navigation.range_check.calls, computer.watch)
    start_s, before = t_s, y.copy()
    t_s, ended, reason, full = _burn_until_cut(driver, means, t_s, y, k, flown)
    driver.cuts(means, t_s, y, k, reason)
    happens(ONSET_AT_CUTOFF, k, t_s, onsets)
    cut_s = t_s
    if _is_cut(ended, reason) and _craft_now(t_s, flown).engine.shuts_down != 0.0:
        last_s = t_s + _overrun(k, True, flown)
        t_s, ended = _fly_remainder(driver, means, t_s, y, last_s, k, True, full, flown)
    be_gone(engine)
    engine.lit = 0.0
    driver.ends(means, t_s, y, k, reason, start_s, before, cut_s)
    point(t_s, y, full, computer)
    return t_s, ended


@formula
def _burn_until_cut(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int, int, Propulsion]:
    """Burn until the engine is commanded to stop and does, or nothing is left; return the engine as it was set, too."""
    burn, engine, gm = flown.phases[k].burn, flown.computer.engine, flown.run.moon.gravity.gm_m3_s2
    start_s, cut_mps = t_s, y[8] + burn.target_delta_v_mps
    reason, ended, deaf, deaf_until_s = TIMER_RAN_OUT, AT_END, False, inf
    while True:  # once, and once more after each fault, each window of a monitor, and where the engine does otherwise
        ignite(t_s, engine)  # anew after a restart of the computer
        craft = _craft_now(t_s, flown)
        full = _burning(craft, k, flown)
        if deaf and craft.engine.shuts_down != 0.0:  # the fault has passed
            break
        propulsion, does, does_until_s = commanded_on(t_s, full, craft.engine, engine)
        if deaf and propulsion.thrust_n <= 0.0:
            break
        timer_s = deaf_until_s - t_s if deaf else burn.timer_s - (t_s - start_s)
        longest_s, why = _longest_burn(t_s, y, empty_mass(craft), timer_s, propulsion, gm)
        end_s, other_s = t_s + longest_s, min(_next_change(t_s, flown), does_until_s)
        if flown.plan.watches and not deaf:
            other_s = min(other_s, next_window_end(craft.computer, flown.computer.watch))
        target_mps = inf if deaf else cut_mps
        leg = Leg(k, min(end_s, other_s), propulsion, target_mps, flown.run.onsets, DEAF if deaf else does)
        from_s, from_y = t_s, y.copy()
        t_s, ended = _fly_turning(flown.plan.guided, driver, means, t_s, y, leg, full, flown)
        engine.thrust_n = thrust_at(t_s, propulsion)
        if ended == AT_END and t_s < end_s:
            if flown.plan.watches and not deaf:
                share = burn.throttle * share_given(from_s, t_s, does, propulsion, full)
                _add_leg(from_s, from_y, t_s, y, share, craft, flown.computer)
                until_s = start_s + burn.timer_s
                t_s, ended, why = _heed_in_burn(driver, means, t_s, y, k, until_s, cut_mps, why, flown)
            if ended == AT_END and why != MONITOR_CALLED:
                continue
        reason = reason if deaf and _is_cut(ended, why) else _reason_of(ended, why)
        if deaf or not _is_cut(ended, reason) or craft.engine.shuts_down != 0.0 or engine.thrust_n <= 0.0:
            break
        deaf, ended, deaf_until_s = True, AT_END, t_s + LONGEST_RUN_ON_S
    return t_s, ended, reason, full


@formula
def _heed_in_burn(
    driver: Driver,
    means: Any,
    t_s: float,
    y: NDArray[np.float64],
    k: int,
    latest_s: float,
    cut_mps: float,
    why: int,
    flown: Flown,
) -> tuple[float, int, int]:
    """Let the computer do what its monitors ask for in a burn; return how that ended, and what ends the burn then."""
    t_s, ended = _heed_monitors(driver, means, t_s, y, k, latest_s, flown)
    if flown.computer.watch.off != 0.0:
        why = MONITOR_CALLED
    elif ended == AT_END and y[8] >= cut_mps:  # as another accelerometer has it
        ended = AT_CUTOFF
    return t_s, ended, why


@formula
def _add_leg(
    from_s: float,
    before: NDArray[np.float64],
    t_s: float,
    y: NDArray[np.float64],
    share: float,
    craft: Record,
    computer: Record,
) -> None:
    """Let the monitors take up a leg in which a share of full thrust was commanded, as far as the engine rises to it.

    What thrust and mass give is of the mean mass, as known.
    """
    elapsed_s, mass_kg = t_s - from_s, 0.5 * (before[6] + y[6]) + craft.navigation.mass_kg
    expected_mps = share * full_thrust(craft.engine) * elapsed_s / mass_kg
    dv_mps, sensed_mps = y[7] - before[7], y[8] - before[8]
    add_leg(elapsed_s, dv_mps, sensed_mps, expected_mps, craft, computer.navigation.in_use, computer.watch)


@formula
def _heed_monitors(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, latest_s: float, flown: Flown
) -> tuple[float, int]:
    """Let the computer do what its monitors ask for; a restart takes its time, up to ``latest_s``."""
    computer, craft = flown.computer, craft_at(t_s, flown)
    navigation, watch, called, ended = computer.navigation, computer.watch, NO_MONITOR, AT_END
    if watch.off == 0.0:
        called = judge(t_s, craft, navigation.in_use, navigation.range_check, watch)
    if called == NO_MONITOR:
        return t_s, ended
    if watch.reaction == SWITCH:
        spare = spare_for(called, navigation.in_use, craft)
        if spare == navigation.in_use:  # there is none
            watch.reaction = CUT_OFF
        navigation.in_use = spare
    if watch.reaction == HOLD and called != RANGE:
        navigation.in_use = COMMANDED
    driver.alarmed(means, t_s, y, k, called, flown)
    if watch.reaction == CUT_OFF:
        watch.off = 1.0
    elif watch.reaction == RESTART:
        t_s, ended = _restart(driver, means, t_s, y, k, latest_s, flown)
    elif called != RANGE:  # the sum is what the other one has told since the ignition
        own = int(navigation.in_use)
        y[8] = watch.begun_mps + (watch.expected_mps if own == COMMANDED else watch.units_mps[own])
        watch_anew(t_s, watch)
    return t_s, ended


@formula
def _restart(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, latest_s: float, flown: Flown
) -> tuple[float, int]:
    """Restart the computer: the engine is off, and nothing is commanded; it may forget its sum and its estimate."""
    computer, craft = flown.computer, craft_at(t_s, flown)
    rest(computer)
    until_s = min(t_s + craft.computer.restart_time_s, latest_s)
    ended = AT_END
    if flown.plan.kinds[k] == BURN:  # whose steering law still holds for what the engine gives
        t_s, ended = _fly_remainder(driver, means, t_s, y, until_s, k, True, engine_off(), flown)
    if ended == AT_END:
        t_s, ended = _fly_without(driver, means, t_s, y, until_s, k, engine_off(), flown)
    computer.watch.restarts += 1.0
    if craft.computer.keeps_sum == 0.0:
        y[8] = computer.watch.begun_mps
        forget_sums(computer.watch)
    if craft.computer.keeps_estimate == 0.0 and computer.navigation.begun != 0.0:
        begin_estimate(computer.navigation, y, craft.navigation)
    watch_anew(t_s, computer.watch)
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
    return ended in (AT_END, AT_CUTOFF) and reason in (SENSED_DELTA_V, TIMER_RAN_OUT, MONITOR_CALLED)


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
    phase, computer, watches = flown.phases[k].guided, flown.computer, flown.plan.watches
    start_s, before = t_s, y.copy()
    use(flown.plan.engines[k], computer.engine)
    if watches:
        begin_to_watch(t_s, y[8], computer.navigation.range_check.calls, computer.watch)
    begin(t_s, y, _craft_now(t_s, flown), flown.run.site_m, phase, flown.environment, flown.ground, computer)
    driver.begins(means, t_s, y, k)
    ended, reason = AT_END, TIMER_RAN_OUT
    while ended == AT_END and not _is_over(t_s, phase, computer):
        if watches:
            latest_s = start_s + phase.max_duration_s
            t_s, ended = _heed_monitors(driver, means, t_s, y, k, latest_s, flown)
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
    law = _guided_propulsion(t_s, command, _craft_now(t_s, flown), flown)
    if command.throttle > 0.0 and command.stop_s > command.start_s:
        on_s, off_s = t_s + command.start_s, t_s + command.stop_s
        if on_s > t_s and not is_empty(y[6], empty_mass(flown.run.craft)):
            t_s, ended = _fly_without(driver, means, t_s, y, on_s, k, law, flown)
        ignite(t_s, engine)
        while ended == AT_END and t_s < off_s and not is_empty(y[6], empty_mass(flown.run.craft)):
            craft = _craft_now(t_s, flown)
            full = _guided_propulsion(t_s, command, craft, flown)
            propulsion, does, does_until_s = commanded_on(t_s, full, craft.engine, engine)
            dry_s = t_s + lasts(t_s, y[6], empty_mass(craft), propulsion)
            until_s = min(off_s, dry_s, _next_change(t_s, flown), does_until_s)
            if until_s <= t_s:  # the last of the propellant lasts less than a rounding of the time
                break
            from_s, from_y = t_s, y.copy() if flown.plan.watches else y
            leg = Leg(k, until_s, propulsion, inf, flown.run.onsets, does)
            t_s, ended = _fly_pointed(driver, means, t_s, y, leg, full, flown)
            _remember_engine(t_s, command, full, propulsion, craft, flown.computer)
            if flown.plan.watches:
                share = command.throttle * share_given(from_s, t_s, does, propulsion, full)
                _add_leg(from_s, from_y, t_s, y, share, craft, flown.computer)
    if ended == AT_END and end_s > t_s:
        t_s, ended = _fly_without(driver, means, t_s, y, end_s, k, law, flown)
    return t_s, ended


@formula
def _guided_propulsion(t_s: float, command: Command, craft: Record, flown: Flown) -> Propulsion:
    """Return the engine as guidance commands it."""
    run, computer = flown.run, flown.computer
    direction = thrust_line(t_s, command.direction, craft.engine, run.site_m, computer.downrange, flown.environment)
    return propulsion_of(command, direction, craft, computer.engine, run.state.epoch_s, computer.navigation.in_use)


@formula
def _remember_engine(
    t_s: float, command: Command, full: Propulsion, given: Propulsion, craft: Record, computer: Record
) -> None:
    """Let it be remembered how the engine ran, for what it still gives when it is off."""
    memory = computer.engine
    memory.thrust_n = thrust_at(t_s, given)
    memory.throttle = valve_position(command.throttle, memory.throttle, craft.engine)
    memory.exhaust_velocity_mps = full.exhaust_velocity_mps
    write(three(computer.body.axis) if computer.body.begun != 0.0 else three(full.direction), memory.direction)
