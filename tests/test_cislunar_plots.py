"""Figures of the way to the Moon: what stands where on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from command_line import here
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from numpy.testing import assert_allclose
from PIL import Image

import lunarsim as ls
from lunarsim.plots.flight.cislunar_views import Still, Way, turning
from lunarsim.plots.style.legends import on_top

pytestmark = pytest.mark.filterwarnings("ignore::lunarsim.ModelWarning")  # of the ephemeris: figures are coarser
MPS = u.m / u.s
EPOCH = Time("2023-08-11T00:15:00", scale="utc")
MOON = ls.Moon(gravity=ls.GravityField.grail(degree=0), earth=ls.Earth())
CRAFT = ls.Spacecraft(
    dry_mass=800 * u.kg,
    propellant_mass=950 * u.kg,
    engine=ls.Engine(thrust=5000 * u.N, specific_impulse=320 * u.s),
)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def flown() -> ls.Flight:
    way = ls.orbits.patched_conics(EPOCH, 4.5 * u.day, inclination=51.7 * u.deg, northbound=False)
    burn = ls.Burn(ignition=EPOCH + 1.5 * u.day, target_delta_v=5 * MPS, timer=99 * u.s, name="correction")
    plan = (burn, ls.Coast(duration=3.4 * u.day))
    return ls.simulate(ls.Scenario(name="way", title="A way", state=way.state, moon=MOON, craft=CRAFT, plan=plan))


def line(ax: Axes, label: str) -> np.ndarray:
    return next(np.asarray(each.get_xydata()) for each in ax.lines if each.get_label() == label)


@pytest.mark.parametrize("size", [(4.0, 8.0), (8.0, 4.0)])
def test_a_legend_over_equal_axes_is_moved_without_a_word_of_matplotlibs(
    size: tuple[float, float], caplog: pytest.LogCaptureFixture
) -> None:
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    ax.plot([0.0, 1.0], [0.0, 1.0], label="way")
    ax.set_aspect("equal", adjustable="datalim")
    on_top(ax)
    for _ in range(2):  # the legend moves as it is drawn, and again
        figure.canvas.draw()
    assert not [record for record in caplog.records if record.name.startswith("matplotlib")]


def test_the_turning_axes_hold_earth_and_moon_fast(flown: ls.Flight) -> None:
    way = Way.of([flown])
    for places, x in ((way.moon_km, 1.0), (0.0 * way.moon_km, 0.0)):
        assert_allclose(
            turning(way._replace(craft_km=places)), [np.full(len(way.seconds), x), 0.0 * way.seconds], atol=1e-12
        )
    # seen from the north: what goes with the Moon, and farther round than it, is on the left of the line to it
    ahead = way.moon_km + 1e-2 * way.moon_mps
    assert np.all(turning(way._replace(craft_km=ahead))[1] > 0.0)


def test_the_way_of_the_moon_is_that_of_the_ephemeris(flown: ls.Flight) -> None:
    way = Way.of([flown])
    k = len(way.seconds) // 3
    earth = flown.scenario.moon.ephemeris.position("earth", flown.times[k]).to_value(u.km)
    assert_allclose(way.moon_km[k], -earth, atol=2e-3)
    assert_allclose(way.craft_km[k], flown.states.position[k].to_value(u.km) - earth, atol=2e-3)


def test_lengths_stand_to_scale_in_axes_that_stand_still(flown: ls.Flight) -> None:
    way = Way.of([flown])
    axes = Still.towards(way, way.meeting)
    x, y = axes.flat(way.moon_km)
    assert_allclose(np.hypot(x, y), np.linalg.norm(way.moon_km, axis=1) / 1e3, rtol=5e-4)  # its plane turns a little
    assert abs(y[way.meeting]) < 1e-9 < x[way.meeting]
    assert y[-1] > y[0]  # counterclockwise


def test_the_craft_is_drawn_from_the_earth_into_the_sphere_of_influence(flown: ls.Flight) -> None:
    axes = ls.plots.cislunar(flown)
    craft = line(axes.turning, "craft")
    assert np.hypot(*craft[0]) < 0.02
    sphere = line(axes.turning, "its sphere of influence")
    assert_allclose(np.hypot(sphere[:, 0] - 1.0, sphere[:, 1]), 0.1724, atol=1e-3)  # 66,200 km of 384,400 (Battin)
    burns, days = line(axes.still, "burn"), line(axes.still, "midnight, UTC")
    assert burns.shape == (1, 2)
    assert len(days) == 3  # the fourth midnight is within the sphere
    texts = [text.get_text() for text in axes.still.texts]
    assert "correction" in texts
    assert "12 Aug" in texts
    axes.still.figure.canvas.draw()


def test_a_flight_about_the_moon_is_no_way_to_it() -> None:
    flight = ls.propagate(ls.State([2e6, 0, 0] * u.m, [0, 1500, 0] * MPS, EPOCH), 1 * u.h, MOON)
    with pytest.raises(ls.InputError, match="all of the flight is within the Moon's sphere of influence"):
        ls.plots.cislunar(flight)


def arrivals(count: int) -> ls.orbits.BPlane:
    rng = np.random.default_rng(1)
    r = np.array([6e7, 5e6, 3e6]) + 5e3 * rng.normal(size=(count, 3))
    v = np.array([-1000.0, 20.0, -10.0]) + rng.normal(size=(count, 3))
    return ls.orbits.b_plane(ls.State(r * u.m, v * MPS, EPOCH + np.zeros(count) * u.s))


def test_the_circle_that_hits_the_moon_is_that_of_a_perilune_on_the_ground() -> None:
    plane = arrivals(1)
    state = ls.State([6e7, 5e6, 3e6] * u.m, [-1000, 20, -10] * MPS, EPOCH)
    ground = ls.orbits.aim(state, perilune=0 * u.km, inclination=90 * u.deg)
    one = ls.orbits.b_plane(state)
    assert one.impact_radius.to_value(u.m) == pytest.approx(float(np.hypot(*ground.points_m)))
    assert plane.impact_radius.shape == (1,)


def test_many_arrivals_are_those_one_by_one_and_closed_orbits_have_none() -> None:
    states = ls.State(
        [[6e7, 5e6, 3e6], [2e6, 0, 0]] * u.m, [[-1000, 20, -10], [0, 1500, 0]] * MPS, EPOCH + [0, 0] * u.s
    )
    both, first = ls.orbits.b_plane(states), ls.orbits.b_plane(states[0])
    assert_allclose(both.points_m[0], first.points_m)
    assert np.all(np.isnan(both.points_m[1]))


def test_the_b_plane_shows_points_aim_and_ellipse() -> None:
    runs = arrivals(50)
    aim = ls.orbits.BPlane(b_dot_t=7 * u.Mm, b_dot_r=1 * u.Mm, excess_speed=1 * u.km / u.s)
    ellipse = ls.statistics.covariance_ellipse(runs.points_m)
    ax = ls.plots.b_plane({"runs": runs}, aim=aim, ellipses=[ellipse])
    assert_allclose(line(ax, "aim"), [[7000.0, 1000.0]])
    assert_allclose(ax.collections[0].get_offsets(), 1e-3 * runs.points_m)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # R points down
    (inner,) = ax.child_axes
    assert np.ptp(inner.get_xlim()) < 0.2 * np.ptp(ax.get_xlim())
    ax.figure.canvas.draw()


def test_arrivals_that_are_none_are_refused() -> None:
    closed = ls.orbits.b_plane(ls.State([[2e6, 0, 0]] * u.m, [[0, 1500, 0]] * MPS, EPOCH + [0] * u.s))
    with pytest.raises(ls.InputError, match="'runs' has no arrival: all of its states are on closed orbits"):
        ls.plots.b_plane({"runs": closed})
    with pytest.raises(ls.InputError, match="b_plane got 0 groups"):
        ls.plots.b_plane({})


def test_the_porkchop_marks_the_least_and_what_it_is_given() -> None:
    departures = EPOCH + np.arange(0, 14, 2) * u.day
    window = ls.orbits.launch_window(departures, [4, 5, 6] * u.day, inclination=51.7 * u.deg)
    ax = ls.plots.porkchop(window, mark={"Luna-25": (EPOCH, 5.365 * u.day)})
    i, j = window.best
    star, mark = (np.asarray(each.get_xydata())[0] for each in ax.lines)
    assert star[1] == window.durations[j].to_value(u.day)
    assert star[0] == date2num(departures[i].datetime64)
    assert mark[1] == 5.365
    with pytest.raises(ls.InputError, match="porkchop needs two departures and two times of flight"):
        ls.plots.porkchop(ls.orbits.launch_window(departures, [5] * u.day, inclination=51.7 * u.deg))


def test_the_moving_picture_ends_where_the_flight_does(flown: ls.Flight, tmp_path: Path) -> None:
    path = tmp_path / "way.gif"
    picture: Any = ls.plots.animate_cislunar(flown, path, fps=1, duration=2 * u.s)
    gif: Any
    with Image.open(path) as gif:
        assert gif.n_frames == 2  # of the last moment, shown twice as long, one
    still = picture._fig.axes[0]
    *_, moon, craft = (np.asarray(each.get_xydata())[0] for each in still.lines)
    apart = np.linalg.norm(flown.states.position[-1].to_value(1e3 * u.km))
    assert np.hypot(*(craft - moon)) <= apart  # as projected
    assert np.hypot(*(craft - moon)) > 0.3 * apart
    assert flown.end.utc.strftime("%d %B %Y, %H:%M UTC") in picture._fig.axes[1].get_title(loc="right")


def test_the_figure_about_the_moon_leaves_the_way_there_out(flown: ls.Flight) -> None:
    mission = ls.fly_mission(ls.Mission(name="one", links=(ls.Link(scenario=flown.scenario),)))
    axes = ls.plots.mission(mission)
    (way,) = (np.asarray(each.get_xydata()) for each in axes.orbits.lines)
    farthest = np.nanmax(np.hypot(*way.T))
    assert 5e4 < farthest < 6.8e4  # within the sphere of influence, 66,200 km
    assert axes.heights.get_xlim()[0] > date2num((EPOCH + 3 * u.day).datetime64)  # the burn was before


def test_the_command_leaves_the_figure_of_a_mission_from_the_earth_and_draws_it_again(tmp_path: Path) -> None:
    (tmp_path / "way.toml").write_text(
        """
        name = "way"
        [earth_orbit]
        perigee = "200 km"
        apogee = "400000 km"
        inclination = "51.6 deg"
        raan = "30 deg"
        epoch = "2023-08-10T23:10:57 UTC"
        [moon]
        gravity_degree = 0
        [moon.earth]
        [[links]]
        name = "an hour"
        plan = [{ type = "coast", duration = "1 h" }]
        """
    )
    done = here("run", "way.toml", "--out", "left", cwd=tmp_path)
    assert done.status == 0, done.err
    assert (tmp_path / "left" / "cislunar.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "left" / "mission.png").exists()  # it is nowhere near the Moon
    done = here("plot", "left/mission.lunarsim", "--figure", "mission", cwd=tmp_path)
    assert "it does not come into the Moon's sphere of influence" in " ".join(done.err.split())
    done = here("plot", "left/mission.lunarsim", "--figure", "cislunar", "--out", "again.pdf", cwd=tmp_path)
    assert done.status == 0, done.err
    assert (tmp_path / "again.pdf").read_bytes().startswith(b"%PDF")
