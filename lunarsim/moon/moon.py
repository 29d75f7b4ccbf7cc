"""The Moon as a flight meets it: gravity, the sky's pull, the ground."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lunarsim.errors import InputError, nearest
from lunarsim.kernels.motion import Environment
from lunarsim.moon.ephemeris import BODY_GM_M3_S2, tabulate
from lunarsim.moon.gravity import GravityField
from lunarsim.moon.orientation import check_span, orientation_angles
from lunarsim.moon.terrain import Terrain


@dataclass(frozen=True, kw_only=True, eq=False)
class Moon:
    """The Moon's gravity field, the third bodies, and the terrain.

    Parameters
    ----------
    gravity : GravityField
        Default: GRGM900C to degree 50.
    third_bodies : tuple of str
        Any of ``"earth"`` and ``"sun"``; default both.
    terrain : Terrain
        Default: the 1737.4 km sphere.

    Raises
    ------
    InputError
        If a third body is not known or named twice.
    """

    gravity: GravityField = field(default_factory=GravityField.grail)
    third_bodies: tuple[str, ...] = ("earth", "sun")
    terrain: Terrain = field(default_factory=Terrain.sphere)

    def __post_init__(self) -> None:
        for body in self.third_bodies:
            if body not in BODY_GM_M3_S2:
                raise InputError(f"third_bodies has '{body}': {nearest(body, BODY_GM_M3_S2)}")
        if len(set(self.third_bodies)) < len(self.third_bodies):
            raise InputError(f"third_bodies = {self.third_bodies} names a body twice")

    def lower(self, start_et_s: float, duration_s: float) -> Environment:
        """Return the Moon and its sky as the kernels take them, for one flight.

        Parameters
        ----------
        start_et_s : float
            Start of the flight, TDB seconds past J2000.
        duration_s : float
            Longest duration of the flight.

        Raises
        ------
        EpochError
            If the flight leaves the span of the orientation kernel.
        """
        check_span(start_et_s, start_et_s + duration_s, "the flight")
        return Environment(
            epoch_et_s=start_et_s,
            field=self.gravity.lower(),
            angles=orientation_angles(),
            body_gm=np.array([BODY_GM_M3_S2[body] for body in self.third_bodies]),
            body_positions=tabulate(self.third_bodies, start_et_s, duration_s),
        )
