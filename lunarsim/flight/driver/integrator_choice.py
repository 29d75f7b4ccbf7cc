"""Which integrator flies a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from astropy import units as u

from lunarsim.errors import InputError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.compiled import Compiled
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.driver.pilot import Pilot
from lunarsim.flight.driver.reference import Reference
from lunarsim.flight.events.detectors import Detector
from lunarsim.flight.result.parts import FlightParts
from lunarsim.mission.scenario import Scenario
from lunarsim.plan import Coast

DOP853 = Reference.name  #: scipy's: the reference
COLLOCATION = Compiled.name  #: the compiled one, which campaigns fly by
INTEGRATORS: dict[str, Any] = {DOP853: Reference, COLLOCATION: Compiled}

#: A coast from this long on is flown by collocation. It is compiled once, for ten seconds more than DOP853 takes; a
#: day in the default field then takes 0.01 s instead of 0.6 s (``benchmarks/propagation.py``).
LONG = 1.0 * u.day


def fly(
    scenario: Scenario, detect: Sequence[Detector], accuracy: Accuracy | None, integrator: str | None
) -> FlightParts:
    """Fly a scenario by an integrator, or by the one that suits it.

    Raises
    ------
    InputError
        If there is no such integrator, or what is to be detected is no list of detectors.
    """
    if not isinstance(detect, Sequence) or any(
        isinstance(each, type) or not callable(getattr(each, "watched", None)) for each in detect
    ):
        raise InputError(f"detect = {detect!r}: expected a list of detectors, such as [detectors.Nodes()]")
    if integrator is not None and integrator not in INTEGRATORS:
        raise InputError(f"integrator = {integrator!r}: expected {' or '.join(map(repr, INTEGRATORS))}")
    by = integrator or suited(scenario)
    lowered = lower(scenario)
    return Pilot(lowered, detect, INTEGRATORS[by](lowered, accuracy or Accuracy())).fly()


def suited(scenario: Scenario) -> str:
    """Return the integrator for a scenario that names none: collocation for coasts of a day and longer, else DOP853."""
    coasts = all(isinstance(phase, Coast) for phase in scenario.plan)
    return COLLOCATION if coasts and scenario.longest_duration >= LONG else DOP853
