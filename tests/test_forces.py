"""Sunlight, shadow, tide and third bodies: against closed forms, 50 digits, and formulas of another kind."""

from __future__ import annotations

from dataclasses import replace
from math import asin, cos, pi, sin, sqrt

import mpmath as mp
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from repetitions import examples
from scipy.integrate import quad

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.forces import motion
from lunarsim.kernels.forces.radiation import Sunlight, radiation_force
from lunarsim.kernels.forces.shadow import contacts, discs, sunlit_fraction
from lunarsim.kernels.forces.third_body import third_body
from lunarsim.kernels.forces.tide import solid_tide
from lunarsim.kernels.geometry.orientation import rot_pa_from_icrf
from lunarsim.kernels.numerics.chebyshev import evaluate

Vector = NDArray[np.float64]

AU_M, SUN_M, MOON_M = constants.ASTRONOMICAL_UNIT_M, constants.SUN_RADIUS_M, constants.MOON_RADIUS_M
SUN = np.array([AU_M, 0.0, 0.0])
START_ET_S = 7.45e8
COASTING = motion.Propulsion(0.0, 1.0, 0, np.zeros(3), False, 1.0, 0.0, 0.0, 0.0)
CRAFT = ls.Spacecraft(
    dry_mass=1000 * u.kg,
    propellant_mass=500 * u.kg,
    engine=ls.Engine(thrust=1 * u.N, specific_impulse=300 * u.s),
    radiation_area=10 * u.m**2,
    radiation_coefficient=1.3,
)

few = examples(60)
radii = st.floats(1.0, 4.0).map(lambda exponent: MOON_M * (1.0 + 10.0 ** (exponent - 4.0)))
angles = st.floats(0.0, pi)


def at(radius_m: float, elongation: float) -> Vector:
    """A place at a distance from the Moon, at an angle from the Sun."""
    return radius_m * np.array([cos(elongation), sin(elongation), 0.0])


def fraction(r: Vector) -> float:
    return sunlit_fraction(r, SUN, SUN_M, MOON_M)


def fraction_of_the_sky(r: Vector) -> float:
    """The part of the Sun's disc outside the Moon's, by arcs about the Sun's centre on the sphere of the sky."""
    a, b, c = discs(r, SUN, SUN_M, MOON_M)

    def hidden(rho: float) -> float:
        x = (cos(b) - cos(c) * cos(rho)) / (sin(c) * sin(rho))
        return float(np.arccos(np.clip(x, -1.0, 1.0))) / pi * sin(rho)

    edges = [rho for rho in (abs(c - b), c + b) if 0.0 < rho < a]
    area, _ = quad(hidden, 0.0, a, points=edges or None, epsabs=1e-16, epsrel=1e-10, limit=200)
    return 1.0 - area / (1.0 - cos(a))


def test_the_day_side_is_lit_and_the_axis_of_the_umbra_dark() -> None:
    assert fraction(at(MOON_M + 1e5, 0.5)) == 1.0
    assert fraction(at(MOON_M + 1e5, pi)) == 0.0


def test_on_the_ground_half_the_disc_is_seen_when_its_centre_is_on_the_horizon() -> None:
    elongation = pi / 2.0 - asin(MOON_M / AU_M)  # the Sun is near enough for a parallax of 2.4 arcsec
    assert abs(fraction(at(MOON_M, elongation)) - 0.5) < 1e-12


@pytest.mark.parametrize("depth", [0.1, 0.5, 0.9])
def test_over_a_straight_limb_what_is_seen_above_it_is_hidden_below_it(depth: float) -> None:
    half = pi / 2.0 - asin(MOON_M / AU_M)
    step = depth * asin(SUN_M / AU_M)
    assert abs(fraction(at(MOON_M, half - step)) + fraction(at(MOON_M, half + step)) - 1.0) < 1e-6  # parallax


@pytest.mark.parametrize("altitude_m", [1.0, 1e4, 1e5, 1e6, 1e8, 3.5e8])
@pytest.mark.parametrize("depth", [-0.95, -0.5, 0.0, 0.3, 0.9])
def test_the_penumbra_is_the_overlap_of_two_discs_on_the_sky(altitude_m: float, depth: float) -> None:
    radius_m = MOON_M + altitude_m
    r = at(radius_m, pi - asin(MOON_M / radius_m) - depth * SUN_M / AU_M)
    assert 0.0 < fraction(r) < 1.0
    assert abs(fraction(r) - fraction_of_the_sky(r)) < 3e-6  # measured 4e-7 near the Moon, 1.3e-6 at 350,000 km


def test_beyond_the_tip_of_the_umbra_a_ring_of_the_sun_is_left() -> None:
    r = at(6e8, pi)
    a, b, _ = discs(r, SUN, SUN_M, MOON_M)
    ring = (cos(b) - cos(a)) / (1.0 - cos(a))  # solid angles
    assert abs(fraction(r) - ring) < 1e-10  # cancellation in the cosines
    assert contacts(r, SUN, SUN_M, MOON_M)[1] > 0.0


@few
@given(radius_m=radii, elongation=angles)
def test_light_and_contacts_tell_the_same(radius_m: float, elongation: float) -> None:
    r = at(radius_m, elongation)
    penumbra, umbra = contacts(r, SUN, SUN_M, MOON_M)
    assert (fraction(r) == 1.0) == (penumbra >= 0.0)
    assert (fraction(r) == 0.0) == (umbra <= 0.0)
    assert 0.0 <= fraction(r) <= 1.0


@few
@given(radius_m=radii, elongation=angles, further=st.floats(0.0, 0.01))
def test_light_only_fades_towards_the_axis_of_the_shadow(radius_m: float, elongation: float, further: float) -> None:
    assume(elongation + further <= pi)
    assert fraction(at(radius_m, elongation + further)) <= fraction(at(radius_m, elongation)) + 1e-14


@pytest.mark.parametrize("behind_m", [1e4, 1e6, 1e8])
def test_contacts_are_zero_on_the_cones_that_touch_sun_and_moon(behind_m: float) -> None:
    inner, outer = asin((SUN_M - MOON_M) / AU_M), asin((SUN_M + MOON_M) / AU_M)  # half-angles of umbra and penumbra
    x = -(MOON_M + behind_m)
    umbra = np.array([x, (MOON_M * AU_M / (SUN_M - MOON_M) + x) * np.tan(inner), 0.0])
    penumbra = np.array([x, (MOON_M * AU_M / (SUN_M + MOON_M) - x) * np.tan(outer), 0.0])
    assert abs(contacts(umbra, SUN, SUN_M, MOON_M)[1]) < 1e-14  # rounding of angles near 1
    assert abs(contacts(penumbra, SUN, SUN_M, MOON_M)[0]) < 1e-14


def test_sunlight_presses_with_irradiance_over_the_speed_of_light() -> None:
    moon = ls.Moon(radiation=True)
    sunlight = moon.lower(START_ET_S, 1000.0, CRAFT).sunlight
    r = np.array([0.0, 3e6, 0.0])
    sun = r + np.array([AU_M, 0.0, 0.0])
    expected = 1361.0 / 299792458.0 * 1.3 * 10.0  # N; 4.54 uPa at 1 au
    assert np.allclose(radiation_force(r, sun, sunlight), [-expected, 0.0, 0.0], rtol=1e-14, atol=0.0)
    twice = r + np.array([0.0, 2.0 * AU_M, 0.0])
    assert np.allclose(radiation_force(r, twice, sunlight), [0.0, -expected / 4.0, 0.0], rtol=1e-14, atol=0.0)


def test_no_sunlight_presses_in_the_umbra() -> None:
    sunlight = Sunlight(0, 1e18, SUN_M, MOON_M)
    assert not np.any(radiation_force(at(2e6, pi), SUN, sunlight))


def tide_of_50_digits(r: Vector, d: Vector, gm: float, k2: float, radius_m: float) -> Vector:
    """The gradient of k2 gm R^5 / (|d|^3 |r|^3) P2(cos psi), by differentiation of the potential."""

    def potential(x: mp.mpf, y: mp.mpf, z: mp.mpf) -> mp.mpf:
        length = mp.sqrt(x * x + y * y + z * z)
        distance = mp.sqrt(sum(mp.mpf(c) ** 2 for c in d))
        cosine = (x * d[0] + y * d[1] + z * d[2]) / (length * distance)
        return k2 * gm * mp.mpf(radius_m) ** 5 / (distance * length) ** 3 * mp.legendre(2, cosine)

    with mp.workdps(50):
        orders = np.eye(3, dtype=int)
        return np.array([float(mp.diff(potential, tuple(map(mp.mpf, r)), tuple(map(int, n)))) for n in orders])


@pytest.mark.parametrize("seed", range(5))
def test_the_tide_is_the_gradient_of_its_potential(seed: int) -> None:
    rng = np.random.default_rng(seed)
    r, d = rng.normal(size=3) * 1.5e6, rng.normal(size=3) * 3e8
    parameters = constants.GM_EARTH_M3_S2, 0.024, 1.738e6
    expected = tide_of_50_digits(r, d, *parameters)
    assert np.allclose(solid_tide(r, d, *parameters), expected, rtol=0.0, atol=1e-14 * np.linalg.norm(expected))


def tidal_corrections(body_pa: Vector, gm: float, field: ls.GravityField, k2: float) -> tuple[Vector, Vector]:
    """Corrections of the degree-2 coefficients, orders 0 to 2 (IERS Conventions 2010, eq. 6.6)."""
    distance = np.linalg.norm(body_pa)
    longitude, sine = np.arctan2(body_pa[1], body_pa[0]), body_pa[2] / distance
    cosine = sqrt(1.0 - sine * sine)
    legendre = np.array([sqrt(5) / 2 * (3 * sine**2 - 1), sqrt(15) * sine * cosine, sqrt(15) / 2 * cosine**2])
    scale = k2 / 5.0 * gm / field.gm.to_value(u.m**3 / u.s**2) * (field.radius.to_value(u.m) / distance) ** 3
    m = np.arange(3)
    return scale * legendre * np.cos(m * longitude), scale * legendre * np.sin(m * longitude)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))])
def test_the_tide_is_that_of_corrected_coefficients_in_the_field(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = ls.GravityField.grail(degree=2)
    k2 = 2.4  # a hundredfold, so that rounding of the central term does not hide it; C20 stays the Moon's
    plain = ls.Moon(gravity=field, third_bodies=()).lower(START_ET_S, 1000.0)
    tidal = ls.Moon(gravity=field, third_bodies=(), tide=True).lower(START_ET_S, 1000.0)._replace(love_number=k2)
    r = rng.normal(size=3)
    r *= 1.85e6 / np.linalg.norm(r)

    epoch = Time(2451545.0, START_ET_S / 86400.0, format="jd", scale="tdb")
    c, s = field.c.copy(), field.s.copy()
    for body, gm in (("earth", constants.GM_EARTH_M3_S2), ("sun", constants.GM_SUN_M3_S2)):
        body_pa = rot_pa_from_icrf(plain.angles, START_ET_S) @ ls.Ephemeris.builtin().position(body, epoch).to_value(
            u.m
        )
        dc, ds = tidal_corrections(body_pa, gm, field, k2)
        c[3:6] += dc
        s[3:6] += ds
    corrected = ls.Moon(gravity=replace(field, c=c, s=s), third_bodies=()).lower(START_ET_S, 1000.0)

    expected = acceleration(corrected, r) - acceleration(plain, r)
    found = acceleration(tidal, r) - acceleration(plain, r)
    assert np.allclose(found, expected, rtol=0.0, atol=1e-10 * np.linalg.norm(expected))  # rounding of 1.4 m/s2


def acceleration(environment: motion.Environment, r: Vector, *, mass_kg: float = 1000.0) -> Vector:
    y = np.zeros(motion.SIZE)
    y[motion.POSITION], y[motion.MASS] = r, mass_kg
    return motion.derivative(0.0, y, environment, COASTING)[motion.VELOCITY]


@pytest.mark.parametrize("body", ["earth", "sun", "jupiter"])
def test_a_third_body_pulls_by_newtons_law_less_what_it_does_to_the_moon(body: str) -> None:
    r = np.array([1.2e6, -0.9e6, 1.1e6])
    epoch = Time(2451545.0, START_ET_S / 86400.0, format="jd", scale="tdb")
    d = ls.Ephemeris.builtin().position(body, epoch).to_value(u.m)
    gm = {"earth": 398600.435507, "sun": 132712440041.279419, "jupiter": 126712764.1}[body] * 1e9  # DE440, km3/s2
    with mp.workdps(50):
        e = mp.matrix(d.tolist()) - mp.matrix(r.tolist())
        moon = mp.matrix(d.tolist())
        exact = gm * (e / mp.norm(e) ** 3 - moon / mp.norm(moon) ** 3)
    kernel = third_body(r, d, gm)
    assert np.allclose(kernel, [float(x) for x in exact], rtol=0.0, atol=1e-14 * float(mp.norm(exact)))

    with_it = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=(body,)).lower(START_ET_S, 1000.0)
    assert np.allclose(with_it.body_gm, [gm], rtol=1e-12, atol=0.0)  # digits above
    without = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=()).lower(START_ET_S, 1000.0)
    assert np.allclose(acceleration(with_it, r) - acceleration(without, r), kernel, rtol=1e-8, atol=3e-16)


@pytest.mark.parametrize(
    ("switch", "ratio"),
    [
        ({"third_bodies": ("earth",)}, 1.8e-5),
        ({"third_bodies": ("sun",)}, 1.0e-7),
        ({"third_bodies": ("jupiter",)}, 1.3e-12),
        ({"tide": True}, 4.9e-7),
        ({"radiation": True}, 4.1e-8),  # 10 m2, coefficient 1.3, 1000 kg
    ],
)
def test_each_force_is_a_switch_and_has_its_size(switch: dict[str, object], ratio: float) -> None:
    craft = replace(CRAFT, propellant_mass=0 * u.kg)
    base = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
    off = base.lower(START_ET_S, 1000.0)
    on = replace(base, **switch).lower(START_ET_S, 1000.0, craft)
    places = np.random.default_rng(0).normal(size=(300, 3))
    places *= 1.838e6 / np.linalg.norm(places, axis=1)[:, None]
    extra = max(float(np.linalg.norm(acceleration(on, r) - acceleration(off, r))) for r in places)
    central = constants.GM_MOON_M3_S2 / 1.838e6**2
    # the Earth's and the Sun's distances vary by 6 % and 2 %, Jupiter's by 25 %; 1e-16 is rounding
    assert abs(extra / central - ratio) < (0.8 if "jupiter" in switch.get("third_bodies", ()) else 0.25) * ratio + 2e-16


def test_forces_add_up() -> None:
    field = ls.GravityField.grail(degree=4)
    switches = ({"third_bodies": ("earth", "sun", "jupiter")}, {"tide": True}, {"radiation": True})
    base = ls.Moon(gravity=field, third_bodies=())
    r = np.array([-1.2e6, 0.9e6, -1.1e6])  # in sunlight
    none = acceleration(base.lower(START_ET_S, 1000.0), r)
    parts = [acceleration(replace(base, **switch).lower(START_ET_S, 1000.0, CRAFT), r) - none for switch in switches]
    together = replace(base, third_bodies=("jupiter", "earth", "sun"), tide=True, radiation=True)
    whole = acceleration(together.lower(START_ET_S, 1000.0, CRAFT), r) - none
    assert all(np.linalg.norm(part) > 1e-9 for part in parts)
    # Jupiter, once it is a third body, raises a tide too: 5e-14 m/s2
    assert np.allclose(whole, np.sum(parts, axis=0), rtol=0.0, atol=1e-13)


def test_a_light_craft_is_pushed_more() -> None:
    base = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=("sun",))
    off, on = base.lower(START_ET_S, 1000.0), replace(base, radiation=True).lower(START_ET_S, 1000.0, CRAFT)
    sun = np.zeros(3)
    evaluate(on.body_positions, START_ET_S, sun)
    r = 1e9 * sun / np.linalg.norm(sun)  # far from the Moon, in full light
    light, heavy = (acceleration(on, r, mass_kg=m) - acceleration(off, r, mass_kg=m) for m in (10.0, 100.0))
    assert np.allclose(light, 10.0 * heavy, rtol=1e-9, atol=0.0)  # rounding of the central term
    assert light @ sun < 0.0


def test_by_default_only_the_earth_and_the_sun_pull() -> None:
    environment = ls.Moon().lower(START_ET_S, 1000.0)
    assert list(environment.body_gm) == [constants.GM_EARTH_M3_S2, constants.GM_SUN_M3_S2]
    assert environment.third_bodies == 2
    assert environment.love_number == 0.0
    assert environment.sunlight.strength_n_m2 == 0.0


def test_shadow_contacts_follow_the_sun_of_the_environment() -> None:
    environment = ls.Moon(radiation=True, third_bodies=()).lower(START_ET_S, 2000.0, CRAFT)
    sun = np.zeros(3)
    evaluate(environment.body_positions, START_ET_S + 1500.0, sun)
    y = np.zeros(motion.SIZE)
    y[motion.POSITION] = [1.2e6, -0.9e6, 1.1e6]
    assert motion.shadow_contacts(1500.0, y, environment) == contacts(y[:3], sun, SUN_M, MOON_M)
    assert np.all(np.isnan(motion.shadow_contacts(0.0, y, ls.Moon(third_bodies=("earth",)).lower(START_ET_S, 10.0))))


@pytest.mark.parametrize("craft", [None, replace(CRAFT, radiation_area=0 * u.m**2)])
def test_radiation_without_an_area_is_refused(craft: ls.Spacecraft | None) -> None:
    with pytest.raises(ls.InputError, match="radiation_area=4"):
        ls.Moon(radiation=True).lower(START_ET_S, 1000.0, craft)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: ls.Moon(love_number=0.0), "love_number = 0"),
        (lambda: ls.Moon(love_number=float("nan")), "love_number = nan"),
        (lambda: ls.Moon(third_bodies=("sun", "sun")), "twice"),
        (lambda: replace(CRAFT, radiation_coefficient=2.1), "radiation_coefficient = 2.1"),
        (lambda: replace(CRAFT, radiation_coefficient=float("nan")), "radiation_coefficient = nan"),
        (lambda: replace(CRAFT, radiation_area=-1 * u.m**2), "radiation_area"),
        (lambda: replace(CRAFT, radiation_area=4 * u.m), "radiation_area"),
    ],
)
def test_a_force_that_cannot_be_is_refused(make: object, name: str) -> None:
    with pytest.raises(ls.InputError, match=name):
        make()
