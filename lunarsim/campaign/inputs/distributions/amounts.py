"""Arguments of distributions: quantities, or plain numbers where there is no dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import TimeDelta

from lunarsim.errors import InputError


def amount(name: str, value: Any, *, like: tuple[str, u.Quantity] | None = None) -> u.Quantity:
    """Return one finite value; a plain number is dimensionless.

    Parameters
    ----------
    name : str
        The argument's name, for the error text.
    value : Quantity, TimeDelta or number
        What the caller gave.
    like : (str, Quantity), optional
        Another argument and its name; the result is in its unit.

    Raises
    ------
    InputError
        If the value is no number and no quantity, is not one, not finite, or of another dimension than ``like``.
    """
    quantity = _quantity(name, value, like)
    if quantity.shape != ():
        raise InputError(f"{name} has shape {quantity.shape}: expected one value")
    return quantity


def column(name: str, values: Any) -> u.Quantity:
    """Return one or more finite values as an array of its own that cannot be written to, in the unit of the first.

    Raises
    ------
    InputError
        As :func:`amount`, or if there are no values, or they form no one-dimensional list.
    """
    if not isinstance(values, (u.Quantity, np.ndarray)):
        if isinstance(values, str) or not isinstance(values, Sequence):
            raise InputError(f"{name} = {values!r}: expected a list of values, such as [1, 2] * u.N")
        each = [amount(f"{name}[{i}]", value) for i, value in enumerate(values)]
        first = (f"{name}[0]", each[0]) if each else None
        values = [amount(f"{name}[{i}]", value, like=first).value for i, value in enumerate(each)]
        values = u.Quantity(values, each[0].unit if each else u.one)
    quantity = _quantity(name, values, None)
    if quantity.ndim != 1 or not quantity.size:
        raise InputError(f"{name} has shape {quantity.shape}: expected a list of one value or more")
    quantity.flags.writeable = False
    return quantity


def _quantity(name: str, value: Any, like: tuple[str, u.Quantity] | None) -> u.Quantity:
    """Return a copy of a finite quantity, in the unit of another if one is given."""
    if isinstance(value, TimeDelta):
        value = value.to(u.s)
    if not isinstance(value, u.Quantity):
        if isinstance(value, (bool, str)) or not np.issubdtype(np.asarray(value).dtype, np.number):
            raise InputError(f"{name} = {value!r}: expected a quantity such as 127 * u.s, or a number")
        value = u.Quantity(value, u.one)
    quantity = u.Quantity(value, dtype=np.float64, copy=True, subok=False)
    if not np.all(np.isfinite(quantity.value)):
        raise InputError(f"{name} = {value} is not finite")
    if like is None:
        return quantity
    try:
        return quantity.to(like[1].unit)
    except u.UnitConversionError:
        raise InputError(
            f"{name} = {words(quantity)} is of another dimension than {like[0]} = {words(like[1])}: "
            "expected values that can be added"
        ) from None


def words(quantity: u.Quantity) -> str:
    """Return a quantity as people write it, each number with the digits that give it again: ``127.0 s``."""
    numbers = quantity.value.tolist()
    return f"{numbers} {quantity.unit}".strip()
