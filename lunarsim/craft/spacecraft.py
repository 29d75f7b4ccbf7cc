"""The spacecraft: its masses and its components."""

from __future__ import annotations

from dataclasses import dataclass, field

from astropy import units as u

from lunarsim import checks
from lunarsim.craft.accelerometer import Accelerometer
from lunarsim.craft.engine import Engine


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

    Raises
    ------
    InputError
        If a mass is negative, or the dry mass zero.
    """

    dry_mass: u.Quantity
    propellant_mass: u.Quantity
    engine: Engine
    accelerometer: Accelerometer = field(default_factory=Accelerometer)

    def __post_init__(self) -> None:
        checks.quantity("dry_mass", self.dry_mass, u.kg, positive=True)
        checks.quantity("propellant_mass", self.propellant_mass, u.kg, minimum=0.0)

    @property
    def mass(self) -> u.Quantity:
        """Mass at the start of the flight."""
        return self.dry_mass.to(u.kg) + self.propellant_mass
