"""
From a crater back to the thrust
================================

A burn of 127 s, an orbit that is known, a crater: what was the thrust? Least squares find it from the latitude and the
time of the impact, here made up with 262 N and noise. One unknown, two observations; the curve is the model.
"""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("luna25")


def predict(unknowns: Mapping[str, u.Quantity]) -> dict[str, u.Quantity]:
    """Return what would be observed with a thrust."""
    flight = ls.simulate(ls.with_values(scenario, {"craft.engine.thrust": unknowns["thrust"]}))
    return {"latitude": flight.outcome.latitude, "time": flight.duration}


truth = predict({"thrust": 262 * u.N})
observations = [
    ls.inquiry.Observation(name="latitude", value=truth["latitude"] + 0.03 * u.deg, sigma=0.05 * u.deg),
    ls.inquiry.Observation(name="time", value=truth["time"] - 1 * u.s, sigma=2 * u.s),
]
found = ls.inquiry.estimate([ls.inquiry.Unknown(name="thrust", start=270 * u.N, scale=1 * u.N)], observations, predict)
thrust, sigma = found.values["thrust"], found.sigmas["thrust"]
print(f"{thrust:.2f} +- {sigma:.2f}")

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
tried = np.linspace(258, 270, 9)
ax.plot(tried, [predict({"thrust": each * u.N})["latitude"].to_value(u.deg) for each in tried], color="0.4")
ax.axhline(observations[0].value.to_value(u.deg), color="#D55E00", linestyle=":", label="latitude of the crater")
ax.errorbar(
    thrust.value, found.predicted["latitude"].to_value(u.deg), xerr=sigma.value, fmt="o", capsize=4, label="found"
)
ax.set(xlabel="Thrust (N)", ylabel="Latitude of the impact (deg)")
ax.legend(frameon=False)
plt.show()

assert abs(thrust - 262 * u.N) < 2 * sigma
