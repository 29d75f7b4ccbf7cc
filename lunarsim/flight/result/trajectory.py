"""The motion that was integrated, as plain numbers: segments, and what lies between their ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lunarsim.equality import by_value
from lunarsim.errors import InputError
from lunarsim.flight.result.segment import Segment
from lunarsim.kernels.forces import motion

_SAMPLES_PER_STEP = 4
_JUMP_S = 1e-9  # rounding of a Time at a jump
_ROUNDING = 1e-9  # of a vector at a jump; it is 0
_APART_S = 900.0  # a descent orbit takes an hour, a free fall between two burns less than some minutes


@by_value
@dataclass(frozen=True, eq=False)
class FlownPhase:
    """One smooth segment of a flight and what the engine did in it."""

    name: str  #: of the phase; those of guided phases have a segment a cycle and more
    segment: Segment
    thrust_n: float  #: the greatest of the segment
    direction: NDArray[np.float64] | None = None  #: ICRF unit vector of the thrust axis that was held
    navigation_error: NDArray[np.float64] | None = None  #: believed less true (m, m/s, ICRF), shape (6,)
    thrust_rate_n_s: float = 0.0  #: by which the thrust rises to the greatest at the end, or falls from it
    commanded: NDArray[np.float64] | None = None  #: where that axis was to point, by a craft with an attitude control
    commanded_n: NDArray[np.float64] | None = None  #: thrust that guidance asked for, ICRF
    axis: NDArray[np.float64] | None = None  #: true one of the craft at the end, ICRF, where a control turns it

    def __post_init__(self) -> None:
        if not 0.0 <= self.thrust_n < np.inf:
            raise InputError(f"thrust_n = {self.thrust_n} of segment '{self.name}': expected a force, not negative")
        if not np.isfinite(self.thrust_rate_n_s):
            raise InputError(
                f"thrust_rate_n_s = {self.thrust_rate_n_s} of segment '{self.name}': expected a finite number"
            )
        for name, size in (
            ("direction", 3),
            ("navigation_error", 6),
            ("commanded", 3),
            ("commanded_n", 3),
            ("axis", 3),
        ):
            vector = getattr(self, name)
            if vector is not None and not (np.shape(vector) == (size,) and np.all(np.isfinite(vector))):
                raise InputError(f"{name} of segment '{self.name}': expected {size} finite numbers")

    @property
    def full_s(self) -> float:
        """When the thrust is the greatest, seconds after the start of the flight."""
        return self.segment.end_s if self.thrust_rate_n_s > 0.0 else self.segment.start_s

    def thrust_at(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the thrust (N) at times within the segment."""
        return np.maximum(self.thrust_n + self.thrust_rate_n_s * (t_s - self.full_s), 0.0)


class Trajectory:
    """The motion that was integrated: SI floats in, SI floats out, within the flown span only.

    Two are equal that are the same motion to the last bit.

    Raises
    ------
    InputError
        If there is no segment, the first does not start at zero, or one does not begin where that before it ended.
    """

    def __init__(self, phases: tuple[FlownPhase, ...]) -> None:
        if not phases:
            raise InputError("a trajectory has no segment, nothing was flown: expected a plan with a phase that lasts")
        if phases[0].segment.start_s != 0.0:
            raise InputError(f"a trajectory begins at {phases[0].segment.start_s} s: expected 0 s, the flight's start")
        for i, (before, after) in enumerate(pairwise(phase.segment for phase in phases)):
            y = after.path.start_y[0]
            apart = np.abs(y - before.end_y)
            apart[motion.DV_SENSED] = 0.0  # a computer that goes over to another accelerometer has another sum
            if abs(after.start_s - before.end_s) > _JUMP_S or np.any(apart > _ROUNDING * (1.0 + np.abs(y))):
                raise InputError(
                    f"segment {i + 1} of the trajectory begins at {after.start_s} s, segment {i} ends at "
                    f"{before.end_s} s, {apart.max():.3g} away: expected the same time and motion"
                )
        self.phases = phases
        self._starts = np.array([phase.segment.start_s for phase in phases])

    def __eq__(self, other: object) -> bool:
        return self.phases == other.phases if isinstance(other, Trajectory) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as of all that is compared by arrays

    @property
    def end_s(self) -> float:
        """Seconds after the start at which the flight ended."""
        return self.phases[-1].segment.end_s

    @property
    def end_y(self) -> NDArray[np.float64]:
        """The integrated vector at the end."""
        return self.phases[-1].segment.end_y

    def at(self, t_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the integrated vectors, shape (n, 9), and the thrust (N) at n times; at a jump, after it."""
        which = np.clip(np.searchsorted(self._starts - _JUMP_S, t_s, side="right") - 1, 0, None)
        y, thrust_n = np.empty((t_s.size, motion.SIZE)), np.empty(t_s.size)
        for i in np.unique(which):
            y[which == i] = self.phases[i].segment.path(t_s[which == i])
            thrust_n[which == i] = self.phases[i].thrust_at(t_s[which == i])
        return y, thrust_n

    def phase_at(self, t_s: float) -> FlownPhase:
        """Return the segment that holds a time; at a jump, the one after it."""
        return self.phases[max(int(np.searchsorted(self._starts - _JUMP_S, t_s, side="right")) - 1, 0)]

    def samples_per_phase(self) -> list[int]:
        """Return how many of the points of :meth:`sampled` belong to each phase."""
        return [_SAMPLES_PER_STEP * (len(phase.segment.path.start_y)) + 1 for phase in self.phases]

    def powered_descent_s(self) -> tuple[float, float] | None:
        """Return the first ignition and the last cut-off of the last burns that lie less than 15 min apart."""
        lit = [phase.segment for phase in self.phases if phase.thrust_n > 0.0]
        if not lit:
            return None
        first = lit[-1]
        for segment in reversed(lit):
            if first.start_s - segment.end_s > _APART_S:
                break
            first = segment
        return first.start_s, lit[-1].end_s

    def step_starts(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the times at which steps of the integrator start, and the vectors there, without interpolation."""
        paths = [phase.segment.path for phase in self.phases]
        return np.concatenate([p.ends_s[:-1] for p in paths]), np.concatenate([p.start_y for p in paths])

    def sampled(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return times, vectors and thrust at several points a step, with both sides of each jump."""
        times, vectors, thrusts = [], [], []
        for phase in self.phases:
            t_s, y = phase.segment.path.at_parts(np.arange(_SAMPLES_PER_STEP) / _SAMPLES_PER_STEP)
            times.append(np.append(t_s, phase.segment.end_s))
            vectors.append(np.vstack((y.reshape(-1, y.shape[-1]), phase.segment.end_y)))
            thrusts.append(phase.thrust_at(times[-1]))
        return np.concatenate(times), np.concatenate(vectors), np.concatenate(thrusts)
