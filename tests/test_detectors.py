"""Detectors: against closed forms and against the same condition looked at from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation
from astropy.time import Time

import lunarsim as ls
from lunarsim import detectors
from lunarsim.flight.driver.accuracy import Accuracy
from lunarsim.flight.driver.segment import fly_segment
from lunarsim.flight.result.segment import Trigger
from lunarsim.kernels.forces import motion

EPOCH = Time("2023-08-19T11:10:00", scale="tdb")
REVOLUTION = 118 * u.min
A_M, E = 1837.4e3, 20.0 / 1837.4  # 80 x 120 km


def kepler_time(eccentric_anomaly: float) -> float:
    """Seconds after perilune (Kepler's equation)."""
    return float((eccentric_anomaly - E * np.sin(eccentric_anomaly)) * np.sqrt(A_M**3 / 4.90279996708864e12))


@pytest.fixture(scope="module")
def state() -> ls.State:
    return ls.State.from_elements(
        perilune=80 * u.km,
        apolune=120 * u.km,
        inclination=80 * u.deg,
        node_longitude=30 * u.deg,
        true_anomaly=10 * u.deg,
        epoch=EPOCH,
    )


@pytest.fixture(scope="module")
def kepler() -> ls.Moon:
    return ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())


def events(flight: ls.Flight, *kinds: str) -> list[ls.Event]:
    return [event for event in flight.timeline if event.kind.value in kinds]


def test_nodes_come_half_a_turn_of_true_anomaly_apart_on_the_equator(state: ls.State, kepler: ls.Moon) -> None:
    flight = ls.propagate(state, 2 * REVOLUTION, kepler, detect=[detectors.Nodes()])
    found = events(flight, "ascending node", "descending node")
    assert [event.kind.value for event in found] == ["descending node", "ascending node"] * 2
    for event in found:
        assert abs(event.true.state.latitude.deg) < 1e-9  # root of the height over the equator, doubles
    # perilune lies in the ascending node: the first descending node is at apolune
    since_perilune = kepler_time(2.0 * np.arctan(np.tan(np.radians(5.0)) * np.sqrt((1.0 - E) / (1.0 + E))))
    # the true pole moves about that of date by less than 1e-5 rad: 10 ms of flight
    assert (found[0].time - EPOCH).to_value(u.s) == pytest.approx(kepler_time(np.pi) - since_perilune, abs=0.02)


def test_a_height_is_passed_up_and_down_where_keplers_equation_says(state: ls.State, kepler: ls.Moon) -> None:
    flight = ls.propagate(state, REVOLUTION, kepler, detect=[detectors.AtHeight(110 * u.km)])
    up, down = events(flight, "ascending", "descending")
    start = kepler_time(2.0 * np.arctan(np.tan(np.radians(5.0)) * np.sqrt((1.0 - E) / (1.0 + E))))
    first = kepler_time(np.arccos((1.0 - (1737.4e3 + 110e3) / A_M) / E))
    assert up.kind is ls.EventKind.ASCENDING
    assert (up.time - EPOCH).to_value(u.s) == pytest.approx(first - start, abs=1e-6)  # 1e-7 s measured at impacts
    assert (down.time - EPOCH).to_value(u.s) == pytest.approx(kepler_time(2 * np.pi) - first - start, abs=1e-6)


def test_parallels_and_meridians_are_passed_on_their_own_side(state: ls.State) -> None:
    watch = [detectors.AtLatitude(-57.865 * u.deg), detectors.AtLongitude(60 * u.deg)]
    flight = ls.propagate(state, REVOLUTION, detect=watch)
    bounds = events(flight, "northbound", "southbound")
    assert [event.kind.value for event in bounds] == ["southbound", "northbound"]
    for event in bounds:
        assert event.true.state.latitude.deg == pytest.approx(-57.865, abs=1e-9)
    meridian = events(flight, "eastbound", "westbound")
    assert meridian
    for event in meridian:
        assert event.true.state.longitude.deg == pytest.approx(60.0, abs=1e-8)


def test_the_umbra_of_a_distant_sun_is_half_a_cylinder(kepler: ls.Moon) -> None:
    # an orbit in the plane of the Sun: the umbra spans asin(R / r) on each side of the line away from the Sun
    sun = ls.Ephemeris.builtin().position("sun", EPOCH)
    toward = (sun / np.linalg.norm(sun)).value
    side = np.cross(toward, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    r, gm = 1837.4e3, 4.90279996708864e12
    v = np.sqrt(gm / r)
    state = ls.State(r * toward * u.m, v * side * u.m / u.s, EPOCH)
    flight = ls.propagate(state, REVOLUTION, kepler, detect=[detectors.Eclipse()])
    names = [e.kind.value for e in events(flight, "penumbra entry", "umbra entry", "umbra exit", "penumbra exit")]
    assert names == ["penumbra entry", "umbra entry", "umbra exit", "penumbra exit"]
    times = {e.kind.value: (e.time - EPOCH).to_value(u.s) for e in flight.timeline}
    # the Sun moves by about 0.04 deg in half a revolution, worth 1 s
    assert 0.5 * (times["umbra entry"] + times["umbra exit"]) == pytest.approx(np.pi * r / v, abs=2.0)
    for event in events(flight, "penumbra entry", "umbra entry", "umbra exit", "penumbra exit"):
        place = event.true.state.position.to_value(u.m)
        to_sun = ls.Ephemeris.builtin().position("sun", event.time).to_value(u.m) - place
        apart = np.arccos(-(to_sun @ place) / np.linalg.norm(to_sun) / np.linalg.norm(place))
        sun_disc, moon_disc = np.arcsin(695.7e6 / np.linalg.norm(to_sun)), np.arcsin(1737.4e3 / np.linalg.norm(place))
        touching = moon_disc - sun_disc if event.kind.value.split()[0] == "umbra" else moon_disc + sun_disc
        assert apart == pytest.approx(touching, abs=1e-11)  # arccos of doubles at an angle of 1.2; the table's 10 mm


def test_the_earth_sets_where_the_line_to_it_touches_the_sphere(state: ls.State) -> None:
    flight = ls.propagate(state, 2 * REVOLUTION, detect=[detectors.EarthInView()])
    found = events(flight, "rise", "set")
    assert len(found) == 4
    for event in found:
        r = event.true.state.position.to_value(u.m)
        earth = ls.Ephemeris.builtin().position("earth", event.time).to_value(u.m)
        along = (earth - r) / np.linalg.norm(earth - r)
        nearest = np.linalg.norm(r - (r @ along) * along)  # of the line of sight to the Moon's centre
        assert nearest == pytest.approx(1737.4e3, abs=0.05)  # the ephemeris table is a few millimetres off
    assert {event.detail for event in found} == {"Earth"}


def test_a_station_loses_the_craft_when_it_goes_behind_the_limb_or_under_the_horizon(state: ls.State) -> None:
    bear_lakes = EarthLocation.from_geodetic(37.95 * u.deg, 55.87 * u.deg)
    watch = [detectors.StationInView(name="Bear Lakes", location=bear_lakes), detectors.EarthInView()]
    flight = ls.propagate(state, 24 * u.hour, detect=watch)
    station = [e for e in events(flight, "rise", "set") if e.detail == "Bear Lakes"]
    earth = [e for e in events(flight, "rise", "set") if e.detail == "Earth"]
    assert 0 < len(station) < len(earth)  # the Moon sets for the station, the craft does not set for the Earth's centre
    for event in station:
        nearest = min(abs((event.time - other.time).to_value(u.s)) for other in earth)
        if nearest < 60.0:  # at the limb: the station's parallax of up to a degree is worth up to 20 s
            assert nearest < 30.0


def test_any_function_of_the_state_can_be_watched(state: ls.State, kepler: ls.Moon) -> None:
    watch = detectors.Zero("1.63 km/s", lambda s: s.speed - 1.63 * u.km / u.s)
    flight = ls.propagate(state, REVOLUTION, kepler, detect=[watch])
    found = events(flight, "rising", "falling")
    assert [event.kind.value for event in found] == ["falling", "rising"]
    for event in found:
        assert event.true.state.speed.to_value(u.m / u.s) == pytest.approx(1630.0, abs=1e-9)


@pytest.mark.parametrize("depth", [1e-8, 1e-4, 0.3])
@pytest.mark.parametrize("centre", [0.003, 3.1, 4.999])
def test_a_dip_through_zero_within_a_step_is_found_twice(depth: float, centre: float) -> None:
    def still(_t: float, y: np.ndarray) -> np.ndarray:  # the integrator takes one long step
        return np.zeros_like(y)

    dip = Trigger("dip", lambda t, _y: (t - centre) ** 2 - depth)
    accuracy = Accuracy(max_step=5 * u.s)
    segment = fly_segment(still, -10.0, np.ones(motion.SIZE), 10.0, [dip], accuracy)
    found = [crossing.t_s for crossing in segment.crossings]
    np.testing.assert_allclose(found, [centre - np.sqrt(depth), centre + np.sqrt(depth)], rtol=0, atol=1e-9)
    assert [crossing.rising for crossing in segment.crossings] == [False, True]


def test_a_function_that_only_comes_near_zero_is_not_reported() -> None:
    near = Trigger("near", lambda t, _y: (t - 3.1) ** 2 + 1e-12)
    segment = fly_segment(lambda _t, y: np.zeros_like(y), -10.0, np.ones(motion.SIZE), 10.0, [near], Accuracy())
    assert segment.crossings == ()


def test_detectors_do_not_change_the_flight(state: ls.State) -> None:
    watch = [detectors.Nodes(), detectors.Eclipse(), detectors.EarthInView(), detectors.AtHeight(100 * u.km)]
    plain, watched = ls.propagate(state, REVOLUTION), ls.propagate(state, REVOLUTION, detect=watch)
    np.testing.assert_array_equal(plain.outcome.state.position.value, watched.outcome.state.position.value)
    times = [event.time.tdb.jd for event in watched.timeline]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: detectors.AtHeight(100), "height = 100 has no unit"),
        (lambda: detectors.AtLatitude(91 * u.deg), r"latitude = 91.0 deg: expected from -90 deg to 90 deg"),
        (lambda: detectors.AtLongitude(1 * u.km), "longitude = 1.0 km is of the wrong dimension"),
        (lambda: detectors.Zero("x", "y"), "function = 'y': expected a function of a State"),
        (lambda: detectors.StationInView(name="x", location="here"), "location = 'here': expected one EarthLocation"),
    ],
)
def test_a_detector_of_the_wrong_kind_is_refused(make: object, words: str) -> None:
    with pytest.raises(ls.InputError, match=words):
        make()


def test_a_circular_orbit_has_no_apsides(kepler: ls.Moon) -> None:
    circular = ls.State.from_elements(
        perilune=100 * u.km, apolune=100 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg, epoch=EPOCH
    )
    flight = ls.propagate(circular, 2 * REVOLUTION, kepler)
    assert [event.kind.value for event in flight.timeline] == ["start", "end"]


@pytest.mark.parametrize("detect", [detectors.Nodes(), [detectors.Nodes], ["nodes"]])
def test_what_is_no_list_of_detectors_is_refused(state: ls.State, detect: object) -> None:
    with pytest.raises(ls.InputError, match=r"expected a list of detectors, such as \[detectors.Nodes\(\)\]"):
        ls.propagate(state, 1 * u.min, detect=detect)


def test_a_function_that_gives_no_number_is_named(state: ls.State) -> None:
    with pytest.raises(ls.InputError, match="the function of Zero 'nothing' gave None: expected one number"):
        ls.propagate(state, 1 * u.min, detect=[detectors.Zero("nothing", lambda _s: None)])
