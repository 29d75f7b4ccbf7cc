"""The attitude control: how the thrust axis follows the commanded one."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import LONG_S, QUICK_DEG_S, Number, number, switch
from lunarsim.kernels.attitude.turn import slew_time
from lunarsim.records import in_si

_ANGLE = Number(unit=u.deg, low=0.0, high=180.0)


@dataclass(frozen=True, kw_only=True)
class AttitudeControl:
    """What turns the craft: the axis that the computer takes for true follows the commanded one, within limits.

    It turns by the fastest way: at the greatest angular acceleration, at the greatest rate where that is reached, and
    to rest on the target. The thrust goes along the true axis, also while that turns, but for the misalignment of the
    engine, and the sensors are mounted on it. Where the computer is wrong about its attitude, the true axis is beside
    the estimated one by as much.

    Parameters
    ----------
    slew_rate : Quantity, optional
        Greatest rate of the axis; default: any.
    angular_acceleration : Quantity, optional
        Greatest angular acceleration of the axis; default: any.
    time_step : Quantity
        Over which the thrust keeps its direction while the axis turns, whatever the guidance cycle; default 0.1 s.
        It does not change how the axis turns.
    lead_time : Quantity, optional
        How long before an ignition that follows a coast the axis sets out for it; default: as soon as the coast begins.
        Where that is too short, the engine ignites while the axis still turns.
    powered : bool
        A control without power leaves the axis the rate that it has.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds: rate and acceleration 1e-6 to 1e6 deg/s and deg/s2,
        step 1 ms to 1000 s, lead time 0 to 200 years.

    Notes
    -----
    A craft's and a phase's ``slew_rate`` limit what the computer commands; those of the control what the axis does. A
    flight that begins with the engine begins pointed.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> control = ls.AttitudeControl(slew_rate=5 * u.deg / u.s, angular_acceleration=0.5 * u.deg / u.s**2)
    >>> control.slew_time(10 * u.deg).round(3)
    <Quantity 8.944 s>
    """

    slew_rate: u.Quantity | None = number(
        None,
        u.deg / u.s,
        low=1e-6,
        high=QUICK_DEG_S,
        absent=inf,
        text="Greatest rate of the thrust axis.",
        dispersible=True,
    )
    angular_acceleration: u.Quantity | None = number(
        None,
        u.deg / u.s**2,
        low=1e-6,
        high=QUICK_DEG_S,
        absent=inf,
        text="Greatest angular acceleration of the thrust axis.",
        dispersible=True,
    )
    time_step: u.Quantity = number(
        0.1, u.s, low=1e-3, high=1e3, text="Over which thrust keeps its direction while the axis turns."
    )
    lead_time: u.Quantity | None = number(
        None, u.s, low=0.0, high=LONG_S, absent=inf, text="How long before an ignition the axis sets out for it."
    )
    powered: bool = switch(True, "Without power the axis keeps its rate.", dispersible=True)

    def __post_init__(self) -> None:
        declarations.check(self)

    def slew_time(self, angle: u.Quantity) -> u.Quantity:
        """Return how long the axis takes to turn by an angle, from rest to rest.

        2 sqrt(angle / acceleration), or, where the greatest rate is reached, angle / rate + rate / acceleration.

        Raises
        ------
        InputError
            If the angle is not within 0 to 180 deg.
        """
        angle_rad = float(_ANGLE.checked("angle", angle).to_value(u.rad))
        limits = declarations.declared(type(self))
        most = [in_si(getattr(self, name), limits[name]) for name in ("slew_rate", "angular_acceleration")]
        return slew_time(angle_rad, *most) * u.s
