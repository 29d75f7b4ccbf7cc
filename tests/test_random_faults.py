"""Random pairs of faults: each flight ends in an outcome with a reason, and is the same when it is flown again."""

import random

import pytest
from landing_example import landing
from random_faults import NUMBERS, what_is_wrong, with_pair
from repetitions import repeated

import lunarsim as ls
from lunarsim.faults import FAULTS


def test_each_fault_of_the_package_is_among_those_that_are_drawn():
    assert NUMBERS.keys() == {title for title, kind in FAULTS.items() if kind.__module__.startswith("lunarsim.")}
    for title, numbers in NUMBERS.items():
        FAULTS[title](**numbers(random.Random(0)))


@repeated(6, 150)
@pytest.mark.filterwarnings("ignore::lunarsim.errors.ModelWarning")
def test_a_burn_with_two_faults_ends_in_an_outcome_with_a_reason(count):
    scenario = ls.load_scenario("luna25").without_faults()
    wrong = {i: what_is_wrong(with_pair(scenario, i, 200.0))[0] for i in range(count)}
    assert {i: each for i, each in wrong.items() if each} == {}


@repeated(4, 150)
def test_a_landing_with_two_faults_ends_in_an_outcome_with_a_reason(count):
    wrong = {i: what_is_wrong(with_pair(landing(), i, 120.0))[0] for i in range(count)}
    assert {i: each for i, each in wrong.items() if each} == {}


def test_pair_i_is_the_same_in_each_run():
    assert [with_pair(landing(), i, 120.0) for i in range(5)] == [with_pair(landing(), i, 120.0) for i in range(5)]
