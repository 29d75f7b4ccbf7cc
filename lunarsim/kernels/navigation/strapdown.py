"""Dead reckoning: what the inertial unit reports, in the attitude that the computer takes for true, added up."""

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.navigation.estimate import OwnGravity, carry_on
from lunarsim.kernels.navigation.path import FlownLeg, Path, body_axis, felt, thrust_axis
from lunarsim.kernels.numerics.vectors import (
    Three,
    added,
    along_axes,
    combined,
    from_axes,
    length,
    scaled,
    three,
    write,
)
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.body import Axes, body_axes, turn_between, turned_about
from lunarsim.kernels.sensors.inertial import sensed_increment, sensed_turn
from lunarsim.kernels.sensors.noise import Draw
from lunarsim.kernels.sensors.redundancy import COMMANDED, unit_in_use
from lunarsim.kernels.sensors.star_tracker import measured_axes


@formula
def axes_at(t_s: float, leg: FlownLeg, path: Path, own: Record) -> Axes:
    """Return the true axes of the body (ICRF) at a time within a leg."""
    return body_axes(body_axis(t_s, leg, path), three(own.left))


@part_of_kernel
def estimated_axes(axes: Axes, own: Record) -> Axes:
    """Return the axes of the body (ICRF) that the computer takes for true."""
    error = three(own.attitude_error_rad)
    if length(error) == 0.0:
        return axes
    return turned_about(axes[0], error), turned_about(axes[1], error), turned_about(axes[2], error)


@formula
def turn_of_leg(leg: FlownLeg, path: Path, own: Record) -> Three:
    """Return the true rotation vector (rad, along the body's axes) from the end of the last leg to that of this one.

    Zero where an attitude control turns the axis: unevenly, so that :func:`turn_until` has to be asked.
    """
    if not leg.turn.known:
        return turn_until(leg.end_s, leg, path, own)
    if length(three(own.axis)) == 0.0:
        write(body_axis(leg.start_s, leg, path), own.axis)
    return 0.0, 0.0, 0.0


@formula
def turn_until(t_s: float, leg: FlownLeg, path: Path, own: Record) -> Three:
    """Return the true rotation vector (rad, along the body's axes) since this was asked for last, until a time."""
    axis = body_axis(t_s, leg, path)
    before = three(own.axis)
    write(axis, own.axis)
    if length(before) == 0.0:
        return 0.0, 0.0, 0.0
    left = three(own.left)
    return turn_between(body_axes(before, left), body_axes(axis, left))


@part_of_kernel
def add_up(
    from_s: float,
    to_s: float,
    axes: Axes,
    turn: Three,
    leg: FlownLeg,
    path: Path,
    craft: Record,
    own: Record,
    model: OwnGravity,
) -> None:
    """Carry the estimate on between two times of a leg by what the inertial unit reports.

    ``axes`` are the true ones of the body (ICRF) in the middle of that time, ``turn`` its true turn. The way is added
    up within the unit, as the velocity is; its errors are those of the velocity, held for half of the time. Between the
    two times no sample of the unit ends.
    """
    h, seed = to_s - from_s, int(craft.navigation.seed)
    if craft.gyro.rate_per_s > 0.0:
        reported = sensed_turn(turn, h, craft.gyro, own.gyro, Draw(seed, int(own.gyro.samples)))
        error = from_axes(axes, combined(1.0, reported, -1.0, turn))
        write(added(three(own.attitude_error_rad), error), own.attitude_error_rad)
    along, way = felt(from_s, to_s, path)
    line = _line_of_thrust(0.5 * (from_s + to_s), axes, leg, path)
    true = scaled(along, line)
    draw = Draw(seed, int(own.accelerometer.samples))
    if own.in_use == COMMANDED:
        reported = (0.0, 0.0, along * leg.propulsion.sensor_scale_factor + h * leg.propulsion.sensor_bias_mps2)
    else:
        unit = unit_in_use(craft, own.in_use)
        reported = sensed_increment(true, h, unit, own.accelerometer, draw)
    taken = estimated_axes(axes, own)
    off = combined(1.0, reported, -1.0, true)
    dv = from_axes(taken, reported)
    dr = from_axes(taken, combined(way, line, 0.5 * h, off))
    write(added(three(own.sensed_dv_mps), dv), own.sensed_dv_mps)
    carry_on(own, dv, dr, from_s, h, model)


@part_of_kernel
def _line_of_thrust(t_s: float, axes: Axes, leg: FlownLeg, path: Path) -> Three:
    """Return the unit vector of the thrust along the axes of the body: z, unless an attitude control turns these."""
    if not leg.turn.known:
        return 0.0, 0.0, 1.0
    return along_axes(axes, thrust_axis(t_s, leg, path))


@formula
def see_stars(t_s: float, leg: FlownLeg, path: Path, craft: Record, own: Record) -> None:
    """Let the star tracker say how the body is turned, where it sees stars: from then on that is taken for true."""
    axes = axes_at(t_s, leg, path, own)
    draw = Draw(int(craft.navigation.seed), int(own.stars_sample))
    r = combined(1.0, path.r_start, t_s - path.start_s, path.v_start)  # to some metres: for the limb
    seen, valid = measured_axes(axes, r, leg.sun, craft.star_tracker, draw)
    if valid:
        write(from_axes(axes, turn_between(axes, seen)), own.attitude_error_rad)
