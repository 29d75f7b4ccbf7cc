"""The verdict at touchdown: speeds over the ground, attitude, slope, and what the landing gear stands."""

from math import atan2, cos, hypot, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import GM_MOON_M3_S2
from lunarsim.kernels.codes import CRASHED, HARD_LANDING, LANDED, TIPPED_OVER
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.geometry.orbit import spherical
from lunarsim.kernels.geometry.orientation import euler_313, spin_pa
from lunarsim.kernels.ground.terrain import Ground, normal
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate_with_rate
from lunarsim.kernels.numerics.vectors import angle_between, cross, dot, length, rotated

_CRASH_SPEED_RATIO = 3.0  # assumed: a gear is tested with margins below 2; at three times the speed nothing holds


class Limits(NamedTuple):
    """What a landing gear stands; infinite where there is no limit."""

    vertical_mps: float
    horizontal_mps: float
    tilt_rad: float  #: of the craft's axis to the local vertical
    slope_rad: float  #: of the ground to the local horizontal
    turn_rate_rad_s: float
    crash_mps: float  #: total speed beyond which the craft breaks
    tip_over_rad: float  #: lean at which the centre of mass stands over the feet
    lever_m: float  #: from a foot to the centre of mass; 0 where it is not known


@formula
def limits_of(gear: Any) -> Limits:
    """Return the limits of a landing gear, from its record."""
    crash_mps, tip_over_rad = gear.crash_speed_mps, gear.tilt_rad + gear.slope_rad
    if crash_mps == 0.0:
        crash_mps = _CRASH_SPEED_RATIO * max(gear.vertical_speed_mps, gear.horizontal_speed_mps)
    if gear.stance_m > 0.0:
        tip_over_rad = atan2(gear.stance_m, gear.mass_centre_height_m)
    return Limits(
        gear.vertical_speed_mps,
        gear.horizontal_speed_mps,
        gear.tilt_rad,
        gear.slope_rad,
        gear.turn_rate_rad_s,
        crash_mps,
        tip_over_rad,
        hypot(gear.stance_m, gear.mass_centre_height_m),
    )


class Contact(NamedTuple):
    """How the craft met the ground."""

    vertical_mps: float  #: along the local vertical, downwards positive
    horizontal_mps: float  #: over the turning ground
    tilt_rad: float  #: of the axis to the local vertical
    slope_rad: float  #: of the ground to the local horizontal
    ground_angle_rad: float  #: between the axis and the normal of the ground: up to tilt + slope
    lean_rad: float  #: greatest of the three angles: what is held against the tip-over angle
    tip_over_mps: float  #: horizontal speed that carries the centre of mass over the feet; infinite if not known
    verdict: int


@formula
def touchdown(
    r: Any,
    v: Any,
    axis: Any,
    turn_rate_rad_s: float,
    rot: NDArray[np.float64],
    omega: Any,
    ground_normal: Any,
    limits: Limits,
) -> Contact:
    """Return how a craft met the ground, and the verdict.

    ``r`` (m), ``v`` (m/s) and the unit vector ``axis`` of thrust are Moon-centred, in ICRF axes. ``rot`` maps them
    to axes that are fixed in the Moon (ME or PA), in which its angular velocity ``omega`` (rad/s) and the outward
    unit normal of the ground are given. A limit that is just met is kept.
    """
    r_moon, own_axis, inertial = rotated(rot, r), rotated(rot, axis), rotated(rot, v)
    drift, radius = cross(omega, r_moon), length(r_moon)
    v_moon = inertial[0] - drift[0], inertial[1] - drift[1], inertial[2] - drift[2]
    up = r_moon[0] / radius, r_moon[1] / radius, r_moon[2] / radius
    vertical = -dot(v_moon, up)
    horizontal = length((v_moon[0] + vertical * up[0], v_moon[1] + vertical * up[1], v_moon[2] + vertical * up[2]))
    tilt, slope = angle_between(own_axis, up), angle_between(ground_normal, up)
    ground_angle = angle_between(own_axis, ground_normal)
    lean = max(tilt, slope, ground_angle)
    tip_over = tip_over_speed(max(tilt, slope), GM_MOON_M3_S2 / (radius * radius), limits)
    verdict = LANDED
    if length(v_moon) > limits.crash_mps:
        verdict = CRASHED
    elif lean > limits.tip_over_rad or horizontal > tip_over:
        verdict = TIPPED_OVER
    elif (
        abs(vertical) > limits.vertical_mps
        or horizontal > limits.horizontal_mps
        or tilt > limits.tilt_rad
        or slope > limits.slope_rad
        or turn_rate_rad_s > limits.turn_rate_rad_s
    ):
        verdict = HARD_LANDING
    return Contact(vertical, horizontal, tilt, slope, ground_angle, lean, tip_over, verdict)


@formula
def tip_over_speed(lean_rad: float, gravity_mps2: float, limits: Limits) -> float:
    """Return the horizontal speed (m/s) that carries the centre of mass over the downhill feet.

    All of v^2 / 2 is taken to lift it: by l (1 - cos(b - a)) for the lever l, the tip-over angle b and the lean a.
    That is on the safe side: the blow on the feet and what the legs crush use some of it up.
    """
    if limits.lever_m == 0.0:
        return np.inf
    left_rad = limits.tip_over_rad - lean_rad
    return sqrt(2.0 * gravity_mps2 * limits.lever_m * (1.0 - cos(left_rad))) if left_rad > 0.0 else 0.0


@formula
def touchdown_on(
    et_s: float,
    r: NDArray[np.float64],
    v: NDArray[np.float64],
    axis: Any,
    turn_rate_rad_s: float,
    angles: ChebyshevTable,
    ground: Ground,
    limits: Limits,
) -> Contact:
    """Return :func:`touchdown` at a time, TDB seconds past J2000, for the Moon's angles and a map of the ground."""
    euler, rate = np.empty(3), np.empty(3)
    evaluate_with_rate(angles, et_s, euler, rate)
    rows = euler_313(euler[0], euler[1], euler[2])
    rot = np.empty((3, 3))
    for j in range(3):
        rot[0, j], rot[1, j], rot[2, j] = rotated(ground.rot_me_from_pa, (rows[0][j], rows[1][j], rows[2][j]))
    omega = rotated(ground.rot_me_from_pa, spin_pa(euler, rate))
    longitude, latitude, _ = spherical(rotated(rot, r))
    return touchdown(r, v, axis, turn_rate_rad_s, rot, omega, normal(latitude, longitude, ground), limits)
