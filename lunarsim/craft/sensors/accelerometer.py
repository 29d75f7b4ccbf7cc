"""Accelerometers: that of the package, and those of its users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import Any, ClassVar, NamedTuple, TypeVar, dataclass_transform

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.asked import Floats, Way, address, is_own, made, numbers_of
from lunarsim.declarations import FREQUENT_HZ, STRONG_MPS2, declared, number, switch
from lunarsim.errors import InputError
from lunarsim.kernels.records import record
from lunarsim.kernels.sensors.inertial import LATEST
from lunarsim.kernels.simd.asked import NUMBERS
from lunarsim.records import fields_of, filled

#: The sensors that scenario files know, by their titles.
SENSORS: dict[str, type[Sensor]] = {}

Kind = TypeVar("Kind", bound=type)

_ANGLE = {"low": -90.0, "high": 90.0, "dispersible": True}
_BIAS = {"low": -1e3, "high": 1e3, "dispersible": True}


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """A sensor of specific force along the thrust axis. Sensors of one's own are made by :func:`lunarsim.sensor`.

    Parameters
    ----------
    powered : bool
        A sensor without power reports zero.

    Examples
    --------
    >>> import lunarsim as ls
    >>> isinstance(ls.Accelerometer(), ls.Sensor)
    True
    """

    title: ClassVar[str]  #: what scenario files call it

    powered: bool = switch(True, "A sensor without power reports zero.", dispersible=True)

    def __post_init__(self) -> None:
        declarations.check(self)

    @staticmethod
    def record_type() -> np.dtype[Any]:
        """Return the type of the record of any sensor, the package's and those of its users."""
        return record([*fields_of(Accelerometer), ("address", float), ("own", float, (NUMBERS,))])

    def record_values(self) -> tuple[Any, ...]:
        """Return what stands in the record of this sensor."""
        return (*filled(self._as_ours()), float(address(self)), tuple(numbers_of(self)))

    def _as_ours(self) -> Sensor:
        """Return the numbers that kernels know of a sensor of a user's own, the rest without errors."""
        if not is_own(self):
            return self
        kind: Any = type(self)
        return Accelerometer(**{name: getattr(self, name) for name in kind.way.from_base})


@dataclass(frozen=True, kw_only=True)
class Accelerometer(Sensor):
    """Accelerometers: scale factor times the true specific force, plus bias.

    The one along the thrust axis ends burns. Three along the axes of the body, of which it is the third, hand over the
    change of velocity between two samples to a navigation that takes it. Without arguments they report the truth.

    Parameters
    ----------
    powered : bool
        An accelerometer without power reports zero.
    scale_factor : float
        Reported over true; default 1.
    bias : Quantity
        Reported along the thrust axis where the truth is zero; default 0.
    rate : Quantity
        Samples per time, whatever the guidance cycle; default 10 Hz. This and what follows is of the increments of
        navigation alone: burns are cut off by scale factor and bias.
    bias_x, bias_y : Quantity
        Reported across the thrust axis where the truth is zero; default 0.
    misalignment_x, misalignment_y, misalignment_z : Quantity
        Rotation vector from the axes of the body to those of the accelerometers; default 0.
    velocity_random_walk : Quantity
        Standard deviation of the sum of what is reported, over the square root of the time, as in m/s per root of
        a second: ``u.m / u.s**1.5``; default 0.
    saturation : Quantity, optional
        Greatest specific force that is reported, either way; default: any.
    quantum : Quantity
        Of the increments that are reported, whose sum is rounded to whole ones; default 0, none.
    latency : Quantity
        By which what is reported is late, up to seven samples; default 0.

    Raises
    ------
    InputError
        If a value is of the wrong dimension or out of its bounds, ``powered`` no truth value, or the latency longer
        than seven samples.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> off = ls.Accelerometer(powered=False)
    >>> biased = ls.Accelerometer(bias=2e-3 * u.m / u.s**2)
    >>> off.powered, biased.bias
    (False, <Quantity 0.002 m / s2>)
    """

    title: ClassVar[str] = "accelerometer"

    scale_factor: float = number(  # -1: mounted upside down, as those of Genesis
        1.0, u.one, low=-10.0, high=10.0, text="Reported over true.", dispersible=True
    )
    bias: u.Quantity = number(
        0.0, u.m / u.s**2, low=-1e3, high=1e3, text="Reported where the truth is zero.", dispersible=True
    )
    rate: u.Quantity = number(10.0, u.Hz, above=0.0, high=FREQUENT_HZ, text="Samples of increments per time.")
    bias_x: u.Quantity = number(0.0, u.m / u.s**2, text="Across the thrust axis, in increments.", **_BIAS)
    bias_y: u.Quantity = number(0.0, u.m / u.s**2, text="Across the thrust axis, in increments.", **_BIAS)
    misalignment_x: u.Quantity = number(0.0, u.deg, text="Rotation vector from the axes of the body.", **_ANGLE)
    misalignment_y: u.Quantity = number(0.0, u.deg, text="About y.", **_ANGLE)
    misalignment_z: u.Quantity = number(0.0, u.deg, text="About z, the thrust axis.", **_ANGLE)
    velocity_random_walk: u.Quantity = number(
        0.0, u.m / u.s**1.5, low=0.0, high=1e3, text="Of the sum of increments.", dispersible=True
    )
    saturation: u.Quantity | None = number(
        None, u.m / u.s**2, above=0.0, high=STRONG_MPS2, absent=inf, text="Greatest specific force in increments."
    )
    quantum: u.Quantity = number(0.0, u.m / u.s, low=0.0, high=1e3, text="Of the increments.")
    latency: u.Quantity = number(0.0, u.s, low=0.0, high=1e3, text="Of the increments, up to seven samples.")

    def __post_init__(self) -> None:
        declarations.check(self)
        check_latency(self.latency, self.rate)


def check_latency(latency: u.Quantity, rate: u.Quantity) -> None:
    """Refuse a latency that holds more increments than a unit remembers.

    Raises
    ------
    InputError
        If it is longer than seven samples.
    """
    samples = float((latency * rate).to_value(u.one))
    if samples > LATEST * (1.0 + 1e-9):  # which a product of the two may exceed by its rounding
        most = (LATEST / rate).to(u.s)
        raise InputError(f"latency = {latency}: expected up to {LATEST} samples, which at rate = {rate} are {most:g}")


#: What is declared of the increments alone: a burn does not feel it.
OF_INCREMENTS = tuple(name for name in declared(Accelerometer) if name not in {"powered", "scale_factor", "bias"})

SENSORS[Accelerometer.title] = Accelerometer


class SensedMotion(NamedTuple):
    """What a sensor is told: what it truly feels."""

    time_s: float  #: since the start of the flight
    specific_force_mps2: float  #: thrust over mass, along the thrust axis
    mass_kg: float


@dataclass_transform(kw_only_default=True, frozen_default=True)
def sensor(title: str) -> Callable[[Kind], Kind]:
    """Make a class one of the sensors: in crafts, in both drivers, in campaigns and in scenario files.

    Parameters
    ----------
    title : str
        What scenario files and errors call the sensor.

    Returns
    -------
    callable
        A decorator for a class derived from :class:`lunarsim.Sensor`, or from :class:`lunarsim.Accelerometer` to have
        its numbers too. It becomes a frozen dataclass whose numbers, declared by :func:`lunarsim.number`, are checked
        when it is made, and may stand as ``Spacecraft(accelerometer=...)``. Its function ``reading(motion, own)`` gives
        what the sensor reports (m/s2).

    Raises
    ------
    InputError
        If the class is not derived from ``Sensor`` or has no such function, declares more than 16 numbers, one that is
        not declared or may be None, or the title is another sensor's.

    Notes
    -----
    ``motion`` is a :class:`~lunarsim.craft.sensors.accelerometer.SensedMotion` in SI units: ``time_s`` since the start
    of the flight, ``specific_force_mps2``, ``mass_kg``. ``own`` holds the declared numbers in SI units, which end their
    names (``own.limit_mps2``). The computer integrates the reading, and cuts burns off by it. A sensor without power,
    by its number or by the fault "accelerometer off", reports zero and is not asked.

    The function may have kinks (a sensor that saturates), which the integrators resolve by shorter steps. It has to be
    a function of its arguments alone: noise that is drawn at each call has no integral.

    A plain Python function works in both drivers; one that ``numba.njit`` compiles is as fast as the package's own. A
    reading that is not finite ends the flight with an :class:`~lunarsim.IntegrationError`, and is a failed run of a
    campaign. A function that raises an error ends either with an ``IntegrationError`` that names it.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> @ls.sensor("saturating accelerometer")
    ... class Saturating(ls.Sensor):
    ...     limit: u.Quantity = ls.number(2.0, u.m / u.s**2, low=0.0, high=100.0, text="The most that it reports.")
    ...
    ...     def reading(motion, own):
    ...         return min(motion.specific_force_mps2, own.limit_mps2)
    >>> Saturating().powered
    True
    """

    def decorated(kind: Kind) -> Kind:
        if not issubclass(kind, Sensor):
            raise InputError(
                f"sensor '{title}': expected a class derived from lunarsim.Sensor with a function "
                "reading(motion, own), which returns what it reports"
            )
        known = OF_INCREMENTS if issubclass(kind, Accelerometer) else ()
        inherited = (name for name in known if name not in vars(kind))  # one that it declares itself is its own
        whole: Kind = made(kind, title, replace(_WAY, from_base=("powered", *inherited)), SENSORS)
        return whole

    return decorated


def _told(x: Floats) -> SensedMotion:
    return SensedMotion(x[0], x[1], x[2])


def _when(motion: SensedMotion) -> str:
    return f"{motion.time_s:.3f} s after the start of the flight"


def _as_given(given: Floats) -> None:
    pass


_WAY = Way(
    what="sensor",
    example="saturating accelerometer",
    name="reading",
    takes=("motion", "own"),
    count=1,
    gives="one number, what the sensor reports (m/s2)",
    told=_told,
    when=_when,
    mended=_as_given,
)
