"""Make gravity_grgm900c_50.json: accelerations of GRGM900C to degree 50, in 40 digits.

Run ``python tests/references/make_gravity.py``; it takes some ten seconds and needs mpmath and the
coefficients alone. The formulation is Cunningham's (1970, Celest. Mech. 2, 207), as in Montenbruck & Gill
(2000, Satellite Orbits, eqs. 3.29 to 3.33): solid harmonics V, W of unnormalised coefficients in Cartesian
coordinates, regular at the poles. Unnormalised recursions lose digits in doubles; in 60 they do not.
The file holds positions (m, principal axes) as exact doubles and accelerations (m/s2) to 40 digits.
"""

import csv
import json
import random
from importlib import resources
from math import cos, pi, sin, sqrt
from pathlib import Path

from mpmath import mp, mpf

GM_M3_S2 = "4.90279996708864e12"  # header of GRGM900C, Lemoine et al. 2014, doi:10.1002/2014GL060027
RADIUS_M = "1738000"  # the same header
DEGREE = 50
WORKING_DIGITS = 60
DIGITS = 40

REFERENCE_FILE = Path(__file__).with_name("gravity_grgm900c_50.json")


def published_coefficients():
    """Return {(n, m): (C, S)}, fully normalised, the digits as published; C00 = 1."""
    coefficients = {(0, 0): (mpf(1), mpf(0))}
    text = (resources.files("lunarsim.moon") / "data" / "grgm900c_50.csv").read_text(encoding="ascii")
    for n, m, c, s in csv.reader(line for line in text.splitlines() if not line.startswith("#")):
        coefficients[int(n), int(m)] = mpf(c), mpf(s)
    return coefficients


def unnormalised(coefficients):
    """Return the same coefficients without the normalisation of 4 pi."""
    return {
        (n, m): (c * factor, s * factor)
        for (n, m), (c, s) in coefficients.items()
        for factor in [mp.sqrt((1 if m == 0 else 2) * (2 * n + 1) * mp.factorial(n - m) / mp.factorial(n + m))]
    }


def solid_harmonics(position_m, radius_m, degree):
    """Return Cunningham's V and W as {(n, m): value} up to a degree."""
    x, y, z = position_m
    r2 = x * x + y * y + z * z
    ex, ey, ez, q = (radius_m * term / r2 for term in (x, y, z, radius_m))
    v, w = {(0, 0): radius_m / mp.sqrt(r2)}, {(0, 0): mpf(0)}
    for m in range(degree + 1):
        if m > 0:
            v[m, m] = (2 * m - 1) * (ex * v[m - 1, m - 1] - ey * w[m - 1, m - 1])
            w[m, m] = (2 * m - 1) * (ex * w[m - 1, m - 1] + ey * v[m - 1, m - 1])
        for n in range(m + 1, degree + 1):
            for values in (v, w):
                two_before = values[n - 2, m] if n - 2 >= m else mpf(0)
                values[n, m] = ((2 * n - 1) * ez * values[n - 1, m] - (n + m - 1) * q * two_before) / (n - m)
    return v, w


def acceleration(position_m, coefficients, *, gm=GM_M3_S2, radius_m=RADIUS_M):
    """Return the acceleration (m/s2) at a position (m) by normalised coefficients {(n, m): (C, S)}."""
    with mp.workdps(WORKING_DIGITS):
        gm, radius_m = mpf(gm), mpf(radius_m)
        degree = max(n for n, _ in coefficients)
        v, w = solid_harmonics([mpf(component) for component in position_m], radius_m, degree + 1)
        ax = ay = az = mpf(0)
        for (n, m), (c, s) in unnormalised(coefficients).items():
            above = v[n + 1, m + 1], w[n + 1, m + 1]
            if m == 0:
                ax -= c * above[0]
                ay -= c * above[1]
            else:
                below = v[n + 1, m - 1], w[n + 1, m - 1]
                lift = (n - m + 2) * (n - m + 1)
                ax += (-c * above[0] - s * above[1] + lift * (c * below[0] + s * below[1])) / 2
                ay += (-c * above[1] + s * above[0] + lift * (-c * below[1] + s * below[0])) / 2
            az += (n - m + 1) * (-c * v[n + 1, m] - s * w[n + 1, m])
        scale = gm / (radius_m * radius_m)
        return [scale * component for component in (ax, ay, az)]


def potential(position_m, coefficients, *, gm=GM_M3_S2, radius_m=RADIUS_M):
    """Return the potential (m2/s2, positive) at a position (m) by normalised coefficients."""
    with mp.workdps(WORKING_DIGITS):
        gm, radius_m = mpf(gm), mpf(radius_m)
        degree = max(n for n, _ in coefficients)
        v, w = solid_harmonics([mpf(component) for component in position_m], radius_m, degree)
        terms = (c * v[key] + s * w[key] for key, (c, s) in unnormalised(coefficients).items())
        return gm / radius_m * mp.fsum(terms)


def positions():
    """Return the positions (m): poles, near them, equator, anywhere; from the reference sphere to 20,000 km."""
    chosen = []
    for radius in (1_738_000.0, 1_800_000.0, 20_000_000.0):
        chosen += [[0.0, 0.0, radius], [0.0, 0.0, -radius]]
        chosen += [[radius, 0.0, 0.0], [0.0, -radius, 0.0]]
    for sign in (1.0, -1.0):
        for offset_m in (1e-300, 1e-9, 1e-3, 1.0, 1e3):
            chosen.append([offset_m, -0.7 * offset_m, sign * 1_738_000.0])
    generator = random.Random(50)  # any seed does: it only spreads the points
    for _ in range(24):
        u, longitude = generator.uniform(-1.0, 1.0), generator.uniform(-pi, pi)
        radius = generator.choice((1_738_000.0, 1_756_000.0, 1_837_400.0, 3_000_000.0, 20_000_000.0))
        c = sqrt(1.0 - u * u)
        chosen.append([radius * c * cos(longitude), radius * c * sin(longitude), radius * u])
    return chosen


def main():
    with mp.workdps(WORKING_DIGITS):
        coefficients = published_coefficients()
    rows = [
        {
            "position_m": position,
            "acceleration_mps2": [mp.nstr(a, DIGITS) for a in acceleration(position, coefficients)],
        }
        for position in positions()
    ]
    document = {
        "what": f"acceleration of GRGM900C to degree {DEGREE} in its principal axes, {DIGITS} digits",
        "recipe": "python tests/references/make_gravity.py",
        "points": rows,
    }
    REFERENCE_FILE.write_text(json.dumps(document, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
