"""The sensitivities of a campaign's impacts to its dispersed values, downrange and crossrange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.inputs.titles import joint_title
from lunarsim.campaign.outcome import GROUND
from lunarsim.campaign.result import CampaignResult
from lunarsim.errors import InputError
from lunarsim.mission import Scenario
from lunarsim.statistics import CROSSRANGE, Tornado, tornado

_AXES = ("downrange", "crossrange")
_IN_KM = 10e3  # m; a coordinate that scatters farther is told in kilometres


@checked
@dataclass(frozen=True, kw_only=True)
class Factor:
    """A value, or several that are drawn together, as a tornado chart names it.

    Attributes
    ----------
    label : str
        In words, with the unit.
    paths : tuple of str
        The values.
    unit : str
        That of the distribution; of several values, whose joint effect is counted in standard deviations, ``sigma``.
    """

    label: str
    paths: tuple[str, ...]
    unit: str


@checked
@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """How far each factor moves the impact downrange, or crossrange.

    Attributes
    ----------
    axis : str
        ``downrange`` or ``crossrange``.
    unit : str
        Of the output: m or km.
    tornado : Tornado
        Its effects have the labels of the factors.
    """

    axis: str
    unit: str
    tornado: Tornado

    @property
    def description(self) -> str:
        """What the output is, with the sign of crossrange."""
        return CROSSRANGE if self.axis == "crossrange" else self.axis


@checked
def sensitivities(
    result: CampaignResult, impacts_m: NDArray[np.float64]
) -> tuple[tuple[Factor, ...], tuple[Sensitivity, ...], str]:
    """Return the factors, the sensitivities downrange and crossrange, and why there are none if so.

    Parameters
    ----------
    result : CampaignResult
        The runs.
    impacts_m : ndarray, shape (n, 2)
        Where the impacts lie, downrange and crossrange, positive left of the motion.
    """
    inputs = _inputs(result)
    groups = [tuple(name for name in names if name in inputs) for names, _ in result.campaign.groups]
    units = result.campaign.input_units
    factors = tuple(_factor(names, units, result.campaign.scenario) for names in groups if names)
    if not factors:
        return (), (), "no dispersed value varies among them (the seed of noise is none)"
    try:
        return factors, tuple(_sensitivity(axis, inputs, factors, impacts_m[:, k]) for k, axis in enumerate(_AXES)), ""
    except InputError as error:  # too few runs, or one value follows from others
        return (), (), str(error)


def _inputs(result: CampaignResult) -> dict[str, NDArray[np.float64]]:
    """Return the dispersed values of the impacts, in the units of their distributions; those that vary there.

    Without a seed of noise, which is no physical value.
    """
    chosen, paths = result.where(GROUND), result.campaign.inputs
    inputs = {
        name: result.dataset[name].values[chosen].astype(float) * float(paths[name].unit.to(unit))
        for name, unit in result.campaign.input_units.items()
        if not paths[name].is_seed
    }
    return {name: values for name, values in inputs.items() if np.ptp(values) > 0.0}


def _factor(names: tuple[str, ...], units: Mapping[str, u.UnitBase], scenario: Scenario) -> Factor:
    words = joint_title(names, scenario)
    if len(names) > 1:
        return Factor(label=f"{words} (\N{GREEK SMALL LETTER SIGMA})", paths=names, unit="sigma")
    unit = units[names[0]].to_string().replace(" ", "")
    return Factor(label=f"{words} ({unit})" if unit else words, paths=names, unit=unit)


def _sensitivity(
    axis: str, inputs: Mapping[str, NDArray[np.float64]], factors: Sequence[Factor], impact_m: NDArray[np.float64]
) -> Sensitivity:
    """Return the sensitivity of a coordinate of the impacts to the factors, of values that are drawn together as one.

    Such values may cancel each other's effects, or add to them: to move one and hold the others says nothing of
    what happens. Their joint effect, by a linear model of all, is taken as one input in standard deviations.
    """
    unit, metres = ("km", 1e3) if np.ptp(impact_m) >= _IN_KM else ("m", 1.0)
    impact = impact_m / metres
    alone = tornado(inputs, impact)
    columns = {
        factor.label: inputs[factor.paths[0]] if len(factor.paths) == 1 else _joint(factor.paths, inputs, alone)
        for factor in factors
    }
    return Sensitivity(axis=axis, unit=unit, tornado=tornado(columns, impact))


def _joint(paths: tuple[str, ...], inputs: Mapping[str, NDArray[np.float64]], alone: Tornado) -> NDArray[np.float64]:
    """Return the summed linear effects of some inputs, in standard deviations."""
    effect = np.zeros(alone.total)
    for path in paths:
        values = inputs[path]
        effect += alone[path].standardised * (values - values.mean()) / values.std()
    return np.asarray(effect / (effect.std() or 1.0))
