"""A force of the user's own: against closed forms, in both drivers, plain and compiled, dispersed, from files."""

from dataclasses import replace
from math import pi, sqrt
from typing import Any

import numba
import numpy as np
import pytest
from astropy import units as u
from random_flights import EPOCH, MOON, MPS, both, compiled

import lunarsim as ls
from lunarsim import constants
from lunarsim.campaign import Campaign, Normal, Probability, Uniform, dispersible, edited, nominal
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.outcome import FAILURES
from lunarsim.io.scenario_file.file import scenario_from_document
from lunarsim.kernels import codes
from lunarsim.kernels.forces.own import MOST_NUMBERS
from lunarsim.mission.over_ground import over_ground_pa
from lunarsim.moon.orientation import rot_pa_from_icrf
from lunarsim.moon.own_forces import FORCES
from lunarsim.own import identity
from lunarsim.records import numbers_record

GM = MOON.gravity.gm
GM_UNIT = u.m**3 / u.s**2
HIGH = ls.State([constants.MOON_RADIUS_M + 1e5, 0, 0] * u.m, [0, 1600, 300] * MPS, EPOCH)
LANDER = ls.Spacecraft(
    dry_mass=600 * u.kg, propellant_mass=900 * u.kg, engine=ls.Engine(thrust=3 * u.kN, specific_impulse=320 * u.s)
)


def point_mass(place, own):
    x, y, z = place.position[0], place.position[1], place.position[2] - own.z_m
    k = -own.on * own.gm_m3_s2 / (x * x + y * y + z * z) ** 1.5
    return k * x, k * y, k * z


class Declared:
    """The numbers of a mascon, for a class with either function."""

    gm: u.Quantity = ls.number(5e10, GM_UNIT, low=-6e12, high=6e12, text="Attraction.", dispersible=True)
    z: u.Quantity = ls.number(0.0, u.km, low=-2e3, high=2e3, text="North of the centre.", dispersible=True)
    on: bool = ls.switch(True, "It is there.", dispersible=True)


def own_force(title, acceleration, frame="pa", declared=Declared):
    body = {name: value for name, value in vars(declared).items() if not name.startswith("__")}
    notes = {"__annotations__": declared.__annotations__, "__qualname__": title, "__module__": __name__}
    return ls.force(title)(type("Own", (), {**body, **notes, "acceleration": acceleration, "frame": frame}))


MASCON = own_force("mascon", point_mass)
COMPILED = own_force("mascon, compiled", numba.njit(point_mass))


def push(place, own):
    return own.x_mps2, own.y_mps2, own.z_mps2


class Axes:
    """Three accelerations."""

    x: u.Quantity = ls.number(0.0, u.m / u.s**2, low=-1.0, high=1.0, text="Along x.", dispersible=True)
    y: u.Quantity = ls.number(0.0, u.m / u.s**2, low=-1.0, high=1.0, text="Along y.", dispersible=True)
    z: u.Quantity = ls.number(0.0, u.m / u.s**2, low=-1.0, high=1.0, text="Along z.", dispersible=True)


PUSH = own_force("push", numba.njit(push), "icrf", Axes)
PUSH_PA = own_force("push, turning", numba.njit(push), "pa", Axes)


class Nothing:
    """No numbers."""


def lived_in(place, own):
    """What depends on all that a place holds: drag, a leak that grows with time, an effect on a mass."""
    k = -own.rate_per_s * (1.0 + 1e-3 * place.time_s)
    vx, vy, vz = place.velocity
    return k * vx, k * vy, k * vz + 1e-3 * place.position[2] / place.mass_kg / 1e6


class Rate:
    """How strong it is; with a number that may be left out."""

    rate: u.Quantity = ls.number(1e-6, u.s**-1, low=0.0, high=1e-3, text="Of decay.", dispersible=True)
    limit: float | None = ls.number(None, u.one, low=0.0, high=1.0, text="Not used.")


LIVED_IN = own_force("lived in", numba.njit(lived_in), "pa", Rate)


def coast(*forces, hours=2.0, **moon):
    plan = (ls.Coast(duration=hours * u.h),)
    return ls.Scenario(name="own", state=HIGH, moon=replace(MOON, forces=forces, **moon), plan=plan)


def burn(*forces):
    """A flight whose mass changes, under engine and forces."""
    first = ls.Burn(ignition=EPOCH + 100 * u.s, target_delta_v=1e4 * MPS, timer=60 * u.s)
    plan = (first, ls.Coast(duration=1500 * u.s))
    return replace(coast(*forces), craft=LANDER, plan=plan)


def apart_m(flight, other):
    return np.linalg.norm((flight.outcome.state.position - other.outcome.state.position).to_value(u.m))


@pytest.mark.parametrize("kind", [MASCON, COMPILED], ids=["plain", "compiled"])
def test_a_point_mass_at_the_centre_is_a_greater_gm_to_both_drivers(kind):
    added = 4e9 * GM_UNIT
    greater = ls.simulate(edited(coast(), {"moon.gravity.gm": (GM + added).to_value(GM_UNIT)}))
    found, flight, why = both(coast(kind(gm=added)))
    assert found.alike, why
    assert apart_m(flight, greater) < 1e-4  # as far as the tolerances of the driver
    assert found.position_m < 1e-3
    assert apart_m(flight, ls.simulate(coast())) > 1e3


def test_an_orbit_in_the_pull_of_the_moon_and_a_point_mass_closes_after_its_period():
    added = -1e11
    r, v = np.linalg.norm(HIGH.position.to_value(u.m)), np.linalg.norm(HIGH.velocity.to_value(u.m / u.s))
    total = GM.to_value(GM_UNIT) + added
    axis = 1.0 / (2.0 / r - v * v / total)  # vis viva
    flight = ls.simulate(coast(COMPILED(gm=added * GM_UNIT), hours=2 * pi * sqrt(axis**3 / total) / 3600.0))
    assert np.linalg.norm((flight.outcome.state.position - HIGH.position).to_value(u.m)) < 1e-3


def test_a_steady_push_where_the_pull_of_the_moon_is_taken_away_gives_a_parabola_in_both_drivers():
    a = np.array([2e-3, -1e-3, 5e-4])
    steady = PUSH(**{axis: value * (u.m / u.s**2) for axis, value in zip("xyz", a, strict=True)})
    found, flight, why = both(coast(COMPILED(gm=-GM), steady, hours=0.5))
    assert found.alike, why
    assert found.position_m < 1e-3
    t = 1800.0
    r, v = HIGH.position.to_value(u.m), HIGH.velocity.to_value(u.m / u.s)
    end = flight.outcome.state
    np.testing.assert_allclose(end.position.to_value(u.m), r + v * t + 0.5 * a * t * t, rtol=0, atol=1e-5)
    np.testing.assert_allclose(end.velocity.to_value(u.m / u.s), v + a * t, rtol=0, atol=1e-8)


def test_steps_as_long_as_a_campaign_takes_them_hold_what_a_steep_force_gives():
    taken = COMPILED(gm=-GM)  # its gradient is a hundred times that of the forces that the driver knows
    row = compiled(coast(taken, hours=0.5), tolerance_m=1e-3)
    r, v = HIGH.position.to_value(u.m), HIGH.velocity.to_value(u.m / u.s)
    apart = [row["x_m"], row["y_m"], row["z_m"]] - (r + v * 1800.0)
    assert np.linalg.norm(apart) < 5e-3  # five steps of 400 s, each with the tolerance


def test_a_push_along_the_axes_of_the_moon_points_where_they_do():
    a = np.array([2e-3, -1e-3, 5e-4])
    steady = PUSH_PA(**{axis: value * (u.m / u.s**2) for axis, value in zip("xyz", a, strict=True)})
    gained = ls.simulate(coast(COMPILED(gm=-GM), steady, hours=0.01)).outcome.state.velocity - HIGH.velocity
    # in 36 s the Moon turns by 1e-4 rad, half of it in the mean
    expected = rot_pa_from_icrf(EPOCH + 18 * u.s).T @ a * 36.0
    np.testing.assert_allclose(gained.to_value(u.m / u.s), expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("frame", ["icrf", "pa"])
def test_a_force_is_told_the_time_the_mass_and_its_place_in_its_own_axes(frame):
    seen = []

    def note(place, own):
        seen.append(place)
        return 0.0, 0.0, 0.0

    noting = own_force(f"notes {frame}", note, frame, Nothing)()
    flight = ls.simulate(burn(noting), accuracy=ls.Accuracy(max_step=2 * u.s))
    for place in seen[:: len(seen) // 20]:
        now = flight.moment(flight.start + place.time_s * u.s).true
        if frame == "icrf":
            r, v = now.state.position.to_value(u.m), now.state.velocity.to_value(u.m / u.s)
        else:
            r, v = over_ground_pa(now.state)
        # the stages of a step of 2 s lie beside the flight, which these bounds are beyond
        np.testing.assert_allclose(place.position, r, rtol=0, atol=0.05)
        np.testing.assert_allclose(place.velocity, v, rtol=0, atol=1e-3)
        assert place.mass_kg == pytest.approx(now.mass.to_value(u.kg), abs=1e-3)


def test_both_drivers_fly_alike_what_depends_on_velocity_time_and_mass():
    found, flight, why = both(burn(LIVED_IN(), COMPILED(z=1500 * u.km), PUSH(x=1e-4 * u.m / u.s**2)))
    assert found.alike, why
    assert found.position_m < 1e-2
    assert apart_m(flight, ls.simulate(burn())) > 1e3


def test_numbers_and_switches_of_forces_are_dispersed_and_both_drivers_fly_them_alike():
    scenario = burn(LIVED_IN(), COMPILED(z=1500 * u.km))
    assert nominal(scenario, "moon.forces.1.z") == 1500 * u.km
    assert [name for name in dispersible(scenario) if name.startswith("moon.forces")] == [
        *("moon.forces.0.rate", "moon.forces.1.gm", "moon.forces.1.z", "moon.forces.1.on")
    ]
    dispersed = {
        "moon.forces.0.rate": Uniform(1e-7 * u.s**-1, 1e-4 * u.s**-1),  # its force grows with the time since the start
        "moon.forces.1.gm": Normal(5e10 * GM_UNIT, 1e10 * GM_UNIT),
        "moon.forces.1.on": Probability(0.5),
        "state.epoch": Uniform(-90 * u.s, 90 * u.s),
    }
    result = Campaign(scenario, dispersed).run(6, seed=2)
    check = result.cross_check(6)
    assert check.different == ()
    assert check.position < 1 * u.m
    assert 0 < result.dataset["moon.forces.1.on"].values.sum() < 6
    forces: list[Any] = [result.rerun(i).scenario.moon.forces[0] for i in range(6)]
    drawn = [force.rate.to_value(u.s**-1) for force in forces]
    assert drawn == pytest.approx(result.dataset["moon.forces.0.rate"].values, rel=1e-12)
    assert result.dataset["moon.forces.1.gm"].attrs["long_name"].endswith("gm of force 1, mascon, compiled")


def test_a_number_of_a_force_beyond_its_bounds_is_no_run_in_either_driver():
    result = Campaign(coast(LIVED_IN()), {"moon.forces.0.rate": Normal(0 * u.s**-1, 1e-6 * u.s**-1)}).run(8, seed=1)
    below = result.dataset["moon.forces.0.rate"].values < 0.0
    assert 0 < below.sum() < 8
    assert result.failures() == {FAILURES[codes.NOT_FINITE]: int(below.sum())}
    with pytest.raises(ls.InputError, match=r"moon\.forces\.0\.rate = -.*: expected from 0 1 / s to 0.001 1 / s"):
        result.rerun(int(np.flatnonzero(below)[0]))


def stops(place, own):
    if place.position[2] > own.limit_m:
        return own.limit_m * np.nan, 0.0, 0.0
    return 0.0, 0.0, 0.0


def raises(place, own):
    if place.position[2] > own.limit_m:
        raise ValueError("too far north")
    return 0.0, 0.0, 0.0


class Limit:
    """Where it begins to fail."""

    limit: u.Quantity = ls.number(300.0, u.km, low=-1e4, high=1e4, text="Of z.", dispersible=True)


LOST = {
    "plain gave NaN": own_force("stops", stops, "icrf", Limit),
    "compiled gave NaN": own_force("stops, compiled", numba.njit(stops), "icrf", Limit),
    "plain raised": own_force("raises", raises, "icrf", Limit),
    "compiled raised": own_force("raises, compiled", numba.njit(raises), "icrf", Limit),
}


@pytest.mark.parametrize("case", LOST)
def test_a_force_that_raises_or_gives_no_number_ends_a_flight_with_its_name_and_fails_a_run_of_a_campaign(case):
    lost = LOST[case]
    what = r"gave \(nan, 0\.0, 0\.0\)" if "NaN" in case else "ended with ValueError: too far north"
    told = rf"^force '{lost.title}' {what}, \d+\.\d+ s after the start of the flight"
    scenario = coast(PUSH(), lost())
    with pytest.raises(ls.IntegrationError, match=told):
        ls.simulate(scenario)
    limits = Uniform(0 * u.km, 900 * u.km)  # the orbit comes to z = 338 km
    result = Campaign(scenario, {"moon.forces.1.limit": limits}).run(12, seed=4)
    beyond = result.dataset["moon.forces.1.limit"].values < 3.3e5
    assert 0 < beyond.sum() < 12
    words = FAILURES[codes.NO_FORCE + 1].replace("force 1 of the Moon", f"force '{lost.title}'")
    assert result.failures() == {words: int(beyond.sum())}
    with pytest.raises(ls.IntegrationError, match=told):
        result.rerun(int(np.flatnonzero(beyond)[0]))


def test_a_force_without_an_answer_below_the_ground_lets_a_flight_come_down():
    def above(place, own):
        r2 = place.position[0] ** 2 + place.position[1] ** 2 + place.position[2] ** 2
        return (np.nan if r2 < (constants.MOON_RADIUS_M - 1e4) ** 2 else 0.0), 0.0, 0.0

    falls = ls.State(HIGH.position, [0, 1000, 0] * MPS, EPOCH)
    scenario = replace(coast(own_force("above the ground", above, "icrf", Nothing)()), state=falls)
    found, flight, why = both(scenario)
    assert found.alike, why
    assert isinstance(flight.outcome, ls.Impact)


def test_a_force_with_nothing_to_add_leaves_each_bit_of_a_flight_as_it_was():
    without, idle = (ls.simulate(burn(*forces)).outcome.state for forces in ((), (PUSH(),)))
    assert np.array_equal(without.position.value, idle.position.value)


@pytest.mark.parametrize(
    ("acceleration", "frame", "told"),
    [
        (None, "pa", r"force 'odd': its acceleration is missing: expected acceleration\(place, own\)"),
        (lambda place: (0.0, 0.0, 0.0), "pa", r"its acceleration takes \(place\): expected acceleration\(place, own\)"),
        (point_mass, "me", r"frame of force 'odd' = 'me': expected 'icrf' or 'pa'"),
    ],
)
def test_what_cannot_be_a_force_is_refused_with_its_name(acceleration, frame, told):
    with pytest.raises(ls.InputError, match=told):
        own_force("odd", acceleration, frame)
    assert "odd" not in FORCES


def test_a_function_that_gives_no_three_numbers_is_named():
    two = own_force("two", numba.njit(lambda place, own: (0.0, 1.0)), "pa", Nothing)
    with pytest.raises(ls.InputError, match="force 'two': its acceleration cannot be compiled, or does not give three"):
        ls.simulate(coast(two()))
    word = own_force("word", lambda place, own: "up", "pa", Nothing)
    with pytest.raises(ls.IntegrationError, match=r"force 'word' gave 'up', .*: expected three numbers"):
        ls.simulate(coast(word()))


def test_too_many_forces_or_numbers_and_what_is_no_force_are_refused():
    with pytest.raises(ls.InputError, match="forces has 5: expected up to 4; one can be the sum of several"):
        coast(*[MASCON()] * 5)
    with pytest.raises(ls.InputError, match=r"forces\[1\] = .*Declared.*: expected an object of a class that lunarsim"):
        coast(MASCON(), Declared())
    with pytest.raises(ls.InputError, match=r"forces = .*: expected a tuple of forces"):
        replace(MOON, forces=MASCON())
    many = {f"n{i}": ls.number(0.0, u.one, low=0.0, high=1.0) for i in range(MOST_NUMBERS + 1)}
    notes = {"__annotations__": dict.fromkeys(many, float)}
    with pytest.raises(ls.InputError, match="force 'many' declares 13 numbers: expected up to 12"):
        ls.force("many")(type("Many", (), {**many, **notes, "acceleration": lambda place, own: (0, 0, 0)}))
    with pytest.raises(ls.InputError, match=r"gm = .*: expected from -6e\+12 m3 / s2 to 6e\+12 m3 / s2"):
        MASCON(gm=1e13 * GM_UNIT)
    with pytest.raises(ls.InputError, match=r"title = 'mascon': .* has this title"):
        ls.force("mascon")(type("Other", (), {"acceleration": push}))


def test_the_record_of_a_force_has_room_for_as_many_numbers_as_any():
    assert numbers_record(MASCON, MOST_NUMBERS, "").itemsize == 8 * MOST_NUMBERS


DOCUMENT = {
    "name": "own",
    "orbit": {
        "perilune": "100 km",
        "apolune": "100 km",
        "inclination": "90 deg",
        "node_longitude": "0 deg",
        "argument_of_perilune": "0 deg",
        "true_anomaly": "0 deg",
        "epoch": "2023-08-19T10:00:00 TDB",
    },
    "plan": [{"type": "coast", "duration": "1 h"}],
}


def from_table(tmp_path, *tables):
    return scenario_from_document({**DOCUMENT, "moon": {"forces": list(tables)}}, tmp_path / "own.toml")


def test_a_file_names_a_force_by_its_title_and_gives_its_numbers(tmp_path):
    table = {"type": "mascon", "gm": "4e10 m3 / s2", "z": "1500 km", "on": False}
    scenario = from_table(tmp_path, table, {"type": "push", "x": "1 mm / s2"})
    mascon = MASCON(gm=4e10 * GM_UNIT, z=1.5e6 * u.m, on=False)
    assert scenario.moon.forces == (mascon, PUSH(x=1e-3 * u.m / u.s**2))
    assert scenario.moon == replace(scenario.moon, forces=(mascon, PUSH(x=1e-3 * u.m / u.s**2)))
    assert scenario.moon != replace(scenario.moon, forces=(mascon,))
    for wrong, message in (
        ({"type": "mascn"}, r"moon\.forces\.0\.type = 'mascn': did you mean 'mascon'"),
        ({"gm": "4e10 m3 / s2"}, r"moon\.forces\.0\.type: this key is missing"),
        ({"type": "mascon", "depth": "1 km"}, r"depth: mascon has no such parameter"),
        ({"type": "mascon", "z": "1 s"}, r"z: '1 s' is of the wrong dimension"),
        ({"type": "mascon", "z": "1e4 km"}, r"z = 10000\.?0? km: expected from -2000 km to 2000 km"),
    ):
        with pytest.raises(ls.ScenarioError, match=message) as told:
            from_table(tmp_path, wrong)
        assert str(told.value).startswith(str(tmp_path / "own.toml"))


def test_a_flight_with_a_force_is_saved_and_read_again(tmp_path, monkeypatch):
    flight = ls.simulate(coast(COMPILED(z=1500 * u.km), hours=0.1))
    flight.save(tmp_path / "own.flight")
    assert ls.Flight.load(tmp_path / "own.flight") == flight
    monkeypatch.delitem(FORCES, COMPILED.title)
    with pytest.raises(ls.DataError, match="the force 'mascon, compiled' is not known here: import the module that"):
        ls.Flight.load(tmp_path / "own.flight")


def test_the_hash_of_a_campaign_holds_what_a_force_is_and_not_where_it_lies():
    same = own_force("mascon again", numba.njit(point_mass))
    assert identity(same)[1:] == identity(COMPILED)[1:]
    digests = {Rows.of(coast(one), ()).digest() for one in (COMPILED(), same(), COMPILED(gm=1e9 * GM_UNIT), PUSH())}
    assert len(digests) == 4
    rows = Rows.of(coast(COMPILED()), ())
    elsewhere = rows.environment.forces._replace(addresses=(4096, 0, 0, 0))
    assert rows.digest() == replace(rows, environment=rows.environment._replace(forces=elsewhere)).digest()


def nested(name):
    """Return a function of a text of its own, as another process compiles it."""
    code = (
        f"def acceleration(place, own):\n    def along(i):\n        return place.{name}[i]\n    return along(0), 0, 0\n"
    )
    space: dict = {}
    exec(code, space)
    what = {"title": "nested", "own_function": ("force", "acceleration")}
    return type("Part", (), {**what, "acceleration": staticmethod(space["acceleration"])})


def test_a_function_within_a_function_is_told_from_another_by_its_code_and_not_by_its_address():
    assert identity(nested("position")) == identity(nested("position"))
    assert identity(nested("position")) != identity(nested("velocity"))
