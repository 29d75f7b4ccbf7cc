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
def added(a: Any, b: Any) -> tuple[Real, Real, Real]:
    """Return the sum of two vectors, each three floats or three times eight of them."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
