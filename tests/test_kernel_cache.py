"""The cache of compiled kernels: nothing compiled from older sources stays."""

import importlib.util
import os

import pytest

from lunarsim.kernels.compiled import discard_stale_cache, kernel


@pytest.fixture
def folder(tmp_path):
    """Two sources of time 1000 and 2000 s, and what was compiled before, between and after."""
    (tmp_path / "__pycache__").mkdir()
    times = {
        "gravity.py": 1000,
        "motion.py": 2000,
        "__pycache__/gravity.harmonics-1.nbi": 900,
        "__pycache__/gravity.point_mass-1.nbi": 1500,
        "__pycache__/motion.gravity-1.nbi": 2500,
        "__pycache__/motion.gravity-1.old.nbc": 900,
        "__pycache__/motion.gravity-1.new.nbc": 2500,
        "__pycache__/motion.cpython-311.pyc": 900,
    }
    for name, time in times.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time, time))
    return tmp_path


def left_in(folder):
    return sorted(path.name for path in (folder / "__pycache__").iterdir())


def test_indexes_older_than_the_newest_source_go_even_if_their_own_source_is_older(folder):
    discard_stale_cache(folder)
    assert [name for name in left_in(folder) if name.endswith(".nbi")] == ["motion.gravity-1.nbi"]


def test_machine_code_goes_with_its_index_so_that_no_index_to_come_can_name_it(folder):
    discard_stale_cache(folder)
    assert [name for name in left_in(folder) if name.endswith(".nbc")] == ["motion.gravity-1.new.nbc"]


def test_nothing_else_is_removed(folder):
    discard_stale_cache(folder)
    assert "motion.cpython-311.pyc" in left_in(folder)
    assert (folder / "gravity.py").exists()


def test_a_cache_that_is_up_to_date_is_left_alone(folder):
    for path in folder.glob("*.py"):
        os.utime(path, (500, 500))
    before = left_in(folder)
    discard_stale_cache(folder)
    assert left_in(folder) == before


def test_a_folder_that_was_never_compiled_is_no_error(tmp_path):
    (tmp_path / "gravity.py").touch()
    discard_stale_cache(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["gravity.py"]


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
        return module.double(argument)

    cache = tmp_path / "__pycache__"
    assert process(0.5) == 1.0
    (index,) = cache.glob("*.nbi")
    first = index.read_bytes()
    index.unlink()
    assert process(1j) == 2j
    index.write_bytes(first)
    assert len(list(cache.glob("*.nbc"))) == 2
    assert process(0.5) == 1.0
