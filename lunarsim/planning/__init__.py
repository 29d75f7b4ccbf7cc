"""Solving for a scenario: passes over a site, ignition, the phases of a descent, the plan of least propellant."""

from lunarsim.arguments import check_calls
from lunarsim.planning.assumed_phases import landing_phases
from lunarsim.planning.convex.descent import ConvexDescent, plan_convex_descent
from lunarsim.planning.descent_plan import DescentPlan, Expected
from lunarsim.planning.descent_planning import plan_descent
from lunarsim.planning.ground_passes import SitePass, passes

__all__ = [
    "ConvexDescent",
    "DescentPlan",
    "Expected",
    "SitePass",
    "landing_phases",
    "passes",
    "plan_convex_descent",
    "plan_descent",
]

check_calls(__name__, __all__)
