"""What came out of an expansion: a campaign's result, and the random check of it against exact runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.expansion.runs import ERROR, EXACT, ExpandedRuns
from lunarsim.campaign.expansion.training import Training
from lunarsim.campaign.result import CampaignResult
from lunarsim.campaign.store.chunk import Columns

_AXES = ("x_m", "y_m", "z_m")


@checked
@dataclass(frozen=True, kw_only=True)
class ExpansionCheck:
    """Random runs of an expansion, held against the same runs flown exactly.

    Attributes
    ----------
    runs : tuple of int
        Which runs; none of those that were flown exactly anyway.
    rms, largest : Quantity
        Of the distances between their ends.
    covered : int
        How many of them end within their error estimate.
    confidence : float
        Which share should.
    different : tuple of int
        Runs that end otherwise, or of which a burn does.
    """

    runs: tuple[int, ...]
    rms: u.Quantity
    largest: u.Quantity
    covered: int
    confidence: float
    different: tuple[int, ...]

    def __str__(self) -> str:
        if not self.runs:
            return "none of the runs looked at was expanded: all were flown exactly"
        alike = f"{len(self.different)} ended otherwise: {self.different}" if self.different else "all ended alike"
        return (
            f"{len(self.runs)} expanded runs flown exactly: {alike}; {self.rms.to_value(u.m):.2g} m rms, "
            f"{self.largest.to_value(u.m):.2g} m at most apart; {self.covered} within their error estimate, of which "
            f"{100.0 * self.confidence:g} % are to be"
        )


@checked
@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ExpansionResult(CampaignResult):
    """The runs of an expansion: all that a campaign's result has, and by how much they may be wrong.

    Two columns stand beside those of the campaign: ``position_error_m``, which few runs exceed, and
    ``flown_exactly``.

    Attributes
    ----------
    training : Training
        What the expansion was trained with.
    check : ExpansionCheck
        Random runs of it, flown exactly.
    """

    training: Training
    check: ExpansionCheck

    @property
    def exact_fraction(self) -> float:
        """Which share of the runs was flown exactly."""
        return float(np.mean(self.column(EXACT.name)))

    def __repr__(self) -> str:
        exact = f"; by an expansion, {self.exact_fraction:.2%} flown exactly; {self.check}"
        return super().__repr__().removesuffix(">") + exact + ">"


def check_runs(runs: ExpandedRuns, chosen: NDArray[np.int64]) -> ExpansionCheck:
    """Return the check of some runs of a campaign, those left out that are flown exactly anyway."""
    work = runs.work
    uniforms = np.concatenate(
        [work.sampling.uniforms(work.seed, int(i), 1, work.dimensions, work.runs) for i in chosen]
    )
    return check_of(chosen, runs.columns_of(uniforms), work.columns_of(uniforms), runs.training.options.confidence)


def check_of(numbers: NDArray[np.int64], expanded: Columns, exact: Columns, confidence: float) -> ExpansionCheck:
    """Return the check of runs of which the columns by an expansion and of exact flights are known."""
    own = ~expanded[EXACT.name]
    apart_m = apart(expanded, exact)[own]
    codes = [name for name in exact if name == "outcome" or name.endswith("_cutoff")]
    otherwise = np.any([expanded[name] != exact[name] for name in codes], axis=0)[own]
    return ExpansionCheck(
        runs=tuple(numbers[own].tolist()),
        rms=float(np.sqrt(np.mean(apart_m**2)) if own.any() else 0.0) * u.m,
        largest=float(apart_m.max(initial=0.0)) * u.m,
        covered=int(np.count_nonzero(apart_m <= expanded[ERROR.name][own])),
        confidence=confidence,
        different=tuple(numbers[own][otherwise].tolist()),
    )


def apart(expanded: Columns, exact: Columns) -> NDArray[np.float64]:
    """Return the distances (m) between the ends of runs."""
    return np.sqrt(sum((expanded[name] - exact[name]) ** 2 for name in _AXES))
