"""The model ladder: one flight in ever better models of the Moon, and how far the end moves at each rung."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from astropy import units as u

from lunarsim.errors import ModelWarning
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.outcome import Impact, Outcome
from lunarsim.flight.simulation import simulate
from lunarsim.mission.scenario import Scenario
from lunarsim.moon import GravityField, Moon, Terrain
from lunarsim.moon.frames import MoonME
from lunarsim.orbits import rtn

#: Degrees of the field that the ladder climbs, as far as the field reaches.
DEGREES = (8, 20, 50, 100, 150)

FieldOfDegree = Callable[[int], GravityField]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rung:
    """One model, and the flight in it.

    Attributes
    ----------
    name : str
        What the model adds to the rung below.
    flight : Flight
        The flight.
    displacement : Quantity or None
        Distance of the end from that of the rung below, over the Moon's turning surface for impacts; None for the
        first rung, or where one of the two flights strikes the Moon and the other does not.
    time_shift : Quantity or None
        How much later the craft strikes, or reaches the place where the rung below ends (along the track).

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> rung = ls.Rung(name="degree 50", flight=ls.propagate(state, 1 * u.hour))
    >>> rung.displacement is None  # the first of a ladder has none to be compared with
    True
    """

    name: str
    flight: Flight
    displacement: u.Quantity | None = None
    time_shift: u.Quantity | None = None


def ladder(
    scenario: Scenario,
    *,
    field: FieldOfDegree = GravityField.grail,
    highest_degree: int = 50,
    terrain: Terrain | None = None,
    accuracy: Accuracy | None = None,
) -> tuple[Rung, ...]:
    """Fly a scenario in two-body motion, then with one thing more at each rung.

    The rungs: a point mass; the field to degree 8, 20, 50, 100 and 150, as far as it reaches; the Earth; the Sun;
    sunlight, if the craft has an area for it; the tide; the terrain, if one is given.

    Parameters
    ----------
    scenario : Scenario
        What to fly, faults included; its own Moon gives the sphere and the ephemeris.
    field : callable
        From a degree to the field cut there; default: the embedded GRGM900C, to degree 50.
    highest_degree : int
        How far that field reaches.
    terrain : Terrain, optional
        The ground of the last rung.
    accuracy : Accuracy, optional
        Tolerances of the integration.

    Raises
    ------
    InputError
        As :func:`simulate` does.

    Examples
    --------
    >>> import lunarsim as ls
    >>> for rung in ls.ladder(ls.load_scenario("luna25"), highest_degree=8):
    ...     print(rung.name)
    two-body
    degree 8
    Earth
    Sun
    radiation
    tide
    """
    climbed: list[Rung] = []
    for name, moon in _models(scenario, field, highest_degree, terrain):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ModelWarning)  # coarse fields are what the ladder is for
            flight = simulate(replace(scenario, moon=moon), accuracy=accuracy)
        moved, shifted = _apart(flight.outcome, climbed[-1].flight.outcome) if climbed else (None, None)
        climbed.append(Rung(name=name, flight=flight, displacement=moved, time_shift=shifted))
    return tuple(climbed)


def distance_to_top(rungs: Sequence[Rung]) -> list[u.Quantity | None]:
    """Return how far each rung's end lies from that of the last."""
    return [_apart(rung.flight.outcome, rungs[-1].flight.outcome)[0] for rung in rungs]


def _models(
    scenario: Scenario, field: FieldOfDegree, highest_degree: int, terrain: Terrain | None
) -> list[tuple[str, Moon]]:
    moon = replace(scenario.moon, gravity=field(0), third_bodies=(), tide=False, radiation=False)
    models = [("two-body", moon)]

    def add(name: str, **changes: Any) -> None:
        models.append((name, replace(models[-1][1], **changes)))

    for degree in DEGREES:
        if degree <= highest_degree:
            add(f"degree {degree}", gravity=field(degree))
    add("Earth", third_bodies=("earth",))
    add("Sun", third_bodies=("earth", "sun"))
    if scenario.craft is not None and scenario.craft.radiation_area > 0.0 * u.m**2:
        add("radiation", radiation=True)
    add("tide", tide=True)
    if terrain is not None:
        add("terrain", terrain=terrain)
    return models


def _apart(end: Outcome, other: Outcome) -> tuple[u.Quantity | None, u.Quantity | None]:
    """Return how far and how much later one end is than another; None where they are of different kinds."""
    if isinstance(end, Impact) != isinstance(other, Impact):
        return None, None
    if isinstance(end, Impact):
        places = [outcome.state.in_frame(MoonME()).cartesian.xyz.to_value(u.m) for outcome in (end, other)]
        return np.linalg.norm(places[0] - places[1]) * u.m, (end.time - other.time).to(u.s)
    difference = rtn(end.state, other.state).position
    return np.linalg.norm(difference), (-difference[1] / other.speed).to(u.s)
