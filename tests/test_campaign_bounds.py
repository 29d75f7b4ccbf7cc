"""A campaign disperses nothing into nonsense; what is drawn out of bounds fails in both drivers, with a reason."""

from __future__ import annotations

from dataclasses import replace

import landing_example
import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign import FAILURES, Campaign, dispersible, edited, nominal
from lunarsim.campaign.executors.flying import flown
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.errors import InputError
from lunarsim.kernels import codes

THRUST = "craft.engine.thrust"


def luna25():
    return ls.load_scenario("luna25").without_faults()


def sunlit():
    state = ls.load_scenario("luna25").state
    craft = ls.Spacecraft(
        dry_mass=1000 * u.kg,
        propellant_mass=350 * u.kg,
        engine=ls.Engine(thrust=300 * u.N, specific_impulse=310 * u.s),
        radiation_area=10 * u.m**2,
    )
    moon = ls.Moon(gravity=ls.GravityField.grail(8), tide=True, radiation=True)
    return ls.Scenario(name="sunlit", state=state, craft=craft, moon=moon, plan=(ls.Coast(duration=10 * u.min),))


def two_engines():
    plain = luna25()
    corrective = ls.Engine(thrust=30 * u.N, specific_impulse=250 * u.s)
    burn, *rest = plain.plan
    craft = replace(plain.craft, other_engines={"corrective": corrective})
    return replace(plain, craft=craft, plan=(replace(burn, engine="corrective"), *rest))


def beyond(declaration):
    """Return values on either side of the bounds."""
    span = 2.0 * declaration.greatest
    lows = [value for value in (-span, 0.0, 0.5, 1e-300) if not declaration.holds(value)]
    return [*lows, span, 1e300, -1e300]


@pytest.mark.parametrize(
    "made", [luna25, two_engines, sunlit, landing_example.landing], ids=["burns", "engines", "sunlight", "landing"]
)
def test_a_value_drawn_out_of_its_bounds_fails_in_both_drivers(made):
    scenario = made().without_faults()
    paths = dispersible(scenario)
    cases = [(name, value) for name, path in paths.items() for value in beyond(path.declaration)]
    values = {name: np.full(len(cases), float(nominal(scenario, name).value)) for name in paths}
    for i, (name, value) in enumerate(cases):
        values[name][i] = value
        with pytest.raises(InputError, match=rf"^{name} = .*: expected"):
            edited(scenario, {name: value})
    rows = Rows.of(scenario, values)
    results = flown(rows, rows.table(values), 1e-3)
    went = [case for case, outcome in zip(cases, results.runs["outcome"], strict=True) if outcome != codes.FAILED]
    assert went == []
    assert all(FAILURES[int(code)] for code in results.runs["failure"])


@pytest.mark.parametrize(
    ("name", "distribution", "words"),
    [
        (THRUST, ls.Normal(266 * u.N, 1e308 * u.N), r"sigma = 1e\+308 N is beyond what it can be: expected up to"),
        (THRUST, ls.Normal(1e308 * u.N, 1 * u.N), "mean = "),
        (THRUST, ls.Uniform(-1e300 * u.N, 300 * u.N), "low = "),
        (THRUST, ls.Uniform(100 * u.N, 1e10 * u.N), "high = "),
        (THRUST, ls.TruncatedNormal(300 * u.N, 1 * u.N, 0 * u.N, 1e300 * u.N), "high = "),
        (THRUST, ls.campaign.Discrete([266 * u.N, 1e300 * u.N]), "outcomes = "),
        (THRUST, ls.campaign.Empirical([266, 1e300] * u.N), "columns"),
        (THRUST, ls.Normal(-266 * u.N, 1 * u.N), "gives no possible value: expected from 1e-06 N to"),
        ("craft.engine.specific_impulse", ls.Normal(1e-300 * u.s, 1e-301 * u.s), "gives no possible value"),
        ("plan.0.throttle", ls.Uniform(1.5, 2.0), "low = 1.5 is beyond what it can be: expected up to 1"),
        ("plan.0.ignition", ls.Normal(0 * u.s, 1e10 * u.year), "sigma = "),
        ("plan.0.pitch_error", ls.Normal(0 * u.deg, 1e4 * u.deg), "sigma = "),
        ("craft.accelerometer.powered", ls.Uniform(0.2, 0.8), "gives no possible value: expected True or False"),
        (
            ("state.radial", "state.normal"),
            ls.JointNormal([0 * u.m, 0 * u.m], np.diag([1.0, 1e300])),
            r"sigmas\[1\] = ",
        ),
    ],
)
def test_a_distribution_that_is_nonsense_for_its_path_is_refused(name, distribution, words):
    scenario = ls.load_scenario("luna25").without_faults()
    with pytest.raises(InputError, match=words) as error:
        Campaign(scenario, {name: distribution})
    assert str(error.value).startswith(name if isinstance(name, str) else "state.normal")


class Mine:
    """A distribution of a user's own, of which no parameters are known."""

    size, draws, unit = 1, 1, (u.kN,)

    def values(self, uniforms):
        return 1e12 + uniforms


def test_a_distribution_of_a_users_own_is_judged_by_what_it_gives():
    with pytest.raises(InputError, match="gives no possible value"):
        Campaign(luna25(), {THRUST: Mine()})  # type: ignore[dict-item]


def test_a_normal_distribution_may_have_tails_beyond_the_bounds():
    Campaign(luna25(), {"plan.0.throttle": ls.Normal(1.0, 0.01), "craft.dry_mass": ls.Normal(200 * u.kg, 200 * u.kg)})


def test_standard_deviations_whose_squares_overflow_are_refused():
    with pytest.raises(InputError, match=r"sigmas\[0\] = 1e\+300 m: expected up to 1e\+150"):
        ls.JointNormal.from_correlation([0 * u.m], [1e300 * u.m], [[1.0]])
