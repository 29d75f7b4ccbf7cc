"""What goes wrong at the looks of the computer in a phase, told when it begins and not at each look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lunarsim.flight.events.timeline import EventKind
from lunarsim.kernels.guidance.look import Command, is_empty
from lunarsim.kernels.records import Record

#: What the computer counts, and what the timeline calls it.
_COUNTED = {
    "without_command": EventKind.GUIDANCE_LOST,
    "below_glide_slope": EventKind.GLIDE_SLOPE,
    "out_of_view": EventKind.OUT_OF_VIEW,
}


class Complaints:
    """Follows what the computer counts, look by look.

    Parameters
    ----------
    computer : record
        What the computer of the flight remembers.
    empty_kg : float
        Mass of the craft without propellant that it can use.
    """

    def __init__(self, computer: Record, empty_kg: float) -> None:
        self._computer = computer
        self._empty_kg = empty_kg
        self.restart()

    def restart(self) -> None:
        """Begin a phase: nothing is wrong yet."""
        self._before = self._counts = self._counted()
        self._standing: set[EventKind] = set()

    def that_begin(self, command: Command, mass_kg: float) -> list[EventKind]:
        """Return what is wrong at a look and was not at the one before."""
        counts = self._counted()
        standing = {kind for kind, grown in zip(_COUNTED.values(), counts > self._counts, strict=True) if grown}
        if command.throttle > 0.0 and is_empty(mass_kg, self._empty_kg):
            standing.add(EventKind.NO_PROPELLANT)
        begun, self._standing, self._counts = standing - self._standing, standing, counts
        return sorted(begun, key=lambda kind: kind.value)

    def counts(self) -> dict[str, int]:
        """Return how often each has been counted in this phase, by the names of a phase's record."""
        grown = self._counted() - self._before
        return {f"cycles_{name}": int(count) for name, count in zip(_COUNTED, grown, strict=True)}

    def _counted(self) -> NDArray[np.float64]:
        return np.array([self._computer[name] for name in _COUNTED])
