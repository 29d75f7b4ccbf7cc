"""The end of a flight on a landing gear: verdict, margins, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.craft import LandingGear
from lunarsim.errors import InputError
from lunarsim.flight.result.outcome import GroundContact, angle_to_ground, clock, place
from lunarsim.kernels import codes
from lunarsim.kernels.ground import touchdown as kernels
from lunarsim.moon import Terrain
from lunarsim.moon.orientation import et_seconds, orientation_angles
from lunarsim.orbits import State

_MPS = u.m / u.s
_UNIT = 1e-6  # by which the length of an axis may differ from 1
_MOST_DIGITS = 9


class Verdict(Enum):
    """How a touchdown went.

    Examples
    --------
    >>> import lunarsim as ls
    >>> ls.Verdict.LANDED.value, ls.Verdict.TIPPED_OVER.value
    ('landed safely', 'tipped over')
    """

    LANDED = "landed safely"
    HARD_LANDING = "hard landing"
    TIPPED_OVER = "tipped over"
    CRASHED = "crashed"


#: Verdicts by the codes of the kernels.
VERDICTS = {
    codes.LANDED: Verdict.LANDED,
    codes.HARD_LANDING: Verdict.HARD_LANDING,
    codes.TIPPED_OVER: Verdict.TIPPED_OVER,
    codes.CRASHED: Verdict.CRASHED,
}

#: The limits that decide a verdict; whatever else is exceeded comes after them.
_DECIDING = {Verdict.CRASHED: ("crash speed",), Verdict.TIPPED_OVER: ("lean", "tip-over speed")}


@dataclass(frozen=True, eq=False, kw_only=True)
class Landed(GroundContact):
    """The craft met the ground with a landing gear; whether it stands, the verdict says.

    Parameters
    ----------
    state : State
        Where and how fast, at one time.
    terrain : Terrain
        The ground that it met.
    gear : LandingGear
        What it stands.
    axis : ndarray, shape (3,)
        The thrust axis, which is up for an upright craft: unit vector in ICRF axes.
    turn_rate : Quantity
        Attitude rate at contact; default 0.
    tank_dry : bool
        Whether the propellant had run out; default false.

    Raises
    ------
    InputError
        If ``axis`` is no unit vector, or ``turn_rate`` is negative.

    Examples
    --------
    >>> import lunarsim as ls
    >>> landing = ls.simulate(ls.load_scenario("apollo11"))
    >>> isinstance(landing.outcome, ls.Landed), landing.outcome.verdict
    (True, <Verdict.LANDED: 'landed safely'>)
    """

    gear: LandingGear
    axis: NDArray[np.float64]
    turn_rate: u.Quantity = field(default_factory=lambda: 0.0 * u.deg / u.s)
    tank_dry: bool = False

    def __post_init__(self) -> None:
        axis = np.asarray(self.axis, dtype=float)
        if axis.shape != (3,) or not abs(np.linalg.norm(axis) - 1.0) < _UNIT:
            raise InputError(f"axis = {self.axis}: expected a unit vector of three components in ICRF axes")
        checks.quantity("turn_rate", self.turn_rate, u.deg / u.s, minimum=0.0)

    @property
    def verdict(self) -> Verdict:
        """How it went: the worst that applies, from landed safely, hard landing, tipped over to crashed."""
        return VERDICTS[self._contact.verdict]

    @property
    def vertical_speed(self) -> u.Quantity:
        """Speed along the local vertical, downwards positive."""
        return self._contact.vertical_mps * _MPS

    @property
    def horizontal_speed(self) -> u.Quantity:
        """Speed along the local horizontal, over the turning ground."""
        return self._contact.horizontal_mps * _MPS

    @property
    def tilt(self) -> u.Quantity:
        """Angle of the craft's axis to the local vertical."""
        return np.degrees(self._contact.tilt_rad) * u.deg

    @property
    def ground_angle(self) -> u.Quantity:
        """Angle of the craft's axis to the normal of the ground; tilted uphill, it is tilt and slope together."""
        return np.degrees(self._contact.ground_angle_rad) * u.deg

    @property
    def incidence(self) -> u.Quantity:
        """Angle between the velocity over the ground and the ground, slope included; 90 deg is head-on."""
        return angle_to_ground(self._velocity_over_ground(), self._normal())

    @property
    def margins(self) -> Mapping[str, u.Quantity]:
        """What is left to each limit, by its name: limit less value, negative where it is exceeded."""
        return {name: limit - value for name, (value, limit) in self.against_limits().items()}

    @property
    def reasons(self) -> tuple[str, ...]:
        """What led to the verdict, in sentences; for a safe landing, how near the nearest limit was.

        A tank that had run dry comes first, then the limits that decide the verdict, then the others.
        """
        held, verdict = self.against_limits(), self.verdict
        exceeded = [name for name, (value, limit) in held.items() if value > limit]
        if verdict is not Verdict.LANDED:
            exceeded.sort(key=lambda name: name not in _DECIDING.get(verdict, ()))
            dry = ("the tank had run dry",) if self.tank_dry else ()
            return (*dry, *(_above(name, *held[name]) for name in exceeded))
        name, (value, limit) = max(held.items(), key=lambda item: float((item[1][0] / item[1][1]).to_value(u.one)))
        return (f"all limits are kept; the nearest is that of the {name}, {_number(value)} of {_number(limit)}",)

    def against_limits(self) -> dict[str, tuple[u.Quantity, u.Quantity]]:
        """Return the value and the limit of all that has a limit, by name.

        A craft that leans so far that it tips over at rest has no tip-over speed.
        """
        contact, limits = self._contact, self.gear.lower()
        tip_over_mps = np.inf if contact.lean_rad > limits.tip_over_rad else contact.tip_over_mps
        speed = float(np.hypot(contact.vertical_mps, contact.horizontal_mps))
        held = {
            "vertical speed": (abs(contact.vertical_mps), limits.vertical_mps, _MPS),
            "horizontal speed": (contact.horizontal_mps, limits.horizontal_mps, _MPS),
            "tilt": (contact.tilt_rad, limits.tilt_rad, u.deg),
            "slope": (contact.slope_rad, limits.slope_rad, u.deg),
            "turn rate": (float(self.turn_rate.to_value(u.rad / u.s)), limits.turn_rate_rad_s, u.deg / u.s),
            "lean": (contact.lean_rad, limits.tip_over_rad, u.deg),
            "tip-over speed": (contact.horizontal_mps, tip_over_mps, _MPS),
            "crash speed": (speed, limits.crash_mps, _MPS),
        }
        return {
            name: (_quantity(value, unit), _quantity(limit, unit))
            for name, (value, limit, unit) in held.items()
            if np.isfinite(limit)
        }

    def __str__(self) -> str:
        contact, verdict = self._contact, self.verdict
        why = "" if verdict is Verdict.LANDED else f" ({'; '.join(self.reasons)})"
        words = (
            f"{verdict.value}{why} at {clock(self.time)} UTC, {place(self)}, {contact.vertical_mps:.2f} m/s down and "
            f"{contact.horizontal_mps:.2f} m/s across, tilted {np.degrees(contact.tilt_rad):.1f} deg"
        )
        if self.slope > 0.0 * u.deg:  # that of the angle between two vectors is rounding on level ground
            words += f" on ground that slopes {np.degrees(contact.slope_rad):.1f} deg"
        return words

    @cached_property
    def _contact(self) -> kernels.Contact:
        return kernels.Contact(
            *kernels.touchdown_on(
                float(et_seconds(self.time)),
                self.state.position.to_value(u.m),
                self.state.velocity.to_value(_MPS),
                np.array(self.axis, dtype=float),
                float(self.turn_rate.to_value(u.rad / u.s)),
                orientation_angles(),
                self.terrain.lower(),
                self.gear.lower(),
            )
        )


def touchdown_outcome(
    state: State,
    axis: NDArray[np.float64],
    turn_rate_rad_s: float,
    terrain: Terrain,
    gear: LandingGear,
    *,
    tank_dry: bool = False,
) -> Landed:
    """Return how a flight ended that met the ground with a landing gear.

    Parameters
    ----------
    state : State
        At contact.
    axis : ndarray, shape (3,)
        Unit vector of the thrust axis in ICRF axes.
    turn_rate_rad_s : float
        Attitude rate (rad/s).
    terrain : Terrain
        The ground.
    gear : LandingGear
        What the craft stands.
    tank_dry : bool
        Whether the propellant had run out.

    Raises
    ------
    InputError
        As :class:`Landed`.
    """
    turn_rate = np.degrees(turn_rate_rad_s) * u.deg / u.s
    return Landed(state=state, terrain=terrain, gear=gear, axis=axis, turn_rate=turn_rate, tank_dry=tank_dry)


def _quantity(value: float, unit: u.UnitBase) -> u.Quantity:
    """Return a value of the kernels in the unit of reports: degrees for radians."""
    return (value if unit == _MPS else np.degrees(value)) * unit


def _above(name: str, value: u.Quantity, limit: u.Quantity) -> str:
    """Return by how much a limit is exceeded, with as many digits as it takes to see it."""
    excess = value - limit
    digits = min(max(2, -int(np.floor(np.log10(excess.value)))), _MOST_DIGITS)
    return f"{name} {_number(value, digits)}, {_number(excess, digits)} above the limit of {_number(limit, digits)}"


def _number(quantity: u.Quantity, digits: int = 2) -> str:
    unit = {_MPS: "m/s", u.deg: "deg", u.deg / u.s: "deg/s"}[quantity.unit]
    return f"{float(quantity.value):.{digits}f} {unit}"
