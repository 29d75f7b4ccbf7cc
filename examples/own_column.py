"""A column of one's own: how far from the crater Luna-25's flights come down, and with what thrust they come near.

Lunar Reconnaissance Orbiter found a new crater at 57.865 S, 61.360 E. Each of 2,000 flights gets its
distance from there, beside the columns of the package.

Run it from anywhere: ``python examples/own_column.py``.
"""

from collections.abc import Mapping
from typing import Any

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


def main() -> None:
    campaign = ls.load_campaign("luna25").with_columns(distance_to_crater)
    result = campaign.run(2000, seed=25, chunk_size=250)
    print(result)
    for quantile in result.quantiles("distance_to_crater_km", outcome="impact"):
        print(f"distance from the crater, km: {quantile}")
    near = result.column("distance_to_crater_km") < 20.0
    thrust = result.column("craft.engine.thrust")
    print(
        f"the {near.sum()} runs within 20 km have a thrust of {thrust[near].mean():.2f} +- {thrust[near].std():.2f} N,"
    )
    print(f"all have one of {thrust.mean():.2f} +- {thrust.std():.2f} N")
    check = result.cross_check(5)
    print(f"both drivers agree on the distance within {1e3 * check.columns['distance_to_crater_km']:.1g} m")

    # The headline: the crater lies among the impacts, and the package's footprint has the same distances.
    struck = result.where("impact")
    about = result.footprint("impact", about=ls.Site(latitude=LATITUDE, longitude=LONGITUDE))
    own_m = 1e3 * result.column("distance_to_crater_km")
    np.testing.assert_allclose(own_m[struck], np.hypot(*about.xy_m.T), rtol=1e-6)
    assert np.isnan(own_m[~struck]).all()
    assert thrust[near].std() < 0.7 * thrust.std()
    assert check.columns["distance_to_crater_km"] < 1e-3


if __name__ == "__main__":
    main()
