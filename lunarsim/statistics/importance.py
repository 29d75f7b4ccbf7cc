"""Runs of one input distribution, weighted to speak of another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lunarsim import checks
from lunarsim.errors import InputError, StatisticsWarning, warn
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.tails import doubt_of, pareto_shape

_FEWEST = 10.0  # effective runs, below which nothing is said
_FEW = 100.0  # effective runs, below which there is a warning


@dataclass(frozen=True, kw_only=True, eq=False)
class ImportanceWeights:
    """Weights that make the runs of one distribution speak of another.

    Attributes
    ----------
    values : ndarray, shape (n,)
        One weight per run, of sum 1.
    effective_size : float
        Number of runs of the target itself that tell as much, (sum w)^2 / sum w^2.
    mean_ratio : float
        Mean of the ratios of the densities. Near 1 if both densities are complete and the runs reach everywhere where
        the target has weight; far from 1, the weights cannot be trusted.
    doubt : str
        Why intervals from these weights are not to be trusted; empty where nothing speaks against them.
    """

    values: NDArray[np.float64] = field(repr=False)
    effective_size: float
    mean_ratio: float
    doubt: str = ""

    @property
    def pareto_shape(self) -> float:
        """Shape k of the tail of the weights; from 0.5 on their variance is infinite. NaN where there are too few."""
        return pareto_shape(self.values)

    @property
    def largest(self) -> float:
        """The largest share that a single run has."""
        return float(self.values.max())

    def __str__(self) -> str:
        """Return such as ``1,000 runs as good as 640; the heaviest has 0.40 % of the weight``."""
        as_good = f"{self.values.size:,} runs as good as {self.effective_size:,.0f}"
        heaviest = f"{as_good}; the heaviest has {columns.percent(self.largest)} of the weight"
        return f"{heaviest}; {self.doubt}" if self.doubt else heaviest


def importance_weights(
    log_target: ArrayLike, log_flown: ArrayLike, *, minimum_effective: float = _FEWEST
) -> ImportanceWeights:
    """Return the weights of runs that were drawn from one distribution and shall speak of another.

    Self-normalised importance sampling: w = target / flown, scaled to the sum 1 (Owen 2013, Monte Carlo theory,
    methods and examples, sec. 9.2). Only inputs whose distribution changes need to be in the densities.
    Let the flown distribution be the wider: with a target that is sqrt(2) times as wide as the flown normal, or wider,
    the weights have an infinite variance. The tail of the weights is looked at for this, see
    :func:`~lunarsim.statistics.tails.pareto_shape`. Where the target reaches beyond what was flown
    altogether, the weights cannot say so, but for ``mean_ratio``.

    Parameters
    ----------
    log_target, log_flown : array_like, shape (n,)
        Logarithms of the densities (or probabilities) of the runs' inputs; -inf in the target gives weight 0.
    minimum_effective : float
        Fewest effective runs that are accepted.

    Raises
    ------
    InputError
        If the columns do not fit, a run has no flown density, or the effective runs are too few.

    Warns
    -----
    StatisticsWarning
        If there are fewer than 100 effective runs, or the weights have a tail so heavy that intervals from them are
        not to be trusted; the text of the weights, and of what is made from them, says so too.
    """
    flown = columns.finite("log_flown", log_flown)
    target = np.asarray(log_target, dtype=np.float64)
    if target.shape != flown.shape:
        raise InputError(f"log_target has shape {target.shape}: expected {flown.shape}, one per run as log_flown")
    if np.any(np.isnan(target)) or np.any(target == np.inf):
        raise InputError("log_target holds NaN or +inf: expected logarithms of densities, or -inf for zero")
    ratio = target - flown
    top = float(ratio.max())
    if top == -np.inf:
        raise InputError("the target has zero density at every run: it lies outside what was flown; fly a new campaign")
    weights = np.exp(ratio - top)
    effective = columns.effective_size(weights)
    doubt = doubt_of(weights)
    _check(effective, flown.size, checks.number("minimum_effective", minimum_effective, minimum=1.0), doubt)
    with np.errstate(over="ignore"):  # densities without their constant may differ by any factor
        mean_ratio = float(np.exp(top) * weights.mean())
    return ImportanceWeights(
        values=weights / weights.sum(),
        effective_size=effective,
        mean_ratio=mean_ratio,
        doubt=doubt,
    )


def resampled(weights: ArrayLike, count: int, *, seed: int) -> NDArray[np.int64]:
    """Return indices of ``count`` runs drawn by their weights, in rising order, for tools that know no weights.

    Systematic resampling (Kitagawa 1996, doi:10.1080/10618600.1996.10474692): a run of weight w comes
    floor(count w) or one more times.

    Raises
    ------
    InputError
        If the weights are no weights, or the count is not positive.
    """
    if not isinstance(count, int | np.integer) or count < 1:
        raise InputError(f"count = {count!r}: expected a whole number of runs, 1 or more")
    share: Column = columns.normalised(weights, np.size(weights))
    ticks = (np.arange(count) + np.random.default_rng(seed).random()) / count
    return np.minimum(np.searchsorted(np.cumsum(share), ticks, side="right"), share.size - 1)


def _check(effective: float, count: int, minimum: float, doubt: str) -> None:
    text = f"{count:,} runs are as good as {effective:.1f} of the target distribution"
    if effective < minimum:
        raise InputError(
            f"{text}, fewer than minimum_effective = {minimum:g}: the two distributions hardly overlap; fly a campaign "
            "of the target, or of one between"
        )
    if effective < _FEW or doubt:
        few = "intervals are wide, and may be too narrow still"
        warn(f"{text}: {doubt or few}", StatisticsWarning)
