"""Plans: phases, burns, steering, guidance."""

from lunarsim.arguments import check_calls
from lunarsim.plan.divert import Divert, HazardScan
from lunarsim.plan.exits import Exit
from lunarsim.plan.laws import (
    AttitudeHold,
    BangBang,
    DescentRate,
    EGuidance,
    EngineOff,
    FractionalPolynomial,
    GravityTurn,
    GuidanceLaw,
    PitchGuidance,
    QuadraticGuidance,
    ZemZev,
)
from lunarsim.plan.phases import Burn, Coast, Guided, Phase
from lunarsim.plan.steering import AgainstVelocity, AlongVelocity, FixedDirection, Steering

__all__ = [
    "AgainstVelocity",
    "AlongVelocity",
    "AttitudeHold",
    "BangBang",
    "Burn",
    "Coast",
    "DescentRate",
    "Divert",
    "EGuidance",
    "EngineOff",
    "Exit",
    "FixedDirection",
    "FractionalPolynomial",
    "GravityTurn",
    "GuidanceLaw",
    "Guided",
    "HazardScan",
    "Phase",
    "PitchGuidance",
    "QuadraticGuidance",
    "Steering",
    "ZemZev",
]

check_calls(__name__, __all__)
