"""One leg of a run in compiled code: steps with one engine setting until a time, a cut-off or the ground.

The forces are those of :mod:`lunarsim.kernels.forces.motion`, the steps those of
:mod:`lunarsim.kernels.driver.collocation`. A jump of the forces ends a step: a cut-off, an edge of the shadow. Events
are roots on the step's own polynomial; the step is then taken again, up to the event.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from lunarsim.kernels.borrowed import borrowed
from lunarsim.kernels.codes import (
    AT_CUTOFF,
    AT_END,
    AT_HEIGHT,
    AT_REST,
    LOST,
    NO_ROOM,
    ON_EDGE,
    ON_GROUND,
    STUCK,
    UNFORCED,
)
from lunarsim.kernels.compiled import formula, kernel, part_of_kernel
from lunarsim.kernels.driver.collocation import Solution, collocate, step_end
from lunarsim.kernels.driver.earth_entry import entry_time
from lunarsim.kernels.driver.quadrature import TERMS
from lunarsim.kernels.driver.series import write_path, write_sensed, write_series, write_velocity
from lunarsim.kernels.driver.window import Window
from lunarsim.kernels.forces.gravity_grid import exact_field
from lunarsim.kernels.forces.motion import Environment, Propulsion, burned, shadow_contacts
from lunarsim.kernels.forces.own import NONE
from lunarsim.kernels.forces.radiation import Sunlight
from lunarsim.kernels.forces.standstill import above_standstill, longest_step, slowing
from lunarsim.kernels.forces.steering import OWN, follows_velocity
from lunarsim.kernels.ground.contact import CONTACT, UNKNOWN, contact_time, first_contact
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.roots import bracket_of, is_open, narrowed, trial
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.onsets import Heights, first_height, waits
from lunarsim.kernels.simd.lanes import WIDTH
from lunarsim.kernels.within_callers import OPTIONS

LONGEST_STEP_S = 400.0
_SHORTEST_STEP_S = 1e-8
_ORDER = 9.0  # the error that is estimated goes with this power of the step
_CUTOFF_S = 1e-9  # how closely events are found
_ASTRAY_S = 1000.0  # in this time a cut-off by a wrong sum of a sensor's readings leads astray by the tolerance
_CUTOFF_MPS = 1e-8  # and no sum is asked to be closer: of a reading that jumps, in a step of some 0.1 us
_EDGE_S = 1e-7
_JUST_S = 1e-6  # events closer than this to the start of a step belong to the step before
_LOOKS = 16  # where along a step the edges of the shadow are looked for
_STILL, _TURNED = 1e-9, 1e-8  # of the velocity that turns a thrust: changes by the last sweep, errors of a step
_OWN_MPS = 100.0  # so smooth a law of the user's is taken to be; the estimated error shortens steps where it is not
_MOST_STEPS = 20_000  # of a segment, and two more a second or a longest step: beyond, it gets nowhere


class Steps(NamedTuple):
    """Where the steps of a leg are kept, as many as there is room for; no room: they are not kept."""

    ends_s: NDArray[np.float64]  #: shape (room,)
    start_y: NDArray[np.float64]  #: shape (room, 9)
    series: NDArray[np.float64]  #: shape (room, terms, 9), see :func:`series.write_series`


class Course(NamedTuple):
    """What a segment is flown with."""

    environment: Environment
    ground: Ground
    propulsion: Propulsion
    target_dv_mps: float  #: infinite where nothing is cut off
    tolerance_m: float
    longest_step_s: float
    coefficients: NDArray[np.float64]  #: room for a step's path
    steps: Steps
    window: Window
    onsets: Record  #: the heights for which faults wait


@formula
def most_steps(duration_s: float, longest_step_s: float) -> float:
    """Return how many steps a leg may take, in either driver."""
    return _MOST_STEPS + 2.0 * duration_s / min(longest_step_s, 1.0)


@kernel
def fly_to(t_s: float, end_s: float, y: NDArray[np.float64], course: Course) -> tuple[float, int, int, int]:
    """Fly ``y`` with one engine setting until a time, a cut-off or the ground.

    Return when and how it ended, how many steps were kept, and how often the full field was evaluated.
    """
    y, course = borrowed((y, course))
    longest_s, room = course.longest_step_s, course.steps.ends_s.size
    h_s = min(end_s - t_s, longest_s)
    tried, most, kept, evaluations = 0, most_steps(end_s - t_s, longest_s), 0, 0
    while t_s < end_s:
        tried += 1
        if tried > most:
            return t_s, STUCK, kept, evaluations
        smooth_s, smooth_mps = _smooth(t_s, y, course)
        h_s = min(h_s, smooth_s)
        last = h_s >= end_s - t_s
        if last:
            h_s = end_s - t_s
        still_mps, tolerance_m = _STILL * smooth_mps, min(course.tolerance_m, _TURNED * smooth_mps * h_s)
        step = _collocated(t_s, h_s, y, still_mps, course)
        evaluations += step.evaluations
        error_m = _error(step, tolerance_m, course)
        if not step.converged or error_m > tolerance_m:
            h_s *= _shrink(step.converged, error_m, tolerance_m)
            if h_s < _SHORTEST_STEP_S and not last:
                return t_s, STUCK if step.lost == NONE else UNFORCED + step.lost, kept, evaluations
            continue
        ended, event_s = _event(t_s, h_s, y, step, course)
        if ended == LOST and event_s <= 0.0:
            return t_s, ended, kept, evaluations
        start_s, length_s = t_s, h_s
        if ended != AT_END:  # to the event itself, so that the end is integrated, not interpolated
            step = _collocated(t_s, event_s, y, still_mps, course)
            evaluations += step.evaluations
            length_s = event_s
        t_s = end_s if last and ended == AT_END else t_s + length_s
        if room > 0 and length_s > 0.0:
            _keep(kept, start_s, t_s, length_s, y, step, course)
            kept += 1
        step_end(start_s, length_s, y, step, course.propulsion, y)
        if ended not in (AT_END, ON_EDGE):
            return t_s, ended, kept, evaluations
        if room > 0 and kept == room and t_s < end_s:
            return t_s, NO_ROOM, kept, evaluations
        h_s = min(h_s * _growth(_error(step, tolerance_m, course), tolerance_m), longest_s)
    return t_s, AT_END, kept, evaluations


@formula
def _collocated(t_s: float, h_s: float, y: NDArray[np.float64], still_mps: float, course: Course) -> Solution:
    environment, propulsion, tolerance_m = course.environment, course.propulsion, course.tolerance_m
    return collocate(t_s, h_s, y, environment, propulsion, tolerance_m, still_mps, course.window)


@part_of_kernel
def _keep(
    i: int, start_s: float, end_s: float, h_s: float, y: NDArray[np.float64], step: Solution, course: Course
) -> None:
    steps = course.steps
    steps.ends_s[i] = end_s
    for k in range(9):
        steps.start_y[i, k] = y[k]
    write_series(start_s, h_s, y, step, course.propulsion, steps.series[i])


@part_of_kernel
def _smooth(t_s: float, y: NDArray[np.float64], course: Course) -> tuple[float, float]:
    """Return how long (s) and over what change of velocity (m/s) the direction of thrust is smooth."""
    gm, propulsion = exact_field(course.environment.field).gm, course.propulsion
    smooth_s = longest_step(t_s, y, propulsion, gm)
    smooth_mps = smooth_s * slowing(y, propulsion.thrust_n, gm)
    if propulsion.thrust_n > 0.0 and propulsion.steering == OWN:
        smooth_mps = min(smooth_mps, _OWN_MPS)
    return smooth_s, smooth_mps


@part_of_kernel
def _error(step: Solution, tolerance_m: float, course: Course) -> float:
    """Return the error of a step (m), or by how much more that of what a sensor of the user's adds up is too large."""
    tolerance_mps = max(course.tolerance_m / _ASTRAY_S, _CUTOFF_MPS)
    return max(step.error_m, step.error_mps / tolerance_mps * tolerance_m)


@part_of_kernel
def _growth(error_m: float, tolerance_m: float) -> float:
    return float(min(0.9 * (tolerance_m / (error_m + 1e-30)) ** (1.0 / _ORDER), 2.0))


@part_of_kernel
def _shrink(converged: bool, error_m: float, tolerance_m: float) -> float:
    if not converged:
        return 0.5
    return max(_growth(error_m, tolerance_m), 0.2)


@part_of_kernel
def _event(t_s: float, h_s: float, y: NDArray[np.float64], step: Solution, course: Course) -> tuple[int, float]:
    """Return the first event within a step, and when, in seconds after the step's start."""
    path = ChebyshevTable(t_s, h_s, course.coefficients)
    write_path(h_s, y, step, course.coefficients)
    ended, event_s = AT_END, h_s
    watched = course.propulsion.thrust_n > 0.0 and course.propulsion.sensor_powered
    if watched and course.target_dv_mps < np.inf:
        cutoff_s = _cutoff(h_s, y, step, course)
        if cutoff_s < event_s:
            ended, event_s = AT_CUTOFF, cutoff_s
    if course.propulsion.thrust_n > 0.0 and follows_velocity(course.propulsion.steering):
        rest_s = _rest(t_s, h_s, y, step, course)
        if rest_s < event_s:
            ended, event_s = AT_REST, rest_s
    environment = course.environment
    found, before_s, after_s = first_contact(path, environment.epoch_et_s, environment.angles, course.ground, True)
    if found == UNKNOWN and before_s - t_s < event_s:
        return LOST, before_s - t_s
    if found == CONTACT:
        epoch_et_s, angles = environment.epoch_et_s, environment.angles
        contact_s = contact_time(path, before_s, after_s, epoch_et_s, angles, course.ground) - t_s
        if contact_s <= event_s:
            ended, event_s = ON_GROUND, contact_s
    earth_s = entry_time(path, y, event_s, environment, environment.earth)
    if earth_s < event_s:
        ended, event_s = ON_GROUND, earth_s
    which, height_s = _height(path, course)
    if height_s < event_s:
        ended, event_s = AT_HEIGHT - which, height_s
    edge_s = _next_edge(path, event_s, environment, environment.sunlight)
    if edge_s < event_s:
        ended, event_s = ON_EDGE, edge_s
    return ended, event_s


@formula
def _height(path: ChebyshevTable, course: Course) -> tuple[int, float]:
    """Return for which fault's height within a step it is time, and when, in seconds after its start; -1: none."""
    environment = course.environment
    which, at_s = -1, np.inf
    if waits(course.onsets):
        epoch_et_s, angles = environment.epoch_et_s, environment.angles
        heights = Heights(path, epoch_et_s, angles, course.ground, course.onsets, np.empty(3))
        which, at_s = first_height(heights)
    return which, at_s - path.start_s


@formula
def _cutoff(h_s: float, y: NDArray[np.float64], step: Solution, course: Course) -> float:
    """Return when within a step the sensed delta-v reaches its target; infinite if it does not."""
    series = ChebyshevTable(0.0, h_s, np.empty((1, 1, TERMS)))
    write_sensed(h_s, y, step, series.coefficients)
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


@formula
def _rest(t_s: float, h_s: float, y: NDArray[np.float64], step: Solution, course: Course) -> float:
    """Return when within a step the speed falls to that of standstill; infinite if it does not."""
    series = ChebyshevTable(0.0, h_s, np.empty((1, 3, TERMS)))
    write_velocity(h_s, y, step, series.coefficients)
    before_s, before = 0.0, _above_rest(t_s, 0.0, y, series, course)
    for k in range(1, WIDTH + 1):
        after_s = h_s * k / WIDTH
        after = _above_rest(t_s, after_s, y, series, course)
        if before > 0.0 >= after:
            bracket = bracket_of(before_s, before, after_s, after)
            while is_open(bracket, _CUTOFF_S):
                at = trial(bracket)
                bracket = narrowed(bracket, at, _above_rest(t_s, at, y, series, course))
            return bracket.root_s
        before_s, before = after_s, after
    return np.inf


@formula
def _above_rest(t_s: float, at_s: float, y: NDArray[np.float64], series: ChebyshevTable, course: Course) -> float:
    now, propulsion = y.copy(), course.propulsion
    evaluate(series, at_s, now[3:6])
    now[6] -= burned(t_s, at_s, propulsion)
    return above_standstill(now, propulsion.thrust_n, exact_field(course.environment.field).gm)


def _next_edge(path: ChebyshevTable, until_s: float, environment: Environment, sunlight: Sunlight | None) -> float:
    """Return :func:`_edge` where light presses on the craft, else infinite; given None, none of it is compiled."""
    raise NotImplementedError


@overload(_next_edge, strict=False, jit_options=OPTIONS)
def _next_edge_of(path: Any, until_s: Any, environment: Any, sunlight: Any) -> Any:  # noqa: ARG001
    return _no_edge if isinstance(sunlight, types.NoneType) else _edge_in_light


def _no_edge(path: ChebyshevTable, until_s: float, environment: Environment, sunlight: None) -> float:  # noqa: ARG001
    return np.inf


def _edge_in_light(path: ChebyshevTable, until_s: float, environment: Environment, sunlight: Sunlight) -> float:
    return _edge(path, until_s, environment) if sunlight.strength_n_m2 > 0.0 else np.inf


@formula
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


@formula
def _off_edge(path: ChebyshevTable, t_s: float, which: int, environment: Environment) -> float:
    r = np.empty(3)
    evaluate(path, t_s, r)
    return float(shadow_contacts(t_s, r, environment)[which])
