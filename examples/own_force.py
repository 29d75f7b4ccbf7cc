"""A force of one's own: a mascon, against Kepler's third law, under an orbit, and dispersed in a campaign."""

from dataclasses import replace
from math import cos, pi, sin, sqrt
from typing import Any

import numba
import numpy as np
from astropy import units as u

import lunarsim as ls


@ls.force("mascon")
class Mascon:
    """A point mass that turns with the Moon."""

    surplus: u.Quantity = ls.number(1e8, u.m**3 / u.s**2, low=-1e11, high=1e11, text="Its G M.", dispersible=True)
    depth: u.Quantity = ls.number(100.0, u.km, low=0.0, high=1737.4, text="Below the sphere.", dispersible=True)
    latitude: u.Quantity = ls.number(33.0, u.deg, low=-90.0, high=90.0, text="North (PA).")
    longitude: u.Quantity = ls.number(-16.0, u.deg, low=-180.0, high=360.0, text="East (PA).")

    frame = "pa"  # the axes in which the place is given, and the acceleration is taken

    @staticmethod
    @numba.njit  # without it: the same in plain Python
    def acceleration(place: Any, own: Any) -> tuple[float, float, float]:
        """Return the attraction (m/s2)."""
        distance = 1737.4e3 - own.depth_m
        x = place.position[0] - distance * cos(own.latitude_rad) * cos(own.longitude_rad)
        y = place.position[1] - distance * cos(own.latitude_rad) * sin(own.longitude_rad)
        z = place.position[2] - distance * sin(own.latitude_rad)
        k = -own.surplus_m3_s2 / (x * x + y * y + z * z) ** 1.5
        return k * x, k * y, k * z


def apart_m(one: ls.State, other: ls.State) -> float:
    return float(np.linalg.norm((one.position - other.position).to_value(u.m)))


def main() -> None:
    start, field = ls.load_scenario("luna25").state, ls.GravityField.point_mass()

    # at the Moon's centre it is nothing but a greater GM: after one period the craft is where it began
    added = 2e9 * u.m**3 / u.s**2
    r, v = np.linalg.norm(start.position.to_value(u.m)), np.linalg.norm(start.velocity.to_value(u.m / u.s))
    gm = (field.gm + added).to_value(u.m**3 / u.s**2)
    period = 2.0 * pi * sqrt((1.0 / (2.0 / r - v * v / gm)) ** 3 / gm) * u.s
    for name, forces in (("without it", ()), ("with it at the centre", (Mascon(surplus=added, depth=1737.4 * u.km),))):
        moon = ls.Moon(gravity=field, third_bodies=(), forces=forces)
        end = ls.propagate(start, period, moon).outcome.state
        print(f"{name}, after a period with it, from the start: {apart_m(end, start):.3f} m")

    # below Mare Imbrium, in the Moon as it is
    day = ls.Scenario(name="day", state=start, plan=(ls.Coast(duration=1 * u.day),))
    other = replace(day, moon=replace(day.moon, forces=(Mascon(),)))
    moved = apart_m(ls.simulate(other).outcome.state, ls.simulate(day).outcome.state)
    print(f"below Mare Imbrium, after a day: {moved:.0f} m")

    unsure = {"moon.forces.0.surplus": ls.Normal(1e8 * u.m**3 / u.s**2, 1e7 * u.m**3 / u.s**2)}
    result = ls.Campaign(other, unsure).run(100, seed=1)
    print(result)
    print(result.cross_check(2))


if __name__ == "__main__":
    main()
