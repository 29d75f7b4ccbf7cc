"""One run of a campaign, flown from its start to its end in compiled code: its phases in order, and how it ended."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.codes import (
    BELOW_GROUND,
    BURN,
    BURN_MET_GROUND,
    COAST,
    GROUND_UNKNOWN,
    LATE,
    NO_TIME,
    NOT_CONVERGED,
    OUTSIDE_SKY,
    PROPELLANT_OUT,
    SENSED_DELTA_V,
    SOUND,
    TIMER_RAN_OUT,
    ZERO_SPEED,
)
from lunarsim.kernels.compiled import kernel, threaded_kernel
from lunarsim.kernels.driver.collocation import TERMS
from lunarsim.kernels.driver.guided import engine_off, fly_guided
from lunarsim.kernels.driver.refusals import is_known, why_not
from lunarsim.kernels.driver.results import nothing, write_end, write_touchdown
from lunarsim.kernels.driver.segment import (
    AT_CUTOFF,
    AT_END,
    AT_REST,
    LOST,
    ON_GROUND,
    STUCK,
    Course,
    fly_to,
    write_burn,
)
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.forces.gravity_grid import ResidualGrid
from lunarsim.kernels.forces.motion import Environment, Propulsion
from lunarsim.kernels.forces.radiation import Sunlight
from lunarsim.kernels.forces.standstill import above_standstill
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.ground.terrain import Ground, clearance, raised
from lunarsim.kernels.guidance.limits import exhaust_velocity, until_empty
from lunarsim.kernels.guidance.look import (
    COMPUTER,
    Guide,
    is_empty,
    point,
    rest,
)
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.kernels.records import Record, Records

_ROUNDING_S = 1e-3  # of a planned time against the sum of durations, as a scenario allows


class Plan(NamedTuple):
    """What all runs of a campaign share: the kinds of the phases, the laws of burns and of guided phases."""

    kinds: NDArray[np.int64]
    steering: NDArray[np.int64]
    laws: NDArray[np.int64]  #: their addresses in this process
    idle: NDArray[np.int64]  #: where the thrust axis points while a law wants no thrust
    frames: NDArray[np.int64]
    quantities: NDArray[np.int64]  #: of the exits, shape (phases, 4); -1: none
    signs: NDArray[np.int64]


@threaded_kernel
def fly_runs(
    runs: Records,
    phases: Records,
    plan: Plan,
    environment: Environment,
    ground: Ground,
    tolerance_m: float,
    out: Records,
    burns: Records,
) -> None:
    """Fly runs and write their results; none depends on the runs beside it.

    Parameters
    ----------
    runs : structured array, shape (n,)
        What is flown, see :mod:`lunarsim.flight.driver.row`.
    phases : structured array, shape (n, phases)
        The phases of each run.
    plan : Plan
        What the runs share of the plan.
    environment : Environment
        The Moon and its sky; its sunlight is that on 1 m2 of a black craft.
    ground : Ground
        The terrain.
    tolerance_m : float
        Local error of the position in a step.
    out : structured array, shape (n,)
        Written: how the runs ended, see :mod:`lunarsim.campaign.outputs`.
    burns : structured array, shape (n, burns and guided phases)
        Written: what each of them took.
    """
    coefficients, memory = np.empty((1, 3, TERMS)), np.zeros(1, COMPUTER)
    for i in range(runs.size):
        memory.view(np.float64)[:] = 0.0
        nothing(out[i : i + 1], burns[i])
        known = is_known(runs[i : i + 1], phases[i])
        failure = fly_run(
            runs[i], phases[i], known, plan, environment, ground, tolerance_m, coefficients, memory, out[i], burns[i]
        )
        if failure != SOUND:  # nothing that could be taken for a result
            evaluations = out[i].evaluations
            nothing(out[i : i + 1], burns[i])
            out[i].failure, out[i].evaluations = failure, evaluations


@kernel
def fly_run(
    run: Record,
    phases: Records,
    known: bool,
    plan: Plan,
    environment: Environment,
    ground: Ground,
    tolerance_m: float,
    coefficients: NDArray[np.float64],
    memory: Records,
    out: Record,
    burns: Records,
) -> int:
    """Fly one run, write its results, and return why it could not be flown, or SOUND."""
    own = _environment_of(run, environment)
    own_ground = raised(ground, run.moon.terrain.elevation_m)
    y = np.zeros(9)
    y[0:3], y[3:6] = run.state.position_m, run.state.velocity_mps
    y[6] = run.craft.dry_mass_kg + run.craft.propellant_mass_kg
    start_s = run.state.epoch_s
    failure: int = why_not(run, phases, plan.kinds, known)
    if failure == SOUND and clearance(own.epoch_et_s + start_s, y[0:3], own.angles, own_ground) <= 0.0:
        failure = BELOW_GROUND
    t_s, ended, burned = start_s, AT_END, 0
    latest_s = t_s  # when the phases before can end at the latest: burns with their timers
    computer = memory[0]  # of an array of the caller's: a record does not keep an array alive that it lies in
    for k in range(plan.kinds.size):
        if failure != SOUND or ended == ON_GROUND:
            break
        phase, kind = phases[k], plan.kinds[k]
        if not _in_sky(t_s, _latest_end(t_s, phase, kind), own):
            failure = OUTSIDE_SKY
            break
        if kind == BURN and phase.burn.ignition_s < latest_s - _ROUNDING_S:
            failure = LATE
            break
        coasting = Course(own, own_ground, engine_off(phase), np.inf, tolerance_m, coefficients)
        if kind == COAST:
            t_s, ended = fly_to(t_s, t_s + phase.coast.duration_s, y, coasting, out)
            rest(computer)
        elif kind == BURN:
            t_s, ended = fly_to(t_s, phase.burn.ignition_s, y, coasting, out)
            if ended == AT_END:
                t_s, ended = _burn(t_s, y, run, phase.burn, plan.steering[k], coasting, out, burns[burned])
                point(y, burn_propulsion(run.craft, phase.burn, plan.steering[k]), computer)
        else:
            guide = Guide(plan.laws[k], plan.idle[k], plan.frames[k], plan.quantities[k], plan.signs[k])
            t_s, ended = fly_guided(t_s, y, run, phase.guided, guide, coasting, computer, out, burns[burned])
        burned += kind != COAST
        latest_s = _latest_end(latest_s, phase, kind)
        failure = _failure_of(ended)
    if failure == SOUND and t_s <= start_s:  # no burn could begin, and nothing else was flown
        failure = NO_TIME
    if failure == SOUND:
        write_end(t_s, y, run, ended == ON_GROUND, own, own_ground, computer, out)
        if ended == ON_GROUND:
            write_touchdown(t_s, y, run, own, own_ground, computer, out)
    return failure


@kernel
def _failure_of(ended: int) -> int:
    if ended == LOST:
        return GROUND_UNKNOWN
    return NOT_CONVERGED if ended == STUCK else SOUND


@kernel
def _latest_end(t_s: float, phase: Record, kind: int) -> float:
    """Return when a phase that begins at ``t_s`` ends at the latest."""
    if kind == BURN:
        return float(phase.burn.ignition_s + phase.burn.timer_s)
    return float(t_s + (phase.coast.duration_s if kind == COAST else phase.guided.max_duration_s))


@kernel
def _in_sky(t_s: float, end_s: float, environment: Environment) -> bool:
    """Return whether the Moon's rotation and the bodies are tabulated from now to the end of a phase."""
    from_et_s, to_et_s = environment.epoch_et_s + t_s, environment.epoch_et_s + end_s
    if not _covers(environment.angles, from_et_s, to_et_s):
        return False
    return environment.body_gm.size == 0 or _covers(environment.body_positions, from_et_s, to_et_s)


@kernel
def _covers(table: ChebyshevTable, from_et_s: float, to_et_s: float) -> bool:
    return table.start_s <= from_et_s and to_et_s <= table.start_s + table.coefficients.shape[0] * table.interval_s


@kernel
def burn_propulsion(craft: Record, burn: Record, steering: int) -> Propulsion:
    """Return the engine in a burn, and the sensor that watches it."""
    return Propulsion(
        craft.engine.thrust_n * burn.throttle * (1.0 + craft.engine.thrust_error),
        exhaust_velocity(burn.throttle, craft.engine),
        steering,
        _unit(burn.direction),
        craft.accelerometer.powered != 0.0,
        craft.accelerometer.scale_factor,
        craft.accelerometer.bias_mps2,
        burn.pitch_error_rad,
        burn.yaw_error_rad,
    )


@kernel
def longest_burn(y: NDArray[np.float64], run: Record, burn: Record, propulsion: Propulsion) -> tuple[float, int]:
    """Return how long (s) a burn from a state lasts at most, and what ends it then; 0 where it cannot begin."""
    dry_mass_kg = run.craft.dry_mass_kg
    if is_empty(y[6], dry_mass_kg):
        return 0.0, PROPELLANT_OUT
    gm = run.moon.gravity.gm_m3_s2
    if follows_velocity(propulsion.steering) and above_standstill(y, propulsion.thrust_n, gm) <= 0.0:
        return 0.0, ZERO_SPEED
    lasts_s = until_empty(y[6], dry_mass_kg, propulsion.thrust_n, propulsion.exhaust_velocity_mps)
    if burn.timer_s <= lasts_s:
        return burn.timer_s, TIMER_RAN_OUT
    return lasts_s, PROPELLANT_OUT


@kernel
def _burn(
    t_s: float,
    y: NDArray[np.float64],
    run: Record,
    burn: Record,
    steering: int,
    coasting: Course,
    out: Record,
    took: Record,
) -> tuple[float, int]:
    """Fly a burn until the sensed delta-v, timer, propellant, standstill or the ground ends it; write what it took."""
    propulsion = burn_propulsion(run.craft, burn, steering)
    start_s, before = t_s, y.copy()
    longest_s, reason = longest_burn(y, run, burn, propulsion)
    course = Course(
        coasting.environment,
        coasting.ground,
        propulsion,
        before[8] + burn.target_delta_v_mps,
        coasting.tolerance_m,
        coasting.coefficients,
    )
    t_s, ended = fly_to(t_s, t_s + longest_s, y, course, out)
    if ended == AT_CUTOFF:
        reason = SENSED_DELTA_V
    elif ended == ON_GROUND:
        reason = BURN_MET_GROUND
    elif ended == AT_REST:
        reason = ZERO_SPEED
    write_burn(took, reason, start_s, before, t_s, y)
    return t_s, ended


@kernel
def _unit(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    length = sqrt(direction @ direction)
    return direction / length if length > 0.0 else direction.copy()


@kernel
def _environment_of(run: Record, shared: Environment) -> Environment:
    """Return the environment of one run: what it shares with the others, and its own constants."""
    field, sunlight = shared.field, shared.sunlight
    exact = field.exact
    own_exact = HarmonicField(
        run.moon.gravity.gm_m3_s2, exact.radius_m, exact.degree, exact.c, exact.s, exact.up, exact.down, exact.sectoral
    )
    own_field = ResidualGrid(
        own_exact,
        field.low_degree,
        field.rot_chart_from_pa,
        field.first_rad,
        field.cells,
        field.start,
        field.step_rad,
        field.bottom_m,
        field.step_m,
        field.layers,
        field.coefficients,
    )
    strength_n_m2 = sunlight.strength_n_m2 * run.craft.radiation_coefficient * run.craft.radiation_area_m2
    light = Sunlight(sunlight.body, strength_n_m2, sunlight.sun_radius_m, sunlight.moon_radius_m)
    return Environment(
        shared.epoch_et_s,
        own_field,
        shared.angles,
        shared.body_gm,
        shared.body_positions,
        shared.third_bodies,
        run.moon.love_number,
        light,
    )
