"""A sensor of one's own: an accelerometer that saturates, so that the computer cuts a burn off too late.

Run it from anywhere: ``python examples/own_sensor.py``.
"""

from math import exp, log
from typing import Any

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


def expected_s(limit_mps2: float) -> float:
    """Return how long the burn lasts by the rocket equation: up to the limit as it is, beyond it at the limit."""
    exhaust_mps = 320 * 9.80665
    flow_kg_s = 3000 / exhaust_mps
    at_limit_kg = max(3000 / limit_mps2, 1500 * exp(-500 / exhaust_mps))
    left_mps = 500 - exhaust_mps * log(1500 / at_limit_kg)
    return (1500 - at_limit_kg) / flow_kg_s + left_mps / limit_mps2


def main() -> None:
    for limit_mps2 in (10.0, 2.3, 2.2, 2.1):
        burn = ls.simulate(scenario(Saturating(limit=limit_mps2 * MPS2))).burns[0]
        told = f"{burn.duration:.3f}, expected {expected_s(limit_mps2):.3f} s; delta-v {burn.delta_v:.2f}"
        print(f"limit {limit_mps2} m/s2: {told}, sensed {burn.delta_v_sensed:.2f}")

    path = "craft.accelerometer.limit"
    result = ls.Campaign(scenario(Saturating()), {path: ls.Uniform(2.1 * MPS2, 2.3 * MPS2)}).run(200, seed=1)
    durations = result.dataset["burn0_duration_s"].values
    print(f"limits of 2.1 to 2.3 m/s2: burns of {durations.min():.2f} to {durations.max():.2f} s")


if __name__ == "__main__":
    main()
