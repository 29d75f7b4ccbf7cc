"""
A ridge in the way
==================

With a timer of 95 s Luna-25 would have stayed in orbit, 9 km above a smooth Moon at the lowest. A ridge as high as the
highest place of the Moon, 10.8 km, put there as an array of heights, ends the flight.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

scenario = ls.with_values(ls.load_scenario("luna25"), {"plan.0.timer": 95 * u.s})
free = ls.simulate(scenario)
lowest = free.at(free.start + free.elapsed[np.argmin(free.altitude)])
north = np.linspace(-8, 8, 400)
heights = 10_800 * np.exp(-((north[:, None] / 0.4) ** 2)) * np.ones((1, 720))
middle = lowest.latitude.to_value(u.deg)
ground = ls.Terrain.from_array(heights * u.m, window=(middle - 8, middle + 8, 0, 360) * u.deg, outside=0 * u.m)
stopped = ls.simulate(scenario.with_terrain(ground))
print(free.outcome)
print(stopped.outcome)
ls.plots.terrain_profile(stopped, reach=60 * u.km)
plt.show()

assert isinstance(free.outcome, ls.InOrbit)
assert isinstance(stopped.outcome, ls.Impact)
assert stopped.outcome.elevation > 8 * u.km
