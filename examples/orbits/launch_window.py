"""
When to leave for the Moon
==========================

What the injection from 200 km and the insertion at 100 km take together, by departure and time of flight in August
2023, by patched conics. A parking orbit of 51.7 deg meets the Moon southbound or northbound; Luna-25 left in the
cheapest days of the month, southbound.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

departures = Time("2023-08-01") + np.linspace(0.0, 28.0, 60) * u.day
durations = np.linspace(3.5, 6.5, 60) * u.day
luna25 = Time("2023-08-11T00:15:00"), Time("2023-08-16T08:59:00") - Time("2023-08-11T00:15:00")

figure, axes = plt.subplots(2, 1, figsize=(7, 8), layout="constrained")
least = []
for ax, northbound in zip(axes, (False, True), strict=True):
    window = ls.orbits.launch_window(departures, durations, inclination=51.7 * u.deg, northbound=northbound)
    ls.plots.porkchop(window, mark={} if northbound else {"Luna-25": (luna25[0], luna25[1].to(u.day))}, ax=ax)
    ax.set_title("northbound" if northbound else "southbound")
    i, j = window.best
    least.append((window.departures[i], window.delta_v[i, j]))
plt.show()

flown = ls.orbits.patched_conics(luna25[0], luna25[1].to(u.day), inclination=51.7 * u.deg, northbound=False)
print(f"Luna-25: {flown.injection:.0f} and {flown.insertion:.0f}; the least of the month: {least[0][1]:.0f}")
assert abs(least[0][0] - luna25[0]) < 3 * u.day
assert flown.injection + flown.insertion - least[0][1] < 10 * u.m / u.s
