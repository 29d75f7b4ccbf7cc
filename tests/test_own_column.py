"""A column of results of the user's own: made from the package's, stored, asked for and cross-checked as they are."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from astropy import units as u
from distributed import Client, LocalCluster

import lunarsim as ls
from lunarsim.campaign import CampaignFindings, open_dataset
from lunarsim.own import code_of
from lunarsim.statistics import QuantileNarrowEnough

RUNS, SEED = 120, 5
MPS = u.m / u.s
CRUST = 2550.0  # kg/m3; that it is read from the module is part of what the column is


@ls.column("energy_mj", u.MJ, "kinetic energy at the end")
def energy(runs):
    return runs["mass_kg"] * runs["speed_mps"] ** 2 / 2


@ls.column("energy_of_impact_mj", u.MJ, "kinetic energy of an impact")
def energy_of_impact(runs):
    return np.where(runs["outcome"] == "impact", runs["energy_mj"].value, np.nan) * u.MJ


@ls.column("burn_share", u.one, "duration of the burn over its timer")
def burn_share(runs):
    return runs["burn0_duration_s"] / runs["plan.0.timer"]


OWN = (energy, energy_of_impact, burn_share)


@pytest.fixture(scope="module")
def plain():
    """Luna-25's campaign, over a field of degree 8 for speed."""
    whole = ls.load_campaign("luna25")
    world = replace(whole.scenario.moon, gravity=ls.GravityField.grail(8))
    return replace(whole, scenario=replace(whole.scenario, moon=world))


@pytest.fixture(scope="module")
def campaign(plain):
    return plain.with_columns(*OWN)


@pytest.fixture(scope="module")
def result(campaign):
    return campaign.run(RUNS, seed=SEED, workers=1)


def made(function, name="odd", unit=u.one):
    return ls.column(name, unit, "for a test")(function)


def test_a_column_of_ones_own_stands_in_the_dataset_with_its_unit_and_words(result):
    at = result.dataset
    expected = at["mass_kg"].values * at["speed_mps"].values ** 2 / 2e6
    np.testing.assert_allclose(at["energy_mj"].values, expected, rtol=1e-14)
    assert at["energy_mj"].attrs["units"] == "MJ"
    assert at["energy_mj"].attrs["long_name"] == "kinetic energy at the end"
    assert at["burn_share"].attrs["units"] == ""
    assert list(at)[-3:] == ["energy_mj", "energy_of_impact_mj", "burn_share"]


def test_a_column_may_be_made_from_one_before_it_and_have_no_value_in_some_runs(result):
    struck = result.where("impact")
    assert 0 < struck.sum() < RUNS
    own = result.column("energy_of_impact_mj")
    np.testing.assert_array_equal(own[struck], result.column("energy_mj")[struck])
    assert np.isnan(own[~struck]).all()


def test_the_columns_of_the_package_keep_their_bits(plain, result):
    before = plain.run(RUNS, seed=SEED, workers=1)
    for name in before.dataset:
        assert before.column(name).tobytes() == result.column(name).tobytes()


def test_it_is_asked_for_as_any_other_column(campaign, result):
    assert result.quantiles("energy_of_impact_mj", outcome="impact")[1].value == pytest.approx(
        np.nanmedian(result.column("energy_of_impact_mj"))
    )
    moved = result.tornado("burn_share", outcome="in orbit")
    assert moved["plan.0.timer"].swing < 0.0  # a longer timer, of which the same burn is less
    tall = QuantileNarrowEnough(column="energy_mj", probability=0.5, half_width=1e4)
    kept = campaign.run(RUNS, seed=SEED, until=tall, chunk_size=40, keep=["energy_mj"])
    np.testing.assert_array_equal(kept.column("energy_mj"), result.column("energy_mj")[: kept.runs])
    shares = campaign.sobol("burn_share", base=16)
    assert (
        max(shares.factors, key=lambda each: each.total).name == "faults.accelerometer off"
    )  # whether the timer ends it
    asked = {(each.column, each.outcome, each.unit) for each in CampaignFindings.of(result, check=0).quantiles}
    assert ("energy_of_impact_mj", "impact", "MJ") in asked
    assert ("energy_of_impact_mj", "in orbit", "MJ") not in asked  # which has none


def test_chunks_threads_and_stores_do_not_touch_a_bit(campaign, result, tmp_path):
    stored = campaign.run(RUNS, seed=SEED, out=tmp_path / "store", chunk_size=7, workers=2)
    for again in (stored, campaign.open(tmp_path / "store")):
        for name in ("energy_mj", "energy_of_impact_mj", "burn_share"):
            assert again.column(name).tobytes() == result.column(name).tobytes()
    read = open_dataset(tmp_path / "store")  # which needs no function
    assert read["energy_mj"].attrs["units"] == "MJ"


def test_a_dataset_is_written_as_netcdf_and_read_again(result, tmp_path):
    result.columns("energy_mj", "burn_share").to_netcdf(tmp_path / "own.nc")
    with xr.open_dataset(tmp_path / "own.nc") as read:
        np.testing.assert_array_equal(read["energy_mj"].values, result.column("energy_mj"))
        assert read["energy_mj"].attrs["long_name"] == "kinetic energy at the end"


def test_a_store_goes_on_with_the_same_columns_alone(plain, campaign, tmp_path):
    options = {"seed": SEED, "out": tmp_path / "store", "chunk_size": 10}
    campaign.run(20, **options)
    assert campaign.run(30, resume=True, **options).runs == 30

    def with_body(share):
        return made(share, "burn_share")

    twice = with_body(lambda runs: runs["burn0_duration_s"] / (2 * runs["plan.0.timer"]))
    for columns in ((*OWN[:2], twice), OWN[:2], ()):
        with pytest.raises(ls.InputError, match=r"the code of own columns, by its hash"):
            plain.with_columns(*columns).run(30, resume=True, **options)


def test_what_a_function_reads_from_its_module_or_from_about_it_is_part_of_its_code(monkeypatch):
    def scaled(factor):
        return lambda runs: factor * runs["mass_kg"]

    assert code_of(scaled(2.0)) == code_of(scaled(2.0))
    assert code_of(scaled(2.0)) != code_of(scaled(3.0))
    assert code_of(scaled(2.0 * u.m)) != code_of(scaled(2.0 * u.km))
    many = np.zeros(5000)
    before = code_of(scaled(many))
    many[2500] = 1.0  # where a printed array has dots
    assert code_of(scaled(many)) != before

    def of_module(runs):
        return [CRUST * each for each in runs["mass_kg"]]  # in code of its own before Python 3.12

    before = code_of(of_module)
    monkeypatch.setitem(globals(), "CRUST", 2600.0)
    assert code_of(of_module) != before
    assert code_of(lambda runs: np.sin(runs["tilt_deg"])) != code_of(lambda runs: np.cos(runs["tilt_deg"]))


def test_the_code_of_a_function_is_the_same_in_each_process():
    program = (
        "from lunarsim.own import code_of\n"
        "print(code_of(lambda runs: [x in {'impact', 'escape', 'failed', 'in orbit'} for x in runs['outcome']]))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert " at 0x" not in told.pop()


def test_a_reference_flight_gets_the_column_by_the_same_function(campaign, result):
    check = result.cross_check(4)
    # of what both drivers say, within the centimetre and the micrometre per second by which their ends differ
    assert check.columns["energy_mj"] < 1e-6 * np.abs(result.column("energy_mj")).max()
    assert check.columns["energy_of_impact_mj"] == pytest.approx(check.columns["energy_mj"], rel=1.0, abs=1e-3)
    assert check.columns["burn_share"] < 1e-9
    later = made(lambda runs: 1e3 * runs["end_s"].value)
    both = campaign.with_columns(later).run(8, seed=SEED).cross_check(2).columns
    assert both["odd"] == pytest.approx(1e3 * both["end_s"], rel=1e-3)  # rounding of times of 1e4 s


def test_the_work_with_its_columns_goes_to_other_processes(campaign, result):
    sent = pickle.loads(pickle.dumps(campaign.work(RUNS, SEED)))
    assert sent(0, RUNS)["energy_mj"].tobytes() == result.column("energy_mj").tobytes()


def test_a_cluster_makes_columns_of_functions_that_no_module_has(plain):
    factor = 3.0
    own = plain.with_columns(made(lambda runs: factor * runs["mass_kg"].value))
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        flown = own.run(16, seed=SEED, executor=client, chunk_size=8)
    np.testing.assert_array_equal(flown.column("odd"), 3.0 * flown.column("mass_kg"))


@pytest.mark.parametrize(
    ("function", "unit", "message"),
    [
        (lambda runs: 1 / 0, u.one, r"ended with ZeroDivisionError: division by zero: mend it, or let it give NaN"),
        (lambda runs: runs["mass"], u.one, r"no column is called 'mass'.*did you mean.*'mass_kg'"),
        (lambda runs: 1.0, u.one, r"gave the shape \(\) for 2 runs: expected plain numbers.*shape \(2,\)"),
        (lambda runs: runs["mass_kg"][:1], u.kg, r"gave the shape \(1,\) for 2 runs"),
        (lambda runs: runs["mass_kg"], u.m, r"expected a quantity that converts to m, one for each run"),
        (
            lambda runs: runs["mass_kg"].value,
            u.kg,
            r"gave numbers without unit: expected a quantity that converts to kg",
        ),
        (lambda runs: runs["outcome"], u.one, r"expected plain numbers, one for each run"),
        (lambda runs: runs["mass_kg"].__setitem__(0, 0 * u.kg), u.one, r"ended with ValueError.*read-only"),
        (
            lambda runs: runs["end_s"] - runs["end_s"].mean(),
            u.s,
            r"for the same run alone: expected a number of each run",
        ),
        (lambda runs: np.argsort(runs["end_s"].value), u.one, r"for the same run alone"),
    ],
)
def test_a_function_that_makes_no_column_is_an_error_that_names_it(plain, tmp_path, function, unit, message):
    with pytest.raises(ls.InputError, match=message) as told:
        plain.with_columns(made(function, unit=unit)).run(8, seed=SEED, out=tmp_path / "store")
    assert str(told.value).startswith("column 'odd': ")
    assert not (tmp_path / "store").exists()  # it is told before anything is flown


@pytest.mark.parametrize("name", ["outcome", "burn0_duration_s", "energy_mj"])
def test_a_name_that_another_column_has_is_refused(campaign, name):
    with pytest.raises(ls.InputError, match=f"another column is called '{name}': expected another name"):
        campaign.with_columns(energy, made(lambda runs: 0, name))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ls.column("two words", u.m, "x"), r"name = 'two words': expected letters, digits and underscores"),
        (lambda: ls.column("run", u.m, "x"), r"name = 'run'"),
        (lambda: ls.column("a", 3.0 * u.m, "x"), r"unit = .*expected a unit of astropy, such as u.MJ"),
        (lambda: ls.column("a", u.m, " "), r"text = ' ': expected what the column 'a' is, in words"),
        (lambda: ls.column("a", u.m, "x")(lambda: 0), r"column 'a': expected a function of one argument"),
        (lambda: ls.column("a", u.m, "x")(lambda runs, more: 0), r"def a\(runs\)"),
        (lambda: ls.column("a", u.m, "x")(3), r"column 'a': expected a function of one argument"),
    ],
)
def test_what_cannot_be_a_column_is_refused(call, message):
    with pytest.raises(ls.InputError, match=message):
        call()


def test_what_is_no_column_is_refused_by_a_campaign(plain):
    with pytest.raises(ls.InputError, match=r"expected functions below @lunarsim.column\(name, unit, text\)"):
        plain.with_columns(lambda runs: runs["mass_kg"])
    with pytest.raises(ls.InputError, match=r"columns = .*expected a list"):
        replace(plain, columns=energy)
