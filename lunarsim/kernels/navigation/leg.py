"""The navigation follows a leg that was flown: increments, samples and corrections in the order of their times."""

from math import inf
from typing import Any

import numpy as np

from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.geometry.orientation import euler_313, spin_pa
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.navigation.aiding import Turning, hear_altimeter, hear_velocimeter
from lunarsim.kernels.navigation.covariance import grow
from lunarsim.kernels.navigation.estimate import KALMAN, begin_estimate, own_gravity
from lunarsim.kernels.navigation.path import FlownLeg, path_of
from lunarsim.kernels.navigation.strapdown import add_up, axes_at, see_stars, turn_of_leg, turn_until
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate_with_rate
from lunarsim.kernels.numerics.vectors import cross, from_axes, scaled, three, write
from lunarsim.kernels.records import Record
from lunarsim.kernels.sensors.inertial import end_sample
from lunarsim.kernels.sensors.redundancy import unit_in_use

_TOGETHER_S = 1e-9  # samples closer than this to each other are one moment

#: Longest leg (s) between whose ends the path of :mod:`lunarsim.kernels.navigation.path` is good.
LONGEST_LEG_S = 10.0


@kernel
def follow(
    leg: FlownLeg, angles: ChebyshevTable, field: HarmonicField, ground: Ground, craft: Record, own: Record
) -> float:
    """Carry the estimate on over a leg; return the time up to which it holds.

    Parameters
    ----------
    leg : FlownLeg
        What was truly flown; one without a length lets the estimate begin.
    angles : ChebyshevTable
        The Moon's orientation.
    field : HarmonicField
        The true field of gravity, of which the computer knows as much as its degree says.
    ground : Ground
        The true ground.
    craft : record
        Of the craft, with its sensors and its navigation.
    own : record
        What the computer remembers of its navigation; overwritten.
    """
    if own.begun == 0.0:
        _begin(leg, craft, own)
    h = leg.end_s - leg.start_s
    if h <= 0.0:
        return leg.end_s
    path = path_of(leg, field.gm)
    model = own_gravity(leg.epoch_et_s, angles, field, craft.navigation.gravity_degree)
    filters, turns = craft.navigation.kind == KALMAN, leg.turn.known
    turn = turn_of_leg(leg, path, own)
    axes = axes_at(leg.start_s, leg, path, own)
    t_s = leg.start_s
    while t_s < leg.end_s:
        felt_s = _next(own.accelerometer.samples + 1.0, craft.accelerometer.rate_per_s, own)
        turned_s = _next(own.gyro.samples + 1.0, craft.gyro.rate_per_s, own)
        stars_s = _next(own.stars_sample, craft.star_tracker.rate_per_s, own)
        range_s = _next(own.altimeter.next_sample, craft.altimeter.rate_per_s, own) if filters else inf
        speed_s = _next(own.velocimeter.next_sample, craft.velocimeter.rate_per_s, own) if filters else inf
        first_s = min(felt_s, turned_s, stars_s, range_s, speed_s)
        until_s = max(first_s, t_s) if first_s < leg.end_s - _TOGETHER_S else leg.end_s
        if until_s > t_s:
            share = turn_until(until_s, leg, path, own) if turns else scaled((until_s - t_s) / h, turn)
            if turns or not path.fixed:
                axes = axes_at(0.5 * (t_s + until_s), leg, path, own)
            add_up(t_s, until_s, axes, share, leg, path, craft, own, model)
            t_s = until_s
        due_s = t_s + _TOGETHER_S
        if felt_s <= due_s:
            end_sample(own.accelerometer)
        if turned_s <= due_s:
            end_sample(own.gyro)
        if stars_s <= due_s:
            see_stars(t_s, leg, path, craft, own)
            own.stars_sample += 1.0
        if range_s <= due_s or speed_s <= due_s:
            _grow_to(t_s, field.gm, craft, own)
            moon = _turning(leg.epoch_et_s + t_s, angles)
            if range_s <= due_s:
                hear_altimeter(t_s, leg, path, moon, ground, craft, own)
                own.altimeter.next_sample += 1.0
            if speed_s <= due_s:
                hear_velocimeter(t_s, leg, path, moon, ground, craft, own)
                own.velocimeter.next_sample += 1.0
    if filters:
        _grow_to(leg.end_s, field.gm, craft, own)
    return leg.end_s


@formula
def _begin(leg: FlownLeg, craft: Record, own: Record) -> None:
    """Let the estimate begin, and the sensors count their samples from the start of the flight."""
    y = leg.start
    begin_estimate(own, y, craft.navigation)
    write(cross((y[0], y[1], y[2]), (y[3], y[4], y[5])), own.left)
    own.since_s = own.grown_s = leg.start_s
    own.stars_sample = own.altimeter.next_sample = own.velocimeter.next_sample = 1.0


@formula
def _next(sample: float, rate_per_s: float, own: Record) -> float:
    """Return when a sensor takes its next sample, counted from the start of the flight; infinite if there is none."""
    return own.since_s + sample / rate_per_s if rate_per_s > 0.0 else inf


@formula
def _grow_to(t_s: float, gm: float, craft: Record, own: Record) -> None:
    """Let the covariance grow up to a time."""
    if t_s <= own.grown_s:
        return
    navigation, unit = craft.navigation, unit_in_use(craft, own.in_use)
    walk = unit.velocity_random_walk_mps_per_root_s
    noise = walk * walk + navigation.acceleration_noise_mps_per_root_s * navigation.acceleration_noise_mps_per_root_s
    wander = navigation.altitude_bias_walk_m_per_root_s
    grow(own.covariance, three(own.position_m), t_s - own.grown_s, gm, noise, wander * wander)
    own.grown_s = t_s


@formula
def _turning(et_s: float, angles: ChebyshevTable) -> Turning:
    """Return the Moon's axes at a time."""
    euler, rates = np.empty(3), np.empty(3)
    evaluate_with_rate(angles, et_s, euler, rates)
    rot: Any = euler_313(euler[0], euler[1], euler[2])
    return Turning(rot, from_axes(rot, spin_pa(euler, rates)))
