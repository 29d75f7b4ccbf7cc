"""The results of a campaign in memory, with the face of a store on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.campaign.store.room import in_words, memory_left
from lunarsim.errors import InputError
from lunarsim.names import told


class MemoryStore:
    """Chunks in memory; see :class:`lunarsim.campaign.store.folder.ChunkStore`.

    Parameters
    ----------
    manifest : Manifest
        What it will hold.
    keep : sequence of str, optional
        Columns to keep. Default: all.

    Raises
    ------
    InputError
        If there is no such column, or the memory has no room for so many runs.
    """

    def __init__(self, manifest: Manifest, keep: Sequence[str] | None = None) -> None:
        self.manifest = manifest
        known = [column.name for column in manifest.columns]
        if isinstance(keep, str):
            raise InputError(f"keep = {keep!r}: expected a list of columns, such as ['outcome', 'end_s']")
        for name in keep or ():
            if name not in known:
                raise InputError(f"keep: no column is called '{name}': {told(name, known)}")
        always = ("outcome", "failure")  # without these no rate can be told
        self._kept = known if keep is None else [name for name in known if name in keep or name in always]
        self._chunks: dict[int, dict[str, NDArray[Any]]] = {}
        share = len(self._kept) / len(known)
        needed, free = 2 * manifest.runs * manifest.bytes_per_run * share, memory_left()
        if needed > free:
            raise InputError(
                f"{manifest.runs} runs: their results take {in_words(needed)} of memory, {in_words(free)} are free: "
                "give a folder (out), or fewer columns (keep)"
            )

    @property
    def done(self) -> set[int]:
        """Indices of the chunks that are there."""
        return set(self._chunks)

    def holds(self, index: int) -> bool:
        """Return whether a chunk is there."""
        return index in self._chunks

    def missing(self) -> Iterator[Chunk]:
        """Give all chunks, in order."""
        return (self.manifest.chunk(index) for index in range(self.manifest.chunk_count))

    def write(self, index: int, columns: Columns, seconds: float) -> None:  # noqa: ARG002
        """Take a chunk."""
        self._chunks[index] = {name: columns[name] for name in self._kept}

    def read(self, index: int, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
        """Return columns of a chunk, all that are kept where no names are given."""
        chunk = self._chunks[index]
        return {name: chunk[name] for name in self.check_names(names)}

    def check_names(self, names: Sequence[str] | None) -> list[str]:
        """Return the names of columns, all that are kept for None; raise an InputError for one that is not there."""
        for name in names or ():
            if name not in self._kept:
                raise InputError(f"no column '{name}' was kept: {told(name, self._kept)}")
        return self._kept if names is None else list(names)

    def close(self) -> None:
        """Do nothing: what is in memory stays there."""
