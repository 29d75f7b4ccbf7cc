"""The centres and axes that files of states name, and the way from them to axes of the ICRF."""

from __future__ import annotations

import numpy as np
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim.errors import DataError, shown
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_pa_from_icrf_with_rate
from lunarsim.orbits.files.key_value import Value

#: Axes of the ICRF. NAIF takes EME2000 and J2000 for the same: the true pole and equinox of 2000 lie 23 mas away.
INERTIAL = ("ICRF", "ICRF1", "ICRF2", "ICRF3", "EME2000", "J2000", "GCRF")
#: Axes fixed in the Moon, of the orientation in DE421.
MEAN_EARTH = ("MOON_ME", "MOON_ME_DE421")
PRINCIPAL = ("MOON_PA", "MOON_PA_DE421")
#: Names of the Moon.
CENTRES = ("MOON", "LUNA", "301")

States = NDArray[np.float64]  # (n, 6): position (m) and velocity (m/s)


def check_centre(centre: Value) -> None:
    """Raise an error unless a message's centre is the Moon.

    Raises
    ------
    DataError
        If it is another one.
    """
    if centre.text.upper() not in CENTRES:
        raise centre.line.wrong(f"CENTER_NAME = {shown(centre.text)}: {other_centre()}")


def other_centre() -> str:
    """Return what is expected of a centre, and what to do."""
    return (
        "expected MOON, since two ephemerides are never subtracted here: have the program that wrote the file write "
        "states about the Moon, in the ICRF"
    )


def frame_of(frame: Value) -> str:
    """Return the frame of a message, in capitals.

    Raises
    ------
    DataError
        If it is none that can be read.
    """
    name = frame.text.upper()
    if name not in INERTIAL + MEAN_EARTH + PRINCIPAL:
        raise frame.line.wrong(f"REF_FRAME = {shown(frame.text)}: {other_frame()}")
    return name


def other_frame() -> str:
    """Return which frames are expected."""
    return f"expected one of {', '.join(INERTIAL + MEAN_EARTH + PRINCIPAL)}, those of the Moon of DE421"


def to_icrf(frame: str, states: States, epochs: Time) -> States:
    """Return states in axes of the ICRF, of states in a frame, shape (n, 6); velocities fixed in the Moon turn with it.

    Raises
    ------
    EpochError
        If a time lies outside the span of the Moon's orientation.
    DataError
        If there is no such frame.
    """
    if frame in INERTIAL:
        return states
    if frame not in MEAN_EARTH + PRINCIPAL:
        raise DataError(f"frame {shown(frame)}: {other_frame()}")
    rot, rate = rot_pa_from_icrf_with_rate(epochs)
    if frame in MEAN_EARTH:
        rot, rate = ROT_ME_FROM_PA @ rot, ROT_ME_FROM_PA @ rate
    position = np.einsum("nji,nj->ni", rot, states[:, :3])
    moved = states[:, 3:] - np.einsum("nij,nj->ni", rate, position)
    return np.hstack([position, np.einsum("nji,nj->ni", rot, moved)])
