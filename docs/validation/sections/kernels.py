"""The kernel of the harmonics against Cunningham's formulation in 60 digits, from the printed coefficients."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import mp, mpf

from lunarsim.data import find
from lunarsim.kernels.forces.gravity import harmonics

from . import report

REFERENCES = Path(__file__).parents[3] / "tests" / "references"
PEERS = ("mpmath",)
DEGREES = (50, 150, 165)
RADII_M = {"1738 km": 1.738e6, "1838 km": 1.838e6, "20,000 km": 2.0e7}


def directions() -> dict[str, np.ndarray]:
    """Return unit vectors: both poles, within a millimetre of them, the equator, anywhere."""
    random = np.random.default_rng(165).standard_normal((4, 3))
    poles = [[0.0, 0.0, 1.0], [0.0, 0.0, -1.0], [6e-10, -4e-10, 1.0], [4e-10, 6e-10, -1.0]]
    equator = [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]
    return {
        "poles": np.array(poles),
        "equator": np.array(equator),
        "anywhere": random / np.linalg.norm(random, axis=1)[:, None],
    }


def printed_coefficients(degree: int) -> tuple[dict[tuple[int, int], Any], str, str]:
    """Return coefficients of LP165P, GM and radius in the digits of the file, read here and not by lunarsim."""
    coefficients, gm, radius = {(0, 0): (mpf(1), mpf(0))}, "", ""
    for line in find("LP165P.cof").read_text(encoding="ascii").splitlines():
        if line.startswith("POTFIELD"):
            gm, radius = line[17:38].strip(), line[38:59].strip()
        elif line.startswith("RECOEF") and int(line[6:11]) <= degree:
            c, s = line[17:38].strip(), line[38:59].strip() or "0"
            coefficients[int(line[6:11]), int(line[11:14])] = mpf(c), mpf(s)
    return coefficients, gm, radius


def measure() -> dict[str, Any]:
    """Evaluate both at all points."""
    sys.path.insert(0, str(REFERENCES))
    import make_gravity  # noqa: PLC0415  (the references of the tests are scripts)

    start, rows = time.perf_counter(), []
    for degree in DEGREES:
        with mp.workdps(make_gravity.WORKING_DIGITS):
            coefficients, gm, radius = printed_coefficients(degree)
        field = report.lunar_prospector(degree).lower()
        for where, vectors in directions().items():
            for height, distance in RADII_M.items():
                errors, terms = [], []
                for r in vectors * distance:
                    exact = np.array(
                        make_gravity.acceleration(r.tolist(), coefficients, gm=gm, radius_m=radius), dtype=object
                    )
                    error = np.array((np.array(harmonics(*r, field), dtype=object) - exact), dtype=float)
                    errors.append(float(np.linalg.norm(error) / np.linalg.norm(exact.astype(float))))
                    central = float(mpf(gm)) / distance**3 * r
                    terms.append(float(np.linalg.norm(error) / np.linalg.norm(exact.astype(float) + central)))
                rows.append(
                    {"degree": degree, "where": where, "radius": height, "error": max(errors), "of_rest": max(terms)}
                )
    return {"rows": rows, "made": report.made_by("kernels", PEERS, time.perf_counter() - start)}


def tables(results: dict[str, Any]) -> dict[str, str]:
    """Return the table: largest relative errors."""

    def cell(degree: int, key: str, **match: str) -> str:
        rows = [row for row in results["rows"] if row["degree"] == degree]
        return report.few(max(row[key] for row in rows if all(row[k] == value for k, value in match.items())))

    places = ("poles", "equator", "anywhere")
    header = ("degree", *places, "without the central term, at 1738 km")
    rows = [
        (
            str(degree),
            *(cell(degree, "error", where=where) for where in places),
            cell(degree, "of_rest", radius="1738 km"),
        )
        for degree in DEGREES
    ]
    return {"kernels": report.table(header, rows) + report.footer(results["made"])}
