"""Studies of finished flights: budgets and bounds, the model ladder, laws compared, the ground below."""

from lunarsim.analysis.guidance_comparison import GuidanceComparison, GuidanceRow, compare_guidance
from lunarsim.analysis.hillshade import ShadedRelief, has_relief, shaded_relief
from lunarsim.analysis.ideal import IdealDescent, continuous_bound, impulsive_bound
from lunarsim.analysis.model_ladder import Rung, distance_to_top, ladder
from lunarsim.analysis.propulsion_budget import FlightBudget, PhaseBudget, budget
from lunarsim.analysis.relief import GroundProfile, ground_below, ground_profile
from lunarsim.arguments import check_calls

__all__ = [
    "FlightBudget",
    "GroundProfile",
    "GuidanceComparison",
    "GuidanceRow",
    "IdealDescent",
    "PhaseBudget",
    "Rung",
    "ShadedRelief",
    "budget",
    "compare_guidance",
    "continuous_bound",
    "distance_to_top",
    "ground_below",
    "ground_profile",
    "has_relief",
    "impulsive_bound",
    "ladder",
    "shaded_relief",
]

check_calls(__name__, __all__)
