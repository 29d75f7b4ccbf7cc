"""Faults of engines: one of a cluster that is out, a valve that is stuck, a cut-off that is not obeyed."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from engine_example import (
    BOTH,
    EXHAUST_MPS,
    IGNITION_S,
    MASS_KG,
    ROUNDING,
    START,
    THRUST_N,
    burn_of,
    engine_of,
    kinds,
    when,
)
from landing_example import LANDER, landing

import lunarsim as ls
from lunarsim.faults import (
    AccelerometerOff,
    EngineMisaligned,
    EngineOut,
    NoIgnition,
    NoShutdown,
    SpecificImpulseError,
    ThrustError,
    ValveStuck,
)
from lunarsim.flight.events.timeline import EventKind


@BOTH
def test_a_cluster_with_one_engine_out_has_the_thrust_of_the_others(integrator):
    cluster = replace(engine_of(), thrust=0.25 * THRUST_N * u.N, count=4)
    out = EngineOut(onset=(IGNITION_S + 10.0) * u.s)
    burn = ls.simulate(burn_of(cluster, timer=20 * u.s, faults=(out,)), integrator=integrator).burns[0]
    assert burn.propellant.value == pytest.approx(THRUST_N * (10.0 + 0.75 * 10.0) / EXHAUST_MPS, rel=ROUNDING)


@pytest.mark.parametrize("out", [1, 4])
def test_an_engine_alone_is_no_cluster_of_which_one_could_be_out(out):
    cluster = replace(engine_of(), count=1 if out == 1 else 4)
    with pytest.raises(ls.InputError, match=rf"fault 'engine out': out = {out}, .* expected fewer"):
        burn_of(cluster, faults=(EngineOut(out=out),))


@pytest.mark.parametrize(
    "made",
    [
        lambda: engine_of(count=1.5),
        lambda: EngineOut(out=1.5),
        lambda: ls.Velocimeter(beams=3.5),
        lambda: ls.TimeTaggedCommand(name="a", copies=1.5),
        lambda: ls.faults.WrongTimer(timer=7 * u.s, burn=1.5),
        lambda: ls.faults.CommandLost(seed=1.5),
    ],
)
def test_half_an_engine_and_half_of_what_else_is_counted_is_refused(made):
    with pytest.raises(ls.InputError, match=r"= [13]\.5: expected a whole number"):
        made()
    assert ls.Navigation(seed=1.5).seed == 1.5  # as a campaign draws it


@BOTH
def test_a_specific_impulse_may_fall_within_a_burn(integrator):
    fault = SpecificImpulseError(error=-0.2, onset=(IGNITION_S + 10.0) * u.s)
    burn = ls.simulate(burn_of(engine_of(), timer=20 * u.s, faults=(fault,)), integrator=integrator).burns[0]
    assert burn.propellant.value == pytest.approx(THRUST_N * (10.0 + 10.0 / 0.8) / EXHAUST_MPS, rel=ROUNDING)


@BOTH
def test_a_cut_off_that_is_not_obeyed_lets_the_engine_burn_until_it_is_dry(integrator):
    target = 20 * u.m / u.s
    flight = ls.simulate(
        burn_of(engine_of(), target=target, propellant_kg=50.0, faults=(NoShutdown(),)), integrator=integrator
    )
    burn = flight.burns[0]
    assert burn.cutoff.value == "propellant"
    assert burn.propellant.value == pytest.approx(50.0, rel=ROUNDING)
    assert kinds(flight)[1:4] == [EventKind.IGNITION, EventKind.CUTOFF_IGNORED, EventKind.CUTOFF]
    sound = ls.simulate(burn_of(engine_of(), target=target, propellant_kg=50.0), integrator=integrator).burns[0]
    ignored_s = when(flight, EventKind.CUTOFF_IGNORED) - IGNITION_S
    assert ignored_s == pytest.approx(sound.duration.value, abs=1e-6)


@BOTH
def test_a_cut_off_is_obeyed_when_the_fault_passes(integrator):
    passes = NoShutdown(end=(IGNITION_S + 25.0) * u.s)
    flight = ls.simulate(burn_of(engine_of(tail_s=1.0), timer=10 * u.s, faults=(passes,)), integrator=integrator)
    burn = flight.burns[0]
    assert burn.cutoff.value == "timer"
    assert burn.duration.value == pytest.approx(25.0, abs=1e-6)
    assert burn.propellant.value == pytest.approx(THRUST_N * 25.5 / EXHAUST_MPS, rel=ROUNDING)
    assert when(flight, EventKind.CUTOFF_IGNORED) == pytest.approx(IGNITION_S + 10.0, abs=1e-6)


TAIL_S, LIT_S = 4.0, 10.0
HALF_WAY = (IGNITION_S + LIT_S + 0.5 * TAIL_S) * u.s


@BOTH
@pytest.mark.parametrize(
    ("faults", "full_s"),
    [
        ((NoIgnition(onset="cut-off"),), LIT_S),
        ((NoIgnition(onset=HALF_WAY),), LIT_S + 0.75 * 0.5 * TAIL_S),
        ((ThrustError(error=-0.5, onset=HALF_WAY),), LIT_S + (0.75 + 0.5 * 0.25) * 0.5 * TAIL_S),
        ((NoShutdown(end=HALF_WAY), NoIgnition(onset=HALF_WAY)), LIT_S + 0.5 * TAIL_S),
        ((NoShutdown(), NoIgnition(onset=HALF_WAY)), LIT_S + 0.5 * TAIL_S),
    ],
)
def test_an_engine_that_goes_out_after_its_cut_off_gives_nothing_more(integrator, faults, full_s):
    scenario = burn_of(engine_of(tail_s=TAIL_S), timer=LIT_S * u.s, faults=faults)
    flight = ls.simulate(scenario, integrator=integrator)
    burned_kg = MASS_KG - flight.trajectory.end_y[6]
    assert burned_kg == pytest.approx(THRUST_N * full_s / EXHAUST_MPS, rel=ROUNDING)


@BOTH
@pytest.mark.parametrize("timer_s", [20.0, 6.0])
def test_a_restart_that_lasts_to_the_timer_lets_the_thrust_fall_once(integrator, timer_s):
    computer = ls.FlightComputer(
        thrust_monitor=ls.ThrustMonitor(window=5 * u.s, reaction="restart"), restart_time=1 * u.h
    )
    scenario = burn_of(engine_of(tail_s=TAIL_S), timer=timer_s * u.s, faults=(AccelerometerOff(),), computer=computer)
    burn = ls.simulate(scenario, integrator=integrator).burns[0]
    assert burn.cutoff is ls.Cutoff.TIMER
    assert burn.propellant.value == pytest.approx(THRUST_N * (5.0 + 0.5 * TAIL_S) / EXHAUST_MPS, rel=ROUNDING)


@BOTH
def test_a_weak_engine_that_does_not_cut_off_burns_for_a_day_and_no_longer(integrator):
    weak = replace(engine_of(), thrust=0.01 * u.N)
    high = ls.State.from_elements(
        perilune=2000 * u.km,
        apolune=2000 * u.km,
        inclination=10 * u.deg,
        node_longitude=0 * u.deg,
        argument_of_perilune=0 * u.deg,
        true_anomaly=0 * u.deg,
        epoch=START.epoch,
    )
    scenario = replace(burn_of(weak, timer=10 * u.s, faults=(NoShutdown(onset="ignition"),), coast_s=1.0), state=high)
    flight = ls.simulate(scenario, integrator=integrator)
    assert flight.burns[0].duration.to_value(u.s) == pytest.approx(10.0 + 86400.0, abs=1e-6)
    assert flight.burns[0].cutoff.value == "timer"


def test_a_plan_has_room_for_a_burn_that_from_an_event_on_does_not_stop():
    lasts_s = 20.0 * EXHAUST_MPS / 2.0
    weak = replace(engine_of(tail_s=3.0), thrust=2 * u.N)
    for onset in (0 * u.s, "ignition"):
        plan = burn_of(weak, timer=10 * u.s, propellant_kg=20.0, faults=(NoShutdown(onset=onset),), coast_s=1.0)
        whole_s = IGNITION_S + 10.0 + 3.0 + lasts_s + 1.0
        assert plan.longest_duration.to_value(u.s) == pytest.approx(whole_s, rel=ROUNDING)


@BOTH
def test_a_burn_that_does_not_stop_is_flown_to_its_end_with_a_valve_that_is_nearly_shut(integrator):
    faults = (NoShutdown(), ValveStuck(throttle=0.02), SpecificImpulseError(error=0.5))
    scenario = burn_of(engine_of(), timer=10 * u.s, propellant_kg=20.0, faults=faults, coast_s=1.0)
    burn = ls.simulate(scenario, integrator=integrator).burns[0]
    lasts_s = 20.0 * 1.5 * EXHAUST_MPS / (0.02 * THRUST_N)
    assert burn.duration.to_value(u.s) == pytest.approx(lasts_s, abs=1e-5)
    assert scenario.longest_duration.to_value(u.s) == pytest.approx(IGNITION_S + 10.0 + lasts_s + 1.0, rel=ROUNDING)


@BOTH
def test_a_lander_that_cannot_cut_off_runs_on_after_its_last_phase(integrator):
    flight = ls.simulate(landing().with_faults(NoShutdown()), integrator=integrator)
    sound = ls.simulate(landing(), integrator=integrator)
    assert EventKind.CUTOFF_IGNORED in kinds(flight)
    assert flight.phases[2].propellant > 0.0 * u.kg
    assert sound.phases[2].propellant == 0.0 * u.kg


@BOTH
@pytest.mark.parametrize("throttle", [None, 0.8])
def test_a_valve_that_is_stuck_holds_the_thrust_from_then_on(integrator, throttle):
    onset_s = 30.5
    flight = ls.simulate(
        landing().with_faults(ValveStuck(throttle=throttle, onset=onset_s * u.s)), integrator=integrator
    )
    pieces = [piece for piece in flight.trajectory.phases if piece.thrust_n > 0.0]
    before = next(piece for piece in pieces if piece.segment.start_s <= onset_s - 1e-6 < piece.segment.end_s)
    held = {piece.thrust_n for piece in pieces if piece.segment.start_s >= onset_s - 1e-6}
    full_n = LANDER.engine.thrust.to_value(u.N)
    assert len(held) == 1
    assert held.pop() == pytest.approx(before.thrust_n if throttle is None else throttle * full_n, rel=1e-12)


def test_an_engine_without_a_throttle_has_no_valve_to_be_stuck():
    with pytest.raises(ls.InputError, match="fault 'valve stuck': the craft's engine has min_throttle = 1"):
        burn_of(engine_of(min_throttle=1.0), faults=(ValveStuck(),))


@BOTH
def test_a_misalignment_from_a_time_on_bends_the_way_from_then_on(integrator):
    off = EngineMisaligned(yaw=5 * u.deg, onset=(IGNITION_S + 10.0) * u.s)
    sound, bent = (
        ls.simulate(burn_of(engine_of(), timer=20 * u.s, faults=faults, coast_s=1e-3), integrator=integrator)
        for faults in ((), (off,))
    )
    apart = (bent.states.velocity[-1] - sound.states.velocity[-1]).to_value(u.m / u.s)
    gained = bent.burns[0].delta_v.value - gained_before(integrator)
    # a chord of the angle, but that gravity turns both by a hundredth
    assert np.linalg.norm(apart) == pytest.approx(2.0 * np.sin(np.radians(2.5)) * gained, rel=0.02)


def gained_before(integrator):
    return ls.simulate(burn_of(engine_of(), timer=10 * u.s), integrator=integrator).burns[0].delta_v.value
