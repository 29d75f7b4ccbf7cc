"""
A probability of a millionth
============================

How probable is an impact more than three degrees north of the mean? No campaign of 10,000 shows one. 14,050 exact
flights train polynomials, which fly 200,000 runs in seconds; exact flights that are drawn where it happens confirm what
they say.
"""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

NORTH = -54.65 * u.deg


def beyond(runs: Mapping[str, Any]) -> Any:
    """Return how far north of the parallel each run comes down; NaN for those that stay in orbit."""
    return np.where(runs["outcome"] == "impact", (runs["latitude_deg"] - NORTH).to_value(u.deg), np.nan)


expansion = ls.load_campaign("luna25").expand()
result = expansion.run(200_000, seed=1, keep=["outcome", "latitude_deg"])
probability = expansion.probability(beyond)
print(f"impacts north of {NORTH}: {probability}")
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.hist(result.column("latitude_deg")[result.where("impact")], bins=120, log=True, color="#0072B2")
ax.axvline(
    NORTH.to_value(u.deg), color="#D55E00", label=f"beyond: {probability.low:.1e} to {probability.high:.1e} of all"
)
ax.set(xlabel="Latitude of the impact (deg)", ylabel="Runs of 200,000")
ax.legend(frameon=False)
plt.show()

assert 5e-7 < probability.low < probability.high < 1e-5
