"""Count how often the intervals of few runs hold what they say, over random campaigns.

    python soaks/few_runs.py                     4,000 campaigns of each kind, some minutes
    python soaks/few_runs.py --campaigns 500

Campaigns are random numbers here: nothing is flown. Each line gives the share of campaigns that held the truth, in per
cent; with 4,000 campaigns its standard error is 0.35. Nominal is 95 everywhere. The last column says whether the line
is within what is promised.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator

import numpy as np
from scipy import stats

from lunarsim import statistics
from lunarsim.errors import InputError, StatisticsWarning

Line = tuple[str, float, float, float]  #: what, the share in per cent, and the promised bounds

REACH = float(np.sqrt(stats.chi2.ppf(0.95, 2)))
SHAPES = {
    "gaussian": (lambda rng, size: rng.normal(size=size), 1.0),
    "uniform": (lambda rng, size: rng.uniform(-1.0, 1.0, size), 1.0 / np.sqrt(3.0)),
    "logistic": (lambda rng, size: rng.logistic(size=size), np.pi / np.sqrt(3.0)),
}


def ellipses(campaigns: int, rng: np.random.Generator) -> Iterator[Line]:
    """Yield how much the 95 % ellipse holds of further runs, and how often the intervals of its axes hold those."""
    for runs in (3, 4, 5, 10, 20, 50, 150):
        for ratio in (1.0, 0.8, 0.5, 0.2, 0.01):
            yield from _ellipses_of(campaigns, rng, runs, ratio, "gaussian", 2.0)
    for shape in ("uniform", "logistic"):
        for runs in (150, 1000):
            yield from _ellipses_of(
                campaigns, rng, runs, 0.3, shape, 4.0
            )  # it is not Gaussian, and holds what it holds


def _ellipses_of(
    campaigns: int, rng: np.random.Generator, runs: int, ratio: float, shape: str, allowed: float
) -> Iterator[Line]:
    draw, sigma = SHAPES[shape]
    held, hits = 0.0, np.zeros(4)
    for _ in range(campaigns):
        turn = rng.uniform(0.0, np.pi)
        rot = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        xy = draw(rng, (runs + 50, 2)) / sigma * [1.0, ratio] @ rot
        held += statistics.covariance_ellipse(xy[:runs]).contains(xy[runs:]).mean() / campaigns
        found = statistics.ellipse_interval(xy[:runs])
        truth = (REACH, REACH * ratio, 0.0, 0.0)
        intervals = (found.semi_major_m, found.semi_minor_m, found.east_m, found.north_m)
        hits += [low <= value <= high for (low, high), value in zip(intervals, truth, strict=True)]
    what = f"{runs} {shape} runs, axes 1 : {ratio:g}"
    yield f"{what}: held by the ellipse", 100.0 * held, 95.0 - allowed, min(95.0 + allowed, 100.0)
    for name, share in zip(("major axis", "minor axis"), hits[:2] / campaigns, strict=True):
        yield f"{what}: interval of the {name}", 100.0 * share, 95.0 - allowed, 99.0
    yield f"{what}: intervals of the centre", 50.0 * hits[2:].sum() / campaigns, 93.0, 97.0


def stopped_rates(campaigns: int, rng: np.random.Generator) -> Iterator[Line]:
    """Yield the rate at a stopping rule over the truth, plain and corrected, and how often its interval holds it."""
    for probability, half_width, chunk in (
        (0.001, 0.0008, 400), (0.002, 0.0015, 200), (0.005, 0.003, 100), (0.005, 0.002, 100), (0.05, 0.02, 50),
    ):  # fmt: skip
        rule = statistics.IntervalNarrowEnough(outcome=1, half_width=half_width)
        totals = chunk * np.arange(1, 201)
        counts = np.cumsum(rng.binomial(chunk, probability, (campaigns, totals.size)), axis=1)
        looks = np.argmax(rule.enough(counts, totals), axis=1)
        ends = [(int(counts[i, look]), int(look)) for i, look in enumerate(looks)]
        rates = {end: statistics.stopped_rate(end[0], totals[: end[1] + 1].tolist(), rule) for end in set(ends)}
        found = [rates[end] for end in ends]
        values = np.array([rate.value for rate in found])
        value, error = (100.0 * each / probability for each in (values.mean(), values.std() / np.sqrt(campaigns)))
        plain = 100.0 * float(np.mean([rate.count / rate.total for rate in found])) / probability
        what = f"probability {probability:g}, half width {half_width:g}"
        yield f"{what}: plain rate over the truth (not promised)", plain, 0.0, 200.0
        yield f"{what}: corrected rate over the truth", value, 100.0 - 4.0 * error, 100.0 + 4.0 * error
        covers = 100.0 * float(np.mean([rate.low <= probability <= rate.high for rate in found]))
        yield f"{what}: interval at the rule", covers, 92.0, 98.0  # Wilson's has a saw-tooth of its own


def weights(campaigns: int, rng: np.random.Generator) -> Iterator[Line]:
    """Yield, of runs weighted to another normal, how often intervals hold, are refused or doubted."""
    for runs in (400, 2000):
        for wider in (0.7, 1.0, 1.2, 1.42, 1.6, 2.0):
            hits, told = [], 0
            for _ in range(campaigns // 4):
                x = rng.normal(size=runs)
                try:
                    found = statistics.importance_weights(stats.norm.logpdf(x, 0.0, wider), stats.norm.logpdf(x))
                except InputError:
                    told += 1
                    continue
                rate = statistics.weighted_rate(x > 1.5 * wider, found.values)
                hits.append(rate.low <= stats.norm.sf(1.5) <= rate.high)
                told += bool(rate.doubt)
            what = f"{runs} runs for a sigma {wider:g} times that flown"
            covers, doubted = 100.0 * float(np.mean(hits)), 400.0 * told / campaigns
            yield f"{what}: interval of a rate", covers, 92.0 if wider <= 1.2 else 0.0, 100.0
            yield f"{what}: refused or doubted", doubted, 85.0 if wider >= 1.6 else 0.0, 5.0 if wider <= 1.0 else 100.0


def main() -> int:
    """Print every line; return 1 if one of them breaks its promise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=4000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("ignore", StatisticsWarning)
    broken = 0
    for kind in (ellipses, stopped_rates, weights):
        for what, share, least, most in kind(asked.campaigns, np.random.default_rng(asked.seed)):
            kept = least <= share <= most
            broken += not kept
            print(f"{what:72s} {share:6.1f}  {'ok' if kept else f'NOT within {least:.1f} to {most:.1f}'}", flush=True)
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
