"""`import lunarsim` is light, and its names are those of its stub."""

import ast
import subprocess
import sys
from importlib import resources

import pytest

import lunarsim


def names_of_the_stub():
    tree = ast.parse((resources.files("lunarsim") / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return [alias.asname or alias.name for node in imports for alias in node.names]


#: What one process does, step by step.
STEPS = {
    "import": "import lunarsim as ls",
    "describe": "ls.Moon(); ls.State; ls.Scenario; ls.simulate; ls.propagate",
    "commands": "from lunarsim.cli import app, figures, landing, report; ls.simulate; ls.Flight",
    "campaign": "ls.Campaign",
}


@pytest.fixture(scope="module")
def loaded():
    """The libraries that are loaded after each of the steps."""
    names = "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    code = "\n".join(["import sys", *(f"{step}\n{names}" for step in STEPS.values())])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(STEPS, map(set, map(str.split, done.stdout.splitlines())), strict=True))


def test_importing_lunarsim_loads_none_of_the_heavy_libraries(loaded):
    heavy = {"matplotlib", "boinor", "scipy", "astropy", "numba", "numpy", "pydantic", "jplephem", "lunarsky"}
    assert loaded["import"] & heavy == set()


def test_describing_a_flight_loads_no_library_for_figures(loaded):
    assert loaded["describe"] & {"matplotlib", "pandas", "IPython"} == set()


def test_what_campaigns_store_with_is_loaded_by_campaigns_alone(loaded):
    assert loaded["commands"] & {"pyarrow", "xarray", "dask", "cvxpy"} == set()
    assert {"pyarrow"} <= loaded["campaign"]


@pytest.mark.parametrize("name", names_of_the_stub())
def test_every_name_of_the_stub_is_there(name):
    assert getattr(lunarsim, name) is not None
    assert name in dir(lunarsim)
    assert name in lunarsim.__all__  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version  # noqa: PLC0415

    assert lunarsim.__version__ == version("lunarsim")


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="land_softly"):
        lunarsim.land_softly  # type: ignore[attr-defined]  # noqa: B018
