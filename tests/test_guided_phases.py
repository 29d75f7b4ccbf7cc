"""Guided phases as both drivers fly them: limits, exits, cycles, belief, and what they end with."""

from dataclasses import replace
from itertools import pairwise

import landing_example
import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.inputs.paths import dispersible
from lunarsim.campaign.inputs.sampling import MonteCarlo
from lunarsim.declarations import declared
from lunarsim.kernels import codes
from lunarsim.mission.over_ground import range_to_go

_MPS = u.m / u.s


@pytest.fixture(scope="module")
def site():
    return landing_example.SITE


@pytest.fixture(scope="module")
def lander():
    return landing_example.LANDER


@pytest.fixture(scope="module")
def landing():
    return landing_example.landing()


@pytest.fixture(scope="module")
def landed(landing):
    return ls.simulate(landing)


def with_phase(scenario, k, **changes):
    phases = list(scenario.plan)
    phases[k] = replace(phases[k], **changes)
    return replace(scenario, plan=tuple(phases))


def flown_by_campaign_driver(scenario, tolerance_m=1e-3):
    """The end of a scenario as the campaign driver flies it: time (s) and state (m, m/s)."""
    flying = Flying(scenario, {}, (), MonteCarlo(), tolerance_m, 1, 1)
    result = flying.fly({})
    run = result.runs[0]
    assert run.failure == codes.SOUND
    return run.end_s, np.array([run.x_m, run.y_m, run.z_m, run.vx_mps, run.vy_mps, run.vz_mps]), result


def test_a_landing_passes_through_its_phases_and_ends_near_its_site(landed, site):
    assert [phase.name for phase in landed.phases] == ["approach", "vertical descent", "free fall"]
    assert [phase.ended_by for phase in landed.phases[:2]] == ["time to go below 4 s", "altitude below 3 m"]
    # the target lies over the site, and the last 4 s of the law are not flown: a few metres
    assert landed.outcome.distance_to(site) < 20 * u.m


def test_free_fall_from_the_last_exit_arrives_with_the_speed_of_free_fall(landed):
    before = landed.phases[-1].before
    height = before.altitude.to_value(u.m)
    down = -np.sin(before.flight_path_angle.to_value(u.rad)) * before.speed.to_value(_MPS)
    after = landed.outcome
    arrived = -np.sin(after.flight_path_angle.to_value(u.rad)) * after.speed.to_value(_MPS)
    gravity = ls.constants.GM_MOON_M3_S2 / ls.constants.MOON_RADIUS_M**2
    assert arrived == pytest.approx(np.sqrt(down**2 + 2 * gravity * height), rel=1e-5)  # gravity over 3 m: 2e-6


def test_phases_account_for_all_the_propellant(landed, lander):
    used = sum(phase.propellant.to_value(u.kg) for phase in landed.phases)
    assert used == pytest.approx((lander.mass - landed.mass[-1]).to_value(u.kg), abs=1e-9)


def test_a_touchdown_without_a_landing_gear_says_why_there_is_no_verdict(landed):
    assert isinstance(landed.outcome, ls.Impact)
    assert str(landed.outcome).endswith(" deg, no landing gear to judge it by")
    ballistic = replace(landed.scenario, plan=(ls.Coast(duration=10 * u.min),), landing_site=None)
    assert "landing gear" not in str(ls.simulate(ballistic).outcome)  # an impact is what was to be expected


def test_a_tank_that_runs_dry_in_a_descent_is_a_reason_of_the_crash(landing):
    gear = ls.LandingGear(vertical_speed=3 * _MPS, horizontal_speed=1 * _MPS, tilt=10 * u.deg, slope=10 * u.deg)
    enough = replace(landing.craft, gear=gear)
    assert not ls.simulate(replace(landing, craft=enough)).outcome.tank_dry  # type: ignore[attr-defined]
    short = replace(enough, propellant_mass=20 * u.kg)
    outcome = ls.simulate(replace(landing, craft=short)).outcome
    assert outcome.verdict is ls.Verdict.CRASHED  # type: ignore[attr-defined]
    assert outcome.reasons[:2] == ("the tank had run dry", outcome.reasons[1])  # type: ignore[attr-defined]
    assert outcome.reasons[1].startswith("crash speed")  # type: ignore[attr-defined]


def test_both_drivers_end_at_the_same_place_and_time(landing, landed):
    end_s, state, result = flown_by_campaign_driver(landing)
    there = landed.outcome.state
    left = landed.mass[-1] - landing.craft.dry_mass
    assert result.runs[0].propellant_left_kg == pytest.approx(left.to_value(u.kg), abs=1e-6)
    assert end_s == pytest.approx(landed.duration.to_value(u.s), abs=1e-6)  # measured 1e-9
    assert np.linalg.norm(state[:3] - there.position.to_value(u.m)) < 1e-3  # of 0.1 m that a campaign may be off
    assert np.linalg.norm(state[3:] - there.velocity.to_value(_MPS)) < 1e-5


def test_both_drivers_end_alike_with_every_error_of_navigation_and_engine(landing):
    errors = ls.Navigation(
        downrange=30 * u.m,
        crossrange=-20 * u.m,
        altitude=5 * u.m,
        downrange_rate=0.2 * _MPS,
        crossrange_rate=-0.1 * _MPS,
        altitude_rate=0.05 * _MPS,
        altitude_scale=0.01,
        mass=4 * u.kg,
        position_noise=2 * u.m,
        velocity_noise=0.05 * _MPS,
        altitude_noise=0.5 * u.m,
        seed=11,
    )
    engine = replace(
        landing.craft.engine,
        thrust_error=0.02,
        specific_impulse_at_min_throttle=290 * u.s,
        throttle_keep_out=(0.45, 0.6),
    )
    scenario = replace(landing, craft=replace(landing.craft, navigation=errors, engine=engine))
    flight = ls.simulate(scenario)
    end_s, state, _ = flown_by_campaign_driver(scenario)
    assert end_s == pytest.approx(flight.duration.to_value(u.s), abs=1e-6)
    assert np.linalg.norm(state[:3] - flight.outcome.state.position.to_value(u.m)) < 1e-3


def test_the_throttle_stays_within_its_range_and_rate(landed, lander):
    shares = np.array([piece.thrust_n for piece in landed.trajectory.phases]) / lander.engine.thrust.to_value(u.N)
    lengths = np.array([p.segment.end_s - p.segment.start_s for p in landed.trajectory.phases])
    on = shares > 0.0
    assert np.all((shares[on] >= 0.1 - 1e-12) & (shares[on] <= 1.0 + 1e-12))
    both = on[1:] & on[:-1]
    assert np.all(np.abs(np.diff(shares))[both] <= 0.2 * lengths[1:][both] + 1e-12)


def test_the_attitude_turns_no_faster_than_it_may(landed):
    pieces = [piece for piece in landed.trajectory.phases if piece.direction is not None]
    axes = np.array([piece.direction for piece in pieces])
    lengths = np.array([piece.segment.end_s - piece.segment.start_s for piece in pieces])
    turned = np.degrees(
        np.arctan2(np.linalg.norm(np.cross(axes[1:], axes[:-1]), axis=1), np.sum(axes[1:] * axes[:-1], 1))
    )
    full = lengths[1:] > 0.5  # the last cycle is cut short by the ground
    assert np.all(turned[full] <= 5.0 * 1.0 + 1e-9)
    assert turned.max() > 1.0  # it does turn


def test_the_tilt_stays_within_the_limit_of_the_phase(landing):
    flight = ls.simulate(with_phase(landing, 0, max_tilt=25 * u.deg, slew_rate=None))
    for piece in flight.trajectory.phases[:80]:
        up = piece.segment.path(piece.segment.start_s)[:3]
        assert piece.direction @ up / np.linalg.norm(up) >= np.cos(np.radians(25.0)) - 1e-9


def test_a_band_that_the_engine_cannot_hold_is_not_held(landing, lander):
    engine = replace(lander.engine, throttle_keep_out=(0.3, 0.7), throttle_rate=None)
    flight = ls.simulate(replace(landing, craft=replace(lander, engine=engine)))
    shares = np.array([piece.thrust_n for piece in flight.trajectory.phases]) / 4000.0
    assert not np.any((shares > 0.3 + 1e-12) & (shares < 1.0 - 1e-12))


def test_an_exit_is_decided_by_what_is_believed(landing):
    """A craft that believes to be 50 m lower than it is ends its descent 50 m higher."""
    low = replace(landing, craft=replace(landing.craft, navigation=ls.Navigation(altitude=-50 * u.m)))
    flight = ls.simulate(low)
    record = flight.phases[1]
    assert record.ended_by == "altitude below 3 m"
    assert 48 * u.m < record.after.altitude < 54 * u.m  # it looks once a second, while it comes down at 2 m/s
    event = next(e for e in flight.timeline if e.kind is ls.EventKind.PHASE and e.detail == "vertical descent")
    assert (event.true.state.altitude - event.estimated.state.altitude).to_value(u.m) == pytest.approx(50.0, abs=1e-3)


def test_a_phase_whose_exit_is_never_met_ends_at_its_limit_and_says_so(landing):
    hover = with_phase(landing, 1, law=ls.DescentRate(), max_duration=30 * u.s)
    record = ls.simulate(hover).phases[1]
    assert record.ended_by == "limit of time, never altitude below 3 m"
    assert record.duration.to_value(u.s) == pytest.approx(30.0, abs=1e-6)
    _, _, result = flown_by_campaign_driver(hover)
    assert result.burns[0, 1].cutoff == codes.TIMER_RAN_OUT


def test_an_empty_tank_ends_the_thrust_and_not_the_flight(landing):
    poor = replace(landing, craft=replace(landing.craft, propellant_mass=35 * u.kg))
    flight = ls.simulate(poor)
    assert flight.mass[-1].to_value(u.kg) == pytest.approx(700.0, abs=1e-6)
    assert any(e.kind is ls.EventKind.CUTOFF and e.detail == "propellant" for e in flight.timeline)
    assert flight.outcome.speed > 10 * _MPS  # it falls
    end_s, _, _ = flown_by_campaign_driver(poor)
    assert end_s == pytest.approx(flight.duration.to_value(u.s), abs=1e-6)


def test_a_hover_takes_the_thrust_of_its_weight(landing):
    hover = with_phase(landing, 1, law=ls.DescentRate(), max_duration=60 * u.s)
    flight = ls.simulate(hover)
    record = flight.phases[1]
    at = record.start + 50 * u.s
    moment = flight.moment(at)
    r = np.linalg.norm(moment.true.state.position.to_value(u.m))
    weight = moment.true.mass.to_value(u.kg) * ls.constants.GM_MOON_M3_S2 / r**2
    # the turning Moon carries 0.0003 % of the weight; the mass falls by 0.05 % in the cycle over which thrust is held
    assert moment.true.thrust.to_value(u.N) == pytest.approx(weight, rel=1e-3)


@pytest.mark.slow
def test_halving_the_cycle_moves_the_end_of_a_phase_by_ever_less(landing):
    def end(cycle_s):
        scenario = landing
        for k in range(2):
            scenario = with_phase(scenario, k, cycle_time=cycle_s * u.s)
        scenario = replace(scenario, craft=replace(scenario.craft, slew_rate=None))
        return ls.simulate(scenario).phases[0].after.position.to_value(u.m)

    ends = [end(cycle_s) for cycle_s in (2.0, 1.0, 0.5, 0.25)]
    moved = [np.linalg.norm(b - a) for a, b in pairwise(ends)]
    assert moved[0] > 1.5 * moved[1] > 1.5**2 * moved[2]


def test_a_saved_landing_is_the_same_landing(landed, tmp_path):
    landed.save(tmp_path / "landing.flight")
    again = ls.Flight.load(tmp_path / "landing.flight")
    at = landed.start + [10.3, 95.0] * u.s
    assert np.array_equal(again.at(at).position.value, landed.at(at).position.value)
    assert [p.ended_by for p in again.phases] == [p.ended_by for p in landed.phases]
    assert again.moment(at[0]).estimated.state is not None


def test_the_same_seed_gives_the_same_noise_and_another_seed_another(landing):
    def end(seed):
        navigation = ls.Navigation(velocity_noise=0.1 * _MPS, seed=seed)
        scenario = replace(landing, craft=replace(landing.craft, navigation=navigation))
        return ls.simulate(scenario).outcome.state.position.to_value(u.m)

    assert np.array_equal(end(3), end(3))
    assert np.linalg.norm(end(3) - end(4)) > 1e-3


def test_every_error_of_navigation_can_be_dispersed(landing):
    names = set(dispersible(landing))
    errors = {f"craft.navigation.{field}" for field in declared(ls.Navigation)}
    of_attitude = {name for name in errors if ".attitude_" in name}
    assert errors - of_attitude <= names
    assert not of_attitude & names  # without a control the thrust goes where it is commanded
    control = ls.AttitudeControl(slew_rate=5 * u.deg / u.s)
    assert errors <= set(dispersible(replace(landing, craft=replace(landing.craft, attitude_control=control))))
    assert {"craft.engine.thrust_error", "craft.dry_mass", "plan.0.cycle_time"} <= names


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: replace(s, landing_site=None), "landing_site is missing"),
        (lambda s: replace(s, craft=None), "craft is missing"),
        (lambda s: replace(s, craft=replace(s.craft, propellant_mass=0 * u.kg)), "propellant_mass = 0"),
        (
            lambda s: replace(s, craft=replace(s.craft, engine=ls.Engine(thrust=1 * u.kN, specific_impulse=310 * u.s))),
            "not more than the weight",
        ),
        (lambda s: with_phase(s, 0, max_duration=0 * u.s), "max_duration"),
        (lambda s: with_phase(s, 0, cycle_time=-1 * u.s), "cycle_time"),
        (lambda s: with_phase(s, 0, throttle=(0.5, 0.2)), "throttle"),
        (lambda s: with_phase(s, 0, terminations=[ls.Termination(quantity="altitude", below=1 * u.m)] * 5), "up to 4"),
        (lambda s: with_phase(s, 0, law="gravity turn"), "expected a guidance law"),
        (lambda s: with_phase(s, 0, law=ls.DescentRate()), "ends on a time to go, and rate of descent has none"),
        (
            lambda s: with_phase(s, 1, law=ls.EGuidance(time_to_go=9 * u.s, target_altitude=-5 * u.m)),
            "lies below the site",
        ),
        (lambda s: with_phase(s, 0, throttle=0.5), "expected two shares"),
        (lambda s: with_phase(s, 0, throttle=(0.0, 0.05)), "below the engine's min_throttle"),
        (
            lambda s: with_phase(s, 0, terminations=ls.Termination(quantity="altitude", below=1 * u.m)),
            "expected a list of Termination",
        ),
        (
            lambda s: with_phase(s, 0, terminations=[ls.Termination(quantity="time", above=500 * u.s)]),
            "can never be met",
        ),
        (
            lambda s: with_phase(s, 0, terminations=[ls.Termination(quantity="speed", below=-1 * _MPS)]),
            "can never be met",
        ),
        (lambda s: with_phase(s, 0, name=""), "name = ''"),
        (lambda s: with_phase(s, 0, name="free fall"), "two guided phases 'free fall'"),
        (lambda s: with_phase(s, 0, glide_slope=95 * u.deg), "glide_slope"),
        (lambda s: with_phase(s, 0, law=ls.AttitudeHold(), terminations=()), "nothing before it points the craft"),
        (lambda s: replace(s, landing_site="site"), "landing_site = 'site'"),
    ],
)
def test_what_no_guidance_could_fly_is_refused(landing, change, words):
    with pytest.raises(ls.InputError, match=words):
        change(landing)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"quantity": "height", "below": 3 * u.m}, "quantity = 'height'"),
        ({"quantity": "altitude"}, "either below= or above="),
        ({"quantity": "altitude", "below": 3 * u.m, "above": 1 * u.m}, "either below= or above="),
        ({"quantity": "altitude", "below": 3 * u.s}, "below of the termination on altitude"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(options, words):
    with pytest.raises(ls.InputError, match=words):
        ls.Termination(**options)


def test_a_gear_gives_the_touchdown_its_verdict_in_both_drivers(landing):
    gear = ls.LandingGear(vertical_speed=4.5 * _MPS, horizontal_speed=1 * _MPS, tilt=5 * u.deg, slope=8 * u.deg)
    for limits, code, words in (
        (gear, codes.LANDED, "landed safely"),
        (replace(gear, vertical_speed=2 * _MPS), codes.HARD_LANDING, "hard landing"),
        (replace(gear, vertical_speed=1 * _MPS, crash_speed=1.1 * _MPS), codes.CRASHED, "crashed"),
    ):
        scenario = replace(landing, craft=replace(landing.craft, gear=limits))
        outcome = ls.simulate(scenario).outcome
        _, _, result = flown_by_campaign_driver(scenario)
        assert result.runs[0].outcome == code
        assert outcome.verdict.value == words  # type: ignore[attr-defined]
        assert result.runs[0].descent_rate_mps == pytest.approx(outcome.vertical_speed.to_value(_MPS), abs=1e-6)  # type: ignore[attr-defined]
        assert result.runs[0].horizontal_speed_mps == pytest.approx(outcome.horizontal_speed.to_value(_MPS), abs=1e-6)  # type: ignore[attr-defined]
        assert np.degrees(result.runs[0].tilt_rad) == pytest.approx(outcome.tilt.to_value(u.deg), abs=1e-6)  # type: ignore[attr-defined]
        miss = np.hypot(result.runs[0].downrange_miss_m, result.runs[0].crossrange_miss_m)
        assert miss == pytest.approx(outcome.distance_to(scenario.landing_site).to_value(u.m), abs=1e-3)


def test_the_timeline_says_where_the_craft_comes_below_its_glide_slope(landing):
    shallow = ls.simulate(with_phase(landing, 0, glide_slope=15 * u.deg))
    steep = ls.simulate(with_phase(landing, 0, glide_slope=40 * u.deg))
    below = ls.EventKind.GLIDE_SLOPE
    assert not any(event.kind is below for event in shallow.timeline)
    first = next(event for event in steep.timeline if event.kind is below)
    distance = range_to_go(first.true.state, landing.landing_site, landing.state).to_value(u.m)
    assert np.degrees(np.arctan2(first.true.state.altitude.to_value(u.m), distance)) < 40.0


@pytest.mark.parametrize("throttle", [1.0, 0.99])
def test_a_law_that_has_cut_off_leaves_the_axis_where_it_was(landing, throttle):
    law = ls.PitchGuidance(target_altitude=1 * u.km, target_downrange_rate=30 * _MPS, throttle=throttle)
    braking = ls.Guided(name="braking", law=law, max_duration=60 * u.s, cycle_time=1 * u.s)
    flight = ls.simulate(replace(landing, plan=(braking,)))
    last_on = [piece for piece in flight.trajectory.phases if piece.thrust_n > 0.0][-1]
    last = flight.trajectory.phases[-1]
    assert last.thrust_n == 0.0
    np.testing.assert_allclose(last.direction, last_on.direction, atol=1e-12)


def test_an_engine_that_waits_for_its_ignition_starts_at_the_bottom_of_its_range(landing, lander):
    slow = replace(lander, engine=replace(lander.engine, throttle_rate=0.02 / u.s), slew_rate=None)
    law = ls.BangBang(target_altitude=200 * u.m, target_downrange=None)
    start = landing.plan[0]
    phase = replace(start, name="burn", law=law, terminations=(), max_duration=60 * u.s)
    flight = ls.simulate(replace(landing, craft=slow, plan=(phase,)))
    shares = [p.thrust_n / 4000.0 for p in flight.trajectory.phases if p.thrust_n > 0.0]
    assert shares[0] <= 0.1 + 0.02 + 1e-12


def test_a_craft_that_nothing_pointed_does_not_land_upright(landing, lander):
    gear = ls.LandingGear(vertical_speed=1e3 * _MPS, horizontal_speed=1e3 * _MPS, tilt=80 * u.deg, slope=9 * u.deg)
    free = ls.Guided(name="tumble", law=ls.EngineOff(attitude="free"), max_duration=200 * u.s)
    scenario = replace(landing, craft=replace(lander, gear=gear), plan=(free,))
    outcome = ls.simulate(scenario).outcome
    assert outcome.verdict is not ls.Verdict.LANDED  # type: ignore[attr-defined]
    assert outcome.tilt > 80 * u.deg  # type: ignore[attr-defined]
    assert flown_by_campaign_driver(scenario)[2].runs[0].outcome != codes.LANDED


def test_noise_that_would_be_the_same_in_all_runs_is_refused(landing, lander):
    noisy = replace(landing, craft=replace(lander, navigation=ls.Navigation(velocity_noise=0.1 * _MPS)))
    with pytest.raises(ls.InputError, match="disperse its seed too"):
        ls.Campaign(noisy, {"craft.dry_mass": ls.Normal(700 * u.kg, 1 * u.kg)})
    seeds = {"craft.navigation.seed": ls.Uniform(0 * u.one, 1e15 * u.one)}
    assert ls.Campaign(noisy, seeds).inputs


# Between guided phases.


def with_gap(gap):
    """A phase near full thrust, something without thrust for 3 s, and the same again, far above the ground."""
    scenario = landing_example.landing(replace(landing_example.LANDER, slew_rate=None))
    hold = ls.AttitudeHold(throttle=0.9)
    first = replace(scenario.plan[0], name="first", terminations=(), max_duration=10 * u.s)
    again = ls.Guided(name="again", law=hold, max_duration=5 * u.s)
    return replace(scenario, plan=(replace(first, law=_CLIMB), gap, again))


_CLIMB = ls.DescentRate(target_altitude_rate=40 * _MPS)
_GAPS = (ls.Coast(duration=3 * u.s), ls.Guided(name="off", law=ls.EngineOff(), max_duration=3 * u.s))


def shares_of(flight, name):
    return [p.thrust_n / 4000.0 for p in flight.trajectory.phases if p.name == name and p.thrust_n > 0.0]


@pytest.mark.parametrize("gap", _GAPS, ids=["coast", "engine off"])
def test_an_engine_that_was_off_starts_again_at_the_bottom_of_its_range(gap):
    flight = ls.simulate(with_gap(gap))
    assert shares_of(flight, "first")[-1] > 0.8
    assert shares_of(flight, "again") == pytest.approx([0.3, 0.5, 0.7, 0.9, 0.9])  # 0.1, and 0.2 each second
    _end_s, state, _ = flown_by_campaign_driver(with_gap(gap))
    assert np.linalg.norm(state[:3] - flight.outcome.state.position.to_value(u.m)) < 1e-3


@pytest.mark.parametrize("gap", _GAPS, ids=["coast", "engine off"])
def test_the_timeline_has_each_ignition_and_cutoff(gap):
    events = [e.kind for e in ls.simulate(with_gap(gap)).timeline]
    on, off = ls.EventKind.IGNITION, ls.EventKind.CUTOFF
    assert [kind for kind in events if kind in (on, off)] == [on, off, on]


def test_after_guidance_the_computer_believes_nothing_of_where_it_is():
    scenario = with_gap(ls.Coast(duration=3 * u.s))
    lost = replace(scenario.craft, navigation=ls.Navigation(altitude=50 * u.m))
    flight = ls.simulate(replace(scenario, craft=lost, plan=scenario.plan[:2]))
    assert flight.timeline[-1].kind is ls.EventKind.END
    assert flight.timeline[-1].estimated.state is None


def test_a_tank_that_is_empty_when_guidance_wants_thrust_is_named():
    scenario = landing_example.landing()
    burn = ls.Burn(ignition=scenario.state.epoch, target_delta_v=5e3 * _MPS, timer=900 * u.s)
    dry = replace(scenario.craft, propellant_mass=20 * u.kg)
    flight = ls.simulate(replace(scenario, craft=dry, plan=(burn, *scenario.plan)))
    told = [e.detail for e in flight.timeline if e.kind is ls.EventKind.NO_PROPELLANT]
    assert told == ["approach"]


def test_a_plan_that_is_over_before_the_ground_leaves_the_craft_aloft(landing):
    hover = replace(landing, plan=(landing.plan[0], replace(landing.plan[1], law=ls.DescentRate())))
    flight = ls.simulate(hover)
    assert isinstance(flight.outcome, ls.Aloft)
    assert "still aloft" in str(flight.outcome)
    assert "0.06" in str(flight.outcome)  # km
    assert flown_by_campaign_driver(hover)[2].runs[0].outcome == codes.ALOFT


def test_both_drivers_count_the_looks_that_leave_a_limit(landing):
    steep = with_phase(landing, 0, glide_slope=40 * u.deg, field_of_view=(60 * u.deg, 90 * u.deg), max_tilt=5 * u.deg)
    _, _, result = flown_by_campaign_driver(steep)
    assert result.runs[0].cycles_below_glide_slope > 10
    assert result.runs[0].cycles_out_of_view > 10
    assert result.runs[0].cycles_without_command == 0
    kinds = [e.kind for e in ls.simulate(steep).timeline]
    assert ls.EventKind.GLIDE_SLOPE in kinds
    assert ls.EventKind.OUT_OF_VIEW in kinds


@pytest.mark.parametrize("frame", ["level", "site"])
def test_a_target_below_ground_that_rises_before_the_site_is_refused(landing, frame):
    law = ls.EGuidance(time_to_go=60 * u.s, target_altitude=700 * u.m, target_downrange=-1500 * u.m, frame=frame)
    heights = np.zeros((200, 200))
    heights[:, 104:] = 1500.0  # the track runs west and north; pixels of 0.01 deg, 285 m
    window = tuple((-21, -19, 29, 31) * u.deg)
    ridge = replace(landing.moon, terrain=ls.Terrain.from_array(heights * u.m, window=window, outside=0 * u.m))
    with pytest.raises(
        ls.InputError, match=r"of phase 'approach' lies below the ground, which rises to 1(500|499) m above"
    ):
        replace(landing, moon=ridge, plan=(replace(landing.plan[0], law=law, terminations=()), *landing.plan[1:]))
    high = replace(law, target_altitude=1600 * u.m)
    replace(landing, moon=ridge, plan=(replace(landing.plan[0], law=high, terminations=()), *landing.plan[1:]))
