"""Figures as newcomers draw them: on 4 x 3 inches, in two by two subplots, with a dark style; and what they name."""

import itertools
from dataclasses import replace

import burn_example
import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.text import Text

import lunarsim as ls
from lunarsim import plots, statistics
from lunarsim.analysis import ground_below, ground_profile
from lunarsim.campaign import dispersible
from lunarsim.campaign.inputs.titles import joint_title, title
from lunarsim.cli.figures import files
from lunarsim.plots.style.colours import ink, legible, paper, shade
from lunarsim.plots.style.labels import default_labels
from lunarsim.plots.style.notes import Note
from lunarsim.plots.style.placing import place

RNG = np.random.default_rng(7)
PLANE = statistics.LocalPlane(latitude_deg=-57.9, longitude_deg=61.4)
ROUND = statistics.Footprint(plane=PLANE, xy_m=RNG.normal(size=(300, 2)) * [600.0, 300.0])
NARROW = statistics.Footprint(plane=PLANE, xy_m=RNG.normal(size=(300, 2)) * [150.0, 16e3])
SPEEDS = RNG.gamma(4.0, 12.0, 400)
EFFECTS = statistics.tornado(
    {name: RNG.normal(size=200) for name in ("thrust of the engine", "initial position, radial", "mass", "timer")},
    RNG.normal(size=200),
)
RATES = statistics.outcome_rates(
    np.repeat([1, 2, 0], [973, 23, 4]), {1: "landed safely", 2: "impact", 0: "could not be flown"}
)
SHARES = statistics.sobol(lambda v: v[:, 0] + 3.0 * v[:, 1] * v[:, 2], ("thrust", "mass", "state"), base=64)
MOVED = {"point mass": None, "degree 10": 3 * u.km, "sunlight": 2 * u.m}


@pytest.fixture(scope="module")
def wall():
    """A plain at -2 km that ends in a wall of 3 km, before where the flight over a sphere would end."""
    latitude = -45.0 - 0.375 * (np.arange(80) + 0.5)  # of the rows; the flight goes south
    heights = np.repeat(np.where(latitude < -57.0, 1000.0, -2000.0)[:, np.newaxis], 80, axis=1)
    return ls.Terrain.from_array(heights * u.m, window=(-75, -45, 40, 80) * u.deg, outside=-2000 * u.m, name="wall")


@pytest.fixture(scope="module")
def planned():
    return ls.simulate(burn_example.scenario().without_faults())


@pytest.fixture(scope="module")
def flown(wall):
    return ls.simulate(burn_example.scenario(wall))


@pytest.fixture(scope="module")
def coast():
    return ls.propagate(burn_example.orbit(), 2 * u.h)


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    plt.close("all")


def _flights(function, **options):
    return lambda flights, ax: function(*flights, labels=["planned", "flown"], ax=ax, **options)


FIGURES = {
    "altitude": _flights(plots.altitude_profile),
    "track": _flights(plots.ground_track),
    "whole map": _flights(plots.ground_track, extent=[-180, 180, -90, 90] * u.deg),
    "orbit": _flights(plots.orbit),
    "terrain": lambda flights, ax: plots.terrain_profile(flights[1], ax=ax),
    "footprint": lambda _, ax: plots.footprint(ROUND, ellipses=[ROUND.ellipse()], densities=[ROUND.density()], ax=ax),
    "narrow footprint": lambda _, ax: plots.footprint(
        NARROW, ellipses=[NARROW.ellipse()], downrange_azimuth=0 * u.deg, to_scale=False, ax=ax
    ),
    "rates": lambda _, ax: plots.outcome_rates(RATES, required={"landed safely": 0.99}, ax=ax),
    "tornado": lambda _, ax: plots.tornado(EFFECTS, what="downrange (m)", ax=ax),
    "sensitivity": lambda _, ax: plots.sensitivity(SHARES, ax=ax),
    "histogram": lambda _, ax: plots.histogram(
        SPEEDS, what="Impact speed (m/s)", quantiles=statistics.quantiles(SPEEDS, (0.05, 0.5, 0.95)), ax=ax
    ),
    "ladder": lambda flights, ax: plots.ladder(
        [ls.Rung(name=name, flight=flights[0], displacement=moved) for name, moved in MOVED.items()], ax=ax
    ),
}


def on_4_x_3_inches():
    return plt.subplots(figsize=(4, 3))[1]


def in_two_by_two():
    return plt.subplots(2, 2, layout="constrained")[1][0, 1]


def written_on(ax):
    """Return the texts within axes as they are drawn, with the boxes that they take; without those of the ticks."""
    ax.figure.canvas.draw()
    parts = [ax, *ax.child_axes]
    texts = [text for part in parts for text in part.texts]
    legends = [part.get_legend() for part in parts if part.get_legend() is not None]
    texts += [text for legend in legends for text in (*legend.get_texts(), legend.get_title())]
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()]
    return {text: Text.get_window_extent(text) for text in shown}


SMALL = [(figure, on_4_x_3_inches) for figure in FIGURES]
SMALL += [(figure, in_two_by_two) for figure in ("altitude", "histogram")]
REST = [(figure, in_two_by_two) for figure in FIGURES if (figure, in_two_by_two) not in SMALL]


@pytest.mark.parametrize(("figure", "axes"), [*SMALL, *(pytest.param(*each, marks=pytest.mark.slow) for each in REST)])
def test_on_small_axes_texts_cover_neither_each_other_nor_data_and_the_title_is_the_users(figure, axes, planned, flown):
    given = axes()
    given.set_title("mine")
    ax = FIGURES[figure]((planned, flown), given)
    assert ax is given
    assert ax.get_title() == "mine"
    boxes = written_on(ax)
    frame = ax.figure.bbox.padded(1.0)
    for text, box in boxes.items():
        assert np.all((box.min >= frame.min) & (box.max <= frame.max)), f"{text.get_text()!r} leaves the figure"
    for (one, box), (other, other_box) in itertools.combinations(boxes.items(), 2):
        covered = box.padded(-1.0).overlaps(other_box.padded(-1.0))
        assert not covered, f"{one.get_text()!r} covers {other.get_text()!r}"
    if ax.get_legend() is not None and figure != "track":  # whose tracks cross the map from edge to edge
        assert_clear_of_data(ax, ax.get_legend().get_window_extent().padded(-2.0))


def of_its_own():
    return None


def in_plain_two_by_two():
    return plt.subplots(2, 2)[1][1, 0]


@pytest.mark.parametrize("style", [{}, {"style": "dark_background", "dpi": 110}])
@pytest.mark.parametrize("axes", [of_its_own, on_4_x_3_inches, in_plain_two_by_two])
@pytest.mark.parametrize("figure", [plots.altitude_profile, plots.orbit])
def test_names_of_events_stay_within_their_axes_and_clear_of_flights_markers_and_legend(
    figure, axes, style, planned, flown
):
    with plt.style.context(style.get("style", "default")), plt.rc_context({"figure.dpi": style.get("dpi", 100)}):
        ax = figure(planned, flown, ax=axes())  # with the labels that it finds itself
        boxes = written_on(ax)
        for (one, box), (other, other_box) in itertools.combinations(boxes.items(), 2):
            covered = box.padded(-1.0).overlaps(other_box.padded(-1.0))
            assert not covered, f"{one.get_text()!r} covers {other.get_text()!r}"
        for part in (ax, *ax.child_axes):
            frame = part.get_window_extent().padded(1.0)
            lines = [line for line in part.lines if not str(line.get_label()).startswith("_")]
            paths = [line.get_transform().transform_path(line.get_path()) for line in lines]
            points = [each.get_offsets() for each in part.collections if isinstance(each, PathCollection)]
            markers = part.transData.transform(np.vstack(points)) if points else np.empty((0, 2))
            for text in (text for text in part.texts if text in boxes):
                box, name = boxes[text].padded(-1.0), text.get_text()
                assert np.all((box.min >= frame.min) & (box.max <= frame.max)), f"{name!r} leaves its axes"
                assert not np.any(np.all((markers > box.min) & (markers < box.max), axis=1)), (
                    f"a marker lies on {name!r}"
                )
                assert not any(path.intersects_bbox(box, filled=False) for path in paths), f"{name!r} lies on a flight"
        assert any(text.get_text().startswith("impact") for text in boxes)


def test_the_figure_that_is_made_for_a_wide_map_is_no_higher_than_it_needs(planned):
    ax = plots.ground_track(planned, extent=[0, 60, -8, 8] * u.deg)
    ax.figure.canvas.draw()
    taken = ax.get_tightbbox().height / ax.figure.bbox.height
    assert taken > 0.7  # beside the title; in a figure as high as for a square map 0.4


def test_a_note_that_has_no_room_within_its_axes_is_left_to_its_marker():
    _, ax = plt.subplots(figsize=(1.2, 1.0))
    ax.plot([0, 1], [0, 1])
    place(ax, [Note(0.5, 0.5, "a name that is far too long for these axes"), Note(0.2, 0.8, "b")], legend=False)
    assert [text.get_text() for text in written_on(ax)] == ["b"]


def assert_clear_of_data(ax, legend):
    """No point of a line within the view, and no bar, lies under the legend."""
    frame = ax.get_window_extent()
    for line in ax.lines:
        points = line.get_transform().transform(line.get_xydata())
        seen = np.all((points >= frame.min) & (points <= frame.max), axis=1)
        inside = np.all((points >= legend.min) & (points <= legend.max), axis=1)
        assert not np.any(inside & seen), line.get_label()
    bars = [bar.get_window_extent() for group in ax.containers for bar in getattr(group, "patches", [])]
    assert not any(legend.overlaps(bar) for bar in bars)


def contrast(one, other):
    def luminance(colour):
        value = np.array([int(to_hex(colour)[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
        linear = np.where(value <= 0.03928, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


DARK = ("altitude", "track", "orbit", "terrain", "footprint", "tornado")  # by default; the others are made alike


@pytest.mark.parametrize(
    "figure", [pytest.param(each, marks=[pytest.mark.slow] * (each not in DARK)) for each in FIGURES]
)
def test_words_lines_and_ground_are_seen_on_dark_paper_under_a_title(figure, planned, flown):
    with plt.style.context("dark_background"):
        ax = FIGURES[figure]((planned, flown), None)
        assert ax.figure.get_suptitle()
        assert contrast(ax.figure.texts[0].get_color(), "black") >= 3.0
        for text in written_on(ax):
            behind = paper(text.axes or ax)
            assert contrast(text.get_color(), behind) >= 3.0, text.get_text()
        for line in ax.lines:
            shown = line.get_xydata().size > 2 and str(line.get_label())[:1] != "_"
            assert not shown or contrast(line.get_color(), paper(ax)) > 1.8, line.get_label()
        for fill in [each for each in ax.collections if isinstance(each, PolyCollection)]:
            assert contrast(fill.get_facecolor()[0], paper(ax)) < 3.0  # the ground is a shade of the paper, no glare


@given(
    st.tuples(*[st.floats(0.0, 1.0)] * 3), st.tuples(*[st.floats(0.0, 1.0)] * 3), st.tuples(*[st.floats(0.0, 1.0)] * 3)
)
def test_ink_and_coloured_words_can_be_read_on_any_paper(background, text, colour):
    with plt.rc_context({"axes.facecolor": background, "text.color": text}):
        assert paper() == to_hex(background)
        assert contrast(ink(), paper()) >= 3.0 - 0.05  # hexadecimal digits
        assert ink() in (to_hex(text), "#000000", "#ffffff")
        assert contrast(legible(to_hex(colour)), paper()) >= 3.0 - 0.05
        assert shade(0.0) == paper()
        assert shade(1.0) == ink()


def test_figures_of_several_panels_have_titles_too(planned):
    assert plots.burn(planned)[0].figure.get_suptitle().startswith("Delta-v")
    assert plots.touchdowns([1.0, 2.0], [0.1, 0.2], [5.0, 6.0]).descent_rate.figure.get_suptitle()


def test_a_figure_made_in_a_dark_style_is_drawn_in_light_ink_after_the_style_has_ended(planned, flown):
    with plt.style.context("dark_background"):
        _, ax = plt.subplots()
    plots.ground_track(planned, flown, ax=ax)
    assert all(contrast(text.get_color(), "black") >= 3.0 for text in written_on(ax))


def test_namesakes_are_told_apart_by_what_they_differ_in(coast, planned):
    state = burn_example.orbit()
    lower = ls.State.from_elements(
        perilune=60 * u.km, apolune=90 * u.km, inclination=80 * u.deg, node_longitude=0 * u.deg, epoch=state.epoch
    )
    other = replace(coast, scenario=replace(coast.scenario, state=lower))
    later = replace(
        coast, scenario=replace(coast.scenario, state=ls.State(state.position, state.velocity, state.epoch + 1 * u.h))
    )
    point = replace(coast, scenario=replace(coast.scenario, moon=ls.Moon(gravity=ls.GravityField.point_mass())))
    assert default_labels([coast, other]) == ["coast, from 83.1 x 107.1 km", "coast, from 60.0 x 90.0 km"]
    assert default_labels([coast, later])[1] == "coast, from 2023-08-19 12:10:00 UTC"
    assert default_labels([coast, point])[1] == "coast, GRGM900C to degree 0"
    assert default_labels([coast, coast]) == ["coast (1)", "coast (2)"]
    assert default_labels([coast, planned]) == ["coast", "lander"]


@given(st.lists(st.sampled_from(["coast", "coast (1)", "lander", ""]), min_size=1, max_size=7), st.randoms())
def test_default_labels_are_never_alike(coast, names, random):
    scenario = coast.scenario
    grounds = [scenario.moon, ls.Moon(terrain=ls.Terrain.sphere(1 * u.km))]
    flights = [replace(coast, scenario=replace(scenario, name=name, moon=random.choice(grounds))) for name in names]
    labels = default_labels(flights)
    assert len(set(labels)) == len(labels)


def test_the_altitude_figure_draws_the_ground_that_was_flown_over(planned, flown, wall):
    ax = plots.altitude_profile(planned, flown, labels=["planned", "flown"])
    (ground,) = [each for each in ax.collections if each.get_label() == "ground below flown"]
    x, y = ground.get_paths()[0].vertices.T
    top = y > ax.get_ylim()[0] + 1e-9
    for minutes, height in np.stack([x[top], y[top]], axis=1)[100:1100:150]:
        state = flown.at(flown.start + minutes * u.min)
        assert height == pytest.approx(wall.height(state.latitude, state.longitude).to_value(u.km), abs=1e-5)
    assert np.ptp(y[y > ax.get_ylim()[0] + 1e-9]) > 0.5


def test_an_inset_tells_how_long_each_engine_burned_where_that_is_short_beside_the_flight(planned, flown):
    ax = plots.altitude_profile(planned, flown, labels=["planned", "flown"])
    (inset,) = ax.child_axes
    assert [bar.get_width() for bar in inset.patches] == pytest.approx([84.0, 127.0], abs=0.05)  # type: ignore[attr-defined]
    assert [text.get_text() for text in inset.texts] == ["84.0 s: sensed delta-v", "127.0 s: timer"]
    written_on(ax)
    widths = [bar.get_window_extent().width for bar in inset.patches]
    assert widths[1] - widths[0] > 30.0  # pixels; on the axis of time they end 8 apart
    assert not plots.altitude_profile(planned, ax=on_4_x_3_inches()).child_axes


def test_the_ground_profile_ends_where_the_flight_met_the_ground_and_goes_on_behind(flown, wall):
    found = ground_profile(flown, reach=60 * u.km)
    before = found.distance <= 0 * u.m
    assert found.distance[0].to_value(u.km) == pytest.approx(-60.0, abs=0.5)  # between samples of the flight
    assert found.distance[before][-1].to_value(u.m) == pytest.approx(0.0, abs=1e-6)  # rounding of an angle
    assert found.altitude[before][-1].to_value(u.m) == pytest.approx(found.ground[before][-1].to_value(u.m), abs=0.01)
    assert np.all(found.altitude[before][:-1] > found.ground[before][:-1])  # it met nothing earlier
    assert np.all(np.isnan(found.altitude[~before].value))
    assert found.distance[-1].to_value(u.km) == pytest.approx(12.0, rel=0.02)
    jump = np.abs(np.diff(found.ground.to_value(u.m)))
    steepest = np.tan(float(np.max(wall.slope(np.linspace(-75, -45, 200) * u.deg, 60 * u.deg)).to_value(u.rad)))
    assert np.all(jump <= 1.05 * steepest * np.abs(np.diff(found.distance.to_value(u.m))) + 0.01)  # it goes straight on


@given(st.floats(0.0, 1.0))
def test_the_ground_below_a_flight_is_the_terrain_at_its_latitude_and_longitude(flown, wall, part):
    time = flown.start + part * flown.duration
    state = flown.at(time)
    expected = wall.height(state.latitude, state.longitude)
    assert ground_below(flown, time).to_value(u.m) == pytest.approx(expected.to_value(u.m), abs=1e-6)


def test_the_ground_outside_a_map_is_left_out_and_not_refused(flown):
    small = ls.Terrain.from_array(np.zeros((4, 4)) * u.m, window=(-60, -55, 55, 65) * u.deg)
    known = ground_below(replace(flown, scenario=flown.scenario.with_terrain(small)), flown.times)
    assert np.isnan(known.value).any()
    assert np.isfinite(known.value).any()


def test_the_terrain_profile_says_how_many_times_heights_are_drawn_too_large(flown):
    ax = plots.terrain_profile(flown)
    ax.figure.canvas.draw()
    (times,) = [word for word in ax.get_ylabel().split() if word.isdigit()]
    box = ax.get_window_extent()
    ratio = box.height / np.ptp(ax.get_ylim()) / (box.width / np.ptp(ax.get_xlim()))
    assert ratio == pytest.approx(float(times), rel=1e-6)
    (path,) = [line for line in ax.lines if line.get_label() == "path"]
    (ground,) = [line for line in ax.lines if line.get_label() == "ground: wall"]
    y, below = path.get_ydata(), ground.get_ydata()
    assert np.all(y[np.isfinite(y)][:-1] > below[np.isfinite(y)][:-1])
    words = " ".join(text.get_text() for text in ax.texts)
    assert f"{flown.outcome.incidence.to_value(u.deg):.1f}° to the ground" in words


def test_a_flight_that_stayed_up_has_no_terrain_profile(planned, flown):
    with pytest.raises(ls.InputError, match="'lander' did not come down: in orbit"):
        plots.terrain_profile(planned)
    with pytest.raises(ls.InputError, match="expected a Flight"):
        plots.terrain_profile("luna25")
    with pytest.raises(ls.InputError, match="up to 5000 km"):
        plots.terrain_profile(flown, reach=6000 * u.km)


def test_the_command_draws_the_terrain_profile_of_a_flight_into_a_map_alone(planned, flown):
    assert "terrain_profile.png" in files({"planned": planned, "flown": flown}, {})
    assert "terrain_profile.png" not in files({"flown": planned}, {})
    sphere = replace(flown, scenario=flown.scenario.with_terrain(ls.Terrain.sphere()))
    assert "terrain_profile.png" not in files({"flown": sphere}, {})


def test_a_page_of_nine_panels_is_refused_on_a_figure_that_has_no_room_for_them(planned):
    with pytest.raises(ls.InputError, match=r"figure is 4\.0 x 3\.0 inches.*nine panels.*5\.5 x 6\.5"):
        plots.descent_profile(planned, figure=plt.figure(figsize=(4, 3), layout="constrained"))


def test_dispersed_values_have_names_for_people():
    scenario = burn_example.scenario()
    for path, words in {
        "craft.engine.thrust": "thrust of the engine",
        "craft.engine.specific_impulse": "specific impulse of the engine",
        "craft.dry_mass": "dry mass of the craft",
        "craft.navigation.crossrange_rate": "navigation error: crossrange rate, positive left",
        "craft.navigation.altitude_noise": "navigation noise: altitude",
        "plan.0.ignition": "ignition of burn",
        "state.radial_rate": "initial velocity, radial",
        "orbit.perilune": "perilune of the initial orbit",
        "moon.terrain.elevation": "elevation of the ground",
        "faults.accelerometer off": "fault: accelerometer off",
    }.items():
        assert title(path, scenario) == words
    assert joint_title([f"state.{x}" for x in ("radial", "transverse", "normal")], scenario) == (
        "initial state, 3 values drawn together"
    )


def test_every_value_that_can_be_dispersed_has_a_name_without_dots_and_underscores():
    for scenario in (burn_example.scenario(), ls.load_scenario("apollo11")):
        names = {path: title(path, scenario) for path in dispersible(scenario)}
        assert len(set(names.values())) == len(names)
        assert not any("_" in words or "." in words.replace("10.", "") for words in names.values())


def test_long_names_leave_the_words_of_a_tornado_within_its_figure():
    inputs = {f"navigation error: crossrange rate, positive left {k}": RNG.normal(size=200) for k in range(3)}
    output = sum((k + 1.0) * column for k, column in enumerate(inputs.values()))
    ax = plots.tornado(statistics.tornado(inputs, output), what="crossrange, positive left of the motion (m)")
    boxes = written_on(ax)
    labels = [ax.xaxis.label, *ax.get_yticklabels(), *ax.figure.texts]
    frame = ax.figure.bbox.padded(1.0)
    for text, box in {**boxes, **{label: label.get_window_extent() for label in labels}}.items():
        assert np.all((box.min >= frame.min) & (box.max <= frame.max)), f"{text.get_text()!r} leaves the figure"


def test_a_tornado_is_drawn_by_the_names_for_people_without_what_moves_nothing():
    inputs = {name: RNG.normal(size=200) for name in ("craft.engine.thrust", "plan.0.timer", "craft.dry_mass")}
    output = 3.0 * inputs["craft.engine.thrust"] + 1e-4 * inputs["plan.0.timer"] + 1e-9 * RNG.normal(size=200)
    found = statistics.tornado(inputs, output, titles={"craft.engine.thrust": "thrust of the engine"})
    ax = plots.tornado(found)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["thrust of the engine"]
    assert "2 smaller effects not drawn" in ax.get_legend().get_title().get_text()
