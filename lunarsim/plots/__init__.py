"""Figures of flights and campaigns: they return Axes, never show, and compute nothing."""

from lunarsim.arguments import check_calls
from lunarsim.plots.campaign.impacts import footprint
from lunarsim.plots.campaign.numbers import histogram, outcome_rates, sensitivity, tornado
from lunarsim.plots.campaign.touchdowns import TouchdownAxes, touchdowns
from lunarsim.plots.descent.animation import animate_descent
from lunarsim.plots.descent.guidance import GuidanceAxes, compare_guidance
from lunarsim.plots.descent.page import descent_profile
from lunarsim.plots.descent.panels import DescentAxes
from lunarsim.plots.flight.altitude import altitude_profile
from lunarsim.plots.flight.arrival import b_plane
from lunarsim.plots.flight.burns import burn
from lunarsim.plots.flight.cislunar import CislunarAxes, cislunar
from lunarsim.plots.flight.cislunar_animation import animate_cislunar
from lunarsim.plots.flight.lanes import lanes
from lunarsim.plots.flight.last_kilometres import terrain_profile
from lunarsim.plots.flight.launch_windows import porkchop
from lunarsim.plots.flight.mission import MissionAxes, mission
from lunarsim.plots.flight.model_ladder import ladder
from lunarsim.plots.flight.orbits import orbit
from lunarsim.plots.flight.survivability import survivability_map
from lunarsim.plots.flight.track import ground_track

__all__ = [
    "CislunarAxes",
    "DescentAxes",
    "GuidanceAxes",
    "MissionAxes",
    "TouchdownAxes",
    "altitude_profile",
    "animate_cislunar",
    "animate_descent",
    "b_plane",
    "burn",
    "cislunar",
    "compare_guidance",
    "descent_profile",
    "footprint",
    "ground_track",
    "histogram",
    "ladder",
    "lanes",
    "mission",
    "orbit",
    "outcome_rates",
    "porkchop",
    "sensitivity",
    "survivability_map",
    "terrain_profile",
    "tornado",
    "touchdowns",
]

check_calls(__name__, __all__)
