"""One moment of a flight: what was true beside what the navigation estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.time import Time
from numpy.typing import NDArray

from lunarsim import checks
from lunarsim.equality import by_value
from lunarsim.kernels.forces import motion
from lunarsim.mission.clock import time_after
from lunarsim.mission.scenario import Scenario
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


def moment_at(
    scenario: Scenario,
    t_s: float,
    y: NDArray[np.float64],
    thrust_n: float,
    navigation_error: NDArray[np.float64] | None,
) -> Moment:
    """Return :func:`moment` at a time after the start of the flight."""
    return moment(scenario, time_after(scenario.state.epoch, t_s), y, thrust_n, navigation_error)


def moment(
    scenario: Scenario,
    time: Time,
    y: NDArray[np.float64],
    thrust_n: float,
    navigation_error: NDArray[np.float64] | None = None,
) -> Moment:
    """Return truth and estimate for an integrated vector; under guidance the error is that of position and velocity."""
    estimated = None
    if navigation_error is not None:
        estimate = y[:6] + navigation_error
        estimated = State(estimate[:3] * u.m, estimate[3:] * (u.m / u.s), time)
    return Moment(
        time=time,
        true=Truth(
            state=State(y[motion.POSITION] * u.m, y[motion.VELOCITY] * (u.m / u.s), time),
            mass=y[motion.MASS] * u.kg if scenario.craft is not None else None,
            thrust=thrust_n * u.N,
            delta_v=y[motion.DV_TRUE] * (u.m / u.s),
        ),
        estimated=NavigationEstimate(delta_v=y[motion.DV_SENSED] * (u.m / u.s), state=estimated),
    )
