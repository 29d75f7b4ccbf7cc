"""A guidance law of the user's own: as good as the package's, in both drivers, plain or compiled."""

from dataclasses import replace
from typing import Any

import landing_example
import numba
import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign import nominal
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.inputs.sampling import MonteCarlo
from lunarsim.declarations import declared
from lunarsim.io.scenario_file.components import law_of
from lunarsim.own import naming
from lunarsim.plan.laws.law import places_of

MPS = u.m / u.s


def cherry(estimate, target, own, memory):
    """E-guidance as Cherry 1964 has it, its time to go kept in the law's memory and frozen below three cycles."""
    t = own.until_s - estimate.time_s
    if t > 3.0 * estimate.cycle_s or memory[0] == 0.0:
        memory[0] = t
        for i in range(3):
            way = target.position[i] - estimate.position[i] - estimate.velocity[i] * t
            change = target.velocity[i] - estimate.velocity[i]
            memory[1 + i] = 6.0 * way / t**2 - 2.0 * change / t
            memory[4 + i] = 6.0 * (change * t - 2.0 * way) / t**3
        since = 0.0
    else:  # the middle of the cycle, where a command that is held has its mean
        since = memory[0] - t + 0.5 * estimate.cycle_s
    return (
        (memory[1] + memory[4] * since - estimate.free[0]) * estimate.scale[0],
        (memory[2] + memory[5] * since - estimate.free[1]) * estimate.scale[1],
        (memory[3] + memory[6] * since - estimate.free[2]) * estimate.scale[2],
    )


class Declared:
    """The numbers of the law, for a class with either command."""

    until: u.Quantity = ls.number(1.5, u.min, low=0.02, high=200.0, text="Time of flight.", dispersible=True)
    target_altitude: u.Quantity = ls.number(0.0, u.m, low=0.0, high=1e4, text="Above the site.")
    target_altitude_rate: u.Quantity = ls.number(0.0, MPS, low=-10.0, high=10.0, text="There.")


def own_law(name, command):
    body = {**{k: v for k, v in vars(Declared).items() if not k.startswith("__")}, "command": command}
    return ls.guidance_law(name)(
        type("Own", (), {**body, "__annotations__": Declared.__annotations__, "__qualname__": name})
    )


PLAIN = own_law("Cherry in Python", cherry)
COMPILED = own_law("Cherry compiled", numba.njit(cherry))
TO = {"target_altitude": 60 * u.m, "target_altitude_rate": -2 * MPS}


def with_law(law, **changes):
    """The approach of the example, by a law; it ends 4 s before the target, as the example does."""
    landing = landing_example.landing()
    ends = [ls.Termination(quantity="time", above=86 * u.s)]
    return replace(landing, plan=(replace(landing.plan[0], law=law, terminations=ends, **changes), *landing.plan[1:]))


@pytest.fixture(scope="module")
def ours():
    return ls.simulate(with_law(ls.EGuidance(time_to_go=90 * u.s, **TO)))


@pytest.mark.parametrize("kind", [PLAIN, COMPILED], ids=["plain", "compiled"])
def test_a_published_law_written_again_by_a_user_lands_where_ours_does(kind, ours):
    flight = ls.simulate(with_law(kind(until=90 * u.s, **TO)))
    assert flight.phases[0].law == kind.title
    apart = flight.outcome.state.position - ours.outcome.state.position
    # 1e-12 of rounding in each command grows with the gains, to less than a millimetre over 4 km
    assert np.linalg.norm(apart.to_value(u.m)) < 1e-3
    assert flight.phases[0].propellant.to_value(u.kg) == pytest.approx(
        ours.phases[0].propellant.to_value(u.kg), abs=1e-6
    )


def test_both_drivers_fly_a_users_law_alike_plain_and_compiled():
    ends = []
    for law in (PLAIN(until=80 * u.s, **TO), COMPILED(until=80 * u.s, **TO)):
        scenario = with_law(law)
        end = ls.simulate(scenario).outcome.state.position.to_value(u.m)
        campaign = ls.Campaign(scenario, {"craft.engine.thrust_error": ls.Normal(0.0, 0.01)}).run(2, seed=1)
        assert campaign.cross_check(2, seed=1).position.to_value(u.m).max() < 0.1
        row = Flying(scenario, {}, (), MonteCarlo(), 1e-3, 1, 1).fly({}).runs.view(float)
        ends.append((end, row))
    assert np.linalg.norm(ends[0][0] - ends[1][0]) < 1e-6  # the same operations, but for fused ones
    np.testing.assert_allclose(ends[0][1], ends[1][1], rtol=1e-9, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "name"),
    [(COMPILED(until=80 * u.s, **TO), "until"), (ls.EGuidance(time_to_go=80 * u.s, **TO), "time_to_go")],
    ids=["the user's", "ours"],
)
def test_a_number_of_a_law_is_dispersed_and_both_drivers_fly_it_alike(law, name):
    scenario, path = with_law(law), f"plan.0.guidance.{name}"
    assert nominal(scenario, path) == 80 * u.s
    campaign = ls.Campaign(scenario, {path: ls.Uniform(74 * u.s, 84 * u.s)}).run(3, seed=1)
    drawn = [getattr(campaign.rerun(i).scenario.plan[0].law, name).to_value(u.s) for i in range(3)]
    assert drawn == pytest.approx(campaign.dataset[path].values, rel=1e-12)
    assert campaign.cross_check(3, seed=1).position.to_value(u.m).max() < 0.1
    assert (
        np.ptp(campaign.dataset["end_s"].values) > 1.0
    )  # where the number of the scenario was flown each time, all are alike


def test_a_number_of_a_law_beyond_its_bounds_is_no_run_in_either_driver():
    scenario = with_law(ls.EGuidance(time_to_go=80 * u.s, lead_time=1 * u.s, **TO))
    campaign = ls.Campaign(scenario, {"plan.0.guidance.lead_time": ls.Normal(0 * u.s, 1 * u.s)}).run(8, seed=3)
    below = campaign.dataset["plan.0.guidance.lead_time"].values < 0.0
    assert 0 < below.sum() < 8
    assert (campaign.dataset["outcome"].values == 0).tolist() == below.tolist()  # the code of a failed run
    with pytest.raises(ls.InputError, match=r"plan\.0\.guidance\.lead_time = -.* s: expected from 0 s to 10000 s"):
        campaign.rerun(int(np.flatnonzero(below)[0]))


@pytest.mark.parametrize("kind", ls.plan.laws.OURS, ids=lambda kind: kind.title)
def test_every_number_that_a_law_declares_reaches_its_kernel(kind):
    needed = {"time_to_go": 400 * u.s} if "time_to_go" in declared(kind) else {}
    needed |= {"range_control": True, "throttle": 0.9} if "range_control" in declared(kind) else {}
    for name, each in declared(kind).items():
        if name == "range_control":
            continue
        first, second = (
            kind(**{**needed, name: value * (1.0 if each.unit == u.one else each.unit)}).lower()
            for value in inner(each, name)
        )
        assert np.any(first.parameters != second.parameters), name
        if each.dispersible:
            assert first.parameters[places_of(kind)[name]] == pytest.approx(inner(each, name)[0])


def inner(number, name):
    """Return two values that a law takes, whatever its other numbers are."""
    if name in {"throttle", "min_throttle", "most_throttle"}:
        return (1.0, 0.9) if name != "min_throttle" else (0.8, 0.9)
    if name == "first_exponent":
        return 0.5, 0.6
    if name in {"second_exponent", "position_time_constant"}:
        return 30.0, 40.0
    if name == "horizontal_time_constant":
        return 4.0, 5.0
    if name == "target_altitude_rate":
        return -3.0, -4.0
    least = number.low if number.low is not None else number.above
    return least + 0.3 * (number.greatest - least) / 10, least + 0.4 * (number.greatest - least) / 10


def test_a_law_whose_sign_is_wrong_does_not_pass_for_the_published_one(ours):
    def wrong(estimate, target, own, memory):
        along, across, up = cherry(estimate, target, own, memory)
        return along, -across, 0.99 * up

    flight = ls.simulate(with_law(own_law("Cherry, mutated", wrong)(until=90 * u.s, **TO)))
    apart = flight.outcome.state.position - ours.outcome.state.position
    assert np.linalg.norm(apart.to_value(u.m)) > 1.0


def test_a_phase_ends_on_the_time_to_go_of_a_users_law_that_declares_it():
    @ls.guidance_law("counts down")
    class CountsDown:
        time_to_go: u.Quantity = ls.number(30.0, u.s, low=1.0, high=100.0, text="When the phase begins.")

        @staticmethod
        def command(estimate, target, own):
            return 0.0, 0.0, -estimate.free[2]

    phase = ls.Guided(
        name="hover",
        law=CountsDown(),
        terminations=[ls.Termination(quantity="time to go", below=10 * u.s)],
        max_duration=60 * u.s,
    )
    flight = ls.simulate(replace(landing_example.landing(), plan=(phase,)))
    assert flight.phases[0].ended_by == "time to go below 10 s"
    assert flight.duration.to_value(u.s) == pytest.approx(20.0, abs=1e-6)


def test_a_scenario_file_names_a_users_law_by_its_title():
    table = {"law": "Cherry in Python", "until": "70 s", "target_altitude": "0.06 km"}
    assert law_of(table, "mine.toml", ("plan", 0)) == PLAIN(until=70 * u.s, target_altitude=60 * u.m)
    with pytest.raises(ls.ScenarioError, match=r"until = 0\.1 s: expected from 0\.02 min to 200 min"):
        law_of({**table, "until": "0.1 s"}, "mine.toml", ("plan", 0))


def test_a_saved_flight_under_a_users_law_is_the_same_flight(tmp_path, monkeypatch):
    flight = ls.simulate(with_law(PLAIN(until=90 * u.s, **TO)))
    flight.save(tmp_path / "own.flight")
    assert ls.Flight.load(tmp_path / "own.flight") == flight
    monkeypatch.delitem(ls.plan.laws.LAWS, PLAIN.title)
    with pytest.raises(ls.DataError, match="'Cherry in Python' is not known here: import the module that registers it"):
        ls.Flight.load(tmp_path / "own.flight")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            lambda estimate, target: (0.0, 0.0, 0.0),
            r"its command takes \(estimate, target\): expected command\(estimate",
        ),
        (None, "its command is missing"),
        (7, "its command is missing"),
    ],
)
def test_a_command_of_the_wrong_signature_is_refused_by_name(command, said):
    with pytest.raises(ls.InputError, match=f"guidance law 'odd': {said}"):
        own_law("odd", command)


def test_a_compiled_command_that_gives_no_three_numbers_is_refused_by_name():
    two = own_law("two numbers", numba.njit(lambda estimate, target, own: (0.0, 1.0)))
    with pytest.raises(ls.InputError, match="guidance law 'two numbers': its command cannot be compiled"):
        ls.simulate(with_law(two()))


def test_a_plain_command_that_gives_no_three_numbers_ends_the_flight_with_its_name():
    words = own_law("words", lambda estimate, target, own: "up")
    with pytest.raises(ls.IntegrationError, match=r"guidance law 'words' gave 'up', 0\.000 s after its phase began"):
        ls.simulate(with_law(words()))


def fails(estimate, target, own):
    if estimate.time_s > 5.0:
        raise ValueError("no way down")
    return 0.0, 0.0, 2.0


@pytest.mark.parametrize("command", [fails, numba.njit(fails)], ids=["plain", "compiled"])
def test_a_command_that_raises_ends_a_flight_and_a_campaign_with_its_name(command):
    law = own_law(f"fails {type(command).__name__}", command)
    said = f"^guidance law '{law.title}' ended with ValueError: no way down"
    with pytest.raises(ls.IntegrationError, match=said):
        ls.simulate(with_law(law()))
    with pytest.raises(ls.IntegrationError, match=said):
        Flying(with_law(law()), {}, (), MonteCarlo(), 1e-3, 1, 1).fly({})


def test_a_command_that_is_no_number_is_told_and_counted_as_with_any_law():
    law = own_law("lost", lambda estimate, target, own: (np.nan, 0.0, 0.0))
    scenario = with_law(law())
    short = replace(scenario.plan[0], terminations=(), max_duration=20 * u.s)
    flight = ls.simulate(replace(scenario, plan=(short, *scenario.plan[1:])))
    assert any(event.kind is ls.EventKind.GUIDANCE_LOST for event in flight.timeline)


def test_a_title_stands_for_one_class_and_each_number_is_declared():
    with pytest.raises(ls.InputError, match=r"title = 'E-guidance': .*EGuidance has this title"):
        own_law("E-guidance", cherry)
    with pytest.raises(ls.InputError, match="its field 'gain' is declared neither by"):

        @ls.guidance_law("undeclared")
        class Undeclared:
            gain: float = 1.0

            @staticmethod
            def command(estimate, target, own):
                return 0.0, 0.0, 0.0


@pytest.mark.parametrize("error", [MemoryError(), ZeroDivisionError("elsewhere")])
def test_an_error_that_no_law_of_a_users_can_have_raised_is_not_laid_upon_a_law(error):
    with pytest.raises(type(error)), naming([ls.EngineOff()]):
        raise error


def test_a_number_of_a_users_law_keeps_its_name_whatever_ours_are_called():
    """The package's laws call some numbers shorter in their kernels; a user's are called as they are declared."""

    @ls.guidance_law("lead by a time")
    class Leading:
        lead_time: u.Quantity = ls.number(7.0, u.s, low=0.0, high=60.0, text="Ahead of the look.", dispersible=True)

        def command(estimate, target, own):  # noqa: N805
            return own.lead_time_s, 0.0, 0.0

    law: Any = Leading
    assert places_of(law)["lead_time"] == law.record.fields["lead_time_s"][1] // 8
    assert law(lead_time=5 * u.s).lower().parameters.view(law.record)[0].lead_time_s == 5.0


def test_what_plain_python_is_told_is_its_own_and_cannot_be_written():
    told = []

    @ls.guidance_law("keeps what it is told")
    class Keeping:
        height: u.Quantity = ls.number(100.0, u.m, low=0.0, high=1e4, text="Of nothing.")

        def command(estimate, target, own):  # noqa: N805
            told.append(own)
            return 0.0, 0.0, 0.0

    ls.simulate(with_law(Keeping()))
    junk = [np.full(n, 7e77) for n in (10, 50, 100) for _ in range(500)]
    assert len(junk) == 1500
    assert {float(own.height_m) for own in told} == {100.0}
    with pytest.raises(ValueError, match="read-only"):
        told[0]["height_m"] = 1.0


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"command": lambda self, estimate, target: (0, 0, 0)}, r"takes \(self, .*expected command\(estimate, target"),
        ({"command": lambda estimate, target, own, gain=2.0: (0, 0, 0)}, r"gain\), with defaults: expected"),
        ({"command": max}, r"its command is missing"),
    ],
)
def test_a_command_that_would_be_given_other_things_than_its_arguments_say_is_refused(body, text):
    with pytest.raises(ls.InputError, match=text):
        ls.guidance_law("of another signature")(type("Odd", (), {"__annotations__": {}, **body}))


def test_an_annotation_of_another_kind_than_the_declaration_is_refused():
    body = {"command": cherry, "__annotations__": {"gain": int}, "gain": ls.number(1.0, u.one, low=0.0, high=2.0)}
    with pytest.raises(ls.InputError, match=r"its field 'gain' is annotated <class 'int'>: expected float"):
        ls.guidance_law("annotated otherwise")(type("Odd", (), body))


def test_the_checks_of_numbers_are_made_whatever_a_class_does_after_them():
    seen = []
    body = {
        "command": cherry,
        "__annotations__": {"gain": float},
        "gain": ls.number(1.0, u.one, low=0.0, high=2.0),
        "__post_init__": lambda self: seen.append(self.gain),
    }
    law = ls.guidance_law("checked all the same")(type("Careful", (), body))
    law(gain=1.5)
    assert seen == [1.5]
    with pytest.raises(ls.InputError, match=r"gain = 3\.0: expected from 0 to 2"):
        law(gain=3.0)
