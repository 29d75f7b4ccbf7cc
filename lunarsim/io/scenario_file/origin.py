"""In which file a key of a scenario stands: the file itself, or one on which it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Key = tuple[str | int, ...]


class Origin(str):
    """The path of a scenario file as errors name it, and of its keys those of the files on which it stands."""

    __slots__ = ("_layers",)
    _layers: Sequence[tuple[Path, Mapping[str, Any]]]  #: each file with what it says itself, the uppermost first

    @classmethod
    def upon(cls, layers: Sequence[tuple[Path, Mapping[str, Any]]]) -> Origin:
        """Return the origin of what some files say, each upon the next."""
        made = cls(layers[0][0])
        made._layers = layers
        return made

    @property
    def files(self) -> list[Path]:
        """The files that stand on each other, the uppermost first."""
        return [path for path, _ in self._layers]

    def of(self, key: Key) -> str:
        """Return the file in which a key stands; of one that is missing, that in which its table does."""
        for i in range(len(key), 0, -1):
            for path, document in self._layers:
                if _holds(document, key[:i]):
                    return str(self) if path == self._layers[0][0] else f"{path} (on which {self} stands)"
        return str(self)


def place_of(origin: str, key: Key) -> str:
    """Return the file that an error about a key names."""
    return origin.of(key) if isinstance(origin, Origin) else origin


def _holds(document: Any, key: Key) -> bool:
    """Return whether a file says something of a key; a list is its own whole."""
    for part in key:
        if isinstance(document, list):
            return True
        if not isinstance(document, Mapping) or part not in document:
            return False
        document = document[part]
    return True
