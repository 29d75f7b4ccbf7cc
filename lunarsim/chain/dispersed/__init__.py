"""Campaigns over missions: the chain flown many times, its manoeuvres computed from where a run is."""

from lunarsim.arguments import check_calls
from lunarsim.chain.dispersed.campaign import MissionCampaign
from lunarsim.chain.dispersed.result import MissionCampaignResult
from lunarsim.chain.dispersed.retargeting import Retargeting

__all__ = ["MissionCampaign", "MissionCampaignResult", "Retargeting"]

check_calls(__name__, __all__)
