"""A campaign as an expansion in its inputs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lunarsim import checks
from lunarsim.arguments import checked
from lunarsim.campaign.dispersed_scenario import CHUNK_SIZE, DispersedScenario
from lunarsim.campaign.executors.execution import run_chunks
from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.campaign.expansion.rare_events import EventProbability, Margins, event_probability
from lunarsim.campaign.expansion.result import ExpansionResult, check_runs
from lunarsim.campaign.expansion.runs import EXACT, ExpandedRuns
from lunarsim.campaign.expansion.training import Training
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.errors import InputError
from lunarsim.statistics.columns import percent

CHECKED_RUNS = 200  # that are flown exactly beside those of a result
_CHECK_STREAM = 1
_FEWEST_EXACT = 100  # runs that confirm a probability


@checked
@dataclass(frozen=True, eq=False)
class CampaignExpansion:
    """The runs of a campaign as polynomials in its inputs. Made by :meth:`~lunarsim.Campaign.expand`.

    Run i has the inputs of run i of the campaign itself, so that the two can be held against each other. Each run
    has an estimate of its error; where that is above the tolerance, where the inputs lie beyond those of the training
    runs, and where it is not clear how a burn ends, the run is flown exactly.

    Attributes
    ----------
    campaign : DispersedScenario
        What is expanded.
    training : Training
        The expansions, and what it took to train them.
    """

    campaign: DispersedScenario
    training: Training

    @cached_property
    def _coordinates(self) -> Coordinates:
        return Coordinates(self.campaign.work(1, 0))

    def work(self, n: int, seed: int) -> ExpandedRuns:
        """Return what expands the runs, ``work(first, count)``; it can be sent to other machines."""
        work = self.campaign.work(n, seed)
        return ExpandedRuns(work, Coordinates(work), self.training)

    def manifest(self, n: int, seed: int, chunk_size: int = CHUNK_SIZE) -> Manifest:
        """Return what a store of this expansion holds: it is never taken for one of exact runs, nor resumed as one."""
        whole = self.campaign.manifest(n, seed, chunk_size)
        how = self.training.options.to_document()
        digest = hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()
        return dataclasses.replace(
            whole,
            hashes={**whole.hashes, "expansion": digest},
            columns=self.work(n, seed).described,
            notes={**whole.notes, "expansion": how},
        )

    def run(
        self,
        n: int,
        *,
        seed: int,
        out: str | os.PathLike[str] | None = None,
        resume: bool = False,
        workers: int | None = None,
        executor: Any = None,
        keep: Sequence[str] | None = None,
        chunk_size: int = CHUNK_SIZE,
        on_progress: Callable[[int], None] | None = None,
    ) -> ExpansionResult:
        """Return runs 0 to n - 1.

        Parameters
        ----------
        n, seed, out, resume, workers, executor, keep, chunk_size, on_progress
            As of :meth:`~lunarsim.Campaign.run`.

        Returns
        -------
        ExpansionResult
            A campaign's result, with a column of errors, and with a random check of 200 runs.

        Raises
        ------
        InputError
            If an argument is not possible, there is no room, or the folder holds something else, be it the exact runs
            of the same campaign.
        OutputError
            If the folder cannot be written to, or the disk is full; what was stored is safe.

        Examples
        --------
        >>> import lunarsim as ls
        >>> expansion = ls.load_campaign("luna25").expand(order=2)  # doctest: +SKIP
        >>> print(expansion.run(1_000_000, seed=1, out="luna25-expanded"))  # doctest: +SKIP
        """
        work, manifest = self.work(n, seed), self.manifest(n, seed, chunk_size)
        kept = None if keep is None else [*keep, EXACT.name]
        with closing(_store(manifest, out, resume, kept)) as store:

            def on_done(index: int, columns: Columns, seconds: float) -> None:
                store.write(index, columns, seconds)
                if on_progress is not None:
                    on_progress(manifest.chunk(index).count)

            run_chunks(work, store.missing(), workers=workers, executor=executor, on_done=on_done)
        return self._result(n, seed, store)

    def probability(
        self,
        event: Callable[[Any], Any],
        *,
        n: int = 1_000_000,
        exact: int = 2000,
        seed: int = 0,
        confidence: float = 0.95,
        workers: int | None = None,
    ) -> EventProbability:
        """Return how probable an event is, be it ever so rare.

        An event that gives numbers is approached by subset simulation, with some 30,000 expanded runs for each factor
        of ten. Where its numbers do not show the way, because most runs have NaN or the same number, and where the
        event gives True or False, it is counted among n expanded runs, of which only those with the event stay
        in memory. Then exact runs are drawn where the event happens, and weighted to speak of the campaign
        (importance sampling): these, and not the expansion, decide the value.

        Parameters
        ----------
        event : callable
            ``event(runs)``; ``runs`` maps the names of the campaign's columns to arrays, as for
            :func:`lunarsim.column`. It gives, for each run, True or False, or a number or quantity that is zero or
            more where the event happens and grows towards it; NaN where it cannot.
        n : int
            How many runs are expanded, at most, all levels of all subset simulations together.
        exact : int
            Exact runs that confirm it, 100 or more; 0: the expansion is believed.
        seed : int
            Of all that is random.
        confidence : float
            Of the intervals.
        workers : int, optional
            How many blocks are counted at once. Default: the processors that this process may use.

        Raises
        ------
        InputError
            If an argument is not possible, or the event gives something else.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> expansion = ls.load_campaign("luna25").expand(order=2)  # doctest: +SKIP
        >>> print(expansion.probability(lambda runs: runs["latitude_deg"] + 52.5 * u.deg))  # doctest: +SKIP
        """
        for name, value, least in (("n", n, 1000), ("exact", exact, 0)):
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= 10**12:
                raise InputError(f"{name} = {value!r}: expected a whole number from {least} to 10**12")
        if 0 < exact < _FEWEST_EXACT:
            raise InputError(f"exact = {exact}: expected 0, or {_FEWEST_EXACT} runs or more, so that they scatter")
        margins = Margins(self.work(n, seed), event)
        return event_probability(
            margins,
            n=n,
            exact=exact,
            seed=seed,
            confidence=checks.number("confidence", confidence, minimum=0.5, maximum=0.99999),
            workers=workers,
        )

    def open(self, folder: str | os.PathLike[str]) -> ExpansionResult:
        """Return what a folder holds of this expansion.

        Raises
        ------
        InputError
            If the folder holds something else: another campaign, or another expansion, or exact runs.
        DataError
            If there is no store, or it is damaged.
        """
        store = ChunkStore.open(folder)
        asked = self.manifest(store.manifest.runs, store.manifest.seed, store.manifest.chunk_size)
        store.manifest.check_same(asked, store.folder)
        return self._result(asked.runs, asked.seed, store)

    def _result(self, n: int, seed: int, store: ChunkStore | MemoryStore) -> ExpansionResult:
        generator = np.random.default_rng((seed, _CHECK_STREAM))
        chosen = np.sort(generator.choice(n, size=min(CHECKED_RUNS, n), replace=False)).astype(np.int64)
        check = check_runs(self.work(n, seed), chosen)
        return ExpansionResult(campaign=self.campaign, seed=seed, n=n, store=store, training=self.training, check=check)

    def __str__(self) -> str:
        training = self.training
        options, names = training.options, self._coordinates
        switches = f", for each choice of {', '.join(names.switches)}" if names.switches else ""
        lines = [
            f"expansion of order {options.order} of {self.campaign.scenario.name} in {names.size} coordinates, "
            f"{training.terms} terms{switches}",
            f"trained by {training.flights:,} exact flights in {training.seconds:.1f} s of processor time: "
            f"{len(training.branches)} branches",
            f"errors below the estimate in {100.0 * options.confidence:g} % of the runs; flown exactly where that is "
            f"above {options.tolerance_m:g} m",
        ]
        trained = names.likeliest_keys()
        if len(trained) < names.choices:
            others = percent(1.0 - sum(p for _, p in trained))
            lines.append(
                f"of {names.choices:,} choices of these the {len(trained)} likeliest are expanded; runs with another, "
                f"{others} of all, are always flown exactly"
            )
        lines += [f"always flown exactly: {name} ({why})" for name, why in training.exact]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<{self}>".replace("\n", "; ")


def _store(
    manifest: Manifest, out: str | os.PathLike[str] | None, resume: bool, keep: Sequence[str] | None
) -> ChunkStore | MemoryStore:
    if out is None:
        if resume:
            raise InputError("resume: expected the folder of the expansion as out")
        return MemoryStore(manifest, keep)
    return ChunkStore.resume(out, manifest) if resume else ChunkStore.create(out, manifest)
