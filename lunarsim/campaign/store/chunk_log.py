"""Which chunks are whole: a file of JSON lines, one a chunk, only ever appended to."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import NonNegativeFloat, NonNegativeInt, TypeAdapter

from lunarsim.errors import DataError
from lunarsim.files import append_line

FILE = "chunks.log"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: a chunk that was written whole, or (without a hash) one that was discarded.

    Attributes
    ----------
    index, first, count : int
        Which chunk, which runs.
    sha256 : str
        Hash of its file.
    bytes : int
        Size of its file.
    seconds : float
        How long its runs took.
    outcomes : mapping of int to int
        How many of its runs ended in which way, by the code; empty where that was not written.
    """

    index: NonNegativeInt
    first: NonNegativeInt
    count: NonNegativeInt
    sha256: str = ""
    bytes: NonNegativeInt = 0
    seconds: NonNegativeFloat = 0.0
    outcomes: Mapping[int, NonNegativeInt] = field(default_factory=dict)


_ENTRY = TypeAdapter(Entry)


def read_log(folder: Path) -> tuple[dict[int, Entry], int]:
    """Return the last entry of each chunk that was not discarded, and how many bytes of whole lines there are.

    A line that is torn or damaged counts for nothing: the chunk is then flown again, with the same result.

    Raises
    ------
    DataError
        If the file is there and cannot be read.
    """
    file = folder / FILE
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}, 0
    except OSError as error:
        raise DataError(f"{file}: the log of the chunks cannot be read: {error.strerror or error}") from None
    whole = content[: content.rfind(b"\n") + 1]
    entries: dict[int, Entry] = {}
    for line in whole.splitlines():
        with contextlib.suppress(ValueError):
            entry = _ENTRY.validate_json(line)
            entries.pop(entry.index, None)
            if entry.sha256:
                entries[entry.index] = entry
    return entries, len(whole)


def truncate_partial(folder: Path, whole: int) -> None:
    """Cut off what a killed process wrote of a last line; make the file where there is none."""
    with (folder / FILE).open("ab") as log:
        log.truncate(whole)


def append(folder: Path, entry: Entry) -> None:
    """Add a line, durably; where there is no room for it, leave the file as it was.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    append_line(folder / FILE, json.dumps(asdict(entry), allow_nan=False).encode())
