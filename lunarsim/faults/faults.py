"""Faults: pure edits of a component. What follows from an edit is left to the physics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from lunarsim.craft import Spacecraft


class Fault(Protocol):
    """A defect of the craft."""

    title: ClassVar[str]  #: what people and scenario files call it

    @property
    def cause(self) -> str:
        """How it came about, for reports."""
        ...

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with this defect; the argument is unchanged."""
        ...


@dataclass(frozen=True)
class AccelerometerOff:
    """The accelerometer was never switched on; it reports zero.

    Parameters
    ----------
    cause : str
        How that came about, for reports.
    """

    title: ClassVar[str] = "accelerometer off"

    cause: str = ""

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with its accelerometer unpowered."""
        return replace(craft, accelerometer=replace(craft.accelerometer, powered=False))
