"""
Three laws for one braking
==========================

Chandrayaan-3 brakes from 30 km to 7.4 km in 690 s. Three laws lead it to the same place and velocity; what they spend
differs. The line is what an optimal descent would take.
"""

from typing import Any

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

scenario = ls.load_scenario("chandrayaan3")
braking: Any = scenario.guided[0].law
names = ("downrange", "crossrange", "altitude", "downrange_rate", "altitude_rate")
target = {f"target_{name}": getattr(braking, f"target_{name}") for name in names}
target["time_to_go"] = braking.time_to_go
rows = ls.compare_guidance(
    scenario,
    {
        "E-guidance": braking,
        "quadratic": ls.QuadraticGuidance(frame="level", target_downrange_acceleration=-1.9 * u.m / u.s**2, **target),
        "linear pitch": ls.PitchGuidance(
            throttle=0.9,
            **{name: value for name, value in target.items() if "cross" not in name and name != "time_to_go"},
        ),
    },
    phase="rough braking",
)
print(rows)
ls.plots.compare_guidance(rows)
plt.show()

assert u.Quantity([row.propellant for row in rows]).min() > u.Quantity(rows.bound)
