"""Star trackers: the attitude against the stars."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FREQUENT_HZ, TURNS_DEG, number, switch

_NOISE = {"low": 0.0, "high": 6.48e5, "dispersible": True}  # half a turn


@dataclass(frozen=True, kw_only=True)
class StarTracker:
    """A star tracker: the attitude of the body, where neither the Sun nor the Moon blinds it.

    Without arguments it reports the truth at all times, and looks along the thrust axis.

    Parameters
    ----------
    powered : bool
        A star tracker without power has no valid attitude.
    rate : Quantity
        Samples per time, whatever the guidance cycle; default 1 Hz.
    boresight_angle : Quantity
        Of its line of sight from the thrust axis; default 0.
    azimuth : Quantity
        Where it leans to, from the body's ``x`` towards its ``y``; default 0.
    cross_axis_noise, roll_noise : Quantity
        Standard deviations of a sample: about each of two axes across the line of sight, and about it; default 0.
    sun_exclusion : Quantity, optional
        Least angle of the line of sight from the centre of the Sun, where the Moon does not hide it; default: any.
    limb_exclusion : Quantity, optional
        Least angle of the line of sight above the limb of the Moon's mean sphere; default: any, even into the Moon.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds.

    Notes
    -----
    A craft that has one is flown as one without: its readings are used by a navigation that takes them.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.StarTracker(cross_axis_noise=5 * u.arcsec, roll_noise=30 * u.arcsec, sun_exclusion=30 * u.deg).powered
    True
    """

    powered: bool = switch(True, "A star tracker without power has no valid attitude.", dispersible=True)
    rate: u.Quantity = number(1.0, u.Hz, above=0.0, high=FREQUENT_HZ, text="Samples per time.")
    boresight_angle: u.Quantity = number(
        0.0, u.deg, low=0.0, high=180.0, text="Of its line of sight from the thrust axis."
    )
    azimuth: u.Quantity = number(
        0.0, u.deg, low=-TURNS_DEG, high=TURNS_DEG, text="Where it leans to: from the body's x towards its y."
    )
    cross_axis_noise: u.Quantity = number(
        0.0, u.arcsec, text="Standard deviation about each axis across the line of sight.", **_NOISE
    )
    roll_noise: u.Quantity = number(0.0, u.arcsec, text="Standard deviation about the line of sight.", **_NOISE)
    sun_exclusion: u.Quantity | None = number(
        None, u.deg, low=0.0, high=180.0, absent=-inf, text="Least angle from the centre of the Sun."
    )
    limb_exclusion: u.Quantity | None = number(
        None, u.deg, low=-90.0, high=90.0, absent=-inf, text="Least angle above the Moon's limb."
    )

    def __post_init__(self) -> None:
        declarations.check(self)
