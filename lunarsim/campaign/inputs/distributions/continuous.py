"""Continuous distributions of one value: normal, uniform, truncated normal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
from astropy import units as u
from scipy import special

from lunarsim.campaign.inputs.distributions.amounts import amount, words
from lunarsim.campaign.inputs.distributions.distribution import Floats
from lunarsim.errors import InputError

_LOG_SQRT_2PI = 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, repr=False)
class Normal:
    """A normal distribution.

    Parameters
    ----------
    mean : Quantity or float
        Where it is centred.
    sigma : Quantity or float
        Standard deviation, in any unit of the dimension of the mean.

    Raises
    ------
    InputError
        If sigma is not greater than zero, a value is not finite, or the dimensions differ.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Normal(265 * u.N, 2 * u.N)
    Normal(mean=265.0 N, sigma=2.0 N)
    """

    mean: u.Quantity
    sigma: u.Quantity
    size: ClassVar[int] = 1
    draws: ClassVar[int] = 1

    def __post_init__(self) -> None:
        _keep(self, mean=self.mean, sigma=self.sigma)
        _check_sigma(self.sigma)

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of the mean."""
        return (self.mean.unit,)

    def values(self, uniforms: Floats) -> Floats:
        """Return values, shape (n, 1), for uniform numbers, shape (n, 1)."""
        standard: Floats = special.ndtri(_one_column(uniforms))
        return float(self.mean.value) + float(self.sigma.value) * standard

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the density at values, shape (n, 1), in :attr:`unit`."""
        return _log_normal(values[:, 0], float(self.mean.value), float(self.sigma.value))

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return _document(self, "normal", "mean", "sigma")

    def __repr__(self) -> str:
        return f"Normal(mean={words(self.mean)}, sigma={words(self.sigma)})"


@dataclass(frozen=True, repr=False)
class Uniform:
    """A uniform distribution between two bounds.

    Parameters
    ----------
    low, high : Quantity or float
        The bounds, of the same dimension.

    Raises
    ------
    InputError
        If low is not less than high, a value is not finite, or the dimensions differ.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Uniform(0 * u.s, 2 * u.s)
    Uniform(0.0 s to 2.0 s)
    """

    low: u.Quantity
    high: u.Quantity
    size: ClassVar[int] = 1
    draws: ClassVar[int] = 1

    def __post_init__(self) -> None:
        _keep(self, low=self.low, high=self.high)
        _check_bounds(self.low, self.high)

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of the lower bound."""
        return (self.low.unit,)

    def values(self, uniforms: Floats) -> Floats:
        """Return values, shape (n, 1), for uniform numbers, shape (n, 1)."""
        low, high = float(self.low.value), float(self.high.value)
        return np.clip(low + (high - low) * _one_column(uniforms), low, high)  # rounding may pass a bound

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the density at values, shape (n, 1), in :attr:`unit`."""
        inside = (values[:, 0] >= self.low.value) & (values[:, 0] <= self.high.value)
        return np.where(inside, -math.log(float(self.high.value) - float(self.low.value)), -np.inf)

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return _document(self, "uniform", "low", "high")

    def __repr__(self) -> str:
        return f"Uniform({words(self.low)} to {words(self.high)})"


class _Tail(NamedTuple):
    """A truncated normal, mirrored if most of it lies above the mean: below it the CDF keeps its digits."""

    sign: float  #: -1 if it was mirrored at the mean
    log_top: float  #: logarithm of the normal CDF at the upper bound
    share: float  #: CDF at the lower bound over that at the upper
    log_between: float  #: logarithm of the probability between the bounds


@dataclass(frozen=True, repr=False)
class TruncatedNormal:
    """A normal distribution of which only what lies between two bounds is kept.

    Parameters
    ----------
    mean, sigma : Quantity or float
        Of the normal distribution before it is cut.
    low, high : Quantity or float
        The bounds; the mean need not lie between them.

    Raises
    ------
    InputError
        If sigma is not greater than zero, low is not less than high, a value is not finite, the dimensions differ,
        or the bounds are so far from the mean that the probability between them cannot be computed.

    Notes
    -----
    The inverse CDF is taken in logarithms, so that a far tail keeps its shape.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.TruncatedNormal(265 * u.N, 2 * u.N, 260 * u.N, 270 * u.N)
    TruncatedNormal(mean=265.0 N, sigma=2.0 N, low=260.0 N, high=270.0 N)
    """

    mean: u.Quantity
    sigma: u.Quantity
    low: u.Quantity
    high: u.Quantity
    size: ClassVar[int] = 1
    draws: ClassVar[int] = 1

    def __post_init__(self) -> None:
        _keep(self, mean=self.mean, sigma=self.sigma, low=self.low, high=self.high)
        _check_sigma(self.sigma)
        _check_bounds(self.low, self.high)
        if not (math.isfinite(self._tail.log_top) and self._tail.share < 1.0):
            raise InputError(
                f"{self!r} has no probability between its bounds that can be computed: "
                "expected bounds nearer to the mean or further apart, or use Uniform"
            )

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of the mean."""
        return (self.mean.unit,)

    def values(self, uniforms: Floats) -> Floats:
        """Return values, shape (n, 1), for uniform numbers, shape (n, 1)."""
        tail, uniform = self._tail, _one_column(uniforms)
        share = uniform if tail.sign > 0.0 else 1.0 - uniform
        # xlogy, for numpy's own logarithm may round by the position in its vectors, and run i not be run i
        log_cdf = tail.log_top + special.xlogy(1.0, tail.share + share * (1.0 - tail.share))
        standard: Floats = tail.sign * special.ndtri_exp(log_cdf)
        drawn = float(self.mean.value) + float(self.sigma.value) * standard
        return np.clip(drawn, float(self.low.value), float(self.high.value))

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the density at values, shape (n, 1), in :attr:`unit`."""
        log_whole = _log_normal(values[:, 0], float(self.mean.value), float(self.sigma.value))
        inside = (values[:, 0] >= self.low.value) & (values[:, 0] <= self.high.value)
        return np.where(inside, log_whole - self._tail.log_between, -np.inf)

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return _document(self, "truncated normal", "mean", "sigma", "low", "high")

    def __repr__(self) -> str:
        cut = f"low={words(self.low)}, high={words(self.high)}"
        return f"TruncatedNormal(mean={words(self.mean)}, sigma={words(self.sigma)}, {cut})"

    @cached_property
    def _tail(self) -> _Tail:
        bounds = [float((bound.value - self.mean.value) / self.sigma.value) for bound in (self.low, self.high)]
        sign = -1.0 if bounds[0] + bounds[1] > 0.0 else 1.0
        bottom, top = sorted(sign * bound for bound in bounds)
        log_top = float(special.log_ndtr(top))
        share = math.exp(float(special.log_ndtr(bottom)) - log_top) if math.isfinite(log_top) else 1.0
        log_between = log_top + math.log1p(-share) if share < 1.0 else -math.inf
        return _Tail(sign, log_top, share, log_between)


def _log_normal(values: Floats, mean: float, sigma: float) -> Floats:
    x = (values - mean) / sigma
    return -0.5 * x * x - _LOG_SQRT_2PI - math.log(sigma)


def _keep(distribution: Any, **values: Any) -> None:
    """Put the arguments into a distribution, all in the unit of the first."""
    (first_name, first), *others = values.items()
    reference = (first_name, amount(first_name, first))
    object.__setattr__(distribution, *reference)
    for name, value in others:
        object.__setattr__(distribution, name, amount(name, value, like=reference))


def _check_sigma(sigma: u.Quantity) -> None:
    if not sigma.value > 0.0:
        raise InputError(f"sigma = {words(sigma)}: expected a standard deviation greater than zero")


def _check_bounds(low: u.Quantity, high: u.Quantity) -> None:
    if not low.value < high.value:
        raise InputError(f"low = {words(low)} is not below high = {words(high)}: expected two bounds in this order")
    if not math.isfinite(float(high.value) - float(low.value)):
        raise InputError(f"low = {words(low)} and high = {words(high)} are too far apart: expected a finite distance")


def _one_column(uniforms: Floats) -> Floats:
    if uniforms.ndim != 2 or uniforms.shape[1] != 1:
        raise InputError(f"uniforms has shape {uniforms.shape}: expected (n, 1)")
    return uniforms


def _document(distribution: Any, kind: str, *names: str) -> dict[str, Any]:
    numbers = {name: float(getattr(distribution, name).value) for name in names}
    return {"distribution": kind, "unit": distribution.unit[0].to_string(), **numbers}
