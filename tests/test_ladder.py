"""The model ladder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from command_line import here

import lunarsim as ls
from lunarsim.analysis import distance_to_top


@pytest.fixture(scope="module")
def luna25() -> tuple[ls.Rung, ...]:
    return ls.ladder(ls.load_scenario("luna25"), terrain=ls.Terrain.sphere(-360 * u.m))


def test_each_rung_adds_one_thing(luna25: tuple[ls.Rung, ...]) -> None:
    names = [rung.name for rung in luna25]
    assert names == [
        *("two-body", "degree 8", "degree 20", "degree 50"),
        *("Earth", "Sun", "radiation", "tide", "terrain"),
    ]
    moons = [rung.flight.scenario.moon for rung in luna25]
    assert [moon.gravity.degree for moon in moons] == [0, 8, 20] + [50] * 6
    assert [moon.third_bodies for moon in moons[3:6]] == [(), ("earth",), ("earth", "sun")]
    assert [moon.radiation for moon in moons] == [False] * 6 + [True] * 3
    assert [moon.tide for moon in moons] == [False] * 7 + [True] * 2


def test_a_rung_that_adds_what_is_there_already_moves_nothing(luna25: tuple[ls.Rung, ...]) -> None:
    # the sphere of the last rung is that of the scenario: the same flight again
    assert luna25[-1].displacement.to_value(u.m) == 0.0
    assert luna25[-1].time_shift.to_value(u.s) == 0.0


def test_the_ends_lie_as_far_apart_as_their_latitudes_and_longitudes_say(luna25: tuple[ls.Rung, ...]) -> None:
    below, rung = luna25[0].flight.outcome, luna25[1].flight.outcome
    chord: Any = 0.0
    for angle in (below, rung):
        lat, lon = angle.latitude.rad, angle.longitude.rad
        point = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        chord = point if angle is below else np.linalg.norm(point - chord)
    assert luna25[1].displacement.to_value(u.m) == pytest.approx(chord * 1737.04e3, rel=1e-9)
    assert luna25[1].time_shift.to_value(u.s) == pytest.approx((rung.time - below.time).to_value(u.s), abs=1e-9)


def test_the_last_rung_is_at_no_distance_from_the_top(luna25: tuple[ls.Rung, ...]) -> None:
    distances = distance_to_top(luna25)
    assert distances[-1].to_value(u.m) == 0.0
    assert distances[0] > distances[3] > 0.0 * u.m


def test_ends_of_different_kinds_have_no_distance() -> None:
    state = ls.State.from_elements(
        perilune=1 * u.km,
        apolune=30 * u.km,
        inclination=90 * u.deg,
        node_longitude=0 * u.deg,
        true_anomaly=180 * u.deg,
        epoch=Time("2024-01-01", scale="tdb"),
    )
    scenario = ls.Scenario(name="low", state=state, plan=(ls.Coast(duration=2 * u.hour),))
    rungs = ls.ladder(scenario, terrain=ls.Terrain.sphere(5 * u.km))
    assert isinstance(rungs[-2].flight.outcome, ls.Aloft)
    assert isinstance(rungs[-1].flight.outcome, ls.Impact)
    assert rungs[-1].displacement is None
    assert "radiation" not in [rung.name for rung in rungs]  # no craft, no area


def test_the_figure_names_each_rung_and_its_distance(luna25: tuple[ls.Rung, ...]) -> None:
    ax = ls.plots.ladder(luna25)
    assert [label.get_text() for label in ax.get_yticklabels()] == [rung.name for rung in luna25[1:]]
    assert "(m)" in ax.get_xlabel()
    plt.close(ax.get_figure())
    with pytest.raises(ls.InputError, match="ladder got 1 rungs"):
        ls.plots.ladder(luna25[:1])


@pytest.mark.slow
def test_the_command_prints_the_ladder(tmp_path: Path) -> None:
    done = here("ladder", "luna25", "--out", "climbed", "--json", cwd=tmp_path)
    assert done.status == 0, done.err
    rungs = json.loads(done.out)["rungs"]
    assert rungs[0]["model"] == "two-body"
    assert rungs[0]["moved_m"] is None
    assert rungs[-1]["to_last_m"] == 0.0
    assert {path.name for path in (tmp_path / "climbed").iterdir()} == {"ladder.json", "ladder.png"}
