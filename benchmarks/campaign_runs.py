"""The runs that the campaign benchmark gives to each system, and how far apart two systems' ends are.

One table of plain numbers in SI, so that no system gets its parameters from another's code. A run is Luna-25's last
flight, dispersed: from ten seconds before the nominal ignition, a burn against the velocity of given length, three
hours of coast or until the ground. In half of the runs the accelerometer is off and the timer ends the burn; in the
others the burn ends where the sensed delta-v is reached, which for a perfect sensor the rocket equation gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u
from astropy.time import TimeDelta
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight.driver.lowering import COASTING, lower
from lunarsim.kernels.forces.bound import BoundMotion, bound_derivative
from lunarsim.kernels.forces.motion import MASS, POSITION, VELOCITY, Environment
from lunarsim.kernels.geometry.orientation import rotations_pa_from_icrf

Vector = NDArray[np.float64]

LEAD_S = 10.0  # before the nominal ignition: ten sigma of it
SIGMA_POSITION_M = 100.0  # of each component
SIGMA_VELOCITY_MPS = 0.1
SIGMA_THRUST = 0.01
SIGMA_SPECIFIC_IMPULSE = 0.01
SIGMA_IGNITION_S = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """A table of dispersed flights, one row a run; times are seconds after the epoch of ``scenario``.

    Attributes
    ----------
    scenario : Scenario
        The nominal flight, without faults, from ``LEAD_S`` before its ignition.
    r, v : ndarray, shape (n, 3)
        Position (m) and velocity (m/s) at the epoch, Moon-centred, axes of the ICRF.
    mass_kg, thrust_n, exhaust_velocity_mps : ndarray, shape (n,)
        Of the craft at the epoch, and of its engine.
    ignition_s, burn_s : ndarray, shape (n,)
        When the burn starts and how long it lasts; thrust is against the velocity.
    sound : ndarray of bool, shape (n,)
        Whether the accelerometer works.
    """

    scenario: ls.Scenario
    r: Vector
    v: Vector
    mass_kg: Vector
    thrust_n: Vector
    exhaust_velocity_mps: Vector
    ignition_s: Vector
    burn_s: Vector
    sound: NDArray[np.bool_]

    def __len__(self) -> int:
        return self.mass_kg.size

    def __getitem__(self, rows: Any) -> Runs:
        """Return some of the runs."""
        arrays = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "scenario"}
        return replace(self, **arrays)

    @property
    def cutoff_s(self) -> Vector:
        """When the burns end."""
        return self.ignition_s + self.burn_s

    @property
    def end_s(self) -> Vector:
        """When the coasts end that do not meet the ground."""
        return self.cutoff_s + float(self.scenario.plan[1].duration.to_value(u.s))

    @property
    def ground_radius_m(self) -> float:
        """Radius of the sphere that is the ground."""
        return constants.MOON_RADIUS_M + float(self.scenario.moon.terrain.height(0 * u.deg, 0 * u.deg).to_value(u.m))

    def environment(self) -> Environment:
        """Return the Moon and its sky as the kernels take them, for the longest of the runs."""
        start_et_s = lower(self.scenario).environment.epoch_et_s
        return self.scenario.moon.lower(start_et_s, float(self.end_s.max()))


class Impacts(NamedTuple):
    """Where and when the runs ended, in the order of the table."""

    t_s: Vector
    r: Vector  #: shape (n, 3), m, axes of the ICRF
    down: NDArray[np.bool_]  #: on the ground; else at the end of the coast

    def of(self, rows: Any) -> Impacts:
        """Return the ends of some of the runs."""
        return Impacts(self.t_s[rows], self.r[rows], self.down[rows])


class Flown(NamedTuple):
    """What a system made of a table of runs."""

    system: str
    impacts: Impacts
    seconds: float  #: for all runs, without what is made ready before
    processor_s: float  #: of all cores in that time: what other work on the machine disturbs less
    ready_s: float  #: to compile, or to start processes
    evaluations: float = float("nan")  #: of the equations of motion, a run, where known


class Disagreement(NamedTuple):
    """Largest differences between two systems' ends."""

    ground_m: float  #: between impact points, along a great circle of the turning Moon
    time_s: float  #: between the times of impact
    orbit_m: float  #: between positions at the end of the coast
    undecided: int  #: runs that met the ground for one system alone


def luna25_runs(n: int, seed: int) -> Runs:
    """Return ``n`` dispersed runs of the catalogue's Luna-25, over the sphere at the height of its crater."""
    scenario = _from_before_ignition(ls.load_scenario("luna25").without_faults())
    lowered = lower(scenario)
    k = next(k for k, phase in enumerate(scenario.plan) if isinstance(phase, ls.Burn))
    burn, propulsion = lowered.records[k].burn, lowered.burn_propulsion(k, 0.0)
    random = np.random.default_rng(seed)
    thrust_n = propulsion.thrust_n * (1.0 + SIGMA_THRUST * random.standard_normal(n))
    exhaust_mps = propulsion.exhaust_velocity_mps * (1.0 + SIGMA_SPECIFIC_IMPULSE * random.standard_normal(n))
    mass_kg = np.full(n, lowered.initial[MASS])
    sound = np.arange(n) % 2 == 1
    to_target_s = mass_kg * exhaust_mps / thrust_n * -np.expm1(-burn.target_delta_v_mps / exhaust_mps)
    return Runs(
        scenario=scenario,
        r=lowered.initial[POSITION] + SIGMA_POSITION_M * random.standard_normal((n, 3)),
        v=lowered.initial[VELOCITY] + SIGMA_VELOCITY_MPS * random.standard_normal((n, 3)),
        mass_kg=mass_kg,
        thrust_n=thrust_n,
        exhaust_velocity_mps=exhaust_mps,
        ignition_s=burn.ignition_s + SIGMA_IGNITION_S * random.standard_normal(n),
        burn_s=np.where(sound, np.minimum(to_target_s, burn.timer_s), burn.timer_s),
        sound=sound,
    )


def _from_before_ignition(scenario: ls.Scenario) -> ls.Scenario:
    """Return a scenario whose state is moved back along its flight, so that the ignition can come early."""
    lowered = lower(scenario)
    epoch = scenario.state.epoch - TimeDelta(LEAD_S * u.s)
    moon = scenario.moon.lower(lowered.environment.epoch_et_s - LEAD_S, LEAD_S)
    bound = BoundMotion(moon, COASTING)
    back = solve_ivp(bound_derivative, (LEAD_S, 0.0), lowered.initial, "DOP853", rtol=1e-13, atol=1e-9, args=(bound,))
    state = ls.State(back.y[POSITION, -1] * u.m, back.y[VELOCITY, -1] * (u.m / u.s), epoch)
    return replace(scenario, state=state)


def reference_impacts(runs: Runs, few: Iterable[int]) -> Impacts:
    """Return how some of the runs end for lunarsim's reference driver, each flown as a scenario."""
    times, places, down = [], [], []
    for i in few:
        scenario = _scenario(runs, i)
        outcome = ls.simulate(scenario).outcome
        times.append(float((outcome.time - runs.scenario.state.epoch).to_value(u.s)))
        places.append(outcome.state.position.to_value(u.m))
        down.append(isinstance(outcome, ls.Impact))
    return Impacts(np.array(times), np.array(places), np.array(down))


def _scenario(runs: Runs, i: int) -> ls.Scenario:
    nominal = runs.scenario
    specific_impulse = runs.exhaust_velocity_mps[i] / constants.STANDARD_GRAVITY_MPS2 * u.s
    engine = ls.Engine(thrust=runs.thrust_n[i] * u.N, specific_impulse=specific_impulse)
    ignition = nominal.state.epoch + TimeDelta(runs.ignition_s[i] * u.s)
    return replace(
        nominal,
        state=ls.State(runs.r[i] * u.m, runs.v[i] * (u.m / u.s), nominal.state.epoch),
        craft=replace(nominal.craft, engine=engine),
        plan=(replace(nominal.plan[0], ignition=ignition), *nominal.plan[1:]),
        faults=() if runs.sound[i] else (ls.AccelerometerOff(),),
    )


def gathered(n: int, shares: Iterable[Any], parts: Iterable[Impacts]) -> Impacts:
    """Return the ends of ``n`` runs that were flown in shares; a share is an array of rows."""
    whole = Impacts(np.empty(n), np.empty((n, 3)), np.empty(n, dtype=bool))
    for rows, part in zip(shares, parts, strict=True):
        for values, some in zip(whole, part, strict=True):
            values[rows] = some
    return whole


def disagreement(runs: Runs, ours: Impacts, theirs: Impacts) -> Disagreement:
    """Return the largest differences between two systems' ends of the same runs."""
    both, neither = ours.down & theirs.down, ~(ours.down | theirs.down)
    environment = runs.environment()
    a, b = (_directions(environment, impacts) for impacts in (ours, theirs))
    chord_m = runs.ground_radius_m * np.linalg.norm(a - b, axis=1)
    return Disagreement(
        ground_m=_largest(chord_m[both]),  # over kilometres the chord is the arc to 1e-7 of itself
        time_s=_largest(np.abs(ours.t_s - theirs.t_s)[both]),
        orbit_m=_largest(np.linalg.norm(ours.r - theirs.r, axis=1)[neither]),
        undecided=int(np.sum(ours.down != theirs.down)),
    )


def _directions(environment: Environment, impacts: Impacts) -> Vector:
    """Return unit vectors to the ends, in axes that turn with the Moon."""
    rotations = rotations_pa_from_icrf(environment.angles, environment.epoch_et_s + impacts.t_s)
    turned: Vector = np.einsum("nij,nj->ni", rotations, impacts.r)
    return turned / np.linalg.norm(turned, axis=1)[:, None]


def _largest(values: Vector) -> float:
    return float(values.max()) if values.size else float("nan")
