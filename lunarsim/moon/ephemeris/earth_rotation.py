"""How the Earth is turned: the way between axes of the GCRS, those of the ICRF, and axes of the ITRF and of TEME."""

from __future__ import annotations

import warnings
from math import sin
from typing import NamedTuple

import erfa
import numpy as np
from astropy import units as u
from astropy.time import Time, TimeDelta
from astropy.utils import iers
from numpy.typing import NDArray

from lunarsim import constants

_BESIDE_S = 1.0  # between the rotations of which a rate is the difference, and the time it is for


class _Measured(NamedTuple):
    """What observations say of the Earth's rotation, at some times."""

    tt: tuple[NDArray[np.float64], NDArray[np.float64]]  #: Julian dates in two parts
    ut1: tuple[NDArray[np.float64], NDArray[np.float64]]
    x_rad: NDArray[np.float64]  #: of the celestial pole in the ITRF
    y_rad: NDArray[np.float64]


def rot_itrf_from_gcrs(epoch: Time) -> NDArray[np.float64]:
    """Return the rotations that map GCRS to ITRF components, shape (..., 3, 3).

    Precession and nutation of IAU 2006/2000A (SOFA's c2t06a), UT1 and polar motion of the IERS as astropy carries
    them. Outside their tables, from a year ahead on and before 1973, the nearest values stand: 1 s of UT1 is 465 m on
    the equator, 0.3" of the pole 9 m. Nothing is fetched.
    """
    measured = _measured(epoch)
    rot: NDArray[np.float64] = erfa.c2t06a(*measured.tt, *measured.ut1, measured.x_rad, measured.y_rad)
    return rot


def rot_itrf_from_gcrs_with_rate(epoch: Time) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return :func:`rot_itrf_from_gcrs` and its time derivative (1/s), good to 1e-12 of itself.

    A difference over two seconds, by the factor that is right for an even rotation.
    """
    beside = TimeDelta(_BESIDE_S * u.s)
    before, after = rot_itrf_from_gcrs(epoch - beside), rot_itrf_from_gcrs(epoch + beside)
    angle = constants.EARTH_SPIN_RAD_S * _BESIDE_S
    return rot_itrf_from_gcrs(epoch), (after - before) * (constants.EARTH_SPIN_RAD_S / (2.0 * sin(angle)))


def rot_teme_from_gcrs(epoch: Time) -> NDArray[np.float64]:
    """Return the rotations that map GCRS to TEME components, shape (..., 3, 3): true equator, mean equinox of date.

    From these axes the ITRF turns by the Greenwich mean sidereal time of 1982 (Vallado et al. 2006, AIAA 2006-6753).
    """
    measured = _measured(epoch)
    sidereal = erfa.gmst82(*measured.ut1)
    wobble = erfa.pom00(measured.x_rad, measured.y_rad, 0.0)
    rot_itrf_from_teme = erfa.c2tcio(np.eye(3), sidereal, wobble)
    rot: NDArray[np.float64] = np.swapaxes(rot_itrf_from_teme, -1, -2) @ rot_itrf_from_gcrs(epoch)
    return rot


def poles(epoch: Time) -> NDArray[np.float64]:
    """Return the unit vectors of the Earth's axis, the third of the ITRF, in axes of the GCRS, shape (..., 3)."""
    return np.ascontiguousarray(rot_itrf_from_gcrs(epoch)[..., 2, :])


def _measured(epoch: Time) -> _Measured:
    with warnings.catch_warnings(), iers.conf.set_temp("auto_download", False):  # no network in a flight
        warnings.simplefilter("ignore", erfa.ErfaWarning)  # of years whose leap seconds are not known yet
        utc, tt = epoch.utc, epoch.tt
        table = iers.earth_orientation_table.get()
        dut1, _ = table.ut1_utc(utc.jd1, utc.jd2, return_status=True)
        x, y, _ = table.pm_xy(utc.jd1, utc.jd2, return_status=True)
        ut1 = erfa.utcut1(utc.jd1, utc.jd2, dut1.to_value(u.s))
    return _Measured((tt.jd1, tt.jd2), ut1, x.to_value(u.rad), y.to_value(u.rad))
