"""
From 18,000 km to the ground
============================

Chandrayaan-3's orbits about the Moon, as they were printed: each burn reaches for the next one, and what the Moon and
the Earth do in between decides the rest. Nine scenarios make one mission, from the insertion on 5 August 2023 to the
landing on the 23rd.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

flown = ls.fly_mission(ls.load_mission("chandrayaan3-mission"))
ls.plots.mission(flown)
plt.show()

for burn in flown.burns:
    low, high = burn.after.perilune.to_value(u.km), burn.after.apolune.to_value(u.km)
    print(f"{burn.name}: {burn.delta_v:.1f}, {low:.0f} x {high:.0f} km")
print(flown.outcome)
assert len(flown.burns) == 6
assert isinstance(flown.outcome, ls.Landed)
