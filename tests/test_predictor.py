"""The planar prediction of guidance laws, and the small equations that correct by it."""

import numpy as np
import pytest
from closed_loop import Lander, above_site, situation
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from lunarsim.constants import GM_MOON_M3_S2, MOON_RADIUS_M
from lunarsim.kernels.guidance.laws.predictor import (
    LINEAR,
    LINEAR_TANGENT,
    STEPS,
    Pitch,
    Plane,
    Plant,
    after,
    at_rate,
    plane_of,
    plant_of,
)
from lunarsim.kernels.guidance.laws.primer import Costate, coasting_hamiltonian, flown
from lunarsim.kernels.numerics.linear_equations import solved

K, GM = MOON_RADIUS_M, GM_MOON_M3_S2
LUNA = Lander(4118.8, 3138.0, K, GM)
START = Plane(-250e3, 18e3, 1690.0 * K / (K + 18e3), -3.0, 911.0)
PITCH = {LINEAR: Pitch(LINEAR, 0.06, 2.5e-3, -1.0), LINEAR_TANGENT: Pitch(LINEAR_TANGENT, 0.06, 3e-3, -1.0)}
PLANT = Plant(K, GM, 0.0, 0.0, 4118.8, 4118.8 / 3138.0)


def by_scipy(pitch, duration, event=None):
    """The same flight in Cartesian coordinates of the plane, by another integrator."""

    def rates(t, q):
        r = np.hypot(q[0], q[1])
        up, along = q[:2] / r, np.array([q[1], -q[0]]) / r
        angle = pitch.a + pitch.b * t
        if pitch.shape == LINEAR_TANGENT:
            angle = np.arctan(angle)
        a = PLANT.thrust_n / q[4]
        return np.concatenate(
            [
                q[2:4],
                -GM / r**2 * up + a * (pitch.sense * np.cos(angle) * along + np.sin(angle) * up),
                [-PLANT.flow_kgps],
            ]
        )

    def seen(q):
        r = np.hypot(q[0], q[1])
        up, along = q[:2] / r, np.array([q[1], -q[0]]) / r
        return np.array([K * np.arctan2(q[0], q[1]), r - K, q[2:4] @ along * K / r, q[2:4] @ up, q[4]])

    r, v = above_site(START.downrange_m, START.height_m, 1690.0, START.height_rate_mps, LUNA)
    start = [r[0], r[2], v[0], v[2], START.mass_kg]
    events = None
    if event is not None:

        def events(t, q):
            return seen(q)[2] - event

        events.terminal = True  # type: ignore[attr-defined]
    out = solve_ivp(rates, (0.0, duration), start, method="DOP853", rtol=1e-12, atol=1e-7, events=events)
    return seen(out.y[:, -1]), out.t[-1]


@pytest.mark.parametrize("shape", [LINEAR, LINEAR_TANGENT])
def test_a_prediction_of_a_braking_agrees_with_scipy(shape):
    expected, _ = by_scipy(PITCH[shape], 250.0)
    found = after(START, 250.0, STEPS, PITCH[shape], PLANT)
    print("left by", STEPS, "steps:", np.array(found) - expected)
    # Measured 8e-4 m over 340 km, and 3e-5 m/s; doubled and rounded up. A cycle of guidance corrects more.
    np.testing.assert_allclose(np.array(found)[:2], expected[:2], rtol=0, atol=5e-3)
    np.testing.assert_allclose(np.array(found)[2:], expected[2:], rtol=0, atol=2e-4)


def test_the_prediction_converges_with_order_4():
    expected, _ = by_scipy(PITCH[LINEAR], 250.0)
    errors = [abs(np.array(after(START, 250.0, n, PITCH[LINEAR], PLANT)) - expected)[1] for n in (6, 12, 24)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    print("errors of the height", errors, "orders", orders)
    assert np.all((orders > 3.5) & (orders < 5.0))  # 4, before and after the asymptotic range


@pytest.mark.parametrize("shape", [LINEAR, LINEAR_TANGENT])
def test_the_moment_of_a_downrange_rate_is_found(shape):
    expected, t_expected = by_scipy(PITCH[shape], 400.0, event=10.0)
    found, t = at_rate(START, 10.0, 9.0, PITCH[shape], PLANT)
    assert found.downrange_rate_mps == pytest.approx(10.0, abs=1e-6)  # four Newton steps
    assert t == pytest.approx(t_expected, abs=1e-4)  # 1e-4 s of 9 m/s2 is a millimetre per second
    assert found.height_m == pytest.approx(expected[1], abs=0.02)  # as left by steps of 9 s


def test_a_rate_that_is_never_reached_ends_the_prediction_before_the_mass_does():
    found, _ = at_rate(START, 10.0, 9.0, Pitch(LINEAR, 1.57, 0.0, -1.0), PLANT)
    assert 0.0 < found.mass_kg < 0.2 * START.mass_kg
    assert np.all(np.isfinite(np.array(found)))


def test_what_turning_axes_add_is_carried_as_a_constant():
    flat = Plant(1e12, 0.0, 0.3, -0.2, 0.0, 0.0)
    found = after(Plane(0.0, 0.0, 0.0, 0.0, 1.0), 10.0, 4, PITCH[LINEAR], flat)
    np.testing.assert_allclose(np.array(found)[:4], [15.0, -10.0, 3.0, -2.0], rtol=1e-9)
    r, v = above_site(-1e5, 2e4, 1500.0, -20.0, LUNA, crossrange_m=0.0)
    seen, _ = situation(r, v, 900.0, 0.0, 1.0, LUNA)
    extra = plant_of(seen._replace(free=(seen.free[0] + 0.3, 0.0, seen.free[2] - 0.2)), 1.0, 1.0)
    # The situation's own free acceleration in the plane is the point mass's, to rounding of r theta'^2.
    assert extra.extra_downrange_mps2 == pytest.approx(0.3, abs=1e-9)
    assert extra.extra_up_mps2 == pytest.approx(-0.2, abs=1e-9)
    assert plane_of(seen).height_m == pytest.approx(2e4, abs=1e-6)


def test_on_flat_ground_with_free_range_the_primer_vector_is_linear_tangent_steering():
    flat = Plant(1e12, 1.62e24, 0.0, 0.0, 4000.0, 4000.0 / 3100.0)
    start = Plane(0.0, 1500.0, 100.0, -50.0, 1000.0)
    costate = Costate(-1.0, 0.4, 0.0, -0.02)
    by_primer, end = flown(start, costate, 40.0, 64, flat)
    by_tangent = after(start, 40.0, 64, Pitch(LINEAR_TANGENT, 0.4, 0.02, -1.0), flat)
    np.testing.assert_allclose(np.array(by_primer), np.array(by_tangent), rtol=1e-7)  # curvature of 1e12 m left
    assert end.up == pytest.approx(0.4 + 0.02 * 40.0, rel=1e-7)


def test_the_hamiltonian_of_a_coast_is_constant():
    unpowered = Plant(K, GM, 0.0, 0.0, 1e-12, 0.0)  # a thrust of nothing: the direction does not matter
    costate = Costate(-0.9, 0.3, 2e-4, -3e-3)
    values = []
    for t in (1.0, 200.0, 400.0):
        state, then = flown(START, costate, t, 200, unpowered)
        values.append(coasting_hamiltonian(state, then, unpowered))
    np.testing.assert_allclose(values, values[0], rtol=1e-8)  # Runge-Kutta with steps of 2 s


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 6))
def test_small_systems_are_solved_as_by_lapack(seed, n):
    rng = np.random.default_rng(seed)
    matrix, right = rng.normal(size=(n, n)), rng.normal(size=n)
    expected = np.linalg.solve(matrix, right)
    found = right.copy()
    assert solved(matrix.copy(), found)
    # Both are exact to rounding times the condition.
    np.testing.assert_allclose(found, expected, rtol=1e-13 * np.linalg.cond(matrix), atol=1e-13)


def test_a_singular_system_is_refused():
    assert not solved(np.zeros((3, 3)), np.ones(3))
