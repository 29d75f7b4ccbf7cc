"""Files that are written whole or not at all, and lines that are."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lunarsim import data
from lunarsim.errors import InputError, OutputError

DRAFTS = ".writing-"  # folders of this prefix hold unfinished files; a killed process leaves its last one behind
_KINDS = {
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}


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
        If the file cannot be written, or a folder, a pipe or a device stands there; what stood at ``path`` before is
        then as it was. Its ``errno`` is the system's.
    """
    try:
        target = data.user_path(path)
    except InputError as error:
        raise OutputError(str(error)) from None
    try:
        with _drafts(target.parent, [target.name], durable=durable) as folder:
            yield folder / target.name
    except OutputError:
        raise
    except OSError as error:
        raise OutputError.refused(
            target, "the file cannot be written", error, instead="give a file in a folder"
        ) from None


@contextmanager
def written_together(folder: Path, names: Collection[str]) -> Iterator[Path]:
    """Give a folder to write files into; when the block ends without an error, all of them move into ``folder``.

    Raises
    ------
    OutputError
        If the folder cannot be made, or a file cannot be written: then none is in place, unless the disk fails
        between two of them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _drafts(folder, names) as drafts:
            yield drafts
    except OSError as error:
        raise OutputError.refused(folder, "results cannot be written there", error) from None


def append_line(file: Path, line: bytes) -> None:
    """Add a line to a file that exists, durably; where there is no room for it, leave the file as it was.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        before, rest = os.fstat(descriptor).st_size, line + b"\n"
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def place_of(path: Path) -> Path:
    """Return where a file is to be put: a link stays, and what it leads to is replaced.

    Raises
    ------
    OSError
        If anything but a file stands there: a new file in its place would end what others use it for.
    """
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, f"{path.name} is a folder")
        if not stat.S_ISREG(mode):
            kind = next((name for is_it, name in _KINDS.items() if is_it(mode)), "no file")
            raise OSError(errno.ENODEV, f"{path.name} is {kind}")
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def put(draft: Path, place: Path) -> None:
    """Move a finished file to a place, whatever disk that is on.

    Raises
    ------
    OSError
        If it cannot be moved there; what stood there is as it was.
    """
    try:
        os.replace(draft, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=DRAFTS) as folder:
            os.replace(shutil.copyfile(draft, Path(folder) / place.name), place)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk itself; where a system has no such call, do nothing."""
    if os.name == "posix":
        _sync(folder, os.O_RDONLY)


@contextmanager
def _drafts(folder: Path, names: Collection[str], *, durable: bool = False) -> Iterator[Path]:
    """Give a folder within ``folder`` for files of those names, and move them out of it at the end."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=DRAFTS) as drafts:
        yield Path(drafts)
        places = {Path(drafts) / name: place_of(folder / name) for name in names}
        for draft in places if durable else ():
            _sync(draft, os.O_RDWR)
        for draft, place in places.items():
            put(draft, place)
        if durable:
            for parent in {place.parent for place in places.values()}:
                sync_folder(parent)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
