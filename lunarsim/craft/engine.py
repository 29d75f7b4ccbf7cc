"""Engines."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u

from lunarsim import checks, constants
from lunarsim.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A rocket engine that can be throttled.

    Parameters
    ----------
    thrust : Quantity
        Thrust at full throttle, in vacuum.
    specific_impulse : Quantity
        Specific impulse in seconds at full throttle; the exhaust velocity is this times 9.80665 m/s2.
    least_throttle : float
        Share of full thrust below which the engine cannot be throttled; default 0.
    specific_impulse_least : Quantity, optional
        Specific impulse at the least throttle, linear between there and full throttle; default: the same.
    throttle_rate : Quantity, optional
        Change of the throttle per time, such as ``0.2 / u.s``; default: at once.
    forbidden_throttle : tuple of two floats, optional
        A band in which the engine cannot stay, as that of Apollo's descent engine between 0.65 and full: a command
        above the band gives full throttle, until a command falls below it; within, the bottom of the band.
    thrust_error : float
        Share by which the true thrust, and mass flow, exceed what the computer counts on; default 0.

    Raises
    ------
    InputError
        If the thrust, a specific impulse or the rate is not greater than zero, or a share is out of its range.
    """

    thrust: u.Quantity
    specific_impulse: u.Quantity
    least_throttle: float = 0.0
    specific_impulse_least: u.Quantity | None = None
    throttle_rate: u.Quantity | None = None
    forbidden_throttle: tuple[float, float] | None = None
    thrust_error: float = 0.0

    def __post_init__(self) -> None:
        checks.quantity("thrust", self.thrust, u.N, positive=True)
        checks.quantity("specific_impulse", self.specific_impulse, u.s, positive=True)
        checks.number("least_throttle", self.least_throttle, minimum=0.0, maximum=1.0)
        checks.number("thrust_error", self.thrust_error, minimum=-0.99)
        if self.specific_impulse_least is not None:
            checks.quantity("specific_impulse_least", self.specific_impulse_least, u.s, positive=True)
        if self.throttle_rate is not None:
            checks.quantity("throttle_rate", self.throttle_rate, 1 / u.s, positive=True)
        if self.forbidden_throttle is not None:
            band = self.forbidden_throttle
            if not (isinstance(band, tuple | list) and len(band) == 2):
                raise InputError(
                    f"forbidden_throttle = {band!r}: expected two shares of full thrust, such as (0.6, 0.9)"
                )
            bottom, top = (checks.number("forbidden_throttle", share) for share in band)
            if not self.least_throttle <= bottom < top <= 1.0:
                raise InputError(
                    f"forbidden_throttle = {self.forbidden_throttle}: expected two shares of full thrust, the smaller "
                    f"first, within the engine's range of {self.least_throttle:g} to 1"
                )

    @property
    def exhaust_velocity(self) -> u.Quantity:
        """Effective exhaust velocity."""
        return (self.specific_impulse * constants.STANDARD_GRAVITY_MPS2 * (u.m / u.s**2)).to(u.m / u.s)
