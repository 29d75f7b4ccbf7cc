"""The components that tables of a scenario file describe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from lunarsim.craft import NAVIGATIONS, SENSORS
from lunarsim.errors import ScenarioError, shown
from lunarsim.faults import FAULTS, Fault
from lunarsim.io.scenario_file import schema, values
from lunarsim.io.scenario_file.complaints import built, dotted, meant, name_of, validated
from lunarsim.io.scenario_file.origin import Key, place_of
from lunarsim.io.scenario_file.values import Table
from lunarsim.moon.own_forces import FORCES
from lunarsim.plan import GuidanceLaw
from lunarsim.plan.laws import LAWS
from lunarsim.plan.own_termination import CONDITIONS
from lunarsim.plan.steering import STEERING

#: The classes that tables may name by their titles.
_TITLED: Mapping[type, Mapping[str, type]] = {
    schema.FaultTable: FAULTS,
    schema.ForceTable: FORCES,
    schema.SensorTable: SENSORS,
    schema.NavigationTable: NAVIGATIONS,
    schema.SteeringTable: STEERING,
    values.NamedCondition: CONDITIONS,
}


def made(table: Table, origin: str, at: Key, **more: Any) -> Any:
    """Return the component that a table describes, with those within it; ``more`` is what the file does not say."""
    return built(origin, dotted(at), lambda: table.component(**more, **parts_of(table, origin, at)))


def parts_of(table: Table, origin: str, at: Key, *, without: Collection[str] = ()) -> dict[str, Any]:
    """Return what a table holds, by the names of the component's fields: the components within, and values."""
    given = [name for name in type(table).model_fields if name in table.model_fields_set and name not in without]
    return {name: part_of(table, name, origin, at) for name in given if name != "type"}


def part_of(table: Table, name: str, origin: str, at: Key) -> Any:
    """Return what a table holds under the name of a field: components, or a value."""
    return _part(getattr(table, name), origin, (*at, name_of(name, type(table).model_fields[name])))


def _part(value: Any, origin: str, at: Key) -> Any:
    match value:
        case schema.RegisteredTable() | schema.SteeringTable() | values.NamedCondition():
            return _registered(_TITLED[type(value)], "type", dict(value), origin, at)
        case Table():
            return made(value, origin, at)
        case schema.Law():
            return law_of(value, origin, at)
        case tuple():
            return tuple(_part(each, origin, (*at, i)) for i, each in enumerate(value))
        case dict():
            return {name: _part(each, origin, (*at, name)) for name, each in value.items()}
    return value


def law_of(table: Mapping[str, Any], origin: str, at: Key) -> GuidanceLaw:
    """Return the guidance law of a table: ``law`` is its title, the other keys are the parameters of its class.

    Raises
    ------
    ScenarioError
        If there is no such law or parameter, or a value is not what it should be.
    """
    law: GuidanceLaw = _registered(LAWS, "law", table, origin, at)
    return law


def fault_of(table: Mapping[str, Any], origin: str) -> Fault:
    """Return the fault of a table: ``type`` is its title, the other keys are the numbers of its class.

    Raises
    ------
    ScenarioError
        If there is no such fault or number, or a value is not what it should be; the text begins with ``origin``.
    """
    made_of: Fault = _registered(FAULTS, "type", table, origin, ("fault",))
    return made_of


def _registered(known: Mapping[str, type], key: str, table: Mapping[str, Any], origin: str, at: Key) -> Any:
    """Return what a table describes whose ``key`` is the title of a class, and whose other keys are its numbers."""
    title = table.get(key)
    if not isinstance(title, str) or title not in known:
        given = f" = {shown(title)}" if key in table else ": this key is missing"
        words = meant(title if isinstance(title, str) else "", known)
        raise ScenarioError(f"{place_of(origin, at)}: {dotted((*at, key))}{given}: {words}")
    numbers = {name: value for name, value in table.items() if name != key}
    told = validated(schema.table_of(known[title]), numbers, origin, at)
    return made(told, f"{place_of(origin, at)}: {dotted(at)}", ())
