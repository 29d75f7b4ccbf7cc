"""Arrays without an owner: kernels reckon with the caller's own numbers, and nobody counts who holds them."""

import sys
from typing import NamedTuple

import numba
import numpy as np

from lunarsim.kernels.borrowed import borrowed


class Pair(NamedTuple):
    values: np.ndarray
    factor: float


@numba.njit
def doubled(pair, whole):
    pair, whole = borrowed((pair, whole))
    pair.values[:] = pair.factor * pair.values
    part = whole[1:]
    part[0] += pair.values.sum()
    return part


def test_what_is_borrowed_is_the_callers_own_memory_also_within_tuples():
    pair, whole = Pair(np.array([1.0, 2.0]), 2.0), np.zeros((3, 1))
    doubled(pair, whole)
    np.testing.assert_array_equal(pair.values, [2.0, 4.0])
    np.testing.assert_array_equal(whole, [[0.0], [6.0], [0.0]])


def test_nobody_is_left_holding_what_was_borrowed():
    pair, whole = Pair(np.array([1.0, 2.0]), 2.0), np.zeros((3, 1))
    before = sys.getrefcount(pair.values), sys.getrefcount(whole)
    parts = [doubled(pair, whole) for _ in range(10)]
    assert (sys.getrefcount(pair.values), sys.getrefcount(whole)) == before
    assert all(not part.flags.owndata for part in parts)
