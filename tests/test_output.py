"""Flights on disk and as tables: what was saved comes back to the last bit, and what is damaged is refused."""

from __future__ import annotations

import dataclasses
import json
import pickle
import sys
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import Angle, Latitude, Longitude
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from repetitions import examples
from scipy.io import netcdf_file

import lunarsim as ls
from lunarsim import craft as craft_parts
from lunarsim import faults as fault_parts
from lunarsim import moon as moon_parts
from lunarsim import plan as plan_parts
from lunarsim.errors import DataError, InputError, LunarsimError, OutputError
from lunarsim.faults import FAULTS
from lunarsim.files import written_whole
from lunarsim.flight import Flight
from lunarsim.flight.result.flight_file.archive import VERSION
from lunarsim.flight.result.flight_file.encoding import RECORDS, Encoder, decode
from lunarsim.flight.result.tables import utc_ns
from lunarsim.io import write_csv, write_netcdf
from lunarsim.mission import Provenance, Source, Status
from lunarsim.mission.clock import time_after

POINT_MOON = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
EXAMPLES = examples(60)
FINITE = st.floats(allow_nan=False, allow_infinity=False, width=64)


def orbit_at(epoch: Time) -> ls.State:
    return ls.State.from_elements(
        perilune=18 * u.km, apolune=100 * u.km, inclination=82.087 * u.deg, node_longitude=270.53 * u.deg, epoch=epoch
    )


@pytest.fixture(scope="module")
def flight() -> Flight:
    """Two burns under a dead accelerometer in a Moon of degree 20, all parts of a scenario in use."""
    state = orbit_at(Time("2023-08-19T10:00:00.123456789", scale="utc"))
    scenario = ls.Scenario(
        name="two burns",
        title="Два включения",  # not ASCII
        state=state,
        craft=ls.Spacecraft(
            dry_mass=1000 * u.kg,
            propellant_mass=350 * u.kg,
            engine=ls.Engine(thrust=4.2 * u.kN, specific_impulse=310 * u.s),
            accelerometer=ls.Accelerometer(scale_factor=1.001, bias=1e-4 * u.m / u.s**2),
        ),
        moon=ls.Moon(gravity=ls.GravityField.grail(20), terrain=ls.Terrain.sphere(-360 * u.m)),
        plan=(
            ls.Burn(
                ignition=state.epoch + 600 * u.s, target_delta_v=10 * u.m / u.s, timer=8 * u.s,
                steering=ls.FixedDirection([1.0, 2.0, 3.0] * u.one), name="raise",
            ),
            ls.Burn(
                ignition=state.epoch + 15 * u.min, target_delta_v=10 * u.m / u.s, timer=6 * u.s,
                steering=ls.AlongVelocity(), throttle=0.5, name="trim",
            ),
            ls.Coast(duration=0.5 * u.h, name="rest"),
        ),
        faults=(ls.AccelerometerOff(),),
        sites={"crater": ls.Site(latitude=Latitude(-57.865 * u.deg), longitude=Longitude(61.36 * u.deg))},
        published={"burn": 84 * u.s, "contact": Time("2023-08-19T11:57:00", scale="utc")},
        provenance={"orbit.perilune": Provenance(value="18 km", status=Status.PUBLISHED, sources=("x",))},
        sources={"x": Source(title="X", url="https://example.org")},
    )  # fmt: skip
    return ls.simulate(scenario)


@pytest.fixture(scope="module")
def coast() -> Flight:
    return ls.propagate(orbit_at(Time("2023-08-19T10:00:00", scale="tdb")), 1 * u.h, POINT_MOON)


@pytest.fixture(scope="module")
def coast_file(coast: Flight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "coast.npz"
    coast.save(path)
    return path


@pytest.fixture(scope="module")
def again(flight: Flight, tmp_path_factory: pytest.TempPathFactory) -> Flight:
    path = tmp_path_factory.mktemp("saved") / "flight.npz"
    flight.save(path)
    return Flight.load(path)


def differences(a: object, b: object, at: str = "") -> list[str]:
    """Return where two described objects differ in class or in any bit."""
    if type(a) is not type(b):
        return [f"{at}: {type(a).__name__} and {type(b).__name__}"]
    pairs = parts(a), parts(b)
    if pairs[0] is None:
        return [] if same(a, b) else [at]
    if list(pairs[0]) != list(pairs[1]):
        return [at]
    return [found for name, part in pairs[0].items() for found in differences(part, pairs[1][name], f"{at}.{name}")]


def parts(a: object) -> Mapping | None:
    if isinstance(a, Time):
        return {name: getattr(a, name) for name in ("jd1", "jd2", "scale", "format", "precision")}
    if dataclasses.is_dataclass(a):
        return {field.name: getattr(a, field.name) for field in dataclasses.fields(a)}
    if isinstance(a, tuple):
        return dict(enumerate(a))
    return a if isinstance(a, Mapping) else None


def same(a: Any, b: Any) -> bool:
    if isinstance(a, u.Quantity):
        return a.unit == b.unit and same(np.asarray(a.value), np.asarray(b.value))
    if isinstance(a, np.ndarray):
        kinds = (a.dtype, a.shape, a.flags.writeable) == (b.dtype, b.shape, b.flags.writeable)
        nan = np.isnan(a), np.isnan(b)
        return kinds and np.array_equal(*nan) and a[~nan[0]].tobytes() == b[~nan[1]].tobytes()
    return a == b or (a != a and b != b)  # noqa: PLR0124  (NaN stands where there is no such number)


@EXAMPLES
@given(fractions=arrays.arrays(float, st.integers(1, 5), elements=st.floats(0, 1)))
def test_a_loaded_flight_moves_as_the_saved_one_to_the_last_bit(flight, again, fractions) -> None:
    t_s = fractions * flight.trajectory.end_s
    for before, after in zip(flight.trajectory.at(t_s), again.trajectory.at(t_s), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_loaded_flight_answers_one_time_as_the_saved_one(flight, again) -> None:
    for phase in flight.trajectory.phases:  # the edges of segments, where two solutions meet
        for t_s in (phase.segment.start_s, phase.segment.end_s):
            time = time_after(flight.start, t_s)
            assert not differences(flight.moment(time), again.moment(time))


def test_scenario_timeline_burns_and_outcome_come_back_to_the_last_bit(flight, again) -> None:
    for part in ("scenario", "timeline", "burns", "outcome"):
        assert not differences(getattr(flight, part), getattr(again, part), part)
    assert repr(again) == repr(flight)
    assert [phase.name for phase in again.trajectory.phases] == [phase.name for phase in flight.trajectory.phases]


def test_a_loaded_scenario_flies_to_the_same_bits(flight, again) -> None:
    flown = ls.simulate(again.scenario)
    np.testing.assert_array_equal(flown.trajectory.end_y, flight.trajectory.end_y)
    assert flown.end == flight.end


def test_a_loaded_flight_is_not_extrapolated(again) -> None:
    with pytest.raises(ls.SpanError, match="nothing is extrapolated"):
        again.at(again.end + 1 * u.s)


def test_the_same_flight_gives_the_same_file_and_so_does_the_loaded_one(coast, coast_file, tmp_path) -> None:
    coast.save(tmp_path / "second.npz")
    Flight.load(coast_file).save(tmp_path / "third.npz")
    assert (tmp_path / "second.npz").read_bytes() == coast_file.read_bytes()
    assert (tmp_path / "third.npz").read_bytes() == coast_file.read_bytes()


def test_numpy_reads_the_arrays_of_a_saved_flight_without_pickle(coast, coast_file) -> None:
    with np.load(coast_file, allow_pickle=False) as members:
        np.testing.assert_array_equal(
            members["phases.0.segment.step_ends_s"], coast.trajectory.phases[0].segment.path.ends_s
        )
        assert all(members[name].dtype != object for name in members.files if name != "flight.json")
        assert json.loads(members["flight.json"])["format"] == "lunarsim flight"


def test_an_array_that_stands_in_two_places_is_stored_once() -> None:
    values = np.arange(100.0)
    encoder = Encoder()
    node = encoder.encode((values * u.m, values, values), "at")
    assert len(encoder.arrays) == 2  # the quantity's values are a view of their own
    back = decode(node, encoder.arrays)
    assert back[1] is back[2]


def test_every_public_part_of_a_scenario_can_be_stored() -> None:
    for module in (craft_parts, fault_parts, moon_parts, plan_parts):
        for name in module.__all__:
            part = getattr(module, name)
            # a gridded field is refused, it is made again in seconds; a convex descent is no part of a scenario, and of
            # the bases of all faults, sensors and navigations there are no objects
            bases = (ls.Fault, ls.Sensor, ls.NavigationSystem)
            meanings = (fault_parts.AtEvent, fault_parts.AtHeight)  # of the text of an onset, which is what is stored
            if dataclasses.is_dataclass(part) and part not in (
                ls.GriddedField,
                ls.ConvexDescent,
                *bases,
                *meanings,
            ):
                known = (*RECORDS, *FAULTS.values())  # a fault is stored by its title
                assert part in known, f"{name} is missing in lunarsim.flight.result.flight_file.encoding.RECORDS"


@EXAMPLES
@given(
    day=st.integers(2_415_021, 2_469_000),
    fraction=st.floats(-0.5, 0.5),
    scale=st.sampled_from(["utc", "tdb", "tt", "tai"]),
    kind=st.sampled_from(["isot", "jd", "mjd", "iso"]),
)
def test_any_time_comes_back_to_the_last_bit(day: int, fraction: float, scale: str, kind: str) -> None:
    time = Time(day, fraction, format="jd", scale=scale, precision=9)
    time.format = kind
    assert not differences(time, round_trip(time))


@EXAMPLES
@given(
    values=arrays.arrays(st.sampled_from([np.float64, np.float32]), arrays.array_shapes(max_side=7)),
    unit=st.sampled_from(["km", "m / s", "deg", "kg m3 / s2", "", "1e-3 rad / h", "km(1/2)"]),
)
def test_any_quantity_comes_back_to_the_last_bit(values, unit) -> None:
    quantity = u.Quantity(values, unit)
    assert not differences(quantity, round_trip(quantity))


@EXAMPLES
@given(degrees=st.floats(-360, 720), wrap=st.sampled_from([180, 360, 61.5]))
def test_angles_keep_their_class_and_where_they_wrap(degrees: float, wrap: float) -> None:
    longitude = Longitude(degrees * u.deg, wrap_angle=wrap * u.deg)
    assert not differences(longitude, round_trip(longitude))
    assert round_trip(longitude).wrap_angle == wrap * u.deg
    assert not differences(Angle(degrees * u.deg), round_trip(Angle(degrees * u.deg)))


@pytest.mark.parametrize(
    "value", [None, True, 3, -0.0, float("inf"), "ä\n", (1, (2.5, ())), {"a": {"b": 1}}, Path("x")]
)
def test_plain_values_come_back(value: object) -> None:
    assert repr(round_trip(value)) == repr(value)


def round_trip(value: object) -> Any:
    encoder = Encoder()
    text = json.dumps(encoder.encode(value, "at"), allow_nan=False)
    return decode(json.loads(text), encoder.arrays)


@dataclasses.dataclass(frozen=True, kw_only=True)
class StuckValve(ls.Fault):
    """A fault that is not lunarsim's."""

    title = "stuck valve"

    def apply(self, craft: ls.Spacecraft) -> ls.Spacecraft:
        return craft


def test_a_class_that_is_not_lunarsims_is_refused_and_the_old_file_stays(flight, tmp_path) -> None:
    path = tmp_path / "flight.npz"
    path.write_bytes(b"old")
    own = dataclasses.replace(flight, scenario=flight.scenario.with_faults(ls.AccelerometerOff(), StuckValve()))
    with pytest.raises(InputError, match=r"scenario\.faults\.1 is of class StuckValve, which a file of a flight"):
        own.save(path)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("flight.npz", b"old")]


@pytest.mark.parametrize("value", [lambda: 0, object(), Status, np.array([object()]), {1: 2}, b"x", 1j])
def test_what_cannot_be_stored_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(InputError, match=r"^here\.0 is of class"):
        Encoder().encode([value], "here")


def test_a_unit_that_text_cannot_hold_is_refused() -> None:
    with pytest.raises(InputError, match="its unit cannot be stored as text"):
        Encoder().encode(3 * u.def_unit("furlong_of_the_test", 201.168 * u.m), "here")


@pytest.mark.parametrize(
    ("target", "advice"),
    [("absent/flight.npz", "give a file in a folder that exists"), (".", "give another name, or move away the folder")],
)
def test_a_place_that_cannot_be_written_is_named(coast, tmp_path, target, advice) -> None:
    with pytest.raises(OutputError, match=f"the file cannot be written .*: {advice}"):
        coast.save(tmp_path / target)
    assert not list(tmp_path.iterdir())


def test_a_file_whose_writing_fails_leaves_the_old_one_and_nothing_else(tmp_path) -> None:
    path = tmp_path / "flight.npz"
    path.write_text("old", encoding="ascii")
    with pytest.raises(RuntimeError, match="power cut"), written_whole(path) as draft:  # noqa: PT012
        draft.write_text("half of the ne", encoding="ascii")
        raise RuntimeError("power cut")
    assert [(file.name, file.read_text(encoding="ascii")) for file in tmp_path.iterdir()] == [("flight.npz", "old")]


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.npz: the saved flight cannot be read: No such file"):
        Flight.load(tmp_path / "nowhere.npz")


def test_a_foreign_file_is_named_with_what_was_expected(tmp_path) -> None:
    path = tmp_path / "foreign.npz"
    np.savez(path, a=np.arange(3.0))
    for content in (path.read_bytes(), b"", b"PK", b"time,altitude\n0,18\n"):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"foreign\.npz: this is not a saved flight, or it is damaged: expected a"):
            Flight.load(path)


@examples(40)
@given(part=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_refused(coast_file, part: float) -> None:
    content = coast_file.read_bytes()
    cut = coast_file.with_name("cut.npz")
    cut.write_bytes(content[: int(part * len(content))])
    with pytest.raises(DataError, match=r"cut\.npz: this is not a saved flight, or it is damaged"):
        Flight.load(cut)


@examples(300)
@given(part=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found_or_changes_nothing(coast, coast_file, part: float, bit: int) -> None:
    content = bytearray(coast_file.read_bytes())
    content[int(part * len(content))] ^= 1 << bit
    flipped = coast_file.with_name("flipped.npz")
    flipped.write_bytes(content)
    try:
        loaded = Flight.load(flipped)
    except DataError:
        return
    assert not differences(loaded.scenario, coast.scenario)
    np.testing.assert_array_equal(loaded.trajectory.end_y, coast.trajectory.end_y)


def edited(source: Path, target: Path, **members: bytes) -> Path:
    """Copy a saved flight with some members replaced; ``__`` in a name stands for its dots."""
    new = {name.replace("__", "."): content for name, content in members.items()}
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as out:
        for name in {*old.namelist(), *new}:
            out.writestr(name, new.get(name) if name in new else old.read(name))
    return target


def document(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("flight.json"))


def test_a_newer_version_is_refused_with_the_lunarsim_that_wrote_it(coast_file, tmp_path) -> None:
    newer = document(coast_file) | {"version": VERSION + 1, "lunarsim": "9.9"}
    path = edited(coast_file, tmp_path / "newer.npz", flight__json=json.dumps(newer).encode())
    with pytest.raises(
        DataError, match=rf"newer\.npz: .* by lunarsim 9\.9 in version {VERSION + 1} .* up to {VERSION}; update"
    ):
        Flight.load(path)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("tide", True, "Moon.tide_of_tomorrow is not known"),
        ("type", "os.system", "'os.system' is not known"),
        ("third_bodies", ["vulcan"], "third_bodies has 'vulcan'"),
        ("gravity", {"type": "array", "stored": "nowhere"}, "nowhere"),
    ],
)
def test_what_this_lunarsim_cannot_make_is_named(coast_file, tmp_path, key, value, words) -> None:
    changed = document(coast_file)
    changed["flight"]["scenario"]["moon"][key.replace("tide", "tide_of_tomorrow")] = value
    path = edited(coast_file, tmp_path / "changed.npz", flight__json=json.dumps(changed).encode())
    with pytest.raises(DataError, match=r"changed\.npz: ") as caught:
        Flight.load(path)
    assert words in str(caught.value)


def test_a_field_that_an_older_file_lacks_takes_its_default(coast, coast_file, tmp_path) -> None:
    older = document(coast_file)
    del older["flight"]["scenario"]["moon"]["third_bodies"]
    path = edited(coast_file, tmp_path / "older.npz", flight__json=json.dumps(older).encode())
    assert Flight.load(path).scenario.moon.third_bodies == ls.Moon().third_bodies
    assert coast.scenario.moon.third_bodies == ()


class Booby:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_pickle_in_a_file_is_refused_and_not_run(coast_file, tmp_path) -> None:
    sprung = tmp_path / "sprung"
    trap = BytesIO()
    np.save(trap, np.array([Booby(sprung)], dtype=object), allow_pickle=True)
    path = edited(coast_file, tmp_path / "trap.npz", phases__0__segment__series__npy=trap.getvalue())
    with pytest.raises(DataError, match="Object arrays cannot be loaded"):
        Flight.load(path)
    path = edited(coast_file, tmp_path / "trap.npz", flight__json=pickle.dumps(Booby(sprung)))
    with pytest.raises(DataError, match="this is not a saved flight"):
        Flight.load(path)
    assert not sprung.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda ends: ends[::-1], "expected times that increase"),
        (lambda ends: ends[:-1], "expected finite doubles of shape"),
        (lambda ends: ends * np.nan, "expected finite doubles of shape"),
        (lambda ends: ends.astype("f4"), "expected finite doubles of shape"),
        (lambda ends: ends[:1], "at least one step"),
    ],
)
def test_steps_that_make_no_motion_are_refused(coast, coast_file, tmp_path, change, words) -> None:
    member = BytesIO()
    np.save(member, change(coast.trajectory.phases[0].segment.path.ends_s))
    path = edited(coast_file, tmp_path / "wrong.npz", phases__0__segment__step_ends_s__npy=member.getvalue())
    with pytest.raises(DataError, match=words):
        Flight.load(path)


def test_a_data_frame_holds_the_table_with_units_in_its_names(flight) -> None:
    pytest.importorskip("pandas", reason="the extra io is not installed")
    table, frame = flight.to_table(), flight.to_pandas()
    assert frame.index.name == "time_utc"
    np.testing.assert_array_equal(frame["altitude_km"], table["altitude"].to_value(u.km))
    np.testing.assert_array_equal(frame["position_y_m"], table["position"][:, 1].to_value(u.m))
    np.testing.assert_array_equal(frame["velocity_z_mps"], table["velocity"][:, 2].to_value(u.m / u.s))
    np.testing.assert_array_equal(frame["thrust_n"], table["thrust"].to_value(u.N))
    assert len(frame.columns) == len(table.colnames) - 1 + 4  # without the time; two vectors of three
    # the index is rounded to a nanosecond
    errors = Time(frame.index.to_numpy(), scale="utc") - flight.times
    np.testing.assert_allclose(errors.to_value(u.ns), 0.0, rtol=0, atol=0.6)


def test_a_data_frame_shows_a_jump_from_both_sides(flight) -> None:
    pytest.importorskip("pandas", reason="the extra io is not installed")
    frame = flight.to_pandas()
    ignition = frame.loc[utc_ns(flight.burns[0].ignition)]
    assert list(ignition["thrust_n"]) == [0.0, 4200.0]


def test_a_dataset_has_each_time_once_and_rising_with_the_values_after_a_jump(flight) -> None:
    pytest.importorskip("xarray", reason="the extra io is not installed")
    dataset = flight.to_xarray()
    assert dataset.indexes["time"].is_monotonic_increasing
    assert dataset.indexes["time"].is_unique
    assert dataset.sizes["time"] == len(flight.times) - 4  # two ignitions and two cut-offs
    assert dataset.position.dims == ("time", "axis")
    ignition, cutoff = (utc_ns(time) for time in (flight.burns[1].ignition, flight.burns[1].after.epoch))
    assert dataset.thrust.sel(time=ignition) == 2100.0
    assert dataset.thrust.sel(time=cutoff) == 0.0
    for at in dataset.elapsed.values[::50]:
        place = flight.at(time_after(flight.start, at))
        row = dataset.isel(time=int(np.flatnonzero(dataset.elapsed.values == at)[0]))
        # the time since the start goes through a Time: 1e-11 s at 1.7 km/s
        np.testing.assert_allclose(row.position.values, place.position.to_value(u.m), rtol=0, atol=1e-6)


def test_units_of_a_dataset_are_those_of_the_table(flight) -> None:
    pytest.importorskip("xarray", reason="the extra io is not installed")
    table, dataset = flight.to_table(), flight.to_xarray()
    for name in dataset.variables:
        if name in table.colnames and name != "time":
            text = dataset[name].attrs["units"].removesuffix("s_north").removesuffix("s_east")
            assert u.Unit(text) == table[name].unit
            assert dataset[name].attrs["long_name"]


def test_netcdf_holds_the_dataset_with_cf_attributes(flight, tmp_path) -> None:
    pytest.importorskip("xarray", reason="the extra io is not installed")
    path = tmp_path / "flight.nc"
    write_netcdf(flight, path)
    dataset = flight.to_xarray()
    with netcdf_file(path, mmap=False) as file:  # scipy's reader knows nothing of xarray
        assert file.Conventions == b"CF-1.11"
        assert file.variables["latitude"].units == b"degrees_north"
        assert file.variables["latitude"].standard_name == b"latitude"
        assert file.variables["velocity"].units == b"m s-1"
        assert file.variables["velocity"].dimensions == ("time", "axis")
        assert b"latitude" in file.variables["altitude"].coordinates
        assert file.variables[file.variables["altitude"].grid_mapping.decode()].semi_major_axis == 1_737_400.0
        time = file.variables["time"]
        assert time.units.decode() == "seconds since 2023-08-19T10:00:00"
        assert time.standard_name == b"time"
        # the start is 0.123456789 s after that; times are rounded to a nanosecond
        elapsed_utc = (flight.times - flight.start).to_value(u.s)
        kept = np.append(np.diff(elapsed_utc) > 0, True)
        np.testing.assert_allclose(time[:] - 0.123456789, elapsed_utc[kept], rtol=0, atol=0.6e-9)
        np.testing.assert_array_equal(file.variables["position"][:], dataset.position.values)


def test_xarray_reads_its_netcdf_back(flight, tmp_path) -> None:
    xarray = pytest.importorskip("xarray", reason="the extra io is not installed")
    write_netcdf(flight, tmp_path / "flight.nc")
    with xarray.open_dataset(tmp_path / "flight.nc", engine="scipy") as back:
        dataset = flight.to_xarray()
        # seconds as doubles resolve 2e-13 s here; xarray cuts them to nanoseconds
        assert np.all(np.abs(back.time.values - dataset.time.values) <= np.timedelta64(1, "ns"))
        for name in ("position", "latitude", "mass", "thrust"):
            np.testing.assert_array_equal(back[name].values, dataset[name].values)
        assert back.attrs["title"] == flight.scenario.title


def test_csv_is_read_back_exactly_with_units_and_scale_in_its_header(flight, tmp_path) -> None:
    path = tmp_path / "flight.csv"
    write_csv(flight, path)
    table = flight.to_table()
    rows = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8", deletechars="")
    assert rows.dtype.names[:3] == ("time_utc", "elapsed_s", "position_x_m")
    assert len(rows) == len(table)
    np.testing.assert_array_equal(rows["flight_path_angle_deg"], table["flight_path_angle"].to_value(u.deg))
    np.testing.assert_array_equal(rows["mass_kg"], table["mass"].to_value(u.kg))
    assert rows["time_utc"][0] == "2023-08-19T10:00:00.123456789Z"
    errors = Time([text.removesuffix("Z") for text in rows["time_utc"]], scale="utc") - table["time"]
    np.testing.assert_allclose(errors.to_value(u.ns), 0.0, rtol=0, atol=0.6)  # rounded to a nanosecond


def test_a_coast_has_no_column_of_mass(coast, tmp_path) -> None:
    write_csv(coast, tmp_path / "coast.csv")
    assert "mass" not in (tmp_path / "coast.csv").read_text(encoding="utf-8").splitlines()[0]


def test_a_table_that_cannot_be_written_is_named(coast, tmp_path) -> None:
    with pytest.raises(OutputError, match=r"absent.*the file cannot be written"):
        write_csv(coast, tmp_path / "absent" / "coast.csv")
    assert not list(tmp_path.iterdir())


def test_times_in_a_leap_second_have_a_place() -> None:
    times = Time(["2016-12-31T23:59:59.5", "2016-12-31T23:59:60.25", "2017-01-01T00:00:01"], scale="utc")
    expected = ["2016-12-31T23:59:59.5", "2017-01-01T00:00:00.25", "2017-01-01T00:00:01"]
    np.testing.assert_array_equal(utc_ns(times), np.array(expected, dtype="datetime64[ns]"))


@pytest.mark.parametrize(("package", "method"), [("pandas", "to_pandas"), ("xarray", "to_xarray")])
def test_a_package_that_is_not_installed_is_named_with_how_to_get_it(coast, monkeypatch, package, method) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as where it is not installed
    with pytest.raises(LunarsimError, match=rf'{package} is not installed, .* pip install "lunarsim\[io\]"'):
        getattr(coast, method)()
