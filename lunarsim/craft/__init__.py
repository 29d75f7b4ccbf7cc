"""The craft: engine, sensors, landing gear, masses."""

from lunarsim.arguments import check_calls
from lunarsim.craft.accelerometer import SENSORS, Accelerometer, Sensor, sensor
from lunarsim.craft.engine import Engine
from lunarsim.craft.flight_computer import Execution, FlightComputer, TimeTaggedCommand
from lunarsim.craft.landing_gear import LandingGear
from lunarsim.craft.navigation import Navigation
from lunarsim.craft.packing import PACKINGS, packing
from lunarsim.craft.spacecraft import Spacecraft, check_lander

__all__ = [
    "PACKINGS",
    "SENSORS",
    "Accelerometer",
    "Engine",
    "Execution",
    "FlightComputer",
    "LandingGear",
    "Navigation",
    "Sensor",
    "Spacecraft",
    "TimeTaggedCommand",
    "check_lander",
    "packing",
    "sensor",
]

check_calls(__name__, __all__)
