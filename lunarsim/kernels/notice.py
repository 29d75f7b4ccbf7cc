"""A word to people before a long compilation, which would else be minutes of silence."""

from __future__ import annotations

import logging
import time
from typing import Any

from numba.core import event

_log = logging.getLogger(__name__)

#: How long the machine code takes, of processor time: what the command line, the README and the quick start say.
HOW_LONG = "20 s for a first flight, 1 min for a first guided landing, 1 to 2 min for a first campaign"
#: What the command line says while it waits for a flight.
FLYING = f"flying (a machine's first run compiles the physics: {HOW_LONG})"
_FEW_SECONDS = 3.0  # of processor time: a map compiles in less, a flight in some ten, campaigns in 40 and in 100


class CompilationNotice(event.Listener):
    """Logs one warning when this process has compiled kernels for some seconds and goes on with more of them."""

    def __init__(self, after_s: float = _FEW_SECONDS) -> None:
        self._after_s = after_s
        self._depth = 0  # kernels are compiled within those that call them
        self._since_s = self._before_s = 0.0
        self._folder: str | None = None  # which keeps them
        self._ours = False  # whether one of them is the package's: others' are theirs to keep
        self._told = False

    def on_start(self, found: Any) -> None:
        """Take note of a kernel to be compiled."""
        now_s = time.process_time()
        if self._depth == 0:
            self._since_s = now_s
        self._depth += 1
        self._folder = self._folder or _folder_of(found.data["dispatcher"])
        self._ours = self._ours or _is_ours(found.data["dispatcher"])
        if not self._told and self._before_s + now_s - self._since_s > self._after_s:
            self._told = True
            _log.warning("compiling the physics: %s%s", HOW_LONG, self._kept)

    def on_end(self, _: Any) -> None:
        """Take note of a kernel that is compiled."""
        self._depth -= 1
        if self._depth == 0:
            self._before_s += time.process_time() - self._since_s

    @property
    def _kept(self) -> str:
        if self._folder:
            return f"; it is kept in {self._folder} for later runs"
        return "; no folder can be written to that would keep it: set NUMBA_CACHE_DIR to one" if self._ours else ""


def _folder_of(dispatcher: Any) -> Any:
    """Return where the machine code of a function is kept; None for what is compiled for one process alone."""
    return getattr(getattr(dispatcher, "_cache", None), "cache_path", None)


def _is_ours(dispatcher: Any) -> bool:
    return str(dispatcher.py_func.__module__).startswith("lunarsim.kernels.")
