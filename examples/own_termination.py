"""A termination of one's own: a free fall that ends where full thrust can just stop it, against the closed form."""

from typing import Any

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
        takes = estimate.velocity[2] ** 2 / (2.0 * up)
        return float(takes + own.margin_m - estimate.position[2])


HEIGHT = 2000.0 * u.m
CRAFT = ls.Spacecraft(
    dry_mass=700 * u.kg,
    propellant_mass=300 * u.kg,
    engine=ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s),
)


def main() -> None:
    site = ls.Site(latitude=-20 * u.deg, longitude=30 * u.deg)
    start = ls.State.from_approach(
        latitude=site.latitude,
        longitude=site.longitude,
        azimuth=0 * u.deg,
        range_to_go=0 * u.m,
        altitude=HEIGHT,
        speed=0.01 * u.m / u.s,
        flight_path_angle=-90 * u.deg,
        epoch=Time("2023-08-19T10:00:00", scale="tdb"),
    )
    fall = ls.Guided(
        name="fall",
        law=ls.EngineOff(),
        terminations=(StoppingDistance(),),
        max_duration=100 * u.s,
        cycle_time=0.05 * u.s,
    )
    stop = ls.Guided(
        name="stop",
        law=ls.AttitudeHold(),
        terminations=(ls.Termination(quantity="altitude rate", above=-0.5 * u.m / u.s),),
        max_duration=100 * u.s,
        cycle_time=0.05 * u.s,
    )
    field = ls.GravityField.point_mass()
    moon = ls.Moon(gravity=field, third_bodies=())
    scenario = ls.Scenario(name="stop", state=start, craft=CRAFT, moon=moon, plan=(fall, stop), landing_site=site)
    flight = ls.simulate(scenario)

    # v2 = 2 g (h - y) on the way down, v2 = 2 (a - g) (y - margin) in the stop: they meet at y
    g = (field.gm / (1737.4 * u.km + 0.5 * HEIGHT) ** 2).to(u.m / u.s**2)
    a, margin = (CRAFT.engine.thrust / CRAFT.mass).to(u.m / u.s**2), 20.0 * u.m
    closed = margin + (HEIGHT - margin) * g / a
    ended = flight.phases[0]
    print(f"the fall ended by: {ended.ended_by}, after {ended.cycles} cycles")
    print(f"ignition at {ended.after.altitude.to(u.m):.1f}; by the closed form {closed:.1f}")
    print(f"the stop ended at {flight.phases[1].after.altitude.to(u.m):.1f}: the craft has become lighter on the way")

    dispersed = {"plan.0.terminations.0.margin": ls.Uniform(5 * u.m, 50 * u.m)}
    result = ls.Campaign(scenario, dispersed).run(50, seed=1)
    print(result)
    print(result.cross_check(2))


if __name__ == "__main__":
    main()
