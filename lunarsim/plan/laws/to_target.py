"""What the laws share that lead to a position and velocity at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.kernels.guidance import polynomial
from lunarsim.plan.laws.law import check_targets, checked_frame, parameters_of


@dataclass(frozen=True, kw_only=True)
class ToTarget:
    """Parameters of any law that leads to a position and velocity at a time; no law by itself.

    Parameters
    ----------
    target_downrange, target_crossrange, target_altitude : Quantity
        Where the law leads, from the site; default 0. Downrange is negative before the site.
    target_downrange_rate, target_crossrange_rate, target_altitude_rate : Quantity
        With which velocity over the ground; default 0.
    frozen_below : Quantity
        Time to go below which the acceleration is flown to its end as it was found last. Default 0: as short as a
        guidance cycle allows, three cycles.
    lead_time : Quantity
        How far ahead of each look the acceleration is evaluated, to make up for the lag of computer and engine
        (Klumpp 1974, eq. 11; 2.2 s in the Lunar Module); default 0. Half a guidance cycle makes up for a command
        that is held for the cycle.
    frame : str
        ``"level"``: downrange and crossrange are arcs along the Moon. ``"site"``: Cartesian axes of the site.
    """

    target_downrange: u.Quantity = 0.0 * u.m
    target_crossrange: u.Quantity = 0.0 * u.m
    target_altitude: u.Quantity = 0.0 * u.m
    target_downrange_rate: u.Quantity = 0.0 * u.m / u.s
    target_crossrange_rate: u.Quantity = 0.0 * u.m / u.s
    target_altitude_rate: u.Quantity = 0.0 * u.m / u.s
    frozen_below: u.Quantity = 0.0 * u.s
    lead_time: u.Quantity = 0.0 * u.s
    frame: str = "level"

    def __post_init__(self) -> None:
        check_targets(self)
        checked_frame(self.frame)
        checks.quantity("frozen_below", self.frozen_below, u.s, minimum=0.0)
        checks.quantity("lead_time", self.lead_time, u.s, minimum=0.0)

    def _parameters(self) -> NDArray[np.float64]:
        p = parameters_of(self)
        p[polynomial.FROZEN_BELOW] = self.frozen_below.to_value(u.s)
        p[polynomial.LEAD] = self.lead_time.to_value(u.s)
        return p
