"""
A steering law of one's own
===========================

Thrust along the normal of the orbit turns its plane, here that of a circle at 100 km. To first order the angle is the
delta-v over the speed; a burn that takes a part of the revolution is worth a little less.
"""

from typing import Any

import matplotlib.pyplot as plt
import numba
import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls


@numba.njit  # without it: the same in plain Python
def beside_the_way(state: Any, own: Any) -> tuple[float, float, float]:
    """Return a vector along r x v, leaning ahead by an angle."""
    (x, y, z), (vx, vy, vz) = state.position, state.velocity
    normal = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    per_area = 1.0 / np.sqrt(x * x + y * y + z * z)  # in a circular orbit the two are then of one length
    ahead, aside = np.sin(own.lean_rad), per_area * np.cos(own.lean_rad)
    return ahead * vx + aside * normal[0], ahead * vy + aside * normal[1], ahead * vz + aside * normal[2]


@ls.steering_law("along the normal")
class AlongNormal:
    """With one number of its own."""

    lean: u.Quantity = ls.number(0.0, u.deg, low=-90.0, high=90.0, text="Ahead, from the normal.", dispersible=True)

    direction = beside_the_way


epoch, moon = Time("2025-01-01", scale="tdb"), ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
state = ls.State([1837.4, 0, 0] * u.km, [0, 1633.5, 0] * u.m / u.s, epoch)
engine = ls.Engine(thrust=100 * u.N, specific_impulse=320 * u.s)
craft = ls.Spacecraft(dry_mass=700 * u.kg, propellant_mass=300 * u.kg, engine=engine)
law: Any = AlongNormal()
burn = ls.Burn(ignition=epoch, target_delta_v=1 * u.km / u.s, timer=1 * u.min, steering=law)
scenario = ls.Scenario(name="plane change", state=state, craft=craft, moon=moon, plan=(burn,))
minutes, turned, impulse = np.arange(2, 31, 2), [], []
for flight in (ls.simulate(ls.with_values(scenario, {"plan.0.timer": minute * u.min})) for minute in minutes):
    first, last = (np.cross(s.position.value, s.velocity.value) for s in map(flight.at, (flight.start, flight.end)))
    turned.append(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, last)), first @ last)))
    impulse.append(np.degrees((flight.burns[0].delta_v / state.speed).to_value(u.one)))
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
ax.plot(minutes, impulse, color="0.5", linestyle="--", label="delta-v over speed")
ax.plot(minutes, turned, "o", color="#D55E00", label="flown")
ax.set(xlabel="Burn (min)", ylabel="Turn of the orbit's plane (deg)")
ax.legend(frameon=False)
plt.show()

assert abs(turned[0] / impulse[0] - 1) < 1e-2
assert turned[-1] < impulse[-1]
