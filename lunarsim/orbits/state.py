"""States about the Moon, and the bridge to poliastro and boinor orbits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy import units as u
from astropy.coordinates import BaseCoordinateFrame, Latitude, Longitude
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks, constants
from lunarsim.arguments import checked
from lunarsim.display import as_table
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.kernels.geometry import elements as element_kernels
from lunarsim.kernels.geometry import orbit as orbit_kernels
from lunarsim.moon.frames import state_coordinates, state_vectors
from lunarsim.moon.orientation import rot_me_from_icrf
from lunarsim.orbits.elements import Elements
from lunarsim.orbits.from_earth import FromEarth
from lunarsim.orbits.from_files import FromFiles
from lunarsim.orbits.numbers import APPROACH, COMPONENTS, ELEMENTS
from lunarsim.orbits.plane import check_orbital_plane


@checked
@by_value
@dataclass(frozen=True, eq=False)
class State(FromFiles, FromEarth):
    """Position and velocity, Moon-centred, in axes of the ICRF, at one time or many.

    Parameters
    ----------
    position : Quantity, shape (3,) or (n, 3)
        From the Moon's centre, ICRF axes.
    velocity : Quantity, shape (3,) or (n, 3)
        Inertial, ICRF axes.
    epoch : Time
        One time, or n times for shape (n, 3).

    Raises
    ------
    InputError
        If a shape or a dimension is not as above, a value is not finite, a component beyond 1e13 m or 1000 km/s, or a
        position is the Moon's centre.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> state = ls.State([1837.4, 0, 0] * u.km, [0, 1.6335, 0] * u.km / u.s, Time("2026-01-01"))
    >>> print(state.perilune.round(1), state.apolune.round(1))
    99981.5 m 100000.0 m
    """

    position: u.Quantity
    velocity: u.Quantity
    epoch: Time

    def __post_init__(self) -> None:
        if not isinstance(self.epoch, Time):
            checks.instant("epoch", self.epoch)
        if self.epoch.ndim > 1 or self.epoch.masked:
            raise InputError(f"epoch has shape {self.epoch.shape}: expected one time, or n times without gaps")
        checks.check_calendar("epoch", self.epoch)
        shape = (*self.epoch.shape, 3)
        for name, declaration in COMPONENTS.items():
            declaration.checked(name, getattr(self, name), shape=shape)
            own = u.Quantity(getattr(self, name), copy=True)
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        if not np.all(np.linalg.norm(self.position.value, axis=-1) > 0.0):
            raise InputError("position is the Moon's centre: expected a point outside it")

    @classmethod
    def from_elements(
        cls,
        *,
        perilune: u.Quantity,
        apolune: u.Quantity,
        inclination: u.Quantity,
        node_longitude: u.Quantity,
        epoch: Time,
        argument_of_perilune: u.Quantity = 0.0 * u.deg,
        true_anomaly: u.Quantity = 0.0 * u.deg,
    ) -> State:
        """Return the state of an osculating orbit given to the Moon's equator of date.

        Parameters
        ----------
        perilune, apolune : Quantity
            Altitudes of the osculating orbit above the 1737.4 km sphere.
        inclination : Quantity
            To the equator of the mean Earth / polar axis frame (ME) at ``epoch``.
        node_longitude : Quantity
            Selenographic (ME) east longitude of the ascending node at ``epoch``.
        epoch : Time
            Epoch of the elements, 1900 to 2050.
        argument_of_perilune, true_anomaly : Quantity
            Angles in the orbit; default 0.

        Raises
        ------
        InputError
            If perilune is above apolune or below the Moon's centre, or a value is of the wrong dimension or out of its
            bounds: altitudes up to 1e6 km, inclination 0 to 180 deg, other angles up to a hundred turns.
        EpochError
            If the epoch is outside the span of the orientation kernel.

        Notes
        -----
        The gravitational parameter is that of GRGM900C (Lemoine et al. 2014).
        """
        given = (perilune, apolune, inclination, node_longitude, argument_of_perilune, true_anomaly)
        low, high, tilt, *angles = (
            declaration.checked(name, value) for (name, declaration), value in zip(ELEMENTS.items(), given, strict=True)
        )
        checks.instant("epoch", epoch)
        if low > high:
            raise InputError(
                f"perilune = {perilune} is above apolune = {apolune}: perilune is the lowest point; swap them"
            )
        r_low, r_high = (float(altitude.value) + constants.MOON_RADIUS_M for altitude in (low, high))
        if r_low <= 0.0:
            raise InputError(f"perilune = {perilune} lies below the Moon's centre, at -1737.4 km")
        p, e = element_kernels.conic(r_low, r_high)
        r_me, v_me = element_kernels.state_from_elements(
            constants.GM_MOON_M3_S2, p, e, *(float(np.radians(angle.value)) for angle in (tilt, *angles))
        )
        rot = rot_me_from_icrf(epoch)
        return cls(rot.T @ np.array(r_me) * u.m, rot.T @ np.array(v_me) * (u.m / u.s), epoch)

    @classmethod
    def from_approach(
        cls,
        *,
        latitude: u.Quantity,
        longitude: u.Quantity,
        azimuth: u.Quantity,
        range_to_go: u.Quantity,
        altitude: u.Quantity,
        speed: u.Quantity,
        epoch: Time,
        flight_path_angle: u.Quantity = 0.0 * u.deg,
        crossrange: u.Quantity = 0.0 * u.m,
    ) -> State:
        """Return the state of a craft on its way to a site.

        Parameters
        ----------
        latitude, longitude : Quantity
            Selenographic (ME) coordinates of the site.
        azimuth : Quantity
            Direction of flight over the site, from north towards east.
        range_to_go : Quantity
            Great-circle distance to the site on the 1737.4 km sphere, along the track that crosses it with that
            azimuth.
        altitude : Quantity
            Height of the craft above the 1737.4 km sphere; negative below it, over low ground.
        speed : Quantity
            Moon-centred inertial speed, along the track.
        epoch : Time
            1900 to 2050.
        flight_path_angle : Quantity
            Of the inertial velocity above the local horizontal; default 0.
        crossrange : Quantity
            Great-circle distance by which the craft lies to the left of that track; default 0.

        Raises
        ------
        InputError
            If a value is of the wrong dimension or out of its bounds: latitude up to a pole, ranges up to once around
            the Moon, altitude from -20 km to 1e6 km, speed 1e-6 m/s to 100 km/s, flight-path angle -90 to 90 deg.
        EpochError
            If the epoch is outside the span of the orientation kernel.
        """
        given = (latitude, longitude, azimuth, range_to_go, altitude, speed, flight_path_angle, crossrange)
        lat, lon, heading, back, height, v, path, aside = (
            float(declaration.checked(name, value).decompose().value)
            for (name, declaration), value in zip(APPROACH.items(), given, strict=True)
        )
        back, aside = back / constants.MOON_RADIUS_M, aside / constants.MOON_RADIUS_M
        checks.instant("epoch", epoch)
        up, east, north = _local_axes(lat, lon)
        ahead = np.sin(heading) * east + np.cos(heading) * north
        left = np.cross(up, ahead)
        there = np.cos(aside) * (np.cos(back) * up - np.sin(back) * ahead) + np.sin(aside) * left
        along = np.cos(back) * ahead + np.sin(back) * up
        velocity_me = v * (np.cos(path) * along + np.sin(path) * there)
        rot = rot_me_from_icrf(epoch)
        return cls(rot.T @ there * ((constants.MOON_RADIUS_M + height) * u.m), rot.T @ velocity_me * (u.m / u.s), epoch)

    @classmethod
    def from_orbit(cls, orbit: Any) -> State:
        """Return the state of a poliastro or boinor ``Orbit`` about the Moon.

        Raises
        ------
        InputError
            If the orbit's attractor is not the Moon, or its axes are not those of the ICRF.
        """
        attractor = getattr(getattr(orbit, "attractor", None), "name", None)
        if attractor != "Moon":
            raise InputError(
                f"orbit = {orbit} is about {attractor}: expected a poliastro or boinor Orbit about the Moon"
            )
        plane = getattr(getattr(orbit, "plane", None), "name", "EARTH_EQUATOR")
        if plane != "EARTH_EQUATOR":
            raise InputError(f"orbit is given to the plane {plane}: expected EARTH_EQUATOR, with the axes of the ICRF")
        return cls(orbit.r.to(u.m), orbit.v.to(u.m / u.s), orbit.epoch)

    def to_orbit(self) -> Any:
        """Return a boinor ``Orbit`` (the poliastro API) of this state.

        Raises
        ------
        InputError
            If the state holds many times, or is at rest or moves along its radius: boinor has no such orbits.
        """
        self._check_single("to_orbit")
        check_orbital_plane(self, "a boinor Orbit needs one; fly it with lunarsim.propagate")
        from boinor.bodies import Moon  # noqa: PLC0415  (a second of import that only this bridge needs)
        from boinor.twobody import Orbit  # noqa: PLC0415

        return Orbit.from_vectors(Moon, self.position.to(u.km), self.velocity.to(u.km / u.s), self.epoch)

    @classmethod
    def from_coordinates(cls, coordinate: Any) -> State:
        """Return the state of a coordinate with a velocity, in any frame that leads to :class:`MoonInertial`.

        Parameters
        ----------
        coordinate : SkyCoord or frame
            With ``obstime``, distances and velocities; one or n places.

        Raises
        ------
        InputError
            If a velocity, a distance or the time is missing.
        """
        return cls(*state_vectors(coordinate))

    def in_frame(self, frame: BaseCoordinateFrame) -> Any:
        """Return position and velocity as an astropy coordinate.

        Parameters
        ----------
        frame : astropy frame
            Such as ``MoonME()``, ``MoonPA()`` or ``MoonTopocentric(site=site)``; one without ``obstime`` takes
            the time of the state.
        """
        return state_coordinates(self.position, self.velocity, self.epoch).transform_to(frame)

    def __getitem__(self, index: Any) -> State:
        """Return the state at some of many times.

        Raises
        ------
        InputError
            If this is a state at one time.
        """
        if not self.epoch.shape:
            raise InputError(f"{self!r} is a state at one time: there is nothing to pick from")
        return State(self.position[index], self.velocity[index], self.epoch[index])

    @property
    def longitude(self) -> Longitude:
        """Selenographic (ME) east longitude, 0 to 360 deg."""
        return Longitude(self._selenographic[..., 0] * u.rad, unit=u.deg)

    @property
    def latitude(self) -> Latitude:
        """Selenographic (ME) latitude."""
        return Latitude(self._selenographic[..., 1] * u.rad, unit=u.deg)

    @property
    def altitude(self) -> u.Quantity:
        """Height above the 1737.4 km sphere."""
        return (np.linalg.norm(self.position.to_value(u.m), axis=-1) - constants.MOON_RADIUS_M) * u.m

    @property
    def speed(self) -> u.Quantity:
        """Moon-centred inertial speed."""
        return np.linalg.norm(self.velocity.to_value(u.m / u.s), axis=-1) * (u.m / u.s)

    @property
    def flight_path_angle(self) -> u.Quantity:
        """Angle of the inertial velocity above the local horizontal."""
        return np.degrees(self._each(orbit_kernels.flight_path_angle)) * u.deg

    @property
    def perilune(self) -> u.Quantity:
        """Altitude of the osculating perilune above 1737.4 km, with the GM of GRGM900C."""
        return (self._apsides[..., 0] - constants.MOON_RADIUS_M) * u.m

    @property
    def apolune(self) -> u.Quantity:
        """Altitude of the osculating apolune above 1737.4 km; infinite for an open orbit: one of energy >= 0."""
        return (self._apsides[..., 1] - constants.MOON_RADIUS_M) * u.m

    def elements(self) -> Elements:
        """Return the osculating elements to the Moon's equator (ME) of date, with the GM of GRGM900C.

        Raises
        ------
        InputError
            If the state holds many times, or has no orbital plane: at rest, or moving along its radius to 1e-12 rad.
            Inclination, node and argument of perilune are then not defined; :attr:`perilune` and :attr:`apolune` are.
        """
        self._check_single("elements")
        check_orbital_plane(
            self, "inclination, node and argument of perilune are not defined; take its perilune and apolune"
        )
        rot = rot_me_from_icrf(self.epoch)
        a, e, *angles = element_kernels.elements_from_state(
            constants.GM_MOON_M3_S2,
            (rot @ self.position.to_value(u.m)).tolist(),
            (rot @ self.velocity.to_value(u.m / u.s)).tolist(),
        )
        return Elements(a * u.m, e * u.one, *(np.degrees(angles) * u.deg))

    def __repr__(self) -> str:
        if self.epoch.size == 0:
            return "<no lunar states>"
        if self.epoch.shape:
            first, last = self.epoch[0], self.epoch[-1]
            return f"<{self.epoch.size} lunar states, {first.isot} to {last.isot} {first.scale.upper()}>"
        low, high = self.perilune.to_value(u.km), self.apolune.to_value(u.km)
        orbit = f"{low:.1f} x {high:.1f} km lunar orbit" if high < np.inf else f"escape orbit, perilune {low:.1f} km,"
        return f"<{orbit} at {self.epoch.isot} {self.epoch.scale.upper()}>"

    def _repr_html_(self) -> str:
        if self.epoch.shape:
            return as_table(repr(self), [])
        north, east = float(self.latitude.deg), float(self.longitude.deg)
        rows = [
            ("altitude above the 1737.4 km sphere", f"{self.altitude.to_value(u.km):.3f} km"),
            ("speed", f"{self.speed.to_value(u.m / u.s):.2f} m/s"),
            ("flight-path angle", f"{self.flight_path_angle.to_value(u.deg):.3f} deg"),
            ("above", f"latitude {north:.3f} deg, east longitude {east:.3f} deg (ME)"),
        ]
        return as_table(repr(self), rows)

    @property
    def _selenographic(self) -> NDArray[np.float64]:
        r_me = np.einsum("...ij,...j->...i", rot_me_from_icrf(self.epoch), self.position.to_value(u.m))
        angles = np.array([orbit_kernels.spherical(r)[:2] for r in r_me.reshape(-1, 3).tolist()])
        return angles.reshape(*r_me.shape[:-1], 2)

    @property
    def _apsides(self) -> NDArray[np.float64]:
        return self._each(orbit_kernels.apsides, constants.GM_MOON_M3_S2)

    def _each(self, function: Any, *parameters: float) -> NDArray[np.float64]:
        """Apply a formula of (r, v, parameters) at each time; the last axis holds its results."""
        r = self.position.to_value(u.m).reshape(-1, 3).tolist()  # floats: Python is quickest with them
        v = self.velocity.to_value(u.m / u.s).reshape(-1, 3).tolist()
        if not r:
            width = len(np.atleast_1d(function((1.0, 1.0, 1.0), (1.0, 0.0, 0.0), *parameters)))
            return np.empty((0, width) if width > 1 else (0,))
        results = np.array([function(ri, vi, *parameters) for ri, vi in zip(r, v, strict=True)])
        return results.reshape((*self.epoch.shape, *results.shape[1:]))

    def _check_single(self, method: str) -> None:
        if self.epoch.shape:
            raise InputError(
                f"{method} needs a state at one time, this one holds {self.epoch.size}: pick one, state[i]"
            )


def _local_axes(
    latitude: float, longitude: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the unit vectors up, east and north at a latitude and longitude (rad), in ME."""
    cf, sf, cl, sl = np.cos(latitude), np.sin(latitude), np.cos(longitude), np.sin(longitude)
    return np.array([cf * cl, cf * sl, sf]), np.array([-sl, cl, 0.0]), np.array([-sf * cl, -sf * sl, cf])
