"""Guidance laws as users describe them: checked when made, lowered into records of numbers."""

import numpy as np
import pytest
from astropy import units as u

from lunarsim.errors import InputError
from lunarsim.kernels.guidance import situation
from lunarsim.kernels.guidance.laws import descent_rate, gravity_turn, held, polynomial, zem_zev
from lunarsim.kernels.guidance.memory import PARAMETERS
from lunarsim.plan import laws

MPS, MPS2, MPS3 = u.m / u.s, u.m / u.s**2, u.m / u.s**3

EACH: list[laws.GuidanceLaw] = [
    laws.EngineOff(),
    laws.AttitudeHold(),
    laws.GravityTurn(),
    laws.EGuidance(time_to_go=100 * u.s),
    laws.QuadraticGuidance(time_to_go=100 * u.s),
    laws.DescentRate(),
    laws.ZemZev(),
    laws.FractionalPolynomial(time_to_go=100 * u.s),
]


def test_each_law_has_a_title_and_a_kernel_of_its_own():
    assert len({one.title for one in EACH}) == len(EACH)
    assert len({one.lower().kernel for one in EACH}) == len(EACH)


@pytest.mark.parametrize("one", EACH, ids=lambda one: one.title)
def test_each_law_lowers_to_the_number_of_parameters_that_kernels_take(one):
    lowered = one.lower()
    assert lowered.parameters.shape == (PARAMETERS,)
    assert lowered.frame in (situation.LEVEL, situation.SITE)


def test_targets_lower_to_si_in_their_places_whatever_their_units():
    quadratic = laws.QuadraticGuidance(
        time_to_go=2 * u.min,
        target_downrange=-8 * u.km,
        target_crossrange=1 * u.m,
        target_altitude=0.03048 * u.km,
        target_downrange_rate=36 * u.km / u.h,
        target_crossrange_rate=2 * MPS,
        target_altitude_rate=-3 * MPS,
        target_downrange_acceleration=-1 * MPS2,
        target_crossrange_acceleration=0.5 * MPS2,
        target_altitude_acceleration=10 * u.cm / u.s**2,
        target_downrange_jerk=-5 * u.mm / u.s**3,
        frozen_below=10 * u.s,
        lead_time=2200 * u.ms,
    ).lower()
    p = quadratic.parameters.view(polynomial.QUADRATIC)[0]
    assert p.position_m == pytest.approx([-8000.0, 1.0, 30.48])
    assert p.velocity_mps == pytest.approx([10.0, 2.0, -3.0])
    assert p.acceleration_mps2 == pytest.approx([-1.0, 0.5, 0.1])
    assert p.time_to_go_s == pytest.approx(120.0)
    assert p.downrange_jerk_mps3 == pytest.approx(-0.005)
    assert p.frozen_below_s == pytest.approx(10.0)
    assert p.lead_s == pytest.approx(2.2)


def own(law, kind):
    """A law's parameters by their names."""
    return law.lower().parameters.view(kind)[0]


def test_what_is_left_open_is_left_to_the_law():
    assert np.isnan(own(laws.QuadraticGuidance(time_to_go=1 * u.s), polynomial.QUADRATIC).downrange_jerk_mps3)
    assert np.isnan(own(laws.GravityTurn(), gravity_turn.GRAVITY_TURN).throttle)
    assert own(laws.ZemZev(), zem_zev.ZEM_ZEV).time_to_go_s == 0.0
    assert own(laws.DescentRate(), descent_rate.DESCENT_RATE).position_time_s == 0.0


def test_a_laws_own_parameters_lower_by_their_own_names():
    rate = laws.DescentRate(
        target_altitude_rate=-1 * MPS,
        vertical_time_constant=2 * u.s,
        horizontal_time_constant=4 * u.s,
        max_tilt=45 * u.deg,
        position_time_constant=16 * u.s,
        largest_drift_speed=3 * MPS,
    ).lower()
    p = rate.parameters.view(descent_rate.DESCENT_RATE)[0]
    assert p.velocity_mps == pytest.approx([0.0, 0.0, -1.0])
    given = (p.vertical_time_s, p.horizontal_time_s, p.tilt_tangent, p.position_time_s, p.drift_speed_mps)
    assert given == pytest.approx((2.0, 4.0, 1.0, 16.0, 3.0))
    lu = laws.FractionalPolynomial(time_to_go=9 * u.s, first_exponent=0.5, second_exponent=3)
    powers = own(lu, polynomial.FRACTIONAL)
    assert (powers.first_exponent, powers.second_exponent) == (0.5, 3.0)
    assert own(laws.AttitudeHold(throttle=0.4), held.HELD).throttle == 0.4
    assert own(laws.GravityTurn(throttle=0.7), gravity_turn.GRAVITY_TURN).throttle == 0.7
    assert own(laws.ZemZev(time_weight=2 * u.m**2 / u.s**4), zem_zev.ZEM_ZEV).time_weight_m2_s4 == 2.0


def test_apollos_law_is_in_the_axes_of_the_site_and_the_others_along_the_moon_unless_told():
    frames = {type(one).__name__: one.lower().frame for one in EACH}
    assert [name for name, frame in frames.items() if frame == situation.SITE] == ["QuadraticGuidance"]
    assert laws.QuadraticGuidance(time_to_go=1 * u.s, frame="level").lower().frame == situation.LEVEL
    assert laws.EGuidance(time_to_go=1 * u.s, frame="site").lower().frame == situation.SITE


def test_each_law_is_flown_by_the_kernel_of_its_name():
    assert [one.lower().kernel for one in EACH] == [
        held.engine_off,
        held.attitude_hold,
        gravity_turn.gravity_turn,
        polynomial.e_guidance,
        polynomial.quadratic,
        descent_rate.descent_rate,
        zem_zev.zem_zev,
        polynomial.fractional,
    ]


WRONG = {
    "a time to go of zero": (laws.EGuidance, {"time_to_go": 0 * u.s}, "time_to_go"),
    "a time in metres": (laws.QuadraticGuidance, {"time_to_go": 3 * u.m}, "time_to_go"),
    "a negative time to find": (laws.ZemZev, {"time_to_go": -1 * u.s}, "time_to_go"),
    "a bare target": (laws.EGuidance, {"time_to_go": 9 * u.s, "target_altitude": 30.0}, "target_altitude"),
    "an infinite target": (laws.ZemZev, {"target_downrange": np.inf * u.m}, "target_downrange"),
    "a jerk of another dimension": (
        laws.QuadraticGuidance,
        {"time_to_go": 9 * u.s, "target_downrange_jerk": 1 * MPS2},
        "target_downrange_jerk",
    ),
    "an unknown frame": (laws.DescentRate, {"frame": "lunar"}, "'level'"),
    "a negative lead": (laws.EGuidance, {"time_to_go": 9 * u.s, "lead_time": -1 * u.s}, "lead_time"),
    "a negative floor": (laws.EGuidance, {"time_to_go": 9 * u.s, "frozen_below": -1 * u.s}, "frozen_below"),
    "exponents in the wrong order": (
        laws.FractionalPolynomial,
        {"time_to_go": 9 * u.s, "first_exponent": 2.0, "second_exponent": 2.0},
        "second_exponent",
    ),
    "a negative exponent": (
        laws.FractionalPolynomial,
        {"time_to_go": 9 * u.s, "first_exponent": -1.0},
        "first_exponent",
    ),
    "no throttle": (laws.AttitudeHold, {"throttle": 0.0}, "throttle"),
    "more than full throttle": (laws.GravityTurn, {"throttle": 1.1}, "throttle"),
    "a gravity turn upward": (laws.GravityTurn, {"target_altitude_rate": 1 * MPS}, "target_altitude_rate"),
    "a tilt to the side": (laws.DescentRate, {"max_tilt": 90 * u.deg}, "max_tilt"),
    "a time constant of zero": (laws.DescentRate, {"vertical_time_constant": 0 * u.s}, "vertical_time_constant"),
    "a drift that swings": (laws.DescentRate, {"position_time_constant": 19 * u.s}, "give 20.0 s"),
    "a negative weight": (laws.ZemZev, {"time_weight": -1 * u.m**2 / u.s**4}, "time_weight"),
}


@pytest.mark.parametrize(("kind", "given", "word"), WRONG.values(), ids=WRONG)
def test_a_law_that_cannot_be_is_refused_by_the_name_of_its_argument(kind, given, word):
    with pytest.raises(InputError, match=word):
        kind(**given)
