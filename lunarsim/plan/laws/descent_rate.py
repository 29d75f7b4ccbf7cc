"""Rate of descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from astropy import units as u

from lunarsim import checks
from lunarsim.errors import InputError
from lunarsim.kernels.guidance import descent_rate, law
from lunarsim.plan.laws.law import LoweredLaw, check_targets, checked_frame, parameters_of


@dataclass(frozen=True, kw_only=True)
class DescentRate:
    """An altitude rate is held and the horizontal velocity nulled; a rate of zero is a hover.

    The law of the Lunar Module's P66 (Klumpp 1974, Automatica 10, 133). Its time constants are those of Apollo's
    computer: TAUROD 1.5 s for the altitude rate, TAUHZ 5 s for the horizontal velocity; its limit of the horizontal
    acceleration, AHZLIM, is about 0.57 m/s2, which is a tilt of 20 degrees in a hover. No time constant acts as less
    than a guidance cycle.

    Parameters
    ----------
    target_altitude_rate, target_downrange_rate, target_crossrange_rate : Quantity
        The velocity over the ground that is held; default 0.
    vertical_time_constant, horizontal_time_constant : Quantity
        In which a velocity error falls to 1/e; default 1.5 s and 5 s.
    largest_tilt : Quantity
        Of the thrust wanted, to the vertical, below 90 degrees; default 20 degrees.
    position_time_constant : Quantity, optional
        With it, the craft also drifts over the target point: its distance falls to 1/e in this time. At least four
        times ``horizontal_time_constant``, so that it does not swing about the point. Default: it drifts nowhere.
    target_downrange, target_crossrange : Quantity
        The target point; default the site.
    largest_drift_speed : Quantity
        On the way to the target point; default 2 m/s.
    frame : str
        ``"level"`` (default) or ``"site"``.

    Raises
    ------
    InputError
        If a time constant or speed is not greater than zero, the tilt is not from 0 to below 90 degrees, the
        position's time constant is too short, or the frame has another name.
    """

    title: ClassVar[str] = "rate of descent"

    target_altitude_rate: u.Quantity = 0.0 * u.m / u.s
    target_downrange_rate: u.Quantity = 0.0 * u.m / u.s
    target_crossrange_rate: u.Quantity = 0.0 * u.m / u.s
    vertical_time_constant: u.Quantity = 1.5 * u.s
    horizontal_time_constant: u.Quantity = 5.0 * u.s
    largest_tilt: u.Quantity = 20.0 * u.deg
    position_time_constant: u.Quantity | None = None
    target_downrange: u.Quantity = 0.0 * u.m
    target_crossrange: u.Quantity = 0.0 * u.m
    largest_drift_speed: u.Quantity = 2.0 * u.m / u.s
    frame: str = "level"

    def __post_init__(self) -> None:
        check_targets(self)
        checked_frame(self.frame)
        checks.quantity("vertical_time_constant", self.vertical_time_constant, u.s, positive=True)
        checks.quantity("horizontal_time_constant", self.horizontal_time_constant, u.s, positive=True)
        checks.quantity("largest_drift_speed", self.largest_drift_speed, u.m / u.s, positive=True)
        if not checks.quantity("largest_tilt", self.largest_tilt, u.deg, minimum=0.0) < 90.0 * u.deg:
            raise InputError(f"largest_tilt = {self.largest_tilt}: expected an angle from 0 to below 90 deg")
        if self.position_time_constant is not None:
            slow = checks.quantity("position_time_constant", self.position_time_constant, u.s, positive=True)
            if slow < 4.0 * self.horizontal_time_constant:
                raise InputError(
                    f"position_time_constant = {slow} is less than four times horizontal_time_constant = "
                    f"{self.horizontal_time_constant}: the craft would swing about the target point; give "
                    f"{4.0 * self.horizontal_time_constant} or more"
                )

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        p = parameters_of(self)
        p[descent_rate.VERTICAL_TIME] = self.vertical_time_constant.to_value(u.s)
        p[descent_rate.HORIZONTAL_TIME] = self.horizontal_time_constant.to_value(u.s)
        p[descent_rate.TILT_TANGENT] = np.tan(self.largest_tilt.to_value(u.rad))
        p[descent_rate.DRIFT_SPEED] = self.largest_drift_speed.to_value(u.m / u.s)
        if self.position_time_constant is not None:
            p[descent_rate.POSITION_TIME] = self.position_time_constant.to_value(u.s)
        return LoweredLaw(law.DESCENT_RATE, checked_frame(self.frame), p)
