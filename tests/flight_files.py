"""Saved flights to damage, and what one does with a flight that was loaded."""

from __future__ import annotations

import copy
import random
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.time import Time

import lunarsim as ls

MAP_MEMBERS = tuple(f"scenario.moon.terrain.ground.{name}.npy" for name in ("heights_m", "tops_m"))
_EPOCH = Time("2023-08-19T10:00:00", scale="tdb")
_POINT_MASS = ls.GravityField.point_mass()


def _orbit() -> ls.State:
    return ls.State.from_elements(
        perilune=18 * u.km, apolune=100 * u.km, inclination=82 * u.deg, node_longitude=40 * u.deg, epoch=_EPOCH
    )


def hills(rows: int = 6, columns: int = 9) -> ls.Terrain:
    """Return a map of the south."""
    heights = 300.0 * np.sin(np.arange(rows * columns)).reshape(rows, columns) * u.m
    window = (-60 * u.deg, -30 * u.deg, 20 * u.deg, 65 * u.deg)
    return ls.Terrain.from_array(heights, window=window, outside=0 * u.m, name="hills")


def coast_over_a_map() -> ls.Flight:
    """Return ten minutes about a point mass, over a map."""
    moon = ls.Moon(gravity=_POINT_MASS, third_bodies=(), terrain=hills())
    return ls.propagate(_orbit(), 10 * u.min, moon)


def burns() -> ls.Flight:
    """Return a burn with a fault, then a coast."""
    engine = ls.Engine(thrust=4.2 * u.kN, specific_impulse=310 * u.s)
    burn = ls.Burn(ignition=_EPOCH + 60 * u.s, target_delta_v=10 * u.m / u.s, timer=8 * u.s, name="raise")
    scenario = ls.Scenario(
        name="burns",
        state=_orbit(),
        craft=ls.Spacecraft(dry_mass=1000 * u.kg, propellant_mass=350 * u.kg, engine=engine),
        moon=ls.Moon(gravity=_POINT_MASS, third_bodies=()),
        plan=(burn, ls.Coast(duration=60 * u.s, name="rest")),
        faults=(ls.AccelerometerOff(),),
        sites={"goal": ls.Site(latitude=-69.5 * u.deg, longitude=43.5 * u.deg)},
        published={"burn": 84 * u.s, "contact": _EPOCH + 1 * u.h},
    )
    return ls.simulate(scenario)


def edited(source: Path, target: Path, members: Mapping[str, bytes]) -> None:
    """Copy a saved flight with some members replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as out:
        for name in old.namelist():
            out.writestr(zipfile.ZipInfo(name), members.get(name, b"") if name in members else old.read(name))


_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 3, 2**62, 10**30, 0.0, -0.5, 1.5, 1e-300, 1e300, -1e300, 2451545.0),
    *("", "x", "nan", "m", "utc", "raise", [], [1.0, 2.0, 3.0], ["a"], {}, {"type": "float", "value": "nan"}),
    *({"type": "float", "value": "inf"}, {"type": "mapping", "items": {}}, {"type": "path", "value": "/"}),
    {"type": "Quantity", "value": 1.0, "unit": "m"},
    {"type": "Quantity", "value": {"type": "float", "value": "nan"}, "unit": "km"},
    {"type": "array", "writeable": True, "shape": [2], "items": [1.0, 2.0]},
    {"type": "AgainstVelocity"},
)


def places(node: object, at: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the ways to all values of a document, lists and objects among them."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [at, *(place for key, child in children for place in places(child, (*at, key)))]


def edit_document(document: dict[str, object], rng: random.Random) -> None:
    """Put other values, or ones from elsewhere, in some places of a document, or leave them out."""
    for _ in range(rng.choice((1, 1, 2))):
        ways = [place for place in places(document) if place]
        *way, last = rng.choice(ways)
        parent = value_at(document, way)
        match rng.randrange(4):
            case 0 if isinstance(parent, dict):
                del parent[last]
            case 0 | 1:
                parent[last] = copy.deepcopy(value_at(document, rng.choice(ways)))
            case _:
                parent[last] = copy.deepcopy(rng.choice(_VALUES))


def value_at(document: object, way: Sequence[object]) -> object:
    """Return what stands in a place of a document."""
    for key in way:
        document = document[key]
    return document


def use_flight(path: Path) -> None:
    """Load a flight and ask it for all that a flight can be asked for."""
    flight = ls.Flight.load(path)
    scenario, terrain = flight.scenario, flight.scenario.moon.terrain
    flight.at(flight.start + 0.5 * flight.duration)
    flight.to_table()
    for value in (flight, flight.outcome, scenario.state, terrain, *flight.timeline, *flight.burns):
        str(value)
    _ = (flight.thrust_direction, flight.pitch, flight.ground_speed, flight.powered_descent, flight.delta_v_sensed)
    _ = (
        scenario.longest_duration,
        scenario.flown_craft,
        scenario.moon.gravity.describe(),
        scenario.moon.gravity.lower(),
    )
    for phase in scenario.plan:
        str(phase)
    latitudes = np.linspace(-90.0, 90.0, 7) * u.deg
    try:
        terrain.height(latitudes, 40 * u.deg)
        terrain.slope(latitudes, 40 * u.deg)
    except ls.InputError:  # outside the map
        pass
