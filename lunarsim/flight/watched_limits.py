"""Limits of a guided phase that are watched: what leaves them is told, not prevented."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.flight.computer import Computer
from lunarsim.flight.timeline import EventKind
from lunarsim.plan import Guided

_ROUNDING_RAD = 1e-6  # of an axis that lies on its limit


class WatchedLimits:
    """Tells when a flight leaves the glide slope or the view of the site in a phase.

    Parameters
    ----------
    phase : Guided
        Its limits.
    computer : Computer
        Knows what the phase aims at.
    """

    def __init__(self, phase: Guided, computer: Computer) -> None:
        self._phase = phase
        self._computer = computer
        self._outside: set[EventKind] = set()

    def left(self, t_s: float, y: NDArray[np.float64], direction: NDArray[np.float64]) -> list[EventKind]:
        """Return which limits are left at a look, with the thrust axis (ICRF) that it commands, and were not before."""
        outside = set()
        if self._below_glide_slope(t_s, y):
            outside.add(EventKind.GLIDE_SLOPE)
        if self._out_of_view(t_s, y, direction):
            outside.add(EventKind.OUT_OF_VIEW)
        left, self._outside = outside - self._outside, outside
        return sorted(left, key=lambda kind: kind.value)

    def _below_glide_slope(self, t_s: float, y: NDArray[np.float64]) -> bool:
        slope = self._phase.glide_slope
        return slope is not None and self._computer.elevation_rad(t_s, y) < float(slope.to_value(u.rad))

    def _out_of_view(self, t_s: float, y: NDArray[np.float64], direction: NDArray[np.float64]) -> bool:
        view = self._phase.view_of_site
        if view is None or not direction @ direction > 0.0:
            return False
        least, most = (float(angle.to_value(u.rad)) for angle in view)
        angle = self._computer.view_angle_rad(t_s, y, direction)
        return not least - _ROUNDING_RAD <= angle <= most + _ROUNDING_RAD
