"""
A termination of one's own
==========================

A free fall that ends where full thrust can just stop it: ten lines that say when. In the closed form the two parabolas,
of the fall and of the stop, meet at that height.
"""

from typing import Any

import matplotlib.pyplot as plt
import numba
from astropy import units as u
from astropy.time import Time

import lunarsim as ls


@ls.termination("stopping distance")
class StoppingDistance:
    """Met where the height that a stop at full thrust takes is the height above the site, less a margin."""

    margin: u.Quantity = ls.number(20.0, u.m, low=0.0, high=1e4, text="Where the stop ends.", dispersible=True)

    @staticmethod
    @numba.njit  # without it: the same in plain Python
    def value(estimate: Any, own: Any) -> float:
        """Return by how much (m) the stop takes more than there is: zero or more ends the phase."""
        up = estimate.thrust_n / estimate.mass_kg + estimate.free[2]
        return float(estimate.velocity[2] ** 2 / (2.0 * up) + own.margin_m - estimate.position[2])


site, height = ls.Site(latitude=-20 * u.deg, longitude=30 * u.deg), 2000 * u.m
engine = ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s)
craft = ls.Spacecraft(dry_mass=700 * u.kg, propellant_mass=300 * u.kg, engine=engine)
down: dict[str, Any] = {"speed": 0.01 * u.m / u.s, "flight_path_angle": -90 * u.deg, "azimuth": 0 * u.deg}
above: dict[str, Any] = {"latitude": site.latitude, "longitude": site.longitude, "range_to_go": 0 * u.m}
start = ls.State.from_approach(altitude=height, epoch=Time("2023-08-19T10:00:00", scale="tdb"), **above, **down)
slow = ls.Termination(quantity="altitude rate", above=-0.5 * u.m / u.s)
limits: dict[str, Any] = {"max_duration": 100 * u.s, "cycle_time": 0.05 * u.s}
fall = ls.Guided(name="fall", law=ls.EngineOff(), terminations=(StoppingDistance(),), **limits)
stop = ls.Guided(name="stop", law=ls.AttitudeHold(), terminations=(slow,), **limits)
field = ls.GravityField.point_mass()
moon = ls.Moon(gravity=field, third_bodies=())
scenario = ls.Scenario(name="stop", state=start, craft=craft, moon=moon, plan=(fall, stop), landing_site=site)
flight = ls.simulate(scenario)

# v2 = 2 g (h - y) on the way down, v2 = 2 (a - g) (y - margin) in the stop: they meet at y
g = (field.gm / (1737.4 * u.km + 0.5 * height) ** 2).to(u.m / u.s**2)
closed = 20 * u.m + (height - 20 * u.m) * g / (engine.thrust / craft.mass)
figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.plot(-flight.altitude_rate.to_value(u.m / u.s), flight.altitude.to_value(u.m), color="#D55E00", label="flown")
ax.axhline(closed.to_value(u.m), color="0.4", linestyle=":", label="ignition, closed form")
ax.set(xlabel="Rate of descent (m/s)", ylabel="Altitude (m)", title=f"The fall ended by: {flight.phases[0].ended_by}")
ax.legend(frameon=False)
plt.show()

assert abs(flight.phases[0].after.altitude - closed) < 5 * u.m
