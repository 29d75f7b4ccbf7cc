"""Whether a distribution can give values that a scenario would take."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from astropy import units as u

from lunarsim.campaign.inputs.distributions import (
    Discrete,
    Distribution,
    Empirical,
    JointNormal,
    Normal,
    Probability,
    TruncatedNormal,
    Uniform,
)
from lunarsim.campaign.inputs.paths import Path, find, is_fault
from lunarsim.errors import InputError
from lunarsim.mission import Scenario

#: The names of parameters in the dimension of what is drawn: of single values, and lists of those drawn together.
_SINGLE: Mapping[type, tuple[str, ...]] = {
    Normal: ("mean", "sigma"),
    Uniform: ("low", "high"),
    TruncatedNormal: ("mean", "sigma", "low", "high"),
    Discrete: ("outcomes",),
}
_LISTED: Mapping[type, tuple[str, ...]] = {JointNormal: ("means", "sigmas"), Empirical: ("columns",)}
_QUANTILES = np.linspace(0.01, 0.99, 99)


def check_group(scenario: Scenario, names: tuple[str, ...], distribution: Distribution) -> None:
    """Refuse what is no distribution for these paths of a scenario.

    Raises
    ------
    InputError
        If it is none, gives more or fewer values than paths, is of another dimension or gives nonsense, there is no
        such path, or a fault is not given by a probability.
    """
    if not callable(getattr(distribution, "values", None)) or isinstance(distribution, type):
        raise InputError(
            f"{', '.join(names)}: {distribution!r}: expected a distribution such as Normal(266 * u.N, 1 * u.N)"
        )
    if distribution.size != len(names):
        raise InputError(
            f"{', '.join(names)}: {distribution!r} gives {distribution.size} values: "
            f"expected as many as paths, {len(names)}"
        )
    for k, (name, unit) in enumerate(zip(names, distribution.unit, strict=True)):
        path = find(scenario, name)
        if not unit.is_equivalent(path.unit):
            raise InputError(f"{name}: {distribution!r} is in '{unit}': expected a unit such as '{path.unit}'")
        if is_fault(name) and not isinstance(distribution, Probability):
            raise InputError(f"{name}: {distribution!r}: expected how probable the fault is, such as Probability(0.1)")
        check_possible(path, distribution, k)


def check_possible(
    path: Path, distribution: Distribution, k: int, given: Mapping[str, u.Quantity] = MappingProxyType({})
) -> None:
    """Refuse a distribution whose value ``k``, of those that it draws together, is nonsense for a path.

    Single values beyond the bounds are left to the runs, which fail with a reason: a normal distribution has tails.
    Complaints quote parameters as they were ``given``, where that is known: a distribution has all in one unit.

    Raises
    ------
    InputError
        If a parameter is greater than any value of this path can be, or hardly one value drawn would be possible.
    """
    declaration = path.declaration
    for name, value in _parameters(distribution, k).items():
        if np.any(np.abs(value.to_value(path.unit)) > declaration.greatest):
            greatest = f"{declaration.greatest:g} {path.unit}".strip()
            raise InputError(
                f"{path.name}: {name} = {given.get(name, value)} is beyond what it can be: expected up to {greatest}"
            )
    drawn = distribution.values(np.tile(_QUANTILES[:, np.newaxis], distribution.draws))[:, k]
    if not np.any(declaration.holds(drawn * float(distribution.unit[k].to(path.unit)))):
        raise InputError(f"{path.name}: {distribution!r} gives no possible value: expected {declaration.bounds}")


def _parameters(distribution: Distribution, k: int) -> Mapping[str, u.Quantity]:
    """Return the parameters in the dimension of value ``k``; of a distribution of the user's, none are known."""
    names, lists = _SINGLE.get(type(distribution), ()), _LISTED.get(type(distribution), ())
    return {name: getattr(distribution, name) for name in names} | {
        f"{name}[{k}]": getattr(distribution, name)[k] for name in lists
    }
