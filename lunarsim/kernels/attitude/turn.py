"""How the axis of a craft turns: the fastest way to rest on a target, within a rate and an acceleration.

A rest-to-rest turn about the eigenaxis (Wie 2008, section 7.3; Bryson & Ho 1975, section 3.9): full angular
acceleration, a coast at the greatest rate where that is reached, full deceleration. Between two moments the turn is
evaluated in closed form, so that it does not depend on how often it is asked for.
"""

from math import atan2, inf, sqrt
from typing import NamedTuple

from lunarsim.kernels.compiled import formula
from lunarsim.kernels.numerics.vectors import Three, combined, cross, dot, length, scaled, some_across
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.body import turned_about

_NO_RATE = 1e-10  # rad/s: a turn of an arc second takes half a day
_MOST_BENDS = 8  # of a turn from a rate that leads elsewhere
_ALIGNED = 1e-12  # sine of an angle that has no direction


class Limits(NamedTuple):
    """What the control can do, by the names of its record."""

    powered: float
    slew_rate_rad_s: float
    angular_acceleration_rad_s2: float


class Turn(NamedTuple):
    """A turn of the axis that is under way."""

    known: bool  #: whether there is one; a craft without an attitude control has none
    since_s: float  #: when it set out, after the start of the flight
    axis: Three  #: from where (ICRF), with which rate (rad/s) and to where; zero: to rest, wherever that is
    rate: Three
    toward: Three
    limits: Limits


@formula
def slewed(
    angle_rad: float, rate_rad_s: float, time_s: float, most_rad_s: float, most_rad_s2: float
) -> tuple[float, float]:
    """Return the angle that is left, and the rate towards the target, after a time of the fastest turn to rest there.

    Parameters
    ----------
    angle_rad, rate_rad_s : float
        Left at the start, not negative, and the rate at which it shrinks then.
    time_s : float
        Of the turn.
    most_rad_s, most_rad_s2 : float
        Greatest rate and angular acceleration; infinite: any.

    Notes
    -----
    From a rate at which it cannot stop any more it goes to rest beyond the target, the angle is negative there, and
    comes back.
    """
    if most_rad_s2 == inf:
        left = max(angle_rad - most_rad_s * time_s, 0.0) if most_rad_s < inf else 0.0
        return left, most_rad_s if left > 0.0 else 0.0
    way = 1.0
    stops_s = rate_rad_s / most_rad_s2
    if rate_rad_s > 0.0 and 0.5 * rate_rad_s * stops_s > angle_rad:
        if time_s <= stops_s:
            return angle_rad - (rate_rad_s - 0.5 * most_rad_s2 * time_s) * time_s, rate_rad_s - most_rad_s2 * time_s
        way, angle_rad, rate_rad_s = -1.0, 0.5 * rate_rad_s * stops_s - angle_rad, 0.0
        time_s -= stops_s
    peak = min(sqrt(most_rad_s2 * angle_rad + 0.5 * rate_rad_s * rate_rad_s), most_rad_s)
    change_s, brake_s = abs(peak - rate_rad_s) / most_rad_s2, peak / most_rad_s2
    changed = 0.5 * (peak + rate_rad_s) * change_s
    coast_s = max(angle_rad - changed - 0.5 * peak * brake_s, 0.0) / peak if peak > 0.0 else 0.0
    left_s = change_s + coast_s + brake_s - time_s
    if left_s <= 0.0:
        return 0.0, 0.0
    if time_s < change_s:
        rate = rate_rad_s + (most_rad_s2 if peak > rate_rad_s else -most_rad_s2) * time_s
        return way * (angle_rad - 0.5 * (rate_rad_s + rate) * time_s), way * rate
    if left_s > brake_s:
        return way * (angle_rad - changed - peak * (time_s - change_s)), way * peak
    return way * 0.5 * most_rad_s2 * left_s * left_s, way * most_rad_s2 * left_s


@formula
def slew_time(angle_rad: float, most_rad_s: float, most_rad_s2: float) -> float:
    """Return how long (s) the fastest turn from rest to rest takes."""
    if most_rad_s2 == inf:
        return angle_rad / most_rad_s if most_rad_s < inf else 0.0
    peak = min(sqrt(most_rad_s2 * angle_rad), most_rad_s)
    return angle_rad / peak + peak / most_rad_s2 if peak > 0.0 else 0.0


@formula
def axis_after(axis: Three, rate: Three, toward: Three, time_s: float, control: Record) -> tuple[Three, Three]:
    """Return the axis and its rate (rad/s) after a time in which the control turns it towards a unit vector.

    What the axis has of a rate across the way to there is braked at first, with its part of the acceleration. A control
    without power leaves the axis its rate; given a target without a direction, it stops.
    """
    if control.powered == 0.0:
        return _moved(axis, scaled(time_s, rate), rate)
    if not length(toward) > 0.0:
        return stopped(axis, rate, time_s, control)
    most_rad_s, most_rad_s2 = control.slew_rate_rad_s, control.angular_acceleration_rad_s2
    for _ in range(_MOST_BENDS):
        angle, ahead = _way_to(axis, rate, toward)
        beside = cross(axis, ahead)
        onward, sideways, speed = dot(rate, ahead), dot(rate, beside), length(rate)
        if abs(sideways) <= _NO_RATE or most_rad_s2 == inf:
            return _turned(axis, ahead, angle, onward, toward, time_s, control)
        share = min(abs(sideways) / speed, sqrt(0.5))
        part_s = min(abs(sideways) / (share * most_rad_s2), time_s)
        within = sqrt(max(most_rad_s * most_rad_s - sideways * sideways, 0.0)) if most_rad_s < inf else inf
        left, rate_left = slewed(angle, onward, part_s, within, sqrt(1.0 - share * share) * most_rad_s2)
        drift, drift_rate = _braked(sideways, part_s, share * most_rad_s2)
        way = combined(angle - left, ahead, drift, beside)
        axis, rate = _moved(axis, way, combined(rate_left, ahead, drift_rate, beside))
        time_s -= part_s
        if time_s <= 0.0:
            return axis, rate
    stops_s = length(rate) / most_rad_s2  # so near to its target that each way there is another one
    axis, rate = stopped(axis, rate, min(stops_s, time_s), control)
    if time_s <= stops_s:
        return axis, rate
    angle, ahead = _way_to(axis, rate, toward)
    return _turned(axis, ahead, angle, 0.0, toward, time_s - stops_s, control)


@formula
def _way_to(axis: Three, rate: Three, toward: Three) -> tuple[float, Three]:
    """Return the angle (rad) from an axis to another, and the unit vector across the first that leads to there."""
    along = dot(axis, toward)
    aside = combined(1.0, toward, -along, axis)
    size, speed = length(aside), length(rate)
    if size > _ALIGNED:
        ahead = scaled(1.0 / size, aside)
    else:
        ahead = scaled(1.0 / speed, rate) if speed > _NO_RATE else some_across(axis)
    return atan2(size, along), ahead


@formula
def _turned(
    axis: Three, ahead: Three, angle: float, onward: float, toward: Three, time_s: float, control: Record
) -> tuple[Three, Three]:
    """Return the axis and its rate after a time of the turn about the eigenaxis."""
    most_rad_s, most_rad_s2 = control.slew_rate_rad_s, control.angular_acceleration_rad_s2
    left, rate_left = slewed(angle, onward, time_s, most_rad_s, most_rad_s2)
    if left == 0.0 and rate_left == 0.0:
        return toward, (0.0, 0.0, 0.0)
    return _moved(axis, scaled(angle - left, ahead), scaled(rate_left, ahead))


@formula
def stopped(axis: Three, rate: Three, time_s: float, control: Record) -> tuple[Three, Three]:
    """Return the axis and its rate after a time in which the control brings it to rest, wherever that is."""
    if control.powered == 0.0:
        return _moved(axis, scaled(time_s, rate), rate)
    speed = length(rate)
    if speed <= _NO_RATE:
        return axis, (0.0, 0.0, 0.0)
    way, left = _braked(speed, time_s, control.angular_acceleration_rad_s2)
    return _moved(axis, scaled(way / speed, rate), scaled(left / speed, rate))


@formula
def _braked(rate_rad_s: float, time_s: float, most_rad_s2: float) -> tuple[float, float]:
    """Return how far (rad) something turns that is braked to rest in a time, and what is left of its rate."""
    brakes_s = min(abs(rate_rad_s) / most_rad_s2, time_s)
    if brakes_s <= 0.0:  # by any acceleration
        return 0.0, 0.0 if time_s > 0.0 else rate_rad_s
    change = most_rad_s2 * brakes_s
    left = max(abs(rate_rad_s) - change, 0.0)
    way = 0.5 * (abs(rate_rad_s) + left) * brakes_s
    return (way, left) if rate_rad_s > 0.0 else (-way, -left)


@formula
def _moved(axis: Three, way: Three, rate: Three) -> tuple[Three, Three]:
    """Return an axis that has moved along a great circle, by a vector (rad) across it, and its rate carried along."""
    turn = cross(axis, way)
    moved = turned_about(axis, turn)
    return scaled(1.0 / length(moved), moved), turned_about(rate, turn)


@formula
def turned_by(t_s: float, turn: Turn) -> tuple[Three, Three]:
    """Return the axis and its rate (rad/s) at a time of a turn."""
    return axis_after(turn.axis, turn.rate, turn.toward, t_s - turn.since_s, turn.limits)
