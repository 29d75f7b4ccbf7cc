"""
A column of one's own
=====================

How far from the crater that LRO found do the flights of a campaign come down, and with what thrust do they come near?
Each run gets its distance, beside the columns of the package.
"""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.coordinates import angular_separation

import lunarsim as ls

LATITUDE, LONGITUDE = -57.865 * u.deg, 61.360 * u.deg
RADIUS = 1737.4 * u.km


@ls.column("distance_to_crater_km", u.km, "distance of the impact from the crater, over the sphere")
def distance_to_crater(runs: Mapping[str, Any]) -> u.Quantity:
    """Return the distance of each run; NaN for those that struck nothing."""
    angle = angular_separation(runs["longitude_deg"], runs["latitude_deg"], LONGITUDE, LATITUDE)
    return np.where(runs["outcome"] == "impact", angle.to_value(u.rad), np.nan) * RADIUS


campaign = ls.load_campaign("luna25").with_columns(distance_to_crater)
result = campaign.run(2000, seed=25, chunk_size=250)
for quantile in result.quantiles("distance_to_crater_km", outcome="impact"):
    print(f"distance from the crater, km: {quantile}")
near = result.column("distance_to_crater_km") < 20.0
thrust = result.column("craft.engine.thrust")
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
ax.hist(thrust, bins=40, color="0.75", label="all runs")
ax.hist(thrust[near], bins=40, color="#D55E00", label="within 20 km of the crater")
ax.set(xlabel="Thrust (N)", ylabel="Runs")
ax.legend(frameon=False)
plt.show()

assert thrust[near].std() < 0.7 * thrust.std()
