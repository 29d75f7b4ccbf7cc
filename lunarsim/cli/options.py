"""Files that options of the command line name; light, since every command of the line loads it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from typing import TypeVar

from lunarsim.errors import LunarsimError

Read = TypeVar("Read")


def read_option(option: str, name: str, read: Callable[[str], Read]) -> Read:
    """Return what the file holds that an option names; what is wrong with it is told with the option in front."""
    try:
        return read(name)
    except LunarsimError as error:
        raise type(error)(f"{option} {error}") from error


def command_line() -> str:
    """Return the command that was given, without the folder that it was to write into: that is of one machine alone."""
    given = sys.argv[1:]
    kept = [
        word
        for before, word in zip(["", *given], given, strict=False)
        if before != "--out" and word != "--out" and not word.startswith("--out=")
    ]
    return shlex.join(["lunarsim", *kept])
