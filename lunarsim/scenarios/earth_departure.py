"""The ellipse on which a craft left the Earth, from its arrival at the Moon: what the missions of the catalogue share.

Node, argument of perigee and apogee are found by Newton's method, with perigee, inclination, epoch and corrections of a
mission, so that at the end of its second link the craft is on its way to the perilune and the inclination that the link
reaches for, at a time: then the link has nothing left to correct. Far off, where the B-plane is nearly linear, it
begins; the perilune itself is met in the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.chain import Mission, fly_mission
from lunarsim.orbits import State, b_plane
from lunarsim.plan import Coast
from lunarsim.scenarios.catalogue import load_mission

FRAME = "TEME"
_STEPS = np.array([1e-4, 1e-4, 1e-1]), np.array([3e-6, 3e-6, 3e-3])  # far, near: deg, deg, km
_ITERATIONS = 4


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Where a way from the Earth is to end, and where the search begins.

    Attributes
    ----------
    perilune_after_s : float
        From the end of the second link to the perilune.
    early : Quantity
        Before that end, where the search begins: there B is nearly linear.
    b_mm : ndarray, shape (2,)
        b dot t and b dot r of about such a perilune (Mm).
    guess : ndarray, shape (3,)
        Node, argument of perigee (deg) and apogee (km).
    """

    perilune_after_s: float
    early: u.Quantity
    b_mm: NDArray[np.float64]
    guess: NDArray[np.float64]


def on_ellipse(mission: Mission, x: NDArray[np.float64], *, inclination: u.Quantity | None = None) -> Mission:
    """Return a mission that starts on another ellipse, at the same perigee, and inclination if none is given."""
    first = mission.links[0]
    given = first.scenario.state.to_earth().elements(FRAME)
    state = State.from_earth_elements(
        perigee=given.semi_major_axis * (1.0 - given.eccentricity) - constants.WGS84_RADIUS_M * u.m,
        apogee=x[2] * u.km,
        inclination=given.inclination if inclination is None else inclination,
        raan=x[0] * u.deg,
        argument_of_perigee=x[1] * u.deg,
        epoch=Time(first.scenario.state.epoch),
        frame=FRAME,
    )
    return replace(mission, links=(replace(first, scenario=replace(first.scenario, state=state)), *mission.links[1:]))


def arrived(mission: Mission, x: NDArray[np.float64], early: u.Quantity) -> State:
    """Return the state at the end of the way to the Moon, or early, of an ellipse."""
    first, second = (replace(link, vary={}, reach=(), compare=()) for link in on_ellipse(mission, x).links[:2])
    burn, coast = second.scenario.plan
    assert isinstance(coast, Coast)  # as their files have it
    plan = (burn, replace(coast, duration=coast.duration - early))
    links = (first, replace(second, scenario=replace(second.scenario, plan=plan)))
    return fly_mission(replace(mission, links=links)).outcome.state


def to_perilune_s(state: State) -> float:
    """Return the time to the perilune of a hyperbola (s)."""
    r, v = state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)
    a, gm = float(state.elements().semi_major_axis.to_value(u.m)), constants.GM_MOON_M3_S2
    e = float(state.elements().eccentricity)
    h = np.arcsinh(float(r @ v) / (e * np.sqrt(-a * gm)))
    return float((h - e * np.sinh(h)) * np.sqrt(-(a**3) / gm))


def departure(mission: Mission, aim: Aim) -> NDArray[np.float64]:
    """Return node and argument of perigee (deg) and apogee (km)."""
    perilune, inclination = (goal.value for goal in mission.links[1].reach)

    def far(x: NDArray[np.float64]) -> NDArray[np.float64]:
        state = arrived(mission, x, aim.early)
        plane = b_plane(state)
        late_h = (to_perilune_s(state) - aim.early.value - aim.perilune_after_s) / 3600.0
        return np.array(
            [plane.b_dot_t.to_value(u.Mm) - aim.b_mm[0], plane.b_dot_r.to_value(u.Mm) - aim.b_mm[1], late_h]
        )

    def near(x: NDArray[np.float64]) -> NDArray[np.float64]:
        state = arrived(mission, x, 0.0 * u.s)
        height, tilt = (state.perilune - perilune).to_value(u.km), state.elements().inclination - inclination
        return np.array([height, tilt.to_value(u.deg), to_perilune_s(state) - aim.perilune_after_s])

    x = aim.guess
    for misses, steps in ((far, _STEPS[0]), (near, _STEPS[1])):
        for _ in range(_ITERATIONS):
            here = misses(x)
            slopes = np.column_stack([(misses(x + step) - here) / step.sum() for step in np.diag(steps)])
            x = x - np.linalg.solve(slopes, here)
    return x


def print_departure(name: str, aim: Aim) -> None:
    """Print the ellipse of a mission of the catalogue."""
    node, argument, apogee = departure(load_mission(name), aim)
    print(f"raan {node:.6f} deg, argument of perigee {argument:.6f} deg, apogee {apogee:.2f} km")
