"""Faults that nothing in a plan can feel."""

from __future__ import annotations

from astropy import units as u

from lunarsim.craft import KalmanFilter
from lunarsim.faults import Fault, differing
from lunarsim.flight.driver.row import has_monitors, keeps_an_estimate
from lunarsim.mission import Scenario
from lunarsim.plan import Burn

_BURN, _GUIDED = "a burn", "a guided phase"
_ESTIMATE = "a guided phase by dead reckoning or a Kalman filter"
_FILTER = "a guided phase by a Kalman filter"


def faults_without_effect(scenario: Scenario) -> dict[str, str]:
    """Return the faults that no phase of the plan can feel, by their titles, and why not.

    A fault is felt that changes something of the craft that a phase uses, the plan, or what becomes of commands.
    """
    return {fault.title: why for fault in scenario.faults if (why := _why_not_felt(fault, scenario))}


def _why_not_felt(fault: Fault, scenario: Scenario) -> str:
    """Return why a fault is not felt; empty: it is, or may be."""
    if fault.waits_for is not None:  # what it changes, and when, the flight says
        return ""
    without = scenario.with_faults(*(each for each in scenario.faults if each is not fault))
    if scenario.flown_plan != without.flown_plan:
        return ""
    times = {0.0, *(float(change.at.to_value(u.s)) for one in (scenario, without) for change in one.craft_changes)}
    paths = {
        path for t_s in times for path in differing(scenario.craft_at(t_s * u.s), without.craft_at(t_s * u.s), "craft")
    }
    if not paths:
        return "it sets nothing that is otherwise without it"
    parts = {path.split(".")[1] for path in paths}
    lacking = {part: needs for part, (used, needs) in _used(scenario).items() if not used}
    if not parts <= lacking.keys():
        return ""
    needs = " or ".join(sorted({lacking[part] for part in parts}))
    return f"it changes {' and '.join(sorted(paths))}, which takes {needs}, and the scenario has none"


def _used(scenario: Scenario) -> dict[str, tuple[bool, str]]:
    """Return whether a phase of the plan uses a part of the craft, and what it takes; of some of the parts."""
    burns, guided = any(isinstance(phase, Burn) for phase in scenario.plan), bool(scenario.guided)
    estimates = keeps_an_estimate(scenario)
    filters = estimates and scenario.craft is not None and isinstance(scenario.craft.navigation, KalmanFilter)
    return {
        "engine": (burns or guided, f"{_BURN} or {_GUIDED}"),
        "accelerometer": (burns or estimates, f"{_BURN} or {_ESTIMATE}"),
        "gyro": (estimates, _ESTIMATE),
        "star_tracker": (estimates, _ESTIMATE),
        "altimeter": (filters, _FILTER),
        "velocimeter": (filters, _FILTER),
        "navigation": (guided, _GUIDED),
        "slew_rate": (guided, _GUIDED),
        "attitude_control": (burns or guided, f"{_BURN} or {_GUIDED}"),
        "computer": (bool(scenario.commands) or has_monitors(scenario), "commands or a monitor"),
    }
