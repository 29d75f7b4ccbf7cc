"""Guidance laws, a module for each family."""

from lunarsim.plan.laws.lowered import GuidanceLaw, LoweredLaw
from lunarsim.plan.laws.predictive import BangBang, PitchGuidance

__all__ = ["BangBang", "GuidanceLaw", "LoweredLaw", "PitchGuidance"]
