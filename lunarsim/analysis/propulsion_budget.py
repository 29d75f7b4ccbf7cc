"""The propulsion budget of a flight: what each phase spent, on what, and what a landing costs at least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from astropy import units as u
from astropy.table import QTable
from numpy.typing import NDArray

from lunarsim.analysis.ideal import IdealDescent, continuous_bound, impulsive_bound
from lunarsim.errors import InputError
from lunarsim.flight.driver.lowering import COASTING, LoweredScenario, lower
from lunarsim.flight.flight import Flight
from lunarsim.flight.result.touchdown import Landed, Verdict
from lunarsim.flight.result.trajectory import FlownPhase
from lunarsim.kernels.forces import motion, steering
from lunarsim.kernels.forces.bound import BoundMotion, bound_derivative
from lunarsim.kernels.guidance.look import moon_fixed
from lunarsim.mission.site import Site
from lunarsim.plan import Burn

Vector = NDArray[np.float64]

_MPS = u.m / u.s
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)  # exact to degree 15; the interpolant has degree 7
_AT_REST_MPS = 1e-9  # a change of velocity by less is not looked into: the budget closes to about as much
_ON_TIME_S = 1e-3  # rounding of a planned ignition
_COLUMNS = ("delta_v", "propellant", "effective_delta_v", "gravity_loss", "steering_loss", "speed_change")


@dataclass(frozen=True, kw_only=True)
class PhaseBudget:
    """What a phase spent, and on what.

    The rate of the speed over the turning ground is d|v|/dt = a cos(alpha) - g sin(gamma), with the thrust
    acceleration a, its angle alpha to the velocity, gravity g (all forces but thrust, and the centrifugal one) and
    the flight-path angle gamma. The delta-v of a phase goes into the change of speed that it was for, less where it
    brakes and more where it accelerates, and into two losses: ``delta_v = effective_delta_v + gravity_loss +
    steering_loss``, to 2e-9 m/s for each second of thrust (measured: 1.8e-9, over all phases of all scenarios of the
    catalogue, which is 1.2e-6 m/s in the longest). That is the change of the Moon's rate of turning, left out of g.
    In a hover, where there is next to no speed, the two losses cannot be told apart; their sum stands.

    Attributes
    ----------
    name : str
        Of the phase.
    delta_v : Quantity
        True delta-v: the integral of a.
    propellant : Quantity
        Used.
    effective_delta_v : Quantity
        Change of the speed over the ground in the sense of the thrust: loss of speed where it brakes.
    gravity_loss : Quantity
        What gravity undid meanwhile: the integral of -g sin(gamma) where the phase brakes, of g sin(gamma) else.
        Negative where gravity helped.
    steering_loss : Quantity
        What pointed elsewhere: the integral of a (1 + cos(alpha)) where the phase brakes, of a (1 - cos(alpha)) else.
    speed_change : Quantity
        Change of the speed over the ground while the engine ran; negative where it became slower.
    """

    name: str
    delta_v: u.Quantity
    propellant: u.Quantity
    effective_delta_v: u.Quantity
    gravity_loss: u.Quantity
    steering_loss: u.Quantity
    speed_change: u.Quantity


@dataclass(frozen=True, kw_only=True)
class FlightBudget:
    """The budget of a flight, phase by phase, and the ideal beside it.

    Attributes
    ----------
    rows : tuple of PhaseBudget
        The phases with thrust, in order.
    impulsive, continuous : IdealDescent, optional
        Bounds of a landing from the start of the flight; None where there is none.
    """

    rows: tuple[PhaseBudget, ...]
    impulsive: IdealDescent | None = None
    continuous: IdealDescent | None = None

    @property
    def total(self) -> PhaseBudget:
        """The sum of all phases."""
        zero = {name: 0.0 * (u.kg if name == "propellant" else _MPS) for name in _COLUMNS}
        sums = {name: sum((getattr(row, name) for row in self.rows), start=zero[name]) for name in _COLUMNS}
        return PhaseBudget(name="total", **sums)

    def to_table(self) -> QTable:
        """Return phases, total and bounds as a table of quantities; bounds have no losses (NaN)."""
        flown = (*self.rows, self.total)
        ideals = [bound for bound in (self.impulsive, self.continuous) if bound is not None]
        table = QTable({"phase": [*(row.name for row in flown), *(f"bound: {bound.name}" for bound in ideals)]})
        for name in _COLUMNS:
            values = [getattr(row, name) for row in flown]
            values += [getattr(bound, name, np.nan * values[0].unit) for bound in ideals]
            table[name] = u.Quantity(values)
        return table

    def __str__(self) -> str:
        """Return phases, total and bounds as lines of text; bounds have no losses."""
        headings = ("delta-v", "propellant", "effective", "gravity loss", "steering loss")
        table = self.to_table()
        width = max(len(name) for name in ("phase", *table["phase"]))
        lines = [f"{'phase':<{width}}" + "".join(f"{heading:>15}" for heading in headings)]
        for row in table:
            values = [row[column] for column in _COLUMNS[: len(headings)] if np.isfinite(row[column])]
            cells = [f"{value.value:.1f} {value.unit.to_string().replace(' ', '')}" for value in values]
            lines.append(f"{row['phase']:<{width}}" + "".join(f"{cell:>15}" for cell in cells))
        return "\n".join(line.rstrip() for line in lines)


def budget(flight: Flight, *, site: Site | None = None) -> FlightBudget:
    """Return the propulsion budget of a flight.

    Parameters
    ----------
    flight : Flight
        With a craft.
    site : Site, optional
        Where the bounds of a landing come to rest; default: where the flight landed without crashing. Without
        either there are no bounds.

    Raises
    ------
    InputError
        If the flight has no craft, or starts below the site.

    Examples
    --------
    >>> import lunarsim as ls
    >>> total = ls.budget(ls.simulate(ls.load_scenario("apollo11"))).total
    >>> print(f"{total.delta_v:.0f}, of which {total.gravity_loss:.0f} held the craft up")
    2068 m / s, of which 188 m / s held the craft up
    """
    scenario = flight.scenario
    craft = scenario.flown_craft
    if craft is None:
        raise InputError("this flight has no craft and so no budget: simulate a Scenario with a Spacecraft")
    lowered = lower(scenario)
    rows = tuple(_row(name, pieces, lowered) for name, pieces in _grouped(flight.trajectory.phases))
    site = _landing_site(flight) if site is None else site
    if site is None:
        return FlightBudget(rows=rows)
    return FlightBudget(
        rows=rows,
        impulsive=impulsive_bound(scenario.state, craft, site),
        continuous=continuous_bound(scenario.state, craft, site),
    )


class _Sums(NamedTuple):
    """Integrals over powered flight, SI."""

    thrust: float  #: of the thrust acceleration
    along: float  #: of its part along the velocity
    gravity: float  #: of the part of all else along the velocity


def _landing_site(flight: Flight) -> Site | None:
    end = flight.outcome
    if not isinstance(end, Landed) or end.verdict is Verdict.CRASHED:
        return None
    return Site(latitude=end.latitude, longitude=end.longitude, elevation=end.elevation)


def _grouped(flown: tuple[FlownPhase, ...]) -> Iterator[tuple[str, list[FlownPhase]]]:
    """Return the pieces with thrust by phase: those in a row of one name, with or without thrust between."""
    lasting = [p for p in flown if p.thrust_n > 0.0 or p.segment.end_s - p.segment.start_s > _ON_TIME_S]
    for name, pieces in groupby(lasting, key=lambda piece: piece.name):
        powered = [piece for piece in pieces if piece.thrust_n > 0.0]
        if powered:
            yield name, powered


def _row(name: str, pieces: list[FlownPhase], lowered: LoweredScenario) -> PhaseBudget:
    sums = _Sums(*np.sum([_integrals(piece, lowered) for piece in pieces], axis=0))
    starts = np.array([piece.segment.path.start_y[0] for piece in pieces])
    ends = np.array([piece.segment.end_y for piece in pieces])
    times = [(piece.segment.start_s, piece.segment.end_s) for piece in pieces]
    environment = lowered.environment
    change = sum(
        _speed(_over_ground(after_s, end, environment)[0]) - _speed(_over_ground(before_s, start, environment)[0])
        for (before_s, after_s), start, end in zip(times, starts, ends, strict=True)
    )
    sense = 1.0 if sums.along >= 0.0 else -1.0
    return PhaseBudget(
        name=name,
        delta_v=float(np.sum(ends[:, motion.DV_TRUE] - starts[:, motion.DV_TRUE])) * _MPS,
        propellant=float(np.sum(starts[:, motion.MASS] - ends[:, motion.MASS])) * u.kg,
        effective_delta_v=sense * change * _MPS,
        gravity_loss=-sense * sums.gravity * _MPS,
        steering_loss=(sums.thrust - sense * sums.along) * _MPS,
        speed_change=change * _MPS,
    )


def _integrals(piece: FlownPhase, lowered: LoweredScenario) -> _Sums:
    """Return the integrals over one piece, by Gauss and Legendre's rule on each step of the integrator.

    Near rest the direction of the velocity turns within a step, which the rule does not see. A step is halved until in
    each part the velocity changes by less than the speed: there the rule is right to 1e-10.
    """
    coasting = BoundMotion(lowered.environment, COASTING)
    powered = BoundMotion(lowered.environment, _propulsion(piece, lowered))
    ends = piece.segment.path.ends_s
    spans = np.column_stack((ends[:-1], ends[1:]))
    total = np.zeros(3)
    while spans.size:
        halves = 0.5 * np.diff(spans)
        times = spans.mean(axis=1, keepdims=True) + halves * _NODES
        velocities, rates = _rates(times.ravel(), piece, lowered.environment, coasting, powered)
        turning = _turning(velocities.reshape(*times.shape, 3))
        weights = np.where(turning[:, None], 0.0, halves * _WEIGHTS)
        total += weights.ravel() @ rates
        spans = _halved(spans[turning])
    return _Sums(*total)


def _rates(
    times: Vector, piece: FlownPhase, environment: motion.Environment, coasting: BoundMotion, powered: BoundMotion
) -> tuple[Vector, Vector]:
    """Return the velocities over the ground and the rates of the sums, each of shape (times, 3)."""
    velocities, rates = np.empty((times.size, 3)), np.empty((times.size, 3))
    for i, (t_s, y) in enumerate(zip(times, piece.segment.path(times), strict=True)):
        velocity, centrifugal = _over_ground(t_s, y, environment)
        ahead = velocity / (_speed(velocity) or 1.0)  # at rest nothing is ahead
        gravity = bound_derivative(t_s, y, coasting)[motion.VELOCITY]
        rate = bound_derivative(t_s, y, powered)
        velocities[i] = velocity
        rates[i] = rate[motion.DV_TRUE], (rate[motion.VELOCITY] - gravity) @ ahead, (gravity + centrifugal) @ ahead
    return velocities, rates


def _turning(velocities: Vector) -> NDArray[np.bool_]:
    """Return in which spans the velocity, of shape (spans, nodes, 3), changes by more than the speed."""
    changes = np.linalg.norm(np.diff(velocities, axis=1), axis=2).sum(axis=1)
    slowest = np.linalg.norm(velocities, axis=2).min(axis=1)
    turning: NDArray[np.bool_] = changes > np.maximum(slowest, _AT_REST_MPS)
    return turning


def _halved(spans: Vector) -> Vector:
    starts, ends = spans.T
    middles = 0.5 * (starts + ends)
    return np.concatenate((np.column_stack((starts, middles)), np.column_stack((middles, ends))))


def _propulsion(piece: FlownPhase, lowered: LoweredScenario) -> motion.Propulsion:
    """Return what drove a piece: thrust in its own direction, or the burn of its name that had begun."""
    thrust_n, rate_n_s, full_s = piece.thrust_n, piece.thrust_rate_n_s, piece.full_s
    if piece.direction is not None:
        held = COASTING._replace(steering=steering.FIXED, direction=piece.direction)
        return held._replace(thrust_n=thrust_n, thrust_rate_n_s=rate_n_s, full_s=full_s)
    start_s, ignitions_s = piece.segment.start_s, lowered.records["burn"]["ignition_s"]
    burns = [k for k, phase in enumerate(lowered.scenario.plan) if isinstance(phase, Burn) and phase.name == piece.name]
    begun = (k for k in burns if ignitions_s[k] <= start_s + _ON_TIME_S)
    full = lowered.burn_propulsion(max(begun, key=lambda k: ignitions_s[k]), start_s)
    return full._replace(thrust_n=thrust_n, thrust_rate_n_s=rate_n_s, full_s=full_s)


def _over_ground(t_s: float, y: Vector, environment: motion.Environment) -> tuple[Vector, Vector]:
    """Return the velocity over the turning ground (m/s) and the centrifugal acceleration (m/s2), in ICRF axes."""
    rot, omega_pa = moon_fixed(t_s, environment)
    omega, r = rot.T @ omega_pa, y[motion.POSITION]
    turning = np.cross(omega, r)
    return y[motion.VELOCITY] - turning, -np.cross(omega, turning)


def _speed(velocity: Vector) -> float:
    return float(np.linalg.norm(velocity))
