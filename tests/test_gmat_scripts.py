"""Scripts of GMAT: the states that they state, the Moon that they fly in, and what cannot be flown, each named."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from gravity_writers import published_rows, write_gmat
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls
from lunarsim.io.gmat.mission import state_of_script
from lunarsim.io.gmat.spacecraft_state import LUNA_MU_KM3_S2
from lunarsim.moon.orientation import rot_me_from_icrf

#: Of the grammar of GMAT's own scripts: comments, quotes, old prefixes, lines that go on, ends with and without ';'.
SCRIPT = """%General Mission Analysis Tool(GMAT) Script
%----------------------------------------
Create Spacecraft Orbiter Other_1;
GMAT Orbiter.DateFormat = UTCGregorian;
GMAT Orbiter.Epoch = '01 Jun 2004 12:00:00.000';
GMAT Orbiter.CoordinateSystem = MoonEq;
Orbiter.DisplayStateType = Cartesian
GMAT Orbiter.X = -1486.792117191545200;   % km
GMAT Orbiter.Y = 0.0;  GMAT Orbiter.Z = ...
     1486.792117191543000;
GMAT Orbiter.VX = -0.142927729144255;
GMAT Orbiter.VY = -1.631407624437537;
GMAT Orbiter.VZ = 0.142927729144255;
GMAT Orbiter.NAIFId = -123456789;
GMAT Orbiter.ModelFile = '../data/vehicle/models/a;b%c.3ds';
Create CoordinateSystem MoonEq;
GMAT MoonEq.Origin = Luna;
GMAT MoonEq.Axes = MJ2000Eq;
Create ForceModel FM;
GMAT FM.CentralBody = Luna;
GMAT FM.PointMasses = {Luna, Earth, Sun};
GMAT FM.Drag = None;
GMAT FM.SRP = Off;
GMAT FM.ErrorControl = RSSStep;
Create Propagator Prop;
GMAT Prop.FM = FM;
GMAT Prop.Type = PrinceDormand78;
GMAT Prop.InitialStepSize = 60;
Create OrbitView View;
GMAT View.UpperLeft = [ 0.4 0.01 ];
BeginMissionSequence;
Propagate 'Half a day' Prop(Orbiter) {Orbiter.ElapsedDays = 0.5};
Propagate Prop(Orbiter, {Orbiter.ElapsedSecs = 600});
"""

KEPLERIAN = "SMA = 1851\nECC = 0.05\nINC = 65.5\nRAAN = 201.25\nAOP = 167.5\nTA = 38.75"
MODIFIED = f"RadPer = {1851 * 0.95!r}\nRadApo = {1851 * 1.05!r}\nINC = 65.5\nRAAN = 201.25\nAOP = 167.5\nTA = 38.75"


def write(folder: Path, text: str, name: str = "mission.script") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def imported(folder: Path, text: str) -> ls.GmatMission:
    return ls.import_gmat(write(folder, text), spacecraft="Orbiter")


def with_state(kind: str, elements: str, axes: str = "MJ2000Eq") -> str:
    start, end = SCRIPT.index("Orbiter.DisplayStateType"), SCRIPT.index("GMAT Orbiter.NAIFId")
    lines = "\n".join(f"Orbiter.{line};" for line in [f"DisplayStateType = {kind}", *elements.splitlines()])
    return f"{SCRIPT[:start]}{lines}\n{SCRIPT[end:]}".replace("Axes = MJ2000Eq", f"Axes = {axes}")


def test_the_state_is_the_one_that_the_script_states(tmp_path: Path) -> None:
    mission = imported(tmp_path, SCRIPT)
    assert mission.state.epoch == Time("2004-06-01T12:00:00", scale="utc")
    np.testing.assert_array_equal(mission.state.position.to_value(u.km), [-1486.7921171915452, 0.0, 1486.792117191543])
    velocity = [-0.142927729144255, -1.631407624437537, 0.142927729144255]
    np.testing.assert_allclose(mission.state.velocity.to_value(u.km / u.s), velocity, rtol=1e-15)
    assert (mission.name, mission.spacecraft) == ("mission", "Orbiter")


def test_the_mission_is_flown_in_the_moon_of_its_force_model_for_as_long_as_it_propagates(tmp_path: Path) -> None:
    mission = imported(tmp_path, SCRIPT)
    assert mission.unsupported == ()
    assert mission.moon.third_bodies == ("earth", "sun")
    assert mission.moon.gravity.gm == LUNA_MU_KM3_S2 * u.km**3 / u.s**2
    assert [phase.duration for phase in mission.scenario.plan] == [43200 * u.s, 600 * u.s]
    assert {"line 16: CoordinateSystem MoonEq", "line 29: OrbitView View"} <= set(mission.left_out)


@pytest.mark.parametrize("kind", ["Keplerian", "ModifiedKeplerian"])
def test_elements_give_the_state_that_boinor_finds_with_gmats_parameter(tmp_path: Path, kind: str) -> None:
    from boinor.bodies import Body  # noqa: PLC0415
    from boinor.twobody import Orbit  # noqa: PLC0415

    luna = Body(None, LUNA_MU_KM3_S2 * u.km**3 / u.s**2, "Luna")
    angles = [angle * u.deg for angle in (65.5, 201.25, 167.5, 38.75)]
    orbit = Orbit.from_classical(luna, 1851 * u.km, 0.05 * u.one, *angles)
    state = imported(tmp_path, with_state(kind, KEPLERIAN if kind == "Keplerian" else MODIFIED)).state
    np.testing.assert_allclose(state.position.to_value(u.km), orbit.r.to_value(u.km), rtol=0, atol=1e-9)
    np.testing.assert_allclose(state.velocity.to_value(u.km / u.s), orbit.v.to_value(u.km / u.s), rtol=0, atol=1e-12)


def test_a_script_may_set_the_gravitational_parameter_of_its_elements(tmp_path: Path) -> None:
    text = with_state("Keplerian", KEPLERIAN.replace("ECC = 0.05", "ECC = 0"))
    other = imported(tmp_path, text + "").state.speed, imported(tmp_path, "Luna.Mu = 4904;\n" + text).state.speed
    assert (other[1] / other[0]).value == pytest.approx(np.sqrt(4904 / LUNA_MU_KM3_S2), rel=1e-12)


def test_spherical_states_are_the_cartesian_one(tmp_path: Path) -> None:
    plain = imported(tmp_path, with_state("Cartesian", "X = 0\nY = 1800\nZ = 0\nVX = -1.2\nVY = 0\nVZ = 0.9")).state
    # at right ascension 90 deg, east is -x; 1.5 km/s at azimuth atan2(1.2, 0.9), level: 90 deg from the radius
    azimuth = float(np.degrees(np.arctan2(1.2, 0.9)))
    azfpa = f"RMAG = 1800\nRA = 90\nDEC = 0\nVMAG = 1.5\nAZI = {azimuth!r}\nFPA = 90"
    radec = f"RMAG = 1800\nRA = 90\nDEC = 0\nVMAG = 1.5\nRAV = 180\nDECV = {90 - azimuth!r}"
    for kind, elements in (("SphericalAZFPA", azfpa), ("SphericalRADEC", radec)):
        state = imported(tmp_path, with_state(kind, elements)).state
        assert np.linalg.norm(state.position - plain.position) < 1e-6 * u.m
        assert np.linalg.norm(state.velocity - plain.velocity) < 1e-9 * u.m / u.s


@pytest.mark.parametrize(
    ("epoch", "kind", "expected"),
    [
        ("21545", "TAIModJulian", Time("2000-01-01T12:00:00", scale="tai")),
        ("'21545.000000397937'", "A1ModJulian", Time("2000-01-01T12:00:00", scale="tai")),  # 34.3817 ms later
        ("23157.5", "TTModJulian", Time("2004-06-01T00:00:00", scale="tt")),
        ("'9 Jan 2010 16:00:00.5'", "TDBGregorian", Time("2010-01-09T16:00:00.5", scale="tdb")),
    ],
)
def test_all_kinds_of_epochs_are_read(tmp_path: Path, epoch: str, kind: str, expected: Time) -> None:
    text = SCRIPT.replace("UTCGregorian", kind).replace("'01 Jun 2004 12:00:00.000'", epoch)
    assert abs(imported(tmp_path, text).state.epoch - expected) < 1 * u.us  # digits of a Julian date


def test_early_scripts_name_the_format_behind_the_epoch(tmp_path: Path) -> None:
    text = SCRIPT.replace("Epoch = '01 Jun 2004 12:00:00.000'", "Epoch.UTCGregorian = 01 Jun 2004 12:00:00.000")
    text = text.replace("GMAT Orbiter.DateFormat = UTCGregorian;\n", "")
    assert imported(tmp_path, text).state.epoch == Time("2004-06-01T12:00:00", scale="utc")


def test_the_axes_of_the_moons_equator_of_2000_have_its_pole_and_its_node_on_the_earths(tmp_path: Path) -> None:
    def direction(x: str) -> np.ndarray:
        elements = f"{x}\nVX = 0.1\nVY = 1\nVZ = 0.2"
        found = imported(tmp_path, with_state("Cartesian", elements, "BodyInertial")).state.position.value
        return found / np.linalg.norm(found)

    pole, node = direction("X = 0\nY = 0\nZ = 1800"), direction("X = 1800\nY = 0\nZ = 0")
    # GMAT R2011's numbers (BodyInertialAxes.cpp), of 15 digits
    np.testing.assert_allclose(pole, [-0.0226086714041825, -0.411830900942613, 0.91097977859343], rtol=0, atol=1e-14)
    np.testing.assert_allclose(node, [0.998496505205088, -0.0548154092680678, 0.0], rtol=0, atol=1e-14)
    # the mean pole lies within 10 arcseconds of that of the axes of mean Earth; measured 7.7
    mean_earth = rot_me_from_icrf(Time(2451545.0, format="jd", scale="tdb"))[2]
    assert np.linalg.norm(pole - mean_earth) < np.radians(10 / 3600)


def test_states_fixed_in_the_moon_turn_with_its_principal_axes(tmp_path: Path) -> None:
    elements = "X = 1800\nY = 100\nZ = -50\nVX = 0.1\nVY = 1.5\nVZ = 0.2"
    state = imported(tmp_path, with_state("Cartesian", elements, "BodyFixed")).state
    fixed = state.in_frame(ls.MoonPA()).cartesian
    np.testing.assert_allclose(fixed.xyz.to_value(u.km), [1800, 100, -50], rtol=0, atol=1e-9)
    np.testing.assert_allclose(fixed.differentials["s"].d_xyz.to_value("km/s"), [0.1, 1.5, 0.2], rtol=0, atol=1e-12)


def test_a_gravity_field_is_looked_for_by_its_name_beside_the_script(tmp_path: Path) -> None:
    field = "\n".join([
        "GMAT FM.PrimaryBodies = {Luna}; FM.GravityField.Luna.Degree = 2; FM.GravityField.Luna.Order = 2;",
        "GMAT FM.GravityField.Luna.PotentialFile = '..\\data\\gravity\\luna\\small.cof';\nCreate Propagator",
    ])  # fmt: skip
    text = SCRIPT.replace("{Luna, Earth, Sun}", "{Earth}").replace("Create Propagator", field, 1)
    with pytest.warns(ls.ModelWarning, match=r"FM\.GravityField\.Luna, .*small\.cof"):
        missing = imported(tmp_path, text)
    assert missing.moon is None
    with pytest.raises(ls.InputError, match=r"small\.cof"):
        _ = missing.scenario
    write_gmat(tmp_path / "small.cof", published_rows(3))
    found = imported(tmp_path, text)
    assert (found.moon.gravity.degree, found.moon.gravity.order) == (2, 2)
    assert found.moon.third_bodies == ("earth",)


def test_the_pressure_of_sunlight_is_that_of_gmat(tmp_path: Path) -> None:
    text = SCRIPT.replace("SRP = Off", "SRP = On").replace(
        "GMAT Orbiter.NAIFId", "Orbiter.DryMass = 850; Orbiter.Cr = 1.8; Orbiter.SRPArea = 2;\nGMAT Orbiter.NAIFId"
    )
    mission = imported(tmp_path, text)
    assert mission.moon.radiation
    assert mission.craft.dry_mass == 850 * u.kg
    # GMAT's 1367 W/m2 at 149597870.691 km over lunarsim's 1361 W/m2 at 149597870.7 km
    assert mission.craft.radiation_area.to_value(u.m**2) == pytest.approx(2.0 * 1367 / 1361, rel=1e-9)
    assert mission.scenario.craft.radiation_coefficient == 1.8


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Drag = None", "Drag = MSISE90", "line 22: FM.Drag = MSISE90: lunarsim has no such force"),
        ("SRP = Off", "RelativisticCorrection = On", "FM.RelativisticCorrection = On: lunarsim has no such force"),
        ("{Luna, Earth, Sun}", "{Luna, Mars}", "line 21: FM.PointMasses has Mars: lunarsim has Earth, Sun and Jupiter"),
        ("CentralBody = Luna", "CentralBody = Earth", "line 20: FM.CentralBody = Earth: expected Luna"),
        ("SRP = Off", "Shape = Cube", "FM.Shape = Cube: lunarsim has nothing of the kind"),
        ("NAIFId = -1", "Tanks = {T1}; Orbiter.NAIFId = -1", "Orbiter.Tanks = {T1}: lunarsim has nothing of the kind"),
        ("ElapsedDays = 0.5", "Luna.Periapsis", "line 32: command Propagate 'Half a day' Prop(Orbiter) {Orbiter.Luna"),
        ("Propagate Prop", "Maneuver B(Orbiter);\nPropagate Prop", "line 33: command Maneuver B(Orbiter)"),
        ("Propagate Prop", "Orbiter.X = 3;\nPropagate Prop", "line 33: command Orbiter.X = 3"),
        (
            "ElapsedSecs = 600",
            "ElapsedSecs = -600",
            "line 33: command Propagate Prop(Orbiter, {Orbiter.ElapsedSecs = -6",
        ),
        ("ElapsedSecs = 600", "ElapsedSecs = T", "line 33: command Propagate Prop(Orbiter, {Orbiter.ElapsedSecs = T})"),
        ("Propagate Prop", "Stop;\nPropagate Prop", "line 33: command Stop"),
        (
            "BeginMissionSequence;\nPropagate",
            "Create Propagator B; B.FM = FM;\nBeginMissionSequence; Propagate Prop(Orbiter) {Orbiter.ElapsedDays = 1}"
            "\nPropagate 'x' B(Orbiter) {Orbiter.ElapsedDays = 1};\nPropagate",
            "line 33: command Propagate 'x' B(Orbiter) {Orbiter.ElapsedDays = 1}",
        ),
        ("Propagate Prop", "Propagate BackProp Prop", "line 33: command Propagate BackProp Prop"),
        ("Prop.Type = PrinceDormand78", "Prop.Type = SPK", "Prop.Type = SPK: lunarsim integrates, by its own methods"),
        ("OrbitView View", "SpacecraftNetwork View", "line 29: SpacecraftNetwork View: lunarsim has nothing of the"),
        ("Create Propagator", "Luna.J2 = 3;\nCreate Propagator", "line 25: Luna.J2 = 3: lunarsim has nothing of the"),
    ],
)
def test_what_cannot_be_flown_is_named_with_its_line_and_the_scenario_refuses(tmp_path, old, new, words) -> None:
    assert old in SCRIPT
    with pytest.warns(ls.ModelWarning) as caught:
        mission = imported(tmp_path, SCRIPT.replace(old, new, 1))
    assert words in str(caught[0].message)
    assert caught[0].filename == __file__
    assert any(words in each for each in mission.unsupported)
    with pytest.raises(ls.InputError) as refused:
        _ = mission.scenario
    assert words in str(refused.value)
    assert mission.state.epoch.isscalar  # which can still be used


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Origin = Luna", "Origin = Earth", r"line 17: MoonEq.Origin = Earth; expected a state about the Moon: set"),
        ("CoordinateSystem = MoonEq", "CoordinateSystem = EarthMJ2000Eq", "GMAT's own of that name is about the Earth"),
        ("Axes = MJ2000Eq", "Axes = TOEEc", "line 18: MoonEq.Axes = TOEEc: expected MJ2000Eq, ICRF, BodyInertial"),
        ("GMAT Orbiter.Y = 0.0;", "", "Orbiter.Y is not set: GMAT would take a default"),
        ("= Cartesian", "= Equinoctial", "Orbiter.DisplayStateType = Equinoctial: expected Cartesian, Keplerian"),
        ("= 0.0;", "= NaN;", "line 9: 'NaN' is no finite number"),
        ("= 0.0;", "= a + b;", r"line 9: 'a \+ b' is no finite number"),
        ("UTCGregorian", "GPSGregorian", "Orbiter.DateFormat = 'GPSGregorian': expected one of UTC"),
        ("01 Jun", "31 Jun", "line 5: '2004-06-31T12:00:00.000' is not a date of the calendar"),
        ("01 Jun 2004", "2004-06-01", "line 5: '2004-06-01 12:00:00.000' is no date: expected e.g. '01 Jun 2004"),
        ("[ 0.4 0.01 ]", "[ 0.4 0.01", "line 30: .*: a quote or a bracket has no other end"),
        ("{Orbiter.ElapsedSecs = 600});\n", "...\n", "is cut short"),
    ],
)  # fmt: skip
def test_a_state_that_is_not_about_the_moon_or_not_whole_is_refused(tmp_path: Path, old, new, words) -> None:
    assert old in SCRIPT
    with pytest.raises(ls.DataError, match=words):
        imported(tmp_path, SCRIPT.replace(old, new, 1))


def test_of_several_spacecraft_one_is_to_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, SCRIPT)
    with pytest.raises(ls.InputError, match=r"creates several spacecraft; .*Orbiter.*: name one, import_gmat"):
        ls.import_gmat(path)
    with pytest.raises(ls.InputError, match=r"spacecraft = 'Orbitter' is not in .*: did you mean 'Orbiter'"):
        ls.import_gmat(path, spacecraft="Orbitter")
    with pytest.raises(ls.DataError, match="creates no resource: expected a script of GMAT"):
        ls.import_gmat(write(tmp_path, "hello\n", "other.script"))
    with pytest.raises(ls.DataError, match="creates no Spacecraft"):
        ls.import_gmat(write(tmp_path, "Create Variable I\n", "other.script"))


@examples(150)
@given(data=st.data())
def test_a_script_with_any_damage_is_read_or_refused_with_words(data, tmp_path_factory) -> None:
    text = SCRIPT
    for _ in range(data.draw(st.integers(1, 4))):
        i = data.draw(st.integers(0, len(text)))
        j = min(len(text), i + data.draw(st.integers(0, 40)))
        text = text[:i] + data.draw(st.text(max_size=6)) + text[j:]
    path = tmp_path_factory.mktemp("damaged") / "a.script"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(ls.DataError, ls.InputError), warnings.catch_warnings():  # anything else that it raises fails here
        mission = ls.import_gmat(path, spacecraft="Orbiter")
        assert np.isfinite(mission.state.position.value).all()


def start_of(folder: Path, text: str) -> ls.State:
    (folder / "start.script").write_text(text.replace("Orbiter Other_1", "Orbiter"), encoding="utf-8")
    return state_of_script(folder / "start.script")


def test_elements_with_another_anomaly_than_the_true_one_are_refused_with_the_line(tmp_path: Path) -> None:
    mean = with_state("Keplerian", KEPLERIAN + "\nAnomalyType = MA")
    for read in (imported, start_of):
        with pytest.raises(ls.DataError, match=r"line \d+: Orbiter.AnomalyType = MA: expected TA, the true anomaly"):
            read(tmp_path, mean)
    true = imported(tmp_path, with_state("Keplerian", KEPLERIAN + "\nAnomalyType = 'TA'")).state
    assert true == imported(tmp_path, with_state("Keplerian", KEPLERIAN)).state


@pytest.mark.parametrize("name", ["Luna.Mu", "SolarSystem.Luna.Mu"])
def test_one_gravitational_parameter_serves_the_elements_and_the_gravity_of_a_point(tmp_path: Path, name: str) -> None:
    mission = imported(tmp_path, f"{name} = 4904;\n" + with_state("Keplerian", KEPLERIAN))
    assert mission.moon.gravity.gm.to_value("km3 / s2") == pytest.approx(4904.0, rel=1e-15)
    v2, r = mission.state.speed.to_value(u.km / u.s) ** 2, np.linalg.norm(mission.state.position.to_value(u.km))
    assert v2 == pytest.approx(4904.0 * (2.0 / r - 1.0 / 1851.0), rel=1e-12)  # vis-viva


@pytest.mark.parametrize("value", ["4.9028e12", "398600.4", "0", "-4902.8", "nan"])
def test_a_gravitational_parameter_that_is_not_the_moons_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(ls.DataError, match=r"mission\.script: line 1: "):
        imported(tmp_path, f"SolarSystem.Luna.Mu = {value};\n" + SCRIPT)


@pytest.mark.parametrize(
    "command",
    ["Orbiter.SMA = 2500", "GMAT Orbiter.X = 1", "Orbiter.MoonEq.VX = 1", "Orbiter = Other", "Orbiter.Epoch.A1 = 3",
     "Maneuver B(Orbiter)", "Vary DC(Orbiter.SMA = 2000)", "'lift' Orbiter.SMA = 2500"],
)  # fmt: skip
def test_a_start_that_a_command_changes_before_the_first_propagation_is_refused(tmp_path: Path, command: str) -> None:
    with pytest.raises(ls.DataError, match=r"line 32: .* changes the state of Orbiter where the mission begins"):
        start_of(tmp_path, SCRIPT.replace("BeginMissionSequence;\n", f"BeginMissionSequence;\n{command};\n"))


def test_a_start_says_that_force_model_and_commands_are_left_aside(tmp_path: Path) -> None:
    with pytest.warns(ls.ModelWarning, match="the state alone is taken") as caught:
        state = start_of(tmp_path, SCRIPT + "Orbiter.SMA = 2500;\n")
    text = str(caught[0].message)
    assert "line 19: ForceModel FM: the Moon of the scenario is flown instead" in text
    for line, command in ((32, "Propagate 'Half a day'"), (33, "Propagate Prop("), (34, "Orbiter.SMA = 2500")):
        assert f"line {line}: command {command}" in text
    assert state == imported(tmp_path, SCRIPT.replace("Orbiter Other_1", "Orbiter")).state
