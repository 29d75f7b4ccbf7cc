"""The Moon: gravity, orientation, ephemeris, terrain."""

from lunarsim.moon.gravity import GravityField
from lunarsim.moon.moon import Moon
from lunarsim.moon.terrain import Terrain

__all__ = ["GravityField", "Moon", "Terrain"]
