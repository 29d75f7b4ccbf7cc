"""The one decorator of all kernels, and the care of their cache on disk."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import event
from numba.core.compiler_lock import global_compiler_lock
from numba.extending import register_jitable

from lunarsim.kernels.notice import CompilationNotice
from lunarsim.kernels.within_callers import OPTIONS

_log = logging.getLogger(__name__)
_FOLDER = Path(__file__).parent  # of all kernels

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function in nopython mode and keep the machine code on disk."""
    return _compiled(function)


def formula(function: Function) -> Function:
    """Let kernels that call a function compile it with themselves; called from Python, it runs as it stands.

    For what Python needs a few times: to compile it for that takes a tenth of a second to some seconds. And for what
    Python never calls: a kernel carries code for callers from Python, and is kept on disk.
    """
    return _compiled_within_callers(function)


def part_of_kernel(function: Function) -> Function:
    """Let a :func:`formula` be copied into each of its callers, where its values can stay in registers."""
    return _compiled_within_callers(function, forceinline=True)


def _compiled_within_callers(function: Function, **options: Any) -> Function:
    return register_jitable(**OPTIONS, **options)(function)


def _compiled(function: Function, **options: Any) -> Function:
    try:
        own = _compiled_once(_kept_apart(numba.njit(cache=True, error_model="numpy", **options)(function)))
    except RuntimeError as error:  # no folder that can be written to: compile for this process alone
        _log.debug("machine code of %s is not kept on disk: %s", function.__qualname__, error)
        own = numba.njit(error_model="numpy", **options)(function)
    return cast(Function, _compiled_with_callers(own))


def _compiled_with_callers(own: Any) -> Any:
    """Have other kernels compile a kernel with themselves, as a formula, and not take its machine code."""
    within = cache(lambda: numba.njit(**OPTIONS)(own.py_func))
    own.get_call_template = lambda args, kws: within().get_call_template(args, kws)
    own.get_overload = lambda sig: within().get_overload(sig)
    return own


def threaded_kernel(function: Function) -> Function:
    """Compile a function that lets other threads run beside it."""
    return _compiled(function, nogil=True)


def _kept_apart(dispatcher: Any) -> Any:
    """Have each piece of machine code kept under a name of its own, for the sources that it was compiled from.

    numba keeps a function under the name of its module and line, wherever the folder lies, and compares with it the
    one file that defines it: after an edit of a kernel, callers in other files would go on with old physics. So the
    digest of all sources is part of the name. And numba numbers the files of a function: two processes that compile
    it at once, each for other types, give theirs the same number, and one then runs what the other wrote. The cost of
    a name is that of an unused file.
    """
    files = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if files is not None:
        base = str(files._index_name).removesuffix(".nbi") + f".{source_digest()}"
        files._index_name = f"{base}.nbi"
        files._index_path = str(Path(files._cache_path, files._index_name))
        files._data_name = lambda _number: f"{base}.{uuid.uuid4().hex[:12]}.nbc"
        if Path(dispatcher.py_func.__code__.co_filename).is_relative_to(_FOLDER):  # other folders may be shared
            discard_stale_code(Path(files._cache_path), source_digest())
    return dispatcher


def _compiled_once(dispatcher: Any) -> Any:
    """Have processes that begin together compile each function once for its types: others wait, and read what was kept.

    To wait is never slower than to compile the same. The calls of kernels make no circle, so neither do the waits. A
    process takes numba's own lock first: of two threads one could else hold each lock and want the other. What is kept
    is read without a lock, and looked for once more with it, for the process that had it may have compiled this.
    """
    kept = getattr(dispatcher, "_cache", None)
    files = getattr(kept, "_cache_file", None)
    if kept is None or files is None:
        return dispatcher
    index, compile_or_read, read = Path(files._index_path), dispatcher.compile, kept.load_overload
    held = ExitStack()

    def read_or_wait(signature: Any, target: Any) -> Any:
        found = read(signature, target)
        if found is None:
            from filelock import FileLock  # noqa: PLC0415  (only who compiles waits for its import)

            with suppress(OSError, NotImplementedError):  # a file system without locks: compile beside the others
                held.enter_context(FileLock(index.with_suffix(".lock")))
            found = read(signature, target)
        return found

    def compile_once(signature: Any) -> Any:
        with global_compiler_lock, held:
            return compile_or_read(signature)

    kept.load_overload, dispatcher.compile = read_or_wait, compile_once
    return dispatcher


@cache
def source_digest() -> str:
    """Return a hash of all that is compiled into the kernels: what was flown with other sources may have other bits.

    Their own files, and the constants that they read.
    """
    total = hashlib.sha256()
    for source in (*sorted(_FOLDER.rglob("*.py")), _FOLDER.parent / "constants.py"):
        total.update(source.relative_to(_FOLDER.parent).as_posix().encode() + source.read_bytes())
    return total.hexdigest()[:16]


@cache
def discard_stale_code(folder: Path, digest: str) -> None:
    """Remove from a folder the machine code of kernels that was compiled from other sources; it is never read again."""
    for kept in (
        *folder.glob("*.nbi"),
        *folder.glob("*.nbc"),
        *folder.glob("*.lock"),
    ):  # the indices first: they name the others
        if f".{digest}." not in kept.name:
            with suppress(OSError):  # another process was faster, or the folder is not ours to change
                kept.unlink()


event.register("numba:compile", CompilationNotice())  # type: ignore[no-untyped-call]
