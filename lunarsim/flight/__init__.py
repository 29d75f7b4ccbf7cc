"""Scenario in, flight out."""

from lunarsim.arguments import check_calls
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.events import detectors
from lunarsim.flight.events.moment import Moment, NavigationEstimate, Truth
from lunarsim.flight.events.timeline import BurnRecord, Cutoff, Event, EventKind, PhaseRecord
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.earth_outcome import EarthEntry, InEarthOrbit
from lunarsim.flight.result.histories import Histories
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.flight.result.outcome import Aloft, Escape, GroundContact, Impact, InOrbit, Outcome
from lunarsim.flight.result.parting import Parting
from lunarsim.flight.result.touchdown import Landed, Verdict
from lunarsim.flight.simulation import propagate, simulate

__all__ = [
    "Accuracy",
    "Aloft",
    "BurnRecord",
    "Cutoff",
    "EarthEntry",
    "Escape",
    "Event",
    "EventKind",
    "Flight",
    "GroundContact",
    "Histories",
    "Impact",
    "InEarthOrbit",
    "InOrbit",
    "Landed",
    "Moment",
    "NavigationEstimate",
    "NavigationHistory",
    "Outcome",
    "Parting",
    "PhaseRecord",
    "Truth",
    "Verdict",
    "detectors",
    "propagate",
    "simulate",
]

check_calls(detectors.__name__, detectors.__all__)
check_calls(__name__, __all__)
