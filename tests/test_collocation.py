"""The step of the compiled driver: its order, its estimate of its error, Kepler's orbits and the rocket equation."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight.driver.lowering import COASTING
from lunarsim.kernels.driver.collocation import collocate, step_end
from lunarsim.kernels.driver.quadrature import NODES, TERMS
from lunarsim.kernels.driver.series import write_path, write_sensed
from lunarsim.kernels.driver.window import no_window
from lunarsim.kernels.forces import motion, steering
from lunarsim.kernels.numerics.chebyshev import ChebyshevTable, evaluate

GM = constants.GM_MOON_M3_S2
START_ET_S = 7.45e8  # in August 2023
EXHAUST_MPS, THRUST_N, MASS_KG = 3000.0, 4000.0, 1200.0
TOLERANCE_M = 1e-3  # that of a campaign


@numba.njit(error_model="numpy")  # for this session alone: what it calls may change, and numba would not see it
def _fly(t_s, h_s, y, environment, propulsion, tolerance_m, log):
    """Take as many steps as the log has rows."""
    window = no_window()
    for k in range(log.shape[0]):
        step = collocate(t_s + k * h_s, h_s, y, environment, propulsion, tolerance_m, np.inf, window)
        step_end(t_s + k * h_s, h_s, y, step, propulsion, y)
        log[k, 0], log[k, 1], log[k, 2] = step.error_m, step.converged, step.evaluations


@numba.njit(error_model="numpy")
def _series(t_s, h_s, y, environment, propulsion, tolerance_m, path, sensed):
    step = collocate(t_s, h_s, y, environment, propulsion, tolerance_m, np.inf, no_window())
    write_path(h_s, y, step, path)
    write_sensed(h_s, y, step, sensed)


def flown(h_s, count, y, environment, propulsion=COASTING, tolerance_m=1e-6, start_s=0.0):
    """Return the state after some steps, the estimated errors (m), and whether all of them converged."""
    end, log = y.copy(), np.empty((count, 3))
    _fly(start_s, h_s, end, environment, propulsion, tolerance_m, log)
    return end, log[:, 0], bool(log[:, 1].all())


@pytest.fixture(scope="module")
def point_mass(point_moon):
    return point_moon.lower(START_ET_S, 1e5)


@pytest.fixture(scope="module")
def whole():
    """The default Moon: degree 50, the Earth and the Sun."""
    return ls.Moon().lower(START_ET_S, 1e5)


@pytest.fixture(scope="module")
def nothing(point_mass):
    """Next to no gravity: a GM of 1 m3/s2, a million kilometres away, pulls with 1e-18 m/s2."""
    field = point_mass.field
    return point_mass._replace(field=field._replace(exact=field.exact._replace(gm=1.0)))


def at_perilune(perilune_m, apolune_m):
    y = np.zeros(motion.SIZE)
    y[0], y[motion.MASS] = perilune_m, MASS_KG
    y[4] = np.sqrt(GM * (2.0 / perilune_m - 2.0 / (perilune_m + apolune_m)))
    return y


def kepler(perilune_m, apolune_m, t_s):
    """Return the position some time after perilune, by Kepler's equation."""
    a, e = 0.5 * (perilune_m + apolune_m), (apolune_m - perilune_m) / (apolune_m + perilune_m)
    mean = np.sqrt(GM / a**3) * t_s
    eccentric = mean
    for _ in range(50):
        eccentric -= (eccentric - e * np.sin(eccentric) - mean) / (1.0 - e * np.cos(eccentric))
    return np.array([a * (np.cos(eccentric) - e), a * np.sqrt(1.0 - e * e) * np.sin(eccentric), 0.0])


def engine(law=steering.FIXED, direction=(0.0, 0.0, 1.0), *, scale=1.0, bias_mps2=0.0, powered=True):
    return motion.Propulsion(THRUST_N, EXHAUST_MPS, law, np.array(direction), powered, scale, bias_mps2, 0.0, 0.0)


def test_the_nodes_are_those_of_gauss_and_legendre():
    # zeros of P8 (Abramowitz & Stegun 1964, table 25.4), printed to 15 digits
    zeros = np.array([0.183434642495650, 0.525532409916329, 0.796666477413627, 0.960289856497536])
    np.testing.assert_allclose(2.0 * NODES - 1.0, [*-zeros[::-1], *zeros], rtol=0, atol=1e-15)


def test_the_end_of_a_kepler_orbit_converges_with_order_sixteen(point_mass):
    perilune, apolune = 1.8374e6, 1.9374e6
    period = 2.0 * np.pi * np.sqrt((0.5 * (perilune + apolune)) ** 3 / GM)
    end_s, counts = 10.3 * period, np.array([21, 25, 30, 36, 43, 52])
    errors = []
    for count in counts:
        y, _, _ = flown(end_s / count, count, at_perilune(perilune, apolune), point_mass)
        errors.append(np.linalg.norm(y[:3] - kepler(perilune, apolune, end_s)))
    assert errors[0] > 0.1  # half a revolution a step: far above rounding
    assert errors[-1] < 1e-5  # a fifth of one: 0.5 micrometres after ten revolutions, the orbit's own rounding
    slope = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    assert 14.0 < slope < 17.0  # measured 15.1: steps so long are not yet small


@given(st.floats(1.75e6, 2.2e6), st.floats(1.0, 2.0), st.floats(20.0, 400.0))
def test_a_revolution_in_steps_as_long_as_a_campaign_takes_keeps_to_keplers_orbit(point_mass, perilune, ratio, h_s):
    apolune = perilune * ratio
    y = at_perilune(perilune, apolune)
    count = int(8000.0 / h_s)
    end, errors, converged = flown(h_s, count, y, point_mass)
    assert converged
    if errors.max() < TOLERANCE_M:  # a longer step would not be taken
        apart = np.linalg.norm(end[:3] - kepler(perilune, apolune, count * h_s))
        assert apart < 2e-7  # roundings, which grow with the time they have: measured 8e-8, doubled


@given(st.floats(1.75e6, 2.2e6), st.floats(1.0, 1.5), st.floats(0.1, 0.9))
def test_energy_and_angular_momentum_are_kept_to_the_last_digits(point_mass, perilune, ratio, share):
    y = at_perilune(perilune, perilune * ratio)
    end, _, _ = flown(share * 400.0, 200, y, point_mass)
    energies = [0.5 * each[3:6] @ each[3:6] - GM / np.linalg.norm(each[:3]) for each in (y, end)]
    momenta = [np.cross(each[:3], each[3:6]) for each in (y, end)]
    assert energies[1] == pytest.approx(energies[0], rel=1.1e-14)  # roundings of 200 steps: measured 5.4e-15, doubled
    np.testing.assert_allclose(momenta[1], momenta[0], rtol=1.1e-14, atol=0)


@given(st.floats(1.0, 400.0), st.floats(0.5, 1.5), st.floats(-0.02, 0.02))
def test_constant_thrust_obeys_the_rocket_equation_in_one_step(nothing, burn_s, scale, bias_mps2):
    y = np.zeros(motion.SIZE)
    y[0], y[motion.MASS] = 1e9, MASS_KG
    end, _, _ = flown(burn_s, 1, y, nothing, engine(scale=scale, bias_mps2=bias_mps2))
    tau = MASS_KG * EXHAUST_MPS / THRUST_N  # when nothing would be left
    gained = -EXHAUST_MPS * np.log1p(-burn_s / tau)
    # roundings, and the quadrature's error where 400 s burn a third of the mass: measured 6.4e-14, doubled
    assert end[motion.DV_TRUE] == pytest.approx(gained, rel=1.3e-13)
    assert end[motion.DV_SENSED] == pytest.approx(scale * gained + bias_mps2 * burn_s, rel=1.3e-13, abs=1e-12)
    assert end[motion.MASS] == pytest.approx(MASS_KG - THRUST_N / EXHAUST_MPS * burn_s, rel=1e-15)
    assert end[5] == pytest.approx(gained, rel=1.3e-13)
    way = EXHAUST_MPS * (burn_s + (tau - burn_s) * np.log1p(-burn_s / tau))
    assert end[2] == pytest.approx(way, rel=1e-12)  # the closed form cancels to 1 / 1000 of its terms in a second
    assert end[0] == 1e9  # nothing pulls aside
    assert end[1] == 0.0


def test_a_sensor_without_power_senses_nothing(nothing):
    y = np.zeros(motion.SIZE)
    y[0], y[motion.MASS] = 1e9, MASS_KG
    end, _, _ = flown(50.0, 1, y, nothing, engine(powered=False))
    assert end[motion.DV_SENSED] == 0.0
    assert end[motion.DV_TRUE] > 100.0


def orbits(seed):
    """A state of a low orbit: perilune 5 to 100 km high, anywhere on it, in any plane."""
    random = np.random.default_rng(seed)
    up, ahead = np.linalg.qr(random.normal(size=(3, 2)))[0].T
    perilune = 1.7424e6 + 9.5e4 * random.random()
    start = at_perilune(perilune, perilune + 2e5 * random.random())
    y = np.zeros(motion.SIZE)
    y[:3], y[3:6], y[motion.MASS] = start[0] * up, start[4] * ahead, MASS_KG
    return y


@pytest.mark.parametrize("burning", [False, True], ids=["coast", "burn"])
@given(seed=st.integers(0, 2**32), h_s=st.floats(10.0, 400.0))
def test_the_estimated_error_of_a_step_is_on_the_safe_side(whole, burning, seed, h_s):
    y, propulsion = orbits(seed), engine(steering.AGAINST_VELOCITY) if burning else COASTING
    once, estimates, converged = flown(h_s, 1, y, whole, propulsion, TOLERANCE_M)
    many, _, _ = flown(h_s / 16, 16, y, whole, propulsion, 1e-7)
    apart = np.linalg.norm(once[:3] - many[:3])
    if converged:  # others are not taken; forces that were held longer cost up to the tolerance, measured 0.6 of it
        assert apart < max(estimates[0], TOLERANCE_M)


def test_what_steps_hold_does_not_add_up_in_an_orbit(whole):
    y = at_perilune(constants.MOON_RADIUS_M + 60e3, constants.MOON_RADIUS_M + 60e3)
    y[4:6] = 0.0, y[4]  # over the poles
    held, _, _ = flown(120.0, 90, y, whole, tolerance_m=TOLERANCE_M)
    again, _, _ = flown(120.0, 90, y, whole, tolerance_m=1e-3 * TOLERANCE_M)
    # the same steps, forces evaluated once more: measured 0.014 mm; held as far as the whole tolerance goes, 78 mm
    assert np.linalg.norm(held[:3] - again[:3]) < TOLERANCE_M


@given(seed=st.integers(0, 2**32))
def test_a_step_forth_and_back_ends_where_it_began(whole, seed):
    y = orbits(seed)
    there, _, _ = flown(60.0, 1, y, whole, tolerance_m=1e-7)
    back, _, _ = flown(-60.0, 1, there, whole, tolerance_m=1e-7, start_s=60.0)
    assert np.linalg.norm(back[:3] - y[:3]) < 1e-8  # the method is symmetric: measured 1.6e-9, what the sweeps leave
    assert np.linalg.norm(back[3:6] - y[3:6]) < 1e-10


@given(st.integers(0, 2**32), st.floats(0.0, 1.0), st.floats(5.0, 60.0))
def test_the_path_of_a_step_passes_where_a_shorter_step_ends(whole, seed, share, h_s):
    y, propulsion = orbits(seed), engine(steering.AGAINST_VELOCITY, scale=0.98, bias_mps2=0.01)
    path, sensed = np.empty((1, 3, TERMS)), np.empty((1, 1, TERMS))
    _series(0.0, h_s, y, whole, propulsion, TOLERANCE_M, path, sensed)
    r, dv = np.empty(3), np.empty(1)
    evaluate(ChebyshevTable(0.0, h_s, path), share * h_s, r)
    evaluate(ChebyshevTable(0.0, h_s, sensed), share * h_s, dv)
    shorter, _, _ = flown(share * h_s, 1, y, whole, propulsion, TOLERANCE_M)
    # contacts and edges are found on it; the one may hold forces of nodes 4 m away, the other not: measured 1.9e-6
    assert np.linalg.norm(r - shorter[:3]) < 4e-6
    assert dv[0] == pytest.approx(shorter[motion.DV_SENSED], abs=1e-12)  # measured 2e-13: a cut-off to 1e-13 s


@pytest.mark.parametrize("share", [0.0, 1.0])
@given(seed=st.integers(0, 2**32), h_s=st.floats(5.0, 400.0))
def test_the_path_of_a_step_begins_and_ends_with_it(whole, share, seed, h_s):
    y = orbits(seed)
    path, r = np.empty((1, 3, TERMS)), np.empty(3)
    _series(0.0, h_s, y, whole, COASTING, TOLERANCE_M, path, np.empty((1, 1, TERMS)))
    evaluate(ChebyshevTable(0.0, h_s, path), share * h_s, r)
    end, _, _ = flown(h_s, 1, y, whole, COASTING, TOLERANCE_M)
    expected = y[:3] if share == 0.0 else end[:3]
    assert np.linalg.norm(r - expected) < 2e-9  # roundings of 1.7e6 m: measured 5e-10


def test_a_step_that_the_sweeps_cannot_solve_says_so(point_mass):
    y = at_perilune(1.8e6, 1.8e6)
    assert not flown(20_000.0, 1, y, point_mass)[2]  # three revolutions
    assert flown(400.0, 1, y, point_mass)[2]


def test_the_full_field_is_evaluated_few_times(whole):
    y, log = orbits(5), np.empty((1, 3))
    _fly(0.0, 60.0, y.copy(), whole, COASTING, TOLERANCE_M, log)
    assert 1 <= log[0, 2] <= 2
    assert u.Quantity(log[0, 0], u.m) < TOLERANCE_M * u.m
