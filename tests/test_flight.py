"""The flight: states at any flown time, histories with both sides of jumps, the timeline, truth beside belief."""

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.mission import Provenance, Status

THRUST = 4200.0 * u.N  # of the craft that the tests share


@pytest.fixture(scope="module")
def scenario(low_orbit, craft, point_moon):
    """Two burns with a dead accelerometer, then half a revolution."""
    burns = (
        ls.Burn(
            ignition=low_orbit.epoch + 600 * u.s, target_delta_v=10 * u.m / u.s, timer=8 * u.s,
            steering=ls.AlongVelocity(), name="raise",
        ),
        ls.Burn(
            ignition=low_orbit.epoch + 900 * u.s, target_delta_v=10 * u.m / u.s, timer=6 * u.s,
            steering=ls.AlongVelocity(), throttle=0.5, name="trim",
        ),
    )  # fmt: skip
    return ls.Scenario(
        name="two burns",
        state=low_orbit,
        craft=craft,
        moon=point_moon,
        plan=(*burns, ls.Coast(duration=1 * u.h, name="rest")),
        faults=(ls.AccelerometerOff(),),
    )


@pytest.fixture(scope="module")
def flight(scenario):
    return ls.simulate(scenario)


@pytest.fixture(scope="module")
def coast(low_orbit, point_moon):
    return ls.propagate(low_orbit, 1 * u.h, point_moon)


def test_a_flight_starts_at_its_state_and_ends_at_its_outcome(flight, scenario):
    assert flight.start == scenario.state.epoch
    assert flight.end == flight.outcome.time
    assert abs(flight.end - flight.start - flight.duration) < 1 * u.ns
    first, last = flight.at(flight.start), flight.at(flight.end)
    np.testing.assert_array_equal(first.position.value, scenario.state.position.to_value(u.m))
    # dense output at the end of a step is its end, but for roundings of 2e6 m
    np.testing.assert_allclose(last.position.value, flight.outcome.state.position.value, rtol=0, atol=1e-8)


def test_one_time_gives_one_state_and_many_give_many(flight):
    times = flight.start + np.linspace(0, 1, 7) * flight.duration
    many = flight.at(times)
    assert many.position.shape == many.velocity.shape == (7, 3)
    assert flight.at(times[3]).position.shape == (3,)
    for i in range(7):
        np.testing.assert_array_equal(many.position[i].value, flight.at(times[i]).position.value)
    assert flight.at(times[:1]).position.shape == (1, 3)


def test_the_order_of_the_times_asked_for_does_not_matter(flight):
    times = flight.start + np.array([0.9, 0.1, 0.5]) * flight.duration
    np.testing.assert_array_equal(flight.at(times).position[::-1].value, flight.at(times[::-1]).position.value)


def test_the_scale_of_the_time_asked_for_does_not_matter(flight):
    time = flight.start + 1234.5 * u.s
    # a Time rounds to about 1e-11 s, in which the craft flies 2e-8 m; the seconds of UTC and TDB would differ by 0.7 mm
    np.testing.assert_allclose(flight.at(time.utc).position.value, flight.at(time).position.value, rtol=0, atol=1e-7)


def test_the_velocity_is_the_slope_of_the_position_on_both_sides_of_a_jump(flight):
    for at_s in (300.0, 599.0, 604.0, 700.0, 903.0, 2000.0):
        before, after = (flight.at(flight.start + (at_s + shift) * u.s) for shift in (-0.05, 0.05))
        slope = (after.position - before.position).to_value(u.m) / 0.1
        # central differences: jerk of 1e-3 m/s3 and less over 0.05 s squared; roundings of 1e-8 m over 0.1 s
        middle = flight.at(flight.start + at_s * u.s).velocity.to_value(u.m / u.s)
        np.testing.assert_allclose(slope, middle, rtol=0, atol=1e-5)


@pytest.mark.parametrize("shift", [-1e-3 * u.s, 1e-3 * u.s, 1 * u.day])
def test_a_time_that_was_not_flown_is_refused_with_what_was_flown(coast, shift):
    time = coast.start + shift if shift < 0 else coast.end + shift
    for ask in (coast.at, coast.moment):
        with pytest.raises(ls.SpanError) as error:
            ask(time)
        text = str(error.value)
        assert f"asked for {time.isot}" in text
        assert f"from {coast.start.isot} to {coast.end.isot} TDB, and nothing is extrapolated" in text


def test_one_time_outside_among_many_inside_is_refused(coast):
    with pytest.raises(ls.SpanError, match=r"asked for 2023-08-19T10:00:00\.000 to 2023-08-19T12:00:00\.000 TDB"):
        coast.at(coast.start + [0, 1, 2] * u.h)


def test_histories_have_one_value_a_sample_and_their_units(flight):
    units = {
        "elapsed": u.s, "altitude": u.m, "latitude": u.deg, "longitude": u.deg, "speed": u.m / u.s,
        "flight_path_angle": u.deg, "mass": u.kg, "thrust": u.N, "delta_v": u.m / u.s, "delta_v_sensed": u.m / u.s,
    }  # fmt: skip
    for name, unit in units.items():
        history = getattr(flight, name)
        assert history.shape == flight.times.shape, name
        assert history.unit.is_equivalent(unit), name
    assert flight.states.position.shape == (*flight.times.shape, 3)


def test_histories_hold_both_sides_of_each_ignition_and_each_cut_off(flight):
    elapsed = flight.elapsed.to_value(u.s)
    assert np.all(np.diff(elapsed) >= 0.0)
    (twice,) = np.nonzero(np.diff(elapsed) == 0.0)
    # a Time keeps 1e-11 s
    np.testing.assert_allclose(elapsed[twice], [600.0, 608.0, 900.0, 906.0], rtol=0, atol=1e-9)
    thrust = flight.thrust.to_value(u.N)
    assert list(zip(thrust[twice], thrust[twice + 1], strict=True)) == [(0, 4200), (4200, 0), (0, 2100), (2100, 0)]
    np.testing.assert_array_equal(flight.mass[twice].value, flight.mass[twice + 1].value)  # mass does not jump


def test_the_histories_are_the_states_at_their_times(flight):
    again = flight.at(flight.times)
    # a Time keeps 1e-11 s; the craft flies 1.7 km/s
    np.testing.assert_allclose(flight.states.position.value, again.position.value, rtol=0, atol=1e-6)
    np.testing.assert_allclose(flight.altitude.value, again.altitude.value, rtol=0, atol=1e-6)
    np.testing.assert_allclose(flight.speed.value, again.speed.value, rtol=0, atol=1e-6)


def test_mass_falls_in_burns_alone_and_delta_v_grows_in_burns_alone(flight, craft):
    mass, gained = flight.mass.to_value(u.kg), flight.delta_v.to_value(u.m / u.s)
    thrusting = flight.thrust[:-1].value > 0
    assert mass[0] == craft.mass.to_value(u.kg)
    assert np.all(np.diff(mass)[thrusting] <= 0.0)
    # in a coast their derivatives are zero: nothing but roundings of the dense output
    assert np.abs(np.diff(mass)[~thrusting]).max() <= 1e-12 * 1350
    assert np.abs(np.diff(gained)[~thrusting]).max() <= 1e-12 * 50
    exhaust = 310 * 9.80665
    np.testing.assert_allclose(gained, exhaust * np.log(mass[0] / mass), rtol=0, atol=1e-9)  # the rocket equation


def test_the_table_of_a_flight_has_quantities_and_says_its_frame(flight):
    table = flight.to_table()
    units = {"elapsed": u.s, "position": u.m, "altitude": u.km, "latitude": u.deg, "mass": u.kg, "delta_v": u.m / u.s}
    assert {name: table[name].unit for name in units} == units
    assert len(table) == len(flight.times)
    assert table["position"].shape == (len(table), 3)
    assert isinstance(table["time"], Time)
    assert table.meta["scenario"] == "two burns"
    assert "ICRF" in table.meta["frame"]
    assert "ME" in table.meta["frame"]
    np.testing.assert_allclose(table["altitude"].value * 1e3, flight.altitude.value, rtol=1e-15)  # a unit


def test_a_coast_without_a_craft_has_no_mass_and_its_table_no_such_column(coast):
    with pytest.raises(ls.InputError, match="this flight has no craft and so no mass"):
        _ = coast.mass
    assert "mass" not in coast.to_table().colnames
    assert coast.moment(coast.start).true.mass is None
    assert coast.thrust.max() == 0 * u.N


def test_the_timeline_is_in_the_order_of_time_from_start_to_end(flight):
    seconds = [(event.time - flight.start).to_value(u.s) for event in flight.timeline]
    assert np.all(np.diff(seconds) >= -1e-9)  # a Time keeps 1e-11 s
    kinds = [event.kind for event in flight.timeline if event.kind not in (ls.EventKind.PERILUNE, ls.EventKind.APOLUNE)]
    assert kinds == [
        ls.EventKind.START,
        *[ls.EventKind.IGNITION, ls.EventKind.CUTOFF] * 2,
        ls.EventKind.END,
    ]
    assert [event.name for event in flight.timeline if event.kind is ls.EventKind.IGNITION] == [
        "ignition (raise)",
        "ignition (trim)",
    ]
    assert [event.detail for event in flight.timeline if event.kind is ls.EventKind.CUTOFF] == ["timer", "timer"]


def test_what_was_true_stands_beside_what_the_computer_believed(flight):
    gained = [burn.delta_v for burn in flight.burns]
    cutoffs = [event for event in flight.timeline if event.kind is ls.EventKind.CUTOFF]
    assert [event.estimated.delta_v.value for event in cutoffs] == [0.0, 0.0]  # the accelerometer is dead
    assert cutoffs[0].true.delta_v == gained[0]
    assert cutoffs[1].true.delta_v.value == pytest.approx((gained[0] + gained[1]).value, abs=1e-12)  # roundings
    assert "estimated 0.000 m/s" in str(cutoffs[1])
    assert f"true {gained[0].value:.3f} m/s" in str(cutoffs[0])


def test_with_a_sound_accelerometer_the_computer_believes_the_truth(scenario):
    sound = ls.simulate(scenario.without_faults())
    for event in sound.timeline:
        # the same integral, and dense output at the apsides: roundings
        assert event.estimated.delta_v.value == pytest.approx(event.true.delta_v.value, abs=5e-13)


@pytest.mark.parametrize("scale", ["tdb", "utc"])
def test_at_the_moment_of_an_ignition_the_engine_runs_and_at_that_of_a_cut_off_it_does_not(scenario, scale):
    state = ls.State(scenario.state.position, scenario.state.velocity, getattr(scenario.state.epoch, scale))
    flight = ls.simulate(
        ls.Scenario(name="scale", state=state, craft=scenario.craft, moon=scenario.moon, plan=scenario.plan)
    )
    for event in flight.timeline:
        if event.kind in (ls.EventKind.IGNITION, ls.EventKind.CUTOFF):
            assert flight.moment(event.time).true.thrust == event.true.thrust, event.name


def test_a_moment_knows_thrust_mass_and_place(flight, craft):
    moment = flight.moment(flight.start + 604 * u.s)
    assert moment.true.thrust == THRUST
    flow = 4200 / (310 * 9.80665)
    assert moment.true.mass.to_value(u.kg) == pytest.approx(1350 - 4 * flow, abs=1e-9)  # 1e-11 s of a Time
    assert moment.true.state.altitude == flight.at(flight.start + 604 * u.s).altitude
    assert moment.estimated.delta_v == 0 * u.m / u.s


def test_at_the_ignition_that_was_planned_the_engine_runs_and_a_millisecond_before_it_does_not(flight, scenario):
    ignition = scenario.plan[0].ignition
    assert flight.moment(ignition).true.thrust == THRUST
    assert flight.moment(ignition - 1 * u.ms).true.thrust == 0 * u.N


def test_what_burns_gained_and_spent_adds_up_to_the_flight(flight):
    total = sum(burn.delta_v.value for burn in flight.burns)
    spent = sum(burn.propellant.value for burn in flight.burns)
    assert flight.delta_v[-1].value == pytest.approx(total, abs=1e-12)  # roundings
    assert (flight.mass[0] - flight.mass[-1]).value == pytest.approx(spent, abs=1e-11)
    for burn in flight.burns:
        assert abs(burn.before.epoch - burn.ignition) < 1 * u.ns
        assert abs(burn.after.epoch - burn.ignition - burn.duration) < 1 * u.ns


def test_the_outcome_in_orbit_tells_its_apsides_and_prints_them(flight):
    outcome = flight.outcome
    assert isinstance(outcome, ls.InOrbit)
    assert outcome.perilune == outcome.state.perilune
    low, high = outcome.perilune.to_value(u.km), outcome.apolune.to_value(u.km)
    assert str(outcome).endswith(f"{low:.1f} x {high:.1f} km")
    assert "two burns" in repr(flight)


def test_the_distance_to_a_site_is_the_great_circle(coast):
    outcome = coast.outcome
    same = ls.Site(latitude=outcome.latitude, longitude=outcome.longitude)
    pole = ls.Site(latitude=90 * u.deg, longitude=0 * u.deg)
    assert outcome.distance_to(same).to_value(u.m) == pytest.approx(0.0, abs=1e-6)  # roundings of angles
    colatitude = np.pi / 2 - outcome.latitude.rad
    assert outcome.distance_to(pole).to_value(u.km) == pytest.approx(1737.4 * colatitude, rel=1e-13)  # roundings


def test_a_flight_is_the_same_flight_when_it_is_flown_again(scenario, flight):
    again = ls.simulate(scenario)
    np.testing.assert_array_equal(again.trajectory.end_y, flight.trajectory.end_y)  # to the bit


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"status": Status.PUBLISHED}, "a published number needs its sources"),
        ({"status": Status.INFERRED}, "an inferred number needs a script or a note"),
        ({"status": Status.ASSUMED, "sources": ("x",)}, "an assumed number needs a note that says why"),
    ],
)
def test_a_number_without_its_birth_certificate_is_refused(options, text):
    with pytest.raises(ls.InputError, match=text):
        Provenance(value="84 s", **options)


def inferred(value, *interval):
    return Provenance(value=value, status=Status.INFERRED, note="from the crater", interval=interval or None)


@pytest.mark.parametrize(
    ("certificate", "text"),
    [
        (inferred("265.797 N", "48 N", "0.456 kN"), "270 N"),
        (inferred("16.63233 m/s", "14.1 m/s", "19.2 m/s"), "16.6 m/s"),
        (inferred("229.508 deg", "229.45 deg", "229.55 deg"), "229.508 deg"),
        (inferred("0.0104", "0.009", "0.0118"), "0.0104"),
        (inferred("265.797 N"), "265.797 N"),
    ],
)
def test_an_inferred_number_is_told_to_two_digits_of_half_its_interval(certificate, text):
    assert certificate.rounded == text


@pytest.mark.parametrize(
    "interval",
    [("456 N", "48 N"), ("48 N", "48 N"), ("48 kg", "456 kg"), ("48", "456"), ("low", "high"), ("nan N", "inf N")],
)
def test_an_interval_that_is_none_for_its_number_is_refused(interval):
    with pytest.raises(ls.InputError, match="expected two numbers in the unit of the value, the smaller first"):
        inferred("265.797 N", *interval)


def test_what_was_published_has_no_interval():
    with pytest.raises(ls.InputError, match="of a number that is published: expected only of an inferred one"):
        Provenance(value="84 s", status=Status.PUBLISHED, sources=("x",), interval=("83 s", "85 s"))
