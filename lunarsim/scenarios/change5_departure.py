"""Infer the ellipse on which Chang'e-5 left the Earth from its arrival at the Moon, as its mission flies it.

Node, argument of perigee and apogee are found (see :mod:`lunarsim.scenarios.earth_departure`), so that a minute before
the insertion the craft is on its way to a perilune in the middle of the printed 17 min, in a plane that passes over the
landing site on 1 December. The inclination is that of the plane of the departure if it held the launch site at the
launch: node and inclination are found in turn.

Run it with ``python -m lunarsim.scenarios.change5_departure``; it takes a minute.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u
from astropy.coordinates import TEME, EarthLocation
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.chain import Mission
from lunarsim.orbits import State
from lunarsim.scenarios.catalogue import load_mission
from lunarsim.scenarios.earth_departure import FRAME, Aim, departure

LAUNCH = Time("2020-11-23T20:30:12", scale="utc")  # ce5_wiki
WENCHANG = EarthLocation.from_geodetic(110.951 * u.deg, 19.614 * u.deg)  # launch complex 101, as maps have it
AIM = Aim(
    perilune=228.0 * u.km,  # that leaves 200 km on average after both burns
    inclination=43.14 * u.deg,  # so that the plane passes over the site on 1 December
    perilune_after_s=570.0,  # from 12:57:00: the middle of 17 min from 12:58:00 (cns_loi)
    early=36000.0 * u.s,
    b_mm=np.array([4.05, -3.86]),  # of a perilune of about 200 km that is passed on the way down from the north
    guess=np.array([3.85, 226.45, 403030.0]),
)
_ITERATIONS = 5  # each takes away four fifths of what is left


def inclination_deg(node_deg: float) -> float:
    """Return the inclination (TEME) of a plane of some node that held the launch site at the launch."""
    x, y, z = WENCHANG.get_gcrs(LAUNCH).transform_to(TEME(obstime=LAUNCH)).cartesian.xyz.to_value(u.m)
    beyond = np.arctan2(y, x) - np.radians(node_deg)
    return float(np.degrees(np.arctan(z / np.hypot(x, y) / np.sin(beyond))))


def tilted(mission: Mission, inclination: float, x: NDArray[np.float64]) -> Mission:
    """Return the mission with another ellipse."""
    first = mission.links[0]
    given = first.scenario.state.to_earth().elements(FRAME)
    state = State.from_earth_elements(
        perigee=given.semi_major_axis * (1.0 - given.eccentricity) - constants.WGS84_RADIUS_M * u.m,
        apogee=x[2] * u.km,
        inclination=inclination * u.deg,
        raan=x[0] * u.deg,
        argument_of_perigee=x[1] * u.deg,
        epoch=first.scenario.state.epoch,
        frame=FRAME,
    )
    return replace(mission, links=(replace(first, scenario=replace(first.scenario, state=state)), *mission.links[1:]))


def main() -> None:
    """Print the ellipse."""
    mission, x = load_mission("change5-mission"), AIM.guess
    for _ in range(_ITERATIONS):
        inclination = inclination_deg(float(x[0]))
        mission = tilted(mission, inclination, x)
        x = departure(mission, replace(AIM, guess=x))
    print(
        f"inclination {inclination:.6f} deg, the plane through the launch site has {inclination_deg(float(x[0])):.3f}"
    )
    print(f"raan {x[0]:.6f} deg, argument of perigee {x[1]:.6f} deg, apogee {x[2]:.2f} km")


if __name__ == "__main__":
    main()
