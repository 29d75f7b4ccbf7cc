"""Records: the numbers that components declare, as the kernels take them: SI floats, by name, with units in the names.

:func:`record_of` makes the numpy type of a component's record from its declarations, :func:`filled` its values. A field
has the declared name and the unit of SI as its suffix, ``thrust_n`` for the thrust. Components within a component are
records within its record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from astropy import units as u
from astropy.time import TimeDelta
from numpy.typing import NDArray

from lunarsim.declarations import Choice, Declaration, Number, Pair, declared, pairs
from lunarsim.errors import InputError
from lunarsim.kernels.records import Field, record

_NAMED = {
    u.one: "",
    u.rad: "rad",
    u.rad / u.s: "rad_s",
    u.N: "n",
    u.m / u.s: "mps",
    u.m / u.s**2: "mps2",
    u.m / u.s**3: "mps3",
    u.s**-1: "per_s",
    u.m / u.s**1.5: "mps_per_root_s",
    u.rad / u.s**0.5: "rad_per_root_s",
    u.m / u.s**0.5: "m_per_root_s",
}


@cache
def si(unit: u.UnitBase) -> u.UnitBase:
    """Return the unit in which kernels take what is given in another: of SI, with N, and radians for degrees."""
    coherent = u.rad if unit == u.deg else u.rad / u.s if unit == u.deg / u.s else unit.si
    return next((named for named in _NAMED if named == coherent), u.CompositeUnit(1.0, coherent.bases, coherent.powers))


@cache
def field_name(name: str, unit: u.UnitBase) -> str:
    """Return a name with the SI unit as its suffix, as in ``bias_mps2``."""
    kept = si(unit)
    suffix = next((words for named, words in _NAMED.items() if named == kept), None)
    if suffix is None:
        suffix = kept.to_string("vounit").replace("**", "").replace(".", "_").replace("-", "").lower()
    return f"{name}_{suffix}" if suffix else name


@cache
def record_of(component: type) -> np.dtype[Any]:
    """Return the type of the record of a component's class."""
    return record(fields_of(component))


def fields_of(component: type) -> list[Field]:
    """Return the fields of the record of a component's class, in the order of its own fields."""
    numbers, ranges, hints = declared(component), pairs(component), _hints_of(component)
    made: list[Field] = []
    for each in fields(component):
        if each.name in numbers:
            made.append((field_name(each.name, numbers[each.name].unit), float))
        elif each.name in ranges:
            unit = ranges[each.name].unit
            made.append((each.name, record([(field_name(end, unit), float) for end in ("low", "high")])))
        elif (part := _component_in(hints[each.name])) is not None:
            made.append((each.name, _record_of_part(part)))
    return made


@cache
def _hints_of(component: type) -> dict[str, Any]:
    return get_type_hints(component)


def filled(component: Any, kind: type | None = None) -> tuple[Any, ...]:
    """Return the values of a component's record, nested as its fields; all zero where there is no component.

    Parameters
    ----------
    component : object or None
        The component.
    kind : type, optional
        Its class, where it may be None.
    """
    if component is None:
        return np.zeros((), record_of(kind)).item()  # type: ignore[no-any-return]
    of: type = type(component)
    numbers, ranges, hints = declared(component), pairs(component), _hints_of(of)
    made: list[Any] = []
    for each in fields(component):
        value = getattr(component, each.name)
        if each.name in numbers:
            made.append(in_si(value, numbers[each.name]))
        elif each.name in ranges:
            made.append(_ends(value, ranges[each.name]))
        elif (part := _component_in(hints[each.name])) is not None:
            made.append(_values_of_part(value, part))
    return tuple(made)


def numbers_record(component: Any, most: int, named: str) -> np.dtype[Any]:
    """Return the type of records of the numbers of a user's own part, which has room for so many.

    Raises
    ------
    InputError
        If it declares more; the text begins with how it is ``named``.
    """
    names = [field_name(name, each.unit) for name, each in declared(component).items()]
    if len(names) > most:
        raise InputError(f"{named} declares {len(names)} numbers: expected up to {most}")
    rest: list[Field] = [("rest", float, (most - len(names),))] if len(names) < most else []
    return record([*((name, float) for name in names), *rest])


def place_in(component: Any, name: str) -> int:
    """Return where a declared number of a user's own part stands among its numbers."""
    kind: np.dtype[Any] = component.record
    fields_of_kind: Any = kind.fields
    return int(fields_of_kind[field_name(name, declared(component)[name].unit)][1]) // np.dtype(float).itemsize


def numbers_in(part: Any, most: int) -> NDArray[np.float64]:
    """Return the numbers of a user's own part, in SI, with room for so many."""
    numbers = np.zeros(most)
    for name, declaration in declared(part).items():
        numbers[place_in(type(part), name)] = in_si(getattr(part, name), declaration)
    return numbers


def _values_of_part(value: Any, part: Any) -> tuple[Any, ...]:
    if not _speaks_for_itself(part):
        return filled(value, part)
    absent: Any = np.zeros((), part.record_type())
    values: tuple[Any, ...] = absent.item() if value is None else value.record_values()
    return values


def _record_of_part(part: Any) -> np.dtype[Any]:
    return part.record_type() if _speaks_for_itself(part) else record_of(part)


def _speaks_for_itself(part: Any) -> bool:
    """Return whether the parts of a class have one record for all that derive from it, those of users too."""
    return hasattr(part, "record_type")


def in_si(value: Any, declaration: Declaration | Choice | Pair) -> float:
    """Return a declared value as its record holds it."""
    if isinstance(declaration, Choice):
        return float(declaration.words[value])
    if value is None and isinstance(declaration, Number):
        return declaration.absent
    return _in_si(value, declaration.unit)


def _ends(value: Any, pair: Pair) -> tuple[float, ...]:
    return pair.absent if value is None else tuple(_in_si(end, pair.unit) for end in value)


def _in_si(value: Any, unit: u.UnitBase) -> float:
    return float(value.to_value(si(unit)) if isinstance(value, u.Quantity | TimeDelta) else value)


def _component_in(hint: Any) -> type | None:
    """Return the class of a component that an annotation names, also where it may be None; not of one of many."""
    if get_origin(hint) is Mapping:
        return None
    for kind in (hint, *get_args(hint)):
        if isinstance(kind, type) and is_dataclass(kind) and declared(kind):
            return kind
    return None
