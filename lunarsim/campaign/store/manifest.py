"""What a store holds, fixed when it is made: which campaign, how many runs, which columns, made by which versions."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from lunarsim import __version__
from lunarsim.arguments import checked
from lunarsim.campaign.store.chunk import Chunk
from lunarsim.errors import DataError, InputError
from lunarsim.files import written_whole

FILE = "manifest.json"
_MOST_RUNS = 10**15
_LARGEST_CHUNK = 10**7  # a chunk is in memory while it is written or read: 80 MB a column
SCHEMA = 1  # raised when a store of this layout would be misread by another lunarsim


@checked
@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a store.

    Attributes
    ----------
    name : str
        Its name, as in ``speed_mps`` or ``craft.dry_mass``.
    unit : str
        Its unit as astropy writes it; empty for a number or a code.
    words : str
        What it holds, in words.
    dtype : {'float64', 'int8', 'int64', 'bool'}
        Its type in numpy.
    """

    name: str
    unit: str = ""
    words: str = ""
    dtype: Literal["float64", "int8", "int64", "bool"] = "float64"


@checked
@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a store holds.

    Attributes
    ----------
    name : str
        The campaign's name, for people.
    hashes : mapping of str to str
        What the runs depend on, each with its hash: ``{"scenario": "...", "dispersions": "..."}``. The names are
        the words of the error when a store of another campaign is refused.
    seed : int
        The campaign's seed.
    runs : int
        How many runs it has.
    sampling : str
        How the dispersions are drawn.
    extendable : bool
        Whether the first runs stay as they are when there are more of them.
    chunk_size : int
        Runs in a chunk; the last one may be shorter.
    columns : tuple of Column
        The columns of each chunk.
    versions : mapping of str to str
        The versions that decide the results; a store of others is refused.
    notes : mapping
        Anything else that is worth keeping, as JSON knows it. Not compared.
    schema : int
        Version of the layout on the disk.

    Raises
    ------
    InputError
        If a number is out of range, or two columns have one name.
    """

    name: str
    hashes: Mapping[str, str]
    seed: int
    runs: int
    sampling: str
    extendable: bool
    chunk_size: int
    columns: tuple[Column, ...]
    versions: Mapping[str, str] = field(default_factory=lambda: {"lunarsim": __version__})
    notes: Mapping[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        for name, most in (("runs", _MOST_RUNS), ("chunk_size", _LARGEST_CHUNK)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
                raise InputError(f"{name} = {value!r}: expected a whole number from 1 to {most}")
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice or "run" in names:
            raise InputError(
                f"columns {names}: expected at least one, each name once, none called 'run'"
                + (f"; twice: {', '.join(twice)}" if twice else "")
            )

    @property
    def chunk_count(self) -> int:
        """The number of chunks."""
        return -(-self.runs // self.chunk_size)

    @property
    def bytes_per_run(self) -> int:
        """Bytes that one run takes, before compression."""
        return sum(np.dtype(column.dtype).itemsize for column in self.columns)

    def chunk(self, index: int) -> Chunk:
        """Return the chunk of an index.

        Raises
        ------
        InputError
            If there is none.
        """
        if not 0 <= index < self.chunk_count:
            raise InputError(f"chunk {index}: expected 0 to {self.chunk_count - 1}, of {self.runs} runs in all")
        first = index * self.chunk_size
        return Chunk(index, first, min(self.chunk_size, self.runs - first))

    def check_same(self, asked: Manifest, where: Path) -> None:
        """Refuse to put the runs of another campaign, or of another version, beside those of this one.

        Parameters
        ----------
        asked : Manifest
            What is about to be flown. It may have more runs, where the sampling allows it.
        where : Path
            The store's folder, for the error.

        Raises
        ------
        InputError
            If they differ; the text says in what.
        """
        differences = list(self._differences(asked))
        if differences:
            raise InputError(
                f"{where}: these runs do not belong into this store, which holds the campaign '{self.name}': "
                f"{'; '.join(differences)}. Ask for what the store was made with, or give another folder"
            )

    def _differences(self, asked: Manifest) -> Iterator[str]:
        yield from _of_mappings("the {}, by its hash", self.hashes, asked.hashes, shorten=True)
        for name in ("seed", "sampling", "chunk_size"):
            yield from _of_values(name.replace("_", " "), getattr(self, name), getattr(asked, name))
        yield from _of_columns(self.columns, asked.columns)
        yield from _of_mappings("the version of {}", self.versions, asked.versions)
        yield from _of_values("the version of the layout", self.schema, asked.schema)
        if asked.runs < self.runs:
            yield f"{self.runs} runs in the store, only {asked.runs} asked: ask for at least {self.runs}"
        if asked.runs > self.runs and not self.extendable:
            yield (
                f"{self.runs} runs in the store, {asked.runs} asked: with {self.sampling} each run depends on how "
                "many there are, so they cannot become more"
            )

    def save(self, folder: Path) -> None:
        """Write it into a folder, whole, durably.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        text = json.dumps(dataclasses.asdict(self), indent=1, allow_nan=False)
        with written_whole(folder / FILE, durable=True) as draft:
            draft.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read it from a folder.

        Raises
        ------
        DataError
            If there is none, if it is damaged, or of another layout.
        """
        file = folder / FILE
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            schema = document.get("schema")
            if schema != SCHEMA:
                raise DataError(
                    f"{file}: the store is of version {schema!r} of the layout, made by lunarsim "
                    f"{document.get('versions', {}).get('lunarsim', 'unknown')}; lunarsim {__version__} knows version "
                    f"{SCHEMA}: use that lunarsim, or make the store again in another folder"
                )
            return TypeAdapter(cls).validate_python(document)
        except OSError as error:
            raise DataError(
                f"{file}: no store of a campaign can be read here ({error.strerror or error}): "
                "give the folder that a campaign wrote"
            ) from None
        except (ValueError, AttributeError, RecursionError) as error:
            what = error.errors()[0] if isinstance(error, ValidationError) else error
            raise DataError(f"{file}: the manifest is damaged: put back a copy of it ({what})") from error


def _of_values(name: str, stored: object, asked: object) -> Iterator[str]:
    if stored != asked:
        yield f"{name}: {stored} in the store, {asked} asked"


def _of_mappings(
    title: str, stored: Mapping[str, str], asked: Mapping[str, str], *, shorten: bool = False
) -> Iterator[str]:
    for name in {**stored, **asked}:
        pair = (mapping.get(name, "none") for mapping in (stored, asked))
        old, new = pair
        if old != new:
            yield from _of_values(title.format(name), *((old[:12], new[:12]) if shorten else (old, new)))


def _of_columns(stored: tuple[Column, ...], asked: tuple[Column, ...]) -> Iterator[str]:
    old, new = ({column.name: (column.unit, column.dtype) for column in columns} for columns in (stored, asked))
    for names, words in ((old.keys() - new.keys(), "only in the store"), (new.keys() - old.keys(), "only asked")):
        if names:
            yield f"columns {words}: {', '.join(sorted(names))}"
    for name in old.keys() & new.keys():
        yield from _of_values(f"unit and type of column {name}", old[name], new[name])
