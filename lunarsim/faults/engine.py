"""What can be wrong with an engine and with what turns the craft."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace

from astropy import units as u

from lunarsim.craft import Engine, Spacecraft
from lunarsim.declarations import QUICK_DEG_S, REQUIRED, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault


@dataclass(frozen=True, kw_only=True)
class EngineFault(Fault):
    """A defect of one of the craft's engines.

    Parameters
    ----------
    engine : str
        Which of its ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    engine: str = ""

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with this engine as the defect has it."""
        changed = self.edited(craft.engine_called(self.engine))
        if not self.engine:
            return replace(craft, engine=changed)
        return replace(craft, other_engines={**craft.other_engines, self.engine: changed})

    @abstractmethod
    def edited(self, engine: Engine) -> Engine:
        """Return an engine with this defect."""


@fault("thrust error")
class ThrustError(EngineFault):
    """The engine gives more or less thrust than the computer counts on; the mass flow goes with it.

    Parameters
    ----------
    error : float
        Share by which it exceeds that, -1 to 10: -0.4 is a loss of 40 %.
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.thrust_error",)

    error: float = number(REQUIRED, u.one, low=-1.0, high=10.0, text="Share by which thrust exceeds the nominal one.")

    def edited(self, engine: Engine) -> Engine:
        """Return the engine with another thrust than its computer knows."""
        return _with_thrust(engine, 1.0 + self.error)


@fault("no ignition")
class NoIgnition(EngineFault):
    """The engine does not ignite, or goes out: it gives no thrust, and the computer does not know it.

    Parameters
    ----------
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.thrust_error",)

    def edited(self, engine: Engine) -> Engine:
        """Return the engine without thrust."""
        return _with_thrust(engine, 0.0)


@fault("engine out")
class EngineOut(EngineFault):
    """Some engines of a cluster are out; the others run on, and the computer does not know it.

    The attitude control holds the thrust's direction against the torque of those that are left.

    Parameters
    ----------
    out : int
        How many, of the engine's ``count``; default 1. All of them are the fault "no ignition".
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.thrust_error",)

    out: float = number(1.0, u.one, low=1.0, high=1000.0, text="How many of the cluster are out.", whole=True)

    def edited(self, engine: Engine) -> Engine:
        """Return the cluster with the thrust of those that run."""
        if self.out >= engine.count:
            raise InputError(
                f"out = {self.out:g}, and the craft's engine has count = {engine.count:g}: expected fewer, of a "
                "cluster of two or more; an engine that gives nothing at all is the fault 'no ignition'"
            )
        return _with_thrust(engine, 1.0 - self.out / engine.count)


@fault("specific impulse error")
class SpecificImpulseError(EngineFault):
    """The engine takes more or less propellant for its thrust than the computer counts on.

    Parameters
    ----------
    error : float
        Share by which its specific impulse exceeds that, -0.99 to 10.
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.specific_impulse_error",)

    error: float = number(
        REQUIRED, u.one, low=-0.99, high=10.0, text="Share by which the specific impulse exceeds the nominal one."
    )

    def edited(self, engine: Engine) -> Engine:
        """Return the engine with another specific impulse than its computer knows."""
        error = (1.0 + engine.specific_impulse_error) * (1.0 + self.error) - 1.0
        return replace(engine, specific_impulse_error=error)


@fault("engine misaligned")
class EngineMisaligned(EngineFault):
    """The thrust is off the craft's axis, from a time on; that of a burn alone is the fault "thrust misaligned".

    Parameters
    ----------
    pitch, yaw : Quantity
        What is added to the engine's ``misalignment_pitch`` and ``misalignment_yaw``; default 0.
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.misalignment_pitch", "craft.engine.misalignment_yaw")

    pitch: u.Quantity = number(0.0, u.deg, low=-90.0, high=90.0, text="Added to the misalignment in pitch.")
    yaw: u.Quantity = number(0.0, u.deg, low=-90.0, high=90.0, text="Added to the misalignment in yaw.")

    def edited(self, engine: Engine) -> Engine:
        """Return the engine with another direction of thrust."""
        pitch, yaw = engine.misalignment_pitch + self.pitch, engine.misalignment_yaw + self.yaw
        return replace(engine, misalignment_pitch=pitch, misalignment_yaw=yaw)


@fault("no shutdown")
class NoShutdown(EngineFault):
    """The engine does not obey a cut-off: it burns until its propellant is out, or the fault passes.

    In a burn that lasts a day at most, and not beyond a speed of zero, where a law that follows the velocity has no
    direction left.

    Parameters
    ----------
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.shuts_down",)

    def edited(self, engine: Engine) -> Engine:
        """Return the engine without obedience."""
        return replace(engine, shuts_down=False)


@fault("valve stuck")
class ValveStuck(EngineFault):
    """The throttle valve is stuck where it is, or at a given throttle; the computer does not know it.

    A cut-off is another valve's, and is obeyed.

    Parameters
    ----------
    throttle : float, optional
        Where it is stuck, above 0 to 1; default: where it was, or, if the engine has not run, where it is first
        commanded to.
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.follows_throttle", "craft.engine.held_throttle")

    throttle: float | None = number(None, u.one, above=0.0, high=1.0, text="Where it is stuck; else where it was.")

    def edited(self, engine: Engine) -> Engine:
        """Return the engine with a valve that does not follow."""
        _check_throttled(engine)
        return replace(engine, follows_throttle=False, held_throttle=self.throttle)


@fault("throttle stuck")
class ThrottleStuck(EngineFault):
    """The throttle valve is stuck open: the engine runs at full thrust or not at all, and the computer knows it.

    Parameters
    ----------
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = (
        "craft.engine.min_throttle",
        "craft.engine.throttle_keep_out",
        "craft.engine.specific_impulse_at_min_throttle",
    )

    def edited(self, engine: Engine) -> Engine:
        """Return the engine without a throttle."""
        _check_throttled(engine)
        return replace(engine, min_throttle=1.0, throttle_keep_out=None, specific_impulse_at_min_throttle=None)


@fault("slow throttle")
class SlowThrottle(EngineFault):
    """The throttle follows its command more slowly.

    Parameters
    ----------
    rate : Quantity
        Change of the throttle per time from then on, no more than the engine's own.
    engine : str
        Which of the craft's ``other_engines``; default "", the main one.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.engine.throttle_rate",)

    rate: u.Quantity = number(REQUIRED, u.s**-1, low=1e-6, high=1e6, text="Change of the throttle per time.")

    def edited(self, engine: Engine) -> Engine:
        """Return the engine with another throttle rate."""
        _check_slower(self.rate, "the craft's engine has throttle_rate", engine.throttle_rate)
        return replace(engine, throttle_rate=self.rate)


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


def _check_throttled(engine: Engine) -> None:
    """Refuse a fault of the throttle of an engine that has none."""
    if engine.min_throttle >= 1.0:
        raise InputError("the craft's engine has min_throttle = 1, no throttle to be stuck: leave this fault out")


def _with_thrust(engine: Engine, share: float) -> Engine:
    """Return an engine whose true thrust is a share of what it was."""
    return replace(engine, thrust_error=(1.0 + engine.thrust_error) * share - 1.0)
