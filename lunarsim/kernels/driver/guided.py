"""A guided phase of a run: looks of the computer, and what is flown between them."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import AT_EXIT, BURN_MET_GROUND, TIMER_RAN_OUT
from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.driver.segment import AT_END, ON_GROUND, STUCK, Course, fly_to, write_burn
from lunarsim.kernels.forces.motion import Propulsion
from lunarsim.kernels.forces.steering import FIXED
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.look import Command, Guide, begin, engine_runs, look
from lunarsim.kernels.records import Record

SHORTEST_CYCLE_S = 1e-3  #: a landing is then a million looks
MOST_CYCLES = 1e6  #: of a phase that ends at its limit of time

_ROUNDING_S = 1e-9  # of the limit of a phase against the sum of its cycles
_MOST_SHORTENED = 10_000  # cycles that a condition on a time has cut short: beyond, the phase gets nowhere


@kernel
def engine_off(phase: Record) -> Propulsion:
    """Return an engine that is off, and nothing sensed; ``phase`` is of any kind."""
    return Propulsion(0.0, 1.0, 0, phase.burn.direction, False, 1.0, 0.0, 0.0, 0.0)


@kernel
def propulsion_of(command: Command, accelerometer: Record) -> Propulsion:
    """Return the engine as commanded, and the sensor that watches it."""
    return Propulsion(
        command.thrust_n,
        command.exhaust_velocity_mps,
        FIXED,
        command.direction,
        accelerometer.powered != 0.0,
        accelerometer.scale_factor,
        accelerometer.bias_mps2,
        0.0,
        0.0,
    )


@kernel
def is_over(t_s: float, phase: Record, computer: Record) -> bool:
    """Return whether a phase has come to its limit of time."""
    return bool(t_s >= computer.phase_start_s + phase.max_duration_s - _ROUNDING_S)


@kernel
def gets_nowhere(phase: Record, computer: Record) -> bool:
    """Return whether a phase has had far more looks than its limit of time holds cycles."""
    planned = phase.max_duration_s / phase.cycle_time_s
    return bool(computer.looks - computer.looks_before > 2.0 * planned + _MOST_SHORTENED)


@kernel
def fly_guided(
    t_s: float,
    y: NDArray[np.float64],
    run: Record,
    phase: Record,
    guide: Guide,
    coasting: Course,
    computer: Record,
    out: Record,
    burn: Record,
) -> tuple[float, int]:
    """Fly a guided phase, by its record, until an exit, its limit or the ground ends it; write what it took."""
    start_s, before = t_s, y.copy()
    begin(t_s, y, run, phase, coasting.environment, coasting.ground, computer)
    ended, reason = AT_END, TIMER_RAN_OUT
    while ended == AT_END and not is_over(t_s, phase, computer):
        command = look(t_s, y, run, phase, guide, coasting.environment, computer)
        if command.exit != NO_EXIT:
            reason = AT_EXIT + command.exit
            break
        if gets_nowhere(phase, computer):
            return t_s, STUCK
        t_s, ended = _fly_cycle(t_s, y, run, command, coasting, out)
    write_burn(burn, BURN_MET_GROUND if ended == ON_GROUND else reason, start_s, before, t_s, y)
    return t_s, ended


@kernel
def _fly_cycle(
    t_s: float,
    y: NDArray[np.float64],
    run: Record,
    command: Command,
    coasting: Course,
    out: Record,
) -> tuple[float, int]:
    """Fly what was commanded until the next look: engine off, on, off, as far as each lasts."""
    from_s, until_s = engine_runs(command, y[6], run.craft.dry_mass_kg)
    burning = Course(
        coasting.environment,
        coasting.ground,
        propulsion_of(command, run.craft.accelerometer),
        np.inf,
        coasting.tolerance_m,
        coasting.coefficients,
    )
    ended, end_s = AT_END, t_s + command.cycle_s
    if until_s > from_s:
        t_on_s, t_off_s = t_s + from_s, min(t_s + until_s, end_s)
        t_s, ended = fly_to(t_s, t_on_s, y, coasting, out)
        if ended == AT_END:
            t_s, ended = fly_to(t_s, t_off_s, y, burning, out)
    if ended == AT_END:
        t_s, ended = fly_to(t_s, end_s, y, coasting, out)
    return t_s, ended
