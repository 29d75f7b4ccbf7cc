"""Doppler velocimeter: speeds along beams to the ground, and the velocity that fits them best."""

from math import floor, isfinite, pi

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.numerics.vectors import Three, along_axes, combined, cross, dot
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.beam import range_of_beam
from lunarsim.kernels.sensors.body import BELOW, Pose, off_axis
from lunarsim.kernels.sensors.noise import VELOCIMETER, Draw, gaussian, happens

_FEWEST = 3  # beams that say what a velocity is
_DROPOUTS = 8  # components of a draw from here on; below, the noise of each beam
_ZERO = (0.0, 0.0, 0.0)


@formula
def beam_direction(k: int, unit: Record) -> Three:
    """Return where the k-th beam points, in the body: evenly about its underside."""
    return off_axis(BELOW, unit.cone_angle_rad, unit.azimuth_rad + 2.0 * pi * k / unit.beams)


@formula
def measured_speed(k: int, v_body: Three, pose: Pose, unit: Record, ground: Ground, draw: Draw) -> tuple[float, bool]:
    """Return the speed towards the ground along a beam (m/s) as it is reported, and whether it is valid.

    A speed beyond the ambiguity velocity is reported as the one within that has the same Doppler shift modulo the
    rate at which it is sampled.
    """
    if happens(unit.dropout_probability, VELOCIMETER, draw, _DROPOUTS + k):
        return 0.0, False
    beam = beam_direction(k, unit)
    range_m = range_of_beam(beam, pose, unit.max_range_m, ground)
    if not isfinite(range_m) or not unit.min_range_m <= range_m <= unit.max_range_m:
        return 0.0, False
    speed = unit.scale_factor * dot(v_body, beam) + unit.bias_mps
    if unit.noise_mps > 0.0:
        speed += unit.noise_factor * unit.noise_mps * gaussian(draw.seed, VELOCIMETER, draw.sample, k)
    return folded(speed, unit.ambiguity_velocity_mps), True


@part_of_kernel
def folded(speed_mps: float, ambiguity_mps: float) -> float:
    """Return a speed within -a to a that differs from another by a multiple of 2 a."""
    if not isfinite(ambiguity_mps):
        return speed_mps
    return speed_mps - 2.0 * ambiguity_mps * floor(0.5 * speed_mps / ambiguity_mps + 0.5)


@formula
def measured_velocity(pose: Pose, unit: Record, ground: Ground, draw: Draw) -> tuple[Three, bool]:
    """Return the velocity over the ground (m/s) along the axes of the body that a velocimeter reports, if it is valid.

    It is the solution by least squares of the speeds along those beams that are valid: three at least. The arguments
    are those of :func:`altimeter.measured_range`, with the record of a :class:`~lunarsim.Velocimeter`.
    """
    velocity, _, valid = velocity_and_factors(pose, unit, ground, draw)
    return velocity, valid


@formula
def velocity_and_factors(pose: Pose, unit: Record, ground: Ground, draw: Draw) -> tuple[Three, Three, bool]:
    """Return :func:`measured_velocity`, with the variances of its components over that of the speed along a beam.

    They depend on which beams were valid: without one of four, that across the others is known three times worse.
    """
    if unit.powered == 0.0:
        return _ZERO, _ZERO, False
    v_body = along_axes(pose.axes, pose.velocity)
    x, y, z, right, count = _ZERO, _ZERO, _ZERO, _ZERO, 0
    for k in range(int(unit.beams)):
        speed, valid = measured_speed(k, v_body, pose, unit, ground, draw)
        if valid:  # normal equations
            d = beam_direction(k, unit)
            x, y, z = combined(1.0, x, d[0], d), combined(1.0, y, d[1], d), combined(1.0, z, d[2], d)
            right = combined(1.0, right, speed, d)
            count += 1
    if count < _FEWEST:
        return _ZERO, _ZERO, False
    velocity, factors = _solved(x, y, z, right)
    return velocity, factors, True


@part_of_kernel
def _solved(x: Three, y: Three, z: Three, right: Three) -> tuple[Three, Three]:
    """Return the solution of three equations whose matrix is symmetric, by Cramer's rule, and its inverse's diagonal.

    Three beams on a cone never lie in a plane.
    """
    yz, zx, xy = cross(y, z), cross(z, x), cross(x, y)
    total, determinant = combined(1.0, combined(right[0], yz, right[1], zx), right[2], xy), dot(x, yz)
    solution = (total[0] / determinant, total[1] / determinant, total[2] / determinant)
    return solution, (yz[0] / determinant, zx[1] / determinant, xy[2] / determinant)
