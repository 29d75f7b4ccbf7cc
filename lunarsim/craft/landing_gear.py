"""The landing gear: what the craft may touch the ground with, and stand on."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FAST_MPS, QUICK_DEG_S, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.kernels.ground.touchdown import Limits, limits_of
from lunarsim.records import filled, record_of

_LARGE_M = 1e4  # a craft of 20 km across
_MPS = u.m / u.s


@dataclass(frozen=True, kw_only=True)
class LandingGear:
    """The limits of a safe touchdown, and what the craft stands on.

    Speeds are those over the turning ground. A craft with a footprint tips over beyond the static tip-over angle
    of its geometry; without one, beyond the sum of ``tilt`` and ``slope``.

    Parameters
    ----------
    vertical_speed : Quantity
        Greatest speed along the local vertical.
    horizontal_speed : Quantity
        Greatest speed along the local horizontal.
    tilt : Quantity
        Greatest angle of the craft's axis to the local vertical, up to 90 deg.
    slope : Quantity
        Greatest angle of the ground to the local horizontal, up to 90 deg.
    turn_rate : Quantity, optional
        Greatest attitude rate at contact; default: no limit.
    crash_speed : Quantity, optional
        Total speed beyond which the craft breaks; default: three times the greater of the two limits of speed.
    stance : Quantity, optional
        Radius of the circle through the feet. Given together with ``mass_centre_height``.
    mass_centre_height : Quantity, optional
        Height of the centre of mass above the plane of the feet, at touchdown.

    Raises
    ------
    InputError
        If a value is out of its bounds: speeds from 1e-3 m/s, angles from 1e-3 to 90 deg, lengths from 1e-3 m; if the
        crash speed is below a limit of speed, or only one of ``stance`` and ``mass_centre_height`` is given.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> gear = ls.LandingGear(
    ...     vertical_speed=3 * u.m / u.s, horizontal_speed=1 * u.m / u.s, tilt=6 * u.deg, slope=12 * u.deg
    ... )
    >>> gear.tilt
    <Quantity 6. deg>
    """

    vertical_speed: u.Quantity = number(REQUIRED, _MPS, low=1e-3, high=FAST_MPS, text="Along the local vertical.")
    horizontal_speed: u.Quantity = number(REQUIRED, _MPS, low=1e-3, high=FAST_MPS, text="Along the local horizontal.")
    tilt: u.Quantity = number(REQUIRED, u.deg, low=1e-3, high=90.0, text="Of the craft's axis to the vertical.")
    slope: u.Quantity = number(REQUIRED, u.deg, low=1e-3, high=90.0, text="Of the ground to the horizontal.")
    turn_rate: u.Quantity | None = number(
        None, u.deg / u.s, low=1e-6, high=QUICK_DEG_S, absent=inf, text="Greatest attitude rate at contact."
    )
    crash_speed: u.Quantity | None = number(
        None,
        _MPS,
        low=1e-3,
        high=10.0 * FAST_MPS,
        absent=0.0,
        text="Total speed beyond which the craft breaks; else three times the greater limit.",
    )
    stance: u.Quantity | None = number(
        None,
        u.m,
        low=1e-3,
        high=_LARGE_M,
        absent=0.0,
        text="Radius of the circle through the feet; together with the next.",
    )
    mass_centre_height: u.Quantity | None = number(
        None, u.m, low=1e-3, high=_LARGE_M, absent=0.0, text="Of the centre of mass above the plane of the feet."
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        if (self.stance is None) != (self.mass_centre_height is None):
            missing = "stance" if self.stance is None else "mass_centre_height"
            raise InputError(f"{missing} is missing: expected stance and mass_centre_height together, or neither")
        if self.crash_speed is not None and self.crash_speed < max(self.vertical_speed, self.horizontal_speed):
            raise InputError(
                f"crash_speed = {self.crash_speed} is below a limit of speed, "
                f"{max(self.vertical_speed, self.horizontal_speed)}: expected at least that"
            )

    @property
    def tip_over_angle(self) -> u.Quantity:
        """Lean from the vertical at which the centre of mass stands over the feet: atan(stance / height).

        Without a footprint the sum of ``tilt`` and ``slope``.
        """
        return np.degrees(self.lower().tip_over_rad) * u.deg

    def lower(self) -> Limits:
        """Return the limits as the kernels take them; infinite where there is none."""
        limits: Limits = limits_of(np.array(filled(self), record_of(LandingGear))[()])
        return limits
