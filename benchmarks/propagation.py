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


def integrate(slope: Any, sky: Any, source: Any) -> NDArray[np.float64]:
    """Return the position (m) after three days, by the reference driver without events."""
    state, y = polar_orbit(), np.zeros(motion.SIZE)
    y[motion.POSITION], y[motion.VELOCITY] = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    y[motion.MASS] = 1.0
    segment = fly_segment(lambda t, y: slope(t, y, sky, source), 0.0, y, SPAN_S, (), ls.Accuracy())
    return segment.end_y[:3]


def measure() -> list[dict[str, Any]]:
    """Return times, and how far the grid moves the end."""
    whole, rows = ls.GravityField.from_file(find("LP165P.cof")), []
    for name, degree in (("degree 50", 50), ("degree 150", 150)):
        field = whole.cut(degree)
        sky = environment(field)
        grid = GriddedField.build(field).lower()
        call, flight = seconds(lambda: ls.propagate(polar_orbit(), 3 * u.day, ls.Moon(gravity=field)))  # noqa: B023
        exact, end = seconds(lambda: integrate(EXACT, sky, field.lower()))  # noqa: B023
        fast, moved = seconds(lambda: integrate(GRID, sky, grid))  # noqa: B023
        rows += [
            {"case": f"{name}, exact", "propagate_s": call, "alone_s": exact, "moved_m": 0.0},
            {
                "case": f"{name}, gridded",
                "propagate_s": None,
                "alone_s": fast,
                "moved_m": float(np.linalg.norm(moved - end)),
            },
        ]
        assert np.linalg.norm(end - flight.trajectory.end_y[:3]) < 0.05, "the two ways to integrate differ"
    return rows


if __name__ == "__main__":
    for row in measure():
        whole_call = "" if row["propagate_s"] is None else f", propagate {row['propagate_s']:.2f} s"
        print(f"{row['case']:20s} alone {row['alone_s']:.2f} s{whole_call}, end moved {row['moved_m']:.3f} m")
