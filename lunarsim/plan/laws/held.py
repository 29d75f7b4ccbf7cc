"""No guidance: the engine off, or thrust along the axis as it points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import Choice, choice, number
from lunarsim.kernels.guidance import law
from lunarsim.kernels.guidance.laws import held
from lunarsim.plan.laws.law import LoweredLaw, lowered, registered

_ATTITUDE = Choice(
    words={"upright": law.UPRIGHT, "held": law.AS_IT_WAS, "free": law.FREE},
    text="where the thrust axis points: to the vertical, as it was, or nowhere in particular",
)


@registered
@dataclass(frozen=True, kw_only=True)
class EngineOff:
    """No thrust: a coast under guidance, or the free fall before touchdown.

    Parameters
    ----------
    attitude : str
        Where the thrust axis points meanwhile. ``"upright"``: it turns to the vertical; ``"held"``: as it was;
        ``"free"``: nowhere in particular, so that the next phase begins with the attitude that it wants. Default
        upright.

    Raises
    ------
    InputError
        If there is no such attitude.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.EngineOff().attitude
    'upright'
    """

    title: ClassVar[str] = "engine off"
    knows_time_to_go: ClassVar[bool] = False

    attitude: str = choice("upright", _ATTITUDE)

    def __post_init__(self) -> None:
        declarations.check(self)

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, held.engine_off)._replace(idle=_ATTITUDE.words[self.attitude])


@registered
@dataclass(frozen=True, kw_only=True)
class AttitudeHold:
    """Thrust along the axis as it points when the phase begins, at one throttle.

    Parameters
    ----------
    throttle : float
        Share of the engine's full thrust, above 0 to 1; default 1.

    Raises
    ------
    InputError
        If the throttle is not above 0 and up to 1.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.AttitudeHold(throttle=0.6)
    AttitudeHold(throttle=0.6)
    """

    title: ClassVar[str] = "attitude hold"
    knows_time_to_go: ClassVar[bool] = False
    record: ClassVar[np.dtype[Any]] = held.HELD

    throttle: float = number(1.0, u.one, above=0.0, high=1.0, dispersible=True, text="Share of full thrust.")

    def __post_init__(self) -> None:
        declarations.check(self)

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, held.attitude_hold)
