"""A fault of the user's own, with a number and an onset: in both drivers, and against what its physics says."""

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from astropy import units as u
from random_flights import EPOCH, MOON, MPS, both

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import Campaign, Probability, Uniform
from lunarsim.faults import LateCommand, ThrustMisaligned, WrongTarget, WrongTimer

NEVER = 1e4 * MPS
HIGH = ls.State([constants.MOON_RADIUS_M + 1e5, 0, 0] * u.m, [0, 1600, 0] * MPS, EPOCH)
CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
)
EXHAUST_MPS = 320 * constants.STANDARD_GRAVITY_MPS2


@ls.fault("loss of thrust")
class LossOfThrust(ls.Fault):
    """The engine gives less thrust than its command, and the computer does not know it."""

    lost: float = ls.number(0.4, u.one, low=0.0, high=1.0, text="Share of the thrust.")

    def apply(self, craft):
        return replace(
            craft, engine=replace(craft.engine, thrust_error=(1 + craft.engine.thrust_error) * (1 - self.lost) - 1)
        )


@ls.fault("loss of thrust with another sign")
class Mistaken(LossOfThrust):
    """A mutation: what the tests below have to see."""

    def apply(self, craft):
        return replace(craft, engine=replace(craft.engine, thrust_error=+self.lost))


def scenario(*faults, **options):
    burn = ls.Burn(ignition=EPOCH + 10 * u.s, target_delta_v=NEVER, timer=100 * u.s, **options)
    plan = (burn, ls.Coast(duration=200 * u.s))
    return ls.Scenario(name="fault", state=HIGH, craft=CRAFT, moon=MOON, plan=plan, faults=faults)


def landing(*faults):
    return ls.load_scenario("chandrayaan3").with_faults(*faults)


def spent_kg(lost, before_s, after_s):
    return 3e3 / EXHAUST_MPS * (before_s + (1 - lost) * after_s)


@pytest.mark.parametrize("lost", [0.4, 1.0])
def test_a_burn_that_loses_thrust_at_a_time_spends_what_the_rocket_equation_says(lost):
    one = scenario(LossOfThrust(lost=lost, onset=50 * u.s))
    found, flight, why = both(one)
    assert found.alike, why
    assert found.position_m < 1e-3
    assert flight.burns[0].duration.to_value(u.s) == pytest.approx(100.0, abs=1e-9)
    used = spent_kg(lost, 40.0, 60.0)
    assert flight.burns[0].propellant.to_value(u.kg) == pytest.approx(used, abs=1e-9)
    dv = EXHAUST_MPS * np.log(1500.0 / (1500.0 - used))
    assert flight.burns[0].delta_v.to_value(u.m / u.s) == pytest.approx(dv, abs=1e-8)
    mutated = ls.simulate(scenario(Mistaken(lost=lost, onset=50 * u.s)))
    assert abs(mutated.burns[0].propellant.to_value(u.kg) - used) > 10.0


def test_the_timeline_tells_when_a_fault_begins_and_what_was_thrust_before_and_after():
    flight = ls.simulate(scenario(LossOfThrust(onset=50 * u.s)))
    event = next(e for e in flight.timeline if e.kind is ls.EventKind.FAULT)
    assert event.detail == "loss of thrust"
    assert (event.time - EPOCH).to_value(u.s) == pytest.approx(50.0, abs=1e-6)
    thrust = {round(phase.thrust_n) for phase in flight.trajectory.phases}
    assert thrust == {0, 3000, 1800}


def test_an_accelerometer_that_fails_in_a_burn_has_sensed_what_came_before():
    one = scenario(ls.AccelerometerOff(onset=50 * u.s))
    found, flight, _ = both(one)
    assert found.alike
    dv = EXHAUST_MPS * np.log(1500.0 / (1500.0 - spent_kg(0.0, 40.0, 0.0)))
    assert flight.burns[0].delta_v_sensed.to_value(u.m / u.s) == pytest.approx(dv, abs=1e-8)


def test_a_sensor_that_is_dead_for_a_while_lengthens_the_burn_by_as_long_in_both_drivers():
    """Mass flow is constant and the target a delta-v: what is missed is sensed later, lighter by what was burnt."""
    target = EXHAUST_MPS * np.log(1500.0 / (1500.0 - spent_kg(0.0, 30.0, 0.0)))
    burn = ls.Burn(ignition=EPOCH + 10 * u.s, target_delta_v=target * MPS, timer=100 * u.s)
    one = replace(scenario(), plan=(burn, ls.Coast(duration=200 * u.s)))
    found, flight, why = both(one.with_faults(ls.AccelerometerOff(onset=20 * u.s, end=35 * u.s)))
    assert found.alike, why
    assert found.position_m < 1e-3
    flow = spent_kg(0.0, 1.0, 0.0)
    sensed_first = EXHAUST_MPS * np.log(1500.0 / (1500.0 - 10.0 * flow))
    mass_kg = 1500.0 - 25.0 * flow
    rest_s = mass_kg * (1.0 - np.exp((sensed_first - target) / EXHAUST_MPS)) / flow
    assert flight.burns[0].duration.to_value(u.s) == pytest.approx(25.0 + rest_s, abs=1e-6)
    told = [event.detail for event in flight.timeline if event.kind is ls.EventKind.FAULT]
    assert told == ["accelerometer off", "accelerometer off, over"]


@pytest.mark.parametrize(
    "fault",
    [
        WrongTimer(timer=33 * u.s),
        WrongTarget(target_delta_v=20 * MPS),
        LateCommand(delay=12.5 * u.s),
        ThrustMisaligned(pitch=20 * u.deg, yaw=-10 * u.deg),
    ],
)
def test_a_plan_that_was_loaded_wrong_ends_alike_in_both_drivers(fault):
    found, flight, why = both(scenario(fault))
    assert found.alike, why
    assert found.position_m < 1e-3
    apart = flight.outcome.state.position - ls.simulate(scenario()).outcome.state.position
    assert np.linalg.norm(apart.to_value(u.m)) > 100.0  # it flies another way


def test_a_wrong_timer_ends_the_burn_and_a_late_command_begins_it():
    burn = ls.simulate(scenario(WrongTimer(timer=33 * u.s), LateCommand(delay=12.5 * u.s))).burns[0]
    assert burn.duration.to_value(u.s) == pytest.approx(33.0, abs=1e-9)
    assert (burn.ignition - EPOCH).to_value(u.s) == pytest.approx(22.5, abs=1e-6)


def test_a_campaign_disperses_whether_a_wrong_timer_was_loaded():
    campaign = Campaign(scenario(WrongTimer(timer=33 * u.s)), {"faults.wrong timer": Probability(0.5)})
    result = campaign.run(40, seed=1)
    assert result.cross_check(4).different == ()
    wrong = result.dataset["faults.wrong timer"].values
    assert 5 < wrong.sum() < 35
    assert result.dataset["burn0_duration_s"].values == pytest.approx(np.where(wrong, 33.0, 100.0), abs=1e-9)
    with pytest.raises(
        ls.InputError, match=r"'plan.0.timer' is dispersed, and the scenario's fault 'wrong timer' sets"
    ):
        Campaign(campaign.scenario, {"plan.0.timer": Uniform(30 * u.s, 40 * u.s)}).run(2, seed=0)


@pytest.mark.parametrize("onset_s", [0.0, *(pytest.param(onset, marks=pytest.mark.slow) for onset in (100.25, 600.0))])
def test_a_landing_that_loses_thrust_ends_alike_in_both_drivers(onset_s):
    found, flight, why = both(landing(LossOfThrust(lost=0.1, onset=onset_s * u.s)))
    assert found.alike, why
    assert found.position_m < 1e-3
    sound = ls.simulate(landing())
    assert abs((flight.end - sound.end).to_value(u.s)) > 1e-6  # it flies another way


def test_a_fault_before_the_start_and_one_at_the_first_moment_are_one():
    at_start, just_after = (ls.simulate(scenario(LossOfThrust(onset=t * u.s))) for t in (0.0, 1e-6))
    apart = at_start.outcome.state.position - just_after.outcome.state.position
    assert np.all(np.abs(apart.to_value(u.m)) < 1e-6)


def test_faults_that_begin_one_after_the_other_add_up_in_the_order_of_their_onsets():
    late, soon = ls.AccelerometerOff(onset=80 * u.s), LossOfThrust(onset=40 * u.s)
    one = scenario(late, soon)
    assert [change.cause for change in one.craft_changes] == [soon, late]
    assert not one.craft_at(90 * u.s).accelerometer.powered
    assert one.craft_at(60 * u.s).engine.thrust_error == pytest.approx(-0.4)
    found, _, why = both(one)
    assert found.alike, why


def test_a_campaign_disperses_whether_a_fault_begins_and_the_craft_that_has_it():
    thrust = Uniform(2.9 * u.kN, 3.1 * u.kN)
    dispersed = {
        "faults.loss of thrust": Probability(0.5),
        "craft.engine.thrust": thrust,
        "state.epoch": Uniform(-5 * u.s, 5 * u.s),
    }
    campaign = Campaign(scenario(LossOfThrust(onset=50 * u.s)), dispersed)
    result = campaign.run(40, seed=1)
    assert result.cross_check(6).different == ()
    assert result.cross_check(6).position < 1 * u.m
    begun = result.dataset["faults.loss of thrust"].values
    assert 5 < begun.sum() < 35
    used = result.dataset["burn0_propellant_kg"].values
    share = result.dataset["craft.engine.thrust"].values / 3e3
    # the burn's ignition is a date, the onset counts from a start that is dispersed
    after_s = 60.0 - result.dataset["state.epoch"].values
    expected = np.where(begun, share * spent_kg(0.4, 100.0 - after_s, after_s), share * spent_kg(0.0, 100.0, 0.0))
    assert used == pytest.approx(expected, abs=1e-6)


def test_what_cannot_be_a_fault_is_refused_with_its_name():
    with pytest.raises(ls.InputError, match=r"'loss of thrust' has onset = 1000.0 s, and the plan is over after 310 s"):
        scenario(LossOfThrust(onset=1000 * u.s))
    with pytest.raises(ls.InputError, match=r"faults has 'loss of thrust' twice"):
        scenario(LossOfThrust(), LossOfThrust(onset=3 * u.s))
    with pytest.raises(ls.InputError, match=r"lost = 1.5: expected from 0 to 1"):
        LossOfThrust(lost=1.5)
    with pytest.raises(ls.InputError, match=r"title = 'loss of thrust': .*LossOfThrust has this title"):
        ls.fault("loss of thrust")(type("Other", (ls.Fault,), {"apply": lambda _, craft: craft}))
    with pytest.raises(ls.InputError, match=r"fault 'nothing': expected a class derived from lunarsim.Fault"):
        ls.fault("nothing")(type("Nothing", (), {}))


@pytest.mark.parametrize(
    ("apply", "message"),
    [
        (lambda _, craft: None, "its apply gave None: expected a Spacecraft"),
        (lambda _, craft: 1 / 0, "ended with ZeroDivisionError: division by zero: mend its apply"),
        (lambda _, craft: replace(craft, dry_mass=1 * u.kg), "has onset = 5.0 s and changes dry_mass"),
        (lambda _, craft: replace(craft, engine=replace(craft.engine, thrust=-1 * u.N)), "fault 'odd': thrust"),
    ],
)
def test_a_fault_that_gives_no_craft_is_an_error_that_names_it(apply, message):
    odd = ls.fault("odd")(type("Odd", (ls.Fault,), {"apply": apply, "__module__": __name__}))
    with pytest.raises(ls.InputError, match=message) as told:
        scenario(odd(onset=5 * u.s))
    assert "fault 'odd'" in str(told.value)


def test_a_file_names_a_fault_by_its_title_and_gives_its_numbers_and_its_onset(tmp_path):
    path = tmp_path / "own.toml"
    whole = resources.files("lunarsim.scenarios").joinpath("luna25.toml").read_text()
    sound = whole[: whole.index("[[faults]]")] + "{}" + whole[whole.index("\n\n", whole.index("[[faults]]")) :]
    table = '[[faults]]\ntype = "loss of thrust"\nonset = "50 s"\nlost = 0.25\ncause = "a valve"\n'
    path.write_text(sound.replace("{}", table))
    assert ls.load_scenario(path).faults == (LossOfThrust(lost=0.25, onset=50 * u.s, cause="a valve"),)
    for wrong, message in (
        ('type = "loss of thrust"\nlost = 2.0', r"lost = 2.0: expected from 0 to 1"),
        ('type = "loss of thrust"\nlosst = 0.2', r"losst.*did you mean 'lost'"),
        ('type = "los of thrust"', r"faults.0.type = 'los of thrust': did you mean 'loss of thrust'"),
        ("lost = 0.2", r"faults.0.type: this key is missing"),
        ('type = "loss of thrust"\nonset = "5 km"', r"faults.0.onset: '5 km' is of the wrong dimension"),
    ):
        path.write_text(sound.replace("{}", f"[[faults]]\n{wrong}\n"))
        with pytest.raises(ls.ScenarioError, match=message) as told:
            ls.load_scenario(path)
        assert str(told.value).startswith(str(path))


def test_a_flight_with_a_fault_of_the_users_is_saved_and_read_again(tmp_path):
    flight = ls.simulate(scenario(LossOfThrust(lost=0.25, onset=50 * u.s)))
    flight.save(tmp_path / "flight.npz")
    assert ls.Flight.load(tmp_path / "flight.npz") == flight
