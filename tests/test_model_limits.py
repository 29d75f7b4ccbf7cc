"""Warnings of models that are too coarse, and flights in gridded fields."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.moon.orientation import rot_pa_from_icrf

EPOCH = Time("2024-01-01T00:00:00", scale="tdb")


def orbit(perilune_km: float, apolune_km: float) -> ls.State:
    return ls.State.from_elements(
        perilune=perilune_km * u.km,
        apolune=apolune_km * u.km,
        inclination=90 * u.deg,
        node_longitude=20 * u.deg,
        epoch=EPOCH,
    )


def test_a_coarse_field_below_100_km_is_warned_of() -> None:
    moon = ls.Moon(gravity=ls.GravityField.grail(20))
    with pytest.warns(ls.ModelWarning, match=r"came down to 60\.\d km in a field of degree 20"):
        ls.propagate(orbit(60, 120), 10 * u.min, moon)


@pytest.mark.parametrize(
    ("gravity", "perilune_km"),
    [(ls.GravityField.grail(50), 60), (ls.GravityField.grail(20), 150), (ls.GravityField.point_mass(), 60)],
)
def test_a_fine_field_a_high_orbit_and_a_point_mass_are_not(gravity: ls.GravityField, perilune_km: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ls.propagate(orbit(perilune_km, 200), 10 * u.min, ls.Moon(gravity=gravity))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grids")


def test_a_gridded_field_moves_the_end_of_luna25_by_less_than_a_metre(cache: Path) -> None:
    scenario = ls.load_scenario("luna25")
    exact = ls.simulate(scenario)
    gridded = ls.GriddedField.build(scenario.moon.gravity, cache=cache)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flown = ls.simulate(replace(scenario, moon=replace(scenario.moon, gravity=gridded)))
    places = [flight.outcome.state.in_frame(ls.MoonME()).cartesian.xyz.to_value(u.m) for flight in (exact, flown)]
    # 5 m is what was asked for; at an error of 5e-8 of the central term 47 minutes give 0.3 m at the worst, and this
    # impact is at 1.3 deg, which makes 44 times as much along the ground of what is left in height
    assert np.linalg.norm(places[0] - places[1]) < 1.0


def test_a_flight_that_leaves_its_grid_says_so_and_goes_on_in_the_exact_field(cache: Path) -> None:
    state, field = orbit(60, 200), ls.GravityField.grail(50)
    low = ls.GriddedField.build(field, altitude=(-10, 120) * u.km, cache=cache)
    with pytest.warns(ls.ModelWarning, match=r"\d+ of \d+ steps of the flight, first at 2024-.* lay outside the grid"):
        gridded = ls.propagate(state, 1 * u.hour, ls.Moon(gravity=low))
    exact = ls.propagate(state, 1 * u.hour, ls.Moon(gravity=field))
    apart = np.linalg.norm(gridded.outcome.state.position - exact.outcome.state.position)
    assert apart < 0.1 * u.m  # the grid's error over half an hour


def test_a_corridor_along_a_flight_serves_the_flight(cache: Path) -> None:
    state, field = orbit(60, 110), ls.GravityField.grail(50)
    exact = ls.propagate(state, 20 * u.min, ls.Moon(gravity=field))
    along = np.einsum("nij,nj->ni", rot_pa_from_icrf(exact.times), exact.states.position.to_value(u.m)) * u.m
    corridor = ls.GriddedField.build(field, corridor=along, cache=cache)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gridded = ls.propagate(state, 20 * u.min, ls.Moon(gravity=corridor))
    assert np.linalg.norm(gridded.outcome.state.position - exact.outcome.state.position) < 0.1 * u.m


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"spacing": 1e-6 * u.deg}, "the grid would have"),
        ({"altitude": [-2000, 0] * u.km}, "expected from -100000 m to 1e\\+09 m"),
        ({"low_degree": True}, "low_degree = True is not a number"),
        ({"low_degree": 50}, "low_degree = 50: expected a number from 0 to 49"),
    ],
)
def test_a_grid_that_makes_no_sense_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        ls.GriddedField.build(ls.GravityField.grail(50), **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"third_bodies": None}, "third_bodies = None: expected a tuple"),
        ({"third_bodies": "earth"}, "third_bodies = 'earth': expected a tuple"),
        ({"tide": "yes"}, "tide = 'yes': expected True or False"),
        ({"love_number": "x"}, "love_number = 'x' is not a number"),
        ({"gravity": 50}, "gravity = 50: expected a GravityField"),
    ],
)
def test_a_moon_that_makes_no_sense_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        ls.Moon(**options)
