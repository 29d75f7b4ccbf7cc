"""The way from a parking orbit to the Moon by patched conics: a first guess, and launch windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks, constants
from lunarsim.constants import GM_EARTH_M3_S2, GM_MOON_M3_S2
from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.moon.ephemeris.tables import Ephemeris
from lunarsim.orbits.arrival import aim_of
from lunarsim.orbits.earth_state import inertial_axes
from lunarsim.orbits.moonward import MoonPlaces, Ways, ways_to
from lunarsim.orbits.outbound_conic import Conics
from lunarsim.orbits.state import State

Array = NDArray[np.float64]

_MPS = u.m / u.s
_EARTH_M = constants.WGS84_RADIUS_M
_HIGHEST_M = 1e8 + _EARTH_M  # of a parking orbit
_MOST_CELLS = 1_000_000  # of a launch window: some 100 MB


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class LunarTransfer:
    """A way to the Moon by patched conics: what :func:`patched_conics` returns."""

    state: State  #: just after the injection, at perigee
    arrival: Time  #: at the Moon's distance, on the conic about the Earth alone
    raan: u.Quantity  #: of the parking orbit, 0 to 360 deg, in the frame that was asked for
    argument_of_perigee: u.Quantity  #: 0 to 360 deg
    injection: u.Quantity  #: delta-v from the circular parking orbit, along the velocity
    c3: u.Quantity  #: twice the energy about the Earth, km2/s2; negative on an ellipse
    excess_speed: u.Quantity  #: relative to the Moon
    insertion: u.Quantity  #: delta-v at the perilune, into the orbit that was asked for
    b_dot_t: u.Quantity  #: the aim: see :func:`b_plane`
    b_dot_r: u.Quantity


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class LaunchWindow:
    """Transfers over departures and times of flight: what :func:`launch_window` returns. NaN where there is none."""

    departures: Time  #: shape (n,)
    durations: u.Quantity  #: shape (m,)
    injection: u.Quantity  #: shape (n, m), as of :class:`LunarTransfer`, as are the next
    insertion: u.Quantity
    c3: u.Quantity
    excess_speed: u.Quantity

    @property
    def delta_v(self) -> u.Quantity:
        """Injection and insertion together, shape (n, m)."""
        return self.injection + self.insertion

    @property
    def best(self) -> tuple[int, int]:
        """Numbers of the departure and the time of flight of the least delta-v.

        Raises
        ------
        InputError
            If there is no transfer in the window.
        """
        total = self.delta_v.value
        if np.all(np.isnan(total)):
            raise InputError("no transfer of the window exists: expected an inclination of the Moon's declination")
        i, j = np.unravel_index(int(np.nanargmin(total)), total.shape)
        return int(i), int(j)


def patched_conics(
    departure: Time,
    duration: u.Quantity,
    *,
    inclination: u.Quantity,
    parking_height: u.Quantity = 200.0 * u.km,
    northbound: bool = True,
    perilune: u.Quantity = 100.0 * u.km,
    apolune: u.Quantity | None = None,
    arrival_inclination: u.Quantity = 90.0 * u.deg,
    side: Literal["north", "south"] = "south",
    frame: str = "GCRS",
    ephemeris: Ephemeris | None = None,
) -> LunarTransfer:
    """Return the transfer from a circular parking orbit to the Moon by patched conics.

    Parameters
    ----------
    departure : Time
        Of the injection, an impulse along the velocity, which makes the perigee.
    duration : Quantity
        Time of flight to the Moon's distance. That to the apogee is the longest before it; longer ones meet the Moon on
        the way back.
    inclination : Quantity
        Of the parking orbit, to the equator of the frame; see :func:`launch_inclination`.
    parking_height : Quantity
        Above 6378.137 km; default 200 km.
    northbound : bool
        Whether the plane leads the craft northward where it meets the Moon; of two planes of an inclination one does.
    perilune, apolune : Quantity, optional
        Heights of the orbit that the insertion makes at the perilune; the apolune is the perilune's unless given.
    arrival_inclination : Quantity
        To the Moon's equator of date.
    side : {'south', 'north'}
        Over which side of the Moon the asymptote passes: the sign of ``b_dot_r``.
    frame : str
        ``"GCRS"`` or ``"TEME"``, of the inclination and the node.
    ephemeris : Ephemeris, optional
        That of the flight's Moon; default the built-in one.

    Returns
    -------
    LunarTransfer
        A first guess for :func:`lunarsim.target`, its aim, and what it costs.

    Raises
    ------
    InputError
        If the Moon stands at a declination above the inclination, the time of flight is too short for any conic, or the
        asymptote comes in steeper to the Moon's equator than the inclination of the arrival.

    Notes
    -----
    The conic about the Earth leads to the Moon's centre, as if the Moon were not there; what is left of its velocity
    relative to the Moon is the hyperbolic excess velocity (Bate, Mueller and White 1971, sections 7.3 and 7.4, with a
    sphere of influence that is a point). The true way comes hours earlier, and tens of thousands of kilometres off,
    which targeting makes good.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> way = ls.orbits.patched_conics(Time("2023-08-11T00:15:00"), 5.2 * u.day, inclination=51.7 * u.deg)
    >>> print(way.injection.round(0), way.insertion.round(0))
    3136.0 m / s 856.0 m / s
    """
    checks.instant("departure", departure)
    aimed = _angle("arrival_inclination", arrival_inclination)
    seconds = checks.quantity("duration", duration, u.s, positive=True)
    low_m, high_m = _apsides(perilune, apolune)
    sky = ephemeris or Ephemeris.builtin()
    arrival = departure.tdb + seconds
    rot = inertial_axes(frame, departure)
    tilt, parking_m = _parked(inclination, parking_height)
    ways = ways_to(MoonPlaces.at(sky, arrival[None], rot), np.atleast_1d(seconds.value), tilt, parking_m, northbound)
    _check_there_is_one(ways, inclination, duration)
    excess = ways.excess_mps[0]
    aim = aim_of(rot.T @ excess, arrival, low_m, aimed, side)
    place, motion = ways.perigee[0]
    raan, argument = _angles(place, motion)
    v = ways.conics.perigee_mps[0] * motion
    return LunarTransfer(
        state=State.from_earth(parking_m * place * u.m, v * _MPS, departure, frame=frame, ephemeris=sky),
        arrival=arrival.utc,
        raan=raan * u.deg,
        argument_of_perigee=argument * u.deg,
        injection=_injection_mps(ways.conics)[0] * _MPS,
        c3=_c3(ways.conics)[0],
        excess_speed=float(np.linalg.norm(excess)) * _MPS,
        insertion=_insertion_mps(float(np.linalg.norm(excess)), low_m, high_m) * _MPS,
        b_dot_t=aim.b_dot_t,
        b_dot_r=aim.b_dot_r,
    )


def launch_window(
    departures: Time,
    durations: u.Quantity,
    *,
    inclination: u.Quantity,
    parking_height: u.Quantity = 200.0 * u.km,
    northbound: bool = True,
    perilune: u.Quantity = 100.0 * u.km,
    apolune: u.Quantity | None = None,
    frame: str = "GCRS",
    ephemeris: Ephemeris | None = None,
) -> LaunchWindow:
    """Return what transfers to the Moon cost, for each departure and time of flight: :func:`patched_conics` of many.

    Parameters
    ----------
    departures : Time, shape (n,)
        Of the injection.
    durations : Quantity, shape (m,)
        Times of flight.
    inclination, parking_height, northbound, perilune, apolune, frame, ephemeris
        As of :func:`patched_conics`. The axes of TEME are those of the first departure.

    Returns
    -------
    LaunchWindow
        NaN where the Moon stands at a declination above the inclination, or no conic takes that time.

    Raises
    ------
    InputError
        If departures or durations are not of one dimension, or there are more than a million of both together.

    Examples
    --------
    >>> import lunarsim as ls
    >>> import numpy as np
    >>> from astropy import units as u
    >>> from astropy.time import Time
    >>> days = Time("2023-08-01") + np.arange(28) * u.day
    >>> window = ls.orbits.launch_window(days, np.linspace(4, 6, 21) * u.day, inclination=51.7 * u.deg)
    >>> i, j = window.best
    >>> print(window.departures[i].isot[:10], window.durations[j], window.delta_v[i, j].round(0))
    2023-08-05 4.9 d 3961.0 m / s
    """
    if not isinstance(departures, Time) or departures.ndim != 1 or not departures.size:
        raise InputError("departures: expected a Time of shape (n,)")
    days = checks.quantity("durations", durations, u.s, shape=(np.size(durations),), positive=True)
    shape = departures.size, days.size
    if departures.size * days.size > _MOST_CELLS:
        raise InputError(f"{shape[0]} departures and {shape[1]} durations: expected a million pairs at most")
    low_m, high_m = _apsides(perilune, apolune)
    tilt, parking_m = _parked(inclination, parking_height)
    after_s = (departures - departures[0]).to_value(u.s)[:, None] + days.value
    sky, rot = ephemeris or Ephemeris.builtin(), inertial_axes(frame, departures[0])
    moon = MoonPlaces.between(sky, departures[0], after_s.ravel(), rot)
    ways = ways_to(moon, np.broadcast_to(days.value, shape).ravel(), tilt, parking_m, northbound)
    excess = np.linalg.norm(ways.excess_mps, axis=1)
    injection = np.where(np.isfinite(excess), _injection_mps(ways.conics), np.nan)
    return LaunchWindow(
        departures=departures,
        durations=durations,
        injection=injection.reshape(shape) * _MPS,
        insertion=_insertion_mps(excess, low_m, high_m).reshape(shape) * _MPS,
        c3=np.where(np.isfinite(excess), _c3(ways.conics), np.nan).reshape(shape),
        excess_speed=excess.reshape(shape) * _MPS,
    )


def launch_inclination(latitude: u.Quantity, azimuth: u.Quantity) -> u.Quantity:
    """Return the inclination of the orbit that passes over a latitude in a direction (spherical trigonometry).

    Parameters
    ----------
    latitude : Quantity
        Of the launch site, geocentric.
    azimuth : Quantity
        Of the inertial velocity, from north towards east: the turning Earth adds its own to that over the ground.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> print(ls.orbits.launch_inclination(51.7 * u.deg, 90 * u.deg).round(3))
    51.7 deg
    """
    north, turned = (_angle(name, value) for name, value in (("latitude", latitude), ("azimuth", azimuth)))
    return np.degrees(np.arccos(np.cos(north) * np.sin(turned))) * u.deg


def _angles(place: Array, motion: Array) -> tuple[float, float]:
    """Return node and argument of perigee (deg, 0 to 360) of the directions of place and velocity at perigee."""
    normal = np.cross(place, motion)
    across = float(np.hypot(normal[0], normal[1]))
    node = np.array([-normal[1], normal[0], 0.0]) / across if across > 0.0 else np.array([1.0, 0.0, 0.0])
    argument = np.arctan2(np.cross(normal, node) @ place, node @ place)
    return float(np.degrees(np.arctan2(node[1], node[0])) % 360.0), float(np.degrees(argument) % 360.0)


def _injection_mps(conics: Conics) -> Array:
    return np.asarray(conics.perigee_mps - np.sqrt(GM_EARTH_M3_S2 / conics.perigee_m))


def _c3(conics: Conics) -> u.Quantity:
    return (GM_EARTH_M3_S2 * (conics.eccentricity - 1.0) / conics.perigee_m * _MPS**2).to(u.km**2 / u.s**2)


def _insertion_mps(excess_mps: Any, low_m: float, high_m: float) -> Any:
    """Return the delta-v from a hyperbola to an ellipse at their common perilune (vis viva)."""
    arrives = np.sqrt(excess_mps * excess_mps + 2.0 * GM_MOON_M3_S2 / low_m)
    return arrives - np.sqrt(2.0 * GM_MOON_M3_S2 * high_m / (low_m * (low_m + high_m)))


def _check_there_is_one(ways: Ways, inclination: u.Quantity, duration: u.Quantity) -> None:
    if np.isnan(ways.conics.eccentricity[0]):
        raise InputError(f"duration = {duration}: no conic from the parking orbit is so fast; expected hours to days")
    if np.isnan(ways.excess_mps[0, 0]):
        raise InputError(
            f"inclination = {inclination}: the Moon stands at a declination of "
            f"{np.degrees(ways.declination[0]):.1f} deg on arrival, which a plane has to be inclined by at least"
        )


def _parked(inclination: u.Quantity, height: u.Quantity) -> tuple[float, float]:
    """Return the tilt (rad) of a parking orbit, and its radius (m)."""
    tilt, radius_m = _angle("inclination", inclination), _radius("parking_height", height, _EARTH_M)
    if not 0.0 <= tilt <= np.pi:
        raise InputError(f"inclination = {inclination}: expected 0 to 180 deg")
    if radius_m > _HIGHEST_M:
        raise InputError(f"parking_height = {height}: expected at most 100000 km, an orbit about the Earth")
    return tilt, radius_m


def _angle(name: str, value: u.Quantity) -> float:
    return float(np.radians(checks.quantity(name, value, u.deg).value))


def _radius(name: str, value: u.Quantity, of_m: float) -> float:
    return float(checks.quantity(name, value, u.m, positive=True).value) + of_m


def _apsides(perilune: u.Quantity, apolune: u.Quantity | None) -> tuple[float, float]:
    low_m = _radius("perilune", perilune, constants.MOON_RADIUS_M)
    high_m = low_m if apolune is None else _radius("apolune", apolune, constants.MOON_RADIUS_M)
    if high_m < low_m:
        raise InputError(f"perilune = {perilune} is above apolune = {apolune}: perilune is the lowest point; swap them")
    return low_m, high_m
