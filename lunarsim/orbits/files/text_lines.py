"""Lines of text files of other programs, of any line ends, numbered for errors."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from lunarsim.errors import DataError

_LARGEST = 500_000_000  # bytes; a year of states a minute has 80 MB
_ENDS = re.compile("\r\n|\r|\n")  # and no other: str.splitlines also ends lines at what may stand in a comment


class Line(NamedTuple):
    """A line that is not empty, and where it stands."""

    path: Path
    number: int  #: from 1
    text: str  #: without blanks at its ends

    def wrong(self, why: str) -> DataError:
        """Return the error of this line."""
        return DataError(f"{self.path}: line {self.number}: {why}")


def read_lines(path: Path, kind: str) -> list[Line]:
    """Return the lines of a text file that are not empty.

    Parameters
    ----------
    path : Path
        The file.
    kind : str
        What it is expected to be, for errors: ``"an Orbit Ephemeris Message (OEM)"``.

    Raises
    ------
    DataError
        If it cannot be read, is larger than 500 MB, or is no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise DataError(f"{path}: the file cannot be read: {error.strerror or error}") from None
    if len(content) > _LARGEST:
        raise DataError(f"{path}: the file is larger than 500 MB: expected {kind}; cut out the span that is needed")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(path, kind, content, error.start) from None
    if "\0" in text:
        raise _no_text(path, kind, content, content.index(b"\0"))
    stripped = ((i, each.strip()) for i, each in enumerate(_ENDS.split(text), start=1))
    return [Line(path, i, each) for i, each in stripped if each]


def _no_text(path: Path, kind: str, content: bytes, at: int) -> DataError:
    line = content.count(b"\n", 0, at) + 1
    return DataError(f"{path}: line {line}: byte 0x{content[at]:02x} is no text in UTF-8: expected {kind}")
