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
from lunarsim.kernels.driver.earth_entry import is_below_entry
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.near_earth import BEYOND_M
from lunarsim.kernels.guidance.look import COMPUTER
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.sequence.engine import burn_propulsion, engine_off
from lunarsim.kernels.sequence.flown import Flown, Plan, craft_at
from lunarsim.kernels.sequence.onsets import present
from lunarsim.kernels.sequence.phases import is_below
from lunarsim.mission.scenario import Scenario
from lunarsim.moon.orientation import et_seconds
from lunarsim.orbits import State

#: Within it the Earth's attraction changes by more than the compiled driver expects of a distant body, 1e-8 m/s2 in a
#: metre, and its oblateness counts: 6e-6 m/s2.
NEAR_EARTH = 45_000.0 * u.km

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
        If the flight starts below the ground, below the height over the Earth at which flights end, or near an Earth
        that is a distant point mass.
    EpochError
        If the flight leaves the span of the orientation kernel.
    """
    craft = scenario.flown_craft
    longest_s = float(scenario.longest_duration.to_value(u.s))
    environment = scenario.moon.lower(float(et_seconds(scenario.state.epoch)), longest_s, craft)
    initial = _initial(scenario.state, craft)
    _check_earth(scenario, environment, initial)
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


def _check_earth(scenario: Scenario, environment: motion.Environment, y: NDArray[np.float64]) -> None:
    """Refuse a flight that starts below where it would end over the Earth, or near it without knowing it."""
    moon, state = scenario.moon, scenario.state
    if np.linalg.norm(y[motion.POSITION]) < BEYOND_M or "earth" not in moon.third_bodies:
        return
    if moon.earth is None:
        distance = u.Quantity(np.linalg.norm(state.position - moon.ephemeris.position("earth", state.epoch)))
        if distance < NEAR_EARTH:
            raise InputError(
                f"the flight starts {distance.to(u.km):.0f} from the Earth's centre, and its Moon takes the Earth for "
                "a distant point mass: give it Moon(earth=lunarsim.Earth())"
            )
    elif is_below_entry(0.0, y, environment, environment.earth):
        height = state.to_earth(moon.ephemeris).height
        raise InputError(
            f"the flight starts at a height of {height.to(u.km):.3f} over the Earth, and flights end at "
            f"{moon.earth.entry_height.to(u.km):g}, the entry interface: expected a higher start, or "
            "Earth(entry_height=...) with less; there is no air in the model"
        )


def _initial(state: State, craft: Spacecraft | None) -> NDArray[np.float64]:
    y = np.zeros(motion.SIZE)
    y[motion.POSITION] = state.position.to_value(u.m)
    y[motion.VELOCITY] = state.velocity.to_value(u.m / u.s)
    y[motion.MASS] = craft.mass.to_value(u.kg) if craft is not None else 1.0
    return y
