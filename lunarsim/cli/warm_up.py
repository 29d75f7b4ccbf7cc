"""``lunarsim warm-up``: compile all that flights and campaigns need, ahead of the first of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import MISSING, fields, replace

import numpy as np
from astropy import units as u
from rich.console import Console

from lunarsim.campaign import Campaign
from lunarsim.declarations import declared
from lunarsim.flight import propagate, simulate
from lunarsim.flight.driver.integrator_choice import LONG
from lunarsim.mission import Scenario
from lunarsim.moon import Terrain
from lunarsim.plan.laws import LAWS, GuidanceLaw
from lunarsim.plan.laws.law import address
from lunarsim.scenarios import load_campaign, load_scenario, scenario_names

_WHOLE_MOON = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)


def compile_all(console: Console) -> None:
    """Fly one of each kind, in memory, and say how long that took."""
    begin_s = time.process_time()
    for name, fly in _kinds().items():
        start_s = time.process_time()
        with console.status(f"compiling {name}"):
            fly()
        console.print(f"{name}: {time.process_time() - start_s:.0f} s")
    console.print(f"all is compiled, in {time.process_time() - begin_s:.0f} s of processor time")


def _kinds() -> dict[str, Callable[[], object]]:
    orbit = load_scenario("luna25")
    landings = [scenario for scenario in map(load_scenario, scenario_names()) if scenario.guided]
    level = Terrain.from_array(np.zeros((4, 8)) * u.m, window=_WHOLE_MOON, name="level map")
    return {
        "flights": lambda: simulate(orbit),
        "long coasts": lambda: propagate(orbit.state, LONG),
        "flights in sunlight": lambda: simulate(_in_sunlight(orbit)),
        "flights into a map": lambda: simulate(orbit.with_terrain(level)),
        "landings": lambda: [simulate(landing) for landing in landings],
        "guidance laws": lambda: [address(_some(law)) for law in LAWS.values()],
        "campaigns": lambda: [_few(load_campaign(name)) for name in ("luna25", "apollo11")],
    }


def _in_sunlight(scenario: Scenario) -> Scenario:
    return replace(scenario, moon=replace(scenario.moon, radiation=True))


def _some(law: type[GuidanceLaw]) -> GuidanceLaw:
    """Return a law of a class, whatever numbers it needs: all are flown by the same machine code."""
    needed = [field.name for field in fields(law) if field.default is MISSING]  # type: ignore[arg-type]
    return law(**{name: 100.0 * declared(law)[name].unit for name in needed})


def _few(campaign: Campaign) -> object:
    return campaign.run(2, seed=0, workers=1)
