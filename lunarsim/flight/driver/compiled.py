"""The legs of a flight by the compiled driver of campaigns, each step's path kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.errors import InputError, IntegrationError
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.lost_force import LostForce
from lunarsim.flight.driver.lowering import LoweredScenario
from lunarsim.flight.driver.segment import Watch, at_the_end, where_it_stopped
from lunarsim.flight.result.path import Path, joined
from lunarsim.flight.result.segment import TOGETHER_S, Crossing, Segment, Trigger
from lunarsim.kernels import codes
from lunarsim.kernels.driver.quadrature import TERMS
from lunarsim.kernels.driver.segment import LONGEST_STEP_S, Course, Steps, fly_to
from lunarsim.kernels.driver.window import no_window
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.bound import what_moves
from lunarsim.kernels.sequence.flown import Leg

_ROOM = 1024  # steps that are kept before they are fetched: 0.8 MB
_PACE_S = 2e-6  # steps shorter than this in the mean lead nowhere
_BESIDE_S = 1e-8  # the shortest step: within it a force has given nothing
_FINEST = 1e-9 * u.m
_LOOK_S = 12.0  # between the times at which events are looked for: a low orbit takes 7,000 s


class Compiled:
    """Flies legs by collocation; their ends are found in machine code, what is watched over all steps at once.

    Parameters
    ----------
    lowered : LoweredScenario
        What is flown.
    accuracy : Accuracy
        Its error of the position, and its longest step.

    Raises
    ------
    InputError
        If the error is finer than the arithmetic.
    """

    name = "collocation"

    def __init__(self, lowered: LoweredScenario, accuracy: Accuracy) -> None:
        if accuracy.position < _FINEST:
            raise InputError(
                f"position = {accuracy.position:g} of the accuracy: the integrator 'collocation' holds a step to "
                f"{_FINEST:g} at best, some last bits of a position: expected that or more, or integrator='DOP853'"
            )
        self.lost_force = LostForce(lowered.scenario.moon.forces, lowered.environment)
        self._ground = lowered.ground
        self._environment = what_moves(lowered.environment)._replace(forces=lowered.environment.forces)
        self._accuracy = accuracy
        self._longest_step_s = min(LONGEST_STEP_S, float(accuracy.max_step.to_value(u.s)))
        self._steps = Steps(np.empty(_ROOM), np.empty((_ROOM, motion.SIZE)), np.empty((_ROOM, TERMS, motion.SIZE)))
        self._coefficients = np.empty((1, 3, TERMS))
        self._window = no_window()

    def fly(
        self, t_s: float, y: NDArray[np.float64], leg: Leg, watched: Sequence[Trigger], disarmed: Collection[Trigger]
    ) -> tuple[Segment, int]:
        """Fly a leg; return the motion and how it ended, a code."""
        watch, now = Watch(watched, t_s, y, disarmed), y.copy()
        course = Course(
            environment=self._environment,
            ground=self._ground.lowered,
            propulsion=leg.propulsion,
            target_dv_mps=leg.target_dv_mps,
            tolerance_m=float(self._accuracy.position.to_value(u.m)),
            longest_step_s=self._longest_step_s,
            coefficients=self._coefficients,
            steps=self._steps,
            window=self._window,
            onsets=leg.onsets,
        )
        parts: list[Path] = []
        found: list[Crossing] = []
        ended = codes.NO_ROOM
        while ended == codes.NO_ROOM:
            before_s = t_s
            t_s, ended, kept, _ = fly_to(t_s, leg.end_s, now, course)
            if ended == codes.NO_ROOM and t_s - before_s < kept * _PACE_S:
                raise IntegrationError(
                    f"{where_it_stopped(t_s, now)}: the last {kept} steps are shorter than {_PACE_S:g} s in the mean"
                )
            ends_s = np.concatenate(([before_s], self._steps.ends_s[:kept]))
            if kept > 0:
                parts.append(Path(ends_s, self._steps.start_y[:kept].copy(), self._steps.series[:kept].copy()))
                found += watch.crossings(parts[-1], self._samples(parts[-1]))
        if ended == codes.LOST:
            raise self._ground.unknown(now, t_s)
        if ended >= codes.UNFORCED:
            self.lost_force.remember(t_s + _BESIDE_S, _moved(now, _BESIDE_S))
        if ended == codes.STUCK or ended >= codes.UNFORCED:
            raise IntegrationError(
                f"{where_it_stopped(t_s, now)}: steps of a microsecond, or far too many, do not hold the position to "
                f"{self._accuracy.position:g} each. Give Accuracy(position=...) more, or the integrator 'DOP853'"
            )
        path = joined(parts)
        if ended != codes.AT_END:
            found += at_the_end(watched, float(path.ends_s[-1]), now, _moved(now, TOGETHER_S))
        return Segment(path=path, end_y=now, crossings=tuple(found), ended_by=None), ended

    def _samples(self, path: Path) -> int:
        """Return at how many points of each step events are looked for."""
        longest_s = float(np.diff(path.ends_s).max())
        return max(self._accuracy.samples_per_step, int(np.ceil(longest_s / _LOOK_S)))


def _moved(y: NDArray[np.float64], by_s: float) -> NDArray[np.float64]:
    """Return a vector a moment later."""
    after = y.copy()
    after[motion.POSITION] += by_s * y[motion.VELOCITY]
    return after
