"""The directive ``keys``: a table of the keys of a scenario file, as they follow from what the components declare.

``.. keys:: craft.engine`` makes that of a table, ``.. keys:: plan.burn`` that of a kind of phase,
``.. keys:: E-guidance`` that of a guidance law, ``.. keys:: accelerometer`` that of a sensor, ``.. keys:: value`` that
of a birth certificate, ``.. keys:: link`` and ``.. keys:: goal`` those of a mission's links; without an argument, of
the whole file.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from astropy import units as u
from astropy.time import Time
from docutils import nodes
from docutils.parsers.rst import Directive
from numpydoc.docscrape import NumpyDocString
from sphinx.application import Sphinx
from tables import table as table_of_nodes

from lunarsim.checks import wanted
from lunarsim.craft import NAVIGATIONS, SENSORS
from lunarsim.declarations import Choice, Number, Pair, Switch
from lunarsim.faults import Fault
from lunarsim.io.scenario_file.complaints import name_of, table_at
from lunarsim.io.scenario_file.mission_schema import GoalTable, LinkTable, RetargetingTable
from lunarsim.io.scenario_file.schema import ScenarioTable, table_of
from lunarsim.io.scenario_file.values import Table
from lunarsim.mission import Provenance
from lunarsim.plan import Termination
from lunarsim.plan.laws import LAWS

WORDS = {
    str: "text",
    bool: "switch",
    int: "whole number",
    float: "number",
    u.Quantity: "quantity",
    Time: "time",
    Termination: "text",
    Any: "any",
}
KINDS = {"type", "distribution"}
HEADINGS = ("key", "type", "default", "bounds", "meaning")


class KeysTable(Directive):
    """A table of the keys that a table of a scenario file may have."""

    optional_arguments: ClassVar[int] = 1
    final_argument_whitespace: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [[_parsed(cell) for cell in row] for row in keys(table_named(*self.arguments))]
        return [table_of_nodes(HEADINGS, rows, style="keys")]


def table_named(name: str = "") -> type[Table]:
    """Return the table that an argument of the directive names."""
    apart = {"value": table_of(Provenance), "fault": table_of(Fault)}
    apart |= {"link": LinkTable, "goal": GoalTable, "retargeting": RetargetingTable}
    if name in apart:
        return apart[name]
    if name in LAWS:
        return table_of(LAWS[name])
    if name in SENSORS:
        return table_of(SENSORS[name])
    if name in NAVIGATIONS:
        return table_of(NAVIGATIONS[name])
    first, *rest = name.split(".")
    location = (first, 0, *rest) if first in {"plan", "dispersions"} else (first, *rest)
    return table_at(ScenarioTable, location)


def keys(table: type[Table]) -> Iterator[tuple[str, str, str, str, str]]:
    """Give the rows of a table: key, type, default, bounds, meaning; literals stand between backticks."""
    component = getattr(table, "component", None)
    described = _described(component)
    for name, field in sorted(table.model_fields.items(), key=lambda each: each[0] not in KINDS):
        declaration = table.declared.get(name)
        kind = _type(field.annotation, declaration)
        default = "needed" if field.is_required() else _default(component, name)
        default = "none" if default == "defaults" and kind != "table" else default
        bounds = declaration.bounds.replace(" / ", "/") if isinstance(declaration, Number) else ""
        meaning = field.description or described.get(name, "")
        yield f"`{name_of(name, field)}`", kind, default, bounds, meaning


def _type(annotation: Any, declaration: Any) -> str:
    match declaration:
        case Number(whole=True):
            return "whole number"
        case Number() | Pair():
            one = "number" if declaration.unit == u.one else wanted(declaration.unit)[1].split(" such as ")[0]
            one = re.sub("^an? ", "", one)
            return f"two of: {one}" if isinstance(declaration, Pair) else one
        case Switch():
            return "switch"
        case Choice():
            return " or ".join(f'`"{word}"`' for word in declaration.words)
    return _plain(annotation)


def _plain(annotation: Any) -> str:
    if annotation in WORDS:
        return WORDS[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        origin, parts = Literal, tuple(each.value for each in annotation)
    if origin is Literal:
        return " or ".join(f'`"{word}"`' for word in parts)
    if origin is tuple:
        one = _plain(parts[0])
        return f"list of {one}{'s' * (one == 'table')}"
    if origin is dict:
        return "tables" if _plain(parts[1]) == "table" else "table"
    return _plain(parts[0]) if origin is Annotated and get_origin(parts[0]) is not UnionType else "table"


def _default(component: Any, name: str) -> str:
    if component is None:
        return "none"
    if not is_dataclass(component):
        parameter = inspect.signature(component).parameters.get(name)
        return _written(parameter.default) if parameter is not None else ""
    found = {each.name: each for each in fields(component)}.get(name)
    if found is None or found.default is found.default_factory is MISSING:  # the last: a file can say it otherwise
        return "none"
    return _written(found.default if found.default is not MISSING else found.default_factory())


def _written(value: Any) -> str:
    if isinstance(value, u.Quantity):
        value = f"{value.value:g} {value.unit}".replace(" / ", "/")
    if value is None or value in ({}, ()):
        return "none"
    if isinstance(value, tuple):
        value = list(value)
    value = getattr(value, "title", value) if not isinstance(value, str) else value
    plain = isinstance(value, str | bool | int | float | list)
    return f"`{json.dumps(value)}`" if plain and value != "" else "empty" if plain else "defaults"


def _described(component: Any) -> dict[str, str]:
    """Return what the docstring says of each parameter."""
    sections = NumpyDocString(inspect.getdoc(component) or "" if component else "")
    entries = [*sections["Parameters"], *sections["Attributes"]]
    return {name.strip(): " ".join(entry.desc) for entry in entries for name in entry.name.split(",")}


def _parsed(text: str) -> list[nodes.Node]:
    """Return a text as nodes, what stands between backticks as literals."""
    parts = re.split(r"`+", text)
    return [nodes.literal("", part) if i % 2 else nodes.Text(part) for i, part in enumerate(parts)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("keys", KeysTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
