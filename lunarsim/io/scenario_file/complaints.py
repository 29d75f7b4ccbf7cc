"""What a person is told when a scenario file is wrong: the file, the key, the value, what was expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from lunarsim.errors import DataError, InputError, ScenarioError, alike, clipped, listed, shown
from lunarsim.io.scenario_file import schema
from lunarsim.io.scenario_file.dispersion_schema import DispersionTable
from lunarsim.names import renamed

Built = TypeVar("Built")
Table = TypeVar("Table", bound=BaseModel)
Key = tuple[str | int, ...]


class _Kinds(NamedTuple):
    """A list of tables of several kinds."""

    key: str  #: the key that says of which kind a table is
    tables: dict[Any, type[BaseModel]]  #: by what that key may say

    @property
    def words(self) -> str:
        *others, last = (f"'{kind}'" for kind in self.tables)
        return f"{', '.join(others)} or {last}"


def _kinds(key: str, *tables: type[BaseModel]) -> _Kinds:
    return _Kinds(key, {get_args(table.model_fields[key].annotation)[0]: table for table in tables})


_KINDS = {
    "plan": _kinds("type", schema.BurnTable, schema.CoastTable, schema.GuidedTable),
    "dispersions": _kinds("distribution", *get_args(get_args(DispersionTable)[0])),
}

_NO_TABLE = {"dict_type", "model_type", "model_attributes_type"}  # what pydantic calls a value where a table belongs
_MOST_LINES = 12  # of complaints about one file

#: Keys that hold two values, with an example.
_PAIRS: dict[str | int, str] = {
    "throttle": "[0.1, 1.0]",
    "throttle_keep_out": "[0.6, 0.95]",
    "field_of_view": '["20 deg", "65 deg"]',
}


def built(origin: str, key: str, build: Callable[[], Built]) -> Built:
    """Build a domain object; its complaint gets the file and the table in front."""
    try:
        return build()
    except ScenarioError:
        raise
    except (InputError, DataError) as error:
        raise ScenarioError(f"{origin}: {f'[{key}] ' if key else ''}{error}") from error


def validated(model: type[Table], document: Any, origin: str, at: Key) -> Table:
    """Return a document as a table; the complaint names each key that is not as it should be."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        words = [_in_words(model, detail, at) for detail in error.errors(include_url=False)[:_MOST_LINES]]
        if error.error_count() > _MOST_LINES:
            words.append(f"and {error.error_count() - _MOST_LINES} more")
        raise ScenarioError("\n".join(f"{origin}: {line}" for line in words)) from None


def _in_words(model: type[BaseModel], detail: Any, at: Key) -> str:
    location = detail["loc"]
    path = tuple(part for i, part in enumerate(location) if not _kind_table(location, i))
    key = dotted((*at, *path))
    match detail["type"]:
        case "extra_forbidden":
            return f"{key}: there is no such key; {_meant(str(path[-1]), _keys_beside(model, location))}"
        case "missing" if not isinstance(path[-1], int):
            return f"{key}: this key is missing"
        case "missing" | "too_long" | "tuple_type":
            return _list_in_words(model, detail, at, path)
        case "text":
            return f"{key}: {detail['msg']}"
        case "union_tag_not_found" | "union_tag_invalid":
            kinds = _KINDS[location[0]]
            given = f" = {shown(detail['ctx']['tag'])}" if "tag" in detail["ctx"] else ": this key is missing"
            return f"{key}.{kinds.key}{given}: expected {kinds.words}"
        case kind:
            words = f"{detail['msg'][0].lower()}{detail['msg'][1:]}"
            words = f"expected {_table_in_words(model, (*at, *path))}" if kind in _NO_TABLE else words
            return f"{key} = {shown(detail['input'])}: {words}"


def _meant(key: str, known: list[str]) -> str:
    """Return which key a wrong one may have meant, and where it belongs if it is one of the whole file."""
    if key in schema.ScenarioTable.model_fields:
        return f"'{key}' belongs to the whole file: write it above the first [table]"
    return meant(key, known)


def meant(key: str, known: Collection[str]) -> str:
    """Return which key a wrong one may have meant, and all that there are."""
    if now := renamed(key, known):
        return f"it is called '{now}' now"
    close = alike(key, known)
    return f"did you mean {' or '.join(map(repr, close))}? {listed(known)}" if close else listed(known)


def _table_in_words(model: type[BaseModel], key: Key) -> str:
    """Return how a table is written, or tables that have names, or one of a list."""
    heading = dotted(tuple(part for part in key if isinstance(part, str)))
    if isinstance(key[-1], int):
        return f"a table, under [[{heading}]]"
    field = model.model_fields.get(str(key[0])) if len(key) == 1 else None
    if field is not None and get_origin(field.annotation) is dict and _table_within(field.annotation):
        return f"tables with names of their own, such as [{heading}.NAME]"
    return f"one table, under [{heading}]"


def _list_in_words(model: type[BaseModel], detail: Any, at: Key, path: Key) -> str:
    """Return what is wrong with a value that is no list, or one of another length."""
    given = detail["input"]
    if detail["type"] == "missing":
        path = path[:-1]  # the place in the list where there is nothing
    key, example = dotted((*at, *path)), _PAIRS.get(path[-1])
    if detail["type"] != "tuple_type":
        return f"{key} = {shown(given)}: expected a list of two values, such as {example}"
    if isinstance(given, dict):
        return f"{key}: expected a list of tables, each under [[{key}]]"
    if len(path) == 1 and path[0] in model.model_fields and _table_within(model.model_fields[path[0]].annotation):
        return f"{key} = {shown(given)}: expected a list of tables, each under [[{key}]]"
    example = example or f"[{clipped(json.dumps(given, default=str))}]"
    return f"{key} = {shown(given)}: expected a list, such as {example}"


def _kind_table(location: Key, i: int) -> type[BaseModel] | None:
    """Return the table that pydantic names at a place of a location, where it adds the kind to the keys."""
    kinds = _KINDS.get(str(location[0])) if i > 0 and isinstance(location[i - 1], int) else None
    return kinds.tables.get(location[i]) if kinds else None


def _keys_beside(model: type[BaseModel], location: Key) -> list[str]:
    """Return the keys that a table may have, where one of its keys was not known."""
    for i, part in enumerate(location[:-1]):
        kind = _kind_table(location, i)
        if kind is not None:
            model = kind
        elif isinstance(part, str) and part in model.model_fields:
            model = _table_within(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _table_within(annotation: Any) -> type[BaseModel] | None:
    """Return the table that a field's annotation holds: itself, an optional one, or the values of a dict."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = [_table_within(argument) for argument in getattr(annotation, "__args__", ())]
    return next((table for table in inner if table is not None), None)


def dotted(key: Key) -> str:
    """Return a key of a file as people write it: ``plan.0.timer``."""
    return clipped(".".join(str(part) for part in key))
