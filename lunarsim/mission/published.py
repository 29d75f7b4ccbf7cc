"""What was published of a descent, point by point, to compare a flight with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from astropy import units as u

from lunarsim.declarations import FAR_M, FAST_MPS, HEAVY_KG, LONG_S, Number, declared, number
from lunarsim.equality import by_value
from lunarsim.errors import InputError, nearest

_LENGTH = {"low": -FAR_M, "high": FAR_M}
_SPEED = {"low": -FAST_MPS, "high": FAST_MPS}


@by_value
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
        If nothing but a label is given, a quantity is of the wrong dimension or out of its bounds (1e6 km,
        100 km/s, 200 years, 1e9 kg), or a tolerance is negative or for a
        value that is not given.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> ls.ProfilePoint(label="high gate", time=506 * u.s, altitude=2.29 * u.km).altitude
    <Quantity 2.29 km>
    """

    label: str
    time: u.Quantity | None = number(None, u.s, low=-LONG_S, high=LONG_S, text="After the first ignition.")
    altitude: u.Quantity | None = number(None, u.m, text="Above the landing site.", **_LENGTH)
    speed: u.Quantity | None = number(None, u.m / u.s, text="Moon-centred, inertial.", **_SPEED)
    ground_speed: u.Quantity | None = number(None, u.m / u.s, text="Over the turning Moon.", **_SPEED)
    horizontal_speed: u.Quantity | None = number(None, u.m / u.s, text="Its horizontal part.", **_SPEED)
    altitude_rate: u.Quantity | None = number(None, u.m / u.s, text="Negative in a descent.", **_SPEED)
    range_to_go: u.Quantity | None = number(None, u.m, text="Over the sphere, to the landing site.", **_LENGTH)
    delta_v: u.Quantity | None = number(None, u.m / u.s, text="Since the first ignition.", **_SPEED)
    mass: u.Quantity | None = number(None, u.kg, low=0.0, high=HEAVY_KG, text="Of the craft.")
    tolerance: Mapping[str, u.Quantity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = declared(self)
        given = {name for name in known if getattr(self, name) is not None}
        if not given:
            raise InputError(f"point '{self.label}' holds no value: expected one of {', '.join(known)}")
        for name in given:
            known[name].checked(f"{name} of point '{self.label}'", getattr(self, name))
        for name, width in self.tolerance.items():
            if name not in given:
                raise InputError(
                    f"tolerance of point '{self.label}' names '{name}', which it has no value of: "
                    f"{nearest(name, given)}"
                )
            width_of = Number(unit=known[name].unit, low=0.0, high=known[name].greatest)
            width_of.checked(f"tolerance['{name}'] of point '{self.label}'", width)

    def value(self, name: str) -> float | None:
        """Return a value in SI units, or None where it was not published."""
        found = getattr(self, name)
        return None if found is None else float(found.to_value(declared(self)[name].unit))

    def width(self, name: str) -> float:
        """Return a tolerance in SI units, 0 where none is given."""
        return float(self.tolerance[name].to_value(declared(self)[name].unit)) if name in self.tolerance else 0.0
