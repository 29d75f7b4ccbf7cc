"""The craft: engine, sensors, masses."""

from lunarsim.craft.accelerometer import Accelerometer
from lunarsim.craft.engine import Engine
from lunarsim.craft.navigation import Navigation
from lunarsim.craft.spacecraft import Spacecraft

__all__ = ["Accelerometer", "Engine", "Navigation", "Spacecraft"]
