"""States between those of a file: by the polynomials that its writer names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import KroghInterpolator

from lunarsim.orbits.files.reference_frames import States


class Interpolation(NamedTuple):
    """How to go between states."""

    hermite: bool  #: through positions and velocities at once, or else each by itself
    degree: int  #: of the polynomials

    @property
    def states(self) -> int:
        """How many states one polynomial goes through."""
        return max((self.degree + 1) // 2, 2) if self.hermite else self.degree + 1


def interpolated(times_s: NDArray[np.float64], states: States, how: Interpolation, at_s: float) -> States:
    """Return the state, shape (6,), at a time within those of states; on one of them, it itself.

    The polynomial goes through the states around the time, as many before it as after, but for the ends; where the
    file has too few, through all.
    """
    there = int(np.searchsorted(times_s, at_s))
    if there < times_s.size and times_s[there] == at_s:
        return np.array(states[there])
    size = min(how.states, times_s.size)
    first = min(max(there - size // 2, 0), times_s.size - size)
    near = slice(first, first + size)
    from_there_s = times_s[near] - at_s  # so that the numbers keep their digits
    if how.hermite:
        values = np.stack([states[near, :3], states[near, 3:]], axis=1).reshape(-1, 3)
        polynomial = KroghInterpolator(np.repeat(from_there_s, 2), values)
        return np.concatenate([polynomial(0.0), polynomial.derivative(0.0)])
    return np.asarray(KroghInterpolator(from_there_s, states[near])(0.0))
