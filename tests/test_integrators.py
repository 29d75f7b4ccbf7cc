"""One flight by scipy's DOP853 and by the compiled collocation: the same motion, the same events, the same ends."""

from dataclasses import replace

import landing_example
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation
from random_flights import by_either, random_scenario

import lunarsim as ls
from lunarsim import constants, detectors
from lunarsim.errors import IntegrationError
from lunarsim.flight.driver import compiled
from lunarsim.flight.driver.integrator_choice import COLLOCATION, DOP853, LONG
from lunarsim.kernels import codes

ALL = (
    detectors.Nodes(),
    detectors.Eclipse(),
    detectors.EarthInView(),
    detectors.AtHeight(height=60 * u.km),
    detectors.AtLatitude(latitude=20 * u.deg),
    detectors.AtLongitude(longitude=100 * u.deg),
    detectors.StationInView(name="Madrid", location=EarthLocation.from_geodetic(-4.2 * u.deg, 40.4 * u.deg)),
)
MOMENT_US = 10.0


def checked(flight, **options):
    """Fly it by the other integrator too; both have met the same, within a centimetre and 10 us."""
    check = flight.cross_check(**options)
    assert check.alike, str(check)
    assert check.end < 1 * u.cm
    assert abs(check.duration) < MOMENT_US * u.us
    return check


@pytest.mark.parametrize("i", range(15))
def test_random_burns_and_landings_are_the_same_by_either_integrator(i):
    scenario = random_scenario(i)
    if scenario is None:
        pytest.skip("what was drawn is refused")
    check = by_either(scenario)
    if check is None:
        pytest.skip("neither integrator flies it")
    assert check.alike, str(check)
    assert check.end < 1 * u.cm
    assert abs(check.duration) < MOMENT_US * u.us


def test_every_event_of_a_day_in_orbit_is_found_by_either_integrator_in_the_same_order(low_orbit):
    flight = ls.propagate(low_orbit, 1 * u.day, detect=ALL)
    assert flight.integrator == COLLOCATION
    kinds = {event.kind for event in flight.timeline}
    assert len(kinds) > 12
    check = checked(flight, detect=ALL)
    assert check.events < MOMENT_US * u.us


def test_a_month_about_a_point_mass_is_keplers(low_orbit, point_moon):
    flight = ls.propagate(low_orbit, 30 * u.day, point_moon)
    period = 2 * np.pi * np.sqrt((constants.MOON_RADIUS_M + 59e3) ** 3 / constants.GM_MOON_M3_S2)
    perilunes = [event.time for event in flight.timeline if event.kind is ls.EventKind.PERILUNE]
    assert len(perilunes) == int(30 * 86400 / period)
    lasts = np.diff([(time - flight.start).to_value(u.s) for time in perilunes])
    # from root to root: 12 us of rounding of the times, and what 360 revolutions of 0.1 mm make of the rate
    np.testing.assert_allclose(lasts, period, rtol=0, atol=1e-4)
    steps = len(flight.trajectory.phases[0].segment.path.start_y)
    assert steps > 1024  # more than are kept at once


def test_the_energy_and_the_angular_momentum_of_a_point_mass_are_kept(low_orbit, point_moon):
    flight = ls.propagate(low_orbit, 10 * u.day, point_moon)
    _, y, _ = flight.trajectory.sampled()
    r, v = y[:, :3], y[:, 3:6]
    energy = 0.5 * np.sum(v * v, axis=1) - constants.GM_MOON_M3_S2 / np.linalg.norm(r, axis=1)
    momentum = np.cross(r, v)
    # measured 1e-13: a day of steps of a ten-billionth each
    np.testing.assert_allclose(energy, energy[0], rtol=1e-11)
    np.testing.assert_allclose(
        momentum, np.broadcast_to(momentum[0], momentum.shape), atol=1e-11 * np.abs(momentum[0]).max()
    )


def test_a_landing_is_the_same_by_either_integrator():
    flight = ls.simulate(landing_example.landing(), integrator=COLLOCATION)
    assert len(flight.phases) == len(flight.scenario.guided)
    check = checked(flight)
    assert check.integrators == (COLLOCATION, DOP853)
    assert check.along < 1 * u.mm


def test_luna25_with_radiation_and_a_fault_is_the_same_by_either_integrator():
    scenario = ls.load_scenario("luna25")
    craft = replace(scenario.craft, radiation_area=12 * u.m**2, radiation_coefficient=1.3)
    moon = replace(scenario.moon, radiation=True)
    for each in (scenario, replace(scenario.without_faults(), craft=craft, moon=moon)):
        checked(ls.simulate(each))


def test_what_crosses_together_with_the_ground_comes_before_it(point_moon, low_orbit):
    """A height of zero is passed as the craft meets the sphere."""
    down = ls.State(low_orbit.position, 0.9 * low_orbit.velocity, low_orbit.epoch)
    at_zero = [detectors.AtHeight(height=0 * u.km)]
    for integrator in (DOP853, COLLOCATION):
        flight = ls.propagate(down, 1 * u.hour, point_moon, detect=at_zero, integrator=integrator)
        assert [e.kind.value for e in flight.timeline][-2:] == ["descending", "impact"], integrator


def test_the_integrator_is_chosen_by_what_is_flown(low_orbit, request):
    if request.config.getoption("integrator"):
        pytest.skip("it is chosen for all tests")
    day = ls.propagate(low_orbit, LONG, ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=()))
    assert day.integrator == COLLOCATION
    assert ls.propagate(low_orbit, 0.1 * u.day).integrator == DOP853
    assert ls.simulate(ls.load_scenario("luna25")).integrator == DOP853


def test_a_flight_remembers_its_integrator_in_a_file(low_orbit, point_moon, tmp_path):
    flight = ls.propagate(low_orbit, 2 * u.day, point_moon)
    flight.save(tmp_path / "coast.npz")
    again = ls.Flight.load(tmp_path / "coast.npz")
    assert again == flight
    assert again.integrator == COLLOCATION


def test_an_integrator_that_is_none_is_refused(low_orbit):
    with pytest.raises(ls.InputError, match=r"integrator = 'RK4': expected 'DOP853' or 'collocation'"):
        ls.propagate(low_orbit, 1 * u.hour, integrator="RK4")


def test_a_tolerance_that_cannot_be_reached_is_refused(low_orbit):
    finest = ls.Accuracy(position=1e-12 * u.m)
    with pytest.raises(ls.InputError, match=r"position = 1e-12 m of the accuracy: .* 1e-09 m .*DOP853"):
        ls.propagate(low_orbit, 1 * u.day, accuracy=finest)


def test_a_flight_whose_steps_lead_nowhere_ends_with_an_error_that_says_where(low_orbit, monkeypatch):
    monkeypatch.setattr(compiled, "fly_to", lambda t_s, _end_s, _y, _course: (t_s, codes.STUCK, 0, 0))
    with pytest.raises(
        IntegrationError, match=r"'coast': the integration stopped 0\.000 s after .* height of 18\.000 km"
    ):
        ls.propagate(low_orbit, 1 * u.hour, integrator=COLLOCATION)


def test_steps_that_are_too_short_to_lead_anywhere_are_refused_before_they_fill_the_memory(low_orbit):
    shortest = ls.Accuracy(max_step=1e-6 * u.s)
    with pytest.raises(IntegrationError, match=r"the last 1024 steps are shorter than 2e-06 s in the mean"):
        ls.propagate(low_orbit, 3 * u.hour, accuracy=shortest, integrator=COLLOCATION)


def test_an_error_of_a_detector_names_it(low_orbit, point_moon):
    def broken(_state):
        raise ValueError("no such thing")

    with pytest.raises(IntegrationError, match=r"the detector 'mine' ended with ValueError: no such thing"):
        ls.propagate(low_orbit, 1 * u.hour, point_moon, detect=[detectors.Zero("mine", broken)])
