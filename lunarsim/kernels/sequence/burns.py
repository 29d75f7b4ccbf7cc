"""Coasts and burns: what lights an engine, and what ends a burn."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import (
    AT_CUTOFF,
    AT_END,
    AT_REST,
    BURN,
    BURN_MET_GROUND,
    MONITOR_CALLED,
    ON_GROUND,
    PROPELLANT_OUT,
    SENSED_DELTA_V,
    TIMER_RAN_OUT,
    ZERO_SPEED,
)
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion
from lunarsim.kernels.forces.standstill import above_standstill
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.guidance.limits import empty_mass, valve_position
from lunarsim.kernels.guidance.look import is_empty, point, rest
from lunarsim.kernels.guidance.monitors import begin_to_watch, next_window_end
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.engine import engine_off, told_alone, true_exhaust_velocity, true_thrust
from lunarsim.kernels.sequence.flown import Driver, Flown, Leg, craft_at, craft_now, next_change_after
from lunarsim.kernels.sequence.legs import burning, fly_pointed, fly_remainder, fly_without
from lunarsim.kernels.sequence.monitoring import heed_monitors, watch_leg
from lunarsim.kernels.sequence.onsets import AT_CUTOFF as ONSET_AT_CUTOFF
from lunarsim.kernels.sequence.onsets import AT_IGNITION, happens
from lunarsim.kernels.sequence.refusals import LONGEST_RUN_ON_S
from lunarsim.kernels.sequence.transients import DEAF, be_gone, commanded_on, gave, ignite, lasts, share_given, use

#: In place of what ends a burn: nothing does yet.
GOES_ON = -1


@formula
def coast(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], end_s: float, k: int, flown: Flown
) -> tuple[float, int]:
    """Coast, after which the computer knows of no throttle and no turning."""
    rest(flown.computer)
    return fly_without(driver, means, t_s, y, end_s, k, engine_off(), flown)


@formula
def burn(driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown) -> tuple[float, int]:
    """Coast to an ignition, and burn until the sensed delta-v, timer, propellant, standstill or the ground ends it.

    Or a monitor does.
    """
    computer, engine, onsets = flown.computer, flown.computer.engine, flown.run.onsets
    t_s, ended = coast(driver, means, t_s, y, flown.phases[k].burn.ignition_s, k, flown)
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
    if _is_cut(ended, reason) and craft_now(t_s, flown).engine.shuts_down != 0.0:
        last_s = t_s + overrun(k, True, flown)
        t_s, ended = fly_remainder(driver, means, t_s, y, last_s, k, True, full, flown)
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
    t_s, ended, reason, full, obeys = _burn_as_commanded(driver, means, t_s, y, k, flown)
    if _is_cut(ended, reason) and not obeys:
        return _run_on(driver, means, t_s, y, k, reason, flown)
    return t_s, ended, reason, full


@formula
def _burn_as_commanded(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, flown: Flown
) -> tuple[float, int, int, Propulsion, bool]:
    """Burn until the engine is commanded to stop, or something else ends it; return whether it obeys, too.

    That is in one leg, and in one more after each fault, each window of a monitor, and where the engine does otherwise.
    """
    burn, engine, watches = flown.phases[k].burn, flown.computer.engine, flown.plan.watches
    start_s, cut_mps = t_s, y[8] + burn.target_delta_v_mps
    while True:
        ignite(t_s, engine)  # anew after a restart of the computer
        craft = craft_now(t_s, flown)
        full = burning(y[6], craft, k, flown)
        propulsion, does, does_until_s = commanded_on(t_s, full, craft.engine, engine)
        longest_s, why = _longest_burn(t_s, y, craft, burn.timer_s - (t_s - start_s), propulsion, flown)
        told_mps2, end_s, reached_s = told_alone(propulsion, flown.computer.navigation.in_use), t_s + longest_s, inf
        if told_mps2 > 0.0:
            reached_s = t_s + max(cut_mps - y[8], 0.0) / told_mps2
        other_s = min(next_change_after(t_s, flown), does_until_s, reached_s)
        if watches:
            other_s = min(other_s, next_window_end(craft.computer, flown.computer.watch))
        leg = Leg(k, min(end_s, other_s), propulsion, cut_mps, flown.run.onsets, does)
        from_s, from_y = t_s, y.copy()
        t_s, ended = fly_pointed(driver, means, t_s, y, leg, full, flown)
        gave(t_s, propulsion, craft.engine, engine)
        y[8] += told_mps2 * (t_s - from_s)
        if ended == AT_END and t_s >= reached_s:
            ended = AT_CUTOFF
        if ended == AT_END and t_s < end_s:
            if not watches:
                continue
            share = burn.throttle * share_given(from_s, t_s, does, propulsion, full)
            watch_leg(from_s, from_y, t_s, y, share, craft, flown.computer)
            t_s, ended, why = _heed_in_burn(driver, means, t_s, y, k, start_s + burn.timer_s, cut_mps, why, flown)
            if why == GOES_ON:
                continue
        return t_s, ended, _reason_of(ended, why), full, craft.engine.shuts_down != 0.0 or engine.thrust_n <= 0.0


@formula
def _run_on(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], k: int, reason: int, flown: Flown
) -> tuple[float, int, int, Propulsion]:
    """Let an engine run on that is deaf to the command to stop, until the fault has passed or nothing is left.

    The burn was commanded to stop for a ``reason``, which stays unless something else ends it first.
    """
    engine, last_s = flown.computer.engine, t_s + LONGEST_RUN_ON_S
    while True:
        ignite(t_s, engine)  # as after a restart that has lasted to the timer
        craft = craft_now(t_s, flown)
        full = burning(y[6], craft, k, flown)
        if craft.engine.shuts_down != 0.0:
            return t_s, AT_END, reason, full
        propulsion, _, does_until_s = commanded_on(t_s, full, craft.engine, engine)
        if propulsion.thrust_n <= 0.0:
            be_gone(engine)
            return t_s, AT_END, reason, full
        longest_s, why = _longest_burn(t_s, y, craft, last_s - t_s, propulsion, flown)
        end_s, other_s = t_s + longest_s, min(next_change_after(t_s, flown), does_until_s)
        leg = Leg(k, min(end_s, other_s), propulsion, inf, flown.run.onsets, DEAF)
        t_s, ended = fly_pointed(driver, means, t_s, y, leg, full, flown)
        gave(t_s, propulsion, craft.engine, engine)
        if ended != AT_END or t_s >= end_s:
            return t_s, ended, reason if _is_cut(ended, why) else _reason_of(ended, why), full


@formula
def _heed_in_burn(
    driver: Driver,
    means: Any,
    t_s: float,
    y: NDArray[np.float64],
    k: int,
    timer_s: float,
    cut_mps: float,
    why: int,
    flown: Flown,
) -> tuple[float, int, int]:
    """Let the computer do what its monitors ask for in a burn; return how that ended, and what ends the burn then.

    Here it is said whether a burn goes on. ``timer_s`` is when its timer fires, and ``why`` what would have ended it.
    """
    t_s, ended = heed_monitors(driver, means, t_s, y, k, timer_s, flown)
    if flown.computer.watch.off != 0.0:
        return t_s, ended, MONITOR_CALLED
    if ended != AT_END:
        return t_s, ended, why
    if y[8] >= cut_mps:  # as another accelerometer has it
        return t_s, AT_CUTOFF, why
    return t_s, ended, TIMER_RAN_OUT if t_s >= timer_s else GOES_ON  # a restart may last to the timer


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
    t_s: float, y: NDArray[np.float64], craft: Record, timer_s: float, propulsion: Propulsion, flown: Flown
) -> tuple[float, int]:
    """Return how long (s) a burn from a state lasts at most, and what ends it then; 0 where it cannot begin."""
    empty_kg, gm = empty_mass(craft), flown.run.moon.gravity.gm_m3_s2
    if is_empty(y[6], empty_kg):
        return 0.0, PROPELLANT_OUT
    if follows_velocity(propulsion.steering) and above_standstill(y, propulsion.thrust_n, gm) <= 0.0:
        return 0.0, ZERO_SPEED
    lasts_s = lasts(t_s, y[6], empty_kg, propulsion)
    if timer_s <= lasts_s:
        return timer_s, TIMER_RAN_OUT
    return lasts_s, PROPELLANT_OUT


@formula
def overrun(k: int, runs_on: bool, flown: Flown) -> float:
    """Return by how much (s) a burn outlasts its timer at most: by a thrust that falls or, if asked for, does not."""
    if flown.plan.kinds[k] != BURN:
        return 0.0
    which, throttle = flown.plan.engines[k], flown.phases[k].burn.throttle
    craft = craft_at(flown.run.state.epoch_s, flown, which)
    longest_s = overrun_of(craft.engine, craft.propellant_mass_kg, throttle, runs_on)
    for i in range(flown.changes.size):
        if runs_on and flown.changes[i].engine == which:
            craft = flown.changes[i].craft
            longest_s = max(longest_s, overrun_of(craft.engine, craft.propellant_mass_kg, throttle, runs_on))
    return longest_s


@formula
def overrun_of(engine: Record, propellant_kg: float, throttle: float, runs_on: bool) -> float:
    """Return by how much (s) a burn outlasts its timer at most, with an engine and so much propellant."""
    throttle = valve_position(throttle, throttle, engine)
    thrust_n = true_thrust(throttle, engine)
    if not runs_on or engine.shuts_down != 0.0 or thrust_n <= 0.0:
        return float(engine.tail_off_s)
    lasts_s = propellant_kg * true_exhaust_velocity(throttle, engine) / thrust_n
    return float(engine.tail_off_s + min(engine.build_up_s + lasts_s, LONGEST_RUN_ON_S))
