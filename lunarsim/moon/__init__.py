"""The Moon: gravity, orientation, ephemeris, terrain."""

from lunarsim.arguments import check_calls
from lunarsim.moon.earth import Earth
from lunarsim.moon.ephemeris.tables import Ephemeris
from lunarsim.moon.gravity.field import GravityField
from lunarsim.moon.gravity.grid import GriddedField
from lunarsim.moon.moon import Moon
from lunarsim.moon.own_forces import Force, force
from lunarsim.moon.terrain.surface import Terrain

__all__ = ["Earth", "Ephemeris", "Force", "GravityField", "GriddedField", "Moon", "Terrain", "force"]

check_calls(__name__, __all__)
