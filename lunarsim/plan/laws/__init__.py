"""Guidance laws: what the flight computer wants of the engine, from where it believes to be."""

from lunarsim.plan.laws.descent_rate import DescentRate
from lunarsim.plan.laws.gravity_turn import GravityTurn
from lunarsim.plan.laws.held import AttitudeHold, EngineOff
from lunarsim.plan.laws.law import GuidanceLaw, LoweredLaw
from lunarsim.plan.laws.polynomial import EGuidance, FractionalPolynomial, QuadraticGuidance
from lunarsim.plan.laws.zem_zev import ZemZev

#: All laws, for scenario files.
LAWS = (AttitudeHold, DescentRate, EGuidance, EngineOff, FractionalPolynomial, GravityTurn, QuadraticGuidance, ZemZev)

__all__ = [
    "LAWS",
    "AttitudeHold",
    "DescentRate",
    "EGuidance",
    "EngineOff",
    "FractionalPolynomial",
    "GravityTurn",
    "GuidanceLaw",
    "LoweredLaw",
    "QuadraticGuidance",
    "ZemZev",
]
