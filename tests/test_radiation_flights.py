"""Flights in sunlight: the edges of the shadow end segments, so that steps of any length agree."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

CRAFT = ls.Spacecraft(
    dry_mass=1000 * u.kg,
    propellant_mass=0 * u.kg,
    engine=ls.Engine(thrust=1 * u.N, specific_impulse=300 * u.s),
    radiation_area=10 * u.m**2,
    radiation_coefficient=1.3,
)
STATE = ls.State.from_elements(
    perilune=100 * u.km,
    apolune=100 * u.km,
    inclination=90 * u.deg,
    node_longitude=30 * u.deg,
    argument_of_perilune=0 * u.deg,
    true_anomaly=0 * u.deg,
    epoch=Time("2023-08-16"),
)


def end(moon: ls.Moon, accuracy: ls.Accuracy | None = None) -> u.Quantity:
    plan = (ls.Coast(duration=8 * u.hour),)
    flight = ls.simulate(ls.Scenario(name="sunlit", state=STATE, moon=moon, craft=CRAFT, plan=plan), accuracy=accuracy)
    return flight.at(flight.end).position


@pytest.mark.parametrize("degree", [0, pytest.param(8, marks=pytest.mark.slow)])
def test_the_penumbra_is_not_stepped_over(degree: int) -> None:
    moon = ls.Moon(gravity=ls.GravityField.grail(degree), radiation=True)
    found = end(moon)
    apart = np.linalg.norm(found - end(moon, ls.Accuracy(max_step=10 * u.s)))
    assert apart < 1e-3 * u.m  # rounding; 0.02 and 0.09 m where segments run across the penumbra
    assert 0.1 * u.m < np.linalg.norm(found - end(ls.Moon(gravity=moon.gravity))) < 10 * u.m


@pytest.mark.parametrize("node", [0, pytest.param(120, marks=pytest.mark.slow)])
def test_an_eclipse_is_reported_once_though_its_edges_end_segments(node: int) -> None:
    start = ls.State.from_elements(
        perilune=100 * u.km,
        apolune=100 * u.km,
        inclination=90 * u.deg,
        node_longitude=node * u.deg,
        epoch=Time("2023-08-16"),
    )
    counts = []
    for radiation in (False, True):
        moon = ls.Moon(gravity=ls.GravityField.grail(8), radiation=radiation)
        flight = ls.propagate(start, 1 * u.day, moon, craft=CRAFT, detect=[ls.detectors.Eclipse()])
        kinds = [event.kind for event in flight.timeline]
        counts.append([kinds.count(kind) for kind in ls.EventKind if "umbra" in kind.value])
    assert counts[0] == counts[1]
    assert max(counts[0]) - min(counts[0]) <= 1
    assert min(counts[0]) >= 11  # a day has 12.2 revolutions
