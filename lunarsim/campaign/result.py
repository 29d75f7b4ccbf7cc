"""What came out of a campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import statistics
from lunarsim.arguments import checked
from lunarsim.campaign.dispersed_scenario import DispersedScenario
from lunarsim.campaign.heldout import CrossCheck, chosen_runs, cross_check
from lunarsim.campaign.inputs.distributions import Dispersions
from lunarsim.campaign.inputs.titles import title
from lunarsim.campaign.outcome import GROUND, OUTCOMES, codes_of, tally
from lunarsim.campaign.reweighting import reweighted
from lunarsim.campaign.store.dataset import open_dataset
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.display import as_table
from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.flight.driver.refusals import failure_in_words
from lunarsim.kernels.codes import FAILED, SOUND
from lunarsim.mission import Site
from lunarsim.statistics.proportions import Method
from lunarsim.statistics.stopping import corrected_rate

if TYPE_CHECKING:
    import xarray as xr


@checked
@dataclass(frozen=True, eq=False, kw_only=True)
class CampaignResult:
    """The runs of a campaign: their inputs and outputs, and what they say together.

    Made by :meth:`~lunarsim.Campaign.run`.

    Attributes
    ----------
    campaign : Campaign
        What was flown.
    seed, n : int
        As asked for.
    store : ChunkStore or MemoryStore
        Where the columns are.
    chunks : int or None
        So many chunks were enough for the rule that stopped the campaign; None: all.
    rule : StoppingRule or None
        That rule. It is not stored: a folder that is opened later does not know it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> campaign = ls.load_campaign("luna25")
    >>> result = campaign.run(20, seed=1)
    >>> result.runs, result.dataset.sizes["run"]
    (20, 20)
    >>> flight = result.rerun(7)
    """

    campaign: DispersedScenario
    seed: int
    n: int
    store: ChunkStore | MemoryStore
    chunks: int | None = None
    rule: statistics.StoppingRule | None = None
    _read: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False, init=False)

    @cached_property
    def dataset(self) -> xr.Dataset:
        """All columns along the dimension ``run``: inputs by path in SI, outputs by name; read when first asked for.

        ``outcome``, ``failure`` and the cut-offs are codes; their attributes ``flag_values`` and ``flag_meanings``
        say what they mean.
        """
        return self.columns()

    def columns(self, *names: str) -> xr.Dataset:
        """Return some columns, all where none is named; for campaigns that do not fit into memory.

        Raises
        ------
        InputError
            If there is no such column.
        """
        return open_dataset(self.store, names or None, indices=self._indices)

    @property
    def _indices(self) -> list[int]:
        return sorted(self.store.done) if self.chunks is None else list(range(self.chunks))

    @property
    def runs(self) -> int:
        """How many runs there are: n, or fewer where a rule stopped the campaign, or of one that is not finished."""
        return sum(self.store.manifest.chunk(index).count for index in self._indices)

    def rates(self, *, confidence: float = 0.95, method: Method = "wilson") -> dict[str, statistics.Rate]:
        """Return how often each outcome came, with its interval, by outcome; those that did not come are left out.

        Where a rule on an outcome ended the campaign, the rates are corrected for it, and say so: see
        :func:`~lunarsim.statistics.stopped_rate`. The others share what its rate leaves as their runs do.

        Parameters
        ----------
        confidence : float
            Of the intervals.
        method : {"wilson", "clopper-pearson"}
            Which interval.
        """
        codes = self.column("outcome")
        rates = _that_came(statistics.outcome_rates(codes, OUTCOMES, confidence=confidence, method=method))
        if not self._rule_on_outcome:
            return {name: replace(rate, doubt=self._doubt_of_rule()) for name, rate in rates.items()}
        rule: Any = self.rule
        looks = np.cumsum([self.store.manifest.chunk(index).count for index in self._indices]).tolist()
        watched = int(np.count_nonzero(self.where(rule.outcome)))
        share = statistics.stopped_rate(watched, looks, rule).value
        rest = (1.0 - share) / max(codes.size - watched, 1)
        return {
            name: corrected_rate(rate, share if name == rule.outcome else rest * rate.count)
            for name, rate in rates.items()
        }

    @property
    def _rule_on_outcome(self) -> bool:
        return isinstance(self.rule, statistics.IntervalNarrowEnough) and self.rule.column == "outcome"

    def _doubt_of_rule(self, column: str | None = None) -> str:
        """Return why intervals may be too narrow, where the runs ended at a rule that is not corrected for."""
        about = getattr(self.rule, "column", column)
        if self.rule is None or self._rule_on_outcome or (column is not None and about != column):
            return ""
        return "the runs ended at a rule on their own numbers, which makes intervals a little too narrow"

    def failures(self) -> dict[str, int]:
        """Return how many runs could not be flown, by the reason."""
        codes, counts = np.unique(self.column("failure"), return_counts=True)
        found = zip(codes, counts, strict=True)
        scenario = self.campaign.scenario
        return {failure_in_words(int(code), scenario): int(count) for code, count in found if code != SOUND}

    def footprint(self, outcome: str = GROUND, *, about: Site | None = None) -> statistics.Footprint:
        """Return where runs of an outcome ended, in local metres about their mean or about a site.

        Parameters
        ----------
        outcome : str
            Such as ``"landed safely"``; default: ``"on the ground"``, impacts and touchdowns of any verdict.
        about : Site, optional
            Where the metres count from; default: the mean.

        Raises
        ------
        InputError
            If there is no such outcome, or no run that ended so.
        """
        self._read_together("outcome", "latitude_deg", "longitude_deg")
        chosen = self._some(outcome)
        centre = (
            None if about is None else (float(about.latitude.to_value(u.deg)), float(about.longitude.to_value(u.deg)))
        )
        latitude_deg, longitude_deg = self.column("latitude_deg")[chosen], self.column("longitude_deg")[chosen]
        return statistics.footprint(latitude_deg, longitude_deg, about=centre)

    def quantiles(
        self,
        column: str,
        probabilities: Sequence[float] = (0.05, 0.5, 0.95),
        *,
        outcome: str | None = None,
        confidence: float = 0.95,
    ) -> tuple[statistics.Quantile, ...]:
        """Return quantiles of a column, with intervals that assume no distribution.

        Parameters
        ----------
        column : str
            Its name.
        probabilities : sequence of float
            Which quantiles.
        outcome : str, optional
            Of the runs that ended so; default: of all that could be flown.
        confidence : float
            Of the intervals.
        """
        self._read_together("outcome", column)
        found = statistics.quantiles(self.column(column)[self._some(outcome)], probabilities, confidence=confidence)
        return tuple(replace(each, doubt=self._doubt_of_rule(column)) for each in found)

    def tornado(self, column: str, *, outcome: str | None = None, probability: float = 0.9) -> statistics.Tornado:
        """Return what moves a column, and how far, as the inputs go through their middle ``probability``.

        Linear regression on all inputs that varied among the runs; :attr:`Tornado.r_squared` says how much of the
        column it explains. The values of the inputs are in the units of their distributions. A seed of noise is none
        of the inputs: what it moves is in what they do not explain.

        Raises
        ------
        InputError
            If no run ended so, no input varied, or as :func:`~lunarsim.statistics.tornado`.
        """
        paths = {name: path for name, path in self.campaign.inputs.items() if not path.is_seed}
        self._read_together("outcome", column, *paths)
        chosen, units = self._some(outcome), self.campaign.input_units
        inputs = {
            name: self.column(name)[chosen].astype(float) * float(path.unit.to(units[name]))
            for name, path in paths.items()
        }
        varied = {name: values for name, values in inputs.items() if np.ptp(values) > 0.0}
        if not varied:
            raise InputError(
                "no dispersed input varies among these runs (the seed of noise is none): disperse the one whose effect "
                "you seek"
            )
        words = {name: unit.to_string().replace(" ", "") for name, unit in units.items()}
        titles = {name: title(name, self.campaign.scenario) for name in varied}
        return statistics.tornado(
            varied, self.column(column)[chosen], probability=probability, units=words, titles=titles
        )

    def reweighted(self, dispersions: Dispersions) -> statistics.ImportanceWeights:
        """Return the weights with which these runs speak of other dispersions of the same paths.

        Raises
        ------
        InputError
            If the paths differ, a distribution has no density, or too few runs would carry the weight; if the weights
            would have an infinite variance, as where a sigma is sqrt(2) times that flown or more; or if the other
            dispersions reach beyond what was flown.
        """
        self._read_together(*self.campaign.inputs)
        return reweighted(self.column, self.campaign, self.campaign.with_dispersions(dispersions))

    def rerun(self, i: int) -> Flight:
        """Fly run i again with the reference driver, with dense output.

        Raises
        ------
        InputError
            If there is no such run, or its values make no scenario: it failed.
        """
        return self.campaign.rerun(i, seed=self.seed, n=self.n)

    def cross_check(self, count: int = 10, *, seed: int = 0) -> CrossCheck:
        """Fly random runs with the reference driver too, and return by how much the two differ at most."""
        chosen = chosen_runs(self.where(None), count, seed)
        return cross_check(self.dataset.isel(run=chosen), self.rerun, self.campaign.work(self.n, self.seed))

    def where(self, outcome: str | None) -> NDArray[np.bool_]:
        """Return which runs ended so; for None which could be flown, for ``"on the ground"`` which came down.

        Raises
        ------
        InputError
            If there is no such outcome.
        """
        codes: NDArray[np.int8] = self.column("outcome")
        return np.asarray(codes != FAILED if outcome is None else np.isin(codes, codes_of(outcome)))

    def _some(self, outcome: str | None) -> NDArray[np.bool_]:
        """Return which runs ended so; an InputError where none did."""
        chosen = self.where(outcome)
        if not chosen.any():
            raise InputError(f"no run ended {_so(outcome)}; see rates()")
        return chosen

    def column(self, name: str) -> NDArray[Any]:
        """Return one column; read when it is first asked for.

        Raises
        ------
        InputError
            If there is no such column.
        """
        self._read_together(name)
        return self._read[name]

    def _read_together(self, *names: str) -> None:
        """Read what was not read yet of some columns; each chunk's file is read and checked whole, so only once."""
        missing = [name for name in dict.fromkeys(names) if name not in self._read]
        if missing:
            found = self.columns(*missing)
            self._read.update({name: found[name].values for name in missing})

    def _repr_html_(self) -> str:
        rows = [
            (
                name,
                f"{rate.count:,} runs: {rate.value:.2%} ({rate.low:.2%} to {rate.high:.2%}, {rate.confidence:.0%})",
            )
            for name, rate in self.rates().items()
        ]
        scenario = self.campaign.scenario
        title = f"{scenario.title or scenario.name}: {self.runs:,} runs, seed {self.seed}"
        return as_table(title, [*rows, *((f"failed: {why}", f"{count:,}") for why, count in self.failures().items())])

    def __repr__(self) -> str:
        logged = self.store.outcomes(self._indices) if isinstance(self.store, ChunkStore) else None
        counts = tally(self.column("outcome")) if logged is None else logged  # of the log: no chunk is opened
        runs = max(self.runs, 1)
        rates = ", ".join(f"{counts[code] / runs:.1%} {OUTCOMES.get(code, f'code {code}')}" for code in sorted(counts))
        return f"<{self.runs} runs of {self.campaign.scenario.name}, seed {self.seed}: {rates}>"


@checked
def assert_campaign(
    result: CampaignResult,
    outcome: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    confidence: float = 0.95,
) -> float:
    """Assert that a campaign proves how often an outcome comes, for tests of your own.

    Parameters
    ----------
    result : CampaignResult
        The campaign. Runs that could not be flown count against ``at_least``, and towards ``at_most``.
    outcome : str
        Such as ``"impact"``.
    at_least, at_most : float, optional
        Bound on its probability; one of them.
    confidence : float
        Of the one-sided Clopper-Pearson bound that the runs must prove.

    Returns
    -------
    float
        The bound that they do prove.

    Raises
    ------
    AssertionError
        If they do not prove it; the text says what they prove and how many runs might.
    InputError
        If there is no such outcome, or not one bound.

    Examples
    --------
    >>> import lunarsim as ls
    >>> result = ls.load_campaign("luna25").run(200, seed=1, keep=["outcome"])
    >>> print(f"{ls.assert_campaign(result, 'impact', at_least=0.3):.2f}")  # the bound that is proven
    0.43
    """
    happened = result.where(outcome)
    if at_most is not None:
        happened = happened | (result.column("outcome") == FAILED)
    return statistics.assert_rate(
        int(happened.sum()), happened.size, at_least=at_least, at_most=at_most, confidence=confidence, what=outcome
    )


def _so(outcome: str | None) -> str:
    if outcome is None:
        return "at all: none could be flown"
    return outcome if outcome == GROUND else f"with {outcome!r}"


def _that_came(rates: Mapping[str, statistics.Rate]) -> dict[str, statistics.Rate]:
    return {name: rate for name, rate in rates.items() if rate.count > 0}
