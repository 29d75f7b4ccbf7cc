"""What guidance sees: coordinates, their rates and accelerations, and thrust from a wanted acceleration."""

import numpy as np
import pytest
from guided_flight import GM, RADIUS_M, SITE, situation
from hypothesis import given
from hypothesis import strategies as st

from lunarsim.kernels.guidance.situation import acceleration_without_thrust, cartesian, level, site_of, thrust_for

BOTH = pytest.mark.parametrize("coordinates", [level, cartesian])

angles = st.floats(-1.2, 1.2)
heights = st.floats(-3e3, 1e5)
vectors = st.tuples(*[st.floats(-1.0, 1.0)] * 3).map(np.array)


def place(along, across, height):
    """Return the position at angles along and across the track: what the coordinates of arcs mean."""
    return (RADIUS_M + height) * np.array(
        [np.sin(along) * np.cos(across), np.sin(across), np.cos(along) * np.cos(across)]
    )


@given(angles, angles, heights)
def test_level_coordinates_are_arcs_at_the_radius_of_the_site_and_height(along, across, height):
    q = level(place(along, across, height), np.zeros(3), np.zeros(3), SITE)[0]
    # 1e-8 m: rounding of 2e6 m, with some room
    assert q == pytest.approx((RADIUS_M * along, RADIUS_M * across, height), abs=1e-8)


@BOTH
@given(angles, angles, heights, vectors, vectors)
def test_rates_and_accelerations_are_the_derivatives_of_the_coordinates(coordinates, a, b, h, v, g):
    """Along r + v t + g t^2 / 2, by central differences."""
    r, v, g, dt = place(a, b, h), 1700.0 * v, 3.0 * g, 0.5
    q, rate, acceleration, *_ = map(np.array, coordinates(r, v, g, SITE))
    before, after = (np.array(coordinates(r + v * t + 0.5 * g * t * t, v, g, SITE)[0]) for t in (-dt, dt))
    # The third and fourth derivatives are some (v / r) powers of v: 1e-5 of the largest rate, 1e-3 m/s2. Doubled, and
    # doubled once more for rates, which grow far to the side of the flight.
    assert (after - before) / (2.0 * dt) == pytest.approx(rate, abs=4e-3)
    assert (after - 2.0 * q + before) / (dt * dt) == pytest.approx(acceleration, abs=2e-4)


@BOTH
@given(angles, angles, heights, vectors, vectors, vectors)
def test_the_thrust_for_an_acceleration_gives_the_position_that_acceleration(coordinates, a, b, h, v, g, wanted):
    r, v, g = place(a, b, h), 1700.0 * v, 3.0 * g
    q, rate, free, scale, axes = coordinates(r, v, g, SITE)
    thrust = np.array(thrust_for(tuple(wanted), situation(q, rate, free=free, scale=scale)))
    assert coordinates(r, v, g + thrust @ np.array(axes), SITE)[2] == pytest.approx(
        tuple(wanted), abs=1e-12
    )  # rounding


@given(angles, angles, heights)
def test_local_axes_are_orthonormal_and_right_handed(along, across, height):
    axes = np.array(level(place(along, across, height), np.zeros(3), np.zeros(3), SITE).axes)
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-15 * 4)
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_level_and_cartesian_coordinates_agree_at_the_site():
    r, v, g = place(0.0, 0.0, 500.0), np.array([3.0, -1.0, -20.0]), np.array([0.1, 0.0, -1.6])
    near, flat = level(r, v, g, SITE), cartesian(r, v, g, SITE)
    for one, other in zip(near[:2], flat[:2], strict=True):
        assert one == pytest.approx(other, abs=1e-3)  # rates of arcs are less by 500 m in 1737 km: 3e-4 of 3 m/s
    assert near[2] == pytest.approx(flat[2], abs=1e-4)  # 2 v w / r and v^2 / r: 7e-5 m/s2
    np.testing.assert_allclose(near.axes, flat.axes, rtol=0, atol=1e-15)


def test_downrange_points_from_the_craft_over_the_site_in_the_plane_of_flight():
    r = place(-0.3, 0.05, 15e3)
    site = site_of(np.array([0.0, 0.0, RADIUS_M]), r, np.array([1600.0, 50.0, 400.0]))
    assert level(r, np.zeros(3), np.zeros(3), site)[0][0] < 0.0
    assert level(r, np.zeros(3), np.zeros(3), site)[0][1] == pytest.approx(0.0, abs=1e-8)  # rounding
    assert np.cross(site.up, site.downrange) == pytest.approx(site.crossrange)


def test_beyond_the_site_and_above_it_downrange_is_the_direction_of_flight():
    for along in (0.02, 0.0005):
        site = site_of(np.array([0.0, 0.0, RADIUS_M]), place(along, 0.0, 2e3), np.array([3.0, 4.0, -5.0]))
        assert site.downrange == pytest.approx((0.6, 0.8, 0.0))


@pytest.mark.parametrize("up", [(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.6, 0.0, -0.8), (0.0, 0.6, 0.8)])
def test_a_craft_that_falls_straight_down_still_gets_axes(up):
    position = RADIUS_M * np.array(up)
    site = site_of(position, 1.001 * position, -1e-5 * position)
    axes = np.array([site.downrange, site.crossrange, site.up])
    assert axes @ axes.T == pytest.approx(np.eye(3))


def test_free_fall_over_a_turning_moon_is_a_keplerian_circle_seen_from_it():
    """A circular orbit at 30 degrees to the axis of turning, in turning axes, differentiated twice."""
    radius, omega = 1.8e6, 2.66e-6
    n = np.sqrt(GM / radius**3)

    def seen(t):
        x, y = radius * np.cos(n * t), radius * np.sin(n * t)
        r = np.array([x, y * np.cos(0.5), y * np.sin(0.5)])
        c, s = np.cos(omega * t), np.sin(omega * t)
        return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]) @ r

    t, dt = 700.0, 1.0
    v = (seen(t + dt) - seen(t - dt)) / (2.0 * dt)
    a = (seen(t + dt) - 2.0 * seen(t) + seen(t - dt)) / (dt * dt)
    modelled = acceleration_without_thrust(seen(t), v, np.array([0.0, 0.0, omega]), GM)
    # Differences of 1.8e6 m carry 5e-10 m/s2 of rounding, their curvature n^2 / 12 = 7e-8 of 1.5 m/s2. Doubled.
    assert modelled == pytest.approx(a, abs=2.5e-7)
