"""Scenario files that are damaged, hostile or from another editor: read, or refused in words, in bounded time."""

import random
import re
import time
import warnings
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import mutated
from repetitions import repeated

import lunarsim as ls
from lunarsim.errors import LunarsimError
from lunarsim.io.scenario_file.dispersion_file import read_empirical

COAST = """
name = "test"
[orbit]
epoch = "2023-08-19T11:10:00 UTC"
perilune = "80 km"
apolune = "105 km"
inclination = "82 deg"
node_longitude = "229 deg"
argument_of_perilune = "0 deg"
true_anomaly = "90 deg"
[moon]
gravity_degree = 2
[[plan]]
type = "coast"
duration = "2 h"
"""
LANDING = """
name = "landing"
landing_site = "goal"
[approach]
epoch = "2023-08-19T11:10:00 UTC"
azimuth = "10 deg"
range_to_go = "400 km"
altitude = "15 km"
speed = "1680 m/s"
[craft]
dry_mass = "800 kg"
propellant_mass = "546 kg"
[craft.engine]
thrust = "4.2 kN"
specific_impulse = "315 s"
[[plan]]
type = "guided"
name = "braking"
guidance = { law = "E-guidance", time_to_go = "400 s" }
max_duration = "500 s"
[sites.goal]
latitude = "0 deg"
longitude = "0 deg"
"""
SECONDS = 1.0  # of processor time that a file may cost
VALUE = re.compile(r"(?m)^(\s*[\w.\"-]+\s*=\s*)(.+)$")
WRONG_VALUES = (
    *(
        "[]",
        "{}",
        '["x"]',
        "[[]]",
        "[{}]",
        "{ a = 1 }",
        "{ value = {}, status = 'assumed', note = 'x' }",
        "{ value = 1 }",
    ),
    *("0", "-1", "1.5", "1e300", "-1e20", "inf", "nan", "true", "9" * 18, "9" * 400, "9" * 5000, "0x" + "f" * 9000),
    *('""', '"x"', '"1"', '"-1e20 m"', '"1e400 s"', '"nan kg"', '"1 mag"', '"1 m,s"', '"5 s"', '"1e308 m/s"'),
    *("2023-08-19", "2023-08-19T11:10:00Z", "11:00:00", '"9999-12-31T23:59:59 UTC"', '"0001-01-01T00:00:00 TDB"'),
    *(
        '"' + "a" * 5000 + '"',
        '"\\u001b[31m"',
        '"a\\nb"',
        '"../x"',
        '"altitude below 1 km"',
        '"time to go below nan s"',
    ),
    *("[" * 1500 + "]" * 1500, "{a=" * 1500 + "1" + "}" * 1500, "{ law = ['x'] }", "{ law = 'bang-bang' }"),
)


def catalogue(name):
    return (resources.files("lunarsim.scenarios") / f"{name}.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """Read one campaign, so that no file is charged for what is imported or compiled at the first."""
    ls.load_campaign("luna25-landing")


def refusal(tmp_path, text):
    path = tmp_path / "case.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ls.ScenarioError) as caught:
        ls.load_scenario(path)
    words = str(caught.value)
    assert words.startswith(f"{path}: ")
    assert len(words) <= 4000
    return words.removeprefix(f"{path}: ")


def findings(path, load, texts):
    """Return what came otherwise than well or as an error of the package, or took long."""
    found = []
    for text in texts:
        path.write_bytes(text)
        begin = time.process_time()
        try:
            load(path)
        except LunarsimError as error:
            if not 0 < len(str(error)) <= 4000:
                found.append((text, len(str(error))))
        except Exception as error:
            found.append((text, error))
        if time.process_time() - begin > SECONDS:
            found.append((text, "slow"))
    return found


def test_a_file_from_windows_with_its_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "notepad.toml"
    path.write_bytes(COAST.replace("\n", "\r\n").encode("utf-8-sig"))
    assert ls.load_scenario(path).name == "test"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-16", "the file is written in UTF-16: save it as UTF-8"),
        ("utf-16-le", "line 2 holds a NUL, so this is UTF-16 or no text at all: save it as UTF-8"),
        ("utf-32", "the file is written in UTF-32: save it as UTF-8"),
        ("latin-1", "line 2 is not UTF-8 (byte 0xe9): save it as UTF-8"),
    ],
)
def test_another_encoding_is_told_by_its_name_and_how_to_save_the_file(tmp_path, encoding, words):
    assert refusal(tmp_path, COAST.replace("test", "caf\u00e9").encode(encoding)).startswith(words)


@pytest.mark.parametrize("opening", ["[", "{a=", '{"a"='])
def test_tables_that_lie_a_thousand_deep_are_refused(tmp_path, opening):
    closing = "]" if opening == "[" else "}"
    for deep in (40, 1500):
        text = f"{COAST}x = {opening * deep}1{closing * deep}\n".replace('{"a"=1', "{a=1")
        assert "more than 32 deep" in refusal(tmp_path, text)


def test_whole_numbers_of_hundreds_and_thousands_of_digits_are_refused_with_where_they_end(tmp_path):
    words = refusal(tmp_path, COAST.replace("gravity_degree = 2", f"gravity_degree = {'9' * 400}"))
    assert words.startswith("moon.gravity_degree = 999")
    assert "TOML's whole numbers end at 9223372036854775807" in words
    words = refusal(tmp_path, COAST.replace("gravity_degree = 2", f"gravity_degree = {'9' * 5000}"))
    assert "a whole number has thousands of digits" in words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (r"a\nb", "cannot name a folder of results: write a plain word"),
        (r"a\tb", "cannot name a folder of results: write a plain word"),
        (r"\u001b[31mred", r"'\x1b[31mred' holds a control character"),
        (r"a\u0000b", r"'a\x00b' holds a control character"),
        (r"a\u202eb", r"'a\u202eb' holds a control character"),
        ("x" * 300, "has 300 characters, and names a folder of results: expected at most 60"),
        ("lander.", "cannot name a folder of results"),
    ],
)
def test_a_name_that_would_harm_a_folder_or_a_terminal_is_refused(tmp_path, name, words):
    told = refusal(tmp_path, COAST.replace('"test"', f'"{name}"'))
    assert words in told
    assert told.isprintable()


@pytest.mark.parametrize("key", ["title", "remark"])
def test_control_characters_are_refused_in_every_text_and_lines_in_none_that_may_have_them(tmp_path, key):
    assert f"{key} = " in refusal(tmp_path, f'{key} = "a\\u001b]0;b\\u0007"\n{COAST}')
    path = tmp_path / "lines.toml"
    path.write_text(f'{key} = "two\\nlines"\n{COAST}')
    assert getattr(ls.load_scenario(path), key) == "two\nlines"


def test_a_guidance_law_that_is_no_word_or_is_missing_is_answered_with_those_that_there_are(tmp_path):
    words = refusal(tmp_path, LANDING.replace('law = "E-guidance"', 'law = ["x"]'))
    assert words.startswith("plan.0.guidance.law = ['x']: known: attitude hold, bang-bang, ")
    words = refusal(tmp_path, LANDING.replace('law = "E-guidance", ', ""))
    assert words.startswith("plan.0.guidance.law: this key is missing: known: attitude hold, bang-bang, ")


def test_a_wrong_key_of_a_guidance_law_is_answered_with_all_keys_of_the_law(tmp_path):
    words = refusal(tmp_path, LANDING.replace('law = "E-guidance"', 'law = "E-guidance", rate = "1 m/s"'))
    assert words.startswith("plan.0.guidance.rate: E-guidance has no such parameter: ")
    known = words.partition("known: ")[2].split(", ")
    assert {"frame", "time_to_go", "target_altitude", "target_altitude_rate", "lead_time"} <= set(known)


@pytest.mark.parametrize(
    ("law", "words"),
    [
        ('law = "linear pitch", shape = {}', "shape = {}: expected 'linear' or 'linear tangent'"),
        ('law = "linear pitch", shape = []', "shape = []: expected 'linear' or 'linear tangent'"),
        ('law = "linear pitch", throttle = -1e20', "throttle = -1e+20: expected"),
        ('law = "engine off", attitude = {}', "attitude = {}: expected"),
        ('law = "E-guidance", time_to_go = "1 min", frame = []', "frame = []: expected 'level'"),
    ],
)
def test_a_value_of_a_guidance_law_of_another_kind_is_refused(tmp_path, law, words):
    told = refusal(tmp_path, LANDING.replace('law = "E-guidance", time_to_go = "400 s"', law))
    assert told.startswith("plan.0.guidance: ")
    assert words in told


def test_a_landing_site_that_is_not_named_is_asked_for_with_the_sites_that_there_are(tmp_path):
    words = refusal(tmp_path, LANDING.replace('landing_site = "goal"\n', ""))
    assert words.startswith("[landing_site] landing_site is missing, and [sites] has ['goal']: say which is the target")
    assert 'landing_site = "goal" above the first [table]' in words


def test_a_key_of_the_whole_file_within_a_table_is_told_its_place(tmp_path):
    words = refusal(tmp_path, COAST.replace("[orbit]", '[orbit]\ntitle = "x"'))
    assert "orbit.title: there is no such key; 'title' belongs to the whole file: write it above the first [t" in words


def test_a_file_with_thousands_of_mistakes_is_answered_in_some_lines(tmp_path):
    words = refusal(tmp_path, "".join(f"key{i} = 1\n" for i in range(20_000)) + COAST)
    assert words.count("\n") < 20
    assert "more" in words.splitlines()[-1]


@pytest.mark.parametrize(
    "text",
    [
        ".".join("a" * 50_000) + " = 1\n",
        "[" + ".".join("a" * 50_000) + "]\n",
        f"{COAST}published = {{ a = '{'1' * 100_000}x m' }}\n",
        "#" * 2_000_000,
        f"x = '''{'y' * 900_000}'''\n",
    ],
    ids=["a dotted key", "a dotted table", "digits", "a large file", "a long text"],
)
def test_a_file_that_would_cost_much_is_refused_in_a_second(tmp_path, text):
    begin = time.process_time()
    refusal(tmp_path, text)
    assert time.process_time() - begin < SECONDS


@pytest.mark.filterwarnings("ignore")
@given(
    name=st.sampled_from(["luna25", "luna25-landing", "apollo11"]),
    where=st.floats(0.0, 1.0, exclude_max=True),
    value=st.sampled_from(WRONG_VALUES),
)
def test_a_value_of_any_other_kind_in_any_place_is_read_or_refused_in_words(tmp_path_factory, name, where, value):
    text = catalogue(name)
    places = list(VALUE.finditer(text))
    place = places[int(where * len(places))]
    changed = text[: place.start()] + place[1] + value + text[place.end() :]
    path = tmp_path_factory.getbasetemp() / "changed.toml"
    assert findings(path, ls.load_campaign, [changed.encode()]) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("load", [ls.load_scenario, ls.load_campaign])
@repeated(50, 200)
def test_damaged_scenario_files_are_read_or_refused_in_words(tmp_path, load, count):
    originals = [catalogue(name).encode() for name in ("luna25", "luna25-landing")]
    damaged = (mutated(originals[i % 2], random.Random(i)) for i in range(count))
    load("luna25")  # what is imported with the first file is not what a file costs
    assert findings(tmp_path / "damaged.toml", load, damaged) == []


@repeated(75, 300)
def test_damaged_tables_of_measured_values_are_read_or_refused_in_words(tmp_path, count):
    table = b"craft.engine.thrust [N],craft.engine.specific_impulse [s]\n4200,310\n4180.5,311\n4.21e3,309.5\n"
    damaged = (mutated(table, random.Random(i)) for i in range(count))
    assert findings(tmp_path / "damaged.csv", read_empirical, damaged) == []


# --- values of the wrong shape ---


def told(folder, text, read=ls.load_scenario):
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ls.ScenarioError) as error:
        read(path)
    return str(error.value).removeprefix(f"{path}: ")


WITHOUT_PLAN = COAST.partition("[[plan]]")[0]


@pytest.mark.parametrize(
    "value", ['"x"', "5", "true", '["x"]', "[5, 6]", "2023-08-19", '{ type = "accelerometer off" }']
)
@pytest.mark.parametrize("key", ["faults", "dispersions", "profile", "plan"])
def test_a_value_where_a_list_of_tables_belongs_is_told_how_the_tables_are_written(tmp_path, key, value):
    text = told(tmp_path, f"{key} = {value}\n" + (WITHOUT_PLAN if key == "plan" else COAST))
    assert f"under [[{key}]]" in text
    for of_python in ("dictionary", "instance", "Table", "datetime", "input should", 'such as ["'):
        assert of_python not in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (COAST + '[[sites]]\ntitle = "x"', "expected tables with names of their own, such as [sites.NAME]"),
        (COAST + '[[sources]]\ntitle = "x"', "expected tables with names of their own, such as [sources.NAME]"),
        (COAST + '[sites]\nhere = "x"', "sites.here = 'x': expected one table, under [sites.here]"),
        (COAST.replace("[orbit]", "[[orbit]]"), "expected one table, under [orbit]"),
        (COAST.replace("[moon]", "[[moon]]"), "expected one table, under [moon]"),
        ("published = 5\n" + COAST, "published = 5: expected one table, under [published]"),
        (LANDING.replace("[craft.engine]", "[[craft.engine]]"), "expected one table, under [craft.engine]"),
        (LANDING.replace('{ law = "E-guidance", time_to_go = "400 s" }', '"E-guidance"'),
         "plan.0.guidance = 'E-guidance': expected one table, under [plan.guidance]"),
    ],
)  # fmt: skip
def test_a_value_where_one_table_belongs_is_told_how_it_is_written(tmp_path, text, words):
    assert words in told(tmp_path, text)


@pytest.mark.parametrize("value", ["2023-08-19T11:10:00", "2023-08-19T11:10:00+00:00", "2023-08-19", "11:10:00"])
def test_a_date_of_toml_is_quoted_as_it_is_written(tmp_path, value):
    text = told(tmp_path, COAST.replace('"2023-08-19T11:10:00 UTC"', value))
    assert text.startswith(f"orbit.epoch: {value} is not a time with its scale: write e.g. '2023-08-19T11:10:00 UTC'")
    text = told(tmp_path, COAST.replace('"80 km"', value))
    assert text.startswith(f"orbit.perilune: {value} has no unit")


@pytest.mark.parametrize("written", ["1e308 N", "1e305 kN", "2e300 MN"])
@pytest.mark.parametrize(
    "table", ['distribution = "normal"\nsigma = "{}"', 'distribution = "uniform"\nlow = "1 kN"\nhigh = "{}"']
)
def test_a_value_of_a_dispersion_is_quoted_as_it_is_written(tmp_path, table, written):
    dispersed = f'\n[[dispersions]]\npath = "craft.engine.thrust"\n{table.format(written)}\n'
    number, unit = written.split()
    assert re.search(
        rf"(sigma|high) = {float(number)} {unit} is beyond".replace("+", r"\+"), told(tmp_path, LANDING + dispersed)
    )


@pytest.mark.parametrize("epoch", ["2100-01-01T00:00:00 UTC", "1850-01-01T00:00:00 UTC", "2049-06-01T00:00:00 UTC"])
def test_a_far_epoch_of_a_file_is_read_or_refused_without_a_warning_of_leap_seconds(tmp_path, epoch):
    path = tmp_path / "scenario.toml"
    path.write_text(COAST.replace("2023-08-19T11:10:00 UTC", epoch), encoding="utf-8")
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        if epoch.startswith("2049"):
            ls.load_scenario(path)
        else:
            with pytest.raises(ls.ScenarioError, match=r"\[orbit\] the epoch is .*is known from 1899-12-28 to 2051"):
                ls.load_scenario(path)
    assert raised == []
