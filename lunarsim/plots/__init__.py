"""Figures of flights: they return Axes, never show, and compute nothing."""

from lunarsim.plots.burns import burn
from lunarsim.plots.descent import descent_profile
from lunarsim.plots.ladder import ladder
from lunarsim.plots.orbits import orbit
from lunarsim.plots.track import ground_track

__all__ = ["burn", "descent_profile", "ground_track", "ladder", "orbit"]
