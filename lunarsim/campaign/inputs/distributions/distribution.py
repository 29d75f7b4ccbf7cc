"""What every distribution does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


class Distribution(Protocol):
    """How one value of a scenario, or several together, scatter.

    A distribution turns uniform numbers into values by its inverse cumulative distribution function. So the same
    distribution serves plain Monte Carlo, Latin hypercubes and Sobol sequences. Row ``i`` of the values follows from
    row ``i`` of the uniforms alone, to the last bit, however many rows there are.
    """

    @property
    def size(self) -> int:
        """How many values one draw gives."""
        ...

    @property
    def draws(self) -> int:
        """How many uniform numbers one draw takes."""
        ...

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of each value; ``u.one`` for numbers."""
        ...

    def values(self, uniforms: Floats) -> Floats:
        """Return values.

        Parameters
        ----------
        uniforms : ndarray, shape (n, draws)
            Uniform numbers, in the open interval from 0 to 1.

        Returns
        -------
        ndarray, shape (n, size)
            In :attr:`unit`.
        """
        ...

    def log_density(self, values: Floats) -> Floats:
        """Return the natural logarithm of the probability density, or of the probability of a discrete value.

        The density of a quantity is per unit of :attr:`unit`. For the weights of importance resampling, take both
        densities in the same unit.

        Parameters
        ----------
        values : ndarray, shape (n, size)
            In :attr:`unit`.

        Returns
        -------
        ndarray, shape (n,)
            Minus infinity where a value cannot occur.

        Raises
        ------
        InputError
            If the distribution has no density.
        """
        ...

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file: texts, lists and floats; written by ``json``, the floats are exact."""
        ...


#: What a campaign scatters: the path of a value in the scenario, or several paths for a joint distribution. Its keys
#: are texts or tuples of texts: to a type checker a mapping of texts alone is no mapping of both.
Dispersions: TypeAlias = Mapping[Any, Distribution]
