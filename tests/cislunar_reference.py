"""A way between Earth and Moon by another integration: scipy's, with accelerations and tables written here."""

import numpy as np
from astropy import units as u
from astropy.time import TimeDelta
from numpy.polynomial import chebyshev
from scipy.integrate import solve_ivp

from lunarsim import constants
from lunarsim.moon.ephemeris.earth_rotation import poles

TERMS = 16
DAY_S = 86400.0


def tabulated(function, epoch, days):
    """Chebyshev series of a vector, a day each."""
    x = np.cos(np.pi * (np.arange(TERMS) + 0.5) / TERMS)
    series = []
    for day in range(days):
        samples = function(epoch.tdb + TimeDelta((day + 0.5 * (1.0 + x)) * u.day))
        series.append(chebyshev.chebfit(x, samples, TERMS - 1))
    return series


def at(series, t_s):
    day = min(int(t_s / DAY_S), len(series) - 1)
    return chebyshev.chebval(2.0 * (t_s / DAY_S - day) - 1.0, series[day])


def oblate(s, pole):
    """By the gradient of -GM J2 R^2 (3 sin^2 - 1) / (2 s^3), written as Montenbruck & Gill do, along and across."""
    k = constants.GM_EARTH_M3_S2 * constants.EARTH_J2 * constants.EARTH_RADIUS_M**2
    distance, north = np.linalg.norm(s), s @ pole
    along = north / distance
    return -1.5 * k / distance**4 * ((1.0 - 5.0 * along**2) * s / distance + 2.0 * along * pole)


def flown(state, ephemeris, days, gm_moon):
    """Position and velocity (m, m/s) of a coast about a Moon that is a point mass, with Earth, its J2, and Sun."""
    earth = tabulated(lambda t: ephemeris.position("earth", t).to_value(u.m), state.epoch, days)
    sun = tabulated(lambda t: ephemeris.position("sun", t).to_value(u.m), state.epoch, days)
    axis = tabulated(poles, state.epoch, days)

    def derivative(t_s, y):
        r, d, s, pole = y[:3], at(earth, t_s), at(sun, t_s), at(axis, t_s)
        a = -gm_moon * r / np.linalg.norm(r) ** 3 + oblate(r - d, pole) - oblate(-d, pole)
        for gm, body in ((constants.GM_EARTH_M3_S2, d), (constants.GM_SUN_M3_S2, s)):
            away = body - r
            a = a + gm * (away / np.linalg.norm(away) ** 3 - body / np.linalg.norm(body) ** 3)
        return np.concatenate((y[3:], a))

    y0 = np.concatenate((state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)))
    # the finest that scipy takes; absolute, so that a distance of 4e8 m allows no more than one of 7e6 m
    found = solve_ivp(derivative, (0.0, days * DAY_S), y0, method="DOP853", rtol=2.3e-14, atol=[1e-9] * 3 + [1e-11] * 3)
    return found.y[:, -1]
