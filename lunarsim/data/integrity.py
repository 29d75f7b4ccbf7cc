"""Whether a data file is the one that the registry means: size and SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from lunarsim.data.places import Found, locate
from lunarsim.data.registry import DataFile, known_files, registered


class Condition(Enum):
    """The condition of a data file on this machine."""

    OK = "ok"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a check found.

    Attributes
    ----------
    file : DataFile
        What was looked for.
    found : Found or None
        Where it lies; None if it is missing.
    condition : Condition
        Whole, damaged (or another version of the file, which bytes alone do not tell) or missing.
    reason : str
        Why it is not whole; empty otherwise.
    """

    file: DataFile
    found: Found | None
    condition: Condition
    reason: str = ""


def check(file: DataFile) -> Check:
    """Return whether a data file, where :func:`lunarsim.data.find` would take it from, is whole."""
    found = locate(file.name)
    if found is None:
        return Check(file=file, found=None, condition=Condition.MISSING)
    reason = difference(file, found.path)
    return Check(file=file, found=found, condition=Condition.DAMAGED if reason else Condition.OK, reason=reason)


def verify(names: Iterable[str] = ()) -> tuple[Check, ...]:
    """Return checks of the data files of these names, or of all that the registry knows.

    Raises
    ------
    DataError
        If no data file has one of the names, or LUNARSIM_DATA names no folder.
    """
    files = [registered(name) for name in names] or known_files().values()
    return tuple(check(file) for file in files)


def difference(file: DataFile, path: Path) -> str:
    """Return how the bytes at ``path`` differ from those that the registry means; empty if they do not."""
    size = path.stat().st_size
    if size != file.size_bytes:
        return f"{size} bytes instead of {file.size_bytes}"
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return "" if sha256 == file.sha256 else f"SHA-256 begins with {sha256[:12]} instead of {file.sha256[:12]}"
