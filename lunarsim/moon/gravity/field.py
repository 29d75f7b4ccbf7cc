"""Gravity fields of the Moon: spherical harmonic coefficients in principal axes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import sqrt
from pathlib import Path

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks, constants, data
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.simd.lanes import WIDTH
from lunarsim.moon.gravity.check import check_coefficients, check_constants
from lunarsim.moon.gravity.files import read_field

_HIGHEST_DEGREE = 1200  # near the poles H grows to 1e250 there; above degree 1400 it leaves the range of doubles
_EMBEDDED_DEGREE = 50
_EMBEDDED_RADIUS_M = 1_738_000.0  # GRGM900C header, as in the first lines of the embedded file


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class GravityField:
    """A static gravity field in the Moon's principal axes (PA).

    Attributes
    ----------
    name : str
        The model's name.
    gm : Quantity
        Gravitational parameter that belongs to these coefficients.
    radius : Quantity
        Reference radius that belongs to these coefficients.
    degree : int
        Highest degree, up to 1200; 0 is a point mass.
    c, s : ndarray
        Fully normalised (4 pi) coefficients; those of degree n, order m stand at n (n + 1) / 2 + m.
    source : str
        Citation.
    tide_system : str
        What C20 holds of the permanent tide: ``"tide_free"``, ``"zero_tide"`` or ``"unknown"``.

    Raises
    ------
    InputError
        If the coefficients are not as many as the degree asks for or not finite, or the field is not the Moon's:
        by its GM, its radius, its C20, or the size of a coefficient.

    Examples
    --------
    >>> import lunarsim as ls
    >>> field = ls.GravityField.grail(degree=20)
    >>> field.degree, field.gm.unit
    (20, Unit("m3 / s2"))
    """

    name: str
    gm: u.Quantity
    radius: u.Quantity
    degree: int
    c: NDArray[np.float64]
    s: NDArray[np.float64]
    source: str
    tide_system: str = "unknown"

    def __post_init__(self) -> None:
        checks.quantity("gm", self.gm, u.m**3 / u.s**2, positive=True)
        checks.quantity("radius", self.radius, u.m, positive=True)
        _check_degree("degree", self.degree, _HIGHEST_DEGREE, "the kernels take")
        size = (self.degree + 1) * (self.degree + 2) // 2
        c, s = (_finite_numbers(name, values, size) for name, values in (("c", self.c), ("s", self.s)))
        check_constants(self.gm.to_value(u.m**3 / u.s**2), self.radius.to_value(u.m))
        check_coefficients(c, s)
        for name, own in (("c", c), ("s", s)):
            sealed = own.copy() if own.flags.writeable else own
            sealed.flags.writeable = False  # also to numba: all fields are of the type that kernels are compiled for
            object.__setattr__(self, name, sealed)

    @classmethod
    def from_file(cls, path: str | Path, *, degree: int | None = None, order: int | None = None) -> GravityField:
        """Read a field from a file: GMAT ``.cof``, PDS SHADR ``.tab`` or ``.sha``, ICGEM ``.gfc``.

        The coefficients are taken to be in the principal axes that lunarsim uses (DE421). Fields that were
        estimated in those of a later ephemeris, such as GRGM1200, differ by 1e-7 of the sphere's radius.

        Parameters
        ----------
        path : str or Path
            The file, or the name of one of lunarsim's data files (see :mod:`lunarsim.data`).
        degree, order : int, optional
            Where to cut; default: all that is in the file. An order below the degree makes those above zero.

        Raises
        ------
        DataError
            If the file cannot be read, or its field is not the Moon's; the text names the line or the value, and
            what was expected.
        InputError
            If ``degree`` or ``order`` is not a whole number that the file reaches.
        """
        path = data.find(path)
        read = read_field(path)
        reach = min(read.degree, _HIGHEST_DEGREE)
        holder = f"{path.name} holds" if reach == read.degree else "the kernels take"
        degree = _check_degree("degree", read.degree if degree is None else degree, reach, holder)
        size = (degree + 1) * (degree + 2) // 2
        field = cls(
            name=read.header.name,
            gm=read.header.gm_m3_s2 * u.m**3 / u.s**2,
            radius=read.header.radius_m * u.m,
            degree=degree,
            c=read.c[:size],
            s=read.s[:size],
            source=f"file {path.name}",
            tide_system=read.header.tide_system,
        )
        return field.truncate(degree, order)

    @classmethod
    def grail(cls, degree: int = _EMBEDDED_DEGREE) -> GravityField:
        """Return GRGM900C, which the package carries to degree 50, cut at ``degree``.

        Below 100 km altitude degree 50 or more is needed: the Moon's mascons are strong and shallow.

        Raises
        ------
        InputError
            If ``degree`` is not a whole number from 0 to 50.

        References
        ----------
        Lemoine et al. 2014, Geophys. Res. Lett. 41, 3382, doi:10.1002/2014GL060027.
        """
        _check_degree("degree", degree, _EMBEDDED_DEGREE, "the embedded GRGM900C holds")
        c, s = _embedded_coefficients()
        size = (degree + 1) * (degree + 2) // 2
        return cls(
            name=f"GRGM900C to degree {degree}",
            gm=constants.GM_MOON_M3_S2 * u.m**3 / u.s**2,
            radius=_EMBEDDED_RADIUS_M * u.m,
            degree=degree,
            c=c[:size],
            s=s[:size],
            source="Lemoine et al. 2014, doi:10.1002/2014GL060027",
        )

    @classmethod
    def point_mass(cls) -> GravityField:
        """Return the Moon as a point mass, with the gravitational parameter of GRGM900C."""
        return cls.grail(degree=0)

    def truncate(self, degree: int, order: int | None = None) -> GravityField:
        """Return the field without what lies above a degree, and above an order if one is given.

        Raises
        ------
        InputError
            If ``degree`` or ``order`` is not a whole number that the field reaches.
        """
        degree = _check_degree("degree", degree, self.degree, f"{self.name} holds")
        order = _check_degree("order", degree if order is None else order, degree, f"a field of degree {degree} has")
        n, m = np.tril_indices(degree + 1)
        c, s = (np.where(m <= order, values[: n.size], 0.0) for values in (self.c, self.s))
        return replace(self, degree=degree, c=c, s=s)

    @property
    def order(self) -> int:
        """Highest order with a coefficient that is not zero."""
        m = np.tril_indices(self.degree + 1)[1]
        return int(m[(self.c != 0.0) | (self.s != 0.0)].max(initial=0))

    def describe(self) -> str:
        """Return what the field is in a few lines: size, constants, J2 and C22 (not normalised), source."""
        c20, c22 = (self.c[3], self.c[5]) if self.degree >= 2 else (0.0, 0.0)
        return "\n".join(
            (
                f"{self.name}: degree {self.degree}, order {self.order}",
                f"  GM {self.gm.to_value(u.km**3 / u.s**2):.10g} km3/s2, radius {self.radius.to_value(u.km):.10g} km",
                f"  J2 {-sqrt(5.0) * c20:.7e}, C22 {sqrt(5.0 / 12.0) * c22:.7e} (not normalised)",
                f"  tide system {self.tide_system}, principal axes",
                f"  {self.source}",
            )
        )

    def lower(self) -> HarmonicField:
        """Return the field as the kernels take it: SI floats and the factors of the recursion."""
        up, down, sectoral = _recursion_factors(self.degree)
        return HarmonicField(
            gm=float(self.gm.to_value(u.m**3 / u.s**2)),
            radius_m=float(self.radius.to_value(u.m)),
            degree=self.degree,
            c=np.ascontiguousarray(self.c, dtype=float),
            s=np.ascontiguousarray(self.s, dtype=float),
            up=up,
            down=down,
            sectoral=sectoral,
        )


def _finite_numbers(name: str, values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name} holds a value that is no number: expected {size} finite coefficients") from None
    if numbers.shape != (size,):
        raise InputError(f"{name} has shape {numbers.shape}: expected shape ({size},), as its degree has it")
    if not np.all(np.isfinite(numbers)):
        raise InputError(f"{name} holds a value that is not finite: expected {size} finite coefficients")
    return numbers


def _check_degree(name: str, value: int, highest: int, holder: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not 0 <= value <= highest:
        raise InputError(f"{name} = {value!r}: {holder} {name}s 0 to {highest}, a whole number")
    return int(value)


@cache
def _embedded_coefficients() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    path = resources.files("lunarsim.moon") / "data" / "grgm900c_50.csv"
    with path.open(encoding="ascii") as file:
        rows = np.loadtxt(file, delimiter=",")
    size = (_EMBEDDED_DEGREE + 1) * (_EMBEDDED_DEGREE + 2) // 2
    c, s = np.zeros(size), np.zeros(size)
    n, m = rows[:, 0].astype(int), rows[:, 1].astype(int)
    place = n * (n + 1) // 2 + m
    c[place], s[place] = rows[:, 2], rows[:, 3]
    c[0] = 1.0
    c.flags.writeable = s.flags.writeable = False
    return c, s


@cache
def _recursion_factors(
    degree: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Factors of the fully normalised recursion in degree (Holmes & Featherstone 2002, eqs. 11 to 13)."""
    n, m = (index.astype(float) for index in np.tril_indices(degree + 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.sqrt((2 * n - 1) * (2 * n + 1) / ((n - m) * (n + m)))
        down = np.sqrt((2 * n + 1) * (n + m - 1) * (n - m - 1) / ((n - m) * (n + m) * (2 * n - 3)))
    up[m == n], down[m >= n - 1] = 0.0, 0.0
    k = np.arange(1.0, degree + 1.0)
    steps = np.sqrt(np.where(k == 1, 3.0, (2 * k + 1) / (2 * k)))
    sectoral = np.concatenate(([1.0], np.cumprod(steps), np.zeros(WIDTH)))
    return up, down, sectoral
