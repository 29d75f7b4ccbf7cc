"""Rows: the numbers of many runs, as the compiled driver takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.campaign.inputs.paths import OFFSETS, ORBIT, find, nominal
from lunarsim.errors import InputError
from lunarsim.flight.driver.lowering import lower
from lunarsim.flight.driver.row import plan_of
from lunarsim.kernels import places
from lunarsim.kernels.driver.run import Plan
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.geometry.elements import states_from_elements
from lunarsim.kernels.ground.terrain import Ground
from lunarsim.mission import Scenario
from lunarsim.moon.orientation import et_seconds, rot_me_from_icrf
from lunarsim.orbits import rot_rtn_from_icrf
from lunarsim.plan import GuidanceLaw

Table = NDArray[np.float64]

_MARGIN_S = 86400.0  # by which the tables of the sky reach beyond the planned flight, for dispersed times

_PLACES = {
    "state.epoch": places.START_S,
    "craft.dry_mass": places.DRY_MASS,
    "craft.propellant_mass": places.PROPELLANT,
    "craft.engine.thrust": places.THRUST,
    "craft.engine.specific_impulse": places.EXHAUST_VELOCITY,
    "craft.engine.thrust_error": places.THRUST_ERROR,
    "craft.navigation.downrange": places.NAV_POSITION.start,
    "craft.navigation.crossrange": places.NAV_POSITION.start + 1,
    "craft.navigation.altitude": places.NAV_POSITION.start + 2,
    "craft.navigation.downrange_rate": places.NAV_VELOCITY.start,
    "craft.navigation.crossrange_rate": places.NAV_VELOCITY.start + 1,
    "craft.navigation.altitude_rate": places.NAV_VELOCITY.start + 2,
    "craft.navigation.altitude_scale": places.NAV_ALTITUDE_SCALE,
    "craft.navigation.mass": places.NAV_MASS,
    "craft.navigation.position_noise": places.NAV_POSITION_NOISE,
    "craft.navigation.velocity_noise": places.NAV_VELOCITY_NOISE,
    "craft.navigation.altitude_noise": places.NAV_ALTITUDE_NOISE,
    "craft.navigation.seed": places.NAV_SEED,
    "craft.accelerometer.powered": places.SENSOR_POWERED,
    "craft.accelerometer.scale_factor": places.SENSOR_SCALE,
    "craft.accelerometer.bias": places.SENSOR_BIAS,
    "craft.radiation_area": places.LIGHT,
    "craft.radiation_coefficient": places.LIGHT,
    "moon.love_number": places.LOVE_NUMBER,
    "moon.gravity.gm": places.GM,
    "moon.terrain.elevation": places.GROUND_RISE,
}
_PLACES_IN_PHASE = {
    "duration": places.DURATION,
    "ignition": places.IGNITION,
    "timer": places.TIMER,
    "target_delta_v": places.TARGET_DV,
    "throttle": places.THROTTLE,
    "pitch_error": places.PITCH_ERROR,
    "yaw_error": places.YAW_ERROR,
    "cycle_time": places.CYCLE,
    "divert.downrange": places.DIVERT_DOWNRANGE,
    "divert.crossrange": places.DIVERT_CROSSRANGE,
}


# What stands in a row for a value out of its bounds, so that the kernels refuse it with their reason; else NaN.
_REFUSED = {
    "propellant_mass": -1.0,
    **dict.fromkeys(
        ("dry_mass", "thrust", "specific_impulse", "duration", "timer", "cycle_time", "target_delta_v", "throttle"), 0.0
    ),
}


def place(path: str) -> int:
    """Return where the value of a path stands in a row; for the orbit and the state, where the position begins."""
    first, *rest = path.split(".")
    if first == "plan":
        return places.PHASES + int(rest[0]) * places.PHASE_SIZE + _PLACES_IN_PHASE[".".join(rest[1:])]
    return _PLACES.get(path, places.POSITION.start)


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
    plan: Plan
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
        bases = np.array([_row_of(_with_faults(scenario, faults, chosen)) for chosen in _choices(len(faults))])
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
            plan=plan_of(scenario),
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
        laws = [_identity(phase.law) for phase in self.scenario.guided]
        hashed = hashlib.sha256(repr((self.names, laws)).encode())
        plan = self.plan._replace(laws=np.empty(0, np.int64))  # addresses, which differ from process to process
        for part in (self.bases, *plan, *_numbers(self.environment), *_numbers(self.ground)):
            array = np.ascontiguousarray(part)
            hashed.update(f"{array.dtype}{array.shape}".encode())
            hashed.update(array.data)
        return hashed.hexdigest()


def _identity(law: GuidanceLaw) -> tuple[str, bytes]:
    """Return the title of a law, and the code of its command where that is the user's."""
    command = getattr(law, "command", None)
    code = getattr(getattr(command, "py_func", command), "__code__", None)
    return law.title, b"" if code is None else code.co_code + repr(code.co_consts).encode()


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


def _row_of(scenario: Scenario) -> Table:
    return lower(scenario).row


def _check_untouched(values: Sequence[str], faults: Sequence[str], bases: Table) -> None:
    for k, fault in enumerate(faults):
        touched = np.flatnonzero((bases[2**k] != bases[0]) & ~(np.isnan(bases[2**k]) & np.isnan(bases[0])))
        for name in values:
            if place(name) in touched:
                raise InputError(f"'{name}' is dispersed, and '{fault}' sets it too: disperse one of them")


def _check_standing(scenario: Scenario, values: Sequence[str], faults: Sequence[str]) -> None:
    """Refuse values that a fault sets which is always there."""
    sound = _row_of(scenario.without_faults())
    for fault in scenario.faults:
        touched = np.flatnonzero(_row_of(scenario.with_faults(fault)) != sound)
        for name in values:
            if f"faults.{fault.title}" not in faults and place(name) in touched:
                raise InputError(
                    f"'{name}' is dispersed, and the scenario's fault '{fault.title}' sets it: disperse the fault "
                    "instead, or take it out with scenario.without_faults()"
                )


def _write(scenario: Scenario, name: str, values: Table, rows: Table) -> None:
    """Write the values of a path into its column; the orbit and the state are written together later.

    A value out of its bounds is written as one that the kernels refuse.
    """
    first, _, _ = name.partition(".")
    if first in {"faults", "orbit"} or (first == "state" and name != "state.epoch"):
        return
    column, path = rows[:, place(name)], find(scenario, name)
    values = np.where(path.declaration.holds(values), values, _REFUSED.get(path.parts[-1], np.nan))
    if name.endswith(".ignition"):
        column += values
    elif name == "moon.terrain.elevation":
        column[:] = values
        _raise_site(values, rows)
    elif name == "craft.engine.specific_impulse":
        column[:] = values * constants.STANDARD_GRAVITY_MPS2
        if scenario.craft is not None and scenario.craft.engine.specific_impulse_at_min_throttle is None:
            rows[:, places.EXHAUST_VELOCITY_LEAST] = column
    elif name in {"craft.radiation_area", "craft.radiation_coefficient"}:
        column *= values / nominal(scenario, name).value
    else:
        column[:] = values


def _raise_site(by_m: Table, rows: Table) -> None:
    """Move the landing site, which lies on the ground, up with it."""
    site = rows[:, places.SITE]
    radius = np.linalg.norm(site, axis=1)
    there = radius > 0.0
    site[there] *= ((radius + by_m)[there] / radius[there])[:, None]
    rows[:, places.SITE] = site


def _write_states(scenario: Scenario, values: Mapping[str, Table], rows: Table) -> None:
    """Write positions and velocities on other orbits, moved by their offsets; as :func:`paths.edited` does."""
    state = scenario.state
    rot = rot_me_from_icrf(state.epoch)
    if any(name.startswith("orbit.") for name in values):
        paths = [f"orbit.{name}" for name in ORBIT]
        elements = [values[path] if path in values else nominal(scenario, path).value for path in paths]
        columns = [np.broadcast_to(element, len(rows)).astype(float) for element in elements]
        for name, column in zip(ORBIT, columns, strict=True):
            if f"orbit.{name}" in values:
                column[~find(scenario, f"orbit.{name}").declaration.holds(column)] = np.nan
        states = states_from_elements(np.stack(columns, axis=1), constants.GM_MOON_M3_S2, constants.MOON_RADIUS_M, rot)
        rows[:, places.POSITION], rows[:, places.VELOCITY] = states[:, 0:3], states[:, 3:6]
    dispersed = [k for k, name in enumerate(OFFSETS) if f"state.{name}" in values]
    axes = rot_rtn_from_icrf(state) if dispersed else np.empty((0, 3))  # there are none at rest and in vertical flight
    for k in dispersed:
        path = find(scenario, f"state.{OFFSETS[k]}")
        offsets = np.where(path.declaration.holds(values[path.name]), values[path.name], np.nan)
        to = places.POSITION if k < 3 else places.VELOCITY
        rows[:, to] += offsets[:, None] * axes[k % 3]
