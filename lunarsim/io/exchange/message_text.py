"""What CCSDS messages have in common: the header, times as text, names in ASCII, covariances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import InputError
from lunarsim.flight import Flight
from lunarsim.mission.clock import time_after

_TIME_SYSTEMS = ("UTC", "TDB")
_AXES = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")


def check_time_system(time_system: str) -> str:
    """Return astropy's name of a time system.

    Raises
    ------
    InputError
        If it is another one than UTC or TDB.
    """
    if time_system not in _TIME_SYSTEMS:
        raise InputError(f"time_system = {time_system!r}: expected one of {', '.join(_TIME_SYSTEMS)}")
    return time_system.lower()


def header(kind: str, created: Time | None) -> list[str]:
    """Return the header of a message: ``kind`` is ``"OEM"`` or ``"OPM"``."""
    return [
        f"CCSDS_{kind}_VERS = 2.0",
        f"CREATION_DATE = {(created or Time.now()).utc.isot}",
        "ORIGINATOR = LUNARSIM",
    ]


def identity(flight: Flight, object_id: str | None) -> list[str]:
    """Return who flew."""
    name = ascii_of(flight.scenario.name) or "UNKNOWN"
    return [f"OBJECT_NAME = {name}", f"OBJECT_ID = {ascii_of(object_id or '') or name}"]


def time_texts(flight: Flight, t_s: NDArray[np.float64], scale: str) -> tuple[list[str], Time]:
    """Return times as text, to a nanosecond, and what the text says."""
    texts = Time(getattr(time_after(flight.start, t_s), scale), precision=9).isot
    return texts.tolist(), Time(texts, format="isot", scale=scale)


def covariance_in_km(flight: Flight, cycle: int) -> NDArray[np.float64] | None:
    """Return the covariance of position and velocity at a guidance cycle (km2, km2/s, km2/s2), ICRF axes.

    None where the navigation has none.
    """
    if flight.navigation is None:
        return None
    covariance: NDArray[np.float64] = flight.navigation.covariances[cycle, :6, :6] * 1e-6
    return covariance if np.isfinite(covariance).all() else None


def triangle(covariance: NDArray[np.float64]) -> Iterator[str]:
    """Give the rows of the lower triangle of a covariance as an OEM has them."""
    for i in range(6):
        yield " ".join(f"{value: .15e}" for value in covariance[i, : i + 1])


def named_triangle(covariance: NDArray[np.float64]) -> Iterator[str]:
    """Give the numbers of the lower triangle of a covariance as an OPM has them, each by its name."""
    for i, row in enumerate(_AXES):
        for j, column in enumerate(_AXES[: i + 1]):
            yield f"C{row}_{column} = {covariance[i, j]:.15e}"


def ascii_of(text: str) -> str:
    """Return text as one line of printable ASCII, all that a message may hold."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text).strip()
