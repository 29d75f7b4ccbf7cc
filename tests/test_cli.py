"""The command line, run as a newcomer would."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from astropy.table import QTable
from command_line import Done, here, in_a_process

FIGURES = {"altitude_profile.png", "burn.png", "ground_track.png", "lanes.png", "orbit.png"}


@pytest.fixture(scope="module")
def luna25(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    folder = tmp_path_factory.mktemp("luna25")
    return folder, here("luna25", "--out", "results", "--report", "--json", cwd=folder)


def test_luna25_prints_one_json_object_and_nothing_else_on_standard_output(
    luna25: tuple[Path, Done],
) -> None:
    _, done = luna25
    assert done.status == 0, done.err
    result = json.loads(done.out)
    for name in ("planned", "flown"):
        assert set(result[name]["burn"]) >= {"duration_s", "cutoff", "delta_v_mps", "delta_v_sensed_mps"}
        assert set(result[name]["orbit_after_burn"]) == {"perilune_km", "apolune_km"}
    assert result["planned"]["impact"] is None
    assert result["planned"]["end"]["perilune_km"] > 10.0
    assert result["flown"]["end"] == {"utc": result["flown"]["impact"]["utc"], "perilune_km": None, "apolune_km": None}
    assert set(result["flown"]["impact"]) == {
        "utc",
        "latitude_deg",
        "longitude_deg",
        "elevation_m",
        "speed_mps",
        "flight_path_angle_deg",
        "ground_relative_speed_mps",
        "incidence_deg",
        "slope_deg",
        "distance_to_crater_km",
        "crater_diameter_low_m",
        "crater_diameter_high_m",
        "crater_diameter_observed_m",
    }
    assert result["flown"]["impact"]["crater_diameter_observed_m"] == 10.0
    assert result["flown"]["burn"]["cutoff"] == "timer"
    assert result["planned"]["burn"]["cutoff"] == "sensed delta-v"


def test_luna25_tells_its_story_on_standard_error(luna25: tuple[Path, Done]) -> None:
    _, done = luna25
    story = " ".join(done.err.split())
    assert "where the numbers come from" in story
    assert "python -m lunarsim.scenarios.luna25_reconstruction" in story
    assert "planned height flown height true est." in story
    assert "was cut off by the timer after 127.0 s" in story
    assert "The thrust, 270 N (90 %: 48 to 456 N), fits no engine whose thrust is known." in story
    assert (
        "0.14 deg off, with a standard uncertainty of 0.59 deg; one prediction in five is as close by chance" in story
    )
    assert "17 m/s inferred script 3.0 to 28.6 m/s" in story
    assert "of 25 m/s; the computer had sensed 0 of 17 m/s" in story
    assert "16.6" not in story
    assert "265.797" not in story  # the digits to fly it again stand in the file; 90 % lie between 48 and 456 N
    assert "crater: 3 to 5 m estimated (Holsapple 1993; at 1.3 deg to level ground, more on a slope), 10 m" in story
    assert "…" not in story  # nothing is cut short at 80 columns


def test_luna25_leaves_figures_tables_and_the_summary(luna25: tuple[Path, Done]) -> None:
    folder, done = luna25
    names = {path.name for path in (folder / "results").iterdir()}
    tables = {"planned.ecsv", "flown.ecsv", "planned_lanes.ecsv", "flown_lanes.ecsv"}
    assert names == FIGURES | tables | {"summary.json", "report.html"}
    assert json.loads((folder / "results" / "summary.json").read_text()) == json.loads(done.out)
    for name in FIGURES:
        assert (folder / "results" / name).read_bytes().startswith(b"\x89PNG")


def test_the_page_of_luna25_holds_the_summary_the_verdict_and_the_command(luna25: tuple[Path, Done]) -> None:
    folder, done = luna25
    page = (folder / "results" / "report.html").read_text(encoding="utf-8")
    summary = page.split('<script type="application/json" id="summary">')[1].split("</script>")[0]
    assert json.loads(summary) == json.loads(done.out)
    lead = html.unescape(page.split('<p class="lead">')[1].split("</p>")[0])
    told = lead.replace("\N{MINUS SIGN}", "-").removeprefix("Impact").removesuffix(".")
    assert f"Flown: impact{told}" in " ".join(done.err.split())
    assert "<code>lunarsim luna25 --report --json</code>" in page  # without the folder, which is of one machine
    assert len(page) < 1_000_000


def test_a_table_is_read_back_with_its_units(luna25: tuple[Path, Done]) -> None:
    folder, _ = luna25
    table = QTable.read(folder / "results" / "flown.ecsv", format="ascii.ecsv")
    assert table["altitude"].unit == "km"
    assert table["delta_v_sensed"].unit == "m/s"
    assert table["position"].shape == (len(table), 3)


def test_a_file_is_run_like_a_scenario_of_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "coast.toml").write_text(
        """
name = "coast"
[orbit]
epoch = "2024-01-01T00:00:00 TDB"
perilune = "90 km"
apolune = "110 km"
inclination = "90 deg"
node_longitude = "0 deg"
argument_of_perilune = "0 deg"
true_anomaly = "0 deg"
[[plan]]
type = "coast"
duration = "1 h"
"""
    )
    done = here("run", "coast.toml", "--json", cwd=tmp_path)
    assert done.status == 0, done.err
    result = json.loads(done.out)
    assert set(result) == {"scenario", "flown"}
    assert result["flown"]["burn"] is None
    assert "in orbit" in result["flown"]["outcome"]
    assert (tmp_path / "coast" / "altitude_profile.png").exists()


def test_the_catalogue_is_listed(tmp_path: Path) -> None:
    done = here("scenarios", cwd=tmp_path)
    assert done.status == 0
    assert "luna25" in done.out


def test_a_process_that_refuses_its_input_says_so_by_its_exit_status_and_without_a_traceback(tmp_path: Path) -> None:
    done = in_a_process("run", "luna52", cwd=tmp_path)
    assert done.status == 2
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert done.out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "luna52"], "did you mean 'luna25'"),
        (["run", "missing.toml"], "nor a file"),
        (["luna25", "--out", "taken"], "--out taken: results cannot be written there"),
        (["luna25", "--terrain", "nosuch.tif"], "error: --terrain nosuch.tif: there is no such file in "),
        pytest.param(
            ["luna25", "--out", "/proc/nothing/here"],
            "--out /proc/nothing/here: results cannot be written there",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_bad_input_is_one_message_and_leaves_no_files(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    done = here(*arguments, cwd=tmp_path)
    assert done.status == 2
    assert done.err.startswith("error: ")
    assert words in done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_a_bad_scenario_file_is_one_message_and_leaves_no_files(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('name = "bad"\n[orbit]\nperilune = "84 s"\n')
    done = here("run", "bad.toml", "--out", "results", cwd=tmp_path)
    assert done.status == 2
    assert "bad.toml: orbit.perilune: '84 s' is of the wrong dimension: expected a length such as 18 km" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


BRACKETS = """
name = "brackets"
title = "[/title]"
[orbit]
epoch = "2024-01-01T00:00:00 TDB"
perilune = "10 km"
apolune = { value = "110 km", status = "assumed", note = "[/note]" }
inclination = "90 deg"
node_longitude = "0 deg"
argument_of_perilune = "0 deg"
true_anomaly = "180 deg"
[craft]
dry_mass = "800 kg"
propellant_mass = "100 kg"
[craft.engine]
thrust = "400 N"
specific_impulse = "300 s"
[[plan]]
type = "burn"
name = "[/burn]"
ignition = "2024-01-01T00:00:00 TDB"
target_delta_v = "9000 m/s"
timer = "127 s"
[[plan]]
type = "coast"
duration = "2 h"
[sites.a]
title = "[/site]"
latitude = "0 deg"
longitude = "0 deg"
"""


def test_brackets_in_a_file_are_printed_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "brackets.toml").write_text(BRACKETS)
    done = here("run", "brackets.toml", "--out", "[x]", cwd=tmp_path)
    assert done.status == 0, done.err
    for text in ("[/note]", "[/burn]", "[/site]", "files in [x]"):
        assert text in done.err
    assert "constrained_layout" not in done.err  # the target lies far above what was reached


@pytest.mark.parametrize(
    "name", ["../../evil", *(pytest.param(name, marks=pytest.mark.slow) for name in ("", "a/b", ".hidden"))]
)
def test_a_name_that_is_no_name_of_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "bad.toml").write_text(BRACKETS.replace('name = "brackets"', f'name = "{name}"'))
    done = here("run", "bad.toml", cwd=tmp_path)
    assert done.status == 2
    assert f"name: '{name}' cannot name a folder of results" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_a_flight_that_starts_underground_is_refused_with_its_file(tmp_path: Path) -> None:
    text = BRACKETS.replace('"10 km"', '"-5 km"').replace('"180 deg"', '"0 deg"')
    (tmp_path / "low.toml").write_text(text)
    done = here("run", "low.toml", cwd=tmp_path)
    assert done.status == 2
    assert done.err.startswith("error: low.toml: the flight starts at a height of -5000.0 m")


def test_an_epoch_of_1899_is_one_line_of_words(tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(BRACKETS.replace("2024-01-01T00:00:00 TDB", "1899-01-01T00:00:00 UTC"))
    done = here("run", "old.toml", cwd=tmp_path)
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert "the Moon's orientation (DE421) is known from" in done.err


def test_a_file_name_that_is_a_folder_leaves_the_results_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "out" / "orbit.png").mkdir(parents=True)
    (tmp_path / "brackets.toml").write_text(BRACKETS)
    done = here("run", "brackets.toml", "--out", "out", cwd=tmp_path)
    assert done.status == 2
    assert "orbit.png is a folder" in done.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["orbit.png"]
