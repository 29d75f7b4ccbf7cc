"""Links that end when the nominal ones do, whatever their burns come to: a mission runs by the clock."""

from __future__ import annotations

from dataclasses import replace

from astropy import units as u

from lunarsim.chain.centring import duration_s
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after
from lunarsim.plan import Burn, Coast

_SHORTEST_S = 1e-3  # of a coast that burns leave no time for


def by_the_clock(scenario: Scenario, nominal: Scenario) -> Scenario:
    """Return a scenario whose last coast, after a burn, ends when that of the nominal one does.

    The ends of both burns are those that are commanded: by the timer, or by the rocket equation.
    """
    if len(scenario.plan) < 2:
        return scenario
    burn, coast = scenario.plan[-2:]
    before, planned = nominal.plan[-2:]
    if not (isinstance(burn, Burn) and isinstance(before, Burn)):
        return scenario
    if not (isinstance(coast, Coast) and isinstance(planned, Coast)):
        return scenario
    later_s = float(seconds_after(before.ignition, burn.ignition)) + duration_s(scenario, burn)
    later_s -= duration_s(nominal, before)
    if later_s == 0.0:
        return scenario
    left_s = max(float(planned.duration.to_value(u.s)) - later_s, _SHORTEST_S)
    return replace(scenario, plan=(*scenario.plan[:-1], replace(coast, duration=left_s * u.s)))
