"""
Into the map of the Moon
========================

Luna-25 comes down at 1.3 degrees: a kilometre of relief moves its impact by 45 km. Here it flies into LOLA's heights,
four pixels a degree. They are not in the package: ``lunarsim data fetch LDEM_4.IMG`` gets them.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from matplotlib.colors import LightSource

import lunarsim as ls

lola = ls.Terrain.from_file(ls.data.find("LDEM_4.IMG"))
flight = ls.simulate(ls.load_scenario("luna25").with_terrain(lola))
impact = flight.outcome
print(impact)

west, east, south, north = 50.0, 72.0, -62.0, -50.0
longitude, latitude = np.meshgrid(np.arange(west, east, 0.05), np.arange(south, north, 0.05))
heights = lola.height(latitude * u.deg, longitude * u.deg).to_value(u.m)
shaded = LightSource(315, 35).shade(heights, plt.get_cmap("gray"), vert_exag=4, dx=840, dy=1516, blend_mode="soft")
figure, ax = plt.subplots(figsize=(7, 6), layout="constrained")
ax.imshow(shaded, origin="lower", extent=(west, east, south, north), aspect=1 / np.cos(np.radians(56)), alpha=0.6)
ls.plots.ground_track(flight, labels=["Luna-25"], extent=(west, east, south, north) * u.deg, ax=ax)
plt.show()

assert impact.distance_to(flight.scenario.sites["crater"]) < 5 * u.km
