"""Histories of a flight out of a NetCDF file, and their figures beside those of the flight itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import burn_example
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from astropy import units as u
from matplotlib.axes import Axes

import lunarsim as ls
from lunarsim.flight import EventKind


@pytest.fixture(scope="module")
def flight() -> ls.Flight:
    return ls.simulate(burn_example.scenario())


@pytest.fixture(scope="module")
def file(flight: ls.Flight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("histories") / "flown.nc"
    ls.write_netcdf(flight, path)
    return path


@pytest.fixture
def histories(file: Path) -> ls.Histories:
    return ls.read_netcdf(file)


def _first(drawn: Any) -> Axes:
    return np.ravel(np.asarray(drawn, dtype=object))[0]


def test_the_states_are_those_of_the_flight(flight: ls.Flight, histories: ls.Histories) -> None:
    times = flight.start + np.linspace(0.0, flight.duration.to_value(u.s) * (1.0 - 1e-9), 50) * u.s
    away = histories.at(times).position - flight.at(times).position
    # between samples a cubic with the velocities at both ends: several samples a step of an integrator of order 8
    assert np.abs(away.to_value(u.m)).max() < 0.5
    np.testing.assert_allclose(
        histories.altitude[[0, -1]].to_value(u.m), flight.altitude[[0, -1]].to_value(u.m), atol=1e-3, rtol=0
    )
    assert histories.title == flight.scenario.name
    assert histories.outcome == str(flight.outcome)


def test_an_engine_is_on_from_ignition_to_the_end_of_its_thrust(flight: ls.Flight, histories: ls.Histories) -> None:
    assert len(histories.burns) == len(flight.burns)
    for told, known in zip(histories.burns, flight.burns, strict=True):
        assert abs((told.ignition - known.ignition).to_value(u.s)) < 1e-6
        assert told.duration.to_value(u.s) == pytest.approx(known.duration.to_value(u.s), abs=1e-6)


def test_the_end_on_the_ground_is_an_impact(flight: ls.Flight, histories: ls.Histories) -> None:
    assert isinstance(flight.outcome, ls.Impact)
    assert histories.contact is EventKind.IMPACT


def test_a_time_beyond_the_samples_is_refused(histories: ls.Histories) -> None:
    with pytest.raises(ls.SpanError, match="lies outside"):
        histories.at(histories.end + [1.0] * u.s)


@pytest.mark.parametrize("name", ["altitude_profile", "burn", "ground_track", "orbit"])
def test_a_figure_of_histories_has_the_line_of_the_flight(
    flight: ls.Flight, histories: ls.Histories, name: str
) -> None:
    draw = getattr(ls.plots, name)
    lines = []
    for each in (flight, histories):
        line = _first(draw(each, labels=["it"])).lines[0]
        lines.append(np.asarray(line.get_xydata(), dtype=float))
        plt.close("all")
    jumps = lines[0][np.append(np.any(np.diff(lines[0], axis=0) != 0.0, axis=1), True)]  # each place once
    assert np.nanmax(np.abs(lines[1][0] - jumps[0])) < 1e-6
    assert np.nanmax(np.abs(lines[1][-1] - jumps[-1])) < 1e-6
    assert np.nanmax(lines[1]) == pytest.approx(float(np.nanmax(lines[0])), abs=1e-6)


def test_figures_that_take_a_scenario_refuse_histories(histories: ls.Histories) -> None:
    with pytest.raises(ls.InputError, match=r"descent_profile.*expected a Flight"):
        ls.plots.descent_profile(histories)


def _without(dataset: xr.Dataset, name: str) -> xr.Dataset:
    return dataset.drop_vars(name)


def _in_other_units(dataset: xr.Dataset, name: str) -> xr.Dataset:
    dataset[name].attrs["units"] = "kg"
    return dataset


def _with_a_hole(dataset: xr.Dataset, name: str) -> xr.Dataset:
    dataset[name].values[3] = np.nan
    return dataset


@pytest.mark.parametrize("name", ["position", "thrust"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [(_without, "has no {}"), (_in_other_units, "'{}' is in 'kg'"), (_with_a_hole, "'{}' is not 3")],
)
def test_a_file_that_holds_no_histories_is_refused_with_what_is_wrong(
    flight: ls.Flight, tmp_path: Path, name: str, spoil: Any, words: str
) -> None:
    spoil(flight.to_xarray(), name).to_netcdf(tmp_path / "spoilt.nc", engine="scipy", format="NETCDF3_64BIT")
    with pytest.raises(ls.DataError, match=words.format(name)) as caught:
        ls.read_netcdf(tmp_path / "spoilt.nc")
    assert "spoilt.nc" in str(caught.value)


def test_moments_that_go_back_are_refused(flight: ls.Flight, tmp_path: Path) -> None:
    flight.to_xarray().isel(time=slice(None, None, -1)).to_netcdf(tmp_path / "back.nc", engine="scipy")
    with pytest.raises(ls.DataError, match="'time' is not two or more moments that go forward"):
        ls.read_netcdf(tmp_path / "back.nc")


def test_a_file_that_is_cut_short_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    for share in (0.02, 0.5, 0.99):
        (tmp_path / "cut.nc").write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ls.DataError, match=r"cut\.nc: this is no NetCDF file, or it is damaged"):
            ls.read_netcdf(tmp_path / "cut.nc")


def test_a_kilometre_is_a_thousand_metres(flight: ls.Flight, tmp_path: Path) -> None:
    dataset = flight.to_xarray()
    dataset["position"] = dataset.position / 1e3
    dataset.position.attrs["units"] = "km"
    dataset.to_netcdf(tmp_path / "km.nc", engine="scipy")
    told = ls.read_netcdf(tmp_path / "km.nc").states.position[0]
    np.testing.assert_allclose(told.to_value(u.m), flight.states.position[0].to_value(u.m), rtol=1e-12)
