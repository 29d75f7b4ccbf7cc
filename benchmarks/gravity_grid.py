"""Time of one evaluation, exact and gridded, and what the grid does to a low orbit.

    python benchmarks/gravity_grid.py [FIELD_FILE]

Without a file, degrees above 50 are random coefficients that fall like Kaula's rule (see gravity_evaluation.py).
"""

from __future__ import annotations

import sys
import tempfile
import time

import numba
import numpy as np
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim.kernels.forces.gravity import harmonics
from lunarsim.kernels.forces.gravity_grid import gridded
from lunarsim.moon.gravity.grid import GriddedField


def field_of(degree: int) -> ls.GravityField:
    """Return the field of the file that was named, or of Kaula's rule."""
    if len(sys.argv) > 1:
        return ls.GravityField.from_file(sys.argv[1], degree=degree)
    random = np.random.default_rng(900)
    n, m = np.tril_indices(degree + 1)
    c, s = 2.5e-4 / np.maximum(n, 1) ** 2 * random.standard_normal((2, n.size))
    s[m == 0] = 0.0
    embedded = ls.GravityField.grail()
    known = min(n.size, embedded.c.size)
    c[:known], s[:known] = embedded.c[:known], embedded.s[:known]
    return ls.GravityField(
        name=f"degree {degree}", gm=embedded.gm, radius=embedded.radius, degree=degree, c=c, s=s, source="benchmark"
    )


def places() -> dict[str, np.ndarray]:
    """Positions along an orbit at 50 km, 1.5 km apart, and at random from 0 to 120 km."""
    random = np.random.default_rng(1)
    angle = np.arange(4000) * 9e-4
    orbit = np.column_stack((np.cos(angle), 0.1 * np.sin(angle), np.sin(angle)))
    orbit *= 1.7874e6 / np.linalg.norm(orbit, axis=1)[:, None]
    anywhere = random.standard_normal((4000, 3))
    anywhere *= ((1.7374e6 + random.uniform(0.0, 1.2e5, 4000)) / np.linalg.norm(anywhere, axis=1))[:, None]
    return {"along an orbit": orbit, "at random": anywhere}


def microseconds(force: object, positions: np.ndarray, source: object) -> float:
    """Return the shortest time per evaluation, of this thread's processor alone."""

    @numba.njit(error_model="numpy")
    def run(positions: np.ndarray, source: object) -> float:
        total = 0.0
        for i in range(positions.shape[0]):
            a = force(positions[i, 0], positions[i, 1], positions[i, 2], source)
            total += a[0] + a[1] + a[2]
        return total

    run(positions, source)
    best = np.inf
    for _ in range(15):
        start = time.thread_time()
        run(positions, source)
        best = min(best, time.thread_time() - start)
    return best / len(positions) * 1e6


def end_of_orbit(force: object, source: object) -> np.ndarray:
    """Fly 47 minutes from 18 km altitude, as Luna-25 after its burn, in a Moon that does not turn."""
    start = np.array([0.94e6, 1.47e6, 0.16e6, 140.0, 90.0, 1690.0])
    start[:3] *= 1.7554e6 / np.linalg.norm(start[:3])
    start[3:] -= start[:3] * (start[3:] @ start[:3]) / (start[:3] @ start[:3])

    def slope(_: float, y: np.ndarray) -> np.ndarray:
        return np.concatenate((y[3:], force(y[0], y[1], y[2], source)))

    return solve_ivp(slope, (0.0, 2820.0), start, method="DOP853", rtol=1e-12, atol=1e-6).y[:3, -1]


def report(degree: int) -> None:
    """Print one table for a degree."""
    field = field_of(degree)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        grid = GriddedField.build(field, cache=folder)
        built = time.perf_counter()
        GriddedField.build(field, cache=folder)
        read = time.perf_counter()
    print(grid.describe())
    print(f"  built in {built - start:.1f} s, read from the cache in {read - built:.2f} s")
    ten = field.truncate(10).lower()
    for where, positions in places().items():
        exact = microseconds(harmonics, positions, field.lower())
        fast = microseconds(gridded, positions, grid.lower())
        low = microseconds(harmonics, positions, ten)
        print(
            f"  {where:15s} exact {exact:.3f} us, gridded {fast:.3f} us, degree 10 {low:.3f} us: "
            f"{exact / fast:.1f} times faster than exact, {fast / low:.1f} times degree 10"
        )
    moved = np.linalg.norm(end_of_orbit(gridded, grid.lower()) - end_of_orbit(harmonics, field.lower()))
    print(f"  the end of 47 minutes from 18 km altitude moves by {moved:.4f} m")


if __name__ == "__main__":
    for wanted in (50, 150):
        report(wanted)
