"""The Earth as a near body: what a flight to the Moon or back meets of it beside its point mass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from astropy import units as u
from astropy.utils import iers
from numpy.typing import NDArray

from lunarsim import constants, declarations
from lunarsim.declarations import number
from lunarsim.kernels.forces.near_earth import NearEarth
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable
from lunarsim.moon.ephemeris.chebyshev import fit, intervals_within, tdb
from lunarsim.moon.ephemeris.earth_rotation import poles

_INTERVAL_S = 86400.0  # the axis of the ITRF goes round the celestial pole, 0.3" off, once a day:
_TERMS = 10  # the series errs by 2e-15 of a radian then
_KEPT = 32  # tables, of some kilobytes each


@dataclass(frozen=True, kw_only=True)
class Earth:
    """The Earth of flights that begin, pass or end near it: ``Moon(earth=Earth())``.

    Its J2 acts about the axis of the ITRF; its point mass does as a third body anyway. Other zonal terms, tesserals,
    tides and air are not modelled.

    Parameters
    ----------
    j2 : float
        Dynamical form factor, of the equatorial radius 6378.1366 km; default 1.0826359e-3, that of the IERS Conventions
        (2010), with the permanent tide. 0: a sphere.
    entry_height : Quantity
        Height over the WGS84 ellipsoid at which a flight ends that comes down to the Earth; default 120 km, the usual
        entry interface. 0: the surface, through air that is not there.

    Raises
    ------
    InputError
        If a number is out of its bounds: J2 from 0 to 0.01, the height from 0 to 10,000 km.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> moon = ls.Moon(earth=ls.Earth(entry_height=100 * u.km), ephemeris=ls.Ephemeris.builtin())
    >>> print(moon.earth.entry_height)
    100.0 km
    """

    j2: float = number(constants.EARTH_J2, u.one, low=0.0, high=0.01, text="Of the radius 6378.1366 km.")
    entry_height: u.Quantity = number(
        120e3, u.m, low=0.0, high=1e7, text="Over the WGS84 ellipsoid: a flight that comes down so far ends."
    )

    def __post_init__(self) -> None:
        declarations.check(self)

    def lower(self, body: int, start_et_s: float, duration_s: float) -> NearEarth:
        """Return the Earth as the kernels take it, for one flight in which it is a body of this number."""
        intervals = intervals_within(duration_s, _INTERVAL_S)
        return NearEarth(
            body=body,
            oblateness_m5_s2=1.5 * constants.GM_EARTH_M3_S2 * self.j2 * constants.EARTH_RADIUS_M**2,
            pole=_poles(start_et_s, intervals, id(iers.earth_orientation_table.get())),
            end_height_m=float(self.entry_height.to_value(u.m)),
        )


@lru_cache(maxsize=_KEPT)
def _poles(start_et_s: float, intervals: int, orientation: int) -> ChebyshevTable:  # noqa: ARG001
    """Return the Earth's axis over a span, by the table of its orientation that is in use."""

    def axes(days: NDArray[np.float64]) -> NDArray[np.float64]:
        return poles(tdb(days)).T

    return fit(axes, start_et_s, _INTERVAL_S, intervals, _TERMS)
