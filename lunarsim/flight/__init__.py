"""Scenario in, flight out."""

from lunarsim.flight import detectors
from lunarsim.flight.accuracy import Accuracy
from lunarsim.flight.budget import FlightBudget, PhaseBudget, budget
from lunarsim.flight.flight import Flight
from lunarsim.flight.ideal import IdealDescent, continuous_bound, impulsive_bound
from lunarsim.flight.ladder import Rung, distance_to_top, ladder
from lunarsim.flight.moment import Belief, Moment, Truth
from lunarsim.flight.outcome import Escape, GroundContact, Impact, InOrbit, Outcome
from lunarsim.flight.provenance import Provenance, Source, Status
from lunarsim.flight.published import ProfilePoint
from lunarsim.flight.scenario import Scenario, Site
from lunarsim.flight.simulate import propagate, simulate
from lunarsim.flight.timeline import BurnRecord, Cutoff, Event, EventKind, PhaseRecord
from lunarsim.flight.touchdown import Landed, Verdict

__all__ = [
    "Accuracy",
    "Belief",
    "BurnRecord",
    "Cutoff",
    "Escape",
    "Event",
    "EventKind",
    "Flight",
    "FlightBudget",
    "GroundContact",
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
    "Source",
    "Status",
    "Truth",
    "Verdict",
    "budget",
    "continuous_bound",
    "detectors",
    "distance_to_top",
    "impulsive_bound",
    "ladder",
    "propagate",
    "simulate",
]
