"""Coasting: Kepler's problem in closed form, boinor, conserved quantities, the order of the integrator, impact."""

import numpy as np
import pytest
from astropy import units as u
from references import kepler, make_gravity

import lunarsim as ls
from lunarsim import constants
from lunarsim.moon.orientation import rot_pa_from_icrf

GM = constants.GM_MOON_M3_S2
PERIOD = 2 * np.pi * np.sqrt((constants.MOON_RADIUS_M + 59e3) ** 3 / GM) * u.s  # of 18 x 100 km


@pytest.fixture(scope="module")
def ten_revolutions(low_orbit, point_moon):
    return ls.propagate(low_orbit, 10 * PERIOD, point_moon)


def position_and_velocity(state):
    return state.position.to_value(u.m), state.velocity.to_value(u.m / u.s)


def miss(state, r_m, v_mps):
    r, v = position_and_velocity(state)
    return np.linalg.norm(r - r_m), np.linalg.norm(v - v_mps)


def test_ten_revolutions_about_a_point_mass_are_keplers_to_a_millimetre(low_orbit, ten_revolutions):
    r_0, v_0 = position_and_velocity(low_orbit)
    for share in (0.07, 0.333, 0.5, 0.81, 1.0):  # between the integrator's steps and at the end
        elapsed = share * ten_revolutions.duration
        expected = kepler.state_after(GM, r_0, v_0, elapsed.to_value(u.s))
        metres, speed = miss(ten_revolutions.at(low_orbit.epoch + elapsed), *expected)
        assert metres <= 1e-3  # what the default tolerances promise; measured 5e-5
        assert speed <= 1e-6  # the same millimetre times the mean motion, 9e-4 rad/s; measured 4e-8


@pytest.mark.slow  # boinor compiles its propagator for a quarter of a minute, in each process anew
def test_ten_revolutions_about_a_point_mass_are_boinors_to_a_millimetre(low_orbit, ten_revolutions):
    from boinor.bodies import Body  # noqa: PLC0415  (a second of import for one test)
    from boinor.twobody import Orbit  # noqa: PLC0415

    moon = Body(parent=None, k=GM * u.m**3 / u.s**2, name="Moon")
    orbit = Orbit.from_vectors(moon, low_orbit.position, low_orbit.velocity, low_orbit.epoch)
    theirs = orbit.propagate(ten_revolutions.duration)
    metres, speed = miss(ten_revolutions.outcome.state, theirs.r.to_value(u.m), theirs.v.to_value(u.m / u.s))
    assert metres <= 1e-3  # as above
    assert speed <= 1e-6


def test_energy_and_angular_momentum_are_kept_over_ten_revolutions_in_the_point_mass_field(ten_revolutions):
    r, v = position_and_velocity(ten_revolutions.states)
    energy = 0.5 * np.sum(v * v, axis=1) - GM / np.linalg.norm(r, axis=1)
    momentum = np.cross(r, v)
    # "about 1e-12" is promised; measured 2.0e-12 and 1.0e-12, here also between steps, doubled
    assert np.abs(energy / energy[0] - 1.0).max() <= 4e-12
    assert (np.linalg.norm(momentum - momentum[0], axis=1) / np.linalg.norm(momentum[0])).max() <= 2e-12


def test_the_jacobi_integral_is_kept_in_the_turning_field_of_the_real_moon(low_orbit):
    degree = 12
    moon = ls.Moon(gravity=ls.GravityField.grail(degree), third_bodies=())
    flight = ls.propagate(low_orbit, 2 * PERIOD, moon)
    states = flight.at(low_orbit.epoch + np.linspace(0, 1, 25) * flight.duration)
    coefficients = {key: c for key, c in make_gravity.published_coefficients().items() if key[0] <= degree}
    rotations = rot_pa_from_icrf(states.epoch)
    r, v = position_and_velocity(states)
    r_pa = np.einsum("nij,nj->ni", rotations, r)
    potential = np.array([float(make_gravity.potential(list(position), coefficients)) for position in r_pa])
    energy = 0.5 * np.sum(v * v, axis=1) - potential
    # the Moon's spin vector in ICRF axes, in the middle of the flight: R' = -[spin x] R
    span_s = flight.duration.to_value(u.s) / 12
    slope = rotations[12].T @ (rotations[13] - rotations[11]) / span_s
    spin = np.array([slope[1, 2] - slope[2, 1], slope[2, 0] - slope[0, 2], slope[0, 1] - slope[1, 0]]) / 2
    jacobi = energy - np.cross(r, v) @ spin
    # the energy itself changes by 2e-6; what librations leave of that in the integral is 3.8e-6, doubled
    assert np.ptp(energy) >= 1e-6 * abs(energy[0])
    assert np.ptp(jacobi) <= 8e-6 * np.ptp(energy)


def test_halving_the_step_divides_the_error_by_two_to_the_eighth(low_orbit, point_moon):
    r_0, v_0 = position_and_velocity(low_orbit)
    duration = 1 * PERIOD
    expected, _ = kepler.state_after(GM, r_0, v_0, duration.to_value(u.s))

    def error_m(steps):
        accuracy = ls.Accuracy(relative=1.0, max_step=duration / steps)  # so loose that every step is the longest
        state = ls.propagate(low_orbit, duration, point_moon, accuracy=accuracy, integrator="DOP853").outcome.state
        return np.linalg.norm(state.position.to_value(u.m) - expected)

    errors = [error_m(steps) for steps in (20, 40, 80)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 8.0, atol=0.2)  # Dormand & Prince 8(5,3); measured 7.92 and 8.07, doubled


def test_flying_back_the_way_returns_to_the_start(low_orbit, point_moon):
    there = ls.propagate(low_orbit, PERIOD / 3, point_moon).outcome.state
    back = ls.propagate(ls.State(there.position, -there.velocity, there.epoch), PERIOD / 3, point_moon).outcome.state
    metres, speed = miss(back, low_orbit.position.to_value(u.m), -low_orbit.velocity.to_value(u.m / u.s))
    assert metres <= 1e-7  # measured 3.6e-8, doubled
    assert speed <= 2e-10  # measured 6.4e-11, doubled and rounded up


def test_perilune_and_apolune_pass_in_turn_at_half_periods(low_orbit, ten_revolutions):
    kinds = [event.kind for event in ten_revolutions.timeline[1:-1]]
    times = [(event.time - low_orbit.epoch).to_value(u.s) for event in ten_revolutions.timeline[1:-1]]
    halves = np.rint(np.array(times) / (PERIOD.to_value(u.s) / 2)).astype(int)
    inner = (halves > 0) & (halves < 20)  # the ends lie on an apsis themselves, on one side of it or the other
    assert list(halves[inner]) == list(range(1, 20))
    expected = [ls.EventKind.APOLUNE if half % 2 else ls.EventKind.PERILUNE for half in halves]
    assert kinds == expected
    # measured 2.0e-7 s, doubled: 50 um along an orbit of 1.6 km/s, over the eccentricity of 0.023, is 1e-6 s
    np.testing.assert_allclose(np.array(times), halves * PERIOD.to_value(u.s) / 2, rtol=0, atol=4e-7)


@pytest.mark.parametrize(("perilune_km", "apolune_km"), [(-30.0, 100.0), (-2.0, 60.0), (-900.0, 300.0)])
def test_an_orbit_that_cuts_the_sphere_meets_it_at_the_time_and_angle_of_keplers_equation(
    epoch, point_moon, perilune_km, apolune_km
):
    state = ls.State.from_elements(
        perilune=perilune_km * u.km,
        apolune=apolune_km * u.km,
        inclination=63 * u.deg,
        node_longitude=15 * u.deg,
        argument_of_perilune=77 * u.deg,
        true_anomaly=180 * u.deg,
        epoch=epoch,
    )
    flight = ls.propagate(state, 3 * u.hour, point_moon)
    assert isinstance(flight.outcome, ls.Impact)
    r_0, v_0 = position_and_velocity(state)
    radius = constants.MOON_RADIUS_M
    expected_s = kepler.time_down_to(GM, r_0, v_0, radius)
    assert flight.duration.to_value(u.s) == pytest.approx(expected_s, abs=1e-6)  # measured 7e-8, more than doubled
    r_low, r_high = (constants.MOON_RADIUS_M + 1e3 * km for km in (perilune_km, apolune_km))
    speed = np.sqrt(GM * (2 / radius - 2 / (r_low + r_high)))  # vis-viva
    momentum = np.sqrt(2 * GM * r_low * r_high / (r_low + r_high))
    angle = -np.degrees(np.arccos(momentum / (radius * speed)))
    outcome = flight.outcome
    assert outcome.speed.to_value(u.m / u.s) == pytest.approx(speed, rel=1e-11)  # energy as kept above
    assert outcome.flight_path_angle.to_value(u.deg) == pytest.approx(
        angle, abs=1e-9
    )  # measured 1.2e-10, more than doubled
    assert outcome.incidence.to_value(u.deg) == pytest.approx(-angle, abs=1e-9)
    assert outcome.elevation.to_value(u.m) == pytest.approx(
        0.0, abs=1.3e-5
    )  # measured 6e-6 in the longest step, doubled


def test_the_ground_is_where_the_terrain_says(epoch):
    elevation = -360 * u.m
    moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=(), terrain=ls.Terrain.sphere(elevation))
    state = ls.State.from_elements(
        perilune=-30 * u.km, apolune=100 * u.km, inclination=63 * u.deg, node_longitude=15 * u.deg,
        true_anomaly=180 * u.deg, epoch=epoch,
    )  # fmt: skip
    flight = ls.propagate(state, 3 * u.hour, moon)
    expected_s = kepler.time_down_to(GM, *position_and_velocity(state), constants.MOON_RADIUS_M - 360.0)  # type: ignore[call-arg]
    assert flight.duration.to_value(u.s) == pytest.approx(expected_s, abs=1e-6)  # as above
    assert flight.outcome.elevation.to_value(u.m) == pytest.approx(-360.0, abs=1.3e-5)  # as above
    assert flight.timeline[-1].kind is ls.EventKind.IMPACT


def test_an_orbit_that_misses_the_ground_by_a_metre_goes_on(epoch, point_moon):
    state = ls.State.from_elements(
        perilune=1 * u.m, apolune=100 * u.km, inclination=63 * u.deg, node_longitude=15 * u.deg,
        true_anomaly=180 * u.deg, epoch=epoch,
    )  # fmt: skip
    flight = ls.propagate(state, 3 * u.hour, point_moon)
    assert isinstance(flight.outcome, ls.InOrbit)
    assert flight.duration.to_value(u.s) == 3 * 3600.0  # to the end, exactly


@pytest.mark.parametrize("true_anomaly_deg", [180.0, 170.0, 160.3, 151.0])
def test_an_orbit_that_dips_ten_centimetres_into_the_ground_ends_there(epoch, point_moon, true_anomaly_deg):
    # it is below the sphere for 4 s, wherever the steps of the integrator and the samples between them fall
    state = ls.State.from_elements(
        perilune=-10 * u.cm, apolune=100 * u.km, inclination=63 * u.deg, node_longitude=15 * u.deg,
        true_anomaly=true_anomaly_deg * u.deg, epoch=epoch,
    )  # fmt: skip
    flight = ls.propagate(state, 3 * u.hour, point_moon)
    assert isinstance(flight.outcome, ls.Impact)
    expected_s = kepler.time_down_to(GM, *position_and_velocity(state), constants.MOON_RADIUS_M)  # type: ignore[call-arg]
    # the descent there is 0.1 m/s, so 10 um of height are 1e-4 s
    assert flight.duration.to_value(u.s) == pytest.approx(expected_s, abs=1e-4)


def test_a_coast_on_an_open_orbit_ends_as_an_escape(epoch, point_moon):
    r = 2.0e6
    speed = 1.01 * np.sqrt(2 * GM / r)
    state = ls.State([r, 0, 0] * u.m, [0, speed, 0] * u.m / u.s, epoch)
    outcome = ls.propagate(state, 1 * u.hour, point_moon).outcome
    assert type(outcome).__name__ == "Escape"
    assert "escape" in str(outcome)


def test_a_flight_that_starts_below_the_ground_is_refused(epoch, point_moon):
    state = ls.State([1.7e6, 0, 0] * u.m, [0, 1600, 0] * u.m / u.s, epoch)
    with pytest.raises(ls.InputError, match=r"starts at a height of -37400\.0 m, below the ground"):
        ls.propagate(state, 1 * u.hour, point_moon)


def test_a_flight_beyond_the_orientation_kernel_is_refused_before_it_is_flown(low_orbit):
    with pytest.raises(ls.EpochError, match=r"the flight spans 2023-08-19 to 2073-.* known from"):
        ls.propagate(low_orbit, 50 * u.year)


@pytest.mark.parametrize("duration", [0 * u.s, -1 * u.s])
def test_a_coast_needs_a_duration_greater_than_zero(low_orbit, point_moon, duration):
    with pytest.raises(ls.InputError, match=rf"duration = {duration}: expected from 1e-06 s"):
        ls.propagate(low_orbit, duration, point_moon)
