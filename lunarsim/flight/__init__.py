"""Scenario in, flight out."""

from lunarsim.arguments import check_calls
from lunarsim.flight import detectors
from lunarsim.flight.accuracy import Accuracy
from lunarsim.flight.budget import FlightBudget, PhaseBudget, budget
from lunarsim.flight.descent_plan import DescentPlan, Expected
from lunarsim.flight.descent_planning import plan_descent
from lunarsim.flight.flight import Flight
from lunarsim.flight.guidance_comparison import GuidanceComparison, GuidanceRow, compare_guidance
from lunarsim.flight.ideal import IdealDescent, continuous_bound, impulsive_bound
from lunarsim.flight.ladder import Rung, distance_to_top, ladder
from lunarsim.flight.landing_phases import landing_phases
from lunarsim.flight.moment import Belief, Moment, Truth
from lunarsim.flight.outcome import Aloft, Escape, GroundContact, Impact, InOrbit, Outcome
from lunarsim.flight.over_ground import ground_velocity
from lunarsim.flight.passes import SitePass, passes
from lunarsim.flight.provenance import Provenance, Source, Status
from lunarsim.flight.published import ProfilePoint
from lunarsim.flight.relief import GroundProfile, ground_below, ground_profile
from lunarsim.flight.scenario import Scenario
from lunarsim.flight.simulate import propagate, simulate
from lunarsim.flight.site import Site
from lunarsim.flight.timeline import BurnRecord, Cutoff, Event, EventKind, PhaseRecord
from lunarsim.flight.touchdown import Landed, Verdict

__all__ = [
    "Accuracy",
    "Aloft",
    "Belief",
    "BurnRecord",
    "Cutoff",
    "DescentPlan",
    "Escape",
    "Event",
    "EventKind",
    "Expected",
    "Flight",
    "FlightBudget",
    "GroundContact",
    "GroundProfile",
    "GuidanceComparison",
    "GuidanceRow",
    "IdealDescent",
    "Impact",
    "InOrbit",
    "Landed",
    "Moment",
    "Outcome",
    "PhaseBudget",
    "PhaseRecord",
    "ProfilePoint",
    "Provenance",
    "Rung",
    "Scenario",
    "Site",
    "SitePass",
    "Source",
    "Status",
    "Truth",
    "Verdict",
    "budget",
    "compare_guidance",
    "continuous_bound",
    "detectors",
    "distance_to_top",
    "ground_below",
    "ground_profile",
    "ground_velocity",
    "impulsive_bound",
    "ladder",
    "landing_phases",
    "passes",
    "plan_descent",
    "propagate",
    "simulate",
]

check_calls(__name__, __all__)
check_calls(detectors.__name__, detectors.__all__)
