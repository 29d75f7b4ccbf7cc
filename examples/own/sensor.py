"""
A sensor of one's own
=====================

An accelerometer that saturates: as the craft becomes lighter its specific force grows beyond what the sensor can
report, and the computer cuts the burn off too late.
"""

from typing import Any

import matplotlib.pyplot as plt
import numba
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

MPS2 = u.m / u.s**2


@ls.sensor("saturating accelerometer")
class Saturating(ls.Sensor):
    """It follows the specific force up to a limit, and reports the limit beyond."""

    limit: u.Quantity = ls.number(2.2, MPS2, low=0.1, high=100.0, text="The most that it reports.", dispersible=True)

    @staticmethod
    @numba.njit  # without it the sensor works as well, in plain Python
    def reading(motion: Any, own: Any) -> Any:
        """Return what it reports (m/s2)."""
        return min(motion.specific_force_mps2, own.limit_mps2)


def scenario(sensor: ls.Sensor) -> ls.Scenario:
    """Return a burn against the velocity that is to take 500 m/s away."""
    epoch, moon = Time("2025-01-01", scale="tdb"), ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    state = ls.State([1837.4, 0, 0] * u.km, [0, 1633.5, 0] * u.m / u.s, epoch)
    engine = ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
    craft = ls.Spacecraft(dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=engine, accelerometer=sensor)
    burn = ls.Burn(ignition=epoch, target_delta_v=500 * u.m / u.s, timer=300 * u.s)
    return ls.Scenario(name="braking", state=state, craft=craft, moon=moon, plan=(burn, ls.Coast(duration=60 * u.s)))


good, saturated = (ls.simulate(scenario(Saturating(limit=limit * MPS2))) for limit in (10.0, 2.1))
ls.plots.burn(good, saturated, labels=["limit 10 m/s²", "limit 2.1 m/s²"])
plt.show()

assert saturated.burns[0].delta_v > good.burns[0].delta_v + 10 * u.m / u.s
assert abs(saturated.burns[0].delta_v_sensed - good.burns[0].delta_v_sensed) < 1 * u.mm / u.s
