"""The page of a descent, its moving picture and the comparison of laws: what they show, and that it can be read."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from astropy import units as u
from descent_example import IGNITION_S, LEGS, START, landing
from matplotlib import pyplot as plt
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.text import Text
from PIL import Image

import lunarsim as ls
from lunarsim import plots
from lunarsim.cli.figures import files
from lunarsim.plots.descent import phases
from lunarsim.plots.descent.history import lean_deg

POINTS = (
    ls.ProfilePoint(
        label="powered descent initiation",
        time=0 * u.s,
        altitude=16.2 * u.km,
        speed=1694.7 * u.m / u.s,
        altitude_rate=-1.2 * u.m / u.s,
        tolerance={"altitude": 300 * u.m, "time": 5 * u.s},
    ),
    ls.ProfilePoint(label="high gate", time=520 * u.s, altitude=2.5 * u.km, ground_speed=84 * u.m / u.s),
    ls.ProfilePoint(label="low gate", range_to_go=500 * u.m, altitude=480 * u.m, ground_speed=30 * u.m / u.s),
    ls.ProfilePoint(label="touchdown", time=650 * u.s, mass=7900 * u.kg, tolerance={"mass": 100 * u.kg}),
)


@pytest.fixture(scope="module")
def lander():
    return landing()


@pytest.fixture(scope="module")
def strong():
    return landing("strong engine", full_n=75e3, arc_rad=0.30)


@pytest.fixture(scope="module")
def coast():
    state = ls.State.from_elements(
        perilune=50 * u.km, apolune=60 * u.km, inclination=90 * u.deg, node_longitude=0 * u.deg, epoch=START
    )
    return ls.propagate(state, 10 * u.min)


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    plt.close("all")


def assert_readable(figure):
    """Draw a figure; no text covers another or leaves it."""
    figure.canvas.draw()
    hidden = {text for ax in figure.findobj(Axes) for text in hidden_ticks(ax)}
    written = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = {text: text.get_window_extent() for text in written if text not in hidden}
    frame = figure.bbox.padded(1.0)
    for text, box in boxes.items():
        held = np.all((box.min >= frame.min) & (box.max <= frame.max))
        assert held, f"{text.get_text()!r} leaves the figure"
    for (a, box_a), (b, box_b) in itertools.combinations(boxes.items(), 2):
        assert not box_a.padded(-1.0).overlaps(box_b.padded(-1.0)), f"{a.get_text()!r} covers {b.get_text()!r}"


def hidden_ticks(ax):
    """Return the labels of ticks that matplotlib keeps but does not draw."""
    for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        low, high = sorted(limits)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not (ax.axison and low <= tick.get_loc() <= high):
                yield from (tick.label1, tick.label2)


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


def bottom_text(axes):
    return axes.altitude.figure.get_supxlabel()


def test_the_page_holds_altitude_speeds_thrust_pitch_and_mass_over_time(lander):
    axes = plots.descent_profile(lander)
    drawn = {
        "altitude": lander.altitude.to_value(u.km),  # the point of contact lies on the sphere
        "speed": lander.ground_speed.value,
        "altitude_rate": lander.altitude_rate.value,
        "thrust": lander.thrust.to_value(u.kN),
        "pitch": lander.pitch.value,
        "mass": lander.mass.value,
    }
    elapsed = lander.elapsed.value - IGNITION_S
    for name, values in drawn.items():
        x, y = line(getattr(axes, name), "lander").get_data()
        shown = (elapsed >= x[0] - 1e-3) & (elapsed <= x[-1] + 1e-3)
        np.testing.assert_allclose(x, elapsed[shown], atol=1e-4)  # the first burn starts 10 us early in its plan
        np.testing.assert_allclose(y, values[shown], atol=1e-6)  # the ground is found to some nanometres
    assert axes.altitude.get_ylabel() == "Altitude (km)"
    assert axes.thrust.get_ylabel() == "Thrust (kN)"
    assert axes.mass.get_xlabel() == "Time after ignition\nat 2025-03-01 12:00:20 UTC (s)"
    assert "above the point of contact" in bottom_text(axes)


def test_the_page_draws_range_to_go_down_to_zero_at_the_site(lander):
    axes = plots.descent_profile(lander)
    x, altitude = line(axes.altitude_over_range, "lander").get_data()
    assert abs(x[-1]) < 1e-9  # km: without a landing site in the scenario, the flight ends where the range is zero
    assert x[0] > 400.0
    assert altitude[-1] == pytest.approx(0.0, abs=1e-6)
    assert axes.altitude_over_range.xaxis_inverted()
    speed = line(axes.speed_over_range, "lander").get_ydata()
    np.testing.assert_array_equal(speed, line(axes.speed, "lander").get_ydata())
    assert axes.altitude_over_speed.get_xscale() == axes.altitude_over_speed.get_yscale() == "log"


def test_the_view_is_the_powered_descent_unless_another_is_asked_for(lander):
    axes = plots.descent_profile(lander)
    left, right = axes.altitude.get_xlim()
    assert -IGNITION_S < left < 0.0
    end = lander.duration.value - IGNITION_S
    assert end < right < 1.1 * end
    near = plots.descent_profile(lander, view=(600 * u.s, 10.5 * u.min))
    left, right = near.altitude.get_xlim()
    assert 590.0 < left < 600.0
    assert 630.0 < right < 640.0
    assert near.speed_over_range.get_xlabel() == "Range to go (m)"


def test_the_phases_are_shaded_numbered_and_named(lander):
    axes = plots.descent_profile(lander)
    axes.altitude.figure.canvas.draw()
    spans = phases.spans(lander)
    names = [span.name for span in spans]
    assert names[1:4] == ["braking", "approach", "coast to vertical descent"]  # a phase of 130 burns is one
    lengths = [span.end_s - span.start_s for span in spans[1:5]]
    np.testing.assert_allclose(lengths, [leg.duration_s for leg in LEGS], atol=1e-2)  # 161 times 10 us
    assert "Phases: 1 braking, 2 approach, 3 coast to vertical descent, 4 vertical descent" in bottom_text(axes)
    numbers = [text.get_text() for text in axes.altitude.texts]
    assert numbers[:4] == ["1", "2", "3", "4"]
    assert len(axes.mass.patches) == len(axes.altitude.patches) == len(numbers)


def test_published_points_are_drawn_with_their_tolerances_and_named(lander):
    axes = plots.descent_profile(lander, published=POINTS)
    axes.altitude.figure.canvas.draw()
    letters = {text.get_text() for text in axes.altitude.texts}
    assert {"a", "b"} <= letters
    assert {text.get_text() for text in axes.altitude_over_range.texts} == {"c"}
    assert {text.get_text() for text in axes.mass.texts} >= {"d"}
    listed = "Published: a powered descent initiation, b high gate, c low gate, d touchdown"
    assert listed in bottom_text(axes).replace("\n", " ")
    (bars, _) = axes.altitude.containers
    (across, upwards) = bars.lines[2]  # type: ignore[attr-defined]
    np.testing.assert_allclose(across.get_segments()[0][:, 0], [-5.0, 5.0])
    np.testing.assert_allclose(upwards.get_segments()[0][:, 1], [15.9, 16.5])
    assert len(axes.speed.containers) == 2  # one inertial, one over the ground
    assert len(axes.altitude_over_speed.containers) == 2  # those over the ground
    legend = [text.get_text() for text in axes.altitude.figure.legends[0].get_texts()]
    assert legend[-2:] == ["published", "published, inertial speed"]


def test_inertial_speeds_stay_off_the_logarithmic_axis_of_ground_speeds(lander):
    contact = ls.ProfilePoint(label="contact", time=650 * u.s, altitude=4 * u.m, speed=4.6 * u.m / u.s)
    axes = plots.descent_profile(lander, published=[contact])
    assert len(axes.speed.containers) == 1
    assert not axes.altitude_over_speed.containers
    over = plots.descent_profile(lander, published=[replace(contact, ground_speed=1 * u.m / u.s)])
    assert len(over.altitude_over_speed.containers) == 1


@pytest.mark.slow
def test_a_published_altitude_without_a_time_is_a_level_and_what_has_no_place_is_not_listed(lander):
    points = [
        ls.ProfilePoint(label="nowhere", altitude_rate=-2 * u.m / u.s),
        ls.ProfilePoint(label="hover", altitude=100 * u.m, tolerance={"altitude": 5 * u.m}),
    ]
    axes = plots.descent_profile(lander, published=points)
    assert_readable(axes.altitude.figure)
    ax = axes.altitude_over_speed
    assert [float(y) for y in ax.containers[0].lines[0].get_ydata()] == [100.0]  # type: ignore[attr-defined]
    assert "a" in [text.get_text() for text in ax.texts]
    assert "Published: a hover" in bottom_text(axes)
    labels = [text.get_text() for text in axes.altitude.figure.legends[0].get_texts()]
    assert labels[-1] == "published altitude, no time"


@pytest.mark.slow
def test_letters_of_points_stand_near_them(lander, strong):
    axes = plots.descent_profile(lander, strong, published=POINTS)
    axes.altitude.figure.canvas.draw()
    letters = [text for text in axes.altitude.texts if text.get_text() in {"a", "b"}]
    assert len(letters) == 2
    assert all(np.hypot(*letter.get_position()) < 40.0 for letter in letters)  # points


@pytest.mark.slow
def test_dry_masses_of_several_crafts_are_named_once(lander, strong):
    scenario = strong.scenario
    heavier = replace(scenario, craft=replace(scenario.craft, dry_mass=scenario.craft.dry_mass + 50 * u.kg))
    axes = plots.descent_profile(lander, replace(strong, scenario=heavier))
    assert_readable(axes.mass.figure)
    assert [text.get_text() for text in axes.mass.texts] == ["dotted: dry masses"]


def test_published_points_outside_the_view_are_left_out(lander):
    axes = plots.descent_profile(lander, published=POINTS, view=(600 * u.s, 660 * u.s))
    assert "Published: a low gate, b touchdown" in bottom_text(axes)
    assert axes.altitude.get_ylim()[1] < 700.0  # m: 480 and the room for letters


@pytest.mark.slow
def test_a_flight_round_the_far_side_is_not_drawn_across_the_panel_of_range(coast):
    craft = ls.Spacecraft(
        dry_mass=800 * u.kg,
        propellant_mass=100 * u.kg,
        engine=ls.Engine(thrust=400 * u.N, specific_impulse=300 * u.s),
    )
    burn = ls.Burn(ignition=START, timer=10 * u.s, target_delta_v=1 * u.km / u.s)
    plan = (burn, ls.Coast(duration=3 * u.h))
    flight = ls.simulate(ls.Scenario(name="orbit", state=coast.scenario.state, craft=craft, plan=plan))
    axes = plots.descent_profile(flight, view=(0 * u.h, 3 * u.h))
    x = line(axes.altitude_over_range, "orbit").get_xdata()
    steps = np.abs(np.diff(x))
    assert np.isnan(steps).any()
    assert np.nanmax(steps) < 3000.0  # km, of 10,900 round the Moon
    assert axes.altitude_over_speed.get_xscale() == "linear"
    assert axes.mass.get_xlabel().endswith("(min)")
    assert_readable(axes.altitude.figure)


def test_points_of_the_scenario_are_drawn_unless_others_are_given(lander):
    known = replace(lander, scenario=replace(lander.scenario, published_profile=POINTS[:1]))
    assert "Published: a powered descent initiation" in bottom_text(plots.descent_profile(known))
    assert "Published" not in bottom_text(plots.descent_profile(known, published=()))


@pytest.mark.parametrize(
    "case", ["published", *(pytest.param(each, marks=pytest.mark.slow) for each in ("two", "one", "near"))]
)
def test_no_text_of_the_page_covers_another_or_leaves_it(case, lander, strong):
    given = {"one": (lander,), "published": (lander,), "two": (lander, strong), "near": (lander,)}[case]
    options = {"published": {"published": POINTS}, "near": {"view": (500 * u.s, 640 * u.s)}}.get(case, {})
    axes = plots.descent_profile(*given, **options)
    assert_readable(axes.altitude.figure)
    assert len(axes) == 9
    assert all(ax.lines for ax in axes)


def test_several_flights_differ_in_colour_and_dashes_and_share_one_legend(lander, strong):
    axes = plots.descent_profile(lander, strong)
    assert line(axes.speed, "lander").get_color() != line(axes.speed, "strong engine").get_color()
    assert line(axes.speed, "lander").get_linestyle() != line(axes.speed, "strong engine").get_linestyle()
    assert all(ax.get_legend() is None for ax in axes)
    (legend,) = axes.altitude.figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["lander", "strong engine", "flight-path angle", "start of a phase"]
    assert not axes.altitude.patches  # the phases of two flights are not shaded over each other
    assert not axes.thrust.child_axes  # two engines: no share of full thrust for both


def test_time_can_count_from_a_phase_or_a_moment(lander):
    axes = plots.descent_profile(lander, zero="approach")
    assert axes.mass.get_xlabel().startswith("Time after start of approach\nat 2025-03-01 12:09:00 UTC")
    x = line(axes.altitude, "lander").get_xdata()
    assert x[-1] == pytest.approx(
        lander.duration.value - IGNITION_S - LEGS[0].duration_s, abs=0.01
    )  # rounded ignitions
    clock = plots.descent_profile(lander, zero=START + 1 * u.min)
    assert clock.mass.get_xlabel() == "Time after 2025-03-01 12:01:00 UTC (s)"
    with pytest.raises(ls.InputError, match=r"zero = 'approch'.*did you mean 'approach'"):
        plots.descent_profile(lander, zero="approch")


def test_a_given_figure_is_drawn_on(lander):
    page = plt.figure(layout="constrained", figsize=(14.0, 9.0))
    left, _ = page.subfigures(1, 2)  # type: ignore[misc]
    axes = plots.descent_profile(lander, figure=left)
    assert axes.mass.figure is left
    assert len(plt.get_fignums()) == 1
    with pytest.raises(ls.InputError, match="has axes already"):
        plots.descent_profile(lander, figure=left)
    with pytest.raises(ls.InputError, match="expected an empty matplotlib Figure"):
        plots.descent_profile(lander, figure="here")


def test_what_the_page_cannot_draw_is_refused(lander, coast):
    with pytest.raises(ls.InputError, match="'coast' has no craft"):
        plots.descent_profile(coast)
    with pytest.raises(ls.InputError, match="got 0 flights"):
        plots.descent_profile()
    with pytest.raises(ls.InputError, match=r"published\[0\] = 'PDI': expected a ProfilePoint"):
        plots.descent_profile(lander, published=["PDI"])  # type: ignore[list-item]
    for view in ((300 * u.s, 200 * u.s), (2000 * u.s, 3000 * u.s)):
        with pytest.raises(ls.InputError, match="a first time before the second, and some of each flight"):
            plots.descent_profile(lander, view=view)
    with pytest.raises(ls.InputError, match="expected two times"):
        plots.descent_profile(lander, view=300 * u.s)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "holds no value"),
        ({"time": 3 * u.m}, "time of point 'x'"),
        ({"time": 3 * u.s, "tolerance": {"altitude": 3 * u.m}}, "names 'altitude', which it has no value of"),
        ({"time": 3 * u.s, "tolerance": {"time": -3 * u.s}}, "expected from 0 s to"),
    ],
)
def test_a_published_point_that_says_nothing_or_nonsense_is_refused(values, words):
    with pytest.raises(ls.InputError, match=words):
        ls.ProfilePoint(label="x", **values)


def test_the_lean_of_the_thrust_is_its_pitch_over_the_horizon_behind_the_craft(lander):
    view = (0.0, 500.0)
    x = line(plots.descent_profile(lander, view=(0 * u.s, 500 * u.s)).pitch, "lander").get_ydata()
    lean = lean_deg(lander, IGNITION_S, view)
    on = np.isfinite(x)
    np.testing.assert_allclose(x[on], 90.0 - np.abs(lean[on]), atol=0.01)  # deg: the thrust leaves the plane by so much
    assert np.all(lean[on] < 0.0)  # it brakes


def test_the_title_of_a_scenario_stays_clear_of_the_phase_however_long_it_is(lander):
    named = replace(lander, scenario=replace(lander.scenario, title="a landing " * 20))
    picture = plots.animate_descent(named, fps=1, duration=2 * u.s)
    picture.to_jshtml()  # draws all frames
    figure = picture._fig  # type: ignore[attr-defined]
    renderer = figure.canvas.get_renderer()
    title, *_ = (text for text in figure.texts if text.get_text().startswith("a landing"))
    box = title.get_window_extent(renderer)
    assert box.x1 <= figure.bbox.x1
    for other in figure.texts:
        if other is not title and other.get_text():
            assert not box.overlaps(other.get_window_extent(renderer)), other.get_text()


def test_a_moving_picture_shows_time_altitude_and_phase(lander):
    picture = plots.animate_descent(lander, fps=2, duration=3 * u.s)
    assert isinstance(picture, FuncAnimation)
    picture._draw_was_started = True  # type: ignore[attr-defined]  # what matplotlib asks of one that is never shown
    figure = picture._fig  # type: ignore[attr-defined]
    shown = {}
    for moment in (0.0, 300.0, 600.0, 650.0):
        picture._func(moment)  # type: ignore[attr-defined]
        shown[moment] = {text.get_text() for text in figure.texts}
        assert_readable(figure)
    assert "braking" in shown[300.0]
    assert "approach" in shown[600.0]
    (numbers,) = [text for text in shown[300.0] if text.startswith("5 min 00 s")]
    i = np.searchsorted(lander.elapsed.value, 320.0)
    assert f"{lander.altitude[i].to_value(u.km):.2f} km" in numbers
    assert f"{lander.mass[i].value:,.0f} kg" in numbers


def test_the_craft_stands_on_its_path_and_its_plume_grows_with_the_throttle(lander):
    picture = plots.animate_descent(lander, fps=1, duration=2 * u.s)
    picture._draw_was_started = True  # type: ignore[attr-defined]
    wide = picture._fig.axes[0]  # type: ignore[attr-defined]
    plume, body = wide.patches[-2:]

    def length(moment):
        picture._func(moment)  # type: ignore[attr-defined]
        return np.ptp(plume.get_xy()[:, 1]) if plume.get_visible() else 0.0

    assert length(-10.0) == 0.0
    strong, weak = length(10.0), length(640.0)
    assert strong > weak > 0.0
    picture._func(300.0)  # type: ignore[attr-defined]
    i = np.searchsorted(lander.elapsed.value, 320.0)
    site = lander.outcome
    range_km = lander.range_to_go(ls.Site(latitude=u.Quantity(site.latitude), longitude=u.Quantity(site.longitude)))
    expected = wide.transData.transform((range_km[i].to_value(u.km), lander.altitude[i].to_value(u.km)))
    np.testing.assert_allclose(body.get_transform().transform((0.0, 0.0)), expected, atol=0.1)  # pixels


def test_a_picture_is_written_whole_and_replaces_the_old_one(lander, tmp_path):
    path = tmp_path / "descent.gif"
    path.write_text("old")
    plots.animate_descent(lander, path, fps=2, duration=1.5 * u.s)
    with Image.open(path) as image:
        assert image.size == (640, 400)
        assert image.n_frames >= 3  # type: ignore[attr-defined]
    assert [file.name for file in tmp_path.iterdir()] == ["descent.gif"]


def test_a_picture_that_cannot_be_written_says_why_and_leaves_the_old_one(lander, coast, tmp_path, monkeypatch):
    path = tmp_path / "descent.mp4"
    path.write_text("old")
    monkeypatch.setitem(plt.rcParams, "animation.ffmpeg_path", str(tmp_path / "none"))
    with pytest.raises(ls.LunarsimError, match=r"descent\.mp4: a \.mp4 is written by ffmpeg, which was not found"):
        plots.animate_descent(lander, path)
    assert path.read_text() == "old"
    with pytest.raises(ls.InputError, match=r"ends in \.gif or \.mp4"):
        plots.animate_descent(lander, tmp_path / "descent.avi")
    with pytest.raises(ls.OutputError, match="a folder that exists"):
        plots.animate_descent(lander, tmp_path / "none" / "descent.gif", fps=1, duration=1 * u.s)
    with pytest.raises(ls.InputError, match="without a craft"):
        plots.animate_descent(coast)
    with pytest.raises(ls.InputError, match="fps = 0"):
        plots.animate_descent(lander, fps=0)


@pytest.fixture(scope="module")
def rows(lander, strong):
    row = ls.GuidanceRow
    return [
        row("E-guidance", 7200 * u.kg, 650 * u.s, 0.81, 0.2 * u.m, 1000 * u.kg, lander),
        row("ZEM/ZEV", 7290 * u.kg, 11 * u.min, 0.9, 30 * u.m, 0.91 * u.t, strong),
        row("gravity turn", None, None, None, None, None),
        row("bang-bang minimum fuel", 7110 * u.kg, 600 * u.s, 1.0, 2 * u.km, 1090 * u.kg),
    ]


def test_laws_are_compared_point_by_point_with_their_numbers(rows):
    axes = plots.compare_guidance(rows, bound=7100 * u.kg)
    assert_readable(axes.path.figure)
    assert [label.get_text() for label in axes.propellant.get_yticklabels()] == [row.label for row in rows]
    for ax, label, value in (
        (axes.propellant, "Propellant (kg)", 7290.0),
        (axes.time, "Time (s)", 660.0),
        (axes.peak_throttle, "Peak throttle (%)", 90.0),
        (axes.miss, "Miss (m)", 30.0),
        (axes.margin, "Propellant left (kg)", 910.0),
    ):
        assert ax.get_xlabel() == label
        assert line(ax, "ZEM/ZEV").get_xydata().tolist() == [[pytest.approx(value), 1.0]]
        assert "none" in [text.get_text() for text in ax.texts]  # the law that did not land
    assert "7,290 (+2.7 %)" in [text.get_text() for text in axes.propellant.texts]
    assert "7,100 kg" in axes.propellant.get_title(loc="left")
    assert {str(drawn.get_label()) for drawn in axes.path.lines} >= {"E-guidance", "ZEM/ZEV"}


def test_a_law_that_crashed_has_hollow_points_and_says_so_where_its_propellant_would_stand(rows, lander):
    crashed = rows[0]._replace(label="late", propellant=None, margin=None, ending="crashed", flight=lander)
    axes = plots.compare_guidance([*rows[:2], crashed], bound=7100 * u.kg)
    assert_readable(axes.path.figure)
    for ax in (axes.propellant, axes.margin):
        assert "late" not in {drawn.get_label() for drawn in ax.lines}
        assert "crashed" in [text.get_text() for text in ax.texts]
    assert line(axes.time, "late").get_markerfacecolor() == line(axes.path, "late").get_markerfacecolor() == "#ffffff"
    assert line(axes.time, "ZEM/ZEV").get_markerfacecolor() != "#ffffff"
    assert "did not land" in axes.margin.get_title(loc="left")


def test_no_number_stands_on_the_bound(rows):
    ax = plots.compare_guidance(rows, bound=7100 * u.kg).propellant
    ax.figure.canvas.draw()
    x, _ = ax.transData.transform((7100.0, 0.0))
    numbers = [text.get_window_extent() for text in ax.texts if "%" in text.get_text()]
    assert len(numbers) == 3
    assert all(box.x0 > x or box.x1 < x for box in numbers)
    assert all(box.x1 <= ax.get_window_extent().x1 for box in numbers)


def test_laws_that_are_alike_to_a_gram_stand_on_one_axis_without_an_offset(rows):
    first = rows[0]
    twin = first._replace(
        label="its twin", margin=first.margin + 1e-3 * u.kg, propellant=first.propellant - 1e-3 * u.kg
    )
    axes = plots.compare_guidance([first, twin], bound=7100 * u.kg)
    axes.margin.figure.draw_without_rendering()
    assert axes.margin.xaxis.get_offset_text().get_text() == ""


def test_one_law_without_a_flight_can_be_drawn_too(rows):
    axes = plots.compare_guidance(rows[3:])
    assert_readable(axes.path.figure)
    assert "no flights" in axes.path.texts[0].get_text()


def test_what_is_no_comparison_is_refused(rows):
    with pytest.raises(ls.InputError, match="got 0 rows"):
        plots.compare_guidance([])
    with pytest.raises(ls.InputError, match=r"rows\[1\] = 'PDI'"):
        plots.compare_guidance([rows[0], "PDI"])  # type: ignore[list-item]
    with pytest.raises(ls.InputError, match="time of 'E-guidance'"):
        plots.compare_guidance([rows[0]._replace(time=3 * u.m)])
    with pytest.raises(ls.InputError, match="bound"):
        plots.compare_guidance(rows, bound=-3 * u.kg)


def test_the_command_line_draws_the_page_of_a_landing_alone(lander, coast):
    assert {"altitude_profile.png", "descent_profile.png"} <= files({"flown": lander}, {}).keys()
    assert "descent_profile.png" not in files({"flown": coast}, {})


def test_numbers_of_short_phases_stand_above_each_other():
    _, ax = plt.subplots(figsize=(3.0, 1.5), dpi=150, layout="constrained")
    ax.set_xlim(0.0, 100.0)
    ends = np.array([0.0, 80.0, 82.0, 84.0, 86.0, 96.0, 97.0, 100.0])
    phases.number(ax, list(itertools.pairwise(ends)), 180.0)
    assert_readable(ax.figure)
    assert [text.get_text() for text in ax.texts] == list("1234567")
