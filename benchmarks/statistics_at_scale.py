"""What the statistics of a campaign cost, against a plain sort of as many numbers: time and memory up to 10^7 runs.

    python benchmarks/statistics_at_scale.py [--runs 10000 100000 1000000] [--parts tornado ...]

Nothing is flown. The campaign is Luna-25's: its inputs are drawn as it draws them, what came out is made of them by a
straight line with some noise, a half of the runs strikes the Moon. Times are processor time, all threads together, of
the better of two calls (of one from 10^7 runs on); memory is the most that a call holds beyond what was there before,
as numpy reports it. 10^7 runs hold 7 GB.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lunarsim as ls
from lunarsim.campaign import CampaignFindings, CampaignResult, Sampling
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.campaign.store.prefix import Prefix
from lunarsim.kernels.codes import IMPACT, IN_ORBIT
from lunarsim.statistics import IntervalNarrowEnough, QuantileNarrowEnough, StoppingRule

RUNS = (10_000, 100_000, 1_000_000)
ONCE = 10_000_000  # runs from which on each call is made once
LATIN_MOST = 5_000_000  # runs of a Latin hypercube in this campaign's dimensions
SEEDS = count(1)
CRATER_DEG, SCATTER_DEG = np.array([-57.865, 61.36]), np.array([0.5, 0.1])
_NEVER = 1e-9  # half the width of an interval that no number of runs gives


def synthetic(n: int) -> CampaignResult:
    """Return a result of so many runs that nobody flew."""
    campaign = ls.load_campaign("luna25")
    work, store = campaign.work(n, 1), MemoryStore(campaign.manifest(n, 1))
    random = np.random.default_rng(1)
    for chunk in store.missing():
        values = work.values(chunk.first, chunk.count)
        columns = {name: column != 0.0 if name.startswith("faults.") else column for name, column in values.items()}
        struck = columns["faults.accelerometer off"]
        thrust = (columns["craft.engine.thrust"] - 265.8) / 1.3
        for column in store.manifest.columns[len(columns) :]:
            noise = random.standard_normal(chunk.count)
            columns[column.name] = _made(column.name, column.dtype, thrust + 0.3 * noise, struck)
        store.write(chunk.index, columns, 0.0)
    return CampaignResult(campaign=campaign, seed=1, n=n, store=store)


def _made(name: str, dtype: str, moved: NDArray[np.float64], struck: NDArray[np.bool_]) -> NDArray[Any]:
    if name == "outcome":
        return np.where(struck, IMPACT, IN_ORBIT).astype(np.int8)
    if dtype == "int8":
        return np.zeros(moved.size, np.int8)
    if name in ("latitude_deg", "longitude_deg"):
        k = int(name == "longitude_deg")
        return np.asarray(CRATER_DEG[k] + SCATTER_DEG[k] * moved)
    return 1700.0 + moved


def drawn(campaign: ls.Campaign, n: int, sampling: Sampling | None = None) -> None:
    """Draw the inputs of all runs, chunk by chunk, and keep none; each time of another seed, as a hypercube is kept."""
    work = (campaign if sampling is None else replace(campaign, sampling=sampling)).work(n, next(SEEDS))
    for chunk in MemoryStore(campaign.manifest(n, 1), keep=["outcome"]).missing():
        work.values(chunk.first, chunk.count)


def watched(result: CampaignResult, rule: StoppingRule) -> None:
    """Ask a rule that is never met after each chunk."""
    store, most = result.store, result.store.manifest.chunk_count
    rising = MemoryStore(store.manifest)
    prefix = Prefix(rising, rule)
    for index in range(most):
        rising.write(index, store.read(index), 0.0)
        prefix.is_enough()


def fresh(result: CampaignResult) -> CampaignResult:
    """Return the same result, of which nothing was read yet."""
    return replace(result)


def parts(result: CampaignResult) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give what is measured: a name, and a call."""
    campaign, n = result.campaign, result.n
    assert isinstance(campaign, ls.Campaign)
    read = fresh(result)
    for name in ("outcome", "latitude_deg", "longitude_deg", "speed_mps", *campaign.inputs):
        read.column(name)
    where = read.footprint("impact")
    rate = IntervalNarrowEnough(outcome="impact", half_width=_NEVER)
    quantile = QuantileNarrowEnough(column="speed_mps", probability=0.5, half_width=_NEVER)
    yield "draw, Monte Carlo", partial(drawn, campaign, n)
    if n <= LATIN_MOST:
        yield "draw, Latin hypercube", partial(drawn, campaign, n, ls.LatinHypercube())
    yield "draw, Sobol", partial(drawn, campaign, n, ls.Sobol())
    yield "dataset", lambda: fresh(result).dataset
    yield "rates", read.rates
    yield "quantiles", partial(read.quantiles, "speed_mps", outcome="impact")
    yield "footprint", partial(read.footprint, "impact")
    yield "ellipse", where.ellipse
    yield "ellipse_interval", where.ellipse_interval
    yield "circular_error_probable", where.circular_error_probable
    yield "density", where.density
    yield "tornado", partial(read.tornado, "latitude_deg", outcome="impact")
    yield "reweighted", partial(read.reweighted, campaign.dispersions)
    yield "rule on a rate", partial(watched, result, rate)
    yield "rule on a quantile", partial(watched, result, quantile)
    yield "findings", lambda: CampaignFindings.of(fresh(result), check=0)


def processor_seconds(call: Callable[[], object], times: int) -> float:
    """Return the processor time of the best of some calls."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return min(taken)


def peak_mb(call: Callable[[], object]) -> float:
    """Return how much memory a call holds at most beyond what was held before it."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def measure(n: int, chosen: list[str] | None = None) -> dict[str, tuple[float, float, float]]:
    """Return, for each part, seconds, times a plain sort, and MB; print them as a table."""
    times = 1 if n >= ONCE else 2
    plain = np.random.default_rng(2).standard_normal(n)
    sort_s = processor_seconds(lambda: np.sort(plain), 3)
    print(f"\n{n:,} runs; a plain sort takes {sort_s:.4f} s, a column of floats {8e-6 * n:,.2f} MB")
    print(f"{'':26s}{'processor s':>12s}{'sorts':>9s}{'MB':>10s}{'columns':>9s}")
    found = {}
    for name, call in parts(synthetic(n)):
        if chosen and not any(name.startswith(each) for each in chosen):
            continue
        taken, memory = processor_seconds(call, times), peak_mb(call)
        found[name] = (taken, taken / sort_s, memory)
        print(f"{name:26s}{taken:12.4f}{taken / sort_s:9.1f}{memory:10.1f}{memory / (8e-6 * n):9.1f}", flush=True)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=RUNS)
    parser.add_argument("--parts", nargs="+", help="parts whose names begin so; default: all")
    given = parser.parse_args()
    warnings.simplefilter("ignore", ls.ModelWarning)
    for number in given.runs:
        measure(number, given.parts)
