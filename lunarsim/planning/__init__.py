"""Solving for a scenario: passes over a site, ignition, the phases of a descent, the plan of least propellant."""

from lunarsim.arguments import check_calls
from lunarsim.planning.assumed_phases import landing_phases
from lunarsim.planning.convex.descent import ConvexDescent, plan_convex_descent
from lunarsim.planning.descent_plan import DescentPlan, Expected
from lunarsim.planning.descent_planning import plan_descent
from lunarsim.planning.ground_passes import SitePass, passes
from lunarsim.planning.targeting.goals import Goal
from lunarsim.planning.targeting.search import target
from lunarsim.planning.targeting.solution import Reached, Targeted

__all__ = [
    "ConvexDescent",
    "DescentPlan",
    "Expected",
    "Goal",
    "Reached",
    "SitePass",
    "Targeted",
    "landing_phases",
    "passes",
    "plan_convex_descent",
    "plan_descent",
    "target",
]

check_calls(__name__, __all__)
