"""What a coast about the Moon costs at the same error: lunarsim, scipy, heyoka and brahe, on one core.

    python benchmarks/propagation_peers.py [--days 3 30] [--rounds 3] [--figure work_and_error.pdf]

A 100 km polar orbit in GRGM900C to degree 50, without and with the Earth and the Sun, with the orientation of DE421.

- lunarsim: the whole call of ``propagate``, by both integrators; apsides and the ground are looked for, and the path
  can be asked for at any time afterwards.
- scipy: its bare DOP853 on lunarsim's compiled equations of motion; no events, no path.
- heyoka (see ``propagation_heyoka``): the same field and sky; the ground is looked for.
- brahe (see ``propagation_brahe``): the same field, orientation and sky; once bare, once with events: apsides and the
  ground are looked for.

Each system flies at several tolerances. Its error is the distance of its end from one reference, lunarsim's collocation
at a tolerance of a nanometre; that brahe and heyoka, whose codes are others', come within a millimetre of it shows that
all fly the same physics. Times are processor times of the process, the shortest of some rounds in which the systems
take turns; what is compiled, loaded or written once is not in them. The seconds at an error are interpolated between
tolerances, in logarithms; "nan" where a system errs more. heyoka and brahe come with
``python -m pip install 'lunarsim[bench]'``; what is not installed is left out. Three days take two minutes of a core,
thirty days eight.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from astropy import units as u
from campaign_scipy import SCALES
from matplotlib.axes import Axes
from propagation_case import Case, Fly, Vector
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim.flight.driver.lowering import COASTING
from lunarsim.kernels.forces.bound import BoundMotion, bound_derivative
from lunarsim.kernels.forces.motion import POSITION, SIZE

ERRORS_M = (10.0, 0.1, 0.01)
ENOUGH_S = 6.0  # of processor time; a flight that has had it is not flown again
OURS = "lunarsim, collocation"
REFERENCE_M = 1e-9  # the tolerance of the reference, the tightest that there is
LOOKS = (("o", "#0b3c7d"), ("s", "#3d8fd1"), ("^", "#008060"), ("v", "#b8548e"), ("D", "#d55e00"), ("d", "#886000"))
NAME_HEIGHT = 0.085  # of a system's name in two lines, in heights of the axes
DRAWN_M = (1e-4, 1e3)  # errors


class System(NamedTuple):
    """Something that flies a case at a tolerance."""

    name: str
    tolerances: Sequence[float]
    ready: Callable[[Case, float], Fly]


class Run(NamedTuple):
    """What a system does at a tolerance."""

    system: str
    tolerance: float
    error_m: float
    seconds: float


def lunarsim_flight(case: Case, tolerance: float, *, integrator: str) -> Fly:
    """Return what flies a case by ``propagate``; the tolerance is relative, and for collocation metres a step."""
    if integrator == "collocation":
        accuracy = ls.Accuracy(position=tolerance * u.m)
    else:  # in the proportions of the defaults
        absolute = {"position": 1e7 * tolerance * u.m, "velocity": 1e4 * tolerance * (u.m / u.s)}
        accuracy = ls.Accuracy(relative=tolerance, **absolute)

    def fly() -> Vector:
        flight = ls.propagate(case.state, case.days * u.day, case.moon, accuracy=accuracy, integrator=integrator)
        return flight.trajectory.end_y[POSITION]

    return fly


def scipy_flight(case: Case, tolerance: float) -> Fly:
    """Return what flies a case by scipy's DOP853 alone."""
    bound, y = BoundMotion(case.environment(), COASTING), np.zeros(SIZE)
    y[:6] = case.y
    options = {"method": "DOP853", "rtol": tolerance, "atol": tolerance * SCALES, "args": (bound,)}
    span_s = (0.0, case.duration_s)
    return lambda: solve_ivp(bound_derivative, span_s, y, t_eval=span_s[1:], **options).y[POSITION, -1]


def peer_flight(case: Case, tolerance: float, *, package: str, **options: bool) -> Fly:
    """Return what flies a case by a package that need not be installed."""
    fly: Fly = getattr(import_module(f"propagation_{package}"), f"{package}_flight")(case, tolerance, **options)
    return fly


def systems() -> list[System]:
    """Return the systems that are installed."""
    found = [
        System(OURS, (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7), partial(lunarsim_flight, integrator="collocation")),
        System("lunarsim, DOP853", (1e-10, 1e-12, 1e-13), partial(lunarsim_flight, integrator="DOP853")),
        System("scipy, DOP853", (1e-10, 1e-12, 3e-14), scipy_flight),
    ]
    brahe = (1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12)
    for name, package, tolerances, options in (
        ("heyoka", "heyoka", (1e-8, 1e-10, 1e-13), {}),
        ("brahe", "brahe", brahe, {}),
        ("brahe, with events", "brahe", brahe, {"events": True}),
    ):
        if find_spec(package):
            found.append(System(name, tolerances, partial(peer_flight, package=package, **options)))
        else:
            print(f"{name} is left out: python -m pip install 'lunarsim[bench]'")
    return found


def measure(case: Case, flown_by: Sequence[System], rounds: int) -> list[Run]:
    """Fly a case with each system and tolerance, and print what it takes."""
    load = os.getloadavg()[0]
    flights = {(system.name, t): system.ready(case, t) for system in flown_by for t in system.tolerances}
    ends: dict[tuple[str, float], Vector] = {}
    taken: dict[tuple[str, float], list[float]] = defaultdict(list)
    for _, (key, fly) in product(range(rounds), flights.items()):
        if sum(taken[key]) < ENOUGH_S:
            start = time.process_time()
            ends[key] = fly()
            taken[key].append(time.process_time() - start)
    reference = lunarsim_flight(case, REFERENCE_M, integrator="collocation")()
    runs = [
        Run(name, t, float(np.linalg.norm(end - reference)), min(taken[name, t])) for (name, t), end in ends.items()
    ]
    print(f"\n{case}; load average {load:.1f} to {os.getloadavg()[0]:.1f}")
    _print_runs(runs)
    _print_errors(runs)
    return runs


def seconds_at(runs: Sequence[Run], system: str, error_m: float) -> float:
    """Return what a system takes for an error: of runs with that error or less the cheapest, interpolated.

    Not a number where none errs so little; where none errs so much, the time of the cheapest.
    """
    own = sorted((run.error_m, run.seconds) for run in runs if run.system == system)
    errors_m, seconds = np.log(np.array(own)).T
    within = np.interp(np.log(error_m), errors_m, np.minimum.accumulate(seconds), left=np.nan)
    return float(np.exp(within))


def _print_runs(runs: Sequence[Run]) -> None:
    print(f"{'system':28s} {'tolerance':>9s} {'error, m':>9s} {'seconds':>9s}   over lunarsim's collocation")
    for run in runs:
        ratio = run.seconds / seconds_at(runs, OURS, run.error_m)
        print(f"{run.system:28s} {run.tolerance:9.0e} {run.error_m:9.2g} {run.seconds:9.3f} {ratio:9.1f}")


def _print_errors(runs: Sequence[Run]) -> None:
    print(f"{'':28s}" + "".join(f"{f'at {error_m:g} m':>19s}" for error_m in ERRORS_M))
    for name in dict.fromkeys(run.system for run in runs):
        taken = [(seconds_at(runs, name, error_m), seconds_at(runs, OURS, error_m)) for error_m in ERRORS_M]
        print(f"{name:28s}" + "".join(f"{own:9.3f} s {own / ours:5.1f} x" for own, ours in taken), flush=True)


def draw(runs: dict[Case, list[Run]], path: str) -> None:
    """Draw processor time against error, a panel a case, the systems named at the right."""
    with plt.rc_context({"font.size": 7, "axes.spines.top": False, "axes.spines.right": False}):
        figure, axes = plt.subplots(1, len(runs), figsize=(4.0, 3.0), sharex=True, sharey=True, squeeze=False)
        figure.subplots_adjust(left=0.115, right=0.79, bottom=0.125, top=0.93, wspace=0.08)
        for ax, (case, of_case) in zip(axes[0], runs.items(), strict=True):
            ax.axvline(ERRORS_M[-1], color="0.75", linewidth=0.6, zorder=0)
            ax.text(ERRORS_M[-1], 0.01, " 1 cm", color="0.4", transform=ax.get_xaxis_transform())
            _draw_lines(ax, of_case)
            ax.set_title(f"{case.days} days", fontsize=7, pad=3.0)
        axes[0, 0].set(xlim=DRAWN_M, xticks=[1e-3, 1e-1, 1e1], ylabel="processor time (s)")
        axes[0, 0].yaxis.set_major_formatter("{x:g}")
        _name_lines(axes[0, -1])
        figure.supxlabel("error of the position at the end (m)", x=0.45, y=0.005, fontsize=7)
        figure.savefig(path, dpi=300)


def _draw_lines(ax: Axes, runs: Sequence[Run]) -> None:
    for name, (marker, colour) in zip(dict.fromkeys(run.system for run in runs), LOOKS, strict=False):
        own = sorted((run.error_m, run.seconds) for run in runs if run.system == name)
        drawn = np.array([each for each in own if DRAWN_M[0] <= each[0] <= DRAWN_M[1]])
        width = 1.8 if name == OURS else 0.9
        ax.loglog(*drawn.T, color=colour, marker=marker, markersize=3, linewidth=width, label=name)


def _name_lines(ax: Axes) -> None:
    """Write the systems' names beside the axes, each as high as its line ends, as far as they keep apart."""
    to_axes, y = ax.transData + ax.transAxes.inverted(), 2.0
    ends = [(line, line.get_xydata()[-1]) for line in ax.lines if line.get_marker() != "None"]
    for line, end in sorted(ends, key=lambda each: -float(each[1][1])):
        colour = line.get_color()
        y = min(y - NAME_HEIGHT, to_axes.transform(end)[1])
        leader = {"arrowstyle": "-", "linewidth": 0.4, "color": colour, "shrinkA": 0, "shrinkB": 2, "relpos": (0, 0.5)}
        ax.annotate(
            str(line.get_label()).replace(", ", "\n"), end, (1.05, y), textcoords="axes fraction", color=colour,
            va="center", linespacing=0.9, arrowprops=leader, annotation_clip=False,
        )  # fmt: skip


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, nargs="+", default=(3, 30))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--figure", help="file to draw the cases with Earth and Sun into")
    given = parser.parse_args()
    flown_by = systems()
    cases = [Case(days, bodies) for days in given.days for bodies in (True, False)]
    runs = {case: measure(case, flown_by, given.rounds) for case in cases}
    if given.figure:
        draw({case: of_case for case, of_case in runs.items() if case.bodies}, given.figure)


if __name__ == "__main__":
    main()
