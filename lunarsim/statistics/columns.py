"""What the statistics accept: columns of finite numbers, weights of runs, fractions between 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lunarsim import checks
from lunarsim.errors import InputError, nearest

Column = NDArray[np.float64]


def finite(name: str, values: ArrayLike, *, least: int = 1) -> Column:
    """Return a column of finite numbers, one per run.

    Parameters
    ----------
    name : str
        The argument's name, for error texts.
    values : array_like, shape (n,)
        One value per run.
    least : int
        The fewest runs that will do.

    Raises
    ------
    InputError
        If it is no column of numbers, is too short, or holds values that are not finite.
    """
    column = _numbers(name, values)
    if column.ndim != 1:
        raise InputError(f"{name} has shape {column.shape}: expected one value per run, shape (n,)")
    if column.size < least:
        raise InputError(f"{name} holds {column.size} runs: expected at least {least}; fly more runs")
    bad = np.flatnonzero(~np.isfinite(column))
    if bad.size:
        raise InputError(
            f"{name}: {bad.size} of {column.size} runs have no finite value (the first at index {bad[0]}); choose "
            "the runs that have one, such as those of one outcome, and say so beside the result"
        )
    return column


def alike(**columns: Column) -> None:
    """Check that columns are equally long.

    Raises
    ------
    InputError
        If they are not; the text names each with its length.
    """
    if len({column.size for column in columns.values()}) > 1:
        lengths = ", ".join(f"{name} {column.size}" for name, column in columns.items())
        raise InputError(f"columns of different length ({lengths}): expected one value per run in each")


def normalised(weights: ArrayLike, count: int) -> Column:
    """Return the weights of runs, scaled to the sum 1.

    Raises
    ------
    InputError
        If there is not one weight per run, one is negative or not finite, or all are zero.
    """
    column = finite("weights", weights)
    if column.size != count:
        raise InputError(f"{column.size} weights for {count} runs: expected one weight per run")
    if np.any(column < 0.0) or column.sum() == 0.0:
        raise InputError(f"weights from {column.min():g} to {column.max():g}: expected none negative, not all zero")
    return np.asarray(column / column.sum())


def effective_size(weights: Column) -> float:
    """Return how many equally weighted runs tell as much: (sum w)^2 / sum w^2 (Kish 1965, Survey Sampling)."""
    return float(weights.sum() ** 2 / np.sum(weights**2))


def fraction(name: str, value: Any) -> float:
    """Return a number strictly between 0 and 1.

    Raises
    ------
    InputError
        If it is none; a percentage gets a hint.
    """
    checked = checks.number(name, value)
    if not 0.0 < checked < 1.0:
        hint = f"; for {checked:g} % write {checked / 100.0:g}" if 1.0 < checked < 100.0 else ""
        raise InputError(f"{name} = {checked:g}: expected a fraction between 0 and 1, both excluded{hint}")
    return checked


def named(columns: Mapping[str, Any], name: str) -> Any:
    """Return the column of that name.

    Raises
    ------
    InputError
        If there is none; the text offers the nearest names.
    """
    if name not in columns:
        raise InputError(f"no column '{name}': {nearest(name, list(columns))}")
    return columns[name]


def percent(value: float, digits: int = 2) -> str:
    """Return a fraction as text, such as ``97.30 %``."""
    return f"{100.0 * value:.{digits}f} %"


def _numbers(name: str, values: ArrayLike) -> Column:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} = {values!r}: expected numbers, one per run ({error})") from None
