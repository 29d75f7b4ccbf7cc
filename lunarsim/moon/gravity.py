"""Gravity fields of the Moon: spherical harmonic coefficients in principal axes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.kernels.gravity import HarmonicField
from lunarsim.kernels.lanes import WIDTH

_EMBEDDED_DEGREE = 50
_EMBEDDED_RADIUS_M = 1_738_000.0  # GRGM900C header, as in the first lines of the embedded file


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
        Highest degree; 0 is a point mass.
    c, s : ndarray
        Fully normalised (4 pi) coefficients; those of degree n, order m stand at n (n + 1) / 2 + m.
    source : str
        Citation.
    """

    name: str
    gm: u.Quantity
    radius: u.Quantity
    degree: int
    c: NDArray[np.float64]
    s: NDArray[np.float64]
    source: str

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
        if not isinstance(degree, int) or not 0 <= degree <= _EMBEDDED_DEGREE:
            raise InputError(
                f"degree = {degree!r}: the embedded GRGM900C holds degrees 0 to {_EMBEDDED_DEGREE}, a whole number"
            )
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
