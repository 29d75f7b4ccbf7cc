"""Cost of the search for the ground in a whole flight: Luna-25 to its impact on LOLA's relief, and on a sphere.

    python benchmarks/ground_search.py [--step 120]

The flight goes on under the surface, over a sphere 10 km deep, and is cut into steps that the search gets one by one
until it finds the ground. Beside it, in the same run, stands a plain march: each step is safe under the one steepest
slope of the whole map. Looks are evaluations of the clearance; the ratio is what to quote, not the microseconds.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim import constants
from lunarsim.data import find
from lunarsim.kernels.ground.contact import CLEAR, CONTACT, SHORTEST_S, first_contact, search
from lunarsim.kernels.ground.passage import low_part, position_and_velocity, time_within
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.moon.ephemeris.chebyshev import nodes_and_basis
from lunarsim.moon.orientation import et_seconds, orientation_angles

TERMS = 12
DEEP = ls.Terrain.sphere(-10 * u.km)


@numba.njit(error_model="numpy")
def searched(path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground) -> Any:
    """Return what the search finds."""
    return first_contact(path, epoch_et_s, angles, ground, True)


@numba.njit(error_model="numpy")
def looks_searched(path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground) -> int:
    """Return how often the search looks."""
    low = low_part(path, ground.radius_m + ground.highest_m)
    return search(path, low, epoch_et_s, angles, ground, True)[3] if np.isfinite(low.from_s) else 0


@numba.njit(error_model="numpy")
def marched(path: ChebyshevTable, epoch_et_s: float, angles: ChebyshevTable, ground: Ground) -> Any:
    """Return what a march under the steepest slope of the whole map finds, and how often it looks."""
    before_s, t_s, end_s, looks = path.start_s, path.start_s, path.start_s + path.interval_s, 0
    lowest, spin, fastest = ground.radius_m + ground.lowest_m, constants.MOON_SPIN_RAD_S, 2.0  # m/s2, above any here
    r = np.empty(3)
    while True:
        r[0], r[1], r[2], vx, vy, vz = position_and_velocity(path, t_s)
        radius, speed = np.sqrt(r[0] ** 2 + r[1] ** 2 + r[2] ** 2), np.sqrt(vx * vx + vy * vy + vz * vz)
        fall = max(-(r[0] * vx + r[1] * vy + r[2] * vz) / radius, 0.0)
        above, looks = clearance(epoch_et_s + t_s, r, angles, ground), looks + 1
        if above <= 0.0 or t_s >= end_s:
            return (CONTACT if above <= 0.0 else CLEAR), before_s, t_s, looks
        rise = ground.steepest_m_per_rad * (speed / lowest + spin)
        safe_s = max(
            time_within(radius - ground.radius_m - ground.highest_m, fall, fastest),
            time_within(above, fall + rise, fastest * (1.0 + ground.steepest_m_per_rad / lowest)),
        )
        before_s, t_s = t_s, min(t_s + max(0.99 * safe_s, SHORTEST_S), end_s)


def steps(step_s: float) -> tuple[list[ChebyshevTable], float]:
    """Return the flight under the surface as steps of a polynomial, and its start (TDB seconds past J2000)."""
    flight = ls.simulate(ls.load_scenario("luna25").with_terrain(DEEP))
    nodes, basis = nodes_and_basis(TERMS)
    paths = []
    for phase in flight.trajectory.phases:
        segment = phase.segment
        edges = np.linspace(segment.start_s, segment.end_s, round((segment.end_s - segment.start_s) / step_s) + 1)
        for start_s, end_s in pairwise(edges):
            states = segment.path(start_s + 0.5 * (end_s - start_s) * (1.0 + nodes))[:, :6].T
            paths.append(ChebyshevTable(start_s, end_s - start_s, np.ascontiguousarray((states @ basis.T)[np.newaxis])))
    return paths, float(et_seconds(flight.times[0]))


@numba.njit(error_model="numpy")
def _repeat(
    run: Any, times: int, path: ChebyshevTable, epoch_s: float, angles: ChebyshevTable, ground: Ground
) -> float:
    total = 0.0
    for _ in range(times):
        total += run(path, epoch_s, angles, ground)[1]
    return total


def microseconds(run: Any, *case: Any) -> float:
    """Return the shortest processor time of one call, with no call from Python in it."""
    best, times = np.inf, 1
    while best == np.inf or times < 1000:
        start = time.thread_time()
        _repeat(run, times, *case)
        taken = time.thread_time() - start
        best, times = min(best, taken / times) if times > 1 else best, max(2 * times, 2)
        if taken > 0.02:
            break
    return float(best * 1e6)


def measure(step_s: float) -> list[dict[str, Any]]:
    """Return looks and times of both searches over LOLA's relief and over a sphere, and how far apart they end."""
    paths, epoch_s = steps(step_s)
    angles, rows = orientation_angles(), []
    for name, terrain in (
        ("LDEM_4", ls.Terrain.from_file(find("LDEM_4.IMG"))),
        ("sphere", ls.Terrain.sphere(-360 * u.m)),
    ):
        cases, ends = [], [0.0, 0.0]
        for path in paths:
            cases.append((path, epoch_s, angles, terrain.ground))
            found, _, ends[0] = searched(*cases[-1])
            ends[1] = marched(*cases[-1])[2]
            if found == CONTACT:
                break
        rows.append(
            {
                "ground": name,
                "steps": len(cases),
                "looks": sum(looks_searched(*case) for case in cases),
                "marched_looks": sum(marched(*case)[3] for case in cases),
                "us": sum(min(microseconds(searched, *case) for _ in range(5)) for case in cases),
                "marched_us": sum(min(microseconds(marched, *case) for _ in range(5)) for case in cases),
                "high_us": min(microseconds(searched, *cases[1]) for _ in range(5)),
                "apart_s": abs(ends[0] - ends[1]),
            }
        )
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--step", type=float, default=120.0, help="length of a step in seconds")
    for row in measure(parser.parse_args().step):
        print(
            f"{row['ground']}: {row['steps']} steps; {row['looks']} looks, {row['us']:.1f} us a flight "
            f"({row['high_us']:.3f} us a step high above); under one slope {row['marched_looks']} looks, "
            f"{row['marched_us']:.1f} us: {row['marched_us'] / row['us']:.0f} times as long; "
            f"ends {row['apart_s']:.1e} s apart"
        )
