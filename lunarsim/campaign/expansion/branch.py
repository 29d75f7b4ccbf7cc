"""A branch of a campaign: runs with the same switches whose burns end in the same way, and their expansions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lunarsim.campaign.expansion.error_scale import ErrorScale
from lunarsim.campaign.expansion.polynomial import Polynomials
from lunarsim.campaign.inputs.rows import Drawn
from lunarsim.kernels.codes import BURN, PROPELLANT_OUT, SENSED_DELTA_V, TIMER_RAN_OUT

Table = NDArray[np.float64]

#: The numbers of a burn that are expanded, in the order of the polynomials.
OF_BURN = ("ignition_s", "duration_s", "dv_mps", "dv_sensed_mps", "propellant_kg")
#: How a burn may end whose end is a smooth function of the inputs, and can be told from the others beforehand.
DECIDED = (SENSED_DELTA_V, TIMER_RAN_OUT, PROPELLANT_OUT)


@dataclass(frozen=True, eq=False)
class Ends:
    """The expansion of how runs end, and of what their burns take.

    The polynomials are, in this order: the numbers of each burn, the mass at the end, then of runs that end on the
    ground the Chebyshev series of their path over a window of time, of runs that end in space the time and the
    state.

    Attributes
    ----------
    polynomials : Polynomials
        As above, and behind them the three components of what the highest order adds to the position.
    error : ErrorScale
        Of the position: of the path, or at the end.
    height_error : ErrorScale
        Of the path's height above the ground, which decides where the two meet.
    low, high : ndarray, shape (coordinates,)
        The region that the training runs speak for.
    window_s : tuple of float
        Start and length of the path; no length: these runs end in space.
    terms : int
        Of the path's series.
    """

    polynomials: Polynomials
    error: ErrorScale
    height_error: ErrorScale
    low: Table
    high: Table
    window_s: tuple[float, float]
    terms: int

    def covers(self, coordinates: Table) -> NDArray[np.bool_]:
        """Return which places lie in the region that the training runs speak for."""
        return np.asarray(np.all((coordinates >= self.low) & (coordinates <= self.high), axis=1))


@dataclass(frozen=True, eq=False)
class Branch:
    """What is known of the runs with the same switches whose burns end in the same way.

    Attributes
    ----------
    key : int
        The switches.
    cutoffs : tuple of int
        How each burn ends.
    ground, space : Ends or None
        Of those that end on the ground within the window, and of those that do not; None: too few, or none.
    slack : tuple of float
        How far from another end of a burn a run must be to be of this branch, for each burn: by time (s), by sensed
        delta-v (m/s) and by propellant (kg).
    alike : Drawn
        The records of one of them, for what is not dispersed.
    """

    key: int
    cutoffs: tuple[int, ...]
    ground: Ends | None
    space: Ends | None
    slack: tuple[tuple[float, float, float], ...]
    alike: Drawn

    @property
    def ends(self) -> Ends:
        """The expansion of which the burns are taken."""
        found = self.ground or self.space
        assert found is not None, "a branch without expansions is none"
        return found

    @property
    def numbers(self) -> int:
        """How many polynomials come before those of the end: of the burns, and of the mass."""
        return len(OF_BURN) * len(self.cutoffs) + 1

    def margins(self, numbers: Table, limits: Limits) -> Table:
        """Return how far runs are from another end of a burn, in units of the slack, the nearest; shape (n,).

        One that is above one belongs here, as far as the burns say; below minus one it does not.
        """
        nearest = np.full(len(numbers), np.inf)
        size = len(OF_BURN)
        mass_kg = numbers[:, size * len(self.cutoffs)]
        for k, (cutoff, slack) in enumerate(zip(self.cutoffs, self.slack, strict=True)):
            burn = numbers[:, size * k : size * (k + 1)]
            left = {
                TIMER_RAN_OUT: (limits.timer_s[:, k] - burn[:, 1]) / slack[0],
                SENSED_DELTA_V: (limits.target_dv_mps[:, k] - burn[:, 3]) / slack[1],
                PROPELLANT_OUT: (mass_kg - limits.empty_kg) / slack[2],
            }
            for reason, margin in left.items():
                if reason != cutoff:
                    nearest = np.minimum(nearest, margin)
        return nearest


@dataclass(frozen=True, eq=False)
class Limits:
    """What may end the burns of runs: timers and targets, shape (n, burns), and masses of empty tanks, shape (n,)."""

    timer_s: Table
    target_dv_mps: Table
    empty_kg: Table

    @classmethod
    def of(cls, alike: Drawn, kinds: NDArray[np.int64], values: Mapping[str, Table]) -> Limits:
        """Return those of runs from their values by path, and of a run with the same switches what is not dispersed."""
        count = len(next(iter(values.values())))
        burns = [k for k, kind in enumerate(kinds) if kind == BURN]
        own = alike.phases[0]["burn"]
        timer_s, target_dv_mps = (
            np.array([np.broadcast_to(values.get(f"plan.{k}.{name}", own[field][k]), count) for k in burns])
            for name, field in (("timer", "timer_s"), ("target_delta_v", "target_delta_v_mps"))
        )
        craft = alike.runs["craft"]
        dry_kg, unusable_kg = (
            np.broadcast_to(values.get(f"craft.{name}", craft[f"{name}_kg"][0]), count)
            for name in ("dry_mass", "unusable_propellant")
        )
        return cls(timer_s.reshape(-1, count).T, target_dv_mps.reshape(-1, count).T, dry_kg + unusable_kg)
