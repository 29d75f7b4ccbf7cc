"""Navigation errors act along the Moon: what is believed wrong downrange is not believed higher or climbing."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.kernels.guidance.navigation import believed
from lunarsim.kernels.guidance.situation import Site, level
from lunarsim.records import filled, record_of

RADIUS_M = 1_735_000.0
SITE = Site(RADIUS_M, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]))


def seen(position_errors, velocity_errors):
    """Level coordinates and rates, true and believed, of a craft 15 km up and 300 km before the site at 1.6 km/s."""
    directions = ("downrange", "crossrange", "altitude")
    errors = ls.Navigation(
        **{name: error * u.m for name, error in zip(directions, position_errors, strict=True)},
        **{f"{name}_rate": error * (u.m / u.s) for name, error in zip(directions, velocity_errors, strict=True)},
    )
    record = np.array(filled(errors), record_of(ls.Navigation))[()]
    angle = -300e3 / RADIUS_M
    r = (RADIUS_M + 15e3) * np.array([np.sin(angle), 0.0, np.cos(angle)])
    v = 1600.0 * np.array([np.cos(angle), 0.0, -np.sin(angle)])
    zero = np.zeros(3)
    return [level(*pair, zero, SITE)[:2] for pair in ((r, v), believed(r, v, SITE, record, 0))]  # type: ignore[call-arg]


def test_an_error_downrange_or_crossrange_leaves_altitude_and_altitude_rate():
    (q, rate), (q_believed, rate_believed) = seen([2600.0, 400.0, 0.0], [0.0, 0.0, 0.0])
    assert q_believed[2] == pytest.approx(q[2], abs=1e-6)
    assert rate_believed[2] == pytest.approx(rate[2], abs=1e-9)
    # an arc at the craft's height is seen at the site's radius, 0.9 % below
    assert q_believed[0] - q[0] == pytest.approx(2600.0 * RADIUS_M / (RADIUS_M + 15e3), abs=0.1)


def test_errors_of_altitude_and_velocity_are_believed_as_they_are():
    (q, rate), (q_believed, rate_believed) = seen([0.0, 0.0, 120.0], [0.0, 0.0, 0.4])
    assert q_believed[2] - q[2] == pytest.approx(120.0, abs=1e-6)
    assert q_believed[0] == pytest.approx(q[0], abs=1e-6)
    assert rate_believed[2] - rate[2] == pytest.approx(0.4, abs=1e-9)
