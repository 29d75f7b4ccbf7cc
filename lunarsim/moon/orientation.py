"""The Moon's orientation: DE421 libration angles, and the step from principal axes to ME."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants, data
from lunarsim.errors import DataError, EpochError
from lunarsim.kernels.geometry.orientation import rotations_and_rates_pa_from_icrf, rotations_pa_from_icrf
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.moon import daf

_YEAR_S = 365.25 * 86400.0
_FAR_S = 3000.0 * _YEAR_S  # beyond it there are no calendar dates to print
_KERNEL = "moon_pa_de421_1900-2050.bpc"
_BODY, _ICRF, _TYPE = 31006, 1, 2  # NAIF's class of DE421's principal axes; Chebyshev series of angles
_JUMP_RAD = 1e-9  # 2 mm on the ground; where two records of the kernel meet they differ by up to 2.7e-12 rad


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
        If the kernel is not there, or is damaged.
    """
    found = data.locate(_KERNEL)
    if found is None:
        raise DataError(
            f"the orientation kernel {_KERNEL} was not found: it comes with the lunarsky package; "
            "install it with 'python -m pip install lunarsky'"
        )
    return read_angles(found.path)


def read_angles(path: Path) -> ChebyshevTable:
    """Return the 3-1-3 angles (rad) of an orientation kernel.

    Raises
    ------
    DataError
        If it cannot be read, is damaged, or is not one segment of the Moon's principal axes of DE421 of type 2.
    """
    kernel = daf.Daf(path, daf.PCK)
    found = [(*summary.codes, summary.frame, summary.data_type) for summary in kernel.summaries]
    if found != [(_BODY, _ICRF, _TYPE)]:
        raise kernel.damaged(f"it has segments of (body, frame, type) {found}: expected one, {(_BODY, _ICRF, _TYPE)}")
    (summary,) = kernel.summaries
    series = kernel.series(summary, components=3)
    records = kernel.words(summary.first, summary.last - 4).reshape(series.records, series.size)
    kernel.check_records(series, records)
    coefficients = np.ascontiguousarray(records[:, 2:].reshape(series.records, 3, -1))
    _check_smooth(kernel, coefficients)
    return ChebyshevTable(series.start_s, series.interval_s, coefficients)


def _check_smooth(kernel: daf.Daf, coefficients: NDArray[np.float64]) -> None:
    """Refuse angles that jump where two records meet: each wrong coefficient makes them."""
    with np.errstate(all="ignore"):
        at_end = coefficients.sum(axis=2)
        at_start = coefficients[:, :, ::2].sum(axis=2) - coefficients[:, :, 1::2].sum(axis=2)
        smooth = np.all(np.abs(at_end[:-1] - at_start[1:]) < _JUMP_RAD, axis=1)
    if not (smooth.all() and np.isfinite(coefficients).all()):
        raise kernel.damaged(f"the angles jump after record {np.argmin(smooth) if smooth.size else 0}")


def check_span(start_et_s: float, end_et_s: float, what: str) -> None:
    """Raise an error unless the orientation kernel covers a span of TDB seconds past J2000."""
    angles = orientation_angles()
    first = angles.start_s
    last = first + angles.interval_s * angles.coefficients.shape[0]
    if not (first <= start_et_s and end_et_s <= last):
        given = f"is {date(start_et_s)}" if start_et_s == end_et_s else f"spans {date(start_et_s)} to {date(end_et_s)}"
        raise EpochError(
            f"{what} {given} TDB: the Moon's orientation (DE421) is known from {date(first)} to {date(last)} TDB only"
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


def date(et_s: float) -> str:
    """Return the date of a time, TDB seconds past J2000, as people write it; for errors."""
    if abs(et_s) > _FAR_S:
        return f"{et_s / _YEAR_S:+.3g} years from 2000"
    return str(Time(2451545.0, et_s / 86400.0, format="jd", scale="tdb").strftime("%Y-%m-%d"))
