"""How accurately a flight is integrated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import declarations
from lunarsim.declarations import LONG_S, number
from lunarsim.kernels.forces import motion


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Tolerances of the integration.

    The defaults hold energy to about 1e-12 and position to about a millimetre over ten revolutions of
    a low orbit. scipy's own default (relative 1e-3) would move a grazing impact by hundreds of kilometres.

    Parameters
    ----------
    relative : float
        Relative local error of a step, from 1e-13 up.
    position, velocity, mass : Quantity
        Absolute local errors of a step. The integrator ``"collocation"`` takes that of the position, and neither the
        others nor ``relative``.
    max_step : Quantity
        Longest step; default unlimited.
    samples_per_step : int
        Points per step at which events look for a crossing.

    Raises
    ------
    InputError
        If a tolerance is out of its bounds, such as finer than the arithmetic.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> state = ls.load_scenario("luna25").state
    >>> coarse = ls.Accuracy(relative=1e-9, position=1 * u.m, velocity=1 * u.mm / u.s)
    >>> flight = ls.propagate(state, 1 * u.hour, accuracy=coarse)
    >>> flight.duration
    <Quantity 3600. s>
    """

    relative: float = number(  # doubles carry no less
        1e-13, u.one, low=1e-13, high=1.0, text="Relative local error of a step."
    )
    position: u.Quantity = number(1e-6, u.m, low=1e-12, high=1e6, text="Absolute local error of a step.")
    velocity: u.Quantity = number(1e-9, u.m / u.s, low=1e-15, high=1e3, text="Absolute local error of a step.")
    mass: u.Quantity = number(1e-9, u.kg, low=1e-15, high=1e6, text="Absolute local error of a step.")
    max_step: u.Quantity = number(1e9, u.s, low=1e-6, high=LONG_S, text="Longest step.")
    samples_per_step: int = number(8, u.one, low=2, high=1e4, text="Where events are sampled for a crossing.")

    def __post_init__(self) -> None:
        declarations.check(self)

    def absolute(self) -> NDArray[np.float64]:
        """Return the absolute tolerances in the order of the integrated vector."""
        tolerances = np.empty(motion.SIZE)
        tolerances[motion.POSITION] = self.position.to_value(u.m)
        tolerances[motion.VELOCITY] = self.velocity.to_value(u.m / u.s)
        tolerances[motion.MASS] = self.mass.to_value(u.kg)
        tolerances[[motion.DV_TRUE, motion.DV_SENSED]] = self.velocity.to_value(u.m / u.s)
        return tolerances
