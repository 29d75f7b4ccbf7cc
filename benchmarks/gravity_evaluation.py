"""Time of one evaluation of a gravity field: lunarsim's kernel beside heyoka's compiled expression.

    python benchmarks/gravity_evaluation.py [--degrees 50 150]

Both get the same coefficients (GRGM900C as far as the package carries it, then Kaula's rule with a fixed
seed), the same points (0 to 120 km above 1738 km), and one thread. heyoka compiles the whole sum
into one function, for one point (scalar) or for eight at once (batch); lunarsim's kernel takes one point at a
time, as an integrator asks for it. Compiling degree 150 takes heyoka a minute or more.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import heyoka
import numba
import numpy as np
from astropy import units as u

import lunarsim as ls
from lunarsim.kernels.forces.gravity import HarmonicField, harmonics

KAULA = 2.5e-4  # amplitude of lunar coefficients times n**2
POINTS = 4096


def field_of(degree: int) -> ls.GravityField:
    """GRGM900C to degree 50, and above that random coefficients that fall like Kaula's rule."""
    embedded = ls.GravityField.grail()
    random = np.random.default_rng(900)
    n, m = np.tril_indices(degree + 1)
    c, s = (KAULA / np.maximum(n, 1) ** 2 * random.standard_normal((2, n.size))).copy()
    s[m == 0] = 0.0
    known = min(n.size, embedded.c.size)
    c[:known], s[:known] = embedded.c[:known], embedded.s[:known]
    return ls.GravityField(
        name=f"degree {degree}", gm=embedded.gm, radius=embedded.radius, degree=degree, c=c, s=s, source="benchmark"
    )


def points_near_the_moon(count: int) -> np.ndarray:
    """Positions (3, count) in metres, all over the sphere, 0 to 120 km above the reference radius."""
    random = np.random.default_rng(1)
    p = random.standard_normal((3, count))
    return p * ((1.738e6 + random.uniform(0.0, 1.2e5, count)) / np.linalg.norm(p, axis=0))


@numba.njit(error_model="numpy")
def evaluate_all(p: np.ndarray, out: np.ndarray, field: HarmonicField) -> None:
    """Evaluate the kernel at each point."""
    for i in range(p.shape[1]):
        out[0, i], out[1, i], out[2, i] = harmonics(p[0, i], p[1, i], p[2, i], field)


def seconds(run: Callable[[], object]) -> float:
    """Return the shortest of several runs, in time of this thread's processor alone."""
    run()
    best = np.inf
    for _ in range(20):
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
    return best


def heyoka_function(field: ls.GravityField, batch: int) -> heyoka.cfunc:
    """Compile heyoka's acceleration for ``batch`` points at a time."""
    xyz = heyoka.make_vars("x", "y", "z")
    gm, radius = field.gm.to_value(u.m**3 / u.s**2), field.radius.to_value(u.m)
    acceleration = heyoka.model.sh_gravity_acc(list(xyz), np.column_stack((field.c, field.s)).tolist(), gm, radius)
    return heyoka.cfunc(acceleration, list(xyz), batch_size=batch, compact_mode=True, force_avx512=batch > 4)


def compare(degree: int) -> None:
    """Print one table for a degree."""
    field, p = field_of(degree), points_near_the_moon(POINTS)
    ours, lowered = np.zeros_like(p), field.lower()
    time_ours = seconds(lambda: evaluate_all(p, ours, lowered)) / POINTS
    print(f"degree {degree}")
    print(f"  lunarsim, one point at a time    {time_ours * 1e6:8.3f} us")
    for batch in (1, heyoka.recommended_simd_size()):
        function, theirs = heyoka_function(field, batch), np.zeros_like(p)
        time_theirs = seconds(lambda f=function, out=theirs: f(p, outputs=out)) / POINTS  # type: ignore[misc]
        difference = np.linalg.norm(ours - theirs, axis=0) / np.linalg.norm(theirs, axis=0)
        print(
            f"  heyoka, {batch} points at a time      {time_theirs * 1e6:8.3f} us   lunarsim / heyoka "
            f"{time_ours / time_theirs:.2f}   largest relative difference {difference.max():.1e}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--degrees", type=int, nargs="+", default=[50, 150])
    heyoka.set_nthreads(1)
    for wanted in parser.parse_args().degrees:
        compare(wanted)
