"""One coast by heyoka: Taylor series, the ground an event that ends it.

What depends on time alone, the Moon's orientation and the sky, are Chebyshev series over three days, whose terms are
parameters: one series over thirty days would blur the orientation, whose table has a kink at each of its records, and
move the end by a metre.
"""

from __future__ import annotations

import heyoka as hy
import numpy as np
from campaign_heyoka import fitted, gravity_and_sky, of_time, series_in_time
from numpy.polynomial import chebyshev
from propagation_case import Case, Fly, Vector

from lunarsim import constants

DEGREE = 24  # of the series in time
PIECE_S = 3 * 86400.0


def heyoka_flight(case: Case, tolerance: float) -> Fly:
    """Compile an integrator, and return what flies the case with it."""
    environment = case.environment()
    starts_s = np.arange(0.0, case.duration_s, PIECE_S)
    nodes_s = 0.5 * PIECE_S * (1.0 + chebyshev.chebpts1(2 * DEGREE))
    pieces = [fitted(of_time(environment, start_s + nodes_s), DEGREE).ravel() for start_s in starts_s]
    terms = np.array([hy.par[i] for i in range(pieces[0].size)]).reshape(-1, DEGREE + 1)
    r, v = list(hy.make_vars("x", "y", "z")), list(hy.make_vars("vx", "vy", "vz"))
    now = series_in_time(terms, 2.0 / PIECE_S * hy.time - 1.0)
    forces = gravity_and_sky(case.moon.gravity, environment, r, now)
    height = hy.sum([c * c for c in r]) / constants.MOON_RADIUS_M**2 - 1.0
    integrator = hy.taylor_adaptive(
        list(zip(r + v, v + [hy.sum(list(both)) for both in zip(*forces, strict=True)], strict=True)),
        case.y,
        pars=pieces[0],
        tol=tolerance,
        t_events=[hy.t_event(height, direction=hy.event_direction.negative)],
        compact_mode=True,
    )

    def fly() -> Vector:
        integrator.state[:] = case.y
        integrator.reset_cooldowns()
        for start_s, piece in zip(starts_s, pieces, strict=True):
            integrator.time, integrator.pars[:] = 0.0, piece
            integrator.propagate_until(min(PIECE_S, case.duration_s - start_s))
        end: Vector = integrator.state[:3].copy()
        return end

    return fly
