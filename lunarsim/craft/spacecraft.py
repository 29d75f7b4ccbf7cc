"""The spacecraft: its masses and its components."""

from __future__ import annotations

from dataclasses import dataclass, field

from astropy import units as u

from lunarsim import checks, constants
from lunarsim.craft.accelerometer import Accelerometer
from lunarsim.craft.engine import Engine
from lunarsim.craft.landing_gear import LandingGear
from lunarsim.craft.navigation import Navigation
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
    accelerometer : Accelerometer
        Default: powered, without errors.
    radiation_area : Quantity
        Cross-section that faces the Sun, for the pressure of its light; default 0, none.
    navigation : Navigation
        Errors of what the computer believes in guided phases; default: none.
    gear : LandingGear, optional
        Without one, any meeting with the ground is an impact.
    turn_rate : Quantity, optional
        Rate at which the attitude can follow a command of guidance; default: at once.
    radiation_coefficient : float
        Force over that on a black surface of this area: 1 swallows the light, 2 mirrors it back; default 1.

    Raises
    ------
    InputError
        If a mass or the area is negative, the dry mass or the turn rate zero, or the coefficient not within 0 to 2.
    """

    dry_mass: u.Quantity
    propellant_mass: u.Quantity
    engine: Engine
    accelerometer: Accelerometer = field(default_factory=Accelerometer)
    navigation: Navigation = field(default_factory=Navigation)
    gear: LandingGear | None = None
    turn_rate: u.Quantity | None = None
    radiation_area: u.Quantity = 0.0 * u.m**2
    radiation_coefficient: float = 1.0

    def __post_init__(self) -> None:
        checks.quantity("dry_mass", self.dry_mass, u.kg, positive=True)
        checks.quantity("propellant_mass", self.propellant_mass, u.kg, minimum=0.0)
        if self.turn_rate is not None:
            checks.quantity("turn_rate", self.turn_rate, u.deg / u.s, positive=True)
        checks.quantity("radiation_area", self.radiation_area, u.m**2, minimum=0.0)
        if not 0.0 < self.radiation_coefficient <= 2.0:
            raise InputError(
                f"radiation_coefficient = {self.radiation_coefficient}: expected more than 0, at most 2 (a mirror)"
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
