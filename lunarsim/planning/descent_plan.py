"""What planning a descent gives: the pass, the burns, the targets, the scenario, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.flight.flight import Flight
from lunarsim.mission.scenario import Scenario
from lunarsim.mission.site import Site
from lunarsim.orbits import State
from lunarsim.plan import Burn, GuidanceLaw
from lunarsim.planning.ground_passes import SitePass


class Expected(NamedTuple):
    """What the planned descent costs, flown without errors of navigation, engine and accelerometer."""

    delta_v: u.Quantity  #: of the whole plan
    propellant: u.Quantity
    margin: u.Quantity  #: propellant that is left
    touchdown: Time  #: end of the flight
    duration: u.Quantity  #: from the ignition to the end
    mean_throttle: float  #: of the braking, as rehearsed
    peak_throttle: float
    miss: u.Quantity  #: great-circle distance of the end from the site


@dataclass(frozen=True, kw_only=True, eq=False)
class DescentPlan:
    """A descent as :func:`plan_descent` solved for it.

    Attributes
    ----------
    site : Site
        Where it leads.
    passes : tuple of SitePass
        All closest approaches of the orbit's ground track in the time that was searched.
    chosen : SitePass
        The one that it descends from.
    doi : Burn, optional
        Descent orbit insertion; None where the orbit was kept.
    ignition : Time
        Of the braking.
    ignition_state : State
        At that time.
    range_to_go : Quantity
        At ignition, along the ground; the computer ignites on it.
    time_to_go : Quantity
        Of the braking law at ignition.
    targets : dict of str to GuidanceLaw
        The guidance laws of the landing by the names of their phases.
    scenario : Scenario
        Ready to be flown or dispersed; it starts five minutes before its first burn.
    expected : Expected
        What it costs.
    flight : Flight
        The flight without errors that says so.
    """

    site: Site
    passes: tuple[SitePass, ...]
    chosen: SitePass
    doi: Burn | None
    ignition: Time
    ignition_state: State
    range_to_go: u.Quantity
    time_to_go: u.Quantity
    targets: dict[str, GuidanceLaw]
    scenario: Scenario
    expected: Expected
    flight: Flight

    def __str__(self) -> str:
        expected, lines = self.expected, [f"pass: {self.chosen}"]
        if self.doi is not None:
            lines.append(
                f"descent orbit insertion: {self.doi.ignition.isot[:19]}, {self.doi.target_delta_v:.2f}, to "
                f"{self.flight.burns[0].after}"
            )
        lines.append(
            f"ignition: {self.ignition.isot[:19]}, altitude {self.ignition_state.altitude.to(u.km):.2f}, range to go "
            f"{self.range_to_go.to(u.km):.1f}, time to go {self.time_to_go:.1f}, throttle {expected.mean_throttle:.2f} "
            f"in the mean and up to {expected.peak_throttle:.2f}"
        )
        lines += [f"{phase.name}: {_words(phase.law)}" for phase in self.scenario.guided[1:]]
        lines.append(
            f"touchdown: {expected.touchdown.isot[:19]}, {expected.miss.to(u.m):.1f} from the site, delta-v "
            f"{expected.delta_v:.1f}, propellant {expected.propellant:.1f}, {expected.margin:.1f} left"
        )
        return "\n".join(lines)


def _words(law: GuidanceLaw) -> str:
    """Return a law's title and what in it is not as by default."""
    given = [
        f"{field.name.replace('_', ' ')} {getattr(law, field.name):.5g}"
        for field in fields(law)  # type: ignore[arg-type]
        if isinstance(getattr(law, field.name), u.Quantity) and np.any(getattr(law, field.name) != field.default)
    ]
    return ", ".join([law.title, *given])
