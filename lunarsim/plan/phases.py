"""Phases of a plan: coasts and burns, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from astropy import units as u
from astropy.time import Time

from lunarsim import checks
from lunarsim.errors import InputError
from lunarsim.plan.steering import AgainstVelocity, Steering


@dataclass(frozen=True, kw_only=True)
class Coast:
    """Flight without thrust for a duration."""

    duration: u.Quantity
    name: str = "coast"

    def __post_init__(self) -> None:
        checks.quantity("duration", self.duration, u.s, positive=True)


@dataclass(frozen=True, kw_only=True)
class Burn:
    """A burn as the flight computer is told to fly it.

    It ends with whatever comes first: the accelerometer's integrated reading reaches
    ``target_delta_v``, the ``timer`` runs out, or the propellant does.

    Parameters
    ----------
    ignition : Time
        Start of the burn; the craft coasts until then.
    target_delta_v : Quantity
        Delta-v at which the computer cuts off, as sensed by the accelerometer.
    timer : Quantity
        Longest duration that the computer allows.
    steering : Steering
        Default: against the velocity.
    throttle : float
        Share of the engine's full thrust, above 0 to 1; default 1.
    pitch_error, yaw_error : Quantity
        Angles by which the thrust is off the direction of the steering law; default 0. Pitch is right-handed about
        the orbit's normal r x v: a thrust against the velocity is turned towards the zenith, one along it towards
        the nadir. Yaw turns it towards that normal.
    name : str
        For the timeline.

    Raises
    ------
    InputError
        If the target or the timer is not greater than zero, or the throttle is not above 0 to 1.
    """

    ignition: Time
    target_delta_v: u.Quantity
    timer: u.Quantity
    steering: Steering = field(default_factory=AgainstVelocity)
    throttle: float = 1.0
    pitch_error: u.Quantity = 0.0 * u.deg
    yaw_error: u.Quantity = 0.0 * u.deg
    name: str = "burn"

    def __post_init__(self) -> None:
        checks.instant("ignition", self.ignition)
        checks.quantity("target_delta_v", self.target_delta_v, u.m / u.s, positive=True)
        checks.quantity("timer", self.timer, u.s, positive=True)
        checks.quantity("pitch_error", self.pitch_error, u.deg)
        checks.quantity("yaw_error", self.yaw_error, u.deg)
        if not callable(getattr(self.steering, "lower", None)):
            raise InputError(f"steering = {self.steering!r}: expected a steering law such as AgainstVelocity()")
        if not 0.0 < checks.number("throttle", self.throttle) <= 1.0:
            raise InputError(f"throttle = {self.throttle}: expected a share of full thrust, above 0 and up to 1")


Phase = Coast | Burn
