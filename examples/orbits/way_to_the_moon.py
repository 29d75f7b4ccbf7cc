"""
The way to the Moon
===================

From 200 km over the Earth past the Moon in six days of coast, in axes that do not turn, about the Earth.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

moon = ls.Moon(earth=ls.Earth())  # with its oblateness; where DE421 is installed: ephemeris=ls.Ephemeris.de421()
departure = ls.State.from_earth_elements(
    perigee=200 * u.km,
    apogee=400_000 * u.km,
    inclination=51.6 * u.deg,
    raan=337.7 * u.deg,
    argument_of_perigee=333.6 * u.deg,
    epoch=Time("2023-08-10T23:10:57"),
    ephemeris=moon.ephemeris,
)
flight = ls.propagate(departure, 6 * u.day, moon, detect=[ls.detectors.SphereOfInfluence()])

times = flight.start + np.linspace(0.0, 6.0, 2000) * u.day
craft = flight.at(times).to_earth(moon.ephemeris).position.to_value(1e3 * u.km)
there = -moon.ephemeris.position("earth", times).to_value(1e3 * u.km)
events = [event.true.state.to_earth(moon.ephemeris).position.to_value(1e3 * u.km) for event in flight.timeline[1:-1]]

figure, ax = plt.subplots(figsize=(7, 5), layout="constrained")
ax.plot(*there[:, :2].T, color="grey", label="Moon")
ax.plot(*craft[:, :2].T, label="craft")
ax.plot(*events[1][:2], "*", color="black", label="perilune")
ax.plot(*np.array(events)[::2, :2].T, ".", color="black", label="edge of the Moon's sphere of influence")
ax.plot(0.0, 0.0, "o", label="Earth")
ax.set(xlabel="x, ICRF (1000 km)", ylabel="y (1000 km)", title="From 200 km over the Earth past the Moon")
ax.set_aspect("equal")
ax.legend()
plt.show()

names = [event.kind.value for event in flight.timeline[1:-1]]
assert names == ["sphere of influence entered", "perilune", "sphere of influence left"]
