"""The page of flights: what it holds, that it loads nothing, and that a text of the user is text."""

from __future__ import annotations

import json
import re
import stat
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import burn_example
import landing_example
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

import lunarsim as ls
from lunarsim.io import flight_summary
from lunarsim.mission.provenance import Provenance, Source, Status
from lunarsim.pages import burn_times, histories, numbers_tables
from lunarsim.pages.headline import what_happened
from lunarsim.pages.rendering import with_minus_signs
from lunarsim.plots.style import style

DAY = Time("2026-11-29")
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
VOID = {"meta", "link", "br", "input", "img", "hr"}


class Parsed(HTMLParser):
    """A page: its elements, that each is closed, its texts, the JSON within it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append((self.elements[-1][1], text))
        elif text.strip():
            self.texts.append(text.strip())

    def json(self, name: str) -> Any:
        """Return what a script element of JSON holds."""
        return next(json.loads(text) for attributes, text in self.scripts if attributes.get("id") == name)

    def value(self, key: str) -> float:
        """Return the number that stands under a key."""
        return next(float(a["value"] or "") for tag, a in self.elements if tag == "data" and a["data-key"] == key)


@pytest.fixture(scope="module")
def flights() -> dict[str, ls.Flight]:
    scenario = burn_example.scenario()
    return {"planned": ls.simulate(scenario.without_faults()), "flown": ls.simulate(scenario)}


@pytest.fixture(scope="module")
def landing() -> ls.Flight:
    return ls.simulate(landing_example.landing())


@pytest.fixture(scope="module")
def page(flights: dict[str, ls.Flight], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    assert ls.report(flights, path, date=DAY, burn_times=[84, 100, 127] * u.s) == path
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parsed(page: str) -> Parsed:
    return Parsed(page)


def written(told: Any, folder: Path, **options: Any) -> Parsed:
    path = ls.report(told, folder / "page.html", date=DAY, **options)
    return Parsed(path.read_text(encoding="utf-8"))


def test_a_page_is_one_document_whose_elements_are_closed(page: str, parsed: Parsed) -> None:
    assert page.startswith("<!DOCTYPE html>")
    assert parsed.open == []
    ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_page_loads_nothing_and_its_policy_forbids_it(page: str, parsed: Parsed) -> None:
    for tag, attributes in parsed.elements:
        for name in ("src", "srcset", "href", "data", "action", "poster", "xlink:href"):
            address = attributes.get(name)
            if address is not None and tag != "a":
                assert address.startswith("data:"), f"<{tag} {name}={address[:60]}> is loaded"
    policy = next(a["content"] for tag, a in parsed.elements if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "@import" not in page
    assert "url(" not in page.replace("url(#${clip})", "")


def test_each_link_within_a_page_leads_somewhere(parsed: Parsed) -> None:
    ids = {attributes.get("id") for _, attributes in parsed.elements}
    inner = [a["href"] for tag, a in parsed.elements if tag == "a" and (a["href"] or "").startswith("#")]
    assert inner
    assert all(link[1:] in ids for link in inner if link)


def test_a_page_begins_with_a_sentence_and_goes_on_with_what_the_command_line_says(
    flights: dict[str, ls.Flight], parsed: Parsed
) -> None:
    told = with_minus_signs(what_happened(flights["flown"], flights["planned"]))
    after_title = parsed.texts.index("lander", parsed.texts.index("Skip to the content")) + 1
    lead, details = parsed.texts[after_title : after_title + 2]
    assert lead.startswith("Impact at 2023-08-19")
    assert lead.count(". ") == 0
    assert lead.removeprefix("Impact").removesuffix(".") in told
    for sentence in details.removesuffix(".").split(". "):
        assert sentence.removeprefix("Crater: ") in told
    assert "The plan was" not in lead
    assert len(lead) + len(details) == pytest.approx(len(told), abs=20)  # nothing is left out


def test_a_page_has_one_sign_for_minus_and_dates_keep_their_hyphens(
    flights: dict[str, ls.Flight], parsed: Parsed
) -> None:
    shown = [text for text in parsed.texts if not text.startswith(":root")]  # the style
    assert not [text for text in shown if re.search(r"(?<![\w.])-\d", text)]
    assert "\N{MINUS SIGN}1." in " ".join(shown)  # the flight-path angle of the impact
    assert with_minus_signs("2023-08-19, -1.3 deg, delta-v of (-5 to -.5)") == (
        "2023-08-19, \N{MINUS SIGN}1.3 deg, delta-v of (\N{MINUS SIGN}5 to -.5)"
    )


def test_one_number_has_as_many_digits_wherever_a_page_says_it(
    flights: dict[str, ls.Flight], parsed: Parsed, tmp_path: Path
) -> None:
    flown = flights["flown"]
    certificate = Provenance(value="264.78 N", status=Status.INFERRED, interval=("48 N", "456 N"), note="fitted")
    known = replace(flown, scenario=replace(flown.scenario, provenance={"craft.engine.thrust": certificate}))
    assert [panel["title"] for panel in parsed.json("data")["panels"]][3] == "Throttle, of 265 N"
    assert certificate.rounded == "260 N"
    panels = written(known, tmp_path, burn_times=[] * u.s).json("data")["panels"]
    assert panels[3]["title"] == "Throttle, of 260 N"
    # below a kilometre the first sentence has metres, and so has the table
    crater = flown.scenario.sites["crater"]
    metres = float(flown.outcome.distance_to(crater).to_value(u.m))
    table = numbers_tables.outcomes({"flown": flight_summary(flown)}, {"flown": 2})
    text = next(row.cells[0].text for row in table.rows if row.title.startswith("distance from the crater"))
    assert round(1e3 * float(text)) == round(metres)


def test_where_the_cursor_begins_off_the_map_the_readout_says_so(parsed: Parsed) -> None:
    data = parsed.json("data")
    flown, shown = data["flights"][1], data["map"]
    at_cut_off = np.interp(data["cursor_s"], flown["t"], flown["lat"])
    assert not shown["south"] <= at_cut_off <= shown["north"]
    assert '", outside this map"' in parsed.scripts[-1][1]


def test_the_keys_of_the_cursor_belong_to_the_slider_and_the_panels(parsed: Parsed) -> None:
    (panels,) = (a for _, a in parsed.elements if a.get("id") == "panels")
    assert panels["tabindex"] == "0"
    script = parsed.scripts[-1][1]
    assert 'for (const place of [by("time"), by("panels")]) place.addEventListener("keydown"' in script
    # nothing listens to the keys of the whole page: there Home and End scroll
    assert not re.findall(r"(?:^|[^.\w])addEventListener\(\"key|(?:document|window)\.addEventListener\(\"key", script)


def test_the_numbers_of_the_tables_are_those_of_the_json(flights: dict[str, ls.Flight], parsed: Parsed) -> None:
    expected = {name: flight_summary(flight) for name, flight in flights.items()}
    assert parsed.json("summary") == {"scenario": "lander", **json.loads(json.dumps(expected))}
    cells = [a for tag, a in parsed.elements if tag == "data"]
    assert len(cells) > 15
    for each in cells:
        value: Any = expected
        for part in (each["data-key"] or "").split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        assert float(each["value"] or "") == value
    assert parsed.value("flown.burns.0.duration_s") == pytest.approx(127.0)


def test_the_panels_hold_what_was_true_estimated_and_commanded(flights: dict[str, ls.Flight], parsed: Parsed) -> None:
    flown = parsed.json("data")["flights"][1]
    time_s, lines = np.array(flown["t"]), flown["lines"]
    after = time_s > 127.0
    assert np.array(lines["delta_v"]["true"])[after] == pytest.approx(
        float(flights["flown"].burns[0].delta_v.to_value(u.m / u.s)), abs=1e-3
    )
    assert not np.any(lines["delta_v"]["estimated"])  # the accelerometer is off
    during = (time_s >= 0.0) & (time_s <= 127.0)
    commanded = np.array(lines["delta_v"]["commanded"], dtype=float)
    assert commanded[during] == pytest.approx(16.5684, abs=1e-3)
    assert np.isnan(commanded[after]).all()
    assert set(np.unique(lines["throttle"]["true"])) == {0.0, 100.0}


def test_between_samples_a_page_is_as_close_to_the_flight_as_it_is_read(flights: dict[str, ls.Flight]) -> None:
    flight = flights["flown"]
    sampled = histories.Sampled.of(flight)
    middle = 0.5 * (sampled.time_s[1:] + sampled.time_s[:-1])
    drawn = np.interp(middle, sampled.time_s, sampled.state(flight).altitude.to_value(u.m))
    apart = drawn - flight.at(flight.start + middle * u.s).altitude.to_value(u.m)
    assert np.abs(apart).max() < 5.0  # m: a pixel of a panel is a kilometre
    assert np.abs(apart[middle > flight.trajectory.end_s - 300.0]).max() < 0.5


def test_the_track_and_the_path_in_space_end_where_the_flight_did(
    flights: dict[str, ls.Flight], parsed: Parsed
) -> None:
    flown, outcome = parsed.json("data")["flights"][1], flights["flown"].outcome
    assert flown["lat"][-1] == pytest.approx(outcome.latitude.deg, abs=1e-5)
    assert flown["lon"][-1] == pytest.approx(outcome.longitude.deg, abs=1e-5)
    x, y, z = (flown[axis][-1] for axis in "xyz")
    assert np.degrees(np.arctan2(z, np.hypot(x, y))) == pytest.approx(outcome.latitude.deg, abs=1e-4)
    assert np.degrees(np.arctan2(y, x)) == pytest.approx(outcome.longitude.deg, abs=1e-4)


def test_the_slider_answers_as_flights_of_those_burns_do(flights: dict[str, ls.Flight], parsed: Parsed) -> None:
    rows = {row["duration_s"]: row for row in parsed.json("data")["burn_times"]["rows"]}
    assert list(rows) == [84.0, 100.0, 127.0]
    assert rows[84.0]["impact"] is None
    planned = flights["planned"].burns[0].after
    assert rows[84.0]["perilune_km"] == pytest.approx(planned.perilune.to_value(u.km), abs=0.05)
    impact = rows[127.0]["impact"]
    assert impact["latitude_deg"] == pytest.approx(flights["flown"].outcome.latitude.deg, abs=1e-3)
    assert rows[127.0]["words"].startswith("The burn leaves an orbit of")
    assert "meets the ground at 11:5" in rows[127.0]["words"]


def test_without_being_asked_the_slider_has_the_planned_and_the_flown_duration(
    flights: dict[str, ls.Flight], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def kept(_flight: ls.Flight, _place: int, duration_s: float, *, needed: bool) -> dict[str, float]:
        assert not needed
        asked.append(duration_s)
        return {"duration_s": duration_s}

    monkeypatch.setattr(burn_times, "_row", kept)
    told = burn_times.document(flights["flown"], flights["planned"], None)
    assert told is not None
    assert asked == sorted(set(asked))
    assert 40 < len(asked) < 80
    planned = round(float(flights["planned"].burns[0].duration.to_value(u.s)), 1)
    assert {127.0, planned} <= set(asked)
    assert asked[told["start"]] == 127.0


def test_a_flight_whose_burn_no_timer_ended_has_no_slider(flights: dict[str, ls.Flight], tmp_path: Path) -> None:
    assert written(flights["planned"], tmp_path).json("data")["burn_times"] is None
    with pytest.raises(ls.InputError, match=r"burn_times = .*no burn of 'lander' was ended by its timer"):
        ls.report(flights["planned"], tmp_path / "other.html", burn_times=[80] * u.s)
    assert not (tmp_path / "other.html").exists()


def test_a_landing_shows_its_phases_and_its_altitude_above_the_site(landing: ls.Flight, tmp_path: Path) -> None:
    parsed = written(landing, tmp_path)
    assert {"approach", "vertical descent", "free fall"} <= set(parsed.texts)
    assert parsed.value("landing.phases.0.duration_s") == pytest.approx(
        float(landing.phases[0].duration.to_value(u.s)), abs=1e-9
    )
    data = parsed.json("data")
    assert data["panels"][0]["title"] == "Altitude above the landing site"
    assert data["near_first"]
    assert data["flights"][0]["lines"]["altitude"]["estimated"]  # there is an estimate under guidance


def test_a_coast_without_a_craft_has_a_page_too(tmp_path: Path) -> None:
    coast = ls.propagate(burn_example.orbit(), 2 * u.h, ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=()))
    parsed = written(coast, tmp_path)
    assert [panel["key"] for panel in parsed.json("data")["panels"]] == ["altitude", "speed"]
    assert "This flight was described in Python, not in a file:" in " ".join(parsed.texts)


def test_over_a_map_of_heights_the_page_holds_its_relief_as_a_picture(tmp_path: Path) -> None:
    heights = np.random.default_rng(2).uniform(-400, -300, (90, 180)) * u.m
    terrain = ls.Terrain.from_array(heights, window=(-90, 90, 0, 360) * u.deg, name="rough ground")
    flight = ls.simulate(burn_example.scenario(terrain))
    parsed = written(flight, tmp_path, burn_times=[] * u.s)
    assert parsed.json("data")["map"]["image"].startswith("data:image/png;base64,")
    assert "rough ground" in " ".join(parsed.texts)


def test_a_text_of_the_user_is_text_wherever_it_stands(flights: dict[str, ls.Flight], tmp_path: Path) -> None:
    flown = flights["flown"]
    certificate = Provenance(value="84 s", status=Status.PUBLISHED, sources=("bad",), note=HOSTILE)
    scenario = replace(
        flown.scenario,
        title=HOSTILE,
        remark=HOSTILE,
        sites={"a": ls.Site(latitude=0 * u.deg, longitude=0 * u.deg, title=HOSTILE)},
        provenance={"plan.0.timer": certificate},
        sources={"bad": Source(title=HOSTILE, url="javascript:alert(3)")},
    )
    parsed = written({HOSTILE: replace(flown, scenario=scenario)}, tmp_path, command=HOSTILE, burn_times=[] * u.s)
    assert parsed.open == []
    assert sum(tag == "script" for tag, _ in parsed.elements) == 3  # two of JSON, one that draws
    assert not [tag for tag, a in parsed.elements if tag == "img" or any(name.startswith("on") for name in a)]
    assert not [a for tag, a in parsed.elements if tag == "a" and (a["href"] or "").startswith("javascript:")]
    assert parsed.json("data")["flights"][0]["label"] == HOSTILE


def test_two_pages_of_one_flight_are_the_same_but_for_the_date(flights: dict[str, ls.Flight], tmp_path: Path) -> None:
    options: dict[str, Any] = {"burn_times": [90] * u.s}
    first = ls.report(flights, tmp_path / "a.html", date=DAY, **options).read_bytes()
    assert ls.report(flights, tmp_path / "b.html", date=DAY, **options).read_bytes() == first
    later = ls.report(flights, tmp_path / "c.html", date=Time("2027-01-02"), **options).read_bytes()
    assert later.replace(b"2027-01-02", b"2026-11-29") == first


def test_a_page_is_small_and_so_is_its_script(page: str, parsed: Parsed) -> None:
    assert len(page.encode()) < 1_000_000
    script = next(text for attributes, text in parsed.scripts if not attributes)
    assert len(script.encode()) < 40_000


def test_the_scenario_of_the_catalogue_is_there_to_copy() -> None:
    flight = ls.simulate(ls.load_scenario("luna25"))
    parsed = Parsed(ls.explore(flight).html)
    text = "".join(parsed.texts)
    assert 'name = "luna25"' in text
    assert "Interfax, 3 October 2023: the cause" in text
    assert "What was flown differs from this file" not in text


def test_a_flight_in_other_than_its_file_says_so() -> None:
    scenario = ls.with_values(ls.load_scenario("luna25"), {"plan.0.timer": 60 * u.s})
    parsed = Parsed(ls.explore(ls.simulate(scenario)).html)
    assert "What was flown differs from this file" in " ".join(parsed.texts)


def test_a_file_that_is_given_is_the_one_to_copy(tmp_path: Path) -> None:
    (tmp_path / "shorter.toml").write_text('base = "luna25"\nname = "shorter"\n', encoding="utf-8")
    flight = ls.simulate(ls.load_scenario(tmp_path / "shorter.toml"))
    text = " ".join(written(flight, tmp_path, scenario=tmp_path / "shorter.toml", burn_times=[] * u.s).texts)
    assert "shorter.toml" in text
    assert "It leaves out what it has from its base." in text
    assert str(tmp_path) not in text


def test_the_files_that_a_scenario_names_are_named_with_their_hashes(tmp_path: Path) -> None:
    ls.write_opm(ls.simulate(burn_example.scenario()), tmp_path / "start.opm")
    (tmp_path / "below.toml").write_text(
        'name = "below"\n[state]\nfile = "start.opm"\n[moon]\ngravity_degree = 0\nthird_bodies = []\n'
        '[[plan]]\ntype = "coast"\nduration = "10 min"\n',
        encoding="utf-8",
    )
    (tmp_path / "above.toml").write_text('base = "below.toml"\nname = "above"\n', encoding="utf-8")
    flight = ls.simulate(ls.load_scenario(tmp_path / "above.toml"))
    text = " ".join(written(flight, tmp_path, scenario=tmp_path / "above.toml").texts)
    hashes = {name: sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("below.toml", "start.opm")}
    assert "Beside it must lie: " + ", ".join(f"{n} (SHA-256 {h})" for n, h in hashes.items()) + "." in text


@pytest.mark.slow
def test_a_duration_that_the_plan_has_no_room_for_is_left_out_unless_it_was_asked_for(tmp_path: Path) -> None:
    scenario = burn_example.scenario()
    second = ls.Burn(
        ignition=burn_example.IGNITION + 130 * u.s, target_delta_v=1 * u.m / u.s, timer=5 * u.s, name="second"
    )
    flight = ls.simulate(replace(scenario, plan=(scenario.plan[0], second, scenario.plan[1])))
    one = replace(flight, burns=flight.burns[:1])  # of which the first burn is the last that a timer ended
    told = burn_times.document(one, None, None)
    assert told is not None
    assert max(row["duration_s"] for row in told["rows"]) <= 130.0
    with pytest.raises(ls.InputError, match="before what precedes it ends"):
        burn_times.document(one, None, [140] * u.s)


def test_where_the_computer_ends_a_burn_before_its_timer_the_answer_says_so() -> None:
    scenario = ls.with_values(burn_example.scenario().without_faults(), {"plan.0.timer": 60 * u.s})
    told = burn_times.document(ls.simulate(scenario), None, [60, 100] * u.s)
    assert told is not None
    short, long = (row["words"] for row in told["rows"])
    assert short.startswith("The burn leaves")
    assert long.startswith("The sensed delta-v ends the burn after 84.")


def test_a_notebook_shows_the_page_in_a_frame_that_reaches_nothing(landing: ls.Flight) -> None:
    shown = landing.explore()
    frame = Parsed(shown._repr_html_())
    (tag, attributes), *rest = frame.elements
    assert (tag, rest) == ("iframe", [])
    assert attributes["sandbox"] == "allow-scripts"
    assert attributes["srcdoc"] == shown.html
    assert re.fullmatch(r"<page of \d+ kB; a notebook shows it>", repr(shown))


@pytest.mark.parametrize("name", ["page.txt", "page", "page.html.zip"])
def test_a_name_that_is_not_of_a_page_is_refused(landing: ls.Flight, tmp_path: Path, name: str) -> None:
    with pytest.raises(ls.InputError, match=r"a report is a page of HTML: give a name that ends in \.html"):
        ls.report(landing, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_where_a_page_cannot_be_written_what_stood_there_stays(landing: ls.Flight, tmp_path: Path) -> None:
    with pytest.raises(ls.OutputError, match="the file cannot be written"):
        ls.report(landing, tmp_path / "no such folder" / "page.html")
    folder = tmp_path / "page.html"
    folder.mkdir()
    with pytest.raises(ls.OutputError, match="is a folder"):
        ls.report(landing, folder)
    assert stat.S_ISDIR(folder.stat().st_mode)
    with pytest.raises(ls.DataError, match="the scenario file cannot be read"):
        ls.report(landing, tmp_path / "other.html", scenario=tmp_path / "missing.toml")
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.parametrize("told", [[], {}, "flight", [1]])
def test_what_is_no_flight_is_refused(told: Any, tmp_path: Path) -> None:
    with pytest.raises(ls.InputError):
        ls.report(told, tmp_path / "page.html")


def test_flights_of_different_days_count_from_an_ignition_each(
    flights: dict[str, ls.Flight], landing: ls.Flight
) -> None:
    curves = style.curves("report", (flights["flown"], landing), None)
    clock = histories.Clock.of(curves)
    assert not clock.shared
    assert clock.zeros[0] != clock.zeros[1]
