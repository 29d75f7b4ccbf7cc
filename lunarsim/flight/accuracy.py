"""How accurately the reference driver integrates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.kernels import motion


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Tolerances of the reference driver.

    The defaults hold energy to about 1e-12 and position to about a millimetre over ten revolutions of
    a low orbit. scipy's own default (relative 1e-3) would move a grazing impact by hundreds of kilometres.

    Parameters
    ----------
    relative : float
        Relative local error of a step, from 1e-13 up.
    position, velocity, mass : Quantity
        Absolute local errors of a step.
    max_step : Quantity
        Longest step; default unlimited.
    samples_per_step : int
        Points per step at which events look for a crossing.

    Raises
    ------
    InputError
        If a tolerance is not greater than zero or finer than the arithmetic.
    """

    relative: float = 1e-13
    position: u.Quantity = 1e-6 * u.m
    velocity: u.Quantity = 1e-9 * u.m / u.s
    mass: u.Quantity = 1e-9 * u.kg
    max_step: u.Quantity = 1e9 * u.s
    samples_per_step: int = 8

    def __post_init__(self) -> None:
        checks.number("relative", self.relative, minimum=1e-13, maximum=1.0)  # doubles carry no less
        checks.quantity("position", self.position, u.m, positive=True)
        checks.quantity("velocity", self.velocity, u.m / u.s, positive=True)
        checks.quantity("mass", self.mass, u.kg, positive=True)
        checks.quantity("max_step", self.max_step, u.s, positive=True)
        checks.number("samples_per_step", self.samples_per_step, minimum=2)

    def absolute(self) -> NDArray[np.float64]:
        """Return the absolute tolerances in the order of the integrated vector."""
        tolerances = np.empty(motion.SIZE)
        tolerances[motion.POSITION] = self.position.to_value(u.m)
        tolerances[motion.VELOCITY] = self.velocity.to_value(u.m / u.s)
        tolerances[motion.MASS] = self.mass.to_value(u.kg)
        tolerances[[motion.DV_TRUE, motion.DV_SENSED]] = self.velocity.to_value(u.m / u.s)
        return tolerances
