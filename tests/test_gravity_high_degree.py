"""The harmonics kernel at degrees 150 to 1200, against the closed form of a point mass that is not at the origin."""

# mypy: disable-error-code=call-arg
# an array that is spread is of any length to a type checker: f(*r, field) seems one argument too many

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls
from lunarsim.errors import InputError
from lunarsim.kernels.forces.gravity import disturbing_potential, harmonics, point_mass

GM = 4.9e12
RADIUS_M = 1.738e6


def legendre_at_zero(degree):
    """Fully normalised P[n, m](0): sqrt((2 - d) (2n + 1) (n-m-1)!! (n+m-1)!! / ((n-m)!! (n+m)!!)) and its sign."""
    ratio = np.ones(2 * degree + 2)  # (k - 1)!! / k!!, of even k
    for k in range(2, ratio.size, 2):
        ratio[k] = ratio[k - 2] * (k - 1) / k
    n, m = np.tril_indices(degree + 1)
    even = (n - m) % 2 == 0
    size = np.sqrt(
        np.where(m == 0, 1, 2) * (2 * n + 1) * ratio[np.where(even, n - m, 0)] * ratio[np.where(even, n + m, 0)]
    )
    return np.where(even, size * (-1.0) ** ((n - m) // 2), 0.0)


def not_the_moons(c, s):
    """A field that no mass like the Moon has, as the kernels take it: one of the Moon with other coefficients."""
    degree = int(np.sqrt(2 * c.size)) - 1
    c20 = np.where(np.arange(c.size) == 3, -9.1e-5, 0.0)
    moon = ls.GravityField(
        name="C20", gm=GM * u.m**3 / u.s**2, radius=RADIUS_M * u.m, degree=degree, c=c20, s=0 * c20, source="none"
    )
    return moon.lower()._replace(c=c, s=s)


def mass_below_the_equator(degree, distance_m, longitude):
    """The field of one point mass in the equator: C, S = (distance / R)**n P(0) (cos, sin)(m longitude) / (2n + 1)."""
    n, m = np.tril_indices(degree + 1)
    amplitude = (distance_m / RADIUS_M) ** n * legendre_at_zero(degree) / (2 * n + 1)
    return not_the_moons(amplitude * np.cos(m * longitude), amplitude * np.sin(m * longitude))


def mass_below_the_pole(degree, distance_m):
    """The same with the mass in the axis: C[n, 0] = (distance / R)**n / sqrt(2n + 1)."""
    n, m = np.tril_indices(degree + 1)
    c = np.where(m == 0, (distance_m / RADIUS_M) ** n / np.sqrt(2 * n + 1), 0.0)
    return not_the_moons(c, 0 * c)


def position(height_m, z, longitude):
    rho = np.sqrt(1.0 - z * z)
    return (RADIUS_M + height_m) * np.array([rho * np.cos(longitude), rho * np.sin(longitude), z])


def relative_error(actual, expected):
    return float(np.linalg.norm(np.subtract(actual, expected)) / np.linalg.norm(expected))


@pytest.mark.parametrize("height_m", [0.0, 5e4, 1e6, 1.8262e7])  # up to 20000 km from the centre
@pytest.mark.parametrize("z", [0.0, 0.3, -0.8, 0.99, 1.0 - 1e-9, 1.0, -1.0])
@pytest.mark.parametrize(
    ("degree", "depth", "tolerance"),
    [  # measured 7.7e-16 and 5.8e-14 (40 degrees beside the mass, where 1200 degrees add up), doubled
        (150, 0.76, 1.6e-15),
        (1200, 0.968, 1.2e-13),
    ],
)
def test_a_mass_that_is_not_at_the_origin_pulls_as_in_closed_form_at_any_degree_pole_and_height(
    degree, depth, tolerance, z, height_m
):
    # what the series leaves out is depth**degree: 1e-17 at these depths
    distance_m = depth * RADIUS_M
    r = position(height_m, z, 0.4)
    place = np.array([distance_m * np.cos(1.1), distance_m * np.sin(1.1), 0.0])
    expected = point_mass(*(r - place), GM)
    actual = harmonics(*r, mass_below_the_equator(degree, distance_m, 1.1))
    assert relative_error(actual, expected) <= tolerance


@pytest.mark.parametrize("degree", [150, 1200])
def test_the_zonal_terms_alone_agree_with_a_mass_in_the_axis(degree):
    distance_m = 0.76 * RADIUS_M
    field = mass_below_the_pole(degree, distance_m)
    for z in (1.0, 0.5, 0.0, -1.0):
        r = position(2e4, z, -2.0)
        expected = point_mass(*(r - np.array([0.0, 0.0, distance_m])), GM)
        # measured 1.8e-15, doubled
        assert relative_error(harmonics(*r, field), expected) <= 4e-15


@given(st.floats(0.0, 2e6), st.floats(-1.0, 1.0), st.floats(-np.pi, np.pi))
@examples(30)
def test_the_potential_without_its_central_term_is_that_of_the_mass_less_that_of_one_at_the_origin(height_m, z, lon):
    distance_m = 0.76 * RADIUS_M
    r = position(height_m, z, lon)
    place = np.array([distance_m * np.cos(1.1), distance_m * np.sin(1.1), 0.0])
    expected = GM / np.linalg.norm(r - place) - GM / np.linalg.norm(r)
    actual = disturbing_potential(*r, mass_below_the_equator(150, distance_m, 1.1))
    # roundings of the difference of two potentials of up to 4 GM / R: measured 6e-15, doubled
    assert abs(actual - expected) <= 1.2e-14 * GM / RADIUS_M


def test_a_degree_above_1200_is_refused_with_the_limit():
    size = 1202 * 1203 // 2
    with pytest.raises(InputError, match=r"degree = 1201: the kernels take degrees 0 to 1200"):
        ls.GravityField(
            name="",
            gm=GM * u.m**3 / u.s**2,
            radius=1 * u.km,
            degree=1201,
            c=np.zeros(size),
            s=np.zeros(size),
            source="",
        )
