"""Lambert's problem against a printed example, Kepler's equation, and what has no answer."""

from __future__ import annotations

from math import atan, cos, pi, sin, sqrt, tan

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import lunarsim as ls
from lunarsim.constants import GM_EARTH_M3_S2, GM_MOON_M3_S2, WGS84_RADIUS_M
from lunarsim.orbits import lambert
from lunarsim.orbits.outbound_conic import conics_from_perigee

X, Y = u.Quantity([1838.0, 0.0, 0.0], u.km), u.Quantity([0.0, 1838.0, 0.0], u.km)
KMS = u.km / u.s


def test_the_printed_example_of_vallado_comes_out_about_the_earth() -> None:
    # Vallado (2013), example 7-5, printed to 1e-6 km/s with a GM of 398600.4418 km3/s2
    ends = lambert([15945.34, 0, 0] * u.km, [12214.83899, 10249.46731, 0] * u.km, 76 * u.min, about="Earth")
    assert_allclose(ends.departure.to_value(KMS), [2.058913, 2.915965, 0.0], atol=2e-6)
    assert_allclose(ends.arrival.to_value(KMS), [-3.451565, 0.910315, 0.0], atol=2e-6)


def in_plane(p_m: float, e: float, anomaly: float, gm: float) -> tuple[np.ndarray, np.ndarray]:
    """Return place and velocity on a conic, in the perifocal frame."""
    r = p_m / (1.0 + e * cos(anomaly))
    place = r * np.array([cos(anomaly), sin(anomaly), 0.0])
    return place, sqrt(gm / p_m) * np.array([-sin(anomaly), e + cos(anomaly), 0.0])


def since_pericentre(p_m: float, e: float, anomaly: float, gm: float) -> float:
    """Return the time since the pericentre on an ellipse, by Kepler's equation, for anomalies from 0 to 2 pi."""
    eccentric = 2.0 * atan(sqrt((1.0 - e) / (1.0 + e)) * tan(0.5 * anomaly)) + (2.0 * pi if anomaly > pi else 0.0)
    a = p_m / (1.0 - e * e)
    return sqrt(a * a * a / gm) * (eccentric - e * sin(eccentric))


@settings(deadline=None)
@given(
    e=st.floats(0.0, 0.95),
    first=st.floats(0.05, 2.9),
    swept=st.floats(0.1, 3.0),
    about=st.sampled_from(["Moon", "Earth"]),
    tilt=st.floats(0.0, 1.4),
)
def test_an_arc_of_an_ellipse_is_found_from_its_ends_and_its_time(
    e: float, first: float, swept: float, about: str, tilt: float
) -> None:
    gm, p_m = (GM_MOON_M3_S2, 2.5e6) if about == "Moon" else (GM_EARTH_M3_S2, 2.5e7)
    turned = np.array([[1.0, 0.0, 0.0], [0.0, cos(tilt), -sin(tilt)], [0.0, sin(tilt), cos(tilt)]])
    ends = [in_plane(p_m, e, anomaly, gm) for anomaly in (first, first + swept)]
    took = since_pericentre(p_m, e, first + swept, gm) - since_pericentre(p_m, e, first, gm)
    (r1, v1), (r2, v2) = [(turned @ r, turned @ v) for r, v in ends]
    found = lambert(r1 * u.m, r2 * u.m, took * u.s, about=about)
    assert_allclose(found.departure.to_value(u.m / u.s), v1, atol=1e-5)
    assert_allclose(found.arrival.to_value(u.m / u.s), v2, atol=1e-5)


def test_the_other_way_round_is_retrograde() -> None:
    there, back = lambert(X, Y, 30 * u.min), lambert(X, Y, 90 * u.min, prograde=False)
    assert np.cross(X.value, there.departure.value)[2] > 0.0 > np.cross(X.value, back.departure.value)[2]


def test_a_whole_revolution_more_is_another_conic_through_the_same_places() -> None:
    ends = lambert(X, Y, 200 * u.min, revolutions=1)
    assert_allclose(np.cross(X, ends.departure)[2], np.cross(Y, ends.arrival)[2])  # angular momentum
    energies = [0.5 * v @ v - GM_MOON_M3_S2 * u.m**3 / u.s**2 / (1838 * u.km) for v in ends]
    assert_allclose(energies[0].to_value(KMS**2), energies[1].to_value(KMS**2))
    period = (
        2
        * pi
        * np.sqrt((-GM_MOON_M3_S2 * u.m**3 / u.s**2 / (2 * energies[0])) ** 3 / (GM_MOON_M3_S2 * u.m**3 / u.s**2))
    )
    assert 1.0 < (200 * u.min / period).to_value(u.one) < 2.0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((X, -X, 1 * u.h), r"lie on one line through the centre: any plane holds both. Move one of them"),
        ((X, 0 * X, 1 * u.h), r"arrival = .* is the centre of the body"),
        ((X, Y, -1 * u.h), r"duration = -1.0 h must be greater than zero"),
        ((X, 5 * u.km, 1 * u.h), r"arrival has shape \(\): expected shape \(3,\)"),
        ((X.value, Y, 1 * u.h), r"departure = .* has no unit"),
    ],
)
def test_places_and_times_without_a_conic_are_refused(arguments: tuple[u.Quantity, ...], text: str) -> None:
    with pytest.raises(ls.InputError, match=text):
        lambert(*arguments)


def test_too_many_revolutions_and_unknown_bodies_are_refused() -> None:
    with pytest.raises(ls.InputError, match=r"no conic about the Moon joins the two places in 30.0 min with 3 revol"):
        lambert(X, Y, 30 * u.min, revolutions=3)
    with pytest.raises(ls.InputError, match=r"revolutions = 0.5: expected a whole number from 0"):
        lambert(X, Y, 30 * u.min, revolutions=0.5)
    with pytest.raises(ls.InputError, match="about = 'Mars': expected one of 'Moon', 'Earth'"):
        lambert(X, Y, 30 * u.min, about="Mars")


@settings(deadline=None, max_examples=50)
@given(height=st.floats(1.5e5, 4e7), distance=st.floats(3.5e8, 4.1e8), days=st.floats(0.3, 7.5))
def test_a_conic_from_perigee_in_a_given_time_is_the_same(height: float, distance: float, days: float) -> None:
    # hyperbolas, ellipses, the parabola between them at about two days, and arrivals past the apogee
    low = WGS84_RADIUS_M + height
    way = conics_from_perigee(low, np.array([distance]), np.array([86400.0 * days]))
    anomaly = way.anomaly[0]
    if abs(np.sin(anomaly)) < 1e-6:
        return  # on one line through the centre, where Lambert's problem has no plane
    there = distance * np.array([np.cos(anomaly), np.sin(anomaly), 0.0])
    ends = lambert([low, 0.0, 0.0] * u.m, there * u.m, days * u.day, about="Earth")
    assert_allclose(ends.departure.to_value(u.m / u.s), [0.0, way.perigee_mps[0], 0.0], atol=1e-3)
    radial, across = there / distance, np.cross([0.0, 0.0, 1.0], there / distance)
    assert_allclose(
        ends.arrival.to_value(u.m / u.s), way.radial_mps[0] * radial + way.transverse_mps[0] * across, atol=1e-3
    )
