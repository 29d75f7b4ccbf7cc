"""What the sections share: the setting of a flight, tables in Markdown, who measured what on which machine."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from astropy import units as u
from astropy.time import Time
from matplotlib.axes import Axes

import lunarsim as ls
from lunarsim.data import find
from lunarsim.plots.style import style

EPOCH = Time("2023-08-19T00:00:00", scale="tdb")
DAYS_3 = 3 * u.day


def polar_orbit(altitude: u.Quantity = 100 * u.km) -> ls.State:
    """Return a circular polar orbit at the common epoch."""
    return ls.State.from_elements(
        perilune=altitude, apolune=altitude, inclination=90 * u.deg, node_longitude=30 * u.deg, epoch=EPOCH
    )


def lunar_prospector(degree: int) -> ls.GravityField:
    """Return LP165P cut at a degree, from ``LP165P.cof``."""
    return ls.GravityField.from_file(find("LP165P.cof"), degree=degree)


def largest(differences: Any) -> float:
    """Return the largest length of vectors that stand in the last axis."""
    return float(np.linalg.norm(differences, axis=-1).max())


def processor_seconds(run: Callable[[], object], *, repeats: int = 3) -> float:
    """Return the shortest processor time of this thread over several runs, after one that warms up."""
    run()
    best = np.inf
    for _ in range(repeats):
        start = time.thread_time()
        run()
        best = min(best, time.thread_time() - start)
    return float(best)


def made_by(section: str, peers: Iterable[str], seconds: float) -> dict[str, Any]:
    """Return what makes a result again, where it was made and with what."""
    return {
        "command": f"python docs/validation/make.py {section}",
        "machine": f"{os.cpu_count()}-core {platform.machine()} {platform.system()}",
        "versions": {name: version(name) for name in ("lunarsim", "numpy", "numba", *peers)},
        "python": platform.python_version(),
        "seconds": round(seconds, 1),
    }


def footer(made: dict[str, Any]) -> str:
    """Return the line below a table: the command, the machine, the versions."""
    versions = ", ".join(f"{name} {number}" for name, number in made["versions"].items())
    return f"\n`{made['command']}`, {made['machine']}, Python {made['python']}, {versions}; {made['seconds']:.0f} s.\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown: the first column to the left, the others to the right."""
    marks = ["---", *["--:"] * (len(header) - 1)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, marks, *rows))


def few(value: float) -> str:
    """Return a number in two digits, as text: 0.00012 is 1.2e-04."""
    return "0" if value == 0.0 else f"{value:.1e}" if abs(value) < 0.01 or abs(value) >= 1e5 else f"{value:.2g}"


def axes(x_label: str, y_label: str, *, height: float = 3.2) -> Axes:
    """Return axes of a new figure in the style of the library's own."""
    ax = style.axes_for(None, height)
    style.dress(ax, x_label, y_label)
    return ax
