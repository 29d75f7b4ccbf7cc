"""Flights of a scenario with some of its numbers at many values: how they end, and what their burns give."""

from __future__ import annotations

from dataclasses import replace
from math import pi, sqrt
from typing import Any, NamedTuple, Protocol

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.campaign.executors.flying import flown
from lunarsim.campaign.inputs.paths import Path, check_orbit, dispersible, nominal, path_among
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.inputs.settings import settable, with_values
from lunarsim.campaign.reference import outcome
from lunarsim.declarations import Number, Switch
from lunarsim.errors import InputError
from lunarsim.flight import BurnRecord, PhaseRecord, simulate
from lunarsim.flight.driver.refusals import failure_in_words
from lunarsim.kernels.codes import SOUND
from lunarsim.mission import Scenario
from lunarsim.plan import Burn, Coast

_TOLERANCE_M = 1e-3  # local error of the position in a step, as a campaign's default
_ORBITS = Number(unit=u.one, above=0.0, high=1000.0)


class Flown(NamedTuple):
    """What came out of some flights."""

    outcomes: NDArray[np.int64]  #: their codes
    delta_v_mps: NDArray[np.float64]  #: of all burns and guided phases
    failures: tuple[str, ...] = ()  #: why some could not be flown, each reason once


class Flyer(Protocol):
    """Flies a scenario with its numbers at many values."""

    def fly(self, *columns: NDArray[np.float64]) -> Flown:
        """Fly at values in the units of their paths, one array of shape (n,) for each path."""
        ...


def path_of(scenario: Scenario, name: str) -> Path:
    """Return the path of a number that may be varied.

    Raises
    ------
    InputError
        If there is no such path.
    """
    return path_among(settable(scenario), name, f"the scenario '{scenario.name}' has no such number")


def varied_path_of(scenario: Scenario, name: str) -> Path:
    """Return the path of a number between two values of which there are others.

    Raises
    ------
    InputError
        If there is no such path, or it is that of a switch, a seed or a whole number.
    """
    path = path_of(scenario, name)
    if isinstance(path.declaration, Switch):
        raise InputError(f"{name} is on or off: expected a number; lunarsim.what_if flies both")
    if path.is_seed or path.declaration.whole:
        raise InputError(f"{name} is a {'seed' if path.is_seed else 'whole number'}: expected one with values between")
    return path


def flyer_of(scenario: Scenario, names: tuple[str, ...]) -> Flyer:
    """Return what flies a scenario: the compiled driver, where it can vary all the numbers, else single flights."""
    if set(names) <= dispersible(scenario).keys():
        return _Together(scenario, names)
    return _OneByOne(scenario, tuple(path_of(scenario, name) for name in names))


def sound_flights(scenario: Scenario, name: str, values: NDArray[np.float64]) -> tuple[Flown, float]:
    """Return how the mission without faults ends at some values of a number, and its delta-v as planned (m/s)."""
    sound = scenario.without_faults()
    if name.startswith("faults."):  # whether one is there, when it begins, or another number of it
        once = _OneByOne(sound, ()).fly()
        outcomes, gained = (np.repeat(once.outcomes, values.size), np.repeat(once.delta_v_mps, values.size))
        return Flown(outcomes, gained), float(once.delta_v_mps[0])
    if name in dispersible(sound):
        outcomes, gained, _ = _Together(sound, (name,)).fly(np.append(values, nominal(sound, name).value))
        return Flown(outcomes[:-1], gained[:-1]), float(gained[-1])
    planned = _OneByOne(sound, ()).fly()
    return flyer_of(sound, (name,)).fly(values), float(planned.delta_v_mps[0])


class _Together:
    """Flies by the compiled driver."""

    def __init__(self, scenario: Scenario, names: tuple[str, ...]) -> None:
        check_orbit(scenario, names)
        self._scenario, self._names = scenario, names
        self._rows = Rows.of(scenario, names)

    def fly(self, *columns: NDArray[np.float64]) -> Flown:
        drawn = self._rows.table(dict(zip(self._names, columns, strict=True)))
        results = flown(self._rows, drawn, _TOLERANCE_M)
        outcomes = results.runs["outcome"].astype(np.int64)
        codes = np.unique(results.runs["failure"])
        failures = tuple(failure_in_words(int(code), self._scenario) for code in codes if code != SOUND)
        return Flown(outcomes, np.nansum(results.burns["dv_mps"], axis=1), failures)


class _OneByOne:
    """Flies by the reference driver."""

    def __init__(self, scenario: Scenario, paths: tuple[Path, ...]) -> None:
        self._scenario, self._paths = scenario, paths

    def fly(self, *columns: NDArray[np.float64]) -> Flown:
        ends = []
        for values in zip(*columns, strict=True) if columns else [()]:
            given = {path.name: _value(path, each) for path, each in zip(self._paths, values, strict=True)}
            flight = simulate(with_values(self._scenario, given))
            records: list[BurnRecord | PhaseRecord] = [*flight.burns, *flight.phases]
            ends.append((outcome(flight), sum(float(each.delta_v.to_value(u.m / u.s)) for each in records)))
        codes, gained = zip(*ends, strict=True)
        return Flown(np.array(codes, np.int64), np.array(gained))


def _value(path: Path, value: float) -> Any:
    """Return a value in the unit of its path as it is set."""
    if isinstance(path.declaration, Switch):
        return value != 0.0
    return float(value) if path.unit == u.one else value * path.unit


def flown_on(scenario: Scenario, orbits: float) -> Scenario:
    """Return a scenario that goes on after its last burn for so many periods of the orbit at its start.

    One with guided phases, without a burn, or on an open orbit stays as it is.
    """
    _ORBITS.checked("orbits", orbits)
    plan = scenario.plan
    burns = [k for k, phase in enumerate(plan) if isinstance(phase, Burn)]
    axis_m = constants.MOON_RADIUS_M + 0.5 * (scenario.state.perilune + scenario.state.apolune).to_value(u.m)
    if scenario.guided or not burns or not np.isfinite(axis_m):
        return scenario
    period = 2.0 * pi * sqrt(axis_m**3 / constants.GM_MOON_M3_S2) * u.s
    name = plan[-1].name if isinstance(plan[-1], Coast) else "coast"
    return replace(scenario, plan=(*plan[: burns[-1] + 1], Coast(duration=orbits * period, name=name)))
