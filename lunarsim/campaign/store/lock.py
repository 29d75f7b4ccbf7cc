"""One process at a time writes into a folder."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from pathlib import Path

from lunarsim.errors import OutputError

FILE = ".lock"

_FAR = 1 << 30  # the byte that Windows locks: beyond the text, which others may then read
_held: set[Path] = set()  # of this process: the system's lock does not hold against the process itself
_guard = threading.Lock()

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """The right to write into a folder, held until released.

    It is a record lock of the system's on the file ``.lock``: it ends with the process, however that ends, so
    no killed process leaves it behind, and processes that were forked do not inherit it. The file says who holds it.

    Parameters
    ----------
    folder : Path
        A folder that exists.

    Raises
    ------
    OutputError
        If another process holds it, or this one does already, or the folder is not writable.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        with _guard:
            if self._folder in _held:
                raise _taken(folder, "this process")
            _held.add(self._folder)
        try:
            self._descriptor = _locked(folder)
        except BaseException:
            _forget(self._folder)
            raise
        self._open = True

    def release(self) -> None:
        """Let others write; a second call does nothing."""
        if self._open:
            self._open = False
            os.close(self._descriptor)
            _forget(self._folder)


def _locked(folder: Path) -> int:
    """Return a descriptor of the folder's lock file, locked, with this process's name in it."""
    file = folder / FILE
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise OutputError.refused(folder, "the folder cannot be written to", error, instead="give one") from None
    try:
        _lock(descriptor)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode())
    except (BlockingIOError, PermissionError):
        os.close(descriptor)
        raise _taken(folder, _holder(file)) from None
    except OSError as error:
        os.close(descriptor)
        raise OutputError(
            f"{folder}: the folder cannot be locked against a second process ({error.strerror or error}): "
            "give one on a disk that knows locks, or one with room"
        ) from None
    return descriptor


def _holder(file: Path) -> str:
    try:
        who = json.loads(file.read_text(encoding="utf-8"))
        return f"process {who['pid']} on {who['host']}"
    except (OSError, ValueError, LookupError, TypeError):
        return "another process"


def _taken(folder: Path, holder: str) -> OutputError:
    return OutputError(f"{folder}: {holder} is writing into this folder: let it end, or give another folder")


def _forget(folder: Path) -> None:
    with _guard:
        _held.discard(folder)
