"""One moment of a flight: what was true beside what the computer believed."""

from __future__ import annotations

from dataclasses import dataclass

from astropy import units as u
from astropy.time import Time

from lunarsim.orbits import State


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """What was the case."""

    state: State
    mass: u.Quantity | None  #: None for a flight without a craft
    thrust: u.Quantity
    delta_v: u.Quantity  #: since the start of the flight


@dataclass(frozen=True, kw_only=True, eq=False)
class Belief:
    """What the flight computer held to be the case, from its sensors alone."""

    delta_v: u.Quantity  #: since the start of the flight


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """Truth and belief at one time."""

    time: Time
    true: Truth
    believed: Belief

    def __str__(self) -> str:
        state = self.true.state
        return (
            f"{self.time.isot} {self.time.scale.upper()}  height {state.height.to(u.km):.3f}, speed {state.speed:.2f}, "
            f"delta-v true {self.true.delta_v:.3f}, believed {self.believed.delta_v:.3f}"
        )
