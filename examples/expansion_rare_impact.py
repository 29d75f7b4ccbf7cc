"""A million flights of Luna-25 in seconds, and how probable an impact is that no campaign of 10,000 would show.

14,050 exact flights train polynomials in the dispersed values. A random check is printed with the result. Then:
how probable is an impact more than three degrees north of the mean? Exact flights that are drawn where it happens
confirm what the polynomials say.

Run it from anywhere: ``python examples/expansion_rare_impact.py``.
"""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy import units as u

import lunarsim as ls

NORTH = -54.65 * u.deg


def beyond(runs: Mapping[str, Any]) -> Any:
    """Return how far north of the parallel each run comes down; NaN for those that stay in orbit."""
    return np.where(runs["outcome"] == "impact", (runs["latitude_deg"] - NORTH).to_value(u.deg), np.nan)


def main() -> None:
    campaign = ls.load_campaign("luna25")
    expansion = campaign.expand()
    print(expansion)

    expansion.run(1000, seed=1)  # compiles
    begin = time.perf_counter()
    result = expansion.run(200_000, seed=1, keep=["outcome", "latitude_deg", "position_error_m"])
    print(f"{result.runs:,} runs in {time.perf_counter() - begin:.1f} s")
    print(result)

    probability = expansion.probability(beyond)
    print(f"impacts north of {NORTH}: {probability}")

    # The headline: expanded runs end where the same runs do that are flown, and exact flights bear out the probability.
    exact = campaign.run(500, seed=1)
    np.testing.assert_array_equal(result.column("outcome")[:500], exact.column("outcome"))
    np.testing.assert_allclose(result.column("latitude_deg")[:500], exact.column("latitude_deg"), atol=1e-4)
    assert result.check.largest < 10 * u.m
    assert result.exact_fraction < 0.01
    assert 5e-7 < probability.low < probability.high < 1e-5
    assert probability.high < 2.0 * probability.low
    assert probability.expanded_low < probability.high
    assert probability.low < probability.expanded_high


if __name__ == "__main__":
    main()
