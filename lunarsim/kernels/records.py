"""Records: the form in which kernels take numbers by name. Which names there are, their makers say."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np

#: One record of a structured array, whose numbers are attributes, and such an array.
Record: TypeAlias = Any
Records: TypeAlias = Any

#: One field: its name, its type, and the shape of an array of them.
Field: TypeAlias = tuple[str, Any] | tuple[str, Any, tuple[int, ...]]


def record(fields: Iterable[Field]) -> np.dtype[Any]:
    """Return the type of records with some fields, all of floats; in Python too they are attributes."""
    return np.dtype((np.record, np.dtype(list(fields), align=True)))
