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

_WITHOUT_TIME_TO_GO = (AttitudeHold, DescentRate, EngineOff)


def has_time_to_go(law: GuidanceLaw) -> bool:
    """Return whether a law knows how long it is to its target."""
    return not isinstance(law, _WITHOUT_TIME_TO_GO)


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
    "has_time_to_go",
]
