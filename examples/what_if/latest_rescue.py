"""
The last moment to save it
==========================

After the failed burn Luna-25 fell for 45 minutes. A second burn along the velocity would have lifted its orbit over the
ground: the larger it is, the later it may come. Earth knew of the cut-off a second later; ten minutes for a command are
assumed.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

luna25 = ls.load_scenario("luna25")
impact = ls.simulate(luna25).end
sizes = (5, 10, 20, 50)
last_chances = []
rescues = [ls.latest_rescue(luna25, delta_v=size * u.m / u.s, command_time=10 * u.min) for size in sizes]

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for row, rescue in enumerate(rescues):
    first, last = ((time - rescue.cutoff).to_value(u.min) for time in (rescue.earliest_command, rescue.ignition))
    last_chances.append(last)
    ax.barh(row, last - first, left=first, color="#0072B2")
    ax.text(last + 0.4, row, f"{last:.1f} min", va="center")
ax.axvline((impact - rescues[0].cutoff).to_value(u.min), color="#D55E00", label="impact")
ax.set_yticks(range(len(sizes)), [f"{size} m/s" for size in sizes])
ax.set(xlabel="Time after the cut-off (min)", xlim=(0, 50), title="When a second burn could begin")
ax.legend(frameon=False)
plt.show()

assert last_chances == sorted(last_chances)
