"""Distributions over listed values: discrete, a fault's probability, an empirical table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim import checks
from lunarsim.campaign.inputs.distributions.amounts import column, words
from lunarsim.campaign.inputs.distributions.distribution import Floats
from lunarsim.errors import InputError

_SUM_TOLERANCE = 1e-9  # of probabilities that add up to 1; three times 0.333333 does not pass, 1 / 3 does
_SAME = 1e-12  # relative: a value that went through another unit and came back


@dataclass(frozen=True, repr=False, eq=False)
class Discrete:
    """One of several values, each with its probability.

    Parameters
    ----------
    outcomes : Quantity, shape (k,), or list of Quantity or float
        The values that can occur, all different.
    probabilities : list of float
        One for each value, together 1; without it, all are equally probable.

    Raises
    ------
    InputError
        If there are no values, one stands twice, their dimensions differ, or the probabilities are not as many,
        not from 0 to 1, or do not add up to 1.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Discrete([250, 265] * u.N, (0.1, 0.9))
    Discrete([250.0, 265.0] N, probabilities=[0.1, 0.9])
    """

    outcomes: u.Quantity
    probabilities: tuple[float, ...] | None = None
    size: ClassVar[int] = 1
    draws: ClassVar[int] = 1

    def __post_init__(self) -> None:
        outcomes = column("values", self.outcomes)
        count = len(outcomes)
        given = [1.0 / count] * count if self.probabilities is None else list(self.probabilities)
        shares = tuple(checks.number(f"probabilities[{i}]", p, minimum=0.0, maximum=1.0) for i, p in enumerate(given))
        if len(shares) != count:
            raise InputError(f"there are {count} values and {len(shares)} probabilities: expected as many")
        if abs(math.fsum(shares) - 1.0) > _SUM_TOLERANCE:
            raise InputError(f"probabilities = {list(shares)} add up to {math.fsum(shares)!r}: expected 1")
        ordered = np.sort(outcomes.value)
        for value in ordered[:-1][np.diff(ordered) == 0.0]:
            raise InputError(
                f"values hold {words(value * outcomes.unit)} twice: add its probabilities up and give it once"
            )
        object.__setattr__(self, "outcomes", outcomes)
        object.__setattr__(self, "probabilities", shares)

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of the first value."""
        return (self.outcomes.unit,)

    def values(self, uniforms: Floats) -> Floats:
        """Return values, shape (n, 1), for uniform numbers, shape (n, 1); they grow with the uniform numbers."""
        ordered, _, tops = self._ordered
        return ordered[np.searchsorted(tops, uniforms[:, 0], side="left")][:, np.newaxis]

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the probability of values, shape (n, 1), in :attr:`unit`."""
        ordered, shares, _ = self._ordered
        logs = np.full(len(values), -np.inf)
        for value, share in zip(ordered, shares, strict=True):
            if share > 0.0:
                logs[np.abs(values[:, 0] - value) <= _SAME * abs(value)] = math.log(share)
        return logs

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {
            "distribution": "discrete",
            "unit": self.outcomes.unit.to_string(),
            "values": self.outcomes.value.tolist(),
            "probabilities": list(self.probabilities or ()),
        }

    def __repr__(self) -> str:
        return f"Discrete({words(self.outcomes)}, probabilities={list(self.probabilities or ())})"

    @cached_property
    def _ordered(self) -> tuple[Floats, Floats, Floats]:
        """The values in increasing order, their probabilities, and the cumulative ones of all but the last."""
        order = np.argsort(self.outcomes.value)
        shares = np.array(self.probabilities)[order]
        last = int(np.flatnonzero(shares)[-1])  # rounding of the sum must not lead to a value of probability 0
        return self.outcomes.value[order], shares, np.array(list(itertools.accumulate(shares[:last].tolist())))


@dataclass(frozen=True, repr=False)
class Probability:
    """Whether something is so: 1 with a probability, else 0. For faults.

    Parameters
    ----------
    p : float
        Probability of 1, from 0 to 1.

    Raises
    ------
    InputError
        If it is not a number from 0 to 1.

    Examples
    --------
    >>> import lunarsim as ls
    >>> campaign = ls.Campaign(ls.load_scenario("luna25"), {"faults.accelerometer off": ls.Probability(0.5)})
    >>> campaign.groups
    ((('faults.accelerometer off',), Probability(0.5)),)
    """

    p: float
    size: ClassVar[int] = 1
    draws: ClassVar[int] = 1
    unit: ClassVar[tuple[u.UnitBase, ...]] = (u.one,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "p", checks.number("p", self.p, minimum=0.0, maximum=1.0))

    def values(self, uniforms: Floats) -> Floats:
        """Return 0.0 or 1.0, shape (n, 1), for uniform numbers, shape (n, 1); 1.0 for the greatest of these."""
        return np.where(uniforms > 1.0 - self.p, 1.0, 0.0)

    def log_density(self, values: Floats) -> Floats:
        """Return the logarithm of the probability of values 0 and 1, shape (n, 1)."""
        yes = math.log(self.p) if self.p > 0.0 else -math.inf
        no = math.log1p(-self.p) if self.p < 1.0 else -math.inf
        return np.select([values[:, 0] == 1.0, values[:, 0] == 0.0], [yes, no], -np.inf)

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {"distribution": "probability", "p": self.p}

    def __repr__(self) -> str:
        return f"Probability({self.p})"


@dataclass(frozen=True, repr=False, eq=False)
class Empirical:
    """Rows of a table, each equally probable: measured values, drawn together if there are several columns.

    Parameters
    ----------
    columns : Quantity, shape (n,) or (n, k), or list
        One column, as an array or a list of values; or k columns, as a list of arrays of the same length. Columns
        may have different units.

    Raises
    ------
    InputError
        If there are no rows, or the columns are not of the same length.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> measured = ls.Empirical(([263, 265, 268] * u.N,))
    >>> measured
    Empirical(3 rows of N)
    """

    columns: tuple[u.Quantity, ...]
    draws: ClassVar[int] = 1

    def __post_init__(self) -> None:
        parts = _columns(self.columns)
        names = ["values"] if len(parts) == 1 else [f"values[{i}]" for i in range(len(parts))]
        columns = tuple(column(name, part) for name, part in zip(names, parts, strict=True))
        lengths = [len(part) for part in columns]
        if len(set(lengths)) > 1:
            raise InputError(f"values have columns of {lengths} rows: expected columns of the same length")
        object.__setattr__(self, "columns", columns)

    @property
    def size(self) -> int:
        """How many columns the table has."""
        return len(self.columns)

    @property
    def unit(self) -> tuple[u.UnitBase, ...]:
        """The unit of each column."""
        return tuple(part.unit for part in self.columns)

    def values(self, uniforms: Floats) -> Floats:
        """Return rows, shape (n, k), for uniform numbers, shape (n, 1)."""
        count = len(self.columns[0])
        row = np.minimum((uniforms[:, 0] * count).astype(np.int64), count - 1)  # the product may round up
        return np.stack([part.value[row] for part in self.columns], axis=1)

    def log_density(self, values: Floats) -> Floats:  # noqa: ARG002
        """Refuse: a table of single values says nothing of the density between them.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(
            f"{self!r} has no density: a table says nothing of what lies between its rows. For importance resampling, "
            "describe the values by Normal, TruncatedNormal, Uniform, JointNormal or Discrete"
        )

    def to_document(self) -> dict[str, Any]:
        """Return a description for a JSON file."""
        return {
            "distribution": "empirical",
            "units": [part.unit.to_string() for part in self.columns],
            "columns": [part.value.tolist() for part in self.columns],
        }

    def __repr__(self) -> str:
        units = ", ".join(str(unit) or "numbers" for unit in self.unit)
        return f"Empirical({len(self.columns[0])} rows of {units})"


def _columns(table: Any) -> Sequence[Any]:
    """Return the columns of a table that was given in one of the ways that Empirical takes."""
    if isinstance(table, (u.Quantity, np.ndarray)):
        return list(table.T) if table.ndim == 2 and table.size else [table]
    if isinstance(table, Sequence) and table and all(np.ndim(part) == 1 for part in table):
        return table
    return [table]
