"""Where the Earth and the Sun stand: the table of a flight against astropy between its nodes, Chebyshev series."""

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import get_body_barycentric
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev

from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate
from lunarsim.moon.ephemeris.tables import Ephemeris

DAY_S = 86400.0


def tabulated(table, et_s, components):
    rows = np.empty((et_s.size, components))
    for row, et in zip(rows, et_s, strict=True):
        evaluate(table, et, row)
    return rows


def by_astropy(body, et_s):
    epochs = Time(2451545.0, et_s / DAY_S, format="jd", scale="tdb")
    bodies = [get_body_barycentric(name, epochs, ephemeris="builtin").xyz for name in (body, "moon")]
    return (bodies[0] - bodies[1]).to_value(u.m).T


@pytest.mark.parametrize("start", ["1950-03-01", "2023-08-19", "2049-01-01"])
def test_the_table_follows_astropys_ephemeris_to_centimetres_between_its_nodes(start):
    start_et_s = (Time(start, scale="tdb") - Time("J2000", scale="tdb")).to_value(u.s)
    et_s = start_et_s + np.linspace(0.0, 5.0 * DAY_S, 731)  # 731 - 1 shares no factor with 14 nodes a day
    table = Ephemeris.builtin().tabulate(("earth", "sun"), start_et_s, 5.0 * DAY_S)
    positions = tabulated(table, et_s, 6)
    for body, columns in (("earth", slice(0, 3)), ("sun", slice(3, 6))):
        residual_m = np.linalg.norm(positions[:, columns] - by_astropy(body, et_s), axis=1).max()
        assert residual_m <= 0.05  # measured 2 cm for the Sun, doubled; less than the stated metre


def test_the_table_is_continuous_where_two_days_meet():
    table = Ephemeris.builtin().tabulate(("earth",), 7e8, 3.0 * DAY_S)
    edges = table.start_s + DAY_S * np.array([1.0, 2.0])
    before, after = (tabulated(table, edges + shift, 3) for shift in (-1e-6, 1e-6))
    assert np.abs(after - before).max() <= 5e-3  # two residuals of 0.5 mm, and 2 mm that the Earth moves; doubled


def test_the_earth_of_the_table_keeps_the_distances_of_perigee_and_apogee():
    table = Ephemeris.builtin().tabulate(("earth",), 7e8, 60.0 * DAY_S)
    distances = np.linalg.norm(tabulated(table, 7e8 + np.linspace(0.0, 60.0 * DAY_S, 500), 3), axis=1)
    assert distances.min() >= 356.3e6  # extremes of 1500 to 2500: Meeus, Astronomical Algorithms, chapter 50
    assert distances.max() <= 406.8e6


def test_a_moon_without_third_bodies_has_an_empty_table():
    assert Ephemeris.builtin().tabulate((), 7e8, 100.0).coefficients.shape[:2] == (1, 0)


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5), min_size=3, max_size=3),
    st.floats(0.0, 1.0),
    st.integers(0, 2),
)
def test_a_series_is_summed_as_numpy_sums_it(coefficients, share, interval):
    table = ChebyshevTable(100.0, 8.0, np.array(coefficients)[:, None, :])
    out = np.empty(1)
    evaluate(table, 100.0 + 8.0 * (interval + 0.999 * share), out)
    expected = chebyshev.chebval(2.0 * 0.999 * share - 1.0, coefficients[interval])
    # 5 terms of up to 1e6, and the rounding of the time: 1e-14 of the interval, times up to 16 of slope a term
    assert out[0] == pytest.approx(expected, rel=1e-12, abs=1e-7)


def test_the_earth_and_the_sun_are_astropys_to_the_last_bit():
    days = np.linspace(-9000.0, 12000.0, 50)  # of 1975 to 2032
    epochs = Time(2451545.0, days, format="jd", scale="tdb")
    moon = get_body_barycentric("moon", epochs, ephemeris="builtin").xyz
    for body in ("earth", "sun"):
        expected = (get_body_barycentric(body, epochs, ephemeris="builtin").xyz - moon).to_value(u.m).T
        np.testing.assert_array_equal(Ephemeris.builtin().position(body, epochs).to_value(u.m), expected)


def test_a_table_is_made_once_for_flights_from_the_same_time():
    ephemeris = Ephemeris.builtin()
    one = ephemeris.tabulate(("earth", "sun"), 7e8, 86400.0)
    assert ephemeris.tabulate(("earth", "sun"), 7e8, 80000.0).coefficients is one.coefficients  # as many days
    for other in (("earth",), 7e8, 86400.0), (("earth", "sun"), 7e8 + 1.0, 86400.0), (("earth", "sun"), 7e8, 1e5):
        assert ephemeris.tabulate(*other).coefficients is not one.coefficients
