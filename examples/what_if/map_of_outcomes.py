"""
A map of outcomes
=================

How Luna-25's burn ends over two numbers: the setting of its timer, and how much of the truth the accelerometer reports.
A sensor that reports three quarters is as deadly as one that reports nothing, unless the timer is short.
"""

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls

sound = ls.load_scenario("luna25").without_faults()
chart = ls.survivability_map(
    sound,
    {"plan.0.timer": np.linspace(70, 130, 31) * u.s, "craft.accelerometer.scale_factor": np.linspace(0, 1.2, 31)},
)
ls.plots.survivability_map(chart)
plt.show()

assert {"in orbit", "impact"} <= set(np.unique(chart.outcomes))
