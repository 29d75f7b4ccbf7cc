"""Linear pitch in a closed loop: Luna-25's design of 2012, and how far its throttle reaches."""

from dataclasses import replace

import landing_example
import numpy as np
import pytest
from astropy import units as u
from closed_loop import Lander, above_site, fly, situation

import lunarsim as ls
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.inputs.sampling import MonteCarlo
from lunarsim.constants import GM_MOON_M3_S2, MOON_RADIUS_M, STANDARD_GRAVITY_MPS2
from lunarsim.errors import InputError
from lunarsim.kernels.guidance import memory
from lunarsim.kernels.guidance.laws import pitch, polynomial
from lunarsim.kernels.guidance.laws.crossrange import crossrange_thrust
from lunarsim.kernels.guidance.situation import LEVEL
from lunarsim.plan.laws import PitchGuidance

K, GM = MOON_RADIUS_M, GM_MOON_M3_S2
KGF = STANDARD_GRAVITY_MPS2
MASS = 911.0  # design of 2012
LUNA = Lander(420 * KGF, 320 * STANDARD_GRAVITY_MPS2, K, GM)  # specific impulse assumed: see the facts
WIDE = LUNA._replace(thrust_n=480 * KGF)  # top of the regulation
PERILUNE, APOLUNE = K + 18e3, K + 100e3
SPEED = np.sqrt(2.0 * GM * APOLUNE / (PERILUNE * (PERILUNE + APOLUNE)))
REACH = 267_865.0  # arc of the braking at 420 kgf, m; measured, so that the site lies where the braking ends

TO_1500_M = {"target_altitude": 1500 * u.m, "target_altitude_rate": -5 * u.m / u.s}


def braked(lander, arc=REACH, crossrange=0.0, across=0.0, cycle_s=1.0, thrust_share=1.0, **options):
    lowered = PitchGuidance(**TO_1500_M, **options).lower()
    r, v = above_site(-arc, 18e3, SPEED, 0.0, lander, crossrange_m=crossrange, across_mps=across)

    def flown_law(s, p, m):
        return lowered.kernel(s, p, m)

    return fly(flown_law, lowered.parameters, r, v, MASS, lander, cycle_s=cycle_s, thrust_share=thrust_share)


@pytest.mark.parametrize("shape", ["linear", "linear tangent"])
def test_lunas_main_braking_takes_the_published_propellant_and_time(shape):
    end = braked(LUNA, shape=shape)
    print(f"{shape}: {end.burned_s:.2f} s, {MASS - end.mass_kg:.2f} kg, {end.position}, {end.velocity}")
    assert end.position[2] == pytest.approx(1500.0, abs=0.1)  # measured 0.006 m
    np.testing.assert_allclose(end.velocity, [0.0, 0.0, -5.0], atol=1e-3)  # measured 2e-5 m/s
    assert MASS - end.mass_kg == pytest.approx(389.0, abs=1.0)  # published to the kilogram; measured 388.91
    assert end.burned_s == pytest.approx(297.0, abs=3.0)  # "about 297 s"; measured 296.31


def test_the_crossrange_command_is_that_of_e_guidance():
    r, v = above_site(-2e4, 5e3, 300.0, -20.0, LUNA, crossrange_m=400.0, across_mps=-6.0)
    seen, _ = situation(r, v, 700.0, 3.0, 1.0, LUNA)
    p = np.zeros(memory.PARAMETERS)
    target = p.view(memory.TARGET)[0]
    target.position_m[1], target.velocity_mps[1], target.time_to_go_s = 30.0, 0.5, 63.0  # 60 s from now
    expected = polynomial.e_guidance(seen, p, np.zeros(memory.MEMORY))[1]
    assert crossrange_thrust(seen, target, 0.0, 60.0, 10.0) == pytest.approx(expected, rel=1e-12)  # rounding
    assert crossrange_thrust(seen, target, 0.0, 60.0, 0.01) == pytest.approx(np.copysign(0.01, expected))


def test_crossrange_is_flown_to_the_target():
    end = braked(LUNA, crossrange=500.0, across=-3.0)
    assert abs(end.position[1]) < 0.1  # measured 0.007 m
    assert abs(end.velocity[1]) < 0.02  # measured 0.007 m/s
    assert end.position[2] == pytest.approx(1500.0, abs=0.1)


@pytest.mark.parametrize(("shift_km", "kgf"), [(-33.0, 480.0), (13.0, 400.0)])
def test_the_published_regulation_gives_the_published_control_of_range(shift_km, kgf):
    """400 to 480 kgf give -33 to +13 km: a braking from so much nearer or further still ends over its target."""
    end = braked(WIDE, REACH + 1e3 * shift_km, range_control=True, throttle=420 / 480, min_throttle=400 / 480)
    print(f"{shift_km} km: {480 * end.throttles[0]:.1f} kgf, {end.position}, {end.velocity}")
    np.testing.assert_allclose(end.position, [0.0, 0.0, 1500.0], atol=0.1)  # measured 0.008 m
    np.testing.assert_allclose(end.velocity, [0.0, 0.0, -5.0], atol=1e-3)
    assert 480 * end.throttles[0] == pytest.approx(kgf, abs=2.0)  # published to a kilometre, 1 % of the span


def test_a_range_out_of_reach_leaves_the_throttle_at_its_limit_and_keeps_height_and_rates():
    end = braked(WIDE, REACH - 40e3, range_control=True, throttle=420 / 480, min_throttle=400 / 480)
    assert min(end.throttles) == pytest.approx(1.0, abs=1e-9)  # clipped, not close
    assert end.position[0] > 1e3
    assert end.position[2] == pytest.approx(1500.0, abs=0.1)
    np.testing.assert_allclose(end.velocity, [0.0, 0.0, -5.0], atol=1e-3)


def test_an_engine_that_gives_less_than_known_is_corrected_for():
    end = braked(LUNA, thrust_share=0.97)
    print(end.position, end.velocity)
    assert end.position[2] == pytest.approx(1500.0, abs=20.0)  # measured; what the last 5 s leave
    assert abs(end.velocity[2] + 5.0) < 2.0


def test_a_shorter_cycle_ends_nearer_to_the_target():
    misses = [abs(braked(LUNA, cycle_s=c, thrust_share=0.99).position[2] - 1500.0) for c in (2.0, 1.0, 0.5)]
    print(misses)
    assert misses[2] <= misses[0] + 1e-3


def test_the_engine_is_off_once_the_target_is_reached():
    lowered = PitchGuidance(**TO_1500_M).lower()
    m = np.zeros(memory.MEMORY)
    r, v = above_site(0.0, 1500.0, 0.5, -5.0, LUNA)
    seen, _ = situation(r, v, 522.0, 0.0, 1.0, LUNA)
    assert np.any(np.array(pitch.pitch_guidance(seen, lowered.parameters, m)) != 0.0)
    assert 0.0 < m.view(memory.SHARED)[0].cut_s < 0.2  # 0.5 m/s at 7.9 m/s2, at whatever pitch
    assert pitch.pitch_guidance(seen._replace(time_s=1.0), lowered.parameters, m) == (0.0, 0.0, 0.0)
    assert m.view(memory.SHARED)[0].to_go_s == 0.0


def test_the_law_is_lowered_to_the_numbers_that_the_kernel_reads():
    lowered = PitchGuidance(**TO_1500_M, target_crossrange=2 * u.km).lower()
    assert (lowered.kernel, lowered.frame) == (pitch.pitch_guidance, LEVEL)
    np.testing.assert_array_equal(lowered.parameters[:6], [0.0, 2000.0, 1500.0, 0.0, 0.0, -5.0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"throttle": 1.2}, "throttle = 1.2"),
        ({"shape": "cubic"}, "linear tangent"),
        ({"target_altitude": 3 * u.s}, "target_altitude"),
        ({"range_control": True, "throttle": 0.5, "min_throttle": 0.8}, "min_throttle = 0.8"),
        ({"crossrange_share": 1.0}, "crossrange_share"),
    ],
)
def test_a_wrong_argument_is_named(options, words):
    with pytest.raises(InputError, match=words):
        PitchGuidance(**options)


@pytest.mark.parametrize("altitude", [1000.0, 500.0, 0.0])
def test_a_target_out_of_reach_is_neared_smoothly_and_alike_by_both_drivers(altitude):
    """From 2 km and 80 m/s the burn is over too soon to come down so far. Unchecked steps once turned it about."""

    def scenario(aside_m=0.0):
        engine = replace(landing_example.LANDER.engine, throttle_rate=None)
        base = landing_example.landing(replace(landing_example.LANDER, engine=engine, slew_rate=None))
        wanted = PitchGuidance(
            target_altitude=altitude * u.m,
            target_downrange_rate=10 * u.m / u.s,
            target_altitude_rate=-20 * u.m / u.s,
            throttle=0.9,
        )
        exits = (ls.Termination(quantity="time to go", below=0 * u.s),)
        phase = replace(base.plan[0], law=wanted, terminations=exits, max_duration=120 * u.s)
        start = ls.State(base.state.position + [aside_m, 0.0, 0.0] * u.m, base.state.velocity, base.state.epoch)
        return replace(base, plan=(phase,), state=start)

    flight = ls.simulate(scenario())
    assert flight.phases[0].ended_by == "time to go below 0 s"
    end = flight.trajectory.end_y[:3]
    assert np.linalg.norm(ls.simulate(scenario(1e-9)).trajectory.end_y[:3] - end) < 1e-4  # measured 7e-7
    result = Flying(scenario(), {}, (), MonteCarlo(), 1e-3, 1, 1).fly({}).runs[0]
    assert (
        np.linalg.norm([result.x_m, result.y_m, result.z_m] - end) < 1e-3
    )  # measured 1e-6; 0.1 m is asked of landings
