"""One run of a campaign, flown from its start to its end in compiled code: its phases in order, and how it ended."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import MOON_GRAVITY_MPS2
from lunarsim.kernels import places
from lunarsim.kernels.compiled import kernel, threaded_kernel
from lunarsim.kernels.driver.collocation import TERMS
from lunarsim.kernels.driver.guided import MOST_CYCLES, SHORTEST_CYCLE_S, engine_off, fly_guided
from lunarsim.kernels.driver.segment import (
    AT_CUTOFF,
    AT_END,
    AT_REST,
    LOST,
    ON_GROUND,
    STUCK,
    Course,
    fly_to,
    write_record,
)
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.forces.gravity_grid import ResidualGrid
from lunarsim.kernels.forces.motion import Environment, Propulsion
from lunarsim.kernels.forces.radiation import Sunlight
from lunarsim.kernels.forces.standstill import STRONGEST_MPS2, above_standstill
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.geometry.orbit import apsides, around, flight_path_angle, spherical
from lunarsim.kernels.geometry.orientation import rot_pa_from_icrf
from lunarsim.kernels.ground.terrain import Ground, clearance, raised
from lunarsim.kernels.ground.touchdown import Limits, touchdown_on
from lunarsim.kernels.guidance.limits import exhaust_velocity, runs_at, until_empty
from lunarsim.kernels.guidance.look import (
    BELOW_SLOPE,
    COMPUTER,
    NO_COMMAND,
    OUT_OF_VIEW,
    TURN_RATE,
    Guide,
    axis_at,
    from_place,
    is_empty,
    point,
    rest,
)
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable

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
    rows: NDArray[np.float64],
    plan: Plan,
    environment: Environment,
    ground: Ground,
    tolerance_m: float,
    results: NDArray[np.float64],
) -> None:
    """Fly each row of ``rows`` and write its row of ``results``; neither depends on the rows beside it."""
    coefficients = np.empty((1, 3, TERMS))
    for i in range(rows.shape[0]):
        fly_run(rows[i], plan, environment, ground, tolerance_m, coefficients, results[i])


@kernel
def fly_run(
    row: NDArray[np.float64],
    plan: Plan,
    environment: Environment,
    ground: Ground,
    tolerance_m: float,
    coefficients: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Fly one run: see the places of ``row`` and ``out`` above."""
    out[:] = 0.0
    own = _environment_of(row, environment)
    own_ground = raised(ground, row[places.GROUND_RISE])
    y = np.zeros(9)
    y[0:3], y[3:6], y[6] = row[places.POSITION], row[places.VELOCITY], row[places.DRY_MASS] + row[places.PROPELLANT]
    failure = why_not(row, plan)
    if (
        failure == places.SOUND
        and clearance(own.epoch_et_s + row[places.START_S], y[0:3], own.angles, own_ground) <= 0.0
    ):
        failure = places.BELOW_GROUND
    t_s, ended, burns = row[places.START_S], AT_END, 0
    latest_s = t_s  # when the phases before can end at the latest: burns with their timers
    computer = np.zeros(COMPUTER)
    for k in range(plan.kinds.size):
        if failure != places.SOUND or ended == ON_GROUND:
            break
        phase = row[places.PHASES + k * places.PHASE_SIZE : places.PHASES + (k + 1) * places.PHASE_SIZE]
        kind = plan.kinds[k]
        if not _in_sky(t_s, _latest_end(t_s, phase, kind), own):
            failure = places.OUTSIDE_SKY
            break
        if kind == places.BURN and phase[places.IGNITION] < latest_s - _ROUNDING_S:
            failure = places.LATE
            break
        coasting = Course(own, own_ground, engine_off(phase), np.inf, tolerance_m, coefficients)
        at = places.BURNS + burns * places.BURN_SIZE
        if kind == places.COAST:
            t_s, ended = fly_to(t_s, t_s + phase[places.DURATION], y, coasting, out)
            rest(computer)
        elif kind == places.BURN:
            t_s, ended = fly_to(t_s, phase[places.IGNITION], y, coasting, out)
            if ended == AT_END:
                record = out[at : at + places.BURN_SIZE]
                t_s, ended = _burn(t_s, y, row, phase, plan.steering[k], coasting, out, record)
                point(y, burn_propulsion(row, phase, plan.steering[k]), computer)
        else:
            guide = Guide(plan.laws[k], plan.idle[k], plan.frames[k], plan.quantities[k], plan.signs[k])
            record = out[at : at + places.BURN_SIZE]
            t_s, ended = fly_guided(t_s, y, row, phase, guide, coasting, computer, out, record)
        burns += kind != places.COAST
        latest_s = _latest_end(latest_s, phase, kind)
        failure = _failure_of(ended)
    if failure == places.SOUND and t_s <= row[places.START_S]:  # no burn could begin, and nothing else was flown
        failure = places.NO_TIME
    _write_end(t_s, y, row, failure, ended == ON_GROUND, own, own_ground, computer, out)
    if failure == places.SOUND and ended == ON_GROUND:
        write_touchdown(t_s, y, row, own, own_ground, computer, out)


@kernel
def _failure_of(ended: int) -> int:
    if ended == LOST:
        return places.GROUND_UNKNOWN
    return places.NOT_CONVERGED if ended == STUCK else places.SOUND


@kernel
def why_not(row: NDArray[np.float64], plan: Plan) -> int:
    """Return why a run cannot be flown, or SOUND."""
    if not np.all(np.isfinite(row[: places.PHASES])):
        return places.NOT_FINITE
    if row[places.DRY_MASS] <= 0.0 or row[places.PROPELLANT] < 0.0:
        return places.NO_MASS
    failure = places.SOUND
    for k in range(plan.kinds.size):
        phase = row[places.PHASES + k * places.PHASE_SIZE : places.PHASES + (k + 1) * places.PHASE_SIZE]
        own = _why_not_phase(row, phase, plan.kinds[k])
        failure = own if own != places.SOUND else failure
    return failure


@kernel
def _why_not_phase(row: NDArray[np.float64], phase: NDArray[np.float64], kind: int) -> int:
    used = places.PARAMETERS.start if kind == places.GUIDED else places.PHASE_SIZE
    failure = places.SOUND
    if not np.all(np.isfinite(phase[:used])):
        failure = places.NOT_FINITE
    elif kind == places.COAST:
        if phase[places.DURATION] <= 0.0:
            failure = places.NO_TIME
    elif (
        min(row[places.THRUST], row[places.EXHAUST_VELOCITY], row[places.EXHAUST_VELOCITY_LEAST]) <= 0.0
        or row[places.THRUST_ERROR] <= -1.0
    ):
        failure = places.NO_THRUST
    elif row[places.THRUST] * (1.0 + row[places.THRUST_ERROR]) > STRONGEST_MPS2 * row[places.DRY_MASS]:
        failure = places.TOO_STRONG
    elif kind == places.GUIDED:
        failure = _why_not_guided(row, phase)
    elif phase[places.TIMER] <= 0.0:
        failure = places.NO_TIME
    elif phase[places.TARGET_DV] <= 0.0:
        failure = places.NO_TARGET
    elif not runs_at(phase[places.THROTTLE], row[places.LEAST_THROTTLE], row[places.BAND_BOTTOM], row[places.BAND_TOP]):
        failure = places.THROTTLE_OUT_OF_RANGE
    return failure


@kernel
def _why_not_guided(row: NDArray[np.float64], phase: NDArray[np.float64]) -> int:
    """Return why no guidance could fly a phase, as a scenario refuses it, or SOUND."""
    cycle_s, longest_s = phase[places.CYCLE], phase[places.LONGEST]
    if longest_s <= 0.0 or cycle_s < SHORTEST_CYCLE_S or longest_s > MOST_CYCLES * cycle_s:
        return places.NO_TIME
    if row[places.PROPELLANT] <= 0.0:
        return places.NO_MASS
    weight_n = row[places.DRY_MASS] * MOON_GRAVITY_MPS2
    return places.NO_THRUST if row[places.THRUST] <= weight_n else places.SOUND


@kernel
def _latest_end(t_s: float, phase: NDArray[np.float64], kind: int) -> float:
    """Return when a phase that begins at ``t_s`` ends at the latest."""
    if kind == places.BURN:
        return float(phase[places.IGNITION] + phase[places.TIMER])
    return float(t_s + (phase[places.DURATION] if kind == places.COAST else phase[places.LONGEST]))


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
def burn_propulsion(row: NDArray[np.float64], phase: NDArray[np.float64], steering: int) -> Propulsion:
    """Return the engine in a burn, and the sensor that watches it."""
    return Propulsion(
        row[places.THRUST] * phase[places.THROTTLE] * (1.0 + row[places.THRUST_ERROR]),
        exhaust_velocity(phase[places.THROTTLE], row),
        steering,
        _unit(phase[places.DIRECTION]),
        row[places.SENSOR_POWERED] != 0.0,
        row[places.SENSOR_SCALE],
        row[places.SENSOR_BIAS],
        phase[places.PITCH_ERROR],
        phase[places.YAW_ERROR],
    )


@kernel
def longest_burn(
    y: NDArray[np.float64], row: NDArray[np.float64], phase: NDArray[np.float64], propulsion: Propulsion
) -> tuple[float, int]:
    """Return how long (s) a burn from a state lasts at most, and what ends it then; 0 where it cannot begin."""
    if is_empty(y[6], row[places.DRY_MASS]):
        return 0.0, places.PROPELLANT_OUT
    if follows_velocity(propulsion.steering) and above_standstill(y, propulsion.thrust_n, row[places.GM]) <= 0.0:
        return 0.0, places.ZERO_SPEED
    lasts_s = until_empty(y[6], row[places.DRY_MASS], propulsion.thrust_n, propulsion.exhaust_velocity_mps)
    if phase[places.TIMER] <= lasts_s:
        return phase[places.TIMER], places.TIMER_RAN_OUT
    return lasts_s, places.PROPELLANT_OUT


@kernel
def _burn(
    t_s: float,
    y: NDArray[np.float64],
    row: NDArray[np.float64],
    phase: NDArray[np.float64],
    steering: int,
    coasting: Course,
    out: NDArray[np.float64],
    record: NDArray[np.float64],
) -> tuple[float, int]:
    """Fly a burn until the sensed delta-v, timer, propellant, standstill or the ground ends it; write its record."""
    propulsion = burn_propulsion(row, phase, steering)
    start_s, before = t_s, y.copy()
    longest_s, reason = longest_burn(y, row, phase, propulsion)
    course = Course(
        coasting.environment,
        coasting.ground,
        propulsion,
        before[8] + phase[places.TARGET_DV],
        coasting.tolerance_m,
        coasting.coefficients,
    )
    t_s, ended = fly_to(t_s, t_s + longest_s, y, course, out)
    if ended == AT_CUTOFF:
        reason = places.SENSED_DELTA_V
    elif ended == ON_GROUND:
        reason = places.BURN_MET_GROUND
    elif ended == AT_REST:
        reason = places.ZERO_SPEED
    record[places.CUTOFF] = reason
    write_record(record, start_s, before, t_s, y)
    return t_s, ended


@kernel
def write_touchdown(
    t_s: float,
    y: NDArray[np.float64],
    row: NDArray[np.float64],
    environment: Environment,
    ground: Ground,
    computer: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write how the craft met the ground, and the verdict where it has a landing gear."""
    gear = row[places.GEAR]
    limits = Limits(gear[0], gear[1], gear[2], gear[3], gear[4], gear[5], gear[6], gear[7])
    axis = axis_at(y, computer)
    et_s = environment.epoch_et_s + t_s
    contact = touchdown_on(et_s, y[0:3], y[3:6], axis, computer[TURN_RATE], environment.angles, ground, limits)
    out[places.DESCENT_RATE], out[places.HORIZONTAL_SPEED] = contact.vertical_mps, contact.horizontal_mps
    out[places.TILT], out[places.SLOPE] = contact.tilt_rad, contact.slope_rad
    if gear[0] > 0.0:
        out[places.OUTCOME] = contact.verdict
    if row[places.SITE] @ row[places.SITE] > 0.0:
        miss = from_place(t_s, y, row[places.SITE], environment, computer)
        out[places.DOWNRANGE_MISS], out[places.CROSSRANGE_MISS] = miss[0], miss[1]


@kernel
def _write_end(
    t_s: float,
    y: NDArray[np.float64],
    row: NDArray[np.float64],
    failure: int,
    on_ground: bool,
    environment: Environment,
    ground: Ground,
    computer: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write how a run ended, and where."""
    out[places.FAILURE], out[places.END_S] = failure, t_s
    for k in range(places.BURNS, out.size, places.BURN_SIZE):
        if out[k + places.CUTOFF] == places.NO_BURN:
            out[k + places.CUTOFF + 1 : k + places.BURN_SIZE] = np.nan
    out[places.DESCENT_RATE : places.BURNS] = np.nan
    if failure != places.SOUND:  # nothing that could be taken for a result
        out[places.END_S : places.FLIGHT_PATH + 1] = np.nan
        for k in range(places.BURNS, out.size, places.BURN_SIZE):
            out[k + places.CUTOFF] = places.NO_BURN
            out[k + places.CUTOFF + 1 : k + places.BURN_SIZE] = np.nan
        return
    out[places.END_POSITION], out[places.END_VELOCITY], out[places.END_MASS] = y[0:3], y[3:6], y[6]
    out[places.PROPELLANT_LEFT] = y[6] - row[places.DRY_MASS]
    out[places.LOOKS_BELOW_SLOPE], out[places.LOOKS_OUT_OF_VIEW] = computer[BELOW_SLOPE], computer[OUT_OF_VIEW]
    out[places.LOOKS_WITHOUT_COMMAND] = computer[NO_COMMAND]
    r_me = ground.rot_me_from_pa @ (rot_pa_from_icrf(environment.angles, environment.epoch_et_s + t_s) @ y[0:3])
    longitude, out[places.LATITUDE], out[places.RADIUS] = spherical(r_me)
    out[places.LONGITUDE] = around(longitude)
    out[places.SPEED] = sqrt(y[3:6] @ y[3:6])
    out[places.FLIGHT_PATH] = flight_path_angle(y[0:3], y[3:6])
    if on_ground:
        out[places.OUTCOME] = places.IMPACT
        return
    lowest, highest = apsides(y[0:3], y[3:6], environment.field.exact.gm)
    closed, clear = np.isfinite(highest), lowest > ground.radius_m + ground.lowest_m
    out[places.OUTCOME] = (places.IN_ORBIT if clear else places.ALOFT) if closed else places.ESCAPE


@kernel
def _unit(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    length = sqrt(direction @ direction)
    return direction / length if length > 0.0 else direction.copy()


@kernel
def _environment_of(row: NDArray[np.float64], shared: Environment) -> Environment:
    """Return the environment of one run: what it shares with the others, and its own constants."""
    field, sunlight = shared.field, shared.sunlight
    exact = field.exact
    own_exact = HarmonicField(
        row[places.GM], exact.radius_m, exact.degree, exact.c, exact.s, exact.up, exact.down, exact.sectoral
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
    strength_n_m2 = sunlight.strength_n_m2 * row[places.LIGHT]
    light = Sunlight(sunlight.body, strength_n_m2, sunlight.sun_radius_m, sunlight.moon_radius_m)
    return Environment(
        shared.epoch_et_s,
        own_field,
        shared.angles,
        shared.body_gm,
        shared.body_positions,
        shared.third_bodies,
        row[places.LOVE_NUMBER],
        light,
    )
