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
from lunarsim.kernels.gravity import harmonics
from lunarsim.kernels.gravity_grid import gridded
from lunarsim.kernels.motion import add_sky
from lunarsim.kernels.orientation import rot_pa_from_icrf
from lunarsim.moon.gravity_grid import GriddedField
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


def environment(field: ls.GravityField, days: float = 3.0) -> Any:
    """Return the Moon, the Earth and the Sun as the kernels take them."""
    return ls.Moon(gravity=field).lower(float(et_seconds(EPOCH)), days * 86400.0)


def slope_of(force: Any) -> Any:
    """Return a compiled derivative of position and velocity, with one of the two kernels of the field."""

    @numba.njit(error_model="numpy")
    def slope(t_s: float, y: NDArray[np.float64], sky: Any, source: Any) -> NDArray[np.float64]:
        et_s = sky.epoch_et_s + t_s
        rot = rot_pa_from_icrf(sky.angles, et_s)
        r_pa = rot @ y[:3]
        a = np.empty(3)
        a[0], a[1], a[2] = force(r_pa[0], r_pa[1], r_pa[2], source)
        out = np.zeros(y.size)
        out[:3] = y[3:6]
        out[3:6] = rot.T @ a
        add_sky(et_s, y[:3], 1.0, sky, out[3:6])
        return out

    return slope


def loop_over(slope: Any) -> Any:
    """Return a compiled loop over many states, so that no call from Python is timed."""

    @numba.njit(error_model="numpy")
    def loop(times: NDArray[np.float64], states: NDArray[np.float64], sky: Any, source: Any) -> float:
        total = 0.0
        for i in range(times.size):
            total += slope(times[i], states[i], sky, source)[3]
        return total

    return loop


EXACT, GRID = slope_of(harmonics), slope_of(gridded)
LOOPS = {"exact": loop_over(EXACT), "gridded": loop_over(GRID)}


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
    states = np.ascontiguousarray(flight.trajectory.at(times)[0][:, :6])
    rows = []
    for degree in degrees:
        field = whole.cut(degree)
        sky = environment(field)
        cases = [("exact", field.lower())]
        if degree in grids:
            cases.append(("gridded", GriddedField.build(field).lower()))
        reference = microseconds(lambda: LOOPS["exact"](times, states, sky, whole.cut(10).lower()))  # noqa: B023
        for kind, source in cases:
            taken = microseconds(lambda: LOOPS[kind](times, states, sky, source))  # noqa: B023
            rows.append({"degree": degree, "kind": kind, "us": taken, "over_degree_10": taken / reference})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--degrees", type=int, nargs="+", default=DEGREES)
    for row in measure(tuple(parser.parse_args().degrees)):
        ratio = f"{row['over_degree_10']:6.2f} of degree 10"
        print(f"degree {row['degree']:4d}  {row['kind']:8s} {row['us']:8.3f} us   {ratio}")
