"""Elements about the Earth, set, dispersed and found: by the same names as in a scenario file."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from numpy.testing import assert_allclose

import lunarsim as ls
from lunarsim.campaign.inputs.paths import dispersible
from lunarsim.campaign.inputs.rows import Rows

pytestmark = pytest.mark.filterwarnings("ignore::lunarsim.ModelWarning")  # of the ephemeris: no place here hangs on it
ELEMENTS = {
    "perigee": 200 * u.km,
    "apogee": 380_000 * u.km,
    "inclination": 51.6 * u.deg,
    "raan": 30 * u.deg,
    "argument_of_perigee": 20 * u.deg,
    "true_anomaly": 10 * u.deg,
}
OTHERS = {
    "perigee": 250 * u.km,
    "apogee": 390_000 * u.km,
    "inclination": 28.5 * u.deg,
    "raan": 200 * u.deg,
    "argument_of_perigee": 300 * u.deg,
    "true_anomaly": -40 * u.deg,
}
EPOCH = Time("2023-08-10T23:10:57", scale="utc")
MOON = ls.Moon(gravity=ls.GravityField.grail(degree=0), earth=ls.Earth())


def scenario(**changes: u.Quantity) -> ls.Scenario:
    state = ls.State.from_earth_elements(**{**ELEMENTS, **changes}, epoch=EPOCH)
    return ls.Scenario(name="way", state=state, moon=MOON, plan=(ls.Coast(duration=1 * u.h),))


@pytest.mark.parametrize("name", ELEMENTS)
def test_an_element_is_set_and_the_others_stay(name: str) -> None:
    moved = ls.with_values(scenario(), {f"earth_orbit.{name}": OTHERS[name]}).state
    meant = scenario(**{name: OTHERS[name]}).state
    assert_allclose(moved.position.to_value(u.m), meant.position.to_value(u.m), atol=0.1)
    assert_allclose(moved.velocity.value, meant.velocity.value, atol=1e-4)


def test_a_run_of_a_campaign_starts_where_the_scenario_with_its_value_does() -> None:
    values = {f"earth_orbit.{name}": value.si.value for name, value in OTHERS.items()}
    drawn = Rows.of(scenario(), values).table({name: np.array([value, value]) for name, value in values.items()})
    meant = scenario(**OTHERS).state
    assert_allclose(drawn.runs["state"]["position_m"][1], meant.position.to_value(u.m), atol=1e-3)
    assert_allclose(drawn.runs["state"]["velocity_mps"][1], meant.velocity.value, atol=1e-6)


def test_an_element_is_found_that_leads_to_a_goal() -> None:
    begins = scenario(apogee=370_000 * u.km)
    goal = ls.Goal("speed", ls.simulate(scenario()).outcome.state.speed)
    found = ls.target(begins, vary={"earth_orbit.apogee": (350_000 * u.km, 400_000 * u.km)}, reach=[goal])
    assert found.values["earth_orbit.apogee"].to_value(u.km) == pytest.approx(380_000, abs=5)


def test_a_search_warns_of_the_model_once_and_not_of_each_flight() -> None:
    goal = ls.Goal("speed", ls.simulate(scenario()).outcome.state.speed)
    vary = {"earth_orbit.apogee": (350_000 * u.km, 400_000 * u.km)}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found = ls.target(scenario(apogee=370_000 * u.km), vary=vary, reach=[goal])
    assert found.evaluations > 3
    assert [each.category for each in told] == [ls.ModelWarning]


def test_near_the_moon_and_without_the_earth_there_are_no_such_names() -> None:
    near = ls.State([2e6, 0, 0] * u.m, [0, 1500, 0] * u.m / u.s, EPOCH)
    for state, moon in ((near, MOON), (scenario().state, ls.Moon())):
        other = ls.Scenario(name="other", state=state, moon=moon, plan=(ls.Coast(duration=1 * u.h),))
        assert not [name for name in dispersible(other) if name.startswith("earth_orbit")]


def test_an_open_orbit_about_the_earth_has_no_elements_to_disperse() -> None:
    state = ls.State.from_earth([7e6, 0, 0] * u.m, [0, 11e3, 3e3] * u.m / u.s, EPOCH)
    escape = ls.Scenario(name="escape", state=state, moon=MOON, plan=(ls.Coast(duration=1 * u.h),))
    for use in (
        lambda: ls.Campaign(escape, {"earth_orbit.raan": ls.Normal(30 * u.deg, 1 * u.deg)}),
        lambda: ls.with_values(escape, {"earth_orbit.raan": 30 * u.deg}),
    ):
        with pytest.raises(ls.InputError, match=r"'earth_orbit' has no sense for <Earth escape.* has no apogee"):
            use()


def test_a_value_of_no_orbit_is_refused() -> None:
    with pytest.raises(ls.InputError, match=r"perigee = .* is above apogee"):
        ls.with_values(scenario(), {"earth_orbit.perigee": 400_000 * u.km})
