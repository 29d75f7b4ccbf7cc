"""Keplerian elements: the state of a set of them, and those of a state, also where it has no node or no perilune."""

from math import atan2, cos, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, kernel
from lunarsim.kernels.geometry.orbit import around, conic_of_state
from lunarsim.kernels.geometry.orientation import euler_313
from lunarsim.kernels.numerics.vectors import cross

Vector = tuple[float, float, float]

_ROUNDING = 1e-14  # an eccentricity or the sine of an inclination below which perilune or node are rounding


@formula
def state_from_elements(
    gm: float, p: float, e: float, inclination: float, node: float, argument: float, anomaly: float
) -> tuple[Vector, Vector]:
    """Return position (m) and velocity (m/s) for a semi-latus rectum (m), eccentricity and angles (rad).

    Battin 1999, section 3.3: in the plane of the orbit, then turned by the transpose of R3(argument) R1(i) R3(node).
    """
    to_perilune, along_perilune, _ = euler_313(node, inclination, argument)
    c, s = cos(anomaly), sin(anomaly)
    radius, speed = p / (1.0 + e * c), sqrt(gm / p)
    x, y, vx, vy = radius * c, radius * s, -speed * s, speed * (e + c)
    return (
        (
            x * to_perilune[0] + y * along_perilune[0],
            x * to_perilune[1] + y * along_perilune[1],
            x * to_perilune[2] + y * along_perilune[2],
        ),
        (
            vx * to_perilune[0] + vy * along_perilune[0],
            vx * to_perilune[1] + vy * along_perilune[1],
            vx * to_perilune[2] + vy * along_perilune[2],
        ),
    )


@formula
def elements_from_state(gm: float, r: Any, v: Any) -> tuple[float, float, float, float, float, float]:
    """Return semi-major axis (m), eccentricity, inclination, node, argument, true anomaly (rad).

    The state must have an orbital plane: an angular momentum that is not zero. Node and argument are from 0 to 2 pi,
    the latter excluded. An orbit in the equator has its node at 0; a round one its argument, and the anomaly then
    counts from the node.
    """
    _, inverse_a, e_cos, e_sin = conic_of_state(r, v, gm)
    e, anomaly = sqrt(e_cos * e_cos + e_sin * e_sin), atan2(e_sin, e_cos)
    h0, h1, h2 = cross(r, v)
    across = sqrt(h0 * h0 + h1 * h1)
    h = sqrt(across * across + h2 * h2)
    node_x, node_y = (-h1 / across, h0 / across) if across > _ROUNDING * h else (1.0, 0.0)
    north = (h2 * (node_x * r[1] - node_y * r[0]) + across * r[2]) / h
    from_node = atan2(north, node_x * r[0] + node_y * r[1])
    if e < _ROUNDING:
        anomaly = from_node
    anomaly = anomaly if anomaly > -np.pi else np.pi
    if inverse_a == 0.0:  # a parabola
        a, e = np.inf, 1.0
    else:
        a, e = 1.0 / inverse_a, max(e, 1.0) if inverse_a < 0.0 else min(e, 1.0)  # open and bound by the energy
    return a, e, atan2(across, h2), around(atan2(node_y, node_x)), around(from_node - anomaly), anomaly


@formula
def conic(lowest_m: float, highest_m: float) -> tuple[float, float]:
    """Return the semi-latus rectum (m) and the eccentricity of an orbit between two radii."""
    total = lowest_m + highest_m
    return 2.0 * lowest_m * highest_m / total, (highest_m - lowest_m) / total


@kernel
def states_from_elements(
    elements: NDArray[np.float64], gm: float, radius_m: float, rot: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return states (m, m/s) in inertial axes, shape (n, 6), of many orbits.

    ``elements`` has the shape (n, 6): the altitudes of perilune and apolune above ``radius_m`` (m), then
    inclination, node, argument of perilune and true anomaly (rad) in the axes to which ``rot`` turns. An orbit
    that is impossible, its perilune above its apolune or below the centre, gives NaN.
    """
    states = np.full((elements.shape[0], 6), np.nan)
    for i in range(elements.shape[0]):
        low, high = radius_m + elements[i, 0], radius_m + elements[i, 1]
        if 0.0 < low <= high:
            p, e = conic(low, high)
            r, v = state_from_elements(gm, p, e, elements[i, 2], elements[i, 3], elements[i, 4], elements[i, 5])
            for k in range(3):
                states[i, k] = rot[0, k] * r[0] + rot[1, k] * r[1] + rot[2, k] * r[2]
                states[i, 3 + k] = rot[0, k] * v[0] + rot[1, k] * v[1] + rot[2, k] * v[2]
    return states
