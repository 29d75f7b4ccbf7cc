"""From how far the landings of the catalogue start, so that the main braking ends where it is to end.

The craft of these scenarios brake with linear pitch, at a thrust that the law may change by some per cent to control
the range. Flown at the nominal thrust, the braking ends wherever its burn leads; the start is moved until that is the
target. Then the law keeps all the room that the scenario gives it, to both sides.
Run it as ``python -m lunarsim.scenarios.landing_ranges``.
"""

from __future__ import annotations

import copy
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.flight import simulate
from lunarsim.io.scenario_file.base_file import read_upon_base
from lunarsim.io.scenario_file.file import scenario_from_document
from lunarsim.mission import Scenario, Site
from lunarsim.mission.site import direction_me
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits import State
from lunarsim.plan import PitchGuidance

#: The scenarios whose range is found here.
SCENARIOS = (
    *("beresheet", "luna25-landing", "change3", "change4", "change5", "change6", "change7", "change8", "slim"),
    *("hakuto-r-m1", "hakuto-r-m2", "odysseus", "athena"),
)

_CLOSE_M = 10.0  # the files give the range to 100 m
_MOST_FLIGHTS = 6


def landing_range(name: str) -> u.Quantity:
    """Return the range to go at the start with which the main braking of a scenario ends at its target.

    Parameters
    ----------
    name : str
        One of ``SCENARIOS``.

    Raises
    ------
    InputError
        If the scenario does not begin with linear pitch before a landing site, or no range is found.
    """
    path = Path(str(resources.files("lunarsim.scenarios") / f"{name}.toml"))
    document = read_upon_base(path)
    range_m = u.Quantity(document["approach"]["range_to_go"]["value"]).to_value(u.m)
    for _ in range(_MOST_FLIGHTS):
        miss_m = _miss(_braking_alone(document, path, range_m))
        range_m += miss_m
        if abs(miss_m) < _CLOSE_M:
            return range_m / 1e3 * u.km
    raise InputError(f"{name}: no range was found within {_MOST_FLIGHTS} flights; the last was {range_m / 1e3:.1f} km")


def _braking_alone(document: dict[str, Any], path: Path, range_m: float) -> Scenario:
    """Return the scenario from a range, with its first phase only and at the nominal thrust."""
    changed = copy.deepcopy(document)
    changed["approach"]["range_to_go"] = f"{range_m} m"
    changed["plan"] = changed["plan"][:1]
    changed["plan"][0]["guidance"]["range_control"] = False
    changed.pop("faults", None)
    changed["craft"].pop("navigation", None)  # of the navigation that is the truth
    changed.pop("dispersions", None)  # they may name later phases
    return scenario_from_document(changed, path)


def _miss(scenario: Scenario) -> float:
    """Return how far (m) behind its target the braking ends, along the flight."""
    site, law = scenario.landing_site, scenario.guided[0].law
    if site is None or not isinstance(law, PitchGuidance):
        raise InputError(f"{scenario.name}: expected a landing site and linear pitch in the first phase")
    end = simulate(scenario).phases[0].after
    return _downrange(end, site, scenario.state) - float(law.target_downrange.to_value(u.m))


def _downrange(state: State, site: Site, start: State) -> float:
    """Return the arc (m) from the site to a state, in the plane in which the flight started."""
    up = direction_me(site)
    normal = np.cross(_me(start, start.position), _me(start, start.velocity))
    ahead = np.cross(normal / np.linalg.norm(normal), up)
    there = _me(state, state.position)
    return float(np.arctan2(there @ ahead, there @ up) * constants.MOON_RADIUS_M)


def _me(state: State, vector: u.Quantity) -> NDArray[np.float64]:
    components: NDArray[np.float64] = rot_me_from_icrf(state.epoch) @ vector.si.value
    return components


def main() -> None:
    """Print the range of each scenario."""
    for name in SCENARIOS:
        sys.stdout.write(f"{name}: {landing_range(name).to_value(u.km):.1f} km\n")


if __name__ == "__main__":
    main()
