"""How altimeter and velocimeter correct a Kalman filter: what is measured, what was expected, and what is done."""

from math import isfinite, sqrt
from typing import NamedTuple

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.navigation.covariance import Measurement, corrections, normalised, turned
from lunarsim.kernels.navigation.estimate import spread
from lunarsim.kernels.navigation.filter_rules import (
    REJECT,
    START_AGAIN,
    TERRAIN,
    heard,
    judged,
    told,
)
from lunarsim.kernels.navigation.path import FlownLeg, Path, position_at, velocity_at
from lunarsim.kernels.navigation.strapdown import axes_at, estimated_axes
from lunarsim.kernels.numerics.vectors import (
    Three,
    across,
    added,
    along_axes,
    angle_between,
    combined,
    cross,
    dot,
    from_axes,
    length,
    scaled,
    three,
    write,
)
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.altimeter import measured_range
from lunarsim.kernels.sensors.beam import range_of_footprint
from lunarsim.kernels.sensors.body import BELOW, Axes, Pose, off_axis
from lunarsim.kernels.sensors.noise import Draw
from lunarsim.kernels.sensors.reading_check import HOLD, check_range
from lunarsim.kernels.sensors.velocimeter import velocity_and_factors

_LEAST = 1e-12  # variance of a measurement: no filter takes one for exact


class Turning(NamedTuple):
    """The Moon's axes at a moment."""

    rot: Axes  #: from ICRF to PA axes
    omega: Three  #: angular velocity (rad/s, ICRF axes)


@formula
def hear_altimeter(
    t_s: float, leg: FlownLeg, path: Path, moon: Turning, ground: Ground, craft: Record, own: Record
) -> None:
    """Let a sample of the altimeter correct the filter, if it is valid and passes the gate."""
    aiding, navigation = own.altimeter, craft.navigation
    axes = axes_at(t_s, leg, path, own)
    draw = Draw(int(navigation.seed), int(aiding.next_sample))
    pose = _pose(t_s, position_at(t_s, path), velocity_at(t_s, path), axes, moon, own.since_s)
    range_m, valid = measured_range(pose, craft.altimeter, ground, draw)
    heard(aiding, valid)
    if valid:
        aiding.measured[0] = range_m  # also of one that is ignored: it is what the instrument says
    monitor = craft.computer.range_monitor
    if valid and monitor.persistence > 0.0:  # there is one
        check_range(t_s, range_m, monitor, own.range_check)
        valid = own.range_check.held == 0.0 or monitor.reaction != HOLD
    if not valid or aiding.ignored != 0.0:
        return
    r = three(own.position_m)
    taken = _pose(t_s, r, three(own.velocity_mps), estimated_axes(axes, own), moon, own.since_s)
    beam = off_axis(BELOW, craft.altimeter.off_nadir_rad, craft.altimeter.azimuth_rad)
    expected_m = _expected_range(beam, taken, leg, ground, craft)
    if not isfinite(expected_m):  # the beam would meet nothing that the computer knows
        return
    d = from_axes(estimated_axes(axes, own), beam)
    at = combined(1.0, r, expected_m, d)
    up = scaled(1.0 / length(at), at)
    down = -dot(up, d)
    if down < _GRAZING:
        return
    slant = length(across(d, up)) / down  # of the range, per radian of the attitude
    sigma_m = craft.altimeter.noise_m + craft.altimeter.noise_share * expected_m
    off_m = navigation.attitude_error_rad * slant * expected_m
    variance = sigma_m * sigma_m + navigation.map_error_m * navigation.map_error_m + off_m * off_m
    g = scaled(1.0 / down, up)
    row = (g[0], g[1], g[2], 0.0, 0.0, 0.0, 1.0)
    measured = Measurement(range_m - expected_m - own.altitude_bias_m, row, max(variance, _LEAST))
    chi_square = normalised(own.covariance, measured)
    verdict = judged(aiding, sqrt(chi_square), navigation)
    if verdict == START_AGAIN:
        start_again(own, navigation)
    if verdict == REJECT:
        aiding.innovation = sqrt(chi_square)
        return
    told(aiding, chi_square, 1.0, sqrt(chi_square))
    _correct(own, measured)


_GRAZING = 0.02  # sine of the angle between a beam and the ground, below which a range says nothing of the height


@formula
def _expected_range(beam: Three, pose: Pose, leg: FlownLeg, ground: Ground, craft: Record) -> float:
    """Return the range (m) over the ground that the computer carries; infinite where it expects none."""
    altimeter = craft.altimeter
    half_rad, first = 0.5 * altimeter.beam_width_rad, altimeter.first_return != 0.0
    if craft.navigation.map == TERRAIN:
        return range_of_footprint(beam, half_rad, first, pose, altimeter.max_range_m, ground)
    r, d = pose.position, from_axes(pose.axes, beam)
    radius_m = leg.site_radius_m if leg.site_radius_m > 0.0 else ground.radius_m + ground.lowest_m
    if first and angle_between(d, scaled(-1.0, r)) < half_rad:
        return length(r) - radius_m
    along = dot(r, d)
    past = combined(1.0, r, -along, d)
    half2 = radius_m * radius_m - dot(past, past)
    return -along - sqrt(half2) if half2 > 0.0 else _NOWHERE


_NOWHERE = float("inf")


@formula
def hear_velocimeter(
    t_s: float, leg: FlownLeg, path: Path, moon: Turning, ground: Ground, craft: Record, own: Record
) -> None:
    """Let a sample of the velocimeter correct the filter, if it is valid and passes the gate."""
    aiding, navigation, unit = own.velocimeter, craft.navigation, craft.velocimeter
    axes = axes_at(t_s, leg, path, own)
    draw = Draw(int(navigation.seed), int(aiding.next_sample))
    pose = _pose(t_s, position_at(t_s, path), velocity_at(t_s, path), axes, moon, own.since_s)
    velocity, factors, valid = velocity_and_factors(pose, unit, ground, draw)
    heard(aiding, valid)
    if valid:
        write(velocity, aiding.measured)
    if not valid or aiding.ignored != 0.0:
        return
    taken = estimated_axes(axes, own)
    variances = scaled(unit.noise_mps * unit.noise_mps, factors)
    off = navigation.attitude_error_rad * length(velocity)
    worst = 0.0
    for k in range(3):
        measured = _speed_along(k, velocity, variances, off, taken, moon, own)
        worst = max(worst, normalised(own.covariance, measured))
    verdict = judged(aiding, sqrt(worst), navigation)
    if verdict == START_AGAIN:
        start_again(own, navigation)
    if verdict == REJECT:
        aiding.innovation = sqrt(worst)
        return
    total = 0.0
    for k in range(3):
        measured = _speed_along(k, velocity, variances, off, taken, moon, own)
        total += normalised(own.covariance, measured)
        _correct(own, measured)
    told(aiding, total, 3.0, sqrt(worst))


@formula
def _speed_along(
    k: int, velocity: Three, variances: Three, off: float, axes: Axes, moon: Turning, own: Record
) -> Measurement:
    """Return a component of a velocity over the ground, as it was measured along an axis of the body."""
    r = three(own.position_m)
    over_ground = combined(1.0, three(own.velocity_mps), -1.0, cross(moon.omega, r))
    axis, speed, variance = axes[2], velocity[2], variances[2]
    if k == 0:
        axis, speed, variance = axes[0], velocity[0], variances[0]
    elif k == 1:
        axis, speed, variance = axes[1], velocity[1], variances[1]
    by_position = cross(moon.omega, axis)  # axis . (omega x r) = r . (axis x omega)
    row = (by_position[0], by_position[1], by_position[2], axis[0], axis[1], axis[2], 0.0)
    return Measurement(speed - dot(axis, over_ground), row, max(variance + off * off, _LEAST))


@formula
def _correct(own: Record, measured: Measurement) -> None:
    """Let a number that was measured correct the estimate.

    Corrections act along the Moon, as errors do: who is moved along the ground keeps his altitude, and the covariance
    turns with the vertical. A filter that knows its altitude to a metre and its place to a kilometre would else take
    the curvature of the Moon between the two, 0.3 m, for news of its place.
    """
    dx = corrections(own.covariance, measured)
    r, dr = three(own.position_m), (dx[0], dx[1], dx[2])
    up = scaled(1.0 / length(r), r)
    flat = across(dr, up)
    place = added(r, flat)
    write(scaled((length(r) + dot(dr, up)) / length(place), place), own.position_m)
    turned(own.covariance, scaled(1.0 / length(r), cross(up, flat)))
    write(added(three(own.velocity_mps), (dx[3], dx[4], dx[5])), own.velocity_mps)
    own.altitude_bias_m += dx[6]


@formula
def start_again(own: Record, navigation: Record) -> None:
    """Let the filter begin again about its estimate: it knows no more than at the start of the flight."""
    spread(own.covariance, three(own.position_m), three(own.velocity_mps), navigation)
    own.restarts += 1.0


@formula
def _pose(t_s: float, r: Three, v: Three, axes: Axes, moon: Turning, since_s: float) -> Pose:
    """Return where a craft is and how it is turned, from vectors in ICRF axes, as sensors take it."""
    rot = moon.rot
    over_ground = combined(1.0, v, -1.0, cross(moon.omega, r))
    turned = (along_axes(rot, axes[0]), along_axes(rot, axes[1]), along_axes(rot, axes[2]))
    return Pose(t_s - since_s, along_axes(rot, r), along_axes(rot, over_ground), turned)
