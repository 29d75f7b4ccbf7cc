"""Campaigns: one scenario, dispersed, flown many times."""

from lunarsim.campaign.campaign import Campaign
from lunarsim.campaign.distributions import (
    Discrete,
    Distribution,
    Empirical,
    JointNormal,
    Normal,
    Probability,
    TruncatedNormal,
    Uniform,
    state_covariance,
)
from lunarsim.campaign.heldout import HeldOut
from lunarsim.campaign.outcome import CUTOFFS, FAILURES, OUTCOMES
from lunarsim.campaign.paths import Path, edited, nominal, paths
from lunarsim.campaign.result import CampaignResult, assert_campaign
from lunarsim.campaign.sampling import LatinHypercube, MonteCarlo, Sampling, Sobol
from lunarsim.campaign.statistics import IntervalNarrowEnough, QuantileNarrowEnough, StoppingRule

__all__ = [
    "CUTOFFS",
    "FAILURES",
    "OUTCOMES",
    "Campaign",
    "CampaignResult",
    "Discrete",
    "Distribution",
    "Empirical",
    "HeldOut",
    "IntervalNarrowEnough",
    "JointNormal",
    "LatinHypercube",
    "MonteCarlo",
    "Normal",
    "Path",
    "Probability",
    "QuantileNarrowEnough",
    "Sampling",
    "Sobol",
    "StoppingRule",
    "TruncatedNormal",
    "Uniform",
    "assert_campaign",
    "edited",
    "nominal",
    "paths",
    "state_covariance",
]
