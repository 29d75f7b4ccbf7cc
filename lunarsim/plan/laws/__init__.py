"""Guidance laws: what the flight computer wants of the engine, from where it believes to be."""

from lunarsim.plan.laws.descent_rate import DescentRate
from lunarsim.plan.laws.gravity_turn import GravityTurn
from lunarsim.plan.laws.held import AttitudeHold, EngineOff
from lunarsim.plan.laws.law import GuidanceLaw, LoweredLaw
from lunarsim.plan.laws.polynomial import EGuidance, FractionalPolynomial, QuadraticGuidance
from lunarsim.plan.laws.predictive import BangBang, PitchGuidance
from lunarsim.plan.laws.zem_zev import ZemZev

#: All laws, for scenario files.
LAWS = (
    AttitudeHold,
    BangBang,
    DescentRate,
    EGuidance,
    EngineOff,
    FractionalPolynomial,
    GravityTurn,
    PitchGuidance,
    QuadraticGuidance,
    ZemZev,
)

__all__ = [
    "LAWS",
    "AttitudeHold",
    "BangBang",
    "DescentRate",
    "EGuidance",
    "EngineOff",
    "FractionalPolynomial",
    "GravityTurn",
    "GuidanceLaw",
    "LoweredLaw",
    "PitchGuidance",
    "QuadraticGuidance",
    "ZemZev",
]
