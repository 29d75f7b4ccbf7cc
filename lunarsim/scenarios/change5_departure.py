"""Infer the ellipse on which Chang'e-5 left the Earth from its arrival at the Moon, as its mission flies it.

Node, argument of perigee and apogee are found (see :mod:`lunarsim.scenarios.earth_departure`), so that a minute before
the insertion the craft is on its way to a perilune in the middle of the printed 17 min, in a plane that passes over the
landing site on 1 December. The inclination is that of the plane of the departure if it held the launch site at the
launch: node and inclination are found in turn. Printed too is the inclination of the way home, of the plane that holds
the Moon as the craft leaves it and the place and time of the landing.

Run it with ``python -m lunarsim.scenarios.change5_departure``; it takes a minute.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u
from astropy.coordinates import TEME, EarthLocation
from astropy.time import Time

from lunarsim.moon import Ephemeris
from lunarsim.scenarios.catalogue import load_mission
from lunarsim.scenarios.earth_departure import Aim, departure, on_ellipse

LAUNCH = Time("2020-11-23T20:30:12", scale="utc")  # ce5_wiki
WENCHANG = EarthLocation.from_geodetic(110.951 * u.deg, 19.614 * u.deg)  # launch complex 101, as maps have it
LANDING = Time("2020-12-16T17:59:00", scale="utc")  # ce5_wiki
SIZIWANG = EarthLocation.from_geodetic(111.4 * u.deg, 42.35 * u.deg)  # the usual landing ground, as maps have it
LEFT_THE_MOON = Time("2020-12-13T02:02:00", scale="utc")  # the middle of 22 min from 01:51 (gt_tei2, ericco_tei2)
AIM = Aim(
    perilune_after_s=570.0,  # from 12:57:00: the middle of 17 min from 12:58:00 (cns_loi)
    early=36000.0 * u.s,
    b_mm=np.array([4.05, -3.86]),  # of a perilune of about 200 km that is passed on the way down from the north
    guess=np.array([3.85, 226.45, 403030.0]),
)
_ITERATIONS = 5  # each takes away more than half of what is left


def inclination_deg(node_deg: float) -> float:
    """Return the inclination (TEME) of a plane of some node that held the launch site at the launch."""
    x, y, z = WENCHANG.get_gcrs(LAUNCH).transform_to(TEME(obstime=LAUNCH)).cartesian.xyz.to_value(u.m)
    beyond = np.arctan2(y, x) - np.radians(node_deg)
    return float(np.degrees(np.arctan(z / np.hypot(x, y) / np.sin(beyond))))


def inclination_home_deg() -> float:
    """Return the inclination (GCRS) of the plane of the way home."""
    moon = -Ephemeris.builtin().position_and_velocity("earth", LEFT_THE_MOON)[0].to_value(u.m)
    landing = SIZIWANG.get_gcrs(LANDING).cartesian.xyz.to_value(u.m)
    normal = np.cross(landing, moon)  # it comes down more than half a revolution after the Moon's place
    return float(np.degrees(np.arccos(normal[2] / np.linalg.norm(normal))))


def main() -> None:
    """Print the ellipse, and the inclination of the way home."""
    mission, x = load_mission("change5-mission"), AIM.guess
    for _ in range(_ITERATIONS):
        inclination = inclination_deg(float(x[0]))
        mission = on_ellipse(mission, x, inclination=inclination * u.deg)
        x = departure(mission, replace(AIM, guess=x))
    print(
        f"inclination {inclination:.6f} deg, the plane through the launch site has {inclination_deg(float(x[0])):.3f}"
    )
    print(f"of the way home: inclination {inclination_home_deg():.2f} deg")
    print(f"raan {x[0]:.6f} deg, argument of perigee {x[1]:.6f} deg, apogee {x[2]:.2f} km")


if __name__ == "__main__":
    main()
