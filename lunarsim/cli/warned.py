"""Warnings as the command line tells them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

_NUMBER = re.compile(r"-?\d[\d.]*")


@contextmanager
def plain_warnings(console: Console) -> Iterator[None]:
    """Print warnings as one line of words, each once, whatever its numbers."""
    seen: set[str] = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        kind = _NUMBER.sub("", str(message))
        if kind not in seen:
            seen.add(kind)
            console.print(Text("warning: ", style="bold yellow").append(str(message), style="default"), soft_wrap=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
