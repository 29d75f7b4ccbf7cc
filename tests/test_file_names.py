"""Names of files: those that a user gives, and those that a file of a stranger gives."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_files import write_map

import lunarsim as ls
from lunarsim import data
from lunarsim.data import find_beside

HEIGHTS = np.arange(-500, 148, dtype="<i2").reshape(18, 36)
IMPOSSIBLE = ["~nosuchuser/a{}", "a\0{}", "x" * 5000 + "{}", "\ud800{}", 5, None, b"a.img"]
READERS = {
    ".img": ls.Terrain.from_file,
    ".tif": ls.Terrain.from_file,
    ".gfc": ls.GravityField.from_file,
    ".bsp": ls.Ephemeris.from_file,
    ".toml": ls.load_scenario,
    ".flight": ls.Flight.load,
}


@pytest.mark.parametrize("name", IMPOSSIBLE, ids=ascii)
@pytest.mark.parametrize("suffix", READERS)
def test_a_name_that_no_file_can_have_is_refused_by_every_reader(name, suffix):
    given_name = name.format(suffix) if isinstance(name, str) else name
    with pytest.raises(ls.InputError, match=r"no such user|no file can|is not the name of a file") as error:
        READERS[suffix](given_name)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("variable", ["LUNARSIM_DATA", "LUNARSIM_CACHE"])
def test_a_folder_that_cannot_be_is_refused(monkeypatch, variable):
    monkeypatch.setenv(variable, "~nosuchuser/data")
    with pytest.raises(ls.InputError, match="there is no such user on this machine"):
        data.locate("LDEM_16.IMG")


@given(st.text(max_size=30))
def test_every_text_is_a_path_or_refused(text):
    try:
        assert isinstance(data.user_path(text), Path)
    except ls.InputError as error:
        assert repr(text)[:20] in str(error)  # noqa: PT017  (either is right)


# --- names within a scenario file ---

SCENARIO = """
name = "shared"
plan = [{ type = "coast", duration = "1 s" }]
[orbit]
epoch = "2023-08-19T10:00:00 TDB"
perilune = "18 km"
apolune = "100 km"
inclination = "82 deg"
node_longitude = "270 deg"
argument_of_perilune = "40 deg"
true_anomaly = "0 deg"
[moon]
gravity_degree = 0
"""
KEYS = {
    "terrain": ("MAP.IMG", '{key} = "{name}"'),
    "gravity_file": ("field.gfc", '{key} = "{name}"'),
    "file": ("values.csv", '[[dispersions]]\ndistribution = "empirical"\n{key} = "{name}"'),
}


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """Make a folder of a scenario, and beside it one of files that are nobody else's concern."""
    monkeypatch.setenv("LUNARSIM_DATA", str(tmp_path / "data"))
    for name in ("shared", "shared/maps", "private", "data"):
        (tmp_path / name).mkdir()
    write_map(tmp_path / "private", HEIGHTS, resolution=0.1, line_offset=8.5)
    for name in ("field.gfc", "values.csv"):
        (tmp_path / "private" / name).write_text("secret words\n")
    return tmp_path / "shared"


def load(folder, key, name):
    """Load a scenario of a folder whose key names a file."""
    text = SCENARIO + KEYS[key][1].format(key=key, name=name)
    (folder / "a.toml").write_text(text)
    return ls.load_scenario(folder / "a.toml")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "way", ["absolute", "upwards", "through a folder", "home", "another's home", "link", "folder link"]
)
def test_a_scenario_file_names_no_file_outside_its_folder(shared, monkeypatch, key, way):
    private, file = shared.parent / "private", KEYS[key][0]
    monkeypatch.setenv("HOME", str(private))
    monkeypatch.chdir(private)  # nor one in the folder that the program happens to run in
    (shared / f"link-{file}").symlink_to(private / file)
    (shared / "door").symlink_to(private)
    name = {
        "absolute": str(private / file),
        "upwards": f"../private/{file}",
        "through a folder": f"maps/../../private/{file}",
        "home": f"~/{file}",
        "another's home": f"~nosuchuser/{file}",
        "link": f"link-{file}",
        "folder link": f"door/{file}",
    }[way]
    with pytest.raises(
        ls.ScenarioError, match=r"lies outside the folder .*copy it there, or put it into .*may name any"
    ) as error:
        load(shared, key, name)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize("key", KEYS)
def test_a_plain_name_is_not_looked_for_in_the_folder_that_the_program_runs_in(shared, monkeypatch, key):
    monkeypatch.chdir(shared.parent / "private")
    with pytest.raises(ls.ScenarioError, match="is none of lunarsim's data files"):
        load(shared, key, KEYS[key][0])


@pytest.mark.parametrize("name", ["MAP.IMG", "maps/MAP.IMG", "./maps/MAP.IMG", "maps/../MAP.IMG", "maps/link.IMG"])
def test_a_scenario_file_names_files_in_its_folder_and_below(shared, name):
    for folder in (shared, shared / "maps"):
        write_map(folder, HEIGHTS, resolution=0.1, line_offset=8.5)
    (shared / "maps" / "link.IMG").symlink_to(shared / "MAP.IMG")
    assert load(shared, "terrain", name).moon.terrain.name == "MAP.IMG"


def test_a_data_file_is_known_by_its_name_alone(shared):
    write_map(shared.parent / "data", HEIGHTS, resolution=0.1, line_offset=8.5)
    assert load(shared, "terrain", "map.img").moon.terrain.name == "MAP.IMG"
    with pytest.raises(ls.ScenarioError, match="there is no such file in"):
        load(shared, "terrain", "maps/MAP.IMG")


def test_a_scenario_may_be_named_from_its_own_folder(shared, monkeypatch):
    write_map(shared, HEIGHTS, resolution=0.1, line_offset=8.5)
    load(shared, "terrain", "MAP.IMG")
    monkeypatch.chdir(shared)
    assert ls.load_scenario("a.toml").moon.terrain.name == "MAP.IMG"


def test_a_label_within_the_folder_leads_to_no_image_outside(shared):
    write_map(shared, HEIGHTS, resolution=0.1, line_offset=8.5, write=False)
    (shared / "MAP.IMG").symlink_to(shared.parent / "private" / "MAP.IMG")
    with pytest.raises(ls.ScenarioError, match="a link that leads to another folder"):
        load(shared, "terrain", "MAP.LBL")


PARTS = ("..", ".", "maps", "door", "MAP.IMG", "~", "private", "shared", "", "a b", "//", "x" * 300, "\0")


def test_whatever_a_name_is_made_of_it_leads_to_a_file_within_the_folder_or_nowhere(shared):
    write_map(shared / "maps", HEIGHTS, resolution=0.1, line_offset=8.5)
    (shared / "door").symlink_to(shared.parent / "private")
    rng, home = random.Random(1), shared.resolve()
    reached = 0
    for _ in range(1000):
        name = os.sep.join(rng.choices(PARTS, k=rng.randint(1, 4)))
        try:
            assert find_beside(shared, name).is_relative_to(home)
            reached += 1
        except (ls.DataError, ls.InputError):
            continue
    assert reached > 0


@pytest.mark.parametrize("name", ["field.gfc", "map.tif", "map.img", "kernel.bsp", "flight.npz", "scenario.toml"])
def test_a_folder_of_the_name_of_a_file_is_called_a_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    read = {".gfc": ls.GravityField.from_file, ".tif": ls.Terrain.from_file, ".img": ls.Terrain.from_file}
    read |= {".bsp": ls.Ephemeris.from_file, ".npz": ls.Flight.load, ".toml": ls.load_scenario}
    with pytest.raises(ls.LunarsimError, match=r"folder|directory"):
        read[Path(name).suffix](tmp_path / name)
