"""Random pairs of faults: each flight ends in an outcome with a reason, in both drivers, and again the same."""

import random

import pytest
from random_faults import (
    NUMBERS,
    burning,
    how_the_drivers_differ,
    landing_by_sensors,
    what_is_wrong,
    with_pair,
)
from repetitions import repeated

from lunarsim.faults import FAULTS


def test_each_fault_of_the_package_is_among_those_that_are_drawn():
    assert NUMBERS.keys() == {title for title, kind in FAULTS.items() if kind.__module__.startswith("lunarsim.")}
    for title, numbers in NUMBERS.items():
        FAULTS[title](**numbers(random.Random(0)))


def what_came_of(scenario):
    wrong, flight = what_is_wrong(scenario)
    return wrong or how_the_drivers_differ(scenario, flight)[0]


@repeated(3, 25)
@pytest.mark.filterwarnings("ignore::lunarsim.errors.ModelWarning")
def test_a_burn_with_two_faults_ends_in_an_outcome_with_a_reason_in_both_drivers(count):
    came = {i: what_came_of(with_pair(burning(), i, 200.0)) for i in range(count)}
    assert {i: each for i, each in came.items() if each not in {"", "ill-conditioned"}} == {}
    assert list(came.values()).count("") > 0.8 * count


@repeated(2, 25)
def test_a_landing_with_two_faults_ends_in_an_outcome_with_a_reason_in_both_drivers(count):
    came = {i: what_came_of(with_pair(landing_by_sensors(), i, 120.0)) for i in range(count)}
    assert {i: each for i, each in came.items() if each not in {"", "ill-conditioned"}} == {}
    assert list(came.values()).count("") > 0.8 * count


@pytest.mark.parametrize("described", [burning, landing_by_sensors])
def test_a_pair_is_of_two_faults_that_the_flight_has_and_is_the_same_in_each_run(described):
    pairs = [with_pair(described(), i, 120.0) for i in range(5)]
    assert [len({fault.title for fault in each.faults}) for each in pairs] == [2] * 5
    assert pairs == [with_pair(described(), i, 120.0) for i in range(5)]
