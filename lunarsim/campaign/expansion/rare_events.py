"""Probabilities of rare events: found by an expansion, confirmed by weighted exact runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import scipy
from astropy import units as u
from numpy.typing import NDArray
from scipy import special

from lunarsim.arguments import checked
from lunarsim.campaign.executors.execution import run_chunks
from lunarsim.campaign.expansion.proposal import PLAIN, Proposal, inside
from lunarsim.campaign.expansion.runs import ExpandedRuns
from lunarsim.campaign.inputs.sampling import MonteCarlo
from lunarsim.campaign.own_columns import OfRuns
from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.errors import InputError, LunarsimError, shown
from lunarsim.statistics import SubsetEstimate, rate, subset_simulation
from lunarsim.statistics.columns import percent

Table = NDArray[np.float64]
Event: TypeAlias = Callable[[Any], Any]

_BLOCK = 8192  # runs that are expanded at once
_REPLICATES = 8  # of a subset simulation: its scatter is measured, not reckoned
_SAMPLES = 5000  # of each, at each level
_FEWEST_SAMPLES = 100
_LEVELS = 8  # of a tenth each, for which the runs must do
_PROBED = 1000  # expanded runs in which an event of numbers is looked at
_FEWEST_EVENTS = 30  # expanded runs with the event, of which the distribution of exact runs is made
_MOST_KEPT = 20_000  # of the expanded runs with the event
_HEAVIEST = 0.1  # of the weight in one exact run: beyond, the interval is not to be trusted


@checked
@dataclass(frozen=True, kw_only=True)
class EventProbability:
    """How probable an event is.

    Attributes
    ----------
    value, low, high : float
        The probability and its interval: by exact runs, where there are any.
    confidence : float
        Of the intervals.
    expanded_value, expanded_low, expanded_high : float
        By the expansion alone.
    expanded_runs, exact_runs : int
        How many runs were expanded, and how many flown exactly to confirm it.
    events : int
        Exact runs in which it happened.
    different : int
        Exact runs in which the expansion says otherwise.
    method : str
        How the expanded runs were drawn: ``"monte carlo"`` or ``"subset simulation"``.
    doubt : str
        Why the interval is not to be trusted; empty where nothing speaks against it.
    """

    value: float
    low: float
    high: float
    confidence: float
    expanded_value: float
    expanded_low: float
    expanded_high: float
    expanded_runs: int
    exact_runs: int
    events: int
    different: int
    method: str
    doubt: str = ""

    def __str__(self) -> str:
        interval = f"{100.0 * self.confidence:g} % interval"
        expanded = (
            f"{self.expanded_value:.3g} ({interval} {self.expanded_low:.3g} to {self.expanded_high:.3g}) by "
            f"{self.expanded_runs:,} expanded runs, {self.method}"
        )
        if not self.exact_runs:
            return expanded + (f"; {self.doubt}" if self.doubt else "")
        share = percent(self.different / self.exact_runs)
        exact = (
            f"{self.value:.3g} ({interval} {self.low:.3g} to {self.high:.3g}) by {self.exact_runs:,} weighted exact "
            f"runs, {self.events:,} with the event, {share} of them otherwise by the expansion; {expanded}"
        )
        return exact + (f"; {self.doubt}" if self.doubt else "")


@dataclass(frozen=True, eq=False)
class Margins:
    """The margin of an event, from uniform numbers: by the expansion, or by exact flights."""

    runs: ExpandedRuns
    event: Event

    @cached_property
    def described(self) -> tuple[Column, ...]:
        """What the columns of the campaign are, of which the event is told."""
        return self.runs.work.described

    def expanded(self, uniforms: Table) -> Table:
        """Return the margins of runs by the expansion."""
        columns = self.runs.columns_of(uniforms)
        known = {column.name: columns[column.name] for column in self.described}
        return self._of(known)

    def exact(self, uniforms: Table) -> Table:
        """Return the margins of runs that are flown."""
        parts = [self.runs.work.columns_of(uniforms[k : k + _BLOCK]) for k in range(0, len(uniforms), _BLOCK)]
        return np.concatenate([self._of(columns) for columns in parts])

    def is_continuous(self) -> bool:
        """Return whether the event says how far it is, and not only whether it happens.

        Raises
        ------
        InputError
            If its numbers are truth values: as margins, zero would mean that it happens.
        """
        work = self.runs.work
        uniforms = MonteCarlo().uniforms(work.seed, 0, _PROBED, work.dimensions, _PROBED)
        columns = self.runs.columns_of(uniforms)
        said = self._said({column.name: columns[column.name] for column in self.described})
        if said.dtype == np.bool_:
            return False
        if np.isin(said, (0, 1)).all():
            raise InputError(
                f"event: its function gave nothing but 0 and 1 for {_PROBED} runs, and numbers mean that it happens "
                "where they are zero or more: let it give True and False, by == 1 or astype(bool)"
            )
        return True

    def _of(self, columns: Columns) -> Table:
        said = self._said(columns)
        if said.dtype == np.bool_:
            return np.where(said, 1.0, -1.0)
        return np.where(np.isnan(said), -np.inf, said.astype(float))

    def _said(self, columns: Columns) -> NDArray[Any]:
        count = len(columns["outcome"])
        try:
            with np.errstate(invalid="ignore", divide="ignore"):
                given = self.event(OfRuns(self.described, columns))
        except LunarsimError:
            raise
        except Exception as error:
            raise InputError(
                f"event: its function ended with {type(error).__name__}: {error}: mend it, or let it give NaN where a "
                "run has no such number"
            ) from error
        plain = np.asarray(given.value if isinstance(given, u.Quantity) else given)
        if plain.shape != (count,) or plain.dtype.kind not in "biuf":
            raise InputError(
                f"event: its function gave {shown(given)} for {count} runs: expected True or False for each, or a "
                f"real number that is zero or more where the event happens, shape ({count},)"
            )
        return plain

    def __call__(self, first: int, count: int) -> Columns:
        """Return of some runs whether the event happens, and their uniform numbers where it does."""
        work = self.runs.work
        uniforms = MonteCarlo().uniforms(work.seed, first, count, work.dimensions, work.runs)
        happened = self.expanded(uniforms) >= 0.0
        return {"happened": np.array([np.count_nonzero(happened)]), "uniforms": uniforms[happened]}


def event_probability(
    margins: Margins,
    *,
    n: int,
    exact: int,
    seed: int,
    confidence: float,
    workers: int | None,
) -> EventProbability:
    """Return how probable an event is; see :meth:`CampaignExpansion.probability`."""
    found = _by_subsets(margins, n, seed, confidence) if margins.is_continuous() else n
    if isinstance(found, int):
        found = _by_monte_carlo(margins, found, n, confidence, workers)
    if not exact:
        return found.without_exact(confidence, found.doubt)
    if len(found.samples) < _FEWEST_EVENTS:
        few = f"too few expanded runs with the event ({len(found.samples)}) to say where to fly exactly: give more (n)"
        return found.without_exact(confidence, found.doubt or few)
    return _confirmed(margins, found, exact, seed, confidence)


@dataclass(frozen=True, eq=False)
class _Found:
    """What expanded runs say."""

    value: float
    low: float
    high: float
    runs: int
    method: str
    samples: Table  #: standard normal numbers of runs with the event
    doubt: str = ""

    def without_exact(self, confidence: float, doubt: str) -> EventProbability:
        return self.with_exact(self.value, self.low, self.high, 0, 0, 0, confidence, doubt)

    def with_exact(
        self,
        value: float,
        low: float,
        high: float,
        exact_runs: int,
        events: int,
        different: int,
        confidence: float,
        doubt: str,
    ) -> EventProbability:
        return EventProbability(
            value=value,
            low=low,
            high=high,
            confidence=confidence,
            expanded_value=self.value,
            expanded_low=self.low,
            expanded_high=self.high,
            expanded_runs=self.runs,
            exact_runs=exact_runs,
            events=events,
            different=different,
            method=self.method,
            doubt=doubt,
        )


def _by_monte_carlo(margins: Margins, count: int, n: int, confidence: float, workers: int | None) -> _Found:
    """Count the runs with the event; those in which it happens are kept, as far as they are needed.

    They are ``count`` of the n: the others were spent on the search for it.
    """
    events, kept = 0, [np.empty((0, margins.runs.work.dimensions))]

    def on_done(_: int, columns: Columns, __: float) -> None:
        nonlocal events
        events += int(columns["happened"][0])
        if sum(len(part) for part in kept) < _MOST_KEPT:
            kept.append(columns["uniforms"])

    run_chunks(margins, _blocks(count), on_done=on_done, workers=workers)
    found = rate(events, count, confidence=confidence, method="clopper-pearson")
    never = f"not seen in {count:,} expanded runs, which is no proof that it never happens: give more (n)"
    doubt = "" if events else never
    return _Found(found.value, found.low, found.high, n, "monte carlo", special.ndtri(np.concatenate(kept)), doubt)


def _blocks(n: int) -> Iterator[Chunk]:
    for index, first in enumerate(range(0, n, _BLOCK)):
        yield Chunk(index, first, min(_BLOCK, n - first))


def _by_subsets(margins: Margins, n: int, seed: int, confidence: float) -> _Found | int:
    """Take the mean of several subset simulations, and its interval from their scatter.

    They take half of the runs at most. Where one of them does not reach the event, the mean is not to be trusted, and
    it is said how many of the runs are left.
    """

    def margin(normals: Table) -> Table:
        return margins.expanded(inside(special.ndtr(normals)))

    most, dimensions = n // (2 * _REPLICATES), margins.runs.work.dimensions
    samples = min(_SAMPLES, most // _LEVELS)
    if samples < _FEWEST_SAMPLES:
        return n
    each: list[SubsetEstimate] = []
    for own in np.random.SeedSequence(seed).generate_state(_REPLICATES):
        each.append(subset_simulation(margin, dimensions, samples=samples, most=most, seed=int(own)))
        if not each[-1].reached:
            return n - sum(one.evaluations for one in each)
    values = np.array([one.value for one in each])
    value, error = float(values.mean()), float(values.std(ddof=1)) / np.sqrt(_REPLICATES)
    reach = float(scipy.stats.t.isf((1.0 - confidence) / 2.0, _REPLICATES - 1)) * error
    low, high = _around(value, reach)
    runs = sum(one.evaluations for one in each)
    return _Found(value, low, high, runs, "subset simulation", np.concatenate([one.samples for one in each]))


def _around(value: float, reach: float) -> tuple[float, float]:
    """Return the bounds of a positive probability, as far apart on a scale of ratios."""
    factor = float(np.exp(min(reach / value, 700.0)))
    return value / factor, min(value * factor, 1.0)


def _confirmed(margins: Margins, found: _Found, exact: int, seed: int, confidence: float) -> EventProbability:
    """Fly runs that are drawn where the event happens, and weight them to speak of the campaign."""
    of_proposal, of_runs = np.random.SeedSequence((seed, 1)).generate_state(2)
    proposal = Proposal.about(margins.runs.coordinates, found.samples, seed=int(of_proposal))
    uniforms = proposal.draw(exact, seed=int(of_runs))
    happened, expected = margins.exact(uniforms) >= 0.0, margins.expanded(uniforms) >= 0.0
    counts = int(np.count_nonzero(happened)), int(np.count_nonzero(happened != expected))
    if not happened.any():
        high = min(rate(0, exact, confidence=confidence, method="clopper-pearson").high / PLAIN, 1.0)
        none = "the event happened in none of the exact runs: fly more (exact)"
        return found.with_exact(0.0, 0.0, high, exact, *counts, confidence, none)
    own = np.where(happened, proposal.weights(uniforms), 0.0)
    value, error = float(own.mean()), float(own.std(ddof=1)) / np.sqrt(exact)
    effective = float(own.sum() ** 2 / np.sum(own**2))
    freedom = max(effective - 1.0, 1.0)
    low, high = _around(min(value, 1.0), float(scipy.stats.t.isf((1.0 - confidence) / 2.0, freedom)) * error)
    heaviest = float(own.max() / own.sum())
    heavy = f"one exact run has {percent(heaviest)} of the weight of those with the event: fly more (exact)"
    doubt = heavy if heaviest > _HEAVIEST else ""
    return found.with_exact(min(value, 1.0), low, high, exact, *counts, confidence, doubt)
