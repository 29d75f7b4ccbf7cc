"""Gyros: how far the body has turned."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import declarations
from lunarsim.craft.sensors.accelerometer import check_latency
from lunarsim.declarations import FREQUENT_HZ, QUICK_DEG_S, number, switch

_ANGLE = {"low": -90.0, "high": 90.0, "dispersible": True}
_BIAS = {"low": -QUICK_DEG_S, "high": QUICK_DEG_S, "dispersible": True}
_DEG_H = u.deg / u.h


@dataclass(frozen=True, kw_only=True)
class Gyro:
    """Three gyros along the axes of the body: the angle by which it turned between two samples, against the stars.

    Without arguments they report the truth.

    Parameters
    ----------
    powered : bool
        Gyros without power report zero.
    rate : Quantity
        Samples per time, whatever the guidance cycle; default 10 Hz.
    scale_factor : float
        Reported over true; default 1.
    bias_x, bias_y, bias_z : Quantity
        Reported where the truth is zero; default 0.
    misalignment_x, misalignment_y, misalignment_z : Quantity
        Rotation vector from the axes of the body to those of the gyros; default 0.
    angle_random_walk : Quantity
        Standard deviation of the sum of what is reported, over the square root of the time; default 0.
    saturation : Quantity, optional
        Greatest rate that is reported, either way; default: any.
    quantum : Quantity
        Of the angles that are reported, whose sum is rounded to whole ones; default 0, none.
    latency : Quantity
        By which what is reported is late, up to seven samples; default 0.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds, or the latency longer than seven samples.

    Notes
    -----
    A craft that has them is flown as one without: their readings are used by a navigation that takes them.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Gyro(bias_x=0.01 * u.deg / u.h, angle_random_walk=0.003 * u.deg / u.h**0.5).powered
    True
    """

    powered: bool = switch(True, "Gyros without power report zero.", dispersible=True)
    rate: u.Quantity = number(10.0, u.Hz, above=0.0, high=FREQUENT_HZ, text="Samples per time.")
    scale_factor: float = number(1.0, u.one, low=-10.0, high=10.0, text="Reported over true.", dispersible=True)
    bias_x: u.Quantity = number(0.0, _DEG_H, text="Reported about x where the truth is zero.", **_BIAS)
    bias_y: u.Quantity = number(0.0, _DEG_H, text="About y.", **_BIAS)
    bias_z: u.Quantity = number(0.0, _DEG_H, text="About z, the thrust axis.", **_BIAS)
    misalignment_x: u.Quantity = number(0.0, u.deg, text="Rotation vector from the axes of the body.", **_ANGLE)
    misalignment_y: u.Quantity = number(0.0, u.deg, text="About y.", **_ANGLE)
    misalignment_z: u.Quantity = number(0.0, u.deg, text="About z, the thrust axis.", **_ANGLE)
    angle_random_walk: u.Quantity = number(
        0.0, u.deg / u.h**0.5, low=0.0, high=QUICK_DEG_S, text="Of the sum of what is reported.", dispersible=True
    )
    saturation: u.Quantity | None = number(
        None, u.deg / u.s, above=0.0, high=QUICK_DEG_S, absent=inf, text="Greatest rate that is reported."
    )
    quantum: u.Quantity = number(0.0, u.deg, low=0.0, high=90.0, text="Of the angles that are reported.")
    latency: u.Quantity = number(
        0.0, u.s, low=0.0, high=1e3, text="By which what is reported is late, up to seven samples."
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        check_latency(self.latency, self.rate)
