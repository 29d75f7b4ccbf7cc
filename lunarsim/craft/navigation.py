"""Navigation: what the flight computer estimates of its position and velocity, in one of several ways."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.declarations import FAST_MPS, HEAVY_KG, Choice, choice, everything, number
from lunarsim.errors import InputError
from lunarsim.kernels.navigation import estimate, filter_rules
from lunarsim.kernels.records import record
from lunarsim.records import field_name, in_si

_MPS = u.m / u.s
_FAR_M = 1e7  # more than the Moon's circumference, or to high orbits
_BOTH_WAYS = {"low": -_FAR_M, "high": _FAR_M, "dispersible": True}
_RATE = {"low": -FAST_MPS, "high": FAST_MPS, "dispersible": True}
_ANGLE = {"low": -180.0, "high": 180.0, "dispersible": True}
_SIGMA = {"low": 0.0, "high": _FAR_M}
_SIGMA_RATE = {"low": 0.0, "high": FAST_MPS}
_NOISY = u.m / u.s**1.5  # white noise of an acceleration: (m/s2)/sqrt(Hz)
_MOST_DEGREES = 2000  # of a field: GRAIL's go to 1,800


@dataclass(frozen=True, kw_only=True)
class NavigationSystem:
    """What all kinds of navigation have in common: errors in the directions of flight, estimated less true.

    A craft has one of them: :class:`Navigation`, :class:`DeadReckoning` or :class:`KalmanFilter`.

    Examples
    --------
    >>> import lunarsim as ls
    >>> isinstance(ls.Navigation(), ls.NavigationSystem)
    True
    """

    title: ClassVar[str]  #: what scenario files call it
    kind: ClassVar[int]  #: what kernels call it

    downrange: u.Quantity = number(0.0, u.m, text="Error of the position, constant.", **_BOTH_WAYS)
    crossrange: u.Quantity = number(0.0, u.m, text="Error of the position, to the left of the motion.", **_BOTH_WAYS)
    altitude: u.Quantity = number(0.0, u.m, text="Error of the position, upwards.", **_BOTH_WAYS)
    downrange_rate: u.Quantity = number(0.0, _MPS, text="Error of the velocity, constant.", **_RATE)
    crossrange_rate: u.Quantity = number(0.0, _MPS, text="Error of the velocity, to the left.", **_RATE)
    altitude_rate: u.Quantity = number(0.0, _MPS, text="Error of the velocity, upwards.", **_RATE)
    attitude_roll: u.Quantity = number(0.0, u.deg, text="Error of the attitude about downrange.", **_ANGLE)
    attitude_pitch: u.Quantity = number(0.0, u.deg, text="Error of the attitude about crossrange.", **_ANGLE)
    attitude_yaw: u.Quantity = number(0.0, u.deg, text="Error of the attitude about the vertical.", **_ANGLE)
    mass: u.Quantity = number(0.0, u.kg, low=-HEAVY_KG, high=HEAVY_KG, text="Error of the mass.", dispersible=True)
    seed: float = number(  # whole numbers that a float holds
        0.0, u.one, low=0.0, high=2.0**53, text="Of the noise.", dispersible=True, whole=True
    )

    def __post_init__(self) -> None:
        declarations.check(self)

    @staticmethod
    def record_type() -> np.dtype[Any]:
        """Return the type of the record of any navigation: the numbers of all kinds, and which kind it is."""
        return record([("kind", float), *((name, float) for name in _all_fields())])

    def record_values(self) -> tuple[Any, ...]:
        """Return what stands in the record of this navigation; zero for what belongs to another kind."""
        own = {field_name(name, each.unit): in_si(getattr(self, name), each) for name, each in _numbers(type(self))}
        return (float(self.kind), *(own.get(name, 0.0) for name in _all_fields()))


@dataclass(frozen=True, kw_only=True)
class Navigation(NavigationSystem):
    """Navigation that is the truth with errors, in the directions of flight: estimated less true.

    It is perfect where nothing is given, and looks at no sensor. Guided phases use it, and an attitude control.

    Parameters
    ----------
    downrange, crossrange, altitude : Quantity
        Constant errors of the position; default 0. Crossrange is to the left of the motion.
    downrange_rate, crossrange_rate, altitude_rate : Quantity
        Constant errors of the velocity; default 0.
    altitude_scale : float
        Error of the altitude above the landing site as a share of it, as a radar's scale factor; default 0.
    mass : Quantity
        Error of the mass; default 0.
    position_noise, velocity_noise, altitude_noise : Quantity
        Standard deviations of what is drawn anew at each guidance cycle: of each component of position and velocity,
        and of the altitude besides; default 0.
    attitude_roll, attitude_pitch, attitude_yaw : Quantity
        Constant errors of the attitude: rotations about downrange, crossrange and the vertical, right-handed; default
        0. They turn the thrust of a craft with an ``attitude_control``, in burns too; without one it is pointed
        perfectly.
    attitude_noise : Quantity
        Standard deviation about each of the three, drawn anew at each guidance cycle; default 0.
    seed : int
        Of the noise; a run with the same seed has the same noise.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds: lengths up to 10,000 km, rates up to 100 km/s,
        standard deviations not negative, the seed within 0 to 2^53.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> navigation = ls.Navigation(downrange=500 * u.m, altitude=-20 * u.m)
    >>> navigation.downrange
    <Quantity 500. m>
    """

    title: ClassVar[str] = "truth with errors"
    kind: ClassVar[int] = estimate.TRUTH

    altitude_scale: float = number(
        0.0, u.one, low=-1.0, high=10.0, text="Error of the altitude as a share of it.", dispersible=True
    )
    position_noise: u.Quantity = number(
        0.0, u.m, low=0.0, high=_FAR_M, text="Standard deviation of each component of the position.", dispersible=True
    )
    velocity_noise: u.Quantity = number(
        0.0,
        _MPS,
        low=0.0,
        high=FAST_MPS,
        text="Standard deviation of each component of the velocity.",
        dispersible=True,
    )
    altitude_noise: u.Quantity = number(
        0.0, u.m, low=0.0, high=_FAR_M, text="Standard deviation of the altitude besides.", dispersible=True
    )
    attitude_noise: u.Quantity = number(
        0.0, u.deg, low=0.0, high=180.0, text="Standard deviation of the attitude about each axis.", dispersible=True
    )


@dataclass(frozen=True, kw_only=True)
class InertialNavigation(NavigationSystem):
    """What dead reckoning and the Kalman filter have in common: sensors that are added up, and where that begins.

    The estimate begins as the truth, plus the constant errors, plus what the standard deviations draw by the seed.
    """

    gravity_degree: float = number(
        0.0,
        u.one,
        low=0.0,
        high=_MOST_DEGREES,
        text="To which the computer knows the field of gravity; 0: a point mass.",
        whole=True,
    )
    downrange_sigma: u.Quantity = number(0.0, u.m, text="Initial standard deviation of the position.", **_SIGMA)
    crossrange_sigma: u.Quantity = number(
        0.0, u.m, text="Initial standard deviation of the position, across the motion.", **_SIGMA
    )
    altitude_sigma: u.Quantity = number(0.0, u.m, text="Initial standard deviation of the altitude.", **_SIGMA)
    downrange_rate_sigma: u.Quantity = number(
        0.0, _MPS, text="Initial standard deviation of the velocity.", **_SIGMA_RATE
    )
    crossrange_rate_sigma: u.Quantity = number(
        0.0, _MPS, text="Initial standard deviation of the velocity, across the motion.", **_SIGMA_RATE
    )
    altitude_rate_sigma: u.Quantity = number(
        0.0, _MPS, text="Initial standard deviation of the velocity, upwards.", **_SIGMA_RATE
    )


@dataclass(frozen=True, kw_only=True)
class DeadReckoning(InertialNavigation):
    """Navigation that adds up what accelerometer and gyro report, in a model of gravity of its own.

    Nothing corrects it: an error of a sensor, of the start or of the model of gravity grows for the whole flight.

    Parameters
    ----------
    downrange, crossrange, altitude, downrange_rate, crossrange_rate, altitude_rate : Quantity
        Errors of the estimate at the start of the flight, in the directions of flight; default 0.
    attitude_roll, attitude_pitch, attitude_yaw : Quantity
        Errors of the attitude then: rotations about downrange, crossrange and the vertical; default 0.
    mass : Quantity
        Error of the mass; default 0.
    gravity_degree : int
        To which the computer knows the field of gravity; default 0, a point mass. It knows no other bodies.
    downrange_sigma, crossrange_sigma, altitude_sigma : Quantity
        Standard deviations of further errors of the position at the start, drawn by the seed; default 0.
    downrange_rate_sigma, crossrange_rate_sigma, altitude_rate_sigma : Quantity
        The same of the velocity.
    seed : int
        Of what is drawn, also by the sensors.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds.

    Notes
    -----
    Only who guides estimates: on a plan without guided phases it does nothing, and ``flight.navigation`` is None.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.DeadReckoning(altitude=120 * u.m, gravity_degree=2).altitude
    <Quantity 120. m>
    """

    title: ClassVar[str] = "dead reckoning"
    kind: ClassVar[int] = estimate.DEAD_RECKONING


@dataclass(frozen=True, kw_only=True)
class KalmanFilter(InertialNavigation):
    """An extended Kalman filter of position, velocity and altitude bias.

    Between measurements it is dead reckoning. The altimeter and the velocimeter of the craft correct it, where their
    innovation passes a gate.

    Parameters
    ----------
    downrange, crossrange, altitude, downrange_rate, crossrange_rate, altitude_rate : Quantity
        Errors of the estimate at the start of the flight, of which the filter does not know; default 0.
    attitude_roll, attitude_pitch, attitude_yaw : Quantity
        Errors of the attitude then: rotations about downrange, crossrange and the vertical; default 0.
    mass : Quantity
        Error of the mass; default 0.
    gravity_degree : int
        To which the computer knows the field of gravity; default 0, a point mass.
    downrange_sigma, crossrange_sigma, altitude_sigma : Quantity
        Standard deviations of the position at the start: what is drawn by the seed, and what the filter begins with;
        default 1 km, 1 km and 300 m.
    downrange_rate_sigma, crossrange_rate_sigma, altitude_rate_sigma : Quantity
        The same of the velocity; default 1 m/s.
    altitude_bias_sigma : Quantity
        What the filter begins with for the constant error of the altimeter over its map; default 10 m.
    altitude_bias_walk : Quantity
        How that wanders, as a map's errors do along the way: standard deviation after a second; default 0.
    acceleration_noise : Quantity
        White noise of the acceleration that the filter assumes beside that of the inertial unit, for what its models
        leave out: standard deviation of the velocity after a second; default 0.01 m/s.
    attitude_error : Quantity
        Standard deviation of the attitude, by which the filter trusts a beam or a velocity in the body's axes less;
        default 0.
    map_error : Quantity
        Standard deviation that the filter adds to the altimeter's own for its map, anew at each measurement; default 0.
    map : str
        The ground that the computer carries: ``"sphere"``, through the landing site, or ``"terrain"``, the true one.
    gate : float
        A measurement is rejected whose innovation is more than so many of its standard deviations; default 5.
    rejections : int
        After so many in a row the rule ``on_rejections`` is followed; default 10.
    on_rejections : str
        ``"ignore"``: the sensor is ignored for good; ``"accept"``: the next measurement passes the gate whatever it is;
        ``"reinitialise"``: the covariance becomes that of the start, and the next measurement passes.
    seed : int
        Of what is drawn, also by the sensors.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds, or a covariance at the start is not positive.

    Notes
    -----
    Only who guides estimates: on a plan without guided phases it does nothing, and ``flight.navigation`` is None.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.KalmanFilter(altitude_sigma=500 * u.m, gate=3.0).on_rejections
    'ignore'
    """

    title: ClassVar[str] = "Kalman filter"
    kind: ClassVar[int] = estimate.KALMAN

    downrange_sigma: u.Quantity = number(1000.0, u.m, text="Initial standard deviation of the position.", **_SIGMA)
    crossrange_sigma: u.Quantity = number(
        1000.0, u.m, text="Initial standard deviation of the position, across the motion.", **_SIGMA
    )
    altitude_sigma: u.Quantity = number(300.0, u.m, text="Initial standard deviation of the altitude.", **_SIGMA)
    downrange_rate_sigma: u.Quantity = number(
        1.0, _MPS, text="Initial standard deviation of the velocity.", **_SIGMA_RATE
    )
    crossrange_rate_sigma: u.Quantity = number(
        1.0, _MPS, text="Initial standard deviation of the velocity, across the motion.", **_SIGMA_RATE
    )
    altitude_rate_sigma: u.Quantity = number(
        1.0, _MPS, text="Initial standard deviation of the velocity, upwards.", **_SIGMA_RATE
    )
    altitude_bias_sigma: u.Quantity = number(
        10.0, u.m, text="Initial standard deviation of the altimeter's constant error over its map.", **_SIGMA
    )
    altitude_bias_walk: u.Quantity = number(
        0.0, u.m / u.s**0.5, low=0.0, high=1e4, text="Standard deviation by which that wanders in a second."
    )
    acceleration_noise: u.Quantity = number(
        0.01, _NOISY, low=0.0, high=1e3, text="Noise beside the inertial unit's: of the velocity after a second."
    )
    attitude_error: u.Quantity = number(
        0.0, u.deg, low=0.0, high=180.0, text="Standard deviation of the attitude that the filter assumes."
    )
    map_error: u.Quantity = number(
        0.0, u.m, low=0.0, high=1e5, text="Standard deviation of the map, beside the altimeter's own."
    )
    map: str = choice("sphere", Choice(words=filter_rules.MAPS, text="the ground that the computer carries"))
    gate: float = number(
        5.0, u.one, above=0.0, high=1e9, text="Standard deviations beyond which an innovation is rejected."
    )
    rejections: float = number(
        10.0, u.one, low=1.0, high=1e9, text="So many in a row, and `on_rejections` is followed.", whole=True
    )
    on_rejections: str = choice("ignore", Choice(words=filter_rules.RULES, text="what follows rejections in a row"))

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, declaration in _numbers(KalmanFilter):
            if name.endswith("_sigma") and not in_si(getattr(self, name), declaration) > 0.0:
                raise InputError(
                    f"{name} = {getattr(self, name)}: the covariance of a Kalman filter has to be positive: expected "
                    "a standard deviation above 0"
                )


#: The kinds of navigation that scenario files know, by their titles.
NAVIGATIONS: dict[str, type[NavigationSystem]] = {
    each.title: each for each in (Navigation, DeadReckoning, KalmanFilter)
}


def _numbers(kind: type) -> list[tuple[str, Any]]:
    """Return what a kind of navigation declares, words too, by the names of its fields."""
    declared = everything(kind)
    return [(each.name, declared[each.name]) for each in fields(kind) if each.name in declared]


def _all_fields() -> list[str]:
    """Return the fields of the record that holds the numbers of any kind."""
    kinds = NAVIGATIONS.values()
    return list(dict.fromkeys(field_name(name, each.unit) for kind in kinds for name, each in _numbers(kind)))
