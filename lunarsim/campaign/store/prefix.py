"""The first runs of a campaign under way, as far as they are there without a gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.outcome import in_words
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.statistics import StoppingRule


class Prefix:
    """Asks a rule, chunk by chunk in the order of the runs, whether what is there is enough."""

    def __init__(self, store: ChunkStore | MemoryStore, rule: StoppingRule | None) -> None:
        self._columns = _FirstColumns(store)
        self._store = store
        self._rule = rule
        self._met = False

    def is_enough(self) -> bool:
        """Return whether the rule is met."""
        while self._rule is not None and not self._met and self.chunks in self._store.done:
            self._columns.chunks += 1
            self._met = self._rule.met(self._columns)
        return self._met

    @property
    def chunks(self) -> int:
        """How many chunks the rule has seen."""
        return self._columns.chunks


class _FirstColumns(Mapping[str, NDArray[Any]]):
    """The columns of the first chunks; a column is read when it is asked for, and each chunk of it once."""

    def __init__(self, store: ChunkStore | MemoryStore) -> None:
        self._store = store
        self._read: dict[str, list[NDArray[Any]]] = {}
        self.chunks = 0

    def __getitem__(self, name: str) -> NDArray[Any]:
        self._store.check_names([name])
        parts = self._read.setdefault(name, [])
        parts.extend(self._store.read(index, [name])[name] for index in range(len(parts), self.chunks))
        column = np.concatenate(parts)
        return in_words(column) if name == "outcome" else column

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.check_names(None))

    def __len__(self) -> int:
        return len(self._store.check_names(None))
