"""Calls with arguments of the wrong kind: what a person is told, for every public function, class and method."""

import enum
import inspect
import pickle
import re
import subprocess
import sys
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from itertools import count as counting
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given as drawn
from hypothesis import strategies as st
from repetitions import repeated

import lunarsim as ls
from lunarsim import plots
from lunarsim.arguments import checked
from lunarsim.errors import LunarsimError, StatisticsWarning, alike
from lunarsim.kinds import misfit

# modules whose own names are public, too
MODULES = ("campaign", "data", "detectors", "plots", "inquiry", "statistics", "mission", "analysis", "planning")
OF_THE_NETWORK = {"data.fetch", "data.download"}
FLY_LONG = {"ladder", "simulate"}  # with a scenario, which is among the wrong arguments


class Given:
    """What the calls are tried with and on: a scenario, a flight, and other things of the wrong kind."""

    def __init__(self):
        self.scenario = ls.load_scenario("luna25")
        self.moon = ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())
        self.flight = ls.propagate(self.scenario.state, 10 * u.s, self.moon)

    def wrong(self, name):
        time = Time("2023-08-19T11:10:00", scale="utc")
        plain = (None, 1, "x", [], {}, object(), 10**400, b"x", 5 * u.km, time, ["x"], ls.Scenario, self.flight)
        return plain if name in FLY_LONG else (*plain, self.scenario)

    def things(self):
        """Return objects of public classes, whose methods are tried."""
        scenario, flight = self.scenario, self.flight
        parts = (scenario.state, scenario.moon, scenario.moon.terrain, scenario.moon.gravity, scenario.craft)
        other = (scenario.faults[0], *scenario.sites.values(), flight.outcome, ls.load_campaign("luna25"))
        return (scenario, flight, *parts, *other)


@pytest.fixture(scope="module")
def given():
    return Given()


def public(name, thing):
    """Yield all that can be called of a public name, by its name: itself, or a class and its class methods."""
    if isinstance(thing, type):
        if issubclass(thing, enum.Enum | BaseException) or inspect.isabstract(thing) or vars(thing).get("_is_protocol"):
            return
        yield name, thing
        for own in vars(thing):
            if not own.startswith("_") and isinstance(inspect.getattr_static(thing, own), classmethod | staticmethod):
                yield f"{name}.{own}", getattr(thing, own)
    elif isinstance(thing, types.FunctionType | types.MethodType):
        yield name, thing


def surface():
    tops = ((name, getattr(ls, name)) for name in ls.__all__ if not isinstance(getattr(ls, name), types.ModuleType))  # type: ignore[attr-defined]
    inner = (
        (f"{name}.{each}", getattr(getattr(ls, name), each)) for name in MODULES for each in getattr(ls, name).__all__
    )
    found = dict(chain.from_iterable(public(*each) for each in (*tops, *inner)))
    return {name: call for name, call in found.items() if name not in OF_THE_NETWORK}


INSIDE = {"lower", "tabulate"}  # for drivers, not for people
FLY = {"run", "rerun", "sobol", "work"}  # a campaign of these arguments is flown


def methods_of(thing):
    for own in dir(type(thing)):
        static = inspect.getattr_static(type(thing), own)
        if not own.startswith("_") and own not in INSIDE | FLY and isinstance(static, types.FunctionType):
            yield f"{type(thing).__name__}.{own}", getattr(thing, own)


def calls_with(call, wrong):
    """Yield calls: with the wrong thing wherever something is needed, and everywhere."""
    parameters = [p for p in inspect.signature(call).parameters.values() if p.kind is not p.VAR_KEYWORD]
    needed = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    yield (wrong,), {p.name: wrong for p in needed[1:]}
    yield (), {p.name: wrong for p in parameters if p.kind is not p.VAR_POSITIONAL}


def foreign_errors(name, call, wrong):
    """Yield how calls ended otherwise than well or with an error of the package that says something."""
    for each in wrong:
        for args, kwargs in calls_with(call, each):
            try:
                call(*args, **kwargs)
            except LunarsimError as error:
                if not 0 < len(str(error).strip()) < 5000:
                    yield f"{name}: {error!r}"
            except Exception as error:
                yield f"{name} with {each!r:.60}: {error!r:.200}"


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Stand in an empty folder, since some names are those of files; and draw no figures that stay."""
    monkeypatch.chdir(tmp_path)
    yield
    plt.close("all")


@pytest.mark.filterwarnings("ignore")
@repeated(4, 14)
def test_a_public_name_called_with_what_it_is_not_made_for_raises_errors_of_the_package_alone(given, elsewhere, count):
    """With all wrong things, or with a few, other ones for each name."""
    calls = surface()
    assert {"simulate", "Engine", "State.from_elements", "plots.tornado", "campaign.ChunkStore.open"} <= calls.keys()
    wrong = {name: given.wrong(name) for name in calls}
    some = {name: (wrong[name] * 2)[k % len(wrong[name]) :][:count] for k, name in enumerate(calls)}
    assert [each for name, call in calls.items() for each in foreign_errors(name, call, some[name])] == []


def test_every_public_name_refuses_an_argument_that_it_does_not_have_and_says_which_it_has():
    for name, call in surface().items():
        foreign = "Moon" in name or name == "data.DataFile"  # of astropy and pydantic, which say it their own way
        with pytest.raises(ls.ArgumentError, match="nosuch" if foreign else "has no argument 'nosuch'.*: .* takes "):
            call(nosuch=1)


@pytest.mark.filterwarnings("ignore")
def test_a_method_called_with_what_it_is_not_made_for_raises_errors_of_the_package_alone(given, elsewhere):
    calls = dict(chain.from_iterable(map(methods_of, given.things())))
    assert {"Flight.at", "Scenario.with_faults", "Terrain.height"} <= calls.keys()
    assert [each for name, call in calls.items() for each in foreign_errors(name, call, given.wrong(name))] == []


SAYS = {
    "ls.simulate('luna25')": "scenario = 'luna25': expected a Scenario; read it first: load_scenario('luna25')",
    "ls.simulate(flight)": "expected a Scenario; give its flight.scenario",
    "ls.simulate(scenario, accuracy=0)": "accuracy = 0: expected an Accuracy, such as Accuracy(), or None",
    "ls.propagate(scenario, 5 * u.min)": "state = <Scenario>: expected a State; give its scenario.state",
    "ls.propagate(scenario.state, 5 * u.min, ls.Moon)": "this is a class, give an object of it: Moon(...)",
    "scenario.with_faults(ls.AccelerometerOff)": "this is a class, give an object of it: AccelerometerOff(...)",
    "ls.State(r=1, v=2)": "State has no argument 'r' (did you mean position?) and 'v' (did you mean velocity?): State",
    "ls.Engine(isp=310 * u.s)": "has no argument 'isp' (did you mean specific_impulse?): Engine takes thrust",
    "ls.Engine(thrust=4 * u.kN)": "Engine is called without specific_impulse: Engine takes thrust, specific_impulse",
    "ls.Engine(4 * u.kN)": "by name",
    "ls.State.from_elements(raan=3 * u.deg)": "'raan' (did you mean node_longitude?)",
    "ls.Spacecraft(dry_mass=1 * u.kg, propellant_mass=1 * u.kg, engine='x')": "engine = 'x': expected an Engine, such",
    "ls.Coast(duration=5 * u.s, name=5)": "Coast: name = 5: expected a text",
    "plots.altitude_profile(scenario)": "<Scenario>: expected a Flight or a Histories; fly it first: simulate",
    "plots.altitude_profile([flight])": "expected a Flight or a Histories; give them one by one",
    "plots.tornado(flight)": "expected a Tornado",
    "ls.write_csv(scenario, 'x.csv')": "write_csv: flight = <Scenario>: expected a Flight; fly it first",
    "ls.State([1800 * u.km, 0 * u.km, 0 * u.km], velocity, epoch)": "expected one quantity with one unit for all",
    "ls.State((1 * u.km, 0, 0), velocity, epoch)": "such as [1800, 0, 0] * u.km",
    "ls.Coast(duration=[3 * u.s])": "duration = [<Quantity 3. s>] is a list: expected one value, such as 3.0 s",
    "scenario.with_faults([ls.AccelerometerOff()])": "expected a Fault; give them one by one",
    "scenario.with_faults(5)": "faults[0] = 5: expected a Fault, such as AccelerometerOff()",
    "ls.Campaign('luna25', {})": "scenario = 'luna25': expected a Scenario; read it first: load_scenario('luna25')",
    "ls.Campaign(flight, {})": "expected a Scenario; give its flight.scenario",
    "ls.Moon(gravity=50)": "expected a GravityField; give the field to this degree: GravityField.grail(50)",
    "ls.Moon(gravity='a.gfc')": "read it first: GravityField.from_file('a.gfc')",
    "ls.Moon(gravity=None)": "gravity = None: expected a GravityField, such as GravityField.grail(50)",
    "ls.Moon(terrain='LDEM_4.IMG')": "expected a Terrain; read it first: Terrain.from_file('LDEM_4.IMG')",
    "ls.Moon(ephemeris='de440')": "expected an Ephemeris; give Ephemeris.builtin(), .de421() or .de440()",
    "ls.Coast(3 * u.s)": "Coast takes duration, name; give them by name, as Coast(duration=...)",
    "banded.check_throttle(0.649999999, 'burn')": "throttle = 0.649999999, at which the engine cannot run: expected",
    "ls.load_scenario(5)": "5 is not the name of a file: give a text or a path",
}


@pytest.mark.parametrize(("call", "words"), SAYS.items())
def test_a_wrong_argument_is_told_with_what_was_given_what_is_expected_and_what_to_do(given, call, words):
    state = given.scenario.state
    names = {"ls": ls, "u": u, "plots": plots, "scenario": given.scenario, "flight": given.flight}
    banded = replace(given.scenario.craft.engine, min_throttle=0.1, throttle_keep_out=(0.5, 0.65))
    names |= {"banded": banded, "velocity": state.velocity, "epoch": state.epoch}
    with pytest.raises(ls.InputError) as caught:
        eval(call, names)
    assert words in str(caught.value)


def test_a_wrong_argument_is_a_type_error_as_python_programs_expect_it():
    with pytest.raises(TypeError):
        ls.Engine(isp=310 * u.s)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="expected a Scenario"):
        ls.simulate(None)


def test_an_error_that_no_argument_is_to_blame_for_stays_what_it_is(given):
    class Broken:
        def watched(self, _):
            raise ZeroDivisionError("in a detector of the user's own")

    with pytest.raises(ZeroDivisionError, match="of the user's own"):
        ls.propagate(given.scenario.state, 10 * u.s, given.moon, detect=[Broken()])


def test_what_is_checked_keeps_its_name_its_signature_and_its_place():
    assert list(inspect.signature(ls.simulate).parameters) == ["scenario", "detect", "accuracy", "integrator"]
    assert list(inspect.signature(ls.Engine).parameters)[:2] == ["thrust", "specific_impulse"]
    assert ls.simulate.__doc__.startswith("Fly a scenario")
    assert checked(ls.simulate) is ls.simulate
    assert pickle.loads(pickle.dumps(ls.simulate)) is ls.simulate
    assert pickle.loads(pickle.dumps(ls.Coast(duration=5 * u.s))).duration == 5 * u.s


def test_lists_and_numpy_numbers_serve_where_tuples_and_floats_are_meant(given):
    engine = ls.Engine(
        thrust=1 * u.kN, specific_impulse=300 * u.s, min_throttle=np.float64(0.1), throttle_keep_out=[0.6, 0.9]
    )
    plan = [ls.Coast(duration=60 * u.s)]
    craft = ls.Spacecraft(dry_mass=1 * u.kg, propellant_mass=1 * u.kg, engine=engine)
    assert ls.Scenario(name="a list", state=given.scenario.state, craft=craft, plan=plan).plan == plan  # type: ignore[comparison-overlap]


def test_what_is_endless_or_lies_on_a_disk_is_not_looked_through():
    class OnDisk(Mapping):
        def __iter__(self):
            raise AssertionError("read")

        __len__ = __getitem__ = __iter__  # type: ignore[assignment]

    assert misfit("numbers", range(10**15), Sequence[int]) is None
    assert misfit("columns", OnDisk(), Mapping[str, float]) is None
    assert misfit("lines", counting(), Iterable[int]) is None
    assert misfit("lines", [1, "x"], Iterable[int]).name == "lines[1]"


@pytest.mark.parametrize(
    ("call", "word", "meant"),
    [
        ("ls.GravityTurn(target_altitude=1 * u.km, rate=2)", "rate", ["target_altitude_rate"]),
        ("ls.QuadraticGuidance(time_to_go=9 * u.s, acceleration=1)", "acceleration", ["target_altitude_acceleration"]),
        ("ls.Coast(duration=5 * u.s, rate=2)", "rate", []),
        ("ls.Engine(thrust_force=1 * u.N)", "thrust_force", ["thrust"]),
        ("ls.Engine(thrst=1 * u.N)", "thrst", ["thrust"]),
        ("ls.Engine(colour='red')", "colour", []),
        ("ls.Spacecraft(weight=1 * u.kg)", "weight", []),
    ],
)
def test_the_argument_that_was_meant_is_named_and_none_where_none_is_alike(call, word, meant):
    with pytest.raises(ls.InputError) as caught:
        eval(call, {"ls": ls, "u": u})
    told = str(caught.value).partition(f"has no argument '{word}'")[2]
    assert told.startswith(f" (did you mean {meant[0]}" if meant else ": ")


@drawn(st.text("abcdefghij_", min_size=4, max_size=12), st.sampled_from(["target_altitude_rate", "frame", "throttle"]))
def test_a_letter_too_many_is_no_other_name_and_letters_at_random_are_none(letters, name):
    known = ["target_altitude_rate", "frame", "throttle", "target_altitude"]
    assert alike(f"{name}s", known)[0] == name
    assert all(set(letters) & set(word) for word in alike(letters, known))
    assert alike("rate", known) == ["target_altitude_rate"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Orbit", "State.from_elements(perilune=..., apolune=..., ...), or State.from_orbit(orbit)"),
        ("Satellite", "Spacecraft(...)"),
        ("units", "from astropy import units as u"),
        ("simulte", "did you mean 'simulate'"),
        ("load_scenarios", "did you mean 'load_scenario'"),
    ],
)
def test_a_name_that_the_package_does_not_have_is_answered_with_the_one_that_was_meant(name, words):
    assert not hasattr(ls, name)
    with pytest.raises(AttributeError, match=re.escape(words)) as caught:
        getattr(ls, name)
    assert isinstance(caught.value, LunarsimError)


def test_a_module_of_the_package_is_there_without_another_import():
    code = "import lunarsim as ls\nprint(ls.constants.MOON_RADIUS_M)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == 1_737_400.0


def test_the_names_of_the_package_hold_every_folder_that_is_for_people():
    inside = {"cli", "kernels"}
    folders = {path.parent.name for path in Path(ls.__file__).parent.glob("*/__init__.py")}
    assert folders - inside <= set(dir(ls))


@pytest.mark.parametrize("name", MODULES)
def test_the_names_of_a_module_are_those_of_its_subject(name):
    assert "check_calls" not in dir(getattr(ls, name))


def test_a_warning_points_to_the_line_of_the_user_that_called_the_package(given):
    low = ls.State.from_elements(perilune=20 * u.km, apolune=30 * u.km, inclination=90 * u.deg,
                                 node_longitude=0 * u.deg, epoch=given.scenario.state.epoch)  # fmt: skip
    moon = ls.Moon(gravity=ls.GravityField.grail(8), third_bodies=())
    x = np.random.default_rng(1).normal(size=400)
    with pytest.warns(ls.ModelWarning) as raised:
        ls.propagate(low, 10 * u.s, moon)
    assert {warning.filename for warning in raised} == {__file__}
    with pytest.warns(StatisticsWarning) as raised:
        ls.statistics.importance_weights(-0.5 * (x - 1.5) ** 2, -0.5 * x**2)
    assert {warning.filename for warning in raised} == {__file__}


def test_an_error_text_holds_no_control_characters_and_ends():
    words = str(ls.InputError("\x1b[31mred\x07 " + "x" * 1_000_000))
    assert words.startswith(r"\x1b[31mred\x07 xxx")
    assert len(words) <= 4000
    with pytest.raises(ls.InputError) as caught:
        ls.Coast(duration=list(range(10**6)))
    assert len(str(caught.value)) < 300
