"""Time of one evaluation of the equations of motion against the degree of the field, exact and gridded.

    python benchmarks/derivative_cost.py [--degrees 10 50 150]

Field LP165P from the folder LUNARSIM_DATA, Earth and Sun as third bodies, along a 100 km polar orbit, one thread.
Each time stands beside that of degree 10, exact, from the same minute: quote the ratio, not the microseconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim.data import find
from lunarsim.flight.driver.lowering import COASTING
from lunarsim.kernels.forces.motion import derivative
from lunarsim.moon.orientation import et_seconds

EPOCH = Time("2023-08-19T00:00:00", scale="tdb")
DEGREES = (2, 5, 10, 20, 35, 50, 75, 100, 125, 150, 165)
GRIDDED = (20, 50, 100, 150, 165)
POINTS = 4000


def polar_orbit() -> ls.State:
    """Return a 100 km circular polar orbit."""
    return ls.State.from_elements(
        perilune=100 * u.km, apolune=100 * u.km, inclination=90 * u.deg, node_longitude=30 * u.deg, epoch=EPOCH
    )


@numba.njit(error_model="numpy")
def loop(times: NDArray[np.float64], states: NDArray[np.float64], sky: Any, propulsion: Any) -> float:
    """Evaluate the equations of motion at many states, so that no call from Python is timed."""
    total = 0.0
    for i in range(times.size):
        total += derivative(times[i], states[i], sky, propulsion)[3]
    return total


def microseconds(run: Callable[[], object], repeats: int = 12) -> float:
    """Return the shortest time per evaluation, of this thread's processor alone."""
    run()
    best = np.inf
    for _ in range(repeats):
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
    return float(best / POINTS * 1e6)


def measure(degrees: tuple[int, ...] = DEGREES, grids: tuple[int, ...] = GRIDDED) -> list[dict[str, Any]]:
    """Return the time of each degree, exact and gridded."""
    whole = ls.GravityField.from_file(find("LP165P.cof"))
    flight = ls.propagate(polar_orbit(), 0.25 * u.day)
    times = np.linspace(0.0, 0.24 * 86400.0, POINTS)
    states = flight.trajectory.at(times)[0]

    def cost(gravity: ls.GravityField | ls.GriddedField) -> float:
        sky = ls.Moon(gravity=gravity).lower(float(et_seconds(EPOCH)), 86400.0)
        return microseconds(lambda: loop(times, states, sky, COASTING))

    rows = []
    for degree in degrees:
        field, reference = whole.truncate(degree), cost(whole.truncate(10))
        cases: list[tuple[str, ls.GravityField | ls.GriddedField]] = [("exact", field)]
        if degree in grids:
            cases.append(("gridded", ls.GriddedField.build(field)))
        for kind, gravity in cases:
            taken = cost(gravity)
            rows.append({"degree": degree, "kind": kind, "us": taken, "over_degree_10": taken / reference})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--degrees", type=int, nargs="+", default=DEGREES)
    for row in measure(tuple(parser.parse_args().degrees)):
        ratio = f"{row['over_degree_10']:6.2f} of degree 10"
        print(f"degree {row['degree']:4d}  {row['kind']:8s} {row['us']:8.3f} us   {ratio}")
