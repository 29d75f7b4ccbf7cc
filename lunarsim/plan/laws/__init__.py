"""Guidance laws: what the flight computer wants of the engine, from where it believes to be."""

from lunarsim.plan.laws.descent_rate import DescentRate
from lunarsim.plan.laws.gravity_turn import GravityTurn
from lunarsim.plan.laws.held import AttitudeHold, EngineOff
from lunarsim.plan.laws.law import LAWS, GuidanceLaw, LoweredLaw, registered
from lunarsim.plan.laws.own import Target, guidance_law
from lunarsim.plan.laws.polynomial import EGuidance, FractionalPolynomial, QuadraticGuidance
from lunarsim.plan.laws.predictive import BangBang, PitchGuidance
from lunarsim.plan.laws.zem_zev import ZemZev

#: The laws of the package, as they were before any of a user's.
OURS = tuple(LAWS.values())

__all__ = [
    "LAWS",
    "OURS",
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
    "Target",
    "ZemZev",
    "guidance_law",
    "registered",
]
