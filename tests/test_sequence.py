"""The sequence of a run, flown by a driver of this file that moves nothing: what is asked for, and in which order."""

from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from random_flights import EPOCH, MOON, MPS

import lunarsim as ls
from lunarsim import constants
from lunarsim.flight.driver.lowering import lower
from lunarsim.kernels import codes
from lunarsim.kernels.guidance.exits import NO_EXIT
from lunarsim.kernels.guidance.look import COMPUTER, Command
from lunarsim.kernels.sequence.flown import Driver
from lunarsim.kernels.sequence.phases import fly_phases

CRAFT = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=12 * u.kN, specific_impulse=320 * u.s)
)
HIGH = ls.State([constants.MOON_RADIUS_M + 1e5, 0, 0] * u.m, [0, 1600, 0] * MPS, EPOCH)


def at(t_s):
    """A time without the rounding of an ignition, which is the difference of two dates."""
    return round(float(t_s), 9)


class Recorder:
    """A driver that writes down what it is asked for, and lets each leg end as it is told."""

    def __init__(self, endings=()):
        self.asked, self.endings = [], dict(endings)

    def fly_to(self, t_s, _y, leg):
        self.asked.append(("fly", leg.phase, at(t_s), at(leg.end_s), bool(leg.propulsion.thrust_n > 0.0)))
        ended = self.endings.get(sum(kind == "fly" for kind, *_ in self.asked) - 1, codes.AT_END)
        return (leg.end_s if ended == codes.AT_END else 0.5 * (t_s + leg.end_s)), ended

    def begins(self, t_s, _y, k):
        self.asked.append(("begins", k, at(t_s)))

    def look(self, t_s, _y, k, flown):
        cycle_s = float(flown.phases[k].guided.cycle_time_s)
        self.asked.append(("look", k, at(t_s)))
        return Command(NO_EXIT, 0.5, np.array([1.0, 0.0, 0.0]), 0.25 * cycle_s, 0.75 * cycle_s, cycle_s)

    def cuts(self, t_s, _y, k, reason):
        self.cut = (at(t_s), k, reason)

    def ends(self, t_s, _y, k, reason, _start_s, _before, _cut_s):
        self.asked.append(("ends", k, at(t_s), reason))

    def follow(self, leg, craft, _flown):
        assert craft.navigation.kind != 0.0
        self.asked.append(("follow", at(leg.start_s), at(leg.end_s)))

    def alarmed(self, t_s, _y, k, monitor, _flown):
        self.asked.append(("alarmed", k, at(t_s), monitor))


DRIVER = Driver(
    Recorder.fly_to,
    Recorder.begins,
    Recorder.look,
    Recorder.cuts,
    Recorder.ends,
    Recorder.follow,
    Recorder.alarmed,
)


def flown(*phases, endings=(), faults=(), craft=CRAFT, **changed):
    site = ls.Site(latitude=0 * u.deg, longitude=0 * u.deg)
    scenario = ls.Scenario(
        name="asked", state=HIGH, craft=craft, moon=MOON, plan=phases, landing_site=site, faults=faults
    )
    low, recorder = lower(scenario), Recorder(endings)
    what = low.flown(np.zeros(1, COMPUTER)[0])._replace(**changed)
    end_s, ended, failure = fly_phases(DRIVER, recorder, low.initial.copy(), what)
    return recorder.asked, (at(end_s), ended, failure)


def burn(at_s=60, timer_s=30):
    return ls.Burn(ignition=EPOCH + at_s * u.s, target_delta_v=500 * MPS, timer=timer_s * u.s)


def test_a_burn_is_a_coast_to_its_ignition_and_a_leg_of_its_longest_time():
    asked, (end_s, ended, failure) = flown(burn(), ls.Coast(duration=10 * u.s))
    assert asked == [
        ("fly", 0, 0.0, 60.0, False),
        ("begins", 0, 60.0),
        ("fly", 0, 60.0, 90.0, True),
        ("ends", 0, 90.0, codes.TIMER_RAN_OUT),
        ("fly", 1, 90.0, 100.0, False),
    ]
    assert (end_s, ended, failure) == (100.0, codes.AT_END, codes.SOUND)


def test_a_burn_lasts_no_longer_than_its_propellant():
    asked, _ = flown(burn(timer_s=3000), ls.Coast(duration=10 * u.s))
    lasts_s = 900 * 320 * constants.STANDARD_GRAVITY_MPS2 / 12e3  # mass over mass flow
    assert asked[2][3] == pytest.approx(60.0 + lasts_s, abs=1e-9)
    assert asked[3][3] == codes.PROPELLANT_OUT


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (codes.AT_CUTOFF, codes.SENSED_DELTA_V),
        (codes.AT_REST, codes.ZERO_SPEED),
        (codes.ON_GROUND, codes.BURN_MET_GROUND),
    ],
)
def test_what_ends_the_leg_of_a_burn_is_the_reason_of_its_end(ended, reason):
    asked, (end_s, _, failure) = flown(burn(), ls.Coast(duration=10 * u.s), endings={1: ended})
    assert ("ends", 0, 75.0, reason) in asked
    assert failure == codes.SOUND
    assert end_s == (75.0 if ended == codes.ON_GROUND else 85.0)  # the ground ends all, a cut-off the burn


def test_a_cycle_is_flown_off_on_and_off_until_the_limit_of_time():
    asked, (end_s, *_) = flown(ls.Guided(name="down", law=ls.EngineOff(), max_duration=6 * u.s, cycle_time=4 * u.s))
    assert asked == [
        ("begins", 0, 0.0),
        ("look", 0, 0.0),
        ("fly", 0, 0.0, 1.0, False),
        ("fly", 0, 1.0, 3.0, True),
        ("fly", 0, 3.0, 4.0, False),
        ("look", 0, 4.0),
        ("fly", 0, 4.0, 5.0, False),
        ("fly", 0, 5.0, 7.0, True),
        ("fly", 0, 7.0, 8.0, False),
        ("ends", 0, 8.0, codes.TIMER_RAN_OUT),
    ]
    assert end_s == 8.0  # a cycle is cut short by the look itself, which is not asked here


@pytest.mark.parametrize("leg", [0, 1, 2])
def test_the_ground_ends_a_cycle_wherever_it_is_met(leg):
    plan = (ls.Guided(name="down", law=ls.EngineOff(), max_duration=60 * u.s, cycle_time=4 * u.s),)
    asked, (_, ended, failure) = flown(*plan, endings={leg: codes.ON_GROUND})
    assert sum(kind == "fly" for kind, *_ in asked) == leg + 1
    assert asked[-1][3] == codes.BURN_MET_GROUND
    assert (ended, failure) == (codes.ON_GROUND, codes.SOUND)


@pytest.mark.parametrize(("ended", "why"), [(codes.LOST, codes.GROUND_UNKNOWN), (codes.STUCK, codes.NOT_CONVERGED)])
def test_a_leg_that_cannot_be_flown_ends_the_run_and_says_why(ended, why):
    asked, (_, _, failure) = flown(ls.Coast(duration=10 * u.s), ls.Coast(duration=10 * u.s), endings={0: ended})
    assert len(asked) == 1
    assert failure == why


def test_a_run_that_may_not_begin_asks_for_nothing():
    assert flown(ls.Coast(duration=10 * u.s), known=False) == ([], (0.0, codes.AT_END, codes.NOT_FINITE))


def test_a_burn_may_not_begin_before_what_precedes_it_can_have_ended():
    low = lower(ls.Scenario(name="two", state=HIGH, craft=CRAFT, moon=MOON, plan=(burn(), burn(at_s=120))))
    phases = low.records.copy()
    phases["burn"]["ignition_s"][1] = 89.0  # the first can last until 90 s
    asked, (_, _, failure) = flown(burn(), burn(at_s=120), phases=phases)
    assert failure == codes.LATE
    assert asked[-1][2] == 90.0


def test_a_fault_in_a_burn_cuts_its_leg_and_the_timer_runs_on():
    faults = (ls.AccelerometerOff(onset=70 * u.s),)
    asked, (end_s, *_) = flown(burn(), ls.Coast(duration=10 * u.s), faults=faults)
    assert [each for each in asked if each[0] == "fly"] == [
        ("fly", 0, 0.0, 60.0, False),
        ("fly", 0, 60.0, 70.0, True),
        ("fly", 0, 70.0, 90.0, True),
        ("fly", 1, 90.0, 100.0, False),
    ]
    assert end_s == 100.0


def test_a_fault_in_a_cycle_cuts_its_leg_and_not_the_cycle():
    down = ls.Guided(name="down", law=ls.EngineOff(), max_duration=3 * u.s, cycle_time=4 * u.s)
    asked, _ = flown(down, faults=(ls.AccelerometerOff(onset=2 * u.s),))
    assert asked[2:6] == [
        ("fly", 0, 0.0, 1.0, False),
        ("fly", 0, 1.0, 2.0, True),
        ("fly", 0, 2.0, 3.0, True),
        ("fly", 0, 3.0, 4.0, False),
    ]


def test_a_navigation_follows_all_that_is_flown_in_parts_of_at_most_ten_seconds():
    craft = replace(CRAFT, navigation=ls.DeadReckoning())
    hold = ls.Guided(name="hold", law=ls.EngineOff(), cycle_time=2 * u.s, max_duration=2 * u.s)
    asked, _ = flown(ls.Coast(duration=25 * u.s), hold, craft=craft)
    followed = [each[1:] for each in asked if each[0] == "follow"]
    assert followed[:4] == [(0.0, 0.0), (0.0, 10.0), (10.0, 20.0), (20.0, 25.0)]
    assert followed[4:] == [(25.0, 25.5), (25.5, 26.5), (26.5, 27.0)]  # off, on, off
    assert [each[3] for each in asked if each[0] == "fly"] == [end for _, end in followed[1:]]


def test_the_truth_with_errors_follows_nothing():
    asked, _ = flown(ls.Guided(name="hold", law=ls.EngineOff(), cycle_time=2 * u.s, max_duration=2 * u.s))
    assert not [each for each in asked if each[0] == "follow"]


def test_an_estimate_that_guides_nothing_is_not_kept():
    asked, _ = flown(ls.Coast(duration=25 * u.s), craft=replace(CRAFT, navigation=ls.KalmanFilter()))
    assert [kind for kind, *_ in asked] == ["fly"]
