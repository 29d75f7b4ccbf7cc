"""The exact flights that train an expansion: to their ends, and to chosen times on their way to the ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.campaign.executors.flying import Flying, flown
from lunarsim.campaign.expansion.branch import OF_BURN
from lunarsim.campaign.inputs.rows import Drawn
from lunarsim.campaign.outputs import Results
from lunarsim.kernels.codes import COAST, IMPACT
from lunarsim.kernels.ground.terrain import clearance, raised
from lunarsim.moon import Terrain

Table = NDArray[np.float64]

_DEEP_M = 60e3  # how far below the zero sphere the ground lies of runs that are flown through it
_PADDING = 0.3  # of the range of the times of contact, by which the window reaches beyond it
_SHORTEST_PADDING_S = 1.0
_AFTER_BURN_S = 0.5  # the window begins so long after the last burn, at least
_BACK_S = 20.0  # steps of the window's start towards higher places
_OVER_M = 20.0  # above the highest ground, for runs that are a little lower than those of the training
_FEW = 24  # runs that tell how many terms are needed
_TERMS = (8, 12, 16, 24, 32)  # of a path's series: as many as it needs
_STATE = ("x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")


@dataclass(frozen=True, eq=False)
class Flights:
    """Some runs, flown exactly.

    Attributes
    ----------
    work : Flying
        The work of the campaign.
    uniforms : ndarray, shape (n, dimensions)
        Their uniform numbers.
    drawn : Drawn
        Their records.
    results : Results
        What came out.
    """

    work: Flying
    uniforms: Table
    drawn: Drawn
    results: Results

    @classmethod
    def of(cls, work: Flying, uniforms: Table) -> Flights:
        """Fly the runs of uniform numbers."""
        drawn = work.rows.table(work.values_of(uniforms))
        return cls(work, uniforms, drawn, flown(work.rows, drawn, work.tolerance_m))

    def some(self, chosen: NDArray[np.int64]) -> Flights:
        """Return some of them."""
        drawn = Drawn(*(records[chosen] for records in self.drawn))
        results = Results(self.results.runs[chosen], self.results.burns[chosen])
        return Flights(self.work, self.uniforms[chosen], drawn, results)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.uniforms)

    @property
    def cutoffs(self) -> NDArray[np.int64]:
        """How each burn of each ended, shape (n, burns)."""
        return np.asarray(self.results.burns["cutoff"]).astype(np.int64)

    @property
    def on_ground(self) -> NDArray[np.bool_]:
        """Which ended on the ground."""
        return np.asarray(self.results.runs["outcome"] == IMPACT)

    @property
    def numbers(self) -> Table:
        """The numbers of each burn and the mass at the end, shape (n, 5 burns + 1)."""
        burns = [self.results.burns[name][:, k] for k in range(self.results.burns.shape[1]) for name in OF_BURN]
        return np.stack([*burns, self.results.runs["mass_kg"]], axis=1)

    @property
    def states(self) -> Table:
        """Position and velocity at the end, shape (n, 6)."""
        return np.stack([self.results.runs[name] for name in _STATE], axis=1)

    @property
    def ends_s(self) -> Table:
        """When each ended, shape (n,)."""
        return np.asarray(self.results.runs["end_s"])

    @property
    def last_coast_s(self) -> tuple[Table, Table]:
        """From when to when each coasts after its last burn, as far as the ground lets it."""
        kinds = self.work.rows.plan.kinds
        first = _coasts_from(kinds)
        begin = (
            self.results.burns["ignition_s"][:, -1] + self.results.burns["duration_s"][:, -1]
            if first
            else self.drawn.runs["state"]["epoch_s"]
        )
        return np.asarray(begin), np.asarray(begin + self.drawn.phases["coast"]["duration_s"][:, first:].sum(axis=1))

    @property
    def earliest_s(self) -> Table:
        """From when on :meth:`at` knows each."""
        begin, _ = self.last_coast_s
        others = self.drawn.phases["coast"]["duration_s"][:, _coasts_from(self.work.rows.plan.kinds) + 1 :]
        return np.asarray(begin + others.sum(axis=1) + _AFTER_BURN_S)

    def clearances_m(self, positions_m: Table, times_s: Table) -> Table:
        """Return the heights (m) of places above the ground of each at a time, shape (n,)."""
        environment, ground = self.work.rows.environment, self.work.rows.ground
        elevations_m = self.drawn.runs["moon"]["terrain"]["elevation_m"]
        found = [
            clearance(environment.epoch_et_s + t_s, r, environment.angles, raised(ground, float(elevation_m)))
            for r, t_s, elevation_m in zip(positions_m, times_s, elevations_m, strict=True)
        ]
        return np.array(found, dtype=float)

    def at(self, t_s: float) -> tuple[Table, Table]:
        """Return when flights through the ground ended that should at a time, and their states, shape (n, 6).

        They end before where they come down to 60 km below the zero sphere.
        """
        begin, _ = self.last_coast_s
        first = _coasts_from(self.work.rows.plan.kinds)
        runs, phases = self.drawn.runs.copy(), self.drawn.phases.copy()
        runs["moon"]["terrain"]["elevation_m"] = -_DEEP_M
        durations = phases["coast"]["duration_s"]
        durations[:, first] = t_s - begin - durations[:, first + 1 :].sum(axis=1)
        below = replace(self.work.rows, ground=Terrain.sphere(0.0 * u.m).lower())
        results = flown(below, Drawn(runs, self.drawn.changes, phases), self.work.tolerance_m)
        found = Flights(self.work, self.uniforms, self.drawn, results)
        return found.ends_s, found.states


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths of runs over a window of time, on which they may meet the ground.

    Attributes
    ----------
    start_s, length_s : float
        The window, in seconds of the flight.
    series : ndarray, shape (n, 3, terms)
        Chebyshev series of the positions (m).
    """

    start_s: float
    length_s: float
    series: Table


def positions(series: Table, window_s: tuple[float, float], times_s: Table) -> Table:
    """Return positions (m) on paths, each at its time, shape (n, 3)."""
    angle = np.arccos(np.clip(2.0 * (times_s - window_s[0]) / window_s[1] - 1.0, -1.0, 1.0))
    values = np.cos(angle[:, np.newaxis] * np.arange(series.shape[2]))
    return np.asarray(np.einsum("nct,nt->nc", series, values))


def paths_of(flights: Flights, accuracy_m: float) -> Paths | str:
    """Return the paths of flights about the times at which those among them that do meet the ground, or why not.

    Parameters
    ----------
    flights : Flights
        Some of them met the ground on their last coast.
    accuracy_m : float
        What the series may be wrong by.
    """
    _, end = flights.last_coast_s
    met = flights.ends_s[flights.on_ground]
    padding_s = max(_PADDING * float(np.ptp(met)), _SHORTEST_PADDING_S)
    earliest_s = float(flights.earliest_s.max())
    start_s = _above_all_ground(flights, max(float(met.min()) - padding_s, earliest_s), earliest_s)
    if start_s < earliest_s:
        return "at the end of the last burn they are lower than the highest ground"
    last_s = min(float(met.max()) + padding_s, float(end.min()))
    reached_s, _ = flights.at(last_s) if last_s > start_s else (np.array([np.inf]), None)
    if float(reached_s.min()) < last_s - 1e-6:  # some fall deep within the window: it ends before
        last_s = float(reached_s.min()) - _SHORTEST_PADDING_S / 10.0
    if not last_s > max(start_s, float(met.min())):
        return "their times of contact are too far apart for one window"
    few = flights.some(np.arange(min(_FEW, flights.count)))
    for terms in _TERMS:
        if float(np.abs(_series(few, start_s, last_s, terms)[:, :, -2:]).max()) < accuracy_m:
            return Paths(start_s, last_s - start_s, _series(flights, start_s, last_s, terms))
    return f"their paths over {last_s - start_s:.0f} s are no short series"


def _above_all_ground(flights: Flights, start_s: float, earliest_s: float) -> float:
    """Return a time, at most another one, at which flights are above the highest ground: before, they met none.

    It is before the earliest one that can be asked for where they never are.
    """
    ground = flights.work.rows.ground
    for some in (flights.some(np.arange(min(_FEW, flights.count))), flights):  # the few for speed, then all
        highest_m = ground.radius_m + ground.highest_m + some.drawn.runs["moon"]["terrain"]["elevation_m"] + _OVER_M
        while np.any(np.linalg.norm(some.at(start_s)[1][:, :3], axis=1) < highest_m):
            if start_s <= earliest_s:
                return -np.inf
            start_s = max(start_s - _BACK_S, earliest_s)
    return start_s


def _series(flights: Flights, start_s: float, last_s: float, terms: int) -> Table:
    """Return the Chebyshev series of the positions of flights over a window, through as many places."""
    angles = np.pi * (np.arange(terms) + 0.5) / terms
    times_s = start_s + (last_s - start_s) * 0.5 * (1.0 + np.cos(angles))
    through = np.stack([flights.at(float(t_s))[1][:, :3] for t_s in times_s], axis=2)
    factors = np.where(np.arange(terms) == 0, 1.0, 2.0) / terms
    return np.asarray(through @ (np.cos(np.outer(angles, np.arange(terms))) * factors))


def _coasts_from(kinds: NDArray[np.int64]) -> int:
    """Return the first phase of the coasts that end a plan; the number of phases where none does."""
    first = len(kinds)
    while first > 0 and kinds[first - 1] == COAST:
        first -= 1
    return first
