"""Unknowns from observations: weighted least squares, what it leaves open, and how well it predicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from numpy.typing import NDArray
from scipy.optimize import least_squares

from lunarsim import checks
from lunarsim.errors import InputError, LunarsimError

Predict = Callable[[Mapping[str, u.Quantity]], Mapping[str, u.Quantity]]

_DIFFERENCE = 1e-3  # step of the central differences, in units of each unknown's scale


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A number to be found.

    Parameters
    ----------
    name : str
        Its key in what the model is given.
    start : Quantity
        Where the search starts.
    scale : Quantity
        A change that the observations would notice.
    """

    name: str
    start: u.Quantity
    scale: u.Quantity

    def __post_init__(self) -> None:
        checks.quantity(f"scale of {self.name}", self.scale, self.start.unit, positive=True)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A number that is known, with its standard uncertainty.

    Parameters
    ----------
    name : str
        Its key in what the model returns.
    value, sigma : Quantity
        The number and its standard uncertainty.
    background : bool
        True for general knowledge that only keeps the solution in bounds, and is no measurement of the case.
    """

    name: str
    value: u.Quantity
    sigma: u.Quantity
    background: bool = False

    def __post_init__(self) -> None:
        checks.quantity(f"sigma of {self.name}", self.sigma, self.value.unit, positive=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Direction:
    """A combined change of the unknowns, and how many times itself it can go within one sigma."""

    change: Mapping[str, u.Quantity]
    reach: float  #: infinite where nothing holds it


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """The solution of a least-squares problem.

    Attributes
    ----------
    values, sigmas : mapping of str to Quantity
        The unknowns and their standard uncertainties.
    predicted : mapping of str to Quantity
        What the model returns for the solution.
    residuals : mapping of str to float
        (observed - predicted) / sigma of each observation.
    weakest : Direction
        The change that the measurements, without the background, hold least.
    jacobian, covariance : ndarray
        In units of the unknowns' scales; rows of the Jacobian in units of the sigmas.
    """

    values: Mapping[str, u.Quantity]
    sigmas: Mapping[str, u.Quantity]
    predicted: Mapping[str, u.Quantity]
    residuals: Mapping[str, float]
    weakest: Direction
    jacobian: NDArray[np.float64]
    covariance: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Prediction:
    """One observation, predicted from the others alone."""

    name: str
    observed: u.Quantity
    predicted: u.Quantity
    sigma: u.Quantity  #: of the prediction, without the observation's own

    @property
    def error(self) -> u.Quantity:
        """Predicted less observed."""
        return self.predicted - self.observed


def estimate(unknowns: Sequence[Unknown], observations: Sequence[Observation], predict: Predict) -> Estimate:
    """Find the unknowns that agree best with the observations (Gauss-Markov; Tapley et al. 2004, ch. 4).

    Parameters
    ----------
    unknowns : sequence of Unknown
        What is to be found.
    observations : sequence of Observation
        What is known; the errors are taken as independent.
    predict : callable
        The model: from a mapping of unknowns to a mapping that holds every observation's name.

    Raises
    ------
    InputError
        If there are fewer observations than unknowns.
    LunarsimError
        If the search does not converge, or the observations leave a direction wholly open.
    """
    if len(observations) < len(unknowns):
        raise InputError(f"{len(observations)} observations for {len(unknowns)} unknowns: expected at least as many")
    problem = _Problem(unknowns, observations, predict)
    found = least_squares(problem.residuals, np.zeros(len(unknowns)), jac=problem.jacobian, method="lm", xtol=1e-10)
    if not found.success:
        raise LunarsimError(f"the least-squares search did not converge: {found.message}")
    jacobian = problem.jacobian(found.x)
    values = problem.values(found.x)
    predicted = predict(values)
    covariance = _inverse(jacobian.T @ jacobian)
    measured = jacobian[[not observation.background for observation in observations]]
    sigmas = np.sqrt(np.diag(covariance))
    return Estimate(
        values=values,
        sigmas={k.name: s * k.scale.to(k.start.unit) for k, s in zip(unknowns, sigmas, strict=True)},
        predicted={o.name: predicted[o.name].to(o.value.unit) for o in observations},
        residuals={o.name: float(-r) for o, r in zip(observations, problem.residuals(found.x), strict=True)},
        weakest=_weakest(unknowns, measured),
        jacobian=jacobian,
        covariance=covariance,
    )


def leave_one_out(
    unknowns: Sequence[Unknown], observations: Sequence[Observation], predict: Predict, names: Sequence[str]
) -> list[Prediction]:
    """Leave each named observation out in turn, solve without it, and predict it from the others.

    Raises
    ------
    LunarsimError
        If the other observations leave a direction wholly open.
    """
    predictions = []
    for name in names:
        left_out = next(o for o in observations if o.name == name)
        rest = [o for o in observations if o.name != name]
        solution = estimate(unknowns, rest, predict)
        problem = _Problem(unknowns, [left_out], predict)
        (row,) = problem.jacobian(problem.scaled(solution.values))
        predictions.append(
            Prediction(
                name=name,
                observed=left_out.value,
                predicted=predict(solution.values)[name].to(left_out.value.unit),
                sigma=float(np.sqrt(row @ solution.covariance @ row)) * left_out.sigma,
            )
        )
    return predictions


def propagated(unknowns: Sequence[Unknown], solution: Estimate, function: Predict) -> dict[str, u.Quantity]:
    """Return the standard uncertainties of functions of the unknowns, to first order.

    Parameters
    ----------
    unknowns : sequence of Unknown
        Those of the solution.
    solution : Estimate
        Where the functions are linearised, and the covariance that they are linearised for.
    function : callable
        From a mapping of unknowns to a mapping of quantities.
    """
    centre = function(solution.values)
    columns: dict[str, list[float]] = {name: [] for name in centre}
    for unknown in unknowns:
        step = _DIFFERENCE * unknown.scale
        after, before = (
            function({**solution.values, unknown.name: solution.values[unknown.name] + sign * step}) for sign in (1, -1)
        )
        for name, value in centre.items():
            columns[name].append(((after[name] - before[name]) / (2.0 * _DIFFERENCE)).to_value(value.unit))
    variances = {name: np.array(row) @ solution.covariance @ np.array(row) for name, row in columns.items()}
    return {name: np.sqrt(variance) * centre[name].unit for name, variance in variances.items()}


class _Problem:
    """A problem in units of scales and sigmas."""

    def __init__(self, unknowns: Sequence[Unknown], observations: Sequence[Observation], predict: Predict) -> None:
        self._unknowns = unknowns
        self._observations = observations
        self._predict = predict

    def values(self, x: NDArray[np.float64]) -> dict[str, u.Quantity]:
        return {k.name: k.start + xi * k.scale for k, xi in zip(self._unknowns, x, strict=True)}

    def scaled(self, values: Mapping[str, u.Quantity]) -> NDArray[np.float64]:
        return np.array([((values[k.name] - k.start) / k.scale).to_value(u.one) for k in self._unknowns])

    def residuals(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        predicted = self._predict(self.values(x))
        return np.array([((predicted[o.name] - o.value) / o.sigma).to_value(u.one) for o in self._observations])

    def jacobian(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        columns = []
        for step in np.eye(x.size) * _DIFFERENCE:
            columns.append((self.residuals(x + step) - self.residuals(x - step)) / (2.0 * _DIFFERENCE))
        return np.column_stack(columns)


def _inverse(normal: NDArray[np.float64]) -> NDArray[np.float64]:
    if np.linalg.cond(normal) > 1e14:
        raise LunarsimError("the observations leave a direction of the unknowns wholly open: add one that holds it")
    return np.linalg.inv(normal).astype(np.float64)


def _weakest(unknowns: Sequence[Unknown], measured: NDArray[np.float64]) -> Direction:
    _, singular, right = np.linalg.svd(measured, full_matrices=True)
    direction = right[-1] / np.max(np.abs(right[-1]))
    held = float(np.linalg.norm(measured @ direction)) if singular.size == len(unknowns) else 0.0
    return Direction(
        change={k.name: d * k.scale for k, d in zip(unknowns, direction, strict=True)},
        reach=1.0 / held if held > 0.0 else np.inf,
    )
