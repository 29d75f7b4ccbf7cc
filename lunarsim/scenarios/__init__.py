"""The catalogue: one TOML file a mission, its sources within."""

from lunarsim.arguments import check_calls
from lunarsim.scenarios.catalogue import (
    is_mission,
    load_campaign,
    load_mission,
    load_mission_campaign,
    load_scenario,
    mission_names,
    scenario_names,
)

__all__ = [
    "is_mission",
    "load_campaign",
    "load_mission",
    "load_mission_campaign",
    "load_scenario",
    "mission_names",
    "scenario_names",
]

check_calls(__name__, __all__)
