"""The local frame of a site on the Moon: azimuth and altitude, or east, north and up."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import (
    Attribute,
    BaseCoordinateFrame,
    CartesianRepresentation,
    SkyCoord,
    SphericalRepresentation,
    UnitSphericalRepresentation,
)
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.moon.frames.fixed import MoonFixedFrame, MoonME, connect
from lunarsim.moon.frames.motion import component_names, is_direction, shift


class SiteAttribute(Attribute):  # type: ignore[misc]
    """Frame attribute that holds places on the Moon as :class:`MoonME` coordinates without a time."""

    def convert_input(self, value: Any) -> tuple[MoonME | None, bool]:
        """Return the place in ME, and whether it had to be converted.

        Raises
        ------
        InputError
            If ``value`` is neither a place by latitude, longitude and elevation nor a coordinate on the Moon.
        """
        if value is None or (type(value) is MoonME and _is_place(value)):
            return value, False
        if all(hasattr(value, name) for name in ("latitude", "longitude", "elevation")):
            distance = constants.MOON_RADIUS_M * u.m + value.elevation
            return MoonME(SphericalRepresentation(value.longitude, value.latitude, distance)), True
        if isinstance(value, SkyCoord):
            value = value.frame
        if not (isinstance(value, BaseCoordinateFrame) and value.has_data):
            raise InputError(
                f"site = {value!r} is no place on the Moon: expected a Site, or a coordinate such as "
                "MoonME(lon=61.36 * u.deg, lat=-57.87 * u.deg, distance=1737 * u.km)"
            )
        if not isinstance(value, MoonME):
            value = value.transform_to(MoonME())
        data = value.data.without_differentials()
        if is_direction(value.cartesian):  # a place on a map stands on the sphere of the map
            data = data.represent_as(UnitSphericalRepresentation) * (constants.MOON_RADIUS_M * u.m)
        return MoonME(data), True


class MoonTopocentric(MoonFixedFrame):
    """Local frame of a site on the Moon: origin in the site, up along the radius, axes that turn with the Moon.

    Spherical coordinates are ``az`` (azimuth from north through east), ``alt`` (altitude above the plane across
    the radius) and ``distance`` from the site. Cartesian ones are named ``north``, ``east``, ``up`` and ``v_north``,
    ``v_east``, ``v_up``; in this order the axes are left-handed, as in astropy's ``AltAz``, so that the
    azimuth is the spherical longitude. :attr:`enu` gives them in the right-handed order.
    North is the ME pole; at a pole, the longitude that the site was given with says where north is.

    Parameters
    ----------
    site : Site, MoonME, or SkyCoord in MoonME
        Place or places, in ME, on or above the 1737.4 km sphere; a coordinate without distance lies on it.
    obstime : Time, optional
        1900 to 2050; needed to go to or from a frame that does not turn with the Moon.

    Notes
    -----
    Places are geometric: no light time, no aberration. The position of a direction (data without distance)
    is at infinity: it has no parallax.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy.coordinates import SkyCoord
    >>> from astropy import units as u
    >>> site = ls.Site(latitude=0 * u.deg, longitude=30 * u.deg)
    >>> above = SkyCoord(lon=30 * u.deg, lat=0 * u.deg, distance=1837.4 * u.km, frame=ls.MoonME)
    >>> print(above.transform_to(ls.MoonTopocentric(site=site)).alt.round(3))
    90d00m00s
    """

    frame_specific_representation_info = component_names("az", "alt", ("north", "east", "up"))

    site = SiteAttribute(default=None, doc="The place whose local frame this is, in ME")

    @property
    def enu(self) -> u.Quantity:
        """East, north and up components from the site, shape (..., 3)."""
        return self.cartesian.get_xyz(xyz_axis=-1)[..., [1, 0, 2]]

    @property
    def enu_velocity(self) -> u.Quantity:
        """East, north and up components of the velocity relative to the ground, shape (..., 3)."""
        return self.velocity.get_d_xyz(xyz_axis=-1)[..., [1, 0, 2]]

    def to_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return PA components from the Moon's centre of (north, east, up) from the site."""
        site = self._place()
        vector_me = vector.transform(np.swapaxes(_rot_neu_from_me(site), -1, -2))
        return site.to_principal_axes(shift(vector_me, site.cartesian))

    def from_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return (north, east, up) from the site of PA components from the Moon's centre."""
        site = self._place()
        return shift(site.from_principal_axes(vector), -site.cartesian).transform(_rot_neu_from_me(site))

    def _place(self) -> MoonME:
        if self.site is None:
            raise InputError(
                "MoonTopocentric has no site: write MoonTopocentric(site=..., obstime=...) with a Site or a MoonME "
                "coordinate"
            )
        return self.site


def _is_place(value: MoonME) -> bool:
    return (
        value.has_data and value.obstime is None and not value.data.differentials and not is_direction(value.cartesian)
    )


def _rot_neu_from_me(site: MoonME) -> NDArray[np.float64]:
    """Return the rotation that maps ME components to north, east and up at a site, shape (..., 3, 3)."""
    angles = site.represent_as(SphericalRepresentation)
    lon, lat = angles.lon.to_value(u.rad), angles.lat.to_value(u.rad)
    cl, sl, cb, sb = np.cos(lon), np.sin(lon), np.cos(lat), np.sin(lat)
    rows = [[-sb * cl, -sb * sl, cb], [-sl, cl, np.zeros_like(lon)], [cb * cl, cb * sl, sb]]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


connect(MoonTopocentric)
