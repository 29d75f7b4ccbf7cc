"""The first contact of a path with the ground, found by steps that cannot reach over it."""

from math import atan2, inf, sqrt
from typing import NamedTuple

import numpy as np

from lunarsim.kernels.compiled import formula, kernel, part_of_kernel
from lunarsim.kernels.ground.passage import (
    Bounds,
    LowPart,
    Passage,
    low_part,
    over_turning_moon,
    passage,
    position_and_velocity,
    time_within,
)
from lunarsim.kernels.ground.terrain import Ground, Place, clearance, corners, height_at, is_outside, locate
from lunarsim.kernels.ground.tiles import FINEST, reach_rad, time_over_tiles
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.kernels.numerics.roots import bracket_of, is_open, narrowed, trial
from lunarsim.kernels.numerics.vectors import Three

CLEAR = 0  #: no contact along the path
CONTACT = 1
UNKNOWN = 2  #: the path comes low where the height of the ground is not known

#: A contact that lasts no longer than this may be missed: 1.7 m along the path of a low orbit.
SHORTEST_S = 1e-3

_SHARE = 0.99  # of a safe time: rounding
_CONTACT_S = 1e-7  # how closely the time of a contact is found


class _Motion(NamedTuple):
    """How a craft moves over the ground."""

    climb_mps: float
    north_rad_s: float
    east_rad_s: float
    narrow: float  # the cosine of the latitude


@part_of_kernel
def first_contact(
    path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground, armed: bool
) -> tuple[int, float, float]:
    """Return whether a path meets the ground, and times (s) just before and after it first does.

    Parameters
    ----------
    path : ChebyshevTable
        One interval of position (m), Moon-centred in ICRF axes, over seconds of a flight; what else it holds,
        after these three components, is not looked at.
    epoch_et_s : float
        When those seconds are zero, TDB seconds past J2000.
    angles : ChebyshevTable
        Orientation angles of the Moon.
    ground : Ground
        What is to be met.
    armed : bool
        If false, the path starts on the ground, and must leave it before it can meet it.

    Notes
    -----
    Each step ends before the craft could reach the ground. Steps shorter than ``SHORTEST_S`` are not taken,
    so that the two times of a contact are at most that far apart.
    """
    end_s = path.start_s + path.interval_s
    low = low_part(path, ground.radius_m + ground.highest_m)
    if low.from_s > end_s:
        return CLEAR, end_s, end_s
    found, before_s, after_s, _ = search(path, low, epoch_et_s, angles, ground, armed)
    return found, before_s, after_s


@kernel
def first_contact_with_map(
    path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground, armed: bool
) -> tuple[int, float, float]:
    """Return :func:`first_contact` for callers from Python: with a sphere it is quick enough as it stands."""
    return first_contact(path, epoch_et_s, angles, ground, armed)


@formula
def contact_time(
    path: ChebyshevTable, before_s: float, after_s: float, epoch_et_s: float, angles: ChebyshevTable, ground: Ground
) -> float:
    """Return the time of contact within a bracket that :func:`first_contact` gave."""
    before = _above(path, before_s, epoch_et_s, angles, ground)
    bracket = bracket_of(before_s, before, after_s, _above(path, after_s, epoch_et_s, angles, ground))
    if not bracket.before > 0.0 or bracket.after >= 0.0:
        return after_s
    while is_open(bracket, _CONTACT_S):
        at = trial(bracket)
        bracket = narrowed(bracket, at, _above(path, at, epoch_et_s, angles, ground))
    return bracket.root_s


@formula
def _above(path: ChebyshevTable, t_s: float, epoch_et_s: float, angles: ChebyshevTable, ground: Ground) -> float:
    """Return the height (m) of a place on the path above the ground."""
    r = np.empty(3)
    evaluate(path, t_s, r)
    return clearance(epoch_et_s + t_s, r, angles, ground)


@formula
def search(
    path: ChebyshevTable, low: LowPart, epoch_et_s: float, angles: ChebyshevTable, ground: Ground, armed: bool
) -> tuple[int, float, float, int]:
    """Return what :func:`first_contact` does, and how often it looked, for the low part of a path."""
    over = over_ground(path, low, epoch_et_s, angles, ground)
    return search_along(path, over, low, epoch_et_s, angles, ground, armed)


@part_of_kernel
def over_ground(
    path: ChebyshevTable, low: LowPart, epoch_et_s: float, angles: ChebyshevTable, ground: Ground
) -> Passage:
    """Return a path as it passes over the ground, with bounds that hold for ground that is higher, too."""
    if ground.heights_m.size == 1:  # no matter how it turns
        return passage(path, 0.0, low.sink_m2ps2, ground)
    turned, error_m = over_turning_moon(path, epoch_et_s, angles, ground)
    return passage(turned, error_m, low.sink_m2ps2, ground)


@formula
def search_along(
    path: ChebyshevTable,
    over: Passage,
    low: LowPart,
    epoch_et_s: float,
    angles: ChebyshevTable,
    ground: Ground,
    armed: bool,
) -> tuple[int, float, float, int]:
    """Return what :func:`search` does, for a path that was seen to pass over the ground before."""
    exact = np.empty(6)
    before_s, t_s, looks = path.start_s, low.from_s, 0
    while True:
        x, y, z, vx, vy, vz = position_and_velocity(over.path, t_s)
        above, safe_s = height_and_safe_time((x, y, z), (vx, vy, vz), over.bounds, ground)
        looks += 1
        if above <= 0.0:  # the last word is that of the exact rotation
            evaluate(path, t_s, exact)
            above = clearance(epoch_et_s + t_s, exact[0:3], angles, ground)
        if np.isnan(above):
            return UNKNOWN, before_s, t_s, looks
        if above > 0.0:
            armed = True
        elif armed:
            return CONTACT, before_s, t_s, looks
        if t_s >= low.to_s:
            return CLEAR, t_s, t_s, looks
        before_s, t_s = t_s, min(t_s + max(_SHARE * safe_s, SHORTEST_S), low.to_s)


@part_of_kernel
def height_and_safe_time(r: Three, v: Three, over: Bounds, ground: Ground) -> tuple[float, float]:
    """Return a height (m) that a craft has at least above the ground, and a time (s) in which it cannot reach it.

    ``r`` and ``v`` are position (m) and velocity (m/s) in ME, ``over`` the bounds of its path. NaN: the path is low
    where the height of the ground is not known.
    """
    (x, y, z), (vx, vy, vz) = r, v
    axis2, axis_rate = (
        x * x + y * y,
        x * vx + y * vy,
    )  # squared distance from the Moon's axis, half its rate
    r2, rate = axis2 + z * z, axis_rate + z * vz
    radius, axis = sqrt(r2), sqrt(axis2)
    if ground.heights_m.size == 1:
        sphere = ground.radius_m + ground.highest_m
        return radius - sphere, time_within(r2 - sphere * sphere, -2.0 * rate, over.sink_m2ps2)
    place = locate(atan2(z, axis), atan2(y, x), ground)
    time, near = time_over_tiles(r2, 2.0 * rate, over.sink_m2ps2, over.angular_speed_rad_s, place, ground)
    if time * over.angular_speed_rad_s >= reach_rad(FINEST, ground) or (is_outside(place) and time > 0.0):
        return radius - ground.radius_m - near, time
    above = radius - ground.radius_m - height_at(place, ground) - over.error_m
    time = max(time, _time_to_steepest(above, rate / radius, near, place, over, ground))
    if axis > 0.0:
        north, east = (vz * axis2 - z * axis_rate) / (r2 * axis), (x * vy - y * vx) / axis2
        motion = _Motion(rate / radius, north, east, axis / radius)
        time = max(time, _time_in_cell(above, motion, place, over, ground))
    return above, time


@part_of_kernel
def _time_to_steepest(
    above_m: float, climb_mps: float, near_m: float, place: Place, over: Bounds, ground: Ground
) -> float:
    """Return a time (s) within which a craft cannot reach ground that rises as steeply as any in these rows."""
    if np.isnan(ground.outside_m) and near_m >= ground.highest_m:
        return 0.0  # ground that is not known may be near
    steepest, longest = ground.steepest_m_per_rad, inf
    if not is_outside(place):
        steepest = ground.steepest_by_row_m_per_rad[place.row + 1]
        longest = ground.lat_step_rad / over.angular_speed_rad_s
    return min(time_within(above_m, steepest * over.angular_speed_rad_s - climb_mps, over.acceleration_mps2), longest)


@part_of_kernel
def _time_in_cell(above_m: float, motion: _Motion, place: Place, over: Bounds, ground: Ground) -> float:
    """Return a time (s) within which a craft neither leaves the cell nor reaches its bilinear ground.

    Over one cell the height under the path is smooth. Its second derivatives are bound by those of the angles: with
    v, a the speed and acceleration over the ground, c the distance from the Moon's axis, that of longitude is
    at most (a + v^2 / c) / c and that of latitude (a + 2 v^2 / c) / r, from the components of an acceleration in
    cylindrical and spherical coordinates.
    """
    lowest = ground.radius_m + ground.lowest_m
    axis = lowest * (motion.narrow - place.way_rad)
    if axis <= 0.0 or is_outside(place):
        return 0.0
    bent = over.speed_mps * over.speed_mps / axis
    x, x_rate = place.east, motion.east_rad_s / ground.lon_step_rad  # in shares of the cell
    y, y_rate = place.south, -motion.north_rad_s / place.way_rad
    x_growth = (over.acceleration_mps2 + bent) / (axis * ground.lon_step_rad)
    y_growth = (over.acceleration_mps2 + 2.0 * bent) / (lowest * place.way_rad)
    in_x = min(time_within(x, -x_rate, x_growth), time_within(1.0 - x, x_rate, x_growth))
    in_y = min(time_within(y, -y_rate, y_growth), time_within(1.0 - y, y_rate, y_growth))
    time = min(in_x, in_y)
    nw, ne, sw, se = corners(place, ground)
    rise = ((1.0 - y) * (ne - nw) + y * (se - sw)) * x_rate + ((1.0 - x) * (sw - nw) + x * (se - ne)) * y_rate
    growth = (
        over.acceleration_mps2
        + max(abs(ne - nw), abs(se - sw)) * x_growth
        + max(abs(sw - nw), abs(se - ne)) * y_growth
        + 2.0 * abs(nw - ne - sw + se) * (abs(x_rate) + x_growth * time) * (abs(y_rate) + y_growth * time)
    )
    return min(time, time_within(above_m, rise - motion.climb_mps, growth))
