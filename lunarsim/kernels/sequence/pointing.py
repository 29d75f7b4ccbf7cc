"""Legs whose thrust goes where the craft's axis truly points: in steps of the attitude control, each with one axis.

The axis of a step is that in the middle of its time. Over a step of ``h`` at a rate ``w`` the staircase misses
``(w h)^2 / 24`` of the delta-v, and where the control changes its acceleration ``a`` an angle of ``a h^2 / 24``. Small
turns, as most are that a cycle of guidance commands, are flown in one step, with the mean of the axis.
"""

from math import floor, inf, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.attitude.turn import Limits, Turn, axis_after, slew_time, turned_by
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.gravity import point_mass
from lunarsim.kernels.forces.motion import Propulsion, thrust
from lunarsim.kernels.forces.standstill import slowing
from lunarsim.kernels.forces.steering import FIXED, Motion, follows_velocity
from lunarsim.kernels.guidance.attitude import MOST_SPARE, attitude_errors, true_target, turn_of
from lunarsim.kernels.guidance.look import axis_at
from lunarsim.kernels.navigation.estimate import TRUTH
from lunarsim.kernels.numerics.vectors import Three, added, combined, cross, dot, length, scaled, three, write
from lunarsim.kernels.records import Record

_SMALL_RAD = 2e-3  # of a turn about its mean, over a leg that is flown in one step
_NODE = 0.5 * sqrt(0.6)
_MIDDLE, _OUTER = 4.0 / 9.0, 5.0 / 18.0
_ON_TIME = 1e-6  # of a step: a moment closer than this to the end of one belongs to the next


class Step(NamedTuple):
    """A part of a leg that is flown with one axis."""

    end_s: float
    axis: Three  #: that by which the thrust is held
    by_law: bool  #: whether the law itself says where the thrust goes


@formula
def begin_step(
    t_s: float,
    end_s: float,
    y: NDArray[np.float64],
    law: Propulsion,
    craft: Record,
    computer: Record,
    since_s: float,
    gm: float,
) -> Step:
    """Return the first step of a leg, or all of it where the axis rests on a target that holds.

    Where a law that follows the velocity comes to rest, it is flown as it is: its direction turns there ever faster.

    Parameters
    ----------
    t_s, end_s : float
        From when to when the leg lasts.
    y : ndarray
        The state.
    law : Propulsion
        The engine that says where the axis is to point.
    craft, computer : Record
        Of the run; the computer's memory of the axis is overwritten.
    since_s : float
        Start of the flight, from which the control counts its steps.
    gm : float
        Of the Moon (m3/s2).
    """
    control, body = craft.attitude_control, computer.body
    step_s = min(end_s, _next_step(t_s, control.time_step_s, since_s)) - t_s
    if body.begun == 0.0:
        write(cross((y[0], y[1], y[2]), (y[3], y[4], y[5])), body.left)
    holds = law.steering == FIXED and law.pitch_error_rad == 0.0 and law.yaw_error_rad == 0.0
    commanded = three(law.direction) if holds else _commanded(t_s, 0.5 * step_s, y, law, three(body.axis), gm)
    if not length(commanded) > 0.0:  # no number, or nowhere in particular
        commanded = (0.0, 0.0, 0.0)
    write(commanded, body.commanded)
    toward = true_target(commanded, _error(y, craft, computer))
    if body.begun == 0.0 or body.spare_s > 0.0:
        _set_out(y, toward, control, computer)
    _set_turn(t_s, toward, control, computer)
    pointed, turning = turned_by(t_s + 0.5 * step_s, turn_of(body))
    if holds and control.powered != 0.0:
        if length(turning) == 0.0:
            step_s = end_s - t_s
        elif dot(three(body.axis), toward) > 1.0 - _SMALL_RAD * _SMALL_RAD:  # within 1.4 times that angle
            mean, off_rad = _mean_axis(t_s, end_s - t_s, turn_of(body))
            if off_rad <= _SMALL_RAD:
                step_s, pointed = end_s - t_s, mean
    write(pointed, body.axis)
    until_s = end_s if step_s >= end_s - t_s else t_s + step_s
    return Step(until_s, pointed, follows_velocity(law.steering) and _comes_to_rest(y, step_s, law, gm))


@formula
def end_step(t_s: float, computer: Record) -> None:
    """Let the axis be where the control has it at the end of a step or a coast, or of a part of it that was flown."""
    axis, rate = turned_by(t_s, turn_of(computer.body))
    write(axis, computer.body.axis)
    write(rate, computer.body.rate_rad_s)
    computer.turn_rate_rad_s = length(rate)


@formula
def _set_turn(t_s: float, toward: Three, control: Record, computer: Record) -> None:
    """Let the control begin a turn, where its target or its limits are others than those of the turn that it is on."""
    body = computer.body
    limits = (control.powered, control.slew_rate_rad_s, control.angular_acceleration_rad_s2)
    same = True
    for i in range(3):
        same = same and body.turn_toward[i] == toward[i] and body.turn_limits[i] == limits[i]
    if same and body.turn_since_s <= t_s:
        return
    _begin_turn(t_s, toward, control, body)


@formula
def _begin_turn(t_s: float, toward: Three, control: Record, body: Record) -> None:
    body.turn_since_s = t_s
    write(three(body.axis), body.turn_axis)
    write(three(body.rate_rad_s), body.turn_rate_rad_s)
    write(toward, body.turn_toward)
    write((control.powered, control.slew_rate_rad_s, control.angular_acceleration_rad_s2), body.turn_limits)


@formula
def points_nowhere(law: Propulsion) -> bool:
    """Return whether the engine is off and the guidance leaves the axis free."""
    return bool(law.steering == FIXED and length(law.direction) == 0.0)


@formula
def passes_rest(y: NDArray[np.float64], law: Propulsion, craft: Record, computer: Record, gm: float) -> bool:
    """Return whether a burn against the velocity has passed its least speed, where the law turns over.

    There the thrust, which cannot turn over with it, gives speed again, and less of it is left than the thrust takes
    away in the time of a quarter turn.
    """
    control, body = craft.attitude_control, computer.body
    if not follows_velocity(law.steering) or body.begun == 0.0 or body.spare_s > 0.0 or control.powered == 0.0:
        return False
    if dot(three(body.axis), three(body.commanded)) >= 0.0:
        return False
    turns_s = slew_time(0.5 * pi, control.slew_rate_rad_s, control.angular_acceleration_rad_s2)
    return length((y[3], y[4], y[5])) <= turns_s * slowing(y, law.thrust_n, gm)


@formula
def begin_coast(t_s: float, control: Record, computer: Record) -> None:
    """Let the axis come to rest from now on, wherever that is, or turn on where the control has no power."""
    if computer.body.begun != 0.0:
        _begin_turn(t_s, (0.0, 0.0, 0.0), control, computer.body)


@formula
def end_coast(start_s: float, t_s: float, control: Record, computer: Record) -> None:
    """Let the axis be where a coast has left it; the coast is time to turn in, with the control as it was.

    A restart of the computer is no time to turn in: it commands nothing.
    """
    body = computer.body
    if not t_s > start_s:
        return
    if computer.watch.restarting == 0.0:
        _spare(t_s - start_s, control, body)
    if body.begun != 0.0:
        end_step(t_s, computer)
    body.turn_since_s = inf


@formula
def _spare(lasted_s: float, control: Record, body: Record) -> None:
    """Let there be more time to turn in, with a control."""
    limits = (control.powered, control.slew_rate_rad_s, control.angular_acceleration_rad_s2)
    last = int(body.spares) - 1
    same = last >= 0
    for i in range(3):
        same = same and body.spare[last, 1 + i] == limits[i]
    if not same and last < MOST_SPARE - 1:
        last += 1
        body.spares, body.spare[last, 0] = last + 1.0, 0.0
        write(limits, body.spare[last, 1:4])
    body.spare[last, 0] += lasted_s
    body.spare_s += lasted_s


@formula
def _set_out(y: NDArray[np.float64], toward: Three, control: Record, computer: Record) -> None:
    """Let the axis turn before an ignition, in the time that a coast has left for it.

    A flight that begins with the engine begins pointed; one that coasts before begins as :func:`look.axis_at` has it.
    """
    body, known = computer.body, computer.body.begun != 0.0
    if known:
        axis = three(body.axis)
    elif body.spare_s > 0.0 or not length(toward) > 0.0:
        axis = axis_at(y, computer)
    else:
        axis = toward
    rate = three(body.rate_rad_s)
    waits_s, turns = max(body.spare_s - control.lead_time_s, 0.0), False
    for i in range(int(body.spares)):
        lasts_s = max(body.spare[i, 0] - waits_s, 0.0)
        waits_s = max(waits_s - body.spare[i, 0], 0.0)
        limits = Limits(body.spare[i, 1], body.spare[i, 2], body.spare[i, 3])
        turns = turns or (limits.powered != 0.0 and lasts_s > 0.0)
        if turns:  # before, the axis has kept its rate over the coast as it is
            axis, rate = axis_after(axis, rate, toward, lasts_s, limits)
    write(axis, body.axis)
    write(rate, body.rate_rad_s)
    body.begun, body.spare_s, body.spares, body.turn_since_s = 1.0, 0.0, 0.0, inf


@formula
def _mean_axis(t_s: float, lasts_s: float, turn: Turn) -> tuple[Three, float]:
    """Return the mean of the axis over a time, by Gauss and Legendre's rule of three nodes, and how far it is from it.

    Each node is at most so far (rad) from the mean.
    """
    first, _ = turned_by(t_s + (0.5 - _NODE) * lasts_s, turn)
    middle, _ = turned_by(t_s + 0.5 * lasts_s, turn)
    last, _ = turned_by(t_s + (0.5 + _NODE) * lasts_s, turn)
    total = added(combined(_OUTER, first, _MIDDLE, middle), scaled(_OUTER, last))
    mean = scaled(1.0 / length(total), total)
    off_rad = max(length(cross(first, mean)), length(cross(middle, mean)), length(cross(last, mean)))
    return mean, off_rad


@formula
def _next_step(t_s: float, step_s: float, since_s: float) -> float:
    """Return when the control ends its step, counted from the start of the flight."""
    return since_s + (floor((t_s - since_s) / step_s + _ON_TIME) + 1.0) * step_s


@formula
def _error(y: NDArray[np.float64], craft: Record, computer: Record) -> Three:
    """Return by how much the attitude is estimated wrong: a rotation vector (rad, ICRF)."""
    if craft.navigation.kind != TRUTH:
        return three(computer.navigation.attitude_error_rad)
    return attitude_errors((y[0], y[1], y[2]), three(computer.body.left), craft.navigation, int(computer.looks))


@formula
def _commanded(t_s: float, ahead_s: float, y: NDArray[np.float64], law: Propulsion, axis: Three, gm: float) -> Three:
    """Return where a law points a time ahead, at a state that is expected then."""
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    a = combined(1.0, point_mass(r[0], r[1], r[2], gm), law.thrust_n / y[6], axis)
    mass_kg = y[6] - law.thrust_n / law.exhaust_velocity_mps * ahead_s
    then = Motion(
        t_s + ahead_s,
        added(combined(1.0, r, ahead_s, v), combined(0.5 * ahead_s * ahead_s, a, 0.0, a)),
        combined(1.0, v, ahead_s, a),
        mass_kg,
    )
    given: Any = thrust(then, 1.0, law)
    size = length(given)
    return given[0] / size, given[1] / size, given[2] / size


@formula
def _comes_to_rest(y: NDArray[np.float64], step_s: float, law: Propulsion, gm: float) -> bool:
    """Return whether a step could take all of the speed away: a law that follows it is then flown as it is."""
    return length((y[3], y[4], y[5])) <= 2.0 * step_s * slowing(y, law.thrust_n, gm)
