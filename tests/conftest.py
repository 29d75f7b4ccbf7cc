"""What all tests share: reproducible property tests, and the plainest Moon, craft and orbit."""

import os

import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import is_hypothesis_test, settings
from repetitions import ALL, FEW

import lunarsim as ls
from lunarsim.flight.driver import integrator_choice

os.environ.setdefault("MPLBACKEND", "Agg")  # figures are drawn into memory, never on a screen

settings.load_profile(FEW)

#: Files whose kernels are compiled for minutes, or which run long: begun first, by different workers, so that none
#: of them is the last that runs, or waits for what another compiles.
FIRST = (
    "test_warm_up.py",  # with -m slow alone: machine code from nothing
    "test_compilation_notice.py",
    "test_campaign.py",  # the compiled driver
    "test_descent_planning.py",  # the reference driver under guidance
    "test_cli.py",
    "test_luna25.py",
    "test_guidance_comparison.py",
    "test_collocation.py",
    "test_cli_campaign.py",
    "test_descent_figures.py",
    "test_catalogue_landings.py",
    "test_newcomers_figures.py",
    "test_ground_search.py",
)


def pytest_addoption(parser):
    parser.addoption("--integrator", help="fly by it what names none: DOP853 or collocation")


def pytest_configure(config):
    if config.getoption("integrator"):
        integrator_choice.suited = lambda scenario: str(config.getoption("integrator"))
    if config.option.markexpr == "slow":
        settings.load_profile(ALL)


@pytest.hookimpl(tryfirst=True)  # before the tests that -m does not ask for are left out
def pytest_collection_modifyitems(config, items):
    """Order the files, and count property tests to the slow ones where they draw all of their examples."""
    if config.option.markexpr == "slow":
        for item in items:
            if is_hypothesis_test(item.obj):
                item.add_marker(pytest.mark.slow)
    place = {name: k for k, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(FIRST)))


@pytest.fixture(scope="session")
def epoch():
    return Time("2023-08-19T10:00:00", scale="tdb")


@pytest.fixture(scope="session")
def point_moon():
    """A point mass alone, over the 1737.4 km sphere: Kepler's problem."""
    return ls.Moon(gravity=ls.GravityField.point_mass(), third_bodies=())


@pytest.fixture(scope="session")
def craft():
    return ls.Spacecraft(
        dry_mass=1000 * u.kg,
        propellant_mass=350 * u.kg,
        engine=ls.Engine(thrust=4.2 * u.kN, specific_impulse=310 * u.s),
    )


@pytest.fixture(scope="session")
def low_orbit(epoch):
    """18 x 100 km, at perilune."""
    return ls.State.from_elements(
        perilune=18 * u.km,
        apolune=100 * u.km,
        inclination=82.087 * u.deg,
        node_longitude=270.53 * u.deg,
        argument_of_perilune=40 * u.deg,
        epoch=epoch,
    )


@pytest.fixture
def powerless(tmp_path):
    """Take from the superuser the power to write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    for place in (tmp_path, *tmp_path.parents):
        if place.stat().st_mode & 0o055 != 0o055:
            place.chmod(0o755)
    os.seteuid(65534)
    yield
    os.seteuid(0)
