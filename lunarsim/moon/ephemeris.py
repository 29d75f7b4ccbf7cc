"""Where the Earth and the Sun stand, seen from the Moon, tabulated once per flight."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from astropy import units as u
from astropy.coordinates import get_body_barycentric
from astropy.time import Time

from lunarsim import constants
from lunarsim.kernels.chebyshev import ChebyshevTable

#: Gravitational parameters (m3/s2) of the bodies that can attract a flight.
BODY_GM_M3_S2 = {"earth": constants.GM_EARTH_M3_S2, "sun": constants.GM_SUN_M3_S2}

_INTERVAL_S = 86400.0  # with 14 terms the series follows the ephemeris to about a metre (test_moon)
_TERMS = 14


def tabulate(bodies: Sequence[str], start_et_s: float, duration_s: float) -> ChebyshevTable:
    """Return Moon-centred positions (m, ICRF axes), three components a body, over a span of a flight.

    Both ends of each vector come from one ephemeris, the one built into astropy (erfa's moon98 and
    epv00): about 6 km rms from DE440, ample for third bodies.
    """
    intervals = max(1, ceil(duration_s / _INTERVAL_S))
    nodes = np.cos(np.pi * (np.arange(_TERMS) + 0.5) / _TERMS)
    starts = start_et_s + _INTERVAL_S * np.arange(intervals)
    et_s = starts[:, None] + 0.5 * _INTERVAL_S * (1.0 + nodes)
    epochs = Time(2451545.0, et_s / 86400.0, format="jd", scale="tdb")
    moon = get_body_barycentric("moon", epochs, ephemeris="builtin").xyz
    positions = [(get_body_barycentric(body, epochs, ephemeris="builtin").xyz - moon).to_value(u.m) for body in bodies]
    samples = np.concatenate(positions or [np.empty((0, intervals, _TERMS))])  # (components, intervals, nodes)
    basis = np.cos(np.outer(np.arange(_TERMS), np.arccos(nodes))) * (2.0 / _TERMS)
    basis[0] *= 0.5
    coefficients = np.ascontiguousarray(np.einsum("kj,cij->ick", basis, samples))
    return ChebyshevTable(start_et_s, _INTERVAL_S, coefficients)
