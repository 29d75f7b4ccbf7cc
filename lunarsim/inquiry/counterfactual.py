"""What would have been: one scenario flown twice, as it is and with some of its numbers changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.coordinates import Angle, angular_separation
from astropy.time import Time

from lunarsim import constants
from lunarsim.campaign.inputs.settings import with_values
from lunarsim.campaign.outcome import OUTCOMES
from lunarsim.campaign.reference import outcome as outcome_code
from lunarsim.campaign.reference import propellant_left
from lunarsim.equality import same
from lunarsim.flight import Flight, GroundContact, simulate
from lunarsim.mission import Scenario
from lunarsim.plan import Burn, Guided, Phase

_MPS = u.m / u.s
#: What the integration of two flights may leave between them, and no difference: well below what is printed of them.
_SMALLEST = {u.m: 1e-3, u.s: 1e-6, u.deg: 1e-7, _MPS: 1e-6, u.kg: 1e-6}


class Difference(NamedTuple):
    """One thing in which two flights differ."""

    name: str  #: such as ``"duration of pre-landing burn"``
    base: Any  #: a Quantity, a Time or a word; None where the flight has no such thing
    changed: Any

    @property
    def change(self) -> u.Quantity | None:
        """Changed less base, of times in seconds, of angles the shorter way round.

        None of words, where one of the two is missing, and where one is infinite, as the apolune of an open orbit is.
        """
        if isinstance(self.base, Time) and isinstance(self.changed, Time):
            return (self.changed - self.base).to(u.s)
        if not isinstance(self.base, u.Quantity) or not isinstance(self.changed, u.Quantity):
            return None
        if not (np.isfinite(self.base) and np.isfinite(self.changed)):
            return None
        change = self.changed - self.base
        return u.Quantity(Angle(change).wrap_at(180 * u.deg)) if change.unit.is_equivalent(u.deg) else change

    def __str__(self) -> str:
        change = self.change
        words = f"{self.name}: {in_words(self.base)} -> {in_words(self.changed)}"
        return words if change is None else f"{words} ({'+' if change.value >= 0.0 else ''}{in_words(change)})"


@dataclass(frozen=True, kw_only=True, eq=False)
class Counterfactual:
    """Two flights of one scenario: as it is, and with some numbers changed.

    Attributes
    ----------
    values : mapping of str to Quantity, Time, float or bool
        What was set, by path.
    base : Flight
        The scenario as it is, its faults included.
    changed : Flight
        The same with the values.
    """

    values: Mapping[str, u.Quantity | Time | float | bool]
    base: Flight
    changed: Flight

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What came out otherwise, the outcome first; empty where the two flights are the same.

        What is left of the integration is no difference: up to 1 mm, 1 us, 1e-7 deg, 1e-6 m/s, 1e-6 kg.
        """
        told, other = dict(_told(self.base)), dict(_told(self.changed))
        names = [*told, *(name for name in other if name not in told)]
        rows = [Difference(name, told.get(name), other.get(name)) for name in names]
        if isinstance(self.base.outcome, GroundContact) and isinstance(self.changed.outcome, GroundContact):
            rows.insert(2, self._distance())
        return tuple(row for row in rows if _differs(row))

    def _distance(self) -> Difference:
        ends = (self.base.outcome, self.changed.outcome)
        angle = angular_separation(ends[0].longitude, ends[0].latitude, ends[1].longitude, ends[1].latitude)
        return Difference(
            "distance between the ends, along the ground",
            0.0 * u.km,
            (angle.to_value(u.rad) * constants.MOON_RADIUS_M * u.m).to(u.km),
        )

    def __str__(self) -> str:
        set_to = ", ".join(f"{name} = {in_words(value)}" for name, value in self.values.items()) or "nothing set"
        rows = [str(row) for row in self.differences] or ["nothing differs"]
        return "\n".join([f"{self.base.scenario.name} with {set_to}:", *(f"  {row}" for row in rows)])


def what_if(scenario: Scenario, values: Mapping[str, u.Quantity | Time | float | bool]) -> Counterfactual:
    """Fly a scenario as it is, and with some of its numbers set to other values.

    Parameters
    ----------
    scenario : Scenario
        Its faults are there in both flights.
    values : mapping of str to Quantity, Time, float or bool
        By path, as :func:`lunarsim.with_values` takes them.

    Returns
    -------
    Counterfactual
        Both flights, and in what they differ.

    Raises
    ------
    InputError
        If there is no such path, or a value is not possible.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> sooner = ls.what_if(ls.load_scenario("luna25"), {"plan.0.timer": 95 * u.s})
    >>> print(sooner.differences[0])
    outcome: impact -> in orbit
    """
    changed = with_values(scenario, values)
    return Counterfactual(values=dict(values), base=simulate(scenario), changed=simulate(changed))


def _differs(row: Difference) -> bool:
    change = row.change
    if change is None:
        return not same(row.base, row.changed)
    smallest = next(value * unit for unit, value in _SMALLEST.items() if change.unit.is_equivalent(unit))
    return bool(abs(change) > smallest)


def _told(flight: Flight) -> Iterator[tuple[str, Any]]:
    """Yield what is said of a flight, by name: the end first, then its burns and phases in order."""
    end = flight.outcome
    yield "outcome", OUTCOMES[outcome_code(flight)]
    yield "end", flight.end
    yield "latitude at the end", u.Quantity(end.latitude.to(u.deg))
    yield "longitude at the end", u.Quantity(end.longitude.to(u.deg))
    if isinstance(end, GroundContact):
        yield "speed over the ground at the end", end.ground_relative_speed
    else:
        yield "perilune at the end", end.state.perilune.to(u.km)
        yield "apolune at the end", end.state.apolune.to(u.km)
    plan = flight.scenario.plan
    for name, burn in zip(_names_of(plan, Burn), flight.burns, strict=False):  # a flight may end before the plan does
        yield f"ignition of {name}", burn.ignition
        yield f"duration of {name}", burn.duration
        yield f"what ended {name}", burn.cutoff.value
        yield f"delta-v of {name}", burn.delta_v.to(_MPS)
        yield f"sensed delta-v of {name}", burn.delta_v_sensed.to(_MPS)
        yield f"perilune after {name}", burn.after.perilune.to(u.km)
        yield f"apolune after {name}", burn.after.apolune.to(u.km)
    for name, phase in zip(_names_of(plan, Guided), flight.phases, strict=False):
        yield f"duration of {name}", phase.duration
        yield f"what ended {name}", phase.ended_by
        yield f"delta-v of {name}", phase.delta_v.to(_MPS)
    left = propellant_left(flight)
    if left is not None:
        yield "propellant left", left.to(u.kg)


def _names_of(plan: tuple[Phase, ...], kind: type[Burn | Guided]) -> list[str]:
    """Return the names of the burns, or the guided phases, of a plan; one that several have is numbered from 1."""
    powered = [phase for phase in plan if isinstance(phase, Burn | Guided)]
    names = [phase.name for phase in powered]
    told = [f"{each} ({names[: k + 1].count(each)})" if names.count(each) > 1 else each for k, each in enumerate(names)]
    return [name for name, phase in zip(told, powered, strict=True) if isinstance(phase, kind)]


def in_words(value: Any) -> str:
    """Return a value as people read it, with six digits."""
    if value is None:
        return "none"
    if isinstance(value, Time):
        return f"{value.utc.strftime('%Y-%m-%d %H:%M:%S')} UTC"
    if isinstance(value, u.Quantity):
        return f"{value.value:.6g} {value.unit}".strip()
    return str(value)
