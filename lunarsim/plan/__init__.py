"""Plans: phases, burns, steering."""

from lunarsim.plan.phases import Burn, Coast, Phase
from lunarsim.plan.steering import AgainstVelocity, AlongVelocity, FixedDirection, Steering

__all__ = ["AgainstVelocity", "AlongVelocity", "Burn", "Coast", "FixedDirection", "Phase", "Steering"]
