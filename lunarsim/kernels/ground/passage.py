"""A step's path as the search for the ground needs it: seen from the turning Moon, with bounds that hold all along."""

from math import inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import part_of_kernel
from lunarsim.kernels.geometry.orientation import euler_313, spin_pa
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate_with_rate
from lunarsim.kernels.numerics.vectors import cross, dot, length, rotated

#: Bound of the Moon's angular acceleration (rad/s2), twice the largest in DE421.
SPIN_CHANGE_RAD_S2 = 1e-14

_ROUNDED_RAD = 4e-12  # digits of angles that have grown to 10,000 rad since J2000, twice
_ROUNDING = 1e-14


class LowPart(NamedTuple):
    """When a path may be lower than a radius."""

    from_s: float  #: infinite: never
    to_s: float
    sink_m2ps2: float  #: how far the second derivative of the squared radius lies below zero at most


class Bounds(NamedTuple):
    """Bounds that hold all along a path, as long as it is above the ground."""

    error_m: float  #: how far it may be from the true place
    speed_mps: float
    acceleration_mps2: float
    angular_speed_rad_s: float  #: over the ground, as an angle at the Moon's centre
    sink_m2ps2: float  #: as in :class:`LowPart`


class Passage(NamedTuple):
    """A path over the ground."""

    path: ChebyshevTable  #: one interval of position (m) in axes that turn with the ground
    bounds: Bounds


@part_of_kernel
def time_within(distance: float, rate: float, growth: float) -> float:
    """Return the time in which a rate that grows steadily first covers a distance; infinite: it turns back before."""
    if distance <= 0.0:
        return 0.0
    rate2 = rate * rate + 2.0 * growth * distance
    if rate2 < 0.0:
        return inf
    reached = rate + sqrt(rate2)
    return 2.0 * distance / reached if reached > 0.0 else inf


@part_of_kernel
def _largest_derivatives(path: ChebyshevTable) -> tuple[float, float, float]:
    """Return bounds of speed, acceleration and jerk along a path, from those of the derivatives of T_k.

    All are largest at the ends of the interval: k^2, then (k^2 - 1) / 3 and (k^2 - 4) / 5 times that (Markov 1892).
    """
    speed, acceleration, jerk = 0.0, 0.0, 0.0
    for k in range(1, path.coefficients.shape[2]):
        x, y, z = path.coefficients[0, 0, k], path.coefficients[0, 1, k], path.coefficients[0, 2, k]
        k2 = float(k * k)
        first = k2 * sqrt(x * x + y * y + z * z)
        second = first * (k2 - 1.0)
        speed += first
        acceleration += second
        jerk += second * (k2 - 4.0)
    per_s = 2.0 / path.interval_s
    return speed * per_s, acceleration / 3.0 * per_s**2, jerk / 15.0 * per_s**3


@part_of_kernel
def _squared_radii(path: ChebyshevTable) -> tuple[float, float, float]:
    """Return the squared radii (m2) at the start, in the middle and at the end of a path: T_k is 0, 1 or -1 there."""
    start, middle, end = 0.0, 0.0, 0.0
    for component in range(3):
        even, odd, centre, sign = 0.0, 0.0, 0.0, 1.0
        for k in range(0, path.coefficients.shape[2], 2):
            even += path.coefficients[0, component, k]
            centre += sign * path.coefficients[0, component, k]
            sign = -sign
        for k in range(1, path.coefficients.shape[2], 2):
            odd += path.coefficients[0, component, k]
        start += (even - odd) ** 2
        middle += centre * centre
        end += (even + odd) ** 2
    return start, middle, end


@part_of_kernel
def low_part(path: ChebyshevTable, radius_m: float) -> LowPart:
    """Return when a path of one interval, whose first three components are a position (m), may be below a radius.

    The squared radius is nowhere lower than the parabola through three of its values less the error of that
    interpolation, M h^3 / (9 sqrt 3) over half intervals h, where M bounds its third derivative, 2 (3 v a + r j).
    """
    speed, acceleration, jerk = _largest_derivatives(path)
    start, middle, end = _squared_radii(path)
    half_s = 0.5 * path.interval_s
    farthest = sqrt(middle) + speed * half_s
    third = 2.0 * (3.0 * speed * acceleration + farthest * jerk)
    floor2 = radius_m * radius_m + third * half_s * half_s * half_s / 15.588 + _ROUNDING * farthest * farthest
    mean_rate = (end - start) / path.interval_s
    bent = (start - 2.0 * middle + end) / (half_s * half_s)  # a mean second derivative: to M h, that of any time
    from_s = time_within(start - floor2, bent * half_s - mean_rate, -bent)
    to_s = path.interval_s - time_within(end - floor2, bent * half_s + mean_rate, -bent)
    return LowPart(
        path.start_s + from_s if from_s <= path.interval_s else inf,
        path.start_s + max(from_s, to_s),
        max(third * half_s - bent, 0.0),
    )


@part_of_kernel
def over_turning_moon(
    path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground
) -> tuple[ChebyshevTable, float]:
    """Return a path in mean Earth / polar axes (ME), and how far (m) it may be from the true place at most.

    From the axes of the interval's middle the Moon turns on by an angle tau w, tau from -1 to 1. That rotation is
    1 - tau w x + tau^2 / 2 w x w x, to third order, and the product is again a Chebyshev series, by
    2 tau T_k = T_(k+1) + T_|k-1|.
    """
    terms, half_s = path.coefficients.shape[2], 0.5 * path.interval_s
    euler, euler_rate = np.empty(3), np.empty(3)
    evaluate_with_rate(angles, epoch_et_s + path.start_s + half_s, euler, euler_rate)
    to_x, to_y, to_z = euler_313(euler[0], euler[1], euler[2])
    spin = spin_pa(euler, euler_rate)
    w = rotated(ground.rot_me_from_pa, (half_s * spin[0], half_s * spin[1], half_s * spin[2]))
    turned = np.zeros((1, 3, terms + 2))
    for k in range(terms):
        c = path.coefficients[0, 0, k], path.coefficients[0, 1, k], path.coefficients[0, 2, k]
        here = rotated(ground.rot_me_from_pa, (dot(to_x, c), dot(to_y, c), dot(to_z, c)))
        back = cross(here, w)
        again = cross((0.5 * back[0], 0.5 * back[1], 0.5 * back[2]), w)
        for i in range(3):
            turned[0, i, k] += here[i] + 0.5 * again[i]
            turned[0, i, k + 1] += 0.5 * back[i]
            turned[0, i, abs(k - 1)] += 0.5 * back[i]
            turned[0, i, k + 2] += 0.25 * again[i]
            turned[0, i, abs(k - 2)] += 0.25 * again[i]
    angle = length(w)
    farthest = abs(turned[0, 0, 0]) + abs(turned[0, 1, 0]) + abs(turned[0, 2, 0])
    error = farthest * (angle * angle * angle / 6.0 + 0.5 * SPIN_CHANGE_RAD_S2 * half_s * half_s + _ROUNDED_RAD)
    return ChebyshevTable(path.start_s, path.interval_s, turned), error


@part_of_kernel
def passage(path: ChebyshevTable, error_m: float, sink_m2ps2: float, ground: Ground) -> Passage:
    """Return a path over the ground with its bounds, which hold as long as it is above the ground."""
    speed, acceleration, _ = _largest_derivatives(path)
    angular_speed = speed / (ground.radius_m + ground.lowest_m)
    return Passage(path, Bounds(error_m, speed, acceleration, angular_speed, sink_m2ps2))


@part_of_kernel
def position_and_velocity(path: ChebyshevTable, t_s: float) -> tuple[float, float, float, float, float, float]:
    """Return position and velocity at a time, the latter as the derivative of the former."""
    tau = 2.0 * (t_s - path.start_s) / path.interval_s - 1.0
    x, vx = _series(path.coefficients, 0, tau)
    y, vy = _series(path.coefficients, 1, tau)
    z, vz = _series(path.coefficients, 2, tau)
    per_s = 2.0 / path.interval_s
    return x, y, z, vx * per_s, vy * per_s, vz * per_s


@part_of_kernel
def _series(coefficients: NDArray[np.float64], component: int, tau: float) -> tuple[float, float]:
    """Return a Chebyshev series and its derivative (Clenshaw 1955)."""
    b1, b2, d1, d2 = 0.0, 0.0, 0.0, 0.0
    for k in range(coefficients.shape[2] - 1, 0, -1):
        d1, d2 = 2.0 * (b1 + tau * d1) - d2, d1
        b1, b2 = coefficients[0, component, k] + 2.0 * tau * b1 - b2, b1
    return coefficients[0, component, 0] + tau * b1 - b2, b1 + tau * d1 - d2
