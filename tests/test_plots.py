"""Figures: what they draw is what the flight holds, and nothing written on them covers anything else."""

import itertools
import re
from dataclasses import replace

import burn_example
import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from burn_example import IGNITION
from matplotlib.axes import Axes
from matplotlib.text import Text

import lunarsim as ls
from lunarsim import plots
from lunarsim.flight import EventKind
from lunarsim.mission import Provenance, Status
from lunarsim.plots.style import legends, notes, placing, rows, style
from lunarsim.plots.style.window import Window, degrees_east, degrees_north

ONE_AXES = [plots.altitude_profile, plots.ground_track, plots.orbit]


@pytest.fixture(scope="module")
def state():
    return burn_example.orbit()


@pytest.fixture(scope="module")
def flights():
    """The flight as planned, and as flown with a dead accelerometer."""
    scenario = burn_example.scenario()
    return ls.simulate(scenario.without_faults()), ls.simulate(scenario)


@pytest.fixture(scope="module")
def coast(state):
    return ls.propagate(state, 2 * u.h)


@pytest.fixture(scope="module")
def landing():
    """A landing from 15 km at a site 5.9 km below the sphere."""
    return ls.simulate(ls.load_scenario("change4"))


@pytest.fixture(autouse=True)
def _figures_are_closed():
    yield
    plt.close("all")


def line(ax, label):
    """Return the one line of that label."""
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


def texts_of(ax):
    """Return the texts within axes and their children as they are drawn, without axis and tick labels."""
    every = [ax, *ax.child_axes]
    written = [text for part in every for text in part.texts if text.get_visible() and text.get_text()]
    legends = [part.get_legend() for part in every if part.get_legend() is not None]
    return written + [text for legend in legends for text in legend.get_texts()]


def words_of(ax):
    return " | ".join(text.get_text() for text in texts_of(ax))


def check_layout(axes):
    """Draw a figure; no text may cover another or reach out of the figure."""
    figure = axes[0].figure
    figure.canvas.draw()
    written = [text for ax in axes for text in texts_of(ax)]
    for ax in axes:
        written += [ax.xaxis.label, ax.yaxis.label] if ax.axison else []
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in written if text.get_text()]
    for (one, box), (other, other_box) in itertools.combinations(boxes, 2):
        assert not box.overlaps(other_box), f"'{one}' covers '{other}'"
    for word, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        assert inside, f"'{word}' reaches out of the figure"


@pytest.mark.parametrize("draw", ONE_AXES)
def test_a_figure_of_one_panel_returns_its_axes(draw, flights, coast):
    for given in (flights, flights[1:], (coast,)):
        assert isinstance(draw(*given), Axes)


@pytest.mark.parametrize("draw", ONE_AXES)
def test_given_axes_are_used_and_no_figure_is_made(draw, flights):
    _, ax = plt.subplots()
    current, settings = plt.gca(), dict(plt.rcParams)
    assert draw(*flights, ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    assert plt.gca() is current
    assert dict(plt.rcParams) == settings


def test_a_burn_is_drawn_on_the_two_axes_given(flights):
    _, axes = plt.subplots(2, 1)
    drawn = plots.burn(*flights, axes=axes)
    assert drawn[0] is axes[0]
    assert drawn[1] is axes[1]
    assert len(plt.get_fignums()) == 1
    assert axes[0].get_xlabel() == axes[1].get_xlabel()  # each needs its own, for they do not share one axis


@pytest.mark.parametrize("draw", ONE_AXES)
@pytest.mark.parametrize(
    "case", ["both", "coast", *(pytest.param(each, marks=pytest.mark.slow) for each in ("planned", "flown"))]
)
def test_no_text_covers_another_or_leaves_the_figure(draw, case, flights, coast):
    given = {"both": flights, "planned": flights[:1], "flown": flights[1:], "coast": (coast,)}[case]
    check_layout([draw(*given)])


@pytest.mark.parametrize(
    "case", [slice(0, 2), *(pytest.param(each, marks=pytest.mark.slow) for each in (slice(0, 1), slice(1, 2)))]
)
def test_no_text_of_a_burn_covers_another_or_leaves_the_figure(case, flights):
    check_layout(list(plots.burn(*flights[case])))


def test_notes_keep_clear_of_each_other_when_the_layout_changes_after_drawing(flights):
    _, (ax, *_) = plt.subplots(1, 2, figsize=(11.0, 4.5), layout="constrained")
    plots.altitude_profile(*flights, labels=["planned", "flown"], ax=ax)
    check_layout([ax])
    ax.figure.set_size_inches(9.0, 4.0)
    check_layout([ax])


def test_an_altitude_profile_draws_altitude_against_time(flights):
    ax = plots.altitude_profile(*flights, labels=["planned", "flown"])
    for flight, label in zip(flights, ("planned", "flown"), strict=True):
        x, y = line(ax, label).get_data()
        np.testing.assert_array_equal(y, flight.altitude.to_value(u.km))
        np.testing.assert_allclose(x, flight.elapsed.to_value(u.min), atol=1e-9)  # rounding of a Time
    assert ax.get_xlabel() == "Time after ignition at 2023-08-19 11:10:00 UTC (min)"
    assert ax.get_ylabel() == "Altitude above the 1737.4 km sphere (km)"


def test_an_altitude_profile_names_the_events(flights):
    ax = plots.altitude_profile(*flights)
    ax.figure.canvas.draw()
    words = words_of(ax)
    for name in (
        "84.0 s: sensed delta-v",
        "127.0 s: timer",
        "cut-off (timer)",
        "perilune, 19.0 km",
        "impact\n11:57:28 UTC",
    ):
        assert name in words
    assert words.count("ignition") == 1  # both flights ignite at the same point


def test_a_landing_below_the_sphere_is_not_flown_under_the_ground(landing):
    ax = plots.altitude_profile(landing)
    check_layout([ax])
    (ground,) = ax.collections[:1]
    top = ground.get_datalim(ax.transData).y1
    assert top == pytest.approx(-5.935, abs=1e-6)  # km, of the site
    assert line(ax, "change4").get_ydata().min() > top - 1e-3
    assert ax.get_ylim()[0] < top - 0.5


def test_the_profile_of_a_long_coast_is_in_hours_after_its_start(state):
    flight = ls.propagate(state, 8 * u.h)
    assert plots.altitude_profile(flight).get_xlabel() == "Time after the start at 2023-08-19 11:10:00 UTC (h)"


def test_a_burn_draws_true_and_sensed_delta_v_and_thrust(flights):
    above, below = plots.burn(*flights, labels=["planned", "flown"])
    for flight, label in zip(flights, ("planned", "flown"), strict=True):
        np.testing.assert_array_equal(line(above, f"{label}: true").get_ydata(), flight.delta_v.value)
        np.testing.assert_array_equal(line(above, f"{label}: sensed").get_ydata(), flight.delta_v_sensed.value)
        np.testing.assert_array_equal(line(below, label).get_ydata(), flight.thrust.value)
    assert above.get_ylabel() == "Delta-v (m/s)"
    assert below.get_ylabel() == "Thrust (N)"
    assert below.get_xlabel() == "Time after ignition at 2023-08-19 11:10:00 UTC (s)"
    assert above.get_xlim() == below.get_xlim()


def test_a_burn_says_what_was_aimed_at_and_why_it_ended(flights):
    above, _ = plots.burn(*flights)
    words = words_of(above)
    for phrase in (
        "target 16.57 m/s",
        "cut-off (sensed delta-v)\nat 84.0 s",
        "cut-off (timer)\nat 127.0 s",
        "sensed 0.00",
    ):
        assert phrase in words
    assert words.count("target") == 1


def test_a_target_that_was_inferred_is_drawn_to_the_digits_of_its_interval(flights):
    known = Provenance(value="16.5684 m/s", status=Status.INFERRED, note="of a fit", interval=("3.0 m/s", "28.6 m/s"))
    inferred = [
        replace(flight, scenario=replace(flight.scenario, provenance={"plan.0.target_delta_v": known}))
        for flight in flights
    ]
    above, _ = plots.burn(*inferred)
    words = words_of(above)
    assert "target 17 m/s (90 %: 3.0 to 28.6 m/s)" in words
    assert "cut-off (sensed delta-v)\nat 84.0 s, sensed 17 m/s" in words
    assert "16.57" not in words
    other = replace(known, value="16.60 m/s")  # of another number than was flown
    flown = replace(flights[0], scenario=replace(flights[0].scenario, provenance={"plan.0.target_delta_v": other}))
    assert "target 16.57 m/s" in words_of(plots.burn(flown)[0])


def test_a_flight_without_burns_has_no_burn_to_draw(coast):
    with pytest.raises(ls.InputError, match="'coast' has no burns to draw"):
        plots.burn(coast)
    assert not plt.get_fignums()


def test_a_burn_that_was_not_flown_cannot_be_drawn(flights):
    with pytest.raises(ls.InputError, match=r"index = 1.*has 1 burns"):
        plots.burn(flights[0], index=1)


def test_a_ground_track_draws_longitude_and_latitude(flights):
    ax = plots.ground_track(*flights, labels=["planned", "flown"])
    for flight, label in zip(flights, ("planned", "flown"), strict=True):
        x, y = (values[np.isfinite(values)] for values in line(ax, label).get_data())
        np.testing.assert_array_equal(y, flight.latitude.deg)
        np.testing.assert_allclose(x % 360.0, flight.longitude.deg, atol=1e-12)  # rounding of a turn
    assert "longitude (deg" in ax.get_xlabel()
    assert "latitude (deg" in ax.get_ylabel()


def test_a_ground_track_names_sites_impact_and_scale(flights):
    words = words_of(plots.ground_track(*flights))
    for phrase in ("LRO crater", "planned landing site", "impact, 11:57:28 UTC", "100 km at 64° S"):
        assert phrase in words
    assert "LRO crater" not in words_of(plots.ground_track(*flights, sites={}))


def test_the_ground_track_of_a_landing_shows_its_powered_descent_from_the_ignition_on(landing):
    ax = plots.ground_track(landing)
    check_layout([ax])
    window = Window(*ax.get_xlim(), *ax.get_ylim())
    assert window.holds(landing.longitude.deg, landing.latitude.deg).all()
    assert "ignition (main braking)" in words_of(ax)


def test_a_track_along_a_parallel_has_room_above_and_below():
    sites = {str(k): ls.Site(latitude=0 * u.deg, longitude=k * u.deg) for k in (20, 40)}
    window = Window.around((), sites)
    assert (window.north - window.south) * 2.0 >= 0.999 * (window.east - window.west)


def test_a_ground_track_is_to_scale_at_its_middle_latitude(flights):
    ax = plots.ground_track(*flights, extent=[30, 80, -70, -50] * u.deg)
    assert ax.get_aspect() == pytest.approx(2.0)  # 1 / cos 60 deg
    assert ax.get_xlim() == (30.0, 80.0)
    assert ax.get_ylim() == (-70.0, -50.0)


@pytest.mark.parametrize("extent", [[0, 360, -90, 90], [-180, 180, -90, 90], [170, 190, -20, 20]])
def test_a_line_breaks_where_it_goes_round_the_back_of_the_map(coast, extent):
    x = line(plots.ground_track(coast, extent=extent * u.deg), "coast").get_xdata()
    assert np.any(np.isnan(x))
    steps = np.diff(x)
    assert np.all(np.abs(steps[np.isfinite(steps)]) < 180.0)


def test_a_window_finds_points_on_both_sides_of_a_meridian():
    window = Window.of([350, 370, -5, 5] * u.deg)
    np.testing.assert_array_equal(window.holds(np.array([359.0, 1.0, 20.0]), np.zeros(3)), [True, True, False])


def test_degrees_carry_their_hemisphere():
    assert [degrees_east(lon) for lon in (0.0, 61.0, 270.0, 180.0, -10.0)] == ["0°", "61° E", "90° W", "180°", "10° W"]
    assert [degrees_north(lat) for lat in (0.0, 57.5, -57.5)] == ["0°", "57.5° N", "57.5° S"]


def test_an_orbit_is_drawn_to_scale(coast):
    ax = plots.orbit(coast)
    radius = np.hypot(*line(ax, "coast").get_data())
    distance = np.linalg.norm(coast.states.position.to_value(u.km), axis=-1)
    np.testing.assert_allclose(radius, distance, rtol=1e-4)  # other forces tilt the plane by 0.3 deg in a revolution
    assert ax.get_aspect() == 1.0
    for phrase in ("To scale", "1000 km", "1737.4 km", "north pole", "south pole"):
        assert phrase in words_of(ax)


def test_an_exaggerated_orbit_says_so(coast):
    ax = plots.orbit(coast)
    (companion,) = ax.child_axes
    radius = np.hypot(*line(companion, "coast").get_data())
    np.testing.assert_allclose((radius - 1737.4) / 10.0, coast.altitude.to_value(u.km), atol=0.1)  # the tilt again, km
    assert "Heights drawn 10 times too large" in words_of(companion)


@pytest.mark.parametrize("height_km", [9, 13, 22, 60])
def test_the_heights_of_the_circles_stand_clear_of_the_disc_of_the_moon(height_km):
    low = ls.State.from_elements(
        perilune=(height_km - 1) * u.km,
        apolune=height_km * u.km,
        inclination=80 * u.deg,
        node_longitude=0 * u.deg,
        epoch=Time("2024-01-01", scale="tdb"),
    )
    ax = plots.orbit(ls.propagate(low, 10 * u.min))
    ax.figure.canvas.draw()
    (companion,) = ax.child_axes
    heights = [text for text in companion.texts if re.fullmatch(r"\d+ km", text.get_text())]
    assert heights
    moon, apart = companion.transData.transform((0.0, 0.0)), ls.constants.MOON_RADIUS_M / 1e3
    radius = companion.transData.transform((apart, 0.0))[0] - moon[0]
    for text in heights:
        box = text.get_window_extent()
        nearest = np.clip(moon, box.min, box.max)
        farthest = np.max(np.abs([box.min - moon, box.max - moon]), axis=0)
        assert np.hypot(*(nearest - moon)) > radius or np.hypot(*farthest) < radius


def test_a_high_orbit_needs_no_exaggeration(state):
    high = ls.State.from_elements(
        perilune=100 * u.km, apolune=6000 * u.km, inclination=5 * u.deg, node_longitude=0 * u.deg, epoch=IGNITION
    )
    ax = plots.orbit(ls.propagate(high, 8 * u.h))
    assert not ax.child_axes
    assert "pole" not in words_of(ax)
    check_layout([ax])


def test_an_orbit_names_the_events(flights):
    ax = plots.orbit(*flights)
    for kind in (EventKind.IGNITION, EventKind.CUTOFF, EventKind.PERILUNE, EventKind.IMPACT):
        assert kind.value in words_of(ax)


def test_two_flights_of_one_scenario_are_told_apart_by_their_faults(flights):
    legend = plots.altitude_profile(*flights).get_legend()
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["lander, without faults", "lander, accelerometer off", "engine on"]


def test_flights_differ_in_colour_and_in_dashes(flights):
    ax = plots.altitude_profile(*flights, labels=["planned", "flown"])
    assert line(ax, "planned").get_color() == style.BLUE
    assert line(ax, "planned").get_linestyle() == "--"
    assert line(ax, "flown").get_color() == style.VERMILION
    assert line(ax, "flown").get_linestyle() == "-"


@pytest.mark.parametrize("draw", [*ONE_AXES, plots.burn])
def test_what_is_not_a_flight_is_refused(draw, flights):
    with pytest.raises(ls.InputError, match="got 0 flights"):
        draw()
    with pytest.raises(ls.InputError, match="one by one"):
        draw(list(flights))
    with pytest.raises(ls.InputError, match="expected a Flight"):
        draw("luna25")
    with pytest.raises(ls.InputError, match="expected 1 to 7"):
        draw(*flights * 4)


@pytest.mark.parametrize("labels", ["ab", ["planned"], []])
def test_labels_that_do_not_match_the_flights_are_refused(flights, labels):
    with pytest.raises(ls.InputError, match="one for each flight"):
        plots.orbit(*flights, labels=labels)


def test_what_is_not_axes_is_refused(flights):
    with pytest.raises(ls.InputError, match="expected a matplotlib Axes"):
        plots.orbit(*flights, ax="here")
    with pytest.raises(ls.InputError, match="expected two matplotlib Axes"):
        plots.burn(*flights, axes=["here"])  # type: ignore[list-item]


@pytest.mark.parametrize("extent", [[80, 30, -70, -50], [30, 80, -50, -70], [30, 80, -100, -50], [0, 400, -10, 10]])
def test_an_impossible_extent_is_refused(flights, extent):
    with pytest.raises(ls.InputError, match="west < east"):
        plots.ground_track(*flights, extent=extent * u.deg)


def test_a_site_that_is_not_a_site_is_refused(flights):
    with pytest.raises(ls.InputError, match=r"sites\['crater'\]"):
        plots.ground_track(*flights, sites={"crater": (1, 2)})  # type: ignore[dict-item]
    with pytest.raises(ls.InputError, match=r"sites\['crater'\]"):
        plots.ground_track(*flights, sites={"crater": (1, 2)}, extent=[30, 80, -70, -50] * u.deg)  # type: ignore[dict-item]


HOSTILE = r"$5 \frac$ and_{$x"  # an even count of dollars, between them what is no formula


def hostile(flight: ls.Flight) -> ls.Flight:
    """Return a flight whose scenario is called so that matplotlib would take its name for a formula."""
    return replace(flight, scenario=replace(flight.scenario, name=HOSTILE, title=HOSTILE))


def check_texts_are_literal(ax: Axes) -> None:
    """Check that the hostile text stands somewhere in a figure, and everywhere as it is written."""
    figure = ax.get_figure(root=True)
    figure.canvas.draw()
    found = [text for text in figure.findobj(Text) if r"\frac" in text.get_text()]
    assert found
    assert not any(text.get_parse_math() for text in found)


@pytest.mark.parametrize("draw", [*ONE_AXES, plots.burn])
def test_dollars_in_names_and_titles_are_dollars(flights, draw) -> None:
    mine = [hostile(flight) for flight in flights]
    check_texts_are_literal(np.ravel(draw(*mine))[0])
    check_texts_are_literal(np.ravel(draw(*flights, labels=[HOSTILE, "plain"]))[0])


@pytest.mark.parametrize("draw", [plots.descent_profile, plots.terrain_profile, plots.altitude_profile])
def test_dollars_in_the_title_of_a_landing_are_dollars(landing, draw) -> None:
    check_texts_are_literal(np.ravel(np.asarray(draw(hostile(landing)), dtype=object))[0])


def test_dollars_in_the_names_of_rows_notes_and_legends_are_dollars() -> None:
    _, ax = plt.subplots(figsize=(6.5, 3.0))
    ax.plot([0.0, 1.0], [0.0, 1.0], label=HOSTILE)
    legends.write(ax, HOSTILE)
    placing.place(ax, [notes.Note(0.5, 0.5, HOSTILE)])
    rows.dress(ax, HOSTILE, [HOSTILE, "plain"], [HOSTILE, ""], new=False)
    rows.write_end(ax, 0.0, 1.0, HOSTILE)
    check_texts_are_literal(ax)
