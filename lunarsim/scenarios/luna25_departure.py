"""Infer the ellipse on which Luna-25 left the Earth from its arrival at the Moon, as its mission flies it.

Node, argument of perigee and apogee are found by Newton's method, with perigee, inclination, epoch and the corrections
of ``luna25-mission``, so that a minute before the insertion the craft is on its way to a perilune at the printed
inclination, at the height of the planned orbit, in the middle of the two burns of the insertion. The first guess is the
ellipse whose apogee is the Moon's place at that time.

Run it with ``python -m lunarsim.scenarios.luna25_departure``; it takes a minute.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.chain import Mission, fly_mission
from lunarsim.orbits import State, b_plane
from lunarsim.plan import Coast
from lunarsim.scenarios.catalogue import load_mission

PERILUNE, INCLINATION = 100.0 * u.km, 82.087 * u.deg  # sputnik_trim, avweek_loi: the planned orbit; spaceintel
PERILUNE_AFTER_S = 185.0  # from 08:56:00: the middle of 243 s and 76 s from 08:57:00, by delta-v
EARLY = 35760.0 * u.s  # before the end of the way, where Newton's method begins: there B is nearly linear
GUESS = np.array([341.867, 336.747, 400276.0])  # node, argument of perigee (deg), apogee (km): the Moon's place
STEPS = np.array([1e-4, 1e-4, 1e-1]), np.array([3e-6, 3e-6, 3e-3])
B_MM = np.array([0.83, -5.66])  # b dot t, b dot r, of a perilune of about 100 km that comes up from the south


def arrived(mission: Mission, x: NDArray[np.float64], early: u.Quantity) -> State:
    """Return the state at the end of the way to the Moon, or early, of an ellipse."""
    first, second = (replace(link, vary={}, reach=(), compare=()) for link in mission.links[:2])
    given = first.scenario.state.to_earth().elements("TEME")
    low = given.semi_major_axis * (1.0 - given.eccentricity) - constants.WGS84_RADIUS_M * u.m
    state = State.from_earth_elements(
        perigee=low,
        apogee=x[2] * u.km,
        inclination=given.inclination,
        raan=x[0] * u.deg,
        argument_of_perigee=x[1] * u.deg,
        epoch=Time(first.scenario.state.epoch),
        frame="TEME",
    )
    burn, coast = second.scenario.plan
    assert isinstance(coast, Coast)  # as its file has it
    plan = (burn, replace(coast, duration=coast.duration - early))
    links = (
        replace(first, scenario=replace(first.scenario, state=state)),
        replace(second, scenario=replace(second.scenario, plan=plan)),
    )
    return fly_mission(replace(mission, links=links)).outcome.state


def to_perilune_s(state: State) -> float:
    """Return the time to the perilune of a hyperbola (s)."""
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    a, gm = float(state.elements().semi_major_axis.to_value(u.m)), constants.GM_MOON_M3_S2
    e = float(state.elements().eccentricity)
    h = np.arcsinh(float(r @ v) / (e * np.sqrt(-a * gm)))
    return float((h - e * np.sinh(h)) * np.sqrt(-(a**3) / gm))


def departure(mission: Mission) -> NDArray[np.float64]:
    """Return node and argument of perigee (deg) and apogee (km)."""

    def far(x: NDArray[np.float64]) -> NDArray[np.float64]:
        state = arrived(mission, x, EARLY)
        plane = b_plane(state)
        late_h = (to_perilune_s(state) - EARLY.value - PERILUNE_AFTER_S) / 3600.0
        return np.array([plane.b_dot_t.to_value(u.Mm) - B_MM[0], plane.b_dot_r.to_value(u.Mm) - B_MM[1], late_h])

    def near(x: NDArray[np.float64]) -> NDArray[np.float64]:
        state = arrived(mission, x, 0.0 * u.s)
        height, tilt = (state.perilune - PERILUNE).to_value(u.km), state.elements().inclination - INCLINATION
        return np.array([height, tilt.to_value(u.deg), to_perilune_s(state) - PERILUNE_AFTER_S])

    x = GUESS
    for misses, steps in ((far, STEPS[0]), (near, STEPS[1])):
        for _ in range(4):
            here = misses(x)
            slopes = np.column_stack([(misses(x + step) - here) / step.sum() for step in np.diag(steps)])
            x = x - np.linalg.solve(slopes, here)
    return x


def main() -> None:
    """Print the ellipse."""
    node, argument, apogee = departure(load_mission("luna25-mission"))
    print(f"raan {node:.6f} deg, argument of perigee {argument:.6f} deg, apogee {apogee:.2f} km")


if __name__ == "__main__":
    main()
