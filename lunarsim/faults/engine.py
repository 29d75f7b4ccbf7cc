"""What can be wrong with the engine and with what turns it."""

from __future__ import annotations

from dataclasses import replace

from astropy import units as u

from lunarsim.craft import Spacecraft
from lunarsim.declarations import QUICK_DEG_S, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault


@fault("thrust error")
class ThrustError(Fault):
    """The engine gives more or less thrust than the computer counts on; the mass flow goes with it.

    Parameters
    ----------
    error : float
        Share by which it exceeds that, -1 to 10: -0.4 is a loss of 40 %.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.thrust_error",)

    error: float = number(REQUIRED, u.one, low=-1.0, high=10.0, text="Share by which thrust exceeds the nominal one.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with another thrust than its computer knows."""
        return _with_thrust(craft, 1.0 + self.error)


@fault("no ignition")
class NoIgnition(Fault):
    """The engine does not ignite, or goes out: it gives no thrust, and the computer does not know it.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.thrust_error",)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with an engine that gives no thrust."""
        return _with_thrust(craft, 0.0)


@fault("throttle stuck")
class ThrottleStuck(Fault):
    """The throttle valve is stuck open: the engine runs at full thrust or not at all.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    edits = (
        "craft.engine.min_throttle",
        "craft.engine.throttle_keep_out",
        "craft.engine.specific_impulse_at_min_throttle",
    )

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with an engine that has no throttle."""
        if craft.engine.min_throttle >= 1.0:
            raise InputError("the craft's engine has min_throttle = 1, no throttle to be stuck: leave this fault out")
        engine = replace(craft.engine, min_throttle=1.0, throttle_keep_out=None, specific_impulse_at_min_throttle=None)
        return replace(craft, engine=engine)


@fault("slow throttle")
class SlowThrottle(Fault):
    """The throttle follows its command more slowly.

    Parameters
    ----------
    rate : Quantity
        Change of the throttle per time from then on, no more than the engine's own.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.throttle_rate",)

    rate: u.Quantity = number(REQUIRED, u.s**-1, low=1e-6, high=1e6, text="Change of the throttle per time.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with an engine of another throttle rate."""
        _check_slower(self.rate, "the craft's engine has throttle_rate", craft.engine.throttle_rate)
        return replace(craft, engine=replace(craft.engine, throttle_rate=self.rate))


@fault("slow attitude")
class SlowAttitude(Fault):
    """The attitude follows its command more slowly.

    Parameters
    ----------
    rate : Quantity
        Greatest attitude rate from then on, no more than the craft's own.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.slew_rate",)

    rate: u.Quantity = number(REQUIRED, u.deg / u.s, low=1e-6, high=QUICK_DEG_S, text="Greatest attitude rate.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with another slew rate."""
        _check_slower(self.rate, "the craft has slew_rate", craft.slew_rate)
        return replace(craft, slew_rate=self.rate)


def _check_slower(rate: u.Quantity, owner: str, own: u.Quantity | None) -> None:
    """Refuse a fault that would make a craft faster."""
    if own is not None and rate > own:
        raise InputError(f"rate = {rate}, and {owner} = {own}: expected no greater rate")


def _with_thrust(craft: Spacecraft, share: float) -> Spacecraft:
    """Return a craft whose true thrust is a share of what it was."""
    return replace(craft, engine=replace(craft.engine, thrust_error=(1.0 + craft.engine.thrust_error) * share - 1.0))
