"""Records: the form in which kernels take numbers by name. Which names there are, their makers say."""

import hashlib
from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numba import types

#: One record of a structured array, whose numbers are attributes, and such an array.
Record: TypeAlias = Any
Records: TypeAlias = Any

#: One field: its name, its type, and the shape of an array of them.
Field: TypeAlias = tuple[str, Any] | tuple[str, Any, tuple[int, ...]]


def record(fields: Iterable[Field]) -> np.dtype[Any]:
    """Return the type of records with some fields, all of floats; in Python too they are attributes."""
    return np.dtype((np.record, np.dtype(list(fields), align=True)))


def _in_symbols(kind: types.Record) -> tuple[str, tuple[int]]:
    """Return what stands for a type of records in the names of compiled functions: a digest of its fields."""
    return "Record", (int(hashlib.sha256(kind.name.encode()).hexdigest()[:12], 16),)


# numba puts the number there that the type has in its process. Code that is read from the disk was compiled in others,
# where the same number can be another type's: a caller would be linked to the function for other records.
setattr(types.Record, "mangling_args", property(_in_symbols))  # noqa: B010  (a method to mypy)
