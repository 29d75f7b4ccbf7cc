"""A steering law of one's own: thrust along the orbit's normal, which turns the plane of the orbit about the Moon.

Run it from anywhere: ``python examples/own_steering_law.py``.
"""

from dataclasses import replace
from typing import Any

import numba
import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

MPS = u.m / u.s


def beside_the_way(state: Any, own: Any) -> tuple[float, float, float]:
    """Return a vector along r x v, leaning ahead by an angle."""
    (x, y, z), (vx, vy, vz) = state.position, state.velocity
    normal = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    per_area = 1.0 / np.sqrt(x * x + y * y + z * z)  # in a circular orbit the two are then of one length
    ahead, aside = np.sin(own.lean_rad), per_area * np.cos(own.lean_rad)
    return ahead * vx + aside * normal[0], ahead * vy + aside * normal[1], ahead * vz + aside * normal[2]


@ls.steering_law("along the normal")
class AlongNormal:
    """In plain Python: some ten microseconds each time that it is asked, and a debugger stops in it."""

    lean: u.Quantity = ls.number(0.0, u.deg, low=-90.0, high=90.0, text="Ahead, from the normal.", dispersible=True)

    direction = beside_the_way


@ls.steering_law("along the normal, compiled")
class Compiled(AlongNormal):
    """The same number and the same function, as fast as the package's own laws."""

    direction = numba.njit(beside_the_way)


def scenario(law: Any) -> ls.Scenario:
    """Return a burn of four minutes in a circular orbit at 100 km, about a point mass."""
    epoch, moon = Time("2025-01-01", scale="tdb"), ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    state = ls.State([1837.4, 0, 0] * u.km, [0, 1633.5, 0] * MPS, epoch)
    engine = ls.Engine(thrust=100 * u.N, specific_impulse=320 * u.s)
    craft = ls.Spacecraft(dry_mass=900 * u.kg, propellant_mass=100 * u.kg, engine=engine)
    burn = ls.Burn(ignition=epoch, target_delta_v=1 * u.km / u.s, timer=240 * u.s, steering=law)
    return ls.Scenario(name="plane change", state=state, craft=craft, moon=moon, plan=(burn,))


def turned(flight: ls.Flight) -> u.Quantity:
    """Return the angle by which a flight has turned the plane of its orbit."""
    ends = flight.at(flight.start), flight.at(flight.end)
    first, last = (np.cross(state.position.value, state.velocity.value) for state in ends)
    return np.arctan2(np.linalg.norm(np.cross(first, last)), first @ last) * u.rad


def main() -> None:
    laws: list[Any] = [AlongNormal(), Compiled()]
    for law in laws:
        flight = ls.simulate(scenario(law))
        # a part of the burn that comes an arc after its middle turns the plane by cos(arc) of its share
        half_arc = 0.5 * 240 * 1633.5 / 1837400
        expected = (flight.burns[0].delta_v / (1633.5 * MPS) * np.sin(half_arc) / half_arc).decompose() * u.rad
        print(f"{law.title}: turned by {turned(flight).to(u.deg):.4f}, first order: {expected.to(u.deg):.4f}")

    mine = replace(scenario(Compiled()), name="plane change, dispersed")
    result = ls.Campaign(mine, {"plan.0.steering.lean": ls.Normal(0 * u.deg, 2 * u.deg)}).run(200, seed=1)
    speeds = result.dataset["speed_mps"].values
    print(f"a lean of 2 deg scatters the speed after the burn by {speeds.std():.3f} m/s")


if __name__ == "__main__":
    main()
