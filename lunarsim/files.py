"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lunarsim import data
from lunarsim.errors import InputError, OutputError

DRAFTS = ".writing-"  # folders of this prefix hold unfinished files; a killed process leaves its last one behind


@contextmanager
def written_whole(path: str | os.PathLike[str], *, durable: bool = False) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; the file moves into place when the block ends without an error.

    Parameters
    ----------
    path : path-like
        The file.
    durable : bool
        If true, the file is on the disk itself before it moves into place, and so is its name before this returns:
        a loss of power leaves it whole or absent.

    Raises
    ------
    OutputError
        If the file cannot be written; what stood at ``path`` before is then as it was. Its ``errno`` is the system's.
    """
    try:
        target = data.user_path(path)
    except InputError as error:
        raise OutputError(str(error)) from None
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=DRAFTS) as folder:
            draft = Path(folder) / target.name
            yield draft
            if durable:
                _sync_file(draft)
            os.replace(draft, target)
            if durable:
                sync_folder(target.parent)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError.refused(
            target, "the file cannot be written", error, instead="give a file in a folder"
        ) from None


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk itself; where a system has no such call, do nothing."""
    if os.name == "posix":
        _sync(folder, os.O_RDONLY)


def _sync_file(file: Path) -> None:
    _sync(file, os.O_RDWR)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
