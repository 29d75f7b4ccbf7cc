"""Runs by an expansion: each by its branch, its error estimated, and flown exactly where that is too large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.columns import described, outputs, records
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.expansion.branch import OF_BURN, Branch, Ends, Limits
from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.campaign.expansion.training import Training
from lunarsim.campaign.inputs.paths import is_fault
from lunarsim.campaign.outputs import RESULT, Results
from lunarsim.campaign.own_columns import with_own
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.kernels.driver.results import write_ends
from lunarsim.kernels.ground.meeting import MET, MISSED, meet_ground
from lunarsim.kernels.guidance.look import COMPUTER

Table = NDArray[np.float64]
Runs = NDArray[np.int64]

ERROR = Column(
    name="position_error_m",
    unit="m",
    words="error of the position at the end that few runs exceed; 0: flown exactly",
)
EXACT = Column(name="flown_exactly", words="whether the run was flown, and not expanded", dtype="bool")

_REACH = 4.0  # errors of the height by which the ground is raised and lowered: a ridge missed by so little is found
_CLEAR_M = 5e3  # above the highest ground: a perilune is known so well from the state at the end


@dataclass(frozen=True, eq=False)
class ExpandedRuns:
    """The work of a campaign by its expansion: a function of the uniform numbers of runs, as :class:`Flying` is.

    Attributes
    ----------
    work : Flying
        That of the campaign itself.
    coordinates : Coordinates
        Of its inputs.
    training : Training
        The expansions.
    """

    work: Flying
    coordinates: Coordinates
    training: Training

    def __call__(self, first: int, count: int) -> Columns:
        """Return the columns of some runs."""
        work = self.work
        return self.columns_of(work.sampling.uniforms(work.seed, first, count, work.dimensions, work.runs))

    @cached_property
    def described(self) -> tuple[Column, ...]:
        """What the columns are: those of the campaign, with the error and whether a run was flown exactly."""
        package = described(self.work.inputs, self.work.scenario)
        return (*package, ERROR, EXACT, *(each.described for each in self.work.own_columns))

    def columns_of(self, uniforms: Table) -> Columns:
        """Return the columns of the runs of uniform numbers, shape (n, dimensions)."""
        work, values = self.work, self.work.values_of(uniforms)
        found = self.expanded(uniforms, values)
        exact = np.flatnonzero(~(found.error_m <= self.training.options.tolerance_m))
        if exact.size:
            flown = work.fly({name: column[exact] for name, column in values.items()})
            found.results.runs[exact], found.results.burns[exact] = flown.runs, flown.burns
            found.error_m[exact] = 0.0
        flags = np.zeros(len(uniforms), dtype=bool)
        flags[exact] = True
        inputs = {name: values[name] != 0.0 if is_fault(name) else values[name] for name in work.inputs}
        columns = {**inputs, **outputs(found.results, work.scenario), ERROR.name: found.error_m, EXACT.name: flags}
        return with_own(columns, self.described, work.own_columns) if work.own else columns

    def expanded(self, uniforms: Table, values: Mapping[str, Table]) -> Expanded:
        """Return what the expansions say of runs, of which the values by path are known, too.

        The error is infinite where they say nothing.
        """
        work = self.work
        coordinates, keys = self.coordinates.of(uniforms), self.coordinates.keys(uniforms)
        results = Results.empty(len(uniforms), len(records(work.scenario)))
        found = Expanded(results, np.full(len(uniforms), np.inf))
        holds = np.ones(len(uniforms), dtype=bool)
        for name, column in values.items():
            holds &= np.asarray(work.inputs[name].declaration.holds(column))
        for key in sorted({branch.key for branch in self.training.branches}):
            chosen = np.flatnonzero(holds & (keys == key))
            if chosen.size:
                inputs = Inputs(coordinates[chosen], {name: column[chosen] for name, column in values.items()})
                self._expand_key(key, chosen, inputs, found)
        return found

    def _expand_key(self, key: int, at: Runs, inputs: Inputs, found: Expanded) -> None:
        """Write what is known of runs with the same switches, each by the branch that its burns belong to."""
        branches = [branch for branch in self.training.branches if branch.key == key]
        limits = Limits.of(branches[0].alike, self.work.rows.plan.kinds, inputs.values)
        numbers = [branch.ends.polynomials.at(inputs.coordinates) for branch in branches]
        margins = [branch.margins(own, limits) for branch, own in zip(branches, numbers, strict=True)]
        for k, branch in enumerate(branches):
            belongs = margins[k] > 1.0
            for i, margin in enumerate(margins):
                belongs &= (i == k) | (margin < -1.0)  # what two branches claim, or none, is flown
            mine = np.flatnonzero(belongs)
            if mine.size:
                self._expand_branch(branch, at[mine], inputs.some(mine), numbers[k][mine], found)

    def _expand_branch(self, branch: Branch, at: Runs, inputs: Inputs, numbers: Table, found: Expanded) -> None:
        left = np.arange(at.size)
        if branch.ground is not None:
            met, ends = self._on_ground(branch, branch.ground, inputs, numbers)
            down = np.flatnonzero(met == MET)
            self._write(branch, at[down], numbers[down], ends.some(down), found)
            left = np.flatnonzero(met == MISSED)
        if branch.space is not None and left.size:
            others = inputs.some(left)
            own = numbers[left] if branch.ground is None else branch.space.polynomials.at(others.coordinates)
            self._write(branch, at[left], own, self._in_space(branch, branch.space, others, own), found)

    def _on_ground(
        self, branch: Branch, expansion: Ends, inputs: Inputs, numbers: Table
    ) -> tuple[NDArray[np.int64], EndsOfRuns]:
        """Return which paths meet the ground, and where."""
        rows, count, first = self.work.rows, len(numbers), branch.numbers
        series = np.ascontiguousarray(numbers[:, first : first + 3 * expansion.terms].reshape(count, 3, -1))
        highest_m = np.linalg.norm(numbers[:, -3:], axis=1)
        error_m = expansion.error.of(highest_m, inputs.coordinates)
        met, times_s = np.empty(count, np.int64), np.empty(count)
        states, apart_m = np.empty((count, 6)), np.empty(count)
        environment, ground = rows.environment, rows.ground
        in_height_m = expansion.height_error.of(highest_m, inputs.coordinates)
        elevation_m = inputs.values.get("moon.terrain.elevation", np.zeros(count))
        meet_ground(
            series,
            *expansion.window_s,
            elevation_m,
            _REACH * in_height_m,
            environment.epoch_et_s,
            environment.angles,
            ground,
            met,
            times_s,
            states,
            apart_m,
        )
        far_m = np.where(expansion.covers(inputs.coordinates), apart_m / _REACH + error_m, np.inf)
        return met, EndsOfRuns(times_s, states, far_m, np.ones(count, dtype=bool))

    def _in_space(self, branch: Branch, expansion: Ends, inputs: Inputs, numbers: Table) -> EndsOfRuns:
        """Return where runs end that do not meet the ground."""
        first = branch.numbers
        error_m = expansion.error.of(np.linalg.norm(numbers[:, -3:], axis=1), inputs.coordinates)
        error_m = np.where(expansion.covers(inputs.coordinates), error_m, np.inf)
        on_ground = np.zeros(len(numbers), dtype=bool)
        return EndsOfRuns(numbers[:, first], numbers[:, first + 1 : first + 7], error_m, on_ground)

    def _write(self, branch: Branch, at: Runs, numbers: Table, ends: EndsOfRuns, found: Expanded) -> None:
        """Write the results of runs of a branch."""
        if not at.size:
            return
        rows, out = self.work.rows, np.zeros(at.size, RESULT)
        y, perilunes_m = np.zeros((at.size, 9)), np.empty(at.size)
        y[:, :6], y[:, 6] = ends.states, numbers[:, branch.numbers - 1]
        computers = np.zeros(1, COMPUTER)
        environment, ground = rows.environment, rows.ground
        write_ends(
            ends.times_s, y, ends.on_ground, rows.bases.runs[:1], environment, ground, computers, out, perilunes_m
        )
        found.results.runs[at] = out
        for k, cutoff in enumerate(branch.cutoffs):
            burns = found.results.burns[:, k]
            burns["cutoff"][at] = cutoff
            for i, name in enumerate(OF_BURN):
                burns[name][at] = numbers[:, len(OF_BURN) * k + i]
        clear = ends.on_ground | (perilunes_m > ground.radius_m + ground.highest_m + _CLEAR_M)
        found.error_m[at] = np.where(clear, ends.error_m, np.inf)


@dataclass(frozen=True, eq=False)
class Expanded:
    """What expansions say of runs: results, and the error of the position (m), infinite where they say nothing."""

    results: Results
    error_m: Table


@dataclass(frozen=True, eq=False)
class Inputs:
    """The inputs of some runs, as coordinates and as values by path."""

    coordinates: Table
    values: Mapping[str, Table]

    def some(self, chosen: Runs) -> Inputs:
        """Return those of some of them."""
        return Inputs(self.coordinates[chosen], {name: column[chosen] for name, column in self.values.items()})


@dataclass(frozen=True, eq=False)
class EndsOfRuns:
    """When and where runs end, shapes (n,) and (n, 6), and the error of the position (m)."""

    times_s: Table
    states: Table
    error_m: Table
    on_ground: NDArray[np.bool_]

    def some(self, chosen: Runs) -> EndsOfRuns:
        """Return those of some of them."""
        return EndsOfRuns(self.times_s[chosen], self.states[chosen], self.error_m[chosen], self.on_ground[chosen])
