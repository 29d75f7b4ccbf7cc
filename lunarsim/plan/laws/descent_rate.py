"""Rate of descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FAST_MPS, choice, number
from lunarsim.errors import InputError
from lunarsim.kernels.guidance.laws import descent_rate
from lunarsim.plan.laws.law import ALONG, FRAME, RATE, LoweredLaw, lowered, registered

_TIME_CONSTANT = {"low": 1e-3, "high": 1e6}


@registered
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
    max_tilt : Quantity
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
        If a value is out of its bounds (time constants from 1 ms to 1e6 s, the tilt from 0 to below 90 degrees), the
        position's time constant is too short, or the frame has another name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> hover = ls.DescentRate(target_altitude_rate=0 * u.m / u.s, max_tilt=10 * u.deg)
    >>> hover.max_tilt
    <Quantity 10. deg>
    """

    title: ClassVar[str] = "rate of descent"
    knows_time_to_go: ClassVar[bool] = False
    record: ClassVar[np.dtype[Any]] = descent_rate.DESCENT_RATE

    target_altitude_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="That is held.", **RATE)
    target_downrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="That is held.", **RATE)
    target_crossrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="That is held.", **RATE)
    vertical_time_constant: u.Quantity = number(
        1.5, u.s, dispersible=True, text="Of the altitude rate.", **_TIME_CONSTANT
    )
    horizontal_time_constant: u.Quantity = number(5.0, u.s, text="Of the horizontal velocity.", **_TIME_CONSTANT)
    max_tilt: u.Quantity = number(20.0, u.deg, low=0.0, below=90.0, text="Of the thrust wanted, to the vertical.")
    position_time_constant: u.Quantity | None = number(
        None, u.s, absent=0.0, text="In which the distance to the target point falls to 1/e.", **_TIME_CONSTANT
    )
    target_downrange: u.Quantity = number(0.0, u.m, text="The target point, from the site.", **ALONG)
    target_crossrange: u.Quantity = number(0.0, u.m, text="The target point, to the left.", **ALONG)
    largest_drift_speed: u.Quantity = number(
        2.0, u.m / u.s, low=1e-6, high=FAST_MPS, text="On the way to the target point."
    )
    frame: str = choice("level", FRAME)

    def __post_init__(self) -> None:
        declarations.check(self)
        slow, least = self.position_time_constant, 4.0 * self.horizontal_time_constant
        if slow is not None and slow < least:
            raise InputError(
                f"position_time_constant = {slow} is less than four times horizontal_time_constant = "
                f"{self.horizontal_time_constant}: the craft would swing about the target point; give {least} or more"
            )

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        tangent = np.tan(self.max_tilt.to_value(u.rad))
        return lowered(self, descent_rate.descent_rate, tilt_tangent=tangent)
