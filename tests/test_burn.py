"""Burns: the rocket equation, the cut-offs on sensed delta-v, timer and propellant, what the sensor does to them."""

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from mpmath import mp, mpf

import lunarsim as ls
from lunarsim.kernels.forces import steering

THRUST_N = 4200.0
ISP_S = 310.0
EXHAUST_MPS = ISP_S * 9.80665  # standard gravity, exact by definition
MASS_KG = 1350.0
FLOW_KG_S = THRUST_N / EXHAUST_MPS
IGNITION_S = 137.25

MICROSECOND = 1e-6  # the promise for a cut-off; measured 4e-12 s
ALWAYS = 1e4 * u.s  # a timer that does not run out
NEVER = 1e5 * u.m / u.s  # a target that is not reached


@pytest.fixture
def fly(low_orbit, point_moon, craft):
    """Fly burns, given as options, on the plain orbit."""

    def simulate(*burns, accelerometer=None, faults=(), moon=point_moon, propellant=350 * u.kg, tail=None):
        flown = ls.Spacecraft(
            dry_mass=craft.dry_mass,
            propellant_mass=propellant,
            engine=craft.engine,
            accelerometer=accelerometer or ls.Accelerometer(),
        )
        ignition = low_orbit.epoch + IGNITION_S * u.s
        options = {"ignition": ignition, "target_delta_v": NEVER, "timer": ALWAYS}
        plan = tuple(burn if isinstance(burn, ls.Burn) else ls.Burn(**{**options, **burn}) for burn in burns)
        if tail is not None:
            plan += (ls.Coast(duration=tail),)
        scenario = ls.Scenario(name="burn", state=low_orbit, craft=flown, moon=moon, plan=plan, faults=faults)
        return ls.simulate(scenario)

    return simulate


def time_to_gain(dv_mps, *, mass_kg=MASS_KG, thrust_n=THRUST_N):
    """Closed form of constant thrust: when the true delta-v is reached (s)."""
    return mass_kg * EXHAUST_MPS / thrust_n * (1.0 - np.exp(-dv_mps / EXHAUST_MPS))


def time_to_sense(dv_mps, *, scale=1.0, bias_mps2=0.0, mass_kg=MASS_KG):
    """When a sensor with a scale factor and a bias has summed up a delta-v (s), in 30 digits."""
    with mp.workdps(30):
        flow = mpf(THRUST_N) / EXHAUST_MPS
        sensed = lambda t: scale * EXHAUST_MPS * mp.log(mass_kg / (mass_kg - flow * t)) + bias_mps2 * t  # noqa: E731
        return float(mp.findroot(lambda t: sensed(t) - dv_mps, time_to_gain(dv_mps, mass_kg=mass_kg)))


def test_the_true_delta_v_is_that_of_the_rocket_equation(fly):
    burn = fly({"timer": 84 * u.s}).burns[0]
    before, spent = MASS_KG, burn.propellant.to_value(u.kg)
    expected = EXHAUST_MPS * np.log(before / (before - spent))
    assert burn.delta_v.to_value(u.m / u.s) == pytest.approx(expected, rel=1e-9)  # as promised; measured 2e-15
    assert spent == pytest.approx(FLOW_KG_S * 84.0, rel=1e-12)  # a straight line: roundings


def test_with_a_sound_sensor_sensed_and_true_delta_v_are_the_same(fly):
    flight = fly({"timer": 84 * u.s}, tail=100 * u.s)
    # the same integral; dense output sums its terms in an order of its own: measured 2.4e-13, doubled
    np.testing.assert_allclose(flight.delta_v.value, flight.delta_v_sensed.value, rtol=0, atol=5e-13)


@pytest.mark.parametrize("target", [1e-3, 24.3, 250.0, 850.0])
def test_the_burn_is_cut_off_when_the_sensed_delta_v_reaches_the_target(fly, target):
    burn = fly({"target_delta_v": target * u.m / u.s}).burns[0]
    assert burn.cutoff is ls.Cutoff.SENSED_DELTA_V
    assert burn.duration.to_value(u.s) == pytest.approx(time_to_gain(target), abs=MICROSECOND)
    assert burn.delta_v_sensed.to_value(u.m / u.s) == pytest.approx(target, abs=1e-9)  # 1e-10 s at 4 m/s2
    assert burn.target_delta_v.to_value(u.m / u.s) == target


@pytest.mark.parametrize(
    ("scale", "bias_mps2"), [(0.5, 0.0), (0.97, 0.0), (1.03, 0.0), (1.0, 0.02), (1.0, -0.3), (0.98, 0.05)]
)
def test_errors_of_the_accelerometer_move_the_cut_off_to_where_the_integral_of_its_reading_says(fly, scale, bias_mps2):
    sensor = ls.Accelerometer(scale_factor=scale, bias=bias_mps2 * u.m / u.s**2)
    target = 150.0
    burn = fly({"target_delta_v": target * u.m / u.s}, accelerometer=sensor).burns[0]
    expected_s = time_to_sense(target, scale=scale, bias_mps2=bias_mps2)
    assert burn.cutoff is ls.Cutoff.SENSED_DELTA_V
    assert burn.duration.to_value(u.s) == pytest.approx(expected_s, abs=MICROSECOND)
    true_mps = EXHAUST_MPS * np.log(MASS_KG / (MASS_KG - FLOW_KG_S * expected_s))
    assert burn.delta_v.to_value(u.m / u.s) == pytest.approx(true_mps, abs=1e-8)  # 1e-9 s at 4 m/s2
    assert burn.delta_v_sensed.to_value(u.m / u.s) == pytest.approx(target, abs=1e-8)


def test_the_timer_cuts_off_exactly_when_the_target_is_not_reached(fly):
    flight = fly({"timer": 84 * u.s, "target_delta_v": 1000 * u.m / u.s})
    assert flight.burns[0].cutoff is ls.Cutoff.TIMER
    assert flight.burns[0].duration.to_value(u.s) == 84.0
    assert flight.duration.to_value(u.s) == pytest.approx(IGNITION_S + 84.0, abs=1e-11)  # a Time keeps 1e-11 s


def test_the_engine_runs_dry_when_the_propellant_is_spent(fly):
    burn = fly({}, propellant=20 * u.kg).burns[0]
    mass = 1020.0
    assert burn.cutoff is ls.Cutoff.PROPELLANT
    assert burn.duration.to_value(u.s) == pytest.approx(20.0 / FLOW_KG_S, abs=MICROSECOND)
    assert burn.propellant.to_value(u.kg) == pytest.approx(20.0, abs=1e-8)  # 1e-9 s of flow
    assert burn.delta_v.to_value(u.m / u.s) == pytest.approx(EXHAUST_MPS * np.log(mass / 1000.0), rel=1e-9)


def test_without_propellant_the_burn_ends_where_it_begins(fly):
    flight = fly({}, propellant=0 * u.kg, tail=10 * u.s)
    burn = flight.burns[0]
    assert burn.cutoff is ls.Cutoff.PROPELLANT
    assert burn.duration == 0 * u.s
    assert burn.delta_v == 0 * u.m / u.s
    assert flight.duration.to_value(u.s) == pytest.approx(IGNITION_S + 10.0, abs=1e-11)  # a Time keeps 1e-11 s


def test_a_dead_accelerometer_leaves_the_cut_off_to_the_timer(fly):
    options = {"target_delta_v": 100 * u.m / u.s, "timer": 60 * u.s}
    sound, dead = fly(options), fly(options, faults=(ls.AccelerometerOff(),))
    assert sound.burns[0].cutoff is ls.Cutoff.SENSED_DELTA_V
    assert dead.burns[0].cutoff is ls.Cutoff.TIMER
    assert dead.burns[0].duration.to_value(u.s) == 60.0
    assert dead.burns[0].delta_v_sensed.value == 0.0
    gained = EXHAUST_MPS * np.log(MASS_KG / (MASS_KG - FLOW_KG_S * 60.0))
    assert dead.burns[0].delta_v.to_value(u.m / u.s) == pytest.approx(gained, rel=1e-11)  # tolerance 1e-13 a step


def test_an_accelerometer_that_reads_backwards_leaves_the_cut_off_to_the_timer(fly):
    sensor = ls.Accelerometer(scale_factor=-1.0)
    burn = fly({"target_delta_v": 100 * u.m / u.s, "timer": 60 * u.s}, accelerometer=sensor).burns[0]
    assert burn.cutoff is ls.Cutoff.TIMER
    assert burn.delta_v_sensed.value == pytest.approx(-burn.delta_v.value, abs=5e-13)  # roundings, as above


@pytest.mark.parametrize("lead_s", [-1e-3, -1e-6, 1e-6, 1e-3])
def test_of_target_and_timer_that_come_almost_together_the_first_decides(fly, lead_s):
    target = 20.0
    expected_s = time_to_gain(target)
    burn = fly({"target_delta_v": target * u.m / u.s, "timer": (expected_s + lead_s) * u.s}).burns[0]
    assert burn.cutoff is (ls.Cutoff.SENSED_DELTA_V if lead_s > 0 else ls.Cutoff.TIMER)
    assert burn.duration.to_value(u.s) == pytest.approx(expected_s + min(lead_s, 0.0), abs=1e-9)  # measured 4e-12


@pytest.mark.parametrize("lead_s", [-1e-3, -1e-6, 1e-6, 1e-3])
def test_of_target_and_empty_tank_that_come_almost_together_the_first_decides(fly, lead_s):
    tank_kg = 20.0
    dry_s = tank_kg / FLOW_KG_S
    target = EXHAUST_MPS * np.log((1000 + tank_kg) / (1000 + tank_kg - FLOW_KG_S * (dry_s - lead_s)))
    burn = fly({"target_delta_v": target * u.m / u.s}, propellant=tank_kg * u.kg).burns[0]
    assert burn.cutoff is (ls.Cutoff.SENSED_DELTA_V if lead_s > 0 else ls.Cutoff.PROPELLANT)
    assert burn.duration.to_value(u.s) == pytest.approx(dry_s - max(lead_s, 0.0), abs=1e-9)  # measured 4e-12


@pytest.mark.parametrize("duration_s", [1e-6, 1e-3, 0.1])
def test_a_burn_shorter_than_any_step_of_the_integrator_is_cut_off_in_time(fly, duration_s):
    target = EXHAUST_MPS * np.log(MASS_KG / (MASS_KG - FLOW_KG_S * duration_s))
    burn = fly({"target_delta_v": target * u.m / u.s}).burns[0]
    assert burn.cutoff is ls.Cutoff.SENSED_DELTA_V
    # seconds after the start are kept to 3e-14 s, and the target here to 1e-13 of 3 km/s: 1e-10 s
    assert burn.duration.to_value(u.s) == pytest.approx(duration_s, abs=1e-9)


def test_the_counter_of_a_later_burn_starts_from_zero_at_its_ignition(fly, low_orbit):
    first, second = (
        ls.Burn(
            ignition=low_orbit.epoch + t * u.s,
            target_delta_v=dv * u.m / u.s,
            timer=300 * u.s,
            steering=ls.AlongVelocity(),
            name=name,
        )
        for t, dv, name in ((100, 50.0, "first"), (1000, 30.0, "second"))
    )
    burns = fly(first, second).burns
    after_first = MASS_KG * np.exp(-50.0 / EXHAUST_MPS)
    assert [burn.name for burn in burns] == ["first", "second"]
    assert burns[0].duration.to_value(u.s) == pytest.approx(time_to_gain(50.0), abs=MICROSECOND)
    assert burns[1].duration.to_value(u.s) == pytest.approx(time_to_gain(30.0, mass_kg=after_first), abs=MICROSECOND)
    assert burns[1].delta_v_sensed.to_value(u.m / u.s) == pytest.approx(30.0, abs=1e-9)  # 1e-10 s at 4 m/s2


def test_a_second_burn_may_start_at_the_moment_at_which_the_timer_ended_the_first(fly, low_orbit):
    ignition = low_orbit.epoch + 100 * u.s
    burns = fly({"ignition": ignition, "timer": 10 * u.s}, {"ignition": ignition + 10 * u.s, "timer": 5 * u.s}).burns
    assert [burn.duration.to_value(u.s) for burn in burns] == pytest.approx([10.0, 5.0], abs=1e-9)  # of a Time


def test_half_the_throttle_is_half_the_thrust_and_half_the_flow(fly):
    full, half = fly({"timer": 50 * u.s}), fly({"timer": 50 * u.s, "throttle": 0.5})
    assert half.thrust.max() == full.thrust.max() / 2 == THRUST_N / 2 * u.N
    assert half.burns[0].propellant.value == pytest.approx(full.burns[0].propellant.value / 2, rel=1e-12)  # roundings
    half_dv = EXHAUST_MPS * np.log(MASS_KG / (MASS_KG - FLOW_KG_S * 25.0))
    assert half.burns[0].delta_v.to_value(u.m / u.s) == pytest.approx(half_dv, rel=1e-11)  # tolerance 1e-13 a step


def test_half_the_throttle_takes_twice_the_time_to_the_same_delta_v(fly):
    target = {"target_delta_v": 120 * u.m / u.s}
    full, half = fly(target).burns[0], fly({**target, "throttle": 0.5}).burns[0]
    assert half.duration.to_value(u.s) == pytest.approx(2 * full.duration.to_value(u.s), abs=MICROSECOND)


@pytest.mark.parametrize(("law", "sign"), [(ls.AlongVelocity(), +1), (ls.AgainstVelocity(), -1)])
def test_thrust_along_or_against_the_velocity_changes_the_energy_by_its_work(fly, law, sign):
    burn = fly({"timer": 1 * u.s, "steering": law}).burns[0]

    def energy(state):
        speed = state.speed.to_value(u.m / u.s)
        return 0.5 * speed**2 - 4.90279996708864e12 / (1_737_400.0 + state.altitude.to_value(u.m))

    gain = energy(burn.after) - energy(burn.before)
    mean_speed = (burn.before.speed + burn.after.speed).to_value(u.m / u.s) / 2
    # the work is the integral of v dv; for the mean speed over one second the third order is 1e-6 of it
    assert gain == pytest.approx(sign * burn.delta_v.to_value(u.m / u.s) * mean_speed, rel=2e-6)


def test_thrust_in_a_fixed_direction_adds_its_delta_v_along_it(fly, point_moon):
    direction = np.array([0.0, 3.0, 4.0])
    burn = fly({"timer": 0.5 * u.s, "steering": ls.FixedDirection(direction * u.one)}).burns[0]
    coast = ls.propagate(burn.before, 0.5 * u.s, point_moon).outcome.state
    kick = (burn.after.velocity - coast.velocity).to_value(u.m / u.s)
    # gravity along the two paths differs by less than 1e-6 /s2 times 0.4 m times 0.5 s
    np.testing.assert_allclose(kick, burn.delta_v.to_value(u.m / u.s) * direction / 5.0, rtol=0, atol=2e-7)


@pytest.mark.parametrize("law", [steering.ALONG_VELOCITY, steering.AGAINST_VELOCITY])
def test_the_direction_of_thrust_has_the_length_one(law):
    for v in np.random.default_rng(0).normal(size=(50, 3)) * 1600:
        direction = np.array(steering.thrust_direction(law, np.zeros(3), v))
        assert np.linalg.norm(direction) == pytest.approx(1.0, abs=1e-15)  # roundings
        along = direction @ v / np.linalg.norm(v)
        assert along == pytest.approx(1.0 if law == steering.ALONG_VELOCITY else -1.0, abs=1e-15)


def test_an_ignition_across_a_leap_second_comes_a_second_later(point_moon, craft):
    state = ls.State.from_elements(
        perilune=100 * u.km, apolune=100 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg,
        epoch=Time("2016-12-31T23:59:00", scale="utc"),
    )  # fmt: skip
    burn = ls.Burn(ignition=Time("2017-01-01T00:01:00", scale="utc"), target_delta_v=NEVER, timer=1 * u.s)
    flight = ls.simulate(ls.Scenario(name="leap", state=state, craft=craft, moon=point_moon, plan=(burn,)))
    assert flight.duration.to_value(u.s) == pytest.approx(122.0, abs=1e-7)  # 121 s and the burn; UTC and TDB: 3.3e-10
    assert flight.burns[0].ignition.utc.isot == "2017-01-01T00:01:00.000"


def test_a_burn_that_meets_the_ground_ends_there_with_the_flight(epoch, point_moon, craft):
    state = ls.State.from_elements(
        perilune=-300 * u.km, apolune=20 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg,
        true_anomaly=200 * u.deg, epoch=epoch,
    )  # fmt: skip
    burn = ls.Burn(ignition=epoch + 10 * u.s, target_delta_v=NEVER, timer=1000 * u.s)
    plan = (burn, ls.Coast(duration=1 * u.hour))
    flight = ls.simulate(ls.Scenario(name="down", state=state, craft=craft, moon=point_moon, plan=plan))
    assert flight.burns[0].cutoff is ls.Cutoff.IMPACT
    assert isinstance(flight.outcome, ls.Impact)
    lasted_s = 10.0 + flight.burns[0].duration.to_value(u.s)
    assert flight.duration.to_value(u.s) == pytest.approx(lasted_s, abs=1e-11)  # a Time keeps 1e-11 s
    assert [event.kind.value for event in flight.timeline][-2:] == ["cut-off", "impact"]


def test_a_burn_after_an_impact_is_not_flown(epoch, point_moon, craft):
    state = ls.State.from_elements(
        perilune=-300 * u.km, apolune=20 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg,
        true_anomaly=200 * u.deg, epoch=epoch,
    )  # fmt: skip
    burn = ls.Burn(ignition=epoch + 3 * u.hour, target_delta_v=NEVER, timer=10 * u.s)
    flight = ls.simulate(ls.Scenario(name="down", state=state, craft=craft, moon=point_moon, plan=(burn,)))
    assert flight.burns == ()
    assert [event.kind for event in flight.timeline][-1] is ls.EventKind.IMPACT
