"""Missions: chains of scenarios, each of which starts where the last ended."""

from lunarsim.arguments import check_calls
from lunarsim.chain.flying import fly_mission
from lunarsim.chain.handover import Handover
from lunarsim.chain.leg import Leg
from lunarsim.chain.link import Link, Meeting
from lunarsim.chain.mission import Mission
from lunarsim.chain.mission_flight import MissionEvent, MissionFlight
from lunarsim.chain.rows import Row, RowKind

__all__ = [
    "Handover",
    "Leg",
    "Link",
    "Meeting",
    "Mission",
    "MissionEvent",
    "MissionFlight",
    "Row",
    "RowKind",
    "fly_mission",
]

check_calls(__name__, __all__)
