"""The numbers that a run solves for: from the nominal ones, by the nominal derivatives, updated on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lunarsim.chain.dispersed.nominal import NominalLink
from lunarsim.errors import TargetingError
from lunarsim.mission import Scenario
from lunarsim.planning.targeting.problem import Problem
from lunarsim.planning.targeting.search import corrected, reaches

_MOST_FLIGHTS = 12  # of a search by Broyden's formula; three to six are usual
_FRESH = 3  # how often it begins, but for the first time with derivatives of its own
_MOST_STEPS = 8  # of the search that goes on, each with derivatives of its own
_HALVINGS = 4

Vector = NDArray[np.float64]


def solved(nominal: NominalLink, begins: Scenario, integrator: str) -> dict[str, Any]:
    """Return the free numbers of a link that reach its goals from where a run begins it.

    Newton's method with the Jacobian of the nominal, updated by Broyden's good formula (Broyden 1965,
    doi:10.1090/S0025-5718-1965-0198670-6); of more numbers than goals the smallest changes. Where that stands still, it
    begins anew with the Jacobian there; where that helps no more, the search of :func:`lunarsim.target` goes on.

    Raises
    ------
    TargetingError
        If none are found between the bounds that reach the goals.
    InputError
        If there is no flight at the nominal numbers.
    """
    problem = nominal.problem(begins, integrator)
    x, slopes = problem.start, nominal.slopes
    for _ in range(_FRESH):
        x = _by_broyden(problem, x, slopes)
        if reaches(problem, x) or not np.all(np.isfinite(problem.misses(x))):
            break
        slopes = problem.slopes(problem.misses, x)
        if not np.all(np.isfinite(slopes)):
            break
    return problem.values(x if reaches(problem, x) else _searched(problem, x))


def _searched(problem: Problem, near: Vector) -> Vector:
    """Return values that reach the goals, by the search of targeting: from the nominal ones, then from others."""
    try:
        return corrected(problem, _MOST_STEPS)
    except TargetingError:
        problem.start = near
        return corrected(problem, _MOST_STEPS)


def _by_broyden(problem: Problem, x: Vector, slopes: Vector) -> Vector:
    """Return the values that come nearest to the goals, from some and the derivatives there."""
    misses = problem.misses(x)
    most = problem.evaluations + _MOST_FLIGHTS
    while not np.all(np.abs(misses) <= 1.0) and np.all(np.isfinite(misses)) and problem.evaluations < most:
        step: Vector = np.asarray(np.linalg.lstsq(slopes, -misses, rcond=None)[0], dtype=np.float64)
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
        after: Vector = np.clip(x + float(share) * step, 0.0, 1.0)
        missed = problem.misses(after)
        if np.linalg.norm(missed) < np.linalg.norm(misses):
            return after, missed
    return x, misses
