"""A chunk: consecutive runs of a campaign that are flown, stored and lost together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

from lunarsim.arguments import checked

Columns: TypeAlias = Mapping[str, NDArray[Any]]
"""Equally long columns by name, one value a run."""


@checked
@dataclass(frozen=True)
class Chunk:
    """Runs ``first`` to ``first + count - 1``, the ``index``-th chunk of the campaign."""

    index: int
    first: int
    count: int

    def __str__(self) -> str:
        return f"chunk {self.index} (runs {self.first} to {self.first + self.count - 1})"
