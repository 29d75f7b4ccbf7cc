"""Flights for the tests of files for other programs: a coast, a burn with its coasts, a guided landing."""

from __future__ import annotations

from functools import cache

import numpy as np
from astropy import units as u
from astropy.time import Time
from landing_example import landing

import lunarsim as ls
from lunarsim.mission.clock import time_after

POINT = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
EPOCH = Time("2024-03-05T06:07:08.9", scale="utc")
STATE = ls.State.from_elements(
    perilune=30 * u.km,
    apolune=110 * u.km,
    inclination=85 * u.deg,
    node_longitude=120 * u.deg,
    true_anomaly=40 * u.deg,
    epoch=EPOCH,
)


@cache
def burn() -> ls.Flight:
    """Return a coast, a burn against the velocity, which turns as it goes, and another coast."""
    craft = ls.Spacecraft(
        dry_mass=800 * u.kg,
        propellant_mass=500 * u.kg,
        engine=ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s),
    )
    plan = (
        ls.Burn(ignition=EPOCH + 61.25 * u.s, target_delta_v=200 * u.m / u.s, timer=90 * u.s, name="brake"),
        ls.Coast(duration=20 * u.min),
    )
    return ls.simulate(
        ls.Scenario(name="brake", title="A burn", state=STATE, craft=craft, moon=POINT, plan=plan, sites={"site": SITE})
    )


@cache
def low() -> ls.Flight:
    """Return a coast low over the mascons, where gravity changes within seconds."""
    state = ls.State.from_elements(
        perilune=15 * u.km, apolune=40 * u.km, inclination=40 * u.deg, node_longitude=0 * u.deg, epoch=EPOCH
    )
    return ls.propagate(state, 40 * u.min, ls.Moon(third_bodies=()))


@cache
def guided() -> ls.Flight:
    """Return a landing, whose every guidance cycle is a piece of its own."""
    return ls.simulate(landing())


SITE = ls.Site(latitude=-20 * u.deg, longitude=30 * u.deg, title="A site")


def times_of(flight: ls.Flight, count: int = 101, *, inset_s: float = 1e-3) -> Time:
    """Return times along a flight, at its ends and at odd places between; not at its jumps."""
    end_s = flight.trajectory.end_s
    t_s = np.linspace(inset_s, end_s - inset_s, count)
    return time_after(flight.start, t_s)


def apart_m(found_m: np.ndarray, flight: ls.Flight, times: Time) -> float:
    """Return how far positions (m) are from a flight, at worst."""
    return float(np.linalg.norm(found_m - flight.at(times).position.to_value(u.m), axis=-1).max())
