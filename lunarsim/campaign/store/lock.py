"""One process at a time writes into a folder."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from lunarsim.errors import OutputError

FILE = ".lock"


class FolderLock:
    """The right to write into a folder, held until released.

    It is a lock of the system's on the file ``.lock``: it ends with the process, however that ends, so no killed
    process leaves it behind, and processes that were forked do not inherit it. The file says who holds it.

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
        file = folder / FILE
        self._lock = FileLock(file, thread_local=False, preserve_lock_file=True, on_acquired=_sign)
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            raise OutputError(
                f"{folder}: {_holder(file)} is writing into this folder: let it end, or give another folder"
            ) from None
        except PermissionError as error:
            raise OutputError.refused(folder, "the folder cannot be written to", error, instead="give one") from None
        except OSError as error:
            raise OutputError(
                f"{folder}: the folder cannot be locked against a second process ({error.strerror or error}): "
                "give one on a disk that knows locks, or one with room"
            ) from None

    def release(self) -> None:
        """Let others write; a second call does nothing."""
        self._lock.release()


def _this_process() -> dict[str, Any]:
    return {"pid": os.getpid(), "host": socket.gethostname()}


def _sign(descriptor: int) -> None:
    """Write who holds the lock into its file."""
    os.ftruncate(descriptor, 0)
    os.write(descriptor, json.dumps(_this_process()).encode())


def _holder(file: Path) -> str:
    try:
        who = json.loads(file.read_text(encoding="utf-8"))
        return "this process" if who == _this_process() else f"process {who['pid']} on {who['host']}"
    except (OSError, ValueError, LookupError, TypeError):
        return "another process"
