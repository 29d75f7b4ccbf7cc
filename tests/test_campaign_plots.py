"""Figures of campaigns: they show what the statistics found, and nothing written on them covers anything else."""

import io
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from matplotlib.text import Text

import lunarsim as ls
from lunarsim import plots, statistics
from lunarsim.errors import InputError

MPS = u.m / u.s


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def impacts():
    """An oblong footprint of 3000 runs near Luna-25's crater."""
    rng = np.random.default_rng(1)
    plane = statistics.LocalPlane(latitude_deg=-57.865, longitude_deg=61.36)
    xy_m = rng.normal(size=(3000, 2)) * [16e3, 1.6e3] @ np.array([[-0.42, 0.91], [0.91, 0.42]])
    return statistics.Footprint(plane=plane, xy_m=xy_m)


@pytest.fixture(scope="module")
def effects():
    rng = np.random.default_rng(2)
    names = ("plan.0.ignition", "craft.engine.thrust", "craft.engine.specific_impulse", "craft.dry_mass")
    inputs = {name: rng.normal(i, 1.0 + i, 500) for i, name in enumerate(names)}
    inputs["craft.accelerometer.bias"] = np.zeros(500)
    output = sum((-1.0) ** i * (5 - i) * column for i, column in enumerate(inputs.values()))
    return statistics.tornado(inputs, output + rng.normal(0.0, 3.0, 500))


def texts_on(ax):
    """Return the boxes of everything that is written on the figure of some axes, once it is drawn."""
    figure = ax.figure
    figure.canvas.draw()
    written = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    inside = [text for text in written if not any(_of_a_hidden_tick(each, text) for each in figure.axes)]
    return {text: text.get_window_extent() for text in inside}


def _of_a_hidden_tick(ax, text):
    for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim()))):
        for tick in axis.get_major_ticks():
            if text in (tick.label1, tick.label2):
                return not low <= tick.get_loc() <= high
    return False


def assert_readable(ax):
    boxes = texts_on(ax)
    frame = ax.figure.bbox.padded(1.0)
    for text, box in boxes.items():
        held = np.all((box.min >= frame.min) & (box.max <= frame.max))
        assert held, f"{text.get_text()!r} leaves the figure"
    for (a, box_a), (b, box_b) in itertools.combinations(boxes.items(), 2):
        assert not box_a.padded(-1.0).overlaps(box_b.padded(-1.0)), f"{a.get_text()!r} covers {b.get_text()!r}"


def test_a_footprint_is_drawn_to_scale_in_kilometres_with_every_run_inside(impacts):
    ax = plots.footprint(impacts, ellipses=[impacts.ellipse(0.95)], densities=[impacts.density((0.5, 0.9))])
    assert_readable(ax)
    runs = ax.lines[0]
    np.testing.assert_allclose(runs.get_xydata(), impacts.xy_m / 1e3)
    low_x, high_x, low_y, high_y = *ax.get_xlim(), *ax.get_ylim()
    assert np.all((runs.get_xdata() > low_x) & (runs.get_xdata() < high_x))
    assert np.all((runs.get_ydata() > low_y) & (runs.get_ydata() < high_y))
    box = ax.get_window_extent()
    assert box.width / (high_x - low_x) == pytest.approx(box.height / (high_y - low_y), rel=1e-6)  # equal aspect
    assert "57.865° S, 61.36° E" in ax.get_xlabel()


def test_a_footprint_along_the_track_has_downrange_to_the_right_and_left_of_the_motion_up(impacts):
    azimuth = impacts.ellipse().azimuth_deg
    ax = plots.footprint(impacts, downrange_azimuth=azimuth * u.deg)
    assert_readable(ax)
    expected = impacts.downrange_crossrange(azimuth) / 1e3
    np.testing.assert_allclose(ax.lines[0].get_xydata(), expected)
    assert not ax.yaxis_inverted()
    assert ax.get_window_extent().width > 2.0 * ax.get_window_extent().height


def test_the_legend_of_a_footprint_names_outcomes_numbers_ellipses_and_contours(impacts):
    rest = statistics.Footprint(plane=impacts.plane, xy_m=impacts.xy_m[:40] / 3.0)
    site = ls.Site(latitude=-57.865 * u.deg, longitude=61.36 * u.deg, title="crater")
    ax = plots.footprint(
        {"impact": impacts, "landed": rest},
        ellipses=[rest.ellipse(0.5), rest.ellipse(0.99)],
        densities=[impacts.density((0.9,))],
        sites={"crater": site},
    )
    assert_readable(ax)
    legend = " ".join(text.get_text() for text in ax.get_legend().get_texts())
    for words in ("impact: 3,000 runs", "landed: 40 runs", "50 % covariance", "99 % covariance", "90 % of the runs"):
        assert words in legend
    assert "crater" in [text.get_text() for text in ax.texts]


def test_of_very_many_runs_an_even_choice_is_drawn_and_said_so():
    xy_m = np.random.default_rng(3).normal(size=(50_000, 2))
    plane = statistics.LocalPlane(latitude_deg=90.0, longitude_deg=0.0)
    ax = plots.footprint(statistics.Footprint(plane=plane, xy_m=xy_m))
    assert len(ax.lines[0].get_xdata()) == 16_667
    assert "(1 in 3 drawn)" in ax.get_legend().get_texts()[0].get_text()
    assert ax.get_ylabel() == "North (m)"


def test_the_legend_beside_a_round_footprint_is_whole_in_the_first_file_that_is_written(impacts):
    xy_m = np.random.default_rng(2).normal(0.0, 400.0, (500, 2))
    round_ = statistics.Footprint(plane=impacts.plane, xy_m=xy_m)
    drawn = {"ellipses": [round_.ellipse()], "densities": [round_.density()]}
    ax = plots.footprint(round_, **drawn, downrange_azimuth=180 * u.deg)
    file = io.BytesIO()
    ax.figure.savefig(file, dpi=150)
    file.seek(0)
    assert plt.imread(file)[:, -3:, :3].min() == 1.0  # white at the right edge; the legend once ran over it


def test_footprints_about_different_centres_are_not_drawn_together(impacts):
    other = statistics.footprint([0.0, 1.0], [0.0, 1.0])
    with pytest.raises(InputError, match="different centres"):
        plots.footprint({"a": impacts, "b": other})
    with pytest.raises(InputError, match="0 footprints"):
        plots.footprint({})


GEAR = ls.LandingGear(vertical_speed=3 * MPS, horizontal_speed=100 * u.cm / u.s, tilt=10 * u.deg, slope=10 * u.deg)


@pytest.fixture(scope="module")
def touched_down():
    """200 touchdowns, of which the last 4 are crashes of dry craft."""
    rng = np.random.default_rng(4)
    down, across, left = rng.normal(2.4, 0.3, 200), np.abs(rng.normal(0.0, 0.2, 200)), rng.normal(80.0, 15.0, 200)
    down[-4:], across[-4:], left[-4:] = 60.0, 1500.0, 0.0
    return {"descent_rate_mps": down, "horizontal_speed_mps": across, "propellant_left_kg": left}


def test_touchdowns_are_drawn_against_the_limits_of_the_gear(touched_down):
    found = {name: statistics.quantiles(column, (0.05, 0.5, 0.95)) for name, column in touched_down.items()}
    axes = plots.touchdowns(**touched_down, gear=GEAR, quantiles=found)
    assert_readable(axes.descent_rate)
    above = int(np.sum(touched_down["descent_rate_mps"] > 3.0))
    for ax, words, at in (
        (axes.descent_rate, f"limit of the gear, 3 m/s: above in {above}", 3.0),
        (axes.horizontal_speed, "limit of the gear, 1 m/s: above in 4", 1.0),
        (axes.propellant_left, "empty tanks: in 4", 0.0),
    ):
        (limit,) = (drawn for drawn in ax.lines if drawn.get_label() == words)
        assert list(limit.get_xdata()) == [at, at]
        assert ax.get_ylabel() == "Runs, of 200"
        assert ax.get_xlim()[0] < at < ax.get_xlim()[1]
    legend = [text.get_text() for text in axes.horizontal_speed.get_legend().get_texts()]
    assert "beyond this view, up to 1,500 m/s: 4" in legend
    assert axes.horizontal_speed.get_xlim()[1] < 5.0  # the landings can be seen
    assert sum(bar.get_height() for bar in axes.horizontal_speed.patches if bar.get_facecolor()[3] == 1.0) == 196  # type: ignore[attr-defined, misc]


def test_touchdowns_without_a_gear_far_from_empty_tanks_have_no_limits():
    axes = plots.touchdowns([1.0, 1.2, 1.1], [0.1, 0.3, 0.2], [400.0, 402.0, 401.0])
    assert_readable(axes.descent_rate)
    assert all(ax.get_legend() is None for ax in axes)
    assert axes.propellant_left.get_xlim()[0] > 390.0


def test_touchdowns_of_runs_that_stayed_up_are_refused():
    with pytest.raises(InputError, match="horizontal_speed_mps has 2 values, not all finite"):
        plots.touchdowns([1.0, 2.0], [np.nan, 0.1], [5.0, 6.0])
    with pytest.raises(InputError, match="descent_rate_mps has 0 values"):
        plots.touchdowns([], [], [])


def test_rates_are_drawn_with_their_intervals_and_what_is_required():
    names = {1: "landed safely", 2: "impact", 0: "failed"}
    rates = statistics.outcome_rates(np.repeat([1, 2, 0], [973, 23, 4]), names)
    ax = plots.outcome_rates(rates, required={"landed safely": 0.99})
    assert_readable(ax)
    assert [bar.get_width() for bar in ax.patches] == [rate.value for rate in rates.values()]  # type: ignore[attr-defined]
    for line, rate in zip(ax.lines, rates.values(), strict=False):
        assert list(line.get_xdata()) == [rate.low, rate.high]
    assert ax.yaxis_inverted()
    with pytest.raises(InputError, match="required among them"):
        plots.outcome_rates(rates, required={"escape": 0.0})


def test_a_tornado_has_its_greatest_effect_on_top_and_values_at_the_ends(effects):
    ax = plots.tornado(effects, what="downrange (m)")
    assert_readable(ax)
    drawn = [effect.name for effect in effects.effects if effect.swing != 0.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == drawn
    widths = [bar.get_width() for bar in ax.patches]  # type: ignore[attr-defined]
    assert widths[:2] == [effects.effects[0].low, effects.effects[0].high]
    assert "1 smaller effect not drawn" in ax.get_legend().get_title().get_text()  # the bias is 0 in every run
    assert f"explains {100.0 * effects.r_squared:.2f} %" in ax.get_legend().get_title().get_text()


def test_a_tornado_names_the_units_of_its_inputs():
    rng = np.random.default_rng(5)
    inputs = {"plan.0.pitch_error": rng.normal(0.0, 0.3, 200), "fault": rng.integers(0, 2, 200)}
    output = inputs["plan.0.pitch_error"] + 0.5 * inputs["fault"]
    ax = plots.tornado(statistics.tornado(inputs, output, units={"plan.0.pitch_error": "deg", "fault": ""}))
    assert_readable(ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["plan.0.pitch_error (deg)", "fault"]


def test_a_tornado_says_how_many_effects_it_leaves_out(effects):
    ax = plots.tornado(effects, most=2)
    assert len(ax.get_yticklabels()) == 2
    assert "3 smaller effects not drawn" in ax.get_legend().get_title().get_text()


def test_sensitivities_are_drawn_with_their_intervals_by_falling_total():
    found = statistics.sobol(lambda v: v[:, 0] + 3.0 * v[:, 1] * v[:, 2], ("thrust", "mass", "state"), base=128)
    ax = plots.sensitivity(found)
    assert_readable(ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == sorted(names, key=lambda name: -found[name].total)
    totals = next(line for line in ax.lines if str(line.get_label()).startswith("total"))
    assert list(totals.get_xdata()) == [found[name].total for name in names]


def test_a_histogram_counts_every_run_and_shows_the_quantiles():
    speeds = np.random.default_rng(4).gamma(4.0, 12.0, 4000)
    found = statistics.quantiles(speeds, (0.05, 0.5, 0.95))
    ax = plots.histogram(speeds, what="Impact speed (m/s)", quantiles=found)
    assert_readable(ax)
    assert sum(bar.get_height() for bar in ax.containers[0]) == 4000
    assert [line.get_xdata()[0] for line in ax.lines] == [quantile.value for quantile in found]
    with pytest.raises(InputError, match="not all finite"):
        plots.histogram([1.0, np.nan])


def test_a_histogram_of_runs_far_apart_has_no_more_bins_than_can_be_seen():
    ax = plots.histogram([*np.linspace(0.0, 1.0, 1000), 1e7])
    assert len(ax.containers[0]) <= 200


def test_figures_are_drawn_on_axes_that_are_given(impacts, effects):
    _, ax = plt.subplots()
    assert plots.footprint(impacts, ax=ax) is ax
    _, ax = plt.subplots()
    assert plots.tornado(effects, ax=ax) is ax
