"""Monitors of the flight computer: when they call, what is done, and that both drivers agree."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from astropy import units as u
from burn_example import scenario
from landing_example import LANDER, landing
from rim_example import FILTER, STEP, over_the_rim

import lunarsim as ls
from lunarsim.campaign import dispersible, nominal
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.flight.driver.row import plan_of
from lunarsim.flight.idle_faults import idle_faults
from lunarsim.kernels import codes
from lunarsim.kernels.guidance.monitors import is_odd
from lunarsim.kernels.sensors.reading_check import RANGE_CHECK, check_range, is_impossible

MPS, MPS2 = u.m / u.s, u.m / u.s**2
THRUST = ls.ThrustMonitor(window=5 * u.s)
SPARES = {"second_accelerometer": ls.Accelerometer(), "third_accelerometer": ls.Accelerometer()}


def watched(one, spares=2, **computer):
    """The scenario with monitors in its computer, and so many spare accelerometers."""
    chosen = dict(list(SPARES.items())[:spares])
    return replace(one, craft=replace(one.craft, computer=ls.FlightComputer(**computer), **chosen))


@cache
def planned():
    return ls.simulate(scenario().without_faults())


def events(flight):
    return [(event.kind, event.detail) for event in flight.timeline]


def alarms(flight):
    start = flight.timeline[0].time
    return [(event.time - start).to_value(u.s) for event in flight.timeline if event.kind is ls.EventKind.MONITOR]


@pytest.mark.parametrize(("window_s", "persistence"), [(5, 1), (4, 3), (10, 2)])
def test_a_thrust_monitor_calls_after_its_persistence_of_windows(window_s, persistence):
    monitor = ls.ThrustMonitor(window=window_s * u.s, persistence=persistence)
    flight = ls.simulate(watched(scenario(), thrust_monitor=monitor))
    assert alarms(flight) == pytest.approx([window_s * persistence], abs=1e-6)
    burn = flight.burns[0]
    assert burn.cutoff is ls.Cutoff.MONITOR
    assert burn.duration.to_value(u.s) == pytest.approx(window_s * persistence, abs=1e-6)


def test_the_timeline_tells_what_a_monitor_saw_and_what_was_done():
    detail = dict(events(ls.simulate(watched(scenario(), thrust_monitor=THRUST))))[ls.EventKind.MONITOR]
    expected = 264.78 / 1345.8 * 5  # thrust, mean mass, window
    assert detail.endswith(f"thrust monitor, 0.000 m/s sensed of {expected:.3f} m/s expected; cut off")


@pytest.mark.parametrize(
    "computer",
    [
        {"thrust_monitor": replace(THRUST, reaction="switch")},
        {"vote": ls.AccelerometerVote(window=5 * u.s, tolerance=0.01 * MPS2)},
        {"acceleration_monitor": ls.AccelerationMonitor(window=5 * u.s, lowest=0.1 * MPS2, reaction="switch")},
    ],
)
def test_a_spare_that_is_switched_to_ends_the_burn_where_it_was_planned(computer):
    flight, sound = ls.simulate(watched(scenario(), **computer)), planned()
    assert alarms(flight) == pytest.approx([5.0], abs=1e-6)
    burn, meant = flight.burns[0], sound.burns[0]
    assert burn.cutoff is ls.Cutoff.SENSED_DELTA_V
    # the sum of the spare is the true one: what is left are the steps of the integration
    assert abs(burn.duration - meant.duration) < 1e-6 * u.s
    assert abs(burn.delta_v_sensed - burn.target_delta_v) < 1e-6 * MPS
    assert abs(burn.after.perilune - meant.after.perilune) < 1 * u.m


def test_a_fault_that_a_monitor_has_made_up_for_is_not_said_to_have_had_no_effect():
    flight = ls.simulate(watched(scenario(), thrust_monitor=replace(THRUST, reaction="switch")))
    assert idle_faults(flight, planned()) == []


def test_what_is_commanded_stands_for_what_is_sensed_where_a_monitor_holds():
    weak = ls.faults.ThrustError(error=-0.1)
    held = watched(scenario().with_faults(ls.AccelerometerOff(), weak), thrust_monitor=replace(THRUST, reaction="hold"))
    burn = ls.simulate(held).burns[0]
    # the computer counts what it commands, so it cuts off where 90 % of the delta-v was given
    assert float(burn.delta_v / burn.target_delta_v) == pytest.approx(0.9, abs=1e-6)


HOLD = replace(THRUST, reaction="hold", threshold=0.7)


def test_what_is_commanded_is_told_of_a_valve_that_is_stuck():
    one = scenario()
    one = replace(one, craft=replace(one.craft, engine=replace(one.craft.engine, min_throttle=0.1)))
    half = watched(one.with_faults(ls.faults.ValveStuck(throttle=0.5)), thrust_monitor=HOLD)
    burn = ls.simulate(half).burns[0]
    assert float(burn.delta_v / burn.target_delta_v) == pytest.approx(0.5, abs=1e-6)


def test_what_is_commanded_is_told_of_a_mass_that_is_known_with_an_error():
    one, error_kg = scenario(), 150.0
    craft = replace(one.craft, navigation=ls.Navigation(mass=error_kg * u.kg))
    burn = ls.simulate(watched(replace(one, craft=craft), thrust_monitor=HOLD)).burns[0]
    exhaust = craft.engine.specific_impulse.value * 9.80665
    mass = (craft.dry_mass + craft.propellant_mass).value
    burned = (mass + error_kg) * -np.expm1(-burn.target_delta_v.value / exhaust)
    # the two masses keep their ratio over a window: half a kilogram of 1.4 t, a tenth of it off
    assert burn.propellant.value == pytest.approx(burned, rel=3e-5)


def test_what_is_commanded_is_told_of_an_engine_that_has_gone_out():
    one = scenario().without_faults()
    out_s = 20.0
    out = watched(one.with_faults(ls.faults.NoIgnition(onset=out_s * u.s)), thrust_monitor=HOLD)
    burn = ls.simulate(out).burns[0]
    engine = one.craft.engine
    exhaust, thrust_n = engine.specific_impulse.value * 9.80665, engine.thrust.value
    mass = (one.craft.dry_mass + one.craft.propellant_mass).value
    left = mass - thrust_n / exhaust * out_s
    told = exhaust * np.log(mass / left)
    assert burn.cutoff is ls.Cutoff.SENSED_DELTA_V
    lasts_s = out_s + (burn.target_delta_v.value - told) * left / thrust_n
    assert burn.duration.to_value(u.s) == pytest.approx(lasts_s, abs=1e-4)


def test_a_monitor_that_is_to_switch_and_finds_no_spare_cuts_off():
    computer = {"thrust_monitor": replace(THRUST, reaction="switch")}
    both_dead = replace(
        scenario(), craft=replace(scenario().craft, second_accelerometer=ls.Accelerometer(powered=False))
    )
    flight = ls.simulate(replace(both_dead, craft=replace(both_dead.craft, computer=ls.FlightComputer(**computer))))
    assert alarms(flight) == pytest.approx([5.0, 10.0], abs=1e-6)
    assert flight.burns[0].cutoff is ls.Cutoff.MONITOR
    assert "cut off, for want of a spare" in [d for k, d in events(flight) if k is ls.EventKind.MONITOR][-1]


@pytest.mark.parametrize("keeps_sum", [True, False])
def test_a_restart_takes_its_time_without_thrust_and_may_forget_the_sum(keeps_sum):
    asked = {"reaction": "restart", "threshold": 0.7}
    fault = ls.AccelerometerOff(onset=11 * u.s, end=14 * u.s)  # the third window of 5 s sees 2 s of it
    one = watched(
        scenario().with_faults(fault),
        thrust_monitor=replace(THRUST, **asked),
        restart_time=7 * u.s,
        keeps_sum=keeps_sum,
    )
    flight, meant = ls.simulate(one), planned().burns[0]
    burn = flight.burns[0]
    assert alarms(flight) == pytest.approx([15.0], abs=1e-6)
    a = burn.target_delta_v / meant.duration  # nearly: the mass falls by a two-hundredth
    unseen = 3 * u.s if keeps_sum else 15 * u.s
    assert (burn.delta_v / a - meant.duration - unseen).to_value(u.s) == pytest.approx(0.0, abs=0.1)
    engine_off = burn.duration - meant.duration - unseen
    assert engine_off.to_value(u.s) == pytest.approx(7.0, abs=0.1)
    _, thrust = flight.trajectory.at(np.array([14.0, 16.0, 21.0, 23.0]))
    assert (thrust > 0.0).tolist() == [True, False, False, True]


def test_a_sound_burn_is_flown_as_without_monitors():
    vote = ls.AccelerometerVote(window=7 * u.s, tolerance=0.01 * MPS2)
    limits = ls.AccelerationMonitor(window=3 * u.s, lowest=0.1 * MPS2, highest=0.3 * MPS2, max_rate=1 * u.m / u.s**3)
    flight = ls.simulate(
        watched(scenario().without_faults(), thrust_monitor=THRUST, vote=vote, acceleration_monitor=limits)
    )
    assert alarms(flight) == []
    assert abs(flight.burns[0].duration - planned().burns[0].duration) < 1e-6 * u.s
    assert np.linalg.norm((flight.outcome.state.position - planned().outcome.state.position).to_value(u.m)) < 1e-3


def test_a_computer_without_monitors_flies_the_same_bits():
    with_computer = ls.simulate(watched(scenario().without_faults()))
    assert with_computer.trajectory == planned().trajectory
    assert not plan_of(with_computer.scenario).watches


def test_the_odd_one_of_three_is_the_one_that_two_that_agree_do_not():
    assert is_odd(0.0, 1.0, 1.01, 0.05)
    assert not is_odd(1.0, 1.0, 0.0, 0.05)  # another one is odd
    assert not is_odd(0.0, 1.0, 2.0, 0.05)  # no two agree
    assert not is_odd(1.04, 1.0, 1.0, 0.05)


def test_a_reading_is_impossible_out_of_its_limits_or_where_it_changes_too_fast():
    assert not is_impossible(5.0, 0.0, 0.0, 1.0, 9.0, 1.0)  # the first: nothing to compare with
    assert is_impossible(0.5, 5.0, 10.0, 1.0, 9.0, 1.0)
    assert is_impossible(5.0, 0.0, 4.9, -np.inf, np.inf, 1.0)
    assert not is_impossible(5.0, 0.0, 5.0, -np.inf, np.inf, 1.0)
    assert is_impossible(np.nan, 5.0, 1.0, -np.inf, np.inf, np.inf)


def test_ranges_are_held_from_the_first_that_is_wrong_for_the_persistence_until_one_is_possible():
    own = np.zeros(1, RANGE_CHECK)[0]
    monitor = np.zeros(1, ls.RangeMonitor.record_type()).view(np.recarray)[0]
    asked = ls.RangeMonitor(max_rate=20 * MPS, persistence=2)
    for name, value in zip(ls.RangeMonitor.record_type().names, asked.record_values(), strict=True):
        monitor[name] = value
    seen = [1000.0, 985.0, 4000.0, 4001.0, 3999.0, 940.0]  # one a second, falling at 15 m/s, a jump between
    calls, held = [], []
    for t_s, range_m in enumerate(seen):
        calls.append(check_range(float(t_s), range_m, monitor, own))
        held.append(bool(own.held))
    assert calls == [False, False, False, True, False, False]
    assert held == [False, False, False, True, True, False]


def test_a_guided_phase_is_judged_at_its_cycles_and_goes_on_without_thrust_where_it_is_cut_off():
    one = watched(landing().with_faults(ls.AccelerometerOff(onset=10.5 * u.s)), thrust_monitor=THRUST)
    flight = ls.simulate(one)
    assert alarms(flight)[0] == pytest.approx(15.0, abs=1e-6)  # a tenth of the third window was sensed
    _, thrust = flight.trajectory.at(np.linspace(15.5, 60.0, 20))
    assert np.all(thrust == 0.0)


def test_dead_reckoning_goes_on_with_the_spare():
    def miss(**computer):
        craft = replace(LANDER, navigation=ls.DeadReckoning())
        fault = ls.AccelerometerOff(onset=20 * u.s)
        one = watched(landing(craft).with_faults(fault), **computer)
        flight = ls.simulate(one)
        return np.linalg.norm(flight.navigation.position_error[-1].to_value(u.m)), flight

    lost, _ = miss()
    saved, flight = miss(thrust_monitor=ls.ThrustMonitor(window=1 * u.s, reaction="switch"))
    assert len(alarms(flight)) == 1
    assert saved < 0.1 * lost


@pytest.mark.slow
def test_ranges_that_jump_at_a_rim_are_held_until_they_are_possible_again():
    def first(flight, kind):
        found = next((event for event in flight.timeline if event.kind is kind), None)
        return None if found is None else (found.time - flight.start).to_value(u.s)

    one, rate = over_the_rim(FILTER), 500.0  # m/s; the range falls by 40 m/s, and over the cliff rises by 800 m/s
    computer = ls.FlightComputer(range_monitor=ls.RangeMonitor(max_rate=rate * MPS))
    plain, held = ls.simulate(one), ls.simulate(replace(one, craft=replace(one.craft, computer=computer)))
    (called_s,) = alarms(held)
    assert called_s == pytest.approx(first(plain, ls.EventKind.ALTIMETER_REJECTED), abs=1.0)  # a cycle
    # rejections that end in ignoring the altimeter begin again once the step could have been flown at the rate
    later_s = first(held, ls.EventKind.ALTIMETER_IGNORED) - first(plain, ls.EventKind.ALTIMETER_IGNORED)
    assert later_s == pytest.approx(STEP.to_value(u.m) / rate, abs=1.5)  # a cycle, and a sample at the cliff's foot


@pytest.mark.parametrize("seed", range(4))
def test_both_drivers_fly_random_monitors_alike(seed):
    rng = np.random.default_rng(seed)

    def reaction(*others):
        return str(rng.choice(["cut off", "restart", *others]))

    window = lambda: rng.uniform(2.0, 15.0) * u.s  # noqa: E731
    spared = ("switch", "hold")
    computer = {
        "thrust_monitor": ls.ThrustMonitor(
            window=window(), threshold=rng.uniform(0.3, 0.8), persistence=int(rng.integers(1, 3)), reaction="switch"
        ),
        "vote": ls.AccelerometerVote(window=window(), tolerance=0.02 * MPS2, reaction=reaction(*spared)),
        "acceleration_monitor": ls.AccelerationMonitor(
            window=window(), lowest=0.05 * MPS2, max_rate=0.05 * u.m / u.s**3, reaction=reaction(*spared)
        ),
        "restart_time": rng.uniform(1.0, 20.0) * u.s,
        "keeps_sum": bool(rng.integers(2)),
    }
    chosen = ("thrust_monitor", "vote", "acceleration_monitor")
    left_out = chosen[seed % 3]
    kept = {name: each for name, each in computer.items() if name != left_out}
    fault = ls.AccelerometerOff(onset=rng.uniform(0.0, 60.0) * u.s, duration=rng.uniform(5.0, 60.0) * u.s)
    one = watched(scenario().with_faults(fault), **kept)
    by_scipy, compiled = (ls.simulate(one, integrator=name) for name in ("DOP853", "collocation"))
    assert events(by_scipy) == events(compiled)
    assert alarms(by_scipy) == pytest.approx(alarms(compiled), abs=1e-6)
    apart = by_scipy.burns[0].after.position - compiled.burns[0].after.position
    assert np.linalg.norm(apart.to_value(u.m)) < 1e-5


def test_a_campaign_counts_what_monitors_end_and_draws_when_faults_begin():
    one = watched(scenario(), thrust_monitor=replace(THRUST, reaction="cut off"))
    presence, onset = "faults.accelerometer off", "faults.accelerometer off.onset"
    dispersions = {presence: ls.Probability(0.6), onset: ls.Uniform(0 * u.s, 160 * u.s)}
    result = ls.Campaign(one, dispersions).run(40, seed=4)
    found = {name: np.asarray(result.dataset[name]) for name in (presence, onset, "alarms", "burn0_cutoff")}
    called = found["burn0_cutoff"] == codes.MONITOR_CALLED
    assert called.tolist() == (found["alarms"] == 1.0).tolist()
    # a fault before the planned cut-off lets the burn go on, to the end of a window of which less than half was sensed
    ends_s = 5.0 * np.ceil((found[onset] + 2.5) / 5.0)
    lasts_s = planned().burns[0].duration.to_value(u.s)
    assert called.tolist() == (found[presence] & (found[onset] < lasts_s)).tolist()
    assert 5 < called.sum() < 20
    which = int(np.flatnonzero(called)[0])
    again = result.rerun(which)
    assert again.burns[0].cutoff is ls.Cutoff.MONITOR
    assert alarms(again) == pytest.approx([ends_s[which]], abs=1e-6)
    assert "all ended alike" in str(result.cross_check(3))


def test_each_number_of_a_monitor_that_can_be_dispersed_leads_into_its_record():
    vote = ls.AccelerometerVote(window=7 * u.s, tolerance=0.01 * MPS2)
    one = watched(scenario().without_faults(), thrust_monitor=replace(THRUST, reaction="restart"), vote=vote)
    paths = {path.name: path for path in dispersible(one).values() if "computer" in path.name or "_acc" in path.name}
    assert set(paths) == {
        *(f"craft.computer.{name}" for name in ("thrust_monitor.window", "thrust_monitor.threshold", "restart_time")),
        *(f"craft.computer.vote.{name}" for name in ("window", "tolerance")),
        *(f"craft.{unit}.{name}" for unit in SPARES for name in ("powered", "scale_factor", "bias")),
    }
    bases = Rows.of(one, ()).bases
    for path in paths.values():
        assert bases.columns(path, one)[0][0] == pytest.approx(float(nominal(one, path.name).value)), path.name


def test_a_campaign_with_monitors_has_no_expansion():
    thrust = {"craft.engine.thrust": ls.Normal(265 * u.N, 1 * u.N)}
    campaign = ls.Campaign(watched(scenario(), thrust_monitor=THRUST), thrust)
    with pytest.raises(ls.InputError, match=r"has monitors, or a fault that waits .* fly the campaign by run\(\)"):
        campaign.expand()


def test_a_watched_flight_is_the_same_after_it_was_saved(tmp_path):
    flight = ls.simulate(watched(scenario(), thrust_monitor=replace(THRUST, reaction="switch")))
    flight.save(tmp_path / "watched.zip")
    assert ls.Flight.load(tmp_path / "watched.zip") == flight


def test_a_scenario_file_declares_monitors_where_the_computer_stands(tmp_path):
    path = tmp_path / "watched.toml"
    path.write_text(
        'name = "watched"\nbase = "luna25"\n[craft.second_accelerometer]\nbias = "0.001 m/s2"\n'
        '[craft.computer.thrust_monitor]\nwindow = "5 s"\npersistence = 2\nreaction = "switch"\n'
    )
    craft = ls.load_scenario(path).craft
    assert craft.computer.thrust_monitor == ls.ThrustMonitor(window=5 * u.s, persistence=2.0, reaction="switch")
    assert craft.second_accelerometer.bias == 0.001 * MPS2


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: ls.ThrustMonitor(window=0 * u.s), r"window = 0.0 s: expected from 0.001 s"),
        (lambda: ls.ThrustMonitor(window=5 * u.s, persistence=1.5), r"persistence = 1.5: expected a whole number"),
        (lambda: ls.ThrustMonitor(window=5 * u.s, reaction="panic"), r"reaction = 'panic': expected 'cut off'"),
        (lambda: ls.RangeMonitor(reaction="switch"), r"reaction = 'switch': expected .*no spare altimeter"),
        (lambda: ls.RangeMonitor(lowest=5 * u.m, highest=4 * u.m), r"expected the lowest below the highest"),
        (ls.RangeMonitor, r"never call: give lowest, highest or max_rate"),
        (lambda: ls.AccelerationMonitor(window=5 * u.s), r"never call: give lowest, highest or max_rate"),
        (lambda: watched(scenario(), 1, vote=ls.AccelerometerVote(window=1 * u.s, tolerance=1 * MPS2)), "two out of"),
        (
            lambda: watched(scenario(), 0, thrust_monitor=replace(THRUST, reaction="switch")),
            "a second_accelerometer to",
        ),
        (
            lambda: watched(scenario(), range_monitor=ls.RangeMonitor(highest=9 * u.km)),
            "nothing to check: expected an altimeter",
        ),
        (
            lambda: replace(LANDER, second_accelerometer=ls.Accelerometer(rate=7 * u.Hz)),
            r"second_accelerometer.rate = 7.0 Hz: expected that of the first",
        ),
        (lambda: replace(LANDER, third_accelerometer=ls.Accelerometer()), "give that first"),
    ],
)
def test_a_monitor_that_cannot_be_is_refused_with_its_reason(made, message):
    with pytest.raises(ls.InputError, match=message):
        made()
