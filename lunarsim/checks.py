"""What public objects accept: quantities of the right dimension, shape, sign, and finite."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time, TimeDelta

from lunarsim.errors import InputError, shown

_EXAMPLES = {
    u.m: "a length such as 18 * u.km",
    u.m**2: "an area such as 4 * u.m**2",
    u.s: "a time span such as 84 * u.s",
    u.kg: "a mass such as 1346 * u.kg",
    u.deg: "an angle such as 82.087 * u.deg",
    u.N: "a force such as 4.2 * u.kN",
    u.m / u.s: "a velocity such as 24.3 * u.m / u.s",
    u.m / u.s**2: "an acceleration such as 0.1 * u.m / u.s**2",
}

_LAST_JULIAN_DATE = 1e7


@cache
def wanted(unit: u.UnitBase) -> tuple[str, str]:
    """Return in words what is expected of a quantity: as Python writes it, and as a file does."""
    in_python = _EXAMPLES.get(unit, f"a quantity in {unit}")
    return in_python, in_python.replace(" * u.", " ").replace("u.", "")


def quantity(
    name: str,
    value: Any,
    unit: u.UnitBase,
    *,
    shape: tuple[int, ...] | None = (),
    minimum: float = -np.inf,
    positive: bool = False,
) -> u.Quantity:
    """Return ``value`` in ``unit``, or raise an error that names the argument.

    Parameters
    ----------
    name : str
        The argument's name, for the error text.
    value : Quantity or TimeDelta
        What the caller gave.
    unit : Unit
        The unit of the result; ``value`` may be in any unit that converts to it.
    shape : tuple of int or None
        The expected shape; None accepts any.
    minimum : float
        The smallest value accepted, in ``unit``.
    positive : bool
        If true, zero and less are refused.

    Raises
    ------
    InputError
        If ``value`` is no quantity, of another dimension or shape, not finite, or out of range.
    """
    in_python, expected = wanted(unit)
    if isinstance(value, TimeDelta):
        value = value.to(u.s)
    if isinstance(value, list | tuple) and any(isinstance(each, u.Quantity) for each in value):
        raise InputError(f"{name} = {shown(value)} is a list: {_as_one(value, shape)}")
    if not isinstance(value, u.Quantity):
        raise InputError(f"{name} = {shown(value)} has no unit: expected {in_python}")
    try:
        converted = value.to(unit)
    except u.UnitConversionError:
        raise InputError(f"{name} = {value} is of the wrong dimension: expected {expected}") from None
    if shape is not None and converted.shape != shape:
        raise InputError(f"{name} has shape {converted.shape}: expected shape {shape}")
    if not np.all(np.isfinite(converted.value)):
        raise InputError(f"{name} = {value} is not finite: expected {expected}")
    if positive and np.any(converted.value <= 0.0):
        raise InputError(f"{name} = {value} must be greater than zero")
    if np.any(converted.value < minimum):
        raise InputError(f"{name} = {value} must not be less than {minimum:g} {unit}")
    return converted


def _as_one(values: Sequence[Any], shape: tuple[int, ...] | None) -> str:
    """Return how a list of quantities is given as one."""
    if shape == ():
        return f"expected one value, such as {values[0]}"
    return "expected one quantity with one unit for all, such as [1800, 0, 0] * u.km, or u.Quantity([...])"


def number(name: str, value: Any, *, minimum: float = -np.inf, maximum: float = np.inf) -> float:
    """Return ``value`` if it is a finite number in a range, or raise an error that names the argument."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InputError(f"{name} = {shown(value)} is not a number")
    if not np.isfinite(value) and not (np.isfinite(minimum) and np.isfinite(maximum)):
        raise InputError(f"{name} = {value}: expected a finite number")
    if not minimum <= value <= maximum:  # not a number is in no range
        raise InputError(f"{name} = {value}: expected a number from {minimum:g} to {maximum:g}")
    return float(value)


def instant(name: str, value: Any) -> Time:
    """Return ``value`` if it is one astropy Time, or raise an error that names the argument."""
    if not isinstance(value, Time):
        raise InputError(
            f"{name} = {shown(value)} is not a Time: expected e.g. Time('2023-08-19T11:10:00', scale='utc')"
        )
    if not value.isscalar:
        raise InputError(f"{name} holds {value.size} times: expected one")
    check_calendar(name, value)
    return value


def check_calendar(name: str, times: Time) -> None:
    """Raise an error if a time lies where no scale can be converted into another; flights need one of 1900 to 2050."""
    days = np.ravel(times.jd)
    outside = days[~((days >= 0.0) & (days <= _LAST_JULIAN_DATE))]
    if outside.size:
        raise InputError(
            f"{name} = Julian date {outside[0]:g}: expected from 0 to {_LAST_JULIAN_DATE:g}, years -4712 to 22666"
        )
