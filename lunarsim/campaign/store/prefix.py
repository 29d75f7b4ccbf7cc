"""The first runs of a campaign under way, as far as they are there without a gap."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.outcome import in_words
from lunarsim.campaign.store.folder import ChunkStore
from lunarsim.campaign.store.memory import MemoryStore
from lunarsim.statistics import StoppingRule
from lunarsim.statistics.stopping import Watch


class Prefix:
    """Asks a rule, chunk by chunk in the order of the runs, whether what is there is enough."""

    def __init__(self, store: ChunkStore | MemoryStore, rule: StoppingRule | None) -> None:
        self._store = store
        self._watch = None if rule is None else _watch(store, rule)
        self._met = False
        self.chunks = 0  #: how many chunks the rule has seen

    def is_enough(self) -> bool:
        """Return whether the rule is met."""
        while self._watch is not None and not self._met and self._store.holds(self.chunks):
            self._met = self._watch.more(_Chunk(self._store, self.chunks))
            self.chunks += 1
        return self._met


def _watch(store: ChunkStore | MemoryStore, rule: StoppingRule) -> Watch:
    watch: Callable[[], Watch] | None = getattr(rule, "watch", None)
    return _WholeColumns(store, rule) if watch is None else watch()


class _Columns(Mapping[str, NDArray[Any]]):
    """Columns of a store by their names, outcomes in words; a column is read when it is asked for."""

    def __init__(self, store: ChunkStore | MemoryStore) -> None:
        self._store = store

    def __getitem__(self, name: str) -> NDArray[Any]:
        self._store.check_names([name])
        column = self._read(name)
        return in_words(column) if name == "outcome" else column

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.check_names(None))

    def __len__(self) -> int:
        return len(self._store.check_names(None))

    @abstractmethod
    def _read(self, name: str) -> NDArray[Any]: ...


class _Chunk(_Columns):
    """The columns of one chunk."""

    def __init__(self, store: ChunkStore | MemoryStore, index: int) -> None:
        super().__init__(store)
        self._index = index

    def _read(self, name: str) -> NDArray[Any]:
        return self._store.read(self._index, [name])[name]


class _WholeColumns(_Columns):
    """The columns of the first chunks, for a rule that asks for all runs each time; each chunk of them is read once."""

    def __init__(self, store: ChunkStore | MemoryStore, rule: StoppingRule) -> None:
        super().__init__(store)
        self._rule = rule
        self._parts: dict[str, list[NDArray[Any]]] = {}
        self._chunks = 0

    def more(self, _: Mapping[str, Any]) -> bool:
        """Return whether the rule is met with one chunk more."""
        self._chunks += 1
        return self._rule.met(self)

    def _read(self, name: str) -> NDArray[Any]:
        parts = self._parts.setdefault(name, [])
        parts.extend(self._store.read(index, [name])[name] for index in range(len(parts), self._chunks))
        return np.concatenate(parts)
