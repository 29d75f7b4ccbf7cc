"""
How hard it lands
=================

Chandrayaan-3's descent, 200 times, with thrust, masses, the start and the navigation scattered as its file says:
speeds at touchdown against the limits of the landing gear, and what is left in the tanks.
"""

import matplotlib.pyplot as plt
import numpy as np

import lunarsim as ls

campaign = ls.load_campaign("chandrayaan3")
result = campaign.run(200, seed=1, chunk_size=50)
craft = campaign.scenario.craft
assert craft is not None
print(result)
ls.plots.touchdowns(
    result.column("descent_rate_mps"),
    result.column("horizontal_speed_mps"),
    result.column("propellant_left_kg"),
    gear=craft.gear,
)
plt.show()

assert np.all(result.where("landed safely"))
