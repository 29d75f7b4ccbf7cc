"""The folder of a campaign: its manifest, its log and its chunks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from campaign_example import MANIFEST, fill

from file_formats import FileFormat
from lunarsim.campaign import ChunkStore, open_dataset
from lunarsim.errors import InputError

_CHUNK = Path("chunks", "000000001.parquet")


def _store(folder: Path) -> Path:
    """Return a store of which two of eleven chunks are written; made once in a folder."""
    store = folder / "campaign"
    if not store.exists():
        with ChunkStore.create(store, MANIFEST) as made:
            fill(made, 2)
    return store


@dataclass(frozen=True)
class _Member:
    """One file of the folder, the others being whole."""

    name: Path

    def originals(self, folder: Path) -> list[bytes]:
        return [(_store(folder) / self.name).read_bytes()]

    def load(self, path: Path) -> None:
        store = _store(path.parent)
        kept = {name: (store / name).read_bytes() for name in {self.name, Path("chunks.log")}}
        (store / self.name).write_bytes(path.read_bytes())
        try:
            if self.name == _CHUNK:
                _log_as_it_is(store)
            _use(store)
        finally:
            for name, content in kept.items():
                (store / name).write_bytes(content)


def _log_as_it_is(store: Path) -> None:
    """Write a chunk into the log as if it had been written so: a hostile folder passes the look at the hash."""
    content = (store / _CHUNK).read_bytes()
    line = {"index": 1, "first": 100, "count": 100, "sha256": hashlib.sha256(content).hexdigest()}
    with (store / "chunks.log").open("a") as log:
        log.write(json.dumps({**line, "bytes": len(content)}) + "\n")


def _use(store: Path) -> None:
    opened = ChunkStore.open(store)
    opened.verify()
    for index in sorted(opened.done)[:3]:
        opened.read(index)
    opened.outcomes(opened.done)
    open_dataset(opened, ["outcome"])
    assert opened.runs_done >= 0
    assert opened.seconds >= 0.0
    next(opened.missing(), None)
    try:
        opened.manifest.check_same(MANIFEST, store)
    except InputError:
        return


def _format(name: str, file: Path) -> FileFormat:
    member = _Member(file)
    return FileFormat(name=name, suffix=file.suffix, originals=member.originals, load=member.load)


FORMATS = (
    _format("campaign-manifest", Path("manifest.json")),
    _format("campaign-log", Path("chunks.log")),
    _format("campaign-chunk", _CHUNK),
)
