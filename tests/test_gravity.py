"""Gravity of the Moon: the harmonics kernel against 40 digits, its identities, the field, third bodies."""

# mypy: disable-error-code=call-arg
# an array that is spread is of any length to a type checker: f(*r, field) seems one argument too many

import json
from dataclasses import replace

import numba
import numpy as np
import pytest
from astropy import units as u
from astropy.constants import GM_earth, GM_sun
from astropy.coordinates import Angle, get_body_barycentric
from astropy.coordinates.matrix_utilities import rotation_matrix
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from lunarsky.spice_utils import j2000_to_moon_me
from mpmath import mp, mpf
from references import make_gravity

import lunarsim as ls
from lunarsim import constants
from lunarsim.errors import InputError
from lunarsim.flight.driver.lowering import COASTING
from lunarsim.kernels.compiled import kernel
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.gravity import _degree_that_counts, harmonics, harmonics_of_eight, point_mass
from lunarsim.kernels.forces.third_body import third_body
from lunarsim.kernels.simd.lanes import everywhere, lane

REFERENCE = json.loads(make_gravity.REFERENCE_FILE.read_text(encoding="ascii"))

GM = constants.GM_MOON_M3_S2


def gravity_at(et_s, r, environment):
    """Acceleration in ICRF axes of a coasting craft, as the driver integrates it."""
    y = np.zeros(motion.SIZE)
    y[motion.POSITION], y[motion.MASS] = r, 1.0
    return motion.derivative(et_s - environment.epoch_et_s, y, environment, COASTING)[motion.VELOCITY]


RADIUS_M = 1_738_000.0  # reference radius of GRGM900C, the header of the published file


def relative_error(actual, expected):
    return float(np.linalg.norm(np.subtract(actual, expected)) / np.linalg.norm(expected))


def field_of(coefficients):
    """A lowered field from {(n, m): (C, S)}, fully normalised."""
    degree = max(n for n, _ in coefficients)
    c, s = np.zeros((degree + 1) * (degree + 2) // 2), np.zeros((degree + 1) * (degree + 2) // 2)
    for (n, m), values in coefficients.items():
        c[n * (n + 1) // 2 + m], s[n * (n + 1) // 2 + m] = values
    return ls.GravityField(
        name="made for a test",
        gm=GM * u.m**3 / u.s**2,
        radius=RADIUS_M * u.m,
        degree=degree,
        c=c,
        s=s,
        source="none",
    ).lower()


def test_a_field_of_ones_own_keeps_its_numbers_and_is_flown_by_the_machine_code_that_is_there():
    """Arrays that may be written to would be of another type, for which a flight is compiled anew."""
    c = ls.GravityField.grail(2).c.copy()
    own = replace(ls.GravityField.grail(2), c=c)
    before, c[3] = c[3], 1.0
    assert own.c[3] == before
    assert numba.typeof(own.lower()) == numba.typeof(ls.GravityField.grail(2).lower())


def orders(degree):
    """Degree and order of each coefficient in the order in which a field holds them."""
    return np.tril_indices(degree + 1)


positions = st.builds(
    lambda height_m, z, longitude: (
        (RADIUS_M + height_m)
        * np.array([np.sqrt(1 - z * z) * np.cos(longitude), np.sqrt(1 - z * z) * np.sin(longitude), z])
    ),
    st.floats(0.0, 2e6),
    st.floats(-1.0, 1.0),
    st.floats(-np.pi, np.pi),
)


@pytest.mark.parametrize("row", REFERENCE["points"], ids=lambda row: "{:.3g} {:.3g} {:.3g}".format(*row["position_m"]))
def test_degree_50_agrees_with_forty_digits_at_poles_equator_and_anywhere_up_to_20000_km(row):
    actual = harmonics(*row["position_m"], ls.GravityField.grail().lower())
    # largest measured 3.4e-16, doubled: the rounding of doubles
    assert relative_error(actual, [float(a) for a in row["acceleration_mps2"]]) <= 7e-16


def test_the_stored_forty_digits_are_those_that_their_recipe_makes():
    points = [point["position_m"] for point in REFERENCE["points"]]
    assert points == make_gravity.positions()
    with mp.workdps(make_gravity.WORKING_DIGITS):
        coefficients = make_gravity.published_coefficients()
        for i in (0, 20, len(points) - 1):
            made = make_gravity.acceleration(points[i], coefficients)
            stored = REFERENCE["points"][i]["acceleration_mps2"]
            # all the digits that are stored, so nothing but their last rounding is allowed
            assert all(abs(a - mpf(b)) <= abs(a) * mpf(10) ** -39 for a, b in zip(made, stored, strict=True))


def test_the_recipe_of_the_forty_digits_is_the_gradient_of_the_potential_by_mpmaths_legendre_functions():
    coefficients = {key: value for key, value in make_gravity.published_coefficients().items() if key[0] <= 3}

    def potential(x, y, z):
        r, longitude = mp.sqrt(x * x + y * y + z * z), mp.atan2(y, x)
        return sum(
            GM
            / r
            * (RADIUS_M / r) ** n
            * (-1) ** m  # mpmath's functions carry the Condon-Shortley phase, geodesy's do not
            * mp.legenp(n, m, z / r)
            * (c * mp.cos(m * longitude) + s * mp.sin(m * longitude))
            for (n, m), (c, s) in make_gravity.unnormalised(coefficients).items()
        )

    with mp.workdps(30):
        position = [mpf(1.1e6), mpf(-0.9e6), mpf(1.2e6)]
        gradient = [mp.diff(potential, position, tuple(int(i == axis) for i in range(3))) for axis in range(3)]
        recipe = make_gravity.acceleration(position, coefficients)
        # half of the 30 digits are left to the difference quotient
        assert all(abs(a - b) < mpf(10) ** -14 for a, b in zip(gradient, recipe, strict=True))


@given(positions)
def test_degree_zero_and_one_are_the_point_mass(r):
    expected = point_mass(*r, GM)
    for field in (ls.GravityField.grail(0).lower(), ls.GravityField.grail(1).lower()):
        # measured 7.7e-16, doubled: roundings; C11, S11, C10 are zero about the centre of mass
        assert relative_error(harmonics(*r, field), expected) <= 1.6e-15


@given(positions)
def test_the_point_mass_pulls_straight_down_by_gm_over_r_squared(r):
    radius = np.linalg.norm(r)
    assert relative_error(point_mass(*r, GM), -GM / radius**2 * (r / radius)) <= 1.4e-15  # measured 6.6e-16, doubled


@given(positions)
def test_oblateness_alone_is_the_closed_form_of_j2(r):
    j2 = 2.0330e-4
    x, y, z = r
    r2 = r @ r
    k = 1.5 * j2 * (RADIUS_M**2 / r2)
    s = 5.0 * z * z / r2
    # Montenbruck & Gill 2000, Satellite Orbits, eq. 3.28 written out for n = 2, m = 0
    expected = -GM / r2**1.5 * np.array([x * (1 + k * (1 - s)), y * (1 + k * (1 - s)), z * (1 + k * (3 - s))])
    field = field_of({(0, 0): (1.0, 0.0), (2, 0): (-j2 / np.sqrt(5.0), 0.0)})
    assert (
        relative_error(harmonics(*r, field), expected) <= 1.6e-15
    )  # measured 7.9e-16, doubled: roundings of both sides


def jacobian(r, field, *, step_m=1000.0):
    """Derivative of the acceleration by central differences of sixth order."""
    columns = []
    for axis in np.eye(3):
        steps = [
            np.subtract(harmonics(*(r + k * step_m * axis), field), harmonics(*(r - k * step_m * axis), field))
            for k in (1, 2, 3)
        ]
        columns.append((45.0 * steps[0] - 9.0 * steps[1] + steps[2]) / (60.0 * step_m))
    return np.array(columns).T


@given(positions)
def test_gravity_outside_the_moon_has_no_divergence_and_no_curl(r):
    slopes = jacobian(r, ls.GravityField.grail().lower())
    scale = GM / np.linalg.norm(r) ** 3
    # the differences leave 1.8e-12 of the point mass's slope (measured: rounding, eps r / step), doubled
    assert abs(np.trace(slopes)) <= 4e-12 * scale
    assert np.abs(slopes - slopes.T).max() <= 4e-12 * scale


@given(positions, st.floats(-np.pi, np.pi))
def test_turning_the_field_about_the_pole_turns_the_acceleration_with_it(r, angle):
    field = ls.GravityField.grail().lower()
    _, m = orders(field.degree)
    turned = field._replace(
        c=field.c * np.cos(m * angle) - field.s * np.sin(m * angle),
        s=field.s * np.cos(m * angle) + field.c * np.sin(m * angle),
    )
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    # measured 1.0e-15, doubled: roundings of the turned position
    assert relative_error(harmonics(*(turn @ r), turned), turn @ harmonics(*r, field)) <= 2e-15


@given(positions)
def test_mirroring_the_field_in_the_equator_mirrors_the_acceleration(r):
    field = ls.GravityField.grail().lower()
    n, m = orders(field.degree)
    sign = (-1.0) ** (n + m)
    mirror = np.array([1.0, 1.0, -1.0])
    mirrored = field._replace(c=sign * field.c, s=sign * field.s)
    # the same operations with other signs: equal to the bit unless a compiler reorders a sum, then one rounding
    assert relative_error(harmonics(*(mirror * r), mirrored), mirror * harmonics(*r, field)) <= 4e-16


@given(positions, st.floats(1.6e6, 1.8e6))
def test_the_reference_radius_is_a_convention_that_the_coefficients_carry(r, radius_m):
    field = ls.GravityField.grail().lower()
    n, _ = orders(field.degree)
    factor = (RADIUS_M / radius_m) ** n
    same = field._replace(radius_m=radius_m, c=factor * field.c, s=factor * field.s)
    # measured 2.7e-16, doubled
    assert relative_error(harmonics(*r, same), harmonics(*r, field)) <= 6e-16


@given(positions, st.integers(0, 49))
def test_a_field_cut_at_a_degree_is_the_full_field_without_the_degrees_above(r, degree):
    field = ls.GravityField.grail().lower()
    n, _ = orders(field.degree)
    without = field._replace(c=np.where(n <= degree, field.c, 0.0), s=np.where(n <= degree, field.s, 0.0))
    cut = ls.GravityField.grail(degree).lower()
    assert (
        relative_error(harmonics(*r, cut), harmonics(*r, without)) <= 4e-16
    )  # equal, or one rounding where a sum is reordered


@pytest.mark.parametrize(
    ("n", "m", "which", "published"),
    [  # GRGM900C without normalisation, eight digits; the first two in any table of the Moon
        (2, 0, "c", -2.0322865e-4),
        (2, 2, "c", 2.2381541e-5),
        (3, 0, "c", -8.4594008e-6),
        (3, 1, "c", 2.8480713e-5),
        (3, 1, "s", 5.8915887e-6),
        (4, 0, "c", 9.7043687e-6),
    ],
)
def test_the_embedded_field_is_grgm900c(n, m, which, published):
    field = ls.GravityField.grail()
    normalised = getattr(field, which)[n * (n + 1) // 2 + m]
    factor = mp.sqrt((1 if m == 0 else 2) * (2 * n + 1) * mp.factorial(n - m) / mp.factorial(n + m))
    assert float(factor) * normalised == pytest.approx(published, rel=1e-7)  # eight digits


def test_the_embedded_field_brings_its_own_gm_and_radius():
    field = ls.GravityField.grail()
    assert field.gm.to_value(u.m**3 / u.s**2) == 4.90279996708864e12  # header of GRGM900C, exact
    assert field.radius.to_value(u.km) == 1738.0  # header of GRGM900C, exact
    assert field.degree == 50
    assert "Lemoine" in field.source


def test_the_embedded_coefficients_cannot_be_changed_by_one_of_their_users():
    with pytest.raises(ValueError, match="read-only"):
        ls.GravityField.grail().c[3] = 0.0


@pytest.mark.parametrize("degree", [-1, 51, 2.0, "50"])
def test_a_degree_that_is_not_embedded_is_refused_with_the_range(degree):
    with pytest.raises(InputError, match=r"degree = .*degrees 0 to 50, a whole number") as error:
        ls.GravityField.grail(degree)
    assert repr(degree) in str(error.value)


def test_harmonics_are_hung_on_the_principal_axes_of_date_not_on_mean_earth_or_inertial_axes():
    epoch = Time("2023-08-19T11:10:00", scale="tdb")
    et_s = (epoch - Time("J2000", scale="tdb")).to_value(u.s)
    # lunarsky's rotation to ME, taken back to PA by the angles of NAIF's moon_080317.tf
    me_from_pa = (
        rotation_matrix(Angle(-0.30 * u.arcsec), "x")
        @ rotation_matrix(Angle(-78.56 * u.arcsec), "y")
        @ rotation_matrix(Angle(-67.92 * u.arcsec), "z")
    )
    pa_from_icrf = me_from_pa.T @ j2000_to_moon_me(et_s)[0]
    r = np.array([1.2e6, -0.7e6, 1.15e6])
    coefficients = {key: value for key, value in make_gravity.published_coefficients().items() if key[0] <= 12}
    a_pa = np.array([float(a) for a in make_gravity.acceleration(list(pa_from_icrf @ r), coefficients)])
    environment = ls.Moon(gravity=ls.GravityField.grail(12), third_bodies=()).lower(et_s, 3600.0)
    # the rotations agree to 1e-12 rad, of which harmonics feel 1e-3; ME in place of PA would be off by 1e-7
    assert relative_error(gravity_at(et_s, r, environment), pa_from_icrf.T @ a_pa) <= 5e-12


@pytest.mark.parametrize("q", [0.599, 0.5, 0.3, 0.1, 0.02, 0.0043])
def test_what_is_left_out_far_from_the_moon_is_less_than_a_double_feels(q):
    """A degree gives at most sqrt(2) (n + 1) sqrt(2n + 1) c q^n of the central term, c^2 its sum of squares."""
    field = ls.GravityField.grail(50)
    last = _degree_that_counts(field.degree, q)
    left_out = 0.0
    for n in range(last + 1, field.degree + 1):
        row = slice(n * (n + 1) // 2, (n + 1) * (n + 2) // 2)
        size = np.sqrt(np.sum(field.c[row] ** 2 + field.s[row] ** 2))
        left_out += np.sqrt(2.0) * (n + 1) * np.sqrt(2 * n + 1) * size * q**n
    assert left_out < 2.0**-53


def test_no_degree_is_left_out_in_a_low_orbit():
    assert _degree_that_counts(1200, 1738.0 / (1737.4 + 1100.0)) == 1200


def test_eight_places_far_away_have_the_field_of_each():
    field = ls.GravityField.grail(50).lower()
    for distance_m in (4e6, 2e7, 4e8):
        x, y, z = distance_m * np.array([0.48, -0.6, 0.64])
        found = first_of_eight(x, y, z, field)
        assert relative_error(found, harmonics(x, y, z, field)) <= 4e-16 * 4


@kernel
def first_of_eight(x, y, z, field):
    ax, ay, az = harmonics_of_eight(everywhere(x), everywhere(y), everywhere(z), field)
    return lane(ax, 0), lane(ay, 0), lane(az, 0)


def attraction_less_that_of_the_moon(r, d, gm):
    with mp.workdps(50):
        r, d = [mpf(float(c)) for c in r], [mpf(float(c)) for c in d]
        to_body = [dc - rc for dc, rc in zip(d, r, strict=True)]
        near, far = (mp.sqrt(sum(c * c for c in vector)) ** 3 for vector in (to_body, d))
        return [float(gm * (a / near - b / far)) for a, b in zip(to_body, d, strict=True)]


directions = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@given(positions, directions, st.sampled_from([3.8e8, 1.5e11]))
def test_third_bodies_attract_by_the_difference_of_two_attractions_in_fifty_digits(r, direction, distance_m):
    d = distance_m * np.array(direction) / np.linalg.norm(direction)
    expected = attraction_less_that_of_the_moon(r, d, constants.GM_EARTH_M3_S2)
    # measured 9.0e-16, doubled; the plain difference of doubles would lose 1e-10 for the Sun
    assert relative_error(third_body(r, d, constants.GM_EARTH_M3_S2), expected) <= 1.8e-15


@given(directions, directions, st.floats(6.5e6, 1e8))
def test_a_third_body_keeps_its_digits_near_it(towards, aside, separation_m):
    d = 3.9e8 * np.array(towards) / np.linalg.norm(towards)
    r = d + separation_m * np.array(aside) / np.linalg.norm(aside)
    expected = attraction_less_that_of_the_moon(r, d, constants.GM_EARTH_M3_S2)
    # 3.9e8 m less 3.9e8 m, each to 1e-16 of itself, is 6.5e6 m to 1e-14: measured 1.4e-14, doubled
    assert relative_error(third_body(r, d, constants.GM_EARTH_M3_S2), expected) <= 3e-14


@given(positions, directions)
def test_a_third_body_far_away_is_its_tidal_tensor(r, direction):
    unit = np.array(direction) / np.linalg.norm(direction)
    distance_m = 1e16
    tide = constants.GM_SUN_M3_S2 / distance_m**3 * (3.0 * (unit @ r) * unit - r)
    # the next term of the series is smaller by 1.5 r / d, with r up to 3.8e6 m: 5.7e-10, doubled for its neighbours
    assert relative_error(third_body(r, distance_m * unit, constants.GM_SUN_M3_S2), tide) <= 1.2e-9


def test_the_field_of_a_flight_is_the_moons_and_that_of_the_third_bodies_named():
    epoch = Time("2023-08-19T11:10:00", scale="tdb")
    et_s = (epoch - Time("J2000", scale="tdb")).to_value(u.s)
    r = np.array([1.2e6, -0.7e6, 1.15e6])
    alone = gravity_at(et_s, r, ls.Moon(third_bodies=()).lower(et_s, 3600.0))
    moon = get_body_barycentric("moon", epoch, ephemeris="builtin").xyz
    for bodies in (("earth",), ("sun",), ("sun", "earth")):
        both = gravity_at(et_s, r, ls.Moon(third_bodies=bodies).lower(et_s, 3600.0))
        pull = np.sum(
            [
                attraction_less_that_of_the_moon(
                    r,
                    (get_body_barycentric(body, epoch, ephemeris="builtin").xyz - moon).to_value(u.m),
                    {"earth": constants.GM_EARTH_M3_S2, "sun": constants.GM_SUN_M3_S2}[body],
                )
                for body in bodies
            ],
            axis=0,
        )
        # the table follows the ephemeris to 1 m of 3.8e8 m; the difference of two fields has roundings of 3e-16 m/s2
        np.testing.assert_allclose(both - alone, pull, rtol=0, atol=1e-15)


def test_the_gravitational_parameters_are_those_of_the_literature():
    from boinor.bodies import Moon  # noqa: PLC0415  (a second of import for one number)

    # the nominal values of IAU 2015 Resolution B3 have seven and eight digits
    assert pytest.approx(GM_earth.value, rel=1.3e-7) == constants.GM_EARTH_M3_S2
    assert pytest.approx(GM_sun.value, rel=4e-8) == constants.GM_SUN_M3_S2
    assert pytest.approx(Moon.k.value, rel=1e-7) == constants.GM_MOON_M3_S2  # boinor's is older: seven digits agree


@pytest.mark.parametrize(
    ("third_bodies", "text"),
    [
        (("earth", "son"), r"third_bodies has 'son': did you mean 'sun'\?"),
        (("mars",), "third_bodies has 'mars'"),
        (("sun", "sun"), "names a body twice"),
    ],
)
def test_third_bodies_that_are_not_known_or_named_twice_are_refused(third_bodies, text):
    with pytest.raises(InputError, match=text):
        ls.Moon(third_bodies=third_bodies)
