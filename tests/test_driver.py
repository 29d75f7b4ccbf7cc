"""The reference driver on motions whose answers are known: crossings, directions, restarts, edges."""

from collections.abc import Collection

import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st

from lunarsim.errors import InputError, IntegrationError, LunarsimError
from lunarsim.flight import Accuracy
from lunarsim.flight.driver.segment import fly_segment
from lunarsim.flight.result.segment import Trigger
from lunarsim.kernels.forces import motion

ROOT_S = 2.1e-11  # measured 1.0e-11 over 40 s, doubled; a nanosecond is promised
SIZE_M = 1e6  # of the motion, so that the absolute tolerance of 1e-6 m is a relative one of 1e-12


def oscillator(_t_s, y):
    """y0 = SIZE_M sin(t), y1 = SIZE_M cos(t)."""
    out = np.zeros(motion.SIZE)
    out[0], out[1] = y[1], -y[0]
    return out


def at_phase(t_s):
    y = np.zeros(motion.SIZE)
    y[0], y[1] = SIZE_M * np.sin(t_s), SIZE_M * np.cos(t_s)
    return y


def fly(end_s, *triggers, start_s=0.0, accuracy=None, **options):
    return fly_segment(oscillator, start_s, at_phase(start_s), end_s, triggers, accuracy or Accuracy(), **options)


def times_of(segment, trigger):
    return [crossing.t_s for crossing in segment.crossings if crossing.trigger is trigger]


def height_above(level, **options):
    return Trigger(f"height {level}", lambda _t, y: float(y[0] / SIZE_M - level), **options)


def test_every_zero_of_a_sine_is_found_and_to_a_nanosecond():
    zero = height_above(0.0)
    segment = fly(40.0, zero, start_s=0.5)
    np.testing.assert_allclose(times_of(segment, zero), np.pi * np.arange(1, 13), rtol=0, atol=ROOT_S)


def test_a_direction_keeps_the_rising_or_the_falling_zeros_alone():
    rising, falling = height_above(0.0, direction=+1), height_above(0.0, direction=-1)
    segment = fly(40.0, rising, falling, start_s=0.5)
    np.testing.assert_allclose(times_of(segment, rising), 2 * np.pi * np.arange(1, 7), rtol=0, atol=ROOT_S)
    np.testing.assert_allclose(times_of(segment, falling), 2 * np.pi * np.arange(6) + np.pi, rtol=0, atol=ROOT_S)


@given(st.floats(0.05, 0.95), st.floats(0.1, 1.4))
def test_the_state_at_a_crossing_lies_on_the_level_and_on_the_motion(level, start_s):
    trigger = height_above(level)
    segment = fly(7.0, trigger, start_s=start_s)
    for crossing in segment.crossings:
        assert crossing.y[0] / SIZE_M == pytest.approx(level, abs=2e-12)  # the root is sought to 1e-12 s, doubled
        np.testing.assert_allclose(crossing.y[:2], at_phase(crossing.t_s)[:2], rtol=0, atol=ROOT_S * SIZE_M)
    expected = [
        t for t in (np.arcsin(level), np.pi - np.arcsin(level), 2 * np.pi + np.arcsin(level)) if start_s < t < 7.0
    ]
    np.testing.assert_allclose(times_of(segment, trigger), expected, rtol=0, atol=ROOT_S)


@pytest.mark.parametrize("shares", [(0.40, 0.70), (0.26, 0.38), (0.01, 0.99)])
def test_two_crossings_within_one_step_are_both_found(shares):
    step_ends_s = fly(6.0).path.ends_s
    before, after = step_ends_s[20:22]
    first, second = (before + share * (after - before) for share in shares)
    dip = Trigger("dip", lambda t_s, _y: (t_s - first) * (t_s - second))  # positive at both ends of the step
    # the root of a function of time alone: sought to 1e-12 s
    np.testing.assert_allclose(times_of(fly(6.0, dip), dip), [first, second], rtol=0, atol=2e-12)


def test_crossings_come_in_the_order_of_time_whatever_the_order_of_the_triggers():
    levels = [height_above(level) for level in (0.7, 0.1, 0.4)]
    times = [crossing.t_s for crossing in fly(20.0, *levels, start_s=0.0).crossings]
    assert times == sorted(times)
    assert len(times) == 3 * 6 + 3  # three periods, twice each, and the rise of the fourth


def test_a_terminal_event_ends_the_segment_at_its_time_and_what_comes_later_did_not_happen():
    end, earlier, later = height_above(0.5, terminal=True), height_above(0.45), height_above(0.55)
    segment = fly(10.0, later, end, earlier)
    assert segment.ended_by is end
    assert [crossing.trigger for crossing in segment.crossings] == [earlier, end]
    assert segment.end_s == pytest.approx(np.pi / 6, abs=ROOT_S)
    assert segment.end_y[0] / SIZE_M == pytest.approx(0.5, abs=ROOT_S)
    assert segment.path.ends_s[-1] == segment.end_s
    np.testing.assert_array_equal(segment.crossings[-1].y, segment.end_y)


def test_what_crosses_within_a_microsecond_after_the_end_is_told_with_it_and_what_crosses_later_is_not():
    end, together, later = height_above(0.5, terminal=True), height_above(0.5 + 5e-7), height_above(0.5 + 5e-6)
    segment = fly(10.0, together, later, end)
    assert [crossing.trigger for crossing in segment.crossings] == [together, end]
    assert segment.fired_at_end == {together, end}


def test_what_ends_no_segment_is_found_once_however_many_steps_are_looked_at_together():
    zero = height_above(0.0)
    segment = fly(400.0, zero, start_s=0.5)
    assert len(segment.path.start_y) > 1000
    np.testing.assert_allclose(
        times_of(segment, zero), np.pi * np.arange(1, 128), rtol=0, atol=1e-7
    )  # drift of the phase


def test_of_two_terminal_events_in_one_step_the_earlier_ends_the_segment():
    first, second = height_above(0.5, terminal=True), height_above(0.5 + 1e-7, terminal=True)
    for triggers in ((first, second), (second, first)):
        assert fly(10.0, *triggers).ended_by is first


def test_an_event_that_ended_a_segment_does_not_fire_again_at_its_root_in_the_next():
    end = height_above(0.5, terminal=True)
    times, t_s, y = [], 0.0, at_phase(0.0)
    disarmed: Collection[Trigger] = ()
    for _ in range(6):
        segment = fly_segment(oscillator, t_s, y, 20.0, [end], Accuracy(), disarmed=disarmed)
        t_s, y, disarmed = segment.end_s, segment.end_y, segment.fired_at_end
        times.append(t_s)
    turns = 2 * np.pi * np.arange(3)
    expected = np.sort(np.concatenate([turns + np.pi / 6, turns + 5 * np.pi / 6]))
    np.testing.assert_allclose(times, expected, rtol=0, atol=ROOT_S)


@pytest.mark.parametrize("sign", [+1.0, -1.0])
def test_an_event_that_starts_on_its_root_does_not_fire_there(sign):
    zero = Trigger("zero", lambda _t, y: sign * float(y[0]))
    assert times_of(fly(3.0, zero, start_s=0.0), zero) == []


def test_a_crossing_at_the_very_end_of_a_segment_belongs_to_it_or_to_the_next_but_not_to_both():
    for end_s in (np.nextafter(np.pi, 0.0), np.pi, np.nextafter(np.pi, 4.0)):
        zero = height_above(0.0)
        first = fly(end_s, zero, start_s=1.0)
        second = fly_segment(oscillator, end_s, first.end_y, 5.0, [zero], Accuracy())
        assert len(times_of(first, zero)) + len(times_of(second, zero)) == 1


def test_a_segment_without_events_ends_at_its_end_exactly():
    segment = fly(1.2345)
    assert segment.end_s == 1.2345
    assert segment.ended_by is None
    assert segment.crossings == ()
    np.testing.assert_allclose(segment.end_y[:2], at_phase(1.2345)[:2], rtol=0, atol=1e-12 * SIZE_M)  # tolerances


def test_a_very_short_segment_is_flown_and_its_event_found():
    level = height_above(np.sin(0.5e-6), terminal=True)
    segment = fly(1e-6, level)
    assert segment.ended_by is level
    assert segment.end_s == pytest.approx(0.5e-6, abs=1e-15)  # the root is sought to 1e-12 s, the sine is straight


def test_steps_are_no_longer_than_the_longest_step_asked_for():
    steps = np.diff(fly(10.0, accuracy=Accuracy(relative=1.0, max_step=0.25 * u.s)).path.ends_s)
    assert steps.max() <= 0.25 * (1 + 1e-12)  # rounding of the times


def test_a_derivative_that_blows_up_is_reported_with_the_time():
    def blow_up(t_s, y):
        out = np.zeros(motion.SIZE)
        out[0] = y[0] * y[0] if y[0] < 1e100 else np.nan
        return out

    y = np.zeros(motion.SIZE)
    y[0] = 1.0
    with pytest.raises(LunarsimError, match=r"the integration stopped 1\.000 s after the start"):
        fly_segment(blow_up, 0.0, y, 2.0, [], Accuracy())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"relative": 1e-14}, "relative = 1e-14: expected from 1e-13 to 1"),
        ({"relative": 2.0}, "relative = 2.0: expected from 1e-13 to 1"),
        ({"relative": float("nan")}, "relative = nan: expected a finite number"),
        ({"position": 0 * u.m}, "position = 0.0 m: expected from 1e-12 m"),
        ({"velocity": 1e-9 * u.m}, "velocity = 1e-09 m is of the wrong dimension: expected a velocity such as"),
        ({"mass": 1e-9}, "mass = 1e-09 has no unit: expected a mass such as"),
        ({"max_step": -5 * u.s}, "max_step = -5.0 s: expected from 1e-06 s"),
        ({"samples_per_step": 1}, "samples_per_step = 1: expected from 2 to 10000"),
    ],
)
def test_tolerances_that_cannot_be_met_are_refused(options, text):
    with pytest.raises(InputError) as error:
        Accuracy(**options)
    assert text in str(error.value)


def test_a_force_that_is_no_number_from_the_start_is_reported_and_not_looked_at_for_ever():
    with pytest.raises(IntegrationError, match=r"stopped 3\.000 s after .*: the force is not a number"):
        fly_segment(lambda _t, y: np.full(y.size, np.nan), 3.0, at_phase(0.0), 10.0, [], Accuracy())


def test_a_force_that_turns_over_at_rest_collapses_the_steps_and_says_where():
    """A thrust of 1 m/s2 against the velocity, with nothing that ends it at rest: the sign of a velocity."""

    def braking(_t, y):
        out = np.zeros(motion.SIZE)
        out[0], out[3] = y[3], -np.sign(y[3])
        return out

    y = np.zeros(motion.SIZE)
    y[0], y[3] = 1.75e6, 2.0
    with pytest.raises(IntegrationError, match=r"stopped 2\.000 s after .* height of 12\.602 km .*1000 steps"):
        fly_segment(braking, 0.0, y, 100.0, [], Accuracy())


@pytest.mark.slow
def test_steps_without_end_are_counted_and_said():
    def shaking(t_s, _y):
        out = np.zeros(motion.SIZE)
        out[3] = 1e3 * np.sin(3e4 * t_s)
        return out

    with pytest.raises(IntegrationError, match=r"steps did not lead to its end at 50\.000 s"):
        fly_segment(shaking, 0.0, np.zeros(motion.SIZE), 50.0, [], Accuracy())


def test_a_longest_step_that_follows_the_state_is_kept_to():
    segment = fly(3.0, longest_step=lambda _t_s, y: 0.01 + 1e-7 * abs(y[0]))
    starts, ends = segment.path.ends_s[:-1], segment.path.ends_s[1:]
    allowed = 0.01 + 1e-7 * SIZE_M * np.abs(np.sin(starts))
    assert np.all(ends - starts <= allowed * (1 + 1e-9))  # the sine of the state, to its tolerance
