"""What can be wrong with the flight computer."""

from __future__ import annotations

from dataclasses import replace

from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault


@fault("data arrays filled at random")
class ArraysFilledAtRandom(Fault):
    """The computer packs commands into data arrays in an order by chance, whatever their priorities.

    It packs once, before the flight, so that the fault has neither an onset nor an end.

    Parameters
    ----------
    cause : str
        How that came about, for reports.
    """

    edits = ("craft.computer.packing",)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose computer packs at random."""
        if craft.computer is None:
            raise InputError("the craft has no computer: expected Spacecraft(computer=FlightComputer(...))")
        if not self.is_lasting:
            raise InputError(f"{self.when}: expected neither an onset nor an end, because it packs before the flight")
        return replace(craft, computer=replace(craft.computer, packing="at random"))
