"""Geometry of vectors."""

from math import atan2, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel, part_of_kernel
from lunarsim.kernels.simd.points import Real


@kernel
def angle_between(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the angle between two vectors (rad), accurate for small and large angles."""
    c0 = a[1] * b[2] - a[2] * b[1]
    c1 = a[2] * b[0] - a[0] * b[2]
    c2 = a[0] * b[1] - a[1] * b[0]
    return atan2(sqrt(c0 * c0 + c1 * c1 + c2 * c2), a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


@part_of_kernel
def added(a: Any, b: Any) -> tuple[Real, Real, Real]:
    """Return the sum of two vectors, each three floats or three times eight of them."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]
