"""The spacecraft: its masses and its components."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from astropy import units as u

from lunarsim import constants, declarations
from lunarsim.craft.accelerometer import SENSORS, Accelerometer, Sensor
from lunarsim.craft.altimeter import Altimeter
from lunarsim.craft.attitude_control import AttitudeControl
from lunarsim.craft.engine import Engine
from lunarsim.craft.flight_computer import FlightComputer
from lunarsim.craft.gyro import Gyro
from lunarsim.craft.landing_gear import LandingGear
from lunarsim.craft.navigation import Navigation, NavigationSystem
from lunarsim.craft.star_tracker import StarTracker
from lunarsim.craft.touchdown_switch import TouchdownSwitch
from lunarsim.craft.velocimeter import Velocimeter
from lunarsim.declarations import HEAVY_KG, QUICK_DEG_S, REQUIRED, number
from lunarsim.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Spacecraft:
    """A spacecraft with one engine in use, and the accelerometer that watches it.

    Parameters
    ----------
    dry_mass : Quantity
        Mass without usable propellant.
    propellant_mass : Quantity
        Usable propellant at the start of the flight.
    engine : Engine
        The engine that the burns use.
    accelerometer : Sensor
        An :class:`Accelerometer`, or one of your own; default: powered, without errors.
    radiation_area : Quantity
        Cross-section that faces the Sun, for the pressure of its light; default 0, none.
    navigation : NavigationSystem
        What the computer estimates in guided phases: a :class:`Navigation`, which is the truth with errors, a
        :class:`DeadReckoning` or a :class:`KalmanFilter`; default: the truth.
    gear : LandingGear, optional
        Without one, any meeting with the ground is an impact.
    computer : FlightComputer, optional
        What carries out the commands of the scenario, packed into data arrays; without commands it does nothing.
    slew_rate : Quantity, optional
        Rate at which the attitude can follow a command of guidance; default: at once.
    radiation_coefficient : float
        Force over that on a black surface of this area: 1 swallows the light, 2 mirrors it back; default 1.
    gyro : Gyro, optional
        Default: none. Of this and the following, a flight feels what its navigation takes.
    star_tracker : StarTracker, optional
        Default: none.
    altimeter : Altimeter, optional
        Default: none.
    velocimeter : Velocimeter, optional
        Default: none.
    touchdown_switch : TouchdownSwitch, optional
        Default: none.
    attitude_control : AttitudeControl, optional
        How the thrust axis follows the commanded one; default: at once and without errors.

    Raises
    ------
    InputError
        If a value is out of its bounds: dry mass 1e-3 to 1e9 kg, propellant 0 to 1e9 kg, turn rate 1e-6 to 1e6 deg/s,
        area 0 to 1e8 m2, coefficient above 0 and up to 2.
    """

    dry_mass: u.Quantity = number(  # a gram: less than a chip-sized satellite, 5 g
        REQUIRED, u.kg, low=1e-3, high=HEAVY_KG, text="Mass without usable propellant.", dispersible=True
    )
    propellant_mass: u.Quantity = number(
        REQUIRED, u.kg, low=0.0, high=HEAVY_KG, text="Usable propellant at the start.", dispersible=True
    )
    engine: Engine
    accelerometer: Sensor = field(default_factory=Accelerometer)
    navigation: NavigationSystem = field(default_factory=Navigation)
    gear: LandingGear | None = None
    slew_rate: u.Quantity | None = number(
        None,
        u.deg / u.s,
        low=1e-6,
        high=QUICK_DEG_S,
        absent=inf,
        text="At which the attitude can follow a command; else at once.",
    )
    radiation_area: u.Quantity = number(  # a sail of 10 km by 10 km
        0.0, u.m**2, low=0.0, high=1e8, text="Cross-section that faces the Sun.", dispersible=True
    )
    radiation_coefficient: float = number(
        1.0,
        u.one,
        above=0.0,
        high=2.0,
        text="Force of sunlight over that on a black surface: 1 black, 2 a mirror.",
        dispersible=True,
    )
    gyro: Gyro | None = None
    star_tracker: StarTracker | None = None
    altimeter: Altimeter | None = None
    velocimeter: Velocimeter | None = None
    touchdown_switch: TouchdownSwitch | None = None
    computer: FlightComputer | None = None
    attitude_control: AttitudeControl | None = None

    def __post_init__(self) -> None:
        declarations.check(self)
        if type(self.accelerometer) not in SENSORS.values():
            raise InputError(
                f"accelerometer = {self.accelerometer!r}: expected an Accelerometer(...), or a sensor of a class that "
                "lunarsim.sensor has made"
            )

    @property
    def mass(self) -> u.Quantity:
        """Mass at the start of the flight."""
        return self.dry_mass.to(u.kg) + self.propellant_mass


def check_lander(craft: Spacecraft) -> None:
    """Refuse a craft that no guidance could land.

    Raises
    ------
    InputError
        If it has no propellant, or its engine cannot carry its weight when the tanks are empty.
    """
    if not craft.propellant_mass.value > 0.0:
        raise InputError("craft.propellant_mass = 0: expected propellant for the descent")
    weight = (craft.dry_mass * constants.MOON_GRAVITY_MPS2 * (u.m / u.s**2)).to(u.N)
    if craft.engine.thrust <= weight:
        raise InputError(
            f"craft.engine.thrust = {craft.engine.thrust:g} is not more than the weight of the empty craft on the "
            f"Moon, {weight:.0f}: no guidance can land it"
        )
