"""What the soak of mutated files reads: one module a family of formats, each with its ``FORMATS``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """A format that a user may hand in.

    Attributes
    ----------
    name : str
        As in the command.
    suffix : str
        Of the files.
    originals : callable
        ``originals(folder)``: good files, as bytes, small ones; made there or read from the package.
    load : callable
        ``load(path)``: read one, and use what was read once, so that what a lazy reader puts off is done too.
    """

    name: str
    suffix: str
    originals: Callable[[Path], list[bytes]]
    load: Callable[[Path], object]
