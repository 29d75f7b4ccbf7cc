"""The work of a campaign over a mission: runs by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.inputs.sampling import Sampling
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.chain.dispersed.columns import columns_of, numbers_of
from lunarsim.chain.dispersed.nominal import NominalLink
from lunarsim.chain.dispersed.run import MissionRun, fly_run


@dataclass(frozen=True, kw_only=True, eq=False)
class MissionFlying:
    """A function of the numbers of its runs, and of nothing else; pickle knows the way to it.

    Attributes
    ----------
    links : tuple of NominalLink
        The nominal mission.
    drawing : tuple of Flying or None
        What draws the values of each link; None where nothing scatters.
    columns : tuple of Column
        What is kept of a run.
    sampling : Sampling
        Where the uniform numbers come from.
    seed, runs : int
        Of the campaign.
    integrator : str
        As for :func:`lunarsim.simulate`.
    """

    links: tuple[NominalLink, ...]
    drawing: tuple[Flying | None, ...]
    columns: tuple[Column, ...]
    sampling: Sampling
    seed: int
    runs: int
    integrator: str

    @property
    def dimensions(self) -> int:
        """How many uniform numbers a run takes."""
        return sum(each.dimensions for each in self.drawing if each is not None)

    def __call__(self, first: int, count: int) -> Columns:
        """Fly some runs and return their columns."""
        rows = [numbers_of(self.links, values, self.run_of(values)) for values in self.values(first, count)]
        return columns_of(self.columns, rows)

    def values(self, first: int, count: int) -> list[list[dict[str, float]]]:
        """Return what is drawn for some runs: for each run and link the values by path, in the paths' units."""
        return self.values_of(self.sampling.uniforms(self.seed, first, count, self.dimensions, self.runs))

    def values_of(self, uniforms: NDArray[np.float64]) -> list[list[dict[str, float]]]:
        """Return the values for uniform numbers of shape (n, dimensions), which the links share out in their order."""
        by_link: list[dict[str, NDArray[np.float64]]] = []
        at = 0
        for each in self.drawing:
            if each is None:
                by_link.append({})
                continue
            by_link.append(each.values_of(uniforms[:, at : at + each.dimensions]))
            at += each.dimensions
        return [
            [{name: float(values[i]) for name, values in drawn.items()} for drawn in by_link]
            for i in range(len(uniforms))
        ]

    def run_of(self, values: Sequence[dict[str, float]]) -> MissionRun:
        """Fly the run of some values."""
        return fly_run(self.links, values, self.integrator)
