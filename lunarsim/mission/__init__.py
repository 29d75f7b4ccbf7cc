"""What is described: a scenario with its sites, the births of its numbers, and what was published of it."""

from lunarsim.arguments import check_calls
from lunarsim.mission.over_ground import ground_velocity
from lunarsim.mission.provenance import Provenance, Source, Status
from lunarsim.mission.published import ProfilePoint
from lunarsim.mission.scenario import Scenario
from lunarsim.mission.site import Site

__all__ = [
    "ProfilePoint",
    "Provenance",
    "Scenario",
    "Site",
    "Source",
    "Status",
    "ground_velocity",
]

check_calls(__name__, __all__)
