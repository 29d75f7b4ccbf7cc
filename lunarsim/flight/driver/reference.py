"""The legs of a flight by scipy's DOP853: the reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lunarsim.constants import WGS84_RADIUS_M
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.lost_force import LostForce
from lunarsim.flight.driver.lowering import LoweredScenario
from lunarsim.flight.driver.segment import fly_segment
from lunarsim.flight.events.timeline import Cutoff
from lunarsim.flight.result.segment import Segment, Trigger
from lunarsim.kernels import codes
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.bound import BoundMotion, bound_derivative
from lunarsim.kernels.forces.near_earth import height_over_earth, is_by_earth
from lunarsim.kernels.forces.standstill import above_standstill, longest_step
from lunarsim.kernels.forces.steering import follows_velocity
from lunarsim.kernels.sequence.flown import Leg

_ENTRY = "entry"  # of the Earth's atmosphere

#: How a leg ended, by the name of the trigger that ended it before its time.
_ENDED = {
    Cutoff.SENSED_DELTA_V.value: codes.AT_CUTOFF,
    Cutoff.ZERO_SPEED.value: codes.AT_REST,
    Cutoff.IMPACT.value: codes.ON_GROUND,
    _ENTRY: codes.ON_GROUND,
}


class Reference:
    """Flies legs by DOP853, its terminal events found on the dense output.

    Parameters
    ----------
    lowered : LoweredScenario
        What is flown.
    accuracy : Accuracy
        Tolerances.
    """

    name = "DOP853"

    def __init__(self, lowered: LoweredScenario, accuracy: Accuracy) -> None:
        self.lost_force = LostForce(lowered.scenario.moon.forces, lowered.environment)
        self._environment = lowered.environment
        self._accuracy = accuracy
        self._ground_search, self._ground = lowered.ground, lowered.ground.trigger()
        self._edges = (*_entry(lowered.environment), *_shadow_edges(lowered.environment))
        self._gm = float(lowered.environment.field.exact.gm)

    def fly(
        self, t_s: float, y: NDArray[np.float64], leg: Leg, watched: Sequence[Trigger], disarmed: Collection[Trigger]
    ) -> tuple[Segment, int]:
        """Fly a leg as far as the forces are smooth; return the motion and how it ended, a code."""
        bound = BoundMotion(self._environment, leg.propulsion)
        heights = self._ground_search.heights(leg.onsets)
        segment = fly_segment(
            self.lost_force.watched(lambda at_s, now: bound_derivative(at_s, now, bound)),
            t_s,
            y.copy(),
            leg.end_s,
            [self._ground, *watched, *self._edges, *self._cutoffs(leg), *heights],
            self._accuracy,
            disarmed=disarmed,
            longest_step=self._longest_step(leg.propulsion),
            nearness=_nearness(self._environment),
        )
        if segment.ended_by is None:
            return segment, codes.AT_END
        if segment.ended_by in heights:
            return segment, codes.AT_HEIGHT - heights[segment.ended_by]
        return segment, _ENDED.get(segment.ended_by.name, codes.ON_EDGE)

    def _cutoffs(self, leg: Leg) -> list[Trigger]:
        """Return what ends a burn that has begun before its longest time."""
        target_mps, propulsion = leg.target_dv_mps, leg.propulsion
        found = []
        if np.isfinite(target_mps):
            sensed = Cutoff.SENSED_DELTA_V.value
            found.append(Trigger(sensed, lambda _t, y: float(y[motion.DV_SENSED] - target_mps), +1, True))
        if propulsion.thrust_n > 0.0 and follows_velocity(propulsion.steering):
            thrust_n, gm = propulsion.thrust_n, self._gm
            rest = Trigger(Cutoff.ZERO_SPEED.value, lambda _t, y: above_standstill(y, thrust_n, gm), -1, True)
            found.append(rest)
        return found

    def _longest_step(self, propulsion: motion.Propulsion) -> Callable[[float, NDArray[np.float64]], float] | None:
        """Return what keeps steps from reaching over a turn of the thrust; none where it holds a direction."""
        errs = propulsion.pitch_error_rad != 0.0 or propulsion.yaw_error_rad != 0.0
        turns = propulsion.thrust_n > 0.0 and (errs or follows_velocity(propulsion.steering))
        return (lambda t_s, y: longest_step(t_s, y, propulsion, self._gm)) if turns else None


def _entry(environment: motion.Environment) -> tuple[Trigger, ...]:
    """Return the trigger that ends a flight over the Earth; none without a near Earth."""
    earth, bodies = environment.earth, environment.body_positions
    if earth is None:
        return ()

    def above(t_s: float, y: NDArray[np.float64]) -> float:
        height_m = height_over_earth(environment.epoch_et_s + t_s, y[motion.POSITION], bodies, earth)
        return float(height_m - earth.end_height_m)

    return (Trigger(_ENTRY, above, direction=-1, terminal=True),)


def _nearness(environment: motion.Environment) -> Callable[[float, NDArray[np.float64]], float] | None:
    """Return how near the Earth is, as a share of the Moon's distance, 1 at most; None without a near Earth."""
    earth = environment.earth
    if earth is None:
        return None

    def share(t_s: float, y: NDArray[np.float64]) -> float:
        if not is_by_earth(y, earth):
            return 1.0
        r = y[motion.POSITION]
        height_m = height_over_earth(environment.epoch_et_s + t_s, r, environment.body_positions, earth)
        return min(float((WGS84_RADIUS_M + height_m) / np.linalg.norm(r)), 1.0)

    return share


def _shadow_edges(environment: motion.Environment) -> tuple[Trigger, ...]:
    """Return the triggers that end a segment where sunlight starts or stops to fade; none without radiation."""
    if environment.sunlight.strength_n_m2 == 0.0:
        return ()

    def angle(i: int, t_s: float, y: NDArray[np.float64]) -> float:
        return float(motion.shadow_contacts(t_s, y, environment)[i])

    return tuple(Trigger(edge, partial(angle, i), terminal=True) for i, edge in enumerate(("penumbra", "umbra")))
