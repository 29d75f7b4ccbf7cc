"""Plans: phases, burns, steering, guidance."""

from lunarsim.plan.exits import Exit
from lunarsim.plan.laws import (
    AttitudeHold,
    DescentRate,
    EGuidance,
    EngineOff,
    FractionalPolynomial,
    GravityTurn,
    GuidanceLaw,
    QuadraticGuidance,
    ZemZev,
)
from lunarsim.plan.phases import Burn, Coast, Guided, Phase
from lunarsim.plan.steering import AgainstVelocity, AlongVelocity, FixedDirection, Steering

__all__ = [
    "AgainstVelocity",
    "AlongVelocity",
    "AttitudeHold",
    "Burn",
    "Coast",
    "DescentRate",
    "EGuidance",
    "EngineOff",
    "Exit",
    "FixedDirection",
    "FractionalPolynomial",
    "GravityTurn",
    "GuidanceLaw",
    "Guided",
    "Phase",
    "QuadraticGuidance",
    "Steering",
    "ZemZev",
]
