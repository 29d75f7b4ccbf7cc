"""Landers that were lost: the sound flight lands, and the fault alone leads to what was published of the loss."""

from dataclasses import replace
from functools import cache

import pytest
from astropy import units as u
from scipy.optimize import brentq
from test_catalogue_landings import uncertified_numbers_of

import lunarsim as ls
from lunarsim.flight import EventKind
from lunarsim.flight.result.touchdown import Verdict
from lunarsim.mission.over_ground import ground_velocity

MPS = u.m / u.s
SOUND = ("beresheet", "hakuto-r-m1", "hakuto-r-m2", "odysseus", "athena", "vikram")


@cache
def sound(name: str) -> ls.Flight:
    """Return the flight of a scenario without its faults."""
    return ls.simulate(ls.load_scenario(name).without_faults())


@cache
def lost(name: str) -> ls.Flight:
    """Return the flight of a scenario with its faults."""
    return ls.simulate(ls.load_scenario(name))


@pytest.mark.parametrize("name", [SOUND[0], *(pytest.param(each, marks=pytest.mark.slow) for each in SOUND[1:])])
def test_the_sound_flight_lands_at_its_site_with_propellant_left(name: str) -> None:
    flight, scenario = sound(name), ls.load_scenario(name)
    assert isinstance(flight.outcome, ls.Landed)
    assert flight.outcome.verdict is Verdict.LANDED, str(flight.outcome)
    assert flight.outcome.distance_to(scenario.landing_site) < 400 * u.m  # of some by dead reckoning along the ground
    assert flight.mass[-1] > scenario.craft.dry_mass


@pytest.mark.parametrize("name", SOUND)
def test_every_number_has_a_certificate_and_every_source_is_cited(name: str) -> None:
    assert uncertified_numbers_of(name) == []
    scenario = ls.load_scenario(name)
    cited = {source for certificate in scenario.provenance.values() for source in certificate.sources}
    assert cited == set(scenario.sources)


def test_beresheets_engine_goes_out_at_the_published_altitude() -> None:
    flight, scenario = lost("beresheet"), ls.load_scenario("beresheet")
    out = next(event for event in flight.timeline if event.kind is ls.EventKind.FAULT)
    height = out.true.state.altitude - scenario.site_elevation
    assert abs(height - scenario.published["failure_altitude"]) < 0.1 * u.m  # found to a microsecond of the fall


def test_beresheet_falls_by_its_last_telemetry_at_the_speeds_that_it_sent() -> None:
    flight, scenario = lost("beresheet"), ls.load_scenario("beresheet")
    last = scenario.published["last_altitude"] + scenario.site_elevation
    duration_s = (flight.end - flight.start).to_value(u.s)
    t_s = brentq(lambda t: (flight.at(flight.start + t * u.s).altitude - last).value, duration_s - 30.0, duration_s)
    vertical, horizontal = ground_velocity(flight.at(flight.start + t_s * u.s))
    assert abs(-vertical - scenario.published["last_vertical_speed"]) < 0.5 * MPS  # it set the end of the fault
    assert abs(horizontal - scenario.published["last_horizontal_speed"]) < 1 * MPS  # the plan's was chosen for it


def test_beresheets_impact_is_as_fast_and_as_flat_as_lro_says() -> None:
    """LROC: about 1000 m/s, less than 10 deg; 956 m/s follows from the last telemetry."""
    flight = lost("beresheet")
    vertical, horizontal = ground_velocity(flight.outcome.state)
    assert abs(flight.outcome.speed - 956 * MPS) < 10 * MPS
    assert -vertical / horizontal < 0.176  # tan 10 deg
    assert flight.outcome.distance_to(ls.load_scenario("beresheet").sites["impact"]) < 3 * u.km


def first(flight: ls.Flight, kind: EventKind) -> ls.State:
    """Return the true state at the first event of a kind."""
    return next(event for event in flight.timeline if event.kind is kind).true.state


def below(flight: ls.Flight, height: u.Quantity) -> ls.State:
    """Return the first recorded state that is lower above the site."""
    heights = flight.altitude - flight.scenario.site_elevation
    return flight.at(flight.start + flight.elapsed[(heights < height).argmax()])


def verdict(flight: ls.Flight) -> Verdict:
    """Return how a landing went."""
    assert isinstance(flight.outcome, ls.Landed)
    return flight.outcome.verdict


def with_filter(name: str, **numbers: object) -> ls.Scenario:
    """Return a scenario with other numbers of its filter."""
    scenario = ls.load_scenario(name)
    return replace(scenario, craft=replace(scenario.craft, navigation=replace(scenario.craft.navigation, **numbers)))


def test_hakutos_altimeter_is_rejected_at_the_rim_of_the_crater() -> None:
    flight, ground = lost("hakuto-r-m1"), ls.load_scenario("hakuto-r-m1").moon.terrain
    before = first(flight, EventKind.ALTIMETER_ACQUIRED)  # taken over the plain
    assert ground.height(before.latitude, before.longitude) == ground.highest
    over = [first(flight, kind) for kind in (EventKind.ALTIMETER_REJECTED, EventKind.ALTIMETER_IGNORED)]
    assert all(abs((state.latitude - 48.2 * u.deg).to_value(u.deg)) < 0.15 for state in over)  # 17 to 20 km before it
    assert not any(event.kind is EventKind.ALTIMETER_REJECTED for event in sound("hakuto-r-m1").timeline)


def test_hakuto_hovers_five_kilometres_up_runs_dry_and_falls_at_more_than_100_m_s() -> None:
    flight, published = lost("hakuto-r-m1"), ls.load_scenario("hakuto-r-m1").published
    dry = first(flight, EventKind.NO_PROPELLANT)
    height = dry.altitude - flight.scenario.site_elevation
    assert abs(height - published["hover_altitude"]) < 0.5 * u.km  # half of the digit that is printed
    vertical, _ = ground_velocity(dry)
    assert abs(vertical) < 10 * MPS
    assert abs(flight.outcome.speed - (2 * 1.62 * u.m / u.s**2 * height) ** 0.5) < 3 * MPS
    assert abs(flight.outcome.speed - published["impact_speed"]) < 6 * MPS  # of a fall from 4.5 to 5.5 km


@pytest.mark.slow
def test_hakuto_lands_without_its_map_over_smooth_ground_and_with_a_filter_that_begins_again() -> None:
    smooth = ls.load_scenario("hakuto-r-m1").with_terrain(ls.Terrain.sphere(-2925 * u.m))
    again = with_filter("hakuto-r-m1", on_rejections="reinitialise")
    for scenario in (smooth, again):
        assert verdict(ls.simulate(scenario)) is Verdict.LANDED


def test_the_second_hakuto_touches_as_early_as_was_published_and_as_fast() -> None:
    early, late = lost("hakuto-r-m2"), sound("hakuto-r-m2")
    published = late.scenario.published
    assert abs(late.end - early.end - published["early_by"]) < 10 * u.s  # the plan's last metres are assumed
    last = below(early, published["last_displayed_altitude"])
    assert abs(ground_velocity(last)[0] + published["last_displayed_speed"]) < 1 * MPS  # by the error of the altitude
    assert first(early, EventKind.ALTIMETER_ACQUIRED).altitude - early.scenario.site_elevation < 900 * u.m


def test_odysseus_believes_itself_100_m_too_high_and_touches_as_fast_as_it_was_to_descend() -> None:
    flight = lost("odysseus")
    published = flight.scenario.published
    assert abs(flight.navigation.altitude_error[-1] - published["altitude_error"]) < 5 * u.m  # it was given
    assert flight.end - flight.start > published["inertial_time"]
    assert verdict(flight) is Verdict.HARD_LANDING
    vertical, _ = ground_velocity(flight.outcome.state)
    assert abs(-vertical - 3.13 * MPS) < 0.3 * MPS  # and the velocity is estimated as well as that


@pytest.mark.slow
def test_athena_gives_its_altimeter_up_and_lands_hard() -> None:
    flight = lost("athena")
    ignored = first(flight, EventKind.ALTIMETER_IGNORED)
    assert ignored.altitude - flight.scenario.site_elevation > 14 * u.km
    assert verdict(flight) is Verdict.HARD_LANDING
    assert flight.navigation.altitude_error[-1] > 9 * u.m  # it had not begun the last metres


@pytest.mark.slow
@pytest.mark.parametrize("name", SOUND[1:])
def test_both_integrators_fly_the_lost_landers_alike(name: str) -> None:
    one, other = lost(name), ls.simulate(ls.load_scenario(name), integrator="collocation")
    assert [event.kind for event in one.timeline] == [event.kind for event in other.timeline]
    apart = one.outcome.state.position - other.outcome.state.position
    assert (apart**2).sum() ** 0.5 < 1 * u.m


def _speeds_at(flight: ls.Flight, altitude: u.Quantity) -> tuple[u.Quantity, u.Quantity]:
    """Return how fast a flight falls, and goes along the ground, where it passes an altitude above its site last."""
    height = (flight.altitude - flight.scenario.site_elevation - altitude).to_value(u.m)
    before = int((height > 0.0).nonzero()[0][-1])
    first, last = flight.elapsed[before].to_value(u.s), flight.elapsed[before + 1].to_value(u.s)
    level = altitude + flight.scenario.site_elevation
    t_s = brentq(lambda t: (flight.at(flight.start + t * u.s).altitude - level).to_value(u.m), first, last)
    vertical, horizontal = ground_velocity(flight.at(flight.start + t_s * u.s))
    return -vertical, horizontal


def test_vikrams_rough_braking_ends_at_the_published_speed_and_height() -> None:
    flight, scenario = sound("vikram"), ls.load_scenario("vikram")
    end = flight.phases[0].after
    vertical, horizontal = ground_velocity(end)
    assert abs((vertical**2 + horizontal**2) ** 0.5 - scenario.published["rough_braking_speed"]) < 1 * MPS
    assert abs(end.altitude - scenario.site_elevation - scenario.published["rough_braking_altitude"]) < 5 * u.m


@pytest.mark.slow
def test_vikram_is_lost_by_the_thrust_of_its_attitude_hold_and_by_an_axis_that_cannot_turn_in_time() -> None:
    flight, scenario = lost("vikram"), ls.load_scenario("vikram")
    assert isinstance(flight.outcome, ls.Landed)
    assert flight.outcome.verdict is Verdict.CRASHED
    falling, along = _speeds_at(flight, scenario.published["last_altitude"])
    assert abs(falling - scenario.published["last_vertical_speed"]) < 5 * MPS  # it set the size of the fault
    assert abs(along - scenario.published["last_horizontal_speed"]) < 5 * MPS
    assert flight.outcome.speed > scenario.published["least_impact_speed"]
    assert flight.pointing_error[flight.thrust > 0 * u.N].max() > 90 * u.deg


@pytest.mark.slow
def test_with_an_axis_that_follows_at_once_vikrams_thrust_would_not_have_lost_it() -> None:
    scenario = ls.load_scenario("vikram")
    quick = replace(scenario, craft=replace(scenario.craft, attitude_control=None))
    assert ls.simulate(quick).outcome.verdict is Verdict.LANDED  # type: ignore[attr-defined]
