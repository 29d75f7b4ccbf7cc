"""Rows: the numbers of many runs, as the compiled driver takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.campaign.paths import OFFSETS, ORBIT, find, nominal
from lunarsim.errors import InputError
from lunarsim.flight import Scenario
from lunarsim.flight.lowering import LoweredBurn, LoweredScenario, lower
from lunarsim.kernels import run
from lunarsim.kernels.elements import states_from_elements
from lunarsim.kernels.motion import Environment
from lunarsim.kernels.terrain import Ground
from lunarsim.moon.frames.rtn import rot_rtn_from_icrf
from lunarsim.moon.orientation import et_seconds, rot_me_from_icrf

Table = NDArray[np.float64]

_MARGIN_S = 86400.0  # by which the tables of the sky reach beyond the planned flight, for dispersed times

_PLACES = {
    "state.epoch": run.START_S,
    "craft.dry_mass": run.DRY_MASS,
    "craft.propellant_mass": run.PROPELLANT,
    "craft.engine.thrust": run.THRUST,
    "craft.engine.specific_impulse": run.EXHAUST_VELOCITY,
    "craft.accelerometer.powered": run.SENSOR_POWERED,
    "craft.accelerometer.scale_factor": run.SENSOR_SCALE,
    "craft.accelerometer.bias": run.SENSOR_BIAS,
    "craft.radiation_area": run.LIGHT,
    "craft.radiation_coefficient": run.LIGHT,
    "moon.love_number": run.LOVE_NUMBER,
    "moon.gravity.gm": run.GM,
    "moon.terrain.elevation": run.GROUND_RISE,
}
_PLACES_IN_PHASE = {
    "duration": run.DURATION,
    "ignition": run.IGNITION,
    "timer": run.TIMER,
    "target_delta_v": run.TARGET_DV,
    "throttle": run.THROTTLE,
    "pitch_error": run.PITCH_ERROR,
    "yaw_error": run.YAW_ERROR,
}


_LEAST = np.nextafter(0.0, 1.0)
_POSSIBLE = {  # what the kernels do not check themselves
    "moon.gravity.gm": (_LEAST, np.inf),
    "moon.love_number": (_LEAST, np.inf),
    "craft.radiation_area": (0.0, np.inf),
    "craft.radiation_coefficient": (_LEAST, 2.0),
}


def place(path: str) -> int:
    """Return where the value of a path stands in a row; for the orbit and the state, where the position begins."""
    first, *rest = path.split(".")
    if first == "plan":
        return run.PHASES + int(rest[0]) * run.PHASE_SIZE + _PLACES_IN_PHASE[rest[1]]
    return _PLACES.get(path, run.POSITION.start)


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
    bases : ndarray, shape (2 ** faults, columns)
        The row of the scenario itself, for each choice of the dispersed faults, the first fault fastest.
    """

    scenario: Scenario
    names: tuple[str, ...]
    plan: run.Plan
    environment: Environment
    ground: Ground
    bases: Table

    @classmethod
    def of(cls, scenario: Scenario, names: Iterable[str]) -> Rows:
        """Lower a scenario for runs that differ in some of its paths.

        Raises
        ------
        InputError
            If there is no such path, or a fault sets what is dispersed.
        """
        known = [find(scenario, name).name for name in names]
        values = [name for name in known if not name.startswith("faults.")]
        faults = [name for name in known if name.startswith("faults.")]
        lowered = lower(scenario)
        bases = np.array([_row(_with_faults(scenario, faults, chosen)) for chosen in _choices(len(faults))])
        _check_untouched(values, faults, bases)
        _check_standing(scenario, values, faults)
        start_s = float(et_seconds(scenario.state.epoch))
        environment = scenario.moon.lower(start_s - _MARGIN_S, lowered.longest_s + 2.0 * _MARGIN_S, scenario.craft)
        ground = scenario.moon.terrain.lower()
        _seal(environment.field.exact.c, environment.field.exact.s)
        _seal(ground.heights_m, ground.steepest_by_row_m_per_rad, ground.tops_m, ground.rot_me_from_pa)
        return cls(
            scenario=scenario,
            names=(*values, *faults),
            plan=_plan(lowered),
            environment=environment._replace(epoch_et_s=start_s),
            ground=ground,
            bases=bases,
        )

    def table(self, values: Mapping[str, Table]) -> Table:
        """Return the rows of n runs, shape (n, columns).

        Parameters
        ----------
        values : mapping of str to ndarray, shape (n,)
            For each of ``names``, in the path's unit; of a fault, whether it is there.
        """
        count = len(next(iter(values.values()))) if values else 1
        faults = [name for name in self.names if name.startswith("faults.")]
        choice = sum((2**k * (values[name] != 0.0).astype(int) for k, name in enumerate(faults)), np.zeros(count, int))
        rows = self.bases[choice]
        for name in self.names:
            _write(self.scenario, name, values[name], rows)
        _write_states(self.scenario, {name: values[name] for name in self.names}, rows)
        return rows

    def digest(self) -> str:
        """Return a hash of all that the runs share: two campaigns with the same one fly the same flights."""
        hashed = hashlib.sha256(repr(self.names).encode())
        for part in (self.bases, *self.plan, *_numbers(self.environment), *_numbers(self.ground)):
            array = np.ascontiguousarray(part)
            hashed.update(f"{array.dtype}{array.shape}".encode())
            hashed.update(array.data)
        return hashed.hexdigest()


def _seal(*arrays: NDArray[np.generic]) -> None:
    """Let nobody write into arrays that came from another process: to numba they are then those it was compiled for."""
    for array in arrays:
        array.flags.writeable = False


def _numbers(node: object) -> Iterable[NDArray[np.generic] | float]:
    """Yield the numbers and arrays of nested named tuples."""
    if isinstance(node, tuple):
        for part in node:
            yield from _numbers(part)
    else:
        yield node  # type: ignore[misc]


def _choices(faults: int) -> list[tuple[bool, ...]]:
    """Return which faults are there, for each number whose bits say so."""
    return [tuple(reversed(bits)) for bits in product((False, True), repeat=faults)]


def _with_faults(scenario: Scenario, dispersed: Sequence[str], chosen: Sequence[bool]) -> Scenario:
    absent = {name for name, there in zip(dispersed, chosen, strict=True) if not there}
    return scenario.with_faults(*(fault for fault in scenario.faults if f"faults.{fault.title}" not in absent))


def _check_untouched(values: Sequence[str], faults: Sequence[str], bases: Table) -> None:
    for k, fault in enumerate(faults):
        touched = np.flatnonzero((bases[2**k] != bases[0]) & ~(np.isnan(bases[2**k]) & np.isnan(bases[0])))
        for name in values:
            if place(name) in touched:
                raise InputError(f"'{name}' is dispersed, and '{fault}' sets it too: disperse one of them")


def _check_standing(scenario: Scenario, values: Sequence[str], faults: Sequence[str]) -> None:
    """Refuse values that a fault sets which is always there."""
    sound = _row(scenario.without_faults())
    for fault in scenario.faults:
        touched = np.flatnonzero(_row(scenario.with_faults(fault)) != sound)
        for name in values:
            if f"faults.{fault.title}" not in faults and place(name) in touched:
                raise InputError(
                    f"'{name}' is dispersed, and the scenario's fault '{fault.title}' sets it: disperse the fault "
                    "instead, or take it out with scenario.without_faults()"
                )


def _plan(lowered: LoweredScenario) -> run.Plan:
    burns = [isinstance(phase, LoweredBurn) for phase in lowered.phases]
    laws = [phase.propulsion.steering if isinstance(phase, LoweredBurn) else 0 for phase in lowered.phases]
    kinds = [run.BURN if burn else run.COAST for burn in burns]
    return run.Plan(np.array(kinds, dtype=np.int64), np.array(laws, dtype=np.int64))


def _row(scenario: Scenario) -> Table:
    """Return the row of a scenario with its faults."""
    lowered, craft = lower(scenario), scenario.flown_craft
    row = np.zeros(run.PHASES + run.PHASE_SIZE * len(lowered.phases))
    row[run.POSITION], row[run.VELOCITY] = lowered.initial[0:3], lowered.initial[3:6]
    row[run.LIGHT], row[run.LOVE_NUMBER] = 1.0, lowered.environment.love_number
    row[run.GM] = lowered.environment.field.exact.gm
    row[run.DRY_MASS] = 1.0
    if craft is not None:
        row[run.DRY_MASS] = craft.dry_mass.to_value(u.kg)
        row[run.PROPELLANT] = craft.propellant_mass.to_value(u.kg)
        row[run.THRUST] = craft.engine.thrust.to_value(u.N)
        row[run.EXHAUST_VELOCITY] = craft.engine.exhaust_velocity.to_value(u.m / u.s)
        row[run.SENSOR_POWERED] = craft.accelerometer.powered
        row[run.SENSOR_SCALE] = craft.accelerometer.scale_factor
        row[run.SENSOR_BIAS] = craft.accelerometer.bias.to_value(u.m / u.s**2)
    for k, (phase, lowered_phase) in enumerate(zip(scenario.plan, lowered.phases, strict=True)):
        own = row[run.PHASES + k * run.PHASE_SIZE : run.PHASES + (k + 1) * run.PHASE_SIZE]
        if isinstance(lowered_phase, LoweredBurn):
            _write_burn(lowered_phase, getattr(phase, "throttle", 1.0), own)
        else:
            own[run.DURATION] = lowered_phase.duration_s
    return row


def _write_burn(burn: LoweredBurn, throttle: float, own: Table) -> None:
    own[run.IGNITION], own[run.TIMER], own[run.TARGET_DV] = burn.ignition_s, burn.timer_s, burn.target_dv_mps
    own[run.THROTTLE], own[run.DIRECTION] = throttle, burn.propulsion.direction
    own[run.PITCH_ERROR], own[run.YAW_ERROR] = burn.propulsion.pitch_error_rad, burn.propulsion.yaw_error_rad


def _write(scenario: Scenario, name: str, values: Table, rows: Table) -> None:
    """Write the values of a path into its column; the orbit and the state are written together later."""
    first, _, _ = name.partition(".")
    if first in {"faults", "orbit"} or (first == "state" and name != "state.epoch"):
        return
    column = rows[:, place(name)]
    low, high = _POSSIBLE.get(name, (-np.inf, np.inf))
    values = np.where((values >= low) & (values <= high), values, np.nan)
    if name.endswith(".ignition"):
        column += values
    elif name == "craft.engine.specific_impulse":
        column[:] = values * constants.STANDARD_GRAVITY_MPS2
    elif name in {"craft.radiation_area", "craft.radiation_coefficient"}:
        column *= values / nominal(scenario, name).value
    else:
        column[:] = values


def _write_states(scenario: Scenario, values: Mapping[str, Table], rows: Table) -> None:
    """Write positions and velocities on other orbits, moved by their offsets; as :func:`paths.edited` does."""
    state = scenario.state
    rot = rot_me_from_icrf(state.epoch)
    if any(name.startswith("orbit.") for name in values):
        elements = [values.get(f"orbit.{n}", nominal(scenario, f"orbit.{n}").value) for n in ORBIT]
        columns = [np.broadcast_to(element, len(rows)).astype(float) for element in elements]
        states = states_from_elements(np.stack(columns, axis=1), constants.GM_MOON_M3_S2, constants.MOON_RADIUS_M, rot)
        rows[:, run.POSITION], rows[:, run.VELOCITY] = states[:, 0:3], states[:, 3:6]
    axes = rot_rtn_from_icrf(state)
    for k, name in enumerate(OFFSETS):
        if f"state.{name}" in values:
            to = run.POSITION if k < 3 else run.VELOCITY
            rows[:, to] += values[f"state.{name}"][:, None] * axes[k % 3]
