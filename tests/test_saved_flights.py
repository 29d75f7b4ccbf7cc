"""Saved flights that are edited or hostile, and when two flights are the same flight."""

from __future__ import annotations

import dataclasses
import io
import json
import random
import zipfile
from pathlib import Path

import flight_files as files
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from mutations import mutated
from repetitions import examples

import lunarsim as ls
from lunarsim.equality import same
from lunarsim.flight import Flight
from lunarsim.flight.result.flight_file.stored_segment import StoredSegment
from lunarsim.flight.result.trajectory import FlownPhase, Trajectory
from lunarsim.moon.terrain.surface import Terrain


@pytest.fixture(scope="module")
def coast():
    return files.coast_over_a_map()


@pytest.fixture(scope="module")
def burns():
    return files.burns()


@pytest.fixture(scope="module")
def saved(coast, burns, tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    coast.save(folder / "coast.npz")
    burns.save(folder / "burns.npz")
    return folder


def array_bytes(array) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def document(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("flight.json"))


def told(path: Path) -> str:
    """Return what an error says of a file, or the file's name where it is read and used."""
    try:
        files.use_flight(path)
    except ls.DataError as error:
        return str(error)
    return path.name


def test_a_loaded_flight_equals_the_saved_one_and_one_that_is_flown_again(saved, coast, burns):
    for name, flight, make in (("coast", coast, files.coast_over_a_map), ("burns", burns, files.burns)):
        loaded = Flight.load(saved / f"{name}.npz")
        assert loaded == flight
        assert flight == loaded
        assert (loaded != flight) is False
        assert make() == flight
        assert loaded.scenario == flight.scenario
        assert loaded.trajectory == flight.trajectory
        assert loaded.timeline == flight.timeline
        assert loaded.outcome == flight.outcome
    assert coast != burns
    assert coast != "coast"


def test_flights_that_differ_in_a_part_are_not_equal(burns):
    assert dataclasses.replace(burns, burns=()) != burns
    assert dataclasses.replace(burns, timeline=burns.timeline[1:]) != burns
    assert dataclasses.replace(burns, scenario=burns.scenario.without_faults()) != burns


def test_the_last_bit_of_one_number_makes_another_flight(burns):
    step = burns.trajectory.phases[1]
    other = dataclasses.replace(step, thrust_n=float(np.nextafter(step.thrust_n, np.inf)))
    phases = tuple(other if phase is step else phase for phase in burns.trajectory.phases)
    assert dataclasses.replace(burns, trajectory=Trajectory(phases)) != burns


def test_units_and_scales_do_not_matter_to_equality():
    epoch = Time("2023-08-19T10:00:00", scale="tdb")
    state = ls.State([1750, 3, 0] * u.km, [0, 1.5, 0.5] * u.km / u.s, epoch)
    assert state == ls.State([1_750_000, 3000, 0] * u.m, [0, 1500, 500] * u.m / u.s, epoch.copy(format="jd"))
    assert state != ls.State([1_750_000, 3001, 0] * u.m, [0, 1500, 500] * u.m / u.s, epoch)
    assert state != ls.State([1750, 3, 0] * u.km, [0, 1.5, 0.5] * u.km / u.s, epoch + 1 * u.ms)
    assert ls.FixedDirection([1, 2, 3] * u.one) == ls.FixedDirection([100, 200, 300] * u.percent)
    assert ls.FixedDirection([1, 2, 3] * u.one) != ls.FixedDirection([1, 2, 4] * u.one)
    assert same(1 * u.km, 1000 * u.m)
    assert not same(1 * u.km, 1 * u.kg)
    assert same(Time("2023-08-19T00:00:00", scale="utc"), Time("2023-08-19T00:00:37", scale="tai"))


def test_what_is_compared_by_arrays_has_no_hash(coast):
    for value in (coast, coast.trajectory, coast.scenario, coast.scenario.state, coast.outcome, coast.timeline[0]):
        with pytest.raises(TypeError, match="unhashable"):
            hash(value)


@given(
    a=st.lists(st.one_of(st.floats(), st.integers(-3, 3), st.sampled_from(["", "x"])), max_size=4),
    b=st.lists(st.one_of(st.floats(), st.integers(-3, 3), st.sampled_from(["", "x"])), max_size=4),
)
def test_equality_holds_of_oneself_and_both_ways(a, b):
    assert same(tuple(a), tuple(a))
    assert same(a, b) == same(b, a)
    floats = np.array([x for x in a if isinstance(x, float)])
    assert same(floats * u.m, floats.copy() * u.m)


def test_an_archive_that_unpacks_to_far_more_than_it_is_is_refused_before_it_is_unpacked(saved, tmp_path):
    path = tmp_path / "bomb.npz"
    files.edited(saved / "coast.npz", path, {})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", bytes(60_000_000))
    assert path.stat().st_size < 200_000
    assert "said to hold 600" in told(path)


def test_an_archive_that_was_packed_by_another_program_is_read(saved, coast, tmp_path):
    path = tmp_path / "packed.npz"
    with zipfile.ZipFile(saved / "coast.npz") as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in old.namelist():
            out.writestr(name, old.read(name))
    assert Flight.load(path) == coast


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -9), }",
        "{'descr': '<c16', 'fortran_order': False, 'shape': (9,), }",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (9,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9,), ",
        "{'descr': 'O', 'fortran_order': False, 'shape': (9,), }",
    ],
)
def test_an_array_whose_header_does_not_fit_its_bytes_is_refused_with_its_name(saved, tmp_path, header):
    name = "phases.0.segment.start_y.npy"
    text = header.encode().ljust(117) + b"\n"
    content = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + np.arange(9.0).tobytes()
    files.edited(saved / "coast.npz", tmp_path / "x.npz", {name: content})
    assert name in told(tmp_path / "x.npz")


@pytest.mark.parametrize("rows", [1, 2, 5, 7])
def test_heights_of_another_shape_than_the_rest_of_the_map_are_judged_by_themselves(saved, tmp_path, rows):
    name = "scenario.moon.terrain.ground.heights_m.npy"
    heights = np.zeros((rows, 11), np.float32)
    files.edited(saved / "coast.npz", tmp_path / "x.npz", {name: array_bytes(heights)})
    text = told(tmp_path / "x.npz")
    assert "terrain" in text or text == "x.npz"  # a part of the Moon of its own, or none


def test_bounds_of_a_map_are_not_taken_from_a_file(saved, coast, tmp_path):
    changed = document(saved / "coast.npz")
    ground = changed["flight"]["scenario"]["moon"]["terrain"]["ground"]
    ground |= {"lowest_m": 9e9, "highest_m": -9e9, "steepest_m_per_rad": 0.0, "around": True, "north_pole_m": 7.0}
    ground["steepest_by_row_m_per_rad"] = {"type": "array", "writeable": False, "shape": [1], "items": [0.0]}
    tops = "scenario.moon.terrain.ground.tops_m.npy"
    members = {"flight.json": json.dumps(changed).encode(), tops: array_bytes(np.zeros(1, np.float32))}
    files.edited(saved / "coast.npz", tmp_path / "x.npz", members)
    assert Flight.load(tmp_path / "x.npz") == coast


@given(
    rows=st.integers(0, 5), columns=st.integers(0, 5), north=st.floats(-3, 3), step=st.floats(-1, 3),
    wide=st.floats(-1, 8),
)  # fmt: skip
def test_any_grid_makes_a_map_that_can_be_asked_everywhere_or_none(rows, columns, north, step, wide):
    ground = files.hills().ground._replace(
        heights_m=np.zeros((rows, columns), np.float32), north_rad=north, lat_step_rad=step, lon_step_rad=wide
    )
    try:
        terrain = Terrain(name="any", ground=ground)
    except ls.InputError:
        return
    latitudes, longitudes = (values.ravel() for values in np.meshgrid(np.linspace(-90, 90, 9), np.linspace(0, 360, 9)))
    heights = terrain.height(latitudes * u.deg, longitudes * u.deg)  # the outside is known
    np.testing.assert_array_equal(heights.to_value(u.m), 0.0)


def test_a_ground_that_contradicts_itself_is_mended_in_memory_too(coast):
    ground = coast.scenario.moon.terrain.ground
    wrong = ground._replace(tops_m=np.zeros(1, np.float32), highest_m=-1e9, steepest_by_row_m_per_rad=np.zeros(1))
    assert Terrain(name="hills", ground=wrong) == coast.scenario.moon.terrain


def test_a_ground_of_whole_numbers_is_one_of_floats_for_which_kernels_are_compiled():
    ground = files.hills().ground
    whole = Terrain(name="whole", ground=ground._replace(radius_m=1_737_400, west_rad=0, outside_m=0)).ground
    assert [type(value) for value in whole] == [type(value) for value in ground]
    assert not any(value.flags.writeable for value in whole if isinstance(value, np.ndarray))


@pytest.mark.parametrize(
    ("member", "change", "words"),
    [
        ("series", lambda a: a + np.eye(1, a.size, 3).reshape(a.shape) * 1e3, "does not end where the next begins"),
        ("start_y", lambda a: a[::-1], "does not end where the next begins"),
        ("start_y", lambda a: a.astype(">f8").T.copy().T, ""),
        ("series", lambda a: a[:, :, :6], "expected finite doubles of shape"),
        ("start_y", lambda a: a.astype("f4"), "expected finite doubles of shape"),
    ],
)
def test_steps_that_do_not_join_are_refused_with_their_place(saved, coast, tmp_path, member, change, words):
    array = getattr(StoredSegment.of(coast.trajectory.phases[0].segment), member)
    files.edited(
        saved / "coast.npz", tmp_path / "x.npz", {f"phases.0.segment.{member}.npy": array_bytes(change(array))}
    )
    text = told(tmp_path / "x.npz")
    assert words in text
    assert "flight.json: phases.0" in text or not words


def test_segments_that_do_not_follow_each_other_make_no_trajectory(burns):
    first, second, third = burns.trajectory.phases
    for phases in ((), (second, third), (first, third), (first, second, second)):
        with pytest.raises(ls.InputError, match="trajectory"):
            Trajectory(phases)
    with pytest.raises(ls.InputError, match="thrust_n"):
        FlownPhase("x", first.segment, -1.0)
    with pytest.raises(ls.InputError, match="direction"):
        FlownPhase("x", first.segment, 0.0, np.ones(2))


def test_parts_of_two_flights_are_not_saved_and_not_loaded_as_one(saved, coast, burns, tmp_path):
    late = dataclasses.replace(burns.timeline[-1], moment=coast.timeline[-1].moment)
    for parts, words in (
        ({"outcome": coast.outcome}, "the outcome's state is not where the motion is"),
        ({"trajectory": coast.trajectory}, "the outcome's state is not where the motion is"),
        ({"timeline": (late,)}, r"after the start: expected 0\.000"),
    ):
        with pytest.raises(ls.InputError, match=words):
            dataclasses.replace(burns, **parts).save(tmp_path / "mixed.npz")
    changed = document(saved / "burns.npz")
    changed["flight"]["outcome"] = document(saved / "coast.npz")["flight"]["outcome"]
    files.edited(saved / "burns.npz", tmp_path / "x.npz", {"flight.json": json.dumps(changed).encode()})
    assert "the outcome's state is not where the motion is" in told(tmp_path / "x.npz")


def test_a_time_that_would_need_a_server_is_refused(saved, tmp_path):
    changed = document(saved / "burns.npz")
    changed["flight"]["scenario"]["published"]["items"]["contact"]["scale"] = "ut1"
    files.edited(saved / "burns.npz", tmp_path / "x.npz", {"flight.json": json.dumps(changed).encode()})
    assert "scenario.published.contact: a time of scale 'ut1'" in told(tmp_path / "x.npz")


@examples(150)
@given(seed=st.integers(0, 2**32), name=st.sampled_from(["coast.npz", "burns.npz"]))
def test_a_flight_with_other_values_is_used_or_refused_by_name(saved, seed, name):
    changed = document(saved / name)
    files.edit_document(changed, random.Random(seed))
    path = saved / "edited.npz"
    files.edited(saved / name, path, {"flight.json": json.dumps(changed).encode()})
    assert "edited.npz" in told(path)


@examples(150)
@given(
    seed=st.integers(0, 2**32),
    member=st.sampled_from(["", "flight.json", "phases.0.segment.series.npy", *files.MAP_MEMBERS]),
)
def test_a_mutated_flight_is_used_or_refused_by_name(saved, seed, member):
    path, rng = saved / "edited.npz", random.Random(seed)
    if member:
        with zipfile.ZipFile(saved / "coast.npz") as archive:
            content = archive.read(member)
        files.edited(saved / "coast.npz", path, {member: mutated(content, rng)})
    else:
        path.write_bytes(mutated((saved / "burns.npz").read_bytes(), rng))
    assert "edited.npz" in told(path)
