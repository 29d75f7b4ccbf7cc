"""Small systems of linear equations, without a library."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import kernel


@kernel
def solved(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    """Replace ``right`` by the solution of ``matrix @ x = right``, and ``matrix`` by what is left of it.

    Gaussian elimination with rows exchanged for the largest pivot. False where a pivot is zero or not finite; then
    ``right`` holds nothing of use.
    """
    n = right.size
    for i in range(n):
        pivot = i
        for k in range(i + 1, n):
            if abs(matrix[k, i]) > abs(matrix[pivot, i]):
                pivot = k
        if not abs(matrix[pivot, i]) > 0.0:
            return False
        for j in range(n):
            matrix[i, j], matrix[pivot, j] = matrix[pivot, j], matrix[i, j]
        right[i], right[pivot] = right[pivot], right[i]
        for k in range(i + 1, n):
            f = matrix[k, i] / matrix[i, i]
            for j in range(i, n):
                matrix[k, j] -= f * matrix[i, j]
            right[k] -= f * right[i]
    for i in range(n - 1, -1, -1):
        for j in range(i + 1, n):
            right[i] -= matrix[i, j] * right[j]
        right[i] /= matrix[i, i]
    return bool(np.isfinite(right).all())
