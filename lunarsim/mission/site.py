"""A place on the Moon, and where it lies on a terrain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import constants, declarations
from lunarsim.declarations import HIGHEST_M, LOWEST_M, REQUIRED, TURNS_DEG, number
from lunarsim.errors import InputError
from lunarsim.moon import Terrain
from lunarsim.moon.orientation import ROT_ME_FROM_PA


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place on the Moon, in selenographic (ME) coordinates.

    Parameters
    ----------
    latitude, longitude : Quantity
        Latitude -90 to 90 deg, east longitude.
    elevation : Quantity
        Above the 1737.4 km sphere, for maps and files of other programs; default 0. Flights aim at the ground of their
        :class:`lunarsim.Moon`'s terrain, and do not use it.
    title : str
        For figures and reports.

    Raises
    ------
    InputError
        If the latitude is beyond a pole, the elevation beyond 20 km, or a dimension is wrong.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> site = ls.Site(latitude=-69.5 * u.deg, longitude=43.5 * u.deg, title="north of Boguslawsky")
    >>> print(site.latitude)
    -69.5 deg
    """

    latitude: u.Quantity = number(REQUIRED, u.deg, low=-90.0, high=90.0, text="Selenographic (ME).")
    longitude: u.Quantity = number(REQUIRED, u.deg, low=-TURNS_DEG, high=TURNS_DEG, text="East, selenographic (ME).")
    elevation: u.Quantity = number(0.0, u.m, low=LOWEST_M, high=HIGHEST_M, text="Above the 1737.4 km sphere.")
    title: str = ""

    def __post_init__(self) -> None:
        declarations.check(self)


def direction_me(site: Site) -> NDArray[np.float64]:
    """Return the unit vector from the Moon's centre to a site, ME axes."""
    latitude, longitude = float(site.latitude.to_value(u.rad)), float(site.longitude.to_value(u.rad))
    return np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])


def elevation_of(site: Site, terrain: Terrain) -> u.Quantity:
    """Return the height of the ground at a landing site above the 1737.4 km sphere.

    Raises
    ------
    InputError
        If the terrain is not known there.
    """
    ground = terrain.height(site.latitude, site.longitude).to(u.m)
    if not np.isfinite(ground.value):
        raise InputError(
            f"landing_site at {site.latitude}, {site.longitude}: the terrain is not known there: read a larger window"
        )
    return ground


def position_pa(site: Site, terrain: Terrain) -> NDArray[np.float64]:
    """Return the position of a site, on the ground of a terrain, in principal axes (m).

    Raises
    ------
    InputError
        If the terrain is not known there.
    """
    ground_m = float(elevation_of(site, terrain).to_value(u.m))
    position: NDArray[np.float64] = ROT_ME_FROM_PA.T @ direction_me(site) * (constants.MOON_RADIUS_M + ground_m)
    return position
