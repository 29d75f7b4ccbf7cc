"""
Where the propellant goes
=========================

What three landings spend beside what they are for: gravity loss holds the craft up, steering loss points the engine
elsewhere than against the velocity. A short burn at high thrust loses least.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

names = ("apollo11", "chandrayaan3", "change3")
figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
for row, name in enumerate(names):
    total = ls.budget(ls.simulate(ls.load_scenario(name))).total
    left = 0.0
    for part, color in (("effective_delta_v", "#0072B2"), ("gravity_loss", "#D55E00"), ("steering_loss", "#009E73")):
        size = getattr(total, part).to_value(u.m / u.s)
        label = part.replace("_", " ").replace("delta v", "delta-v") if name == names[0] else None
        ax.barh(name, size, left=left, color=color, label=label)
        left += size
    ax.text(left + 20, row, f"{left:.0f}", va="center")
    assert abs(left - total.delta_v.to_value(u.m / u.s)) < 1e-3
ax.invert_yaxis()
ax.set(xlabel="Delta-v (m/s)", xlim=(0, 2750), title="Powered descents of the catalogue")
ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3, frameon=False)
plt.show()
