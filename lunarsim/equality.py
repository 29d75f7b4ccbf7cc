"""Equality by value of objects that hold quantities, times and arrays, which Python compares element by element."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from math import isnan
from typing import Any, TypeVar

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

_T = TypeVar("_T")


def by_value(kind: type[_T]) -> type[_T]:
    """Make a dataclass whose objects are equal where all their fields are, to the last bit of a number.

    Units do not matter (1 km is 1000 m), nor the scale of a time. Not a number equals itself. As other objects that
    are compared by arrays, they have no hash.
    """
    assert dataclasses.is_dataclass(kind)
    kind.__eq__ = _equal  # type: ignore[method-assign]
    kind.__hash__ = None  # type: ignore[assignment]
    return kind


def same(a: Any, b: Any) -> bool:
    """Return whether two values are equal as a whole."""
    match a:
        case u.Quantity():
            equal = _same_quantities(a, b)
        case Time():
            equal = isinstance(b, Time) and a.shape == b.shape and bool(np.all(a == b))
        case np.ndarray():
            equal = isinstance(b, np.ndarray) and _same_arrays(a, b)
        case Mapping():
            equal = isinstance(b, Mapping) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
        case list() | tuple():
            equal = type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
        case float():
            equal = bool(a == b) or (isinstance(b, float) and isnan(a) and isnan(b))
        case _:
            equal = bool(a == b)
    return a is b or equal


def _equal(self: Any, other: Any) -> bool:
    if type(self) is not type(other):
        return False
    return all(same(getattr(self, field.name), getattr(other, field.name)) for field in dataclasses.fields(self))


def _same_quantities(a: u.Quantity, b: Any) -> bool:
    if not (isinstance(b, u.Quantity) and a.unit.is_equivalent(b.unit)):
        return False
    return _same_arrays(np.asarray(a.value), np.asarray(b.to_value(a.unit)))


def _same_arrays(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == b.dtype.kind == "f"))
