"""The spacecraft: its masses and its components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from astropy import units as u

from lunarsim import constants, declarations
from lunarsim.asked import is_own
from lunarsim.craft.attitude_control import AttitudeControl
from lunarsim.craft.engine import Engine
from lunarsim.craft.flight_computer import FlightComputer
from lunarsim.craft.landing_gear import LandingGear
from lunarsim.craft.navigation import Navigation, NavigationSystem
from lunarsim.craft.sensors.accelerometer import SENSORS, Accelerometer, Sensor
from lunarsim.craft.sensors.altimeter import Altimeter
from lunarsim.craft.sensors.gyro import Gyro
from lunarsim.craft.sensors.star_tracker import StarTracker
from lunarsim.craft.sensors.touchdown_switch import TouchdownSwitch
from lunarsim.craft.sensors.velocimeter import Velocimeter
from lunarsim.declarations import HEAVY_KG, QUICK_DEG_S, REQUIRED, number
from lunarsim.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Spacecraft:
    """A spacecraft with its engines, one in use at a time, and the accelerometer that watches it.

    Parameters
    ----------
    dry_mass : Quantity
        Mass without usable propellant.
    propellant_mass : Quantity
        Propellant at the start of the flight, usable but for ``unusable_propellant``.
    engine : Engine
        The engine that burns and guided phases use which name no other.
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
        Its monitors, and what carries out the commands of the scenario, packed into data arrays; without either it does
        nothing.
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
    other_engines : mapping of str to Engine, optional
        Engines by their names, such as ``{"corrective": Engine(...)}``, which a burn or a guided phase may use; they
        take their propellant from the same tanks. Default: none.
    unusable_propellant : Quantity
        What of ``propellant_mass`` the engine cannot use, and stays in lines and tanks; default 0. What ``dry_mass``
        holds already does not count.
    second_accelerometer, third_accelerometer : Accelerometer, optional
        Spares of the first, of the same rate, to which a monitor may switch; default: none.
    attitude_control : AttitudeControl, optional
        How the thrust axis follows the commanded one; default: at once and without errors.

    Raises
    ------
    InputError
        If a value is out of its bounds: dry mass 1e-3 to 1e9 kg, propellant 0 to 1e9 kg, turn rate 1e-6 to 1e6 deg/s,
        area 0 to 1e8 m2, coefficient above 0 and up to 2. If a monitor needs a sensor that the craft does not have.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> engine = ls.Engine(thrust=400 * u.N, specific_impulse=315 * u.s)
    >>> craft = ls.Spacecraft(dry_mass=800 * u.kg, propellant_mass=546 * u.kg, engine=engine)
    >>> print(craft.dry_mass + craft.propellant_mass)
    1346.0 kg
    """

    dry_mass: u.Quantity = number(  # a gram: less than a chip-sized satellite, 5 g
        REQUIRED, u.kg, low=1e-3, high=HEAVY_KG, text="Mass without usable propellant.", dispersible=True
    )
    propellant_mass: u.Quantity = number(
        REQUIRED, u.kg, low=0.0, high=HEAVY_KG, text="Propellant at the start.", dispersible=True
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
    other_engines: Mapping[str, Engine] = field(default_factory=dict)
    unusable_propellant: u.Quantity = number(
        0.0, u.kg, low=0.0, high=HEAVY_KG, text="What of the propellant the engine cannot use.", dispersible=True
    )
    second_accelerometer: Accelerometer | None = None
    third_accelerometer: Accelerometer | None = None
    attitude_control: AttitudeControl | None = None

    def __post_init__(self) -> None:
        declarations.check(self)
        if type(self.accelerometer) not in SENSORS.values():
            raise InputError(
                f"accelerometer = {self.accelerometer!r}: expected an Accelerometer(...), or a sensor of a class that "
                "lunarsim.sensor has made"
            )
        for name, engine in self.other_engines.items():
            if not isinstance(name, str) or not name.replace("-", "_").replace(" ", "_").isidentifier():
                raise InputError(f"other_engines has {name!r}: expected a word for the name of an engine")
            if not isinstance(engine, Engine):
                raise InputError(f"other_engines[{name!r}] = {engine!r}: expected an Engine(...)")
        if self.unusable_propellant > self.propellant_mass:
            raise InputError(
                f"unusable_propellant = {self.unusable_propellant}: expected no more than propellant_mass = "
                f"{self.propellant_mass}"
            )
        self._check_spares()
        if self.computer is not None:
            self._check_monitors(self.computer)

    def engine_called(self, name: str) -> Engine:
        """Return an engine by its name; the main one by "".

        Raises
        ------
        InputError
            If there is no such engine.
        """
        if not name:
            return self.engine
        if name not in self.other_engines:
            known = ", ".join(repr(each) for each in self.other_engines) or "none"
            raise InputError(
                f"engine = {name!r}: expected the name of one of craft.other_engines, which are {known}, or '' for the "
                "main engine"
            )
        return self.other_engines[name]

    def with_engine(self, name: str) -> Spacecraft:
        """Return the same craft with another of its engines in the place of the main one.

        Raises
        ------
        InputError
            If there is no such engine.
        """
        return self if not name else replace(self, engine=self.engine_called(name))

    def _check_spares(self) -> None:
        """Refuse spare accelerometers that could not take the place of the first."""
        if self.third_accelerometer is not None and self.second_accelerometer is None:
            raise InputError("third_accelerometer is given, and no second_accelerometer: give that first")
        for name in ("second_accelerometer", "third_accelerometer"):
            spare, first = getattr(self, name), self.accelerometer
            if spare is None:
                continue
            if type(spare) is not Accelerometer:
                raise InputError(f"{name} = {spare!r}: expected an Accelerometer(...)")
            if isinstance(first, Accelerometer) and spare.rate != first.rate:
                raise InputError(
                    f"{name}.rate = {spare.rate}: expected that of the first accelerometer, {first.rate}, with whose "
                    "samples it goes on"
                )

    def _check_monitors(self, computer: FlightComputer) -> None:
        """Refuse monitors of what the craft does not have."""
        if computer.vote is not None:
            if self.third_accelerometer is None:
                raise InputError(
                    "computer.vote takes two out of three: expected a second_accelerometer and a third_accelerometer"
                )
            if not isinstance(self.accelerometer, Accelerometer) or is_own(self.accelerometer):
                raise InputError(
                    f"computer.vote and accelerometer = {self.accelerometer!r}: expected an Accelerometer(...); what a "
                    "sensor of your own says is known of the one in use alone"
                )
        if computer.range_monitor is not None and self.altimeter is None:
            raise InputError("computer.range_monitor has nothing to check: expected an altimeter")
        for name in ("thrust_monitor", "acceleration_monitor"):
            monitor = getattr(computer, name)
            if monitor is not None and monitor.reaction == "switch" and self.second_accelerometer is None:
                raise InputError(
                    f"computer.{name} has reaction = 'switch': expected a second_accelerometer to switch to, or "
                    "another reaction"
                )

    @property
    def mass(self) -> u.Quantity:
        """Mass at the start of the flight."""
        return self.dry_mass.to(u.kg) + self.propellant_mass


def check_lander(craft: Spacecraft, engines: Sequence[str] = ("",)) -> None:
    """Refuse a craft that no guidance could land with some of its engines, by their names; default: the main one.

    Raises
    ------
    InputError
        If it has no propellant, or none of the engines carries its weight when the tanks are empty.
    """
    if not craft.propellant_mass > craft.unusable_propellant:
        unusable = f", all of it unusable_propellant = {craft.unusable_propellant:g}"
        all_of_it = unusable if craft.propellant_mass.value else ""
        raise InputError(
            f"craft.propellant_mass = {craft.propellant_mass.value:g}{all_of_it}: expected propellant for the descent"
        )
    weight = (craft.dry_mass * constants.MOON_GRAVITY_MPS2 * (u.m / u.s**2)).to(u.N)
    strongest = max(engines, key=lambda name: craft.engine_called(name).total_thrust)
    thrust = craft.engine_called(strongest).total_thrust
    if thrust <= weight:
        where = f"craft.other_engines.{strongest}" if strongest else "craft.engine"
        raise InputError(
            f"{where}.thrust = {thrust:g} is not more than the weight of the empty craft on "
            f"the Moon, {weight:.0f}: no guidance can land it"
        )
