"""What can be wrong with what turns the craft, and with what is known of how it is turned."""

from __future__ import annotations

from dataclasses import replace

from astropy import units as u

from lunarsim.craft import AttitudeControl, Navigation, Spacecraft
from lunarsim.declarations import QUICK_DEG_S, number
from lunarsim.errors import InputError
from lunarsim.faults.faults import Fault, fault


@fault("weak attitude control")
class WeakAttitudeControl(Fault):
    """The attitude control turns the craft more slowly, or with less torque.

    Parameters
    ----------
    slew_rate, angular_acceleration : Quantity, optional
        Greatest rate and angular acceleration from then on, no more than the control's own; default: as they are.
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.attitude_control.slew_rate", "craft.attitude_control.angular_acceleration")

    slew_rate: u.Quantity | None = number(
        None, u.deg / u.s, low=1e-6, high=QUICK_DEG_S, text="Greatest rate of the axis; else as it is."
    )
    angular_acceleration: u.Quantity | None = number(
        None, u.deg / u.s**2, low=1e-6, high=QUICK_DEG_S, text="Greatest angular acceleration; else as it is."
    )

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with a weaker control."""
        own = _control(craft)
        weaker = {
            name: limit for name in ("slew_rate", "angular_acceleration") if (limit := getattr(self, name)) is not None
        }
        if not weaker:
            raise InputError("neither slew_rate nor angular_acceleration is given: expected one of them, or both")
        for name, limit in weaker.items():
            if getattr(own, name) is not None and limit > getattr(own, name):
                raise InputError(
                    f"{name} = {limit}, and the craft's attitude_control has {name} = {getattr(own, name)}: expected "
                    "no more than that"
                )
        return replace(craft, attitude_control=replace(own, **weaker))


@fault("attitude control lost")
class AttitudeControlLost(Fault):
    """Nothing turns the craft any more: the thrust axis keeps the rate that it has.

    Parameters
    ----------
    cause, onset, end
        As of all faults.
    """

    edits = ("craft.attitude_control.powered",)

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft whose control is without power."""
        return replace(craft, attitude_control=replace(_control(craft), powered=False))


@fault("wrong attitude")
class WrongAttitude(Fault):
    """The computer is wrong about how the craft is turned, by constant angles.

    Parameters
    ----------
    roll, pitch, yaw : Quantity
        What is added to the navigation's errors: rotations about downrange, crossrange and the vertical; default 0.
    cause, onset, end
        As of all faults. A navigation with sensors takes them from the start alone.
    """

    edits = (
        "craft.navigation.attitude_roll",
        "craft.navigation.attitude_pitch",
        "craft.navigation.attitude_yaw",
    )

    roll: u.Quantity = number(0.0, u.deg, low=-90.0, high=90.0, text="Added to the error about downrange.")
    pitch: u.Quantity = number(0.0, u.deg, low=-90.0, high=90.0, text="Added to the error about crossrange.")
    yaw: u.Quantity = number(0.0, u.deg, low=-90.0, high=90.0, text="Added to the error about the vertical.")

    def apply(self, craft: Spacecraft) -> Spacecraft:
        """Return the craft with other errors of the attitude."""
        own = craft.navigation
        _control(craft)
        if not isinstance(own, Navigation) and (self.onset > 0.0 * u.s or self.end is not None):
            raise InputError(
                f"the craft's navigation is a {type(own).__name__}, whose attitude comes of its sensors after the "
                "start: expected neither an onset nor an end, or errors of the gyro or the star tracker"
            )
        errors = {
            f"attitude_{name}": getattr(own, f"attitude_{name}") + getattr(self, name)
            for name in ("roll", "pitch", "yaw")
        }
        return replace(craft, navigation=replace(own, **errors))


def _control(craft: Spacecraft) -> AttitudeControl:
    """Return the control of a craft that has one."""
    if craft.attitude_control is None:
        raise InputError(
            "the craft has no attitude control: expected Spacecraft(attitude_control=AttitudeControl(...))"
        )
    return craft.attitude_control
