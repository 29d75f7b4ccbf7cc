"""Guidance laws that fly ahead in a prediction: linear pitch, and the burn of least propellant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import DESCENT_S, Choice, choice, number, switch
from lunarsim.errors import InputError
from lunarsim.kernels.guidance.laws import bang_bang, pitch, predictor
from lunarsim.plan.laws.law import ABOVE_SITE, ALONG, RATE, LoweredLaw, lowered, registered

_SHARE = {"above": 0.0, "high": 1.0}
_HOLD = {"low": 0.0, "high": DESCENT_S}
_CROSSRANGE = {"low": 0.0, "high": 0.9}
_SHAPE = Choice(
    words={"linear": predictor.LINEAR, "linear tangent": predictor.LINEAR_TANGENT},
    text="whether the pitch is linear in time, or its tangent",
)


@registered
@dataclass(frozen=True, kw_only=True)
class PitchGuidance:
    """Pitch that is linear in time, corrected by predictions: Luna-25's design of 2012 for its main braking.

    The engine burns at a given throttle. Its pitch above the local horizontal, against the motion, is
    theta0 + thetadot t; both are corrected every cycle so that when the downrange rate is the target's, height and
    vertical rate are too. With ``range_control`` the throttle is a third parameter and brings the downrange position
    in as well, as far as its range reaches. Crossrange is flown by E-guidance. At the target the engine stops.

    Parameters
    ----------
    target_altitude : Quantity
        Above the site's level; default 0.
    target_downrange, target_crossrange : Quantity
        From the site; default 0. The former is read only with ``range_control``.
    target_downrange_rate, target_crossrange_rate, target_altitude_rate : Quantity
        Default 0.
    throttle : float
        Share of full thrust; with ``range_control`` the first guess. Default 1.
    range_control : bool
        Default false.
    min_throttle, most_throttle : float
        Range of the throttle for ``range_control``.
    shape : str
        ``"linear"`` (default), or ``"linear tangent"``: tan theta is linear in time.
    hold : Quantity
        Time to go from which on the parameters stay as they are; a few cycles. Default 5 s.
    crossrange_share : float
        The largest share of the thrust that crossrange may take, 0 to 0.9; default 0.2.

    Raises
    ------
    InputError
        If a quantity is of the wrong dimension, a share out of its range, or the shape unknown.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.PitchGuidance(target_altitude=1 * u.km, target_altitude_rate=-20 * u.m / u.s)
    >>> law.target_altitude
    <Quantity 1. km>
    """

    title: ClassVar[str] = "linear pitch"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = pitch.PITCH

    target_altitude: u.Quantity = number(0.0, u.m, text="Above the site's level.", **ABOVE_SITE)
    target_downrange: u.Quantity = number(0.0, u.m, text="From the site.", **ALONG)
    target_crossrange: u.Quantity = number(0.0, u.m, text="From the site, to the left.", **ALONG)
    target_downrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    target_crossrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    target_altitude_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    throttle: float = number(1.0, u.one, text="Share of full thrust.", **_SHARE)
    range_control: bool = switch(False, "The throttle brings the downrange position in as well.")
    min_throttle: float = number(0.8, u.one, text="Least throttle of the range control.", **_SHARE)
    most_throttle: float = number(1.0, u.one, text="Greatest throttle of the range control.", **_SHARE)
    shape: str = choice("linear", _SHAPE)
    hold: u.Quantity = number(
        5.0, u.s, dispersible=True, text="Time to go from which on the parameters stay as they are.", **_HOLD
    )
    crossrange_share: float = number(
        0.2, u.one, dispersible=True, text="Of the thrust, that crossrange may take.", **_CROSSRANGE
    )

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.range_control and not self.min_throttle <= self.throttle <= self.most_throttle:
            raise InputError(
                f"throttle = {self.throttle}: expected from min_throttle = {self.min_throttle} to "
                f"most_throttle = {self.most_throttle}, between which range_control moves it"
            )

    def lower(self) -> LoweredLaw:
        """Return the law's code, frame and parameters."""
        unused = {} if self.range_control else {"min_throttle": 0.0, "most_throttle": 0.0}
        return lowered(self, pitch.pitch_guidance, **unused)


@registered
@dataclass(frozen=True, kw_only=True)
class BangBang:
    """The landing of least propellant with one burn: engine off, then full thrust to the target ("suicide burn").

    The ignition is solved for, and falls at any moment within a cycle; so does the cut-off. The thrust follows the
    primer vector, which on flat ground is linear tangent steering. After ignition the throttle and the steering
    are corrected every cycle. A downrange target out of reach, or one to which the burn would lead through the ground,
    is let go: the craft stops wherever. There is one burn. To a target nearer than the craft falls without thrust, two
    burns with a coast between take less: by a per cent where it is not much nearer, by a quarter where the craft is
    2.5 km high and would fall 3 km ahead, and the target lies 2 km ahead.

    Parameters
    ----------
    target_altitude : Quantity
        Above the site's level; default 0.
    target_downrange : Quantity or None
        From the site; default 0. None: wherever it takes the least propellant.
    target_crossrange : Quantity
        Positive left of the motion; default 0.
    target_downrange_rate, target_crossrange_rate, target_altitude_rate : Quantity
        Default 0.
    margin : float
        Share of full thrust that the plan uses, above 0 to 1; the rest is for corrections. Default 1.
    hold : Quantity
        Time to go from which on only the burn time is corrected; default 2 s.
    crossrange_share : float
        The largest share of the thrust that crossrange may take, 0 to 0.9; default 0.2.

    Raises
    ------
    InputError
        If a quantity is of the wrong dimension, or a share out of its range.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.BangBang(target_altitude=100 * u.m, margin=0.95)
    >>> law.target_altitude
    <Quantity 100. m>
    """

    title: ClassVar[str] = "bang-bang"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = bang_bang.BANG_BANG

    target_altitude: u.Quantity = number(0.0, u.m, text="Above the site's level.", **ABOVE_SITE)
    target_downrange: u.Quantity | None = number(0.0, u.m, optional=True, absent=0.0, text="From the site.", **ALONG)
    target_crossrange: u.Quantity = number(0.0, u.m, text="From the site, to the left.", **ALONG)
    target_downrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    target_crossrange_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    target_altitude_rate: u.Quantity = number(0.0, u.m / u.s, dispersible=True, text="Of the velocity there.", **RATE)
    margin: float = number(1.0, u.one, dispersible=True, text="Share of full thrust that the plan uses.", **_SHARE)
    hold: u.Quantity = number(
        2.0, u.s, dispersible=True, text="Time to go from which on only the burn time is corrected.", **_HOLD
    )
    crossrange_share: float = number(
        0.2, u.one, dispersible=True, text="Of the thrust, that crossrange may take.", **_CROSSRANGE
    )

    def __post_init__(self) -> None:
        declarations.check(self)

    def lower(self) -> LoweredLaw:
        """Return the law's code, frame and parameters."""
        free = float(self.target_downrange is None)
        return lowered(self, bang_bang.bang_bang, free_range=free)
