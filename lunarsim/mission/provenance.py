"""The birth certificate of a number: published, inferred or assumed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import floor, log10

import numpy as np
from astropy import units as u

from lunarsim.errors import InputError

_LARGEST_SI = 1e21  # of the end of an interval, as of any number that was published


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
    interval : tuple of two str, optional
        The ends of an inferred number's 90 % interval, as the scenario file writes them.

    Raises
    ------
    InputError
        If what the status calls for is missing, or the interval is none for this number.
    """

    value: str
    status: Status
    sources: tuple[str, ...] = ()
    script: str = ""
    note: str = ""
    interval: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        if self.status is Status.PUBLISHED and not self.sources:
            raise InputError("a published number needs its sources: sources = ['name in [sources]']")
        if self.status is Status.INFERRED and not (self.script or self.note):
            raise InputError("an inferred number needs a script or a note that says from what it was inferred")
        if self.status is Status.ASSUMED and not self.note:
            raise InputError("an assumed number needs a note that says why")
        if self.interval is not None and self.status is not Status.INFERRED:
            raise InputError(
                f"interval = {self.interval} of a number that is {self.status.value}: expected only of an inferred one"
            )
        self._half_width()

    @property
    def rounded(self) -> str:
        """The value to the digits that its interval leaves it; as the file writes it where there is no interval."""
        half_width = self._half_width()
        if half_width is None:
            return self.value
        decimals = _decimals(half_width.value)
        number = round(u.Quantity(self.value).to_value(half_width.unit), decimals)
        _, _, unit = self.value.partition(" ")
        return f"{number:.{max(decimals, 0)}f} {unit}".strip()

    def decimals(self, unit: u.UnitBase) -> int | None:
        """Return how many decimals of the value in a unit its interval leaves, or None where there is no interval."""
        half_width = self._half_width()
        return None if half_width is None else max(_decimals(half_width.to_value(unit)), 0)

    @property
    def interval_text(self) -> str:
        """The 90 % interval as text, such as ``48 to 456 N``; empty where there is none."""
        if self.interval is None:
            return ""
        low, high = self.interval
        number, _, unit = low.partition(" ")
        return f"{number if unit == high.partition(' ')[2] else low} to {high}"

    def _half_width(self) -> u.Quantity | None:
        """Return half the width of the interval in the value's unit, or None where there is none."""
        if self.interval is None:
            return None
        try:
            value = u.Quantity(self.value)
            low, high = (u.Quantity(end).to(value.unit) for end in self.interval)
        except (TypeError, ValueError):  # UnitConversionError is both
            low = high = 0.0
        ends = np.abs([u.Quantity(low).si.value, u.Quantity(high).si.value])
        if not (low < high and np.all(ends <= _LARGEST_SI)):
            raise InputError(
                f"interval = {self.interval} of {self.value}: expected two numbers in the unit of the value, the "
                "smaller first, such as ['48 N', '456 N']"
            )
        return 0.5 * (high - low)


def _decimals(half_width: float) -> int:
    return 1 - floor(log10(half_width))  # two digits of the half width are known to mean something


@dataclass(frozen=True, kw_only=True)
class Source:
    """A publication that a scenario cites.

    Attributes
    ----------
    title : str
        Who, when, what.
    url : str
        Where.
    """

    title: str
    url: str
