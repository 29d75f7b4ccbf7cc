"""Rows: the numbers of many runs, as the compiled driver takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.asked import is_own
from lunarsim.campaign.inputs import earth_orbit
from lunarsim.campaign.inputs.paths import (
    COMPUTER_SEED,
    OFFSETS,
    ORBIT,
    Path,
    edited,
    find,
    is_fault,
    is_onset,
    nominal,
)
from lunarsim.craft import PACKINGS, Spacecraft
from lunarsim.errors import InputError
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.driver.row import CHANGE, PARTS, PHASE, RUN, engines_used, navigation_address, own_parts, plan_of
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.geometry.elements import states_from_elements
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.kernels.guidance.exits import OWN
from lunarsim.kernels.records import Records
from lunarsim.kernels.sequence.flown import Plan
from lunarsim.kernels.sequence.onsets import MOST_ONSETS
from lunarsim.mission import Scenario
from lunarsim.mission.craft_history import execution_times, most_changes, packing_computer
from lunarsim.moon.orientation import et_seconds, rot_me_from_icrf
from lunarsim.moon.own_forces import lower_forces
from lunarsim.orbits import rot_rtn_from_icrf
from lunarsim.own import code_of, identity
from lunarsim.plan import Burn, Guided
from lunarsim.plan.laws.law import places_of
from lunarsim.records import field_name, place_in

Table = NDArray[np.float64]

_MARGIN_S = 86400.0  # by which the tables of the sky reach beyond the planned flight, for dispersed times


class Drawn(NamedTuple):
    """The numbers of some runs, as the compiled driver takes them."""

    runs: Records  #: shape (n,), see :data:`lunarsim.flight.driver.row.RUN`
    changes: Records  #: shape (n, faults that begin in flight): what they make of the craft
    phases: Records  #: shape (n, phases)

    def without_addresses(self) -> Drawn:
        """Return copies in which no sensor's machine code has an address: those differ from process to process."""
        runs, changes = self.runs.copy(), self.changes.copy()
        runs["craft"]["accelerometer"]["address"] = changes["craft"]["accelerometer"]["address"] = 0.0
        return Drawn(runs, changes, self.phases)

    def columns(self, path: Path, scenario: Scenario) -> list[Table]:
        """Return where the values of a path stand, views of shape (n,): of the craft also in what faults make of it.

        The parts of a path are the names in the records. Of the orbit and of the state's offsets, which move position
        and velocity together, the position's first.
        """
        first, *rest = path.parts
        if path.is_element or (first == "state" and path.name != "state.epoch"):
            return [np.asarray(self.runs["state"]["position_m"][:, 0])]
        if rest[0] == "forces":
            force = scenario.moon.forces[int(rest[1])]
            return [np.asarray(self.runs["moon"]["forces"][:, int(rest[1]), place_in(type(force), rest[2])])]
        if first == "plan":
            return [self._of_phase(int(rest[0]), rest[1:], path.unit, scenario)]
        if first == "craft":
            return self._of_craft(rest, path.unit, scenario)
        return [_named(self.runs[first], rest, path.unit)]

    def _of_craft(self, rest: Sequence[str], unit: u.UnitBase, scenario: Scenario) -> list[Table]:
        """Return where the values of a path into the craft stand: also in what faults make of it, with any engine."""
        changed = [self.changes[:, k]["craft"] for k in range(self.changes.shape[1])]
        held = [self.runs["craft"], *changed]
        if rest[0] in {"engine", "other_engines"}:  # whose numbers stand where it is in use
            other = rest[0] == "other_engines"
            uses = engines_used(scenario).index(rest[1]) if other else 0
            in_use = [
                each for each, own in zip(changed, self.changes["engine"][:1].ravel(), strict=True) if own == uses
            ]
            held, rest = (in_use, ["engine", *rest[2:]]) if other else ([self.runs["craft"], *in_use], rest)
        if rest[0] == "accelerometer" and scenario.craft is not None:
            places = _places(scenario.craft.accelerometer)
            if rest[1] in places:
                return [np.asarray(records["accelerometer"]["own"][:, places[rest[1]]]) for records in held]
        return [_named(records, rest, unit) for records in held]

    def _of_phase(self, k: int, rest: Sequence[str], unit: u.UnitBase, scenario: Scenario) -> Table:
        """Return where the values of a path into a phase stand."""
        phase = scenario.plan[k]
        held = self.phases[:, k][PARTS[type(phase)]]
        if rest[0] == "terminations" and isinstance(phase, Guided):
            i = int(rest[1])
            return np.asarray(held["conditions"][:, i, place_in(type(phase.terminations[i]), rest[2])])
        if rest[0] == "guidance" and isinstance(phase, Guided):
            return np.asarray(held["parameters"][:, places_of(type(phase.law))[rest[1]]])
        if rest[0] == "steering" and isinstance(phase, Burn):
            return np.asarray(held["own_steering"][:, _places(phase.steering)[rest[1]]])
        return _named(held, rest, unit)


def _places(part: Any) -> dict[str, int]:
    """Return where the numbers of a user's own stand among the sixteen; none of the package's stands there."""
    return part.places if is_own(part) else {}


def _named(records: Any, names: Sequence[str], unit: u.UnitBase) -> Table:
    for name in names[:-1]:
        records = records[name]
    return np.asarray(records[field_name(names[-1], unit)])


@dataclass(frozen=True, eq=False)
class Rows:
    """Makes the rows of runs from the values of their paths. Made by :meth:`of`.

    Attributes
    ----------
    scenario : Scenario
        What is dispersed.
    names : tuple of str
        The dispersed paths; faults last.
    plan : Plan
        What the runs share of the plan.
    environment : Environment
        The Moon and its sky, a day longer either way than the planned flight.
    ground : Ground
        The terrain.
    bases : Drawn
        The records of the scenario itself, 2 ** faults of them, for each choice of the dispersed faults, the first
        fault fastest.
    """

    scenario: Scenario
    names: tuple[str, ...]
    plan: Plan
    environment: Environment
    ground: Ground
    bases: Drawn

    @classmethod
    def of(cls, scenario: Scenario, names: Iterable[str]) -> Rows:
        """Lower a scenario for runs that differ in some of its paths.

        Raises
        ------
        InputError
            If there is no such path, or a fault sets what is dispersed.
        """
        known = [find(scenario, name).name for name in names]
        faults, onsets = [name for name in known if is_fault(name)], [name for name in known if is_onset(name)]
        values = [name for name in known if not name.startswith("faults.")]
        titles = [name.split(".")[1] for name in onsets]
        _check_waiting(scenario, titles)
        lowered = lower(scenario)
        room = most_changes(scenario.commands, scenario.faults) if COMPUTER_SEED in known else None
        bases = _drawn([_with_faults(scenario, faults, chosen) for chosen in _choices(len(faults))], room, titles)
        _check_untouched(scenario, values, faults, bases)
        _check_standing(scenario, values, faults)
        start_s = float(et_seconds(scenario.state.epoch))
        environment = scenario.moon.lower(
            start_s - _MARGIN_S, lowered.longest_s + 2.0 * _MARGIN_S, _of_unit_area(scenario.craft)
        )
        ground = scenario.moon.terrain.lower()
        _seal(environment.field.exact.c, environment.field.exact.s)
        _seal(ground.heights_m, ground.steepest_by_row_m_per_rad, ground.tops_m, ground.rot_me_from_pa)
        plan = plan_of(scenario)
        if plan.navigates:
            plan = plan._replace(navigation=navigation_address(bases.runs.view(np.recarray)[0], environment, ground))
        return cls(
            scenario=scenario,
            names=(*values, *onsets, *faults),
            plan=plan,
            environment=environment._replace(epoch_et_s=start_s),
            ground=ground,
            bases=bases,
        )

    def table(self, values: Mapping[str, Table]) -> Drawn:
        """Return the records of n runs.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (n,)
            For each of ``names``, in the path's unit; of a fault, whether it is there.
        """
        count = len(next(iter(values.values()))) if values else 1
        faults = [name for name in self.names if is_fault(name)]
        choice = sum((2**k * (values[name] != 0.0).astype(int) for k, name in enumerate(faults)), np.zeros(count, int))
        drawn = Drawn(*(records[choice] for records in self.bases))
        if COMPUTER_SEED in values:
            self._pack(values[COMPUTER_SEED], choice, drawn)
        for name in self.names:
            _write(self.scenario, name, values[name], drawn)
            if is_onset(name):
                self._write_onset(name, values[name], choice, drawn)
        _write_states(self.scenario, {name: values[name] for name in self.names}, drawn.runs)
        return drawn

    @property
    def _dispersed_onsets(self) -> list[str]:
        return [name.split(".")[1] for name in self.names if is_onset(name)]

    def _write_onset(self, name: str, values: Table, choice: NDArray[np.int64], drawn: Drawn) -> None:
        """Write when a fault begins in runs that have it; its place in the record depends on which others they have."""
        faults = [each for each in self.names if is_fault(each)]
        given = np.where(find(self.scenario, name).declaration.holds(values), values, np.nan)
        for k, chosen in enumerate(_choices(len(faults))):
            waiting = _waiting(_with_faults(self.scenario, faults, chosen), self._dispersed_onsets)
            if (title := name.split(".")[1]) in waiting:
                rows = np.flatnonzero(choice == k)
                drawn.runs["onsets"]["value"][rows, waiting.index(title)] = given[rows]

    def _pack(self, seeds: Table, choice: NDArray[np.int64], drawn: Drawn) -> None:
        """Write what the computers of runs make of their commands; runs alike in that have one base."""
        faults = [name for name in self.names if is_fault(name)]
        for k, chosen in enumerate(_choices(len(faults))):
            of_choice = np.flatnonzero(choice == k)
            if of_choice.size == 0:
                continue
            scenario = _with_faults(self.scenario, faults, chosen)
            computer = packing_computer(scenario.craft, scenario.faults)
            assert computer is not None, "there are commands, and so there is a computer"
            times_s = execution_times(computer, scenario.commands, scenario.faults, seeds[of_choice])
            alike = np.where(np.isnan(times_s), np.inf, times_s)  # no NaN is like another
            _, first, kinds = np.unique(alike, axis=0, return_index=True, return_inverse=True)
            packed = [edited(scenario, {COMPUTER_SEED: float(seeds[of_choice[i]])}) for i in first]
            bases = _drawn(packed, drawn.changes.shape[1], self._dispersed_onsets)
            for own, base in zip(drawn, bases, strict=True):
                own[of_choice] = base[kinds.ravel()]

    @property
    def _own_terminations(self) -> list[Any]:
        every = [each for phase in self.scenario.guided for each in phase.terminations]
        return [each for each in every if hasattr(each, "own_function")]

    @property
    def _packing(self) -> list[Any]:
        """What decides what becomes of commands, without faults that are dispersed and with all; faults of commands."""
        scenario, commands = self.scenario, self.scenario.commands
        computers = [packing_computer(scenario.craft, faults) for faults in ((), scenario.faults) if commands]
        editing = [(each, code_of(type(each).apply_to_commands)) for each in scenario.faults if each.edits_commands]
        packed = [(each, code_of(PACKINGS[each.packing])) for each in computers if each is not None]
        return [*commands, *packed, *editing]

    def digest(self) -> str:
        """Return a hash of all that the runs share: two campaigns with the same one fly the same flights."""
        parts = [*(phase.law for phase in self.scenario.guided), *filter(is_own, own_parts(self.scenario))]
        parts += [*self.scenario.moon.forces, *self._own_terminations]
        told = (self.names, [identity(part) for part in parts], self._packing)
        hashed = hashlib.sha256(repr(told).encode())
        # addresses differ from process to process
        quantities = np.minimum(self.plan.quantities, OWN)
        plan = self.plan._replace(laws=np.empty(0, np.int64), quantities=quantities, navigation=0)
        environment = self.environment._replace(forces=lower_forces(()))
        for part in (*self.bases.without_addresses(), *plan, *_numbers(environment), *_numbers(self.ground)):
            array = np.ascontiguousarray(part)
            assert array.dtype.kind != "O", "an object has an address for its bytes, another one in each process"
            hashed.update(f"{array.dtype}{array.shape}".encode())
            hashed.update(array.tobytes())
        return hashed.hexdigest()


def _seal(*arrays: NDArray[np.generic]) -> None:
    """Let nobody write into arrays that came from another process: to numba they are then those it was compiled for."""
    for array in arrays:
        array.flags.writeable = False


def _numbers(node: object) -> Iterable[NDArray[np.generic] | float]:
    """Yield the numbers and arrays of nested named tuples; of a part that is not there, none."""
    if isinstance(node, tuple):
        for part in node:
            yield from _numbers(part)
    elif node is not None:
        yield node  # type: ignore[misc]


def _choices(faults: int) -> list[tuple[bool, ...]]:
    """Return which faults are there, for each number whose bits say so."""
    return [tuple(reversed(bits)) for bits in product((False, True), repeat=faults)]


def _with_faults(scenario: Scenario, dispersed: Sequence[str], chosen: Sequence[bool]) -> Scenario:
    absent = {name for name, there in zip(dispersed, chosen, strict=True) if not there}
    return scenario.with_faults(*(fault for fault in scenario.faults if f"faults.{fault.title}" not in absent))


def _waiting(scenario: Scenario, dispersed_onsets: Sequence[str]) -> list[str]:
    """Return the titles of faults that wait for an event, or for another time in each run; as :func:`lower` does."""
    return [f.title for f in scenario.faults if f.waits_for is not None or f.title in dispersed_onsets]


def _check_waiting(scenario: Scenario, dispersed_onsets: Sequence[str]) -> None:
    """Refuse more faults that wait than a run has room for."""
    waiting = _waiting(scenario, dispersed_onsets)
    if len(waiting) > MOST_ONSETS:
        raise InputError(
            f"{len(waiting)} faults wait for an event or have a dispersed onset: expected up to {MOST_ONSETS}"
        )


def _drawn(
    scenarios: Sequence[Scenario], changes_of_each: int | None = None, dispersed_onsets: Sequence[str] = ()
) -> Drawn:
    """Return the records of scenarios as they are, with room for so many changes; None: for those that there are."""
    lowered = [lower(scenario, dispersed_onsets) for scenario in scenarios]
    choices = 2 ** max(len(each.waiting) for each in lowered)
    others = len(engines_used(scenarios[0])) - 1
    room = max(each.changes.size for each in lowered)
    if changes_of_each is not None:  # each choice of the faults that wait has those changes, and a beginning
        room = max(room, (others + 1) * choices * (changes_of_each + 1) - 1)
    changes = np.zeros((len(lowered), room), CHANGE)
    engines = (np.arange(room) - others) % (others + 1)  # the others first, and then all of them after each change
    engines[:others] = 1 + np.arange(min(others, room))
    for own, each in zip(changes, lowered, strict=True):
        own["at_s"], own["engine"], own["craft"] = np.inf, engines, each.run["craft"]  # where a fault is not there
        for k in range(others):
            own["craft"][engines == k + 1] = each.changes["craft"][k]
        own[: each.changes.size] = each.changes
    runs = np.array([each.run for each in lowered], RUN)
    return Drawn(runs, changes, np.array([each.records for each in lowered], PHASE))


def _of_unit_area(craft: Spacecraft | None) -> Spacecraft | None:
    """Return a black craft of 1 m2: the light that all runs share; what each makes of it stands in its record."""
    return None if craft is None else replace(craft, radiation_area=1.0 * u.m**2, radiation_coefficient=1.0)


def _check_untouched(scenario: Scenario, values: Sequence[str], faults: Sequence[str], bases: Drawn) -> None:
    for k, fault in enumerate(faults):
        for name in values:
            if _sets(bases, find(scenario, name), scenario, 2**k):
                raise InputError(f"'{name}' is dispersed, and '{fault}' sets it too: disperse one of them")


def _check_standing(scenario: Scenario, values: Sequence[str], faults: Sequence[str]) -> None:
    """Refuse values that a fault sets which is always there."""
    bases = _drawn([scenario.without_faults(), *(scenario.with_faults(fault) for fault in scenario.faults)])
    for k, fault in enumerate(scenario.faults, start=1):
        for name in values:
            if f"faults.{fault.title}" not in faults and _sets(bases, find(scenario, name), scenario, k):
                raise InputError(
                    f"'{name}' is dispersed, and the scenario's fault '{fault.title}' sets it: disperse the fault "
                    "instead, or take it out with scenario.without_faults()"
                )


def _sets(bases: Drawn, path: Path, scenario: Scenario, k: int) -> bool:
    """Return whether a fault sets what a path leads to: row 0 is without it, row ``k`` with it.

    One that puts another sensor in the place of the craft's own sets all its numbers, whatever they are.
    """
    columns = bases.columns(path, scenario)
    if any(given[k] != columns[0][0] for given in columns):
        return True
    if path.parts[:2] != ["craft", "accelerometer"]:
        return False
    crafts = [bases.runs["craft"], *(bases.changes[:, i]["craft"] for i in range(bases.changes.shape[1]))]
    return any(craft["accelerometer"]["address"][k] != crafts[0]["accelerometer"]["address"][0] for craft in crafts)


def _write(scenario: Scenario, name: str, values: Table, drawn: Drawn) -> None:
    """Write the values of a path into its column; the orbit and the state are written together later.

    A value out of its bounds is written as NaN, which the kernels refuse, each with the reason of its kind.
    """
    first, _, _ = name.partition(".")
    if first in {"faults", "orbit", earth_orbit.PREFIX} or (first == "state" and name != "state.epoch"):
        return
    path = find(scenario, name)
    values = np.where(path.declaration.holds(values), values, np.nan)
    for column in drawn.columns(path, scenario):
        column[:] = column + values if path.offset else values
    if ".guidance." in name or ".terminations." in name:  # may be NaN: what a phase has not tells that the run is none
        drawn.phases["coast"]["duration_s"][np.isnan(values), int(path.parts[1])] = np.nan
    if name.startswith("moon.forces."):  # whose numbers may be NaN as well
        drawn.runs["state"]["epoch_s"][np.isnan(values)] = np.nan
    if name == "moon.terrain.elevation":
        _raise_site(values, drawn.runs)
    if name == "state.epoch":  # faults begin so long after the start
        drawn.changes["at_s"] += values[:, None]


def _raise_site(by_m: Table, runs: Records) -> None:
    """Move the landing site, which lies on the ground, up with it."""
    site = runs["site_m"]
    radius = np.linalg.norm(site, axis=1)
    there = radius > 0.0
    site[there] *= ((radius + by_m)[there] / radius[there])[:, None]


def _write_states(scenario: Scenario, values: Mapping[str, Table], runs: Records) -> None:
    """Write positions and velocities on other orbits, moved by their offsets; as :func:`paths.edited` does."""
    state = scenario.state
    rot = rot_me_from_icrf(state.epoch)
    if any(name.startswith("orbit.") for name in values):
        paths = [f"orbit.{name}" for name in ORBIT]
        elements = [values[path] if path in values else nominal(scenario, path).value for path in paths]
        columns = [np.broadcast_to(element, len(runs)).astype(float) for element in elements]
        for name, column in zip(ORBIT, columns, strict=True):
            if f"orbit.{name}" in values:
                column[~find(scenario, f"orbit.{name}").declaration.holds(column)] = np.nan
        states = states_from_elements(np.stack(columns, axis=1), constants.GM_MOON_M3_S2, constants.MOON_RADIUS_M, rot)
        runs["state"]["position_m"], runs["state"]["velocity_mps"] = states[:, 0:3], states[:, 3:6]
    about_earth = _held(scenario, values, [f"{earth_orbit.PREFIX}.{name}" for name in earth_orbit.NUMBERS])
    if about_earth:
        states = earth_orbit.states_at_earth(scenario, about_earth)
        runs["state"]["position_m"], runs["state"]["velocity_mps"] = states[:, 0:3], states[:, 3:6]
    dispersed = [k for k, name in enumerate(OFFSETS) if f"state.{name}" in values]
    axes = rot_rtn_from_icrf(state) if dispersed else np.empty((0, 3))  # there are none at rest and in vertical flight
    for k in dispersed:
        path = find(scenario, f"state.{OFFSETS[k]}")
        offsets = np.where(path.declaration.holds(values[path.name]), values[path.name], np.nan)
        runs["state"]["position_m" if k < 3 else "velocity_mps"] += offsets[:, None] * axes[k % 3]


def _held(scenario: Scenario, values: Mapping[str, Table], names: Sequence[str]) -> dict[str, Table]:
    """Return the values of those paths that are given, by the last part of their names; NaN out of their bounds."""
    given = {name.rpartition(".")[2]: (find(scenario, name), values[name]) for name in names if name in values}
    return {last: np.where(path.declaration.holds(held), held, np.nan) for last, (path, held) in given.items()}
