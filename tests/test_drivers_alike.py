"""Both drivers on what is odd: random burns and landings, engines with gaps, flights that come to rest."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from random_flights import EPOCH, MOON, MPS, NEVER, SITE, both, compiled, random_scenario
from repetitions import examples
from scipy.integrate import solve_ivp

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import FAILURES, Campaign, Uniform
from lunarsim.campaign.heldout import apart
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.flight.driver.row import PHASE
from lunarsim.kernels import codes
from lunarsim.kernels.forces import steering
from lunarsim.kernels.guidance.limits import exhaust_velocity
from lunarsim.kernels.guidance.look import COMPUTER
from lunarsim.kernels.sequence.cycles import gets_nowhere
from lunarsim.kernels.sequence.flown import Flown
from lunarsim.kernels.sequence.refusals import is_known, why_not

GM, RADIUS_M = constants.GM_MOON_M3_S2, constants.MOON_RADIUS_M
UP = np.array([0.6, 0.0, 0.8])
AHEAD = np.array([0.0, 1.0, 0.0])
CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=12 * u.kN, specific_impulse=320 * u.s)
)
EXHAUST_MPS = 320 * 9.80665
ZERO = ls.Cutoff.ZERO_SPEED


def burn(**options):
    return ls.Burn(**{"ignition": EPOCH, "target_delta_v": NEVER, "timer": 300 * u.s, **options})


def flight_plan(height_m, rise_mps, along_mps, *phases, craft=CRAFT, **options):
    state = ls.State((RADIUS_M + height_m) * UP * u.m, (rise_mps * UP + along_mps * AHEAD) * MPS, EPOCH)
    return ls.Scenario(name="odd", state=state, craft=craft, moon=MOON, plan=phases, **options)


# of the drivers over a few minutes: a metre and a millisecond are promised
@pytest.mark.parametrize("i", range(20))
def test_random_burns_and_landings_with_odd_engines_end_alike_in_both_drivers(i):
    scenario = random_scenario(i)
    if scenario is None:
        pytest.skip("what was drawn is refused")
    found, flight, why = both(scenario)
    assert found.alike, why
    if flight is not None:
        assert found.position_m < 1.0
        assert found.time_s < 1e-3
        assert found.propellant_kg < 1e-6 * scenario.craft.mass.to_value(u.kg)
        assert np.all(np.diff(flight.mass.value) <= 0.0)


@pytest.mark.parametrize("faults", [(), (ls.AccelerometerOff(),)], ids=["sound", "accelerometer off"])
def test_a_braking_burn_from_orbit_ends_as_the_speed_reaches_zero(faults):
    state = ls.State.from_elements(
        perilune=15 * u.km, apolune=100 * u.km, inclination=82.37 * u.deg, node_longitude=229.5 * u.deg, epoch=EPOCH
    )
    braking = burn(ignition=EPOCH + 60 * u.s, target_delta_v=(1690 if faults else 1e4) * MPS)
    plan = (braking, ls.Coast(duration=20 * u.min))
    scenario = ls.Scenario(name="stopped", state=state, craft=CRAFT, moon=MOON, plan=plan, faults=faults)
    found, flight, _ = both(scenario)
    assert found.alike
    assert flight.burns[0].cutoff is ZERO
    assert flight.burns[0].after.speed < 1 * u.mm / u.s
    assert isinstance(flight.outcome, ls.Impact)  # from rest it falls
    assert [event.detail for event in flight.timeline if event.kind is ls.EventKind.CUTOFF] == ["speed reached zero"]


@pytest.mark.parametrize(("height_m", "rise_mps"), [(20e3, -150.0), (5e3, -40.0), (2e3, 60.0)])
def test_a_vertical_burn_stops_when_the_equation_of_one_dimension_says(height_m, rise_mps):
    flight = ls.simulate(flight_plan(height_m, rise_mps, 0.0, burn(), ls.Coast(duration=1 * u.s)))
    mass, flow, up = 1500.0, 12e3 / EXHAUST_MPS, -np.sign(rise_mps)

    def rates(t, y):
        return [y[1], -GM / y[0] ** 2 + up * 12e3 / (mass - flow * t)]

    def at_rest(_t, y):
        return y[1]

    at_rest.terminal = True  # type: ignore[attr-defined]
    radial = solve_ivp(rates, (0.0, 60.0), [RADIUS_M + height_m, rise_mps], events=at_rest, rtol=1e-12, atol=1e-9)
    assert flight.burns[0].cutoff is ZERO
    # it ends up to 10 us (times 8 over 6.4 m/s2) before the rest
    assert flight.burns[0].duration.to_value(u.s) == pytest.approx(radial.t_events[0][0], abs=2e-5)


@pytest.mark.parametrize("law", [ls.AlongVelocity(), ls.AgainstVelocity()])
def test_a_burn_that_follows_the_velocity_does_not_begin_at_rest(law):
    scenario = flight_plan(1e3, 0.0, 0.0, burn(steering=law), ls.Coast(duration=10 * u.s))
    found, flight, _ = both(scenario)
    assert found.alike
    assert flight.burns[0].cutoff is ZERO
    assert flight.burns[0].duration == 0 * u.s
    assert flight.burns[0].propellant == 0 * u.kg


@examples(10)
@given(st.floats(-300.0, 300.0), st.floats(-6.0, 1.0), st.floats(0.5, 50.0))
def test_a_burn_near_the_vertical_ends_alike_in_both_drivers(rise_mps, log_along, weights):
    engine = replace(CRAFT.engine, thrust=weights * 1500.0 * constants.MOON_GRAVITY_MPS2 * u.N)
    plan = (burn(timer=200 * u.s), ls.Coast(duration=1000 * u.s))  # down to the ground
    scenario = flight_plan(1e4, rise_mps, 10.0**log_along, *plan, craft=replace(CRAFT, engine=engine))
    found, flight, why = both(scenario)
    assert found.alike, why
    assert found.position_m < 1.0
    assert sum(phase.segment.path.ends_s.size for phase in flight.trajectory.phases) < 500  # type: ignore[misc]


@pytest.mark.parametrize("pitch_deg", [-10.0, 10.0])
@pytest.mark.parametrize("along_mps", [0.0, 1e-3, 5.0])
def test_a_mispointed_burn_flies_through_the_vertical(pitch_deg, along_mps):
    """The plane of flight, about which pitch is measured, turns over there."""
    plan = (burn(timer=20 * u.s, pitch_error=pitch_deg * u.deg), ls.Coast(duration=10 * u.s))
    found, flight, why = both(flight_plan(2e4, -250.0, along_mps, *plan))
    assert found.alike, why
    assert flight.burns[0].cutoff is ls.Cutoff.TIMER


def test_pointing_errors_fade_out_in_vertical_flight_and_leave_a_unit_vector():
    r = RADIUS_M * UP
    for along_mps in (0.0, 1e-9, 1e-3, 0.1, 10.0):
        v = -100.0 * UP + along_mps * AHEAD
        meant = np.array(steering.thrust_direction(steering.AGAINST_VELOCITY, np.zeros(3), tuple(v)))
        turned = np.array(steering.mispointed(meant, tuple(r), tuple(v), 0.2, 0.1))
        assert np.linalg.norm(turned) == pytest.approx(1.0, abs=1e-15)  # roundings
        error = np.arctan2(np.linalg.norm(np.cross(meant, turned)), meant @ turned)
        whole = np.arccos(np.cos(0.2) * np.cos(0.1))
        # the fade is s^2 / sqrt(s^4 + 0.1^4), a share of the sideways part
        share = along_mps**2 / np.sqrt(along_mps**4 + 1e-4)
        assert np.tan(error) == pytest.approx(share * np.tan(whole), rel=1e-9, abs=1e-15)


def test_a_code_that_is_no_steering_law_gives_no_direction():
    assert np.all(np.isnan(steering.thrust_direction(7, np.zeros(3), (1.0, 2.0, 3.0))))


class OddSteering:
    """A steering law of somebody's own."""

    def __init__(self, lowered):
        self.lowered = lowered

    def lower(self):
        if isinstance(self.lowered, Exception):
            raise self.lowered
        return self.lowered


@pytest.mark.parametrize(
    ("lowered", "words"),
    [
        ((7, np.zeros(3)), "gave the code 7, which is no law's"),
        ((0, np.full(3, np.nan)), "of length 1"),
        ((0, np.array([0.0, 0.0, 2.0])), "of length 1"),
        ((0, np.ones(2)), "three numbers"),
        (ValueError("no wind"), "ended with ValueError: no wind"),
        (None, "ended with TypeError"),
    ],
)
def test_a_steering_law_that_the_kernels_do_not_know_is_refused(lowered, words):
    with pytest.raises(ls.InputError, match=words):
        burn(steering=OddSteering(lowered))


ENGINES = st.tuples(
    st.floats(0.0, 1.0), st.one_of(st.none(), st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))), st.floats(0.2, 3.0)
)


def engine_of(drawn):
    least, band, ratio = drawn
    band = sorted(least + share * (1.0 - least) for share in band) if band else None
    return ls.Engine(
        thrust=12 * u.kN,
        specific_impulse=320 * u.s,
        min_throttle=least,
        specific_impulse_at_min_throttle=320 * ratio * u.s,
        throttle_keep_out=tuple(band) if band and band[0] < band[1] else None,
    )


NOT_LOOKED_AT = (None, None, None)  # the environment, the ground and the computer


def refusal(rows, drawn):
    """Why the compiled driver refuses the first of some runs."""
    run, phases = drawn.runs[0:1], drawn.phases[0]
    known = is_known(run, drawn.changes[0], phases)
    return why_not(Flown(run[0], drawn.changes[0], phases, rows.plan, *NOT_LOOKED_AT, known))


@given(ENGINES, st.floats(1e-6, 1.0))
def test_a_throttle_is_refused_by_a_scenario_where_the_compiled_driver_refuses_it(drawn, throttle):
    engine = engine_of(drawn)
    bottom, top = engine.throttle_keep_out or (2.0, 2.0)
    possible = throttle >= engine.min_throttle and not bottom < throttle < top
    craft = replace(CRAFT, engine=engine)
    whole = flight_plan(1e5, 0.0, 1600.0, burn(), ls.Coast(duration=1 * u.s), craft=craft)  # full throttle: always
    rows = Rows.of(whole, ["plan.0.throttle"])
    drawn = rows.table({"plan.0.throttle": np.array([throttle])})
    assert refusal(rows, drawn) == (codes.SOUND if possible else codes.THROTTLE_OUT_OF_RANGE)
    phases = (burn(throttle=throttle), ls.Coast(duration=1 * u.s))
    if possible:
        flight_plan(1e5, 0.0, 1600.0, *phases, craft=craft)
    else:
        with pytest.raises(ls.InputError, match=r"burn 'burn' has throttle = .*, at which the engine cannot run"):
            flight_plan(1e5, 0.0, 1600.0, *phases, craft=craft)


@given(ENGINES, st.floats(-1.0, 2.0))
def test_the_exhaust_velocity_is_never_beyond_those_at_the_limits_of_the_throttle(drawn, throttle):
    engine = engine_of(drawn)
    whole = flight_plan(1e5, 0.0, 1600.0, burn(), craft=replace(CRAFT, engine=engine))
    record = Rows.of(whole, []).bases.runs[0].craft.engine
    own = engine.specific_impulse_at_min_throttle
    least = engine.specific_impulse if own is None else own
    limits = sorted(constants.STANDARD_GRAVITY_MPS2 * x.to_value(u.s) for x in (engine.specific_impulse, least))
    found = exhaust_velocity(throttle, record)
    assert limits[0] * (1 - 1e-15) <= found <= limits[1] * (1 + 1e-15)  # roundings
    assert found > 0.0


@pytest.mark.parametrize(("throttle", "words"), [(0.1, r"expected 0\.8 \(its min_throttle\) to 1$"), (0.9, None)])
def test_a_burn_below_the_least_throttle_is_refused(throttle, words):
    engine = ls.Engine(
        thrust=265.8 * u.N, specific_impulse=315 * u.s, min_throttle=0.8, specific_impulse_at_min_throttle=200 * u.s
    )
    craft = ls.Spacecraft(dry_mass=800 * u.kg, propellant_mass=546 * u.kg, engine=engine)
    phases = (burn(throttle=throttle, target_delta_v=16.6 * MPS), ls.Coast(duration=1 * u.h))
    if words is None:
        flown = ls.simulate(flight_plan(1e5, 0.0, 1600.0, *phases, craft=craft))
        assert 0.0 < flown.burns[0].propellant.to_value(u.kg) < 546.0
        return
    with pytest.raises(ls.InputError, match=words):
        flight_plan(1e5, 0.0, 1600.0, *phases, craft=craft)


def test_a_law_with_a_throttle_at_which_the_engine_cannot_run_is_refused():
    craft = replace(CRAFT, engine=replace(CRAFT.engine, min_throttle=0.2, throttle_keep_out=(0.5, 0.7)))
    for law in (ls.AttitudeHold(throttle=0.1), ls.GravityTurn(throttle=0.6)):
        phase = ls.Guided(name="down", law=law, max_duration=10 * u.s)
        with pytest.raises(ls.InputError, match="the law of phase 'down' has throttle"):
            flight_plan(1e4, 0.0, 10.0, burn(timer=1 * u.s), phase, craft=craft, landing_site=SITE)


def test_dispersed_throttles_fail_for_one_reason_in_both_drivers_and_the_rest_burn_the_same_propellant():
    craft = replace(CRAFT, engine=replace(CRAFT.engine, min_throttle=0.3, throttle_keep_out=(0.5, 0.7)))
    plan = (burn(timer=50 * u.s, throttle=0.4), ls.Coast(duration=60 * u.s))
    scenario = flight_plan(1e5, 0.0, 1600.0, *plan, craft=craft)
    result = Campaign(scenario, {"plan.0.throttle": Uniform(0.1, 1.0)}).run(40, seed=1)
    throttle = result.column("plan.0.throttle")
    impossible = (throttle < 0.3) | ((throttle > 0.5) & (throttle < 0.7))
    np.testing.assert_array_equal(result.column("outcome") == codes.FAILED, impossible)
    assert result.failures() == {FAILURES[codes.THROTTLE_OUT_OF_RANGE]: int(impossible.sum())}
    with pytest.raises(ls.InputError, match="at which the engine cannot run"):
        result.rerun(int(np.flatnonzero(impossible)[0]))
    held = result.cross_check(5)
    assert held.different == ()
    assert held.propellant < 1e-6 * u.kg
    assert f"propellant {held.propellant.to_value(u.kg):.1e} kg apart" in str(held)


def test_more_thrust_than_can_be_resolved_is_refused_by_both_drivers():
    feather = replace(CRAFT, dry_mass=1e-3 * u.kg, propellant_mass=1e-3 * u.kg)
    with pytest.raises(ls.InputError, match=r"accelerates the dry_mass = .* by more than 100000 m / s2"):
        flight_plan(1e5, 0.0, 1600.0, burn(), craft=feather)
    scenario = flight_plan(1e5, 0.0, 1600.0, burn(), ls.Coast(duration=1 * u.s))
    rows = Rows.of(scenario, ["craft.dry_mass"])
    assert refusal(rows, rows.table({"craft.dry_mass": np.array([1e-3])})) == codes.TOO_STRONG


@pytest.mark.parametrize("cycle_s", [1e-4, 0.0])
def test_a_cycle_too_short_for_the_reference_driver_is_too_short_for_the_other(cycle_s):
    phase = ls.Guided(name="down", law=ls.DescentRate(target_altitude_rate=-2 * MPS), max_duration=10 * u.s)
    scenario = flight_plan(1e4, 0.0, 10.0, phase, landing_site=SITE)
    rows = Rows.of(scenario, ["plan.0.cycle_time"])
    assert refusal(rows, rows.table({"plan.0.cycle_time": np.array([cycle_s])})) == codes.NO_TIME
    with pytest.raises(ls.InputError, match="cycle"):
        replace(phase, cycle_time=cycle_s * u.s)


def test_a_phase_of_more_than_a_million_cycles_is_refused():
    with pytest.raises(ls.InputError, match="holds over a million cycles"):
        ls.Guided(name="down", law=ls.EngineOff(), max_duration=1e7 * u.s, cycle_time=0.5 * u.s)


def test_a_phase_whose_cycles_shrink_gets_nowhere_after_twice_its_cycles_and_ten_thousand():
    phase, computer = np.zeros(1, PHASE)[0].guided, np.zeros(1, COMPUTER)[0]
    phase.max_duration_s, phase.cycle_time_s = 100.0, 0.5
    computer.looks_before = 70.0  # of the phases before
    for looks, expected in ((70, False), (470, False), (10_470, False), (10_471, True)):
        computer.looks = looks
        assert gets_nowhere(phase, computer) is expected


def test_the_cross_check_sees_another_cut_off_another_exit_and_other_propellant():
    scenario = flight_plan(1e5, 0.0, 1600.0, burn(timer=50 * u.s), ls.Coast(duration=60 * u.s))
    flight, row = ls.simulate(scenario), compiled(scenario)
    assert apart(row, flight).alike
    assert not apart(row | {"burn0_cutoff": codes.PROPELLANT_OUT}, flight).alike
    assert not apart(row | {"burn0_cutoff": codes.NO_BURN}, flight).alike
    assert apart(row | {"burn0_propellant_kg": 0.0}, flight).propellant_kg == pytest.approx(50 * 12e3 / EXHAUST_MPS)


@pytest.mark.slow
def test_the_cross_check_holds_every_column_of_a_landing_against_the_reference_flight():
    scenario = ls.load_scenario("chandrayaan3")
    flight, row = ls.simulate(scenario), compiled(scenario)
    found = apart(row, flight)
    assert found.alike
    # what a guided phase sensed, no reference flight records
    assert {name for name in row if not name.endswith("_dv_sensed_mps")} == set(found.columns)
    for name in found.columns:
        changed = apart(row | {name: row[name] + 1.0}, flight)
        assert abs(changed.columns[name] - 1.0) < 1e-3, name
        codes_and_counts = row[name].dtype == np.int8 or "cycles" in name  # type: ignore[attr-defined]
        assert changed.alike is not codes_and_counts, name
