"""The way between states about the Moon and states about the Earth, as methods of :class:`~lunarsim.State`."""

from __future__ import annotations

from typing import Any, Self

from astropy import units as u
from astropy.time import Time

from lunarsim.arguments import checked
from lunarsim.moon.ephemeris.tables import Ephemeris
from lunarsim.orbits.earth_state import EarthState


@checked
class FromEarth:
    """The constructors of a state that begin at the Earth, and the way back.

    All of them ask an ephemeris where the Earth is and how it moves. It has to be that of the flight: two of them put
    the Earth kilometres apart.
    """

    @classmethod
    def from_earth(
        cls,
        position: u.Quantity,
        velocity: u.Quantity,
        epoch: Time,
        *,
        frame: str = "GCRS",
        ephemeris: Ephemeris | None = None,
    ) -> Self:
        """Return the state of a position and a velocity from the Earth's centre.

        Parameters
        ----------
        position, velocity : Quantity, shape (3,)
            In axes of the frame. In the ITRF the velocity is that over the turning Earth.
        epoch : Time
            One time.
        frame : str
            ``"GCRS"``, ``"TEME"`` or ``"ITRF"``.
        ephemeris : Ephemeris, optional
            That of the flight's Moon; default the built-in one.

        Raises
        ------
        InputError
            If there is no such frame, or the position lies below the WGS84 ellipsoid.
        EpochError
            If the ephemeris does not cover the time.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> from astropy.time import Time
        >>> r, v = [6578, 0, 0] * u.km, [0, 10.92, 0] * u.km / u.s
        >>> state = ls.State.from_earth(r, v, Time("2023-08-10T23:10:57"))
        >>> print(state.to_earth().speed)
        10920.0 m / s
        """
        return cls._from_earth_state(EarthState.from_frame(position, velocity, epoch, frame), ephemeris)

    @classmethod
    def from_earth_elements(
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
        ephemeris: Ephemeris | None = None,
    ) -> Self:
        """Return the state of an osculating orbit about the Earth; see :meth:`lunarsim.EarthState.from_elements`.

        Parameters
        ----------
        perigee, apogee : Quantity
            Heights above the equatorial radius of 6378.137 km.
        inclination, raan : Quantity
            To the equator and from the equinox of the frame.
        epoch : Time
            Epoch of the elements, 1900 to 2050.
        argument_of_perigee, true_anomaly : Quantity
            Angles in the orbit; default 0.
        frame : str
            ``"GCRS"`` or ``"TEME"``.
        ephemeris : Ephemeris, optional
            That of the flight's Moon; default the built-in one.

        Raises
        ------
        InputError
            If the perigee is above the apogee, the position lies below the WGS84 ellipsoid, or a value is out of its
            bounds.
        EpochError
            If the ephemeris does not cover the time.

        Examples
        --------
        >>> import lunarsim as ls
        >>> from astropy import units as u
        >>> from astropy.time import Time
        >>> state = ls.State.from_earth_elements(
        ...     perigee=200 * u.km, apogee=380_000 * u.km, inclination=51.6 * u.deg, raan=30 * u.deg,
        ...     epoch=Time("2023-08-10T23:10:57"),
        ... )
        >>> state.to_earth()
        <200.0 x 380000.0 km Earth orbit at 2023-08-10T23:10:57.000 UTC>
        """
        orbit = EarthState.from_elements(
            perigee=perigee,
            apogee=apogee,
            inclination=inclination,
            raan=raan,
            epoch=epoch,
            argument_of_perigee=argument_of_perigee,
            true_anomaly=true_anomaly,
            frame=frame,
        )
        return cls._from_earth_state(orbit, ephemeris)

    def to_earth(self, ephemeris: Ephemeris | None = None) -> EarthState:
        """Return the same state from the Earth's centre.

        Parameters
        ----------
        ephemeris : Ephemeris, optional
            That of the flight's Moon; default the built-in one.

        Raises
        ------
        EpochError
            If the ephemeris does not cover the times.
        """
        here: Any = self
        position, velocity = (ephemeris or Ephemeris.builtin()).position_and_velocity("earth", here.epoch)
        return EarthState(here.position - position, here.velocity - velocity, here.epoch)

    @classmethod
    def _from_earth_state(cls, orbit: EarthState, ephemeris: Ephemeris | None) -> Self:
        make: Any = cls
        position, velocity = (ephemeris or Ephemeris.builtin()).position_and_velocity("earth", orbit.epoch)
        made: Self = make(orbit.position + position, orbit.velocity + velocity, orbit.epoch)
        return made
