"""What a person is told when a scenario file is wrong: the file, the key, the value, what was expected."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Annotated, Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from lunarsim.declarations import Pair
from lunarsim.errors import DataError, InputError, ScenarioError, alike, clipped, listed, shown
from lunarsim.io.scenario_file import schema
from lunarsim.io.scenario_file.origin import Key, place_of
from lunarsim.io.scenario_file.values import Table
from lunarsim.names import renamed

Built = TypeVar("Built")


class _Kinds(NamedTuple):
    """A list of tables of several kinds."""

    key: str  #: the key that says of which kind a table is
    tables: dict[Any, type[Table]]  #: by what that key may say

    @property
    def words(self) -> str:
        *others, last = (f"'{kind}'" for kind in self.tables)
        return f"{', '.join(others)} or {last}"


def _kinds_within(model: type[Table]) -> dict[str, _Kinds]:
    """Return the lists of tables of several kinds that a table holds, by their keys."""
    found = {}
    for name, field in model.model_fields.items():
        for union, said in (get_args(part)[:2] for part in get_args(field.annotation) if get_origin(part) is Annotated):
            if key := getattr(said, "discriminator", None):
                tables = {get_args(table.model_fields[key].annotation)[0]: table for table in get_args(union)}
                found[name_of(name, field)] = _Kinds(key, tables)
    return found


_NO_TABLE = {"dict_type", "model_type", "model_attributes_type"}  # what pydantic calls a value where a table belongs
_EXPECTED = {
    "bool_type": "expected true or false",
    "float_type": "expected a number, such as 0.5",
    "int_type": "expected a whole number, such as 50",
    "string_type": "expected text, in quotes",
}
_MOST_LINES = 12  # of complaints about one file


def built(origin: str, key: str, build: Callable[[], Built]) -> Built:
    """Build a domain object; its complaint gets the file and the table in front."""
    try:
        return build()
    except ScenarioError:
        raise
    except (InputError, DataError) as error:
        place = place_of(origin, (*undotted(key), str(error).partition(" ")[0]))  # errors begin with what is wrong
        raise ScenarioError(f"{place}: {f'[{key}] ' if key else ''}{error}") from error


def validated(model: type[Table], document: Any, origin: str, at: Key) -> Any:
    """Return a document as a table; the complaint names each key that is not as it should be."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        words = [
            f"{place_of(origin, (*at, *_path_of(detail['loc'])))}: {_in_words(model, detail, at)}"
            for detail in error.errors(include_url=False)[:_MOST_LINES]
        ]
        if error.error_count() > _MOST_LINES:
            words.append(f"{origin}: and {error.error_count() - _MOST_LINES} more")
        raise ScenarioError("\n".join(words)) from None


def _path_of(location: Key) -> Key:
    """Return the keys of a location of pydantic's, which names kinds of tables besides."""
    return tuple(part for i, part in enumerate(location) if not _kind_table(location, i))


def _in_words(model: type[Table], detail: Any, at: Key) -> str:
    location = detail["loc"]
    path = _path_of(location)
    key = dotted((*at, *path))
    match detail["type"]:
        case "extra_forbidden":
            table = table_at(model, location[:-1])
            whose = f"{title} has no such parameter:" if (title := _title(table)) else "there is no such key;"
            return f"{key}: {whose} {_meant(str(path[-1]), [name_of(*each) for each in table.model_fields.items()])}"
        case "missing" if not isinstance(path[-1], int):
            title = _title(table_at(model, location[:-1]))
            return f"{key}: this key is missing{f': {title} needs it' if title else ''}"
        case "missing" | "too_long" | "tuple_type":
            return _list_in_words(model, detail, at, path)
        case "text":
            return f"{key}: {detail['msg']}"
        case "union_tag_not_found" | "union_tag_invalid":
            kinds = _KINDS[location[0]]
            given = f" = {shown(detail['ctx']['tag'])}" if "tag" in detail["ctx"] else ": this key is missing"
            return f"{key}.{kinds.key}{given}: expected {kinds.words}"
        case kind:
            return f"{key} = {shown(detail['input'])}: {_value_in_words(model, kind, detail['msg'], (*at, *path))}"


def _value_in_words(model: type[Table], kind: str, message: str, key: Key) -> str:
    """Return what was expected of a value, instead of pydantic's words where those are of Python."""
    if kind in _NO_TABLE:
        return f"expected {_table_in_words(model, key)}"
    words = f"{message[0].lower()}{message[1:]}".replace("input should be", "expected")
    return _EXPECTED.get(kind, words)


def _meant(key: str, known: list[str]) -> str:
    """Return which key a wrong one may have meant, and where it belongs if it is one of the whole file."""
    if _field(schema.ScenarioTable, key):
        return f"'{key}' belongs to the whole file: write it above the first [table]"
    return meant(key, known)


def meant(key: str, known: Collection[str]) -> str:
    """Return which key a wrong one may have meant, and all that there are."""
    if now := renamed(key, known):
        return f"it is called '{now}' now"
    close = alike(key, known)
    return f"did you mean {' or '.join(map(repr, close))}? {listed(known)}" if close else listed(known)


def _table_in_words(model: type[Table], key: Key) -> str:
    """Return how a table is written, or tables that have names, or one of a list."""
    heading = dotted(tuple(part for part in key if isinstance(part, str)))
    if isinstance(key[-1], int):
        return f"a table, under [[{heading}]]"
    field = _field(model, key[0]) if len(key) == 1 else None
    if field is not None and get_origin(field.annotation) is dict and _table_within(field.annotation):
        return f"tables with names of their own, such as [{heading}.NAME]"
    return f"one table, under [{heading}]"


def _list_in_words(model: type[Table], detail: Any, at: Key, path: Key) -> str:
    """Return what is wrong with a value that is no list, or one of another length."""
    given = detail["input"]
    if detail["type"] == "missing":
        path = path[:-1]  # the place in the list where there is nothing
    key, example = dotted((*at, *path)), _example(table_at(model, detail["loc"]).declared.get(str(path[-1])), given)
    if detail["type"] != "tuple_type":
        return f"{key} = {shown(given)}: expected a list of two values, such as {example}"
    if isinstance(given, dict):
        return f"{key}: expected a list of tables, each under [[{key}]]"
    field = _field(model, path[0]) if len(path) == 1 else None
    if field is not None and _table_within(field.annotation):
        return f"{key} = {shown(given)}: expected a list of tables, each under [[{key}]]"
    return f"{key} = {shown(given)}: expected a list, such as {example}"


def _example(declaration: Any, given: Any) -> str:
    """Return how a list is written: that of a pair with what is declared, another with what was given."""
    if not isinstance(declaration, Pair):
        return f"[{clipped(json.dumps(given, default=str))}]" if not isinstance(given, list) else '["a", "b"]'
    unit = str(declaration.unit)
    return json.dumps([f"{end:g} {unit}" if unit else end for end in declaration.example])


def _kind_table(location: Key, i: int) -> type[Table] | None:
    """Return the table that pydantic names at a place of a location, where it adds the kind to the keys."""
    kinds = _KINDS.get(str(location[0])) if i > 0 and isinstance(location[i - 1], int) else None
    return kinds.tables.get(location[i]) if kinds else None


def table_at(model: type[Table], location: Key) -> type[Table]:
    """Return the table in which a location of pydantic's lies, or that it names."""
    for i, part in enumerate(location):
        field = _field(model, part)
        model = _kind_table(location, i) or (field and _table_within(field.annotation)) or model
    return model


def _field(model: type[Table], key: str | int) -> FieldInfo | None:
    return next((field for name, field in model.model_fields.items() if name_of(name, field) == key), None)


def name_of(name: str, field: FieldInfo) -> str:
    """Return what files call a field."""
    return field.alias or name


def _title(table: type[Table]) -> str:
    """Return what a component that a table describes is called in scenario files, if it is."""
    return str(getattr(table.component, "title", "")) if hasattr(table, "component") else ""


def _table_within(annotation: Any) -> type[Table] | None:
    """Return the table that a field's annotation holds: itself, or one of a list, or the values of a dict."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    inner = [_table_within(argument) for argument in getattr(annotation, "__args__", ())]
    return next((table for table in inner if table is not None), None)


#: By the keys of the whole file that hold them.
_KINDS = _kinds_within(schema.ScenarioTable)


def undotted(text: str) -> Key:
    """Return the key that people write as ``plan.0.timer``."""
    return tuple(int(part) if part.isdecimal() else part for part in text.split(".")) if text else ()


def dotted(key: Key) -> str:
    """Return a key of a file as people write it: ``plan.0.timer``."""
    return clipped(".".join(str(part) for part in key))
