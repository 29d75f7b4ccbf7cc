"""The campaign: one scenario, dispersed, flown many times."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import numba
import numpy as np
import scipy
from astropy import units as u

from lunarsim import __version__, declarations
from lunarsim.arguments import checked
from lunarsim.campaign.columns import described
from lunarsim.campaign.executors.execution import run_chunks
from lunarsim.campaign.executors.flying import Flying, Group
from lunarsim.campaign.inputs.dispersion_checks import check_group
from lunarsim.campaign.inputs.distributions import Distribution
from lunarsim.campaign.inputs.paths import Path, check_orbit, edited, find
from lunarsim.campaign.inputs.sampling import LatinHypercube, MonteCarlo, Sampling
from lunarsim.campaign.inputs.titles import joint_title
from lunarsim.campaign.outcome import codes_of
from lunarsim.campaign.result import CampaignResult
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.campaign.store.prefix import Prefix
from lunarsim.declarations import number
from lunarsim.errors import InputError, ModelWarning, nearest, warn
from lunarsim.flight import Flight, simulate
from lunarsim.kernels import places
from lunarsim.kernels.compiled import source_digest
from lunarsim.mission import Scenario
from lunarsim.statistics import SaltelliDesign, SobolIndices, StoppingRule, sobol_indices

Dispersions = Mapping[str | tuple[str, ...], Distribution]

CHUNK_SIZE = 8192


_SEED = "craft.navigation.seed"
_NOISES = ("position_noise", "velocity_noise", "altitude_noise")


@checked
@dataclass(frozen=True, eq=False)
class Campaign:
    """Many flights of one scenario, some of whose values scatter.

    Parameters
    ----------
    scenario : Scenario
        What is flown. A fault of it may be dispersed too: then it is there in some of the runs.
    dispersions : mapping of str, or tuple of str, to Distribution
        What scatters, by path, such as ``{"craft.engine.thrust": Normal(266 * u.N, 1 * u.N)}``; a tuple of paths
        for a joint distribution. See :func:`lunarsim.campaign.dispersible` for those of a scenario. Epoch,
        ignitions, the state's ``radial`` to ``normal_rate`` and the terrain's elevation are offsets.
    sampling : Sampling
        Default: plain Monte Carlo.
    tolerance : Quantity
        Local error of the position in a step of the compiled driver. With the default, Luna-25's flights end within
        about a centimetre of the reference driver's; ``CampaignResult.held_out`` measures it for a campaign.

    Raises
    ------
    InputError
        If there is no such path, it is dispersed twice, a distribution is of another dimension, has a parameter
        beyond the bounds of what it disperses or no possible value, a dispersed fault is not given by a
        probability, or the state is dispersed and has no orbital plane: at rest, or in vertical flight.
    """

    scenario: Scenario
    dispersions: Dispersions
    sampling: Sampling = field(default_factory=MonteCarlo)
    tolerance: u.Quantity = number(  # doubles carry 4e-10 m of a lunar orbit
        1e-3, u.m, low=1e-9, high=1e6, text="Local error of the position in a step."
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        if not isinstance(self.scenario, Scenario):
            raise InputError(f"scenario = {self.scenario!r}: expected a Scenario, such as load_scenario('luna25')")
        if not isinstance(self.dispersions, Mapping) or not self.dispersions:
            raise InputError("dispersions is empty: expected a mapping of paths to distributions, at least one")
        seen: set[str] = set()
        for names, distribution in self.groups:
            check_group(self.scenario, names, distribution)
            for name in names:
                if name in seen:
                    raise InputError(f"'{name}' is dispersed twice: expected one distribution for a path")
                seen.add(name)
        _check_noise(self.scenario, seen)
        check_orbit(self.scenario, seen)

    def run(
        self,
        n: int,
        *,
        seed: int,
        out: str | os.PathLike[str] | None = None,
        resume: bool = False,
        workers: int | None = None,
        executor: Any = None,
        until: StoppingRule | None = None,
        keep: Sequence[str] | None = None,
        chunk_size: int = CHUNK_SIZE,
        on_progress: Callable[[int], None] | None = None,
    ) -> CampaignResult:
        """Fly runs 0 to n - 1.

        Run i follows from the scenario, the dispersions, the sampling, the seed and i alone: alone or with others,
        in any chunks, on any number of threads or workers, it has the same bits on the same kind of processor.

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
            A ``dask.distributed.Client``, or a ``concurrent.futures.Executor``. Default: threads of this process.
        until : StoppingRule, optional
            Stop when enough is known. It is asked after each chunk, in the order of the runs, so that where it
            stops does not depend on the workers.
        keep : sequence of str, optional
            Columns to keep in memory where there is no folder. Default: all.
        chunk_size : int
            Runs that are flown, stored and lost together.
        on_progress : callable, optional
            Told after each chunk how many runs it had.

        Raises
        ------
        InputError
            If an argument is not possible, there is no room, or the folder holds something else.
        OutputError
            If the folder cannot be written to, or the disk is full; what was stored is safe.

        Warns
        -----
        ModelWarning
            If a dispersed value changes nothing between its 1 % and its 99 % quantile, the others at their medians.
        """
        work, manifest = self.work(n, seed), self.manifest(n, seed, chunk_size)
        _check_rule(until)
        with closing(_store(manifest, out, resume, keep)) as store:
            _warn_of_idle(work)
            prefix = Prefix(store, until)

            def on_done(index: int, columns: Columns, seconds: float) -> bool:
                store.write(index, columns, seconds)
                if on_progress is not None:
                    on_progress(manifest.chunk(index).count)
                return prefix.is_enough()

            if not prefix.is_enough():
                run_chunks(work, store.missing(), workers=workers, executor=executor, on_done=on_done)
        chunks = prefix.chunks if until else None
        return CampaignResult(campaign=self, seed=seed, n=n, store=store, chunks=chunks, rule=until)

    def open(self, folder: str | os.PathLike[str]) -> CampaignResult:
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
        return CampaignResult(campaign=self, seed=asked.seed, n=asked.runs, store=store)

    def with_dispersions(self, dispersions: Dispersions) -> Campaign:
        """Return the same campaign with other dispersions."""
        return replace(self, dispersions=dispersions)

    @property
    def inputs(self) -> dict[str, Path]:
        """The dispersed values by path, in the order in which they are drawn."""
        return {name: find(self.scenario, name) for names, _ in self.groups for name in names}

    @property
    def input_units(self) -> dict[str, u.UnitBase]:
        """The unit in which each dispersed value's distribution is given, by path; columns of results are in SI."""
        pairs = [pair for names, each in self.groups for pair in zip(names, each.unit, strict=True)]
        return dict(pairs)

    @property
    def groups(self) -> tuple[tuple[Group, Distribution], ...]:
        """Which paths are drawn together, and how."""
        pairs = self.dispersions.items()
        return tuple(((names,) if isinstance(names, str) else tuple(names), each) for names, each in pairs)

    def rerun(self, i: int, *, seed: int, n: int | None = None) -> Flight:
        """Fly run i with the reference driver.

        Parameters
        ----------
        i, seed : int
            Which run.
        n : int, optional
            How many runs the campaign has; only a Latin hypercube needs it.
        """
        return simulate(self.scenario_of(i, seed=seed, n=n))

    def scenario_of(self, i: int, *, seed: int, n: int | None = None) -> Scenario:
        """Return the scenario of run i: that of the campaign, with the values that were drawn."""
        if n is None and isinstance(self.sampling, LatinHypercube):
            raise InputError("n is missing: in a Latin hypercube a run depends on how many there are")
        i = _whole("i", i, 0, 10**15 if n is None else n - 1)
        values = self.work(n or i + 1, seed).values(i, 1)
        return edited(self.scenario, {name: float(column[0]) for name, column in values.items()})

    def sobol(
        self,
        column: str,
        *,
        base: int = 1024,
        seed: int = 0,
        outcome: str | None = None,
        confidence: float = 0.95,
    ) -> SobolIndices:
        """Return Sobol' indices: which share of the variance of an output each dispersed value answers for.

        It flies runs of its own, ``base * (number of distributions + 2)``, with a design that changes one
        distribution at a time; values that are drawn together count as one.

        Parameters
        ----------
        column : str
            The output, such as ``"latitude_deg"``.
        base : int
            A power of 2.
        seed : int
            Of the design and of the bootstrap.
        outcome : str, optional
            Take 1 for runs that end so and 0 for others, whatever the column.
        confidence : float
            Of the intervals.

        Raises
        ------
        InputError
            If there is no such column or outcome, or a run could not be flown.
        """
        codes = None if outcome is None else codes_of(outcome)
        column = column if codes is None else "outcome"
        design = SaltelliDesign(
            factors={", ".join(names): each.draws for names, each in self.groups}, base=base, seed=seed
        )
        work = self.work(design.total, seed)
        columns = [work.columns_of(design.uniforms(first, count)) for first, count in _pieces(design.total)]
        if column not in columns[0]:
            raise InputError(f"column '{column}': {nearest(column, columns[0])}")
        failed = sum(int(np.count_nonzero(each["outcome"] == places.FAILED)) for each in columns)
        if failed:
            raise InputError(
                f"{failed} of {design.total} runs could not be flown: narrow the dispersions that cause it"
            )
        values = np.concatenate([each[column] for each in columns])
        chosen = values if codes is None else np.isin(values, codes)
        titles = {", ".join(names): joint_title(names, self.scenario) for names, _ in self.groups}
        return sobol_indices(design, chosen.astype(float), confidence=confidence, seed=seed, titles=titles)

    def work(self, n: int, seed: int) -> Flying:
        """Return what flies the runs, ``work(first, count)``; it can be sent to other machines."""
        return Flying(
            scenario=self.scenario,
            inputs=self.inputs,
            groups=self.groups,
            sampling=self.sampling,
            tolerance_m=float(self.tolerance.to_value(u.m)),
            seed=_whole("seed", seed, 0, 2**64 - 1),
            runs=_whole("n", n, 1, 10**15),
        )

    def manifest(self, n: int, seed: int, chunk_size: int = CHUNK_SIZE) -> Manifest:
        """Return what a store of this campaign holds."""
        work = self.work(n, seed)
        how = self.sampling.to_document()
        dispersions = [[list(names), distribution.to_document()] for names, distribution in work.groups]
        return Manifest(
            name=self.scenario.name,
            hashes={
                "scenario": work.rows.digest(),
                "dispersions": _digest(dispersions),
                "tolerance": _digest(work.tolerance_m.hex()),
            },
            seed=seed,
            runs=n,
            sampling=json.dumps(how, sort_keys=True),
            extendable=not isinstance(self.sampling, LatinHypercube),
            chunk_size=chunk_size,
            columns=described(work.inputs, work.scenario),
            versions={
                "lunarsim": __version__,
                "kernels": source_digest(),
                **{module.__name__: module.__version__ for module in (numba, np, scipy)},
            },
            notes={"dispersions": dispersions, "title": self.scenario.title},
        )


def _store(
    manifest: Manifest, out: str | os.PathLike[str] | None, resume: bool, keep: Sequence[str] | None
) -> ChunkStore | MemoryStore:
    if out is None:
        if resume:
            raise InputError("resume: expected the folder of the campaign as out")
        return MemoryStore(manifest, keep)
    return ChunkStore.resume(out, manifest) if resume else ChunkStore.create(out, manifest)


def _check_rule(until: StoppingRule | None) -> None:
    if until is None:
        return
    if not callable(getattr(until, "met", None)):
        raise InputError(
            f"until = {until!r}: expected a rule such as IntervalNarrowEnough(outcome='impact', half_width=0.01)"
        )
    outcome = getattr(until, "outcome", None)
    if outcome is not None and getattr(until, "column", "outcome") == "outcome" and len(codes_of(outcome)) > 1:
        raise InputError(f"until: '{outcome}' is several outcomes: expected one, such as 'impact'")


def _check_noise(scenario: Scenario, names: set[str]) -> None:
    """Refuse noise that would be the same in every run."""
    if scenario.craft is None or not scenario.guided or _SEED in names:
        return
    errors = scenario.craft.navigation
    noisy = [f"craft.navigation.{name}" for name in _NOISES if getattr(errors, name).value > 0.0]
    noisy += [name for name in names if name.endswith(_NOISES)]
    if noisy:
        raise InputError(
            f"'{noisy[0]}' is noise, and all runs would have the same: disperse its seed too, such as "
            f"'{_SEED}': Uniform(0 * u.one, 1e15 * u.one)"
        )


def _warn_of_idle(work: Flying) -> None:
    """Warn of dispersed values that change nothing: a dispersion that is silently not applied misleads."""
    faults = [names for names, _ in work.groups if names[0].startswith("faults.")]
    at = 0
    for names, distribution in work.groups:
        if names not in faults:
            uniforms = np.full((2, work.dimensions), 0.5)
            uniforms[:, at : at + distribution.draws] = np.array([[0.01], [0.99]])
            values = work.values_of(uniforms)
            both = [{**values, **{name[0]: np.full(2, there) for name in faults}} for there in (0.0, 1.0)]
            flown = [work.fly(each)[:, : places.EVALUATIONS] for each in both]
            sound = all(np.all(each[:, places.FAILURE] == places.SOUND) for each in flown)
            if sound and all(np.array_equal(low, high) for low, high in flown):
                warn(
                    f"{', '.join(names)}: {distribution!r} changes nothing in the scenario '{work.scenario.name}'",
                    ModelWarning,
                )
        at += distribution.draws


def _pieces(total: int) -> list[tuple[int, int]]:
    return [(first, min(CHUNK_SIZE, total - first)) for first in range(0, total, CHUNK_SIZE)]


def _whole(name: str, value: int, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
        raise InputError(f"{name} = {value!r}: expected a whole number from {least} to {most}")
    return int(value)


def _digest(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
