"""Files that options of the command line name; light, since every command of the line loads it."""

from __future__ import annotations

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
