"""``lunarsim campaign``, as a newcomer would use it: report, files, going on, and what it says of bad input."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from command_line import Done, here

from lunarsim import plots, statistics
from lunarsim.scenarios import load_campaign

SCENARIO = """
name = "drop"
title = "A burn that a dead accelerometer does not end"
[orbit]
epoch = { value = "2024-01-01T00:00:00 TDB", status = "assumed", note = "any" }
perilune = "95 km"
apolune = "105 km"
inclination = "90 deg"
node_longitude = "30 deg"
argument_of_perilune = "0 deg"
true_anomaly = "180 deg"
[craft]
dry_mass = "800 kg"
propellant_mass = "100 kg"
[craft.engine]
thrust = "400 N"
specific_impulse = "300 s"
[moon]
gravity_degree = 2
third_bodies = []
[[plan]]
type = "burn"
name = "[brake]"
ignition = "2024-01-01T00:00:00 TDB"
target_delta_v = "5 m/s"
timer = "90 s"
[[plan]]
type = "coast"
duration = "2 h"
[[faults]]
type = "accelerometer off"
cause = "any"
[sites.aim]
title = "aim"
latitude = "0 deg"
longitude = "30 deg"
"""
DISPERSIONS = """
[[dispersions]]
path = "craft.engine.thrust"
distribution = "normal"
sigma = { value = "4 N", status = "assumed", note = "of the calibration" }
[[dispersions]]
path = "plan.0.yaw_error"
distribution = "uniform"
low = "-1 deg"
high = "1 deg"
[[dispersions]]
paths = ["state.radial", "state.transverse_rate"]
distribution = "joint normal"
sigmas = ["100 m", "0.1 m/s"]
correlation = [[1.0, -0.9], [-0.9, 1.0]]
[[dispersions]]
path = "faults.accelerometer off"
distribution = "probability"
p = 0.5
"""
FIGURES = {"outcomes.png", "footprint.png", "speed.png", "tornado_downrange.png", "tornado_crossrange.png"}
STORE = {".lock", "chunks", "chunks.log", "manifest.json"}


Command = Callable[..., Done]


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run ``lunarsim campaign`` in a folder that holds the scenario."""
    (tmp_path / "drop.toml").write_text(SCENARIO + DISPERSIONS)
    # all stay in orbit: where the footprint and what moved it are no matter, there are no figures to wait for
    (tmp_path / "sound.toml").write_text(SCENARIO + DISPERSIONS.replace("p = 0.5", "p = 0.0"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: here("campaign", *arguments, cwd=tmp_path)


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A campaign of 300 runs, flown by the command itself."""
    folder = tmp_path_factory.mktemp("drop")
    (folder / "drop.toml").write_text(SCENARIO + DISPERSIONS)
    done = here("campaign", "drop.toml", "-n", "300", "--seed", "7", "--check", "2", "--report", cwd=folder)
    assert done.status == 0, done.err
    return folder, done


def stored(folder: Path) -> dict[str, bytes]:
    """Return all columns of a folder of runs, bit by bit."""
    dataset = load_campaign(folder.parent / "drop.toml").open(folder).dataset
    return {str(name): values.values.tobytes() for name, values in dataset.items()}


@pytest.mark.slow
def test_the_report_tells_what_was_dispersed_how_it_ended_and_what_moved_it(
    reported: tuple[Path, Done],
) -> None:
    words = reported[1].words
    for said in (
        "drop: where the numbers come from",
        "craft.engine.thrust Normal(mean=400.0 N, sigma=4.0 N) assumed",
        "faults.accelerometer off Probability(0.5)",
        "300 runs, seed 7, monte carlo; GRGM900C to degree 2, flown to degree 2; sphere at 0.0 m",
        "How the runs ended",
        "Quantiles",
        "in orbit: burn, duration (s) 5 %",
        "95 % ellipse",
        "95 % intervals for unlimited runs: semi-axes",
        "from the aim to their centre",
        "What moves the impact",
        "initial position, radial",
        "thrust of the engine (N)",
        "Cross-check against the reference driver: 2 runs flown by both drivers: all ended alike",
        "runs/s",
        "7 files in drop-campaign: summary.json, outcomes.png, report.html, footprint.png",
    ):
        assert said in words
    assert "…" not in words  # nothing is cut short at 80 columns


def test_the_report_leaves_standard_error_to_warnings_and_draws_no_bar_into_a_file(
    reported: tuple[Path, Done],
) -> None:
    lines = reported[1].err.splitlines()
    assert all(line.startswith("warning: the flight came down to") for line in lines)
    assert len(lines) <= 1  # two flights of the check, one warning


def test_an_expansion_prints_its_check_and_its_folder_is_no_campaigns(campaign: Command, tmp_path: Path) -> None:
    asked = ("sound.toml", "-n", "100", "--check", "0", "--out", "found")
    done = campaign(*asked, "--expansion")
    assert done.status == 0, done.err
    assert "expansion of order 3 of drop in 4 coordinates, 35 terms" in done.words
    assert "of the runs were flown exactly. Check: 100 expanded runs flown exactly: all ended alike" in done.words
    check = json.loads((tmp_path / "found" / "summary.json").read_text())["expansion"]["check"]
    assert check["runs"] == 100
    assert check["largest_m"] < 10.0
    assert campaign(*asked, "--expansion", "--resume").status == 0
    refused = campaign(*asked, "--resume")
    assert refused.status != 0
    assert "expansion" in refused.err


def test_the_folder_holds_runs_figures_and_the_summary(
    reported: tuple[Path, Done],
) -> None:
    folder = reported[0] / "drop-campaign"
    assert {path.name for path in folder.iterdir()} == FIGURES | STORE | {"summary.json", "report.html"}
    for name in FIGURES:
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


def test_the_page_holds_the_rates_the_impacts_and_the_scenario(reported: tuple[Path, Done]) -> None:
    folder = reported[0] / "drop-campaign"
    page = (folder / "report.html").read_text(encoding="utf-8")
    parts = {
        name: json.loads(page.split(f'<script type="application/json" id="{name}">')[1].split("</script>")[0])
        for name in ("summary", "data")
    }
    found = json.loads((folder / "summary.json").read_text())
    assert {**parts["summary"], "performance": found["performance"]} == found
    rate = found["outcomes"]["impact"]
    assert f'<data value="{rate["rate"]!r}" data-key="outcomes.impact.rate">{100 * rate["rate"]:.2f} %</data>' in page
    runs = load_campaign(reported[0] / "drop.toml").open(folder)
    (group,) = parts["data"]["footprint"]["groups"]
    assert group["run"] == np.flatnonzero(runs.where("impact")).tolist()
    assert np.mean(group["x"]) == pytest.approx(0.0, abs=0.05)  # km, of the centre
    assert "perilune = &#34;95 km&#34;" in page
    assert "<code>lunarsim campaign drop.toml -n 300 --seed 7 --check 2 --report</code>" in page


def test_the_page_begins_with_how_many_flights_ended_how_and_what_decided_it(reported: tuple[Path, Done]) -> None:
    folder = reported[0] / "drop-campaign"
    page = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    lead, told = (text.split("</p>")[0] for text in page.split('<p class="lead">')[1].split("<p>")[:2])
    runs = load_campaign(reported[0] / "drop.toml").open(folder)
    down, off = runs.where("impact"), runs.dataset["faults.accelerometer off"].values.astype(bool)
    assert lead.startswith("Of 300 flights, alike but for what is not known exactly, ")
    assert f"{down.sum()} hit the Moon ({100 * down.mean():.0f} %, " in lead
    assert f"{300 - down.sum()} stayed in orbit (" in lead
    assert f"with it {(down & off).sum()} of {off.sum()} came down to the ground" in told
    assert f"without it {(down & ~off).sum()} of {(~off).sum()} came down to the ground" in told
    assert "from the aim; an ellipse of " in told
    assert "What moves the place most along the flight: " in told
    assert "300 runs, seed 7, monte carlo; GRGM900C to degree 2" in page


def test_a_campaign_shows_in_a_notebook_how_it_ended(reported: tuple[Path, Done]) -> None:
    runs = load_campaign(reported[0] / "drop.toml").open(reported[0] / "drop-campaign")
    shown = runs._repr_html_()
    for name, rate in runs.rates().items():
        assert name in shown
        assert f"{rate.count:,} runs: {rate.value:.2%}" in shown


def test_the_summary_agrees_with_the_runs(reported: tuple[Path, Done]) -> None:
    folder = reported[0] / "drop-campaign"
    found = json.loads((folder / "summary.json").read_text())
    runs = load_campaign(reported[0] / "drop.toml").open(folder)
    impact = runs.where("impact")
    assert found["runs"] == 300
    assert found["outcomes"]["impact"]["count"] == impact.sum()
    assert sum(each["count"] for each in found["outcomes"].values()) == 300
    assert found["failures"] == {}
    plane = statistics.LocalPlane.about_mean(runs.column("latitude_deg")[impact], runs.column("longitude_deg")[impact])
    assert found["footprint"]["latitude_deg"] == plane.latitude_deg
    speeds = next(each for each in found["quantiles"] if each["column"] == "speed_mps")
    assert speeds["quantiles"][1]["value"] == pytest.approx(np.median(runs.column("speed_mps")[impact]), rel=1e-12)
    assert found["held_out"]["different"] == []
    assert found["performance"]["runs_flown"] == 300


def test_the_flight_goes_where_the_impacts_lie_farther(
    reported: tuple[Path, Done],
) -> None:
    """A harder burn shortens the way, and the way is the direction of flight: south on this orbit, as it starts."""
    found = json.loads((reported[0] / "drop-campaign" / "summary.json").read_text())
    downrange = found["effects"]["downrange"]
    (thrust,) = (each for each in downrange["effects"] if each["paths"] == ["craft.engine.thrust"])
    assert thrust["high"] < 0.0 < thrust["low"]
    assert thrust["input_unit"] == "N"
    assert thrust["high_input"] - thrust["low_input"] == pytest.approx(2.0 * 1.645 * 4.0, rel=0.3)  # some 150 runs
    axis = found["footprint"]["ellipse"]["azimuth_deg"]
    # the impacts lie along the flight; the long axis has two ends, and the track bends by less than 2 degrees
    assert abs((found["footprint"]["heading_deg"] - axis + 90.0) % 180.0 - 90.0) < 2.0


def test_values_drawn_together_are_one_effect_and_not_two_that_cancel(
    reported: tuple[Path, Done],
) -> None:
    found = json.loads((reported[0] / "drop-campaign" / "summary.json").read_text())
    runs = load_campaign(reported[0] / "drop.toml").open(reported[0] / "drop-campaign")
    downrange = found["effects"]["downrange"]
    (joint,) = (each for each in downrange["effects"] if len(each["paths"]) > 1)
    assert joint["paths"] == ["state.radial", "state.transverse_rate"]
    impact = runs.where("impact")
    place = runs.footprint().downrange_crossrange(found["footprint"]["heading_deg"])[:, 0]
    names = ["craft.engine.thrust", "plan.0.yaw_error", *joint["paths"]]
    inputs = np.stack([runs.column(name)[impact] for name in names] + [np.ones(impact.sum())], axis=1)
    scaled = inputs / np.abs(inputs).max(axis=0)
    slopes = np.linalg.lstsq(scaled, place)[0]
    low, high = np.quantile(scaled[:, 2:4] @ slopes[2:4], [0.05, 0.95])
    metres = {"km": 1e3, "m": 1.0}[downrange["unit"]]
    # two least-squares solutions of a well-scaled problem: eight digits and more
    assert (joint["high"] - joint["low"]) * metres == pytest.approx(high - low, rel=1e-6)


def test_json_is_one_object_on_standard_output_and_the_report_goes_to_standard_error(campaign: Command) -> None:
    done = campaign("drop.toml", "-n", "100", "--out", "r", "--check", "0", "--json")
    assert done.status == 0
    result = json.loads(done.out)
    assert result == json.loads(Path("r/summary.json").read_text())
    assert result["held_out"] is None
    assert "How the runs ended" in done.err


@pytest.mark.slow
def test_a_killed_campaign_goes_on_to_the_same_bits(campaign: Command, tmp_path: Path) -> None:
    killed = """
import os, signal
from lunarsim.scenarios import load_campaign
load_campaign("drop.toml").run(
    200, seed=3, out="killed", chunk_size=20, workers=1, on_progress=lambda count: os.kill(os.getpid(), signal.SIGKILL)
)
"""
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == -signal.SIGKILL
    again = campaign("drop.toml", "--out", "killed", "--resume", "--check", "0")  # runs, seed, chunks: of the folder
    assert again.status == 0
    there, flown = map(int, re.findall(r"(\d+) runs (?:were|in \d)", again.out))
    assert 20 <= there < 200
    assert there + flown == 200
    load_campaign("drop.toml").run(200, seed=3, out="whole", chunk_size=50)
    assert stored(tmp_path / "killed") == stored(tmp_path / "whole")


def test_control_c_says_how_to_go_on(campaign: Command, tmp_path: Path) -> None:
    def interrupt() -> None:
        log = tmp_path / "r" / "chunks.log"
        while not (log.exists() and log.stat().st_size):
            time.sleep(0.01)  # a loop that did nothing would take the processor from what it waits for
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=interrupt, daemon=True).start()
    done = campaign(*["drop.toml", "-n", "50000", "--out", "r", "--chunk-size", "10", "--workers", "1"])
    signal.signal(signal.SIGINT, before)
    assert done.status == 130
    assert "of 50,000 runs are safe in r; go on with: lunarsim campaign drop.toml -n 50000 --out r" in done.err
    assert done.err.rstrip().endswith("--resume")
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_a_finished_campaign_is_reported_again_and_made_longer(campaign: Command) -> None:
    load_campaign("sound.toml").run(100, seed=1, out="r", chunk_size=25)
    again = campaign("sound.toml", "--out", "r", "--resume", "--check", "0")
    assert "100 runs were there already; none was left to fly" in again.out
    longer = campaign("sound.toml", "-n", "150", "--out", "r", "--resume", "--check", "0")
    assert "100 runs were there already; 50 runs in" in longer.out


@pytest.mark.slow
def test_damaged_runs_are_named_and_flown_again_on_request(campaign: Command, tmp_path: Path) -> None:
    load_campaign("drop.toml").run(100, seed=1, out="r", chunk_size=25)
    whole = stored(tmp_path / "r")
    (tmp_path / "r" / "chunks" / "000000002.parquet").write_bytes(b"nothing")
    refused = campaign("drop.toml", "--out", "r", "--resume")
    assert refused.status == 2
    assert refused.err.count("\n") == 1
    assert "chunks/000000002.parquet (chunk 2 (runs 50 to 74)) are damaged: give --repair" in refused.err
    mended = campaign("drop.toml", "--out", "r", "--repair", "--check", "0")
    assert "discarded, to be flown again: chunks/000000002.parquet" in mended.err
    assert "75 runs were there already; 25 runs in" in mended.out
    assert stored(tmp_path / "r") == whole


def test_runs_that_cannot_be_flown_are_counted_with_the_reason(campaign: Command) -> None:
    light = '[[dispersions]]\npath = "craft.dry_mass"\ndistribution = "normal"\nsigma = "800 kg"\n'
    Path("light.toml").write_text(SCENARIO + DISPERSIONS + light)
    done = campaign("light.toml", "-n", "200", "--out", "r", "--check", "0")
    assert done.status == 0
    (failed,) = re.findall(
        r"(\d+) could not be flown: the dry mass or the propellant mass is out of its bounds", done.words
    )
    # one in six of a normal distribution lies below the mean less sigma: 200 runs within four standard deviations
    assert 12 <= int(failed) <= 54


@pytest.mark.parametrize("runs", ["1", pytest.param("4", marks=pytest.mark.slow)])
def test_without_enough_impacts_there_is_no_footprint_and_the_report_says_why(campaign: Command, runs: str) -> None:
    done = campaign("sound.toml", "-n", runs, "--out", "r", "--check", "0")
    assert done.status == 0
    assert "No footprint: no run came down: a footprint takes 3." in done.words
    assert {path.name for path in Path("r").iterdir()} == STORE | {"outcomes.png", "summary.json"}
    assert json.loads(Path("r/summary.json").read_text())["footprint"] is None


def test_a_few_impacts_have_an_ellipse_and_no_effects(campaign: Command) -> None:
    Path("dead.toml").write_text(SCENARIO + DISPERSIONS.replace("p = 0.5", "p = 1.0"))
    done = campaign("dead.toml", "-n", "4", "--out", "r", "--check", "0")
    assert done.status == 0
    assert "No effects: output holds 4 runs" in done.words
    assert "footprint.png" in {path.name for path in Path("r").iterdir()}


@pytest.mark.parametrize("sampling", [pytest.param("latin-hypercube", marks=pytest.mark.slow), "sobol"])
def test_even_samplings_are_flown_and_named(campaign: Command, sampling: str) -> None:
    done = campaign("sound.toml", "-n", "64", "--out", "r", "--check", "0", "--sampling", sampling)
    assert done.status == 0
    assert f"64 runs, seed 1, {sampling.replace('-', ' ')};" in done.words
    assert "with this sampling the rates and quantiles are surer" in done.words
    again = campaign("sound.toml", "--out", "r", "--resume", "--check", "0")  # the folder says which sampling
    assert "64 runs were there already" in again.out


def test_the_moon_of_the_scenario_can_be_replaced(campaign: Command) -> None:
    done = campaign("sound.toml", "-n", "50", "--out", "r", "--check", "1", "--degree", "1")
    assert "flown to degree 1; sphere at 0.0 m" in done.words
    other = campaign("sound.toml", "--out", "r", "--resume")
    assert other.status == 2
    assert "the scenario, by its hash" in other.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["drop.toml", "-n", "0"], "n = 0: expected a whole number from 1"),
        (["drop.toml", "-n", "1000000000000"], "ask for at most"),
        (["drop.toml", "--seed", "-1"], "seed = -1: expected a whole number from 0"),
        (["dropp.toml"], "'dropp.toml' is neither a scenario of the catalogue nor a file"),
        (["plain.toml"], "plain.toml: nothing is dispersed: expected at least one [[dispersions]]"),
        (["drop.toml", "--out", "taken"], "taken: results cannot be written there"),
        (["drop.toml", "--out", "/proc/nothing"], "/proc/nothing: results cannot be written there"),
        (["drop.toml", "--out", "full"], "full: the folder holds notes.txt and no manifest.json"),
        (["drop.toml", "--degree", "90"], "--degree 90: GRGM900C to degree 2 ends at 2: give a --field"),
        (["drop.toml", "--field", "none.cof"], "none.cof"),
        (["drop.toml", "-n", "200000000", "--sampling", "latin-hypercube"], "Take Sobol() or MonteCarlo()"),
    ],
)
def test_bad_input_is_one_line_and_leaves_no_files(campaign: Command, arguments: list[str], words: str) -> None:
    Path("plain.toml").write_text(SCENARIO)
    Path("taken").write_text("a file, not a folder")
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    before = sorted(Path.cwd().rglob("*"))
    done = campaign(*arguments)
    assert done.status == 2
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert words in done.err
    assert done.out == ""
    assert sorted(Path.cwd().rglob("*")) == before


def test_a_folder_with_a_campaign_is_not_written_over(campaign: Command, tmp_path: Path) -> None:
    load_campaign("drop.toml").run(50, seed=1, out="r")
    whole = stored(tmp_path / "r")
    for arguments, words in (
        ((), "there is a campaign here already: go on with --resume"),
        (("--resume", "--seed", "2"), "seed: 1 in the store, 2 asked"),
        (("--resume", "-n", "20"), "50 runs in the store, only 20 asked"),
    ):
        done = campaign("drop.toml", "--out", "r", *arguments)
        assert done.status == 2
        assert words in done.err
        assert stored(tmp_path / "r") == whole


def test_of_a_landing_the_touchdowns_are_drawn_and_not_the_speed_that_is_the_rotation_of_the_moon(
    campaign: Command, tmp_path: Path
) -> None:
    load_campaign("luna25-landing").run(20, seed=1, out="r", chunk_size=20)
    (tmp_path / "r" / "speed.png").write_text("of an earlier version")
    done = campaign("luna25-landing", "--out", "r", "--resume", "--check", "0")
    assert done.status == 0
    left = {path.name for path in Path("r").iterdir()}
    assert "touchdown.png" in left
    assert "speed.png" not in left


def test_a_long_narrow_footprint_is_drawn_wider_and_says_how_many_times() -> None:
    rng = np.random.default_rng(5)
    plane = statistics.LocalPlane(latitude_deg=0.0, longitude_deg=0.0)
    along_m = rng.normal(0.0, 40e3, 2000)
    footprint = statistics.Footprint(plane=plane, xy_m=np.stack([along_m, rng.normal(0.0, 200.0, 2000)], axis=1))
    ax = plots.footprint(footprint, ellipses=[footprint.ellipse()], downrange_azimuth=90.0 * u.deg, to_scale=False)
    ax.figure.canvas.draw()
    box = ax.get_window_extent()
    assert "(km)" in ax.get_xlabel()
    assert "(m)" in ax.get_ylabel().replace("\n", " ")
    np.testing.assert_allclose(ax.lines[0].get_xdata(), along_m / 1e3)
    per_metre = box.width / np.ptp(ax.get_xlim()) / 1e3, box.height / np.ptp(ax.get_ylim())
    (times,) = re.findall(r"drawn (\S+) times too large", ax.get_ylabel())
    assert float(times) == pytest.approx(per_metre[1] / per_metre[0], rel=1e-6)  # in any layout
    assert 1.0 < float(times) <= 20.0
    plt.close("all")


def test_quantiles_beside_a_histogram_have_as_many_digits_as_their_intervals() -> None:
    speeds = np.random.default_rng(6).normal(1699.5, 0.1, 4000)
    ax = plots.histogram(speeds, what="speed (m/s)", quantiles=statistics.quantiles(speeds, (0.5,)))
    ax.figure.canvas.draw()
    (label,) = (text.get_text() for text in ax.get_legend().get_texts())
    assert re.search(r"1699\.\d{3,4} \(1699\.\d{3,4} to 1699\.\d{3,4}\)", label)
    assert ax.xaxis.get_offset_text().get_text() == ""
    plt.close("all")
