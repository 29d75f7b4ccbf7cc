"""The design of runs from which Sobol' indices are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from lunarsim.errors import InputError

_BITS = 30  # of the sequence: points are whole multiples of 2^-30
_HALF_STEP = 2.0 ** -(_BITS + 1)


@dataclass(frozen=True, kw_only=True)
class SaltelliDesign:
    """The runs from which Sobol' indices are found: A, B, and for each factor A with that factor taken from B.

    Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018, on a scrambled Sobol' sequence. Run i depends on the
    design and i alone.

    Attributes
    ----------
    factors : mapping of str to int, or sequence of str
        The factors, and how many uniforms each consumes; a sequence: one each. Inputs that depend on each other, such
        as a state with its covariance, are one factor.
    base : int
        Rows of A, a power of 2; the design has ``base * (number of factors + 2)`` runs.
    seed : int
        Of the scrambling.
    """

    factors: Mapping[str, int] | Sequence[str]
    base: int
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the factors and the base.

        Raises
        ------
        InputError
            If there are no factors, one is named twice or has no uniforms, or the base is no power of 2 from 4 to 2^29.
        """
        if isinstance(self.factors, str) or not self.names or len(set(self.names)) < len(self.names):
            raise InputError(f"factors = {self.factors!r}: expected one or more names, none twice")
        if any(width < 1 for width in self._widths):
            raise InputError(f"factors = {self.factors!r}: expected one or more uniforms for each")
        whole = isinstance(self.base, int | np.integer)
        if not whole or not 4 <= self.base < 2**_BITS or self.base & (self.base - 1):
            raise InputError(f"base = {self.base!r}: expected a power of 2 from 4 to 2^29, such as 1024")

    @property
    def names(self) -> tuple[str, ...]:
        """The factors' names."""
        return tuple(self.factors)

    @property
    def dimensions(self) -> int:
        """How many uniforms a run consumes."""
        return sum(self._widths)

    @property
    def total(self) -> int:
        """Number of runs."""
        return int(self.base) * (len(self.names) + 2)

    def uniforms(self, first: int = 0, count: int | None = None) -> NDArray[np.float64]:
        """Return the uniforms of runs, shape (count, dimensions), in the open interval (0, 1).

        Parameters
        ----------
        first, count : int
            Which runs; default: all.

        Raises
        ------
        InputError
            If the design has no such runs.
        """
        last = self.total if count is None else first + count
        if not 0 <= first < last <= self.total:
            raise InputError(f"runs {first} to {last - 1}: expected runs within 0 to {self.total - 1}")
        parts = []
        for block in range(first // self.base, (last - 1) // self.base + 1):
            start = max(first - block * self.base, 0)
            parts.append(self._rows(block, start, min(last - block * self.base, self.base) - start))
        return np.concatenate(parts)

    @property
    def _widths(self) -> tuple[int, ...]:
        return tuple(self.factors.values()) if isinstance(self.factors, Mapping) else (1,) * len(self.names)

    def _rows(self, block: int, start: int, count: int) -> NDArray[np.float64]:
        """Return rows of A (block 0), B (1), or A with factor ``block - 2`` from B."""
        a, b = np.hsplit(self._sequence(start, count), 2)
        if block == 0:
            return a
        if block == 1:
            return b
        begin = sum(self._widths[: block - 2])
        taken = slice(begin, begin + self._widths[block - 2])
        a[:, taken] = b[:, taken]
        return a

    def _sequence(self, start: int, count: int) -> NDArray[np.float64]:
        sequence = scipy.stats.qmc.Sobol(
            2 * self.dimensions, bits=_BITS, seed=self.seed
        )  # rng= only from scipy 1.15 on
        if start:
            return np.asarray(sequence.fast_forward(start).random(count)) + _HALF_STEP
        whole = 1 << (count - 1).bit_length()  # from the start on, scipy wants powers of 2
        return np.asarray(sequence.random(whole)[:count]) + _HALF_STEP
