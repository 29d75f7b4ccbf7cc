"""One step of the compiled driver: Gauss-Legendre collocation at eight nodes, solved by sweeps.

The acceleration along a step is a polynomial through its values at eight Gauss-Legendre nodes; velocity and
position are its integrals (an implicit Runge-Kutta-Nystrom method of order 16; Hairer, Norsett & Wanner 1993,
Solving Ordinary Differential Equations I, sections II.7 and II.14). The nodes fill the eight lanes, so that the
forces at all of them are evaluated as one. Sweeps of successive substitution (Picard; Bai & Junkins 2011,
J. Astronaut. Sci. 58, 615) converge by a factor of a hundred each, because a step is a small part of a revolution.

The sweeps evaluate the central term and the thrust. All other forces are a thousandth of the central term and
change by less than a ten-millionth of themselves a metre: they are evaluated at the nodes once, held, and again
only where the nodes have moved too far since (Bradley, Jones, Beylkin & Axelrad 2012, J. Astronaut. Sci. 59, 443,
use a coarse field for the first sweeps in the same way). The sky over a node depends on its time alone, and is that
of all evaluations of a step.

Far from the Moon, where the Earth may be near, it is the central body. The sweeps then evaluate its attraction, too,
which changes there by as much as 3e-6 of a metre a second squared in a metre.
"""

from math import isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.driver.quadrature import (
    END_POSITION,
    END_VELOCITY,
    HIGHEST_TERM,
    NODES,
    distance,
    local_error,
    positions,
    velocities,
)
from lunarsim.kernels.driver.window import SHORT_STEP_S, Window, along, along_way, perturbations, reach
from lunarsim.kernels.forces.gravity import point_mass
from lunarsim.kernels.forces.gravity_grid import exact_field
from lunarsim.kernels.forces.motion import (
    Environment,
    Propulsion,
    burned,
    no_sky,
    sensed,
    senses_by_itself,
    sky_at_eight,
    thrust,
    thrust_at,
)
from lunarsim.kernels.forces.near_earth import is_by_earth, with_pull_of_earth
from lunarsim.kernels.forces.own import NONE, own_acceleration
from lunarsim.kernels.forces.steering import Motion
from lunarsim.kernels.numerics.vectors import added
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, store, total, with_lane

_NEAR_M = 1.0  # nodes this close to where they will be are good enough for the full field
_CONVERGED = 1e-2  # of the tolerance: sweeps end when the nodes move less
_LAST_BITS = 1e-15  # of the distance from the Moon: near the Earth nodes move by so much for rounding alone
_MOST_SWEEPS = 12
_MOST_EVALUATIONS = 4
_STRONGEST_GRADIENT = 1e-8  # 1/s2, of what is held: that of 200 mGal over 200 km
_HELD = 0.1  # of the tolerance: what is held errs the same way in one step after the other, which adds up


class Nodes(NamedTuple):
    """What is known at the nodes of a step before it is solved."""

    time: Lanes  #: s after the start of the step
    t_s: Lanes  #: s after the epoch of the scenario's state
    specific_force: Lanes  #: thrust over mass (m/s2)
    mass: Lanes


class Solution(NamedTuple):
    """The forces at the nodes of one step."""

    a: tuple[Lanes, Lanes, Lanes]  #: acceleration (m/s2, ICRF axes)
    specific_force: Lanes  #: thrust over mass (m/s2)
    sensed: Lanes  #: what the accelerometer reports (m/s2)
    converged: bool
    error_m: float  #: estimated local error of the position
    error_mps: float  #: the last term of what a sensor of the user's adds to the sensed delta-v; 0 with the package's
    evaluations: int  #: of the full field, and the sky, at eight nodes each
    lost: int  #: which force of the user's own gave no finite number, or NONE


@part_of_kernel
def collocate(
    t_s: float,
    h_s: float,
    y: NDArray[np.float64],
    environment: Environment,
    propulsion: Propulsion,
    tolerance_m: float,
    still_mps: float,
    window: Window,
) -> Solution:
    """Return the forces at the nodes of a step of ``h_s`` from state ``y`` at ``t_s``; see :mod:`motion`.

    ``tolerance_m`` is the local error of the position that the step may have; the last sweeps change the velocities
    by no more than ``still_mps``. Short steps take what pulls beside the central term from the ``window``, or open one.
    """
    exact = exact_field(environment.field)
    nodes = _nodes_of(t_s, h_s, y, propulsion)
    r, v = _kepler(nodes.time, y, exact.gm), (everywhere(y[3]), everywhere(y[4]), everywhere(y[5]))
    zero = everywhere(0.0)
    a = held = zero, zero, zero
    own, lost = environment.forces.addresses[0] != 0, NONE
    seen, over_s = r, h_s
    near, evaluations, converged = _NEAR_M, 0, False
    known, ahead, looked = False, False, 0
    by_earth = is_by_earth(y, environment.earth)
    closest = _closest(tolerance_m, y, by_earth)
    if 0.0 < h_s <= SHORT_STEP_S and not own and not by_earth:  # of an own force's smoothness nothing is known
        looked = reach(t_s, h_s, y, environment, propulsion, tolerance_m, window)
        known = ahead = window.span_s[0] <= t_s and t_s + h_s <= window.span_s[1]
    sky = no_sky(environment)
    if ahead:
        over_s = window.span_s[1] - window.span_s[0]
        part = ((t_s - window.span_s[0]) + nodes.time) / over_s
        held, seen, near = along(part, window.force), along_way(part, window.way), closest
    else:
        sky = sky_at_eight(environment.epoch_et_s + nodes.t_s, environment)
    while evaluations < _MOST_EVALUATIONS:
        start = Sweep(r, v, held, near, still_mps, known, by_earth)
        a, r, v, settled = _swept(h_s, y, start, nodes, sky, environment, propulsion)
        if not settled:
            break
        alike = known and _strayed(r, seen, over_s) < (tolerance_m if ahead else _HELD * tolerance_m)
        if own:  # nothing is known of their gradients: they have to stay as they were
            lost, change = _push(t_s, h_s, y, r, a, nodes, environment, window.own)
            alike = alike and change * h_s * h_s < tolerance_m
        if alike or lost != NONE:
            converged = lost == NONE
            break
        if ahead:  # and the way is another: the next window reaches less far
            window.span_s[1], window.span_s[2] = window.span_s[0], 0.5 * over_s
            sky = sky_at_eight(environment.epoch_et_s + nodes.t_s, environment)
        near, over_s, known, ahead = closest, h_s, True, False
        held, seen = perturbations(r, nodes.mass, sky, environment, environment.field), r
        held = with_pull_of_earth(held, r, -1.0, sky, by_earth, environment.body_gm, environment.earth)
        if own:
            held = added(held, _kept(window.own))
        evaluations += 1
    reading, error_mps = _read(h_s, nodes, propulsion)
    converged = converged and isfinite(error_mps)
    return Solution(
        a, nodes.specific_force, reading, converged, local_error(h_s, a), error_mps, looked + evaluations, lost
    )


class Sweep(NamedTuple):
    """What the sweeps of a step begin with."""

    r: Any  #: positions at the nodes (m), velocities (m/s), what is held beside the central term and the thrust (m/s2)
    v: Any
    held: Any
    near: float  #: sweeps end when the nodes move less (m), and change their velocities by no more (m/s)
    still_mps: float
    known: bool  #: whether what is held is that of these nodes
    by_earth: bool  #: whether the Earth may be near, whose attraction is not held then


@part_of_kernel
def _closest(tolerance_m: float, y: NDArray[np.float64], by_earth: bool) -> float:
    """Return by how much (m) nodes may move in the last sweep."""
    if by_earth:
        return max(_CONVERGED * tolerance_m, _LAST_BITS * sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2]))
    return _CONVERGED * tolerance_m


@part_of_kernel
def _swept(
    h_s: float,
    y: NDArray[np.float64],
    start: Sweep,
    nodes: Nodes,
    sky: Any,
    environment: Environment,
    propulsion: Propulsion,
) -> tuple[Any, Any, Any, bool]:
    """Return accelerations, positions and velocities at the nodes after sweeps, and whether they have settled."""
    gm, earth, body_gm = exact_field(environment.field).gm, environment.earth, environment.body_gm
    a, r, v = start.held, start.r, start.v
    moved, turned, sweep = np.inf, 0.0, 0
    while (moved > start.near or turned > start.still_mps) and sweep < _MOST_SWEEPS:
        a = added(point_mass(r[0], r[1], r[2], gm), start.held)
        a = with_pull_of_earth(a, r, 1.0, sky, start.by_earth, body_gm, earth)
        if propulsion.thrust_n > 0.0:
            a = added(a, thrust(Motion(nodes.t_s, r, v, nodes.mass), nodes.specific_force, propulsion))
        before = r
        r = positions(y, nodes.time, h_s, a)
        if propulsion.thrust_n > 0.0:
            slower, v = v, velocities(y, h_s, a)
            turned = distance(v, slower) if start.known else 0.0
        moved = distance(r, before)
        sweep += 1
    return a, r, v, not (moved > start.near or turned > start.still_mps)


@part_of_kernel
def _strayed(r: Any, seen: Any, over_s: float) -> float:
    """Return by how much (m) a way of some seconds errs at most whose perturbations are those of other positions."""
    return distance(r, seen) * _STRONGEST_GRADIENT * over_s * over_s


@part_of_kernel
def _read(h_s: float, nodes: Nodes, propulsion: Propulsion) -> tuple[Lanes, float]:
    """Return what the accelerometer reports at the nodes (m/s2), and the last term of what a user's own adds up."""
    reading, error_mps = everywhere(0.0), 0.0
    if propulsion.thrust_n > 0.0:
        reading = sensed(nodes.t_s, nodes.mass, nodes.specific_force, propulsion)
        if senses_by_itself(propulsion):
            error_mps = abs(h_s * total(load(HIGHEST_TERM, 0) * reading))
    return reading, error_mps


@part_of_kernel
def _nodes_of(t_s: float, h_s: float, y: NDArray[np.float64], propulsion: Propulsion) -> Nodes:
    time = h_s * load(NODES, 0)
    at_s = t_s + time
    mass = y[6] - burned(t_s, time, propulsion)
    return Nodes(time, at_s, thrust_at(at_s, propulsion) / mass, mass)


@formula
def _push(
    t_s: float, h_s: float, y: NDArray[np.float64], r: Any, a: Any, nodes: Nodes, environment: Environment, room: Any
) -> tuple[int, float]:
    """Write what forces of the user's own give at the nodes (m/s2) into room for it, in place of what they gave before.

    Return which of them gives no finite number, or NONE, and the root of the sum of squares of the change. They are
    kept in memory, and not in registers, so that steps without them are as fast as if there were none.
    """
    v = velocities(y, h_s, a)
    before = _kept(room)
    given = everywhere(0.0), everywhere(0.0), everywhere(0.0)
    lost = NONE
    for i in range(WIDTH):
        at, along = (lane(r[0], i), lane(r[1], i), lane(r[2], i)), (lane(v[0], i), lane(v[1], i), lane(v[2], i))
        time_s, mass_kg = t_s + lane(nodes.time, i), lane(nodes.mass, i)
        own, which = own_acceleration(
            time_s, at, along, mass_kg, environment.epoch_et_s, environment.angles, environment.forces
        )
        given = with_lane(given[0], i, own[0]), with_lane(given[1], i, own[1]), with_lane(given[2], i, own[2])
        lost = which if lost == NONE else lost
    for k in range(3):
        store(given[k], room, WIDTH * k)
    return lost, distance(given, before)


@part_of_kernel
def _kept(room: Any) -> tuple[Lanes, Lanes, Lanes]:
    return load(room, 0), load(room, WIDTH), load(room, 2 * WIDTH)


@part_of_kernel
def _kepler(t: Lanes, y: NDArray[np.float64], gm: float) -> tuple[Lanes, Lanes, Lanes]:
    """Return positions (m) on the osculating orbit by the series of f and g to the fifth order.

    Bate, Mueller & White 1971, Fundamentals of Astrodynamics, section 5.6; a start for the sweeps.
    """
    r2 = y[0] * y[0] + y[1] * y[1] + y[2] * y[2]
    u = gm / (r2 * sqrt(r2))
    p = (y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / r2
    q = (y[3] * y[3] + y[4] * y[4] + y[5] * y[5]) / r2 - u
    f4, f5 = u * (3.0 * q - 15.0 * p * p + u) / 24.0, u * p * (7.0 * p * p - 3.0 * q - u) / 8.0
    g5 = u * (9.0 * q - 45.0 * p * p + u) / 120.0
    f = 1.0 - t * t * (0.5 * u - t * (0.5 * u * p + t * (f4 + f5 * t)))
    g = t - t * t * t * (u / 6.0 - t * (0.25 * u * p + g5 * t))
    return f * y[0] + g * y[3], f * y[1] + g * y[4], f * y[2] + g * y[5]


@part_of_kernel
def step_end(
    t_s: float,
    h_s: float,
    y: NDArray[np.float64],
    solution: Solution,
    propulsion: Propulsion,
    out: NDArray[np.float64],
) -> None:
    """Write the state at the end of a step from ``y`` at ``t_s`` into ``out``, which may be ``y``."""
    to_velocity, to_position = h_s * load(END_VELOCITY, 0), h_s * h_s * load(END_POSITION, 0)
    for i in range(3):
        a = solution.a[i]
        out[i] = y[i] + (h_s * y[3 + i] + total(to_position * a))
        out[3 + i] = y[3 + i] + total(to_velocity * a)
    out[6:9] = y[6:9]
    if propulsion.thrust_n > 0.0:
        out[6] -= burned(t_s, h_s, propulsion)
        out[7] += total(to_velocity * solution.specific_force)
        out[8] += total(to_velocity * solution.sensed)
