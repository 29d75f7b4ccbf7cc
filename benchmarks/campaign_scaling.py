"""How the cost of a campaign grows: degree of the field, number of runs, threads, workers; share of the peak.

    python benchmarks/campaign_scaling.py [--parts degree runs threads workers store peak] [--seconds 2]
                                          [--most 1000000] [--into FILE]

All parts fly Luna-25's campaign of the catalogue (its dispersions, Earth and Sun, ground a sphere, local error 1 mm a
step), from the random numbers to the columns of the results. ``--into`` writes what was measured into a JSON file,
beside the parts that are there already; degrees above 50 need ``LP165P.cof``. A rate of the part ``degree`` is by
the processor time of one thread, what other work on the machine disturbs less; all others are by the clock.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from peak import evaluate_all, fma_peak_gflops, seconds

import lunarsim as ls
from lunarsim.campaign.executors.execution import available_processors
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.data import find
from lunarsim.kernels.forces.gravity import HarmonicField, harmonics_of_eight
from lunarsim.kernels.simd.lanes import WIDTH, load, total

DEGREES = {"exact": (0, 2, 8, 20, 35, 50, 70, 100, 150), "gridded": (20, 50, 100, 150)}
PEAK_DEGREES = (8, 20, 35, 50, 100, 150)
CARRIED = 50  # the highest degree of the field that comes with the package
KINDS = ("exact", "gridded")
KEEP = ("outcome", "latitude_deg", "longitude_deg")
MOST_EXACT = 100_000
CHUNK = 512  # runs, where the time of threads and workers is compared: enough chunks for each
STORED = 8 * 8192
FLOPS_A_FUNCTION = 23  # of one degree and order at one place: 5 for H, 5 for its slope, 1 for n H, 12 for six sums
FLOPS_AN_ORDER = 32  # at one place: 8 for the powers, 2 for their factors, 22 for what is added to the acceleration
POINTS = 4096

Result = list[dict[str, Any]]


@cache
def field(degree: int, kind: str) -> ls.GravityField | ls.GriddedField:
    """Return GRGM900C to a degree that the package carries, or LP165P; gridded if asked for."""
    carried = degree <= CARRIED
    exact = ls.GravityField.grail(degree) if carried else ls.GravityField.from_file(find("LP165P.cof"), degree=degree)
    return exact if kind == "exact" else ls.GriddedField.build(exact)


@cache
def campaign(degree: int, kind: str) -> ls.Campaign:
    """Return Luna-25's campaign in a field."""
    whole = ls.load_campaign("luna25")
    moon = replace(whole.scenario.moon, gravity=field(degree, kind))
    return replace(whole, scenario=replace(whole.scenario, moon=moon))


def by_degree(aim_s: float) -> Result:
    """Return the runs per second of one core against the degree, exact and gridded."""
    rows = []
    for kind, degrees in DEGREES.items():
        for degree in degrees:
            work = campaign(degree, kind).work(2**40, 1)
            work(0, 8)
            trial = processor_seconds(partial(work, 0, 128))
            n = max(256, int(128 * aim_s / 2.0 / trial))
            taken = min(processor_seconds(partial(work, 0, n)) for _ in range(2))
            evaluations = float(work.fly(work.values(0, 512)).runs["evaluations"].mean())
            rows.append({"kind": kind, "degree": degree, "n": n, "runs_per_s": n / taken, "evaluations": evaluations})
            print(f"{kind:8s} degree {degree:3d}: {n / taken:8,.0f} runs/s of one core, {evaluations:.1f} evaluations")
    return rows


def processor_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call, of this thread."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def by_number(most: int) -> Result:
    """Return the time and the memory of campaigns of 100 runs, 1,000, ... with all processors, in fresh processes."""
    rows = []
    for kind in KINDS:
        numbers = [10**k for k in range(2, 16) if 10**k <= (most if kind == "gridded" else min(most, MOST_EXACT))]
        field(CARRIED, kind)  # a grid is built here, and read from the cache there
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            rows += pool.apply(fly_numbers, (kind, numbers))
    return rows


def fly_numbers(kind: str, numbers: list[int]) -> Result:
    """Fly campaigns of rising size; say how long each took and what the process has held at most up to there."""
    warnings.simplefilter("ignore", ls.ModelWarning)
    own = campaign(CARRIED, kind)
    own.run(64, seed=0)
    rows = []
    for n in numbers:
        start = time.perf_counter()
        own.run(n, seed=1, keep=KEEP)
        taken = time.perf_counter() - start
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6  # of Linux: kibibytes
        rows.append({"kind": kind, "n": n, "seconds": taken, "memory_mb": memory_mb})
        print(f"{kind:8s} {n:10,d} runs: {n / taken:8,.0f} runs/s, at most {memory_mb:,.0f} MB", flush=True)
    return rows


def counts() -> list[int]:
    """Return how many threads or workers are compared: 1, 2, 4, ... up to the processors."""
    return [2**k for k in range(10) if 2**k <= available_processors()]


def by_threads(aim_s: float) -> Result:
    """Return the runs per second against the number of threads."""
    rows = []
    for kind in KINDS:
        own = campaign(CARRIED, kind)
        n = runs_for(own, aim_s)
        for threads in counts():
            rate = clocked(partial(own.run, n, seed=1, workers=threads, keep=KEEP, chunk_size=CHUNK), n)
            rows.append({"kind": kind, "threads": threads, "n": n, "runs_per_s": rate})
            print(f"{kind:8s} {threads} threads: {rate:8,.0f} runs/s")
    return rows


def by_workers(aim_s: float) -> Result:
    """Return the runs per second against the number of processes of a dask cluster on this machine."""
    from distributed import Client, LocalCluster  # noqa: PLC0415  (an extra)

    rows = []
    for workers in counts():
        cluster = LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None)
        with cluster, Client(cluster) as client:
            for kind in KINDS:
                own = campaign(CARRIED, kind)
                n = runs_for(own, aim_s)
                fly = partial(own.run, seed=1, executor=client, keep=KEEP)
                fly(32 * workers, chunk_size=8)  # load the machine code in each process
                rate = clocked(partial(fly, n, chunk_size=CHUNK), n)
                rows.append({"kind": kind, "workers": workers, "n": n, "runs_per_s": rate})
                print(f"{kind:8s} {workers} workers: {rate:8,.0f} runs/s")
    return rows


def runs_for(own: ls.Campaign, aim_s: float) -> int:
    """Return how many runs take one core about so long, in whole chunks for each of the processors."""
    work = own.work(2**40, 1)
    work(0, 8)
    share = CHUNK * available_processors()
    return max(4, round(256 * aim_s / processor_seconds(partial(work, 0, 256)) / share)) * share


def clocked(fly: Callable[[], object], n: int) -> float:
    """Return runs per second, the better of two."""
    rates = []
    for _ in range(2):
        start = time.perf_counter()
        fly()
        rates.append(n / (time.perf_counter() - start))
    return max(rates)


def storing() -> dict[str, Any]:
    """Return what a run takes on the disk with all its columns, and how fast one process stores them."""
    own = campaign(CARRIED, "gridded")
    manifest = own.manifest(STORED, 1)
    columns = own.work(STORED, 1)(0, manifest.chunk_size)
    with tempfile.TemporaryDirectory() as folder, ChunkStore.create(folder, manifest) as store:
        start = time.perf_counter()
        for chunk in store.missing():
            store.write(chunk.index, columns, 0.0)
        taken = time.perf_counter() - start
        size = sum(file.stat().st_size for file in store.folder.rglob("*") if file.is_file())
    rate = STORED / taken
    print(f"{len(manifest.columns)} columns: {size / STORED:.0f} bytes a run, stored at {rate:,.0f} runs/s")
    return {"columns": len(manifest.columns), "bytes_per_run": size / STORED, "runs_per_s": rate}


def field_flops(degree: int) -> int:
    """Return the additions and multiplications of a field at one place, as its formulas count them.

    A function H of each order m and degree n > m costs ``FLOPS_A_FUNCTION``, each order ``FLOPS_AN_ORDER``. A fused
    multiply-add is two. What depends on n and m alone, the first function of each order, which is 1, and some dozens
    of operations a place are left out: the share of the peak is on the low side.
    """
    return FLOPS_A_FUNCTION * (degree * (degree + 1) // 2) + FLOPS_AN_ORDER * (degree + 1)


@numba.njit(error_model="numpy")
def evaluate_by_eight(points: NDArray[np.float64], harmonic: HarmonicField) -> float:
    """Evaluate the kernel at eight places a call; ``points`` has x, y, z in rows."""
    x, y, z = points[0], points[1], points[2]
    sum_of_all = 0.0
    for i in range(0, x.size, WIDTH):
        a = harmonics_of_eight(load(x, i), load(y, i), load(z, i), harmonic)
        sum_of_all += total(a[0] + a[1] + a[2])
    return sum_of_all


def shares_of_peak() -> dict[str, Any]:
    """Return the measured peak of one core, and what share of it the field reaches, eight places or one at a time."""
    random = np.random.default_rng(1)
    points = random.standard_normal((POINTS, 3))
    points *= ((1.738e6 + random.uniform(0.0, 1.2e5, POINTS)) / np.linalg.norm(points, axis=1))[:, None]
    by_rows, peak, rows = np.ascontiguousarray(points.T), fma_peak_gflops(), []
    print(f"peak of one core: {peak:.1f} GFLOP/s")
    for degree in PEAK_DEGREES:
        harmonic, flops = field(degree, "exact").lower(), field_flops(degree)
        repeats = 30 if degree <= CARRIED else 5
        eight = seconds(partial(evaluate_by_eight, by_rows, harmonic), repeats) / POINTS
        one = seconds(partial(evaluate_all, points, harmonic), repeats) / POINTS
        shares = {name: flops / taken / 1e9 / peak for name, taken in (("eight", eight), ("one", one))}
        rows.append({"degree": degree, "flops": flops, "eight_ns": eight * 1e9, "one_ns": one * 1e9, **shares})
        print(f"degree {degree:3d}: {shares['eight']:.0%} of it, eight places a call; {shares['one']:.0%}, one place")
    return {"gflops": peak, "rows": rows}


PARTS: dict[str, Callable[[float, int], Any]] = {
    "peak": lambda _aim_s, _most: shares_of_peak(),
    "degree": lambda aim_s, _most: by_degree(aim_s),
    "threads": lambda aim_s, _most: by_threads(aim_s),
    "workers": lambda aim_s, _most: by_workers(aim_s),
    "store": lambda _aim_s, _most: storing(),
    "runs": lambda _aim_s, most: by_number(most),
}


def measure(parts: tuple[str, ...] = tuple(PARTS), aim_s: float = 2.0, most: int = 1_000_000) -> dict[str, Any]:
    """Return what the parts found.

    Parameters
    ----------
    parts : tuple of str
        Of ``PARTS``.
    aim_s : float
        About how long each case is flown, on one core.
    most : int
        The largest campaign of the part ``runs``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ls.ModelWarning)  # low degrees, on purpose
        found = {part: PARTS[part](aim_s, most) for part in parts}
    return {**found, "processors": available_processors(), "load": os.getloadavg()[0]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    begin = time.perf_counter()
    results = measure(tuple(given.parts), given.seconds, given.most)
    print(f"{time.perf_counter() - begin:.0f} s")
    if given.into is not None:
        before = json.loads(given.into.read_text(encoding="utf-8")) if given.into.exists() else {}
        given.into.write_text(json.dumps({**before, **results}, indent=1) + "\n", encoding="utf-8")
