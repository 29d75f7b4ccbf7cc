"""The flight computer: commands of different priority, data arrays of limited size, and what becomes of each."""

from dataclasses import replace
from math import comb
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples, repeated
from scipy import stats

import lunarsim as ls
from lunarsim.craft.packing_rules import PACKINGS, arrays_of
from lunarsim.faults import ArraysFilledAtRandom
from lunarsim.kernels.sensors.noise import COMPUTER, uniform, uniforms

SWITCH = ls.TimeTaggedCommand(
    name="switch on the accelerometer", target="accelerometer.powered", time=-60 * u.s, priority=2
)


def sequence(urgent: int, ordinary: int) -> tuple[ls.TimeTaggedCommand, ...]:
    """Return commands of priority 1 and 2, and the one, of priority 2, that switches the accelerometer on."""
    return (
        ls.TimeTaggedCommand(name="urgent", priority=1, copies=urgent, time=-90 * u.s),
        ls.TimeTaggedCommand(name="ordinary", priority=2, copies=ordinary, time=-80 * u.s),
        SWITCH,
    )


def probability_of_loss(urgent: int, ordinary: int, size: int) -> float:
    """Return how probable it is that an urgent command shares the array of a given ordinary one, all orders alike.

    The others of its array are drawn without replacement from all other commands: none of them is urgent with the
    hypergeometric probability. The last array may be shorter.
    """
    total = urgent + ordinary + 1
    sizes = [min(size, total - first) for first in range(0, total, size)]
    alone = [comb(total - 1 - urgent, each - 1) / comb(total - 1, each - 1) for each in sizes]
    return 1.0 - sum(each * share for each, share in zip(sizes, alone, strict=True)) / total


GEOMETRIES = pytest.mark.parametrize(("urgent", "ordinary", "size"), [(3, 8, 4), (1, 20, 8), (5, 30, 3)])


@GEOMETRIES
def test_a_command_is_lost_as_often_as_the_hypergeometric_distribution_says(
    urgent: int, ordinary: int, size: int
) -> None:
    computer = ls.FlightComputer(array_size=size, packing="at random")
    times_s = computer.execution_times(sequence(urgent, ordinary), np.arange(10_000.0))
    lost = int(np.count_nonzero(np.isnan(times_s)))
    interval = stats.binomtest(lost, 10_000).proportion_ci(0.99, method="exact")
    assert interval.low <= probability_of_loss(urgent, ordinary, size) <= interval.high


def test_a_computer_that_packs_by_priority_loses_nothing() -> None:
    computer = ls.FlightComputer(array_size=4)
    assert all(each.time == each.command.time and each.higher is None for each in computer.executions(sequence(3, 8)))


@given(
    priorities=st.lists(st.integers(1, 5), min_size=1, max_size=30),
    size=st.integers(1, 12),
    title=st.sampled_from(["by priority", "by arrival", "at random"]),
    seed=st.integers(0, 2**53),
)
@examples(60)
def test_no_array_holds_more_than_it_can_and_each_highest_priority_is_carried_out(
    priorities: list[int], size: int, title: str, seed: int
) -> None:
    draws = np.random.default_rng(seed).random((3, len(priorities)))
    arrays = arrays_of(title, np.array(priorities), np.arange(len(priorities), dtype=float), size, draws)
    assert max(np.bincount(run).max() for run in arrays) <= size
    commands = [
        ls.TimeTaggedCommand(name=str(k), priority=each, target="accelerometer.powered")
        for k, each in enumerate(priorities)
    ]
    found = ls.FlightComputer(array_size=size, packing=title, seed=seed).executions(commands)
    highest = min(priorities)
    assert all(each.time is not None for each in found if each.command.priority == highest)
    assert all((each.time is None) == (each.higher is not None) for each in found)


@given(seed=st.integers(0, 2**53), size=st.integers(1, 6))
@examples(30)
def test_delayed_commands_are_all_carried_out_later_by_whole_delays(seed: int, size: int) -> None:
    computer = ls.FlightComputer(array_size=size, packing="at random", displaced="delayed", delay=7 * u.s, seed=seed)
    for each in computer.executions(sequence(4, 6)):
        rounds = (each.time - each.command.time).to_value(u.s) / 7.0
        assert rounds == round(rounds) >= 0
        assert (rounds > 0) == (each.higher is not None)


def test_draws_of_many_seeds_are_those_of_each() -> None:
    seeds = np.array([0.0, 7.0, 2.0**53])
    one_by_one = [[uniform(int(seed), COMPUTER, 2, k) for k in range(4)] for seed in seeds]
    np.testing.assert_array_equal(uniforms(seeds, COMPUTER, 2, 4), one_by_one)


def test_arrival_packs_together_what_is_due_together() -> None:
    early, late = replace(SWITCH, name="early", time=-90 * u.s), replace(SWITCH, name="late", time=-10 * u.s)
    urgent = ls.TimeTaggedCommand(name="urgent", priority=1, time=-20 * u.s)
    found = ls.FlightComputer(array_size=2, packing="by arrival").executions([late, urgent, early])
    assert [(each.command.name, each.time is None) for each in found] == [
        ("early", True),  # with the urgent one, in the first array
        ("urgent", False),
        ("late", False),
    ]


def test_a_lost_command_leaves_the_accelerometer_off_and_the_timer_ends_the_burn() -> None:
    flown = ls.simulate(ls.load_scenario("luna25-commands"))
    as_reported = ls.simulate(ls.load_scenario("luna25"))
    assert flown.burns[0].cutoff is ls.Cutoff.TIMER
    assert flown.outcome.state == as_reported.outcome.state
    displaced = next(event for event in flown.timeline if event.kind is ls.EventKind.COMMAND_DISPLACED)
    assert displaced.detail == (
        "switch on the accelerometers, priority 2, not carried out: in one data array with priority 1"
    )


def test_without_the_fault_the_command_is_carried_out_and_the_burn_is_the_planned_one() -> None:
    flown = ls.simulate(ls.load_scenario("luna25-commands").without_faults())
    assert flown.burns[0].cutoff is ls.Cutoff.SENSED_DELTA_V
    assert flown.outcome.state == ls.simulate(ls.load_scenario("luna25").without_faults()).outcome.state


def test_an_accelerometer_that_is_switched_on_late_counts_from_then_on() -> None:
    scenario = ls.load_scenario("luna25-commands").without_faults()
    late = replace(scenario.commands[-1], time=20 * u.s)
    flown = ls.simulate(replace(scenario, commands=(*scenario.commands[:-1], late)))
    planned = ls.simulate(scenario)
    assert flown.burns[0].delta_v_sensed.value == pytest.approx(planned.burns[0].delta_v_sensed.value, abs=1e-6)
    # of nearly constant thrust: the burn is longer by what was not counted
    assert (flown.burns[0].duration - planned.burns[0].duration).to_value(u.s) == pytest.approx(20.0, abs=0.5)
    command = next(event for event in flown.timeline if event.kind is ls.EventKind.COMMAND)
    assert (command.time - flown.start).to_value(u.s) == pytest.approx(20.0)


def test_a_fault_lasts_though_a_command_switches_on_what_has_failed() -> None:
    scenario = ls.load_scenario("luna25-commands").with_faults(ls.AccelerometerOff())
    assert not scenario.flown_craft.accelerometer.powered


@GEOMETRIES
@repeated(400, 10_000)
def test_a_campaign_over_seeds_fails_as_often_as_the_closed_form_says(
    urgent: int, ordinary: int, size: int, count: int
) -> None:
    campaign = ls.load_campaign("luna25-commands")
    scenario = campaign.scenario
    craft = replace(scenario.craft, computer=replace(scenario.craft.computer, array_size=size))
    campaign = replace(campaign, scenario=replace(scenario, craft=craft, commands=sequence(urgent, ordinary)))
    burn = campaign.run(count, seed=3).dataset["burn0_cutoff"]
    failed = int(np.count_nonzero(burn.values == burn.flag_values[burn.flag_meanings.split().index("timer")]))
    interval = stats.binomtest(failed, count).proportion_ci(0.99, method="exact")
    assert interval.low <= probability_of_loss(urgent, ordinary, size) <= interval.high


def test_runs_of_a_campaign_are_packed_as_their_reference_flights_are() -> None:
    campaign = ls.load_campaign("luna25-commands")
    assert campaign.run(40, seed=5).cross_check(6).different == ()


def test_a_rule_of_ones_own_packs_and_its_mistakes_are_named() -> None:
    @ls.packing("an array for each")
    def alone(priorities, times_s, array_size, draws):
        return np.arange(len(priorities))

    @ls.packing("all in one")
    def together(priorities, times_s, array_size, draws):
        return np.zeros(len(priorities), dtype=int)

    try:
        computer = ls.FlightComputer(array_size=4, packing="an array for each")
        assert all(each.higher is None for each in computer.executions(sequence(3, 8)))
        with pytest.raises(ls.InputError, match="'all in one' put 12 commands into an array of array_size = 4"):
            replace(computer, packing="all in one").executions(sequence(3, 8))
    finally:
        del PACKINGS["an array for each"], PACKINGS["all in one"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"packing": "by luck"}, "packing = 'by luck' is no rule"),
        ({"array_size": 0}, "array_size = 0: expected from 1 to 10000"),
        ({"array_size": 2.5}, "array_size = 2.5: expected a whole number"),
        ({"displaced": "lost"}, "displaced = 'lost': expected 'dropped' or 'delayed'"),
        ({"delay": -1 * u.s}, "delay = -1"),
    ],
)
def test_a_computer_that_cannot_be_is_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(ls.InputError, match=told):
        ls.FlightComputer(**{"array_size": 4, **given})


def test_a_command_to_a_part_that_the_craft_lacks_is_refused() -> None:
    scenario = ls.load_scenario("luna25-commands")
    wrong = replace(SWITCH, target="acelerometer.powered")
    with pytest.raises(ls.InputError, match=r"target = 'acelerometer.powered' is no switch of the craft"):
        replace(scenario, commands=(wrong,))
    with pytest.raises(ls.InputError, match="the craft has no computer to carry it out"):
        replace(scenario, craft=replace(scenario.craft, computer=None), faults=())
    with pytest.raises(ls.InputError, match="'data arrays filled at random': the craft has no computer"):
        ls.load_scenario("luna25").with_faults(ArraysFilledAtRandom())


def test_a_flight_with_commands_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    flown = ls.simulate(ls.load_scenario("luna25-commands"))
    flown.save(tmp_path / "flight")
    assert ls.Flight.load(tmp_path / "flight").scenario == flown.scenario
