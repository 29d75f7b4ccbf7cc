"""Columns of a campaign over a mission: what was drawn, solved for and reached in each link, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.campaign import reference
from lunarsim.campaign.inputs.paths import Path, is_fault
from lunarsim.campaign.inputs.settings import settable
from lunarsim.campaign.inputs.titles import title
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.chain.dispersed.nominal import NominalLink
from lunarsim.chain.dispersed.run import Failure, MissionRun
from lunarsim.chain.leg import Leg
from lunarsim.chain.link import Link
from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.kernels.codes import FAILED
from lunarsim.mission.clock import seconds_after
from lunarsim.orbits import State
from lunarsim.planning.targeting.goals import Reachable
from lunarsim.planning.targeting.problem import delta_v_mps

_MPS = u.m / u.s
FAILURES = tuple(Failure)  # a code is a place in it


class _OfState(NamedTuple):
    name: str
    unit: str
    words: str
    of: Callable[[State], float]


def _plain(name: str, unit: u.UnitBase) -> Callable[[State], float]:
    return lambda state: float(getattr(state, name).to_value(unit))


def _element(name: str) -> Callable[[State], float]:
    return lambda state: float(getattr(state.elements(), name).to_value(u.deg))


def _component(name: str, axis: int, unit: u.UnitBase) -> Callable[[State], float]:
    return lambda state: float(getattr(state, name)[axis].to_value(unit))


_OF_STATE = (
    _OfState("perilune_m", "m", "perilune", _plain("perilune", u.m)),
    _OfState("apolune_m", "m", "apolune", _plain("apolune", u.m)),
    _OfState("inclination_deg", "deg", "inclination", _element("inclination")),
    _OfState("node_longitude_deg", "deg", "node longitude", _element("node_longitude")),
    _OfState("latitude_deg", "deg", "latitude (ME)", _plain("latitude", u.deg)),
    _OfState("longitude_deg", "deg", "east longitude (ME)", _plain("longitude", u.deg)),
    _OfState("altitude_m", "m", "altitude above 1737.4 km", _plain("altitude", u.m)),
    *(_OfState(f"{a}_m", "m", f"position, ICRF {a}", _component("position", k, u.m)) for k, a in enumerate("xyz")),
    *(
        _OfState(f"v{a}_mps", "m / s", f"velocity, ICRF {a}", _component("velocity", k, _MPS))
        for k, a in enumerate("xyz")
    ),
)
_WHOLE = (
    Column(name="outcome", words="how the run ended, a code", dtype="int8"),
    Column(name="links_flown", words="how many links were flown", dtype="int8"),
    Column(name="why", words="why no more were, a code: 1 goals not reached, 2 could not be flown", dtype="int8"),
    Column(name="delta_v_mps", unit="m / s", words="delta-v of all burns and guided phases"),
    Column(name="propellant_left_kg", unit="kg", words="propellant left at the end"),
    Column(name="end_s", unit="s", words="end, after the start of the mission"),
)
#: Of a moment: the state, and the mass.
_MASS = Column(name="mass_kg", unit="kg", words="mass")


def prefix_of(k: int) -> str:
    """Return what the columns of a link begin with: its key in the mission's file."""
    return f"links.{k}."


def described(
    links: Sequence[Link], inputs: Sequence[Mapping[str, Path]], nominal: Sequence[NominalLink]
) -> tuple[Column, ...]:
    """Return the columns of a campaign: of the whole, of its end, and of each link."""
    made = [*_WHOLE, *_of_moment("end.", "at the end")]
    for k, (link, paths, each) in enumerate(zip(links, inputs, nominal, strict=True)):
        made += list(_of_link(prefix_of(k), link, paths, each, first=k == 0))
    return tuple(made)


def _of_link(
    prefix: str, link: Link, paths: Mapping[str, Path], nominal: NominalLink, *, first: bool
) -> Iterator[Column]:
    of = f"link '{link.name}'"
    for name, path in paths.items():
        words = f"input, {title(name, link.scenario)} of {of}" + (" (offset)" if path.offset else "")
        yield Column(name=prefix + name, unit=_word(path.unit), words=words, dtype=_dtype(name))
    if not first:
        yield from _of_moment(f"{prefix}start.", f"at the start of {of}")
    known = settable(link.scenario) if nominal.vary else {}
    for name in nominal.vary:
        yield Column(name=prefix + name, unit=_word(known[name].unit), words=f"solved for, {name} of {of}")
    for goal in _goals(nominal):
        words = f"{goal.name}, {of}" + (", after what it was to be" if isinstance(goal.value, Time) else "")
        yield Column(name=prefix + goal.name, unit=_word(goal.unit), words=words)
    yield Column(name=f"{prefix}delta_v_mps", unit="m / s", words=f"delta-v of {of}")
    yield Column(name=f"{prefix}end_s", unit="s", words=f"end of {of}, after the start of the mission")


def _of_moment(prefix: str, when: str) -> list[Column]:
    of_state = [Column(name=prefix + each.name, unit=each.unit, words=f"{each.words} {when}") for each in _OF_STATE]
    return [*of_state, Column(name=prefix + _MASS.name, unit=_MASS.unit, words=f"{_MASS.words} {when}")]


def _dtype(name: str) -> Literal["bool", "float64"]:
    return "bool" if is_fault(name) else "float64"


def _word(unit: u.UnitBase) -> str:
    return "" if unit == u.one else str(unit.to_string())


def _goals(nominal: NominalLink) -> list[Reachable]:
    """Return the goals of a link that have a column, those that are looked at among them, each moment once."""
    by_name: dict[str, Reachable] = {goal.name: goal for goal in nominal.goals if not nominal.beyond}
    for goal in nominal.link.reach + nominal.link.compare:
        by_name.setdefault(goal.name, goal)
    return list(by_name.values())


def columns_of(known: Sequence[Column], rows: Sequence[Mapping[str, float]]) -> Columns:
    """Return the columns of some runs by the numbers of each; NaN where it did not come to what a column is about."""
    return {column.name: _column(column, [row.get(column.name) for row in rows]) for column in known}


def _column(column: Column, values: Sequence[float | None]) -> NDArray[Any]:
    there = [np.nan if value is None else value for value in values]
    return np.array(there, dtype=column.dtype)


def numbers_of(
    nominal: Sequence[NominalLink], drawn: Sequence[Mapping[str, float]], run: MissionRun
) -> dict[str, float]:
    """Return the numbers of a run by column, as far as it came to them."""
    row: dict[str, float] = {"why": FAILURES.index(run.failure), "links_flown": len(run.legs), "outcome": FAILED}
    for k, values in enumerate(drawn):
        row |= {prefix_of(k) + name: value for name, value in values.items()}
    for k, (leg, found, each) in enumerate(zip(run.legs, run.found, nominal, strict=False)):
        prefix = prefix_of(k)
        row |= _found(prefix, found, each) | {prefix + goal.name: _reached(goal, leg.flight) for goal in _goals(each)}
        row[f"{prefix}delta_v_mps"] = delta_v_mps(leg.flight)
        row[f"{prefix}end_s"] = float(seconds_after(run.legs[0].flight.start, leg.flight.end))
        if k:
            row |= _moment(f"{prefix}start.", leg.flight.scenario.state, _mass_kg(leg.flight, 0))
    if run.legs and run.failure is Failure.NONE:
        row |= _whole(run.legs)
    return row


def _whole(legs: Sequence[Leg]) -> dict[str, float]:
    last = legs[-1].flight
    craft = last.scenario.flown_craft
    left_kg = np.nan if craft is None else _mass_kg(last, -1) - float(craft.dry_mass.to_value(u.kg))
    return {
        "outcome": reference.outcome(last),
        "delta_v_mps": sum(delta_v_mps(leg.flight) for leg in legs),
        "propellant_left_kg": left_kg,
        "end_s": float(seconds_after(legs[0].flight.start, last.end)),
        **_moment("end.", last.outcome.state, _mass_kg(last, -1)),
    }


def _found(prefix: str, found: Mapping[str, Any], nominal: NominalLink) -> dict[str, float]:
    if not found:
        return {}
    known = settable(nominal.link.scenario)
    return {prefix + name: float(u.Quantity(value).to_value(known[name].unit)) for name, value in found.items()}


def _reached(goal: Reachable, flight: Flight) -> float:
    miss = goal.miss(flight)
    return miss if isinstance(goal.value, Time) else float(goal.value.to_value(goal.unit)) + miss


def _moment(prefix: str, state: State, mass_kg: float) -> dict[str, float]:
    return {**{prefix + each.name: _or_nan(each, state) for each in _OF_STATE}, f"{prefix}mass_kg": mass_kg}


def _or_nan(each: _OfState, state: State) -> float:
    try:
        return each.of(state)
    except InputError:  # no orbital plane
        return np.nan


def _mass_kg(flight: Flight, at: int) -> float:
    return float(flight.mass[at].to_value(u.kg)) if flight.scenario.craft is not None else np.nan
