"""The processor's peak in double precision, and what share of it the evaluation of a gravity field reaches.

    python benchmarks/peak.py [--degrees 10 20 50]

The peak is measured, not looked up: a loop of independent chains of fused multiply-adds on vectors of eight, one
thread, no memory. How the operations of the field are counted, see ``field_flops``. Both are timed in the same
minute: quote the share, not the GFLOP/s.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numba
import numpy as np
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim.kernels.forces.gravity import HarmonicField, harmonics
from lunarsim.kernels.simd.lanes import WIDTH, everywhere, load, total

DEGREES = (10, 20, 50)
POINTS = 4096
ROUNDS = 200_000
FLOPS_A_FUNCTION = 24  # of one degree and order: 6 for H, 5 for its slope, 1 for n H, 12 for six sums
FLOPS_AN_ORDER = 38  # 12 for the powers, 5 for the factors of the sums, 21 for what they add to the acceleration


@numba.njit(error_model="numpy")
def six_chains(rounds: int, factor: float, term: float, starts: NDArray[np.float64]) -> float:
    """Run six chains of multiply-adds: as many as sixteen vector registers of half the width can hold."""
    a, b = everywhere(factor), everywhere(term)
    x0, x1, x2 = load(starts, 0), load(starts, 1), load(starts, 2)
    x3, x4, x5 = load(starts, 3), load(starts, 4), load(starts, 5)
    for _ in range(rounds):
        x0, x1, x2 = x0 * a + b, x1 * a + b, x2 * a + b
        x3, x4, x5 = x3 * a + b, x4 * a + b, x5 * a + b
    return total(x0 + x1 + x2 + x3 + x4 + x5)


@numba.njit(error_model="numpy")
def twelve_chains(rounds: int, factor: float, term: float, starts: NDArray[np.float64]) -> float:
    """Run twelve chains: more than two units of the full width need to be kept busy."""
    a, b = everywhere(factor), everywhere(term)
    x0, x1, x2, x3 = load(starts, 0), load(starts, 1), load(starts, 2), load(starts, 3)
    x4, x5, x6, x7 = load(starts, 4), load(starts, 5), load(starts, 6), load(starts, 7)
    x8, x9, x10, x11 = load(starts, 8), load(starts, 9), load(starts, 10), load(starts, 11)
    for _ in range(rounds):
        x0, x1, x2, x3 = x0 * a + b, x1 * a + b, x2 * a + b, x3 * a + b
        x4, x5, x6, x7 = x4 * a + b, x5 * a + b, x6 * a + b, x7 * a + b
        x8, x9, x10, x11 = x8 * a + b, x9 * a + b, x10 * a + b, x11 * a + b
    return total(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11)


def seconds(run: Callable[[], object], repeats: int = 30) -> float:
    """Return the shortest of several runs, in time of this thread's processor alone."""
    run()
    best = np.inf
    for _ in range(repeats):
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
    return float(best)


def fma_peak_gflops() -> float:
    """Return the measured peak of one core, GFLOP/s in double precision; a fused multiply-add counts as two."""
    starts = np.arange(32.0)  # different ones, so that no two chains are one
    return max(
        2 * WIDTH * count * ROUNDS / seconds(partial(chains, ROUNDS, 0.5, 1.0, starts)) / 1e9
        for count, chains in ((6, six_chains), (12, twelve_chains))
    )


def field_flops(degree: int) -> int:
    """Return the additions and multiplications of one evaluation of a field, as its formulas count them.

    A function H of each degree n >= 1 and order m <= n costs ``FLOPS_A_FUNCTION``, and each order
    ``FLOPS_AN_ORDER``. What fills up vectors of eight, and some dozens of operations a position, are left out.
    """
    return FLOPS_A_FUNCTION * (degree * (degree + 3) // 2) + FLOPS_AN_ORDER * (degree + 1)


@numba.njit(error_model="numpy")
def evaluate_all(points: NDArray[np.float64], field: HarmonicField) -> float:
    """Evaluate the kernel at each point, so that no call from Python is timed."""
    sum_of_all = 0.0
    for i in range(points.shape[0]):
        a = harmonics(points[i, 0], points[i, 1], points[i, 2], field)
        sum_of_all += a[0] + a[1] + a[2]
    return sum_of_all


def field_seconds(degree: int) -> float:
    """Return the time of one evaluation of GRGM900C to a degree, 0 to 120 km above the ground."""
    random = np.random.default_rng(1)
    points = random.standard_normal((POINTS, 3))
    points *= ((1.738e6 + random.uniform(0.0, 1.2e5, POINTS)) / np.linalg.norm(points, axis=1))[:, None]
    field = ls.GravityField.grail(degree).lower()
    return seconds(lambda: evaluate_all(points, field)) / POINTS


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--degrees", type=int, nargs="+", default=DEGREES)
    peak = fma_peak_gflops()
    print(f"peak of one core    {peak:7.1f} GFLOP/s")
    for wanted in parser.parse_args().degrees:
        taken, flops = field_seconds(wanted), field_flops(wanted)
        share = f"{flops / taken / 1e9:5.1f} GFLOP/s, {flops / taken / 1e9 / peak:.0%} of the peak"
        print(f"degree {wanted:3d}  {flops:6d} operations in {taken * 1e6:6.3f} us  {share}")
