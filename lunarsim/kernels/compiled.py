"""The one decorator of all kernels, and the care of their cache on disk."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

_log = logging.getLogger(__name__)

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function in nopython mode and keep the machine code on disk."""
    return _compiled(function)


def part_of_kernel(function: Function) -> Function:
    """Compile a function that is copied into each of its callers, where its values can stay in registers."""
    return _compiled(function, forceinline=True)


def _compiled(function: Function, **options: Any) -> Function:
    try:
        return cast(Function, _kept_apart(numba.njit(cache=True, error_model="numpy", **options)(function)))
    except RuntimeError as error:  # no folder that can be written to: compile for this process alone
        _log.debug("machine code of %s is not kept on disk: %s", function.__qualname__, error)
        return cast(Function, numba.njit(error_model="numpy", **options)(function))


def threaded_kernel(function: Function) -> Function:
    """Compile a function that lets other threads run beside it."""
    return _compiled(function, nogil=True)


def _kept_apart(dispatcher: Any) -> Any:
    """Have each piece of machine code kept in a file of its own name.

    numba numbers the files of a function. Two processes that compile it at once, each for other types, give theirs
    the same number, and one then runs what the other wrote. The cost of a name is that of an unused file.
    """
    files = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if files is not None:
        base = str(files._index_name).removesuffix(".nbi")
        files._data_name = lambda _number: f"{base}.{uuid.uuid4().hex[:12]}.nbc"
    return dispatcher


@cache
def source_digest() -> str:
    """Return a hash of the sources of all kernels: what was flown with other ones may have other bits."""
    total = hashlib.sha256()
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(source.name.encode() + source.read_bytes())
    return total.hexdigest()[:16]


def discard_stale_cache(folder: Path) -> None:
    """Remove compiled kernels, and their indices, that are older than any kernel source in a folder.

    numba compares a cached function with the file that defines it, and not with the files of the
    kernels that it calls: after an edit in one file, callers in others would go on with old physics.
    """
    newest = max(source.stat().st_mtime for source in folder.rglob("*.py"))
    for kept in (*folder.rglob("*.nbi"), *folder.rglob("*.nbc")):  # the indices first: they name the others
        with suppress(OSError):  # another process was faster, or the folder is not ours to change
            if kept.stat().st_mtime < newest:
                kept.unlink()


discard_stale_cache(Path(__file__).parent)
