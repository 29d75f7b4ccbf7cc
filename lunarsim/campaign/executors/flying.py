"""Flying a chunk of runs: uniform numbers, values, rows, flights, columns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.campaign.columns import described, outputs, records
from lunarsim.campaign.inputs.distributions import Distribution
from lunarsim.campaign.inputs.paths import Path, is_fault
from lunarsim.campaign.inputs.rows import Drawn, Rows
from lunarsim.campaign.inputs.sampling import Sampling
from lunarsim.campaign.outputs import Results
from lunarsim.campaign.own_columns import OwnColumn, own_columns, with_own
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.flight.driver.row import own_parts
from lunarsim.kernels.driver.run import fly_runs
from lunarsim.mission import Scenario
from lunarsim.own import naming

Table = NDArray[np.float64]
Group = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Flying:
    """The work of a campaign: a function of the numbers of its runs, and of nothing else.

    Attributes
    ----------
    scenario : Scenario
        What is flown.
    inputs : mapping of str to Path
        The dispersed values, in the order in which they take their uniform numbers.
    groups : tuple of (tuple of str, Distribution)
        Which paths are drawn together, and how.
    sampling : Sampling
        Where the uniform numbers come from.
    tolerance_m : float
        Local error of the position in a step.
    seed, runs : int
        Of the campaign.
    own : tuple of callable
        Columns of the user's own, by their functions, which pickle knows the way to.
    """

    scenario: Scenario
    inputs: Mapping[str, Path]
    groups: tuple[tuple[Group, Distribution], ...]
    sampling: Sampling
    tolerance_m: float
    seed: int
    runs: int
    own: tuple[Callable[..., Any], ...] = ()
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_made": {}}

    def __call__(self, first: int, count: int) -> Columns:
        """Fly some runs and return their columns."""
        return self.columns_of(self.sampling.uniforms(self.seed, first, count, self.dimensions, self.runs))

    def columns_of(self, uniforms: Table) -> Columns:
        """Fly the runs of uniform numbers of shape (n, dimensions) and return their columns."""
        values = self.values_of(uniforms)
        inputs = {name: values[name] != 0.0 if is_fault(name) else values[name] for name in self.inputs}
        columns = {**inputs, **outputs(self.fly(values), self.scenario)}
        return with_own(columns, self.described, self.own_columns) if self.own else columns

    @property
    def own_columns(self) -> tuple[OwnColumn, ...]:
        """The columns of the user's own."""
        known = described(self.inputs, self.scenario) if self.own else ()
        return own_columns(self.own, [column.name for column in known])

    @property
    def described(self) -> tuple[Column, ...]:
        """What the columns are: inputs, what came out, those of the user's own."""
        return (*described(self.inputs, self.scenario), *(each.described for each in self.own_columns))

    @property
    def dimensions(self) -> int:
        """How many uniform numbers a run takes."""
        return sum(distribution.draws for _, distribution in self.groups)

    @property
    def rows(self) -> Rows:
        """What makes the rows; lowered at the first call, once in a process."""
        with _LOWERING:
            if "rows" not in self._made:
                self._made["rows"] = Rows.of(self.scenario, self.inputs)
        rows: Rows = self._made["rows"]
        return rows

    def values(self, first: int, count: int) -> dict[str, Table]:
        """Return the dispersed values of some runs by path, in the paths' units."""
        return self.values_of(self.sampling.uniforms(self.seed, first, count, self.dimensions, self.runs))

    def values_of(self, uniforms: Table) -> dict[str, Table]:
        """Return the dispersed values for uniform numbers of shape (n, dimensions)."""
        values: dict[str, Table] = {}
        at = 0
        for names, distribution in self.groups:
            drawn = distribution.values(uniforms[:, at : at + distribution.draws])
            at += distribution.draws
            for k, (name, unit) in enumerate(zip(names, distribution.unit, strict=True)):
                values[name] = drawn[:, k] * _factor(unit, self.inputs[name].unit)
        return values

    def fly(self, values: Mapping[str, Table]) -> Results:
        """Fly the runs of some values."""
        return flown(self.rows, self.rows.table(values), self.tolerance_m)


def flown(rows: Rows, drawn: Drawn, tolerance_m: float) -> Results:
    """Fly runs by their records."""
    results = Results.empty(len(drawn.runs), len(records(rows.scenario)))
    with naming(own_parts(rows.scenario)):
        fly_runs(*drawn, rows.plan, rows.environment, rows.ground, tolerance_m, *results)
    return results


_LOWERING = threading.Lock()


@cache
def _factor(unit: u.UnitBase, to: u.UnitBase) -> float:
    return float(unit.to(to))
