"""The craft: engine, sensors, landing gear, masses."""

from lunarsim.arguments import check_calls
from lunarsim.craft.attitude_control import AttitudeControl
from lunarsim.craft.engine import Engine
from lunarsim.craft.flight_computer import (
    MONITORS,
    Execution,
    FlightComputer,
    ReceivedCommand,
    TimeTaggedCommand,
    sent,
)
from lunarsim.craft.landing_gear import LandingGear
from lunarsim.craft.monitors import AccelerationMonitor, AccelerometerVote, RangeMonitor, ThrustMonitor
from lunarsim.craft.navigation import NAVIGATIONS, DeadReckoning, KalmanFilter, Navigation, NavigationSystem
from lunarsim.craft.packing_rules import PACKINGS, packing
from lunarsim.craft.sensors.accelerometer import SENSORS, Accelerometer, Sensor, sensor
from lunarsim.craft.sensors.altimeter import Altimeter
from lunarsim.craft.sensors.gyro import Gyro
from lunarsim.craft.sensors.star_tracker import StarTracker
from lunarsim.craft.sensors.touchdown_switch import TouchdownSwitch
from lunarsim.craft.sensors.velocimeter import Velocimeter
from lunarsim.craft.spacecraft import Spacecraft, check_lander

__all__ = [
    "MONITORS",
    "NAVIGATIONS",
    "PACKINGS",
    "SENSORS",
    "AccelerationMonitor",
    "Accelerometer",
    "AccelerometerVote",
    "Altimeter",
    "AttitudeControl",
    "DeadReckoning",
    "Engine",
    "Execution",
    "FlightComputer",
    "Gyro",
    "KalmanFilter",
    "LandingGear",
    "Navigation",
    "NavigationSystem",
    "RangeMonitor",
    "ReceivedCommand",
    "Sensor",
    "Spacecraft",
    "StarTracker",
    "ThrustMonitor",
    "TimeTaggedCommand",
    "TouchdownSwitch",
    "Velocimeter",
    "check_lander",
    "packing",
    "sensor",
    "sent",
]

check_calls(__name__, __all__)
