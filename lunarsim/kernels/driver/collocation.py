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

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev, legendre
from numpy.typing import NDArray

from lunarsim.kernels.compiled import part_of_kernel
from lunarsim.kernels.forces.gravity import point_mass
from lunarsim.kernels.forces.gravity_grid import exact_field
from lunarsim.kernels.forces.motion import (
    Environment,
    Propulsion,
    Sky,
    gravity,
    pull_of_sky,
    sensed,
    sky_at_eight,
    thrust,
)
from lunarsim.kernels.numerics.vectors import added
from lunarsim.kernels.simd.lanes import WIDTH, Lanes, everywhere, lane, load, total

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

_NEAR_M = 1.0  # nodes this close to where they will be are good enough for the full field
_CONVERGED = 1e-2  # of the tolerance: sweeps end when the nodes move less
_MOST_SWEEPS = 12
_MOST_EVALUATIONS = 4
_STRONGEST_GRADIENT = 1e-8  # 1/s2, of what is held: that of 200 mGal over 200 km
_TERM_TO_ERROR = 0.005  # of h^2 a_7, the term that ends the series; on the safe side, see decision 0009


class Nodes(NamedTuple):
    """What is known at the nodes of a step before it is solved."""

    time: Lanes  #: s after the start of the step
    specific_force: Lanes  #: thrust over mass (m/s2)
    mass: Lanes
    sky: Sky


class Solution(NamedTuple):
    """The forces at the nodes of one step."""

    a: tuple[Lanes, Lanes, Lanes]  #: acceleration (m/s2, ICRF axes)
    specific_force: Lanes  #: thrust over mass (m/s2)
    converged: bool
    error_m: float  #: estimated local error of the position
    evaluations: int  #: of the full field, and the sky, at eight nodes each


@part_of_kernel
def collocate(
    t_s: float,
    h_s: float,
    y: NDArray[np.float64],
    environment: Environment,
    propulsion: Propulsion,
    tolerance_m: float,
    still_mps: float,
) -> Solution:
    """Return the forces at the nodes of a step of ``h_s`` from state ``y`` at ``t_s``; see :mod:`motion`.

    ``tolerance_m`` is the local error of the position that the step may have; the last sweeps change the velocities
    by no more than ``still_mps``.
    """
    gm = exact_field(environment.field).gm
    nodes = _nodes_of(t_s, h_s, y, environment, propulsion)
    r, v = _kepler(nodes.time, y, gm), (everywhere(y[3]), everywhere(y[4]), everywhere(y[5]))
    zero = everywhere(0.0)
    a = held = zero, zero, zero
    seen = r
    near, evaluations, converged = _NEAR_M, 0, False
    while evaluations < _MOST_EVALUATIONS:
        moved, turned, sweep = np.inf, 0.0, 0
        while (moved > near or turned > still_mps) and sweep < _MOST_SWEEPS:
            a = added(point_mass(r[0], r[1], r[2], gm), held)
            if propulsion.thrust_n > 0.0:
                a = added(a, thrust(r, v, nodes.specific_force, propulsion))
            before = r
            r = _positions(y, nodes.time, h_s, a)
            if propulsion.thrust_n > 0.0:
                slower, v = v, _velocities(y, h_s, a)
                turned = _distance(v, slower) if evaluations > 0 else 0.0
            moved = _distance(r, before)
            sweep += 1
        if moved > near or turned > still_mps:
            break
        if evaluations > 0 and _distance(r, seen) * _STRONGEST_GRADIENT * h_s * h_s < tolerance_m:
            converged = True
            break
        near = _CONVERGED * tolerance_m
        held, seen = _beyond(r, nodes, environment), r
        evaluations += 1
    return Solution(a, nodes.specific_force, converged, _error(h_s, a), evaluations)


@part_of_kernel
def _nodes_of(
    t_s: float, h_s: float, y: NDArray[np.float64], environment: Environment, propulsion: Propulsion
) -> Nodes:
    time = h_s * load(NODES, 0)
    mass = y[6] - propulsion.thrust_n / propulsion.exhaust_velocity_mps * time
    sky = sky_at_eight(environment.epoch_et_s + (t_s + time), environment)
    return Nodes(time, propulsion.thrust_n / mass, mass, sky)


@part_of_kernel
def _beyond(r: Any, nodes: Nodes, environment: Environment) -> tuple[Lanes, Lanes, Lanes]:
    """Return what pulls beside the central term, without the thrust."""
    sky = pull_of_sky(r, nodes.mass, nodes.sky, environment)
    exact = exact_field(environment.field)
    if exact.degree < 2:
        return sky
    ax, ay, az = point_mass(r[0], r[1], r[2], exact.gm)
    return added(added(gravity(r, nodes.sky, environment.field), (-ax, -ay, -az)), sky)


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
        out[8] += total(to_velocity * sensed(solution.specific_force, propulsion))


@part_of_kernel
def write_path(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the position (m) along a step as Chebyshev series, shape (1, 3, terms)."""
    for i in range(3):
        for k in range(TERMS):
            coefficients[0, i, k] = h_s * h_s * total(solution.a[i] * load(_PATH_POSITION, WIDTH * k))
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
def write_sensed(
    h_s: float, y: NDArray[np.float64], solution: Solution, propulsion: Propulsion, coefficients: NDArray[np.float64]
) -> None:
    """Write the sensed delta-v (m/s) along a step as a Chebyshev series, shape (1, 1, terms)."""
    rate = sensed(solution.specific_force, propulsion)
    for k in range(TERMS):
        coefficients[0, 0, k] = h_s * total(rate * load(_PATH_VELOCITY, WIDTH * k))
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
        series[k, 8] = total(sensed(solution.specific_force, propulsion) * to_velocity) if burns else 0.0
    for k in range(2):  # what changes evenly: half of its change in each of the first two terms
        for i in range(3):
            series[k, i] += 0.5 * h_s * y[3 + i]
        if burns:
            series[k, 6] = -0.5 * h_s * propulsion.thrust_n / propulsion.exhaust_velocity_mps
