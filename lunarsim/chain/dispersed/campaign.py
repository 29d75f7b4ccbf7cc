"""The campaign over a mission: the chain flown many times."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from lunarsim.campaign.executors.execution import run_chunks
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.chain.dispersed.dispersed_mission import CHUNK_SIZE, DispersedMission
from lunarsim.chain.dispersed.result import MissionCampaignResult
from lunarsim.errors import InputError


@dataclass(frozen=True, eq=False)
class MissionCampaign(DispersedMission):
    """Many flights of a mission with errors, each of which computes its manoeuvres from where it is.

    In each run, a link takes on the state in which the run ended the last one. What scatters in that state is known
    then. The free numbers of the link are solved for, and what else scatters is put in after that.

    Parameters
    ----------
    mission : Mission
        What is flown.
    dispersions : mapping of str to dispersions
        For each link, by its name, what scatters in it, as for a :class:`lunarsim.Campaign`:
        ``{"insertion": {"craft.engine.thrust_error": Normal(0 * u.one, 0.005 * u.one)}}``. Values of the craft hold for
        that link.
    retargetings : mapping of str to Retargeting
        By link, what runs solve for in place of what the mission does.
    until : str, optional
        The last link that is flown. Default: the last of the mission, or the one in which the nominal mission ends. Of
        a mission that forks, the way that leads there is flown, and links are numbered along it.
    sampling : Sampling
        Default: plain Monte Carlo.
    integrator : str
        As for :func:`lunarsim.fly_mission`.

    Raises
    ------
    InputError
        If there is no such link or path, a distribution is not possible for it, or it is of something that is solved
        for.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> mission = ls.load_mission("luna25-mission")
    >>> first = mission.links[0].name
    >>> error = {"state.transverse_rate": ls.Normal(0 * u.m / u.s, 1 * u.m / u.s)}
    >>> campaign = ls.MissionCampaign(mission, {first: error}, until=mission.links[1].name)
    >>> list(campaign.inputs)
    ['links.0.state.transverse_rate']
    """

    def run(
        self,
        n: int,
        *,
        seed: int,
        out: str | os.PathLike[str] | None = None,
        resume: bool = False,
        workers: int | None = None,
        executor: Any = None,
        chunk_size: int = CHUNK_SIZE,
        on_progress: Callable[[int], None] | None = None,
    ) -> MissionCampaignResult:
        """Fly runs 0 to n - 1.

        Run i follows from the mission, the dispersions, the sampling, the seed and i alone: alone or with others, in
        any chunks, on any number of workers, it has the same bits on the same kind of processor.

        Parameters
        ----------
        n : int
            How many runs.
        seed : int
            0 to 2**64 - 1.
        out : path-like, optional
            Folder for the results; new or empty, unless ``resume`` is set. Default: they stay in memory.
        resume : bool
            Go on with what the folder holds of the same campaign.
        workers : int, optional
            How many chunks are flown at once. Default: the processors that this process may use.
        executor : optional
            A ``concurrent.futures.Executor`` or a ``dask.distributed.Client``. Default: threads of this process. Most
            of a run is Python, which threads do one at a time: a ``ProcessPoolExecutor`` keeps all processors busy.
        chunk_size : int
            Runs that are flown, stored and lost together.
        on_progress : callable, optional
            Told after each chunk how many runs it had.

        Raises
        ------
        InputError
            If an argument is not possible, or the folder holds something else.
        TargetingError
            If the nominal mission does not reach its goals. A run that does not is counted.
        """
        if out is None and resume:
            raise InputError("resume: expected the folder of the campaign as out")
        work, manifest = self.work(n, seed), self.manifest(n, seed, chunk_size)
        if out is None:
            opened: ChunkStore | MemoryStore = MemoryStore(manifest)
        else:
            opened = ChunkStore.resume(out, manifest) if resume else ChunkStore.create(out, manifest)
        with closing(opened) as store:

            def on_done(index: int, columns: Columns, seconds: float) -> None:
                store.write(index, columns, seconds)
                if on_progress is not None:
                    on_progress(manifest.chunk(index).count)

            run_chunks(work, store.missing(), workers=workers, executor=executor, on_done=on_done)
        return MissionCampaignResult(campaign=self, seed=seed, n=n, store=store)

    def open(self, folder: str | os.PathLike[str]) -> MissionCampaignResult:
        """Return what a folder holds of this campaign; the runs that were not flown are missing.

        Raises
        ------
        InputError
            If the folder holds another campaign.
        DataError
            If there is no store, or it is damaged.
        """
        store = ChunkStore.open(folder)
        asked = self.manifest(store.manifest.runs, store.manifest.seed, store.manifest.chunk_size)
        store.manifest.check_same(asked, store.folder)
        return MissionCampaignResult(campaign=self, seed=asked.seed, n=asked.runs, store=store)
