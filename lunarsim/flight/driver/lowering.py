"""The one door from quantities to plain numbers: a scenario as the kernels take it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.craft import Spacecraft
from lunarsim.errors import InputError
from lunarsim.faults import Fault
from lunarsim.flight.driver.ground import GroundSearch
from lunarsim.flight.driver.row import changes_of, onsets_of, phases_of, plan_of, run_of
from lunarsim.kernels.forces import motion
from lunarsim.kernels.guidance.look import COMPUTER
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.sequence.engine import burn_propulsion, engine_off
from lunarsim.kernels.sequence.flown import Flown, Plan, craft_at
from lunarsim.kernels.sequence.onsets import present
from lunarsim.kernels.sequence.phases import is_below
from lunarsim.mission.scenario import Scenario
from lunarsim.moon.orientation import et_seconds
from lunarsim.orbits import State

#: Engine off, nothing sensed.
COASTING = engine_off()


@dataclass(frozen=True)
class LoweredScenario:
    """A scenario in SI floats; times are seconds after the epoch of its state."""

    scenario: Scenario
    environment: motion.Environment
    ground: GroundSearch
    initial: NDArray[np.float64]
    run: Record  #: all numbers of the craft, see :mod:`lunarsim.flight.driver.row`
    changes: Records  #: of the craft by faults in flight
    waiting: tuple[Fault, ...]  #: the faults that wait for an event, as the record of onsets has them
    records: Records  #: of the phases
    plan: Plan
    longest_s: float  #: burns to the end of their timers

    def flown(self, computer: Record) -> Flown:
        """Return what is flown, in the form in which the sequence takes it."""
        return Flown(
            run=self.run,
            changes=self.changes,
            phases=self.records,
            plan=self.plan,
            environment=self.environment,
            ground=self.ground.lowered,
            computer=computer,
            known=True,
        )

    def craft_now(self, t_s: float) -> Spacecraft:
        """Return the craft at a time of a flight that is flown, with the faults that have begun at events."""
        run = self.run
        there = present(t_s, float(run.state.epoch_s), run.onsets)
        beside = [fault for j, fault in enumerate(self.waiting) if there >> j & 1]
        craft = self.scenario.craft_at(t_s * u.s, beside)
        assert craft is not None, "nobody asks for what is not there"
        return craft

    def burn_propulsion(self, k: int, t_s: float) -> motion.Propulsion:
        """Return the engine in phase ``k``, a burn, at a time, and the sensor that watches it."""
        plan, start_s = self.plan, float(self.run.state.epoch_s)
        craft = craft_at(t_s, self.flown(np.zeros(1, COMPUTER)[0]), int(plan.engines[k]))
        return burn_propulsion(craft, self.records[k].burn, int(plan.steering[k]), int(plan.laws[k]), start_s, 0.0, 1.0)


def lower(scenario: Scenario, dispersed_onsets: Collection[str] = ()) -> LoweredScenario:
    """Return a scenario, faults applied, as plain numbers.

    Parameters
    ----------
    scenario : Scenario
        What is flown.
    dispersed_onsets : collection of str
        Titles of faults whose time is another one in each run.

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
    waiting = tuple(
        fault for fault in scenario.faults if fault.waits_for is not None or fault.title in dispersed_onsets
    )
    timed = scenario.with_faults(*(fault for fault in scenario.faults if fault not in waiting)) if waiting else scenario
    run = run_of(timed, initial, environment.love_number, environment.field.exact.gm)
    run.onsets = onsets_of(scenario, waiting)
    return LoweredScenario(
        scenario=scenario,
        environment=environment,
        ground=_ground(scenario, environment),
        initial=initial,
        run=run,
        changes=changes_of(timed, waiting),
        waiting=waiting,
        records=phases_of(scenario),
        plan=plan_of(scenario),
        longest_s=longest_s,
    )


def _ground(scenario: Scenario, environment: motion.Environment) -> GroundSearch:
    """Return the search for the ground, after a look that the flight starts above it."""
    state, terrain = scenario.state, scenario.moon.terrain
    search = GroundSearch(terrain, environment, state.epoch)
    if is_below(0.0, state.position.to_value(u.m), environment, search.lowered):
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
