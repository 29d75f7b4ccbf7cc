"""Why a run cannot be flown: its numbers, as a scenario would refuse them.

What is out of its bounds is written as NaN. Comparisons are such that a NaN fails them, with the reason of its kind.
"""

from math import isnan

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import MOON_GRAVITY_MPS2
from lunarsim.kernels.codes import (
    COAST,
    GUIDED,
    NO_MASS,
    NO_TARGET,
    NO_THRUST,
    NO_TIME,
    NOT_FINITE,
    SOUND,
    THROTTLE_OUT_OF_RANGE,
    TOO_STRONG,
)
from lunarsim.kernels.compiled import formula
from lunarsim.kernels.forces.own import MOST_FORCES, MOST_NUMBERS
from lunarsim.kernels.forces.standstill import STRONGEST_MPS2
from lunarsim.kernels.guidance.exits import MOST_NUMBERS as OF_CONDITION
from lunarsim.kernels.guidance.limits import full_thrust, runs_at
from lunarsim.kernels.guidance.memory import PARAMETERS
from lunarsim.kernels.records import Record, Records
from lunarsim.kernels.sequence.flown import Flown, craft_at

MOST_EXITS = 4  #: of a phase
SHORTEST_CYCLE_S = 1e-3  #: of guidance: a landing is then a million looks
LONGEST_RUN_ON_S = 86400.0  #: of a burn that does not obey its cut-off: a thrust that takes longer ends then
MOST_CYCLES = 1e6  #: of a phase that ends at its limit of time


@formula
def is_known(run: Records, changes: Records, phases: Records) -> bool:
    """Return whether no number of a run, or of what becomes of its craft, is NaN.

    Numbers of laws, and of a user's own parts, may be left out.
    """
    numbers = run.view(np.float64)
    known = _are_known(numbers, numbers.size - MOST_FORCES * MOST_NUMBERS)
    for i in range(changes.size):  # which hold the craft with its other engines, too
        numbers = changes[i : i + 1].view(np.float64)
        known = known and _are_known(numbers, numbers.size)
    for k in range(phases.size):
        numbers = phases[k : k + 1].view(np.float64)
        known = known and _are_known(numbers, numbers.size - MOST_EXITS * OF_CONDITION - PARAMETERS)
    return known


@formula
def _are_known(numbers: NDArray[np.float64], count: int) -> bool:
    known = True
    for i in range(count):
        known = known and not isnan(numbers[i])
    return known


@formula
def why_not(flown: Flown) -> int:
    """Return why a run cannot be flown, or SOUND."""
    run, kinds = flown.run, flown.plan.kinds
    if not run.craft.dry_mass_kg > 0.0 or not run.craft.propellant_mass_kg >= 0.0:
        return NO_MASS
    failure = SOUND
    for k in range(kinds.size):
        own = _why_not_phase(_craft_in(k, flown), flown.phases[k], kinds[k])
        failure = own if own != SOUND else failure
    if failure == SOUND and _is_too_weak(flown):
        return NO_THRUST
    return failure if failure != SOUND or flown.known else NOT_FINITE


@formula
def _craft_in(k: int, flown: Flown) -> Record:
    """Return the craft as it begins, with the engine that a phase uses."""
    return craft_at(flown.run.state.epoch_s, flown, flown.plan.engines[k])


@formula
def _is_too_weak(flown: Flown) -> bool:
    """Return whether there are guided phases, and none of their engines carries the empty craft."""
    guided = False
    for k in range(flown.plan.kinds.size):
        if flown.plan.kinds[k] == GUIDED:
            craft = _craft_in(k, flown)
            if full_thrust(craft.engine) > craft.dry_mass_kg * MOON_GRAVITY_MPS2:
                return False
            guided = True
    return guided


@formula
def _why_not_phase(craft: Record, phase: Record, kind: int) -> int:
    engine = craft.engine
    if kind == COAST:
        return SOUND if phase.coast.duration_s > 0.0 else NO_TIME
    if not engine.thrust_n > 0.0 or not engine.specific_impulse_s > 0.0:
        return NO_THRUST
    if full_thrust(engine) * (1.0 + engine.thrust_error) > STRONGEST_MPS2 * craft.dry_mass_kg:
        return TOO_STRONG
    if kind == GUIDED:
        return _why_not_guided(craft, phase.guided)
    return _why_not_burn(engine, phase.burn)


@formula
def _why_not_burn(engine: Record, burn: Record) -> int:
    if not burn.timer_s > 0.0:
        return NO_TIME
    if not burn.target_delta_v_mps > 0.0:
        return NO_TARGET
    band = engine.throttle_keep_out
    return SOUND if runs_at(burn.throttle, engine.min_throttle, band.low, band.high) else THROTTLE_OUT_OF_RANGE


@formula
def _why_not_guided(craft: Record, phase: Record) -> int:
    """Return why no guidance could fly a phase, as a scenario refuses it, or SOUND."""
    cycle_s, longest_s = phase.cycle_time_s, phase.max_duration_s
    if not longest_s > 0.0 or not cycle_s >= SHORTEST_CYCLE_S or longest_s > MOST_CYCLES * cycle_s:
        return NO_TIME
    return NO_MASS if craft.propellant_mass_kg == 0.0 else SOUND
