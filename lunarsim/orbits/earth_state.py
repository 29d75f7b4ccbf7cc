"""States about the Earth: where a way to the Moon begins, and where one home ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import erfa
import numpy as np
from astropy import units as u
from astropy.coordinates import Latitude, Longitude
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks, constants
from lunarsim.arguments import checked
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.errors import InputError, nearest
from lunarsim.kernels.geometry import elements as element_kernels
from lunarsim.kernels.geometry.orbit import apsides, flight_path_angle
from lunarsim.moon.ephemeris.earth_rotation import rot_itrf_from_gcrs_with_rate, rot_teme_from_gcrs
from lunarsim.orbits.numbers import COMPONENTS, EARTH_ELEMENTS
from lunarsim.orbits.plane import check_orbital_plane

_WGS84 = 1  # ERFA's number of the ellipsoid
_MPS = u.m / u.s
#: Axes in which a state may be given: celestial, true equator and mean equinox of date, fixed in the Earth.
FRAMES = ("GCRS", "TEME", "ITRF")


class EarthElements(NamedTuple):
    """Osculating Keplerian elements about the Earth, in the axes that were asked for."""

    semi_major_axis: u.Quantity  #: negative for an open orbit
    eccentricity: u.Quantity
    inclination: u.Quantity  #: 0 to 180 deg
    raan: u.Quantity  #: right ascension of the ascending node, 0 to 360 deg
    argument_of_perigee: u.Quantity  #: 0 to 360 deg
    true_anomaly: u.Quantity  #: -180 to 180 deg


@checked
@by_value
@dataclass(frozen=True, eq=False)
class EarthState:
    """Position and velocity from the Earth's centre, in axes of the GCRS, at one time or many.

    The axes are those of the ICRF, as of a :class:`lunarsim.State`: a vector is not turned on its way from one to the
    other, and no light time or aberration is applied.

    Parameters
    ----------
    position : Quantity, shape (3,) or (n, 3)
        From the Earth's centre.
    velocity : Quantity, shape (3,) or (n, 3)
        Inertial, relative to the Earth's centre.
    epoch : Time
        One time, or n times for shape (n, 3).

    Raises
    ------
    InputError
        If a shape or a dimension is not as above, a value is not finite or out of bounds, or a position is the Earth's
        centre. Those that begin a flight, :meth:`from_frame` and :meth:`from_elements`, refuse one below the surface.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> ls.EarthState.from_elements(
    ...     perigee=200 * u.km, apogee=380_000 * u.km, inclination=51.6 * u.deg, raan=30 * u.deg,
    ...     epoch=Time("2023-08-10T23:10:57"),
    ... )
    <200.0 x 380000.0 km Earth orbit at 2023-08-10T23:10:57.000 UTC>
    """

    position: u.Quantity
    velocity: u.Quantity
    epoch: Time

    def __post_init__(self) -> None:
        if not isinstance(self.epoch, Time) or self.epoch.ndim > 1 or self.epoch.masked:
            checks.instant("epoch", self.epoch)
        checks.check_calendar("epoch", self.epoch)
        for name, declaration in COMPONENTS.items():
            declaration.checked(name, getattr(self, name), shape=(*self.epoch.shape, 3))
            own = u.Quantity(getattr(self, name), copy=True)
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        if not np.all(np.linalg.norm(self.position.value, axis=-1) > 0.0):
            raise InputError("position is the Earth's centre: expected a point outside it")

    @classmethod
    def from_frame(cls, position: u.Quantity, velocity: u.Quantity, epoch: Time, frame: str = "GCRS") -> EarthState:
        """Return the state of a position and a velocity in axes of GCRS, TEME or ITRF.

        Parameters
        ----------
        position, velocity : Quantity, shape (3,)
            From the Earth's centre. In the ITRF the velocity is that over the turning Earth; the axes of TEME are taken
            to stand still.
        epoch : Time
            One time.
        frame : str
            ``"GCRS"``, ``"TEME"`` or ``"ITRF"``.

        Raises
        ------
        InputError
            If there is no such frame, or the position lies below the WGS84 ellipsoid.
        """
        checks.instant("epoch", epoch)
        r, v = (
            COMPONENTS[name].checked(name, value, shape=(3,)).value
            for name, value in (("position", position), ("velocity", velocity))
        )
        rot, rate = _axes(frame, epoch)
        return cls(rot.T @ r * u.m, rot.T @ (v - rate @ (rot.T @ r)) * _MPS, epoch)._above_surface()

    @classmethod
    def from_elements(
        cls,
        *,
        perigee: u.Quantity,
        apogee: u.Quantity,
        inclination: u.Quantity,
        raan: u.Quantity,
        epoch: Time,
        argument_of_perigee: u.Quantity = 0.0 * u.deg,
        true_anomaly: u.Quantity = 0.0 * u.deg,
        frame: str = "GCRS",
    ) -> EarthState:
        """Return the state of an osculating orbit about the Earth, with the GM of DE440.

        Parameters
        ----------
        perigee, apogee : Quantity
            Heights above the equatorial radius of 6378.137 km.
        inclination : Quantity
            To the equator of the frame: of J2000 in the GCRS, of date in TEME.
        raan : Quantity
            Right ascension of the ascending node, in the frame.
        epoch : Time
            Epoch of the elements.
        argument_of_perigee, true_anomaly : Quantity
            Angles in the orbit; default 0.
        frame : str
            ``"GCRS"`` or ``"TEME"``; elements here are osculating, not the mean ones of two-line sets.

        Raises
        ------
        InputError
            If the perigee is above the apogee, the position lies below the WGS84 ellipsoid, or a value is out of its
            bounds: heights up to 1e6 km, inclination 0 to 180 deg, other angles up to a hundred turns.
        """
        given = (perigee, apogee, inclination, raan, argument_of_perigee, true_anomaly, frame)
        checked_values: list[Any] = [
            declaration.checked(name, value)
            for (name, declaration), value in zip(EARTH_ELEMENTS.items(), given, strict=True)
        ]
        low, high, *angles, frame = checked_values
        checks.instant("epoch", epoch)
        if low > high:
            raise InputError(f"perigee = {perigee} is above apogee = {apogee}: perigee is the lowest point; swap them")
        rot = inertial_axes(frame, epoch)
        p, e = element_kernels.conic(*(float(height.value) + constants.WGS84_RADIUS_M for height in (low, high)))
        turns = (float(np.radians(angle.value)) for angle in angles)
        r, v = element_kernels.state_from_elements(constants.GM_EARTH_M3_S2, p, e, *turns)
        return cls(rot.T @ np.array(r) * u.m, rot.T @ np.array(v) * _MPS, epoch)._above_surface()

    def in_frame(self, frame: str) -> tuple[u.Quantity, u.Quantity]:
        """Return position and velocity in axes of ``"GCRS"``, ``"TEME"`` or ``"ITRF"``; see :meth:`from_frame`.

        Raises
        ------
        InputError
            If there is no such frame.
        """
        rot, rate = _axes(frame, self.epoch)
        r, v = self._vectors
        turned = np.einsum("...ij,...j->...i", rot, v) + np.einsum("...ij,...j->...i", rate, r)
        return np.einsum("...ij,...j->...i", rot, r) * u.m, turned * _MPS

    def elements(self, frame: str = "GCRS") -> EarthElements:
        """Return the osculating elements in the axes of ``"GCRS"`` or ``"TEME"``, with the GM of DE440.

        Raises
        ------
        InputError
            If the state holds many times, or has no orbital plane.
        """
        if self.epoch.shape:
            raise InputError(f"elements needs a state at one time, this one holds {self.epoch.size}: pick one")
        check_orbital_plane(self, "inclination and node are not defined; take its perigee and apogee")
        rot, (r, v) = inertial_axes(frame, self.epoch), self._vectors
        a, e, *angles = element_kernels.elements_from_state(
            constants.GM_EARTH_M3_S2, (rot @ r).tolist(), (rot @ v).tolist()
        )
        return EarthElements(a * u.m, e * u.one, *(np.degrees(angles) * u.deg))

    @property
    def latitude(self) -> Latitude:
        """Geodetic latitude, on the WGS84 ellipsoid in the ITRF."""
        return Latitude(self._geodetic[1] * u.rad, unit=u.deg)

    @property
    def longitude(self) -> Longitude:
        """East longitude in the ITRF, -180 to 180 deg."""
        return Longitude(self._geodetic[0] * u.rad, unit=u.deg, wrap_angle=180 * u.deg)

    @property
    def height(self) -> u.Quantity:
        """Height over the WGS84 ellipsoid."""
        return self._geodetic[2] * u.m

    @property
    def speed(self) -> u.Quantity:
        """Inertial speed, relative to the Earth's centre."""
        return np.linalg.norm(self._vectors[1], axis=-1) * _MPS

    @property
    def flight_path_angle(self) -> u.Quantity:
        """Angle of the inertial velocity above the plane across the radius."""
        r, v = (vectors.reshape(-1, 3).tolist() for vectors in self._vectors)
        angles = np.array([flight_path_angle(*each) for each in zip(r, v, strict=True)])
        return np.degrees(angles).reshape(self.epoch.shape) * u.deg

    @property
    def ground_relative_speed(self) -> u.Quantity:
        """Speed over the turning Earth."""
        return np.linalg.norm(self.in_frame("ITRF")[1].value, axis=-1) * _MPS

    @property
    def ground_relative_flight_path_angle(self) -> u.Quantity:
        """Angle of the velocity over the turning Earth above the horizontal of the WGS84 ellipsoid."""
        longitude, latitude, _ = self._geodetic
        up = [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
        v = self.in_frame("ITRF")[1].value
        rising = np.sum(np.stack(up, axis=-1) * v, axis=-1)
        return np.degrees(np.arcsin(rising / np.linalg.norm(v, axis=-1))) * u.deg

    @property
    def perigee(self) -> u.Quantity:
        """Height of the osculating perigee above 6378.137 km, with the GM of DE440."""
        return (self._apsides[..., 0] - constants.WGS84_RADIUS_M) * u.m

    @property
    def apogee(self) -> u.Quantity:
        """Height of the osculating apogee above 6378.137 km; infinite for an open orbit."""
        return (self._apsides[..., 1] - constants.WGS84_RADIUS_M) * u.m

    def __repr__(self) -> str:
        if self.epoch.shape:
            return f"<{self.epoch.size} states about the Earth>"
        low, high = self.perigee.to_value(u.km), self.apogee.to_value(u.km)
        orbit = f"{low:.1f} x {high:.1f} km Earth orbit" if high < np.inf else f"Earth escape, perigee {low:.1f} km,"
        return f"<{orbit} at {self.epoch.isot} {self.epoch.scale.upper()}>"

    def _repr_html_(self) -> str:
        if self.epoch.shape:
            return as_table(repr(self), [])
        rows = [
            ("height over WGS84", f"{self.height.to_value(u.km):.3f} km"),
            ("above", f"latitude {self.latitude.deg:.3f} deg, east longitude {self.longitude.deg:.3f} deg"),
            ("inertial speed", f"{self.speed.to_value(_MPS):.2f} m/s"),
            ("speed over the turning Earth", f"{self.ground_relative_speed.to_value(_MPS):.2f} m/s"),
        ]
        return as_table(repr(self), rows)

    def _above_surface(self) -> EarthState:
        if np.linalg.norm(self._vectors[0]) < constants.WGS84_RADIUS_M and self.height < 0.0 * u.m:
            raise InputError(
                f"position lies {-self.height.to(u.km):.3f} below the Earth's surface, the WGS84 ellipsoid: expected a "
                "point above it; positions are from the Earth's centre"
            )
        return self

    @property
    def _vectors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self.position.to_value(u.m), self.velocity.to_value(_MPS)

    @property
    def _geodetic(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """East longitude and geodetic latitude (rad), height (m)."""
        longitude, latitude, height = erfa.gc2gd(_WGS84, self.in_frame("ITRF")[0].value)
        return longitude, latitude, height

    @property
    def _apsides(self) -> NDArray[np.float64]:
        r, v = (vectors.reshape(-1, 3).tolist() for vectors in self._vectors)
        pairs = np.array([apsides(*each, constants.GM_EARTH_M3_S2) for each in zip(r, v, strict=True)])
        return pairs.reshape(*self.epoch.shape, 2)


def _axes(frame: str, epoch: Time) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rotations from GCRS to the axes of a frame and their rates (1/s)."""
    if frame == "ITRF":
        return rot_itrf_from_gcrs_with_rate(epoch)
    rot = inertial_axes(frame, epoch)
    return rot, np.zeros_like(rot)


def inertial_axes(frame: str, epoch: Time) -> NDArray[np.float64]:
    """Return the rotation from the axes of the GCRS to those of a frame in which elements are given.

    Raises
    ------
    InputError
        If there is no such frame, or it turns.
    """
    if frame == "GCRS":
        return np.broadcast_to(np.eye(3), (*epoch.shape, 3, 3))
    if frame == "TEME":
        return rot_teme_from_gcrs(epoch)
    if frame == "ITRF":
        raise InputError("frame = 'ITRF' turns with the Earth, and elements need axes that do not: GCRS or TEME")
    raise InputError(f"frame = {frame!r}: {nearest(str(frame), FRAMES)}")
