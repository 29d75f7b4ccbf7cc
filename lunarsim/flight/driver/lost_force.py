"""Which force of the user's own has stopped an integration, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.own import place_of
from lunarsim.moon.own_forces import Force, why_lost

Derivative = Callable[[float, NDArray[np.float64]], NDArray[np.float64]]


class LostForce:
    """Remembers where the equations of motion last gave no finite numbers, and says which force is to blame.

    A trial step may reach where a force has no answer, below the ground for one, and a shorter step leads on: so that
    is no error, unless no step leads on.

    Parameters
    ----------
    forces : sequence of Force
        Of the user's own.
    environment : Environment
        In which they are flown.
    """

    def __init__(self, forces: Sequence[Force], environment: motion.Environment) -> None:
        self._forces = forces
        self._environment = environment
        self._last: tuple[float, NDArray[np.float64]] | None = None

    def watched(self, derivative: Derivative) -> Derivative:
        """Return the same equations of motion, watched; as they are where there is no force of the user's."""
        self._last = None
        if not self._forces:
            return derivative

        def remembering(t_s: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
            rates = derivative(t_s, y)
            if not np.all(np.isfinite(rates)) and np.all(np.isfinite(y)):
                self.remember(t_s, y.copy())
            return rates

        return remembering

    def remember(self, t_s: float, y: NDArray[np.float64]) -> None:
        """Take note of a place where a force gave nothing."""
        self._last = t_s, y

    def check(self) -> None:
        """Say which force gave nothing where the integration stopped, and what it gave instead.

        Raises
        ------
        IntegrationError
            The text names the force, the time and what it raised or gave.
        """
        if self._last is None:
            return
        t_s, y = self._last
        environment = self._environment
        for one, frame in zip(self._forces, environment.forces.frames, strict=False):
            r, v, mass_kg = y[motion.POSITION], y[motion.VELOCITY], float(y[motion.MASS])
            place, _ = place_of(frame, t_s, r, v, mass_kg, environment.epoch_et_s, environment.angles, 0.0)
            if (error := why_lost(one, place)) is not None:
                raise error
