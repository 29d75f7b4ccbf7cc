"""One run of a campaign, flown from its start to its end in compiled code: phases, cut-offs, shadow, ground.

The forces are those of :mod:`lunarsim.kernels.motion`, the steps those of :mod:`lunarsim.kernels.collocation`. A
jump of the forces ends a step: ignition, cut-off, an edge of the shadow. Events are roots on the step's own
polynomial; the step is then taken again, up to the event.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.collocation import TERMS, Solution, collocate, step_end, write_path, write_sensed
from lunarsim.kernels.compiled import kernel, part_of_kernel, threaded_kernel
from lunarsim.kernels.contact import CONTACT, UNKNOWN, first_contact
from lunarsim.kernels.gravity import HarmonicField
from lunarsim.kernels.gravity_grid import ResidualGrid
from lunarsim.kernels.lanes import WIDTH
from lunarsim.kernels.motion import Environment, Propulsion, shadow_contacts
from lunarsim.kernels.orbit import apsides, flight_path_angle, spherical
from lunarsim.kernels.orientation import rot_pa_from_icrf
from lunarsim.kernels.radiation import Sunlight
from lunarsim.kernels.roots import bracket_of, is_open, narrowed, trial
from lunarsim.kernels.terrain import Ground, clearance, raised

# Places in the row of numbers that describes a run, SI; those of a phase follow, PHASE_SIZE each.
START_S = 0  #: of the flight, after the epoch of the environment
POSITION = slice(1, 4)  #: Moon-centred, ICRF axes
VELOCITY = slice(4, 7)
DRY_MASS = 7
PROPELLANT = 8
THRUST = 9  #: at full throttle
EXHAUST_VELOCITY = 10
SENSOR_POWERED = 11  #: 0 or 1
SENSOR_SCALE = 12
SENSOR_BIAS = 13
LIGHT = 14  #: of the light that presses on the scenario's craft, so much presses on this one
LOVE_NUMBER = 15
GM = 16
GROUND_RISE = 17  #: by which the ground lies above the terrain
PHASES = 18
# of a coast
DURATION = 0
# of a burn
IGNITION = 0
TIMER = 1
TARGET_DV = 2
THROTTLE = 3
PITCH_ERROR = 4
YAW_ERROR = 5
DIRECTION = slice(6, 9)
PHASE_SIZE = 9

COAST, BURN = 0, 1  #: kinds of phases

# How a run ended.
FAILED, IMPACT, IN_ORBIT, ESCAPE = 0, 1, 2, 3
# Why it failed.
SOUND = 0
NOT_FINITE = 1
NO_MASS = 2
NO_THRUST = 3
NO_TIME = 4
NO_TARGET = 5
THROTTLE_OUT_OF_RANGE = 6
LATE = 7
BELOW_GROUND = 8
GROUND_UNKNOWN = 9
NOT_CONVERGED = 10
OUTSIDE_SKY = 11
# How a burn ended; NO_BURN where the craft had met the ground before.
NO_BURN, SENSED_DELTA_V, TIMER_RAN_OUT, PROPELLANT_OUT, BURN_MET_GROUND = 0, 1, 2, 3, 4

# Places in the row of results; those of a burn follow, BURN_SIZE each.
OUTCOME = 0
FAILURE = 1
END_S = 2
END_POSITION = slice(3, 6)
END_VELOCITY = slice(6, 9)
END_MASS = 9
LONGITUDE = 10  #: rad, ME, 0 to 2 pi
LATITUDE = 11  #: rad, ME
RADIUS = 12
SPEED = 13
FLIGHT_PATH = 14  #: rad
EVALUATIONS = 15  #: of the field, at eight places each
BURNS = 16
CUTOFF, BURN_START, BURN_DURATION, BURN_DV, BURN_DV_SENSED, BURN_PROPELLANT = 0, 1, 2, 3, 4, 5
BURN_SIZE = 6

# How a segment ended.
_AT_END, _AT_CUTOFF, _ON_GROUND, _ON_EDGE, _LOST, _STUCK = 0, 1, 2, 3, 4, 5

_ROUNDING_S = 1e-3  # of a planned time against the sum of durations, as a scenario allows
_LONGEST_STEP_S = 400.0
_SHORTEST_STEP_S = 1e-6
_ORDER = 9.0  # the error that is estimated goes with this power of the step
_CUTOFF_S = 1e-9  # how closely events are found
_CONTACT_S = 1e-7
_EDGE_S = 1e-7
_JUST_S = 1e-6  # events closer than this to the start of a step belong to the step before
_LOOKS = 16  # where along a step the edges of the shadow are looked for


class Plan(NamedTuple):
    """What all runs of a campaign share: the kinds of the phases, and the steering laws of the burns."""

    kinds: NDArray[np.int64]
    steering: NDArray[np.int64]


class Course(NamedTuple):
    """What a segment is flown with."""

    environment: Environment
    ground: Ground
    propulsion: Propulsion
    target_dv_mps: float  #: infinite where nothing is cut off
    tolerance_m: float
    coefficients: NDArray[np.float64]  #: room for a step's path


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
    own_ground = raised(ground, row[GROUND_RISE])
    y = np.zeros(9)
    y[0:3], y[3:6], y[6] = row[POSITION], row[VELOCITY], row[DRY_MASS] + row[PROPELLANT]
    failure = why_not(row, plan)
    if failure == SOUND and clearance(own.epoch_et_s + row[START_S], y[0:3], own.angles, own_ground) <= 0.0:
        failure = BELOW_GROUND
    t_s, ended, burns = row[START_S], _AT_END, 0
    latest_s = t_s  # when the phases before can end at the latest: burns with their timers
    for k in range(plan.kinds.size):
        if failure != SOUND or ended == _ON_GROUND:
            break
        phase = row[PHASES + k * PHASE_SIZE : PHASES + (k + 1) * PHASE_SIZE]
        if not _in_sky(t_s, phase, plan.kinds[k], own):
            failure = OUTSIDE_SKY
            break
        coasting = Course(own, own_ground, _engine_off(phase), np.inf, tolerance_m, coefficients)
        if plan.kinds[k] == COAST:
            t_s, ended = _fly_to(t_s, t_s + phase[DURATION], y, coasting, out)
        else:
            if phase[IGNITION] < latest_s - _ROUNDING_S:
                failure = LATE
                break
            t_s, ended = _fly_to(t_s, phase[IGNITION], y, coasting, out)
            if ended == _AT_END:
                at = BURNS + burns * BURN_SIZE
                t_s, ended = _burn(t_s, y, row, phase, plan.steering[k], coasting, out, out[at : at + BURN_SIZE])
            burns += 1
        latest_s = latest_s + phase[DURATION] if plan.kinds[k] == COAST else phase[IGNITION] + phase[TIMER]
        if ended == _LOST:
            failure = GROUND_UNKNOWN
        elif ended == _STUCK:
            failure = NOT_CONVERGED
    _write_end(t_s, y, failure, ended == _ON_GROUND, own, own_ground, out)


@kernel
def why_not(row: NDArray[np.float64], plan: Plan) -> int:
    """Return why a run cannot be flown, or SOUND."""
    if not np.all(np.isfinite(row)):
        return NOT_FINITE
    if row[DRY_MASS] <= 0.0 or row[PROPELLANT] < 0.0:
        return NO_MASS
    failure = SOUND
    for k in range(plan.kinds.size):
        phase = row[PHASES + k * PHASE_SIZE : PHASES + (k + 1) * PHASE_SIZE]
        if plan.kinds[k] == COAST:
            if phase[DURATION] <= 0.0:
                failure = NO_TIME
        elif row[THRUST] <= 0.0 or row[EXHAUST_VELOCITY] <= 0.0:
            failure = NO_THRUST
        elif phase[TIMER] <= 0.0:
            failure = NO_TIME
        elif phase[TARGET_DV] <= 0.0:
            failure = NO_TARGET
        elif not 0.0 < phase[THROTTLE] <= 1.0:
            failure = THROTTLE_OUT_OF_RANGE
    return failure


@kernel
def _in_sky(t_s: float, phase: NDArray[np.float64], kind: int, environment: Environment) -> bool:
    """Return whether the Moon's rotation and the bodies are tabulated from now to the end of a phase."""
    end_s = t_s + phase[DURATION] if kind == COAST else phase[IGNITION] + phase[TIMER]
    from_et_s, to_et_s = environment.epoch_et_s + t_s, environment.epoch_et_s + end_s
    if not _covers(environment.angles, from_et_s, to_et_s):
        return False
    return environment.body_gm.size == 0 or _covers(environment.body_positions, from_et_s, to_et_s)


@kernel
def _covers(table: ChebyshevTable, from_et_s: float, to_et_s: float) -> bool:
    return table.start_s <= from_et_s and to_et_s <= table.start_s + table.coefficients.shape[0] * table.interval_s


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
    """Fly a burn until the sensed delta-v, the timer, the propellant or the ground ends it; write its record."""
    propulsion = Propulsion(
        row[THRUST] * phase[THROTTLE],
        row[EXHAUST_VELOCITY],
        steering,
        _unit(phase[DIRECTION]),
        row[SENSOR_POWERED] != 0.0,
        row[SENSOR_SCALE],
        row[SENSOR_BIAS],
        phase[PITCH_ERROR],
        phase[YAW_ERROR],
    )
    start_s, mass, dv, dv_sensed = t_s, y[6], y[7], y[8]
    until_empty_s = (mass - row[DRY_MASS]) * propulsion.exhaust_velocity_mps / propulsion.thrust_n
    course = Course(
        coasting.environment,
        coasting.ground,
        propulsion,
        dv_sensed + phase[TARGET_DV],
        coasting.tolerance_m,
        coasting.coefficients,
    )
    t_s, ended = _fly_to(t_s, t_s + min(phase[TIMER], until_empty_s), y, course, out)
    if ended == _AT_CUTOFF:
        record[CUTOFF] = SENSED_DELTA_V
    elif ended == _ON_GROUND:
        record[CUTOFF] = BURN_MET_GROUND
    else:
        record[CUTOFF] = TIMER_RAN_OUT if phase[TIMER] <= until_empty_s else PROPELLANT_OUT
    record[BURN_START], record[BURN_DURATION] = start_s, t_s - start_s
    record[BURN_DV], record[BURN_DV_SENSED] = y[7] - dv, y[8] - dv_sensed
    record[BURN_PROPELLANT] = mass - y[6]
    return t_s, ended


@kernel
def _fly_to(
    t_s: float, end_s: float, y: NDArray[np.float64], course: Course, out: NDArray[np.float64]
) -> tuple[float, int]:
    """Fly ``y`` with one engine setting until a time, a cut-off or the ground; return when and how it ended."""
    h_s = min(end_s - t_s, _LONGEST_STEP_S)
    while t_s < end_s:
        last = h_s >= end_s - t_s
        if last:
            h_s = end_s - t_s
        step = collocate(t_s, h_s, y, course.environment, course.propulsion, course.tolerance_m)
        out[EVALUATIONS] += step.evaluations
        if not step.converged or step.error_m > course.tolerance_m:
            h_s *= _shrink(step, course.tolerance_m)
            if h_s < _SHORTEST_STEP_S and not last:
                return t_s, _STUCK
            continue
        ended, event_s = _event(t_s, h_s, y, step, course)
        if ended == _LOST:
            return t_s, ended
        if ended != _AT_END:  # to the event itself, so that the end is integrated, not interpolated
            step = collocate(t_s, event_s, y, course.environment, course.propulsion, course.tolerance_m)
            out[EVALUATIONS] += step.evaluations
            step_end(event_s, y, step, course.propulsion, y)
            t_s += event_s
            if ended != _ON_EDGE:
                return t_s, ended
        else:
            step_end(h_s, y, step, course.propulsion, y)
            t_s = end_s if last else t_s + h_s
        h_s = min(h_s * _growth(step, course.tolerance_m), _LONGEST_STEP_S)
    return t_s, _AT_END


@part_of_kernel
def _growth(step: Solution, tolerance_m: float) -> float:
    return float(min(0.9 * (tolerance_m / (step.error_m + 1e-30)) ** (1.0 / _ORDER), 2.0))


@part_of_kernel
def _shrink(step: Solution, tolerance_m: float) -> float:
    if not step.converged:
        return 0.5
    return max(_growth(step, tolerance_m), 0.2)


@kernel
def _event(t_s: float, h_s: float, y: NDArray[np.float64], step: Solution, course: Course) -> tuple[int, float]:
    """Return the first event within a step, and when, in seconds after the step's start."""
    path = ChebyshevTable(t_s, h_s, course.coefficients)
    write_path(h_s, y, step, course.coefficients)
    ended, event_s = _AT_END, h_s
    if course.propulsion.thrust_n > 0.0 and course.propulsion.sensor_powered:
        cutoff_s = _cutoff(h_s, y, step, course)
        if cutoff_s < event_s:
            ended, event_s = _AT_CUTOFF, cutoff_s
    environment = course.environment
    found, before_s, after_s = first_contact(path, environment.epoch_et_s, environment.angles, course.ground, True)
    if found == UNKNOWN and before_s - t_s < event_s:
        return _LOST, before_s - t_s
    if found == CONTACT:
        contact_s = _contact(path, before_s, after_s, course) - t_s
        if contact_s <= event_s:
            ended, event_s = _ON_GROUND, contact_s
    if environment.sunlight.strength_n_m2 > 0.0:
        edge_s = _edge(path, event_s, environment)
        if edge_s < event_s:
            ended, event_s = _ON_EDGE, edge_s
    return ended, event_s


@kernel
def _cutoff(h_s: float, y: NDArray[np.float64], step: Solution, course: Course) -> float:
    """Return when within a step the sensed delta-v reaches its target; infinite if it does not."""
    series = ChebyshevTable(0.0, h_s, np.empty((1, 1, TERMS)))
    write_sensed(h_s, y, step, course.propulsion, series.coefficients)
    dv = np.empty(1)
    before_s, before = 0.0, y[8] - course.target_dv_mps
    for k in range(1, WIDTH + 1):
        after_s = h_s * k / WIDTH
        evaluate(series, after_s, dv)
        after = dv[0] - course.target_dv_mps
        if after >= 0.0:
            bracket = bracket_of(before_s, before, after_s, after)
            while is_open(bracket, _CUTOFF_S):
                at = trial(bracket)
                evaluate(series, at, dv)
                bracket = narrowed(bracket, at, dv[0] - course.target_dv_mps)
            return bracket.root_s
        before_s, before = after_s, after
    return np.inf


@kernel
def _contact(path: ChebyshevTable, before_s: float, after_s: float, course: Course) -> float:
    """Return the time of contact within a bracket that the search for the ground gave."""
    bracket = bracket_of(before_s, _above(path, before_s, course), after_s, _above(path, after_s, course))
    if not bracket.before > 0.0 or bracket.after >= 0.0:
        return after_s
    while is_open(bracket, _CONTACT_S):
        at = trial(bracket)
        bracket = narrowed(bracket, at, _above(path, at, course))
    return bracket.root_s


@kernel
def _above(path: ChebyshevTable, t_s: float, course: Course) -> float:
    """Return the height (m) of a place on the path above the ground."""
    r = np.empty(3)
    evaluate(path, t_s, r)
    environment = course.environment
    return clearance(environment.epoch_et_s + t_s, r, environment.angles, course.ground)


@kernel
def _edge(path: ChebyshevTable, until_s: float, environment: Environment) -> float:
    """Return when within a step the craft first meets an edge of penumbra or umbra; infinite if it does not."""
    first = np.inf
    for which in range(2):
        before_s = path.start_s + _JUST_S
        before = _off_edge(path, before_s, which, environment)
        for k in range(1, _LOOKS + 1):
            after_s = path.start_s + until_s * k / _LOOKS
            after = _off_edge(path, after_s, which, environment)
            if (before > 0.0) != (after > 0.0):
                bracket = bracket_of(before_s, before, after_s, after)
                while is_open(bracket, _EDGE_S):
                    at = trial(bracket)
                    bracket = narrowed(bracket, at, _off_edge(path, at, which, environment))
                first = min(first, bracket.root_s - path.start_s)
                break
            before_s, before = after_s, after
    return first


@kernel
def _off_edge(path: ChebyshevTable, t_s: float, which: int, environment: Environment) -> float:
    r = np.empty(3)
    evaluate(path, t_s, r)
    return float(shadow_contacts(t_s, r, environment)[which])


@kernel
def _write_end(
    t_s: float,
    y: NDArray[np.float64],
    failure: int,
    on_ground: bool,
    environment: Environment,
    ground: Ground,
    out: NDArray[np.float64],
) -> None:
    """Write how a run ended, and where."""
    out[FAILURE], out[END_S] = failure, t_s
    if failure != SOUND:  # nothing that could be taken for a result
        out[END_S : FLIGHT_PATH + 1] = np.nan
        for k in range(BURNS, out.size, BURN_SIZE):
            out[k + CUTOFF] = NO_BURN
            out[k + CUTOFF + 1 : k + BURN_SIZE] = np.nan
        return
    out[END_POSITION], out[END_VELOCITY], out[END_MASS] = y[0:3], y[3:6], y[6]
    r_me = ground.rot_me_from_pa @ (rot_pa_from_icrf(environment.angles, environment.epoch_et_s + t_s) @ y[0:3])
    longitude, out[LATITUDE], out[RADIUS] = spherical(r_me)
    out[LONGITUDE] = longitude % (2.0 * np.pi)
    out[SPEED] = sqrt(y[3:6] @ y[3:6])
    out[FLIGHT_PATH] = flight_path_angle(y[0:3], y[3:6])
    closed = np.isfinite(apsides(y[0:3], y[3:6], environment.field.exact.gm)[1])
    out[OUTCOME] = IMPACT if on_ground else IN_ORBIT if closed else ESCAPE


@kernel
def _engine_off(phase: NDArray[np.float64]) -> Propulsion:
    return Propulsion(0.0, 1.0, 0, phase[DIRECTION], False, 1.0, 0.0, 0.0, 0.0)


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
        row[GM], exact.radius_m, exact.degree, exact.c, exact.s, exact.up, exact.down, exact.sectoral
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
    strength_n_m2 = sunlight.strength_n_m2 * row[LIGHT]
    light = Sunlight(sunlight.body, strength_n_m2, sunlight.sun_radius_m, sunlight.moon_radius_m)
    return Environment(
        shared.epoch_et_s,
        own_field,
        shared.angles,
        shared.body_gm,
        shared.body_positions,
        shared.third_bodies,
        row[LOVE_NUMBER],
        light,
    )
