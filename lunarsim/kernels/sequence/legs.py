"""Legs: parts of a phase with one engine setting, on, off or falling, along a law or along the axis of the craft."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import AT_END, AT_HEIGHT, AT_REST, BURN
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Propulsion
from lunarsim.kernels.forces.steering import mispointed
from lunarsim.kernels.guidance.attitude import turn_of
from lunarsim.kernels.guidance.limits import empty_mass
from lunarsim.kernels.guidance.look import axis_at, is_empty
from lunarsim.kernels.navigation.leg import LONGEST_LEG_S
from lunarsim.kernels.navigation.path import FlownLeg
from lunarsim.kernels.numerics.chebyshev import evaluate
from lunarsim.kernels.numerics.vectors import length, three
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.engine import (
    as_it_ran,
    burn_propulsion,
    engine_off,
    held_along,
    thrust_line,
    without_misalignment,
)
from lunarsim.kernels.sequence.flown import Driver, Flown, Leg, craft_now, next_change_after
from lunarsim.kernels.sequence.onsets import reaches_height
from lunarsim.kernels.sequence.pointing import (
    begin_coast,
    begin_step,
    end_coast,
    end_step,
    passes_rest,
    points_nowhere,
)
from lunarsim.kernels.sequence.transients import OFF, be_gone, commanded_off, gave, gives_now, lasts


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
        until_s = min(leg.end_s, t_s + LONGEST_LEG_S, next_change_after(t_s, flown))
        part = Leg(leg.phase, until_s, leg.propulsion, leg.target_dv_mps, leg.onsets, leg.engine)
        t_s, ended = driver.fly_to(means, t_s, y, part)
        driver.follow(means, followed(start_s, before, t_s, y, leg, flown), craft_now(start_s, flown), flown)
        if ended <= AT_HEIGHT:
            return t_s, _begun_there(t_s, ended, flown)
        if ended != AT_END or t_s >= leg.end_s:
            return t_s, ended


@formula
def _begun_there(t_s: float, ended: int, flown: Flown) -> int:
    """Return how a leg ended; where it is at a height for which a fault waited, that begins."""
    if ended > AT_HEIGHT:
        return ended
    reaches_height(AT_HEIGHT - ended, t_s, flown.run.onsets)
    return AT_END


@formula
def followed(
    start_s: float, before: NDArray[np.float64], t_s: float, y: NDArray[np.float64], leg: Leg, flown: Flown
) -> FlownLeg:
    """Return what was flown, as the navigation takes it."""
    environment, sun = flown.environment, (0.0, 0.0, 0.0)
    which = environment.sunlight.body
    if which >= 0 and craft_now(start_s, flown).star_tracker.rate_per_s > 0.0:
        positions = np.empty(3 * environment.body_gm.size)
        evaluate(environment.body_positions, environment.epoch_et_s + t_s, positions)
        sun = (positions[3 * which], positions[3 * which + 1], positions[3 * which + 2])
    axis, turn, site_m = axis_at(before, flown.computer), turn_of(flown.computer.body), flown.run.site_m
    return FlownLeg(
        start_s, t_s, before, y, leg.propulsion, environment.epoch_et_s, axis, turn, sun, length(three(site_m))
    )


@formula
def fly_pointed(
    driver: Driver, means: Any, t_s: float, y: NDArray[np.float64], leg: Leg, law: Propulsion, flown: Flown
) -> tuple[float, int]:
    """Fly a leg in steps of the attitude control, which turns the craft's axis to where a law points.

    Of the misalignment of its engine the law knows nothing: the thrust goes beside the axis by it.
    """
    computer, since_s, gm = flown.computer, flown.run.state.epoch_s, flown.run.moon.gravity.gm_m3_s2
    while True:
        craft = craft_now(t_s, flown)
        if craft.attitude_control.time_step_s == 0.0:  # none: the thrust goes where it is commanded
            computer.body.begun = 0.0
            return _fly_leg(driver, means, t_s, y, leg, flown)
        start_s, until_s, held = t_s, min(leg.end_s, next_change_after(t_s, flown)), leg.propulsion
        coasts, burns = points_nowhere(law), flown.plan.kinds[leg.phase] == BURN
        if coasts:
            begin_coast(t_s, craft.attitude_control, computer)
            held = _beside_axis(t_s, y, held, False, craft, flown)
        elif passes_rest(y, law, craft, computer, gm):
            return t_s, AT_REST
        else:
            aim = without_misalignment(law, flown.phases[leg.phase].burn) if burns else law
            step = begin_step(t_s, until_s, y, aim, craft, computer, since_s, gm)
            until_s = step.end_s
            if not step.by_law:
                held = _beside_axis(t_s, y, held, burns, craft, flown)
        part = Leg(leg.phase, until_s, held, leg.target_dv_mps, leg.onsets, leg.engine)
        t_s, ended = _fly_leg(driver, means, t_s, y, part, flown)
        if coasts:
            end_coast(start_s, t_s, craft.attitude_control, computer)
        else:
            end_step(t_s, computer)
        if ended != AT_END or t_s < until_s or t_s >= leg.end_s:  # before the end of a part: a fault has begun
            return t_s, ended


@formula
def _beside_axis(
    t_s: float, y: NDArray[np.float64], propulsion: Propulsion, burns: bool, craft: Record, flown: Flown
) -> Propulsion:
    """Return an engine whose thrust is held by the craft's axis, and is off it by the misalignment.

    In a burn that is by the angles of its pointing errors, else by those of :func:`thrust_line`.
    """
    computer, engine = flown.computer, craft.engine
    if computer.body.begun == 0.0:
        return propulsion
    axis = np.array(three(computer.body.axis))
    if not burns:
        line = thrust_line(t_s, axis, engine, flown.run.site_m, computer.downrange, flown.environment)
        return held_along(propulsion, line)
    pitch_rad, yaw_rad = engine.misalignment_pitch_rad, engine.misalignment_yaw_rad
    if pitch_rad != 0.0 or yaw_rad != 0.0:
        axis = np.array(mispointed(three(axis), (y[0], y[1], y[2]), (y[3], y[4], y[5]), pitch_rad, yaw_rad))
    return held_along(propulsion, axis)


@formula
def fly_without(
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
        t_s, ended = fly_remainder(driver, means, t_s, y, end_s, k, False, law, flown)
        if ended != AT_END:
            return t_s, ended
    flown.computer.engine.lit = 0.0
    leg = Leg(k, end_s, engine_off(), inf, flown.run.onsets, OFF)
    while True:
        t_s, ended = fly_pointed(driver, means, t_s, y, leg, law, flown)
        if ended != AT_END or t_s >= end_s:
            return t_s, ended


@formula
def fly_remainder(
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
        craft = craft_now(t_s, flown)
        gives_now(craft.engine, engine)
        if is_empty(y[6], empty_mass(craft)) or engine.thrust_n <= 0.0:
            be_gone(engine)
            break
        ran = (
            burning(y[6], craft, k, flown)
            if steers
            else as_it_ran(craft, engine, flown.run.state.epoch_s, flown.computer.navigation.in_use, y[6])
        )
        propulsion, does, gone_s = commanded_off(t_s, ran, craft.engine, engine)
        dry_s = t_s + lasts(t_s, y[6], empty_mass(craft), propulsion)
        until_s = min(end_s, gone_s, dry_s, next_change_after(t_s, flown))
        if does == OFF or until_s <= t_s:
            be_gone(engine)
            break
        leg = Leg(k, until_s, propulsion, inf, flown.run.onsets, does)
        t_s, ended = fly_pointed(driver, means, t_s, y, leg, ran if steers else law, flown)
        if t_s >= min(gone_s, dry_s):
            be_gone(engine)
        else:
            gave(t_s, propulsion, craft.engine, engine)
    return t_s, ended


@formula
def burning(mass_kg: float, craft: Record, k: int, flown: Flown) -> Propulsion:
    """Return the engine in a burn at the thrust to which it rises."""
    plan = flown.plan
    in_use, epoch_s = flown.computer.navigation.in_use, flown.run.state.epoch_s
    return burn_propulsion(craft, flown.phases[k].burn, plan.steering[k], plan.laws[k], epoch_s, in_use, mass_kg)
