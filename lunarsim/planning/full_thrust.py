"""The descent of least propellant at full thrust: planar, about a point mass, from the best ignition on an orbit.

In double precision and SI units. Axes: x up at ignition, y in the direction of flight.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares, minimize_scalar

Vector = NDArray[np.float64]

_DEEPEST_M = 100e3  # how far below the ground a perilune is looked for; steeper descents cost more
_PERILUNE_M = 200.0  # how closely: the cost is flat there, to 0.01 m/s
_SOLVED = 1e-12  # sum of squares of the scaled misses: microns and microns per second
_SCALES = np.array([1e4, 50.0, 50.0, 1.0])  # of the misses: m, m/s, m/s, m/s2
_TOLERANCE = 1e-10  # of the integration, relative
_TRIALS = 100  # far more than any descent that exists has needed: 66
_MOST = 0.999  # of the time until the craft would be all burnt


class FullThrust(NamedTuple):
    """The craft and the ground of a descent."""

    gm: float
    thrust_n: float
    exhaust_velocity_mps: float
    mass_kg: float
    radius_m: float  #: of the ground
    surface_mps: float  #: of the turning ground, in the plane of flight


class _Ignition(NamedTuple):
    """A point of an orbit."""

    radius_m: float
    up_mps: float
    ahead_mps: float


def least_delta_v_mps(craft: FullThrust, perilune_m: float, apolune_m: float) -> float | None:
    """Return the least delta-v (m/s) from an orbit of these radii (m) to rest on the ground; None: none is found.

    An impulse at apolune may lower the perilune before: down to the ground, or below it where the engine starts
    before perilune. For an orbit that strikes the ground already there is no time for it.
    """
    at_once = solved(craft, perilune_m, apolune_m) if _can_hover_at_last(craft, perilune_m, apolune_m) else None
    if at_once is None:
        return None
    costs, guess = [_delta_v(craft, 1e3 * at_once[3])], at_once

    def cost(low_m: float) -> float:
        nonlocal guess
        impulse = _apolune_speed(craft.gm, perilune_m, apolune_m) - _apolune_speed(craft.gm, low_m, apolune_m)
        lighter = craft._replace(mass_kg=craft.mass_kg * np.exp(-impulse / craft.exhaust_velocity_mps))
        found = solved(lighter, low_m, apolune_m, guess)
        if found is None or (low_m < craft.radius_m and found[0] > 0.0):  # none, or through the ground
            return 2.0 * costs[0]
        guess = found
        costs.append(impulse + _delta_v(lighter, 1e3 * found[3]))
        return costs[-1]

    if perilune_m > craft.radius_m + _PERILUNE_M:
        cost(craft.radius_m)
        lowest = craft.radius_m if guess[0] > 0.0 else craft.radius_m - _DEEPEST_M
        minimize_scalar(cost, bounds=(lowest, perilune_m), method="bounded", options={"xatol": _PERILUNE_M})
    return min(costs)


def solved(craft: FullThrust, perilune_m: float, apolune_m: float, guess: Vector | None = None) -> Vector | None:
    """Return the best single descent from an orbit, or None if none was found.

    The four unknowns: eccentric anomaly at ignition (rad), direction of the primer vector above the direction of
    flight (rad), upward part of lambda_r, its negative rate (in mean motions at the ground), burn time (1000 s).
    """
    longest = 1e-3 * _MOST * craft.mass_kg * craft.exhaust_velocity_mps / craft.thrust_n

    def misses(unknown: Vector) -> Vector:
        if not 0.0 < unknown[3] < longest:
            return np.full(4, 1e3)
        return _misses(unknown, craft, perilune_m, apolune_m)

    start = _first_guess(craft, perilune_m, apolune_m) if guess is None else guess.copy()
    start[3] = min(start[3], 0.99 * longest)
    found = least_squares(misses, start, xtol=1e-12, ftol=1e-12, gtol=1e-12, max_nfev=_TRIALS)
    return np.asarray(found.x) if found.cost < _SOLVED else None


def _misses(unknown: Vector, craft: FullThrust, perilune_m: float, apolune_m: float) -> Vector:
    """Return, scaled, by how much the end misses the ground at rest, and the condition of the best ignition.

    That condition: on the orbit before, lambda_r . v + lambda_v . g = 0. The rate lambda_r across follows from
    the free place of the end: r x lambda_r + v x lambda_v = 0.
    """
    at = _ignition(craft.gm, perilune_m, apolune_m, unknown[0])
    primer = np.array([np.sin(unknown[1]), np.cos(unknown[1])])
    lambda_r = np.array(
        [
            unknown[2] * np.sqrt(craft.gm / craft.radius_m**3),
            (at.ahead_mps * primer[0] - at.up_mps * primer[1]) / at.radius_m,
        ]
    )
    start = np.array([at.radius_m, 0.0, at.up_mps, at.ahead_mps, *primer, *lambda_r])
    flown = solve_ivp(
        _rates, (0.0, 1e3 * unknown[3]), start, args=(craft,), method="DOP853", rtol=_TOLERANCE, atol=_TOLERANCE
    )
    x, y, vx, vy = flown.y[:4, -1]
    r = np.hypot(x, y)
    stationary = lambda_r @ (at.up_mps, at.ahead_mps) - primer[0] * craft.gm / at.radius_m**2
    ends = (r - craft.radius_m, (x * vx + y * vy) / r, (x * vy - y * vx) / r - craft.surface_mps, stationary)
    misses: Vector = np.array(ends) / _SCALES
    return misses


def _rates(t_s: float, y: Vector, craft: FullThrust) -> list[float]:
    """Return the rates of position, velocity, primer vector lambda_v, and lambda_r; thrust is along the primer."""
    px, py, vx, vy, ux, uy, qx, qy = y
    r2 = px * px + py * py
    k = craft.gm / (r2 * np.sqrt(r2))
    mass = craft.mass_kg - craft.thrust_n / craft.exhaust_velocity_mps * t_s
    a = craft.thrust_n / mass / np.hypot(ux, uy)
    d = 3.0 * k * (px * ux + py * uy) / r2
    return [vx, vy, -k * px + a * ux, -k * py + a * uy, -qx, -qy, k * ux - d * px, k * uy - d * py]


def _can_hover_at_last(craft: FullThrust, perilune_m: float, apolune_m: float) -> bool:
    """Return whether thrust exceeds weight on the ground, even after twice the delta-v that impulses need."""
    mass = craft.mass_kg * np.exp(-2.0 * _speed_at_ground(craft, perilune_m, apolune_m) / craft.exhaust_velocity_mps)
    return bool(craft.thrust_n / mass > craft.gm / craft.radius_m**2)


def _speed_at_ground(craft: FullThrust, perilune_m: float, apolune_m: float) -> float:
    return float(np.sqrt(2.0 * craft.gm * (1.0 / craft.radius_m - 1.0 / (perilune_m + apolune_m))))


def _first_guess(craft: FullThrust, perilune_m: float, apolune_m: float) -> Vector:
    """Return thrust against the velocity: from perilune, or from where an orbit that strikes comes down."""
    w = _speed_at_ground(craft, perilune_m, apolune_m)
    burn_s = (
        craft.mass_kg * craft.exhaust_velocity_mps / craft.thrust_n * -np.expm1(-1.03 * w / craft.exhaust_velocity_mps)
    )
    if perilune_m >= craft.radius_m - _DEEPEST_M:
        return np.array([0.0, np.pi - 0.1, -1.9, 1e-3 * burn_s])
    a, e = 0.5 * (perilune_m + apolune_m), (apolune_m - perilune_m) / (apolune_m + perilune_m)
    radius = min(craft.radius_m + 0.5 * w * burn_s, 0.5 * (craft.radius_m + apolune_m))
    anomaly = -np.arccos(np.clip((1.0 - radius / a) / e, -1.0, 1.0))
    at = _ignition(craft.gm, perilune_m, apolune_m, anomaly)
    upward_rate = craft.gm / radius**2 / at.up_mps * np.sqrt(craft.radius_m**3 / craft.gm)
    return np.array([anomaly, np.arctan2(-at.up_mps, -at.ahead_mps), upward_rate, 1e-3 * burn_s])


def _ignition(gm: float, perilune_m: float, apolune_m: float, anomaly_rad: float) -> _Ignition:
    """Return the point of an orbit at an eccentric anomaly, which a radial orbit has too."""
    a, e = 0.5 * (perilune_m + apolune_m), (apolune_m - perilune_m) / (apolune_m + perilune_m)
    radius, k = a * (1.0 - e * np.cos(anomaly_rad)), np.sqrt(gm * a)
    return _Ignition(radius, k * e * np.sin(anomaly_rad) / radius, k * np.sqrt(1.0 - e * e) / radius)


def _apolune_speed(gm: float, perilune_m: float, apolune_m: float) -> float:
    return float(np.sqrt(2.0 * gm * perilune_m / (apolune_m * (perilune_m + apolune_m))))


def _delta_v(craft: FullThrust, burn_s: float) -> float:
    flow = craft.thrust_n / craft.exhaust_velocity_mps
    return float(-craft.exhaust_velocity_mps * np.log1p(-flow * burn_s / craft.mass_kg))
