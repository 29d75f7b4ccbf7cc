"""Velocimeters: the velocity over the ground by the Doppler shift along beams."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from astropy import units as u

from lunarsim import declarations
from lunarsim.craft.sensors.sensor_numbers import FAR, NEAR, SAMPLES, SHARE, check_gate
from lunarsim.declarations import FAST_MPS, TURNS_DEG, number, switch

_MPS = u.m / u.s


@dataclass(frozen=True, kw_only=True)
class Velocimeter:
    """A Doppler velocimeter: the speed to the ground along three or four beams, and the velocity that fits them best.

    The beams lie evenly on a cone about the body's ``-z``. Each has its own distance to the terrain that is flown, and
    is valid within the range gate; three valid beams are needed for a velocity. Without arguments it reports the true
    velocity over the ground, along the axes of the body.

    Parameters
    ----------
    powered : bool
        A velocimeter without power has no valid velocity.
    rate : Quantity
        Samples per time, whatever the guidance cycle; default 10 Hz.
    beams : int
        Three or four; default 4.
    cone_angle : Quantity
        Of each beam from the body's ``-z``; default 20 deg.
    azimuth : Quantity
        Of the first beam, from the body's ``x`` towards its ``y``; default 0.
    min_range, max_range : Quantity
        The range gate of each beam. Default: 0, and as far as there is ground.
    noise : Quantity
        Standard deviation of a sample of one beam's speed; default 0.
    noise_factor : float
        True noise over what ``noise`` says, on which a filter counts; default 1.
    bias : Quantity
        Added to the speed along each beam; default 0.
    scale_factor : float
        Reported over true; default 1.
    ambiguity_velocity : Quantity, optional
        Greatest speed along a beam that can be told from lower ones; a greater one is reported as the one below that
        has the same sampled Doppler shift. Default: none.
    dropout_probability : float
        Of a sample of one beam that is not valid; default 0.

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
    >>> ls.Velocimeter(cone_angle=25 * u.deg, noise=0.05 * u.m / u.s).beams
    4.0
    """

    powered: bool = switch(True, "A velocimeter without power has no valid velocity.", dispersible=True)
    rate: u.Quantity = number(10.0, u.Hz, **SAMPLES)
    beams: float = number(4.0, u.one, low=3.0, high=4.0, text="Three or four.", whole=True)
    cone_angle: u.Quantity = number(20.0, u.deg, low=1.0, high=85.0, text="Of each beam from the body's -z.")
    azimuth: u.Quantity = number(
        0.0, u.deg, low=-TURNS_DEG, high=TURNS_DEG, text="Of the first beam, from the body's x towards its y."
    )
    min_range: u.Quantity = number(0.0, u.m, text="Of each beam; nearer, it is not valid.", **NEAR)
    max_range: u.Quantity | None = number(None, u.m, text="Of each beam; farther, it is not valid.", **FAR)
    noise: u.Quantity = number(
        0.0, _MPS, low=0.0, high=FAST_MPS, text="Standard deviation of one beam's speed.", dispersible=True
    )
    noise_factor: float = number(
        1.0, u.one, low=0.0, high=1e6, text="True noise over that on which a filter counts.", dispersible=True
    )
    bias: u.Quantity = number(
        0.0, _MPS, low=-FAST_MPS, high=FAST_MPS, text="Added to the speed along each beam.", dispersible=True
    )
    scale_factor: float = number(1.0, u.one, low=0.0, high=10.0, text="Reported over true.", dispersible=True)
    ambiguity_velocity: u.Quantity | None = number(
        None,
        _MPS,
        low=1e-3,
        high=FAST_MPS,
        absent=inf,
        text="Greatest speed along a beam that is told from lower ones.",
    )
    dropout_probability: float = number(0.0, u.one, text="Of a sample of one beam that is not valid.", **SHARE)

    def __post_init__(self) -> None:
        declarations.check(self)
        check_gate(self.min_range, self.max_range)
