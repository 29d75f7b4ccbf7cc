"""The campaign's runs flown by heyoka: Taylor series, eight runs at once in vector registers, one thread a core.

What makes it fast was measured, and is the default. The field is written out for heyoka in 14,300 series, where its
own ``sh_gravity_acc`` makes 25,200: a third of the time. Chebyshev series stand for the Moon's orientation and the sky.
One integrator does for coast and burn. The ground is an event that ends no step; when all runs of a batch are down, a
callback ends the propagation. Runs that end alike share a batch. Threads of our own take batches as they come:
``ensemble_propagate_until_batch`` copies its integrator for each batch, and knows no runs of three segments.
Made no difference, or harm: batches of 2, 4 and 16, ``force_avx512``, ``fast_math``, ``slp_vectorize``. Without compact
mode, degree 20 runs twice as fast and degree 30 a quarter faster, after 100 s of compiling; degree 50 was not
compiled after more than five minutes of a core.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import heyoka as hy
import numpy as np
from astropy import units as u
from campaign_runs import Flown, Impacts, Runs, Vector, gathered
from numpy.polynomial import chebyshev

import lunarsim as ls
from lunarsim.kernels.forces.gravity import HarmonicField
from lunarsim.kernels.forces.motion import Environment
from lunarsim.kernels.geometry.orientation import rotations_pa_from_icrf
from lunarsim.kernels.numerics.chebyshev import evaluate

TOLERANCE = 5e-7  # order 9
BATCH = 8
DEGREE = 5  # of the Chebyshev series in time; over three hours a rotation errs by less than 1e-12
THRUST_N, MASS_KG, FLOW_KG_S = (hy.par[i] for i in range(3))  # mass as it would be at time zero of a burn
COASTING = np.array([[0.0], [1.0], [0.0]])
Expressions = list[Any]
Functions = dict[tuple[int, int], Any]  # by degree and order


def heyoka_impacts(
    runs: Runs,
    *,
    tolerance: float = TOLERANCE,
    batch: int = BATCH,
    threads: int = 2,
    own_field: bool = False,
    **options: Any,
) -> Flown:
    """Fly runs with heyoka.

    Parameters
    ----------
    runs : Runs
        The table.
    tolerance : float
        heyoka's, relative to the largest component of the state; it sets the order of the series.
    batch : int
        Runs in one integrator, side by side in vector registers.
    threads : int
        Integrators that work at the same time.
    own_field : bool
        Whether to take heyoka's ``sh_gravity_acc`` for the field; default the lean form of this module.
    **options
        For ``heyoka.taylor_adaptive_batch``.
    """
    start = time.perf_counter()
    first = integrator(runs, tolerance, batch, own_field=own_field, **options)
    workers = [first, *(deepcopy(first) for _ in range(threads - 1))]
    ready, processor = time.perf_counter(), time.process_time()
    batches = iter(_batches(runs, batch))  # shared: a thread takes the next batch when it is free
    with ThreadPoolExecutor(threads) as pool:
        shares = pool.map(lambda worker: [(rows, _fly(worker, runs[rows])) for rows in batches], workers)
        rows, parts = zip(*(each for share in shares for each in share), strict=True)
    return Flown(
        system="heyoka",
        impacts=gathered(len(runs), rows, parts),
        seconds=time.perf_counter() - ready,
        processor_s=time.process_time() - processor,
        ready_s=ready - start,
    )


def integrator(runs: Runs, tolerance: float, batch: int, *, own_field: bool = False, **options: Any) -> Any:
    """Return the compiled integrator for a batch of runs."""
    r, v = list(hy.make_vars("x", "y", "z")), list(hy.make_vars("vx", "vy", "vz"))
    environment, end_s = runs.environment(), float(runs.end_s.max())
    form = _heyokas_field if own_field else lean_field
    t_s = 0.5 * end_s * (1.0 + chebyshev.chebpts1(2 * DEGREE))
    series = fitted(of_time(environment, t_s), DEGREE)
    sky_now = series_in_time(series, 2.0 / end_s * hy.time - 1.0)
    gravity, sky = gravity_and_sky(runs.scenario.moon.gravity, environment, r, sky_now, form)
    acceleration = [hy.sum(list(terms)) for terms in zip(gravity, sky, _thrust(v), strict=True)]
    height = hy.sum([c * c for c in r]) / runs.ground_radius_m**2 - 1.0
    ground = hy.nt_event_batch(height, _Ground(batch), direction=hy.event_direction.negative)
    return hy.taylor_adaptive_batch(
        list(zip(r + v, v + acceleration, strict=True)),
        np.zeros((6, batch)),
        pars=np.zeros((3, batch)),
        tol=tolerance,
        nt_events=[ground],
        **({"compact_mode": True, "force_avx512": batch >= 8} | options),
    )


class _Ground:
    """Notes when and where each run of a batch met the ground."""

    def __init__(self, batch: int) -> None:
        self.t_s = np.full(batch, np.nan)
        self.r = np.full((3, batch), np.nan)

    def __call__(self, integrator: Any, t_s: float, _sign: int, lane: int) -> None:
        if np.isnan(self.t_s[lane]):
            self.t_s[lane] = t_s
            self.r[:, lane] = integrator.update_d_output(t_s)[:3, lane]


def _fly(integrator: Any, runs: Runs) -> Impacts:
    """Fly one batch of runs: coast, burn, coast."""
    ground = integrator.nt_events[0].callback
    ground.t_s[:] = np.nan
    integrator.set_time(0.0)
    integrator.state[:3], integrator.state[3:] = runs.r.T, runs.v.T
    integrator.pars[:] = COASTING
    integrator.propagate_until(runs.ignition_s)
    flow_kg_s = runs.thrust_n / runs.exhaust_velocity_mps
    integrator.pars[:] = runs.thrust_n, runs.mass_kg + flow_kg_s * runs.ignition_s, flow_kg_s
    integrator.propagate_until(runs.cutoff_s)
    integrator.pars[:] = COASTING
    integrator.propagate_until(runs.end_s, callback=lambda _: bool(np.isnan(ground.t_s).any()))
    down = ~np.isnan(ground.t_s)
    return Impacts(
        np.where(down, ground.t_s, integrator.time), np.where(down, ground.r, integrator.state[:3]).T.copy(), down
    )


def _batches(runs: Runs, batch: int) -> list[Any]:
    """Return the rows of each batch, runs of like length side by side; the last batch may repeat a run."""
    order = np.lexsort((runs.thrust_n / runs.mass_kg, runs.sound))
    padded = np.concatenate((order, np.repeat(order[-1:], -order.size % batch)))
    return list(padded.reshape(-1, batch)[::-1])  # the long ones first, so that no thread waits for another's last


def gravity_and_sky(
    field: ls.GravityField,
    environment: Environment,
    r: Expressions,
    now: Expressions,
    form: Callable[[Expressions, ls.GravityField], Expressions] | None = None,
) -> tuple[Expressions, Expressions]:
    """Return the accelerations (ICRF axes) by the field and by the bodies; ``now`` stands for :func:`of_time`."""
    rot, bodies = np.array(now[:9]).reshape(3, 3), np.array(now[9:]).reshape(-1, 2, 3)
    a_pa = (form or lean_field)([_dot(row, r) for row in rot], field)
    sky: list[Expressions] = [[], [], []]
    for (d, on_moon), gm in zip(bodies, environment.body_gm, strict=True):
        apart = [dk - rk for dk, rk in zip(d, r, strict=True)]
        near = gm * hy.sum([c * c for c in apart]) ** -1.5
        for terms, component, of_moon in zip(sky, apart, on_moon, strict=True):
            terms += [near * component, -of_moon]
    return [_dot(column, a_pa) for column in rot.T], [hy.sum(terms) for terms in sky]


def of_time(environment: Environment, t_s: Vector) -> Vector:
    """Return what depends on time alone, shape (times, 9 + 6 a body).

    The rotation from ICRF to PA axes row by row, and of each body its position (m) and its pull on the Moon (m/s2).
    """
    rot = rotations_pa_from_icrf(environment.angles, environment.epoch_et_s + t_s).reshape(t_s.size, 9)
    columns = [rot]
    for d, gm in zip(_positions(environment, t_s), environment.body_gm, strict=True):
        columns += [d, gm * d / np.linalg.norm(d, axis=1)[:, None] ** 3]
    return np.hstack(columns)


def fitted(samples: Vector, degree: int) -> Vector:
    """Return the Chebyshev series through samples at Chebyshev's points, a row each."""
    return np.asarray(chebyshev.chebfit(chebyshev.chebpts1(len(samples)), samples, degree).T, dtype=float)


def series_in_time(series: Any, tau: Any) -> Expressions:
    """Return Chebyshev series, whose terms may be parameters, in a time that goes from -1 to 1."""
    basis = [hy.expression(1.0), tau]
    while len(basis) < len(series[0]):
        basis.append(2.0 * tau * basis[-1] - basis[-2])
    return [_dot(terms, basis) for terms in series]


def _positions(environment: Environment, t_s: Vector) -> list[Vector]:
    """Return the bodies' positions (m), each of shape (times, 3)."""
    all_bodies = np.empty((t_s.size, 3 * environment.body_gm.size))
    for row, t in zip(all_bodies, t_s, strict=True):
        evaluate(environment.body_positions, environment.epoch_et_s + t, row)
    return [all_bodies[:, 3 * b : 3 * b + 3] for b in range(environment.body_gm.size)]


def _dot(a: Iterable[Any], b: Iterable[Any]) -> Any:
    return hy.sum([x * y for x, y in zip(a, b, strict=True)])


def _thrust(v: Expressions) -> Expressions:
    """Return the acceleration of constant thrust against the velocity; zero where the parameters are."""
    k = -THRUST_N / (MASS_KG - FLOW_KG_S * hy.time) * hy.sum([c * c for c in v]) ** -0.5
    return [k * c for c in v]


def _heyokas_field(r_pa: Expressions, field: ls.GravityField) -> Expressions:
    coefficients = np.column_stack((field.c, field.s)).tolist()
    gm, radius = field.gm.to_value(u.m**3 / u.s**2), field.radius.to_value(u.m)
    return list(hy.model.sh_gravity_acc(r_pa, coefficients, gm, radius))


def lean_field(r_pa: Expressions, field: ls.GravityField) -> Expressions:
    """Return the acceleration of a field, in its own axes, in as few series as could be found.

    Pines' sums, as in :mod:`lunarsim.kernels.forces.gravity`, at the inverted point radius * r / r**2.
    """
    lowered = field.lower()
    radius_m = lowered.radius_m
    r2 = hy.sum([c * c for c in r_pa])
    x, y, z = (radius_m / r2 * c for c in r_pa)
    functions, scales = _monic_functions(lowered, z, radius_m * radius_m / r2)
    re, im = hy.expression(1.0), hy.expression(0.0)  # of (x + i y)**m
    a1, a2, a3, a4 = [], [], [], []
    for m in range(lowered.degree + 1):
        (c_next, c_slope, c_radial), (s_next, s_slope, s_radial) = _sums(lowered, m, functions, scales)
        a1 += [c_next * re, s_next * im]
        a2 += [s_next * re, -(c_next * im)]
        a3 += [c_slope * re, s_slope * im]
        a4 += [c_radial * re, s_radial * im]
        re, im = x * re - y * im, x * im + y * re
    radial = -(1.0 + hy.sum(a4) + z * hy.sum(a3))
    k = lowered.gm * r2**-1.5
    return [k * (radius_m * hy.sum(a) + radial * c) for a, c in zip((a1, a2, a3), r_pa, strict=True)]


def _sums(field: HarmonicField, m: int, functions: Functions, scales: Vector) -> list[Expressions]:
    """Return, for C and for S, what stands beside (x + i y)**m: by x and y, by z, and of the radial slope."""
    n = np.arange(m, field.degree + 1)
    n = n[n > 0]
    at, next_n = n * (n + 1) // 2 + m, np.arange(m + 1, field.degree + 1)
    next_at = next_n * (next_n + 1) // 2 + m + 1
    return [
        [
            _multiples((m + 1) * (of * scales)[next_at], [functions[k, m + 1] for k in next_n]),
            _multiples((n - m) * (of * scales)[at], [functions.get((k, m + 1)) for k in n]),
            _multiples((n + m + 1) * (of * scales)[at], [functions[k, m] for k in n]),
        ]
        for of in (field.c, field.s)
    ]


def _monic_functions(field: HarmonicField, z: Any, q2: Any) -> tuple[Functions, Vector]:
    """Return the derived Legendre functions, divided by what makes their leading factor 1, and these divisors.

    So scaled, a function takes two products and one multiple, and its slope by z is n - m times the function of the
    next order.
    """
    functions: Functions = {}
    scales = np.empty_like(field.c)
    for m in range(field.degree + 1):
        at = m * (m + 1) // 2 + m
        functions[m, m], scales[at] = hy.expression(1.0), field.sectoral[m]
        for n in range(m + 1, field.degree + 1):
            before, at = at, at + n
            scales[at] = scales[before] * field.up[at]
            functions[n, m] = z * functions[n - 1, m]
            if n > m + 1:
                share = -field.down[at] * scales[before - n + 1] / scales[at]
                functions[n, m] = hy.sum([functions[n, m], share * (q2 * functions[n - 2, m])])
    return functions, scales


def _multiples(factors: Vector, terms: Expressions) -> Any:
    """Return a sum with constant factors, without those that are zero."""
    return hy.sum([float(f) * term for f, term in zip(factors, terms, strict=True) if f != 0.0])
