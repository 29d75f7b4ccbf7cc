"""The search for the ground along a step of the integrator."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight.result.path import Path
from lunarsim.flight.result.segment import Trigger
from lunarsim.kernels.forces import motion
from lunarsim.kernels.ground.contact import CLEAR, UNKNOWN, first_contact, first_contact_with_map
from lunarsim.kernels.ground.terrain import Ground, clearance
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.kernels.records import Record
from lunarsim.kernels.sequence.onsets import FALLING, MOST_ONSETS, Heights, passage, waits_for_height
from lunarsim.mission.clock import time_after
from lunarsim.moon import Terrain
from lunarsim.orbits import State

Vector = NDArray[np.float64]


def path_of_step(step: Path) -> ChebyshevTable:
    """Return position and velocity along a step, as kernels take a path."""
    coefficients = np.ascontiguousarray(step.series[:, :, : motion.MASS].transpose(0, 2, 1))
    coefficients[0, :, 0] += step.start_y[0, : motion.MASS]
    start_s, end_s = step.ends_s
    return ChebyshevTable(float(start_s), float(end_s - start_s), coefficients)


class GroundSearch:
    """Finds where a flight meets the ground, however narrow the ridge and however long the step.

    Parameters
    ----------
    terrain : Terrain
        The ground.
    environment : Environment
        For the time of the flight's start and the Moon's orientation.
    epoch : Time
        The flight's start, for errors.
    """

    def __init__(self, terrain: Terrain, environment: motion.Environment, epoch: Time) -> None:
        self._terrain = terrain
        self._ground = terrain.lower()
        self._environment = environment
        self._epoch = epoch
        self._first_contact = first_contact if self._ground.heights_m.size == 1 else first_contact_with_map

    @property
    def lowered(self) -> Ground:
        """The terrain as the kernels take it."""
        return self._ground

    def trigger(self) -> Trigger:
        """Return the event that ends a flight on the ground."""
        return Trigger("impact", self.clearance_m, direction=-1, terminal=True, search=self.bracket)

    def clearance_m(self, t_s: float, y: Vector) -> float:
        """Return the height (m) above the ground below; NaN where the ground is not known."""
        environment = self._environment
        return float(clearance(environment.epoch_et_s + t_s, y[motion.POSITION], environment.angles, self._ground))

    def bracket(self, step: Path, armed: bool) -> tuple[float, float] | None:
        """Return times just before and after the first contact within a step, or None.

        Raises
        ------
        InputError
            If the flight comes low where the terrain is not known.
        """
        environment, path = self._environment, path_of_step(step)
        found, before_s, after_s = self._first_contact(
            path, environment.epoch_et_s, environment.angles, self._ground, armed
        )
        if found == UNKNOWN:
            raise self.unknown(step(after_s), after_s)
        return None if found == CLEAR else (before_s, after_s)

    def heights(self, onsets: Record) -> dict[Trigger, int]:
        """Return the events at which faults begin that wait for a height, and which of them it is."""
        waiting = [j for j in range(MOST_ONSETS) if waits_for_height(j, onsets)]
        return {self._height(j, onsets): j for j in waiting}

    def _height(self, j: int, onsets: Record) -> Trigger:
        height_m, falls = float(onsets.value[j]), onsets.kind[j] == FALLING

        def search(step: Path, _armed: bool) -> tuple[float, float] | None:
            environment, room = self._environment, np.empty(6)
            path, epoch_et_s = path_of_step(step), environment.epoch_et_s
            before_s, after_s = passage(j, Heights(path, epoch_et_s, environment.angles, self._ground, onsets, room))
            return (before_s, after_s) if before_s < after_s else None

        return Trigger(
            f"height of fault {j}",
            lambda t_s, y: self.clearance_m(t_s, y) - height_m,
            direction=-1 if falls else 1,
            terminal=True,
            search=search,
        )

    def unknown(self, y: Vector, t_s: float) -> InputError:
        """Return what to say of a flight that comes low where the ground is not known."""
        state = State(y[motion.POSITION] * u.m, y[motion.VELOCITY] * (u.m / u.s), time_after(self._epoch, t_s))
        return InputError(
            f"{state.epoch.isot}: the flight comes down to a height of {state.altitude.to(u.km):.3f} at "
            f"{state.latitude.deg:.3f} N {state.longitude.deg:.3f} E, outside the window of terrain "
            f"{self._terrain.name}: read a larger window, or say what is outside with outside="
        )
