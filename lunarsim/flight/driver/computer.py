"""The flight computer of one reference flight: what it remembers between its looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lunarsim.flight.driver.lowering import LoweredGuided, LoweredScenario
from lunarsim.kernels.driver import guided
from lunarsim.kernels.forces import motion
from lunarsim.kernels.guidance import look as looks
from lunarsim.kernels.records import Record


class Computer:
    """Looks at the flight at each cycle of a guided phase, through the kernels that the campaign driver uses.

    Parameters
    ----------
    lowered : LoweredScenario
        The craft, its errors and the Moon.
    """

    def __init__(self, lowered: LoweredScenario) -> None:
        self._run = lowered.run
        self._environment = lowered.environment
        self._ground = lowered.ground.lowered
        self.memory: Record = np.zeros(1, looks.COMPUTER)[0]

    def begin(self, t_s: float, y: NDArray[np.float64], phase: LoweredGuided) -> tuple[float, float, float]:
        """Let a phase begin; return by how much it moves the aim (m: downrange, crossrange) and the slope found."""
        looks.begin(t_s, y, self._run, phase.numbers, self._environment, self._ground, self.memory)
        memory = self.memory
        return memory.diverted_downrange_m, memory.diverted_crossrange_m, memory.scanned_slope_rad

    def is_over(self, t_s: float, phase: LoweredGuided) -> bool:
        """Return whether a phase has come to its limit of time."""
        return bool(guided.is_over(t_s, phase.numbers, self.memory))

    def look(
        self, t_s: float, y: NDArray[np.float64], phase: LoweredGuided
    ) -> tuple[looks.Command, NDArray[np.float64]]:
        """Return the command, and by how much position and velocity are believed wrong (m, m/s, ICRF)."""
        error = looks.navigation_error(t_s, y, self._run, self._environment, self.memory)
        command = looks.look(t_s, y, self._run, phase.numbers, phase.guide, self._environment, self.memory)
        return command, error

    def propulsion(self, command: looks.Command) -> motion.Propulsion:
        """Return the engine as commanded."""
        propulsion: motion.Propulsion = guided.propulsion_of(command, self._run.craft.accelerometer)
        return propulsion

    def attitude(self, y: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Return the craft's axis (ICRF unit vector) and its rate (rad/s) as of the last cycle."""
        return looks.axis_at(y, self.memory), float(self.memory.turn_rate_rad_s)

    def is_empty(self, mass_kg: float) -> bool:
        """Return whether the tank is empty."""
        return bool(looks.is_empty(mass_kg, self._run.craft.dry_mass_kg))

    def rest(self) -> None:
        """Remember that the engine was off and the attitude at rest."""
        looks.rest(self.memory)

    def point(self, y: NDArray[np.float64], propulsion: motion.Propulsion) -> None:
        """Remember where a burn left the thrust axis."""
        looks.point(y, propulsion, self.memory)
