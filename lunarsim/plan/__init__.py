"""Plans: phases, burns, steering, guidance."""

from lunarsim.arguments import check_calls
from lunarsim.plan.divert import Divert, HazardDetection
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
    guidance_law,
)
from lunarsim.plan.own_steering import steering_law
from lunarsim.plan.own_termination import Condition, termination
from lunarsim.plan.phases import Burn, Coast, Guided, Phase
from lunarsim.plan.steering import AgainstVelocity, AlongVelocity, FixedDirection, Steering
from lunarsim.plan.terminations import Termination

__all__ = [
    "AgainstVelocity",
    "AlongVelocity",
    "AttitudeHold",
    "BangBang",
    "Burn",
    "Coast",
    "Condition",
    "DescentRate",
    "Divert",
    "EGuidance",
    "EngineOff",
    "FixedDirection",
    "FractionalPolynomial",
    "GravityTurn",
    "GuidanceLaw",
    "Guided",
    "HazardDetection",
    "Phase",
    "PitchGuidance",
    "QuadraticGuidance",
    "Steering",
    "Termination",
    "ZemZev",
    "guidance_law",
    "steering_law",
    "termination",
]

check_calls(__name__, __all__)
