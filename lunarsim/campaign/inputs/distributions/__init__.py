"""How values of a scenario scatter."""

from lunarsim.arguments import check_calls
from lunarsim.campaign.inputs.distributions.continuous import Normal, TruncatedNormal, Uniform
from lunarsim.campaign.inputs.distributions.discrete import Discrete, Empirical, Probability
from lunarsim.campaign.inputs.distributions.distribution import Dispersions, Distribution
from lunarsim.campaign.inputs.distributions.joint import STATE_PATHS, JointNormal, state_covariance

__all__ = [
    "STATE_PATHS",
    "Discrete",
    "Dispersions",
    "Distribution",
    "Empirical",
    "JointNormal",
    "Normal",
    "Probability",
    "TruncatedNormal",
    "Uniform",
    "state_covariance",
]

check_calls(__name__, __all__)
