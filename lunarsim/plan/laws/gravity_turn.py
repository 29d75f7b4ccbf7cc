"""Gravity turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import choice, number
from lunarsim.errors import InputError
from lunarsim.kernels.guidance.laws import gravity_turn
from lunarsim.plan.laws.law import ABOVE_SITE, FRAME, RATE, LoweredLaw, lowered, registered


@registered
@dataclass(frozen=True, kw_only=True)
class GravityTurn:
    """Thrust against the velocity over the ground, so that the craft comes down upright.

    Without a throttle, each cycle asks for the thrust acceleration that, kept constant, brings the craft to the
    target's rate at the target's altitude: Citron, Dunn & Meissinger 1964, AIAA J. 2, 503, after Culler & Fried 1957,
    J. Appl. Phys. 28, 672. Where the craft lands is not controlled. The ground is taken as flat there: at orbital
    speed, where nothing pulls the craft down along its path, the law asks for no thrust. Give such a phase a throttle.

    Parameters
    ----------
    target_altitude : Quantity
        Above the site, where the target's rate is to be reached; default 0.
    target_altitude_rate : Quantity
        Zero or negative; default 0.
    throttle : float, optional
        Share of the engine's full thrust, above 0 to 1, kept whatever comes; the target then has no part.
    frame : str
        ``"level"`` (default) or ``"site"``.

    Raises
    ------
    InputError
        If the target's rate is upward, the throttle is not above 0 and up to 1, or the frame has another name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.GravityTurn(target_altitude=20 * u.m, target_altitude_rate=-2 * u.m / u.s)
    >>> law.target_altitude
    <Quantity 20. m>
    """

    title: ClassVar[str] = "gravity turn"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = gravity_turn.GRAVITY_TURN

    target_altitude: u.Quantity = number(0.0, u.m, text="Above the site.", **ABOVE_SITE)
    target_altitude_rate: u.Quantity = number(0.0, u.m / u.s, text="Zero or negative.", **RATE)
    throttle: float | None = number(None, u.one, above=0.0, high=1.0, dispersible=True, text="Share of full thrust.")
    frame: str = choice("level", FRAME)

    def __post_init__(self) -> None:
        declarations.check(self)
        if self.target_altitude_rate > 0.0 * u.m / u.s:
            raise InputError(
                f"target_altitude_rate = {self.target_altitude_rate}: expected zero or a negative rate; a "
                "gravity turn ends in a descent"
            )

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, gravity_turn.gravity_turn)
