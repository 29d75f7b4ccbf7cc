"""One moment of a flight: what was true beside what the navigation estimated."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u
from astropy.time import Time

from lunarsim import checks
from lunarsim.equality import by_value
from lunarsim.orbits import State

_MPS = u.m / u.s


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """What was the case."""

    state: State
    mass: u.Quantity | None  #: None for a flight without a craft
    thrust: u.Quantity
    delta_v: u.Quantity  #: since the start of the flight

    def __post_init__(self) -> None:
        if self.mass is not None:
            checks.quantity("mass", self.mass, u.kg)
        checks.quantity("thrust", self.thrust, u.N)
        checks.quantity("delta_v", self.delta_v, _MPS)


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class NavigationEstimate:
    """What the flight computer held to be the case, from its sensors alone."""

    delta_v: u.Quantity  #: since the start of the flight
    state: State | None = None  #: under guidance

    def __post_init__(self) -> None:
        checks.quantity("delta_v", self.delta_v, _MPS)


@by_value
@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """Truth and belief at one time."""

    time: Time
    true: Truth
    estimated: NavigationEstimate

    def __post_init__(self) -> None:
        checks.instant("time", self.time)
        checks.instant("the epoch of the state", self.true.state.epoch)

    def __str__(self) -> str:
        state = self.true.state
        return (
            f"{self.time.isot} {self.time.scale.upper()}, height {state.altitude.to_value(u.km):.3f} km, "
            f"speed {state.speed.to_value(_MPS):.2f} m/s, delta-v true {self.true.delta_v.to_value(_MPS):.3f} m/s, "
            f"estimated {self.estimated.delta_v.to_value(_MPS):.3f} m/s"
        )
