"""Processor time of a 100 km polar orbit over three days: degree 50, degree 150 exact, degree 150 gridded.

    python benchmarks/propagation.py

The reference driver, the whole call of ``propagate`` with apsides and the ground looked for, one thread, compiled
kernels warm. "Tolerances tenfold" are ten times the defaults.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from astropy import units as u
from derivative_cost import polar_orbit

import lunarsim as ls
from lunarsim.data import find

LOOSER = ls.Accuracy(relative=1e-12, position=1e-5 * u.m, velocity=1e-8 * u.m / u.s)


def seconds(moon: ls.Moon, accuracy: ls.Accuracy, repeats: int = 4) -> tuple[float, ls.Flight]:
    """Return the shortest processor time of this thread, after a run that warms up, and the flight."""
    flight = ls.propagate(polar_orbit(), 3 * u.day, moon, accuracy=accuracy)
    best = np.inf
    for _ in range(repeats):
        start = time.thread_time()
        flight = ls.propagate(polar_orbit(), 3 * u.day, moon, accuracy=accuracy)
        best = min(best, time.thread_time() - start)
    return float(best), flight


def measure() -> list[dict[str, Any]]:
    """Return times, steps, and how far each end is from that of the exact field at default tolerances."""
    whole, rows = ls.GravityField.from_file(find("LP165P.cof")), []
    for degree in (50, 150):
        exact = whole.truncate(degree)
        grid = ls.GriddedField.build(exact)
        end = None
        for name, gravity, accuracy in (
            ("exact", exact, ls.Accuracy()),
            ("gridded", grid, ls.Accuracy()),
            ("gridded, tolerances tenfold", grid, LOOSER),
        ):
            taken, flight = seconds(ls.Moon(gravity=gravity), accuracy)
            place = flight.trajectory.end_y[:3]
            end = place if end is None else end
            rows.append(
                {
                    "case": f"degree {degree}, {name}",
                    "propagate_s": taken,
                    "steps": sum(len(phase.segment.path.start_y) for phase in flight.trajectory.phases),
                    "moved_m": float(np.linalg.norm(place - end)),
                }
            )
    return rows


if __name__ == "__main__":
    for row in measure():
        print(f"{row['case']:40s} {row['propagate_s']:.2f} s, {row['steps']} steps, end moved {row['moved_m']:.3f} m")
