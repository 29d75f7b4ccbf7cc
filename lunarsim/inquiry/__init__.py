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

__all__ = [
    "Counterfactual",
    "Difference",
    "Direction",
    "Estimate",
    "Observation",
    "Prediction",
    "Unknown",
    "estimate",
    "leave_one_out",
    "propagated",
    "what_if",
]

check_calls(__name__, __all__)
