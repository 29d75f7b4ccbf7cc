"""A way to the Moon: guessed by patched conics, found in the full field, flown again by the reference driver."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.constants import GM_MOON_M3_S2, MOON_RADIUS_M
from lunarsim.planning.targeting.problem import SMALL, Problem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::lunarsim.ModelWarning"),  # of the ephemeris: both drivers have the same
]
MPS = u.m / u.s
FULL = ls.Moon(earth=ls.Earth())
GUESSED = {
    "departure": Time("2023-08-11T00:15:00", scale="utc"),
    "duration": 5.36 * u.day,
    "inclination": 51.7 * u.deg,
    "northbound": False,
    "side": "north",
    "arrival_inclination": 82.087 * u.deg,
}
REACHED = [
    ls.Goal("perilune", 100 * u.km, at="perilune"),
    ls.Goal("inclination", 82.087 * u.deg, at="perilune"),
]


def coast(state: ls.State, days: float) -> ls.Scenario:
    return ls.Scenario(name="way", state=state, moon=FULL, plan=(ls.Coast(duration=days * u.day),))


def about(state: ls.State, node_deg: float, apogee_km: float) -> dict[str, tuple[u.Quantity, u.Quantity]]:
    orbit = state.to_earth()
    node, apogee = orbit.elements().raan, orbit.apogee
    return {
        "earth_orbit.raan": (node - node_deg * u.deg, node + node_deg * u.deg),
        "earth_orbit.apogee": (apogee - apogee_km * u.km, apogee + apogee_km * u.km),
    }


@pytest.fixture(scope="module")
def found() -> ls.Targeted:
    """The way to a perilune of 100 km: by way of one at 1000 km, which no error of the guess's speed brings down."""
    high = ls.orbits.patched_conics(perilune=1000 * u.km, **GUESSED)
    aim = [
        ls.Goal("b dot t", high.b_dot_t, tolerance=1 * u.km),
        ls.Goal("b dot r", high.b_dot_r, tolerance=1 * u.km),
    ]
    far = ls.target(coast(high.state, 5.0), vary=about(high.state, 4.0, 30_000.0), reach=aim)
    near = coast(far.scenario.state, 5.7)
    return ls.target(near, vary=about(near.state, 2.0, 9000.0), reach=REACHED, integrator="DOP853")


def perilune_of(flight: ls.Flight) -> ls.State:
    return next(event for event in flight.timeline if event.kind is ls.EventKind.PERILUNE).true.state


def test_the_guess_leads_to_the_goals_and_the_reference_driver_meets_them(found: ls.Targeted) -> None:
    assert found.flight.integrator == "DOP853"
    height, inclination = (reached.miss for reached in found.reached)
    assert abs(height) < 1 * u.m
    assert abs(inclination.to_value(u.rad)) * 1837.4e3 < 1.0  # m, across the plane at a quarter of a turn from the node
    there, also = perilune_of(found.flight), perilune_of(ls.simulate(found.scenario, integrator="collocation"))
    assert np.linalg.norm((there.position - also.position).to_value(u.m)) < 1.0
    assert np.linalg.norm((there.velocity - also.velocity).to_value(u.mm / u.s)) < 1.0


def test_the_guess_knew_what_it_costs(found: ls.Targeted) -> None:
    guess = ls.orbits.patched_conics(**GUESSED)
    departs = found.scenario.state.to_earth().speed - guess.state.to_earth().speed
    circular = sqrt(GM_MOON_M3_S2 / (MOON_RADIUS_M + 1e5))
    insertion = perilune_of(found.flight).speed - circular * MPS
    # the Moon's pull on the way, which patched conics leave out, makes some metres a second of both
    assert abs(departs.to_value(MPS)) < 5.0
    assert abs((insertion - guess.insertion).to_value(MPS)) < 15.0


@pytest.mark.parametrize("where", ["at the b-plane", "at the perilune"])
def test_derivatives_of_targeting_are_those_of_other_steps(found: ls.Targeted, where: str) -> None:
    state = found.scenario.state
    if where == "at the b-plane":
        goals = [ls.Goal(f"b dot {axis}", 0 * u.m, tolerance=1 * u.m) for axis in "tr"]
        problem = Problem(coast(state, 5.0), about(state, 4.0, 30_000.0), goals)
    else:
        problem = Problem(found.scenario, about(state, 2.0, 9000.0), REACHED)
    x = problem.start

    def central(step: float) -> np.ndarray:
        sides = [(problem.misses(x + step * e), problem.misses(x - step * e)) for e in np.eye(x.size)]
        return np.column_stack([(up - down) / (2.0 * step) for up, down in sides])

    twice, once = central(4e-4), central(2e-4)
    extrapolated = once + (once - twice) / 3.0  # Richardson: without the error of the second order
    used = problem.slopes(problem.misses, x)
    assert SMALL == 1e-4
    assert np.max(np.abs(used / extrapolated - 1.0)) < 1e-4  # measured 2e-5
    for step in (1e-3, 1e-5):  # curved, and rough: ten times as coarse and as fine are no better
        assert np.max(np.abs(central(step) / extrapolated - 1.0)) < 2e-3
