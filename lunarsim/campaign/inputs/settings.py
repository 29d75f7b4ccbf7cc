"""Numbers of a scenario, set by their paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time

from lunarsim.arguments import checked
from lunarsim.campaign.inputs.paths import FIELDS, Path, dispersible, edited_at, kept, path_among, value_at
from lunarsim.declarations import Number, declared
from lunarsim.errors import InputError
from lunarsim.faults import differing
from lunarsim.mission import Scenario
from lunarsim.mission.clock import seconds_after

_KEYS = {field: key for key, field in FIELDS.items()}


@checked
def settable(scenario: Scenario) -> dict[str, Path]:
    """Return the values of a scenario that :func:`lunarsim.with_values` may set, by name.

    These are the values that a campaign may disperse, and all other numbers and switches that a component of the
    scenario declares, those of its faults among them: ``faults.accelerometer off.onset``.
    """
    every = dispersible(scenario)
    parts: list[tuple[str, Any]] = [(f"plan.{k}", phase) for k, phase in enumerate(scenario.plan)]
    parts += [("craft", scenario.craft)] if scenario.craft is not None else []
    parts += [(f"moon.forces.{k}", force) for k, force in enumerate(scenario.moon.forces)]
    parts += [(f"faults.{fault.title}", fault) for fault in scenario.faults]
    for prefix, part in parts:
        every |= {path.name: path for path in _numbers_within(prefix, part) if path.name not in every}
    return every


def _numbers_within(prefix: str, part: Any) -> Iterator[Path]:
    """Return the paths of all numbers that a component declares, and of those of the components in it."""
    yield from (Path(f"{prefix}.{name}", kept(each)) for name, each in declared(part).items())
    for each in fields(part):
        value, name = getattr(part, each.name), _KEYS.get(each.name, each.name)
        within: Iterable[tuple[Any, Any]] = [("", value)]
        if isinstance(value, tuple | Mapping):
            within = value.items() if isinstance(value, Mapping) else enumerate(value)
        for k, child in within:
            if is_dataclass(child):
                yield from _numbers_within(f"{prefix}.{name}" + f".{k}" * (k != ""), child)


@checked
def with_values(scenario: Scenario, values: Mapping[str, u.Quantity | Time | float | bool]) -> Scenario:
    """Return a scenario with some of its numbers set to other values.

    Parameters
    ----------
    scenario : Scenario
        Which stays as it is.
    values : mapping of str to Quantity, Time, float or bool
        By path, such as ``"plan.0.timer"``, ``"craft.engine.thrust"`` or ``"orbit.perilune"``: the paths of
        dispersions, and of all other declared numbers. Those of dispersions that are offsets are offsets here, but the
        epoch and an ignition may be given as a time, too. ``"earth_orbit.raan"`` and the like are in the GCRS.
        ``"faults.accelerometer off": False`` takes a fault out.

    Raises
    ------
    InputError
        If there is no such path, a value is of the wrong dimension, out of its bounds or not possible beside the
        others, or a fault of the scenario sets the number to a value of its own.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> sooner = ls.with_values(ls.load_scenario("luna25"), {"plan.0.timer": 95 * u.s})
    >>> sooner.plan[0].timer
    <Quantity 95. s>
    """
    known = settable(scenario)
    lacks = f"the scenario '{scenario.name}' has no such number"
    by_path = {}
    for name, value in values.items():
        path = path_among(known, name, lacks)
        by_path[path] = _plain(scenario, path, value)
    changed = edited_at(scenario, by_path)
    for path in by_path:
        _check_felt(scenario, path, by_path, changed)
    return changed


def _plain(scenario: Scenario, path: Path, value: Any) -> float:
    """Return a value in the unit of its path."""
    if isinstance(value, Time):
        old = _time_at(scenario, path)
        if old is None:
            raise InputError(f"{path.name} = {value}: expected {_expected(path)}, not a time")
        return float(seconds_after(old, value))
    if isinstance(path.declaration, Number):
        given = path.declaration.checked(path.name, value)
        plain = float(given.value if isinstance(given, u.Quantity) else given)
        if path.declaration.whole and not plain.is_integer():
            raise InputError(f"{path.name} = {value}: expected a whole number")
        return plain
    on = value.value if isinstance(value, u.Quantity) and value.unit == u.one else value
    if not isinstance(on, bool | np.bool_ | float | int) or on not in (0, 1):
        raise InputError(f"{path.name} = {value}: expected True or False")
    return float(on)


def _expected(path: Path) -> str:
    return f"a quantity such as 1 {path.unit}" if path.unit != u.one else "a number"


def _time_at(scenario: Scenario, path: Path) -> Time | None:
    """Return the time from which an offset counts; None where the path is no time."""
    if path.name == "state.epoch":
        return scenario.state.epoch
    return value_at(scenario, path) if path.parts[-1] == "ignition" else None


def _check_felt(scenario: Scenario, path: Path, values: Mapping[Path, float], changed: Scenario) -> None:
    """Refuse a number that a fault sets anew, so that what is given would silently be nothing."""
    if not scenario.faults or path.parts[0] not in ("craft", "plan"):
        return
    others = edited_at(scenario, {each: value for each, value in values.items() if each != path})
    designed = (others.craft, others.plan), (changed.craft, changed.plan)
    if _differ(_flown(others), _flown(changed)) or not (_differ(*designed) or _is_set_by_fault(path, changed)):
        return  # it is felt, or what is there anyway
    setting = [fault.title for fault in changed.faults if path.name in _edits(fault.edits, path)]
    title = setting[0] if setting else changed.faults[0].title
    raise InputError(
        f"{path.name} is set, and the scenario's fault '{title}' sets it too: take the fault out, by setting "
        f"'faults.{title}' to False"
    )


def _is_set_by_fault(path: Path, scenario: Scenario) -> bool:
    changed = [name for craft in scenario.possible_crafts for name in differing(scenario.craft, craft, "craft")]
    return path.name in changed or path.name in differing(scenario.plan, scenario.flown_plan, "plan")


def _differ(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return next(differing(a, b, ""), None) is not None


def _edits(edits: tuple[str, ...], path: Path) -> list[str]:
    return [edit.replace("N", path.parts[1]) for edit in edits]


def _flown(scenario: Scenario) -> tuple[Any, ...]:
    """Return all that the craft and the plan are in the course of a flight."""
    return (scenario.flown_plan, *scenario.possible_crafts)
