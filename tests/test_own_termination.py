"""A termination of the user's own: as good as the package's, in both drivers, plain and compiled, from files."""

from dataclasses import replace
from importlib import resources
from typing import Any

import landing_example
import numba
import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign import CUTOFFS, Campaign, Normal, Uniform, dispersible, nominal
from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.inputs.sampling import MonteCarlo
from lunarsim.campaign.outcome import FAILURES
from lunarsim.kernels import codes
from lunarsim.kernels.guidance.exits import MOST_NUMBERS
from lunarsim.plan.own_termination import CONDITIONS

MPS = u.m / u.s


def below(estimate, own):
    return own.height_m - estimate.position[2]


class Declared:
    """The number of the condition, for a class with either function."""

    height: u.Quantity = ls.number(3.0, u.m, low=0.0, high=1e4, text="Above the site.", dispersible=True)
    unused: float | None = ls.number(None, u.one, low=0.0, high=1.0, text="A number that is left out.")


def own_termination(title, value):
    body = {name: each for name, each in vars(Declared).items() if not name.startswith("__")}
    notes = {"__annotations__": Declared.__annotations__, "__qualname__": title, "__module__": __name__}
    return ls.termination(title)(type("Own", (), {**body, **notes, "value": value}))


PLAIN = own_termination("low enough", below)
COMPILED = own_termination("low enough, compiled", numba.njit(below))
OURS = ls.Termination(quantity="altitude", below=500 * u.m)


def landing(*terminations, **changes):
    """The landing of the example, whose approach ends on other conditions."""
    whole = landing_example.landing()
    return replace(whole, plan=(replace(whole.plan[0], terminations=terminations, **changes), *whole.plan[1:]))


@pytest.fixture(scope="module")
def ours():
    return ls.simulate(landing(OURS))


@pytest.mark.parametrize("kind", [PLAIN, COMPILED], ids=["plain", "compiled"])
def test_an_altitude_condition_written_again_by_a_user_ends_a_phase_at_the_same_cycle_as_ours(kind, ours):
    flight = ls.simulate(landing(kind(height=500 * u.m)))
    assert flight.phases[0].ended_by == f"{kind.title} (height 500 m)"
    assert flight.phases[0].cycles == ours.phases[0].cycles
    assert 10 < flight.phases[0].cycles < 80  # it has not ended on the limit of time, nor at once
    assert np.array_equal(flight.outcome.state.position.value, ours.outcome.state.position.value)
    sooner = ls.simulate(landing(kind(height=700 * u.m)))
    assert sooner.phases[0].cycles < ours.phases[0].cycles


@pytest.mark.parametrize("axes", ["level", "site"])
def test_an_estimate_is_along_the_moon_whatever_axes_the_law_has(axes):
    seen = []

    def note(estimate, own):
        seen.append(estimate)
        return -1.0

    @ls.guidance_law(f"falls, {axes}")
    class Falls:
        frame = axes

        @staticmethod
        def command(estimate, target, own):
            return 0.0, 0.0, 0.1

    whole = landing(own_termination(f"notes {axes}", note)(), max_duration=20 * u.s)
    far = ls.State.from_approach(
        latitude=landing_example.SITE.latitude,
        longitude=landing_example.SITE.longitude,
        azimuth=-60 * u.deg,
        range_to_go=300 * u.km,
        altitude=15 * u.km,
        speed=1600 * MPS,
        flight_path_angle=0 * u.deg,
        epoch=whole.state.epoch,
    )
    ls.simulate(
        replace(whole, state=far, plan=(replace(whole.plan[0], law=Falls(), terminations=whole.plan[0].terminations),))
    )
    first = seen[0]
    assert first.position[0] == pytest.approx(-300e3, abs=1.0)  # an arc; a chord in the axes of the site is shorter
    assert first.position[2] == pytest.approx(15e3, abs=1.0)
    assert first.mass_kg == pytest.approx(1000.0)
    assert [each.time_s for each in seen] == pytest.approx(list(range(20)))


def test_the_first_condition_in_the_list_counts_where_several_are_met():
    both = PLAIN(height=500 * u.m), OURS
    assert ls.simulate(landing(*both)).phases[0].ended_by == "low enough (height 500 m)"
    assert ls.simulate(landing(*reversed(both))).phases[0].ended_by == "altitude below 500 m"


@pytest.mark.slow
@pytest.mark.parametrize("kind", [PLAIN, COMPILED], ids=["plain", "compiled"])
def test_a_number_of_a_termination_is_dispersed_and_both_drivers_fly_it_alike(kind):
    scenario, path = landing(ls.Termination(quantity="time", above=100 * u.s), kind()), "plan.0.terminations.1.height"
    assert nominal(scenario, path) == 3 * u.m
    assert [name for name in dispersible(scenario) if "terminations" in name] == [path]
    result = Campaign(scenario, {path: Uniform(300 * u.m, 900 * u.m)}).run(4, seed=1)
    check = result.cross_check(4)
    assert check.different == ()  # cut-offs and cycles too
    assert check.position < 0.1 * u.m
    assert CUTOFFS[int(result.dataset["phase0_cutoff"].values[0])] == "termination 2"
    plans: list[Any] = [result.rerun(i).scenario.plan[0] for i in range(4)]
    heights = [plan.terminations[1].height.to_value(u.m) for plan in plans]
    assert heights == pytest.approx(result.dataset[path].values, rel=1e-12)
    assert np.ptp(result.dataset["phase0_duration_s"].values) > 1.0
    assert result.dataset[path].attrs["long_name"].endswith("height of termination 2 of approach")


def test_a_number_of_a_termination_beyond_its_bounds_is_no_run_in_either_driver():
    path = "plan.0.terminations.0.height"
    result = Campaign(landing(PLAIN(height=500 * u.m)), {path: Normal(300 * u.m, 400 * u.m)}).run(8, seed=1)
    below_ground = result.dataset[path].values < 0.0
    assert 0 < below_ground.sum() < 8
    assert result.failures() == {FAILURES[codes.NOT_FINITE]: int(below_ground.sum())}
    with pytest.raises(ls.InputError, match=r"plan\.0\.terminations\.0\.height = -.* m: expected from 0 m to 10000 m"):
        result.rerun(int(np.flatnonzero(below_ground)[0]))


def fails(estimate, own):
    if estimate.time_s > 5.0:
        raise ValueError("no height")
    return -1.0


@pytest.mark.parametrize("value", [fails, numba.njit(fails)], ids=["plain", "compiled"])
def test_a_termination_that_raises_ends_a_flight_and_a_campaign_with_its_name(value):
    kind = own_termination(f"fails {type(value).__name__}", value)
    said = f"^termination '{kind.title}' ended with ValueError: no height"
    with pytest.raises(ls.IntegrationError, match=said):
        ls.simulate(landing(kind()))
    with pytest.raises(ls.IntegrationError, match=said):
        Flying(landing(kind()), {}, (), MonteCarlo(), 1e-3, 1, 1).fly({})


def test_a_value_that_is_no_number_is_not_met():
    nothing = own_termination("nothing", lambda estimate, own: np.nan)
    assert ls.simulate(landing(nothing(), OURS)).phases[0].ended_by == "altitude below 500 m"


def test_what_cannot_be_a_termination_is_refused_with_its_name():
    for value, told in (
        (None, r"termination 'odd': its value is missing: expected value\(estimate, own\), which gives one number"),
        (lambda estimate: 0.0, r"termination 'odd': its value takes \(estimate\): expected value\(estimate, own\)"),
    ):
        with pytest.raises(ls.InputError, match=told):
            own_termination("odd", value)
    with pytest.raises(ls.InputError, match=r"title = 'low enough': .* has this title"):
        ls.termination("low enough")(type("Other", (), {"value": below}))
    many = {f"n{i}": ls.number(0.0, u.one, low=0.0, high=1.0) for i in range(MOST_NUMBERS + 1)}
    notes = {"__annotations__": dict.fromkeys(many, float)}
    with pytest.raises(ls.InputError, match="termination 'many' declares 7 numbers: expected up to 6"):
        ls.termination("many")(type("Many", (), {**many, **notes, "value": below}))
    with pytest.raises(
        ls.InputError, match=r"expected up to 4 Termination\(\.\.\.\), or of classes that lunarsim\.term"
    ):
        landing(OURS, "altitude below 3 m")
    with pytest.raises(ls.InputError, match=r"expected up to 4 Termination"):
        landing(*[PLAIN()] * 5)


def test_a_value_that_is_not_one_number_is_named():
    two = own_termination("two", numba.njit(lambda estimate, own: (0.0, 1.0)))
    with pytest.raises(ls.InputError, match=r"termination 'two': its value cannot be .* give one number"):
        ls.simulate(landing(two()))
    word = own_termination("word", lambda estimate, own: "low")
    with pytest.raises(
        ls.IntegrationError, match=r"termination 'word' gave 'low', 0\.000 s after its phase began: exp"
    ):
        ls.simulate(landing(word()))


def test_a_file_names_a_termination_by_its_title_beside_those_in_words(tmp_path):
    whole = resources.files("lunarsim.scenarios").joinpath("chandrayaan3.toml").read_text()
    old = next(line for line in whole.splitlines() if line.startswith("terminations = ["))
    path = tmp_path / "own.toml"

    def with_table(table):
        path.write_text(whole.replace(old, f'terminations = ["altitude below 7 km", {table}]', 1))
        return ls.load_scenario(path).guided

    phases = with_table('{ type = "low enough", height = "0.5 km" }')
    assert phases[0].terminations == (ls.Termination(quantity="altitude", below=7 * u.km), PLAIN(height=500 * u.m))
    for wrong, message in (
        ('{ type = "low enogh" }', r"terminations\.1\.type = 'low enogh': did you mean 'low enough'"),
        ('{ height = "3 m" }', r"terminations\.1\.type: this key is missing"),
        ('{ type = "low enough", high = "3 m" }', r"high: low enough has no such parameter"),
        ('{ type = "low enough", height = "3 s" }', r"height: '3 s' is of the wrong dimension"),
        ('{ type = "low enough", height = "-3 m" }', r"height = -3\.?0? m: expected from 0 m to 10000 m"),
    ):
        with pytest.raises(ls.ScenarioError, match=message) as told:
            with_table(wrong)
        assert str(told.value).startswith(str(path))


def test_a_flight_with_a_termination_is_saved_and_read_again(tmp_path, monkeypatch):
    flight = ls.simulate(landing(PLAIN(height=500 * u.m)))
    flight.save(tmp_path / "own.flight")
    assert ls.Flight.load(tmp_path / "own.flight") == flight
    monkeypatch.delitem(CONDITIONS, PLAIN.title)
    with pytest.raises(ls.DataError, match="the termination 'low enough' is not known here: import the module that"):
        ls.Flight.load(tmp_path / "own.flight")


def test_the_hash_of_a_campaign_holds_what_a_termination_is_and_not_where_it_lies():
    again = own_termination("low enough, compiled again", numba.njit(below))
    cases = (COMPILED(), again(), COMPILED(height=4 * u.m))
    assert len({Rows.of(landing(one), ()).digest() for one in cases}) == 3
    rows = Rows.of(landing(COMPILED()), ())
    elsewhere = replace(
        rows, plan=rows.plan._replace(quantities=np.where(rows.plan.quantities >= 7, 4096, rows.plan.quantities))
    )
    assert rows.digest() == elsewhere.digest()
