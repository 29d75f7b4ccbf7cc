"""The Moon: gravity, orientation, ephemeris, terrain."""

from lunarsim.arguments import check_calls
from lunarsim.moon.ephemeris import Ephemeris
from lunarsim.moon.gravity import GravityField
from lunarsim.moon.gravity_grid import GriddedField
from lunarsim.moon.moon import Moon
from lunarsim.moon.terrain import Terrain

__all__ = ["Ephemeris", "GravityField", "GriddedField", "Moon", "Terrain"]

check_calls(__name__, __all__)
