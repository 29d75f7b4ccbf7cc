"""Epochs of CCSDS messages: calendar dates and days of the year, in one of four time systems."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

from astropy.time import Time

from lunarsim.errors import InputError, shown
from lunarsim.orbits.files.key_value import Value
from lunarsim.orbits.files.text_lines import Line

TIME_SYSTEMS = {"UTC": "utc", "TDB": "tdb", "TT": "tt", "TAI": "tai"}

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*)?Z?", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{4})-(\d{3})T(\d\d:\d\d:\d\d(\.\d*)?)Z?", re.ASCII)


def exact(time: Time) -> str:
    """Return a time to the microsecond, in words: by less, one just outside a span looks as if it were inside."""
    return f"{Time(time, precision=6).isot} {time.scale.upper()}"


def scale_of(system: Value) -> str:
    """Return astropy's name of the time system of a message.

    Raises
    ------
    DataError
        If it is none that can be read.
    """
    name = system.text.upper()
    if name not in TIME_SYSTEMS:
        raise system.line.wrong(
            f"TIME_SYSTEM = {shown(system.text)}: expected {', '.join(TIME_SYSTEMS)}; convert the file's times to one"
        )
    return TIME_SYSTEMS[name]


def epochs_of(lines: Sequence[Line], texts: Sequence[str], scale: str) -> Time:
    """Return the times of n texts, shape (n,), each of which stands on its line.

    Raises
    ------
    DataError
        If one is no date, or not of the calendar.
    """
    dates = [_as_date(line, text) for line, text in zip(lines, texts, strict=True)]
    try:
        return _times(dates, scale)
    except ValueError:
        for line, date in zip(lines, dates, strict=True):
            try:
                _times([date], scale)
            except ValueError:
                raise line.wrong(f"{shown(date)} is not a date of the calendar") from None
        raise


def _times(dates: Sequence[str], scale: str) -> Time:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message='ERFA function .* "dubious year')  # leap seconds of far years
        # each by its own format where both are mixed, which no writer does
        if len({"-" in date for date in dates}) > 1:
            return Time([_times([date], scale)[0] for date in dates])
        times = Time(list(dates), format="isot" if "-" in dates[0] else "yday", scale=scale)
        times.format = "isot"
        return times


def _as_date(line: Line, text: str) -> str:
    """Return a text as astropy reads it: ``2023-08-19T11:10:00.0`` or ``2023:231:11:10:00.0``."""
    day = _DAY_OF_YEAR.fullmatch(text)
    if day is not None:
        return f"{day[1]}:{day[2]}:{day[3]}"
    if _DATE.fullmatch(text) is None:
        raise line.wrong(f"{shown(text)} is no time: expected e.g. 2023-08-19T11:10:00.000 or 2023-231T11:10:00.000")
    return text.removesuffix("Z")


def check_epoch(epoch: object) -> Time:
    """Return the epoch that a state is asked for.

    Raises
    ------
    InputError
        If it is not one Time or n.
    """
    if not isinstance(epoch, Time) or epoch.ndim > 1 or epoch.size == 0 or epoch.masked:
        raise InputError(
            f"epoch = {shown(epoch)}: expected one Time or an array of n, such as "
            "Time('2023-08-19T11:10:00', scale='utc')"
        )
    return epoch
