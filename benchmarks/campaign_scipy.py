"""The campaign's runs flown by scipy's DOP853 on lunarsim's compiled equations of motion, one process a core."""

from __future__ import annotations

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from campaign_runs import Flown, Impacts, Runs, Vector, gathered
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from lunarsim.flight.driver.lowering import COASTING
from lunarsim.kernels.forces.bound import BoundMotion, bound_derivative
from lunarsim.kernels.forces.motion import MASS, POSITION, SIZE, VELOCITY
from lunarsim.kernels.forces.steering import AGAINST_VELOCITY

TOLERANCE = 1e-7
SCALES = np.array([1e6, 1e6, 1e6, 1e3, 1e3, 1e3, 1e3, 1e2, 1e2])  # of the state; times the tolerance: absolute errors
AT_ONCE = 8  # runs that a process fetches


def scipy_impacts(runs: Runs, *, tolerance: float = TOLERANCE, processes: int = 2) -> Flown:
    """Fly runs with scipy.

    Parameters
    ----------
    runs : Runs
        The table.
    tolerance : float
        Relative, and times ``SCALES`` absolute.
    processes : int
        Among which the runs are shared out; their start is not part of the time.
    """
    start = time.perf_counter()
    shares = [np.arange(first, min(first + AT_ONCE, len(runs))) for first in range(0, len(runs), AT_ONCE)]
    with ProcessPoolExecutor(processes, get_context("spawn"), _start_worker, (runs, tolerance)) as pool:
        list(pool.map(time.sleep, [1.0] * processes))  # a process sleeps when it is ready, so both start
        ready = time.perf_counter()
        done = list(pool.map(_fly_share, shares))
        seconds = time.perf_counter() - ready
    parts, evaluations, processor_s = zip(*done, strict=True)
    return Flown(
        system="scipy",
        impacts=gathered(len(runs), shares, parts),
        seconds=seconds,
        processor_s=sum(processor_s),
        ready_s=ready - start,
        evaluations=sum(evaluations) / len(runs),
    )


class _Flyer:
    """Flies single runs of a table."""

    def __init__(self, runs: Runs, tolerance: float) -> None:
        self._runs, self._environment = runs, runs.environment()
        self._coasting = BoundMotion(self._environment, COASTING)
        self._options = {"method": "DOP853", "rtol": tolerance, "atol": tolerance * SCALES}
        self._ground2_m2 = runs.ground_radius_m**2
        self.evaluations = 0

    def fly(self, i: int) -> tuple[float, Vector, bool]:
        """Return when and where a run ends, and whether on the ground."""
        run, y = self._runs[i], np.zeros(SIZE)
        y[POSITION], y[VELOCITY], y[MASS] = run.r, run.v, run.mass_kg
        burning = COASTING._replace(
            thrust_n=float(run.thrust_n),
            exhaust_velocity_mps=float(run.exhaust_velocity_mps),
            steering=AGAINST_VELOCITY,
        )
        y = self._segment(0.0, run.ignition_s, y, self._coasting).y[:, -1]
        y = self._segment(run.ignition_s, run.cutoff_s, y, BoundMotion(self._environment, burning)).y[:, -1]
        last = self._segment(run.cutoff_s, run.end_s, y, self._coasting, events=self._ground())
        return float(last.t[-1]), last.y[POSITION, -1], last.status == 1

    def _segment(self, start_s: float, end_s: float, y: Vector, bound: BoundMotion, **events: Any) -> Any:
        solution = solve_ivp(bound_derivative, (start_s, end_s), y, args=(bound,), **self._options, **events)
        self.evaluations += solution.nfev
        return solution

    def _ground(self) -> Any:
        def height(_t_s: float, y: Vector, _bound: BoundMotion) -> float:
            return float(y[0] * y[0] + y[1] * y[1] + y[2] * y[2]) - self._ground2_m2

        height.terminal, height.direction = True, -1  # type: ignore[attr-defined]
        return height


_flyer: _Flyer  # of a worker process


def _start_worker(runs: Runs, tolerance: float) -> None:
    global _flyer  # noqa: PLW0603
    _flyer = _Flyer(runs, tolerance)
    _flyer.fly(0)  # so that kernels are read from disk


def _fly_share(rows: NDArray[np.intp]) -> tuple[Impacts, int, float]:
    """Fly some runs in a worker; return their ends, the evaluations and the processor time."""
    start, _flyer.evaluations = time.process_time(), 0
    t_s, r, down = zip(*(_flyer.fly(i) for i in rows), strict=True)
    return Impacts(np.array(t_s), np.array(r), np.array(down)), _flyer.evaluations, time.process_time() - start
