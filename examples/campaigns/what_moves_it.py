"""
What moves the point
====================

Which of the unknowns moves the latitude of the impact, and how far: the engine's thrust first, then the orbit before
the burn. Bars go from the 5 % to the 95 % quantile of each input, the others held.
"""

import matplotlib.pyplot as plt

import lunarsim as ls

result = ls.load_campaign("luna25").run(2000, seed=1, chunk_size=250)
moved = result.tornado("latitude_deg", outcome="impact")
ls.plots.tornado(moved, what="the latitude of the impact (deg)")
plt.show()

assert moved.effects[0].name == "craft.engine.thrust"
