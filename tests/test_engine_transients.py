"""Engines that take their time: a delay, a thrust that rises and falls evenly, what that does to burns and landings.

Closed forms: the velocity gained is that of the rocket equation, whatever the thrust does in between; the propellant is
the impulse over the exhaust velocity; the impulse of a rise or a fall is half of that at full thrust.
"""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from engine_example import (
    BOTH,
    EXHAUST_MPS,
    IGNITION_S,
    ISP_S,
    MASS_KG,
    PROMISED_S,
    ROUNDING,
    START,
    THRUST_N,
    burn_of,
    engine_of,
    kinds,
    when,
)
from hypothesis import given
from hypothesis import strategies as st
from landing_example import LANDER, landing
from repetitions import examples

import lunarsim as ls
from lunarsim.flight.events.timeline import EventKind

MPS = u.m / u.s


def gained_mps(impulse_ns):
    return EXHAUST_MPS * np.log(MASS_KG / (MASS_KG - impulse_ns / EXHAUST_MPS))


def impulse_ns(gained):
    return MASS_KG * EXHAUST_MPS * -np.expm1(-gained / EXHAUST_MPS)


@BOTH
def test_a_burn_by_its_timer_gains_the_impulse_of_a_trapezium_and_of_its_tail(integrator):
    flight = ls.simulate(burn_of(engine_of(0.3, 2.0, 1.5), timer=30 * u.s), integrator=integrator)
    burn = flight.burns[0]
    impulse = THRUST_N * (30.0 - 0.3 - 1.0 + 0.75)
    assert burn.duration.value == pytest.approx(30.0, abs=PROMISED_S)  # from the command, not from the first thrust
    assert burn.delta_v.value == pytest.approx(gained_mps(impulse), rel=ROUNDING)
    assert burn.propellant.value == pytest.approx(impulse / EXHAUST_MPS, rel=ROUNDING)
    assert kinds(flight)[1:5] == [
        EventKind.IGNITION, EventKind.FIRST_THRUST, EventKind.CUTOFF, EventKind.THRUST_GONE,
    ]  # fmt: skip
    times = [when(flight, kind) for kind in kinds(flight)[1:5]]
    assert times == pytest.approx([5.0, 5.3, 35.0, 36.5], abs=PROMISED_S)


@BOTH
def test_a_cut_off_by_sensed_delta_v_comes_when_the_impulse_is_there_and_the_tail_comes_on_top(integrator):
    target = 80.0
    burn = ls.simulate(burn_of(engine_of(0.3, 2.0, 1.5), target=target * MPS), integrator=integrator).burns[0]
    impulse = impulse_ns(target)
    assert burn.duration.value == pytest.approx(0.3 + 1.0 + impulse / THRUST_N, abs=PROMISED_S)
    assert burn.delta_v.value == pytest.approx(gained_mps(impulse + 0.75 * THRUST_N), rel=ROUNDING)
    assert burn.delta_v_sensed.value == pytest.approx(burn.delta_v.value, rel=ROUNDING)


@BOTH
def test_a_cut_off_within_the_build_up_comes_with_the_root_of_the_impulse(integrator):
    target = 3.0  # of the 4 m/s that the rise gives
    burn = ls.simulate(burn_of(engine_of(0.3, 2.0, 1.0), target=target * MPS), integrator=integrator).burns[0]
    impulse = impulse_ns(target)
    rising_s = np.sqrt(2.0 * 2.0 * impulse / THRUST_N)
    assert rising_s < 2.0
    assert burn.duration.value == pytest.approx(0.3 + rising_s, abs=PROMISED_S)
    left = 0.5 * THRUST_N * rising_s / 2.0 * 1.0  # the thrust falls from what it had come to
    assert burn.delta_v.value == pytest.approx(gained_mps(impulse + left), rel=ROUNDING)


@BOTH
def test_a_burn_shorter_than_its_build_up_never_comes_to_full_thrust(integrator):
    flight = ls.simulate(burn_of(engine_of(0.0, 8.0), timer=4 * u.s), integrator=integrator)
    assert flight.burns[0].delta_v.value == pytest.approx(gained_mps(0.5 * THRUST_N * 4.0 * 4.0 / 8.0), rel=ROUNDING)
    assert flight.thrust.max().to_value(u.N) == pytest.approx(0.5 * THRUST_N, rel=ROUNDING)


@BOTH
def test_a_timer_shorter_than_the_delay_ends_a_burn_that_never_burned(integrator):
    flight = ls.simulate(burn_of(engine_of(3.0, 1.0, 1.0), timer=2 * u.s), integrator=integrator)
    burn = flight.burns[0]
    assert (burn.duration.value, burn.delta_v.value, burn.propellant.value) == (pytest.approx(2.0), 0.0, 0.0)
    assert burn.cutoff.value == "timer"
    assert EventKind.FIRST_THRUST not in kinds(flight)
    assert EventKind.THRUST_GONE not in kinds(flight)


@BOTH
def test_a_delay_alone_takes_its_time_from_a_burn_by_its_timer(integrator):
    burn = ls.simulate(burn_of(engine_of(0.75), timer=10 * u.s), integrator=integrator).burns[0]
    assert burn.delta_v.value == pytest.approx(gained_mps(THRUST_N * 9.25), rel=ROUNDING)


@BOTH
def test_tanks_run_dry_within_the_build_up_at_the_root_of_what_they_held(integrator):
    flight = ls.simulate(burn_of(engine_of(0.5, 4.0), propellant_kg=1.0), integrator=integrator)
    dry_s = np.sqrt(2.0 * 4.0 * 1.0 * EXHAUST_MPS / THRUST_N)
    assert dry_s < 4.0
    assert flight.burns[0].cutoff.value == "propellant"
    assert flight.burns[0].duration.value == pytest.approx(0.5 + dry_s, abs=PROMISED_S)
    assert flight.burns[0].propellant.value == pytest.approx(1.0, rel=ROUNDING)


@BOTH
def test_tanks_that_run_dry_within_the_tail_end_it(integrator):
    lit_s, tail_s = 10.0, 4.0
    propellant_kg = (lit_s + 0.75 * 0.5 * tail_s) * THRUST_N / EXHAUST_MPS  # three quarters of the tail's impulse
    scenario = burn_of(engine_of(tail_s=tail_s), timer=lit_s * u.s, propellant_kg=propellant_kg)
    flight = ls.simulate(scenario, integrator=integrator)
    assert flight.burns[0].propellant.value == pytest.approx(propellant_kg, rel=ROUNDING)
    # the impulse that is left falls with the square of the time that is left: a quarter of it at half of the tail
    assert when(flight, EventKind.THRUST_GONE) == pytest.approx(IGNITION_S + lit_s + 0.5 * tail_s, abs=1e-5)


@BOTH
def test_residual_propellant_is_not_burned(integrator):
    scenario = burn_of(engine_of(), propellant_kg=20.0, unusable_propellant=5 * u.kg)
    burn = ls.simulate(scenario, integrator=integrator).burns[0]
    assert burn.cutoff.value == "propellant"
    assert burn.propellant.value == pytest.approx(15.0, rel=ROUNDING)


@BOTH
def test_the_thrust_of_a_flight_rises_and_falls_evenly(integrator):
    flight = ls.simulate(burn_of(engine_of(0.5, 2.0, 1.0), timer=10 * u.s), integrator=integrator)
    after_s = np.array([0.25, 0.5, 1.0, 1.5, 2.5, 8.0, 10.0, 10.25, 10.75, 11.5])
    _, thrust_n = flight.trajectory.at(IGNITION_S + after_s)
    assert thrust_n / THRUST_N == pytest.approx([0.0, 0.0, 0.25, 0.5, 1.0, 1.0, 1.0, 0.75, 0.25, 0.0], abs=1e-6)


@BOTH
def test_a_position_after_the_rise_is_that_of_the_integral(integrator):
    """Without gravity: far away. The rise's way is F'/m t^3 / 6, but for the mass, in a series of its share."""
    far = ls.State(np.array([9e8, 0.0, 0.0]) * u.m, np.array([0.0, 100.0, 0.0]) * MPS, START.epoch)
    scenario = burn_of(engine_of(0.0, 6.0), timer=6 * u.s, coast_s=1e-3)
    still = replace(scenario, state=far, plan=scenario.plan[:1])
    flight = ls.simulate(still, integrator=integrator)
    rate, t = THRUST_N / 6.0, 6.0
    # x'' = rate t / (m - rate t^2 / 2 c); expanded in the share of the mass that is burned
    k = rate / (2.0 * EXHAUST_MPS * MASS_KG)
    way = rate / MASS_KG * (t**3 / 6.0 + k * t**5 / 20.0 + k * k * t**7 / 42.0)
    flown = flight.states.position[-1].to_value(u.m)
    drift = 100.0 * (IGNITION_S + t)
    assert flown[1] - drift == pytest.approx(-way, abs=1e-6)


@examples(8)
@given(
    delay_s=st.floats(0.0, 2.0),
    build_s=st.floats(0.0, 5.0),
    tail_s=st.floats(0.0, 5.0),
    timer_s=st.floats(0.5, 40.0),
    target=st.floats(1.0, 120.0),
)
def test_both_integrators_fly_any_delay_rise_and_fall_alike(delay_s, build_s, tail_s, timer_s, target):
    scenario = burn_of(engine_of(delay_s, build_s, tail_s), timer=timer_s * u.s, target=target * MPS, coast_s=30.0)
    one, other = (ls.simulate(scenario, integrator=name) for name in ("DOP853", "collocation"))
    apart = np.linalg.norm((one.states.position[-1] - other.states.position[-1]).to_value(u.m))
    assert apart < 1e-5
    assert kinds(one) == kinds(other)
    assert one.burns[0].delta_v.value == pytest.approx(other.burns[0].delta_v.value, abs=1e-8)


@BOTH
def test_an_engine_whose_three_times_are_nothing_flies_bit_by_bit_as_one_without_them(integrator):
    plain = ls.Engine(thrust=THRUST_N * u.N, specific_impulse=ISP_S * u.s)
    one, other = (
        ls.simulate(burn_of(engine, timer=30 * u.s), integrator=integrator) for engine in (plain, engine_of())
    )
    assert np.array_equal(one.trajectory.end_y, other.trajectory.end_y)


@BOTH
def test_the_way_to_nothing_is_continuous(integrator):
    """Times of a nanosecond change the impulse by THRUST_N nanoseconds, and no more."""
    short = ls.simulate(burn_of(engine_of(1e-9, 1e-9, 1e-9), timer=30 * u.s), integrator=integrator).burns[0]
    none = ls.simulate(burn_of(engine_of(), timer=30 * u.s), integrator=integrator).burns[0]
    assert short.delta_v.value == pytest.approx(none.delta_v.value, abs=1e-7)


@BOTH
def test_four_engines_of_a_quarter_are_one(integrator):
    quarter = replace(engine_of(0.2, 1.0, 1.0), thrust=0.25 * THRUST_N * u.N, count=4)
    one, four = (
        ls.simulate(burn_of(engine, timer=20 * u.s), integrator=integrator)
        for engine in (engine_of(0.2, 1.0, 1.0), quarter)
    )
    assert np.array_equal(one.trajectory.end_y, four.trajectory.end_y)
    assert quarter.total_thrust == THRUST_N * u.N


@BOTH
def test_an_error_of_the_specific_impulse_is_felt_in_the_propellant_and_not_in_the_thrust(integrator):
    wrong = engine_of(specific_impulse_error=-0.1)
    burn = ls.simulate(burn_of(wrong, timer=20 * u.s), integrator=integrator).burns[0]
    assert burn.propellant.value == pytest.approx(THRUST_N * 20.0 / (0.9 * EXHAUST_MPS), rel=ROUNDING)


@BOTH
def test_a_misaligned_engine_is_a_burn_with_errors_of_pointing(integrator):
    angles = {"pitch": 2 * u.deg, "yaw": -1 * u.deg}
    engine = engine_of(**{f"misalignment_{name}": angle for name, angle in angles.items()})
    misaligned, sound = burn_of(engine, timer=20 * u.s), burn_of(engine_of(), timer=20 * u.s)
    burn = replace(sound.plan[0], **{f"{name}_error": angle for name, angle in angles.items()})
    mispointed = replace(sound, plan=(burn, sound.plan[1]))
    one, other = (ls.simulate(each, integrator=integrator) for each in (misaligned, mispointed))
    assert np.array_equal(one.trajectory.end_y, other.trajectory.end_y)


# Under guidance.


def lander(**changed):
    return replace(LANDER, engine=replace(LANDER.engine, **changed))


TIMES = {"ignition_delay": 0.3 * u.s, "build_up": 0.7 * u.s, "tail_off": 0.8 * u.s}


@pytest.fixture(scope="module")
def slow_landings():
    """Landings with an engine that takes its time, by both integrators."""
    return {name: ls.simulate(landing(lander(**TIMES)), integrator=name) for name in ("DOP853", "collocation")}


@BOTH
def test_under_guidance_an_engine_waits_rises_and_falls_over_the_cycles(slow_landings, integrator):
    flight = slow_landings[integrator]
    first, gone = when(flight, EventKind.FIRST_THRUST), when(flight, EventKind.THRUST_GONE)
    assert first - when(flight, EventKind.IGNITION) == pytest.approx(0.3, abs=PROMISED_S)
    assert gone - when(flight, EventKind.CUTOFF) == pytest.approx(0.8, abs=PROMISED_S)
    _, at = flight.trajectory.at(np.array([first + 0.35, gone - 0.4]))
    _, (later, before) = flight.trajectory.at(np.array([first + 0.7 + 1e-6, gone - 0.8 - 1e-6]))
    assert at[0] == pytest.approx(0.5 * later, rel=1e-5)
    assert at[1] == pytest.approx(0.5 * before, rel=1e-5)


@BOTH
def test_the_phase_after_a_guided_one_gains_what_the_tail_gives(slow_landings, integrator):
    flight = slow_landings[integrator]
    fall = flight.phases[-1]
    y, thrust_n = flight.trajectory.at(np.array([when(flight, EventKind.CUTOFF) - 1e-6]))
    burned = 0.5 * 0.8 * thrust_n[0] / (310.0 * 9.80665)
    mass = y[0, 6]
    assert fall.propellant.to_value(u.kg) == pytest.approx(burned, rel=1e-5)
    assert fall.delta_v.value == pytest.approx(310.0 * 9.80665 * np.log(mass / (mass - burned)), rel=1e-5)


def test_both_integrators_land_an_engine_that_takes_its_time_alike(slow_landings):
    one, other = slow_landings.values()
    apart = np.linalg.norm((one.outcome.state.position - other.outcome.state.position).to_value(u.m))
    assert apart < 1e-5
    assert [str(e.name) for e in one.timeline] == [str(e.name) for e in other.timeline]


@BOTH
def test_under_guidance_a_misaligned_thrust_is_off_the_axis_by_its_angles(integrator):
    angles = {"misalignment_pitch": 3 * u.deg, "misalignment_yaw": 0 * u.deg}
    sound, off = (
        ls.simulate(landing(craft), integrator=integrator).trajectory.phases[0].direction
        for craft in (LANDER, lander(**angles))
    )
    up = START.position.to_value(u.m)
    assert np.degrees(np.arccos(sound @ off)) == pytest.approx(3.0, abs=1e-6)
    assert off @ up > sound @ up  # in braking a pitch is towards the zenith


@BOTH
def test_an_engine_without_misalignment_is_turned_by_nothing(integrator):
    plain, none = (
        ls.simulate(landing(craft), integrator=integrator)
        for craft in (LANDER, lander(misalignment_pitch=0 * u.deg, count=1, tail_off=0 * u.s))
    )
    assert np.array_equal(plain.trajectory.end_y, none.trajectory.end_y)


# Refused.


@pytest.mark.parametrize("name", ["ignition_delay", "build_up", "tail_off"])
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_times_that_are_none_are_refused(name, value):
    with pytest.raises(ls.InputError, match=name):
        ls.Engine(thrust=1 * u.kN, specific_impulse=300 * u.s, **{name: value * u.s})


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ({"count": 0}, "count = 0"),
        ({"specific_impulse_error": -1.0}, "specific_impulse_error = -1"),
        ({"held_throttle": 0.0}, "held_throttle = 0"),
        ({"misalignment_pitch": 91 * u.deg}, "misalignment_pitch = 91"),
    ],
)
def test_numbers_of_no_engine_are_refused(number, text):
    with pytest.raises(ls.InputError, match=text):
        engine_of(**number)


def test_more_residual_than_propellant_is_refused():
    with pytest.raises(ls.InputError, match=r"unusable_propellant = 30.0 kg: expected no more than propellant_mass"):
        burn_of(engine_of(), propellant_kg=20.0, unusable_propellant=30 * u.kg)


def test_a_burn_before_the_thrust_of_the_one_before_is_gone_is_refused():
    scenario = burn_of(engine_of(tail_s=3.0), timer=10 * u.s)
    first = scenario.plan[0]
    soon = replace(first, name="soon", ignition=first.ignition + 12 * u.s)
    with pytest.raises(
        ls.InputError, match=r"burn 'soon' has ignition = .* up to 1.000 s before what precedes it ends"
    ):
        replace(scenario, plan=(first, soon))
    replace(scenario, plan=(first, replace(soon, ignition=first.ignition + 13.1 * u.s)))
