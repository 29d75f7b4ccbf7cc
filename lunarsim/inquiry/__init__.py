"""What must have happened: unknowns from observations; and what would have, had numbers been others."""

from lunarsim.arguments import check_calls
from lunarsim.inquiry.counterfactual import Counterfactual, Difference, what_if
from lunarsim.inquiry.estimation import (
    Direction,
    Estimate,
    Observation,
    Prediction,
    Unknown,
    estimate,
    leave_one_out,
    propagated,
)
from lunarsim.inquiry.monitor import false_alarm_probability, false_alarms, with_thrust_monitor
from lunarsim.inquiry.outcome_boundaries import (
    Boundary,
    Survivability,
    SurvivabilityMap,
    survivability,
    survivability_map,
)
from lunarsim.inquiry.rescue import Rescue, Window, latest_rescue

__all__ = [
    "Boundary",
    "Counterfactual",
    "Difference",
    "Direction",
    "Estimate",
    "Observation",
    "Prediction",
    "Rescue",
    "Survivability",
    "SurvivabilityMap",
    "Unknown",
    "Window",
    "estimate",
    "false_alarm_probability",
    "false_alarms",
    "latest_rescue",
    "leave_one_out",
    "propagated",
    "survivability",
    "survivability_map",
    "what_if",
    "with_thrust_monitor",
]

check_calls(__name__, __all__)
