"""
How long a low orbit lasts
==========================

Three circular orbits at 25 km that differ by their inclination alone. The Moon's gravity makes them eccentric at very
different rates: one is on the ground in five days, another in three weeks.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
lived = {}
for inclination in (50, 85, 90):
    state = ls.State.from_elements(
        perilune=25 * u.km,
        apolune=25 * u.km,
        inclination=inclination * u.deg,
        node_longitude=0 * u.deg,
        epoch=Time("2026-01-01T00:00:00"),
    )
    flight = ls.propagate(state, 30 * u.day)
    days = np.linspace(0, (1 - 1e-9) * flight.duration.to_value(u.day), 1500)
    perilune = flight.at(flight.start + days * u.day).perilune.to_value(u.km)
    lived[inclination] = days[-1]
    (line,) = ax.plot(days, perilune, linewidth=1.2, label=f"{inclination}°")
    if isinstance(flight.outcome, ls.Impact):
        ax.plot(days[-1], perilune[-1], "X", color=line.get_color(), markersize=10)
ax.set(xlabel="Time (days)", ylabel="Altitude of the perilune (km)", title="Circular at 25 km; cross: impact")
ax.axhline(0, color="0.5", linewidth=0.8)
ax.legend(title="Inclination", frameon=False)
plt.show()

assert 3 < lived[50] < 7 < lived[85] < lived[90] < 30
