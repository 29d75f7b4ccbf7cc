"""A landing on the floor of a crater, over a rim that is made for the purpose: a cliff of 3 km before the site."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u
from astropy.time import Time
from landing_example import LANDER

import lunarsim as ls

MPS = u.m / u.s
SITE = ls.Site(latitude=0 * u.deg, longitude=30 * u.deg)
STEP = 3 * u.km  #: as at the rim of Atlas, where Hakuto-R M1 came down
CLIFF = 29.5  #: degrees east
CRAFT = replace(
    LANDER,
    altimeter=ls.Altimeter(rate=2 * u.Hz, noise=1 * u.m, noise_share=1e-3, off_nadir=35 * u.deg, azimuth=180 * u.deg),
    velocimeter=ls.Velocimeter(rate=1 * u.Hz, noise=0.1 * MPS),
)
#: It carries a sphere through the site as its map, and knows its altitude over that badly.
FILTER = ls.KalmanFilter(altitude_sigma=1 * u.km, downrange_sigma=100 * u.m, crossrange_sigma=100 * u.m, seed=3)


def made_rim():
    """Return ground that lies 3 km high west of a cliff, and is level east of it, where the site is."""
    longitudes = 26.0 + 0.05 * (np.arange(100) + 0.5)
    heights = np.tile(np.where(longitudes < CLIFF, STEP.to_value(u.m), 0.0), (40, 1)) * u.m
    window = (-1 * u.deg, 1 * u.deg, 26 * u.deg, 31 * u.deg)
    return ls.Terrain.from_array(heights, window=window, outside=0 * u.m, name="made rim")


def over_the_rim(navigation):
    """Return the landing by a navigation, from 45 km before the site."""
    start = ls.State.from_approach(
        latitude=SITE.latitude,
        longitude=SITE.longitude,
        azimuth=90 * u.deg,
        range_to_go=45 * u.km,
        altitude=9 * u.km,
        speed=380 * MPS,
        flight_path_angle=-3 * u.deg,
        epoch=Time("2023-04-25T16:30:00", scale="tdb"),
    )
    approach = ls.Guided(
        name="approach",
        law=ls.EGuidance(time_to_go=210 * u.s, target_altitude=100 * u.m, target_altitude_rate=-2 * MPS),
        terminations=[ls.Termination(quantity="time to go", below=4 * u.s)],
        max_duration=300 * u.s,
    )
    descent = ls.Guided(
        name="vertical descent", law=ls.DescentRate(target_altitude_rate=-1 * MPS), max_duration=900 * u.s
    )
    moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=(), terrain=made_rim())
    return ls.Scenario(
        name="over the rim",
        state=start,
        craft=replace(CRAFT, navigation=navigation),
        moon=moon,
        plan=(approach, descent),
        landing_site=SITE,
    )
