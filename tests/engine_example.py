"""A burn for tests of engines, about a point mass: 4 kN on a ton, and the numbers of its closed forms."""

import pytest
from astropy import units as u
from astropy.time import Time
from landing_example import SITE

import lunarsim as ls
from lunarsim.flight.events.timeline import EventKind

MPS = u.m / u.s
THRUST_N, ISP_S, MASS_KG, PROPELLANT_KG = 4000.0, 310.0, 1000.0, 300.0
EXHAUST_MPS = ISP_S * 9.80665
START = ls.State.from_approach(
    latitude=SITE.latitude,
    longitude=SITE.longitude,
    azimuth=-60 * u.deg,
    range_to_go=4 * u.km,
    altitude=100 * u.km,
    speed=1600 * MPS,
    flight_path_angle=0 * u.deg,
    epoch=Time("2023-08-19T10:00:00", scale="tdb"),
)
MOON = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
IGNITION_S = 5.0
NEVER, ALWAYS = 1e4 * MPS, 1e3 * u.s
BOTH = pytest.mark.parametrize("integrator", ["DOP853", "collocation"])
PROMISED_S = 1e-6  # of a cut-off
ROUNDING = 1e-9  # relative: a velocity of 2 km/s is added up over some hundred steps


def burn_of(engine, *, target=NEVER, timer=ALWAYS, propellant_kg=PROPELLANT_KG, faults=(), coast_s=20.0, **more):
    craft = ls.Spacecraft(
        dry_mass=(MASS_KG - propellant_kg) * u.kg, propellant_mass=propellant_kg * u.kg, engine=engine, **more
    )
    burn = ls.Burn(ignition=START.epoch + IGNITION_S * u.s, target_delta_v=target, timer=timer)
    plan = (burn, ls.Coast(duration=coast_s * u.s))
    return ls.Scenario(name="burn", state=START, craft=craft, moon=MOON, plan=plan, faults=faults)


def engine_of(delay_s=0.0, build_s=0.0, tail_s=0.0, **more):
    times = {"ignition_delay": delay_s * u.s, "build_up": build_s * u.s, "tail_off": tail_s * u.s}
    return ls.Engine(thrust=THRUST_N * u.N, specific_impulse=ISP_S * u.s, **times, **more)


def kinds(flight):
    """Return what happens, but for the apsides."""
    apsides = {EventKind.PERILUNE, EventKind.APOLUNE}
    return [event.kind for event in flight.timeline if event.kind not in apsides]


def when(flight, kind):
    return float((next(e for e in flight.timeline if e.kind is kind).time - flight.start).to_value(u.s))
