"""The Moon's orientation: DE421 libration angles, and the step from principal axes to ME."""

from __future__ import annotations

from functools import cache

import numpy as np
from astropy.time import Time
from jplephem.pck import PCK
from numpy.typing import NDArray

from lunarsim import constants, data
from lunarsim.errors import DataError, EpochError
from lunarsim.kernels.chebyshev import ChebyshevTable
from lunarsim.kernels.orientation import rotations_and_rates_pa_from_icrf, rotations_pa_from_icrf

_YEAR_S = 365.25 * 86400.0
_FAR_S = 3000.0 * _YEAR_S  # beyond it there are no calendar dates to print
_KERNEL = "moon_pa_de421_1900-2050.bpc"


def _rotation_of_axes(axis: int, angle_rad: float) -> NDArray[np.float64]:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    rot = np.eye(3)
    rot[i, i], rot[i, j], rot[j, i], rot[j, j] = c, s, -s, c
    return rot


def _rot_me_from_pa() -> NDArray[np.float64]:
    z, y, x = (-angle * constants.ARCSECOND_RAD for angle in constants.PA_TO_ME_ARCSEC)
    return _rotation_of_axes(0, x) @ _rotation_of_axes(1, y) @ _rotation_of_axes(2, z)


#: The fixed rotation that maps PA components to ME components, for the axes of DE421.
ROT_ME_FROM_PA = _rot_me_from_pa()


@cache
def orientation_angles() -> ChebyshevTable:
    """Return the 3-1-3 angles (rad) from ICRF to PA axes, from the DE421 kernel that lunarsky installs.

    A copy of the kernel in the folder LUNARSIM_DATA comes first.

    Raises
    ------
    DataError
        If the kernel is not there or is not one segment of type 2.
    """
    found = data.locate(_KERNEL)
    if found is None:
        raise DataError(
            f"the orientation kernel {_KERNEL} was not found: it comes with the lunarsky package; "
            "install it with 'python -m pip install lunarsky'"
        )
    path = found.path
    pck = PCK.open(str(path))
    try:
        (segment,) = pck.segments
        if segment.data_type != 2:
            raise DataError(f"{path}: segment of type {segment.data_type}; expected type 2 (Chebyshev)")
        words = pck.daf.read_array(segment.start_i, segment.end_i)
    finally:
        pck.close()
    start_s, interval_s, record_size, records = words[-4:]
    table = words[: int(record_size * records)].reshape(int(records), int(record_size))
    coefficients = np.ascontiguousarray(table[:, 2:].reshape(int(records), 3, -1))
    return ChebyshevTable(float(start_s), float(interval_s), coefficients)


def check_span(start_et_s: float, end_et_s: float, what: str) -> None:
    """Raise an error unless the orientation kernel covers a span of TDB seconds past J2000."""
    angles = orientation_angles()
    first = angles.start_s
    last = first + angles.interval_s * angles.coefficients.shape[0]
    if not (first <= start_et_s and end_et_s <= last):
        given = f"is {_iso(start_et_s)}" if start_et_s == end_et_s else f"spans {_iso(start_et_s)} to {_iso(end_et_s)}"
        raise EpochError(
            f"{what} {given} TDB: the Moon's orientation (DE421) is known from {_iso(first)} to {_iso(last)} TDB only"
        )


def et_seconds(epoch: Time) -> NDArray[np.float64]:
    """Return TDB seconds past J2000 of one or many times, within the span of the orientation kernel.

    Raises
    ------
    EpochError
        If a time lies outside the kernel's span, 1900 to 2050.
    """
    tdb = epoch.tdb
    seconds = np.asarray((tdb.jd1 - 2451545.0) * 86400.0 + tdb.jd2 * 86400.0)
    if seconds.size:
        check_span(float(seconds.min()), float(seconds.max()), "the epoch")
    return seconds


def rot_pa_from_icrf(epoch: Time) -> NDArray[np.float64]:
    """Return the rotation that maps ICRF to PA components, shape (3, 3), or (n, 3, 3) for n times."""
    seconds = et_seconds(epoch)
    rotations = rotations_pa_from_icrf(orientation_angles(), seconds.ravel())
    return rotations.reshape(*seconds.shape, 3, 3)


def rot_me_from_icrf(epoch: Time) -> NDArray[np.float64]:
    """Return the rotation that maps ICRF to ME components, shape (3, 3), or (n, 3, 3) for n times."""
    rotations: NDArray[np.float64] = ROT_ME_FROM_PA @ rot_pa_from_icrf(epoch)
    return rotations


def rot_pa_from_icrf_with_rate(epoch: Time) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rotation that maps ICRF to PA components and its time derivative.

    Parameters
    ----------
    epoch : Time
        One or many times, of any shape.

    Returns
    -------
    rot : ndarray, shape (..., 3, 3)
        The rotation, as :func:`rot_pa_from_icrf` gives it.
    rate : ndarray, shape (..., 3, 3), 1/s
        Its exact derivative: minus the cross product of the Moon's angular velocity with ``rot``.

    Raises
    ------
    EpochError
        If a time lies outside the kernel's span, 1900 to 2050.
    """
    seconds = et_seconds(epoch)
    rot, rate = rotations_and_rates_pa_from_icrf(orientation_angles(), seconds.ravel())
    return rot.reshape(*seconds.shape, 3, 3), rate.reshape(*seconds.shape, 3, 3)


def _iso(et_s: float) -> str:
    if abs(et_s) > _FAR_S:
        return f"{et_s / _YEAR_S:+.3g} years from 2000"
    return str(Time(2451545.0, et_s / 86400.0, format="jd", scale="tdb").strftime("%Y-%m-%d"))
