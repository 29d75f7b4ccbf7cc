"""Faults on the command line: listed, added to a scenario, left out of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import here

from lunarsim.faults import FAULTS

COAST_AND_BURN = """
name = "burn"
[orbit]
epoch = "2024-01-01T00:00:00 TDB"
perilune = "90 km"
apolune = "110 km"
inclination = "90 deg"
node_longitude = "0 deg"
argument_of_perilune = "0 deg"
true_anomaly = "0 deg"
[craft]
dry_mass = "800 kg"
propellant_mass = "500 kg"
[craft.engine]
thrust = "1 kN"
specific_impulse = "300 s"
[moon]
gravity_degree = 0
third_bodies = []
[[plan]]
type = "burn"
ignition = "2024-01-01T00:00:10 TDB"
target_delta_v = "7.7 m/s"
timer = "40 s"
[[plan]]
type = "coast"
duration = "10 min"
[[faults]]
type = "accelerometer off"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "burn.toml").write_text(COAST_AND_BURN)
    return tmp_path


def burn_of(folder: Path, *options: str) -> dict[str, object]:
    done = here("run", "burn.toml", "--json", *options, cwd=folder)
    assert done.status == 0, done.err
    burn: dict[str, object] = json.loads(done.out)["flown"]["burn"]
    return burn


def test_a_fault_of_the_command_line_stands_beside_those_of_the_scenario(folder: Path) -> None:
    burn = burn_of(folder, "--fault", "wrong timer: timer=25 s")
    assert burn["cutoff"] == "timer"
    assert burn["duration_s"] == pytest.approx(25.0, abs=1e-9)


def test_a_fault_of_the_scenarios_title_takes_the_place_of_the_scenarios_own(folder: Path) -> None:
    burn = burn_of(folder, "--fault", "accelerometer off: onset=30 s")
    assert burn["cutoff"] == "sensed delta-v"  # after 10 s, before the onset


@pytest.mark.slow
def test_without_faults_the_craft_flies_as_designed_and_faults_may_be_added(folder: Path) -> None:
    done = here("run", "burn.toml", "--json", "--without-faults", cwd=folder)
    assert set(json.loads(done.out)) == {"scenario", "flown"}
    assert json.loads(done.out)["flown"]["burn"]["cutoff"] == "sensed delta-v"
    burn = burn_of(folder, "--without-faults", "--fault", "accelerometer scale: factor=0.5")
    assert burn["delta_v_mps"] == pytest.approx(2 * 7.7, abs=1e-6)


def test_the_faults_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    told = here("faults", cwd=tmp_path)
    assert told.status == 0
    assert "…" not in told.out  # nothing is cut short
    assert all(path in told.out for kind in FAULTS.values() for path in kind.edits)  # nor broken, at 80 columns
    listed = json.loads(here("faults", "--json", cwd=tmp_path).out)["faults"]
    assert {each["title"] for each in listed} == set(FAULTS)
    assert all(title in told.out for title in ("accelerometer off", "thrust error", "wrong timer"))
    error = next(each for each in listed if each["title"] == "thrust error")["numbers"]["error"]
    assert (error["bounds"], error["required"]) == ("from -1 to 10", True)


@pytest.mark.slow
def test_the_timeline_says_which_fault_begins_and_passes(folder: Path) -> None:
    told = here("run", "burn.toml", "--fault", "thrust error: error=-0.4, onset=12 s, end=15 s", cwd=folder)
    assert told.status == 0, told.err
    timeline = " ".join(told.err[told.err.index("Timeline") :].split())
    # 12 s and 15 s after the start at 23:58:50
    assert re.search(r"fault: thrust error (?!, over)23:59:02 .*fault: thrust error, over 23:59:05 ", timeline)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("thrst error", "fault.type = 'thrst error': did you mean 'thrust error'?"),
        ("thrust error", "fault.error: this key is missing: thrust error needs it"),
        ("thrust error: error", "'error': expected NUMBER=VALUE, as in 'thrust error: error=-0.4, onset=60 s'"),
        ("slow attitude: rate=-1 deg/s", "rate = -1.0 deg / s: expected from 1e-06 deg / s"),
        ("accelerometer off: onset=5 s, end=2 s", "has end = 2.0 s, and begins at onset = 5.0 s"),
        ("wrong timer: timer=5 s, burn=3", "burn = 3: the plan has 1 burn, counted from 0: expected 0"),
        ("late command: delay=-20 s", "fault 'late command': burn 'burn' has ignition ="),
        ("accelerometer off: onset=2 h", "has onset = 2.0 h, and the plan is over after"),
    ],
)
def test_a_fault_that_cannot_be_is_an_error_that_names_the_option(folder: Path, fault: str, message: str) -> None:
    done = here("run", "burn.toml", "--fault", fault, cwd=folder)
    assert done.status == 2
    assert message in " ".join(done.err.split())
    assert "--fault" in done.err
    assert not (folder / "burn").exists()


def test_a_fault_that_no_phase_uses_is_told(folder: Path) -> None:
    done = here("run", "burn.toml", "--fault", "slow attitude: rate=1 deg/s", cwd=folder)
    assert done.status == 0, done.err
    told = " ".join(done.err.split())
    assert "The fault 'slow attitude' had no effect: it changes craft.slew_rate, which takes a guided phase" in told
