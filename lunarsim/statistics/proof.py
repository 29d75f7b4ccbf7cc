"""Requirements on a rate that the runs must prove, for people's own tests."""

from __future__ import annotations

from collections.abc import Callable

from lunarsim.errors import InputError
from lunarsim.statistics import columns
from lunarsim.statistics.proportions import check_counts, clopper_pearson_low

_MOST_RUNS = 10**12


def assert_rate(
    count: int,
    total: int,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    confidence: float = 0.95,
    what: str = "the outcome",
) -> float:
    """Assert that the runs prove a bound on the probability of an outcome, and return the bound that they prove.

    The bound is Clopper and Pearson's one-sided one (1934, doi:10.1093/biomet/26.4.404): whatever the
    probability, a requirement that is not met passes in at most a share ``1 - confidence`` of campaigns.

    Parameters
    ----------
    count, total : int
        Runs with that outcome, and all runs; a run that failed counts as a run without it.
    at_least, at_most : float
        The requirement; exactly one of the two.
    confidence : float
        Between 0 and 1, one-sided.
    what : str
        The outcome in words, for the error's text.

    Raises
    ------
    AssertionError
        If the runs do not prove it; the text says counts, rate, bound, and how many more runs would.
    InputError
        If an argument is out of range, or both or none of the requirements are given.
    """
    check_counts(count, total)
    miss = 1.0 - columns.fraction("confidence", confidence)
    if (at_least is None) == (at_most is None):
        raise InputError(f"at_least = {at_least}, at_most = {at_most}: expected exactly one of them")
    if at_least is not None:
        asked, side = f"at_least = {at_least:g}", "lower"
        required, kept = columns.fraction("at_least", at_least), count
    else:
        asked, side = f"at_most = {at_most:g}", "upper"
        required, kept = 1.0 - columns.fraction("at_most", at_most), total - count
    met = clopper_pearson_low(kept, total, miss)
    bound = met if side == "lower" else 1.0 - met
    if met >= required:
        return bound
    digits = 2 if 0.001 < required < 0.999 else 6
    raise AssertionError(
        f"{what}: {count:,} of {total:,} runs ({columns.percent(count / total, digits)}); {asked} is not proven at "
        f"{100.0 * confidence:g} % confidence: the one-sided Clopper-Pearson {side} bound is "
        f"{columns.percent(bound, digits)}. " + _advice(kept, total, required, miss)
    )


def runs_needed(share: float, required: float, *, confidence: float = 0.95) -> int | None:
    """Return how many runs prove "at least ``required``" where a share of them meets it, or None if none do.

    The number is the smallest from a search by halves with ``floor(share * runs)`` runs that meet it.

    Raises
    ------
    InputError
        If ``share`` is not from 0 to 1, or another argument not between 0 and 1.
    """
    if not 0.0 <= share <= 1.0:
        raise InputError(f"share = {share:g}: expected a number from 0 to 1")
    columns.fraction("required", required)
    miss = 1.0 - columns.fraction("confidence", confidence)
    if share <= required:
        return None
    return _first(lambda runs: clopper_pearson_low(float(int(share * runs)), runs, miss) >= required)


def _advice(kept: int, total: int, required: float, miss: float) -> str:
    """Return how many more runs would prove it: at the rate seen, and at the very best."""
    best = _first(lambda more: clopper_pearson_low(kept + more, total + more, miss) >= required)
    spotless = "" if best is None else f"; if every further run meets it, {best:,} more would"
    needed = runs_needed(kept / total, required, confidence=1.0 - miss)
    if needed is None:
        return f"The rate itself does not meet it: no number of runs at this rate would prove it{spotless}."
    more = max(needed - total, 1)
    if kept == total:
        return f"About {more:,} more runs would prove it, if every one of them meets it."
    return f"At this rate about {more:,} more runs would prove it{spotless}."


def _first(proves: Callable[[int], bool]) -> int | None:
    """Return a number of runs that proves it where one less than it does not, or None up to a million million."""
    high = 1
    while not proves(high):
        high *= 2
        if high > _MOST_RUNS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if proves(middle) else (middle, high)
    return high
