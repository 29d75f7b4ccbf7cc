"""
What if the timer had been set otherwise?
=========================================

The fault stays; only the timer changes. The flights say how the orbit goes down with each second, and bisection says
where it no longer clears the ground: a timer of 106 s would have saved the craft.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

luna25 = ls.load_scenario("luna25")
print(ls.what_if(luna25, {"plan.0.timer": 95 * u.s}))
found = ls.survivability(luna25, "plan.0.timer", 80 * u.s, 130 * u.s)
timers = np.arange(84, 129, 4) * u.s
flights = [ls.simulate(ls.with_values(luna25, {"plan.0.timer": timer})) for timer in timers]
perilunes = u.Quantity([flight.burns[0].after.perilune for flight in flights]).to(u.km)
struck = np.array([isinstance(flight.outcome, ls.Impact) for flight in flights])

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.axhline(0, color="0.6", linewidth=1)
ax.plot(timers[~struck], perilunes[~struck], "o", color="#0072B2", label="in orbit after 3 h")
ax.plot(timers[struck], perilunes[struck], "X", color="#D55E00", markersize=9, label="impact")
for boundary in found.boundaries:
    ax.axvline(boundary.low.to_value(u.s), color="0.4", linestyle=":")
ax.set(xlabel="Timer (s)", ylabel="Perilune after the burn (km)", title="Dotted: where the outcome changes")
ax.legend(frameon=False)
plt.show()

assert abs(found.boundaries[0].low - 106.1 * u.s) < 0.1 * u.s
