"""Geometry of vectors: three floats, arrays of them, or lanes.

Not by ``@``, ``np.cross`` and the assignment of rows: numba compiles each of them for half a second and more, with the
texts of their errors.
"""

from math import atan2, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import formula, part_of_kernel
from lunarsim.kernels.simd.points import Real

Three = tuple[float, float, float]


@formula
def angle_between(a: Any, b: Any) -> float:
    """Return the angle between two vectors (rad), accurate for small and large angles."""
    return atan2(length(cross(a, b)), dot(a, b))


@part_of_kernel
def dot(a: Any, b: Any) -> Real:
    """Return the inner product of two vectors."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@part_of_kernel
def length(a: Any) -> float:
    """Return the length of a vector."""
    return sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


@part_of_kernel
def cross(a: Any, b: Any) -> tuple[Real, Real, Real]:
    """Return the cross product of two vectors."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@part_of_kernel
def rotated(rot: NDArray[np.float64], a: Any) -> tuple[Real, Real, Real]:
    """Return the product of a 3 x 3 matrix and a vector."""
    return (
        rot[0, 0] * a[0] + rot[0, 1] * a[1] + rot[0, 2] * a[2],
        rot[1, 0] * a[0] + rot[1, 1] * a[1] + rot[1, 2] * a[2],
        rot[2, 0] * a[0] + rot[2, 1] * a[1] + rot[2, 2] * a[2],
    )


@part_of_kernel
def three(a: Any) -> Three:
    """Return the first three numbers of an array as a vector."""
    return a[0], a[1], a[2]


@part_of_kernel
def write(a: Three, out: NDArray[np.float64]) -> None:
    """Write a vector into an array."""
    out[0], out[1], out[2] = a


@part_of_kernel
def scaled(k: float, a: Any) -> Three:
    """Return a vector times a number."""
    return k * a[0], k * a[1], k * a[2]


@part_of_kernel
def combined(k: float, a: Any, m: float, b: Any) -> Three:
    """Return the sum of two vectors, each times a number."""
    return k * a[0] + m * b[0], k * a[1] + m * b[1], k * a[2] + m * b[2]


@part_of_kernel
def across(a: Any, axis: Any) -> Three:
    """Return a vector without its part along a unit vector."""
    return combined(1.0, a, -dot(a, axis), axis)


@part_of_kernel
def some_across(axis: Any) -> Three:
    """Return some unit vector across a unit vector."""
    aside = across((1.0, 0.0, 0.0) if abs(axis[0]) < 0.6 else (0.0, 1.0, 0.0), axis)
    return scaled(1.0 / length(aside), aside)


@part_of_kernel
def along_axes(axes: Any, a: Any) -> Three:
    """Return the components of a vector along three axes, the rows of a rotation."""
    return dot(axes[0], a), dot(axes[1], a), dot(axes[2], a)


@part_of_kernel
def from_axes(axes: Any, a: Any) -> Three:
    """Return the vector that has some components along three axes: the inverse of :func:`along_axes`."""
    return (
        axes[0][0] * a[0] + axes[1][0] * a[1] + axes[2][0] * a[2],
        axes[0][1] * a[0] + axes[1][1] * a[1] + axes[2][1] * a[2],
        axes[0][2] * a[0] + axes[1][2] * a[1] + axes[2][2] * a[2],
    )


@part_of_kernel
def added(a: Any, b: Any) -> tuple[Real, Real, Real]:
    """Return the sum of two vectors, each three floats or three times eight of them."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
