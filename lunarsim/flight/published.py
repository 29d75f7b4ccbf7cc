"""What was published of a descent, point by point, to compare a flight with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from astropy import units as u

from lunarsim import checks
from lunarsim.errors import InputError, nearest

_UNITS: dict[str, u.UnitBase] = {
    "time": u.s,
    "altitude": u.m,
    "speed": u.m / u.s,
    "ground_speed": u.m / u.s,
    "horizontal_speed": u.m / u.s,
    "altitude_rate": u.m / u.s,
    "range_to_go": u.m,
    "delta_v": u.m / u.s,
    "mass": u.kg,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class ProfilePoint:
    """One row of a published descent. What was not published is left out.

    Parameters
    ----------
    label : str
        What happens there, such as ``"high gate"``.
    time : Quantity, optional
        After the first ignition of the powered descent.
    altitude : Quantity, optional
        Above the landing site.
    speed : Quantity, optional
        Moon-centred inertial speed.
    ground_speed, horizontal_speed : Quantity, optional
        Speed over the turning Moon, and its horizontal part.
    altitude_rate : Quantity, optional
        Negative in a descent.
    range_to_go : Quantity, optional
        Over the sphere, to the landing site.
    delta_v : Quantity, optional
        Since the first ignition of the powered descent.
    mass : Quantity, optional
        Of the craft.
    tolerance : mapping of str to Quantity
        Uncertainties, plus or minus, by the names above: ``{"altitude": 150 * u.m}``.

    Raises
    ------
    InputError
        If nothing but a label is given, a quantity is of the wrong dimension, or a tolerance is negative or for a
        value that is not given.
    """

    label: str
    time: u.Quantity | None = None
    altitude: u.Quantity | None = None
    speed: u.Quantity | None = None
    ground_speed: u.Quantity | None = None
    horizontal_speed: u.Quantity | None = None
    altitude_rate: u.Quantity | None = None
    range_to_go: u.Quantity | None = None
    delta_v: u.Quantity | None = None
    mass: u.Quantity | None = None
    tolerance: Mapping[str, u.Quantity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = {name for name in _UNITS if getattr(self, name) is not None}
        if not given:
            raise InputError(f"point '{self.label}' holds no value: expected one of {', '.join(_UNITS)}")
        for name in given:
            checks.quantity(f"{name} of point '{self.label}'", getattr(self, name), _UNITS[name])
        for name, width in self.tolerance.items():
            if name not in given:
                raise InputError(
                    f"tolerance of point '{self.label}' names '{name}', which it has no value of: "
                    f"{nearest(name, given)}"
                )
            checks.quantity(f"tolerance['{name}'] of point '{self.label}'", width, _UNITS[name], minimum=0.0)

    def value(self, name: str) -> float | None:
        """Return a value in SI units, or None where it was not published."""
        found = getattr(self, name)
        return None if found is None else float(found.to_value(_UNITS[name]))

    def width(self, name: str) -> float:
        """Return a tolerance in SI units, 0 where none is given."""
        return float(self.tolerance[name].to_value(_UNITS[name])) if name in self.tolerance else 0.0
