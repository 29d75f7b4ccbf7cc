"""Processor time of a 100 km polar orbit over three days: degree 50, degree 150 exact, degree 150 gridded.

    python benchmarks/propagation.py

The driver is the reference driver at its default tolerances, one thread, compiled kernels warm. "propagate" is the
whole call, with apsides and the ground looked for; "integration alone" has no events, and is what compares exact
with gridded, because the derivative is the only difference.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from astropy import units as u
from derivative_cost import EXACT, GRID, environment, polar_orbit
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim.data import find
from lunarsim.flight.driver import fly_segment
from lunarsim.kernels import motion
from lunarsim.moon.gravity_grid import GriddedField

SPAN_S = 3 * 86400.0


def seconds(run: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Return the shortest processor time of this thread, after a run that warms up, and what came out."""
    result = run()
    best = np.inf
    for _ in range(repeats):
        start = time.thread_time()
        result = run()
        best = min(best, time.thread_time() - start)
    return float(best), result


def integrate(slope: Any, sky: Any, source: Any, looser: float = 1.0) -> tuple[NDArray[np.float64], int]:
    """Return the position (m) after three days, by the reference driver without events, and the evaluations."""
    state, y, count = polar_orbit(), np.zeros(motion.SIZE), 0
    y[motion.POSITION], y[motion.VELOCITY] = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    y[motion.MASS] = 1.0
    accuracy = ls.Accuracy(relative=looser * 1e-13, position=looser * 1e-6 * u.m, velocity=looser * 1e-9 * u.m / u.s)

    def counted(t_s: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        nonlocal count
        count += 1
        return slope(t_s, y, sky, source)

    return fly_segment(counted, 0.0, y, SPAN_S, (), accuracy).end_y[:3], count


def measure() -> list[dict[str, Any]]:
    """Return times, evaluations, and how far each end is from that of the exact field at default tolerances."""
    whole, rows = ls.GravityField.from_file(find("LP165P.cof")), []
    for degree in (50, 150):
        field = whole.cut(degree)
        sky, source, grid = environment(field), field.lower(), GriddedField.build(field).lower()
        call, flight = seconds(lambda: ls.propagate(polar_orbit(), 3 * u.day, ls.Moon(gravity=field)))  # noqa: B023
        for name, slope, given, looser in (
            ("exact", EXACT, source, 1.0),
            ("gridded", GRID, grid, 1.0),
            ("gridded, tolerances tenfold", GRID, grid, 10.0),
        ):
            alone, (end, count) = seconds(lambda: integrate(slope, sky, given, looser))  # noqa: B023
            rows.append(
                {
                    "case": f"degree {degree}, {name}",
                    "propagate_s": call if name == "exact" else None,
                    "alone_s": alone,
                    "evaluations": count,
                    "moved_m": float(np.linalg.norm(end - flight.trajectory.end_y[:3])),
                }
            )
    return rows


if __name__ == "__main__":
    for row in measure():
        whole_call = "" if row["propagate_s"] is None else f", propagate {row['propagate_s']:.2f} s"
        alone = f"alone {row['alone_s']:.2f} s, {row['evaluations']} evaluations"
        print(f"{row['case']:40s} {alone}{whole_call}, end moved {row['moved_m']:.3f} m")
