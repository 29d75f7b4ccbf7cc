"""E-guidance, Apollo's quadratic guidance and their fractional relatives: to a position and velocity at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim.declarations import REQUIRED, choice, number
from lunarsim.errors import InputError
from lunarsim.kernels.guidance.laws import polynomial
from lunarsim.plan.laws.law import ACCELERATION, FRAME, LoweredLaw, lowered, registered
from lunarsim.plan.laws.to_target import TIME_TO_GO, ToTarget


@registered
@dataclass(frozen=True, kw_only=True)
class EGuidance(ToTarget):
    """Acceleration linear in time, to a position and velocity: Cherry 1964, AIAA 64-638.

    Parameters
    ----------
    time_to_go : Quantity
        When the phase begins.
    **target
        See :class:`~lunarsim.plan.laws.to_target.ToTarget`.

    Raises
    ------
    InputError
        If a parameter is of the wrong dimension, or a time is negative, or the frame has another name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.EGuidance(time_to_go=60 * u.s, target_altitude=100 * u.m, target_altitude_rate=-2 * u.m / u.s)
    >>> law.target_altitude_rate
    <Quantity -2. m / s>
    """

    title: ClassVar[str] = "E-guidance"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = polynomial.TO_TARGET

    time_to_go: u.Quantity = number(REQUIRED, u.s, dispersible=True, text="When the phase begins.", **TIME_TO_GO)

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, polynomial.e_guidance)


@registered
@dataclass(frozen=True, kw_only=True)
class QuadraticGuidance(ToTarget):
    """Acceleration quadratic in time, to a position, velocity and acceleration: Apollo's P63 and P64.

    Klumpp 1971, MIT R-695, and 1974, Automatica 10, 133.

    Parameters
    ----------
    time_to_go : Quantity
        When the phase begins; with a jerk, the first guess of it.
    target_downrange_acceleration, target_crossrange_acceleration, target_altitude_acceleration : Quantity
        Of the position, at the target: thrust and gravity together; default 0.
    target_downrange_jerk : Quantity, optional
        With it, the time to go is the one with which the downrange acceleration changes at this rate at the target
        (Klumpp 1974, eq. 12). Default: the time to go is counted down.
    frame : str
        ``"site"`` (default), as in Klumpp's papers, or ``"level"``.
    **target
        See :class:`~lunarsim.plan.laws.to_target.ToTarget`.

    Raises
    ------
    InputError
        If a parameter is of the wrong dimension, or a time is negative, or the frame has another name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.QuadraticGuidance(time_to_go=60 * u.s, target_altitude=100 * u.m, target_altitude_rate=-2 * u.m / u.s)
    >>> law.target_altitude
    <Quantity 100. m>
    """

    title: ClassVar[str] = "quadratic guidance"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = polynomial.QUADRATIC

    time_to_go: u.Quantity = number(REQUIRED, u.s, dispersible=True, text="When the phase begins.", **TIME_TO_GO)
    target_downrange_acceleration: u.Quantity = number(
        0.0, u.m / u.s**2, text="Of the position, at the target.", **ACCELERATION
    )
    target_crossrange_acceleration: u.Quantity = number(
        0.0, u.m / u.s**2, text="Of the position, at the target.", **ACCELERATION
    )
    target_altitude_acceleration: u.Quantity = number(
        0.0, u.m / u.s**2, text="Of the position, at the target.", **ACCELERATION
    )
    target_downrange_jerk: u.Quantity | None = number(
        None, u.m / u.s**3, text="With which the downrange acceleration changes at the target.", **ACCELERATION
    )
    frame: str = choice("site", FRAME)

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, polynomial.quadratic)


@registered
@dataclass(frozen=True, kw_only=True)
class FractionalPolynomial(ToTarget):
    """Acceleration with two chosen powers of the time to go: Lu 2020, JGCD 43, 398.

    Exponents 0 and 1 give E-guidance, 1 and 2 Apollo's quadratic guidance.

    Parameters
    ----------
    time_to_go : Quantity
        When the phase begins.
    first_exponent, second_exponent : float
        gamma1, not negative, and gamma2, greater than it. Default 1 and 2.
    target_downrange_acceleration, target_crossrange_acceleration, target_altitude_acceleration : Quantity
        Of the position, at the target: thrust and gravity together; default 0. With a first exponent of 0 they have
        no effect.
    **target
        See :class:`~lunarsim.plan.laws.to_target.ToTarget`.

    Raises
    ------
    InputError
        If a parameter is of the wrong dimension, a time is negative, the exponents are not in order, or the frame
        has another name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.FractionalPolynomial(time_to_go=60 * u.s, target_altitude=100 * u.m)
    >>> law.target_altitude
    <Quantity 100. m>
    """

    title: ClassVar[str] = "fractional polynomial"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = polynomial.FRACTIONAL

    time_to_go: u.Quantity = number(REQUIRED, u.s, dispersible=True, text="When the phase begins.", **TIME_TO_GO)
    first_exponent: float = number(1.0, u.one, low=0.0, high=100.0, text="gamma1 of Lu 2020.")
    second_exponent: float = number(2.0, u.one, low=0.0, high=100.0, text="gamma2 of Lu 2020.")
    target_downrange_acceleration: u.Quantity = number(
        0.0, u.m / u.s**2, text="Of the position, at the target.", **ACCELERATION
    )
    target_crossrange_acceleration: u.Quantity = number(
        0.0, u.m / u.s**2, text="Of the position, at the target.", **ACCELERATION
    )
    target_altitude_acceleration: u.Quantity = number(
        0.0, u.m / u.s**2, text="Of the position, at the target.", **ACCELERATION
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.second_exponent > self.first_exponent:
            raise InputError(
                f"second_exponent = {self.second_exponent}: expected more than first_exponent = {self.first_exponent}"
            )

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, polynomial.fractional)
