"""Quantities and times written as text: ``"91.4 km"``, ``"2023-08-19T11:10:00 UTC"``."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from astropy import units as u
from astropy.time import Time

from lunarsim.errors import InputError, clipped, shown

_QUANTITY = re.compile(
    r"(?P<number>[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|nan|[+-]?inf)\s*(?P<unit>(1\s*/|[a-zA-Z/]).*)?"
)
_LONGEST_UNIT = 40  # characters
_EXAMPLES = "write e.g. '91.4 km', '84 s', '16.5 m/s' or '0.5 1/s'"
_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?)\s*(?P<scale>Z|UTC|TT|TDB|TAI)", re.IGNORECASE
)


def parse_quantity(text: object, unit: u.UnitBase = u.km) -> u.Quantity:
    """Return the quantity that a text such as ``"91.4 km"`` stands for.

    Parameters
    ----------
    text : object
        What was given.
    unit : Unit
        Of the kind that is wanted, for examples in errors alone.

    Raises
    ------
    InputError
        If it is not text, has no unit, or the number or the unit cannot be read.
    """
    if not isinstance(text, str):
        raise InputError(f"{shown(text)} has no unit: write text with a unit, such as {_with_unit(text, unit)}")
    match = _QUANTITY.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{shown(text)} is not a number with a unit: {_EXAMPLES}")
    if not match["unit"]:
        raise InputError(f"{shown(text)} has no unit: write e.g. {_with_unit(text.strip(), unit)}")
    unit_given = parse_unit(match["unit"])
    if unit_given is None:
        raise InputError(f"{shown(text)} is not a number with a unit, '{clipped(match['unit'])}' is none: {_EXAMPLES}")
    return float(match["number"]) * unit_given


def parse_unit(name: str) -> u.UnitBase | None:
    """Return the unit of a name; None where there is no such one, or it is logarithmic or one of several values."""
    if len(name) > _LONGEST_UNIT:
        return None
    with suppress(Exception):  # astropy's parser divides, raises to powers and recurses as the text says
        unit = u.Unit(name)
        if isinstance(unit, u.UnitBase) and type(1.0 * unit) is u.Quantity:
            return unit
    return None


def _with_unit(given: object, unit: u.UnitBase) -> str:
    """Return how a number without a unit might have been meant; for what is no number, an example."""
    number = given if isinstance(given, str | int | float) and not isinstance(given, bool) else 1
    number = clipped(str(number), 40)
    names = ("km", "m") if unit == u.m else (u.Unit(unit).to_string().replace(" ", "").replace("1/", "/ "),)
    return " or ".join(f"'{number} {name}'" for name in names)


def parse_time(text: object) -> Time:
    """Return the time that a text such as ``"2023-08-19T11:10:00 UTC"`` stands for.

    Raises
    ------
    InputError
        If it is not a date and time with a scale, or no such date exists.
    """
    example = "'2023-08-19T11:10:00 UTC'"
    match = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise InputError(f"{shown(text)} is not a time with its scale: write e.g. {example} (or TDB, TT, TAI)")
    scale = match["scale"].lower().replace("z", "utc")
    try:
        return Time(match["date"].replace(" ", "T"), scale=scale, format="isot")
    except ValueError:
        raise InputError(f"{shown(text)} is not a date of the calendar; write e.g. {example}") from None


@contextmanager
def without_leap_seconds() -> Iterator[None]:
    """Keep off the screen that leap seconds of far years are not known: nobody could act on it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message='ERFA function .* "dubious year')
        yield
