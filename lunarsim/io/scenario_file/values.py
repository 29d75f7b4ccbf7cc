"""What the values of a scenario file may be: text with a unit, times, numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from math import isfinite
from typing import Annotated, Any, ClassVar

from astropy import units as u
from astropy.time import Time
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

from lunarsim import checks
from lunarsim.errors import InputError, shown
from lunarsim.io.text import parse_quantity, parse_time
from lunarsim.plan import Termination
from lunarsim.plan.terminations import QUANTITIES

_LONGEST_NAME = 60  # characters: 240 bytes at most, and file systems take 255


def teaching(parse: Callable[[Any], Any]) -> BeforeValidator:
    """Turn the errors of a parser into pydantic's, keeping their words."""

    def validate(value: Any) -> Any:
        try:
            return parse(value)
        except InputError as error:
            raise PydanticCustomError("text", "{words}", {"words": str(error)}) from None

    return BeforeValidator(validate)


@cache
def quantity(unit: u.UnitBase) -> Any:
    """Return the type of text with a number and a unit that converts to the given one."""
    return Annotated[u.Quantity, teaching(partial(_quantity, unit=unit))]


def _quantity(value: Any, unit: u.UnitBase) -> u.Quantity:
    written = parse_quantity(value, unit)
    try:
        checks.quantity("value", written, unit)
    except InputError as error:
        raise InputError(str(error).replace(f"value = {written}", shown(value), 1)) from None
    return written  # in the unit of the file, so that later complaints show what was written


@cache
def quantity_or_event(unit: u.UnitBase) -> Any:
    """Return the type of text with a number and a unit that converts to the given one, or another that is kept."""

    def parse(value: Any) -> u.Quantity | str:
        if isinstance(value, str) and not value.strip()[:1].isdigit() and value.strip()[:1] not in set("+-."):
            return value  # the component says what it means
        return _quantity(value, unit)

    return Annotated[Any, teaching(parse)]


def _any_value(value: Any) -> u.Quantity | Time:
    try:
        return parse_time(value)
    except InputError:
        quantity = parse_quantity(value)
    if not abs(quantity.decompose().value) <= _GREATEST_SI:
        raise InputError(f"{value!r} is no value of a lunar flight: expected up to {_GREATEST_SI:g} in SI units")
    return quantity


def _amount(value: Any) -> u.Quantity:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) * u.one
    return parse_quantity(value)


def _folder_name(value: Any) -> str:
    usable = isinstance(value, str) and value.isprintable() and value == value.strip(" .") != ""
    if not usable or set(value) & set('/\\:*?"<>|'):
        raise InputError(f"{shown(value)} cannot name a folder of results: write a plain word such as 'luna25'")
    if len(value) > _LONGEST_NAME:
        raise InputError(
            f"{shown(value)} has {len(value)} characters, and names a folder of results: expected at most "
            f"{_LONGEST_NAME}; a longer text may stand in title"
        )
    return str(value)


class NamedCondition(dict[str, Any]):
    """The table of a termination of a user's own, read once it is known which there are."""


def _condition(value: Any) -> Termination | NamedCondition:
    if isinstance(value, Mapping):
        return NamedCondition(value)
    quantity, word, limit = _words_of_condition(value)
    if quantity not in QUANTITIES:
        *others, last = (f"'{name}'" for name in QUANTITIES)
        raise InputError(f"there is no termination on {shown(quantity)}: expected {', '.join(others)} or {last}")
    return Termination(quantity=quantity, **{word: parse_quantity(limit, QUANTITIES[quantity][1].unit)})


def _whole(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{shown(value)} is not a whole number: write e.g. 7")
    if not float(value).is_integer():
        raise InputError(f"{shown(value)} is not a whole number: write e.g. {int(value) if isfinite(value) else 7}")
    return float(value)


def _words_of_condition(value: Any) -> tuple[str, str, str]:
    for word in (" below ", " above "):
        if isinstance(value, str) and word in value:
            quantity, _, limit = value.partition(word)
            return quantity.strip(), word.strip(), limit.strip()
    raise InputError(f"{shown(value)}: expected a condition such as 'altitude below 7.42 km' or 'time to go below 5 s'")


_GREATEST_SI = 1e21  # the Earth and the Sun included: GM of the Sun is 1.3e20 m3/s2


Instant = Annotated[Time, teaching(parse_time)]
Number = Annotated[float, Strict()]
OnOff = Annotated[bool, Strict()]
Whole = Annotated[float, teaching(_whole)]
FolderName = Annotated[str, teaching(_folder_name)]
Amount = Annotated[u.Quantity, teaching(_amount)]  # a number is dimensionless
Condition = Annotated[Any, teaching(_condition)]  # such as "altitude below 7.42 km", or a table
AnyValue = Annotated[Any, teaching(_any_value)]


class Table(BaseModel):
    """A table of a scenario file: no keys but its own. What a file leaves out has the component's own default."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True)

    component: ClassVar[Callable[..., Any]]  #: what takes the values by the names of the fields
    declared: ClassVar[Mapping[str, Any]] = {}  #: what is declared of the fields


Key = tuple[Any, Any]  # the type of a value, and pydantic's field


def key(annotation: Any, text: str = "", *, needed: bool = False, name: str | None = None) -> Key:
    """Return a key of a table: the type of its value, what it means, and its name if that is not the field's."""
    return annotation, Field(... if needed else None, description=text or None, alias=name)
