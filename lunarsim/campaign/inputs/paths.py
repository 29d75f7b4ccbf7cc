"""Paths: the values of a scenario that a campaign may disperse, by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.arguments import checked
from lunarsim.asked import is_own
from lunarsim.campaign.inputs import earth_orbit
from lunarsim.craft import MONITORS, Accelerometer, Engine, FlightComputer, Navigation, Spacecraft
from lunarsim.craft.sensors.accelerometer import OF_INCREMENTS
from lunarsim.declarations import FAR_M, FAST_MPS, LONG_S, Declaration, Number, Switch, declared
from lunarsim.errors import InputError, nearest
from lunarsim.faults import may_begin_in_flight
from lunarsim.flight.driver.row import engines_used, has_monitors, keeps_an_estimate
from lunarsim.mission import Scenario
from lunarsim.mission.clock import time_after
from lunarsim.moon import GravityField
from lunarsim.moon.gravity.check import GM_RANGE_M3_S2
from lunarsim.moon.terrain.surface import ELEVATION
from lunarsim.names import renamed
from lunarsim.orbits import State, rot_rtn_from_icrf
from lunarsim.orbits.numbers import ELEMENTS
from lunarsim.orbits.plane import check_orbital_plane
from lunarsim.plan import Burn, GuidanceLaw, Guided, Termination
from lunarsim.plan.laws.law import places_of
from lunarsim.records import si

ORBIT = tuple(ELEMENTS)
OFFSETS = ("radial", "transverse", "normal", "radial_rate", "transverse_rate", "normal_rate")

_TIME_OFFSET = Number(unit=u.s, low=-LONG_S, high=LONG_S)
_OFFSETS = dict(
    zip(
        OFFSETS,
        3 * [Number(unit=u.m, low=-FAR_M, high=FAR_M)] + 3 * [Number(unit=u.m / u.s, low=-FAST_MPS, high=FAST_MPS)],
        strict=True,
    )
)
_GM = Number(unit=u.m**3 / u.s**2, low=GM_RANGE_M3_S2[0], high=GM_RANGE_M3_S2[1])
_FAULT = Switch()
_ONSET = Number(unit=u.s, low=0.0, high=LONG_S)
_RADIATION = ("radiation_area", "radiation_coefficient")
FIELDS = {"guidance": "law"}  # what scenario files, and paths, call otherwise than Python
_MASSES = ("dry_mass", "propellant_mass")
_OF_TANKS = ("unusable_propellant",)
NAVIGATION_SEED, COMPUTER_SEED = "craft.navigation.seed", "craft.computer.seed"
_OF_NAVIGATION = ("gyro", "star_tracker", "altimeter", "velocimeter")  # sensors that an estimate is made of


@dataclass(frozen=True)
class Path:
    """A value that can be dispersed.

    Attributes
    ----------
    name : str
        As in ``craft.engine.thrust``.
    declaration : Number or Switch
        Unit, SI but for the coherent N, in which samples of it are kept, and bounds: of what the component declares.
    offset : bool
        Whether the samples are added to what the scenario says: times, the state, the ground.
    """

    name: str
    declaration: Declaration
    offset: bool = False

    @property
    def unit(self) -> u.UnitBase:
        """The unit in which samples are kept."""
        return self.declaration.unit

    @property
    def parts(self) -> list[str]:
        """The names between the dots."""
        return self.name.split(".")

    def check(self, value: float) -> None:
        """Refuse a value, in :attr:`unit`, that the component would refuse, or that is not finite.

        Raises
        ------
        InputError
            If it is out of the declared bounds.
        """
        if not self.declaration.holds(value):
            given = f"{value} {self.unit}".strip()
            raise InputError(f"{self.name} = {given}: expected {self.declaration.bounds}")

    @property
    def is_element(self) -> bool:
        """Whether it is an element of the start, about the Moon or the Earth."""
        return self.parts[0] in {"orbit", earth_orbit.PREFIX}

    @property
    def is_seed(self) -> bool:
        """Whether it is a seed: no physical value, of which the end would be a function."""
        return self.name in {NAVIGATION_SEED, COMPUTER_SEED}


def is_of_start(name: str) -> bool:
    """Return whether a path says where a flight starts: its state, or an element about the Moon or the Earth."""
    return name.partition(".")[0] in {"state", "orbit", earth_orbit.PREFIX}


def is_fault(name: str) -> bool:
    """Return whether a path says whether a fault is there."""
    return name.startswith("faults.") and not is_onset(name)


def is_onset(name: str) -> bool:
    """Return whether a path says when a fault begins."""
    return name.startswith("faults.") and name.endswith(".onset")


@checked
def dispersible(scenario: Scenario) -> dict[str, Path]:
    """Return the values of a scenario that a campaign may disperse, by name.

    Only what the flight of this scenario can feel is among them: no engine without a burn, no Love number without
    the tide, no radiation area without radiation.
    """
    return {path.name: path for path in _paths(scenario)}


def find(scenario: Scenario, name: str) -> Path:
    """Return a path by its name.

    Raises
    ------
    InputError
        If the scenario has no such value, or its flight would not feel it.
    """
    lacks = f"the scenario '{scenario.name}' has no such value that its flight would feel"
    return path_among(dispersible(scenario), name, lacks)


def path_among(known: Mapping[str, Path], name: str, lacks: str) -> Path:
    """Return a path by its name among those that are known.

    Raises
    ------
    InputError
        If it is not among them; the text says that it ``lacks``, and gives the nearest names.
    """
    if name not in known:
        parts = name.split(".")
        now = ".".join([*parts[:-1], renamed(parts[-1], [path.parts[-1] for path in known.values()]) or ""])
        raise InputError(
            f"path '{name}': {lacks}; " + (f"it is called '{now}' now" if now in known else nearest(name, known))
        )
    return known[name]


def _paths(scenario: Scenario) -> Iterator[Path]:
    yield from _start_paths(scenario)
    if isinstance(scenario.moon.gravity, GravityField):  # a grid is made for one GM
        yield Path("moon.gravity.gm", _GM)
    yield Path("moon.terrain.elevation", ELEVATION, offset=True)
    if scenario.moon.tide:
        yield from _declared("moon", declared(scenario.moon))
    for k, force in enumerate(scenario.moon.forces):
        yield from _declared(f"moon.forces.{k}", _given(force))
    yield from _craft_paths(scenario)
    for k, phase in enumerate(scenario.plan):
        if isinstance(phase, Burn):
            yield Path(f"plan.{k}.ignition", _TIME_OFFSET, offset=True)
            if is_own(phase.steering):
                yield from _declared(f"plan.{k}.steering", declared(phase.steering))
        yield from _declared(f"plan.{k}", declared(phase))
        if isinstance(phase, Guided):
            yield from _law_paths(f"plan.{k}.guidance", phase.law)
        for i, each in enumerate(phase.terminations if isinstance(phase, Guided) else ()):
            if not isinstance(each, Termination):
                yield from _declared(f"plan.{k}.terminations.{i}", _given(each))
        if isinstance(phase, Guided) and phase.divert is not None:
            yield from _declared(f"plan.{k}.divert", declared(phase.divert))
    yield from (Path(f"faults.{fault.title}", _FAULT) for fault in scenario.faults)
    for fault in scenario.faults:
        if isinstance(fault.onset, u.Quantity) and may_begin_in_flight(fault, scenario.craft):
            yield Path(f"faults.{fault.title}.onset", _ONSET)


def _start_paths(scenario: Scenario) -> Iterator[Path]:
    yield Path("state.epoch", _TIME_OFFSET, offset=True)
    yield from _declared("orbit", ELEMENTS)
    if earth_orbit.begins_at_earth(scenario):
        yield from (Path(f"{earth_orbit.PREFIX}.{name}", kept(each)) for name, each in earth_orbit.NUMBERS.items())
    yield from (Path(f"state.{name}", number, offset=True) for name, number in _OFFSETS.items())


def _law_paths(prefix: str, law: GuidanceLaw) -> Iterator[Path]:
    """Return the paths of the numbers that a law has, and hands to its kernel as they are."""
    own, places = declared(law), places_of(type(law))
    yield from _declared(prefix, {name: own[name] for name in own if name in places and getattr(law, name) is not None})


def _given(part: Any) -> dict[str, Declaration]:
    """Return what a component declares, but for what is left out of it."""
    return {name: each for name, each in declared(part).items() if getattr(part, name) is not None}


def _craft_paths(scenario: Scenario) -> Iterator[Path]:
    burns = any(isinstance(phase, Burn) for phase in scenario.plan)
    powered = burns or bool(scenario.guided)
    own = declared(Spacecraft)
    if scenario.moon.radiation:
        yield from _declared("craft", {name: own[name] for name in _RADIATION})
    if powered or scenario.moon.radiation:
        yield from _declared("craft", {name: own[name] for name in _MASSES})
    if powered:
        yield from _declared("craft", {name: own[name] for name in _OF_TANKS})
        yield from _declared("craft.engine", declared(Engine))
        for name in engines_used(scenario)[1:]:
            yield from _declared(f"craft.other_engines.{name}", declared(Engine))
    estimates = keeps_an_estimate(scenario)
    if burns or estimates:  # the computer cuts burns off by what it reads
        sensor = Accelerometer if scenario.craft is None else type(scenario.craft.accelerometer)
        felt = {name: each for name, each in declared(sensor).items() if estimates or name not in OF_INCREMENTS}
        yield from _declared("craft.accelerometer", felt)
    if estimates:
        for name in _OF_NAVIGATION:
            unit = getattr(scenario.craft, name)
            if unit is not None:
                yield from _declared(f"craft.{name}", _given(unit))
    control = None if scenario.craft is None else scenario.craft.attitude_control
    kind = Navigation if scenario.craft is None else type(scenario.craft.navigation)
    if scenario.guided or (control is not None and kind is Navigation):  # without guidance no sensor is asked
        turns = estimates or control is not None
        yield from _declared("craft.navigation", _felt_errors(kind, guides=bool(scenario.guided), turns=turns))
    if powered and control is not None:
        yield from _declared("craft.attitude_control", _given(control))
    if scenario.commands:
        yield from _declared("craft.computer", {"seed": declared(FlightComputer)["seed"]})
    if has_monitors(scenario):
        yield from _monitor_paths(scenario)


def _monitor_paths(scenario: Scenario) -> Iterator[Path]:
    """Return the paths of monitors, and of what they may switch to."""
    craft = scenario.craft
    if craft is None or craft.computer is None:  # a fault has put a computer there
        return
    for name in MONITORS:
        monitor = getattr(craft.computer, name)
        if monitor is not None:
            yield from _declared(f"craft.computer.{name}", _given(monitor))
    if any(monitor.reaction == "restart" for monitor in craft.computer.monitors):
        yield from _declared("craft.computer", {"restart_time": declared(FlightComputer)["restart_time"]})
    for name in ("second_accelerometer", "third_accelerometer"):
        unit = getattr(craft, name)
        if unit is not None:
            felt = {each: number for each, number in _given(unit).items() if each not in OF_INCREMENTS}
            yield from _declared(f"craft.{name}", felt)


def _felt_errors(kind: type, *, guides: bool, turns: bool) -> dict[str, Declaration]:
    """Return what a navigation declares, as far as a flight feels it: errors of the attitude where that turns."""
    return {
        name: each
        for name, each in declared(kind).items()
        if (turns if name.startswith("attitude_") else guides or name == "seed")
    }


def _declared(prefix: str, numbers: Mapping[str, Declaration]) -> Iterator[Path]:
    """Return the paths of what a component declares to be dispersible."""
    for name, number in numbers.items():
        if number.dispersible:
            yield Path(f"{prefix}.{name}", kept(number))


@cache
def kept(number: Declaration) -> Declaration:
    """Return a declaration in the unit in which samples are kept: of SI, of angles the radian.

    Units that are unlike are compared by an exception and its text, and a campaign finds its paths hundreds of times.
    """
    if isinstance(number, Number) and number.event:
        number = replace(number, event=False)
    return number.to(si(number.unit)) if isinstance(number, Number) and number.unit != si(number.unit) else number


def check_orbit(scenario: Scenario, names: Collection[str]) -> None:
    """Check that the scenario's state has the axes and the elements from which dispersed paths are counted.

    Raises
    ------
    InputError
        If it is at rest or moves along its radius, or an element of an open orbit is among the paths.
    """
    if any(name.startswith(f"{earth_orbit.PREFIX}.") for name in names):
        earth_orbit.elements_at_earth(scenario)
    counted = sorted(name for name in names if name.startswith(("orbit.", "state.")) and name != "state.epoch")
    if counted:
        check_orbital_plane(
            scenario.state,
            f"'{counted[0]}' has no meaning, and cannot be dispersed; give the state a small velocity across the "
            "radius, which then says where the transverse direction is",
        )
    if counted and counted[0].startswith("orbit.") and not np.isfinite(scenario.state.apolune):
        raise InputError(f"'{counted[0]}' cannot be dispersed: {scenario.state!r} has no apolune; disperse the state")


@checked
def nominal(scenario: Scenario, name: str) -> u.Quantity:
    """Return what the scenario says of a path, in the path's unit; zero for an offset, one for a fault.

    Raises
    ------
    InputError
        If there is no such path.
    """
    path = find(scenario, name)
    if path.offset:
        return 0.0 * path.unit
    if is_fault(name):
        return 1.0 * u.one
    if path.is_element:
        elements = _orbit(scenario.state) if path.parts[0] == "orbit" else earth_orbit.elements_at_earth(scenario)
        return elements[path.parts[1]].to(path.unit)
    return u.Quantity(value_at(scenario, path), dtype=float).to(path.unit)


def value_at(scenario: Scenario, path: Path) -> Any:
    """Return what stands at a path that leads through the components of a scenario, as it stands there."""
    if path.parts[0] == "faults" and len(path.parts) > 1:
        _, title, *names = path.parts
        value: Any = next(fault for fault in scenario.faults if fault.title == title)
        for name in names:
            value = getattr(value, name)
        return value
    value = scenario
    for part in path.parts:
        if isinstance(value, Mapping):
            value = value[part]
        else:
            value = value[int(part)] if isinstance(value, tuple) else getattr(value, FIELDS.get(part, part))
    return value


@checked
def edited(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with some of its values replaced.

    Parameters
    ----------
    scenario : Scenario
        Its faults are those that it may have.
    values : mapping of str to float
        By path, in the path's unit.

    Raises
    ------
    InputError
        If a path or a value is not possible.

    Notes
    -----
    The orbit is replaced first, at the scenario's epoch; then the state is moved by its offsets, in the radial,
    transverse and normal directions of the scenario's own state; then the epoch is moved, position and velocity
    as they are.
    """
    return edited_at(scenario, {find(scenario, name): value for name, value in values.items()})


def edited_at(scenario: Scenario, by_path: Mapping[Path, float]) -> Scenario:
    """Return the scenario with the values of some paths replaced; see :func:`edited`."""
    values = {path.name: value for path, value in by_path.items()}
    faults = [fault for fault in scenario.faults if values.get(f"faults.{fault.title}", 1.0) != 0.0]
    parts: dict[str, Any] = {name: getattr(scenario, name) for name in ("craft", "plan", "moon")}
    for path, value in by_path.items():
        path.check(value)
        first, *rest = path.parts
        if first == "faults" and len(rest) > 1:
            faults = [_replaced(each, rest[1:], value, path) if each.title == rest[0] else each for each in faults]
        elif path.name == "moon.terrain.elevation":
            parts["moon"] = replace(parts["moon"], terrain=parts["moon"].terrain.raised(value * u.m))
        elif first in parts:
            parts[first] = _replaced(parts[first], rest, value, path)
    return replace(scenario, faults=tuple(faults), state=_moved(scenario, values), **parts)


def moved_state(state: State, orbit: Mapping[str, float], offsets: Mapping[str, float]) -> State:
    """Return a state on another orbit (m, rad) and moved by offsets (m, m/s)."""
    if orbit:
        elements = _orbit(state) | {
            name: value * (u.m if name in ORBIT[:2] else u.rad) for name, value in orbit.items()
        }
        state, nominal_state = State.from_elements(**elements, epoch=state.epoch), state
    else:
        nominal_state = state
    if not offsets:  # a state at rest or in vertical flight has no axes of offsets, and needs none
        return state
    step = np.array([offsets.get(name, 0.0) for name in OFFSETS])
    rot = rot_rtn_from_icrf(nominal_state)
    return State(state.position + rot.T @ step[:3] * u.m, state.velocity + rot.T @ step[3:] * (u.m / u.s), state.epoch)


def _moved(scenario: Scenario, values: Mapping[str, float]) -> State:
    about_earth = {
        name: values[path] for name in earth_orbit.NUMBERS if (path := f"{earth_orbit.PREFIX}.{name}") in values
    }
    state = earth_orbit.state_at_earth(scenario, about_earth) if about_earth else scenario.state
    orbit = {name: values[f"orbit.{name}"] for name in ORBIT if f"orbit.{name}" in values}
    offsets = {name: values[f"state.{name}"] for name in OFFSETS if f"state.{name}" in values}
    if orbit or offsets:
        state = moved_state(state, orbit, offsets)
    if "state.epoch" not in values:
        return state
    return State(state.position, state.velocity, time_after(state.epoch, values["state.epoch"]))


def _orbit(state: State) -> dict[str, u.Quantity]:
    """Return the elements as :meth:`State.from_elements` takes them."""
    elements = state.elements()
    return {
        "perilune": state.perilune,
        "apolune": state.apolune,
        "inclination": elements.inclination,
        "node_longitude": elements.node_longitude,
        "argument_of_perilune": elements.argument_of_perilune,
        "true_anomaly": elements.true_anomaly,
    }


def _replaced(node: Any, parts: list[str], value: float, path: Path) -> Any:
    """Return a component with the value at a path below it replaced."""
    if not parts:
        return _in_kind_of(node, value, path)
    if isinstance(node, tuple):
        k = int(parts[0])
        return (*node[:k], _replaced(node[k], parts[1:], value, path), *node[k + 1 :])
    if isinstance(node, Mapping):
        return {**node, parts[0]: _replaced(node[parts[0]], parts[1:], value, path)}
    name = FIELDS.get(parts[0], parts[0])
    return replace(node, **{name: _replaced(getattr(node, name), parts[1:], value, path)})


def _in_kind_of(old: Any, value: float, path: Path) -> Any:
    if isinstance(old, Time):
        return time_after(old, value)
    if isinstance(old, bool):
        return value != 0.0
    plain = isinstance(old, float | int) or path.unit == u.one
    return float(value) if plain else value * path.unit
