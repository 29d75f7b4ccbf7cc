"""Moon-centred frames in astropy's transform graph: inertial, principal axes, mean Earth / polar axis.

Between these frames a coordinate is a vector from the Moon's centre. Vectors and velocities are turned with
the DE421 orientation and its exact derivative, and no ephemeris is read. Only a transform to or
from another frame of astropy, which passes through ICRS, adds the Moon's place among the planets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import (
    ICRS,
    BaseCoordinateFrame,
    CartesianRepresentation,
    FunctionTransform,
    SkyCoord,
    SphericalCosLatDifferential,
    SphericalRepresentation,
    TimeAttribute,
    frame_transform_graph,
    get_body_barycentric_posvel,
)
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.moon.frames.motion import as_given, cartesian, component_names, is_direction, move, turn
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_pa_from_icrf_with_rate


class MoonCentredFrame(BaseCoordinateFrame):  # type: ignore[misc]
    """Base of the frames whose coordinates are exact functions of the vector from the Moon's centre.

    A frame without ``obstime`` takes that of the coordinate that is transformed to it.
    """

    default_representation = SphericalRepresentation
    default_differential = SphericalCosLatDifferential
    frame_specific_representation_info = component_names("lon", "lat")

    obstime = TimeAttribute(default=None, doc="The time at which the axes point as they do")

    def transform_to(self, new_frame: Any) -> Any:
        """Return this coordinate in another frame.

        Between Moon-centred frames of different times the vector from the Moon's centre, and its
        inertial velocity, stay the same; astropy by itself refuses this for velocities.
        """
        if isinstance(new_frame, type) and issubclass(new_frame, MoonCentredFrame):
            new_frame = new_frame()
        if isinstance(new_frame, SkyCoord):
            new_frame = new_frame.frame
        if not (isinstance(new_frame, MoonCentredFrame) and self.has_data):
            return super().transform_to(new_frame)
        if new_frame.obstime is None and self.obstime is not None:
            new_frame = new_frame.replicate_without_data(obstime=self.obstime)
        return between_moon_centred(self, new_frame)


class MoonFixedFrame(MoonCentredFrame):
    """Base of the frames that turn with the Moon; velocities in them are relative to the ground."""

    def to_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return a vector of this frame as a Moon-centred one in PA components."""
        raise NotImplementedError

    def from_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return a Moon-centred vector in PA components as one of this frame."""
        raise NotImplementedError


class MoonInertial(MoonCentredFrame):
    """Moon-centred inertial frame: origin in the Moon's centre of mass, axes of the ICRF, no rotation.

    The frame of :class:`lunarsim.State`. Spherical coordinates are ``ra``, ``dec``, ``distance``.

    Parameters
    ----------
    obstime : Time, optional
        Needed only to go on to other frames. Between two MoonInertial frames of different times a
        vector stays as it is: the Moon's own motion is not part of it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy.coordinates import SkyCoord
    >>> from astropy import units as u
    >>> above = SkyCoord(ra=30 * u.deg, dec=10 * u.deg, distance=1837.4 * u.km, frame=ls.MoonInertial)
    >>> print(above.distance)
    1837.4 km
    """

    frame_specific_representation_info = component_names("ra", "dec")


class MoonPA(MoonFixedFrame):
    """Moon-fixed frame of the principal axes (PA) of DE421: the frame of GRGM900C and other gravity fields.

    It differs from ME by a fixed rotation, about 875 m on the ground: maps and sites are not in PA.
    Spherical coordinates are ``lon`` (east), ``lat``, ``distance`` from the centre of mass.

    Parameters
    ----------
    obstime : Time, optional
        1900 to 2050; needed to go to or from a frame that does not turn with the Moon.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy.coordinates import SkyCoord
    >>> from astropy import units as u
    >>> place = SkyCoord(lon=23.47 * u.deg, lat=0.67 * u.deg, distance=1737.4 * u.km, frame=ls.MoonME)
    >>> print(place.transform_to(ls.MoonPA).lon.round(3))
    23d27m03.6s
    """

    def to_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return the vector itself."""
        return vector

    def from_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return the vector itself."""
        return vector


class MoonME(MoonFixedFrame):
    """Moon-fixed mean Earth / polar axis frame (ME) of DE421: the frame of maps, sites and LOLA.

    Spherical coordinates are the selenographic ``lon`` (east) and ``lat``, and the ``distance`` from the
    centre of mass. NAIF calls the frame MOON_ME_DE421, lunarsky MCMF.

    Parameters
    ----------
    obstime : Time, optional
        1900 to 2050; needed to go to or from a frame that does not turn with the Moon.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy.coordinates import SkyCoord
    >>> from astropy import units as u
    >>> place = SkyCoord(lon=23.47 * u.deg, lat=0.67 * u.deg, distance=1737.4 * u.km, frame=ls.MoonPA)
    >>> print(place.transform_to(ls.MoonME).lon.round(3))
    23d29m20.4s
    """

    @property
    def height(self) -> u.Quantity:
        """Height above the 1737.4 km sphere."""
        return self.cartesian.norm() - constants.MOON_RADIUS_M * u.m

    def to_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return PA components of ME components."""
        return vector.transform(ROT_ME_FROM_PA.T)

    def from_principal_axes(self, vector: CartesianRepresentation) -> CartesianRepresentation:
        """Return ME components of PA components."""
        return vector.transform(ROT_ME_FROM_PA)


def between_moon_centred(coordinate: MoonCentredFrame, frame: MoonCentredFrame) -> Any:
    """Return a coordinate in another Moon-centred frame; no ephemeris is read.

    Raises
    ------
    InputError
        If a time is needed and neither has one, or the velocity is incomplete.
    EpochError
        If a time lies outside the span of the orientation kernel.
    """
    fixed = isinstance(coordinate, MoonFixedFrame) and isinstance(frame, MoonFixedFrame)
    if fixed and _same_time(coordinate.obstime, frame.obstime):
        vector = frame.from_principal_axes(coordinate.to_principal_axes(cartesian(coordinate)))
    else:
        vector = _from_inertial(_to_inertial(coordinate, frame), frame)
    return frame.realize_frame(as_given(vector, coordinate.data))


def to_icrs(coordinate: MoonCentredFrame, frame: ICRS) -> Any:
    """Return a Moon-centred coordinate in ICRS, with the Moon of astropy's ``solar_system_ephemeris``.

    The place is geometric: no light time, no aberration. A direction stays as it is.
    """
    vector = _to_inertial(coordinate, coordinate)
    if not is_direction(vector):
        vector = move(vector, *_moon(coordinate))
    return frame.realize_frame(as_given(vector, coordinate.data))


def from_icrs(coordinate: ICRS, frame: MoonCentredFrame) -> Any:
    """Return an ICRS coordinate in a Moon-centred frame; the inverse of :func:`to_icrs`."""
    vector = cartesian(coordinate)
    if not is_direction(vector):
        vector = move(vector, *(-part for part in _moon(frame)))
    return frame.realize_frame(as_given(_from_inertial(vector, frame), coordinate.data))


def connect(frame: type[MoonCentredFrame]) -> None:
    """Put a frame into astropy's graph, next to ICRS and to each Moon-centred frame there is.

    Every pair has its own transform: through a frame between them, astropy would carry a time into
    a place where it does not belong.
    """
    graph = frame_transform_graph
    FunctionTransform(to_icrs, frame, ICRS, register_graph=graph)
    FunctionTransform(from_icrs, ICRS, frame, register_graph=graph)
    FunctionTransform(between_moon_centred, frame, frame, register_graph=graph)
    for other in [known for known in graph.frame_set if issubclass(known, MoonCentredFrame) and known is not frame]:
        FunctionTransform(between_moon_centred, frame, other, register_graph=graph)
        FunctionTransform(between_moon_centred, other, frame, register_graph=graph)


def _to_inertial(coordinate: MoonCentredFrame, frame: MoonCentredFrame) -> CartesianRepresentation:
    """Return the vector of a coordinate in ICRF components; ``frame`` lends its time to one without."""
    vector = cartesian(coordinate)
    if not isinstance(coordinate, MoonFixedFrame):
        return vector
    rot, rate = rot_pa_from_icrf_with_rate(_time(frame if coordinate.obstime is None else coordinate))
    return turn(coordinate.to_principal_axes(vector), _transposed(rot), _transposed(rate))


def _from_inertial(vector: CartesianRepresentation, frame: MoonCentredFrame) -> CartesianRepresentation:
    if not isinstance(frame, MoonFixedFrame):
        return vector
    return frame.from_principal_axes(turn(vector, *rot_pa_from_icrf_with_rate(_time(frame))))


def _moon(frame: MoonCentredFrame) -> Any:
    """Return position and velocity of the Moon's centre from the barycentre, ICRF components."""
    return get_body_barycentric_posvel("moon", _time(frame))


def _time(frame: MoonCentredFrame) -> Time:
    if frame.obstime is None:
        raise InputError(
            f"{type(frame).__name__} has no time and the transform needs one: "
            f"write {type(frame).__name__}(..., obstime=Time('2023-08-19T11:10:00', scale='utc'))"
        )
    return frame.obstime


def _same_time(first: Time | None, second: Time | None) -> bool:
    return first is None or second is None or bool(np.all(first == second))


def _transposed(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.swapaxes(matrices, -1, -2)


for _frame in (MoonInertial, MoonPA, MoonME):
    connect(_frame)
