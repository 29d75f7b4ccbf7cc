"""Differential correction: numbers of a scenario, between bounds, that make its flight reach goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize

from lunarsim.campaign.inputs.settings import with_values
from lunarsim.errors import InputError, TargetingError, listed
from lunarsim.flight import simulate
from lunarsim.mission import Scenario
from lunarsim.planning.targeting.goals import Goal, check_moment
from lunarsim.planning.targeting.problem import Problem, told
from lunarsim.planning.targeting.solution import Reached, Targeted

CHANGE, DELTA_V = "change", "delta-v"
_LEAST = {CHANGE, DELTA_V}
_MOST_STEPS = 60
_MET = 1e-3  # of the gradient, in tolerances: a thousandth of one where a whole unknown moves a goal by just one
_FAR = 1e9  # tolerances by which a flight that does not come to a goal's moment misses it, for a search that needs one
_AT_BOUND = 1e-6  # of the way between the bounds


def target(
    scenario: Scenario,
    *,
    vary: Mapping[str, tuple[u.Quantity, u.Quantity]],
    reach: Sequence[Goal],
    least: str = CHANGE,
    integrator: str | None = None,
) -> Targeted:
    """Find numbers of a scenario that make its flight reach goals.

    Differential correction: Gauss-Newton steps within a trust region and between bounds (Branch, Coleman and Li 1999),
    with derivatives by differences of flights of the compiled driver. Where there are more unknowns than goals, the
    smallest change of them, or the smallest delta-v, is found by sequential quadratic programming (Kraft 1988) from
    there. What is found is flown by the reference driver, or by another that is asked for.

    Parameters
    ----------
    scenario : Scenario
        Whose numbers are the first guess.
    vary : mapping of str to (Quantity, Quantity)
        Paths, as :func:`lunarsim.with_values` takes them, and their bounds. An ignition, and ``state.radial`` and the
        like, are offsets from what the scenario says.
    reach : sequence of Goal
        At most as many as there are unknowns.
    least : str
        Of more unknowns than goals: ``"change"``, the sum of the squares of their changes as shares of the way between
        their bounds, or ``"delta-v"`` of all burns and guided phases.
    integrator : str, optional
        That flies what is found, as for :func:`lunarsim.simulate`.

    Returns
    -------
    Targeted
        The scenario that reaches them, its flight, and by how much each goal is missed.

    Raises
    ------
    InputError
        If there is no such path, bounds do not hold the first guess, there are more goals than unknowns, or a goal is
        about a burn that the plan does not have.
    TargetingError
        If no values between the bounds reach all goals, as far as the search has come.

    Notes
    -----
    Derivatives are central differences of two flights, 1e-4 of the way between the bounds to each side, and one-sided
    at a bound. On ways to the Moon they agree with Richardson's extrapolation to 2e-5; ten times as long a
    step errs by 6e-5, for the goals curve, and a tenth of it by up to 7e-4, for the flights round. No variational
    equations are solved: burns, guidance and events would need their own.

    Examples
    --------
    >>> import lunarsim as ls
    >>> from astropy import units as u
    >>> planned = ls.load_scenario("luna25").without_faults()
    >>> found = ls.target(
    ...     planned,
    ...     vary={"plan.0.target_delta_v": (5 * u.m / u.s, 40 * u.m / u.s)},
    ...     reach=[ls.Goal("perilune", 15 * u.km, at="pre-landing burn")],
    ... )
    >>> print(found.flight.burns[0].after.perilune.to(u.km).round(3))
    15.0 km
    """
    if least not in _LEAST:
        raise InputError(f"least = {least!r}: expected one of them; {listed(_LEAST)}")
    if not reach or len(reach) > len(vary):
        raise InputError(
            f"{len(reach)} goals for {len(vary)} unknowns: expected at least one goal, and an unknown for each"
        )
    for goal in reach:
        check_moment(goal, scenario)
    problem = Problem(scenario, vary, reach)
    x = corrected(problem)
    if len(vary) > len(reach):
        x = _least(problem, x, least)
    return _solution(problem, x, integrator)


def corrected(problem: Problem, most_steps: int = _MOST_STEPS) -> NDArray[np.float64]:
    """Return values that reach the goals, by so many steps at most.

    Raises
    ------
    TargetingError
        If none were found; the text says how far the search has come.
    """
    if not np.all(np.isfinite(problem.misses(problem.start))):
        raise TargetingError(
            "the flight of the first guess does not come to "
            + _unmet(problem, problem.start)
            + ": set the unknowns to "
            "values whose flight does, by lunarsim.with_values"
        )
    unfelt = _unfelt(problem, problem.start)
    if unfelt:
        raise TargetingError(
            f"{' and '.join(f'{name!r}' for name in unfelt)} does not depend on what is varied: vary something else"
        )
    inside = np.clip(problem.start, _AT_BOUND, 1.0 - _AT_BOUND)
    found = least_squares(
        problem.misses,
        inside if np.all(np.isfinite(problem.misses(inside))) else problem.start,
        jac=lambda x: problem.slopes(problem.misses, x),
        bounds=(0.0, 1.0),
        x_scale=1.0,
        ftol=None,
        xtol=1e-14,
        gtol=_MET,
        max_nfev=most_steps,
    )
    if not reaches(problem, found.x):
        raise TargetingError(_why_not(problem, found.x))
    return np.asarray(found.x)


def reaches(problem: Problem, x: NDArray[np.float64]) -> bool:
    """Return whether the flight at some values meets all goals."""
    return bool(np.all(np.abs(problem.misses(x)) <= 1.0))


def _least(problem: Problem, x: NDArray[np.float64], least: str) -> NDArray[np.float64]:
    """Return the values of least change or delta-v that still reach the goals, from some that do."""

    def cost(x: NDArray[np.float64]) -> float:
        if least == CHANGE:
            return float(np.sum((x - problem.start) ** 2))
        return float(np.nan_to_num(problem.delta_v_mps(x), nan=_FAR))

    def misses(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.nan_to_num(problem.misses(x), nan=_FAR) * scale)

    # misses in tolerances are large numbers beside a cost of about one: a step in an unknown is to count as much
    scale = 1.0 / np.maximum(np.linalg.norm(problem.slopes(problem.misses, x), axis=1), 1e-30)
    found = minimize(
        cost,
        x,
        jac=lambda x: problem.slopes(cost, x)[0],
        bounds=[(0.0, 1.0)] * x.size,
        constraints={
            "type": "eq",
            "fun": misses,
            "jac": lambda x: scale[:, None] * problem.slopes(problem.misses, x),
        },
        method="SLSQP",
        options={"maxiter": _MOST_STEPS, "ftol": 1e-10},
    )
    better = np.clip(np.asarray(found.x, dtype=float), 0.0, 1.0)
    holds = reaches(problem, better) and cost(better) <= cost(x)
    return np.asarray(better if holds else x)


def _unmet(problem: Problem, x: NDArray[np.float64]) -> str:
    """Return the goals to whose moments a flight does not come, in words."""
    lacking = [goal.name for goal, miss in zip(problem.goals, problem.misses(x), strict=True) if not np.isfinite(miss)]
    why = f" ({problem.refused})" if problem.flight(x) is None else ""
    return " and ".join(f"'{name}'" for name in lacking) + why


def _unfelt(problem: Problem, x: NDArray[np.float64]) -> list[str]:
    """Return the goals that no unknown moves."""
    moved = np.any(np.nan_to_num(problem.slopes(problem.misses, x), nan=1.0), axis=1)
    return [goal.name for goal, moves in zip(problem.goals, moved.tolist(), strict=True) if not moves]


def _why_not(problem: Problem, x: NDArray[np.float64]) -> str:
    """Return why a search has not reached its goals, in words."""
    missed = [
        f"{goal} is missed by {miss * goal.tolerance_si:.4g} {goal.unit}"
        for goal, miss in zip(problem.goals, problem.misses(x), strict=True)
        if not abs(miss) <= 1.0
    ]
    at_bound = [
        f"{name} = {told(value, problem.vary[name][0])}"
        for (name, value), share in zip(problem.values(x).items(), x, strict=True)
        if min(share, 1.0 - share) < 10.0 * _AT_BOUND
    ]
    reasons = [f"{' and '.join(at_bound)} {'is' if len(at_bound) == 1 else 'are'} at a bound"] if at_bound else []
    reasons += [f"there '{name}' does not depend on what is varied" for name in _unfelt(problem, x)]
    if not reasons:
        reasons = [
            f"the search stood still after {problem.evaluations} flights, in values where no change comes closer"
        ]
    return (
        f"no values were found that reach all goals: {'; '.join(missed)}; {', and '.join(reasons)}. Widen the bounds, "
        "vary something else too, or begin nearer by lunarsim.with_values"
    )


def _solution(problem: Problem, x: NDArray[np.float64], integrator: str | None) -> Targeted:
    values = problem.values(x)
    scenario = with_values(problem.scenario, values)
    flight = simulate(scenario, integrator=integrator)
    reached = tuple(Reached(goal, goal.miss(flight) * goal.unit) for goal in problem.goals)
    return Targeted(scenario=scenario, values=values, flight=flight, reached=reached, evaluations=problem.evaluations)
