"""The phases of a run in order, once for both drivers.

A driver is a table of functions. The compiled one flies by collocation and listens to nothing; the reference
driver flies by scipy's DOP853, in Python, and writes the log. What they are called for, and when, stands in this folder
alone. In Python these functions run as they stand; in machine code they are compiled into the run.
"""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import (
    AT_END,
    BELOW_GROUND,
    BURN,
    COAST,
    GROUND_UNKNOWN,
    LATE,
    LOST,
    NO_FORCE,
    NO_TIME,
    NOT_CONVERGED,
    ON_GROUND,
    OUTSIDE_SKY,
    SOUND,
    STUCK,
    UNFORCED,
)
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.burns import burn, coast, overrun
from lunarsim.kernels.sequence.cycles import fly_guided
from lunarsim.kernels.sequence.engine import engine_off
from lunarsim.kernels.sequence.flown import Driver, Flown, Leg, craft_now
from lunarsim.kernels.sequence.legs import followed
from lunarsim.kernels.sequence.onsets import AT_PHASE, forget, happens
from lunarsim.kernels.sequence.refusals import why_not
from lunarsim.kernels.sequence.transients import OFF

_ON_TIME_S = 1e-3  # of a planned ignition against the sum of durations, as a scenario allows


@formula
def fly_phases(driver: Driver, means: Any, y: NDArray[np.float64], flown: Flown) -> tuple[float, int, int]:
    """Fly the phases of a run; return when it ended, how its last leg did, and why it cannot be flown, or SOUND."""
    run, phases, plan = flown.run, flown.phases, flown.plan
    start_s = t_s = float(run.state.epoch_s)
    forget(run.onsets)
    ended, failure = AT_END, _why_not_begun(y, flown)
    if failure == SOUND and plan.navigates:
        nothing_flown = Leg(0, t_s, engine_off(), inf, run.onsets, OFF)
        driver.follow(means, followed(t_s, y, t_s, y, nothing_flown, flown), craft_now(t_s, flown), flown)
    latest_s = t_s  # when the phases before can end at the latest: burns with their timers
    for k in range(plan.kinds.size):
        if failure != SOUND or ended == ON_GROUND:
            break
        phase, kind = phases[k], plan.kinds[k]
        if not _in_sky(t_s, _latest_end(t_s, phase, kind) + overrun(k, True, flown), flown.environment):
            failure = OUTSIDE_SKY
        elif kind == BURN and phase.burn.ignition_s < latest_s - _ON_TIME_S:
            failure = LATE
        else:
            t_s, ended = _fly_phase(driver, means, t_s, y, k, flown)
            failure = _failure_of(ended)
        latest_s = _latest_end(latest_s, phase, kind) + overrun(k, False, flown)
    if failure == SOUND and t_s <= start_s:  # no burn could begin, and nothing else was flown
        failure = NO_TIME
    return t_s, ended, failure


@formula
def _why_not_begun(y: NDArray[np.float64], flown: Flown) -> int:
    """Return why a run cannot begin, or SOUND."""
    run, environment = flown.run, flown.environment
    failure: int = why_not(flown)
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
    happens(AT_PHASE, k, t_s, flown.run.onsets)
    if kind == COAST:
        return coast(driver, means, t_s, y, t_s + phase.coast.duration_s, k, flown)
    if kind == BURN:
        return burn(driver, means, t_s, y, k, flown)
    return fly_guided(driver, means, t_s, y, k, flown)
