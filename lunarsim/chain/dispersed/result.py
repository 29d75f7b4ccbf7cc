"""The runs of a campaign over a mission, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.table import Table
from numpy.typing import NDArray

from lunarsim import statistics
from lunarsim.campaign.outcome import OUTCOMES, codes_of
from lunarsim.campaign.store.dataset import open_dataset
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.chain.dispersed.columns import FAILURES
from lunarsim.chain.dispersed.dispersed_mission import DispersedMission
from lunarsim.chain.mission_flight import MissionFlight
from lunarsim.display import as_table
from lunarsim.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

PROBABILITIES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, eq=False, kw_only=True)
class MissionCampaignResult:
    """The runs of a campaign over a mission: what was drawn, what each solved for, and what came out.

    Made by :meth:`lunarsim.MissionCampaign.run`.

    Attributes
    ----------
    campaign : DispersedMission
        What was flown.
    seed, n : int
        As asked for.
    store : ChunkStore or MemoryStore
        Where the columns are.
    """

    campaign: DispersedMission
    seed: int
    n: int
    store: ChunkStore | MemoryStore
    _read: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False, init=False)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """All columns along the dimension ``run``, in SI and degrees.

        ``links.0.`` is the first link. A column of it is an input, by its path; ``start.`` what the link began with; a
        number that was solved for; a goal, by its name; its ``delta_v_mps``. ``end.`` is how the last link ended.
        """
        return open_dataset(self.store)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return sum(self.store.manifest.chunk(index).count for index in self.store.done)

    def column(self, name: str) -> NDArray[Any]:
        """Return one column.

        Raises
        ------
        InputError
            If there is no such column.
        """
        if name not in self._read:
            self._read[name] = open_dataset(self.store, [name])[name].values
        return self._read[name]

    def where(self, outcome: str | None = None) -> NDArray[np.bool_]:
        """Return which runs ended so; for None, which were flown to their end.

        Raises
        ------
        InputError
            If there is no such outcome.
        """
        if outcome is None:
            return np.asarray(self.column("why") == 0)
        return np.isin(self.column("outcome"), codes_of(outcome))

    def rates(self, *, confidence: float = 0.95) -> dict[str, statistics.Rate]:
        """Return how often each outcome came, with its interval; those that did not come are left out."""
        found = statistics.outcome_rates(self.column("outcome"), OUTCOMES, confidence=confidence)
        return {name: rate for name, rate in found.items() if rate.count > 0}

    def failures(self) -> dict[str, int]:
        """Return how many runs failed, by the link and the reason."""
        links = [link.name for link in self.campaign.links]
        pairs = np.stack([self.column("links_flown"), self.column("why")], axis=1)
        found, counts = np.unique(pairs[pairs[:, 1] > 0], axis=0, return_counts=True)
        return {
            f"link '{links[k]}': {FAILURES[why].value}": int(count)
            for (k, why), count in zip(found.tolist(), counts, strict=True)
        }

    def quantiles(
        self, column: str, probabilities: Sequence[float] = PROBABILITIES, *, confidence: float = 0.95
    ) -> tuple[statistics.Quantile, ...]:
        """Return quantiles of a column over the runs that have it, with intervals that assume no distribution."""
        return statistics.quantiles(self._finite(column)[0], probabilities, confidence=confidence)

    def covariance(self, *columns: str) -> NDArray[np.float64]:
        """Return the covariance of columns over the runs that have all of them, shape (k, k), in the columns' units."""
        values, _ = self._finite(*columns)
        return np.atleast_2d(np.cov(values, rowvar=False))

    def tornado(self, column: str, *, probability: float = 0.9) -> statistics.Tornado:
        """Return which of the dispersed values move a column, and how far, over the runs that have it.

        Raises
        ------
        InputError
            As :func:`lunarsim.statistics.tornado`, or if there are no more runs than inputs.
        """
        values, there = self._finite(column)
        inputs = {name: self.column(name)[there].astype(float) for name in self.campaign.inputs}
        units = {name: path.unit.to_string().replace(" ", "") for name, path in self.campaign.inputs.items()}
        varied = {name: each for name, each in inputs.items() if np.ptp(each) > 0.0}
        return statistics.tornado(varied, values, probability=probability, units=units)

    def _finite(self, *columns: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the columns of the runs that have all of them, and which these are."""
        values = np.stack([self.column(name).astype(float) for name in columns], axis=-1)
        there = np.all(np.isfinite(values), axis=-1)
        if not there.any():
            raise InputError(f"no run has {' and '.join(columns)}; see failures()")
        return (values[there, 0] if len(columns) == 1 else values[there]), there

    def table(self, probabilities: Sequence[float] = PROBABILITIES) -> Table:
        """Return a row for each column: in how many runs it is there, its mean, its deviation and its quantiles."""
        rows = []
        for column in self.store.manifest.columns:
            values = self.column(column.name)
            values = values[np.isfinite(values)] if column.dtype == "float64" else np.empty(0)
            if values.size > 1:
                spread = (values.mean(), values.std(ddof=1), *np.quantile(values, probabilities))
                rows.append((column.name, column.unit, values.size, *map(float, spread)))
        names = ("column", "unit", "runs", "mean", "deviation", *(f"{100.0 * p:g} %" for p in probabilities))
        return Table(rows=rows, names=names, meta={"mission": self.campaign.mission.name, "seed": self.seed})

    def rerun(self, i: int) -> MissionFlight:
        """Fly run i again, and return all of it; see :meth:`lunarsim.MissionCampaign.rerun`."""
        return self.campaign.rerun(i, seed=self.seed, n=self.n)

    def _shares(self) -> list[tuple[str, str]]:
        rates = [(name, f"{rate.count:,} runs: {rate.value:.1%}") for name, rate in self.rates().items()]
        return [*rates, *((f"failed: {why}", f"{count:,}") for why, count in self.failures().items())]

    def _repr_html_(self) -> str:
        mission = self.campaign.mission
        return as_table(f"{mission.title or mission.name}: {self.runs:,} runs, seed {self.seed}", self._shares())

    def __repr__(self) -> str:
        rates = ", ".join(f"{rate.value:.1%} {name}" for name, rate in self.rates().items())
        return f"<{self.runs} runs of {self.campaign.mission.name}, seed {self.seed}: {rates}>"
