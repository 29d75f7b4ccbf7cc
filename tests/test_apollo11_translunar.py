"""The way of Apollo 11 from its midcourse correction to the Moon, against what its mission report prints of both ends.

Mission Report, MSC-00171, November 1969, table 7-II: state after the correction of 17 July 1969 (26:45:01.8 after range
zero), and at the ignition of the insertion two days later (75:49:50.4). Its numbers have a last digit, and two days
make much of half of one: that much they may differ, and no more. They are quoted second-hand, not read off the page.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import GCRS, ITRS, CartesianRepresentation, EarthLocation
from astropy.time import Time

import lunarsim as ls

RANGE_ZERO = Time("1969-07-16T13:32:00", scale="utc")  # of the times in the table
CORRECTED, INSERTED = RANGE_ZERO + 96301.8 * u.s, RANGE_ZERO + 272990.4 * u.s
NMI, FOOT = 1852.0 * u.m, 0.3048 * u.m


@dataclass(frozen=True)
class Corrected:
    """After the correction: geodetic place, and the velocity by the local horizontal about the centre of the Earth."""

    latitude_deg: float = 6.00
    longitude_deg: float = -11.17
    altitude_nmi: float = 109477.2
    speed_fps: float = 5010.0
    flight_path_deg: float = 76.88
    heading_deg: float = 120.87


HALF_DIGIT = Corrected(0.005, 0.005, 0.05, 0.05, 0.005, 0.005)
AT_INSERTION = np.array([-1.57, -169.58, 86.7, 8250.0])  # deg, deg, nmi, ft/s
HALF_THERE = np.array([0.005, 0.005, 0.05, 0.05])


def start(of: Corrected) -> ls.State:
    place = EarthLocation.from_geodetic(of.longitude_deg * u.deg, of.latitude_deg * u.deg, of.altitude_nmi * NMI)
    position = place.get_gcrs(CORRECTED).cartesian.xyz
    pole = ITRS(CartesianRepresentation(0, 0, 1), obstime=CORRECTED).transform_to(GCRS(obstime=CORRECTED))
    up = (position / np.linalg.norm(position)).value
    east = np.cross(pole.cartesian.xyz.value, up)
    east /= np.linalg.norm(east)
    path, heading = np.radians(of.flight_path_deg), np.radians(of.heading_deg)
    ahead = np.sin(heading) * east + np.cos(heading) * np.cross(up, east)
    velocity = of.speed_fps * FOOT / u.s * (np.sin(path) * up + np.cos(path) * ahead)
    return ls.State.from_earth(position=position, velocity=velocity, epoch=CORRECTED)


def at_insertion(of: Corrected) -> np.ndarray:
    """Return latitude and longitude (deg), altitude (nmi) and speed (ft/s) at the time of the insertion."""
    moon, way = ls.Moon(earth=ls.Earth()), (INSERTED - CORRECTED).to(u.s)
    came = ls.propagate(start(of), way, moon, integrator="collocation").outcome.state
    speed = np.linalg.norm(came.velocity) / (FOOT / u.s)
    longitude = came.longitude.wrap_at(180 * u.deg)
    return np.array(
        [came.latitude.to_value(u.deg), longitude.to_value(u.deg), (came.altitude / NMI).to_value(u.one), speed]
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Tried to get polar motions")  # there are none before 1973
def test_apollo_11_comes_to_the_moon_where_its_report_says_within_the_rounding_of_what_it_prints():
    came, allowed = at_insertion(Corrected()), HALF_THERE.copy()
    for name in (each.name for each in fields(Corrected)):
        moved = replace(Corrected(), **{name: getattr(Corrected(), name) + getattr(HALF_DIGIT, name)})
        allowed += np.abs(at_insertion(moved) - came)
    assert np.all(np.abs(came - AT_INSERTION) < allowed), f"{came} within {allowed} of {AT_INSERTION}"
    assert allowed[0] < 2.0  # deg: what was printed fixes the way well enough to say something
    assert allowed[2] < 40.0  # nmi
