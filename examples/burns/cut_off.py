"""
What the computer saw
=====================

A burn ends when the accelerometer has sensed its delta-v. Where that reports zero, only the timer is left. Above, what
was true and what was sensed; below, the thrust.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("luna25")
planned, flown = ls.simulate(scenario.without_faults()), ls.simulate(scenario)
ls.plots.burn(planned, flown, labels=["planned", "flown"])
plt.show()

assert flown.burns[0].duration - planned.burns[0].duration > 42 * u.s
