"""Whether the fields of a record that was read from a file are of the types that its class says."""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from lunarsim.errors import InputError


def check_fields(record: type[Any], fields: Mapping[str, Any]) -> None:
    """Refuse fields of other types than the annotations of the record have.

    Raises
    ------
    InputError
        If a field is not known, or of another type.
    """
    hints = _hints(record)  # type: ignore[arg-type]  # a class can be hashed
    for name, value in fields.items():
        if name not in hints:
            raise InputError(f"{record.__name__}.{name} is not known to this version of lunarsim")
        if not fits(value, hints[name]):
            expected = getattr(hints[name], "__name__", None) or str(hints[name])
            raise InputError(f"{record.__name__}.{name} is of class {type(value).__name__}: expected {expected}")


def fits(value: Any, hint: Any) -> bool:
    """Return whether a value is of an annotated type; a protocol is left to the class that asks for it."""
    # with the numpy of Python 3.12 and later NDArray is an alias that isinstance does not take
    hint = getattr(get_origin(hint), "__value__", hint)
    origin, args = get_origin(hint), get_args(hint)
    if hint is Any or getattr(hint, "_is_protocol", False):
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in args)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in args)
    if origin is not None:
        return isinstance(value, origin) and _parts_fit(value, origin, args)
    if hint in (float, int):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    return isinstance(value, type(None) if hint is None else hint)


def _parts_fit(value: Any, origin: Any, args: tuple[Any, ...]) -> bool:
    if origin is np.ndarray:
        return True  # its class asks for a shape and a precision
    if origin is tuple:
        hints = args[:1] * len(value) if args[1:] == (...,) else args
        return len(value) == len(hints) and all(map(fits, value, hints))
    return all(fits(key, args[0]) and fits(item, args[1]) for key, item in value.items())  # a mapping


@cache
def _hints(record: Any) -> dict[str, Any]:
    return get_type_hints(record)
