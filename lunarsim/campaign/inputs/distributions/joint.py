"""Values that scatter together: the joint normal distribution, and the covariance of a state."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import ArrayLike
from scipy import special

from lunarsim.campaign.inputs.distributions.amounts import amount, words
from lunarsim.campaign.inputs.distributions.covariance import check_not_negative, cholesky, symmetric
from lunarsim.campaign.inputs.distributions.distribution import Floats
from lunarsim.errors import InputError

_GREATEST_SIGMA = 1e150  # the square of a greater one, or its product with another, is not finite

#: The paths of a state's dispersion, in this order: position and velocity in RTN axes of the nominal state.
STATE_PATHS = (
    "state.radial",
    "state.transverse",
    "state.normal",
    "state.radial_rate",
    "state.transverse_rate",
    "state.normal_rate",
)


@dataclass(frozen=True, repr=False, eq=False)
class JointNormal:
    """Several values that scatter together, normally, with a covariance.

    Parameters
    ----------
    means : list of Quantity or float
        The mean of each of k values; each may have its own unit.
    covariance : array_like, shape (k, k)
        Numbers without unit: element (i, j) is in the unit of mean i times that of mean j. It may be singular: a
        variance of zero, or a value that follows from others.

    Raises
    ------
    InputError
        If the covariance is not symmetric, has a negative eigenvalue or none but zeros, is not finite, or is not of
        the size of the means.

    Notes
    -----
    A value is its mean plus a row of the Cholesky factor times standard normal numbers, summed in order. The first
    value follows from the first uniform number alone.

    Examples
    --------
    >>> import lunarsim as ls
    >>> import numpy as np
    >>> from astropy import units as u
    >>> covariance = np.array([[100.0, -0.9], [-0.9, 0.01]])
    >>> ls.JointNormal((0 * u.m, 0 * u.m / u.s), covariance)
    JointNormal(0.0 +- 10 m, 0.0 +- 0.1 m / s)
    """

    means: tuple[u.Quantity, ...]
    covariance: Floats

    def __post_init__(self) -> None:
        means = _listed("means", self.means)
        covariance = symmetric("covariance", self.covariance, len(means))
        covariance.flags.writeable = False
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "covariance", covariance)
        check_not_negative(covariance)

    @classmethod
    def from_correlation(cls, means: Sequence[Any], sigmas: Sequence[Any], correlation: ArrayLike) -> JointNormal:
        """Return the distribution with given standard deviations and correlations.

        Parameters
        ----------
        means, sigmas : list of Quantity or float
            Mean and standard deviation of each of k values.
        correlation : array_like, shape (k, k)
            Correlations, -1 to 1, with ones on the diagonal.

        Raises
        ------
        InputError
            As the class, or if a correlation is not within -1 to 1.
        """
        centres, given = _listed("means", means), _listed("sigmas", sigmas)
        if len(centres) != len(given):
            raise InputError(f"there are {len(centres)} means and {len(given)} sigmas: expected as many")
        spreads = np.empty(len(given))
        for i, (sigma, centre) in enumerate(zip(given, centres, strict=True)):
            spreads[i] = amount(f"sigmas[{i}]", sigma, like=(f"means[{i}]", centre)).value
            if spreads[i] < 0.0:
                raise InputError(f"sigmas[{i}] = {words(sigma)}: expected a standard deviation, zero or more")
            if spreads[i] > _GREATEST_SIGMA:
                raise InputError(f"sigmas[{i}] = {words(sigma)}: expected up to {_GREATEST_SIGMA:g}")
        matrix = symmetric("correlation", correlation, len(centres))
        for row, column in np.argwhere(np.abs(matrix) > 1.0):
            raise InputError(f"correlation[{row}][{column}] = {matrix[row, column]}: expected -1 to 1")
        for (row,) in np.argwhere(np.diag(matrix) != 1.0):
            raise InputError(f"correlation[{row}][{row}] = {matrix[row, row]}: expected 1, a value agrees with itself")
        return cls(centres, spreads[:, np.newaxis] * matrix * spreads)

    @property
    def size(self) -> int:
        """How many values scatter together."""
        return len(self.means)

    @property
    def draws(self) -> int:
        """How many uniform numbers one draw takes: as many as values."""
        return len(self.means)

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of each mean."""
        return tuple(mean.unit for mean in self.means)

    @property
    def sigmas(self) -> tuple[u.Quantity, ...]:
        """The standard deviation of each value."""
        spreads = np.sqrt(np.diag(self.covariance)).tolist()
        return tuple(spread * mean.unit for spread, mean in zip(spreads, self.means, strict=True))

    def values(self, uniforms: Floats) -> Floats:
        """Return values, shape (n, k), for uniform numbers, shape (n, k)."""
        if uniforms.ndim != 2 or uniforms.shape[1] != self.size:
            raise InputError(f"uniforms has shape {uniforms.shape}: expected (n, {self.size})")
        standard: Floats = special.ndtri(uniforms)
        drawn = np.empty_like(standard)
        for i, mean in enumerate(self.means):  # no matrix product: its bits may depend on the number of rows
            offset = self._factor[i, 0] * standard[:, 0]
            for j in range(1, i + 1):
                offset = offset + self._factor[i, j] * standard[:, j]
            drawn[:, i] = float(mean.value) + offset
        return drawn

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the density at values, shape (n, k), in :attr:`unit`.

        Raises
        ------
        InputError
            If the covariance is singular: then there is no density.
        """
        pivots = np.diag(self._factor)
        if not np.all(pivots > 0.0):
            raise InputError(f"{self!r} has no density: its covariance is singular")
        logs = np.full(len(values), -self.size * 0.5 * math.log(2.0 * math.pi) - float(np.sum(np.log(pivots))))
        standard = np.empty_like(values)
        for i, mean in enumerate(self.means):
            rest = values[:, i] - float(mean.value)
            for j in range(i):
                rest = rest - self._factor[i, j] * standard[:, j]
            standard[:, i] = rest / pivots[i]
            logs -= 0.5 * standard[:, i] * standard[:, i]
        return logs

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {
            "distribution": "joint normal",
            "units": [mean.unit.to_string() for mean in self.means],
            "means": [float(mean.value) for mean in self.means],
            "covariance": self.covariance.tolist(),
        }

    def __repr__(self) -> str:
        pairs = zip(self.means, self.sigmas, strict=True)
        each = (f"{float(mean.value)} +- {sigma.value:.4g} {mean.unit}".strip() for mean, sigma in pairs)
        return f"JointNormal({', '.join(each)})"

    @cached_property
    def _factor(self) -> Floats:
        return cholesky(self.covariance)


def state_covariance(
    matrix: ArrayLike, frame: str = "rtn", *, unit: tuple[u.UnitBase, u.UnitBase] = (u.m, u.m / u.s)
) -> dict[tuple[str, ...], JointNormal]:
    """Return the dispersion of the state at the start, from the covariance of an orbit determination.

    Parameters
    ----------
    matrix : array_like, shape (6, 6)
        Covariance of the offsets from the nominal state: radial, transverse, normal, then the three rates in the
        same order. Numbers without unit, in m2, m2/s and m2/s2 unless ``unit`` says otherwise.
    frame : str
        ``"rtn"``: axes of the nominal state, as in :func:`lunarsim.rtn`. The rates are differences of the inertial
        velocities along these axes; the turning of the axes is not subtracted.
    unit : (Unit, Unit)
        Of positions and of rates.

    Returns
    -------
    dict
        One entry, to be merged into the dispersions: the six paths, and their distribution about zero.

    Raises
    ------
    InputError
        If the frame is another, a unit is of the wrong dimension, or the matrix is no covariance.

    Examples
    --------
    >>> import lunarsim as ls
    >>> import numpy as np
    >>> tracking = ls.state_covariance(np.diag([100.0, 100.0, 100.0, 0.1, 0.1, 0.1]) ** 2)
    >>> campaign = ls.Campaign(ls.load_scenario("luna25"), tracking)
    >>> print(campaign.run(100, seed=1))
    <100 runs of luna25, seed 1: 100.0% impact>
    """
    if frame != "rtn":
        raise InputError(f"frame = {frame!r}: expected 'rtn'; rotate the covariance into these axes first")
    length, rate = (u.Unit(one) for one in unit)
    if length.physical_type != "length" or rate.physical_type != "speed":
        raise InputError(
            f"unit = ({length}, {rate}): expected those of a length and of a speed, such as (u.m, u.m / u.s)"
        )
    return {STATE_PATHS: JointNormal((0.0 * length,) * 3 + (0.0 * rate,) * 3, symmetric("matrix", matrix, 6))}


def _listed(name: str, values: Any) -> tuple[u.Quantity, ...]:
    try:
        each = list(values)
    except TypeError:
        each = []
    if not each:
        raise InputError(f"{name} = {values!r}: expected a list of one value or more")
    return tuple(amount(f"{name}[{i}]", value) for i, value in enumerate(each))
