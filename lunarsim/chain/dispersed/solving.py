"""The numbers that a run solves for: from the nominal ones, by the nominal derivatives, updated on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.chain.dispersed.nominal import NominalLink
from lunarsim.mission import Scenario
from lunarsim.planning.targeting.problem import Problem
from lunarsim.planning.targeting.search import corrected, reaches

_MOST_FLIGHTS = 15  # of a search by Broyden's formula; three to six are usual
_MOST_STEPS = 12  # of the search that goes on, each with derivatives of its own
_HALVINGS = 4

Vector = NDArray[np.float64]


def solved(nominal: NominalLink, begins: Scenario, integrator: str) -> dict[str, Any]:
    """Return the free numbers of a link that reach its goals from where a run begins it.

    Newton's method with the Jacobian of the nominal, updated by Broyden's good formula (Broyden 1965,
    doi:10.1090/S0025-5718-1965-0198670-6); of more numbers than goals the smallest changes. Where that comes to an end,
    the search of :func:`lunarsim.target` goes on from there.

    Raises
    ------
    TargetingError
        If no numbers between the bounds reach the goals.
    InputError
        If there is no flight at the nominal numbers.
    """
    problem = nominal.problem(begins, integrator)
    x = _by_broyden(problem, nominal.slopes)
    if not reaches(problem, x):
        problem.start = x
        x = corrected(problem, _MOST_STEPS)
    return problem.values(x)


def _by_broyden(problem: Problem, slopes: Vector) -> Vector:
    """Return the values that come nearest to the goals, from the start of a problem."""
    x, misses = problem.start, problem.misses(problem.start)
    while not np.all(np.abs(misses) <= 1.0) and np.all(np.isfinite(misses)) and problem.evaluations < _MOST_FLIGHTS:
        step = np.linalg.lstsq(slopes, -misses, rcond=None)[0]
        after, missed = _nearer(problem, x, step, misses)
        moved = after - x
        if not np.any(moved) or not np.all(np.isfinite(missed)):
            break
        slopes = slopes + np.outer(missed - misses - slopes @ moved, moved) / (moved @ moved)
        x, misses = after, missed
    return x


def _nearer(problem: Problem, x: Vector, step: Vector, misses: Vector) -> tuple[Vector, Vector]:
    """Return values along a step, between the bounds, that come nearer to the goals, and how they miss them."""
    for share in 0.5 ** np.arange(_HALVINGS):
        after = np.clip(x + share * step, 0.0, 1.0)
        missed = problem.misses(after)
        if np.linalg.norm(missed) < np.linalg.norm(misses):
            return after, missed
    return x, misses
