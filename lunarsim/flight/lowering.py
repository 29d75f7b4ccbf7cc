"""The one door from quantities to plain numbers: a scenario as the kernels take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.flight.clock import seconds_after
from lunarsim.flight.ground import GroundSearch
from lunarsim.flight.scenario import Scenario
from lunarsim.kernels import motion
from lunarsim.moon.orientation import et_seconds
from lunarsim.orbits import State
from lunarsim.plan import Burn, Coast, Phase

#: Engine off, nothing sensed.
COASTING = motion.Propulsion(0.0, 1.0, 0, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class LoweredCoast:
    """A coast for a time."""

    name: str
    duration_s: float


@dataclass(frozen=True)
class LoweredBurn:
    """A burn with its three ways to end."""

    name: str
    ignition_s: float
    timer_s: float
    target_dv_mps: float
    dry_mass_kg: float
    propulsion: motion.Propulsion


@dataclass(frozen=True)
class LoweredScenario:
    """A scenario in SI floats; times are seconds after the epoch of its state."""

    environment: motion.Environment
    ground: GroundSearch
    initial: NDArray[np.float64]
    phases: tuple[LoweredCoast | LoweredBurn, ...]
    longest_s: float  #: burns to the end of their timers


def lower(scenario: Scenario) -> LoweredScenario:
    """Return a scenario, faults applied, as plain numbers.

    Raises
    ------
    InputError
        If the flight starts below the ground.
    EpochError
        If the flight leaves the span of the orientation kernel.
    """
    craft = scenario.flown_craft
    longest_s = float(scenario.longest_duration.to_value(u.s))
    environment = scenario.moon.lower(float(et_seconds(scenario.state.epoch)), longest_s, craft)
    return LoweredScenario(
        environment=environment,
        ground=_ground(scenario, environment),
        initial=_initial(scenario.state, craft),
        phases=tuple(_lower_phase(phase, craft, scenario.state) for phase in scenario.plan),
        longest_s=longest_s,
    )


def _ground(scenario: Scenario, environment: motion.Environment) -> GroundSearch:
    """Return the search for the ground, after a look that the flight starts above it."""
    state, terrain = scenario.state, scenario.moon.terrain
    search = GroundSearch(terrain, environment, state.epoch)
    if search.clearance_m(0.0, state.position.to_value(u.m)) <= 0.0:
        raise InputError(
            f"the flight starts at a height of {state.height.to(u.m):.1f}, below the ground: expected more than "
            f"the terrain's elevation there, {terrain.height(state.latitude, state.longitude):.1f}"
        )
    return search


def _initial(state: State, craft: Spacecraft | None) -> NDArray[np.float64]:
    y = np.zeros(motion.SIZE)
    y[motion.POSITION] = state.position.to_value(u.m)
    y[motion.VELOCITY] = state.velocity.to_value(u.m / u.s)
    y[motion.MASS] = craft.mass.to_value(u.kg) if craft is not None else 1.0
    return y


def _lower_phase(phase: Phase, craft: Spacecraft | None, state: State) -> LoweredCoast | LoweredBurn:
    if isinstance(phase, Coast):
        return LoweredCoast(phase.name, float(phase.duration.to_value(u.s)))
    assert craft is not None  # a scenario with a burn has one
    return _lower_burn(phase, craft, state)


def _lower_burn(burn: Burn, craft: Spacecraft, state: State) -> LoweredBurn:
    law, direction = burn.steering.lower()
    sensor = craft.accelerometer
    return LoweredBurn(
        name=burn.name,
        ignition_s=float(seconds_after(state.epoch, burn.ignition)),
        timer_s=float(burn.timer.to_value(u.s)),
        target_dv_mps=float(burn.target_delta_v.to_value(u.m / u.s)),
        dry_mass_kg=float(craft.dry_mass.to_value(u.kg)),
        propulsion=motion.Propulsion(
            thrust_n=burn.throttle * float(craft.engine.thrust.to_value(u.N)),
            exhaust_velocity_mps=float(craft.engine.exhaust_velocity.to_value(u.m / u.s)),
            steering=law,
            direction=direction,
            sensor_powered=sensor.powered,
            sensor_scale_factor=float(sensor.scale_factor),
            sensor_bias_mps2=float(sensor.bias.to_value(u.m / u.s**2)),
            pitch_error_rad=float(burn.pitch_error.to_value(u.rad)),
            yaw_error_rad=float(burn.yaw_error.to_value(u.rad)),
        ),
    )
