"""ZEM/ZEV guidance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim.declarations import number
from lunarsim.kernels.guidance.laws import zem_zev
from lunarsim.plan.laws.law import LoweredLaw, lowered, registered
from lunarsim.plan.laws.to_target import TIME_TO_GO, ToTarget


@registered
@dataclass(frozen=True, kw_only=True)
class ZemZev(ToTarget):
    """Acceleration from the misses of position and velocity without thrust, to both at the best time.

    Ebrahimi, Bahrami & Roshanian 2008, Acta Astronautica 62, 556; the time to go after D'Souza 1997, AIAA 97-3709:
    that of the least ``time_weight`` t + integral of a^2 / 2, with a the acceleration by thrust, in flat uniform
    gravity. It is found anew in each cycle. With the time given, the law is E-guidance.

    Parameters
    ----------
    time_to_go : Quantity, optional
        When the phase begins. Default: the best.
    time_weight : Quantity
        Worth of a second, m2/s4; not negative; default 0. More makes the descent shorter.
    **target
        See :class:`~lunarsim.plan.laws.to_target.ToTarget`.

    Raises
    ------
    InputError
        If a parameter is of the wrong dimension, or a time or the weight is negative, or the frame has another name.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> law = ls.ZemZev(target_altitude=100 * u.m, target_altitude_rate=-2 * u.m / u.s)
    >>> law.target_altitude_rate
    <Quantity -2. m / s>
    """

    title: ClassVar[str] = "ZEM/ZEV"
    knows_time_to_go: ClassVar[bool] = True
    record: ClassVar[np.dtype[Any]] = zem_zev.ZEM_ZEV

    time_to_go: u.Quantity | None = number(
        None, u.s, absent=0.0, dispersible=True, text="When the phase begins; else the best.", **TIME_TO_GO
    )
    time_weight: u.Quantity = number(  # its root is an acceleration
        0.0, u.m**2 / u.s**4, low=0.0, high=1e8, text="Worth of a second."
    )

    def lower(self) -> LoweredLaw:
        """Return the law as the kernels take it."""
        return lowered(self, zem_zev.zem_zev)
