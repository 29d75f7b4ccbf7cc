"""Engines."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import checks, constants


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A rocket engine of constant specific impulse.

    Parameters
    ----------
    thrust : Quantity
        Thrust at full throttle, in vacuum.
    specific_impulse : Quantity
        Specific impulse in seconds; the exhaust velocity is this times 9.80665 m/s2.

    Raises
    ------
    InputError
        If either is not greater than zero.
    """

    thrust: u.Quantity
    specific_impulse: u.Quantity

    def __post_init__(self) -> None:
        checks.quantity("thrust", self.thrust, u.N, positive=True)
        checks.quantity("specific_impulse", self.specific_impulse, u.s, positive=True)

    @property
    def exhaust_velocity(self) -> u.Quantity:
        """Effective exhaust velocity."""
        return (self.specific_impulse * constants.STANDARD_GRAVITY_MPS2 * (u.m / u.s**2)).to(u.m / u.s)
