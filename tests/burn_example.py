"""Luna-25's burn for the tests of figures: as planned, and with a dead accelerometer that leads to the ground."""

from __future__ import annotations

from astropy import units as u
from astropy.time import Time

import lunarsim as ls

IGNITION = Time("2023-08-19T11:10:00")
SITES = {
    "crater": ls.Site(latitude=-57.865 * u.deg, longitude=61.360 * u.deg, title="LRO crater"),
    "planned": ls.Site(latitude=-69.545 * u.deg, longitude=43.544 * u.deg, title="planned landing site"),
}


def orbit() -> ls.State:
    """Return an orbit from which 84 s of burn lead to 18 x 100 km, and 127 s to the ground."""
    return ls.State.from_elements(
        perilune=83.07 * u.km,
        apolune=107.14 * u.km,
        inclination=82.3604 * u.deg,
        node_longitude=229.492 * u.deg,
        argument_of_perilune=-14.5 * u.deg,
        true_anomaly=104.343 * u.deg,
        epoch=IGNITION,
    )


def scenario(terrain: ls.Terrain | None = None) -> ls.Scenario:
    """Return the flight with its fault, over a sphere at -360 m or another ground."""
    return ls.Scenario(
        name="lander",
        state=orbit(),
        craft=ls.Spacecraft(
            dry_mass=800 * u.kg,
            propellant_mass=546 * u.kg,
            engine=ls.Engine(thrust=264.78 * u.N, specific_impulse=315 * u.s),
        ),
        moon=ls.Moon(terrain=terrain or ls.Terrain.sphere(-360 * u.m)),
        plan=(
            ls.Burn(ignition=IGNITION, target_delta_v=16.5684 * u.m / u.s, timer=127 * u.s),
            ls.Coast(duration=3 * u.h),
        ),
        faults=(ls.AccelerometerOff(),),
        sites=SITES,
    )
