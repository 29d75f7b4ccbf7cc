"""Altimeters: how far it is to the ground along a beam."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import declarations
from lunarsim.craft.sensors.sensor_numbers import FAR, NEAR, SAMPLES, SHARE, check_gate
from lunarsim.declarations import FAR_M, HIGHEST_M, LONG_S, TURNS_DEG, number, switch


@dataclass(frozen=True, kw_only=True)
class Altimeter:
    """A laser or radar altimeter: the distance to the ground along a beam, over the terrain that is flown.

    The beam starts at the craft and meets the ground where it points, not below the craft. Without arguments it
    reports the true distance along the craft's axis, downwards. In axes of the body, ``z`` is the craft's axis, ``x``
    points downrange when the craft is upright, and up when it brakes against its motion.

    Parameters
    ----------
    powered : bool
        An altimeter without power has no valid range.
    rate : Quantity
        Samples per time, whatever the guidance cycle; default 10 Hz.
    off_nadir : Quantity
        Angle of the beam from the body's ``-z``; default 0. Over a craft that is upright, that from the nadir.
    azimuth : Quantity
        Where it leans to, from the body's ``x`` towards its ``y``; default 0.
    min_range, max_range : Quantity
        The range gate: beyond it, no valid range. Default: 0, and as far as there is ground.
    beam_width : Quantity
        Whole angle of the beam's cone; default 0, a line.
    first_return : bool
        Whether the nearest ground in the cone is reported; default: its mean.
    noise : Quantity
        Standard deviation of a sample; default 0.
    noise_share : float
        Share of the distance that is added to ``noise``; default 0.
    noise_factor : float
        True noise over what ``noise`` and ``noise_share`` say, on which a filter counts; default 1.
    bias : Quantity
        Added to the distance; default 0.
    scale_factor : float
        Reported over true; default 1.
    dropout_probability : float
        Of a sample without a valid range; default 0.
    false_lock_offset : Quantity
        Added to the range while the receiver is locked to a wrong echo; default 0.
    false_lock_probability : float
        Of a sample that is; default 0.
    false_lock_from : Quantity, optional
        Time since the start of the flight from which all samples are; default: never.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds, or ``max_range`` is not above ``min_range``.

    Notes
    -----
    A craft that has one is flown as one without: its readings are used by a navigation that takes them.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.Altimeter(max_range=3 * u.km, noise=0.1 * u.m, noise_share=1e-3).rate
    <Quantity 10. Hz>
    """

    powered: bool = switch(True, "An altimeter without power has no valid range.", dispersible=True)
    rate: u.Quantity = number(10.0, u.Hz, **SAMPLES)
    off_nadir: u.Quantity = number(
        0.0, u.deg, low=0.0, high=180.0, text="Angle of the beam from the body's -z.", dispersible=True
    )
    azimuth: u.Quantity = number(
        0.0, u.deg, low=-TURNS_DEG, high=TURNS_DEG, text="Where it leans to: from the body's x towards its y."
    )
    min_range: u.Quantity = number(0.0, u.m, text="Nearer, no valid range.", **NEAR)
    max_range: u.Quantity | None = number(None, u.m, text="Farther, no valid range.", **FAR)
    beam_width: u.Quantity = number(  # wide enough for a horn; a cone as wide as 90 deg is no beam
        0.0, u.deg, low=0.0, high=90.0, text="Whole angle of the beam's cone."
    )
    first_return: bool = switch(False, "Report the nearest ground in the cone, else its mean.")
    noise: u.Quantity = number(
        0.0, u.m, low=0.0, high=HIGHEST_M, text="Standard deviation of a sample.", dispersible=True
    )
    noise_share: float = number(0.0, u.one, text="Share of the distance that is added to the noise.", **SHARE)
    noise_factor: float = number(
        1.0, u.one, low=0.0, high=1e6, text="True noise over that on which a filter counts.", dispersible=True
    )
    bias: u.Quantity = number(0.0, u.m, low=-HIGHEST_M, high=HIGHEST_M, text="Added to the distance.", dispersible=True)
    scale_factor: float = number(1.0, u.one, low=0.0, high=10.0, text="Reported over true.", dispersible=True)
    dropout_probability: float = number(0.0, u.one, text="Of a sample without a valid range.", **SHARE)
    false_lock_offset: u.Quantity = number(
        0.0, u.m, low=-FAR_M, high=FAR_M, text="Added to the range by a wrong echo.", dispersible=True
    )
    false_lock_probability: float = number(0.0, u.one, text="Of a sample of a wrong echo.", **SHARE)
    false_lock_from: u.Quantity | None = number(
        None,
        u.s,
        low=0.0,
        high=LONG_S,
        absent=inf,
        text="Time since the start of the flight from which all samples are of a wrong echo.",
        dispersible=True,
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        check_gate(self.min_range, self.max_range)
