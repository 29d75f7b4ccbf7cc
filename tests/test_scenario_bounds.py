"""No number of a scenario file is believed that no lunar flight can have."""

import re
import tomllib
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import lunarsim as ls
from lunarsim.io.scenario_file.file import scenario_from_document

#: Burns from an orbit, and a powered descent from an approach.
NAMES = ("luna25", "chandrayaan3")
_QUANTITY = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?(?= [a-zA-Z])")

#: Keys that no named scenario has, by the table that may hold them.
MORE: dict[str, dict[Any, Any]] = {
    "luna25": {
        ("plan", 0): {"throttle": 0.9, "pitch_error": "1 deg", "yaw_error": "1 deg"},
        ("craft",): {"radiation_area": "10 m2", "radiation_coefficient": 1.2},
        ("craft", "accelerometer"): {
            "scale_factor": 1.0,
            "bias": "1e-3 m/s2",
            "bias_x": "1e-3 m/s2",
            "bias_y": "1e-3 m/s2",
            "rate": "50 Hz",
            **dict.fromkeys(("misalignment_x", "misalignment_y", "misalignment_z"), "0.1 deg"),
            "velocity_random_walk": "1e-3 m / s(3/2)",
            "saturation": "20 m/s2",
            "quantum": "1e-3 m/s",
            "latency": "0.01 s",
        },
        ("craft", "engine"): {"thrust_error": 0.01},
    },
    "chandrayaan3": {
        ("plan", -1): {
            "slew_rate": "5 deg/s",
            "max_tilt": "170 deg",
            "glide_slope": "5 deg",
            "field_of_view": ["10 deg", "120 deg"],
            "hazard_detection": {"radius": "20 m", "slope": "5 deg", "footprint": "2 m", "step": "1 m"},
        },
        ("plan", -2): {"divert": {"downrange": "1 m", "crossrange": "1 m"}},
        ("craft", "engine"): {"throttle_rate": "0.5 / s"},
        ("craft", "gyro"): {
            **dict.fromkeys(("bias_x", "bias_y", "bias_z"), "0.1 deg/h"),
            **dict.fromkeys(("misalignment_x", "misalignment_y", "misalignment_z"), "0.1 deg"),
            "scale_factor": 1.0,
            "angle_random_walk": "0.01 deg / h(1/2)",
            "saturation": "10 deg/s",
            "rate": "50 Hz",
            "quantum": "1e-3 deg",
            "latency": "0.01 s",
        },
        ("craft", "star_tracker"): {
            **dict.fromkeys(("boresight_angle", "azimuth", "sun_exclusion", "limb_exclusion"), "20 deg"),
            "cross_axis_noise": "5 arcsec",
            "roll_noise": "30 arcsec",
            "rate": "2 Hz",
        },
        ("craft", "altimeter"): {
            **dict.fromkeys(("off_nadir", "azimuth", "beam_width"), "1 deg"),
            "min_range": "5 m",
            "max_range": "8 km",
            "noise": "1 m",
            "noise_share": 1e-3,
            "bias": "1 m",
            "scale_factor": 1.0,
            "dropout_probability": 0.01,
            "false_lock_probability": 0.01,
            "false_lock_offset": "100 m",
            "false_lock_from": "10 s",
            "rate": "10 Hz",
        },
        ("craft", "velocimeter"): {
            "beams": 3,
            "cone_angle": "20 deg",
            "azimuth": "45 deg",
            "min_range": "5 m",
            "max_range": "4 km",
            "noise": "0.1 m/s",
            "bias": "0.1 m/s",
            "scale_factor": 1.0,
            "ambiguity_velocity": "100 m/s",
            "dropout_probability": 0.01,
            "rate": "10 Hz",
        },
        ("craft", "touchdown_switch"): {
            "probe_length": "1.7 m",
            "miss_probability": 0.01,
            "spurious_probability": 0.01,
            "spurious_from": "10 s",
            "rate": "10 Hz",
        },
        ("craft", "gear"): {"turn_rate": "3 deg/s", "crash_speed": "20 m/s"},
        ("craft", "navigation"): {
            **dict.fromkeys(("downrange", "crossrange", "altitude", "position_noise", "altitude_noise"), "1 m"),
            **dict.fromkeys(("downrange_rate", "crossrange_rate", "altitude_rate", "velocity_noise"), "0.1 m/s"),
            "altitude_scale": 0.01,
            "mass": "1 kg",
            "seed": 1,
        },
    },
}


def document_of(name):
    document = tomllib.loads((files("lunarsim.scenarios") / f"{name}.toml").read_text(encoding="utf-8"))
    for at, options in MORE.get(name, {}).items():
        table = document
        for part in at:
            table = table[part] if isinstance(part, int) else table.setdefault(part, {})
        table.update({key: value for key, value in options.items() if key not in table})
    return document


def numbers_in(node, at=()):
    """Yield where in a document a number stands, as text or by itself."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key not in {"name", "cause", "note", "sources", "title", "remark", "label", "url", "script"}:
                yield from numbers_in(child, (*at, key))
    elif isinstance(node, list):
        for i, child in enumerate(node):
            yield from numbers_in(child, (*at, i))
    elif (isinstance(node, int | float) and not isinstance(node, bool)) or (
        isinstance(node, str) and (at[-1] != "epoch" and _QUANTITY.search(node) and not re.match(r"\d{4}-", node))
    ):
        yield at


def with_number(document, at, number):
    """Return the document with another number at a place; a unit and words around it stay."""
    changed = deepcopy(document)
    *path, last = at
    node = changed
    for part in path:
        node = node[part]
    node[last] = _QUANTITY.sub(number, node[last]) if isinstance(node[last], str) else float(number)
    return changed


def complaint(document):
    try:
        scenario_from_document(document, Path("file.toml"))
    except ls.ScenarioError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module", params=NAMES)
def document(request):
    document = document_of(request.param)
    assert complaint(document) == ""
    return document


def keys_of(document):
    """Return where each key stands for the first time, and everywhere else."""
    first = {}
    places = list(numbers_in(document))
    for at in places:
        first.setdefault(tuple(part for part in at if not isinstance(part, int)), at)
    return list(first.values()), places


def believed(document, places, number):
    """Return the places at which a number is taken, or refused without its key."""
    found = []
    for at in places:
        key = next(str(part) for part in reversed(at) if part != "value" and not isinstance(part, int))
        words = complaint(with_number(document, at, number))
        if not re.search(rf"^file.toml: .*\b{key}", words):
            found.append((at, words))
    return found


def test_no_number_of_a_scenario_file_may_be_endless(document):
    keys, places = keys_of(document)
    assert len(keys) > 30
    assert len(places) > 80
    half = len(keys) // 2
    assert believed(document, keys[:half], "1e300") == []
    assert believed(document, keys[half:], "-1e300") == []


@pytest.mark.slow
@pytest.mark.parametrize("number", ["1e300", "-1e300", "1e25", "-1e25"])
def test_no_number_of_a_scenario_file_may_be_huge(document, number):
    assert believed(document, keys_of(document)[1], number) == []


@pytest.mark.slow
def test_a_number_next_to_nothing_is_taken_or_named(document):
    for at in numbers_in(document):
        words = complaint(with_number(document, at, "1e-300"))
        assert words == "" or words.startswith("file.toml: ")


@pytest.mark.parametrize(
    ("name", "at", "number"),
    [
        ("apollo11", ("approach", "range_to_go"), "-1e30"),
        ("apollo11", ("approach", "flight_path_angle"), "1e300"),
        ("apollo11", ("approach", "flight_path_angle"), "90.1"),
        ("apollo11", ("approach", "speed"), "2.7e8"),
        ("apollo11", ("moon", "surface_elevation"), "-1737399"),
        ("apollo11", ("plan", 1, "cycle_time"), "1e308"),
        ("apollo11", ("craft", "engine", "specific_impulse"), "1e-300"),
        ("apollo11", ("craft", "dry_mass"), "1e-300"),
        ("luna25", ("dispersions", 2, "sigma"), "1e308"),
    ],
)
def test_nonsense_is_refused_with_its_key(name, at, number):
    document = document_of(name)
    node = document
    for part in at:
        node = node[part]
    where = (*at, "value") if isinstance(node, dict) else at
    words = complaint(with_number(document, where, number))
    assert words.startswith("file.toml: ")
    assert f"{at[-1]} = " in words
    assert "expected" in words
