"""A short landing for tests: an approach from 4 km before its site, a vertical descent, a free fall of 3 m."""

from astropy import units as u
from astropy.time import Time

import lunarsim as ls

MPS = u.m / u.s
SITE = ls.Site(latitude=-20 * u.deg, longitude=30 * u.deg)
LANDER = ls.Spacecraft(
    dry_mass=700 * u.kg,
    propellant_mass=300 * u.kg,
    engine=ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s, min_throttle=0.1, throttle_rate=0.2 / u.s),
    slew_rate=5 * u.deg / u.s,
)


def landing(craft: ls.Spacecraft = LANDER) -> ls.Scenario:
    """Return the landing over a point mass, from 2 km over the ground and 80 m/s."""
    start = ls.State.from_approach(
        latitude=SITE.latitude,
        longitude=SITE.longitude,
        azimuth=-60 * u.deg,
        range_to_go=4 * u.km,
        altitude=2 * u.km,
        speed=80 * MPS,
        flight_path_angle=-20 * u.deg,
        epoch=Time("2023-08-19T10:00:00", scale="tdb"),
    )
    approach = ls.Guided(
        name="approach",
        law=ls.EGuidance(time_to_go=90 * u.s, target_altitude=60 * u.m, target_altitude_rate=-2 * MPS),
        terminations=[ls.Termination(quantity="time to go", below=4 * u.s)],
        max_duration=120 * u.s,
    )
    vertical = ls.Guided(
        name="vertical descent",
        law=ls.DescentRate(target_altitude_rate=-2 * MPS),
        terminations=[ls.Termination(quantity="altitude", below=3 * u.m)],
        max_duration=150 * u.s,
    )
    fall = ls.Guided(name="free fall", law=ls.EngineOff(), max_duration=60 * u.s)
    moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    return ls.Scenario(
        name="landing", state=start, craft=craft, moon=moon, plan=(approach, vertical, fall), landing_site=SITE
    )
