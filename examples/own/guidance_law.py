"""
A guidance law of one's own
===========================

ZEM/ZEV in ten lines, in plain Python, flies Chandrayaan-3's rough braking beside E-guidance, which is the same law in
other words. With ``numba.njit`` about the function it is as fast as the package's own laws.
"""

from dataclasses import fields
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u

import lunarsim as ls


def to_the_target(estimate: Any, target: Any, own: Any) -> tuple[float, float, float]:
    """Return the acceleration by thrust (m/s2: downrange, crossrange, up) that corrects both misses in time."""
    t = max(target.time_to_go, own.least_cycles * estimate.cycle_s)  # the gains grow as the time to go vanishes

    def along(i: int) -> Any:
        zero_effort_miss = target.position[i] - estimate.position[i] - estimate.velocity[i] * t
        velocity_miss = target.velocity[i] - estimate.velocity[i]
        acceleration = 6.0 * zero_effort_miss / t**2 - 2.0 * velocity_miss / t
        return (acceleration - estimate.free[i]) * estimate.scale[i]

    return along(0), along(1), along(2)


@ls.guidance_law("ZEM/ZEV of my own")
class ZemZev:
    """Its numbers: keys of scenario files, with their units and bounds."""

    time_to_go: u.Quantity = ls.number(600.0, u.s, low=1.0, high=1e4, text="When the phase begins.")
    target_downrange: u.Quantity = ls.number(0.0, u.m, low=-1e6, high=1e6, text="From the site.")
    target_altitude: u.Quantity = ls.number(0.0, u.m, low=0.0, high=1e5, text="Above the site.")
    target_downrange_rate: u.Quantity = ls.number(0.0, u.m / u.s, low=-2e3, high=2e3, text="There.")
    target_altitude_rate: u.Quantity = ls.number(0.0, u.m / u.s, low=-500.0, high=500.0, text="There.")
    least_cycles: float = ls.number(3.0, u.one, low=1.0, high=100.0, text="Least time to go, in guidance cycles.")

    command = to_the_target


scenario = ls.load_scenario("chandrayaan3")
braking = scenario.guided[0]
names = [field.name for field in fields(ZemZev) if hasattr(braking.law, field.name)]
laws: list[Any] = [braking.law, ZemZev(**{name: getattr(braking.law, name) for name in names})]
rows = ls.compare_guidance(scenario, laws, phase=braking.name)
print(rows)
ls.plots.compare_guidance(rows)
plt.show()

assert np.ptp(u.Quantity([row.propellant for row in rows])) < 2 * u.kg
