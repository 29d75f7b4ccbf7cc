"""Errors of navigation: how what the computer believes differs from the truth."""

from __future__ import annotations

from dataclasses import dataclass, fields

from astropy import units as u

from lunarsim import checks

_LENGTHS = ("downrange", "crossrange", "altitude", "position_noise", "altitude_noise")
_MPS = u.m / u.s


@dataclass(frozen=True, kw_only=True)
class Navigation:
    """Errors of what the computer believes, in the directions of flight: believed less true.

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
        Standard deviations of what is drawn anew at each look: of each component of position and velocity, and
        of the altitude besides; default 0.
    seed : int
        Of the noise; a run with the same seed has the same noise.

    Raises
    ------
    InputError
        If a value is not finite or of the wrong dimension, a standard deviation negative, or the seed not within
        0 to 2^53.
    """

    downrange: u.Quantity = 0.0 * u.m
    crossrange: u.Quantity = 0.0 * u.m
    altitude: u.Quantity = 0.0 * u.m
    downrange_rate: u.Quantity = 0.0 * _MPS
    crossrange_rate: u.Quantity = 0.0 * _MPS
    altitude_rate: u.Quantity = 0.0 * _MPS
    altitude_scale: float = 0.0
    mass: u.Quantity = 0.0 * u.kg
    position_noise: u.Quantity = 0.0 * u.m
    velocity_noise: u.Quantity = 0.0 * _MPS
    altitude_noise: u.Quantity = 0.0 * u.m
    seed: float = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            name, value = field.name, getattr(self, field.name)
            if name == "seed":
                checks.number(name, value, minimum=0.0, maximum=2.0**53)
            elif name == "altitude_scale":
                checks.number(name, value, minimum=-1.0)
            else:
                unit = u.kg if name == "mass" else u.m if name in _LENGTHS else _MPS
                least = 0.0 if name.endswith("noise") else -float("inf")
                checks.quantity(name, value, unit, minimum=least)
