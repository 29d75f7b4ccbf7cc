"""The cache of compiled kernels: machine code of other sources is never run, wherever it is kept."""

import importlib.util
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

import lunarsim
from lunarsim.kernels.compiled import discard_stale_code, formula, kernel

KERNELS = Path(lunarsim.__file__).parent / "kernels"
CALLED = "from lunarsim.kernels.compiled import kernel\n\n\n@kernel\ndef strength():\n    return {}\n"
CALLER = (
    "from lunarsim.kernels.compiled import kernel\nfrom lunarsim.kernels.called import strength\n\n\n"
    "@kernel\ndef twice():\n    return 2.0 * strength()\n"
)


@pytest.fixture
def package(tmp_path):
    """A copy of what the decorator of kernels needs, with a kernel that calls one of another file."""
    package = tmp_path / "packages" / "lunarsim"
    (package / "kernels").mkdir(parents=True)
    for name in ("__init__.py", "kernels/__init__.py"):
        (package / name).write_text("", encoding="utf-8")
    for name in ("constants.py", "kernels/compiled.py", "kernels/within_callers.py", "kernels/notice.py"):
        shutil.copy(KERNELS.parent / name, package / name)
    (package / "kernels" / "called.py").write_text(CALLED.format("1.0"), encoding="utf-8")
    (package / "kernels" / "caller.py").write_text(CALLER, encoding="utf-8")
    return package


#: Prints the result, and how often the calling kernel was compiled. Processes that are told how many they are begin at
#: once: each waits until all have come this far.
COMMAND = """
import os, sys, time
from pathlib import Path
from lunarsim.kernels.caller import twice

Path(f"here-{os.getpid()}").touch()
while len(list(Path().glob("here-*"))) < int(sys.argv[1]):
    time.sleep(0.001)  # a loop that did nothing would take the processor from what it waits for
print(twice(*map(float, sys.argv[2:])), sum(twice.stats.cache_misses.values()))
"""


def result_and_compilations_in_a_new_process(package, processes=1, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(processes), *map(str, arguments)],
        cwd=package.parent,
        env={**os.environ, "PYTHONPATH": str(package.parent), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result, compilations = done.stdout.split()
    return float(result), int(compilations)


def test_after_an_edit_of_a_kernel_its_callers_in_other_files_are_compiled_anew(package, tmp_path):
    """In a folder that numba was given, as on clusters; the index beside the sources is under the same name."""
    chosen = {"NUMBA_CACHE_DIR": str(tmp_path / "machine code")}
    assert result_and_compilations_in_a_new_process(package, **chosen) == (2.0, 1)
    assert result_and_compilations_in_a_new_process(package, **chosen) == (2.0, 0)
    (package / "kernels" / "called.py").write_text(CALLED.format("7.0"), encoding="utf-8")
    assert result_and_compilations_in_a_new_process(package, **chosen) == (14.0, 1)


def test_processes_that_begin_together_compile_each_kernel_once(package):
    long_to_compile = "import numpy as np\n" + CALLED.format("np.ones(1).sum()")  # tenths of a second
    (package / "kernels" / "called.py").write_text(long_to_compile, encoding="utf-8")
    with ThreadPoolExecutor() as together:
        ends = list(together.map(result_and_compilations_in_a_new_process, [package, package], [2, 2]))
    assert sorted(ends) == [(2.0, 0), (2.0, 1)]


def test_processes_that_begin_together_compile_once_what_was_kept_for_other_types(package):
    source = CALLER.replace("def twice()", "def twice(x=2)").replace("2.0 *", "np.ones(1).sum() * x *")
    (package / "kernels" / "caller.py").write_text("import numpy as np\n" + source, encoding="utf-8")
    assert result_and_compilations_in_a_new_process(package) == (2.0, 1)  # of no argument
    for left in package.parent.glob("here-*"):
        left.unlink()
    with ThreadPoolExecutor() as together:
        ends = list(together.map(result_and_compilations_in_a_new_process, [package, package], [2, 2], [3.0, 3.0]))
    assert sorted(ends) == [(3.0, 0), (3.0, 1)]


def test_what_only_kernels_call_has_no_machine_code_of_its_own(package, tmp_path):
    """It becomes machine code once, in the kernel that is called from Python."""
    part = CALLED.replace("import kernel", "import part_of_kernel").replace("@kernel", "@part_of_kernel")
    (package / "kernels" / "called.py").write_text(part.format("3.0"), encoding="utf-8")
    kept = tmp_path / "machine code"
    assert result_and_compilations_in_a_new_process(package, NUMBA_CACHE_DIR=str(kept)) == (6.0, 1)
    assert {path.name.split("-")[0] for path in kept.rglob("*.nbc")} == {"caller.twice"}


def test_a_formula_runs_as_plain_python_when_python_calls_it():
    @formula
    def twice(x):
        return 2.0 * x

    @kernel
    def four_times(x):
        return twice(twice(x))

    assert twice(np.array([1.5])).tolist() == [3.0]  # of what it was written for, and of arrays
    assert isinstance(twice, FunctionType)
    assert four_times(1.5) == 6.0


def test_machine_code_of_other_sources_is_removed_and_nothing_else(tmp_path):
    names = ("a.f-1.py311.old.nbi", "a.f-1.py311.old.1.nbc", "a.f-1.py311.new.nbi", "a.f-1.py311.new.1.nbc", "a.pyc")
    for name in names:
        (tmp_path / name).touch()
    discard_stale_code(tmp_path, "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(name for name in names if "old" not in name)


def test_without_a_folder_for_machine_code_a_kernel_is_compiled_for_the_process_alone():
    namespace = {}
    exec("def double(x):\n    return 2.0 * x\n", namespace)
    assert kernel(namespace["double"])(21.0) == 42.0


def test_two_processes_that_compile_at_once_for_other_types_keep_their_code_apart(tmp_path):
    """Each begins with no index; the one that writes its index last must not name the other's machine code."""
    source = tmp_path / "doubled.py"
    source.write_text(
        "from lunarsim.kernels.compiled import kernel\n\n\n@kernel\ndef double(x):\n    return x + x\n",
        encoding="utf-8",
    )

    def process(argument):
        spec = importlib.util.spec_from_file_location("doubled", source)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        folders.add(Path(module.double.stats.cache_path))
        return module.double(argument)

    folders = set()
    assert process(0.5) == 1.0
    (cache,) = folders
    (index,) = cache.glob("*.nbi")
    first = index.read_bytes()
    index.unlink()
    assert process(1j) == 2j
    index.write_bytes(first)
    assert len(list(cache.glob("*.nbc"))) == 2
    assert process(0.5) == 1.0
