"""What must have happened: unknowns from observations."""

from lunarsim.arguments import check_calls
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

__all__ = ["Direction", "Estimate", "Observation", "Prediction", "Unknown", "estimate", "leave_one_out", "propagated"]

check_calls(__name__, __all__)
