"""The campaign: one scenario, dispersed, flown many times."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy import units as u

from lunarsim import checks
from lunarsim.arguments import checked
from lunarsim.campaign.dispersed_scenario import CHUNK_SIZE, DispersedScenario
from lunarsim.campaign.executors.execution import run_chunks
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.campaign.expansion.expansion import CampaignExpansion
from lunarsim.campaign.expansion.options import Options
from lunarsim.campaign.expansion.training import check_expandable, train, usual_training
from lunarsim.campaign.inputs.paths import COMPUTER_SEED, is_fault
from lunarsim.campaign.inputs.titles import joint_title
from lunarsim.campaign.outcome import codes_of
from lunarsim.campaign.outputs import ended_alike
from lunarsim.campaign.result import CampaignResult
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.campaign.store.prefix import Prefix
from lunarsim.errors import InputError, ModelWarning, warn
from lunarsim.kernels.codes import FAILED, SOUND
from lunarsim.names import told
from lunarsim.statistics import SaltelliDesign, SobolIndices, StoppingRule, sobol_indices


@checked
@dataclass(frozen=True, eq=False)
class Campaign(DispersedScenario):
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
        about a centimetre of the reference driver's; ``CampaignResult.cross_check`` measures it for a campaign.
    columns : sequence of callable
        Columns of your own, beside those of the package: functions that :func:`lunarsim.column` made columns.

    Raises
    ------
    InputError
        If there is no such path, it is dispersed twice, a distribution is of another dimension, has a parameter
        beyond the bounds of what it disperses or no possible value, a dispersed fault is not given by a
        probability, or the state is dispersed and has no orbital plane: at rest, or in vertical flight; or if one of
        ``columns`` is no column, or has the name of another.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> scenario = ls.load_scenario("luna25").without_faults()
    >>> campaign = ls.Campaign(scenario, {"craft.engine.thrust": ls.Normal(265 * u.N, 2 * u.N)})
    >>> list(campaign.inputs)
    ['craft.engine.thrust']
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
        if self.columns:  # what is wrong with one is told before there is a folder, and before the first chunk
            work.columns_of(np.repeat([[0.25], [0.75]], work.dimensions, axis=1))
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

    def expand(
        self,
        *,
        order: int = 3,
        training: int | None = None,
        calibration: int = 200,
        tolerance: u.Quantity = 10.0 * u.m,
        confidence: float = 0.99,
        spread: float = 1.25,
        seed: int = 0,
    ) -> CampaignExpansion:
        """Return the campaign as an expansion in its inputs: some hundred exact runs train polynomials for the rest.

        An expanded run takes some microseconds. There is an expansion for each choice of faults, and for each way in
        which the burns end; terrain is met by the expanded path as it is by an exact one.

        Parameters
        ----------
        order : int
            Total order of the polynomials, from 1 to 6.
        training : int, optional
            Exact runs for each choice of the faults. Default: twice as many as terms, at least 300.
        calibration : int
            Further exact runs, to which the error estimate is held.
        tolerance : Quantity
            Runs whose estimated error of the position at the end is above this are flown exactly.
        confidence : float
            In which share of the runs the error is to be below its estimate.
        spread : float
            How many times as wide as the campaign the training runs scatter, of what is normally distributed; more
            for rare events.
        seed : int
            Of the training runs.

        Returns
        -------
        CampaignExpansion
            See its :meth:`~lunarsim.campaign.CampaignExpansion.run` and
            :meth:`~lunarsim.campaign.CampaignExpansion.probability`.

        Raises
        ------
        InputError
            If the scenario has guided phases, whose ends are no polynomials; if a seed of noise is dispersed; if there
            are fewer training runs than the order takes, or an argument is out of its bounds.

        Examples
        --------
        >>> import lunarsim as ls
        >>> print(ls.load_campaign("luna25").expand())  # doctest: +SKIP
        """
        work = self.work(1, 0)
        check_expandable(work)
        coordinates = Coordinates(work)
        order = _within("order", order, 1, 6)
        usual = usual_training(coordinates, order)
        options = Options(
            order=order,
            training=_within("training", usual if training is None else training, 2, 10**6),
            calibration=_within("calibration", calibration, 1, 10**6),
            seed=_within("seed", seed, 0, 2**63 - 1),
            spread=checks.number("spread", spread, minimum=0.1, maximum=10.0),
            tolerance_m=_tolerance_m(tolerance),
            confidence=checks.number("confidence", confidence, minimum=0.5, maximum=0.99999),
        )
        return CampaignExpansion(self, train(work, coordinates, options))

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
            raise InputError(f"column '{column}': {told(column, columns[0])}")
        failed = sum(int(np.count_nonzero(each["outcome"] == FAILED)) for each in columns)
        if failed:
            raise InputError(
                f"{failed} of {design.total} runs could not be flown: narrow the dispersions that cause it"
            )
        values = np.concatenate([each[column] for each in columns])
        chosen = values if codes is None else np.isin(values, codes)
        titles = {", ".join(names): joint_title(names, self.scenario) for names, _ in self.groups}
        return sobol_indices(design, chosen.astype(float), confidence=confidence, seed=seed, titles=titles)


def _within(name: str, value: int, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not least <= value <= most:
        raise InputError(f"{name} = {value!r}: expected a whole number from {least} to {most}")
    return int(value)


def _tolerance_m(tolerance: u.Quantity) -> float:
    if not isinstance(tolerance, u.Quantity) or tolerance.unit.physical_type != "length":
        raise InputError(f"tolerance = {tolerance!r}: expected a length such as 10 * u.m")
    return checks.number("tolerance", float(tolerance.to_value(u.m)), minimum=1e-3, maximum=1e6)


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


def _warn_of_idle(work: Flying) -> None:
    """Warn of dispersed values that change nothing: a dispersion that is silently not applied misleads.

    Each is flown at two of its values, the others at their middle; where faults are dispersed, without and with them.
    Not the seed of a computer: two of them may well pack commands alike.
    """
    faults = [names[0] for names, _ in work.groups if is_fault(names[0])]
    asked, uniforms, at = [], [], 0
    for names, distribution in work.groups:
        if names[0] not in faults and names[0] != COMPUTER_SEED:
            pair = np.full((2, work.dimensions), 0.5)
            pair[:, at : at + distribution.draws] = np.array([[0.01], [0.99]])
            asked.append((names, distribution))
            uniforms.append(pair)
        at += distribution.draws
    if not asked:
        return
    values = work.values_of(np.concatenate(uniforms))
    flown = [
        work.fly({**values, **{name: np.full(2 * len(asked), there) for name in faults}}).runs
        for there in ((0.0, 1.0) if faults else (0.0,))
    ]
    for k, (names, distribution) in enumerate(asked):
        pairs = [runs[2 * k : 2 * k + 2] for runs in flown]
        if all(np.all(pair["failure"] == SOUND) and ended_alike(*pair) for pair in pairs):
            warn(
                f"{', '.join(names)}: {distribution!r} changes nothing in the scenario '{work.scenario.name}'",
                ModelWarning,
            )


def _pieces(total: int) -> list[tuple[int, int]]:
    return [(first, min(CHUNK_SIZE, total - first)) for first in range(0, total, CHUNK_SIZE)]
