"""The results of a campaign on the disk: a folder of chunks, each written whole or not at all.

::

    DIR/manifest.json            what it holds; fixed when the store is made
    DIR/chunks/000000012.parquet
    DIR/chunks.log               one line for each chunk that is whole, with its SHA-256

A chunk counts once its line is in the log, and its line is written after the chunk is on the disk itself. So a
process may be killed at any moment: what is not in the log is flown again, with the same result.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.outcome import tally
from lunarsim.campaign.store.chunk import Chunk, Columns
from lunarsim.campaign.store.chunk_file import RUN, encode, read_columns, read_sound
from lunarsim.campaign.store.chunk_log import FILE as LOG
from lunarsim.campaign.store.chunk_log import Entry, append, read_log, truncate_partial
from lunarsim.campaign.store.lock import FILE as LOCK
from lunarsim.campaign.store.lock import FolderLock
from lunarsim.campaign.store.manifest import FILE as MANIFEST
from lunarsim.campaign.store.manifest import Manifest
from lunarsim.campaign.store.room import check_room, room_left
from lunarsim.errors import DataError, InputError, OutputError, lacks_room
from lunarsim.files import DRAFTS, sync_folder, written_whole
from lunarsim.names import told

CHUNKS = "chunks"


@checked
class ChunkStore:
    """A folder of chunks. Made by :meth:`create`, :meth:`resume` or :meth:`open`; a context manager.

    Attributes
    ----------
    folder : Path
        The folder.
    manifest : Manifest
        What it holds.
    """

    def __init__(self, folder: Path, manifest: Manifest, lock: FolderLock | None) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = lock
        logged, self._whole_log = read_log(folder)
        files = _names(folder / CHUNKS)
        self._entries = {index: entry for index, entry in logged.items() if self._is_current(entry, files)}
        self._stale = logged.keys() - self._entries.keys()

    @classmethod
    def create(cls, folder: str | os.PathLike[str], manifest: Manifest) -> ChunkStore:
        """Make a store in a folder that is new or empty.

        Raises
        ------
        InputError
            If the folder holds something, or the disk has no room for so many runs.
        OutputError
            If the folder cannot be made or written to, or another process is writing into it.
        """
        path = Path(folder)
        check_room(path, manifest, manifest.runs)
        _make(path)
        _check_empty(path)
        lock = FolderLock(path)
        try:
            _check_empty(path)
            manifest.save(path)
            return cls(path, manifest, lock)._ready()
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> ChunkStore:
        """Open a store to read it, also while another process writes into it; nothing in the folder is changed.

        Raises
        ------
        DataError
            If there is no store, or its manifest is damaged or of another layout.
        """
        path = Path(folder)
        return cls(path, Manifest.load(path), None)

    @classmethod
    def resume(cls, folder: str | os.PathLike[str], manifest: Manifest | None = None) -> ChunkStore:
        """Open a store to go on writing; what a killed process left half done is cleared away.

        Parameters
        ----------
        folder : path-like
            The store. Where a manifest is given, the folder may also be new or empty: then it is made.
        manifest : Manifest, optional
            What is about to be flown. It must be what the store was made with; more runs are accepted where the
            sampling allows it, and are then the store's.

        Raises
        ------
        InputError
            If the store is of another campaign or version, or the disk has no room for what is left.
        DataError
            If there is no store, or its manifest is damaged.
        OutputError
            If the folder cannot be written to, or another process is writing into it.
        """
        path = Path(folder)
        if manifest is not None and not (path / MANIFEST).exists():
            return cls.create(path, manifest)
        Manifest.load(path)  # before the lock: a folder that is no store is left as it is
        lock = FolderLock(path)
        try:
            stored = Manifest.load(path)
            asked = manifest or stored
            stored.check_same(asked, path)
            store = cls(path, asked, lock)
            check_room(path, asked, asked.runs - store.runs_done)
            if asked.runs > stored.runs:
                asked.save(path)
            return store._ready()
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> ChunkStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes write into the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @property
    def done(self) -> set[int]:
        """Indices of the chunks that are whole."""
        return set(self._entries)

    def holds(self, index: int) -> bool:
        """Return whether a chunk is there."""
        return index in self._entries

    @property
    def runs_done(self) -> int:
        """How many runs are in whole chunks."""
        return sum(entry.count for entry in self._entries.values())

    @property
    def seconds(self) -> float:
        """How long the runs that are stored took, over all workers."""
        return sum(entry.seconds for entry in self._entries.values())

    def outcomes(self, indices: Iterable[int]) -> dict[int, int] | None:
        """Return how many runs of some chunks ended in which way, by the code; None where the log does not tell."""
        total: Counter[int] = Counter()
        for entry in (self._entries[index] for index in indices):
            if sum(entry.outcomes.values()) != entry.count:
                return None
            total.update(entry.outcomes)
        return dict(total)

    def missing(self) -> Iterator[Chunk]:
        """Give the chunks that are not whole, in order, one by one."""
        for index in range(self.manifest.chunk_count):
            if index not in self._entries:
                yield self.manifest.chunk(index)

    def write(self, index: int, columns: Columns, seconds: float) -> None:
        """Store a chunk; when this returns it is on the disk itself.

        Raises
        ------
        InputError
            If there is no such chunk, or the columns are not those of the manifest.
        OutputError
            If it cannot be written, as on a full disk: the store is then as it was, and can be resumed.
        """
        self._check_writable()
        chunk = self.manifest.chunk(index)
        content = encode(chunk, self.manifest.columns, columns)
        digest = hashlib.sha256(content).hexdigest()
        outcomes = tally(columns["outcome"]) if "outcome" in columns else {}
        entry = Entry(**asdict(chunk), sha256=digest, bytes=len(content), seconds=seconds, outcomes=outcomes)
        try:
            with written_whole(self._file(index), durable=True) as draft:
                draft.write_bytes(content)
            append(self.folder, entry)
        except OSError as error:
            self._forget(index)
            raise OutputError(
                f"{self.folder}: {chunk} could not be written ({os.strerror(error.errno or 0)}). "
                f"{self.runs_done} of {self.manifest.runs} runs are safe{self._what_to_do(error)}, and go on with "
                "--resume (resume=True)"
            ) from error
        self._entries[index] = entry

    def read(self, index: int, names: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
        """Return columns of a chunk, all of them where no names are given; the arrays are not writable.

        Raises
        ------
        InputError
            If the chunk was not flown, or there is no such column.
        DataError
            If its file is damaged; the text names it and says how to have its runs flown again.
        """
        chosen = self.check_names(names)
        if index not in self._entries:
            raise InputError(f"{self.folder}: {self.manifest.chunk(index)} was not flown yet: go on with --resume")
        return read_columns(self._file(index), self._entries[index], self.manifest.columns, chosen)

    def chunks(
        self, names: Sequence[str] | None = None, *, indices: Iterable[int] | None = None
    ) -> Iterator[tuple[Chunk, dict[str, NDArray[Any]]]]:
        """Give whole chunks one by one, in the order of the runs; only one of them is in memory.

        Parameters
        ----------
        names : sequence of str, optional
            Columns to read. Default: all.
        indices : iterable of int, optional
            Chunks to read. Default: all that are whole.
        """
        chosen = self.check_names(names)
        for index in sorted(self._entries if indices is None else indices):
            yield self.manifest.chunk(index), self.read(index, chosen)

    def verify(self) -> list[int]:
        """Return the indices of the chunks whose files are damaged."""
        bad = []
        for index, entry in sorted(self._entries.items()):
            try:
                read_sound(self._file(index), entry)
            except DataError:
                bad.append(index)
        return bad

    def discard(self, index: int) -> None:
        """Remove a chunk, so that its runs are flown again.

        Raises
        ------
        InputError
            If there is no such chunk, or the store was opened to be read.
        OutputError
            If it cannot be removed.
        """
        self._check_writable()
        chunk = self.manifest.chunk(index)
        try:
            append(self.folder, Entry(**asdict(chunk)))
            self._entries.pop(index, None)
            self._file(index).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{self.folder}: {chunk} cannot be discarded ({error.strerror or error})") from None

    def check_names(self, names: Sequence[str] | None) -> list[str]:
        """Return the names of columns, all of them for None; raise an InputError for one that is not there."""
        known = [column.name for column in self.manifest.columns]
        for name in names or ():
            if name not in (*known, RUN):
                raise InputError(f"{self.folder}: no column is called '{name}': {told(name, known)}")
        return known if names is None else list(names)

    def _ready(self) -> ChunkStore:
        """Clear away what a killed process left, and make what is not there yet."""
        try:
            (self.folder / CHUNKS).mkdir(exist_ok=True)
            for draft in (*self.folder.glob(f"{DRAFTS}*"), *(self.folder / CHUNKS).glob(f"{DRAFTS}*")):
                shutil.rmtree(draft)
            truncate_partial(self.folder, self._whole_log)
            sync_folder(self.folder)
            for index in sorted(self._stale):
                append(self.folder, Entry(index=index, first=0, count=0))
        except OSError as error:
            raise OutputError.refused(
                self.folder, "the folder cannot be written to", error, instead="give one"
            ) from None
        return self

    def _is_current(self, entry: Entry, files: Collection[str]) -> bool:
        """Return whether a logged chunk is one of the manifest's, and was not taken away.

        The last chunk of a store that got more runs since may be shorter than the manifest now says.
        """
        return (
            entry.index < self.manifest.chunk_count
            and self.manifest.chunk(entry.index) == Chunk(entry.index, entry.first, entry.count)
            and self._file(entry.index).name in files
        )

    def _check_writable(self) -> None:
        if self._lock is None:
            raise InputError(f"{self.folder}: the store was opened to be read: open it with ChunkStore.resume")

    def _forget(self, index: int) -> None:
        """Remove a chunk that could not be logged."""
        self._entries.pop(index, None)
        with contextlib.suppress(OSError):
            self._file(index).unlink(missing_ok=True)

    def _what_to_do(self, error: OSError) -> str:
        if not lacks_room(error):
            return ". See that the folder can be written to"
        left = self.manifest.runs - self.runs_done
        return f"; {room_left(self.folder, self.manifest, left)}. Make room"

    def _file(self, index: int) -> Path:
        return self.folder / CHUNKS / f"{index:09d}.parquet"


def _names(folder: Path) -> set[str]:
    """Return the names in a folder: one look for all of them; none where it cannot be read."""
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError.refused(folder, "the folder cannot be made", error, instead="give one") from None


def _check_empty(folder: Path) -> None:
    """Refuse a folder that holds more than what a process left that was killed before it wrote its manifest."""
    names = sorted(path.name for path in folder.iterdir())
    if MANIFEST in names:
        raise InputError(
            f"{folder}: there is a campaign here already: go on with --resume (resume=True), or give another folder"
        )
    others = [name for name in names if name not in (LOCK, LOG, CHUNKS) and not name.startswith(DRAFTS)]
    if others or LOG in names or CHUNKS in names:
        raise InputError(
            f"{folder}: the folder holds {', '.join((others or names)[:3])} and no {MANIFEST}: "
            "give a new or an empty folder"
        )
