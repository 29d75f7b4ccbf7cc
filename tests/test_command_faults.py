"""Faults of commands on their way to the computer: lost, delayed, doubled, reordered, by name or at random."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from command_line import here
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples, repeated
from scipy import stats
from test_flight_computer import SWITCH, probability_of_loss, sequence

import lunarsim as ls
from lunarsim.craft import sent
from lunarsim.faults import (
    FAULTS,
    ArraysFilledAtRandom,
    CommandDelayed,
    CommandDoubled,
    CommandLost,
    CommandReordered,
    commands_with_faults,
)
from lunarsim.mission.craft_history import execution_times

SOUND = ls.load_scenario("luna25-commands").without_faults()
NAME = SOUND.commands[-1].name  # it switches the accelerometer on


def named(count: int) -> tuple[ls.TimeTaggedCommand, ...]:
    """Return commands of names of their own, a second apart."""
    return tuple(ls.TimeTaggedCommand(name=f"command {k}", time=k * u.s) for k in range(count))


def test_of_n_commands_k_are_lost_as_often_as_the_binomial_distribution_says() -> None:
    n, p, runs = 12, 0.3, 4000
    lost, each = CommandLost(probability=p, seed=7), sent(named(n))
    counts = [sum(one.lost for one in lost.apply_to_commands(each, float(seed))) for seed in range(runs)]
    expected = runs * stats.binom.pmf(np.arange(n + 1), n, p)
    few = expected < 5.0  # together, as the test asks
    found = np.bincount(counts, minlength=n + 1)
    assert stats.chisquare([*found[~few], found[few].sum()], [*expected[~few], expected[few].sum()]).pvalue > 1e-3


def probability_of_execution(urgent: int, ordinary: int, size: int, p: float) -> float:
    """Return how probable it is that the switch arrives, and meets none of the urgent ones that arrive in its array."""
    arrive = [
        (i, j, stats.binom.pmf(i, urgent, 1 - p) * stats.binom.pmf(j, ordinary, 1 - p))
        for i in range(urgent + 1)
        for j in range(ordinary + 1)
    ]
    return float((1 - p) * sum(share * (1 - probability_of_loss(i, j, size)) for i, j, share in arrive))


@pytest.mark.parametrize(("urgent", "ordinary", "size"), [(3, 8, 4), (5, 12, 3)])
@repeated(600, 10_000)
def test_losses_and_arrays_filled_at_random_compose_as_the_closed_form_says(
    urgent: int, ordinary: int, size: int, count: int
) -> None:
    computer = ls.FlightComputer(array_size=size, packing="at random")
    faults = (CommandLost(probability=0.25),)
    times_s = execution_times(computer, sequence(urgent, ordinary), faults, np.arange(float(count)))
    done = int(np.count_nonzero(np.isfinite(times_s)))
    interval = stats.binomtest(done, count).proportion_ci(0.999, method="exact")
    assert interval.low <= probability_of_execution(urgent, ordinary, size, 0.25) <= interval.high


def test_a_campaign_loses_as_often_as_its_reference_flights_do_and_as_the_probability_says() -> None:
    campaign = ls.load_campaign("luna25-commands")
    scenario = campaign.scenario.with_faults(
        CommandLost(command=NAME, probability=0.4), CommandDoubled(probability=0.3, after=2 * u.s)
    )
    result = replace(campaign, scenario=scenario).run(300, seed=2)
    burn = result.dataset["burn0_cutoff"]
    failed = int(np.count_nonzero(burn.values == burn.flag_values[burn.flag_meanings.split().index("timer")]))
    expected = 0.7 * 0.4 + 0.3 * 0.4**2  # both of a doubled one have to be lost
    interval = stats.binomtest(failed, 300).proportion_ci(0.999, method="exact")
    assert interval.low <= expected <= interval.high
    assert result.cross_check(4).different == ()


def test_a_campaign_disperses_whether_commands_are_lost() -> None:
    scenario = SOUND.with_faults(CommandLost(command=NAME))
    dispersions = {"faults.command lost": ls.Probability(0.5)}
    runs = ls.Campaign(scenario, dispersions).run(60, seed=4).dataset
    burn = runs["burn0_cutoff"]
    failed = burn.values == burn.flag_values[burn.flag_meanings.split().index("timer")]
    assert 0 < np.count_nonzero(failed) < 60
    np.testing.assert_array_equal(failed, runs["faults.command lost"].values)


def test_a_lost_command_leads_to_the_crater_and_the_timeline_says_who_lost_it() -> None:
    flown = ls.simulate(SOUND.with_faults(CommandLost(command=NAME)))
    assert flown.outcome.state == ls.simulate(ls.load_scenario("luna25")).outcome.state
    told = next(event for event in flown.timeline if event.kind is ls.EventKind.COMMAND_LOST)
    assert told.detail == f"{NAME}: command lost"


def test_a_late_command_counts_from_when_it_comes() -> None:
    late = SOUND.with_faults(CommandDelayed(command=NAME, delay=80 * u.s))
    moved = replace(SOUND, commands=(*SOUND.commands[:-1], replace(SOUND.commands[-1], time=20 * u.s)))
    flown = ls.simulate(late)
    assert flown.outcome.state == ls.simulate(moved).outcome.state
    assert f"{NAME}, +80.000 s: command delayed" in [event.detail for event in flown.timeline]


def test_an_early_command_is_refused_where_it_would_come_before_the_commands_are_sent() -> None:
    first_s = min(command.time.to_value(u.s) for command in SOUND.commands)
    due_s = SOUND.commands[-1].time.to_value(u.s)
    for delay_s in (-1e9, first_s - due_s - 1.0):
        with pytest.raises(ls.InputError, match=rf"would come before it is sent, .* at least {first_s - due_s:g} s"):
            SOUND.with_faults(CommandDelayed(command=NAME, delay=delay_s * u.s))
    early = SOUND.with_faults(CommandDelayed(command=NAME, delay=(first_s - due_s) * u.s))
    assert next(each for each in early.executions if each.command.name == NAME).received.time_s == first_s


def test_a_doubled_command_may_come_after_the_first_was_displaced() -> None:
    """Packed as they arrive, two to an array: the first shares its array with an urgent one, the second has its own."""
    urgent = ls.TimeTaggedCommand(name="urgent", priority=1, time=-60 * u.s)
    computer = ls.FlightComputer(array_size=2, packing="by arrival")
    received = commands_with_faults(sent([urgent, SWITCH]), [CommandDoubled(command=SWITCH.name, after=5 * u.s)], 0.0)
    assert [each.time for each in computer.executions_of(received)] == [-60 * u.s, None, -55 * u.s]
    third = computer.executions_of(commands_with_faults(sent([urgent, SWITCH]), [CommandDoubled()], 0.0))
    assert [(each.command.name, each.time is None) for each in third] == [
        ("urgent", False),
        (SWITCH.name, True),
        ("urgent", False),  # doubled too, and displaces again
        (SWITCH.name, True),
    ]


def test_commands_are_overtaken_as_often_as_the_recursion_says() -> None:
    """The first is overtaken with p; one after it only if that before it did not change places."""
    n, p, runs = 6, 0.4, 4000
    fault, each = CommandReordered(probability=p), sent(named(n))
    times = np.array(
        [
            [one.time_s for one in sorted(fault.apply_to_commands(each, float(seed)), key=lambda x: x.number)]
            for seed in range(runs)
        ]
    )
    overtaken = np.count_nonzero(times > np.arange(n), axis=0)
    expected = 0.0
    for k in range(n - 1):
        expected = p * (1.0 - expected)
        interval = stats.binomtest(int(overtaken[k]), runs).proportion_ci(0.999, method="exact")
        assert interval.low <= expected <= interval.high, k
    assert overtaken[-1] == 0


def test_a_command_that_is_overtaken_changes_times_with_the_next_of_another_name() -> None:
    three = (replace(named(1)[0], copies=3), *named(4)[1:])
    received = commands_with_faults(sent(three), [CommandReordered(command="command 0")], 0.0)
    assert [(one.command.name[-1], one.time_s) for one in received] == [
        ("1", 0.0),
        ("2", 0.0),
        ("3", 0.0),
        ("0", 1.0),
        ("0", 2.0),
        ("0", 3.0),
    ]


ANY = st.sampled_from([CommandLost, CommandDoubled, CommandReordered, lambda **kw: CommandDelayed(delay=3 * u.s, **kw)])


@given(
    kinds=st.lists(ANY, min_size=1, max_size=4, unique=True),
    p=st.floats(0.0, 1.0),
    seed=st.integers(0, 2**53),
    count=st.integers(1, 12),
)
@examples(40)
def test_faults_of_commands_act_in_one_order_and_no_command_vanishes(kinds, p, seed, count) -> None:
    each, faults = sent(named(count)), [kind(probability=p, seed=3) for kind in kinds]
    received = commands_with_faults(each, faults, float(seed))
    assert received == commands_with_faults(each, faults[::-1], float(seed)) == commands_with_faults(each, faults, seed)
    numbers = [one.number for one in received]
    assert len(set(numbers)) == len(numbers)
    assert {one.number for one in each} <= set(numbers)
    assert [one.time_s for one in received] == sorted(one.time_s for one in received)
    changed = [one for one in received if one.fault]
    assert all(one.lost or one.time_s != each[one.number % count].time_s or one.number >= count for one in changed)
    if p == 0.0:
        assert received == each


@given(seed=st.integers(0, 2**53), p=st.floats(0.0, 1.0))
@examples(20)
def test_reordering_deals_the_same_times_anew_and_delaying_moves_each_by_as_much(seed, p) -> None:
    each = sent(named(7))
    times = [one.time_s for one in CommandReordered(probability=p).apply_to_commands(each, float(seed))]
    assert times == [one.time_s for one in each]
    late = CommandDelayed(delay=2.5 * u.s, probability=p).apply_to_commands(each, float(seed))
    assert {one.time_s - each[one.number].time_s for one in late} <= {0.0, 2.5}


def test_another_seed_of_the_fault_or_of_the_computer_draws_anew() -> None:
    def lost(fault_seed: float, seed: float) -> tuple[bool, ...]:
        fault = CommandLost(probability=0.5, seed=fault_seed)
        return tuple(one.lost for one in fault.apply_to_commands(sent(named(40)), seed))

    assert lost(1.0, 2.0) == lost(1.0, 2.0)
    assert len({lost(1.0, 2.0), lost(2.0, 2.0), lost(1.0, 3.0), lost(2.0, 1.0)}) == 4


def test_a_fault_hits_the_commands_that_are_due_while_it_is_there() -> None:
    received = CommandLost(onset=2 * u.s, end=4 * u.s).apply_to_commands(sent(named(6)), 0.0)
    assert [one.lost for one in received] == [False, False, True, True, False, False]
    early = (replace(SWITCH, time=-60 * u.s),)
    assert CommandLost().apply_to_commands(sent(early), 0.0)[0].lost
    assert not CommandLost(onset=1 * u.s).apply_to_commands(sent(early), 0.0)[0].lost


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (CommandLost(command="switch on"), f"the scenario has no such command; did you mean '{NAME}'"),
        (CommandReordered(command=NAME), "it is the last of the sequence"),
    ],
)
def test_a_command_that_the_sequence_has_not_is_refused(fault: ls.Fault, message: str) -> None:
    with pytest.raises(ls.InputError, match=message):
        SOUND.with_faults(fault)


def test_a_scenario_without_commands_cannot_lose_one() -> None:
    with pytest.raises(ls.InputError, match=r"'command lost': the scenario has no commands"):
        ls.load_scenario("luna25").with_faults(CommandLost())


@pytest.mark.parametrize("given", [{"probability": 1.5}, {"probability": -0.1}, {"seed": 0.5}, {"command": 3}])
def test_a_fault_of_commands_that_cannot_be_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ls.InputError, match=f"{next(iter(given))} = "):
        CommandLost(**given)


def test_a_fault_of_ones_own_may_change_commands_and_its_mistakes_are_named() -> None:
    @ls.fault("first command lost")
    class FirstLost(ls.Fault):
        def apply_to_commands(self, received, seed):
            return (received[0]._replace(lost=True), *received[1:])

    @ls.fault("commands forgotten")
    class Forgotten(ls.Fault):
        def apply_to_commands(self, received, seed):
            return received[:-1]

    try:
        assert SOUND.with_faults(FirstLost()).executions[0].received.lost
        with pytest.raises(ls.InputError, match=r"'commands forgotten': its apply_to_commands gave"):
            SOUND.with_faults(Forgotten())
    finally:
        del FAULTS["first command lost"], FAULTS["commands forgotten"]


@pytest.mark.slow
def test_the_command_line_loses_a_command_and_a_file_delays_one(tmp_path: Path) -> None:
    done = here(
        "run", "luna25-commands", "--json", "--without-faults", "--fault", f"command lost: command={NAME}", cwd=tmp_path
    )
    assert done.status == 0, done.err
    assert json.loads(done.out)["flown"]["burn"]["cutoff"] == "timer"
    assert "command lost: " in done.err[done.err.index("Timeline") :]
    file = tmp_path / "late.toml"
    file.write_text(
        'base = "luna25-commands"\nname = "late"\nwithout = ["faults"]\n'
        f'[[faults]]\ntype = "command delayed"\ncommand = "{NAME}"\ndelay = "80 s"\nseed = 4\nprobability = 0.5\n'
    )
    (fault,) = ls.load_scenario(file).faults
    assert fault == CommandDelayed(command=NAME, delay=80 * u.s, seed=4.0, probability=0.5)
    listed = json.loads(here("faults", "--json", cwd=tmp_path).out)["faults"]
    assert next(each for each in listed if each["title"] == "command lost")["names"] == ["command"]


def test_a_flight_with_a_fault_of_commands_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    faults = ArraysFilledAtRandom(), CommandDelayed(delay=9 * u.s, probability=0.5)
    flown = ls.simulate(SOUND.with_faults(*faults))
    flown.save(tmp_path / "flight")
    assert ls.Flight.load(tmp_path / "flight") == flown
