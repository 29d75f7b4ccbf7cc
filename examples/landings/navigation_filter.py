"""
What the computer believes
==========================

A lander that starts with a position wrong by hundreds of metres, a radar altimeter and a Kalman filter. The error of
its altitude, and what the filter thinks of it: the band is twice its standard deviation.
"""

from dataclasses import replace

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("chandrayaan3")
assert scenario.craft is not None
craft = replace(
    scenario.craft,
    navigation=ls.KalmanFilter(
        downrange_sigma=300 * u.m,
        crossrange_sigma=300 * u.m,
        altitude_sigma=500 * u.m,
        altitude_bias_sigma=5 * u.m,
        seed=3,
    ),
    altimeter=ls.Altimeter(rate=2 * u.Hz, noise=0.5 * u.m, noise_share=1e-3),
    velocimeter=ls.Velocimeter(rate=1 * u.Hz, noise=0.1 * u.m / u.s),
)
flight = ls.simulate(replace(scenario, craft=craft))
navigation = flight.navigation
assert navigation is not None
assert isinstance(flight.outcome, ls.Landed)

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
time, sigma = navigation.elapsed.to_value(u.s), navigation.altitude_sigma.to_value(u.m)
ax.fill_between(time, -2 * sigma, 2 * sigma, color="0.85", label="2 sigma by the filter")
ax.plot(time, navigation.altitude_error.to_value(u.m), color="#D55E00", label="estimated less true")
ax.set_yscale("symlog", linthresh=1.0)
ax.set(xlabel="Time (s)", ylabel="Altitude error (m)", title=f"Altimeter on: {flight.outcome.verdict.value}")
ax.legend(frameon=False, loc="lower right")
plt.show()

assert flight.outcome.verdict is ls.Verdict.LANDED
