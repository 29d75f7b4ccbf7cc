"""Plans: phases, burns, steering, guidance."""

from lunarsim.plan.exits import Exit
from lunarsim.plan.laws import GuidanceLaw
from lunarsim.plan.phases import Burn, Coast, Guided, Phase
from lunarsim.plan.steering import AgainstVelocity, AlongVelocity, FixedDirection, Steering

__all__ = [
    "AgainstVelocity",
    "AlongVelocity",
    "Burn",
    "Coast",
    "Exit",
    "FixedDirection",
    "GuidanceLaw",
    "Guided",
    "Phase",
    "Steering",
]
