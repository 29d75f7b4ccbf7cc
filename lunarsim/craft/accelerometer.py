"""Accelerometers: that of the package, and those of its users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, TypeVar, dataclass_transform

import numpy as np
from astropy import units as u

from lunarsim import declarations
from lunarsim.asked import Floats, Way, address, is_own, made, numbers_of
from lunarsim.declarations import number, switch
from lunarsim.errors import InputError
from lunarsim.kernels.records import record
from lunarsim.kernels.simd.asked import NUMBERS
from lunarsim.records import fields_of, filled

#: The sensors that scenario files know, by their titles.
SENSORS: dict[str, type[Sensor]] = {}

Kind = TypeVar("Kind", bound=type)


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """A sensor of specific force along the thrust axis. Sensors of one's own are made by :func:`lunarsim.sensor`.

    Parameters
    ----------
    powered : bool
        A sensor without power reports zero.
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
        known = Accelerometer(powered=self.powered) if is_own(self) else self
        return (*filled(known), float(address(self)), tuple(numbers_of(self)))


@dataclass(frozen=True, kw_only=True)
class Accelerometer(Sensor):
    """A sensor of specific force along the thrust axis: scale factor times the truth, plus bias.

    Parameters
    ----------
    powered : bool
        An accelerometer without power reports zero.
    scale_factor : float
        Reported over true; default 1.
    bias : Quantity
        Reported where the truth is zero; default 0.

    Raises
    ------
    InputError
        If the scale factor or the bias is out of its bounds, or ``powered`` no truth value.
    """

    title: ClassVar[str] = "accelerometer"

    scale_factor: float = number(  # -1: mounted upside down, as those of Genesis
        1.0, u.one, low=-10.0, high=10.0, text="Reported over true.", dispersible=True
    )
    bias: u.Quantity = number(
        0.0, u.m / u.s**2, low=-1e3, high=1e3, text="Reported where the truth is zero.", dispersible=True
    )


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
    ``motion`` is a :class:`~lunarsim.craft.accelerometer.SensedMotion` in SI units: ``time_s`` since the start of the
    flight, ``specific_force_mps2``, ``mass_kg``. ``own`` holds the declared numbers in SI units, which end their names
    (``own.limit_mps2``). The computer integrates the reading, and cuts burns off by it. A sensor without power, by its
    number or by the fault "accelerometer off", reports zero and is not asked.

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
        whole: Kind = made(kind, title, _WAY, SENSORS)
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
    from_base=("powered",),
)
