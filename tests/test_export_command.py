"""``lunarsim export``, and scenario files that start where a file of another program says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from command_line import here
from exchange_example import EPOCH, burn
from test_gmat_scripts import SCRIPT
from test_map_exports import campaign

import lunarsim as ls
from lunarsim.io.exchange.export_formats import FORMATS

STARTS = """
name = "from a file"
[state]
file = "FILE"
[moon]
gravity_degree = 0
third_bodies = []
[[plan]]
type = "coast"
duration = "10 min"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a saved flight in files of several formats."""
    folder = tmp_path_factory.mktemp("export")
    (folder / "sub").mkdir()
    burn().save(folder / "brake.flight")
    ls.write_oem(burn(), folder / "brake.oem")
    ls.write_opm(burn(), folder / "brake.opm")
    ls.write_spk(burn(), folder / "brake.bsp")
    ls.write_netcdf(burn(), folder / "brake.nc")
    one = SCRIPT.replace("Orbiter Other_1", "Orbiter")
    (folder / "brake.script").write_text(one, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.of_flight])
def test_a_saved_flight_is_written_in_the_format_of_the_suffix(folder: Path, name: str) -> None:
    out = f"out{FORMATS[name].suffixes[0]}"
    done = here("export", "brake.flight", "--out", out, "--json", cwd=folder)
    assert (done.status, json.loads(done.out)["format"]) == (0, name)
    files = json.loads(done.out)["files"]
    assert all((folder / file).stat().st_size > 0 for file in files)
    assert len(files) == (2 if name == "ck" else 1)


def test_the_help_names_every_format(folder: Path) -> None:
    words = here("export", "--help", cwd=folder).words
    assert all(name in words for name in FORMATS)


def test_the_format_may_be_named_whatever_the_suffix(folder: Path) -> None:
    assert here("export", "brake.flight", "--to", "oem", "--out", "brake.txt", cwd=folder).status == 0
    first = burn().states[0]
    assert np.linalg.norm(ls.State.from_oem(folder / "brake.txt").position - first.position) < 1e-5 * u.m


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("brake.flight", "--out", "x.foo"), "--out 'x.foo' has no suffix that says a format: give --to"),
        (("brake.flight", "--out", "x", "--to", "spc"), "--to 'spc' is no format: did you mean 'spk'"),
        (("brake.flight", "--out", "x.tif"), "--to geotiff takes a campaign"),
        (("brake.nc", "--out", "x.oem"), "brake.nc holds histories alone"),
        (("brake.opm", "--out", "x.oem"), "brake.opm is an OPM, which holds states and no flight: export takes a file"),
        (("brake.oem", "--out", "x.bsp"), "brake.oem is an OEM, which holds states and no flight"),
        (("brake.bsp", "--out", "x.oem"), "brake.bsp is an SPK, which holds states and no flight"),
        (("brake.script", "--out", "x.oem"), 'by [state] file = "brake.script"'),
        (
            ("brake.flight", "--campaign", "c", "--out", "x.kml"),
            "brake.flight is no scenario: --campaign takes",
        ),
        (("brake.flight", "--to", "oem", "--out", "brake.flight"), "--out brake.flight is the file that is read"),
        (("brake.flight", "--to", "oem", "--out", "./sub/../brake.flight"), "is the file that is read, brake.flight"),
        (("luna-25", "--out", "x.oem"), "did you mean 'luna25'?"),
        (("luna25", "--campaign", "c", "--out", "x.oem"), "--to oem takes one flight, not a campaign"),
        (("brake.flight", "--out", "missing/x.oem"), "the file cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_told(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    done = here("export", *arguments, cwd=folder)
    assert done.status == 2
    assert words in " ".join(done.err.split())


def test_a_saved_flight_survives_being_named_as_its_own_export(folder: Path) -> None:
    before = (folder / "brake.flight").read_bytes()
    (folder / "link.oem").symlink_to(folder / "brake.flight")
    assert here("export", "brake.flight", "--out", "link.oem", cwd=folder).status == 2
    assert (folder / "brake.flight").read_bytes() == before


def test_a_campaigns_folder_is_written_on_a_map(tmp_path: Path, monkeypatch) -> None:
    craters = ls.Campaign(campaign().campaign.scenario, campaign().campaign.dispersions)
    craters.run(8, seed=1, out=tmp_path / "runs")
    monkeypatch.setattr("lunarsim.cli.export.load_campaign", lambda _: craters)
    assert here("export", "craters", "--campaign", "runs", "--out", "a.geojson", cwd=tmp_path).status == 0
    kinds = [each["properties"]["kind"] for each in json.loads((tmp_path / "a.geojson").read_text())["features"]]
    assert kinds.count("end") == 8


def loaded(folder: Path, extra: str, file: str) -> ls.Scenario:
    text = STARTS.replace("FILE", file).replace("[moon]", f"{extra}\n[moon]")
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return ls.load_scenario(folder / "case.toml")


LATER = 'epoch = "2024-03-05T06:12:00 UTC"'


@pytest.mark.parametrize(
    ("file", "extra"),
    [("brake.oem", ""), ("brake.oem", LATER), ("brake.opm", ""), ("brake.bsp", f"{LATER}\nbody = -999")],
)
def test_a_scenario_starts_where_a_file_says(folder: Path, file: str, extra: str) -> None:
    state = loaded(folder, extra, file).state
    assert abs(state.epoch - (EPOCH if LATER not in extra else ls_time("2024-03-05T06:12:00"))) < 1 * u.ns
    assert np.linalg.norm(state.position - burn().at(state.epoch).position) < 1 * u.mm
    assert isinstance(ls.simulate(loaded(folder, extra, file)), ls.Flight)


def ls_time(text: str):
    from astropy.time import Time  # noqa: PLC0415

    return Time(text, scale="utc")


def test_a_scenario_starts_where_a_script_of_gmat_says(folder: Path) -> None:
    with pytest.warns(
        ls.ModelWarning, match=r"brake\.script: line 19: ForceModel FM: the Moon of the scenario is flown"
    ):
        state = loaded(folder, "", "brake.script").state
    assert state == ls.import_gmat(folder / "brake.script").state


@pytest.mark.parametrize(
    ("file", "extra", "words"),
    [
        ("missing.oem", "", "missing.oem"),
        ("../brake.oem", "", "brake.oem"),
        ("brake.flight", "", "this is no file that has a state: expected an OEM or an OPM"),
        ("brake.opm", LATER, "epoch is given, and 'brake.opm' has a state at one time alone"),
        ("brake.oem", "body = -999", "body is given, and 'brake.oem' is no SPK"),
        ("brake.bsp", LATER, "'brake.bsp' is an SPK: give body, NAIF's number of the craft, such as -999, and epoch"),
        ("brake.oem", 'epoch = "2025-01-01T00:00:00 UTC"', "there are no states at 2025-01-01"),
        ("brake.bsp", f"{LATER}\nbody = 7", "body = 7 is not in"),
        ("brake.oem", "step = 3", "state.step"),
    ],
)
def test_a_start_that_no_file_gives_is_told_with_the_scenario_file(folder: Path, file, extra, words) -> None:
    with pytest.raises(ls.ScenarioError, match=r"case\.toml") as caught:
        loaded(folder, extra, file)
    assert words in str(caught.value)


def test_a_file_upon_another_may_start_elsewhere(folder: Path) -> None:
    (folder / "upon.toml").write_text('base = "luna25"\nname = "upon"\n[state]\nfile = "brake.oem"\n', encoding="utf-8")
    with pytest.raises(ls.ScenarioError, match="ignition"):  # which lies before the new start
        ls.load_scenario(folder / "upon.toml")
    upon = replace(ls.load_scenario("luna25"), name="x")
    assert upon.state != burn().scenario.state
