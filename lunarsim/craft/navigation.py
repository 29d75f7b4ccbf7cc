"""Errors of navigation: how what the computer believes differs from the truth."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FAST_MPS, HEAVY_KG, number

_MPS = u.m / u.s
_FAR_M = 1e7  # more than the Moon's circumference, or to high orbits
_BOTH_WAYS = {"low": -_FAR_M, "high": _FAR_M, "dispersible": True}
_RATE = {"low": -FAST_MPS, "high": FAST_MPS, "dispersible": True}


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """Errors of the navigation, in the directions of flight: estimated less true.

    Navigation is perfect where nothing is given. Guided phases alone use it.

    Parameters
    ----------
    downrange, crossrange, altitude : Quantity
        Constant errors of the position; default 0. Crossrange is to the left of the motion.
    downrange_rate, crossrange_rate, altitude_rate : Quantity
        Constant errors of the velocity; default 0.
    altitude_scale : float
        Error of the altitude above the landing site as a share of it, as a radar's scale factor; default 0.
    mass : Quantity
        Error of the mass; default 0.
    position_noise, velocity_noise, altitude_noise : Quantity
        Standard deviations of what is drawn anew at each guidance cycle: of each component of position and velocity,
        and of the altitude besides; default 0.
    seed : int
        Of the noise; a run with the same seed has the same noise.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds: lengths up to 10,000 km, rates up to 100 km/s,
        standard deviations not negative, the seed within 0 to 2^53.
    """

    downrange: u.Quantity = number(0.0, u.m, text="Error of the position, constant.", **_BOTH_WAYS)
    crossrange: u.Quantity = number(0.0, u.m, text="Error of the position, to the left of the motion.", **_BOTH_WAYS)
    altitude: u.Quantity = number(0.0, u.m, text="Error of the position, upwards.", **_BOTH_WAYS)
    downrange_rate: u.Quantity = number(0.0, _MPS, text="Error of the velocity, constant.", **_RATE)
    crossrange_rate: u.Quantity = number(0.0, _MPS, text="Error of the velocity, to the left.", **_RATE)
    altitude_rate: u.Quantity = number(0.0, _MPS, text="Error of the velocity, upwards.", **_RATE)
    altitude_scale: float = number(
        0.0, u.one, low=-1.0, high=10.0, text="Error of the altitude as a share of it.", dispersible=True
    )
    mass: u.Quantity = number(0.0, u.kg, low=-HEAVY_KG, high=HEAVY_KG, text="Error of the mass.", dispersible=True)
    position_noise: u.Quantity = number(
        0.0, u.m, low=0.0, high=_FAR_M, text="Standard deviation of each component of the position.", dispersible=True
    )
    velocity_noise: u.Quantity = number(
        0.0,
        _MPS,
        low=0.0,
        high=FAST_MPS,
        text="Standard deviation of each component of the velocity.",
        dispersible=True,
    )
    altitude_noise: u.Quantity = number(
        0.0, u.m, low=0.0, high=_FAR_M, text="Standard deviation of the altitude besides.", dispersible=True
    )
    seed: float = number(  # whole numbers that a float holds
        0.0, u.one, low=0.0, high=2.0**53, text="Of the noise.", dispersible=True, whole=True
    )

    def __post_init__(self) -> None:
        declarations.check(self)
