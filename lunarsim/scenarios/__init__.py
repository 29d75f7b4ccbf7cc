"""The catalogue: one TOML file a mission, its sources within."""

from lunarsim.arguments import check_calls
from lunarsim.scenarios.catalogue import load_campaign, load_scenario, scenario_names

__all__ = ["load_campaign", "load_scenario", "scenario_names"]

check_calls(__name__, __all__)
