"""The elements about the Earth of a start near it, as paths: ``earth_orbit.perigee`` and the like, in the GCRS."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.declarations import Number
from lunarsim.errors import InputError
from lunarsim.kernels.forces.near_earth import BEYOND_M
from lunarsim.kernels.geometry.elements import states_from_elements
from lunarsim.mission import Scenario
from lunarsim.orbits import State
from lunarsim.orbits.numbers import EARTH_ELEMENTS
from lunarsim.records import si

PREFIX = "earth_orbit"
NUMBERS = {name: each for name, each in EARTH_ELEMENTS.items() if isinstance(each, Number)}
_ANGLES = tuple(NUMBERS)[2:]


def begins_at_earth(scenario: Scenario) -> bool:
    """Return whether a scenario begins where elements about the Earth have a sense: in its model, far from the Moon."""
    far = float(np.linalg.norm(scenario.state.position.to_value(u.m))) > BEYOND_M
    return scenario.moon.earth is not None and far


def elements_at_earth(scenario: Scenario) -> dict[str, u.Quantity]:
    """Return the elements of the start as :meth:`State.from_earth_elements` takes them, in the GCRS.

    Raises
    ------
    InputError
        If it is on an open orbit, which has no apogee.
    """
    orbit = scenario.state.to_earth(scenario.moon.ephemeris)
    if not np.isfinite(orbit.apogee):
        raise InputError(
            f"'{PREFIX}' has no sense for {orbit!r}, which has no apogee: vary or disperse the state instead"
        )
    elements = orbit.elements()
    return {"perigee": orbit.perigee, "apogee": orbit.apogee, **{name: getattr(elements, name) for name in _ANGLES}}


def state_at_earth(scenario: Scenario, values: Mapping[str, float]) -> State:
    """Return the start of a scenario with some elements about the Earth replaced (m, rad)."""
    given = {name: value * si(NUMBERS[name].unit) for name, value in values.items()}
    elements = {**elements_at_earth(scenario), **given}
    return State.from_earth_elements(**elements, epoch=scenario.state.epoch, ephemeris=scenario.moon.ephemeris)


def states_at_earth(scenario: Scenario, columns: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return starts (m, m/s), shape (n, 6), of many elements about the Earth (m, rad); NaN where one is impossible."""
    given = elements_at_earth(scenario)
    shape = np.shape(next(iter(columns.values())))
    table = [columns.get(name, np.full(shape, given[name].to_value(si(NUMBERS[name].unit)))) for name in NUMBERS]
    here = states_from_elements(np.stack(table, axis=1), constants.GM_EARTH_M3_S2, constants.WGS84_RADIUS_M, np.eye(3))
    earth = scenario.moon.ephemeris.position_and_velocity("earth", scenario.state.epoch)
    return np.asarray(here + np.concatenate([earth[0].to_value(u.m), earth[1].to_value(u.m / u.s)]))
