"""What SPICE's files have in common: times as they hold them, and how SPICE's errors are told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import InputError, OutputError, shown
from lunarsim.flight import Flight
from lunarsim.mission.clock import seconds_after
from lunarsim.moon.orientation import et_seconds

BODY = -999  # of a craft to which NAIF has given no number
_LONGEST_NAME = 60  # characters of the name within a file

_J2000 = Time(2451545.0, format="jd", scale="tdb")


def check_body(body: int) -> int:
    """Return NAIF's number of a craft.

    Raises
    ------
    InputError
        If it is no negative number of up to six digits: others are of planets, of the Moon, and of their centres.
    """
    if isinstance(body, bool) or not isinstance(body, int | np.integer) or not -999_999 <= body <= -1:
        raise InputError(f"body = {shown(body)}: expected a number of NAIF for a craft, from -999999 to -1, as -999")
    return int(body)


def ephemeris_seconds(flight: Flight, t_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times after the start of a flight as SPICE has them, TDB seconds past J2000, and what those are.

    SPICE has one number for a time, which rounds to 0.1 microseconds or 0.2 mm of flight. States are written for the
    times that the numbers say.
    """
    start = flight.start.tdb
    whole_s = float(et_seconds(start))
    et_s = whole_s + (t_s + float(seconds_after(_J2000, start) - whole_s))
    exact = _J2000 + (et_s // 1.0) * u.s + (et_s % 1.0) * u.s
    return et_s, seconds_after(start, exact)


def name_within(flight: Flight) -> str:
    """Return what a file says of itself."""
    text = f"lunarsim: {flight.scenario.name}"
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)[:_LONGEST_NAME]


@contextmanager
def spice_errors(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Give SPICE; its errors become those of a file that cannot be written."""
    import spiceypy  # noqa: PLC0415  (half a second of import that only these files need)

    try:
        yield spiceypy
    except spiceypy.utils.exceptions.SpiceyError as error:
        why = " ".join(str(getattr(error, "long", "") or error).split())
        raise OutputError(f"{os.fspath(path)}: the file cannot be written, SPICE says: {why}") from None
