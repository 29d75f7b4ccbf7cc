"""One step of the compiled driver: Gauss-Legendre collocation at eight nodes, solved by sweeps.

The acceleration along a step is a polynomial through its values at eight Gauss-Legendre nodes; velocity and
position are its integrals (an implicit Runge-Kutta-Nystrom method of order 16; Hairer, Norsett & Wanner 1993,
Solving Ordinary Differential Equations I, sections II.7 and II.14). The nodes fill the eight lanes, so that the
forces at all of them are evaluated as one. Sweeps of successive substitution (Picard; Bai & Junkins 2011,
J. Astronaut. Sci. 58, 615) converge by a factor of a hundred each, because a step is a small part of a revolution.

The sweeps evaluate the central term and the thrust. All other forces are a thousandth of the central term and
change by less than a ten-millionth of themselves a metre: they are evaluated at the nodes once, held, and again
only where the nodes have moved too far since (Bradley, Jones, Beylkin & Axelrad 2012, J. Astronaut. Sci. 59, 443,
use a coarse field for the first sweeps in the same way).
"""

from math import isfinite, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.forces.gravity import point_mass
from lunarsim.kernels.forces.gravity_grid import exact_field
from lunarsim.kernels.forces.motion import (
    Environment,
    Propulsion,
    gravity,
    pull_of_sky,
    sensed,
    senses_by_itself,
    sky_at_eight,
    thrust,
)
from lunarsim.kernels.forces.own import NONE, own_acceleration
from lunarsim.kernels.forces.steering import Motion
from lunarsim.kernels.numerics.vectors import added
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, store, total, with_lane

TERMS = WIDTH + 2  #: of the Chebyshev series of a step: the position is of degree 9


def _nodes() -> tuple[Any, Any]:
    """Nodes on 0 to 1 and the factors that turn values there into Legendre coefficients, shape (8, 8)."""
    x, w = legendre.leggauss(WIDTH)
    n = np.arange(WIDTH)
    return 0.5 * (x + 1.0), (n[:, None] + 0.5) * w * legendre.legvander(x, WIDTH - 1).T


def _integrals(times: int) -> Any:
    """Legendre coefficients of the repeated integral from 0 of the polynomial through eight values, on 0 to 1."""
    series = _nodes()[1]
    for _ in range(times):
        series = 0.5 * legendre.legint(series, lbnd=-1)
    return series


def _at_nodes(times: int) -> Any:
    return np.ascontiguousarray(legendre.legval(2.0 * NODES - 1.0, _integrals(times))).ravel()


def _at_end(times: int) -> Any:
    return legendre.legval(1.0, _integrals(times))


def _as_chebyshev(times: int) -> Any:
    """Chebyshev coefficients of the repeated integral, shape (terms, 8)."""
    points = np.cos(np.pi * (np.arange(TERMS) + 0.5) / TERMS)
    values = legendre.legval(points, _integrals(times)).T
    return np.linalg.solve(chebyshev.chebvander(points, TERMS - 1), values)


NODES = _nodes()[0]
_HIGHEST_TERM = _nodes()[1][-1]  # Legendre coefficient of degree 7
_TO_VELOCITY, _TO_POSITION = _at_nodes(1), _at_nodes(2)  # node k's share in all nodes begins at 8 k
_END_VELOCITY, _END_POSITION = _at_end(1), _at_end(2)
_PATH_VELOCITY, _PATH_POSITION = _as_chebyshev(1).ravel(), _as_chebyshev(2).ravel()  # term k's begin at 8 k

#: Node k's share in the terms of the path begins at 16 k; there are ten.
_TERMS_OF_NODE = np.hstack((_as_chebyshev(2).T, np.zeros((WIDTH, 2 * WIDTH - TERMS)))).ravel()
_TO_POWERS = np.ascontiguousarray(np.linalg.inv(np.vander(2.0 * NODES - 1.0, increasing=True)).T).ravel()
_WINDOW_S = 16.0  # 26 km in a low orbit, an eighth of the shortest wave of a field of degree 50
_SHORT_STEP_S = 4.0  # a window is for steps up to this long

_NEAR_M = 1.0  # nodes this close to where they will be are good enough for the full field
_CONVERGED = 1e-2  # of the tolerance: sweeps end when the nodes move less
_MOST_SWEEPS = 12
_MOST_EVALUATIONS = 4
_STRONGEST_GRADIENT = 1e-8  # 1/s2, of what is held: that of 200 mGal over 200 km
_TERM_TO_ERROR = 0.005  # of h^2 a_7, the term that ends the series; on the safe side, see decision 0009


class Nodes(NamedTuple):
    """What is known at the nodes of a step before it is solved."""

    time: Lanes  #: s after the start of the step
    t_s: Lanes  #: s after the epoch of the scenario's state
    specific_force: Lanes  #: thrust over mass (m/s2)
    mass: Lanes


class Window(NamedTuple):
    """What pulls beside the central term along a way ahead, for the many short steps of a guided descent.

    A cycle of a second or two is a hundredth of the shortest wave of a field of degree 50: what is evaluated at eight
    places of it is worth as much for ten of them. Arrays, which a run keeps to itself and begins with zeros.
    """

    #: shape (4,): from and to when; how far the next may reach (0: as far as any); before when there is none
    span_s: NDArray[np.float64]
    way: NDArray[np.float64]  #: shape (9,): where the craft is expected, a polynomial of degree 2 for each component
    force: NDArray[np.float64]  #: shape (24,): acceleration (m/s2), eight powers over -1 to 1 for each component
    own: NDArray[np.float64]  #: shape (24,): what forces of the user's own gave last at the nodes of a step (m/s2)


@formula
def no_window() -> Window:
    """Return the window of a run that begins."""
    return Window(np.zeros(4), np.zeros(9), np.zeros(3 * WIDTH), np.zeros(3 * WIDTH))


@formula
def forget(window: Window) -> None:
    """Make a window that of a run that begins."""
    for array in window:
        array[:] = 0.0


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
    gm = exact_field(environment.field).gm
    nodes = _nodes_of(t_s, h_s, y, propulsion)
    r, v = _kepler(nodes.time, y, gm), (everywhere(y[3]), everywhere(y[4]), everywhere(y[5]))
    zero = everywhere(0.0)
    a = held = zero, zero, zero
    own, lost = environment.forces.addresses[0] != 0, NONE
    seen, over_s = r, h_s
    near, evaluations, converged = _NEAR_M, 0, False
    known, ahead, looked = False, False, 0
    if 0.0 < h_s <= _SHORT_STEP_S and not own:  # of whose smoothness nothing is known
        looked = _reach(t_s, h_s, y, environment, propulsion, tolerance_m, window)
        known = ahead = window.span_s[0] <= t_s and t_s + h_s <= window.span_s[1]
    if ahead:
        over_s = window.span_s[1] - window.span_s[0]
        part = ((t_s - window.span_s[0]) + nodes.time) / over_s
        held, seen, near = _along(part, window.force), _along_way(part, window.way), _CONVERGED * tolerance_m
    while evaluations < _MOST_EVALUATIONS:
        a, r, v, settled = _swept(h_s, y, Sweep(r, v, held, near, still_mps, known), nodes, gm, propulsion)
        if not settled:
            break
        alike = known and _distance(r, seen) * _STRONGEST_GRADIENT * over_s * over_s < tolerance_m
        if own:  # nothing is known of their gradients: they have to stay as they were
            lost, change = _push(t_s, h_s, y, r, a, nodes, environment, window.own)
            alike = alike and change * h_s * h_s < tolerance_m
        if alike or lost != NONE:
            converged = lost == NONE
            break
        if ahead:  # and the way is another: the next window reaches less far
            window.span_s[1], window.span_s[2] = window.span_s[0], 0.5 * over_s
        near, over_s, known, ahead = _CONVERGED * tolerance_m, h_s, True, False
        held, seen = _beyond(r, nodes.t_s, nodes.mass, environment), r
        if own:
            held = added(held, _kept(window.own))
        evaluations += 1
    reading, error_mps = _read(h_s, nodes, propulsion)
    converged = converged and isfinite(error_mps)
    return Solution(a, nodes.specific_force, reading, converged, _error(h_s, a), error_mps, looked + evaluations, lost)


class Sweep(NamedTuple):
    """What the sweeps of a step begin with."""

    r: Any  #: positions at the nodes (m), velocities (m/s), what is held beside the central term and the thrust (m/s2)
    v: Any
    held: Any
    near: float  #: sweeps end when the nodes move less (m), and change their velocities by no more (m/s)
    still_mps: float
    known: bool  #: whether what is held is that of these nodes


@part_of_kernel
def _swept(
    h_s: float, y: NDArray[np.float64], start: Sweep, nodes: Nodes, gm: float, propulsion: Propulsion
) -> tuple[Any, Any, Any, bool]:
    """Return accelerations, positions and velocities at the nodes after sweeps, and whether they have settled."""
    a, r, v = start.held, start.r, start.v
    moved, turned, sweep = np.inf, 0.0, 0
    while (moved > start.near or turned > start.still_mps) and sweep < _MOST_SWEEPS:
        a = added(point_mass(r[0], r[1], r[2], gm), start.held)
        if propulsion.thrust_n > 0.0:
            a = added(a, thrust(Motion(nodes.t_s, r, v, nodes.mass), nodes.specific_force, propulsion))
        before = r
        r = _positions(y, nodes.time, h_s, a)
        if propulsion.thrust_n > 0.0:
            slower, v = v, _velocities(y, h_s, a)
            turned = _distance(v, slower) if start.known else 0.0
        moved = _distance(r, before)
        sweep += 1
    return a, r, v, not (moved > start.near or turned > start.still_mps)


@part_of_kernel
def _read(h_s: float, nodes: Nodes, propulsion: Propulsion) -> tuple[Lanes, float]:
    """Return what the accelerometer reports at the nodes (m/s2), and the last term of what a user's own adds up."""
    reading, error_mps = everywhere(0.0), 0.0
    if propulsion.thrust_n > 0.0:
        reading = sensed(nodes.t_s, nodes.mass, nodes.specific_force, propulsion)
        if senses_by_itself(propulsion):
            error_mps = abs(h_s * total(load(_HIGHEST_TERM, 0) * reading))
    return reading, error_mps


@part_of_kernel
def _nodes_of(t_s: float, h_s: float, y: NDArray[np.float64], propulsion: Propulsion) -> Nodes:
    time = h_s * load(NODES, 0)
    mass = y[6] - propulsion.thrust_n / propulsion.exhaust_velocity_mps * time
    return Nodes(time, t_s + time, propulsion.thrust_n / mass, mass)


@formula
def _beyond(r: Any, t_s: Lanes, mass_kg: Lanes, environment: Environment) -> tuple[Lanes, Lanes, Lanes]:
    """Return what pulls beside the central term, without the thrust, at eight places and times."""
    sky = sky_at_eight(environment.epoch_et_s + t_s, environment)
    pull = pull_of_sky(r, mass_kg, sky, environment)
    exact = exact_field(environment.field)
    if exact.degree < 2:
        return pull
    ax, ay, az = point_mass(r[0], r[1], r[2], exact.gm)
    return added(added(gravity(r, sky, environment.field), (-ax, -ay, -az)), pull)


@formula
def _reach(
    t_s: float,
    h_s: float,
    y: NDArray[np.float64],
    environment: Environment,
    propulsion: Propulsion,
    tolerance_m: float,
    window: Window,
) -> int:
    """Have a window reach over a step, where one can; return how often the full field was evaluated for that.

    The way ahead is that of the present acceleration. What pulls along it, evaluated at the nodes of the window, is a
    polynomial, good enough where its last term is, as in a step.
    """
    if (window.span_s[0] <= t_s and t_s + h_s <= window.span_s[1]) or t_s < window.span_s[3]:
        return 0
    evaluations, length_s = 0, window.span_s[2] if window.span_s[2] > 0.0 else _WINDOW_S
    r, v = (y[0], y[1], y[2]), (y[3], y[4], y[5])
    a = point_mass(r[0], r[1], r[2], exact_field(environment.field).gm)
    if propulsion.thrust_n > 0.0:
        a = added(a, thrust(Motion(t_s, r, v, y[6]), propulsion.thrust_n / y[6], propulsion))
    while length_s >= 2.0 * h_s:
        for i in range(3):
            window.way[3 * i] = r[i]
            window.way[3 * i + 1], window.way[3 * i + 2] = v[i] * length_s, 0.5 * a[i] * length_s * length_s
        part = load(NODES, 0)
        force = _beyond(_along_way(part, window.way), t_s + length_s * part, everywhere(y[6]), environment)
        evaluations += 1
        if _error(length_s, force) <= tolerance_m:
            for i in range(3):
                store(_integrated(force[i], _TO_POWERS), window.force, WIDTH * i)
            window.span_s[0], window.span_s[1] = t_s, t_s + length_s
            window.span_s[2] = min(2.0 * length_s, _WINDOW_S)
            return evaluations
        length_s *= 0.5
    window.span_s[2], window.span_s[3] = 0.0, t_s + _WINDOW_S
    return evaluations


@part_of_kernel
def _along(part: Lanes, force: NDArray[np.float64]) -> tuple[Lanes, Lanes, Lanes]:
    """Return what pulls in a window at eight parts (0 to 1) of it."""
    x = 2.0 * part - 1.0
    return _polynomial(x, force, 0), _polynomial(x, force, WIDTH), _polynomial(x, force, 2 * WIDTH)


@part_of_kernel
def _polynomial(x: Lanes, powers: NDArray[np.float64], first: int) -> Lanes:
    value = everywhere(powers[first + WIDTH - 1])
    for k in range(WIDTH - 2, -1, -1):
        value = value * x + powers[first + k]
    return value


@part_of_kernel
def _along_way(part: Lanes, way: NDArray[np.float64]) -> tuple[Lanes, Lanes, Lanes]:
    """Return where a window expects the craft at eight parts (0 to 1) of it (m)."""
    return (
        way[0] + (way[1] + way[2] * part) * part,
        way[3] + (way[4] + way[5] * part) * part,
        way[6] + (way[7] + way[8] * part) * part,
    )


@formula
def _push(
    t_s: float, h_s: float, y: NDArray[np.float64], r: Any, a: Any, nodes: Nodes, environment: Environment, room: Any
) -> tuple[int, float]:
    """Write what forces of the user's own give at the nodes (m/s2) into room for it, in place of what they gave before.

    Return which of them gives no finite number, or NONE, and the root of the sum of squares of the change. They are
    kept in memory, and not in registers, so that steps without them are as fast as if there were none.
    """
    v = _velocities(y, h_s, a)
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
    return lost, _distance(given, before)


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
def _positions(y: NDArray[np.float64], t: Lanes, h_s: float, a: Any) -> tuple[Lanes, Lanes, Lanes]:
    k = h_s * h_s
    return (
        y[0] + (y[3] * t + k * _integrated(a[0], _TO_POSITION)),
        y[1] + (y[4] * t + k * _integrated(a[1], _TO_POSITION)),
        y[2] + (y[5] * t + k * _integrated(a[2], _TO_POSITION)),
    )


@part_of_kernel
def _velocities(y: NDArray[np.float64], h_s: float, a: Any) -> tuple[Lanes, Lanes, Lanes]:
    return (
        y[3] + h_s * _integrated(a[0], _TO_VELOCITY),
        y[4] + h_s * _integrated(a[1], _TO_VELOCITY),
        y[5] + h_s * _integrated(a[2], _TO_VELOCITY),
    )


@part_of_kernel
def _integrated(a: Lanes, integrals: NDArray[np.float64]) -> Lanes:
    """Return an integral at the nodes, of a step of length 1, of what has the values ``a`` there."""
    result = everywhere(0.0)
    for k in range(WIDTH):
        result = result + lane(a, k) * load(integrals, WIDTH * k)
    return result


@part_of_kernel
def _distance(r: Any, other: Any) -> float:
    """Return the root of the sum of squares of how far all nodes are from where they were."""
    x, y, z = r[0] - other[0], r[1] - other[1], r[2] - other[2]
    return sqrt(total(x * x + y * y + z * z))


@part_of_kernel
def _error(h_s: float, a: Any) -> float:
    """Return an estimate of the local error of the position (m), from the last term of the acceleration's series."""
    term = load(_HIGHEST_TERM, 0)
    x, y, z = total(term * a[0]), total(term * a[1]), total(term * a[2])
    return _TERM_TO_ERROR * h_s * h_s * sqrt(x * x + y * y + z * z)


@part_of_kernel
def step_end(
    h_s: float, y: NDArray[np.float64], solution: Solution, propulsion: Propulsion, out: NDArray[np.float64]
) -> None:
    """Write the state at the end of a step into ``out``, which may be ``y``."""
    to_velocity, to_position = h_s * load(_END_VELOCITY, 0), h_s * h_s * load(_END_POSITION, 0)
    for i in range(3):
        a = solution.a[i]
        out[i] = y[i] + (h_s * y[3 + i] + total(to_position * a))
        out[3 + i] = y[3 + i] + total(to_velocity * a)
    out[6:9] = y[6:9]
    if propulsion.thrust_n > 0.0:
        out[6] -= propulsion.thrust_n / propulsion.exhaust_velocity_mps * h_s
        out[7] += total(to_velocity * solution.specific_force)
        out[8] += total(to_velocity * solution.sensed)


@part_of_kernel
def write_path(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the position (m) along a step as Chebyshev series, shape (1, 3, terms)."""
    flat = coefficients.reshape(3 * TERMS)
    for i in range(3):
        low = high = everywhere(0.0)
        for k in range(WIDTH):  # node by node: all terms at once
            force = h_s * h_s * lane(solution.a[i], k)
            low, high = (
                low + force * load(_TERMS_OF_NODE, 2 * WIDTH * k),
                high + force * load(_TERMS_OF_NODE, 2 * WIDTH * k + WIDTH),
            )
        store(low, flat, TERMS * i)
        for k in range(WIDTH, TERMS):
            flat[TERMS * i + k] = lane(high, k - WIDTH)
        coefficients[0, i, 0] += y[i] + 0.5 * h_s * y[3 + i]
        coefficients[0, i, 1] += 0.5 * h_s * y[3 + i]


@part_of_kernel
def write_velocity(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the velocity (m/s) along a step as Chebyshev series, shape (1, 3, terms)."""
    for i in range(3):
        for k in range(TERMS):
            coefficients[0, i, k] = h_s * total(solution.a[i] * load(_PATH_VELOCITY, WIDTH * k))
        coefficients[0, i, 0] += y[3 + i]


@part_of_kernel
def write_sensed(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the sensed delta-v (m/s) along a step as a Chebyshev series, shape (1, 1, terms)."""
    for k in range(TERMS):
        coefficients[0, 0, k] = h_s * total(solution.sensed * load(_PATH_VELOCITY, WIDTH * k))
    coefficients[0, 0, 0] += y[8]


@part_of_kernel
def write_series(
    h_s: float, y: NDArray[np.float64], solution: Solution, propulsion: Propulsion, series: NDArray[np.float64]
) -> None:
    """Write what is added to the vector along a step as Chebyshev series, shape (terms, 9); all zero at its start."""
    burns = propulsion.thrust_n > 0.0
    for k in range(TERMS):
        to_velocity, to_position = h_s * load(_PATH_VELOCITY, WIDTH * k), h_s * h_s * load(_PATH_POSITION, WIDTH * k)
        for i in range(3):
            series[k, i] = total(solution.a[i] * to_position)
            series[k, 3 + i] = total(solution.a[i] * to_velocity)
        series[k, 6] = 0.0
        series[k, 7] = total(solution.specific_force * to_velocity) if burns else 0.0
        series[k, 8] = total(solution.sensed * to_velocity) if burns else 0.0
    for k in range(2):  # what changes evenly: half of its change in each of the first two terms
        for i in range(3):
            series[k, i] += 0.5 * h_s * y[3 + i]
        if burns:
            series[k, 6] = -0.5 * h_s * propulsion.thrust_n / propulsion.exhaust_velocity_mps
