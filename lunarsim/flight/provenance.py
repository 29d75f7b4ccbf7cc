"""The birth certificate of a number: published, inferred or assumed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lunarsim.errors import InputError


class Status(Enum):
    """Where a number comes from."""

    PUBLISHED = "published"
    INFERRED = "inferred"
    ASSUMED = "assumed"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Where one number of a scenario comes from.

    Attributes
    ----------
    value : str
        The number as the scenario file writes it.
    status : Status
        Published, inferred or assumed.
    sources : tuple of str
        Names of entries in the scenario's sources; a published number needs one.
    script : str
        The command that infers the number; an inferred one needs it or a note.
    note : str
        From what it was inferred, or why it was assumed; an assumed number needs it.

    Raises
    ------
    InputError
        If what the status calls for is missing.
    """

    value: str
    status: Status
    sources: tuple[str, ...] = ()
    script: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.status is Status.PUBLISHED and not self.sources:
            raise InputError("a published number needs its sources: sources = ['name in [sources]']")
        if self.status is Status.INFERRED and not (self.script or self.note):
            raise InputError("an inferred number needs a script or a note that says from what it was inferred")
        if self.status is Status.ASSUMED and not self.note:
            raise InputError("an assumed number needs a note that says why")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publication that a scenario cites."""

    title: str
    url: str
