"""Runs of one campaign, weighted to speak of another with the same paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from lunarsim import statistics
from lunarsim.campaign.dispersed_scenario import DispersedScenario
from lunarsim.campaign.inputs.distributions import JointNormal, Normal
from lunarsim.errors import InputError

Column: TypeAlias = Callable[[str], NDArray[Any]]
"""The values of a column by its name."""

_ERRORS = 5.0  # standard errors from 1, beyond which the mean ratio of the densities is no accident


def reweighted(column: Column, flown: DispersedScenario, wanted: DispersedScenario) -> statistics.ImportanceWeights:
    """Return the weights with which flown runs, given by the columns of their inputs, speak of other dispersions.

    Raises
    ------
    InputError
        As :meth:`CampaignResult.reweighted`.
    """
    if wanted.inputs.keys() != flown.inputs.keys():
        raise InputError(f"dispersions of {', '.join(wanted.inputs)}: expected the paths that were flown")
    log_wanted, log_flown = _log_density(column, wanted), _log_density(column, flown)
    _check_variance(wanted, flown)
    _check_reach(log_wanted - log_flown)
    return statistics.importance_weights(log_wanted, log_flown)


def _log_density(column: Column, campaign: DispersedScenario) -> NDArray[np.float64]:
    """Return the logarithm of the density with which a campaign draws the inputs of these runs, per SI unit."""
    density = np.zeros(())
    for names, distribution in campaign.groups:
        factors = _per_si(campaign, names, distribution)
        values = [column(name) * factor for name, factor in zip(names, factors, strict=True)]
        density = density + distribution.log_density(np.stack(values, axis=1)) + np.sum(np.log(factors))
    return density


def _per_si(campaign: DispersedScenario, names: tuple[str, ...], distribution: Any) -> list[float]:
    """Return what one SI unit of each value is in the units of its distribution."""
    return [float(campaign.inputs[name].unit.to(own)) for name, own in zip(names, distribution.unit, strict=True)]


def _check_variance(wanted: DispersedScenario, flown: DispersedScenario) -> None:
    """Refuse normal distributions whose weights have no variance.

    The square of the ratio of two normal densities has a mean under the flown one where 2 inverse(wanted) -
    inverse(flown) is positive definite (Owen 2013, Monte Carlo theory, methods and examples, sec. 9.3): where no
    direction has twice the variance flown, or more.
    """
    both = [name for name in wanted.inputs if name in _normals(wanted) and name in _normals(flown)]
    if not both:
        return
    ratios, directions = scipy.linalg.eigh(_covariance(wanted, both), _covariance(flown, both))
    if ratios[-1] >= 2.0:
        widest = both[int(np.argmax(np.abs(directions[:, -1]) * np.sqrt(np.diag(_covariance(flown, both)))))]
        raise InputError(
            f"'{widest}': the other dispersions are {np.sqrt(ratios[-1]):.3g} times as wide as those flown, mostly in "
            "this value: from sqrt(2) on the weights have an infinite variance; fly a campaign of the wider ones"
        )


def _normals(campaign: DispersedScenario) -> set[str]:
    groups = campaign.groups
    return {name for names, each in groups if isinstance(each, Normal | JointNormal) for name in names}


def _covariance(campaign: DispersedScenario, paths: list[str]) -> NDArray[np.float64]:
    """Return the covariance (SI) of those paths, all of which are normal."""
    covariance = np.zeros((len(paths), len(paths)))
    for names, each in campaign.groups:
        if isinstance(each, Normal | JointNormal):
            own = each.covariance if isinstance(each, JointNormal) else [[float(each.sigma.value) ** 2]]
            factors = np.array(_per_si(campaign, names, each))
            kept = [k for k, name in enumerate(names) if name in paths]
            at = [paths.index(names[k]) for k in kept]
            covariance[np.ix_(at, at)] = (own / factors / factors[:, np.newaxis])[np.ix_(kept, kept)]
    return covariance


def _check_reach(log_ratio: NDArray[np.float64]) -> None:
    """Refuse dispersions of which a part lies where nothing was flown: the mean ratio of both densities is 1 else."""
    with np.errstate(over="ignore"):
        ratio = np.exp(log_ratio)
    mean, error = ratio.mean(), ratio.std() / np.sqrt(ratio.size)
    if 0.0 < mean < 1.0 - _ERRORS * error - 1e-6:
        raise InputError(
            f"of the other dispersions {100.0 * (1.0 - mean):.2g} % lie where nothing was flown: fly a campaign that "
            "reaches as far"
        )
