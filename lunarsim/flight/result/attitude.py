"""Where the thrust of a flown segment pointed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.asked import address
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.steering import Motion
from lunarsim.kernels.simd.asked import Own
from lunarsim.mission.clock import seconds_after
from lunarsim.mission.scenario import Scenario
from lunarsim.plan import Burn
from lunarsim.plan.steering import LoweredSteering, lowered_steering

if TYPE_CHECKING:
    from lunarsim.flight.result.trajectory import FlownPhase

_ROUNDING_S = 1e-3  # of an ignition in UTC or TDB


class PlannedBurn(NamedTuple):
    """A burn of a plan, and when it ignites (seconds after the start of the flight)."""

    ignition_s: float
    burn: Burn
    pitch_error: u.Quantity  #: of its thrust: the burn's own, and the misalignment of its engine
    yaw_error: u.Quantity


def planned_burns(scenario: Scenario) -> list[PlannedBurn]:
    """Return the burns of a plan in order."""
    start = scenario.state.epoch
    burns = [burn for burn in scenario.flown_plan if isinstance(burn, Burn)]
    ignitions_s = [float(seconds_after(start, burn.ignition)) for burn in burns]
    return [PlannedBurn(at, burn, *_errors_of(burn, scenario)) for at, burn in zip(ignitions_s, burns, strict=True)]


def _errors_of(burn: Burn, scenario: Scenario) -> tuple[u.Quantity, u.Quantity]:
    """Return by how much the thrust of a burn is off its steering law, in pitch and in yaw."""
    craft = scenario.craft_at(max(burn.ignition - scenario.state.epoch, 0.0 * u.s).to(u.s))
    if craft is None:
        return burn.pitch_error, burn.yaw_error
    engine = craft.engine_called(burn.engine)
    return burn.pitch_error + engine.misalignment_pitch, burn.yaw_error + engine.misalignment_yaw


def thrust_directions(
    burns: Sequence[PlannedBurn], phase: FlownPhase, times_s: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return unit vectors of the thrust, ICRF axes, at n times and integrated vectors of a flown segment.

    A segment with a direction of its own held it. A burn's direction follows from its steering law and its pointing
    errors. NaN where the engine is off.

    Returns
    -------
    ndarray, shape (n, 3)
    """
    if phase.thrust_n == 0.0:
        return np.full((len(y), 3), np.nan)
    held = phase.direction
    if held is not None:
        return np.tile(np.asarray(held, dtype=float), (len(y), 1))
    planned = _burn_of(burns, phase)
    if planned is None:
        return np.full((len(y), 3), np.nan)
    law = lowered_steering(planned.burn.steering)  # held, for its numbers are taken from where they lie
    propulsion = _propulsion_of(planned, law)
    found = np.empty((len(y), 3))
    for i, (t_s, each) in enumerate(zip(times_s, y, strict=True)):
        now = Motion(t_s, each[motion.POSITION], each[motion.VELOCITY], each[motion.MASS])
        found[i] = motion.thrust(now, 1.0, propulsion)
    return found


def _propulsion_of(planned: PlannedBurn, law: LoweredSteering) -> motion.Propulsion:
    """Return an engine that points as a burn says."""
    burn = planned.burn
    pitch_rad, yaw_rad = (float(angle.to_value(u.rad)) for angle in (planned.pitch_error, planned.yaw_error))
    own = Own(address(burn.steering), planned.ignition_s, law.numbers.ctypes.data)
    return motion.Propulsion(1.0, 1.0, law.code, law.direction, False, 1.0, 0.0, pitch_rad, yaw_rad, own)


def _burn_of(burns: Sequence[PlannedBurn], phase: FlownPhase) -> PlannedBurn | None:
    """Return the burn that a segment belongs to: the last of its name that had been ignited."""
    latest_s = phase.segment.start_s + _ROUNDING_S
    return next((b for b in reversed(burns) if b.burn.name == phase.name and b.ignition_s <= latest_s), None)
