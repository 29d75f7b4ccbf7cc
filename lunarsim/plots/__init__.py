"""Figures of flights and campaigns: they return Axes, never show, and compute nothing."""

from lunarsim.arguments import check_calls
from lunarsim.plots.altitude import altitude_profile
from lunarsim.plots.animation import animate_descent
from lunarsim.plots.burns import burn
from lunarsim.plots.campaign import histogram, outcome_rates, sensitivity, tornado
from lunarsim.plots.descent import descent_profile
from lunarsim.plots.descent_panels import DescentAxes
from lunarsim.plots.guidance import GuidanceAxes, compare_guidance
from lunarsim.plots.impacts import footprint
from lunarsim.plots.ladder import ladder
from lunarsim.plots.orbits import orbit
from lunarsim.plots.terrain import terrain_profile
from lunarsim.plots.touchdowns import TouchdownAxes, touchdowns
from lunarsim.plots.track import ground_track

__all__ = [
    "DescentAxes",
    "GuidanceAxes",
    "TouchdownAxes",
    "altitude_profile",
    "animate_descent",
    "burn",
    "compare_guidance",
    "descent_profile",
    "footprint",
    "ground_track",
    "histogram",
    "ladder",
    "orbit",
    "outcome_rates",
    "sensitivity",
    "terrain_profile",
    "tornado",
    "touchdowns",
]

check_calls(__name__, __all__)
