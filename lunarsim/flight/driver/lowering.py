"""The one door from quantities to plain numbers: a scenario as the kernels take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.flight.driver.ground import GroundSearch
from lunarsim.flight.driver.row import phases_of, plan_of, run_of
from lunarsim.kernels.driver.run import Plan, burn_propulsion
from lunarsim.kernels.forces import motion
from lunarsim.kernels.guidance.look import Guide
from lunarsim.kernels.records import Record, Records
from lunarsim.mission.scenario import Scenario
from lunarsim.moon.orientation import et_seconds
from lunarsim.orbits import State
from lunarsim.plan import Coast, Guided, Phase

#: Engine off, nothing sensed.
COASTING = motion.Propulsion(0.0, 1.0, 0, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class LoweredCoast:
    """A coast for a time."""

    name: str
    duration_s: float


@dataclass(frozen=True)
class LoweredBurn:
    """A burn: when it starts, the engine, and what ends it."""

    name: str
    ignition_s: float
    target_dv_mps: float
    propulsion: motion.Propulsion
    numbers: Record  #: its record


@dataclass(frozen=True)
class LoweredGuided:
    """A guided phase: what its looks need."""

    name: str
    guide: Guide
    numbers: Record  #: its record


@dataclass(frozen=True)
class LoweredScenario:
    """A scenario in SI floats; times are seconds after the epoch of its state."""

    environment: motion.Environment
    ground: GroundSearch
    initial: NDArray[np.float64]
    phases: tuple[LoweredCoast | LoweredBurn | LoweredGuided, ...]
    run: Record  #: all numbers of the craft, see :mod:`lunarsim.flight.driver.row`
    records: Records  #: of the phases
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
    initial = _initial(scenario.state, craft)
    run = run_of(scenario, initial, environment.love_number, environment.field.exact.gm)
    records, plan = phases_of(scenario), plan_of(scenario)
    return LoweredScenario(
        environment=environment,
        ground=_ground(scenario, environment),
        initial=initial,
        phases=tuple(_lower_phase(phase, k, run, records[k], plan) for k, phase in enumerate(scenario.plan)),
        run=run,
        records=records,
        longest_s=longest_s,
    )


def _ground(scenario: Scenario, environment: motion.Environment) -> GroundSearch:
    """Return the search for the ground, after a look that the flight starts above it."""
    state, terrain = scenario.state, scenario.moon.terrain
    search = GroundSearch(terrain, environment, state.epoch)
    if search.clearance_m(0.0, state.position.to_value(u.m)) <= 0.0:
        raise InputError(
            f"the flight starts at a height of {state.altitude.to(u.m):.1f}, below the ground: expected more than "
            f"the terrain's elevation there, {terrain.height(state.latitude, state.longitude):.1f}"
        )
    return search


def _initial(state: State, craft: Spacecraft | None) -> NDArray[np.float64]:
    y = np.zeros(motion.SIZE)
    y[motion.POSITION] = state.position.to_value(u.m)
    y[motion.VELOCITY] = state.velocity.to_value(u.m / u.s)
    y[motion.MASS] = craft.mass.to_value(u.kg) if craft is not None else 1.0
    return y


def _lower_phase(
    phase: Phase, k: int, run: Record, own: Record, plan: Plan
) -> LoweredCoast | LoweredBurn | LoweredGuided:
    if isinstance(phase, Coast):
        return LoweredCoast(phase.name, float(own.coast.duration_s))
    if isinstance(phase, Guided):
        return LoweredGuided(
            phase.name, Guide(plan.laws[k], plan.idle[k], plan.frames[k], plan.quantities[k], plan.signs[k]), own.guided
        )
    return LoweredBurn(
        name=phase.name,
        ignition_s=float(own.burn.ignition_s),
        target_dv_mps=float(own.burn.target_delta_v_mps),
        propulsion=burn_propulsion(run.craft, own.burn, int(plan.steering[k])),
        numbers=own.burn,
    )
