"""A targeting problem in plain numbers: what is varied between which bounds, and by how much each goal is missed."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.campaign.inputs.paths import Path, nominal, path_among, value_at
from lunarsim.campaign.inputs.settings import settable, with_values
from lunarsim.declarations import Switch
from lunarsim.errors import InputError, IntegrationError, ModelWarning
from lunarsim.flight import Flight, simulate
from lunarsim.mission import Scenario
from lunarsim.planning.targeting.goals import Reachable

SMALL = 1e-4  # step of the central differences, as a share of the way between the bounds
_MPS = u.m / u.s


class Problem:
    """What is varied, from 0 at the lower to 1 at the upper bound, and misses in units of the goals' tolerances.

    Each set of values is flown once, by the compiled driver.
    """

    def __init__(
        self, scenario: Scenario, vary: Mapping[str, tuple[u.Quantity, u.Quantity]], reach: Sequence[Reachable]
    ) -> None:
        known = settable(scenario)
        self.vary = dict(vary)
        lacks = f"the scenario '{scenario.name}' has no such number"
        self.scenario, self.goals = scenario, tuple(reach)
        self.paths = [path_among(known, name, lacks) for name in vary]
        self.low, self.high = (
            np.array([_plain(path, bounds[k]) for path, bounds in zip(self.paths, vary.values(), strict=True)])
            for k in (0, 1)
        )
        self.evaluations = 0
        self.refused = ""  #: why the last flight that could not be flown could not
        self._flown: dict[bytes, Flight | None] = {}
        start = np.array([_start(scenario, path) for path in self.paths])
        self._check_bounds(start)
        self.start = (start - self.low) / (self.high - self.low)

    def _check_bounds(self, start: NDArray[np.float64]) -> None:
        for path, low, high, at in zip(self.paths, self.low, self.high, start, strict=True):
            between = f"{low:.12g} to {high:.12g} {path.unit}".strip()
            if not low < high:
                raise InputError(f"{path.name} is to vary from {between}: expected the smaller bound first")
            if not low <= at <= high:
                raise InputError(
                    f"{path.name} = {at:.12g} {path.unit}".rstrip() + f" in the scenario lies outside {between}, "
                    "between which it may vary: widen the bounds, or set it to a first guess by lunarsim.with_values"
                )

    def values(self, x: NDArray[np.float64]) -> dict[str, Any]:
        """Return what the unknowns are, as :func:`lunarsim.with_values` takes them."""
        plain = self.low + np.clip(x, 0.0, 1.0) * (self.high - self.low)
        return {
            path.name: float(value) if path.unit == u.one else float(value) * path.unit
            for path, value in zip(self.paths, plain, strict=True)
        }

    def scenario_at(self, x: NDArray[np.float64]) -> Scenario:
        """Return the scenario with some values."""
        return with_values(self.scenario, self.values(x))

    def flight(self, x: NDArray[np.float64]) -> Flight | None:
        """Return the flight at some values; None where there is none, such as an orbit with perilune above apolune."""
        key = np.asarray(x, dtype=float).tobytes()
        if key not in self._flown:
            self.evaluations += 1
            try:
                self._flown[key] = _flown(self.scenario_at(x))
            except (InputError, IntegrationError) as error:
                self._flown[key], self.refused = None, str(error)
        return self._flown[key]

    def misses(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by how many tolerances each goal is missed; NaN where the flight does not come to its moment."""
        flight = self.flight(x)
        if flight is None:
            return np.full(len(self.goals), np.nan)
        return np.array([goal.miss(flight) / goal.tolerance_si for goal in self.goals])

    def delta_v_mps(self, x: NDArray[np.float64]) -> float:
        """Return the delta-v of all burns and guided phases (m/s)."""
        flight = self.flight(x)
        return np.nan if flight is None else delta_v_mps(flight)

    def slopes(self, of: Any, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivatives of a function by each unknown: central differences, one-sided at a bound.

        One-sided too where the flight beside does not come to a goal's moment; NaN where it does on neither side.
        """
        here, columns = np.atleast_1d(of(x)), []
        for step in SMALL * np.eye(x.size):
            up, down = np.clip(x + step, 0.0, 1.0), np.clip(x - step, 0.0, 1.0)
            after, before = np.atleast_1d(of(up)), np.atleast_1d(of(down))
            up = np.where(np.isfinite(after), up @ step, x @ step) / SMALL
            down = np.where(np.isfinite(before), down @ step, x @ step) / SMALL
            after, before = np.where(np.isfinite(after), after, here), np.where(np.isfinite(before), before, here)
            with np.errstate(invalid="ignore"):
                columns.append((after - before) / (up - down))
        return np.column_stack(columns)


def _flown(scenario: Scenario) -> Flight:
    """Fly without the warnings of the model, which are the same for each flight: what is found is flown with them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        return simulate(scenario, integrator="collocation")


def told(value: Any, bound: Any) -> str:
    """Return an unknown in words, in the unit of its bound; some have none."""
    unit = bound.unit if isinstance(bound, u.Quantity) else u.one
    return f"{u.Quantity(value).to(unit):.6g}".strip()


def delta_v_mps(flight: Flight) -> float:
    """Return the delta-v of all burns and guided phases of a flight (m/s)."""
    burns = sum(burn.delta_v.to_value(_MPS) for burn in flight.burns)
    return float(burns + sum(phase.delta_v.to_value(_MPS) for phase in flight.phases))


def _plain(path: Path, bound: Any) -> float:
    """Return a bound in the unit of its path."""
    if isinstance(path.declaration, Switch) or path.is_seed or path.declaration.whole:
        raise InputError(f"{path.name} has no values between two others: it cannot be varied")
    if path.unit == u.one and isinstance(bound, u.Quantity) and bound.unit.is_equivalent(u.one):
        bound = bound.to_value(u.one)  # bounds are quantities; a number without a unit is declared as a plain one
    given = path.declaration.checked(path.name, bound)
    return float(given.value if isinstance(given, u.Quantity) else given)


def _start(scenario: Scenario, path: Path) -> float:
    """Return what a scenario has at a path, in the unit of the path."""
    if path.offset or path.is_element:
        return float(nominal(scenario, path.name).value)
    there = value_at(scenario, path)
    if there is None:
        raise InputError(f"{path.name} is not set in the scenario '{scenario.name}': set it to a first guess")
    return float(u.Quantity(there, dtype=float).to_value(path.unit))
