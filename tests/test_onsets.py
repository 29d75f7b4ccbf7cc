"""Faults that begin at an event, at a height or by chance: exactly there, in both drivers."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from burn_example import scenario
from landing_example import landing

import lunarsim as ls
from lunarsim.errors import ModelWarning
from lunarsim.faults import AccelerometerBias, ThrustError
from lunarsim.flight.idle_faults import idle_faults

DRIVERS = ("DOP853", "collocation")


def fault_times(flight):
    start = flight.timeline[0].time
    return {e.detail: (e.time - start).to_value(u.s) for e in flight.timeline if e.kind is ls.EventKind.FAULT}


def events(flight):
    return [(event.kind, event.detail) for event in flight.timeline]


def delayed():
    """The burn of the example a minute after the start."""
    one = scenario()
    burn = replace(one.plan[0], ignition=one.plan[0].ignition + 60 * u.s, name="trim")
    return replace(one, plan=(burn, *one.plan[1:])).without_faults()


@pytest.mark.parametrize("integrator", DRIVERS)
def test_a_fault_that_waits_for_an_event_is_that_of_its_time(integrator):
    one = delayed()
    for onset in ("ignition", "ignition of burn 0", "ignition of trim"):
        waiting = ls.simulate(one.with_faults(ls.AccelerometerOff(onset=onset)), integrator=integrator)
        timed = ls.simulate(one.with_faults(ls.AccelerometerOff(onset=60 * u.s)), integrator=integrator)
        assert fault_times(waiting) == pytest.approx({"accelerometer off": 60.0}, abs=1e-6)
        apart = waiting.outcome.state.position - timed.outcome.state.position
        assert np.linalg.norm(apart.to_value(u.m)) < 1e-3
    after = ls.simulate(one.with_faults(ls.AccelerometerOff(onset="cut-off")), integrator=integrator)
    assert after.burns == ls.simulate(one, integrator=integrator).burns
    assert fault_times(after)["accelerometer off"] == pytest.approx(60.0 + after.burns[0].duration.value, abs=1e-6)


def test_a_fault_that_waits_lasts_for_its_duration():
    flight = ls.simulate(delayed().with_faults(ls.AccelerometerOff(onset="ignition", duration=10 * u.s)))
    assert fault_times(flight) == pytest.approx({"accelerometer off": 60.0, "accelerometer off, over": 70.0}, abs=1e-6)
    assert flight.burns[0].cutoff is ls.Cutoff.SENSED_DELTA_V


def test_a_phase_that_begins_lets_a_fault_begin():
    flight = ls.simulate(landing().with_faults(ThrustError(error=-0.05, onset="phase vertical descent begins")))
    begins = next(e for e in flight.timeline if e.kind is ls.EventKind.PHASE and e.detail == "vertical descent")
    start = flight.timeline[0].time
    assert fault_times(flight) == pytest.approx({"thrust error": (begins.time - start).to_value(u.s)}, abs=1e-9)


@pytest.mark.parametrize("integrator", DRIVERS)
def test_a_height_is_that_of_the_flight_itself(integrator):
    one = landing()
    flight = ls.simulate(one.with_faults(ThrustError(error=-0.05, onset="at 1.5 km")), integrator=integrator)
    (at_s,) = fault_times(flight).values()
    before, now, after = (flight.at(flight.start + (at_s + by_s) * u.s).altitude for by_s in (-0.01, 0.0, 0.01))
    height, rate = now - one.site_elevation, after - before
    assert rate < 0 * u.m
    # a microsecond of the fall
    assert abs((height - 1.5 * u.km).to_value(u.m)) < 1e-6 * abs(rate.to_value(u.m)) / 0.02 + 1e-6


def test_a_height_over_a_map_is_passed_at_the_same_time_in_both_drivers():
    waves = (300.0 * np.sin(np.arange(720) * 0.9))[np.newaxis, :].repeat(360, axis=0) * u.m
    window = (-90 * u.deg, 90 * u.deg, 0 * u.deg, 360 * u.deg)
    one = replace(delayed(), moon=replace(delayed().moon, terrain=ls.Terrain.from_array(waves, window=window)))
    faults = (ls.AccelerometerOff(), AccelerometerBias(bias=1e-3 * u.m / u.s**2, onset="at 60 km"))
    flights = [ls.simulate(one.with_faults(*faults), integrator=name) for name in DRIVERS]
    first, second = (fault_times(flight)["accelerometer bias"] for flight in flights)
    assert first == pytest.approx(second, abs=1e-5)
    terrain = flights[0].scenario.moon.terrain
    state = flights[0].at(flights[0].start + first * u.s)
    height = state.altitude - terrain.height(state.latitude, state.longitude)
    assert height.to_value(u.m) == pytest.approx(60_000.0, abs=1e-2)


@pytest.mark.parametrize("integrator", DRIVERS)
@pytest.mark.parametrize("heights", [("at 1.5 km", "at 1.5 km"), ("at 1.5 km", "at 1500.00001 m")])
def test_faults_that_wait_for_the_same_height_begin_together(integrator, heights):
    first, second = heights
    faults = (ThrustError(error=-0.05, onset=first), AccelerometerBias(bias=1e-3 * u.m / u.s**2, onset=second))
    times = fault_times(ls.simulate(landing().with_faults(*faults), integrator=integrator))
    assert times.keys() == {"thrust error", "accelerometer bias"}
    assert times["thrust error"] == times["accelerometer bias"]


def test_a_height_may_be_waited_for_as_it_rises():
    one = delayed()
    flight = ls.simulate(one)
    altitude = flight.at(flight.start + 30 * u.s).altitude
    above = (altitude + 360 * u.m).to_value(u.m)
    flight = ls.simulate(one.with_faults(ThrustError(error=-0.1, onset=f"at {above:.6f} m rising")))
    assert fault_times(flight)["thrust error"] == pytest.approx(30.0, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("integrator", DRIVERS)
def test_an_engine_that_goes_out_at_a_height_is_out_whatever_turns_its_craft(integrator):
    one = delayed()
    lit_s = 30.0
    height = ls.simulate(one).at(one.plan[0].ignition + lit_s * u.s).altitude + 360 * u.m
    control = ls.AttitudeControl(slew_rate=5 * u.deg / u.s, angular_acceleration=1 * u.deg / u.s**2)
    steered = replace(one, craft=replace(one.craft, attitude_control=control))
    out = ls.faults.NoIgnition(onset=f"at {height.to_value(u.m):.6f} m rising")
    burn = ls.simulate(steered.with_faults(out), integrator=integrator).burns[0]
    engine = one.craft.engine
    burned = engine.thrust * lit_s * u.s / (engine.specific_impulse * 9.80665 * u.m / u.s**2)
    assert float(burn.propellant / burned) == pytest.approx(1.0, abs=1e-4)  # the path is a little another


@pytest.mark.parametrize("seed", range(3))
def test_both_drivers_fly_faults_that_wait_alike(seed):
    rng = np.random.default_rng(seed)
    onsets = ["phase approach begins", f"at {rng.uniform(200, 1800):.1f} m", f"at {rng.uniform(20, 150):.1f} m"]
    rng.shuffle(onsets)
    faults = (
        ThrustError(error=rng.uniform(-0.1, 0.1), onset=onsets[0], duration=rng.uniform(1, 40) * u.s),
        ls.faults.SlowAttitude(rate=rng.uniform(1, 5) * u.deg / u.s, onset=onsets[1]),
        AccelerometerBias(bias=rng.uniform(-0.1, 0.1) * u.m / u.s**2, onset=onsets[2]),
    )
    one = landing().with_faults(*faults)
    first, second = (ls.simulate(one, integrator=name) for name in DRIVERS)
    assert events(first) == events(second)
    apart = first.outcome.state.position - second.outcome.state.position
    assert np.linalg.norm(apart.to_value(u.m)) < 1e-3


def test_a_random_onset_is_drawn_by_its_seed_within_its_interval():
    drawn = [ls.AccelerometerOff(onset=f"at random from 5 s to 25 s with seed {k}").begins.value for k in range(400)]
    assert min(drawn) >= 5.0
    assert max(drawn) <= 25.0
    assert np.mean(drawn) == pytest.approx(15.0, abs=4 * 20 / np.sqrt(12 * 400))
    text = "at random with mean 10 s from 5 s to 25 s with seed {}"
    drawn = [ls.AccelerometerOff(onset=text.format(k)).begins.value for k in range(400)]
    assert min(drawn) >= 5.0
    assert max(drawn) <= 25.0
    mean = 5.0 + 10.0 - 20.0 / np.expm1(2.0)  # of an exponential distribution that is cut at 20 s
    assert np.mean(drawn) == pytest.approx(mean, abs=4 * 5.7 / np.sqrt(400))
    assert ls.AccelerometerOff(onset=text.format(3)).begins == drawn[3] * u.s


def test_a_height_that_is_never_reached_is_said_after_the_flight():
    one = delayed()
    with pytest.warns(ModelWarning, match=r"fault 'thrust error' never began: .* onset = 'at 1 km'"):
        flight = ls.simulate(one.with_faults(ThrustError(error=-0.1, onset="at 1 km")))
    assert flight.burns == ls.simulate(one).burns


@pytest.mark.parametrize(
    ("onset", "end", "why"),
    [
        ("ignition", 2 * u.s, r"its onset = 'ignition' came after 60\.000 s, and its end = 2\.0 s before that"),
        ("at 1000 km", None, r"began at \d+\.\d m, which is not above the height of .* never fell through"),
        ("at 1 km rising", None, r"began at \d+\.\d m, which is not below the height of .* never rose through"),
    ],
)
def test_a_fault_that_could_not_begin_is_told_with_the_reason(onset, end, why):
    with pytest.warns(ModelWarning, match=rf"fault 'no ignition' never began: .*{why}"):
        ls.simulate(delayed().with_faults(ls.faults.NoIgnition(onset=onset, end=end)))


@pytest.mark.parametrize(
    ("onset", "message"),
    [
        ("soon", r"onset = 'soon': expected a time such as '60 s', 'ignition'"),
        ("ignition of burn 1", r"and the plan has one burn: expected up to 0, counted from 0"),
        ("ignition of trm", r"no burn of that name: did you mean 'trim'"),
        ("phase landing begins", r"no phase of that name"),
        ("at 5 s", r"of the wrong dimension"),
        ("at -5 km", r"expected from 0 m"),
        ("at random from 9 s to 5 s with seed 1", r"expected the second time after the first"),
        ("at random from 1 d to 2 d with seed 1", r"drawn as .* and the plan is over after"),
    ],
)
def test_an_onset_that_the_plan_does_not_have_is_refused(onset, message):
    with pytest.raises(ls.InputError, match=message):
        delayed().with_faults(ls.AccelerometerOff(onset=onset))


def test_contradicting_faults_are_refused_where_nobody_knows_when_they_begin():
    stuck = ls.faults.AccelerometerStuck(reading=1 * u.m / u.s**2, onset="at 5 km")
    with pytest.raises(ls.InputError, match=r"may be there at once, as 'accelerometer stuck' waits"):
        delayed().with_faults(stuck, AccelerometerBias(bias=0.2 * u.m / u.s**2))


def test_an_end_and_a_duration_contradict_each_other():
    with pytest.raises(ls.InputError, match=r"has end = .* and duration = .*: expected one of them"):
        ls.AccelerometerOff(end=5 * u.s, duration=5 * u.s)


def test_files_write_an_onset_as_it_is_said(tmp_path):
    path = tmp_path / "waiting.toml"
    table = '[[faults]]\ntype = "thrust error"\nerror = -0.1\nonset = "ignition"\nduration = "20 s"\n'
    path.write_text('name = "waiting"\nbase = "luna25"\nwithout = ["faults"]\n' + table)
    read = ls.load_scenario(path)
    assert read.faults == (ThrustError(error=-0.1, onset="ignition", duration=20 * u.s),)
    flight = ls.simulate(read)
    flight.save(tmp_path / "waiting.zip")
    assert ls.Flight.load(tmp_path / "waiting.zip") == flight


def test_a_rescue_takes_faults_of_known_times_alone():
    with pytest.raises(ls.InputError, match=r"a rescue takes faults whose times are known before the flight"):
        ls.latest_rescue(scenario().with_faults(ls.AccelerometerOff(onset="ignition")), delta_v=5 * u.m / u.s)


def test_a_fault_that_had_no_effect_is_told_with_the_reason():
    one = delayed()
    sound = ls.simulate(one)
    for fault, why in (
        (ls.AccelerometerOff(onset="cut-off"), "nothing used what it changes"),
        (ls.AccelerometerOff(onset=2 * u.h), "nothing used what it changes"),
        (ls.AccelerometerOff(onset="ignition"), None),
    ):
        told = idle_faults(ls.simulate(one.with_faults(fault)), sound)
        assert [each for each, _ in told] == ([fault] if why else [])
        assert all(why in text for _, text in told)
    with pytest.warns(ModelWarning, match="never began"):
        flown = ls.simulate(one.with_faults(ThrustError(error=-0.1, onset="at 1 km")))
    assert idle_faults(flown, sound)[0][1] == "its onset = at 1 km did not come before the end of the flight"
    crashed = ls.simulate(scenario().with_faults(ls.AccelerometerOff(), ThrustError(error=0.1, onset=2.9 * u.h)))
    assert [fault.title for fault, _ in idle_faults(crashed)] == ["thrust error"]
