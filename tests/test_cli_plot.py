"""``lunarsim plot``: figures of saved flights."""

from __future__ import annotations

from pathlib import Path

import burn_example
import matplotlib.pyplot as plt
import pytest
from command_line import here

import lunarsim as ls
from lunarsim.cli.plot import FIGURES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plot")
    scenario = burn_example.scenario()
    flown = ls.simulate(scenario)
    flown.save(made / "flown.flight")
    ls.write_netcdf(flown, made / "histories.nc")
    ls.simulate(scenario.without_faults()).save(made / "planned.flight")
    return made


def test_without_a_figure_all_figures_are_listed(folder: Path) -> None:
    done = here("plot", cwd=folder)
    assert done.status == 0
    assert [line.split("  ")[0] for line in done.out.splitlines()] == list(FIGURES)
    assert "cannot be drawn" not in done.out


def refused_of(file: str, folder: Path) -> set[str]:
    done = here("plot", file, cwd=folder)
    assert done.status == 0
    found = dict(line.split("  ", maxsplit=1) for line in done.out.splitlines())
    assert found.keys() == FIGURES.keys()
    return {name for name, words in found.items() if words.startswith("cannot be drawn: ")}


def test_of_a_flight_about_the_moon_all_but_the_figures_of_missions_are_drawn(folder: Path) -> None:
    assert refused_of("flown.flight", folder) == {"cislunar", "mission"}


def test_of_a_mission_its_own_figure_is_drawn_and_no_other(folder: Path) -> None:
    links = (ls.Link(scenario=burn_example.scenario()),)
    ls.fly_mission(ls.Mission(name="one", links=links)).save(folder / "one.mission")
    assert refused_of("one.mission", folder) == FIGURES.keys() - {"mission"}
    done = here("plot", "one.mission", "--figure", "mission", cwd=folder)
    assert done.status == 0, done.err
    assert (folder / "one_mission.png").read_bytes().startswith(b"\x89PNG")


def test_of_histories_alone_the_list_says_what_cannot_be_drawn_and_why(folder: Path) -> None:
    done = here("plot", "histories.nc", cwd=folder)
    assert done.status == 0
    found = dict(line.split("  ", maxsplit=1) for line in done.out.splitlines())
    assert found.keys() == FIGURES.keys()
    refused = {name for name, words in found.items() if words.startswith("cannot be drawn: ")}
    assert refused == {"cislunar", "descent_profile", "mission", "terrain_profile"}
    assert "the ground below" in found["terrain_profile"]


def test_histories_are_drawn_beside_a_saved_flight(folder: Path) -> None:
    done = here("plot", "planned.flight", "histories.nc", "--figure", "burn", "--out", "both.png", cwd=folder)
    assert done.status == 0, done.err
    assert (folder / "both.png").read_bytes().startswith(b"\x89PNG")


def test_each_figure_gets_a_file_beside_the_flight(folder: Path) -> None:
    done = here("plot", "flown.flight", "--figure", "orbit", "--figure", "terrain_profile", cwd=folder)
    assert done.status == 0, done.err
    for name in ("orbit", "terrain_profile"):
        assert (folder / f"flown_{name}.png").read_bytes().startswith(b"\x89PNG")


def test_size_and_style_are_those_that_were_asked_for(folder: Path) -> None:
    done = here(
        *("plot", "planned.flight", "flown.flight", "--figure", "altitude_profile", "--out", "a.png"),
        *("--size", "20.32x10.16 cm", "--style", "dark_background"),
        cwd=folder,
    )
    assert done.status == 0, done.err
    picture = plt.imread(folder / "a.png")
    assert picture.shape[:2] == (600, 1200)  # 4 x 8 in at 150 dots an inch
    assert picture[0, 0, :3].max() == 0.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--figure", "orbitt"], "--figure 'orbitt': did you mean 'orbit'?"),
        (["--figure", "orbit", "--size", "9"], "--size '9': expected a width, x, a height and their unit"),
        (["--figure", "orbit", "--size", "9..1x9 in"], "expected a width, x, a height and their unit"),
        (["--figure", "orbit", "--size", "9x9 kg"], "expected lengths in cm, mm or in"),
        (["--figure", "orbit", "--size", "900x9 cm"], "expected 1 to 60 in"),
        (["--figure", "orbit", "--style", "nosuch"], "--style 'nosuch': "),
        (["--figure", "orbit", "--out", "a.exe"], "--out a.exe: expected a name that ends in "),
        (["--figure", "orbit", "--out", "no/a.png"], "the file cannot be written"),
        (["--figure", "orbit", "--figure", "burn", "--out", "a.png"], "a file for 2 figures"),
        (["planned.flight", "--figure", "terrain_profile"], "it takes one flight, and 2 were given"),
        (
            ["histories.nc", "--figure", "descent_profile"],
            "it takes the landing site, the phases, and where the thrust",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(folder: Path, options: list[str], words: str) -> None:
    before = set(folder.iterdir())
    done = here("plot", "flown.flight", *options, cwd=folder)
    assert done.status != 0
    assert words in " ".join(done.err.split())
    assert set(folder.iterdir()) == before


def test_what_is_no_saved_flight_is_refused(folder: Path) -> None:
    (folder / "table.ecsv").write_text("# no flight")
    done = here("plot", "table.ecsv", "--figure", "orbit", cwd=folder)
    assert done.status != 0
    assert "this is not a saved flight" in " ".join(done.err.split())
