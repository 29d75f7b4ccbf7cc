"""Global sensitivity: which inputs the variance of an output comes from, by Sobol' indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from lunarsim.errors import InputError, nearest
from lunarsim.statistics import columns
from lunarsim.statistics.columns import Column
from lunarsim.statistics.interval import Interval
from lunarsim.statistics.saltelli import SaltelliDesign


@dataclass(frozen=True, kw_only=True)
class SobolIndex:
    """What one factor contributes to the variance of an output.

    Attributes
    ----------
    name : str
        The factor.
    first, total : float
        Share of the variance that would go if the factor alone were known, and that would stay if all others were;
        their difference is interaction. Estimates may fall a little outside 0 to 1.
    first_interval, total_interval : Interval
        Bootstrap bounds.
    title : str
        What people call the factor, for figures; empty: its name.
    """

    name: str
    first: float
    total: float
    first_interval: Interval
    total_interval: Interval
    title: str = ""

    def __str__(self) -> str:
        """Return such as ``thrust: first order 0.62 (0.58 to 0.66), total 0.70 (0.66 to 0.74)``."""
        first, total = f"{self.first:.3f} ({self.first_interval})", f"{self.total:.3f} ({self.total_interval})"
        return f"{self.name}: first order {first}, total {total}"


@dataclass(frozen=True, kw_only=True)
class SobolIndices:
    """The indices of all factors; one by its name: ``indices["thrust"]``.

    Attributes
    ----------
    factors : tuple of SobolIndex
        In the order of the design.
    confidence : float
        Of the intervals.
    runs : int
        How many runs they come from.
    """

    factors: tuple[SobolIndex, ...]
    confidence: float
    runs: int

    def __getitem__(self, name: str) -> SobolIndex:
        """Return the indices of one factor.

        Raises
        ------
        InputError
            If there is no such factor.
        """
        by_name = {index.name: index for index in self.factors}
        if name not in by_name:
            raise InputError(f"no factor '{name}': {nearest(name, by_name)}")
        return by_name[name]


def sobol_indices(
    design: SaltelliDesign,
    output: ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = 499,
    seed: int = 0,
    titles: Mapping[str, str] | None = None,
) -> SobolIndices:
    """Return first and total order indices of one output of the runs of a design, with bootstrap intervals.

    The estimators are those of ``scipy.stats.sobol_indices`` (Saltelli et al. 2010, table 2 b and f). The bootstrap
    draws rows of the design anew; since a Sobol' sequence is more even than chance, its intervals are rather wide.

    Parameters
    ----------
    design : SaltelliDesign
        Which runs.
    output : array_like, shape (design.total,)
        One value per run, in the order of the design. For the rate of an outcome, 1 where it came and 0 elsewhere.
    confidence : float
        Of the intervals, between 0 and 1.
    resamples : int
        How many samples the bootstrap draws.
    seed : int
        Of the bootstrap.
    titles : mapping of str to str, optional
        What people call the factors, which the indices keep for figures.

    Raises
    ------
    InputError
        If there is not one finite value per run, or all are alike.
    """
    column = columns.finite("output", output)
    if column.size != design.total:
        raise InputError(f"output holds {column.size} runs: expected the {design.total} runs of the design")
    if np.ptp(column) == 0.0:
        raise InputError(f"output is {column[0]:g} in every run: it has no variance to share out")
    blocks = column.reshape(len(design.names) + 2, design.base)
    middle = (1.0 - columns.fraction("confidence", confidence)) / 2.0
    first, total = _indices(blocks.copy())  # scipy 1.13 and 1.14 subtract the mean in place
    drawn = np.random.default_rng(seed).integers(design.base, size=(resamples, design.base), dtype=np.int32)
    again = np.array([_indices(blocks[:, rows]) for rows in drawn])
    low, high = np.quantile(again, [middle, 1.0 - middle], axis=0)
    found = tuple(
        SobolIndex(
            name=name,
            first=float(first[i]),
            total=float(total[i]),
            first_interval=Interval(float(low[0, i]), float(high[0, i])),
            total_interval=Interval(float(low[1, i]), float(high[1, i])),
            title=(titles or {}).get(name, ""),
        )
        for i, name in enumerate(design.names)
    )
    return SobolIndices(factors=found, confidence=confidence, runs=design.total)


def sobol(
    function: Callable[[NDArray[np.float64]], ArrayLike],
    factors: Mapping[str, int] | Sequence[str],
    *,
    base: int = 1024,
    seed: int = 0,
    confidence: float = 0.95,
) -> SobolIndices:
    """Return Sobol' indices of a function of uniforms: design, call and indices in one.

    Parameters
    ----------
    function : callable
        From uniforms, shape (n, dimensions), to n values.
    factors : mapping of str to int, or sequence of str
        As in :class:`SaltelliDesign`.
    base : int
        A power of 2; the function sees ``base * (number of factors + 2)`` rows.
    seed : int
        Of the design and of the bootstrap.
    confidence : float
        Of the intervals.

    Raises
    ------
    InputError
        As :class:`SaltelliDesign` and :func:`sobol_indices`.
    """
    design = SaltelliDesign(factors=factors, base=base, seed=seed)
    return sobol_indices(design, function(design.uniforms()), confidence=confidence, seed=seed)


def _indices(blocks: NDArray[np.float64]) -> tuple[Column, Column]:
    """Return first and total order indices of outputs, shape (factors + 2, base)."""
    outputs = {"f_A": blocks[:1], "f_B": blocks[1:2], "f_AB": blocks[2:, np.newaxis]}
    found = scipy.stats.sobol_indices(func=outputs, n=blocks.shape[1])
    return np.ravel(found.first_order), np.ravel(found.total_order)
